"""The tables of docs/reference/ketentest-report.md: what stands in rapport.json, made from the schema of that file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCHEMA = Path("doorstroom_client") / "ketentest" / "report" / "rapport.schema.json"
BEGIN = "<!-- schema: made by tools/make_docs.py from rapport.schema.json -->\n"
END = "<!-- end of the schema -->\n"
_TYPES = {
    "string": "tekst",
    "integer": "geheel getal",
    "number": "getal",
    "boolean": "ja of nee",
    "null": "leeg",
    "array": "lijst",
    "object": "object",
}


def with_schema(page: str, root: Path) -> str:
    """A page with the schema of today between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise SystemExit("docs/reference/ketentest-report.md has lost a marker of its schema")
    schema = json.loads((root / SCHEMA).read_text("utf-8"))
    defs = schema["$defs"]
    parts = [("Het hele bestand", schema), *((f"`{name}`", part) for name, part in defs.items())]
    return f"{before}{BEGIN}\n{''.join(_section(title, part, defs) for title, part in parts)}{END}{after}"


def _section(title: str, part: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if "properties" not in part:
        return f"**{title}**: {part['description']} {_values(part)}\n\n"
    rows = "".join(f"| `{name}` | {_kind(item)} | {_meaning(item, defs)} |\n" for name, item in _fields(part))
    return f"**{title}**: {part['description']}\n\n| naam | soort | betekenis |\n| --- | --- | --- |\n{rows}\n"


def _fields(part: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The names in an object, and those in an object or a list in it that has no name of its own."""
    for name, item in part.get("properties", {}).items():
        yield f"{prefix}{name}", item
        inner = item.get("items", item)
        if all("description" in one for one in inner.get("properties", {}).values()):
            yield from _fields(inner, f"{prefix}{name}.")


def _meaning(item: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    return str(item.get("description") or defs[_named(item)]["description"])


def _named(item: Mapping[str, Any]) -> str:
    return str(item["$ref"]).rpartition("/")[2]


def _kind(item: Mapping[str, Any]) -> str:
    if "anyOf" in item:
        return " of ".join(_kind(one) for one in item["anyOf"])
    if "$ref" in item:
        return f"`{_named(item)}`"
    if "enum" in item or "const" in item:
        return _values(item)
    types = item["type"] if isinstance(item["type"], list) else [item["type"]]
    words = " of ".join(_TYPES[name] for name in types)
    inner = item.get("items", {})
    return f"{words} van {_kind(inner)}" if "$ref" in inner else words


def _values(item: Mapping[str, Any]) -> str:
    return ", ".join(f"`{value}`" for value in item.get("enum", [item.get("const")]))
