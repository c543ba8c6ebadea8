"""The settings as a JSON schema, made from the table: an editor then knows each name, its meaning and its form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from doorstroom_client.config.secret_files import FROM_FILE
from doorstroom_client.config.setting_sections import SECTIONS
from doorstroom_client.config.table import SETTINGS, Setting
from doorstroom_client.messages.identifiers import Brin, Oin, Routeringskenmerk, Schooljaar
from doorstroom_client.parties.leverancier import BijOnbekende
from doorstroom_client.parties.osr import OMGEVINGEN
from doorstroom_client.parties.osr_profile import PROFIELEN
from doorstroom_client.receiving.proxy_forms import FORMS

NAME = "doorstroom.schema.json"
"""How the file beside the settings is called."""
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_KINDS: Mapping[str, dict[str, Any]] = {
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "day": {"type": "string", "format": "date"},
    "texts": _TEXTS,
    "paths": {"anyOf": [_TEXT, _TEXTS]},
}
_LEVELS = ["7", "8"]
_DAYS = {"type": "integer", "minimum": 0, "maximum": 3650}
_SECONDS = {"exclusiveMinimum": 0, "maximum": 3600}
_HTTPS = {"pattern": "^[hH][tT][tT][pP][sS]://"}
_YEAR = {"pattern": f"^{Schooljaar.pattern.pattern}$"}
_TWO_DIGITS = {"pattern": "^[0-9]{2}$"}
_OIN = {"pattern": f"^{Oin.pattern.pattern}$"}
FORM: Mapping[str, Mapping[str, Any]] = {
    "schooljaar": _YEAR,
    "retention.days": _DAYS,
    "retention.marks_days": _DAYS,
    "osr.base_url": _HTTPS,
    "osr.oin": _OIN,
    "osr.version": {"enum": [*PROFIELEN]},
    "osr.names": {"enum": ["snake", "camel"]},
    "osr.environment": {"enum": [*OMGEVINGEN]},
    "osr.per_second": {"exclusiveMinimum": 0, "maximum": 1000},
    "osr.suspect_from": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
    "leveranciers[].oin": _OIN,
    "leveranciers[].base_url": _HTTPS,
    "leveranciers[].bij_onbekende": {"enum": [*map(str, BijOnbekende)]},
    "leveranciers[].herhaal_na": {"type": "integer", "minimum": 0, "maximum": 366},
    "scholen[].instellingscode": {"pattern": f"^{Brin.pattern.pattern}$"},
    "scholen[].vestigingscode": _TWO_DIGITS,
    "scholen[].onderwijsaanbiedercode": {"pattern": "^[0-9]{3}A[0-9]{3}$"},
    "scholen[].onderwijslocatiecode": {"pattern": "^[0-9]{3}X[0-9]{3}$"},
    "scholen[].administratienr": _TWO_DIGITS,
    "scholen[].routeringskenmerk": {"pattern": f"^{Routeringskenmerk.pattern.pattern}$"},
    "scholen[].oin": _OIN,
    "afspraken[].eerste_schooljaar": _YEAR,
    "afspraken[].laatste_schooljaar": _YEAR,
    "edexml.jaargroepen": {"items": {"enum": _LEVELS}, "minItems": 1},
    "edexml.jaargroep_voor_s": {"enum": ["", *_LEVELS]},
    "schooljaren[].schooljaar": _YEAR,
    "timeouts.connect": _SECONDS,
    "timeouts.post": _SECONDS,
    "timeouts.osr": _SECONDS,
    "timeouts.rapport": _SECONDS,
    "retry.attempts": {"type": "integer", "minimum": 1, "maximum": 5},
    "retry.longest_wait": {"minimum": 0, "maximum": 21600},
    "serve.port": {"type": "integer", "minimum": 0, "maximum": 65535},
    "serve.proxy_format": {"enum": [*FORMS]},
}
"""What more is known of a value than its kind."""


def schema() -> dict[str, Any]:
    """The schema of a settings file.

    Nothing is required but within what may stand there several times: the rest may come from variables.
    """
    top: dict[str, Any] = {}
    for section, about in SECTIONS.items():
        properties, required = _properties(section)
        if not section:
            top |= properties
            continue
        described = {"description": f"{about.purpose} {about.source}".strip()}
        part: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        if section.endswith("[]"):
            needed = {"required": required} if required else {}
            top[section.removesuffix("[]")] = {**described, "type": "array", "items": {**part, **needed}}
        else:
            top[section] = {**described, **part}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of doorstroom_client",
        "type": "object",
        "properties": top,
        "additionalProperties": False,
    }


def schema_text() -> str:
    """The schema as a file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def _properties(section: str) -> tuple[dict[str, Any], list[str]]:
    """The settings of a section, and which of them it cannot do without."""
    within = [item for item in SETTINGS if item.section == section]
    found: dict[str, Any] = {}
    for item in within:
        found[item.key] = _value(item)
        if item.from_file:
            found[item.key + FROM_FILE] = {"type": "string", "description": f"file that holds {item.key}, in place of it"}
    return found, [item.key for item in within if item.required]


def _value(setting: Setting) -> dict[str, Any]:
    described = {"description": setting.help + ("; required" if setting.required else "")}
    return {**described, **_KINDS.get(setting.kind, _TEXT), **FORM.get(setting.name, {})}
