"""Loads the published definitions from the folder DOORSTROOM_SPEC_DIR; without it the tests are skipped."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator, FormatChecker

VERSIONS = {"1.0": "1.0.1", "1.1": "1.1.0"}
"""Name of the agreement -> version of its definition."""

_FOLDER = os.environ.get("DOORSTROOM_SPEC_DIR", "")


class _TextLoader(yaml.SafeLoader):
    """A safe loader that leaves dates and times as the text that stands there (quirk Q17)."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

_formats = FormatChecker(formats=())
_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")


@_formats.checks("date-time", raises=ValueError)
def _date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_DATE_TIME.fullmatch(value)) and dt.datetime.fromisoformat(value).tzinfo is not None


@_formats.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)) and bool(dt.date.fromisoformat(value))


@dataclass(frozen=True)
class Example:
    """One request example that is embedded in a definition."""

    afspraak: str
    path: str
    name: str
    schema: str
    value: Any


class Definition:
    """One published definition, with validators for its schemas."""

    def __init__(self, afspraak: str, document: dict[str, Any]) -> None:
        self.afspraak = afspraak
        self.document = document
        self.schemas: dict[str, Any] = document["components"]["schemas"]

    def errors(self, schema: str, value: object) -> list[str]:
        """What is wrong with `value`, one line per place."""
        root = {"$ref": f"#/components/schemas/{schema}", "components": self.document["components"]}
        found = Draft4Validator(root, format_checker=_formats).iter_errors(value)
        return sorted(f"{'.'.join(map(str, error.absolute_path))}: {error.validator}" for error in found)

    def examples(self) -> list[Example]:
        """Every request example, in the order of the document."""
        found: list[Example] = []
        for path, item in self.document["paths"].items():
            content = item.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                schema = content["schema"]["$ref"].rpartition("/")[2]
                for name, example in content["examples"].items():
                    found.append(Example(self.afspraak, path, name, schema, example["value"]))
        return found


def _load() -> dict[str, Definition]:
    definitions: dict[str, Definition] = {}
    for name, version in VERSIONS.items():
        text = (Path(_FOLDER) / f"doorstroom-openapi-{version}.yaml").read_text(encoding="utf-8")
        definitions[name] = Definition(name, yaml.load(text, Loader=_TextLoader))
        assert definitions[name].document["info"]["version"] == version
    return definitions


_LOADED = _load() if _FOLDER else {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if not _FOLDER and here in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="DOORSTROOM_SPEC_DIR does not name the folder of the definitions"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "definition" in metafunc.fixturenames:
        metafunc.parametrize("definition", [_LOADED.get(name) for name in VERSIONS], ids=list(VERSIONS))
    for fixture, wanted in (
        ("participants_example", "Deelnemerslijst"),
        ("advice_example", "Schooladviezenlijst"),
        ("result_example", "Leerlingresultaat"),
        ("any_example", ""),
    ):
        if fixture in metafunc.fixturenames:
            found = [e for d in _LOADED.values() for e in d.examples() if not wanted or e.schema == wanted]
            ids = [f"{e.afspraak}-{e.schema}-{e.name}".replace(" ", "_") for e in found]
            metafunc.parametrize(fixture, found or [None], ids=ids or ["none"])


@pytest.fixture(scope="session")
def definitions() -> dict[str, Definition]:
    """The definitions by name of the agreement."""
    return _LOADED


@pytest.fixture(scope="session")
def spec_dir() -> Path:
    """The folder with the published definitions."""
    return Path(_FOLDER)
