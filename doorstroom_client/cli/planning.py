"""``doorstroom planning``: the school year of the chain, and what is to be done now; for people, calendars and cron."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _planning_told as told
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.config import Settings
from doorstroom_client.config.reader import file_in_use
from doorstroom_client.config.table import PREFIX
from doorstroom_client.errors import ConfigurationError, DoorstroomError, StoreError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.output.files import check_replaceable, write_whole
from doorstroom_client.output.ics import as_ics, continued, is_ours
from doorstroom_client.planning.agenda import KIND, as_calendar, calendar_name
from doorstroom_client.planning.milestones import check_schooljaar
from doorstroom_client.planning.reminders import WITHIN, herinneringen
from doorstroom_client.planning.stand import Ketenteststand

_KETENTEST = Path("ketentest")


def planning(
    within: Annotated[
        int | None,
        typer.Option("--within", min=0, max=366, metavar="DAYS", help="Show only what is to be done, so many days ahead."),
    ] = None,
    schooljaar: Annotated[
        str | None,
        typer.Option("--schooljaar", metavar="YYYY-YYYY", help="School year to show. Default: the current one."),
    ] = None,
    ics: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="Write the school year as a calendar file too; one of before is replaced."),
    ] = None,
    ketentest: Annotated[
        Path | None,
        typer.Option(
            "--ketentest",
            metavar="DIR",
            help="Folder of your chain tests, which says what is done. Default: ./ketentest, when it is there.",
        ),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Show the school year of the chain, with the source of each day, and what is to be done now. Uses no network.

    With --within it shows only what is to be done, and ends with 75 when there is something, else with 0; with --quiet it then
    writes nothing at all, for cron. What it shows is in Dutch, for mails and calendars. Test periods are settings.

    Example:
      doorstroom planning --within 14
    """
    terminal.set_mode(quiet=quiet, as_json=as_json)
    today = _today()
    year = Schooljaar.on(today) if schooljaar is None else check_schooljaar(schooljaar)
    wants_all = within is None and not quiet
    # What is to be done follows from the configuration, so whoever asks for that has to have one.
    settings = _settings(config, may_be_missing=wants_all or (within is None and ics is not None))
    if ics is not None:
        _write_calendar(ics, year, settings or Settings())
    standen = tuple(_standen(ketentest))
    ahead = WITHIN if within is None else within
    found = () if settings is None else herinneringen(settings, today, within=ahead, standen=standen)
    settings = settings or Settings()
    code = ExitCode.LATER if found and not wants_all else ExitCode.OK
    if as_json:
        terminal.emit_json({**told.year_as_data(year, settings), **told.reminders_as_data(found, today), "exit_code": code})
        return code
    if found:
        terminal.set_mode()  # cron mails what is written, and has to
    if wants_all:
        told.tell_year(year, settings)
    told.tell_reminders(found, today)
    told.tell_missing(year, settings)
    return code


def _settings(config: Path | None, *, may_be_missing: bool) -> Settings | None:
    """The settings; None when there are none and only the school year was asked for, which is the same for everybody."""
    if may_be_missing and config is None and file_in_use() is None and not any(name.startswith(PREFIX) for name in os.environ):
        terminal.say("There is no configuration here, so this is the school year only.")
        return None
    return load(config)


def _today() -> dt.date:
    return dutch_day(dt.datetime.now(dt.UTC))


def _standen(folder: Path | None) -> Iterator[Ketenteststand]:
    """The chain tests of this side; one that cannot be read is told, and the others still count."""
    if folder is None and not _KETENTEST.is_dir():
        return
    from doorstroom_client.ketentest.standing import folders_of_tests, standing_of

    for found in folders_of_tests(folder or _KETENTEST):
        try:
            yield standing_of(found)
        except DoorstroomError as error:
            terminal.warn(f"{found} does not count: {error.message}")


def _write_calendar(file: Path, schooljaar: str, settings: Settings) -> None:
    """Write the calendar; over an earlier one only, whose days keep their place in the order of changes."""
    days = as_calendar(schooljaar, settings)
    check_replaceable(file)
    before = _calendar_in(file)
    days = days if before is None else continued(days, before)
    write_whole(file, as_ics(days, name=calendar_name(schooljaar), made=dt.datetime.now(dt.UTC)))
    terminal.say(f"Wrote {len(days)} entries to {file}.")


def _calendar_in(file: Path) -> bytes | None:
    """The calendar that is there; None when there is no file.

    Raises:
        ConfigurationError: there is a file that is no calendar of ours.
        StoreError: it cannot be read.
    """
    try:
        found = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {file}: {error.strerror}", hint="Name another file") from None
    if not is_ours(found, KIND):
        raise ConfigurationError(
            f"{file} is no calendar of a school year that this command wrote, so it was not overwritten",
            setting="ics",
            hint="Name another file with --ics",
        )
    return found
