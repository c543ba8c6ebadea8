"""The ranking, against the table on the page of rules, which was written by hand: every advice with every toetsadvies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstroom_client.messages.vocabulary import Schooladvies, Toetsadvies
from doorstroom_client.output.words import advies_naam
from doorstroom_client.overview.rangorde import Oordeel, afstand, niet_lager, vergelijk

PAGE = Path(__file__).parents[2] / "docs/reference/heroverweging.md"
MARKS = {"▲": Oordeel.HEROVERWEGEN, "=": Oordeel.BLIJFT, "(▲)": Oordeel.UITZONDERING, "?": Oordeel.ZELF_BEKIJKEN}


def rows() -> Iterator[tuple[str, Toetsadvies, str, str]]:
    """Advice, toetsadvies, mark and distance, as the page of rules has them; lwoo changes nothing."""
    for line in PAGE.read_text("utf-8").splitlines():
        advies, *cells = (cell.strip(" `") for cell in line.strip("|").split("|"))
        if line.startswith("| `") and len(cells) == len(Toetsadvies):
            for name in [name for name in (advies, f"{advies}_MET_LWOO") if name in [*Schooladvies]]:
                for toets, cell in zip(Toetsadvies, cells, strict=True):
                    mark, _, distance = cell.partition(" ")
                    yield name, toets, mark, distance.replace("−", "-")


ROWS = [*rows()]


def test_the_page_holds_every_pair_once() -> None:
    assert sorted(row[:2] for row in ROWS) == sorted((a, t) for a in Schooladvies for t in Toetsadvies)
    assert len(ROWS) == 17 * 6


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_every_pair(row: tuple[str, Toetsadvies, str, str]) -> None:
    advies, toets, mark, distance = row
    found = vergelijk(advies, toets, toets)
    assert found.oordeel is MARKS[mark]
    halves = int(float(distance) * 2) if distance else {"=": 0}.get(mark)
    assert found.verschil == halves
    assert found.reden.endswith(".")
    if halves and found.oordeel is not Oordeel.UITZONDERING:
        assert afstand(abs(halves)) in found.reden
        assert ("hoger" in found.reden) == (found.oordeel is Oordeel.HEROVERWEGEN)


@pytest.mark.parametrize(
    ("advies", "toets", "tekst", "oordeel", "words"),
    [
        (None, Toetsadvies.VWO, "vwo", Oordeel.GEEN_ADVIES, "geen schooladvies bekend"),
        ("", Toetsadvies.VWO, "vwo", Oordeel.GEEN_ADVIES, "geen schooladvies bekend"),
        ("HAVO", None, "klasse 4", Oordeel.ZELF_BEKIJKEN, "niet herkend"),
        (None, None, "klasse 4", Oordeel.ZELF_BEKIJKEN, "niet herkend"),
        ("HAVO", None, None, Oordeel.ZELF_BEKIJKEN, "noemt geen toetsadvies"),
        ("HAVO_PLUS", Toetsadvies.VWO, "vwo", Oordeel.ZELF_BEKIJKEN, "code van het schooladvies"),
        ("havo", Toetsadvies.VWO, "vwo", Oordeel.ZELF_BEKIJKEN, "code van het schooladvies"),
        ("_MET_LWOO", Toetsadvies.VWO, "vwo", Oordeel.ZELF_BEKIJKEN, "code van het schooladvies"),
    ],
)
def test_what_cannot_be_compared(
    advies: str | None, toets: Toetsadvies | None, tekst: str, oordeel: Oordeel, words: str
) -> None:
    found = vergelijk(advies, toets, tekst)
    assert (found.oordeel, found.verschil) == (oordeel, None)
    assert words in found.reden
    assert "reden" not in repr(found)
    assert "verschil" not in repr(found)


def test_distances_in_words() -> None:
    words = ["een half niveau", "een niveau", "anderhalf niveau", "2 niveaus", "2,5 niveau", "3 niveaus"]
    assert [afstand(halves) for halves in range(1, 7)] == words


def test_advice_in_words() -> None:
    assert advies_naam("VMBO_BB_TM_VMBO_KB_MET_LWOO") == "vmbo bb t/m vmbo kb met lwoo"
    assert advies_naam("VMBO_GL/TL") == "vmbo gl/tl"
    assert advies_naam("IETS_ANDERS") == "IETS_ANDERS"


def test_not_lower() -> None:
    assert niet_lager("HAVO", "HAVO")
    assert niet_lager("VMBO_KB", "VMBO_KB_MET_LWOO")
    assert niet_lager("VSO", "GEEN_SPECIFIEK_ADVIES_MOGELIJK")
    assert niet_lager("HAVO", "HAVO_TM_VWO") is False
    assert niet_lager("VSO", "PRAKTIJKONDERWIJS") is False
    assert niet_lager("HAVO", "iets") is None
