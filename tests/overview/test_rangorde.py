"""The ranking, against a table that was written by hand: every advice with every toetsadvies."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstroom_client.messages.vocabulary import Schooladvies, Toetsadvies
from doorstroom_client.overview.rangorde import Oordeel, advies_naam, afstand, niet_lager, vergelijk

# H heroverwegen, B blijft, U uitzondering, Z zelf bekijken; half levels above (+) or below (-) the advice, · for none.
# The ladder in half levels: pro, pro/bb, bb, bb/kb, kb, kb/gltl, gltl, gltl/havo, havo, havo/vwo, vwo.
TABLE = """
VSO                            | pro/vmbo bb    | H |  · | vso is lowest in DUO's order, and only pro is excepted
VSO                            | vmbo bb/kb     | H |  · | vso stands below everything in DUO's order
VSO                            | vmbo kb/gl-tl  | H |  · | vso stands below everything in DUO's order
VSO                            | vmbo gl-tl/havo | H |  · | vso stands below everything in DUO's order
VSO                            | havo/vwo       | H |  · | vso stands below everything in DUO's order
VSO                            | vwo            | H |  · | vso stands below everything in DUO's order
PRAKTIJKONDERWIJS              | pro/vmbo bb    | U | +1 | half a level up, but this one pair is excepted
PRAKTIJKONDERWIJS              | vmbo bb/kb     | H | +3 | pro to bb is one level, and half a level more; no exception
PRAKTIJKONDERWIJS              | vmbo kb/gl-tl  | H | +5 | pro, bb, kb: two levels, and a half
PRAKTIJKONDERWIJS              | vmbo gl-tl/havo | H | +7 | three levels to gl/tl, and a half
PRAKTIJKONDERWIJS              | havo/vwo       | H | +9 | four levels to havo, and a half
PRAKTIJKONDERWIJS              | vwo            | H | +10 | pro, bb, kb, gl/tl, havo, vwo: five levels
VMBO_BB                        | pro/vmbo bb    | B | -1 | bb is the upper of the two: half a level lower
VMBO_BB                        | vmbo bb/kb     | H | +1 | bb is the lower of the two: half a level counts
VMBO_BB                        | vmbo kb/gl-tl  | H | +3 | one level to kb, and a half
VMBO_BB                        | vmbo gl-tl/havo | H | +5 | two levels to gl/tl, and a half
VMBO_BB                        | havo/vwo       | H | +7 | three levels to havo, and a half
VMBO_BB                        | vwo            | H | +8 | four levels: kb, gl/tl, havo, vwo
VMBO_BB_MET_LWOO               | pro/vmbo bb    | B | -1 | lwoo changes nothing: as bb
VMBO_BB_MET_LWOO               | vmbo bb/kb     | H | +1 | lwoo changes nothing: as bb
VMBO_BB_MET_LWOO               | vmbo kb/gl-tl  | H | +3 | lwoo changes nothing: as bb
VMBO_BB_MET_LWOO               | vmbo gl-tl/havo | H | +5 | lwoo changes nothing: as bb
VMBO_BB_MET_LWOO               | havo/vwo       | H | +7 | lwoo changes nothing: as bb
VMBO_BB_MET_LWOO               | vwo            | H | +8 | lwoo changes nothing: as bb
VMBO_BB_TM_VMBO_KB             | pro/vmbo bb    | B | -2 | from bb/kb down to pro/bb is a whole level
VMBO_BB_TM_VMBO_KB             | vmbo bb/kb     | B |  0 | the same double advice
VMBO_BB_TM_VMBO_KB             | vmbo kb/gl-tl  | H | +2 | from bb/kb to kb/gl-tl is a whole level
VMBO_BB_TM_VMBO_KB             | vmbo gl-tl/havo | H | +4 | two levels
VMBO_BB_TM_VMBO_KB             | havo/vwo       | H | +6 | three levels
VMBO_BB_TM_VMBO_KB             | vwo            | H | +7 | three levels to havo/vwo, and a half
VMBO_BB_TM_VMBO_KB_MET_LWOO    | pro/vmbo bb    | B | -2 | lwoo changes nothing: as bb/kb
VMBO_BB_TM_VMBO_KB_MET_LWOO    | vmbo bb/kb     | B |  0 | lwoo changes nothing: as bb/kb
VMBO_BB_TM_VMBO_KB_MET_LWOO    | vmbo kb/gl-tl  | H | +2 | lwoo changes nothing: as bb/kb
VMBO_BB_TM_VMBO_KB_MET_LWOO    | vmbo gl-tl/havo | H | +4 | lwoo changes nothing: as bb/kb
VMBO_BB_TM_VMBO_KB_MET_LWOO    | havo/vwo       | H | +6 | lwoo changes nothing: as bb/kb
VMBO_BB_TM_VMBO_KB_MET_LWOO    | vwo            | H | +7 | lwoo changes nothing: as bb/kb
VMBO_KB                        | pro/vmbo bb    | B | -3 | one level down is bb, and pro/bb half a level more
VMBO_KB                        | vmbo bb/kb     | B | -1 | kb is the upper of the two
VMBO_KB                        | vmbo kb/gl-tl  | H | +1 | kb is the lower of the two: half a level counts
VMBO_KB                        | vmbo gl-tl/havo | H | +3 | one level to gl/tl, and a half
VMBO_KB                        | havo/vwo       | H | +5 | two levels to havo, and a half
VMBO_KB                        | vwo            | H | +6 | three levels: gl/tl, havo, vwo
VMBO_KB_MET_LWOO               | pro/vmbo bb    | B | -3 | lwoo changes nothing: as kb
VMBO_KB_MET_LWOO               | vmbo bb/kb     | B | -1 | lwoo changes nothing: as kb
VMBO_KB_MET_LWOO               | vmbo kb/gl-tl  | H | +1 | lwoo changes nothing: as kb
VMBO_KB_MET_LWOO               | vmbo gl-tl/havo | H | +3 | lwoo changes nothing: as kb
VMBO_KB_MET_LWOO               | havo/vwo       | H | +5 | lwoo changes nothing: as kb
VMBO_KB_MET_LWOO               | vwo            | H | +6 | lwoo changes nothing: as kb
VMBO_KB_TM_VMBO_GL/TL          | pro/vmbo bb    | B | -4 | kb/gl-tl, bb/kb, pro/bb: two levels down
VMBO_KB_TM_VMBO_GL/TL          | vmbo bb/kb     | B | -2 | a level down
VMBO_KB_TM_VMBO_GL/TL          | vmbo kb/gl-tl  | B |  0 | the same double advice
VMBO_KB_TM_VMBO_GL/TL          | vmbo gl-tl/havo | H | +2 | a level up
VMBO_KB_TM_VMBO_GL/TL          | havo/vwo       | H | +4 | two levels up
VMBO_KB_TM_VMBO_GL/TL          | vwo            | H | +5 | two levels to havo/vwo, and a half
VMBO_KB_TM_VMBO_GL/TL_MET_LWOO | pro/vmbo bb    | B | -4 | lwoo changes nothing: as kb/gl-tl
VMBO_KB_TM_VMBO_GL/TL_MET_LWOO | vmbo bb/kb     | B | -2 | lwoo changes nothing: as kb/gl-tl
VMBO_KB_TM_VMBO_GL/TL_MET_LWOO | vmbo kb/gl-tl  | B |  0 | lwoo changes nothing: as kb/gl-tl
VMBO_KB_TM_VMBO_GL/TL_MET_LWOO | vmbo gl-tl/havo | H | +2 | lwoo changes nothing: as kb/gl-tl
VMBO_KB_TM_VMBO_GL/TL_MET_LWOO | havo/vwo       | H | +4 | lwoo changes nothing: as kb/gl-tl
VMBO_KB_TM_VMBO_GL/TL_MET_LWOO | vwo            | H | +5 | lwoo changes nothing: as kb/gl-tl
VMBO_GL/TL                     | pro/vmbo bb    | B | -5 | gl/tl, kb, bb: two levels down, and a half
VMBO_GL/TL                     | vmbo bb/kb     | B | -3 | a level down is kb, and a half
VMBO_GL/TL                     | vmbo kb/gl-tl  | B | -1 | gl/tl is the upper of the two
VMBO_GL/TL                     | vmbo gl-tl/havo | H | +1 | gl/tl is the lower of the two: half a level counts
VMBO_GL/TL                     | havo/vwo       | H | +3 | a level to havo, and a half
VMBO_GL/TL                     | vwo            | H | +4 | two levels: havo, vwo
VMBO_GL/TL_MET_LWOO            | pro/vmbo bb    | B | -5 | lwoo changes nothing: as gl/tl
VMBO_GL/TL_MET_LWOO            | vmbo bb/kb     | B | -3 | lwoo changes nothing: as gl/tl
VMBO_GL/TL_MET_LWOO            | vmbo kb/gl-tl  | B | -1 | lwoo changes nothing: as gl/tl
VMBO_GL/TL_MET_LWOO            | vmbo gl-tl/havo | H | +1 | lwoo changes nothing: as gl/tl
VMBO_GL/TL_MET_LWOO            | havo/vwo       | H | +3 | lwoo changes nothing: as gl/tl
VMBO_GL/TL_MET_LWOO            | vwo            | H | +4 | lwoo changes nothing: as gl/tl
VMBO_GL/TL_TM_HAVO             | pro/vmbo bb    | B | -6 | gl-tl/havo, kb/gl-tl, bb/kb, pro/bb: three levels down
VMBO_GL/TL_TM_HAVO             | vmbo bb/kb     | B | -4 | two levels down
VMBO_GL/TL_TM_HAVO             | vmbo kb/gl-tl  | B | -2 | a level down
VMBO_GL/TL_TM_HAVO             | vmbo gl-tl/havo | B |  0 | the same double advice
VMBO_GL/TL_TM_HAVO             | havo/vwo       | H | +2 | a level up
VMBO_GL/TL_TM_HAVO             | vwo            | H | +3 | a level to havo/vwo, and a half
HAVO                           | pro/vmbo bb    | B | -7 | havo, gl/tl, kb, bb: three levels down, and a half
HAVO                           | vmbo bb/kb     | B | -5 | two levels down is kb, and a half
HAVO                           | vmbo kb/gl-tl  | B | -3 | a level down is gl/tl, and a half
HAVO                           | vmbo gl-tl/havo | B | -1 | havo is the upper of the two; there is no toetsadvies havo alone
HAVO                           | havo/vwo       | H | +1 | havo is the lower of the two: the government's own example
HAVO                           | vwo            | H | +2 | a level up
HAVO_TM_VWO                    | pro/vmbo bb    | B | -8 | four double categories lower
HAVO_TM_VWO                    | vmbo bb/kb     | B | -6 | three double categories lower
HAVO_TM_VWO                    | vmbo kb/gl-tl  | B | -4 | two double categories lower
HAVO_TM_VWO                    | vmbo gl-tl/havo | B | -2 | one double category lower
HAVO_TM_VWO                    | havo/vwo       | B |  0 | the same double advice
HAVO_TM_VWO                    | vwo            | H | +1 | vwo is the upper of the two: half a level counts
VWO                            | pro/vmbo bb    | B | -9 | vwo, havo, gl/tl, kb, bb: four levels down, and a half
VWO                            | vmbo bb/kb     | B | -7 | three levels down is kb, and a half
VWO                            | vmbo kb/gl-tl  | B | -5 | two levels down is gl/tl, and a half
VWO                            | vmbo gl-tl/havo | B | -3 | a level down is havo, and a half
VWO                            | havo/vwo       | B | -1 | vwo is the upper of the two
VWO                            | vwo            | B |  0 | the same; nothing is higher than vwo
GEEN_SPECIFIEK_ADVIES_MOGELIJK | pro/vmbo bb    | Z |  · | the school named no level: nothing to compare with
GEEN_SPECIFIEK_ADVIES_MOGELIJK | vmbo bb/kb     | Z |  · | the school named no level
GEEN_SPECIFIEK_ADVIES_MOGELIJK | vmbo kb/gl-tl  | Z |  · | the school named no level
GEEN_SPECIFIEK_ADVIES_MOGELIJK | vmbo gl-tl/havo | Z |  · | the school named no level
GEEN_SPECIFIEK_ADVIES_MOGELIJK | havo/vwo       | Z |  · | the school named no level
GEEN_SPECIFIEK_ADVIES_MOGELIJK | vwo            | Z |  · | the school named no level
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]
MEANING = {"H": Oordeel.HEROVERWEGEN, "B": Oordeel.BLIJFT, "U": Oordeel.UITZONDERING, "Z": Oordeel.ZELF_BEKIJKEN}


def test_the_table_holds_every_pair_once_with_its_reason() -> None:
    assert sorted((row[0], row[1]) for row in ROWS) == sorted((a, t) for a in Schooladvies for t in Toetsadvies)
    assert len(ROWS) == 17 * 6
    assert all(row[4] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_every_pair(row: tuple[str, ...]) -> None:
    advies, toets, oordeel, halves, why = row
    found = vergelijk(advies, Toetsadvies(toets), toets)
    assert found.oordeel is MEANING[oordeel], why
    assert found.verschil == (None if halves == "·" else int(halves)), why
    assert found.reden.endswith(".")
    if halves not in ("·", "0") and oordeel != "U":
        assert afstand(abs(int(halves))) in found.reden
        assert ("hoger" in found.reden) == (oordeel == "H")


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


def test_the_page_of_rules_says_the_same() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/heroverweging.md").read_text("utf-8")
    marks = {"H": "▲", "B": "=", "U": "(▲)", "Z": "?"}
    toets = [str(item) for item in Toetsadvies]
    told = {}
    for line in text.splitlines():
        if line.startswith("| `") and line.count("|") == 8:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            told |= {(cells[0].strip("`"), name): cell for name, cell in zip(toets, cells[1:], strict=True)}
    for advies, category, oordeel, halves, _ in ROWS:
        if advies.endswith("LWOO"):
            continue
        distance = "" if halves in ("·", "0") else f" {int(halves) / 2:+g}".replace("-", "−")
        assert told.pop((advies, category)) == marks[oordeel] + distance
    assert not told
