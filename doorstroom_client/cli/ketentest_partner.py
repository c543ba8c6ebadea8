"""``doorstroom ketentest`` around a test with a partner: plan and mails, a postponement, and the end."""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, overload

import typer

from doorstroom_client.basics.one_line import in_a_line
from doorstroom_client.cli import _ketentest_run as shared
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import make_folder
from doorstroom_client.cli._ketentest_run import FolderArgument, alone_in, write_whole_report
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.school import find_school
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.output.files import write_whole
from doorstroom_client.planning.holidays import is_workday

if TYPE_CHECKING:
    from doorstroom_client.ketentest.agreed import Plan
    from doorstroom_client.ketentest.letters import Parties
    from doorstroom_client.ketentest.new_plan import Known


def add_first(app: typer.Typer) -> None:
    """Add the commands with which a test begins to those of the chain test."""
    for name, command in (("new", new), ("invite", invite)):
        app.command(name)(command)


def add_last(app: typer.Typer) -> None:
    """Add those for later on."""
    for name, command in (("postpone", postpone), ("cleanup", cleanup)):
        app.command(name)(command)


def new(
    leverancier: Annotated[
        str, typer.Option("--leverancier", metavar="TEST", help='The supplier, by test ("ICE"), name or OIN.')
    ],
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Folder to make. Default: ketentest/TEST-YYYY-YYYY.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Configuration of the test, not that of production.")
    ] = None,
    begin: Annotated[
        dt.datetime | None, typer.Option("--begin", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day of the test.")
    ] = None,
    end: Annotated[
        dt.datetime | None,
        typer.Option("--end", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day. Default: when all terms are over."),
    ] = None,
    school: Annotated[
        str | None, typer.Option("--school", metavar="KEY", help="Test school. Default: the only one of the configuration.")
    ] = None,
    contact: Annotated[
        str, typer.Option("--contact", metavar="TEXT", help="Who is asked at our side: name, telephone, e-mail.")
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="SCENARIO", help="Only these: ids or globs; may be repeated.")
    ] = None,
    simulator: Annotated[
        Path | None, typer.Option("--simulator", metavar="FILE", help="control.json of a simulator, to practise with.")
    ] = None,
) -> int:
    """Begin a test with a partner: a plan with comments, a mail that invites the partner, and the days for a calendar.

    Works before anything of the partner is known: what only people can tell is a marked place in the plan and in the mail.
    Never overwrites. After filling in the plan, ketentest invite makes mail and calendar once more.

    Example:
      doorstroom ketentest new --leverancier ICE --begin 2026-12-07 --config doorstroom-test.toml
    """
    from doorstroom_client.ketentest.agreed import FILE, OF_A_SUPPLIER
    from doorstroom_client.ketentest.arrangements import chosen_scenarios
    from doorstroom_client.ketentest.invitation import FILE as LETTER
    from doorstroom_client.ketentest.new_plan import Known, plan_text
    from doorstroom_client.ketentest.plan import plan_of
    from doorstroom_client.ketentest.plan_days import FILE as CALENDAR
    from doorstroom_client.ketentest.plan_days import usual_end

    terminal.set_mode()
    if not leverancier or in_a_line(leverancier) != leverancier:
        raise typer.BadParameter("give one line of text", param_hint="--leverancier")
    first, end_day = _a_day(begin, "--begin"), _a_day(end, "--end")
    last = end_day or (usual_end(first) if first else None)
    if last and (first is None or last < first):
        raise typer.BadParameter("give --begin, not later than it", param_hint="--end")
    today = dutch_day(shared.now())
    place = folder or Path("ketentest") / _folder_name(f"{leverancier}-{Schooljaar.on(first or today)}")
    taken = next((place / name for name in (FILE, LETTER, CALENDAR) if (place / name).exists()), None)
    if taken is not None:
        again = "after filling in the plan, ketentest invite makes mail and calendar once more"
        raise typer.BadParameter(f"{taken} exists and is never overwritten; {again}", param_hint="--dir")
    chosen_scenarios(OF_A_SUPPLIER, only or ())  # a slip in one is told before anything is written
    settings = _settings(config)
    known = Known(
        leverancier=leverancier,
        kenmerk=secrets.token_hex(4),
        config=_seen_from(place, config),
        school=school or _only_school(settings),
        scholen=() if settings is None else tuple(item.instellingscode for item in settings.scholen),
        begin=first,
        einde=last,
        contact_las=in_a_line(contact),
        scenarios=tuple(only or ()),
        simulator=_seen_from(place, simulator),
    )
    content = _encoded(plan_text(known))
    plan_of(place, content, draft=True)  # what would not be read back is not written
    make_folder(place)
    write_whole(place / FILE, content)
    terminal.show(f"{place / FILE}: fill in the places that are marked, and what the partner tells")
    if simulator is not None and not simulator.is_file():
        terminal.say(f"{simulator} is not there yet; doorstroom simulator --control writes it.", style="yellow")
    if settings is not None:
        _warn_of_settings(known, settings, config)
    _warn_of_day(first)
    return _write_invitation(place)


def invite(folder: FolderArgument) -> int:
    """Make the mail and the calendar of a test once more, from its plan as it is now. The plan stays as it is.

    Example:
      doorstroom ketentest invite ketentest/ICE-2026-2027
    """
    terminal.set_mode()
    return _write_invitation(folder)


def postpone(
    folder: FolderArgument,
    to: Annotated[
        dt.datetime,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day on which the test begins, or goes on."),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in Dutch: the partner reads it.")],
) -> int:
    """Postpone a test: its days and all terms that run move, and nothing is sent until then.

    Writes a mail and the moved calendar, and adds a section to the end of the plan; the rest of it stays as it is.

    Example:
      doorstroom ketentest postpone ketentest/ICE-2026-2027 --to 2026-12-14 --reason "De testserver krijgt een nieuwe versie"
    """
    from doorstroom_client.ketentest.letters import parties
    from doorstroom_client.ketentest.plan import FILE as PLAN
    from doorstroom_client.ketentest.plan import read_plan
    from doorstroom_client.ketentest.postponing import FILE, postponed, postponement, postponement_letter

    terminal.set_mode()
    day = _a_day(to, "--to")
    if not in_a_line(reason):
        raise typer.BadParameter("say why", param_hint="--reason")
    with alone_in(folder):
        today, before = dutch_day(shared.now()), read_plan(folder, draft=True)
        found = postponement(before, day, reason, today=today, begun=_begun(folder))
        after, text = postponed(before, found)
        who = parties(after, _settings_of(after), today)
        mail = postponement_letter(before, after, who)
        write_whole(folder / FILE, mail)
        _write_calendar(after)
        write_whole(folder / PLAN, text)  # last: a run that was stopped before it has postponed nothing, and can be repeated
    terminal.show(f"{folder / FILE}: a mail to the partner; send it with afspraken.ics{_left_open(mail)}")
    terminal.say(f"The test goes on on {found.naar}, and its last day is {found.einde}; nothing is sent until then.")
    _warn_of_day_off(found.naar)
    return ExitCode.OK


def cleanup(folder: FolderArgument) -> int:
    """Write the list of invented pupils that the partner can remove, and the mail for the end. Sends nothing.

    A short list stands in the mail too; a long one is sent along with it.

    Example:
      doorstroom ketentest cleanup ketentest/ICE-2026-2027
    """
    from doorstroom_client.ketentest.arrangements import with_preflight
    from doorstroom_client.ketentest.closing import LETTER_FILE, LIST_FILE, cleanup_list, closing_letter
    from doorstroom_client.ketentest.letters import parties
    from doorstroom_client.ketentest.partner import opened
    from doorstroom_client.ketentest.plan import read_plan
    from doorstroom_client.ketentest.run import Choice

    terminal.set_mode()
    plan, at = read_plan(folder), shared.now()
    with alone_in(folder), opened(plan, effects=False, now=shared.now) as partner:
        judged = partner.run.play(Choice(patterns=with_preflight(plan.scenarios), effects=False))
        rapport = write_whole_report(partner, judged)
        who = parties(plan, _settings_of(plan), dutch_day(at))
        write_whole(folder / LIST_FILE, cleanup_list(rapport))
        mail = closing_letter(plan, rapport, who)
        write_whole(folder / LETTER_FILE, mail)
    terminal.show(f"{folder / LIST_FILE}: the invented pupils that the partner can remove")
    whole = LIST_FILE.encode() not in mail
    told = ", with the list in it; send it with rapport.html" if whole else f"; send it with {LIST_FILE} and rapport.html"
    terminal.show(f"{folder / LETTER_FILE}: a mail to the partner{told}{_left_open(mail)}")
    return ExitCode.OK


@overload
def _a_day(typed: dt.datetime, option: str) -> dt.date: ...
@overload
def _a_day(typed: dt.datetime | None, option: str) -> dt.date | None: ...
def _a_day(typed: dt.datetime | None, option: str) -> dt.date | None:
    """A day as it was typed, when a test can be on it."""
    from doorstroom_client.ketentest.agreed import YEARS, YEARS_RULE

    if typed is not None and typed.year not in YEARS:
        raise typer.BadParameter(YEARS_RULE, param_hint=option)
    return None if typed is None else typed.date()


def _folder_name(text: str) -> str:
    """A name for one folder, whatever a supplier is called."""
    return re.sub(r"[^\w.-]+", "-", text).lstrip(".-")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("a name holds signs that are no text, so it cannot stand in a plan") from None


def _begun(folder: Path) -> bool:
    """Whether anything was sent to the partner."""
    from doorstroom_client.ketentest.journal import JOURNAL, Journal, never_begun

    path = folder / JOURNAL
    return (
        path.exists() and not never_begun(path) and any(not line.scenario.startswith("V-") for line in Journal.read(path).lines)
    )


def _write_invitation(folder: Path) -> int:
    from doorstroom_client.ketentest.invitation import FILE, invitation
    from doorstroom_client.ketentest.letters import parties
    from doorstroom_client.ketentest.plan import read_plan

    plan = read_plan(folder, draft=True)
    who: Parties = parties(plan, _settings_of(plan), dutch_day(shared.now()))
    mail = invitation(plan, who)
    write_whole(folder / FILE, mail)
    terminal.show(f"{folder / FILE}: a mail to the partner{_left_open(mail)}")
    _write_calendar(plan)
    return ExitCode.OK


def _left_open(mail: bytes) -> str:
    """That a person has to fill in places of a mail before it goes out; empty when it has none."""
    from doorstroom_client.ketentest.letters import MARK

    found = mail.count(MARK)
    places = "place that is" if found == 1 else f"{found} places that are"
    return f"; fill in the {places} marked VUL IN" if found else ""


def _write_calendar(plan: Plan) -> None:
    from doorstroom_client.ketentest.plan_days import FILE, calendar, calendar_days

    path = plan.folder / FILE
    if not calendar_days(plan):
        terminal.say("No calendar yet: give begin and einde in the plan, then run ketentest invite.")
        return
    before = path.read_bytes() if path.exists() else None
    write_whole(path, calendar(plan, before, shared.now()))
    terminal.show(f"{path}: the days, for your calendar and that of the partner")


def _settings(config: Path | None) -> Settings | None:
    """A configuration; None when there is none, or when it cannot be read yet."""
    if config is None:
        return None
    try:
        return load_settings(config)
    except ConfigurationError as error:
        terminal.say(f"{config} is not used yet: {error.message}")
        return None


def _settings_of(plan: Plan) -> Settings | None:
    return _settings(plan.config) if plan.config.is_file() else None


def _only_school(settings: Settings | None) -> str:
    schools = () if settings is None else settings.scholen
    return schools[0].instellingscode if len(schools) == 1 else ""


def _seen_from(folder: Path, file: Path | None) -> str:
    """A file as a plan names it."""
    if file is None:
        return ""
    with suppress(ValueError):  # another drive
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    return file.resolve().as_posix()


def _warn_of_settings(known: Known, settings: Settings, config: Path | None) -> None:
    """Tell what of a new plan does not fit its configuration; the plan may be mended, and so may the configuration."""
    if not any(known.leverancier in item.keys for item in settings.leveranciers):
        terminal.say(f'{config} has no supplier "{known.leverancier}" yet; add it before the test.', style="yellow")
    if known.school:
        try:
            find_school(settings.scholen, known.school)
        except ConfigurationError:
            terminal.say(f'{config} has no school "{known.school}" yet; add it before the test.', style="yellow")
    if settings.osr is not None and settings.osr.environment == "productie":
        terminal.say(f"{config} names the OSR of production; the test will refuse it.", style="yellow")
    year = settings.schooljaar
    if year and known.begin and Schooljaar.on(known.begin) > year:
        text = f"{config} is of {year}, which is over by then: the test says nothing of {Schooljaar.on(known.begin)}."
        terminal.say(text, style="yellow")


def _warn_of_day(first: dt.date | None) -> None:
    if first is None:
        return
    if first < dutch_day(shared.now()):
        terminal.say(f"{_day(first)} is over already.", style="yellow")
    _warn_of_day_off(first)


def _warn_of_day_off(day: dt.date) -> None:
    if not is_workday(day):
        terminal.say(f"{_day(day)} is no working day.", style="yellow")


def _day(day: dt.date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
