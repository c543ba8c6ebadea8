"""The lists of many schools: one file with a column ``school``, or a folder with a file per school. Read one school at a time.

What is wrong with one school becomes the outcome of that school, and the others go on. As in the other readers, no function
that raises has the content of a file in a variable that shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.messages.aanlevering import Aanlevering, Adviezenlijst, Deelnemerslijst, Onleesbaar
from doorstroom_client.messages.afspraak import NEWEST, Afspraak
from doorstroom_client.messages.school import School
from doorstroom_client.readers.columns import ADVIEZEN, DEELNEMERS, Layout
from doorstroom_client.readers.from_rows import adviezen_of, deelnemers_of
from doorstroom_client.readers.one_school import deelnemers_from
from doorstroom_client.readers.school_blocks import AnySchools, FoundSchool, ManyFile, SchoolKeys, school_blocks
from doorstroom_client.readers.table import Table, name_of
from doorstroom_client.readers.table_reading import open_table, read_table, without_advies
from doorstroom_client.readers.xml_events import looks_like_xml

Soort = Literal["adviezen", "deelnemers"]
_TABLES = (".csv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""How the name of a file in a folder ends, when it does not say the school; what it is, its content says."""


def read_many(
    path: Path,
    kind: Soort,
    scholen: Sequence[School],
    *,
    afspraak: Afspraak = NEWEST,
    edexml: Keuze | None = None,
    sheet: str | None = None,
) -> Iterator[Aanlevering | Onleesbaar]:
    """Read the lists of many schools, one school at a time: any number of schools takes the memory of one.

    Schools are named by any of their codes, such as the BRIN, in a column ``school`` next to the columns of a file of one
    school, with the lines of a school together; or as the name of a file in a folder (``99AA.csv``, and for participants
    ``99AA.xml`` with EDEXML).

    Args:
        path: the CSV, or the folder.
        kind: ``adviezen`` or ``deelnemers``.
        scholen: the administrations that may be named.
        afspraak: the agreement version whose advice values may be used; the newest of this library when left out.
        edexml: which pupils of EDEXML take part, and what is done where it leaves something open.
        sheet: name of the sheet of a workbook; the first one that holds something when left out.

    Returns:
        A list per school, in the order of the file, or of the names in the folder; an `Onleesbaar` for a school whose lines
        are not in order, or that is not one of `scholen`.

    Raises:
        MessageError: the file as a whole does not fit, such as one without a header. Nothing was handed out; except when
            the file is changed while it is read.
        ConfigurationError: the path cannot be read, or this agreement has no exchange of advice.
    """
    if kind not in ("adviezen", "deelnemers"):
        raise ConfigurationError('kind must be "adviezen" or "deelnemers"', setting="kind")
    layout = ADVIEZEN if kind == "adviezen" else DEELNEMERS
    failure = without_advies(afspraak) if kind == "adviezen" else None
    if failure is not None:
        raise failure
    reading = _Kind(kind, layout, afspraak, edexml or Keuze(), sheet)
    schools = SchoolKeys(scholen)
    if isinstance(path, Path) and path.is_dir():
        folder = Table(name_of(path))
        files = _files(path, schools, folder, reading.suffixes)
        folder.raise_if_any()
        return _read_folder(files, schools, reading)
    table = Table(name_of(path))
    file = ManyFile(table, open_table(path, table, sheet=sheet), layout.with_school)
    file.look_for_pupils()
    table.raise_if_any()
    return _read_file(file, schools, reading)


@frozen
class _Kind:
    soort: Soort
    layout: Layout
    afspraak: Afspraak
    keuze: Keuze
    sheet: str | None

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Names of files in a folder end with one of these."""
        return (*_TABLES, ".xml") if self.soort == "deelnemers" else _TABLES

    def read(self, found: FoundSchool, table: Table, file_notes: Sequence[str] = ()) -> Aanlevering | Onleesbaar:
        """What a table holds of one school, or why it cannot be used."""
        error = found.error or table.error
        if error is None and found.school is not None:
            if self.soort == "adviezen":
                adviezen = adviezen_of(table, self.afspraak)
                if not table.problems:
                    return Adviezenlijst(found.school, adviezen, notes=[*file_notes, *table.notes])
            else:
                groepen, deelnemers = deelnemers_of(table, found.school)
                if not table.problems:
                    return Deelnemerslijst(found.school, groepen, deelnemers, notes=[*file_notes, *table.notes])
            error = table.error
        assert error is not None
        return Onleesbaar(found.naam, found.school, error)

    def read_xml(self, found: FoundSchool, path: Path) -> Aanlevering | Onleesbaar:
        """What an EDEXML file holds of one school, or why it cannot be used."""
        assert found.school is not None
        lijst, error = deelnemers_from(path, found.school, self.keuze, None)
        if lijst is None and error is not None:
            return Onleesbaar(found.naam, found.school, error.with_traceback(None))
        assert lijst is not None
        return lijst


# --- a folder ---


def files_of_schools(path: Path, scholen: Sequence[School] = ()) -> list[Path]:
    """The files of a folder that `read_many` would take.

    Args:
        path: the folder.
        scholen: the administrations; when left out, every key that has the right form.

    Raises:
        MessageError: there are none.
        ConfigurationError: the folder cannot be read.
    """
    folder = Table(name_of(path))
    files = _files(path, SchoolKeys(scholen) if scholen else AnySchools(), folder, (*_TABLES, ".xml"))
    folder.raise_if_any()
    return files


def _files(path: Path, schools: SchoolKeys, folder: Table, suffixes: tuple[str, ...]) -> list[Path]:
    """The files that are meant: every table or EDEXML, and whatever is named after a school."""
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        folder.cannot_be_read(error.strerror or type(error).__name__)
        return []
    shown = [item for item in entries if not item.name.startswith((".", "~"))]
    files = [item for item in shown if item.suffix.lower() in suffixes or item.stem in schools]
    if not files:
        folder.refuse("has no CSV files or workbooks", hint="Give a file per school, named after its BRIN, such as 99XX.csv")
    return files


def _read_folder(files: list[Path], schools: SchoolKeys, kind: _Kind) -> Iterator[Aanlevering | Onleesbaar]:
    named = [_named(path, schools) for path in files]
    names: dict[str, list[str]] = {}
    for path, found in zip(files, named, strict=True):
        names.setdefault(found.key, []).append(name_of(path))
    for path, found in zip(files, named, strict=True):
        what = name_of(path)
        if found.key and len(names[found.key]) > 1:
            # Nobody can tell which of them is the right one, so none is used.
            yield Onleesbaar(found.naam, found.school, _one_of_more(what, names[found.key]))
        elif found.error is not None:
            yield kind.read(found, Table(what))
        elif kind.soort == "deelnemers" and looks_like_xml(path):
            yield kind.read_xml(found, path)
        else:
            yield kind.read(found, read_table(path, kind.layout, sheet=kind.sheet))


def _named(path: Path, schools: SchoolKeys) -> FoundSchool:
    """The school that a file is named after."""
    what = name_of(path)
    unnamed = Problem("file", "is not named after a code of a school (BRIN, RIO, School OIN or routeringskenmerk)")
    return schools.find(path.stem, what, unnamed, what)


def _one_of_more(what: str, names: Sequence[str]) -> MessageError:
    others = ", ".join(name for name in names if name != what)
    return MessageError(
        [Problem("file", f"is of the same school as {others}")], what=what, hint="Keep one of them in the folder"
    )


# --- one file: only `_read_file` raises ---


def _read_file(file: ManyFile, schools: SchoolKeys, kind: _Kind) -> Iterator[Aanlevering | Onleesbaar]:
    for block in school_blocks(file, schools):
        # The lines of the last school may not all be there when the file could not be read to its end.
        if file.table.error is None:
            yield kind.read(block.found, block.table, file.table.notes)
    file.table.raise_if_any()
