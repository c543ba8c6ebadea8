"""Errors become a message and a code; never a stack trace, never a value."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from support.command_line import Run, environment

from doorstroom_client import Uitleg, errors
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._told_errors import ExplainedError, guard
from doorstroom_client.cli._warnings_told import one_run
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.errors import DoorstroomError, MessageError, Problem
from doorstroom_client.events import Event, tell
from doorstroom_client.simulator import Keten

CODES = {
    errors.MessageError: 65,
    errors.OngeldigBericht: 65,
    errors.AanleveringGesloten: 65,
    errors.LeerlingOnbekend: 65,
    errors.RapportOnbekend: 65,
    errors.Refused: 65,
    errors.ConnectError: 69,
    errors.NoAnswer: 69,
    errors.DeadlineExceeded: 69,
    errors.UnexpectedResponse: 69,
    errors.RedirectRefused: 69,
    errors.TransportError: 69,
    errors.StoreError: 74,
    errors.Unavailable: 75,
    errors.SchoolOnbekend: 75,
    errors.OutboxNotEmpty: 75,
    errors.TlsError: 77,
    errors.WrongPeer: 77,
    errors.GeenMandaat: 77,
    errors.ConfigurationError: 78,
    errors.DoorstroomError: 70,
}


def every_class(kind: type[DoorstroomError] = DoorstroomError) -> set[type[DoorstroomError]]:
    return {kind}.union(*(every_class(child) for child in kind.__subclasses__()))


def test_the_table_is_complete() -> None:
    ours = {kind for kind in every_class() if kind.__module__ == "doorstroom_client.errors"}
    assert ours == set(CODES)


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_codes(kind: type[DoorstroomError], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    error = MessageError([Problem("line 2", "is wrong")]) if kind is MessageError else kind("went wrong", hint="do this")

    def fail() -> None:
        raise error

    assert code_of(error) == code
    assert guard(fail) == code
    shown = capsys.readouterr().err
    assert shown.startswith("Error: ")
    assert kind is MessageError or "do this" in shown


def test_a_file_that_cannot_be_read_is_no_setting() -> None:
    assert code_of(errors.ConfigurationError("cannot be read", setting="file")) is ExitCode.STORE


def test_the_worst_code_wins() -> None:
    assert worst([]) is ExitCode.OK
    assert worst([ExitCode.LATER, ExitCode.REFUSED]) is ExitCode.REFUSED
    assert worst([ExitCode.PEER, ExitCode.CERTIFICATE_OR_MANDATE, ExitCode.REFUSED]) is ExitCode.CERTIFICATE_OR_MANDATE


def test_problems_stand_on_their_own_lines_and_have_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise MessageError([Problem(f"line {at}", "is wrong") for at in range(2, 27)], what="file.csv", hint="Repair it")

    assert guard(fail) == 65
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Error: file.csv: 25 places do not fit"
    assert lines[1] == "  - line 2: is wrong"
    assert lines[20:] == ["  - line 21: is wrong", "  and 5 more; --json has them all", "  Repair it"]


def test_a_bug_shows_place_and_kind_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert guard(lambda: json.dumps({}["Jansen"])) == 70
    shown = capsys.readouterr().err
    assert "This is a bug in doorstroom_client: KeyError at doorstroom_client/cli/_told_errors.py:" in shown
    assert "Jansen" not in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, typer.Abort])
def test_interrupted(interruption: type[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise interruption

    assert guard(fail) == 130
    assert capsys.readouterr().err == "Interrupted\n"


@pytest.mark.parametrize("way", ["show", "table", "json", "complain"])
def test_a_reader_that_goes_away_stops_nothing(way: str) -> None:
    code = f"""
import os, sys
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._told_errors import guard
def command():
    for _ in range(3):
        if {way!r} == "show": terminal.show("x" * 70000)
        if {way!r} == "json": terminal.emit_json({{"x": "y" * 70000}})
        if {way!r} == "complain": terminal.complain("x" * 70000)
        if {way!r} == "table":
            table = terminal.new_table("a")
            for _ in range(5000): terminal.row(table, "x" * 20)
            terminal.show_table(table)
    os.write(int(sys.argv[1]), b"worked to the end")
    return 65
sys.exit(guard(command))
"""
    reading, writing = os.pipe()
    proof_in, proof_out = os.pipe()
    os.close(reading)  # so that every write gives EPIPE
    stream = {"stderr": writing} if way == "complain" else {"stdout": writing}
    done = subprocess.run(
        [sys.executable, "-c", code, str(proof_out)], pass_fds=[proof_out], env=environment(), check=False, **stream
    )
    os.close(writing)
    os.close(proof_out)
    with os.fdopen(proof_in, "rb") as proof:
        assert proof.read() == b"worked to the end"
    assert done.returncode == 74


@pytest.mark.parametrize(("quiet", "shown"), [(False, "Warning: our certificate ends\n"), (True, "")])
def test_quiet_keeps_the_log_of_the_library_quiet(quiet: bool, shown: str) -> None:
    code = f"""
import logging
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._told_errors import guard
def command():
    terminal.set_mode(quiet={quiet})
    logging.getLogger("doorstroom_client").warning("our certificate\\x1b ends")
guard(command)
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", shown)


def test_a_dutch_text_is_shown_and_in_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        terminal.set_mode(as_json=True)
        raise ExplainedError(errors.SchoolOnbekend("no", request_id="r1"), Uitleg("Nog niet bekend."))

    assert guard(fail) == 75
    shown = capsys.readouterr()
    assert "In Dutch, for the school:\n  Nog niet bekend.\n" in shown.err
    document = json.loads(shown.out)
    assert document == {
        "error": "SchoolOnbekend",
        "message": "no",
        "hint": "",
        "exit_code": 75,
        "retryable": False,
        "request_id": "r1",
        "uitleg": "Nog niet bekend.",
        "uitleg_delen": {"kop": "Nog niet bekend.", "alineas": [], "punten": [], "stappen": []},
    }


def test_what_a_peer_wrote_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    nasty = "a\x1b[2Jb\x9bc\u202ed\u2066e\x07f\ng\ud800h[red]i[/red]"

    def fail() -> None:
        terminal.show(nasty)
        table = terminal.new_table("x")
        terminal.row(table, nasty)
        terminal.show_table(table)
        raise errors.ConnectError(nasty)

    guard(fail)
    shown = capsys.readouterr()
    assert "a[2Jbcdef gh[red]i[/red]" in shown.err
    assert "a[2Jbcdef gh[red]i[/red]" in shown.out
    for sign in "\x1b\x9b\u202e\u2066\x07":
        assert sign not in shown.out + shown.err


@pytest.mark.parametrize(
    ("result", "place", "outcomes", "words"),
    [
        ("store moved", "/las/oud.db", (), "Warning: store: store moved (/las/oud.db)"),
        ("failed", "-", ("RuntimeError",), "Warning: store: failed (RuntimeError)"),
        ("not now", "- 6f272e5ac39130bd", ("503",), "Warning: store: not now (6f272e5ac39130bd, 503)"),
        ("is odd", "-", (), "Warning: store: is odd"),
    ],
)
def test_a_person_reads_words_and_no_json(
    result: str, place: str, outcomes: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    with one_run():
        tell(Event("store", place, result, "-", "-", "-", at, outcomes, serious=True), None)
        logging.getLogger("doorstroom_client").warning("[1] is no event")
        logging.getLogger("psycopg.pool").warning("connection failed for user piet")
    assert capsys.readouterr().err.splitlines() == [words, "Warning: [1] is no event"]


@pytest.mark.parametrize(
    "command",
    [
        *("outbox deliver", "outbox status", "outbox retry 1", "store status", "store purge", "store backup x.db"),
        *(f"adviezen send adviezen.csv --school 99AA --leverancier ICE {option}" for option in ("--only-changes", "--queue")),
    ],
)
def test_without_a_store(keten: Keten, run: Run, tmp_path: Path, command: str) -> None:
    config = tmp_path / "doorstroom.toml"
    lines = [line for line in config.read_text("utf-8").splitlines() if not line.startswith("store")]
    config.write_text("\n".join(lines), "utf-8")
    result = run(*command.split())
    assert result.exit_code == 78
    assert "store is not configured" in result.stderr
