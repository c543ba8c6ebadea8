"""Check a file without sending it: what it is, what was understood of it, and everything that is wrong with it.

It is read by the same code as when it is sent. No function that raises has the content of a file in a variable that shows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem
from doorstroom_client.messages.adviezenbericht import build_adviezenbericht
from doorstroom_client.messages.afspraak import NEWEST, Afspraak
from doorstroom_client.messages.deelnemersbericht import build_deelnemersbericht
from doorstroom_client.messages.leerlingen import Deelnemer, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.readers.bestandscontrole import Bestandscontrole, Lijstcontrole, Lijstsoort
from doorstroom_client.readers.directory import leerlingen_of
from doorstroom_client.readers.edexml import Edexml, read_edexml
from doorstroom_client.readers.from_rows import adviezen_of, deelnemers_of
from doorstroom_client.readers.one_school import edexml_notes
from doorstroom_client.readers.school_blocks import AnySchools, ManyFile, SchoolKeys, school_blocks
from doorstroom_client.readers.table import Table, name_of
from doorstroom_client.readers.table_reading import START_WITH, open_table, read_table, without_advies
from doorstroom_client.readers.table_seen import LAYOUTS, SeenTable
from doorstroom_client.readers.xml_events import looks_like_xml

__all__ = ["check_bestand"]

_SOME_SCHOOL = School(
    instellingscode="00AA",
    vestigingscode="00",
    onderwijsaanbiedercode="000A000",
    onderwijslocatiecode="000X000",
    administratienr="01",
    routeringskenmerk="0000000700000AA00010",
)
"""Stands in for a school that was not given, when a message is made to see whether that is possible."""
_SOME_MOMENT = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
_ANY_HEADER = f"{START_WITH}: {'; or '.join(f'for {kind} {layout.example}' for kind, layout in LAYOUTS.items())}"


def check_bestand(
    source: Path | bytes,
    *,
    kind: Lijstsoort | None = None,
    school: School | None = None,
    scholen: Sequence[School] = (),
    sheet: str | None = None,
    afspraak: Afspraak = NEWEST,
    edexml: Keuze | None = None,
    test_identities: bool = False,
    las_key_reden: str = "",
) -> Bestandscontrole:
    """Say what a file is, what was understood of it, and everything that is wrong with it; nothing is sent or kept.

    Whatever the file holds, it raises nothing for it: a problem is a finding. A CSV of many schools takes the memory of one
    school, whatever its size.

    Args:
        source: the file, or its content: a CSV, a workbook, or EDEXML.
        kind: ``adviezen``, ``deelnemers`` or ``leerlingen``; when left out, every list that its header fits.
        school: the administration that the file is of; EDEXML of another one is then a problem.
        scholen: the administrations that a file for many schools may name; when left out, every key that has the right form.
        sheet: name of the sheet of a workbook; the first one that holds something when left out.
        afspraak: the agreement version that a list has to fit; the newest of this library when left out.
        edexml: which pupils of EDEXML take part, and what is done where it leaves something open.
        test_identities: accept an ECK-iD in any form, as test environments have it.
        las_key_reden: why a LAS-key may look like a BSN.

    Returns:
        What was found, without anything of a pupil.

    Raises:
        ConfigurationError: the file cannot be read, or this agreement has no exchange of advice.
    """
    if kind is not None and kind not in LAYOUTS:
        raise ConfigurationError(f"kind must be {', '.join(LAYOUTS)}", setting="kind")
    keys = SchoolKeys(scholen) if scholen else AnySchools()
    check = _Check(kind, school, keys, sheet, afspraak, edexml or Keuze(), test_identities, las_key_reden)
    found = check.xml(source) if kind != "adviezen" and looks_like_xml(source) else check.table(source)
    del source
    if isinstance(found, DoorstroomError):
        raise found.with_traceback(None)
    return found


@frozen
class _Check:
    """What is asked of a file; its methods raise nothing, and give an error for a file that cannot be read."""

    kind: Lijstsoort | None
    school: School | None
    schools: SchoolKeys
    sheet: str | None
    afspraak: Afspraak
    keuze: Keuze
    test_identities: bool
    las_key_reden: str

    def xml(self, source: Path | bytes) -> Bestandscontrole | DoorstroomError:
        """A file with EDEXML, as a list of participants and as a directory of pupils."""
        kinds: tuple[Lijstsoort, ...] = (self.kind,) if self.kind else ("deelnemers", "leerlingen")
        try:
            found = read_edexml(source, school=self.school, keuze=self.keuze)
        except MessageError as error:
            lijst = Lijstcontrole(kind=kinds[0], problemen=error.problems, hint=error.hint)
            return Bestandscontrole(naam=error.what, soort="XML", lijsten=(lijst,))
        except DoorstroomError as error:
            return error
        soort = " ".join(filter(None, (found.soort, found.versie)))
        lijsten = [self._xml_list(found, kind) for kind in kinds]
        return Bestandscontrole(
            naam=name_of(source),
            soort=soort,
            encoding=found.encoding,
            evidence=found.evidence,
            regels=len(found.leerlingen),
            lijsten=tuple(lijsten),
        )

    def _xml_list(self, found: Edexml, kind: Lijstsoort) -> Lijstcontrole:
        if kind == "leerlingen":
            notes = tuple(map(str, found.leerlingen.conflicten))
            return Lijstcontrole(kind=kind, leerlingen=len(found.leerlingen), notes=notes)
        lijst = Lijstcontrole(
            kind=kind,
            leerlingen=len(found.deelnemers),
            groepen=len(found.groepen),
            overgeslagen=found.overgeslagen,
            notes=tuple(edexml_notes(found)),
        )
        try:
            found.raise_if_any()
        except MessageError as error:
            return replace(lijst, problemen=error.problems, hint=error.hint)
        return _with(lijst, self._refused(lambda: self._deelnemersbericht(found.groepen, found.deelnemers)))

    def table(self, source: Path | bytes) -> Bestandscontrole | DoorstroomError:
        """A file with a table, as every list that it can be."""
        seen = SeenTable.of(source, self.sheet)
        kinds = self._kinds(seen)
        if isinstance(kinds, DoorstroomError):
            return kinds
        lijsten: list[Lijstcontrole] = []
        for kind in kinds:
            table = Table(name_of(source))
            if seen.many and kind != "leerlingen":
                lijsten.append(self._many(source, kind, table))
            else:
                table = read_table(source, LAYOUTS[kind], sheet=self.sheet)
                lijsten.append(self._one(table, kind))
            if table.failure is not None:
                return table.failure
        if self.kind is None and not seen.recognised and lijsten[0].problemen and lijsten[0].hint.startswith(START_WITH):
            lijsten[0] = replace(lijsten[0], hint=_ANY_HEADER)
        form = seen.table.form
        return Bestandscontrole(
            naam=name_of(source),
            soort=form.kind,
            encoding=form.encoding,
            evidence=form.evidence,
            delimiter=form.delimiter,
            sheet=form.sheet,
            kolommen=tuple(seen.kolommen(kinds)),
            regels=seen.lines,
            lijsten=tuple(lijsten),
            ontbreekt={kind: seen.missing(kind) for kind in LAYOUTS if seen.header and seen.missing(kind)},
        )

    def _kinds(self, seen: SeenTable) -> tuple[Lijstsoort, ...] | DoorstroomError:
        """The lists that are looked at: the one that was asked for, all that the header fits, or the one that it nearly is."""
        failure = without_advies(self.afspraak)
        if self.kind == "adviezen" and failure is not None:
            return failure
        if self.kind is not None:
            return (self.kind,)
        known: list[Lijstsoort] = [kind for kind in LAYOUTS if kind != "adviezen" or failure is None]
        fitting: list[Lijstsoort] = [kind for kind in known if seen.header and not seen.missing(kind)]
        if seen.many and len(fitting) > 1:
            fitting = [kind for kind in fitting if kind != "leerlingen"]  # which is of one school
        nearest: Lijstsoort = min(known, key=seen.distance)
        return tuple(fitting) or (nearest,)

    def _one(self, table: Table, kind: Lijstsoort) -> Lijstcontrole:
        """The list of one school in a table."""
        problem = self._refusal(table, kind, self.school) if table.error is None else None
        return _with(_counted(table, kind), problem or table.error)

    def _many(self, source: Path | bytes, kind: Lijstsoort, table: Table) -> Lijstcontrole:
        """The lists of many schools in a table, one school at a time."""
        file = ManyFile(table, open_table(source, table, sheet=self.sheet), LAYOUTS[kind].with_school)
        file.look_for_pupils()
        total, errors = Lijstcontrole(kind=kind), list[DoorstroomError]()
        for block in school_blocks(file, self.schools.anew()) if table.error is None else ():
            error = block.found.error or block.table.error or self._refusal(block.table, kind, block.found.school)
            errors += filter(None, [error])
            one = _counted(block.table, kind)
            total = replace(
                total,
                scholen=total.scholen + 1,
                leerlingen=total.leerlingen + one.leerlingen,
                groepen=total.groepen + one.groepen,
                notes=(*total.notes, *one.notes),
            )
        total = replace(total, notes=(*table.notes, *total.notes))
        return _with(total, *errors, table.error)

    def _refusal(self, table: Table, kind: Lijstsoort, school: School | None) -> DoorstroomError | None:
        """Why a table that can be taken apart cannot be used as this list."""
        if kind == "leerlingen":
            table.warnings += leerlingen_of(table).conflicten
            return table.error
        if kind == "adviezen":
            adviezen = adviezen_of(table, self.afspraak)
            return table.error or self._refused(
                lambda: build_adviezenbericht(school or _SOME_SCHOOL, adviezen, **self._about), hint=table.hint
            )
        groepen, deelnemers = deelnemers_of(table, school)
        return table.error or self._refused(lambda: self._deelnemersbericht(groepen, deelnemers), hint=table.hint)

    @property
    def _about(self) -> dict[str, Any]:
        """What a message needs besides the school and its pupils."""
        return {
            "afspraak": self.afspraak,
            "schooljaar": self.afspraak.eerste_schooljaar,
            "auteur": "doorstroom_client",
            "datumtijd": _SOME_MOMENT,
            "test_identities": self.test_identities,
            "las_key_reden": self.las_key_reden,
        }

    def _deelnemersbericht(self, groepen: Sequence[Stamgroep], deelnemers: Sequence[Deelnemer]) -> object:
        return build_deelnemersbericht(self.school or _SOME_SCHOOL, groepen, deelnemers, **self._about)

    def _refused(self, build: Callable[[], object], hint: str = "") -> DoorstroomError | None:
        """What does not fit the standard: a message is made of it, as when it is sent."""
        try:
            build()
        except MessageError as error:
            error.hint = error.hint or hint
            return error.with_traceback(None)
        return None


def _counted(table: Table, kind: Lijstsoort) -> Lijstcontrole:
    """How much there is in a table."""
    rows = [row for row in table.rows if not row.fault]
    groepen = {row.text("groep") for row in rows} - {""} if kind != "adviezen" else ()
    return Lijstcontrole(kind=kind, leerlingen=len(rows), groepen=len(groepen), notes=tuple(table.notes))


def _with(lijst: Lijstcontrole, *errors: DoorstroomError | None) -> Lijstcontrole:
    """What was found of a list, with all problems of these errors, each once, and their first next step."""
    told = [error for error in errors if error is not None]
    problems = [problem for error in told for problem in _problems(error)]
    hint = next((error.hint for error in told if error.hint), "")
    return replace(lijst, problemen=tuple(dict.fromkeys(problems)), hint=hint)


def _problems(error: DoorstroomError) -> Sequence[Problem]:
    if isinstance(error, MessageError):
        return error.problems
    return [Problem('column "school"', error.message)]  # a school that is not configured
