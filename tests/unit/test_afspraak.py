"""Agreement versions as data."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import pytest

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN, VERSIE_VORM, Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
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


@pytest.mark.parametrize(
    "versie",
    [
        "",
        "1.1",
        "v1.1",
        "Doorstroomtoetsketen",
        "Doorstroomtoetsketen_v",
        "Doorstroomtoetsketen_v1.",
        "Doorstroomtoetsketen_v1..1",
        "doorstroomtoetsketen_v1.1",
        "Doorstroomtoetsketen_v1.1 ",
        "Doorstroomtoetsketen_v1.1\n",
        "Doorstroomtoetsketen_v…",
        "<the string in the specification>",
        "Doorstroomtoetsketen_v\u0661",
        "Eindtoetsketen_v3",
    ],
)
def test_a_version_string_has_a_form(versie: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        next_year(versie=versie)
    assert caught.value.setting == "afspraken.versie"
    assert "specification" in caught.value.hint


@pytest.mark.parametrize("versie", ["Doorstroomtoetsketen_v1", "Doorstroomtoetsketen_v1.0", "Doorstroomtoetsketen_v2.10.3"])
def test_version_strings_that_are_accepted(versie: str) -> None:
    assert next_year(versie=versie).versie == versie
    assert VERSIE_VORM.fullmatch(versie)


def test_the_last_year_may_not_lie_before_the_first() -> None:
    with pytest.raises(ConfigurationError) as caught:
        next_year(laatste_schooljaar="2025-2026")
    assert caught.value.setting == "afspraken.laatste_schooljaar"
    assert next_year(laatste_schooljaar="2026-2027").geldt_in(Schooljaar("2026-2027"))


@pytest.mark.parametrize("field", ["eerste_schooljaar", "laatste_schooljaar"])
def test_a_wrong_school_year_is_refused(field: str) -> None:
    with pytest.raises((ConfigurationError, MessageError)):
        next_year(**{field: "2026"})
