"""Requirements and verdicts: how strictly what holds when, and what becomes of a check."""

from __future__ import annotations

import itertools

import pytest

from doorstroom_client.ketentest.requirements import Eis, Niveau, Requirements
from doorstroom_client.ketentest.steps import Check, Whose
from doorstroom_client.ketentest.verdicts import WORST_FIRST, Oordeel, in_words, judged, worst

EISEN = Requirements(
    Eis(id="E:1", tekst="t", bron="b"),
    Eis(id="E:2", tekst="t", bron="b", niveau=Niveau.WEET, since={"2027-2028": Niveau.MOET, "2026-2027": Niveau.HOORT}),
)


@pytest.mark.parametrize(
    ("schooljaar", "niveau"),
    [("2025-2026", Niveau.WEET), ("2026-2027", Niveau.HOORT), ("2027-2028", Niveau.MOET), ("2031-2032", Niveau.MOET)],
)
def test_a_level_holds_from_its_school_year_on(schooljaar: str, niveau: Niveau) -> None:
    assert EISEN["E:2"].niveau_in(schooljaar) is niveau
    assert EISEN["E:1"].niveau_in(schooljaar) is Niveau.MOET


def test_a_table_of_requirements() -> None:
    assert ([item.id for item in EISEN], len(EISEN), "E:1" in EISEN, "E:3" in EISEN) == (["E:1", "E:2"], 2, True, False)
    with pytest.raises(ValueError, match="the id of another"):
        Requirements(EISEN["E:1"], EISEN["E:1"])


@pytest.mark.parametrize(
    ("expected", "tolerated", "got", "oordeel", "shown"),
    [
        (202, (), 202, Oordeel.GESLAAGD, "202"),
        (202, (200, 204), 204, Oordeel.AFWIJKEND, "202"),
        (202, (200, 204), 500, Oordeel.GEZAKT, "202"),
        (("geweigerd", 401), (403,), 401, Oordeel.GESLAAGD, "geweigerd of 401"),
        (True, (), False, Oordeel.GEZAKT, "ja"),
        ("", (), "K01", Oordeel.GEZAKT, "niets"),
    ],
)
def test_what_is_seen_is_held_against_what_is_expected(
    expected: object, tolerated: tuple[object, ...], got: object, oordeel: Oordeel, shown: str
) -> None:
    check = Check(eis="E:1", expected=expected, got=got, tolerated=tolerated, whose=Whose.OSR)
    found = judged(check, EISEN, "2025-2026", "laatste stap")
    assert (found.oordeel, found.expected, found.got, found.whose) == (oordeel, shown, in_words(got), Whose.OSR)
    assert (found.evidence, found.counts) == ("laatste stap", True)


def test_what_is_good_to_know_does_not_count_in_that_year() -> None:
    check = Check(eis="E:2", expected=1, got=2, evidence="stap")
    assert [judged(check, EISEN, year, "x").counts for year in ("2025-2026", "2026-2027")] == [False, True]
    assert judged(check, EISEN, "2025-2026", "x").evidence == "stap"


def test_the_worst_of_two_verdicts_is_the_first_of_their_order() -> None:
    for one, other in itertools.combinations(WORST_FIRST, 2):
        assert worst([one, other]) is worst([other, one]) is one
    assert worst([]) is Oordeel.GESLAAGD
    assert WORST_FIRST[:2] == (Oordeel.FOUT, Oordeel.GEZAKT)


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "ja"), (False, "nee"), (None, "niets"), ("", "niets"), ((), "niets"), ([1, True], "1, ja"), (0, "0"), ("x", "x")],
)
def test_values_as_a_report_shows_them(value: object, words: str) -> None:
    assert in_words(value) == words
