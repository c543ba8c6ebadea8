"""``doorstroom rapporten``: fetch the PDF reports that belong to received results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstroom_client import Afhaling, Client, OntvangenResultaat, Rapportage
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import make_folder
from doorstroom_client.cli._lock import alone
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption, SchoolFilter, WorkersOption
from doorstroom_client.cli._session import load, only_school
from doorstroom_client.cli._stopping import Stop, stoppable
from doorstroom_client.cli.exit_codes import ExitCode, code_of, ended, worst
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.school import School

app: typer.Typer = typer.Typer(help="The PDF reports of pupils.", no_args_is_help=True)
_NAMES: Mapping[Afhaling, str] = {
    Afhaling.OPGEHAALD: "opgehaald",
    Afhaling.WAS_ER_AL: "was_er_al",
    Afhaling.LATER: "nog_niet_klaar",
    Afhaling.ONBEKEND: "onbekend",
    Afhaling.MISLUKT: "mislukt",
    Afhaling.GEEN: "zonder_rapport",
}
"""How a report ended -> its name in JSON."""
_NOTES: Mapping[Afhaling, str] = {
    Afhaling.WAS_ER_AL: "were there already",
    Afhaling.LATER: "not ready yet: run the command again after an hour",
    Afhaling.ONBEKEND: "not known at the supplier: wait for a newer result of the pupil",
    Afhaling.MISLUKT: "failed",
    Afhaling.GEEN: "results name no report, or their school or supplier is no longer configured",
}


@dataclass(slots=True)
class _Tally:
    """What came of a run.

    Attributes:
        counts: reports, by how it ended.
        failures: text of each failure, with how many reports it was about.
        code: the worst exit code so far.
    """

    counts: Counter[Afhaling] = field(default_factory=Counter[Afhaling])
    failures: dict[str, int] = field(default_factory=dict[str, int])
    code: ExitCode = ExitCode.OK

    def add(self, rapportage: Rapportage[OntvangenResultaat]) -> None:
        """Take in what came of one report."""
        self.counts[rapportage.afloop] += 1
        if rapportage.error is not None:
            self.code = worst([self.code, code_of(rapportage.error)])
            if rapportage.afloop is Afhaling.MISLUKT:
                supplier = rapportage.resultaat.leverancier
                self._note(f"{supplier.toetssoort if supplier else '?'}: {_in_short(rapportage.error)}")

    def _note(self, text: str) -> None:
        """Count equal ones together, and never more than some of them."""
        if text in self.failures or len(self.failures) < _SHOWN:
            self.failures[text] = self.failures.get(text, 0) + 1


_SHOWN = 20


def _in_short(error: DoorstroomError) -> str:
    return f"{error.message}. {error.hint}" if error.hint else error.message


@app.command("fetch")
def fetch(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder for the PDF files; made when it does not exist.")],
    school: SchoolFilter = None,
    all_results: Annotated[
        bool, typer.Option("--all", help="Also the reports that were fetched before, when they are not in the folder.")
    ] = False,
    workers: WorkersOption = 4,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Fetch the PDF report of every received result that has not been fetched yet.

    The store remembers what was fetched, so the command can be repeated until all are there; one that is not ready is asked
    for again after an hour. A signal (SIGTERM, Ctrl-C) lets it finish what is on its way. The export of results names the
    file of each pupil in the column "rapport".

    Example:
      doorstroom rapporten fetch --to rapporten --school 99AA
    """
    terminal.set_mode(quiet=quiet, as_json=as_json)
    settings = load(config)
    tally, failed = _Tally(), None
    with (
        alone(settings, "rapporten-fetch"),
        stoppable(settings.timeouts.rapport) as stop,
        Client(**settings.arguments()) as client,
    ):
        which = only_school(client, school)
        make_folder(to)
        try:
            with terminal.counting("Reports") as count:
                for item in client.fetch_leerlingrapporten(
                    to, school=which, workers=workers, everything=all_results, stop=stop
                ):
                    tally.add(item)
                    count()
        except DoorstroomError as error:
            if not tally.counts:
                raise
            failed = error
        why = "" if tally.counts or stop() else _why_none(client, which)
    return _tell(tally, stop, failed, to, why)


def _tell(tally: _Tally, stop: Stop, failed: DoorstroomError | None, to: Path, why: str) -> int:
    code = ended(stop.code, tally.code, *([] if failed is None else [code_of(failed)]))
    if terminal.is_json():
        document: dict[str, Any] = {name: tally.counts[afloop] for afloop, name in _NAMES.items()}
        terminal.emit_json(document | {"gestopt_door": stop.signal, "exit_code": code})
    else:
        _show(tally.counts, to, why)
    for text, count in tally.failures.items():
        terminal.complain(f"{text} [{count} reports]", label="Error: ")
    if failed is not None:
        terminal.complain(_in_short(failed), label="Error: ")
    if stop():
        terminal.complain(f"Stopped by {stop.signal} after {tally.counts.total()} reports. Run it again for the others")
    return code


def _why_none(client: Client, school: School | None) -> str:
    """Why there is no report to fetch."""
    if next(iter(client.resultaten(school, everything=True)), None) is not None:
        return "All reports were fetched, or are not ready yet; --all looks at all of them again"
    return "There are no results in this store, and a report belongs to a result: see doorstroom resultaten list"


def _show(counts: Counter[Afhaling], to: Path, why: str) -> None:
    terminal.show(f"{counts[Afhaling.OPGEHAALD]} reports fetched into {to}.")
    if why:
        terminal.show(f"{why}.")
    for afloop, text in _NOTES.items():
        if counts[afloop]:
            terminal.show(f"{counts[afloop]} {text}.")
