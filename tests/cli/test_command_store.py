"""The store from the command line: look, purge, copy."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import pytest
from support.command_line import Run, assert_private

from doorstroom_client.simulator import Keten
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

NOW = dt.datetime.now(dt.UTC)
GONE = {"resultaten": 26, "berichten": 0, "merken": 0}


@pytest.fixture
def old(received: Keten) -> Keten:
    """All results but one were processed 40 days ago; the last one waits for 50 days."""
    store = SqliteStore(received.store)
    for kept in store.inbox.pending()[:-1]:
        store.inbox.mark_done(kept.id, NOW - dt.timedelta(days=40))
    with store._database.transaction("make old") as cursor:
        at = (NOW - dt.timedelta(days=50)).isoformat(timespec="microseconds")
        cursor.execute("UPDATE leerlingresultaat SET received_at = ?", (at,))
    store.close()
    return received


def test_status(old: Keten, run: Run) -> None:
    document = json.loads(run("store", "status", "--json").stdout)
    assert document["resultaten"] == {"received": 27, "current": 27, "pending": 1, "put_off": 0}
    assert set(document["outbox"]) == {"waiting", "held", "parked", "delivered", "dropped"}
    assert document["oudste_onverwerkt_dagen"] == 50
    assert document["retention"] == {"days": 30, "marks_days": 400}
    assert document["op_te_ruimen"] == GONE
    assert document["laatst_opgeruimd"] is None
    shown = run("store", "status")
    assert "27 received, 1 not yet processed; the oldest came in 50 days ago." in shown.stdout
    assert "To be removed now: 26 results, 0 messages, 0 marks." in shown.stdout
    assert "Nothing was ever removed." in shown.stdout
    assert_private(old, shown.output)


def test_purge(old: Keten, run: Run) -> None:
    dry = run("store", "purge", "--dry-run")
    assert dry.stdout == "Dry run, nothing was removed. Would go: 26 results, 0 messages, 0 marks.\n"
    assert json.loads(run("store", "purge", "--dry-run", "--json").stdout)["dry_run"] is True
    assert json.loads(run("store", "status", "--json").stdout)["resultaten"]["received"] == 27
    done = run("store", "purge", "--json")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert set(document) == {"dry_run", "at", "until", "resultaten", "berichten", "merken", "wiped"}
    assert {name: document[name] for name in GONE} == GONE
    assert (document["dry_run"], document["wiped"]) == (False, True)
    last = json.loads(run("store", "status", "--json").stdout)["laatst_opgeruimd"]
    assert last == {name: value for name, value in document.items() if name != "dry_run"}
    assert "Removed last, at 20" in run("store", "status").stdout
    assert run("store", "purge").stdout == "Removed: 0 results, 0 messages, 0 marks.\n"
    assert run("store", "purge", "--quiet").output == ""
    data = b"".join(path.read_bytes() for path in old.directory.glob("doorstroom.db*"))
    left = [pupil for pupil in old.leerlingen() if pupil.eck_id and pupil.eck_id.encode() in data]
    assert len(left) <= 1


def test_days(old: Keten, run: Run, tmp_path: Path) -> None:
    assert json.loads(run("store", "purge", "--older-than", "41", "--json").stdout)["resultaten"] == 0
    config = tmp_path / "doorstroom.toml"
    text = config.read_text("utf-8")
    config.write_text(f"{text}\n[retention]\ndays = 45\n", "utf-8")
    assert json.loads(run("store", "purge", "--json").stdout)["resultaten"] == 0
    assert json.loads(run("store", "purge", "--older-than", "39", "--json").stdout)["resultaten"] == 26
    assert run("store", "purge", "--older-than", "-1").exit_code == 64
    config.write_text(f"{text}\n[retention]\ndays = -1\n", "utf-8")
    assert run("store", "purge").exit_code == 78


def test_bytes_that_are_still_there_are_told(old: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstroom_client.store.sqlite.file.SqliteDatabase.wipe", lambda _: False)
    done = run("store", "purge")
    assert done.exit_code == 0
    assert "may still stand in the files" in done.stdout


def test_backup(old: Keten, run: Run, tmp_path: Path) -> None:
    done = run("store", "backup", "copy.db")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "The store is copied to copy.db" in done.stderr
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    copy = SqliteStore(tmp_path / "copy.db")
    assert copy.inbox.counts()["received"] == 27
    copy.close()
    again = run("store", "backup", "copy.db")
    assert again.exit_code == 74
    assert "copy.db exists already" in again.stderr
    assert run("store", "backup", "nergens/copy.db").exit_code == 74
    assert json.loads(run("store", "backup", "two.db", "--json").stdout)["file"] == "two.db"
    assert run("store", "backup", "three.db", "--quiet").output == ""


@pytest.mark.parametrize(
    "command",
    [
        ("store", "status"),
        ("store", "purge"),
        ("store", "backup", "kopie.db"),
        ("resultaten", "list"),
        ("resultaten", "export", "uit.csv"),
        ("outbox", "status"),
        ("overzicht", "blad.html"),
    ],
    ids=" ".join,
)
def test_what_was_kept_is_at_hand_without_a_certificate(
    command: tuple[str, ...], old: Keten, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTROOM_CERTIFICATE_CERT", "weg.pem")
    result = run(*command)
    assert result.exit_code == 0, result.stderr
    assert "certificate.cert: cannot read weg.pem" in result.stderr
    assert "goes on without" in result.stderr
    monkeypatch.setenv("DOORSTROOM_STORE", "nergens/x.db")
    assert run(*command).exit_code != 0  # what is needed is not done without
    assert run("mandaat", "check", "--school", "99AA").exit_code == 78


# --- health ---


def check(run: Run, name: str) -> tuple[int, str, str]:
    result = run("health", "--json")
    (found,) = (item for item in json.loads(result.stdout)["checks"] if item["check"] == name)
    return result.exit_code, found["state"], found["text"]


def test_health_of_results_that_nobody_processes(old: Keten, run: Run, tmp_path: Path) -> None:
    assert run("store", "purge").exit_code == 0
    code, state, text = check(run, "results")
    assert (code, state) == (75, "attention")
    assert "longer than the 30 days" in text
    config = tmp_path / "doorstroom.toml"
    config.write_text(config.read_text("utf-8") + "\n[retention]\ndays = 51\n", "utf-8")
    assert check(run, "results")[:2] == (0, "ok")


def test_health_of_a_purge_that_does_not_come(old: Keten, run: Run) -> None:
    code, state, text = check(run, "purge")
    assert (code, state) == (75, "attention")
    assert "there was no purge yet; 26 records should have gone more than 7 days ago" in text
    assert run("store", "purge").exit_code == 0
    assert check(run, "purge")[1] == "ok"
    assert "the last purge was on 20" in check(run, "purge")[2]
    assert json.loads(run("health", "--json").stdout)["metrics"]["purge_late"] == 0


def test_health_of_something_that_is_a_little_late(received: Keten, run: Run) -> None:
    store = SqliteStore(received.store)
    store.inbox.mark_done(1, NOW - dt.timedelta(days=36))
    store.close()
    assert check(run, "purge")[:2] == (0, "ok")


@pytest.mark.parametrize(("days", "state"), [(8, "attention"), (6, "ok")])
def test_health_of_bytes_that_cannot_be_wiped(days: int, state: str, received: Keten, run: Run) -> None:
    store = SqliteStore(received.store)
    store._database.wipe = lambda: False  # type: ignore[method-assign]
    for ago in (days, 0):
        at = NOW - dt.timedelta(days=ago)
        store.purge(at, at, at - dt.timedelta(days=400))
    store.close()
    code, found, text = check(run, "purge")
    assert (code, found) == ((75, state) if state == "attention" else (0, "ok"))
    assert ("could wipe the bytes" in text) is (state == "attention")
