"""A missing extra is told in the same words everywhere, with a command that is right for who installed a wheel."""

from __future__ import annotations

import datetime as dt
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from support import SCHOOL

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.extras import how_to_install, not_installed
from doorstroom_client.output.ics import as_ics
from doorstroom_client.readers import read_adviezen, read_edexml
from doorstroom_client.readers.definitie import read_definitie
from doorstroom_client.store.opening import open_store

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
WAYS: dict[str, tuple[str, str, Callable[[], object]]] = {
    "xml": ("xml", "lxml.etree", lambda: read_edexml(b"<EDEX/>")),
    "excel": ("excel", "lxml.etree", lambda: read_adviezen(b"PK\x03\x04rest", SCHOOL)),
    "yaml": ("yaml", "yaml", lambda: read_definitie(Path("new.yaml"))),
    "postgres": ("postgres", "psycopg", lambda: open_store("postgresql://localhost/nothing")),
    "calendar": ("cli", "icalendar", lambda: as_ics([], name="planning", made=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_missing_extra_has_the_same_words(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    extra, module, ask = WAYS[way]
    for name in [name for name in sys.modules if name.startswith("doorstroom_client.store.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError) as caught:
        ask()
    assert caught.value.message.endswith(f"needs the extra {extra}, which is not installed")
    assert caught.value.hint.startswith(how_to_install(extra))


def test_no_other_place_says_how_to_install() -> None:
    found = [path.name for path in (ROOT / "doorstroom_client").rglob("*.py") if "Run: pip install" in path.read_text("utf-8")]
    assert found == ["extras.py"]


def test_the_words_name_extras_that_there_are() -> None:
    for path in (ROOT / "doorstroom_client").rglob("*.py"):
        for word in ("not_installed(", "how_to_install("):
            for piece in path.read_text("utf-8").split(word)[1:]:
                if piece[0] in "\"'":
                    assert piece[1:].split(piece[0])[0] in EXTRAS, path


def test_another_way_is_told() -> None:
    error = not_installed("xml", "reading XML", instead="give a CSV")
    assert error.hint == 'Run: pip install "doorstroom_client[xml]"; or give a CSV'
    assert error.setting == "xml"
