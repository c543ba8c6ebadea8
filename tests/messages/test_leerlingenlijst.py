"""The pupil directory: who is found by what, and when nobody is."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest

from doorstroom_client.messages.leerlingen import Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.leerlingenlijst import (
    ANDER_ECK_ID,
    ANDERE_LEERLING,
    MEER_LEERLINGEN,
    BekendeLeerling,
    Leerlingenlijst,
    volledige_naam,
)

ANNA = BekendeLeerling(naam="Anna de Test", groep="8A", eck_id="eck-1", las_key="k1")
BRAM = BekendeLeerling(naam="Bram Proef", groep="8B", eck_id="eck-2", las_key="k2")
CEES = BekendeLeerling(naam="Cees van Voorbeeld", groep="8A", las_key="k3", plaats="line 7")
LIST = Leerlingenlijst([ANNA, BRAM, CEES])


@pytest.mark.parametrize(
    ("eck_id", "las_key", "found", "conflict"),
    [
        ("eck-1", None, ANNA, ""),
        (None, "k1", ANNA, ""),
        ("eck-1", "k1", ANNA, ""),
        ("eck-1", "elders", ANNA, ""),
        ("eck-1", "k2", ANNA, ANDERE_LEERLING),
        ("elders", "k3", CEES, ""),  # a list without ECK-iDs, as some systems export it
        ("elders", "k1", None, ANDER_ECK_ID),
        ("elders", "elders", None, ""),
        (None, None, None, ""),
        ("", "", None, ""),
    ],
)
def test_the_eck_id_leads(eck_id: str | None, las_key: str | None, found: BekendeLeerling | None, conflict: str) -> None:
    both = Leerling(eck_id=eck_id, las_key=las_key)
    assert LIST.find(both) is LIST.find(eck_id, las_key) is found
    assert LIST.conflict(both) == LIST.conflict(eck_id, las_key) == conflict


def test_an_identity_of_two_pupils_finds_nobody() -> None:
    twice = Leerlingenlijst([ANNA, BekendeLeerling(naam="Iemand Anders", eck_id="eck-1", las_key="k3"), CEES])
    assert [str(problem) for problem in twice.conflicten] == [
        "leerlingen[1], eck_id: stands at another pupil too; nobody is found by it",
        "line 7, las_key: stands at another pupil too; nobody is found by it",
    ]
    assert twice.find("eck-1") is None
    assert twice.conflict("eck-1") == MEER_LEERLINGEN
    assert twice.find(None, "k3") is None
    assert twice.conflict(None, "k3") == MEER_LEERLINGEN
    assert twice.find("eck-1", "k1") is ANNA  # the key tells which of the two


def test_the_same_pupil_twice_is_one() -> None:
    again = BekendeLeerling(naam=ANNA.naam, groep="8A", eck_id="eck-1", las_key="k1", plaats="line 9")
    twice = Leerlingenlijst([ANNA, again])
    assert (len(twice), twice.conflicten, twice.find("eck-1")) == (1, (), ANNA)


def test_of_participants() -> None:
    deelnemer = Deelnemer(
        leerling=Leerling("eck-1", "k1"),
        achternaam="Test",
        voorvoegsel="de",
        roepnaam="Anna",
        voorletters="A",
        geboortedatum=dt.date(2014, 1, 1),
        groep="g",
    )
    [found] = Leerlingenlijst.of_deelnemers([Stamgroep("g", "8A")], [deelnemer])
    assert found == ANNA
    assert found.leerling == Leerling("eck-1", "k1")


def test_names_for_people() -> None:
    assert volledige_naam(" Jan ", "van den", "Berg") == "Jan van den Berg"
    assert volledige_naam(None, "", "Berg") == "Berg"


def test_labels() -> None:
    assert [item.label for item in (ANNA, BekendeLeerling(naam="Bram Proef"))] == ["Anna de Test (8A)", "Bram Proef"]


def test_nothing_is_shown() -> None:
    assert repr(ANNA) == "BekendeLeerling(…)"
    assert repr(LIST) == str(LIST) == "Leerlingenlijst(aantal=3)"
    assert pickle.loads(pickle.dumps(ANNA)) == ANNA
    assert len(Leerlingenlijst()) == 0
