"""``send-many``: the lists of many schools in one run, told in one summary of bounded size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from doorstroom_client import Aanlevering, Afloop, Client, Onleesbaar, School, Uitkomst, Uitleg
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._lock import alone
from doorstroom_client.cli._problems_told import all_of
from doorstroom_client.cli._stopping import Stop, longest_call, stoppable
from doorstroom_client.cli.exit_codes import ExitCode, code_of, ended, worst
from doorstroom_client.config import Settings
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.readers.many_schools import read_many

KEPT = 1000
"""Schools that are told by name; of more than these only the number is kept."""
_SHOWN = 100
WORDS: Mapping[str, str] = {
    Afloop.VERSTUURD: "sent",
    Afloop.ONGEWIJZIGD: "unchanged, not sent",
    Afloop.DEELS: "sent without unknown pupils",
    Afloop.KLAARGEZET: "put in the outbox",
    Afloop.GEWEIGERD: "refused",
    Afloop.MANDAAT: "no mandate",
    Afloop.LATER: "try again later",
    Afloop.MISLUKT: "failed",
}
"""How each outcome is told to whoever runs it; the words of the library are for programs."""


@frozen
class Note:
    """What somebody has to know about one school.

    Attributes:
        school: as the input calls it.
        afloop: how it ended.
        reden: what happened, in English; empty when nothing went wrong.
        uitleg: the text for the school, in Dutch.
        problemen: what is wrong with its file, when it is about that.
    """

    school: str
    afloop: str
    reden: str
    uitleg: Uitleg
    problemen: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(slots=True)
class Summary:
    """What came of a run, without a pupil in it.

    Attributes:
        per_afloop: schools, by how it ended.
        leerlingen: pupils: taken in, put in the outbox, unchanged, unknown at the supplier, and gone from the list.
        failing: the schools at which something went wrong.
        gone: the schools at which all went well, but that have something to look at or to remove in the test system.
        notes: what readers noted, with the schools whose files it is about.
        code: the worst exit code so far.
    """

    per_afloop: Counter[Afloop] = field(default_factory=Counter[Afloop])
    leerlingen: Counter[str] = field(default_factory=Counter[str])
    failing: list[Note] = field(default_factory=list[Note])
    gone: list[Note] = field(default_factory=list[Note])
    notes: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    code: ExitCode = ExitCode.OK

    @property
    def scholen(self) -> int:
        """How many schools were handled."""
        return self.per_afloop.total()

    def add(self, uitkomst: Uitkomst) -> None:
        """Take in one outcome, and keep no more of it than a line."""
        afloop, ontvangst, klaar = uitkomst.afloop, uitkomst.ontvangst, uitkomst.klaargezet
        self.per_afloop[afloop] += 1
        code = code_of_school(uitkomst)
        self.code = worst([self.code, code])
        if ontvangst is not None:
            self.leerlingen["aangeleverd"] += ontvangst.aantal
            self.leerlingen["ongewijzigd"] += ontvangst.ongewijzigd
            self.leerlingen["onbekend"] += len(ontvangst.onbekend)
            self.leerlingen["verdwenen"] += len(ontvangst.verdwenen)
        if klaar is not None:
            self.leerlingen["klaargezet"] += klaar.bericht.aantal if klaar.bericht else 0
            self.leerlingen["ongewijzigd"] += klaar.ongewijzigd
            self.leerlingen["verdwenen"] += len(klaar.verdwenen)
        notes = self.gone if code is ExitCode.OK else self.failing
        if len(notes) < KEPT and (code is not ExitCode.OK or uitkomst.uitleg):
            problemen = all_of(uitkomst.error)
            notes.append(Note(uitkomst.naam, afloop.value, _reason(uitkomst.error), uitkomst.uitleg, problemen))

    def noting(self, lijsten: Iterable[Aanlevering | Onleesbaar]) -> Iterator[Aanlevering | Onleesbaar]:
        """The lists as they come; what a reader noted of each is kept, as far as there is room."""
        for lijst in lijsten:
            for text in lijst.notes if not isinstance(lijst, Onleesbaar) else ():
                if text in self.notes or len(self.notes) < KEPT:
                    label = lijst.school.instellingscode if isinstance(lijst.school, School) else str(lijst.school)
                    self.notes.setdefault(text, []).append(label)
            yield lijst


def code_of_school(uitkomst: Uitkomst) -> ExitCode:
    """The exit code for one school."""
    if uitkomst.ontvangst is not None:
        return ExitCode.REFUSED if uitkomst.ontvangst.onbekend else ExitCode.OK
    if uitkomst.klaargezet is not None:
        return ExitCode.OK
    if uitkomst.afloop is Afloop.LATER:
        return ExitCode.LATER
    return ExitCode.REFUSED if uitkomst.error is None else code_of(uitkomst.error)


def _reason(error: DoorstroomError | None) -> str:
    return "" if error is None else terminal.clean(error.message)


def send_many(
    kind: Literal["adviezen", "deelnemers"],
    path: Path,
    settings: Settings,
    *,
    workers: int,
    all_pupils: bool,
    queue: bool,
    sheet: str | None = None,
) -> int:
    """Send everything in a file or folder.

    Args:
        kind: which of the two.
        path: the file or folder.
        settings: the configuration.
        workers: schools at a time.
        all_pupils: not only what changed.
        queue: into the outbox.
        sheet: the sheet of a workbook.
    """
    summary, failed = Summary(), None
    with (
        alone(settings, f"{kind}-send-many"),
        stoppable(longest_call(settings)) as stop,
        Client(**settings.arguments()) as client,
        terminal.counting("Schools") as count,
    ):
        keuze = replace(settings.edexml, schooljaar=client.schooljaar)
        found = read_many(path, kind, settings.scholen, afspraak=settings.the_afspraak(), edexml=keuze, sheet=sheet)
        lijsten = summary.noting(found)
        if queue:
            uitkomsten = client.outbox.add_many(lijsten, only_changes=not all_pupils, workers=workers, stop=stop)
        else:
            uitkomsten = client.send_many(lijsten, only_changes=False if all_pupils else None, workers=workers, stop=stop)
        try:
            for uitkomst in uitkomsten:
                summary.add(uitkomst)
                count()
        except DoorstroomError as error:  # the input ended there; what was sent before is told
            if not summary.scholen:
                raise
            failed = error
    return _tell(summary, stop, failed)


def _tell(summary: Summary, stop: Stop, failed: DoorstroomError | None) -> int:
    code = ended(stop.code, summary.code, *([] if failed is None else [code_of(failed)]))
    if terminal.is_json():
        terminal.emit_json(as_json(summary, stop, code, failed))
    else:
        _show(summary)
    if failed is not None:
        terminal.complain(f"{failed.message}; the rest was not read", label="Error: ")
    if stop():
        terminal.complain(f"Stopped by {stop.signal} after {summary.scholen} schools. Run it again for the others")
    return code


def as_json(summary: Summary, stop: Stop, code: int, failed: DoorstroomError | None) -> dict[str, Any]:
    """The summary as a document."""
    return {
        "scholen": summary.scholen,
        "per_afloop": {afloop.value: summary.per_afloop[afloop] for afloop in Afloop},
        "leerlingen": {
            name: summary.leerlingen[name] for name in ("aangeleverd", "klaargezet", "ongewijzigd", "onbekend", "verdwenen")
        },
        "aandacht": [
            asdict(note) | {"uitleg_delen": terminal.parts_of(note.uitleg)} for note in (*summary.failing, *summary.gone)
        ],
        "notes": [{"text": terminal.clean(text), "scholen": scholen} for text, scholen in summary.notes.items()],
        "gestopt_door": stop.signal,
        "error": type(failed).__name__ if failed else None,
        "problemen": all_of(failed),
        "exit_code": code,
    }


def _show(summary: Summary) -> None:
    table = terminal.new_table("Outcome", "Schools")
    for afloop in Afloop:
        if summary.per_afloop[afloop]:
            terminal.row(table, WORDS[afloop], summary.per_afloop[afloop])
    terminal.row(table, "total", summary.scholen, style="bold")
    terminal.show_table(table)
    pupils = summary.leerlingen
    queued = f"{pupils['klaargezet']} put in the outbox, " if pupils["klaargezet"] else ""
    terminal.show(
        f"Pupils: {pupils['aangeleverd']} taken in, {queued}{pupils['ongewijzigd']} unchanged, "
        f"{pupils['onbekend']} not known at the supplier, {pupils['verdwenen']} no longer in the list."
    )
    told = [f"Note ({_schools(scholen)}): {text}" for text, scholen in summary.notes.items()]
    terminal.some(told, terminal.say, _SHOWN, "and {} more notes; --json names more of them")
    tell_notes(summary.failing, terminal.complain)
    tell_notes(summary.gone, terminal.say)


def _schools(scholen: list[str]) -> str:
    return scholen[0] if len(scholen) == 1 else f"{scholen[0]} and {len(scholen) - 1} more"


def tell_notes(notes: list[Note], tell: terminal.Teller) -> None:
    """One or two lines for each school; the whole text for it is in ``--json``."""
    for note in notes[:_SHOWN]:
        tell(f"{note.school}: {WORDS[note.afloop]}{': ' if note.reden else ''}{note.reden}")
        if note.uitleg:
            tell(f"  In Dutch: {note.uitleg.kop}")
    if len(notes) > _SHOWN:
        more = f"{len(notes) - _SHOWN} or more" if len(notes) >= KEPT else str(len(notes) - _SHOWN)
        tell(f"and {more} other schools; --json names more of them")
