"""The corpus: files as the world writes them, each with its right outcome in a table; and what a reader makes of one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re
import tomllib
import traceback
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doorstroom_client import Deelnemerslijst, School
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError
from doorstroom_client.messages.afspraak import NEWEST
from doorstroom_client.readers import (
    Keuze,
    Lijstcontrole,
    check_bestand,
    read_adviezen,
    read_deelnemers,
    read_leerlingen,
    read_scholen,
)
from doorstroom_client.readers.columns import column_of
from support import SCHOOL

CORPUS = Path(__file__).parent.parent / "corpus"
ANDERE = dataclasses.replace(SCHOOL, instellingscode="22CC", oin="", routeringskenmerk="0000000700022CC00530", naam="De Andere")
SCHOLEN: tuple[School, ...] = (SCHOOL, ANDERE)
"""The configured schools, for a list of schools by their keys."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_CELLS = re.compile(r'[;,\t\r\n"\0|]')
_TEXTS = re.compile(rb"<(?:\w+:)?(?:t|v)(?: [^>]*)?>([^<]+)<")
_ELEMENTS = re.compile(r">([^<>]+)<")
_OUR_WORDS = {
    *NEWEST.schooladviezen,
    "1900",
    "TRUE",
    "FALSE",
    "NULL",
    "null",
    "None",
    "header",
    "file",
    "VALUE",
    "NAME",
    "groep",
    "school",
}
"""What a text of ours may hold, whatever a file has in its cells; errors of Excel are left out as well."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file and its right outcome, as the tables in ``tests/corpus`` have it.

    Attributes:
        table: the table that the entry stands in.
        name: the file, under ``tests/corpus``.
        writer: what wrote it.
        what: what it is about.
        kind: which list is in it: adviezen, deelnemers, leerlingen or scholen.
        outcome: ``read`` or ``problem``.
        sheet: the sheet of a workbook that is asked for.
        pupils: everybody in it, in order; each field that is given has to be equal, and an empty text means none.
        problems: a piece of each problem that has to be told.
        notes: a piece of each note that has to be told.
        hint: a piece of the next step.
        secret: values of the file that may stand in no text, next to those that are found in it anyway.
        edexml: choices for EDEXML.
    """

    table: str
    name: str
    writer: str
    what: str
    kind: str
    outcome: str
    sheet: str | None = None
    pupils: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hint: str = ""
    secret: list[str] = field(default_factory=list)
    edexml: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return CORPUS / self.name


@dataclass
class Outcome:
    """What came of reading a file.

    Attributes:
        pupils: who are in it.
        notes: what was told besides.
        problems: what is wrong with it.
        hint: the next step.
        said: everything that somebody or a log may see of it.
    """

    pupils: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    hint: str = ""
    said: str = ""


def entries() -> list[Entry]:
    """Everything in the tables; a key that there is not fails."""
    return [
        Entry(table=table.name, **item)
        for table in sorted(CORPUS.glob("*.toml"))
        for item in tomllib.loads(table.read_text(encoding="utf-8"))["file"]
    ]


def files() -> list[str]:
    """Every file in the folders of the corpus, by its name in a table."""
    return sorted(
        path.relative_to(CORPUS).as_posix()
        for path in CORPUS.rglob("*")
        if path.is_file() and path.parent != CORPUS and "__pycache__" not in path.parts
    )


def outcome_of(entry: Entry, source: Path | bytes) -> Outcome:
    """Read a file with the public reader of its kind."""
    found = Outcome()
    reader: Callable[[Entry, Any, Outcome], None] = _READERS[entry.kind]
    try:
        reader(entry, source, found)
    except (MessageError, ConfigurationError) as error:
        found.problems = [str(item) for item in error.problems] or [str(error)]
        found.hint = error.hint
        found.said = _said(error)
    found.said += "\n".join(found.notes)
    return found


def checked(entry: Entry, source: Path | bytes) -> Outcome:
    """Check a file for its kind of list, and as any list, with `check_bestand`."""
    kind: Any = entry.kind
    more: dict[str, Any] = {"school": SCHOOL, "sheet": entry.sheet, "edexml": Keuze(**entry.edexml), "test_identities": True}
    try:
        found = check_bestand(source, kind=kind, **more)
        anything = check_bestand(source, **more)
    except ConfigurationError as error:
        return Outcome(problems=[str(error)], hint=error.hint, said=_said(error))
    [lijst] = found.lijsten
    # Names of columns that are ignored are shown, and the name of the sheet; what is said of the lines holds nothing of them.
    said = "\n".join(repr(item) for item in (found.lijsten, found.problemen, anything.lijsten, anything.problemen))
    said += "".join(item.naam for item in found.kolommen if item.naam and not item.column and _header_fails(lijst))
    return Outcome(
        pupils=[{}] * lijst.leerlingen,
        notes=list(lijst.notes),
        problems=list(map(str, lijst.problemen)),
        hint=lijst.hint,
        said=said,
    )


def _header_fails(lijst: Lijstcontrole) -> bool:
    return any("header" in problem.text for problem in lijst.problemen)


def _said(error: DoorstroomError) -> str:
    """Every text of an error, with what a reporter of errors shows of the frames that it went through in the library."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    local = [repr(item.locals) for item in shown.stack if "doorstroom_client" in item.filename]
    return "\n".join((str(error), repr(error), repr(vars(error)), *local))


def _adviezen(entry: Entry, source: Any, found: Outcome) -> None:
    lijst = read_adviezen(source, SCHOOL, sheet=entry.sheet)
    found.pupils = [_flat(item.leerling) | {"advies": str(item.advies)} for item in lijst.adviezen]
    found.notes = list(lijst.notes)


def _deelnemers(entry: Entry, source: Any, found: Outcome) -> None:
    lijst: Deelnemerslijst = read_deelnemers(source, SCHOOL, sheet=entry.sheet, edexml=Keuze(**entry.edexml))
    groups = {groep.id: groep.omschrijving for groep in lijst.groepen}
    found.pupils = [_flat(item.leerling) | _flat(item) | {"groep": groups[item.groep]} for item in lijst.deelnemers]
    found.notes = list(lijst.notes)


def _leerlingen(entry: Entry, source: Any, found: Outcome) -> None:
    lijst = read_leerlingen(source, sheet=entry.sheet)
    found.pupils = [_flat(item) for item in lijst]
    found.notes = [*lijst.notes, *map(str, lijst.conflicten)]


def _scholen(entry: Entry, source: Any, found: Outcome) -> None:
    found.pupils = [_flat(item.school) | {"url": item.url} for item in read_scholen(source, SCHOLEN)]


_READERS: Mapping[str, Callable[[Entry, Any, Outcome], None]] = {
    "adviezen": _adviezen,
    "deelnemers": _deelnemers,
    "leerlingen": _leerlingen,
    "scholen": _scholen,
}


def _flat(item: Any) -> dict[str, Any]:
    """The fields of a value as a table writes them: days as texts, and nothing as an empty text."""
    return {each.name: _plain(getattr(item, each.name)) for each in dataclasses.fields(item)}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else value


def differences(entry: Entry, found: Outcome) -> list[str]:
    """What differs between the outcome of a file and the right one, for people."""
    different = [f"not told: {text}" for text in entry.problems if sum(text in item for item in found.problems) != 1]
    if len(entry.problems) != len(found.problems):
        different.append(f"{len(found.problems)} problems: {found.problems}")
    different += [f"no such note: {text}" for text in entry.notes if sum(text in item for item in found.notes) != 1]
    if len(entry.notes) != len(found.notes):
        different.append(f"{len(found.notes)} notes: {found.notes}")
    if len(entry.pupils) != len(found.pupils):
        different.append(f"{len(found.pupils)} pupils")
    for number, (wanted, pupil) in enumerate(zip(entry.pupils, found.pupils, strict=False), start=1):
        shown = {name: pupil.get(name, "(no such field)") for name in wanted}
        if shown != wanted:
            different.append(f"pupil {number} is {shown}, expected {wanted}")
    if entry.hint not in found.hint:
        different.append(f"the next step is {found.hint}")
    return different


def told_of_content(entry: Entry, said: str) -> list[str]:
    """Values of a file that a text repeats."""
    values = {*_values(entry.path.read_bytes()), *entry.secret}
    return sorted(value for value in values if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said))


def _values(content: bytes) -> Iterable[str]:
    """The cells of a file that hold a word, whatever the file is, without those that people see in our own texts anyway."""
    for text in _texts(content):
        value = text.strip()
        if _WORD.search(value) and column_of(value) is None and value not in _OUR_WORDS and not value.startswith("#"):
            yield value


def _texts(content: bytes) -> Iterable[str]:
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for part in archive.namelist():
                    yield from (item.decode("utf-8", "replace") for item in _TEXTS.findall(archive.read(part)))
        except Exception:
            return  # damaged on purpose: the secrets of its entry are looked for
        return
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "mac-roman"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield from _ELEMENTS.findall(text) if text.lstrip().startswith("<") else _CELLS.split(text)
