"""Which school year is played, and by which agreement; and that a whole year is played by what was chosen."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client import Advies, Adviezenlijst, Afspraak, Client, Deelnemerslijst
from doorstroom_client.config.reader import load_settings
from doorstroom_client.errors import ConfigurationError, OngeldigBericht
from doorstroom_client.messages.afspraak import AFSPRAKEN, NEWEST
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of, leerling_of
from doorstroom_client.simulator import published as published_module
from doorstroom_client.simulator.speeljaar import afspraak_voor, choose

YEAR = "2026-2027"
V1_2 = Afspraak.met_naam("1.1").volgende(naam="1.2", versie="Doorstroomtoetsketen_v1.2", eerste_schooljaar=YEAR)
LATER = Afspraak.met_naam("1.1").volgende(naam="later", versie="Doorstroomtoetsketen_v2028", eerste_schooljaar="2028-2029")
ENDED = NEWEST.volgende(
    naam="x", versie="Doorstroomtoetsketen_v7", eerste_schooljaar="2021-2022", laatste_schooljaar="2022-2023"
)


@pytest.mark.parametrize(
    ("today", "schooljaar", "afspraak", "afspraken", "year", "naam"),
    [
        ("2026-03-01", None, None, (), "2025-2026", "1.1"),
        ("2026-11-29", None, None, (), "2025-2026", "1.1"),  # none is known for the current year
        ("2026-07-31", None, None, (V1_2,), "2025-2026", "1.1"),
        ("2026-08-01", None, None, (V1_2,), YEAR, "1.2"),
        ("2030-01-01", None, None, (V1_2,), "2029-2030", "1.2"),
        ("2024-10-01", None, None, (), "2024-2025", "1.0"),
        ("2026-11-29", None, None, (LATER,), "2028-2029", "later"),
        ("2026-11-29", None, LATER, (), "2028-2029", "later"),
        ("2026-11-29", None, ENDED, (), "2022-2023", "x"),
        ("2020-11-29", None, ENDED, (), "2021-2022", "x"),
        ("2026-11-29", None, V1_2, (), YEAR, "1.2"),
        ("2026-03-01", YEAR, None, (V1_2,), YEAR, "1.2"),  # early
        ("2026-11-29", "2023-2024", None, (V1_2,), "2023-2024", "1.0"),
    ],
)
def test_the_year_and_the_agreement(
    today: str, schooljaar: str | None, afspraak: Afspraak | None, afspraken: tuple[Afspraak, ...], year: str, naam: str
) -> None:
    chosen = choose(schooljaar, afspraak, afspraken, None, dt.date.fromisoformat(today))
    assert (chosen.schooljaar, chosen.afspraak.naam) == (year, naam)
    assert chosen.known[0] == chosen.afspraak
    assert {item.naam for item in chosen.known} == {"1.0", "1.1", naam, *(item.naam for item in afspraken)}
    assert {item.naam for item in chosen.registered} == {naam, *(item.naam for item in afspraken)} - {"1.0", "1.1"}


@pytest.mark.parametrize(
    ("schooljaar", "afspraak", "says"),
    [
        (YEAR, None, "no afspraak is known for school year 2026-2027. Pass the Afspraak"),
        (YEAR, NEWEST, "is agreed from 2025-2026 up to 2025-2026, not for 2026-2027"),
        ("2026", None, "expected a schooljaar"),
    ],
)
def test_a_year_without_agreement_is_not_played(schooljaar: str, afspraak: Afspraak | None, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        Keten(schooljaar=schooljaar, afspraak=afspraak)


@pytest.mark.parametrize(("year", "geslacht"), [("2025-2026", True), (YEAR, False), ("2027-2028", False)])
def test_a_version_string_makes_an_agreement(year: str, geslacht: bool) -> None:
    made = afspraak_voor(year, "Doorstroomtoetsketen_v2026-2027")
    assert (made.naam, made.versie, made.eerste_schooljaar) == (year, "Doorstroomtoetsketen_v2026-2027", year)
    assert made == NEWEST.volgende(naam=year, versie=made.versie, eerste_schooljaar=year, geslacht=geslacht)


def coming(versies: tuple[str, ...] = ("Doorstroomtoetsketen_v1.2",)) -> Any:
    """An invented next definition: another version string, one advice less and one more, no geslacht, a shorter name."""
    text = (Path(published_module.__file__).parent / "definitions/1.1.0.json").read_text("utf-8")
    text = text.replace('"VMBO_KB_MET_LWOO"', '"VMBO_NIEUW"')
    document = json.loads(text)
    schemas = document["components"]["schemas"]
    document["info"]["version"] = "1.2.0"
    for name in ("Deelnemerslijst", "Schooladviezenlijst", "Leerlingresultaat"):
        schemas[name]["properties"]["versie"]["enum"] = list(versies)
    schemas["Demografisch"]["required"].remove("geslacht")
    del schemas["Demografisch"]["properties"]["geslacht"]
    schemas["Onderwijsdeelnemer"]["properties"]["roepnaam"]["maxLength"] = 4
    return document


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    def written(document: Any) -> Path:
        file = tmp_path / "nieuw.json"
        file.write_text(json.dumps(document), "utf-8")
        return file

    return written


def test_a_new_definition_judges_and_brings_its_agreement(write: Callable[[Any], Path]) -> None:
    with Keten(schooljaar=YEAR, definitie=write(coming())) as keten, keten.client() as client:
        assert (keten.afspraak.versie, keten.afspraak.geslacht) == ("Doorstroomtoetsketen_v1.2", False)
        assert "VMBO_NIEUW" in keten.afspraak.schooladviezen and "VMBO_KB_MET_LWOO" not in keten.afspraak.schooladviezen
        leerling = leerling_of(keten.leerlingen(1)[0])
        assert client.send(Adviezenlijst(keten.school, [Advies(leerling, "VMBO_NIEUW")])).aantal == 1
        groepen, deelnemers = deelnemers_of([item for item in keten.leerlingen() if len(item.roepnaam) > 4][:1])
        with pytest.raises(OngeldigBericht) as caught:
            client.send(Deelnemerslijst(keten.school, groepen, deelnemers))
        assert "deelnemers[0].roepnaam: hoort hoogstens 4 tekens te hebben (maxLength)" in (caught.value.melding or "")


def test_a_definition_of_another_year_makes_an_agreement_of_its_own(write: Callable[[Any], Path]) -> None:
    file, today = write(coming((NEWEST.versie,))), dt.date(2026, 11, 29)
    assert choose(None, None, (), file, today).afspraak == NEWEST
    made = choose(YEAR, None, (), file, today)
    assert (made.afspraak.versie, made.afspraak.naam, made.afspraak.geslacht) == (NEWEST.versie, YEAR, False)
    assert made.registered == (made.afspraak,)
    assert made.nummer == "1.2.0"


def test_a_definition_that_leaves_the_version_open_asks_for_it(write: Callable[[Any], Path]) -> None:
    file = write(coming(("Doorstroomtoetsketen_v1.2", "Doorstroomtoetsketen_v1.3")))
    with pytest.raises(ConfigurationError, match=r"1\.2\.0 does not name one version string.*--versie"):
        Keten(schooljaar=YEAR, definitie=file)
    keten = Keten(
        schooljaar=YEAR, definitie=file, afspraak=afspraak_voor(YEAR, "Doorstroomtoetsketen_v1.3", file), receive=False
    )
    keten.stop()
    assert keten.afspraak.versie == "Doorstroomtoetsketen_v1.3"
    assert "VMBO_NIEUW" in keten.afspraak.schooladviezen


@pytest.mark.parametrize("versie", ["Doorstroomtoetsketen_v1.2", "Doorstroomtoetsketen_v2026-2027"])
def test_a_coming_year_is_played_from_participants_to_reports(versie: str, tmp_path: Path) -> None:
    """By a client with the arguments of the chain, and by one with the file that the chain wrote."""
    afspraak = NEWEST.volgende(
        naam="komend",
        versie=versie,
        eerste_schooljaar=YEAR,
        toetssoorten=(*NEWEST.toetssoorten, "NIEUW"),
        profiel_resultaat="Uitslag",
    )
    with Keten(afspraak=afspraak, schooljaar=YEAR) as keten:
        settings = load_settings(keten.write_config(tmp_path / "doorstroom.toml"))
        assert settings.the_afspraak() == afspraak
        klas, systeem = keten.leerlingen(5), keten.toetssystemen["ICE"]
        for client in (keten.client(), Client(**{**settings.arguments(), "store": tmp_path / "eigen.db"})):
            with client:
                client.send(Deelnemerslijst(keten.school, *deelnemers_of(klas)))
                client.send(Adviezenlijst(keten.school, adviezen_of(klas)))
        assert [item.status for item in keten.stuur_resultaten()] == [202] * 5
        with keten.client() as client:
            results = list(client.resultaten())
            assert {(item.resultaat.versie, item.resultaat.schooljaar) for item in results} == {(versie, YEAR)}
            assert not [code for item in results for code in item.opmerkingen if "versie" in code]
            assert all(client.fetch_leerlingrapport(item, to=tmp_path) for item in results)
        assert systeem.opmerkingen == []
        assert not [item for item in systeem.deelnemers(keten.school.oin) if "geslacht" in item["extensie"]]
        assert {(item["versie"], item["profiel"]) for item in systeem.neem_af()} == {(versie, "Uitslag")}


def test_an_older_year_is_played_by_its_own_agreement(tmp_path: Path) -> None:
    with Keten(schooljaar="2024-2025", afspraken=[V1_2]) as keten:
        settings = load_settings(keten.write_config(tmp_path / "doorstroom.toml"))
        assert (settings.the_afspraak(), settings.afspraken) == (AFSPRAKEN["1.0"], (V1_2,))
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen(2))))
        assert {item["versie"] for item in keten.toetssystemen["ICE"].neem_af()} == {"Doorstroomtoetsketen_v1.0"}
        assert keten.toetssystemen["ICE"].opmerkingen == []
