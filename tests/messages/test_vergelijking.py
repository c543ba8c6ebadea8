"""A published definition beside an agreement: every kind of difference, on definitions changed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

import pytest

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.definitie import LANGSTE, definitie_van
from doorstroom_client.messages.definitieverschil import vergelijk
from doorstroom_client.messages.findings import Findings
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.mild import Part

OURS = AFSPRAKEN["1.1"]
IN, ADVICE, OUT = "POST /registreren", "POST /registreren-schooladviezen", "POST /leerlingresultaat"
Change = Callable[[dict[str, Any]], Any]


def body(document: dict[str, Any], path: str = "/registreren") -> dict[str, Any]:
    return document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]  # type: ignore[no-any-return]


def field(document: dict[str, Any], name: str, path: str = "/registreren") -> dict[str, Any]:
    """The schema of a field: a path as in a difference."""
    at = body(document, path)
    for step in name.split("."):
        at = at["properties"][step.removesuffix("[]")]
        at = at["items"] if step.endswith("[]") else at
    return at


def differences(change: Change, afspraak: Any = OURS) -> list[tuple[str, str, str, str]]:
    document = json.loads(json.dumps(definitie_van(OURS)))  # in ours, parts that are the same are one
    change(document)
    return [(item.soort, item.plaats, item.veld, item.tekst) for item in vergelijk(definitie_van(afspraak), document)]


def new_required(it: dict[str, Any]) -> None:
    pupil = field(it, "deelnemers[]")
    pupil["properties"]["nationaliteit"] = {"type": "string"}
    pupil["required"].append("nationaliteit")


def new_object(it: dict[str, Any]) -> None:
    body(it)["properties"]["school"] = {"type": "object", "properties": {"naam": {"type": "string"}}}


def gone(it: dict[str, Any]) -> None:
    parts = field(it, "deelnemers[].extensie")
    del parts["properties"]["geslacht"]
    parts["required"].remove("geslacht")


def whole_gone(it: dict[str, Any]) -> None:
    pupil = field(it, "deelnemers[]")
    del pupil["properties"]["extensie"]
    pupil["required"].remove("extensie")


CHANGES: dict[str, tuple[Change, list[tuple[str, str, str, str]]]] = {
    "nothing": (lambda it: None, []),
    "a new field": (new_required, [("added", IN, "deelnemers[].nationaliteit", "is new and required")]),
    "a new object is told once": (new_object, [("added", IN, "school", "is new")]),
    "a field is gone": (gone, [("gone", IN, "deelnemers[].extensie.geslacht", "is gone")]),
    "an object is gone": (whole_gone, [("gone", IN, "deelnemers[].extensie", "is gone")]),
    "now required": (
        lambda it: field(it, "deelnemers[]")["required"].append("voorvoegsel"),
        [("required", IN, "deelnemers[].voorvoegsel", "is now required")],
    ),
    "no longer required": (
        lambda it: field(it, "deelnemers[]")["required"].remove("roepnaam"),
        [("required", IN, "deelnemers[].roepnaam", "may now be left out")],
    ),
    "a type": (
        lambda it: field(it, "groepen[].omschrijving").update(type="integer"),
        [("changed", IN, "groepen[].omschrijving", "type: string is now integer")],
    ),
    "a length": (
        lambda it: field(it, "deelnemers[].achternaam").update(maxLength=200),
        [("changed", IN, "deelnemers[].achternaam", "maxLength: 70 is now 200")],
    ),
    "a pattern": (
        lambda it: field(it, "deelnemersgroep.vestigingscode").update(pattern="[0-9]{2}"),
        [("changed", IN, "deelnemersgroep.vestigingscode", "pattern: nothing is now [0-9]{2}")],
    ),
    "a pattern of a parameter": (
        lambda it: it["paths"]["/registreren"]["post"]["parameters"][0]["schema"].update(pattern="[0-9A-Z]{20}"),
        [("changed", IN, "query:edu-to", r"pattern: (\d|\D){20} is now [0-9A-Z]{20}")],
    ),
    "a value is new, another gone": (
        lambda it: field(it, "voorlopigSchooladviezen[].advies", "/registreren-schooladviezen").update(
            enum=[*OURS.schooladviezen[1:], "BRUGKLAS"]
        ),
        [
            ("values", ADVICE, "voorlopigSchooladviezen[].advies", "new: BRUGKLAS"),
            ("values", ADVICE, "voorlopigSchooladviezen[].advies", "gone: VSO"),
        ],
    ),
    "values in another order are the same": (
        lambda it: field(it, "resultatenscores.toetsdefinitie", "/leerlingresultaat")["enum"].reverse(),
        [],
    ),
    "the list of values is gone": (
        lambda it: field(it, "groepen[].label").pop("enum"),
        [("values", IN, "groepen[].label", "any value is allowed now")],
    ),
    "a list of values is new": (
        lambda it: field(it, "auteur").update(enum=["LAS"]),
        [("values", IN, "auteur", "only these values now: LAS")],
    ),
    "the version": (
        lambda it: field(it, "versie").update(enum=["Doorstroomtoetsketen_v2026-2027"]),
        [("version", IN, "versie", "Doorstroomtoetsketen_v1.1 is now Doorstroomtoetsketen_v2026-2027")],
    ),
    "the version, written in the new way": (
        lambda it: field(it, "versie").update(const=field(it, "versie").pop("enum")[0]),
        [],
    ),
    "a status is new": (
        lambda it: it["paths"]["/leerlingresultaat"]["post"]["responses"].update({409: {}}),
        [("status", OUT, "409", "is new")],
    ),
    "a status is gone": (
        lambda it: it["paths"]["/registreren"]["post"]["responses"].pop("405"),
        [("status", IN, "405", "is gone")],
    ),
    "a path is new": (
        lambda it: it["paths"].update({"/afmelden": {"post": {"responses": {"202": {}}}}}),
        [("path", "POST /afmelden", "", "is new")],
    ),
    "a path is gone": (
        lambda it: it["paths"].pop("/leerlingrapport/{rapportid}"),
        [("path", "GET /leerlingrapport/{rapportid}", "", "is gone")],
    ),
    "a list instead of one": (
        lambda it: body(it)["properties"].update(auteur={"type": "array", "items": {"type": "string"}}),
        [
            ("changed", IN, "auteur", "minLength: 1 is now nothing"),
            ("changed", IN, "auteur", "type: string is now array"),
            ("added", IN, "auteur[]", "is new and required"),
        ],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_difference_is_told_in_one_line(name: str) -> None:
    change, expected = CHANGES[name]
    found = differences(change)
    if name == "a list instead of one":
        expected = expected[:2]  # what comes with the list is told with it
        found = [item for item in found if item[2] == "auteur"]
    assert found == expected


def test_a_registered_agreement_is_compared_as_it_would_be_written() -> None:
    def publish(it: dict[str, Any]) -> None:
        gone(it)
        for path in ("/registreren", "/registreren-schooladviezen", "/leerlingresultaat"):
            field(it, "versie", path)["enum"] = ["Doorstroomtoetsketen_v9"]
        field(it, "profiel")["enum"] = ["Deelnemers"]
        for name in ("resultatenscores.toetsdefinitie", "toets.id"):
            field(it, name, "/leerlingresultaat")["enum"] = [*OURS.toetssoorten, "NIEUW"]

    assert len(differences(publish)) == 8
    following = OURS.volgende(
        naam="9",
        versie="Doorstroomtoetsketen_v9",
        eerste_schooljaar="2026-2027",
        profiel_deelnemers="Deelnemers",
        toetssoorten=(*OURS.toetssoorten, "NIEUW"),
    )
    assert differences(publish, following) == []


def test_another_name_or_way_of_writing_a_schema_is_no_difference() -> None:
    def rewrite(it: dict[str, Any]) -> None:
        schema = body(it)
        pupil = schema["properties"]["deelnemers"]["items"]
        half = {"type": "object", "properties": {"groep": pupil["properties"].pop("groep")}, "required": ["groep"]}
        it["components"] = {"schemas": {"Een/naam": pupil, "Half": half}}
        schema["properties"]["deelnemers"]["items"] = {
            "allOf": [{"$ref": "#/components/schemas/Een~1naam"}, {"$ref": "#/components/schemas/Half"}]
        }
        it["paths"]["/registreren"]["parameters"] = it["paths"]["/registreren"]["post"].pop("parameters")

    assert differences(rewrite) == []


def test_a_definition_that_refers_to_itself_ends() -> None:
    def knot(it: dict[str, Any]) -> None:
        me = {"$ref": "#/components/schemas/Ik"}
        it["components"] = {"schemas": {"Ik": {"properties": {"een": me, "ander": {"type": "array", "items": me}}}}}
        body(it)["properties"]["ik"] = me
        around = field(it, "groepen[]")
        around["properties"]["zelf"] = around

    assert {item[:3] for item in differences(knot)} == {("added", IN, "ik"), ("added", IN, "groepen[].zelf")}


def test_a_reference_to_itself_is_nothing_and_ends() -> None:
    def mirror(it: dict[str, Any]) -> None:
        it["components"] = {
            "schemas": {"Een": {"$ref": "#/components/schemas/Ander"}, "Ander": {"$ref": "#/components/schemas/Een"}}
        }
        body(it)["properties"]["spiegel"] = {"$ref": "#/components/schemas/Een"}

    assert differences(mirror) == [("added", IN, "spiegel", "is new")]


@pytest.mark.parametrize("document", [None, "text", [], {}, {"paths": []}, {"paths": {}}, {"openapi": "3.0.1"}])
def test_what_is_no_definition(document: object) -> None:
    with pytest.raises(ValueError, match="no OpenAPI definition"):
        vergelijk(definitie_van(OURS), document)


@pytest.mark.parametrize("odd", [None, 5, "x", [], {"post": None}, {"post": {"requestBody": {"content": 5}}}, {5: {}}])
def test_any_shape_is_taken_in(odd: object) -> None:
    assert vergelijk(definitie_van(OURS), {"paths": {"/registreren": odd, 5: odd}})


def test_what_has_no_end_is_refused() -> None:
    wide: dict[str, Any] = {"type": "string"}
    for _ in range(8):
        wide = {"properties": {f"v{number}": wide for number in range(9)}}
    with pytest.raises(ValueError, match="no end"):
        vergelijk(definitie_van(OURS), {"paths": {"/x": {"post": {"requestBody": {"content": {"j": {"schema": wide}}}}}}})


def test_our_side_has_the_fields_of_what_is_read() -> None:
    """A field that is read and not in the definition, or the other way round, is a mistake here."""

    def names(kind: type[Part], schema: dict[str, Any]) -> None:
        ours = {item.name for item in fields(kind) if item.init}  # type: ignore[arg-type]
        assert ours == set(schema["properties"]), kind
        for name, hint in get_type_hints(kind).items():
            inner = (hint, *get_args(hint), *(deep for part in get_args(hint) for deep in get_args(part)))
            found = [part for part in inner if isinstance(part, type) and issubclass(part, Part)]
            if found and name in ours:
                at = schema["properties"][name]
                names(found[0], at.get("items", at))

    names(Leerlingresultaat, body(definitie_van(OURS), "/leerlingresultaat"))


@pytest.mark.parametrize("name", LANGSTE)
def test_the_lengths_are_those_that_are_kept_to(name: str) -> None:
    found = Findings()
    assert found.text("x" * LANGSTE[name], name, most=LANGSTE[name])
    found.text("x" * (LANGSTE[name] + 1), name, most=LANGSTE[name])
    with pytest.raises(MessageError):
        found.raise_if_any("x")


def test_an_agreement_without_advice_has_no_path_for_it() -> None:
    assert "/registreren-schooladviezen" not in definitie_van(replace(OURS, schooladviezen=()))["paths"]
