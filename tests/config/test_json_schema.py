"""The schema for editors says the same of every value as the reader."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from doorstroom_client.config import load_settings
from doorstroom_client.config.examples import EXAMPLES
from doorstroom_client.config.json_schema import FORM, schema
from doorstroom_client.config.setting_sections import SECTIONS, header
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.errors import ConfigurationError

VALIDATOR = Draft7Validator(schema(), format_checker=Draft7Validator.FORMAT_CHECKER)
DRAWN: dict[str, tuple[list[str], list[str]]] = {
    "schooljaar": (['"2025-2026"'], ['"2025"', '"25-26"']),
    "retention.days": (["0", "3650"], ["-1", "3651", "1.5"]),
    "retention.marks_days": (["0", "3650"], ["-1", "3651", "1.5"]),
    "osr.base_url": (['"https://x.example"', '"HTTPS://x.example"'], ['"http://x.example"', '"x.example"']),
    "osr.oin": (['"00000003990000110000"'], ['"1"', '"0000000399000011000a"']),
    "osr.version": (['"v2"', '"v3"'], ['"v1"', '"2"']),
    "osr.names": (['"snake"', '"camel"'], ['"kamel"']),
    "osr.environment": (['"productie"', '"kwalificatie"', '"sandbox"'], ['"test"']),
    "osr.per_second": (["0.5", "1000"], ["0", "1001"]),
    "osr.suspect_from": (["0", "1000000"], ["-1", "1.5", "1000001"]),
    "leveranciers[].oin": (['"00000003990000110000"'], ['"1"']),
    "leveranciers[].base_url": (['"https://x.example/dst"'], ['"http://x.example"']),
    "leveranciers[].bij_onbekende": (['"splits"', '"reports"', '"never"'], ['"soms"']),
    "leveranciers[].herhaal_na": (["0", "366"], ["-1", "367", "1.5"]),
    "scholen[].instellingscode": (['"99AA"'], ['"99aa"', '"99A"']),
    "scholen[].vestigingscode": (['"07"'], ['"7"', "7"]),
    "scholen[].onderwijsaanbiedercode": (['"901A902"'], ['"901X902"']),
    "scholen[].onderwijslocatiecode": (['"901X902"'], ['"901A902"']),
    "scholen[].administratienr": (['"07"'], ['"7"']),
    "scholen[].routeringskenmerk": (['"0000000700099AA00531"'], ['"1"']),
    "scholen[].oin": (['"0000000700099AA00000"'], ['"1"']),
    "afspraken[].eerste_schooljaar": (['"2026-2027"'], ['"2026"']),
    "afspraken[].laatste_schooljaar": (['"2026-2027"'], ['"2026"']),
    "edexml.jaargroepen": (['["7"]', '["7", "8"]'], ["[]", '["9"]', "[8]"]),
    "edexml.jaargroep_voor_s": (['""', '"7"', '"8"'], ['"6"']),
    "schooljaren[].schooljaar": (['"2026-2027"'], ['"2026"']),
    "timeouts.connect": (["0.1", "3600"], ["0", "3601"]),
    "timeouts.post": (["0.1", "3600"], ["0", "3601"]),
    "timeouts.osr": (["0.1", "3600"], ["0", "3601"]),
    "timeouts.rapport": (["0.1", "3600"], ["0", "3601"]),
    "retry.attempts": (["1", "5"], ["0", "6", "1.5"]),
    "retry.longest_wait": (["0", "21600"], ["-1", "21601"]),
    "serve.port": (["0", "65535"], ["-1", "65536", "1.5"]),
    "serve.proxy_format": (['"rfc9440"', '"xfcc"'], ['"xyz"']),
}
"""Values on both sides of each line that the schema draws, as they are written."""
OTHER_KINDS = {
    "text": ["5", "true", '["x"]'],
    "path": ["5", '["x"]'],
    "place": ["5"],
    "number": ['"5"', "true"],
    "flag": ['"true"', "1"],
    "texts": ['"x"', "[1]"],
    "paths": ["5", "[1]"],
    "day": ['"gisteren"', "5"],
}


def written(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return json.dumps([str(item) for item in value])
    return json.dumps(str(value))


def a_file(name: str, value: str) -> str:
    """A file with this value, and what it needs around it."""
    section, _, key = name.rpartition(".")
    around = {item.key: written(EXAMPLES[item.name]) for item in SETTINGS if item.section == section and item.required}
    lines = "".join(f"{key} = {text}\n" for key, text in {**around, key: value}.items())
    return lines if not section else f"{header(section)}\n{lines}"


def is_read(folder: Path, name: str, value: str) -> bool:
    """Whether the reader finds nothing wrong with that setting."""
    file = folder / "doorstroom.toml"
    file.touch(0o600)
    file.write_text(a_file(name, value))
    try:
        load_settings(file, {}, given={"certificate", "auteur"})
    except ConfigurationError as error:
        place = name.replace("[]", "[0]")
        return not any(item.path == place for item in error.problems)
    return True


def fits(name: str, value: str) -> bool:
    document = tomllib.loads(a_file(name, value))
    plain = json.loads(json.dumps(document, default=lambda item: item.isoformat() if isinstance(item, dt.date) else item))
    return not list(VALIDATOR.iter_errors(plain))


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(schema())


def test_every_setting_stands_in_it_with_its_meaning() -> None:
    top = schema()["properties"]
    for item in SETTINGS:
        part = top if not item.section else top[item.section.removesuffix("[]")]
        properties = part.get("items", part).get("properties", part)
        assert properties[item.key]["description"].startswith(item.help)
    assert list(SECTIONS) == list(dict.fromkeys(item.section for item in SETTINGS))


def test_every_line_that_it_draws_is_tried_here() -> None:
    assert set(FORM) == set(DRAWN)


@pytest.mark.parametrize("name", DRAWN)
def test_reader_and_schema_agree_on_both_sides_of_the_line(name: str, tmp_path: Path) -> None:
    good, bad = DRAWN[name]
    for value in good:
        assert (is_read(tmp_path, name, value), fits(name, value)) == (True, True), value
    for value in bad:
        assert (is_read(tmp_path, name, value), fits(name, value)) == (False, False), value


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda item: item.name)
def test_reader_and_schema_agree_on_kinds(setting: Any, tmp_path: Path) -> None:
    for value in OTHER_KINDS[setting.kind]:
        assert (is_read(tmp_path, setting.name, value), fits(setting.name, value)) == (False, False), value


def test_what_the_reader_does_not_know_the_schema_does_not_either() -> None:
    for text in ("autuer = 'x'", "[osr]\nbase_ur = 'x'", "[[scholen]]\nx = 1", "[onzin]"):
        assert list(VALIDATOR.iter_errors(tomllib.loads(text)))
    assert not list(VALIDATOR.iter_errors(tomllib.loads("store_file = 'x'\n[osr]\napi_key_file = 'x'")))
