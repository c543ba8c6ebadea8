"""What the published definitions say, against what this library says."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import fields
from typing import Any

import pytest

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.adviezenbericht import Adviezenbericht, build_adviezenbericht
from doorstroom_client.messages.afspraak import AFSPRAKEN, Afspraak
from doorstroom_client.messages.codec import decode_leerlingresultaat, encode
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht, build_deelnemersbericht
from doorstroom_client.messages.definitie import definitie_van
from doorstroom_client.messages.definitieverschil import vergelijk
from doorstroom_client.messages.identifiers import Routeringskenmerk
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import (
    TOETSNAMEN,
    Domein,
    Geslacht,
    Groepsoort,
    Identiteitsoort,
    Jaargroep,
    Onderdeel,
    Referentieniveau,
    Resultaatsoort,
    Schooladvies,
    Scoresoort,
    Subdomein,
    Toetsadvies,
    Toetssoort,
)

ENUMS: dict[str, Any] = {
    "Schooladviestype_enum": Schooladvies,
    "Toetssoort_enum": Toetssoort,
    "LeerlingIdsoort_enum": Identiteitsoort,
    "Geslachttype_enum": Geslacht,
    "GroepJaargroeptype_enum": Groepsoort,
    "LeerlingJaargroeptype_enum": Jaargroep,
    "Onderdeelcode_enum": Onderdeel,
    "Domeincode_enum": Domein,
    "Subdomeincode_enum": Subdomein,
    "Scoresoort_enum": Scoresoort,
    "Resultaatsoort_enum": Resultaatsoort,
}
LISTS = {"Deelnemerslijst": Deelnemersbericht, "Schooladviezenlijst": Adviezenbericht}


def school_of(message: Any) -> School:
    return School(
        **message["deelnemersgroep"],
        routeringskenmerk=f"00000007000{message['deelnemersgroep']['instellingscode']}00530",
    )


def leerling_of(entry: Any) -> Leerling:
    ids = {item["label"]: item["onderwijsdeelnemerID"] for item in entry["deelnemerref"]}
    assert len(ids) == len(entry["deelnemerref"])
    return Leerling(eck_id=ids.get("ECK-iD"), las_key=ids.get("LAS-key"))


def envelope_of(example: Any) -> dict[str, Any]:
    return {
        "afspraak": Afspraak.met_naam(example.afspraak),
        "schooljaar": example.value["schooljaar"],
        "auteur": example.value["auteur"],
        "datumtijd": dt.datetime.fromisoformat(example.value["datumtijd"]),
        "test_identities": True,
    }


def rebuild(example: Any) -> Deelnemersbericht:
    value = example.value
    return build_deelnemersbericht(
        school_of(value),
        [Stamgroep(item["id"], item["omschrijving"], item["niveau"]["niveau"]) for item in value["groepen"]],
        [
            Deelnemer(
                leerling=leerling_of(item),
                achternaam=item["achternaam"],
                voorvoegsel=item.get("voorvoegsel"),
                roepnaam=item["roepnaam"],
                voorletters=item["extensie"]["voorletters"],
                geboortedatum=item["extensie"]["geboortedatum"],
                geslacht=item["extensie"]["geslacht"],
                groep=item["groep"],
                jaargroep=item["niveau"]["niveau"],
            )
            for item in value["deelnemers"]
        ],
        **envelope_of(example),
    )


def test_the_definitions_are_the_expected_ones(definitions: dict[str, Any]) -> None:
    count = {name: len(definition.examples()) for name, definition in definitions.items()}
    assert count == {"1.0": 3, "1.1": 5}
    posts = {
        name: [path for path in found.document["paths"] if "post" in found.document["paths"][path]]
        for name, found in definitions.items()
    }
    assert posts["1.0"] == ["/registreren", "/leerlingresultaat"]
    assert posts["1.1"] == ["/registreren", "/registreren-schooladviezen", "/leerlingresultaat"]


def test_the_loader_leaves_dates_as_text(any_example: Any) -> None:
    def walk(node: Any) -> None:
        assert not isinstance(node, dt.date)
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            walk(child)

    walk(any_example.value)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", any_example.value["datumtijd"])


def test_participants_are_rebuilt_value_for_value(participants_example: Any) -> None:
    message = rebuild(participants_example)
    assert json.loads(encode(message)) == participants_example.value


def test_participants_keep_the_order_of_the_standard(participants_example: Any) -> None:
    def keys(node: Any) -> Any:
        if isinstance(node, dict):
            return [(key, keys(value)) for key, value in node.items()]
        return [keys(item) for item in node] if isinstance(node, list) else None

    assert keys(json.loads(encode(rebuild(participants_example)))) == keys(participants_example.value)


def test_advice_is_rebuilt_value_for_value(advice_example: Any) -> None:
    value = advice_example.value
    message = build_adviezenbericht(
        school_of(value),
        [Advies(leerling_of(item), item["advies"]) for item in value["voorlopigSchooladviezen"]],
        **envelope_of(advice_example),
    )
    assert json.loads(encode(message)) == value


def test_the_example_identities_are_refused_in_production(participants_example: Any) -> None:
    assert participants_example.value["deelnemers"][0]["deelnemerref"][0]["label"] == "ECK-iD"
    with pytest.raises(MessageError) as caught:
        build_deelnemersbericht(
            school_of(participants_example.value),
            [Stamgroep("g", "8A")],
            [
                Deelnemer(
                    leerling=leerling_of(participants_example.value["deelnemers"][0]),
                    achternaam="A",
                    roepnaam="A",
                    voorletters="A",
                    geboortedatum="2014-01-01",
                    groep="g",
                )
            ],
            **{**envelope_of(participants_example), "test_identities": False},
        )
    assert caught.value.path == "deelnemers[0].leerling.eck_id"


def test_the_result_example_is_read_with_everything_in_it(result_example: Any) -> None:
    result = decode_leerlingresultaat(json.dumps(result_example.value).encode())
    versie = AFSPRAKEN[result_example.afspraak].versie
    assert result.raw == result_example.value
    assert result.datumtijd == dt.datetime.fromisoformat(result_example.value["datumtijd"])
    assert result.auteur == "Toetssysteem xyz"
    assert result.versie == versie
    assert result.profiel == "Leerlingtoetsresultaat"
    assert result.schooljaar == result_example.value["schooljaar"]
    assert result.leerling == Leerling(eck_id="leerling-abc123")
    assert result.toetssoort is Toetssoort.ICE
    assert result.toetsadvies_tekst == "vwo"
    assert result.toetsadvies is Toetsadvies.VWO
    assert result.toetsscore == 100
    assert result.referentieniveaus == {
        "REKENEN": Referentieniveau.S1,
        "LEZEN": Referentieniveau.F1,
        "TAALVERZORGING": Referentieniveau.LAGER_DAN_1F,
    }
    assert result.afnamedatum == dt.date(2023, 4, 28)
    assert result.rapportid is None  # the example has a placeholder there (quirk Q22)
    assert result.opmerkingen == ()
    scores = result.resultatenscores.scores
    assert scores is not None
    assert [(score.label, score.waarde, score.as_int()) for score in scores.scores] == [
        (Scoresoort.TOETSSCORE, "100", 100),
        (Scoresoort.AANTAL_OPGAVEN, "50", 50),
    ]
    assert result.resultatenscores.versie == "Definitief"
    assert result.toets is not None
    assert (result.toets.naam, result.toets.versie) == ("IEP Doorstroomtoets", "IEP papier")
    assert [part.id for part in result.toets.toetsonderdelen] == [
        Onderdeel.REKENEN,
        Onderdeel.NEDERLANDSE_TAAL,
    ]
    assert [part.id for part in result.toets.toetsonderdelen[1].toetsonderdelen] == [
        Domein.LEZEN,
        Domein.TAALVERZORGING,
    ]


def test_only_the_result_example_fails_its_own_schema(any_example: Any, definitions: dict[str, Any]) -> None:
    errors = definitions[any_example.afspraak].errors(any_example.schema, any_example.value)
    if any_example.schema == "Leerlingresultaat":  # quirk Q1
        assert errors == [
            "resultatenscores.scores.scores.0.waarde: type",
            "resultatenscores.scores.scores.1.waarde: type",
        ]
    else:
        assert errors == []


def test_the_schema_check_of_these_tests_does_check(definition: Any) -> None:
    good = next(item.value for item in definition.examples() if item.schema == "Deelnemerslijst")
    bad = json.loads(json.dumps(good))
    bad["datumtijd"] = "2025-07-03T11:44:00"
    bad["deelnemers"][0]["extensie"]["geboortedatum"] = "2011-02-30"
    bad["groepen"][0]["niveau"]["niveau"] = "6"
    del bad["auteur"]
    assert definition.errors("Deelnemerslijst", bad) == sorted(
        [
            ": required",
            "datumtijd: format",
            "deelnemers.0.extensie.geboortedatum: format",
            "groepen.0.niveau.niveau: enum",
        ]
    )


def test_the_published_pattern_lets_pass_what_we_refuse(definition: Any) -> None:
    patterns = {
        parameter["schema"]["pattern"]
        for item in definition.document["paths"].values()
        for operation in item.values()
        for parameter in operation["parameters"]
        if parameter["name"] in ("edu-to", "edu-from")
    }
    assert len(patterns) == 1
    published = re.compile(patterns.pop())
    for value in ("0000000700011BB005301", "0000000700011BB0053 ", " " * 20, "a\n" * 10):  # quirk Q2
        assert published.search(value)
        assert not Routeringskenmerk.fits(value)
        with pytest.raises(MessageError):
            Routeringskenmerk(value)
    assert published.search("0000000700011BB00530")
    assert Routeringskenmerk.fits("0000000700011BB00530")


def test_every_value_list_is_the_published_one(definition: Any) -> None:
    published = {name: schema["enum"] for name, schema in definition.schemas.items() if name.endswith("_enum")}
    expected = dict(ENUMS)
    if definition.afspraak == "1.0":
        del expected["Schooladviestype_enum"]
    assert set(published) == set(expected)
    for name, values in published.items():
        assert [member.value for member in expected[name]] == values, name


def test_every_test_has_a_name() -> None:
    assert set(TOETSNAMEN) == set(Toetssoort)


def test_the_version_strings_are_the_published_ones(definition: Any) -> None:
    afspraak = AFSPRAKEN[definition.afspraak]
    found = {
        name: schema["properties"]["versie"]["enum"]
        for name, schema in definition.schemas.items()
        if "enum" in schema.get("properties", {}).get("versie", {})
    }
    lists = {"Deelnemerslijst", "Leerlingresultaat"} | ({"Schooladviezenlijst"} if afspraak.schooladviezen else set())
    assert set(found) == lists
    assert all(values == [afspraak.versie] for values in found.values())
    assert set(afspraak.toetssoorten) == set(definition.schemas["Toetssoort_enum"]["enum"])
    assert list(afspraak.schooladviezen) == definition.schemas.get("Schooladviestype_enum", {}).get("enum", [])
    required = definition.schemas["Demografisch"]["required"]
    assert afspraak.geslacht == ("geslacht" in required)
    assert set(AFSPRAKEN) == {"1.0", "1.1"}


def test_the_fields_are_the_published_ones_in_any_order(definitions: dict[str, Any]) -> None:
    schemas = definitions["1.1"].schemas
    for name, model in LISTS.items():
        written = {field.name: field.default for field in fields(model)}
        assert set(written) == set(schemas[name]["properties"]) == set(schemas[name]["required"])
        assert written["profiel"] == schemas[name]["properties"]["profiel"]["enum"][0]
    ours = {field.name for field in fields(Leerlingresultaat) if field.init}
    assert ours == set(schemas["Leerlingresultaat"]["properties"])


def test_version_1_0_has_no_advice(definitions: dict[str, Any]) -> None:
    assert "Schooladviezenlijst" not in definitions["1.0"].schemas
    example = next(item for item in definitions["1.1"].examples() if item.schema == "Schooladviezenlijst")
    with pytest.raises(ConfigurationError):
        build_adviezenbericht(
            school_of(example.value),
            [Advies(Leerling(las_key="a"), "VWO")],
            **{**envelope_of(example), "afspraak": Afspraak.met_naam("1.0"), "schooljaar": "2023-2024"},
        )


@pytest.mark.parametrize("naam", ["1.0", "1.1"])
def test_what_an_agreement_stands_for_is_what_was_published(definition: Any, naam: str) -> None:
    """The comparison of a new definition with a registered agreement starts from here."""
    found = vergelijk(definitie_van(AFSPRAKEN[naam]), definition.document)
    if definition.afspraak == naam:
        assert found == []
        return
    other = AFSPRAKEN[definition.afspraak].versie
    told = {(item.soort, item.plaats, item.veld): item.tekst for item in found}
    advice = "is gone" if naam == "1.1" else "is new"
    assert told == {
        ("version", "POST /registreren", "versie"): f"{AFSPRAKEN[naam].versie} is now {other}",
        ("version", "POST /leerlingresultaat", "versie"): f"{AFSPRAKEN[naam].versie} is now {other}",
        ("path", "POST /registreren-schooladviezen", ""): advice,
    }


def test_the_definitions_differ_as_the_agreements_do(definitions: dict[str, Any]) -> None:
    old, new = definitions["1.0"].document, definitions["1.1"].document
    assert vergelijk(old, new) == vergelijk(definitie_van(AFSPRAKEN["1.0"]), definitie_van(AFSPRAKEN["1.1"]))
    assert vergelijk(new, new) == []
