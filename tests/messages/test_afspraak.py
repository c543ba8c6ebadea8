"""Agreement versions as data."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import pytest
from support import NOW, SCHOOL

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.adviezenbericht import build_adviezenbericht
from doorstroom_client.messages.afspraak import AFSPRAKEN, VERSIE_VORM, Afspraak, AfspraakWarning
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.deelnemersbericht import build_deelnemersbericht
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.vocabulary import Schooladvies, Toetssoort


def test_the_shipped_versions() -> None:
    old, new = Afspraak.met_naam("1.0"), Afspraak.met_naam("1.1")
    assert (old.versie, new.versie) == ("Doorstroomtoetsketen_v1.0", "Doorstroomtoetsketen_v1.1")
    assert old.schooladviezen == ()
    assert new.schooladviezen == tuple(Schooladvies)
    assert old.toetssoorten == new.toetssoorten == tuple(Toetssoort)
    assert old.geslacht
    assert new.geslacht
    assert pickle.loads(pickle.dumps(new)) == new
    with pytest.raises(dataclasses.FrozenInstanceError):
        new.naam = "x"  # type: ignore[misc]
    assert set(AFSPRAKEN) == {"1.0", "1.1"}


@pytest.mark.parametrize(
    ("naam", "year", "applies"),
    [
        ("1.0", "2022-2023", False),
        ("1.0", "2023-2024", True),
        ("1.0", "2024-2025", True),
        ("1.0", "2025-2026", False),
        ("1.1", "2024-2025", False),
        ("1.1", "2025-2026", True),
        ("1.1", "2026-2027", False),
    ],
)
def test_the_years_of_a_version(naam: str, year: str, applies: bool) -> None:
    afspraak = Afspraak.met_naam(naam)
    assert afspraak.geldt_in(Schooljaar(year)) is applies
    if applies:
        afspraak.check_schooljaar(Schooljaar(year))
        return
    with pytest.raises(ConfigurationError) as caught:
        afspraak.check_schooljaar(Schooljaar(year))
    assert caught.value.setting == "afspraak"
    assert naam in str(caught.value)
    assert year in str(caught.value)
    assert "[[afspraken]]" in str(caught.value)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Afspraak.met_naam("1.2", {"2026-2027": Afspraak.met_naam("1.1")})
    assert "1.0, 1.1, 2026-2027" in str(caught.value)
    assert caught.value.setting == "afspraak"


def next_year(**more: Any) -> Afspraak:
    values = {
        "naam": "2026-2027",
        "versie": "Doorstroomtoetsketen_v9.9",
        "eerste_schooljaar": "2026-2027",
        **more,
    }
    return Afspraak.met_naam("1.1").volgende(**values)


def test_the_next_version() -> None:
    coming = next_year()
    assert coming.geslacht is False
    assert coming.laatste_schooljaar is None
    assert coming.schooladviezen == tuple(Schooladvies)
    assert isinstance(coming.eerste_schooljaar, Schooljaar)
    assert coming.geldt_in(Schooljaar("2026-2027"))
    assert coming.geldt_in(Schooljaar("2030-2031"))
    assert not coming.geldt_in(Schooljaar("2025-2026"))
    assert Afspraak.met_naam("2026-2027", {"2026-2027": coming}) is coming
    with pytest.raises(ConfigurationError) as caught:
        coming.check_schooljaar(Schooljaar("2025-2026"))
    assert "from 2026-2027 on," in str(caught.value)


def test_what_may_change_in_the_next_version() -> None:
    coming = next_year(geslacht=True, schooladviezen=["HAVO"], toetssoorten=["NIEUW"], laatste_schooljaar="2027-2028")
    assert coming.geslacht
    assert coming.schooladviezen == ("HAVO",)
    assert coming.toetssoorten == ("NIEUW",)
    assert coming.laatste_schooljaar == "2027-2028"
    assert next_year(schooladviezen=()).schooladviezen == ()


@pytest.mark.parametrize("versie", ["", " ", "Doorstroomtoetsketen_v1.1\n", "a\tb", "a\x00", "a\u202eb", "x" * 257])
@pytest.mark.parametrize("field", ["versie", "profiel_deelnemers", "profiel_schooladviezen", "profiel_resultaat"])
def test_a_text_for_a_field_is_one_printable_line(field: str, versie: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        dataclasses.replace(next_year(), **{field: versie})
    assert caught.value.setting == f"afspraken.{field}"
    assert "specification" in caught.value.hint


@pytest.mark.parametrize(
    "versie",
    [
        *("1.1", "v1.1", "Doorstroomtoetsketen", "Doorstroomtoetsketen_v", "Doorstroomtoetsketen_v1.", "Eindtoetsketen_v3"),
        *("Doorstroomtoetsketen_v1..1", "doorstroomtoetsketen_v1.1", "Doorstroomtoetsketen_v1.1 ", "Doorstroomtoetsketen_v…"),
        *("<the string in the specification>", "Doorstroomtoetsketen_v\u0661", "Ketenafspraak 2026/27 – définitief"),
    ],
)
def test_an_unusual_version_string_is_written_and_told(versie: str) -> None:
    with pytest.warns(AfspraakWarning, match="letter for letter"):
        coming = next_year(versie=versie)
    assert (coming.versie, coming.is_gewoon) == (versie, False)
    message = build_adviezenbericht(
        SCHOOL, [Advies(Leerling(las_key="a"), "VWO")], afspraak=coming, schooljaar="2026-2027", auteur="T", datumtijd=NOW
    )
    assert json.loads(encode(message))["versie"] == versie


@pytest.mark.parametrize(
    "versie",
    [
        *("Doorstroomtoetsketen_v1", "Doorstroomtoetsketen_v1.0", "Doorstroomtoetsketen_v2.10.3"),
        *("Doorstroomtoetsketen_v2026-2027", "Doorstroomtoetsketen_v2026-2027.1"),
    ],
)
def test_version_strings_of_the_usual_form(versie: str) -> None:
    coming = next_year(versie=versie)
    assert (coming.versie, coming.is_gewoon) == (versie, True)
    assert VERSIE_VORM.fullmatch(versie)


def test_profiles_are_those_of_the_agreement() -> None:
    coming = next_year(profiel_deelnemers="Deelnemers2", profiel_schooladviezen="Adviezen2", profiel_resultaat="Resultaat2")
    common: dict[str, Any] = {"afspraak": coming, "schooljaar": "2026-2027", "auteur": "T", "datumtijd": NOW}
    advice = build_adviezenbericht(SCHOOL, [Advies(Leerling(las_key="a"), "VWO")], **common)
    names = {"achternaam": "A", "roepnaam": "A", "voorletters": "A"}
    pupil = Deelnemer(leerling=Leerling(las_key="a"), geboortedatum="2014-01-01", groep="g", **names)
    participants = build_deelnemersbericht(SCHOOL, [Stamgroep("g", "8A")], [pupil], **common)
    assert [json.loads(encode(item))["profiel"] for item in (advice, participants)] == ["Adviezen2", "Deelnemers2"]
    assert next_year().profiel_schooladviezen == "Schooladviezen"


def test_a_result_of_a_registered_test_and_version_is_not_odd() -> None:
    with pytest.warns(AfspraakWarning):
        coming = next_year(versie="Keten 2026", toetssoorten=["NIEUW"])
    scores = {"toetsdefinitie": "NIEUW", "deelnemerref": [{"label": "LAS-key", "onderwijsdeelnemerID": "a"}]}
    document = {"versie": "Keten 2026", "resultatenscores": {**scores, "resultaten": {"resultaten": [{}]}}}
    result = Leerlingresultaat.parse(document)
    assert result.toetssoort == "NIEUW"
    assert {"versie_onbekend", "toetssoort_onbekend"} <= set(result.opmerkingen)
    assert not {"versie_onbekend", "toetssoort_onbekend"} & set(result.opmerkingen_bij([coming]))


def test_the_last_year_may_not_lie_before_the_first() -> None:
    with pytest.raises(ConfigurationError) as caught:
        next_year(laatste_schooljaar="2025-2026")
    assert caught.value.setting == "afspraken.laatste_schooljaar"
    assert next_year(laatste_schooljaar="2026-2027").geldt_in(Schooljaar("2026-2027"))


@pytest.mark.parametrize("field", ["eerste_schooljaar", "laatste_schooljaar"])
def test_a_wrong_school_year_is_refused(field: str) -> None:
    with pytest.raises((ConfigurationError, MessageError)):
        next_year(**{field: "2026"})
