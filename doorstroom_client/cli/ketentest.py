"""``doorstroom ketentest``: one runner that judges either side of the chain, alone and early, with invented pupils only."""

from __future__ import annotations

import datetime as dt
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstroom_client.cli import _ketentest_run as shared
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli import ketentest_partner, ketentest_peers, ketentest_ready
from doorstroom_client.cli._ketentest_news import question_data, show_question, tell_news
from doorstroom_client.cli._ketentest_run import (
    AgainOption,
    FaultyOption,
    FolderArgument,
    ListOption,
    OutOption,
    PatternsArgument,
    RoleOption,
    SchooljaarOption,
    StrictOption,
    VersieOption,
    alone_in,
    choice_of,
    conclude,
    folder_or_temporary,
    list_scenarios,
    needs_simulator,
    play_run,
    write_whole_report,
)
from doorstroom_client.cli._ketentest_told import code_of_run, tell_run
from doorstroom_client.cli._options import JsonOption, QuietOption
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.messages.values import dutch_day

if TYPE_CHECKING:
    from doorstroom_client.ketentest.agreed import Plan
    from doorstroom_client.ketentest.run import Choice

app: typer.Typer = typer.Typer(
    help="Test a supplier or a LAS against the agreement, with invented pupils only. New here? Start with ketentest self.",
    no_args_is_help=True,
)


@app.command("self")
def self_(
    patterns: PatternsArgument = None,
    roles: RoleOption = None,
    schooljaar: SchooljaarOption = None,
    versie: VersieOption = None,
    out: OutOption = None,
    faulty: FaultyOption = None,
    listed: ListOption = False,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Test the chain that is played on this machine, in every role: shows what a test does, and that it works here.

    Needs no configuration and no network, and takes less than two minutes. Needs the extra simulator.

    Example:
      doorstroom ketentest self --role toetssysteem
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    choice = choice_of(patterns, roles)
    if listed:
        return list_scenarios(choice)
    needs_simulator()
    from doorstroom_client.ketentest.faulty import peer_named
    from doorstroom_client.ketentest.faulty.weighing import played_with, versie_of
    from doorstroom_client.ketentest.selftest import make_keten, played

    with ExitStack() as stack:
        folder = stack.enter_context(folder_or_temporary(out, "ketentest-self"))
        if faulty is None:
            here = stack.enter_context(played(folder, make_keten(schooljaar, versie)))
        else:
            peer = peer_named(faulty)
            year = schooljaar or peer.years[0]
            choice = replace(choice, roles=(peer.rol,) if roles is None else choice.roles)
            terminal.say(f"{peer.name}: {peer.wrong}.", style="bold")
            here = stack.enter_context(played_with(peer, folder, make_keten(year, versie or versie_of(year))))
        run = here.run()
        found = play_run(run, choice)
        return conclude(folder if out else None, run, found, strict=strict)


ketentest_partner.add_first(app)


@app.command("preflight")
def preflight(folder: FolderArgument, as_json: JsonOption = False, quiet: QuietOption = False) -> int:
    """Look whether everything is in order before a test: namespace, mandates, connection, certificates, clock. Sends no pupil.

    Example:
      doorstroom ketentest preflight ketentest/ICE-2026-2027
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    return _run_plan(folder, choice_of(["V-*"]), strict=False)


@app.command("run")
def run_(
    folder: FolderArgument,
    patterns: PatternsArgument = None,
    roles: RoleOption = None,
    listed: ListOption = False,
    strict: StrictOption = False,
    again: AgainOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Play a test with a partner as far as it goes now; goes on where it was, so cron may start it every day or hour.

    Nothing that stands in the journal is sent again, and nothing at all before the first day or while the test is postponed.
    Says what changed since the last run, what is waited for until when, and how to answer each question. With --quiet it
    says something only when something changed, or is due today. Ends with 75 while something is waited for, 69 when the
    other side has to repair something and 65 when we have, also when a known deviation is over or is there no more.

    Example:
      doorstroom ketentest run ketentest/ICE-2026-2027 "TS-2*"
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    choice = choice_of(patterns, roles, again=again)
    return list_scenarios(choice) if listed else _run_news(folder, choice, strict=strict)


@app.command("report")
def report(
    folder: FolderArgument, strict: StrictOption = False, as_json: JsonOption = False, quiet: QuietOption = False
) -> int:
    """Judge what stands in the journal of a test once more, and write its reports. Sends nothing.

    Example:
      doorstroom ketentest report ketentest/ICE-2026-2027
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    return _run_plan(folder, choice_of(None), strict=strict, effects=False)


@app.command("ask")
def ask(folder: FolderArgument, as_json: JsonOption = False) -> int:
    """Show the questions to a person of the other side that wait for an answer.

    Example:
      doorstroom ketentest ask ketentest/ICE-2026-2027
    """
    from doorstroom_client.ketentest.journal import JOURNAL, Journal
    from doorstroom_client.ketentest.plan import FILE, read_plan
    from doorstroom_client.ketentest.questions import open_questions
    from doorstroom_client.ketentest.terms import plan_terms

    terminal.set_mode(as_json=as_json)
    terms = plan_terms(read_plan(folder, draft=True)) if (folder / FILE).exists() else None
    found = open_questions(Journal.read(folder / JOURNAL), terms)
    if as_json:
        terminal.emit_json({"vragen": [question_data(item) for item in found]})
        return ExitCode.OK
    for item in found:
        show_question(folder, item)
    if not found:
        terminal.say("No question waits for an answer.")
    return ExitCode.OK


@app.command("answer")
def answer(
    folder: FolderArgument,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Of the question, as ketentest ask shows it.")],
    said: Annotated[str, typer.Argument(metavar="ja|nee", help="What was answered.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who answered, and of which organisation.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What was added. Nothing of a real pupil.")] = "",
) -> int:
    """Write down what a person answered; the next run goes on with it.

    Was it noted wrongly? Give it again with the same number: the last answer counts, and both stay in the journal.

    Example:
      doorstroom ketentest answer ketentest/ICE-2026-2027 2 ja --by "J. Jansen, Toetsbureau Noord"
    """
    from doorstroom_client.ketentest.journal import JOURNAL, Journal
    from doorstroom_client.ketentest.questions import answer_question

    terminal.set_mode()
    if said not in ("ja", "nee"):
        raise typer.BadParameter("answer ja or nee", param_hint="ja|nee")
    if not by.strip():
        raise typer.BadParameter("say who answered", param_hint="--by")
    with alone_in(folder):
        scenario, before = answer_question(
            Journal.read(folder / JOURNAL, mend=True), number, yes=said == "ja", by=by, text=text, now=shared.now()
        )
    was = "" if before is None else f" It replaces the answer {'ja' if before.yes else 'nee'} of {terminal.clean(before.by)}."
    terminal.say(f"Noted with {scenario}.{was}")
    return ExitCode.OK


@app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(metavar="A.json", help="The report of one side.")],
    second: Annotated[Path, typer.Argument(metavar="B.json", help="The report of the other side, or of another day.")],
    as_json: JsonOption = False,
) -> int:
    """Lay the reports of both sides beside each other, message by message, on the checksum of each body.

    Ends with 65 when they differ.

    Example:
      doorstroom ketentest compare las/rapport.json toetssysteem/rapport.json
    """
    from doorstroom_client.ketentest.compare import compare_files

    terminal.set_mode(as_json=as_json)
    found = compare_files(first, second)
    if as_json:
        terminal.emit_json(found.as_data())
    else:
        table = terminal.new_table(*found.columns)
        for cells in found.rows():
            terminal.row(table, *cells)
        terminal.show_table(table)
    return ExitCode.OK if found.same else ExitCode.REFUSED


ketentest_partner.add_last(app)
app.command("ready")(ketentest_ready.ready)
ketentest_peers.add_to(app)


def _plan(folder: Path) -> Plan:
    from doorstroom_client.ketentest.plan import read_plan

    return read_plan(folder)


def _run_plan(folder: Path, choice: Choice, *, strict: bool, effects: bool = True) -> int:
    from doorstroom_client.ketentest.partner import opened

    plan = _plan(folder)
    with alone_in(folder), opened(plan, effects=effects, now=shared.now) as partner:
        found = play_run(partner.run, replace(_of_plan(choice, plan), effects=effects))
        write_whole_report(partner, found)
        tell_run(found, folder)
        return code_of_run(found, strict=strict)


def _run_news(folder: Path, choice: Choice, *, strict: bool) -> int:
    from doorstroom_client.ketentest.news import keep_told, news_of, read_told
    from doorstroom_client.ketentest.partner import opened

    _plan(folder)  # what is wrong with it is told before anything is locked
    with alone_in(folder):
        plan, at = _plan(folder), shared.now()  # once more: it may have been postponed until here
        if _lies_still(plan, at):
            return ExitCode.LATER
        with opened(plan, now=shared.now) as partner:
            before = read_told(folder)
            found = play_run(partner.run, _of_plan(choice, plan))
            write_whole_report(partner, found)
            tell_news(partner, folder, found, news_of(found, before, plan, at), at)
            keep_told(folder, before, found, at)
            _tell_late_begin(plan, at)
            return code_of_run(found, strict=strict)


def _tell_late_begin(plan: Plan, at: dt.datetime) -> None:
    """Terms count from the day on which the test begins; when that is later than was agreed, mail and calendar say so too."""
    from doorstroom_client.ketentest.plan_days import begun_on

    begun = begun_on(plan)
    if plan.first_day and begun and plan.first_day < begun == dutch_day(at) and not terminal.is_quiet():
        terminal.say(
            f"The test begins on {begun}, and not on {plan.first_day} as the plan says: terms count from now. "
            f"doorstroom ketentest invite {plan.folder} makes mail and calendar with the right days.",
            style="yellow",
        )


def _of_plan(choice: Choice, plan: Plan) -> Choice:
    """What was typed, or else what the plan names."""
    from doorstroom_client.ketentest.arrangements import with_preflight

    return choice if choice.patterns else replace(choice, patterns=with_preflight(plan.scenarios))


def _lies_still(plan: Plan, at: dt.datetime) -> bool:
    """Whether nothing may be sent today, which is told."""
    from doorstroom_client.ketentest.plan_days import lies_still

    found = lies_still(plan, dutch_day(at))
    if found is None:
        return False
    until, told = found
    if terminal.is_json():
        terminal.emit_json({"wacht_tot": until.isoformat(), "reden": told})
    terminal.say(f"{told}. Tot die dag wordt niets verstuurd; ketentest preflight kan wel.")
    return True
