"""``doorstroom rapporten``: fetch the PDF reports that belong to received results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._files import make_folder
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption, SchoolFilter
from doorstroom_client.cli._session import only_school, open_client
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.client import Client
from doorstroom_client.errors import DoorstroomError, RapportOnbekend, StoreError, UnexpectedResponse
from doorstroom_client.exchange.rapport import rapport_file_name
from doorstroom_client.faces.resultaten import OntvangenResultaat
from doorstroom_client.messages.school import School

app = typer.Typer(help="The PDF reports of pupils.", no_args_is_help=True)


@dataclass(slots=True)
class _Counts:
    """What became of the reports."""

    opgehaald: int = 0
    was_er_al: int = 0
    nog_niet_klaar: int = 0
    onbekend: int = 0
    mislukt: int = 0
    zonder_rapport: int = 0


@dataclass(slots=True)
class _Run:
    """One run over the results.

    Attributes:
        counts: what became of the reports.
        stopped: suppliers that are not asked again in this run, with the reason.
        codes: the exit codes of what failed.
    """

    counts: _Counts = field(default_factory=_Counts)
    stopped: dict[str, DoorstroomError] = field(default_factory=dict[str, DoorstroomError])
    codes: list[ExitCode] = field(default_factory=list[ExitCode])


@app.command(
    "fetch",
    help=options.text(
        "Fetch the PDF report of every received result that is not yet processed.",
        "doorstroom rapporten fetch --to rapporten --school 99AA",
        "Reports that are in the folder already are skipped, so the command can be repeated until all are there. The export "
        'of results names the file of each pupil in the column "rapport".',
    ),
)
def fetch(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder for the PDF files; made when it does not exist.")],
    school: SchoolFilter = None,
    all_results: Annotated[bool, typer.Option("--all", help="Also for the results that are marked as processed.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Fetch one after the other."""
    terminal.set_mode(quiet=quiet, as_json=as_json)
    run = _Run()
    with open_client(config) as client:
        which = only_school(client, school)
        found = list(client.resultaten(which, alle=all_results))
        why = "" if found else _why_none(client, which)
        make_folder(to)
        for item in _watched(found):
            _fetch_one(client, item, to, run)
    if as_json:
        terminal.emit_json(asdict(run.counts))
    else:
        _show(run.counts, to, why)
    for supplier, error in run.stopped.items():
        terminal.complain(f"{supplier}: {error.message}. {error.hint}", label="Error: ")
    return worst(run.codes)


def _fetch_one(client: Client, item: OntvangenResultaat, to: Path, run: _Run) -> None:
    counts = run.counts
    if item.rapportid is None or item.school is None or item.leverancier is None:
        counts.zonder_rapport += 1
        return
    target = to / rapport_file_name(item.rapportid)
    if target.exists():
        counts.was_er_al += 1
        return
    if item.leverancier.toetssoort in run.stopped:
        counts.mislukt += 1
        return
    try:
        report = client.fetch_leerlingrapport(item, to=target)
    except StoreError:
        raise  # a full disk is full for the next report too
    except DoorstroomError as error:
        _note(error, item.leverancier.toetssoort, run)
        return
    if report is None:
        counts.nog_niet_klaar += 1
    else:
        counts.opgehaald += 1


def _note(error: DoorstroomError, supplier: str, run: _Run) -> None:
    """One unknown or broken report says nothing about the next; anything else is about the supplier as a whole."""
    run.codes.append(code_of(error))
    if isinstance(error, RapportOnbekend):
        run.counts.onbekend += 1
        return
    run.counts.mislukt += 1
    if not (isinstance(error, UnexpectedResponse) and error.status == 200):
        run.stopped[supplier] = error


def _why_none(client: Client, school: School | None) -> str:
    """Why there is no result to fetch a report of."""
    if next(iter(client.resultaten(school, alle=True)), None) is not None:
        return "All results are marked as processed; --all fetches their reports too"
    return "There are no results yet, and a report belongs to a result. A supplier sends results after the test"


def _show(counts: _Counts, to: Path, why: str) -> None:
    terminal.show(f"{counts.opgehaald} reports fetched into {to}.")
    if why:
        terminal.show(f"{why}.")
    notes = {
        "were there already": counts.was_er_al,
        "not ready yet: run the command again later": counts.nog_niet_klaar,
        "not known at the supplier: wait for a newer result of the pupil": counts.onbekend,
        "failed": counts.mislukt,
        "results name no report, or their school or supplier is no longer configured": counts.zonder_rapport,
    }
    for text, count in notes.items():
        if count:
            terminal.show(f"{count} {text}.")


def _watched(found: list[OntvangenResultaat]) -> Iterable[OntvangenResultaat]:
    return _with_bar(found) if terminal.person_watches() and found else found


def _with_bar(found: list[OntvangenResultaat]) -> Iterator[OntvangenResultaat]:
    from rich.progress import track

    yield from track(found, description="Reports", console=terminal.err(), transient=True)
