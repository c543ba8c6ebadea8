"""The published definitions as what they demand of messages: those that are shipped, and one from a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.theirs import os_reason
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.readers.definitie import read_definitie
from doorstroom_client.simulator.validator import Breach, NotUnderstoodError, Schema, breaches, constraints, resolved

SHIPPED = ("1.0.1", "1.1.0")
"""Versions of the definitions that come along, the newest last."""
_FOLDER, _JSON = "definitions", "application/json"
_EXTENSIE = ("deelnemers", "[]", "extensie")


@frozen
class Definitie:
    """What one definition demands of the messages of the chain.

    Attributes:
        nummer: its own version, ``"1.1.0"``.
        berichten: the schema of the body, per operation (``registreren``).
        schemas: what those refer to, by name.
    """

    nummer: str
    berichten: Mapping[str, Schema]
    schemas: Mapping[str, Schema]

    @classmethod
    def of(cls, document: object) -> Self:
        """Take what is needed from an OpenAPI document.

        Raises:
            NotUnderstoodError: it is none, or demands what cannot be judged here.
        """
        found = constraints_of(document)
        berichten = {path.strip("/"): _body(item) for path, item in found["paths"].items()}
        made = cls(found["info"]["version"], berichten, found["components"]["schemas"])
        for schema in (*berichten.values(), *made.schemas.values()):
            made._check_references(schema)
        return made

    def breaches(self, operatie: str, bericht: object) -> list[Breach]:
        """Where a message does not fit.

        Args:
            operatie: ``registreren``, ``registreren-schooladviezen`` or ``leerlingresultaat``.
            bericht: what a JSON reader gives.
        """
        return list(breaches(bericht, self.berichten[operatie], self.schemas))

    def find(self, operatie: str, *steps: str) -> Schema | None:
        """The schema of a field, None when there is no such field.

        Args:
            operatie: the message it is in.
            *steps: names of fields, ``[]`` for the items of a list.
        """
        schema: Schema = self.berichten.get(operatie, {})
        for step in steps:
            schema = resolved(schema, self.schemas)
            inner = schema.get("items") if step == "[]" else schema.get("properties", {}).get(step)
            if inner is None:
                return None
            schema = inner
        return resolved(schema, self.schemas)

    def values(self, operatie: str, *steps: str) -> tuple[str, ...]:
        """The value list of a field, empty when it has none; as for `find`."""
        found = self.find(operatie, *steps)
        return () if found is None else tuple(found.get("enum", ()))

    def following(self, afspraak: Afspraak) -> Definitie:
        """This definition with what an agreement says in its place: profiles, advice values, geslacht; and any versie.

        Args:
            afspraak: a field that it names and this definition does not have, is not added.
        """
        berichten = dict(self.berichten)

        def put(operatie: str, steps: Sequence[str], change: Callable[[Schema], Schema]) -> None:
            if self.find(operatie, *steps) is not None:
                berichten[operatie] = self._changed(berichten[operatie], steps, change)

        for operatie, profiel in (
            ("registreren", afspraak.profiel_deelnemers),
            ("registreren-schooladviezen", afspraak.profiel_schooladviezen),
            ("leerlingresultaat", afspraak.profiel_resultaat),
        ):
            put(operatie, ("versie",), _without_enum)
            put(operatie, ("profiel",), partial(_with_enum, [profiel]))
        advies = ("voorlopigSchooladviezen", "[]", "advies")
        put("registreren-schooladviezen", advies, partial(_with_enum, afspraak.schooladviezen))
        if not afspraak.geslacht:
            put("registreren", _EXTENSIE, _without_geslacht)
        if not afspraak.schooladviezen:
            berichten.pop("registreren-schooladviezen", None)
        return Definitie(self.nummer, berichten, self.schemas)

    def _changed(self, schema: Schema, steps: Sequence[str], change: Callable[[Schema], Schema]) -> Schema:
        """A schema in which the one of a field is changed; what refers to the same schemas elsewhere keeps them."""
        schema = resolved(schema, self.schemas)
        if not steps:
            return change(schema)
        step, *rest = steps
        if step == "[]":
            return {**schema, "items": self._changed(schema["items"], rest, change)}
        inner = self._changed(schema["properties"][step], rest, change)
        return {**schema, "properties": {**schema["properties"], step: inner}}

    def _check_references(self, schema: Schema) -> None:
        resolved(schema, self.schemas)
        for inner in _inside(schema):
            self._check_references(inner)


def load_definition(path: Path) -> Definitie:
    """Read a definition: as the chain published it (YAML or JSON), or as `tools/make_definition.py` made one of it (JSON).

    Args:
        path: the file; one that is not named ``.json`` is read as YAML.

    Raises:
        ConfigurationError: it cannot be read, PyYAML (extra ``yaml``) is not installed, or it demands something that cannot be
            judged here, such as a keyword that is not known.
    """
    try:
        return Definitie.of(_from_json(path) if path.suffix == ".json" else read_definitie(path))
    except NotUnderstoodError as error:
        raise ConfigurationError(
            f"{path.name}: {error}",
            setting="file",
            hint="Give the definition as it was published; what it newly demands needs a newer version of this library",
        ) from None


@cache
def shipped(nummer: str) -> Definitie:
    """A definition that comes along.

    Args:
        nummer: one of `SHIPPED`.
    """
    return Definitie.of(json.loads((files("doorstroom_client.simulator") / _FOLDER / f"{nummer}.json").read_text("utf-8")))


def definitie_bij(afspraak: Afspraak) -> Definitie:
    """The shipped definition that an agreement belongs to: the one with its version string, else the newest."""
    for nummer in SHIPPED:
        if afspraak.versie in shipped(nummer).values("registreren", "versie"):
            return shipped(nummer)
    return shipped(SHIPPED[-1])


def constraints_of(document: Any) -> dict[str, Any]:
    """What a published definition demands of messages, in its own form (OpenAPI) and without any prose.

    Raises:
        NotUnderstoodError: it is no definition of the chain, or demands what cannot be judged here.
    """
    try:
        openapi, version = str(document["openapi"]), str(document["info"]["version"])
        schemas = {str(name): constraints(item, f"schema {name}") for name, item in document["components"]["schemas"].items()}
        bodies = {
            str(path): constraints(_body(item), f"POST {path}") for path, item in document["paths"].items() if "post" in item
        }
    except (AttributeError, KeyError, TypeError):
        raise NotUnderstoodError("this is no OpenAPI definition with messages in JSON") from None
    if "/registreren" not in bodies:
        raise NotUnderstoodError("this has no POST /registreren, so it is no definition of the chain")
    paths = {path: {"post": {"requestBody": {"content": {_JSON: {"schema": body}}}}} for path, body in bodies.items()}
    return {"openapi": openapi, "info": {"version": version}, "paths": paths, "components": {"schemas": schemas}}


def _body(item: Any) -> Any:
    return item["post"]["requestBody"]["content"][_JSON]["schema"]


def _inside(schema: Schema) -> Iterator[Schema]:
    yield from schema.get("properties", {}).values()
    if "items" in schema:
        yield schema["items"]


def _with_enum(values: Iterable[str], schema: Schema) -> Schema:
    return {**schema, "enum": list(values)}


def _without_enum(schema: Schema) -> Schema:
    return {keyword: given for keyword, given in schema.items() if keyword != "enum"}


def _without_geslacht(schema: Schema) -> Schema:
    properties = {name: inner for name, inner in schema["properties"].items() if name != "geslacht"}
    return {**schema, "properties": properties, "required": [name for name in schema["required"] if name != "geslacht"]}


def _from_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        problem = f"cannot read {path}: {os_reason(error)}"
    except (ValueError, RecursionError):
        problem = f"{path.name} is not valid JSON"
    raise ConfigurationError(problem, setting="file", hint="Give the file as it was published")
