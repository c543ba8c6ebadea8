"""What ``adviezen`` and ``deelnemers`` have in common: their commands, and sending one file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import typer

from doorstroom_client import Client, Klaargezet, Ontvangst
from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._bestand_told import look_at, show_understood
from doorstroom_client.cli._dry_run import dry_run
from doorstroom_client.cli._earlier_test import earlier_test, tell_other_test
from doorstroom_client.cli._lock import alone
from doorstroom_client.cli._names import LeerlingenOption, directory, names_of, tell_names
from doorstroom_client.cli._options import (
    AllPupilsOption,
    ConfigOption,
    DryRunOption,
    FileArgument,
    JsonOption,
    LeverancierOption,
    ManyArgument,
    OnlyChangesOption,
    QueueOption,
    QuietOption,
    SchooljaarOption,
    SchoolOption,
    SheetOption,
    WorkersOption,
)
from doorstroom_client.cli._pupil_lines import lines_of, spelled
from doorstroom_client.cli._send_many import send_many as run
from doorstroom_client.cli._send_wanted import Kind, Wanted
from doorstroom_client.cli._session import explained, load, the_school
from doorstroom_client.cli._stopping import longest_call, stoppable
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.config import Settings
from doorstroom_client.messages.aanlevering import Aanlevering
from doorstroom_client.messages.leerlingenlijst import Leerlingenlijst
from doorstroom_client.messages.school import School
from doorstroom_client.parties.leverancier import find_leverancier

_SHOWN = 20
"""Notes about a file that are told."""


def add_commands(app: typer.Typer, kind: Kind, send_help: str, many_help: str) -> None:
    """Add ``send`` and ``send-many``.

    Args:
        app: the group.
        kind: which of the two.
        send_help: help of the first.
        many_help: help of the second.
    """

    @app.command("send", help=send_help)
    def send(
        file: FileArgument,
        school: SchoolOption = None,
        leverancier: LeverancierOption = None,
        schooljaar: SchooljaarOption = None,
        only_changes: OnlyChangesOption = False,
        queue: QueueOption = False,
        dry_run: DryRunOption = False,
        sheet: SheetOption = None,
        leerlingen: LeerlingenOption = None,
        config: ConfigOption = None,
        as_json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> int:
        terminal.set_mode(quiet=quiet, as_json=as_json)
        wanted = Wanted(config, school, leverancier, schooljaar, only_changes, queue, dry_run, as_json, sheet, leerlingen)
        return _send(kind, file, wanted)

    @app.command("send-many", help=many_help)
    def send_many(
        path: ManyArgument,
        workers: WorkersOption = 4,
        all_pupils: AllPupilsOption = False,
        queue: QueueOption = False,
        sheet: SheetOption = None,
        config: ConfigOption = None,
        as_json: JsonOption = False,
        quiet: QuietOption = False,
    ) -> int:
        terminal.set_mode(quiet=quiet, as_json=as_json)
        return run(kind.naam, path, load(config), workers=workers, all_pupils=all_pupils, queue=queue, sheet=sheet)


def many_help(kind: str, first: str) -> str:
    """The help of ``send-many``.

    Args:
        kind: name of the command group.
        first: what it does.
    """
    return options.text(
        first,
        f"doorstroom {kind} send-many {kind}.csv --workers 8",
        "Each school goes to the supplier that it has mandated, and what goes wrong at one school stops no other. With a store "
        "only changes go out, so a run that was broken off is simply started again. With --queue the lists go to the outbox. "
        "A signal (SIGTERM, Ctrl-C) lets it finish "
        "what is on its way. The exit code is the worst of all schools.",
    )


def _send(kind: Kind, file: Path, wanted: Wanted) -> int:
    """Read a file, and send what is in it, put it in the outbox, or say what would be sent."""
    settings = load(wanted.config)
    school = the_school(settings, wanted.school)
    if wanted.leverancier:
        find_leverancier(settings.leveranciers, wanted.leverancier)
    if wanted.dry_run:
        with Client(**settings.arguments()) as client:  # finds an unusable certificate, also in a dry run
            seen = look_at(file, settings, school, kind=kind.naam, sheet=wanted.sheet, schooljaar=wanted.schooljaar)
            if not wanted.as_json:
                show_understood(seen)
            lijst = _read(kind, file, settings, school, client, wanted)
            before = earlier_test(client, settings, school, lijst.schooljaar or client.schooljaar)
            dry_run(client, wanted, school, kind, lijst, before, seen)
        return ExitCode.OK
    with (
        alone(settings, f"{kind.naam}-send", school.routeringskenmerk),
        stoppable(longest_call(settings)) as stop,
        Client(**settings.arguments(), on_event=tell_other_test) as client,
    ):
        lijst, known = _read(kind, file, settings, school, client, wanted), directory(wanted.leerlingen)
        with explained(client, school, wanted.leverancier, partial(names_of, known)):
            if stop():
                terminal.complain(f"Stopped by {stop.signal}; nothing was sent")
                return stop.code
            if wanted.queue:
                queued = client.outbox.add(lijst, leverancier=wanted.leverancier, only_changes=wanted.only_changes)
                _tell_queued(queued, wanted, school, kind)
                return ExitCode.OK
            ontvangst = client.send(lijst, leverancier=wanted.leverancier, only_changes=wanted.only_changes)
        # Once it is sent, the outcome counts and not the signal that came in between.
        return _tell(ontvangst, wanted, school, kind, known)


def _read(kind: Kind, file: Path, settings: Settings, school: School, client: Client, wanted: Wanted) -> Aanlevering:
    schooljaar = wanted.schooljaar or client.schooljaar
    lijst = replace(kind.read(file, settings, school, schooljaar, wanted.sheet), schooljaar=schooljaar)
    told = [f"Note: {text}" for text in lijst.notes]
    terminal.some(told, terminal.say, _SHOWN, "and {} more notes")
    return lijst


def _tell_queued(queued: Klaargezet, wanted: Wanted, school: School, kind: Kind) -> None:
    bericht = queued.bericht
    aantal = bericht.aantal if bericht else 0
    if wanted.as_json:
        terminal.emit_json(
            {
                "verstuurd": False,
                "bericht": bericht.id if bericht else None,
                "aantal": aantal,
                "school": school.instellingscode,
                "ongewijzigd": queued.ongewijzigd,
                "verdwenen": len(queued.verdwenen),
                "vorige_toets": queued.vorige_toets,
                "uitleg": queued.uitleg,
                "uitleg_delen": terminal.parts_of(queued.uitleg),
            }
        )
        return
    if bericht is None:
        terminal.show(f"Nothing has changed, so nothing was put in the outbox for {school.label}.")
    else:
        terminal.show(f"{aantal} {kind.what} of {school.label} are in the outbox as message {bericht.id}.")
        terminal.say('"doorstroom outbox deliver" sends what is in it.')
    _tell_rest(queued.naam, queued.ongewijzigd if bericht else 0, len(queued.verdwenen))
    _in_dutch(queued.uitleg, serious=False)


def _tell(ontvangst: Ontvangst, wanted: Wanted, school: School, kind: Kind, known: Leerlingenlijst | None) -> int:
    lines = lines_of(ontvangst.onbekend)
    code = ExitCode.REFUSED if ontvangst.onbekend else ExitCode.OK
    if wanted.as_json:
        terminal.emit_json(
            {
                "verstuurd": bool(ontvangst.aantal),
                "aantal": ontvangst.aantal,
                "ongewijzigd": ontvangst.ongewijzigd,
                "onbekend": len(ontvangst.onbekend),
                "regels_onbekend": lines,
                "verdwenen": len(ontvangst.verdwenen),
                "school": school.instellingscode,
                "leverancier": ontvangst.leverancier,
                "vorige_toets": ontvangst.vorige_toets,
                "soort": ontvangst.soort.value,
                "sha256": ontvangst.sha256,
                "request_id": ontvangst.request_id,
                "attempts": len(ontvangst.attempts),
                "uitleg": ontvangst.uitleg,
                "uitleg_delen": terminal.parts_of(ontvangst.uitleg),
            }
        )
        return code
    if ontvangst.aantal:
        terminal.show(f"{ontvangst.leverancier} has taken in {ontvangst.aantal} {kind.what} of {school.label}.")
        terminal.say(f"Request {ontvangst.request_id}. This says nothing about single pupils: check them in the test system.")
    else:
        terminal.show(f"Nothing has changed for {school.label}, so nothing was sent to {ontvangst.leverancier}.")
    _tell_rest(ontvangst.leverancier, ontvangst.ongewijzigd, len(ontvangst.verdwenen))
    if ontvangst.onbekend:
        terminal.complain(
            f"{len(ontvangst.onbekend)} are not known at {ontvangst.leverancier}: {spelled(lines)}", label="Error: "
        )
        tell_names(names_of(known, ontvangst.onbekend))
    if known is not None and ontvangst.verdwenen:
        terminal.say("No longer in the list:")
        gone = [item.label for item in known if any(one.gaat_over(item.leerling) for one in ontvangst.verdwenen)]
        tell_names(gone)
    _in_dutch(ontvangst.uitleg, serious=bool(ontvangst.onbekend))
    return code


def _tell_rest(leverancier: str, ongewijzigd: int, verdwenen: int) -> None:
    if ongewijzigd:
        terminal.show(f"{ongewijzigd} are unchanged and were left out.")
    if verdwenen:
        terminal.show(f"{verdwenen} were in an earlier list and are not in this one; {leverancier} keeps them.")


def _in_dutch(uitleg: str, *, serious: bool) -> None:
    """The text for the school; with ``--quiet`` only when something is wrong."""
    if uitleg:
        tell = terminal.complain if serious else terminal.say
        tell("In Dutch, for the school:")
        terminal.tell_lines(uitleg, tell, indent="  ")
