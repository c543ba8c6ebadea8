"""Where a newly published definition differs from another one: fields, value lists, statuses and the version string.

A document is what a YAML or JSON reader gives; nothing in it is trusted to have any shape. Fields are told by where they stand
in a message, so that another name or order of the schemas is no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from doorstroom_client.basics.frozen import frozen

_FEITEN = ("type", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "nullable")
_DIEPST, _MEESTE = 30, 5000
"""Steps from one reference to the next, and fields in one message: more than any definition needs."""
_METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}

Schema = dict[str, Any]


@frozen
class Verschil:
    """One difference between two definitions.

    Attributes:
        soort: ``path``, ``status``, ``version``, ``added``, ``gone``, ``required``, ``values`` or ``changed``.
        plaats: the operation, as ``POST /registreren``.
        veld: the field, as ``deelnemers[].extensie.geslacht``; the status, or empty for a whole operation.
        tekst: what is different, in one line.
    """

    soort: str
    plaats: str
    veld: str
    tekst: str


Boven = tuple[object, ...]
"""What a field stands in: references, and the places of schemas without one."""
Velden = dict[str, Schema]
"""Path of a field -> what is said of it, with ``required`` and ``enum``."""


def vergelijk(onze: object, nieuwe: object) -> list[Verschil]:
    """Where a new definition differs from ours.

    Args:
        onze: a document in OpenAPI, such as `definitie_van` makes.
        nieuwe: the other one.

    Raises:
        ValueError: it is no OpenAPI document with paths.
    """
    ours, theirs = dict(_operaties(onze)), dict(_operaties(nieuwe))
    found: list[Verschil] = []
    for plaats in dict.fromkeys([*ours, *theirs]):
        if plaats not in theirs:
            found.append(Verschil("path", plaats, "", "is gone"))
        elif plaats not in ours:
            found.append(Verschil("path", plaats, "", "is new"))
        else:
            found += _statusverschil(plaats, ours[plaats][1], theirs[plaats][1])
            found += _veldverschil(plaats, ours[plaats][0], theirs[plaats][0])
    return found


# --- reading a document ---


def _operaties(document: object) -> Iterator[tuple[str, tuple[Velden, set[str]]]]:
    """Each operation: its fields, and its statuses."""
    root = _mapping(document)
    if not _mapping(root.get("paths")):
        raise ValueError("no OpenAPI definition with paths")
    for path, item in _mapping(root["paths"]).items():
        shared = _list(_mapping(item).get("parameters"))
        for method, operation in _mapping(item).items():
            if str(method).lower() in _METHODS:
                yield f"{str(method).upper()} {path}", _operatie(_mapping(operation), shared, root)


def _operatie(operation: Mapping[str, Any], shared: list[Any], root: Mapping[str, Any]) -> tuple[Velden, set[str]]:
    velden: Velden = {}
    for given in (*shared, *_list(operation.get("parameters"))):
        parameter = _opgelost(given, root)
        naam = f"{parameter.get('in')}:{parameter.get('name')}"
        _verzamel(naam, _mapping(parameter.get("schema")), parameter.get("required") is True, root, velden)
    body = _opgelost(operation.get("requestBody"), root)
    for media in _mapping(body.get("content")).values():
        schema = _opgelost(_mapping(media).get("schema"), root)
        required = {str(naam) for naam in _list(schema.get("required"))}
        for naam, veld in _mapping(schema.get("properties")).items():
            _verzamel(str(naam), veld, naam in required, root, velden)
    return velden, {str(code) for code in _mapping(operation.get("responses"))}


def _verzamel(pad: str, given: object, required: bool, root: Mapping[str, Any], velden: Velden, boven: Boven = ()) -> None:
    """Note a field and the fields inside it; what refers to something that it stands in is not gone into again."""
    if len(velden) >= _MEESTE:
        raise ValueError("no definition of messages: there is no end to its fields")
    schema = _opgelost(given, root)
    feiten = {naam: schema[naam] for naam in _FEITEN if naam in schema and schema[naam] is not False}
    if "enum" in schema or "const" in schema:
        feiten["enum"] = _list(schema["enum"]) if "enum" in schema else [schema["const"]]
    feiten |= {naam: len(_list(schema[naam])) for naam in ("oneOf", "anyOf") if naam in schema}
    velden[pad] = feiten | {"required": required}
    key = _mapping(given).get("$ref") or id(given)
    if key in boven:
        return
    boven = (*boven, key)
    item = _opgelost(schema.get("items"), root)
    if item and not _mapping(item.get("properties")):
        _verzamel(f"{pad}[]", schema["items"], True, root, velden, boven)
        return
    inside = item or schema
    if item:
        pad, key = f"{pad}[]", _mapping(schema["items"]).get("$ref") or id(schema["items"])
        if key in boven:
            return
        boven = (*boven, key)
    needed = {str(naam) for naam in _list(inside.get("required"))}
    for naam, veld in _mapping(inside.get("properties")).items():
        _verzamel(f"{pad}.{naam}", veld, str(naam) in needed, root, velden, boven)


def _opgelost(given: object, root: Mapping[str, Any], depth: int = 0) -> Schema:
    """A schema with its references and ``allOf`` put in place."""
    schema = dict(_mapping(given))
    if depth > _DIEPST:
        return schema
    if "$ref" in schema:
        at: object = root
        for step in str(schema.pop("$ref")).removeprefix("#/").split("/"):
            at = _mapping(at).get(step.replace("~1", "/").replace("~0", "~"))
        schema = _opgelost(at, root, depth + 1) | schema
    for part in _list(schema.pop("allOf", None)):
        other = _opgelost(part, root, depth + 1)
        properties = {**_mapping(schema.get("properties")), **_mapping(other.get("properties"))}
        required = [*_list(schema.get("required")), *_list(other.get("required"))]
        schema = (
            other | schema | ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
        )
    return schema


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


# --- differences ---


def _statusverschil(plaats: str, ours: set[str], theirs: set[str]) -> Iterator[Verschil]:
    for code in sorted(ours | theirs):
        if code not in theirs or code not in ours:
            yield Verschil("status", plaats, code, "is gone" if code in ours else "is new")


def _veldverschil(plaats: str, ours: Velden, theirs: Velden) -> Iterator[Verschil]:
    for veld in dict.fromkeys([*ours, *theirs]):
        if veld not in theirs or veld not in ours:
            where, other = (ours, theirs) if veld in ours else (theirs, ours)
            if not _met_zijn_geheel(veld, where, other):
                must = " and required" if where is theirs and theirs[veld]["required"] else ""
                yield Verschil(
                    "gone" if where is ours else "added", plaats, veld, "is gone" if where is ours else f"is new{must}"
                )
            continue
        one, other = ours[veld], theirs[veld]
        if one["required"] != other["required"]:
            text = "is now required" if other["required"] else "may now be left out"
            yield Verschil("required", plaats, veld, text)
        if one.get("enum") != other.get("enum"):
            yield from _waardenverschil(plaats, veld, one, other)
        for feit in sorted({*one, *other} - {"required", "enum"}):
            if one.get(feit) != other.get(feit):
                yield Verschil("changed", plaats, veld, f"{feit}: {_woord(one.get(feit))} is now {_woord(other.get(feit))}")


def _met_zijn_geheel(veld: str, where: Velden, other: Velden) -> bool:
    """Whether the field comes or goes together with what it stands in."""
    return any(
        (veld.startswith((f"{whole}.", f"{whole}[]"))) and whole not in other for whole in where if len(whole) < len(veld)
    )


def _waardenverschil(plaats: str, veld: str, ours: Schema, theirs: Schema) -> Iterator[Verschil]:
    if "enum" not in theirs:
        yield Verschil("values", plaats, veld, "any value is allowed now")
        return
    one, other = _list(ours.get("enum")), _list(theirs["enum"])
    if "enum" not in ours:
        yield Verschil("values", plaats, veld, f"only these values now: {_waarden(other)}")
        return
    if veld == "versie":
        yield Verschil("version", plaats, veld, f"{_waarden(one)} is now {_waarden(other)}")
        return
    new, gone = [item for item in other if item not in one], [item for item in one if item not in other]
    if new:
        yield Verschil("values", plaats, veld, f"new: {_waarden(new)}")
    if gone:
        yield Verschil("values", plaats, veld, f"gone: {_waarden(gone)}")


def _waarden(values: Iterable[object]) -> str:
    return ", ".join(str(item) for item in values)


def _woord(value: object) -> str:
    return "nothing" if value is None else str(value)
