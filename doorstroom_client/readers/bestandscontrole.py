"""What a check of a file found: what was understood of it, for which lists it can be used, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Problem

Lijstsoort = Literal["adviezen", "deelnemers", "leerlingen"]


@frozen
class Kolom:
    """One cell of the header.

    Attributes:
        place: which cell, from 1.
        naam: the text in it; empty when the header is not sound, for then it may be somebody's data.
        column: the column that it is read as; None when it is ignored.
    """

    place: int
    naam: str
    column: str | None

    @property
    def letters(self) -> str:
        """The column as a spreadsheet names it: A, B, … AA."""
        return letters_of(self.place)


@frozen(kw_only=True)
class Lijstcontrole:
    """What a file is as one kind of list.

    Attributes:
        kind: which list.
        leerlingen: pupils in it.
        groepen: groups that they are in; 0 for advice.
        overgeslagen: pupils in the file who do not count: of another jaargroep, or gone.
        scholen: schools in a file for many; 0 for a file of one school.
        notes: what was read, and somebody should know.
        problemen: everything because of which it cannot be used, in the order of the file.
        hint: the next step when there are problems.
    """

    kind: Lijstsoort
    leerlingen: int = 0
    groepen: int = 0
    overgeslagen: int = 0
    scholen: int = 0
    notes: tuple[str, ...] = ()
    problemen: tuple[Problem, ...] = field(default=(), repr=False)
    hint: str = ""

    @property
    def in_orde(self) -> bool:
        """Whether there is nothing wrong with it."""
        return not self.problemen


@frozen(kw_only=True)
class Bestandscontrole:
    """What was understood of a file; made by `check_bestand`. It holds nothing of a pupil.

    Attributes:
        naam: of the file, without directories.
        soort: what it is: ``CSV``, ``Excel (.xlsx)``, ``EDEXML 2.1``; empty when that could not be seen.
        encoding: of its text; empty where that does not matter.
        evidence: what the encoding was seen by.
        delimiter: between the cells of a CSV.
        sheet: the sheet of a workbook that was read.
        kolommen: the cells of its header; empty for EDEXML.
        regels: records under the header that hold something; of EDEXML the pupils.
        lijsten: every list that the file can be, or else the one that it comes nearest to.
        ontbreekt: for each list that the file cannot be, the columns that it misses.
    """

    naam: str
    soort: str = ""
    encoding: str = ""
    evidence: str = ""
    delimiter: str = ""
    sheet: str = ""
    kolommen: tuple[Kolom, ...] = ()
    regels: int = 0
    lijsten: tuple[Lijstcontrole, ...] = ()
    ontbreekt: Mapping[Lijstsoort, tuple[str, ...]] = field(default_factory=dict["Lijstsoort", "tuple[str, ...]"])

    @property
    def leesbaar(self) -> bool:
        """Whether anything was understood of it; otherwise its one list only holds why not, and its kind says nothing."""
        return self.in_orde or bool(self.kolommen or self.regels or len(self.lijsten) > 1)

    @property
    def in_orde(self) -> bool:
        """Whether nothing is wrong with any of its lists."""
        return all(lijst.in_orde for lijst in self.lijsten)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of all its lists, each once."""
        return tuple(dict.fromkeys(note for lijst in self.lijsten for note in lijst.notes))

    @property
    def problemen(self) -> tuple[Problem, ...]:
        """The problems of all its lists, each once."""
        return tuple(dict.fromkeys(problem for lijst in self.lijsten for problem in lijst.problemen))


def letters_of(place: int) -> str:
    """A column, from 1, as a spreadsheet names it."""
    letters = ""
    while place > 0:
        place, last = divmod(place - 1, 26)
        letters = chr(65 + last) + letters
    return letters
