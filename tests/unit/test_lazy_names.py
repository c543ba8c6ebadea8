"""The public names are loaded at first use: the table that says from where agrees with what type checkers are told."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import doorstroom_client


def _told_to_type_checkers() -> dict[str, str]:
    tree = ast.parse(Path(doorstroom_client.__file__).read_text("utf-8"))
    (block,) = [item for item in tree.body if isinstance(item, ast.If)]
    imports = [item for item in block.body if isinstance(item, ast.ImportFrom)]
    assert len(imports) == len(block.body)
    return {alias.name: f"{item.module}" for item in imports for alias in item.names}


def test_each_name_comes_from_where_type_checkers_are_told():
    told = _told_to_type_checkers()
    assert sorted(told) == doorstroom_client.__all__
    assert {name: f"doorstroom_client.{module}" for name, module in doorstroom_client._MODULES.items()} == told


def test_every_name_can_be_used_and_is_listed():
    for name in doorstroom_client.__all__:
        assert getattr(doorstroom_client, name).__name__ if isinstance(getattr(doorstroom_client, name), type) else True
    assert set(doorstroom_client.__all__) <= set(dir(doorstroom_client))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Clientt'"):
        doorstroom_client.Clientt  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'Clientt'"):
        from doorstroom_client import Clientt  # noqa: F401


HEAVY = {"httpx", "httpcore", "pydantic", "pydantic_core", "tenacity", "lxml", "sqlite3", "asyncio", "psycopg", "email"}


@pytest.mark.parametrize(
    ("source", "ours"),
    [("import doorstroom_client", {"doorstroom_client"}), ("from doorstroom_client import Client", None)],
)
def test_what_an_import_loads(source, ours):
    code = f"{source}\nimport sys\nprint(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())
    assert not loaded & HEAVY
    if ours is not None:
        assert {name for name in loaded if name.startswith("doorstroom_client")} == ours
