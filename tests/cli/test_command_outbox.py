"""The outbox: deliver, look, and decide about single messages."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run, assert_private

from doorstroom_client import Adviezenlijst, Deelnemerslijst
from doorstroom_client.cli._send_many import code_of_school
from doorstroom_client.errors import GeenMandaat, LeerlingOnbekend, NoAnswer, OngeldigBericht, TlsError, Unavailable
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of
from doorstroom_client.store.rows import Key, Queued, State

SUMMARY = {"deze_keer", "leerlingen", "outbox", "next_at", "aandacht", "gestopt_door", "error", "exit_code"}
"""Everything that stands in the summary of a delivery."""


def put(run: Run, *schools: str) -> None:
    """Put the participants of some schools in the outbox."""
    for school in schools:
        assert run("deelnemers", "send", "deelnemers.csv", "--school", school, "--queue", "--leverancier", "ICE").exit_code == 0


@pytest.fixture
def once(keten: Keten, tmp_path: Path) -> Keten:
    """A chain in which nothing is repeated within a call."""
    config = tmp_path / "doorstroom.toml"
    config.write_text(config.read_text("utf-8") + "\n[retry]\nattempts = 1\nlongest_wait = 0\n", "utf-8")
    return keten


OUTCOMES = {
    202: (0, State.DELIVERED, ""),
    403: (65, State.PARKED, "want de aanlevering is gesloten"),
    405: (75, State.WAITING, "kent uw school (nog) niet"),
    422: (65, State.PARKED, ""),
    401: (77, State.HELD, "ontbreekt een mandaat"),
    503: (75, State.WAITING, ""),
}


@pytest.mark.parametrize("status", OUTCOMES)
def test_what_comes_of_a_message(status: int, once: Keten, run: Run) -> None:
    code, state, uitleg = OUTCOMES[status]
    put(run, "99AA")
    if status != 202:
        once.toetssystemen["ICE"].antwoord_met("registreren", status)
    result = run("outbox", "deliver", "--json")
    assert result.exit_code == code
    summary = json.loads(result.stdout)
    assert set(summary) == SUMMARY
    assert summary["exit_code"] == code
    assert {name for name, number in summary["deze_keer"].items() if number} == {state.value}
    assert {name for name, number in summary["outbox"].items() if number} == {state.value}
    assert summary["leerlingen"]["aangeleverd"] == (27 if status == 202 else 0)
    assert (summary["next_at"] is None) is (state in (State.DELIVERED, State.PARKED))
    assert len(summary["aandacht"]) == (status != 202)
    for note in summary["aandacht"]:
        assert (note["id"], note["school"], note["leverancier"], note["soort"]) == (1, "99AA", "ICE", "deelnemers")
        assert uitleg in note["uitleg"]
    assert_private(once, result.output)


@pytest.mark.parametrize("status", OUTCOMES)
def test_quiet_speaks_only_when_a_person_is_needed(status: int, once: Keten, run: Run) -> None:
    code, state, uitleg = OUTCOMES[status]
    put(run, "99AA")
    if status != 202:
        once.toetssystemen["ICE"].antwoord_met("registreren", status)
    result = run("outbox", "deliver", "--quiet")
    assert (result.exit_code, result.stdout) == (code, "")
    if state in (State.DELIVERED, State.WAITING):
        assert result.stderr == ""
    else:
        assert result.stderr.startswith(f"Message 1, deelnemers of 99AA for ICE: {state.value}")
        assert uitleg in result.stderr


def test_an_empty_outbox(keten: Keten, run: Run) -> None:
    result = run("outbox", "deliver")
    assert result.exit_code == 0
    assert "0 messages delivered" in result.stdout
    assert "0 waiting, 0 held, 0 parked, 0 delivered, 0 dropped" in run("outbox", "status").stdout


def test_unknown_pupils(keten: Keten, run: Run) -> None:
    pupils = keten.leerlingen()
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.scholen[1], *deelnemers_of(pupils[2:])))
        client.outbox.add(Adviezenlijst(keten.scholen[1], adviezen_of(pupils)))
    result = run("outbox", "deliver")
    assert result.exit_code == 65
    assert "1 message delivered, with 25 pupils" in result.stdout
    assert "2 leerlingen zijn bij Toetsbureau Zuid nog niet bekend" in result.stderr
    assert_private(keten, result.output)


@pytest.fixture
def troubled(once: Keten, run: Run) -> Keten:
    """Four messages: 1 held, 2 waiting behind it, 3 parked, 4 delivered."""
    system = once.toetssystemen["ICE"]
    put(run, "99AA", "99AA", "99BB")
    system.antwoord_met("registreren", 401)
    assert run("outbox", "park", "3").exit_code == 0
    assert run("outbox", "deliver").exit_code == 77
    system.antwoord_gewoon()
    once.osr.mandate(once.scholen[2].oin, system.oin)
    put(run, "99CC")
    assert run("outbox", "deliver").exit_code == 75
    return once


def test_status(troubled: Keten, run: Run) -> None:
    shown = run("outbox", "status")
    assert shown.exit_code == 0
    assert "1 waiting, 1 held, 1 parked, 1 delivered, 0 dropped" in shown.stdout
    assert "The next one is due at 20" in shown.stdout
    document = json.loads(run("outbox", "status", "--json").stdout)
    assert document["outbox"] == {"waiting": 1, "held": 1, "parked": 1, "delivered": 1, "dropped": 0}
    assert document["meer"] == 0
    rows = {item["id"]: item for item in document["berichten"]}
    assert {number: item["state"] for number, item in rows.items()} == {1: "held", 2: "waiting", 3: "parked"}
    assert rows[1].pop("next_at") > dt.datetime.now(dt.UTC).isoformat()
    assert rows[1] == {
        "id": 1,
        "school": "99AA",
        "leverancier": "ICE",
        "soort": "deelnemers",
        "leerlingen": 27,
        "state": "held",
        "reason": "GeenMandaat 401",
        "attempts": 1,
    }
    assert (rows[3]["reason"], rows[3]["next_at"]) == ("operator", None)
    assert_private(troubled, shown.output)


def test_a_held_message_goes_again_after_retry(troubled: Keten, run: Run) -> None:
    result = run("outbox", "retry", "1")
    assert (result.exit_code, result.stderr) == (0, "Message 1 goes at the next delivery.\n")
    assert run("outbox", "deliver").exit_code == 0
    assert json.loads(run("outbox", "status", "--json").stdout)["outbox"]["delivered"] == 3


def test_one_that_is_dropped_lets_the_next_go(troubled: Keten, run: Run) -> None:
    assert run("outbox", "drop", "1").exit_code == 0
    assert run("outbox", "deliver").exit_code == 0
    assert json.loads(run("outbox", "status", "--json").stdout)["outbox"] == {
        "waiting": 0,
        "held": 0,
        "parked": 1,
        "delivered": 2,
        "dropped": 1,
    }


def test_an_old_list_never_follows_a_newer_one(troubled: Keten, run: Run) -> None:
    assert run("outbox", "park", "1").exit_code == 0
    assert run("outbox", "deliver").exit_code == 0  # message 2, which is newer
    result = run("outbox", "retry", "1", "--json")
    assert result.exit_code == 65
    assert "a newer list was sent since message 1" in result.stderr
    assert json.loads(result.stdout) == {"id": 1, "gedaan": False, "state_was": "parked", "exit_code": 65}


REFUSED = {
    ("retry", "9"): "there is no message 9",
    ("park", "9"): "there is no message 9",
    ("drop", "9"): "there is no message 9",
    ("retry", "4"): "is delivered already",
    ("park", "4"): "is delivered already",
    ("drop", "4"): "is delivered already",
    ("retry", "2"): "was thrown away",
    ("park", "2"): "was thrown away",
    ("drop", "2"): "was thrown away",
    ("park", "3"): "is parked already",
}


def test_refusals_say_why(troubled: Keten, run: Run) -> None:
    assert run("outbox", "drop", "2").exit_code == 0
    for (command, number), text in REFUSED.items():
        result = run("outbox", command, number)
        assert (result.exit_code, result.stdout) == (65, ""), command
        assert text in result.stderr


def test_a_message_that_is_being_sent_is_left_alone(keten: Keten, run: Run) -> None:
    put(run, "99AA")
    from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

    store = SqliteStore(keten.store)
    assert store.outbox.claim("another worker", dt.datetime.now(dt.UTC), 120.0)
    store.close()
    for command in ("park", "drop"):
        result = run("outbox", command, "1")
        assert result.exit_code == 75
        assert "is being sent now" in result.stderr


def uitkomst(state: State, error: Any = None) -> Uitkomst:
    now = dt.datetime.now(dt.UTC)
    queued = Queued(1, "m", Key("registreren", "o", "r"), "2025-2026", "s", 1, "x", state, "", 0, 0, now, now, now)
    return Uitkomst(naam="99AA", leverancier="ICE", bericht=queued, error=error)


@pytest.mark.parametrize(
    ("state", "error", "code"),
    [
        (State.WAITING, NoAnswer("x", retryable=True), 75),
        (State.WAITING, Unavailable("x"), 75),
        (State.HELD, GeenMandaat("x"), 77),
        (State.HELD, TlsError("x"), 77),
        (State.PARKED, OngeldigBericht("x"), 65),
        (State.PARKED, LeerlingOnbekend("x"), 65),
        (State.PARKED, None, 65),
    ],
)
def test_the_exit_code_of_a_message(state: State, error: Any, code: int) -> None:
    assert code_of_school(uitkomst(state, error)) == code
