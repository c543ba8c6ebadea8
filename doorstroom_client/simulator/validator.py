"""Judges a message by a schema: the keywords that the chain's definitions use; one with any other is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from doorstroom_client.basics.frozen import frozen

Schema = Mapping[str, Any]


class NotUnderstoodError(ValueError):
    """A definition demands what cannot be judged here; the text says what, and where it stands."""


@frozen
class Breach:
    """One place in a message that does not fit its schema; it holds nothing of the message.

    Attributes:
        path: the place, as ``deelnemers[0].extensie.voorletters``; empty for the message itself.
        rule: the keyword of the schema that it breaks.
        limit: what the schema gives with that keyword.
    """

    path: str
    rule: str
    limit: Any


def constraints(schema: object, where: str) -> dict[str, Any]:
    """What a schema demands, without its prose.

    Args:
        schema: as it was published.
        where: its place in the definition, for the error.

    Raises:
        NotUnderstoodError: it has a keyword that `breaches` does not judge, or not with this value.
    """
    if not isinstance(schema, Mapping):
        raise NotUnderstoodError(f"{where} is no schema")
    kept = {str(name): given for name, given in schema.items() if name not in _PROSE and not str(name).startswith("x-")}
    for keyword, given in kept.items():
        if keyword not in _KEYWORDS or not _KEYWORDS[keyword](given):
            raise NotUnderstoodError(f"{where} has the keyword {keyword}{_shown(given)}, which is not known here")
    if "$ref" in kept and len(kept) > 1:
        raise NotUnderstoodError(f"{where} has more beside $ref, of which OpenAPI 3.0 and 3.1 do not say the same")
    if "properties" in kept:
        kept["properties"] = {str(name): constraints(inner, f"{where}.{name}") for name, inner in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = constraints(kept["items"], f"{where}[]")
    return kept


def breaches(value: object, schema: Schema, schemas: Mapping[str, Schema], path: str = "") -> Iterator[Breach]:
    """Every place where a value does not fit; of one that has the wrong type nothing else is said.

    Args:
        value: what a JSON reader gives.
        schema: as `constraints` gives it.
        schemas: what its references are to, by name.
        path: the place of the value in the message.
    """
    schema = resolved(schema, schemas)
    if "type" in schema and not _TYPES[schema["type"]](value):
        yield Breach(path, "type", schema["type"])
        return
    if "enum" in schema and not any(_same(value, item) for item in schema["enum"]):
        yield Breach(path, "enum", tuple(schema["enum"]))
    for rule, (kind, fits) in _LIMITS.items():
        if rule in schema and isinstance(value, kind) and not fits(value, schema[rule]):
            yield Breach(path, rule, schema[rule])
    if isinstance(value, dict):
        yield from _in_object(value, schema, schemas, path)
    elif isinstance(value, list) and "items" in schema:
        for at, item in enumerate(value):
            yield from breaches(item, schema["items"], schemas, f"{path}[{at}]")


def _in_object(value: dict[str, Any], schema: Schema, schemas: Mapping[str, Schema], path: str) -> Iterator[Breach]:
    before = f"{path}." if path else ""
    for name in schema.get("required", ()):
        if name not in value:
            yield Breach(before + name, "required", True)
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from breaches(value[name], inner, schemas, before + name)


def resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """A schema, or the one that it refers to.

    Raises:
        NotUnderstoodError: there is no such schema, or only references to references.
    """
    for _ in range(len(schemas) + 1):
        if "$ref" not in schema:
            return schema
        name = schema["$ref"].removeprefix(_REF)
        if name not in schemas:
            break
        schema = schemas[name]
    raise NotUnderstoodError(f"{schema['$ref']} leads to no schema")


def _is_date(text: str) -> bool:
    return re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None and _exists(text)


def _is_moment(text: str) -> bool:
    return _MOMENT.fullmatch(text) is not None and _exists(text[:10])


def _exists(day: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(day))
    except ValueError:
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_pattern(value: object) -> bool:
    try:
        return isinstance(value, str) and re.compile(value) is not None
    except re.error:
        return False


def _each(value: object, *kinds: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kinds) for item in value)


def _same(value: object, other: object) -> bool:
    """Whether two values are the same in JSON, where 1.0 is 1 and true is neither."""
    return isinstance(value, bool) is isinstance(other, bool) and value == other


def _shown(given: object) -> str:
    """A value of a definition as an error names it: what is short enough to find back."""
    return f" {given}" if isinstance(given, str | int | float) and len(str(given)) <= 40 else ""


_REF = "#/components/schemas/"
_PROSE = {"description", "title", "example", "examples", "externalDocs", "deprecated", "default"}
"""What is said about a value without demanding anything of it."""
# RFC 3339 as it is meant for a moment that somebody wrote down: there is no leap second that will still come.
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_FORMATS: Mapping[str, Callable[[str], bool]] = {"date": _is_date, "date-time": _is_moment}
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and value % 1 == 0,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_LIMITS: Mapping[str, tuple[type, Callable[[Any, Any], bool]]] = {
    "minLength": (str, lambda text, least: len(text) >= least),
    "maxLength": (str, lambda text, most: len(text) <= most),
    "pattern": (str, lambda text, pattern: re.search(pattern, text) is not None),
    "format": (str, lambda text, name: _FORMATS[name](text)),
    "minItems": (list, lambda items, least: len(items) >= least),
    "maxItems": (list, lambda items, most: len(items) <= most),
}
_KEYWORDS: Mapping[str, Callable[[Any], bool]] = {
    "$ref": lambda given: isinstance(given, str) and given.startswith(_REF),
    "type": lambda given: isinstance(given, str) and given in _TYPES,
    "enum": lambda given: _each(given, str, int, float, type(None)),
    "required": lambda given: _each(given, str),
    "properties": lambda given: isinstance(given, Mapping),
    "items": lambda given: isinstance(given, Mapping),
    "format": lambda given: isinstance(given, str) and given in _FORMATS,
    "pattern": _is_pattern,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_size),
}
"""Keyword -> whether a value that a definition gives with it can be judged."""
