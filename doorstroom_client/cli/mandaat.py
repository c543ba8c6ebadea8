"""``doorstroom mandaat``: who may exchange messages on behalf of a school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client import Client
from doorstroom_client.cli import _mandates_told as telling
from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_free
from doorstroom_client.cli._lock import alone
from doorstroom_client.cli._mandates_told import Found
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli._stopping import Stop, stoppable
from doorstroom_client.cli.exit_codes import ended
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.osr.mandate_csv import mandaten_csv
from doorstroom_client.output.files import write_whole
from doorstroom_client.readers.scholen import read_scholen

app: typer.Typer = typer.Typer(
    help="Who may exchange messages on behalf of a school, according to the OSR.", no_args_is_help=True
)
SchoolsOption = Annotated[
    Path | None,
    typer.Option(
        "--schools",
        metavar="CSV",
        help='A list of schools: a column "school" (any code of one in the configuration, such as its BRIN), or '
        "a column for each code of a school.",
    ),
]
ManySchoolsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--school",
        metavar="KEY",
        help="BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk; may be repeated. Default: all.",
    ),
]
AllSchoolsOption = Annotated[
    bool, typer.Option("--all", help="All configured schools. The default too; this says it out loud, for scripts.")
]


def day(typed: str) -> dt.date:
    """A day as it is typed."""
    try:
        return dt.datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise typer.BadParameter("expected a date as YYYY-MM-DD") from None


@app.command("check")
def check(
    school: ManySchoolsOption = None,
    all_schools: AllSchoolsOption = False,
    schools: SchoolsOption = None,
    leverancier: Annotated[
        list[str] | None,
        typer.Option("--leverancier", metavar="TEST", help='Only this supplier ("ICE"); may be repeated. Default: all.'),
    ] = None,
    on: Annotated[
        dt.date | None,
        typer.Option("--on", parser=day, metavar="YYYY-MM-DD", help="The day to ask about. Default: today."),
    ] = None,
    per_second: Annotated[
        float | None,
        typer.Option("--per-second", metavar="N", help="Calls to start in a second at most. Default: osr.per_second, or 20."),
    ] = None,
    workers: options.WorkersOption = 8,
    max_age: Annotated[
        float | None,
        typer.Option(
            "--max-age",
            min=0,
            max=1440,
            metavar="MINUTES",
            help="How old an earlier answer may be to count; 0 asks everything anew. Default: 15 for a yes and 1 for a no; 0 "
            "with --school.",
        ),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Also write a CSV with one line per school.")
    ] = None,
    text: Annotated[
        Path | None, typer.Option("--text", metavar="DIR", help="Also write a text in Dutch per school, to show or to mail.")
    ] = None,
    board_text: Annotated[
        Path | None,
        typer.Option(
            "--board-text", metavar="FILE", help="Also write one text in Dutch for the board, about all these schools together."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace files of --csv, --text and --board-text that are there.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Ask the OSR which suppliers a school has mandated, and explain the answer in Dutch.

    A school mandates one of the configured suppliers, so one yes is enough. Ends with exit code 77 when a school has no
    usable mandate at all, and with another one than 0 when the OSR gave no answer about a school; 69 also when so many
    mandates are gone at once that the OSR itself is suspect (osr.suspect_from). With a store a run over many schools that
    was broken off goes on where it was. A silent OSR is waited for, but not with one school.

    Example:
      doorstroom mandaat check --schools scholen.csv --csv mandaten.csv --text teksten
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    if csv is not None:
        check_free(csv, overwrite=overwrite, option="--csv")
    if board_text is not None:
        check_free(board_text, overwrite=overwrite, option="--board-text")
    settings = load(config)
    scholen = chosen_schools(settings, school, schools, all_schools=all_schools)
    if not (leverancier or settings.leveranciers):
        raise ConfigurationError("leveranciers: none is configured, so there is nothing to look up", setting="leveranciers")
    found = Found(scholen)
    age = (0.0 if school else None) if max_age is None else max_age * 60
    with _bounded(settings, scholen) as stop, Client(**settings.arguments()) as client, terminal.counting("Schools") as count:
        for controle in client.osr.check_mandaten(
            stop.until(scholen),
            leveranciers=leverancier,
            on=on,
            workers=workers,
            per_second=per_second,
            max_age=age,
            on_wait=telling.tell_waiting,
        ):
            found.add(controle)
            count()
        found.suspicion = client.osr.suspicion(found)
        if board_text is not None and (found.error is None or stop()):
            telling.write_for_board(board_text, found, client)
    if found.error is not None and not stop():
        raise found.error
    all_asked = len(leverancier or settings.leveranciers) >= len(settings.leveranciers)
    return _tell(found, stop, csv=csv, text=text, overwrite=overwrite, all_asked=all_asked)


def chosen_schools(
    settings: Settings, keys: Sequence[str] | None, file: Path | None, *, all_schools: bool
) -> tuple[School, ...]:
    """The schools that are meant: by key, from a list, or all.

    Raises:
        ConfigurationError: none is configured, or a key is not known.
        MessageError: the list does not fit.
    """
    if all_schools and (keys or file):
        raise typer.BadParameter("--all and --school or --schools exclude each other")
    if keys and file:
        raise typer.BadParameter("--school and --schools exclude each other")
    if file is not None:
        return tuple(regel.school for regel in read_scholen(file, settings.scholen))
    found = tuple(find_school(settings.scholen, key) for key in keys) if keys else settings.scholen
    if not found:
        raise ConfigurationError("scholen: none is configured, so there is nothing to look up", setting="scholen")
    return found


@contextmanager
def _bounded(settings: Settings, scholen: Sequence[School]) -> Iterator[Stop]:
    """Two runs over many schools at once would ask twice as often as may be."""
    many = len(scholen) > telling.FEW
    if many and settings.store is None:
        terminal.say("There is no store, so a run that is broken off begins anew. Configure one to go on where it was")
    with alone(settings, "mandaat-check") if many else nullcontext(), stoppable(2 * settings.timeouts.osr) as stop:
        yield stop


def _tell(found: Found, stop: Stop, *, csv: Path | None, text: Path | None, overwrite: bool, all_asked: bool) -> int:
    if csv is not None:
        write_whole(csv, mandaten_csv(found))
    if text is not None:
        telling.write_texts(text, found, overwrite=overwrite)
    code = ended(stop.code, found.code)
    hint = _namespace_hint(found, all_asked=all_asked)
    if hint:
        terminal.complain(hint)
    if terminal.is_json():
        terminal.emit_json(telling.as_json(found, stopped_by=stop.signal, code=code))
    else:
        telling.show(found)
    telling.complain_about(found)
    if stop():
        terminal.complain(f"Stopped by {stop.signal} after {len(found.controles)} schools. Run it again for the others")
    return code


def _namespace_hint(found: Found, *, all_asked: bool) -> str:
    """What a developer has to know before a school is told that it has to repair something; empty when there is nothing."""
    answered = [controle for controle in found if controle.mandaten]
    if not answered or any(item.gemandateerd for controle in answered for item in controle.mandaten):
        return ""
    why = "it changes per school year, and the OSR answers a wrong one in the same way as a missing mandate"
    if len(answered) > 1:
        asked = "any supplier" if all_asked else "the supplier that was asked about"
        return f'No school has a mandate for {asked}. Check osr.namespace first, with "doorstroom osr check": {why}'
    if not all_asked:
        return ""
    return (
        f"This school has mandated none of the configured suppliers. If other schools have the same: check osr.namespace; {why}"
    )
