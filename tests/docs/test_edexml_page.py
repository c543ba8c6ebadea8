"""Every row and every finding of edexml.md is held to an example: one without any fails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from docs_blocks import ROOT
from readers.edex import document, pupil, school, written
from support import SCHOOL

from doorstroom_client.readers import Keuze, read_edexml

PAGE = (ROOT / "docs/reference/edexml.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def one(number: int = 1, **more: str) -> bytes:
    return written(document(pupil(number, **more)))


def codes(content: bytes, keuze: Keuze | None = None) -> set[str]:
    return {item.code for item in read_edexml(content, school=SCHOOL, keuze=keuze).problemen}


def spoiled(content: bytes, before: str, after: str) -> bytes:
    assert before.encode() in content
    return content.replace(before.encode(), after.encode(), 1)


DOUBLE = written(document(pupil(1), pupil(1)))
MIXED = written(document(pupil(1, "mix", "8")))
CASES: dict[str, Callable[[], set[str]]] = {
    "ontbreekt": lambda: codes(one(achternaam="")),
    "vorm": lambda: codes(one(geboortedatum="1-5-2014")),
    "te_lang": lambda: codes(one(achternaam="A" * 71)),
    "tekens": lambda: codes(one(achternaam="M?ller")),
    "dubbel": lambda: codes(DOUBLE),
    "onbekende_verwijzing": lambda: codes(MIXED),
    "groep": lambda: codes(spoiled(written(document(pupil(1), pupil(2))), "<naam>G8A</naam>", "")),
    "niet_af_te_leiden": lambda: codes(written(document(pupil(1, "gs", "S")))),
    "anders": lambda: codes(spoiled(one(), "<brincode>11BB", "<brincode>22CC")),
    "aangevuld": lambda: codes(one(geslacht="")),
    "combinatie": lambda: codes(written(document(pupil(1, "g6", "8")))),
    "geen_las_key": lambda: codes(spoiled(one(), 'key="las-1"', 'key="#las-1"')),
    "als_leeg": lambda: codes(spoiled(one(), 'key="las-1"', 'key="NULL"')),
    "vestigingen": lambda: codes(spoiled(written(document(pupil(1), pupil(2))), 'key="v1"', 'key="v2"')),
}
CODES = [code for row in rows("Findings") for code in re.findall(r"`(\w+)`", row[0]) if code != "xsd"]


@pytest.mark.parametrize("code", CODES)
def test_a_finding(code: str) -> None:
    assert code in CASES[code]()


def test_what_becomes_of_a_pupil() -> None:
    told = {name for row in rows("What becomes of it") for name in re.findall(r"`([\w\[\].]+)`", row[0])}
    found = read_edexml(one(geslacht="0", achternaam=" Van  Dijk ", geboortedatum="2014-05-01+02:00"), school=SCHOOL)
    found.raise_if_any()
    [deelnemer], [groep] = found.deelnemers, found.groepen
    assert deelnemer.leerling.las_key == "las-1"
    assert (deelnemer.achternaam, deelnemer.voorvoegsel, deelnemer.roepnaam) == ("Van Dijk", "van der", "Roep1")
    assert (deelnemer.voorletters, deelnemer.geslacht, deelnemer.jaargroep) == ("AB", 9, "8")
    assert deelnemer.geboortedatum.isoformat() == "2014-05-01"
    assert (groep.id, groep.omschrijving, groep.niveau) == (f"{SCHOOL.routeringskenmerk}-g8a", "G8A", "8")
    assert deelnemer.groep == groep.id
    assert told >= {"groepen[].id", "groepen[].niveau", "achternaam", "voorletters", "geboortedatum", "geslacht", "schooljaar"}


def test_the_school_year_of_the_file_has_to_be_the_chosen_one() -> None:
    root = document(pupil(1))
    root.children[0] = school("2024-2025")
    assert codes(written(root), Keuze(schooljaar="2025-2026")) == {"anders"}


def test_the_choices_are_all_of_them() -> None:
    named = [row[0].strip("` ✓") for row in rows("Choices")]
    assert sorted(named) == sorted(Keuze.__dataclass_fields__)  # type: ignore[attr-defined]


LETTERS = {
    "The encoding": "lxml-utf-8 lxml-ascii lxml-utf-16 lxml-latin-1 lxml-latin-9 etree-windows",
    "Spaces and what nobody sees": "nfd spaces soft-hyphen",
    "Letters that were spoiled": "twice lost-letter entity escape boxes control initials group",
    "A name or voorletters that are NULL": (
        "null-surname nulls null-names null-prefix cell-error null-initials null-initials-once null-four initials-error"
    ),
    "The name of a group": "null-group group-date group",
    "A key": "key-nfd key-hyphen key-wide",
    "A key that is NULL": "null-key null-alone key-error",
    "A key that a spreadsheet changed": "scientific key-date eck-capitals",
    "A day that programs write for no day": "left-never born-long-ago",
}
"""What the page says -> files of the corpus, whose outcome is tested there."""


def test_what_is_said_of_letters_and_keys_has_its_files() -> None:
    part = PAGE.split("## Letters and keys\n", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"^- \*\*(.+?)\*\*", part, re.MULTILINE) == list(LETTERS)
    table = (ROOT / "tests/corpus/edexml.toml").read_text("utf-8")
    assert [name for names in LETTERS.values() for name in names.split() if f'"edexml/{name}.xml"' not in table] == []
