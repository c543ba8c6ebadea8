"""The command for a monitor: what is broken, what needs attention, and numbers."""

from __future__ import annotations

import datetime as dt
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run, assert_private, environment

from doorstroom_client import Deelnemerslijst
from doorstroom_client.config import inspection
from doorstroom_client.simulator import Keten, deelnemers_of
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

METRICS = {
    *("certificate_days", "serve_certificate_days", "outbox_waiting", "outbox_held", "outbox_parked", "outbox_oldest_hours"),
    *("results_pending", "results_oldest_hours", "purge_late", "purge_hours"),
}


def look(run: Run, *args: str) -> tuple[int, dict[str, Any]]:
    result = run("health", "--json", *args)
    return result.exit_code, json.loads(result.stdout)


def test_in_order(received: Keten, run: Run) -> None:
    code, document = look(run)
    assert (code, document["state"], document["exit_code"]) == (0, "ok", 0)
    assert {item["check"]: item["state"] for item in document["checks"]} == dict.fromkeys(
        ("certificate", "serve", "store", "outbox", "results", "purge"), "ok"
    )
    assert set(document["metrics"]) == METRICS
    assert document["metrics"]["results_pending"] == 27
    assert run("health", "--quiet").output == ""
    first = run("health").stdout.splitlines()[0]
    assert re.fullmatch(r"OK: everything is in order \| (\w+=[\d.]+ ?)+", first)


def test_it_uses_no_network(received: Keten, run: Run) -> None:
    calls = received.osr.verkeer.geteld
    received.stop()  # nothing listens any more
    assert run("health").exit_code == 0
    assert received.osr.verkeer.geteld == calls


def certificate(keten: Keten, begins: float, ends: float) -> None:
    """Let our certificate begin and end so many days from now."""
    now = dt.datetime.now(dt.UTC)
    days = {"not_before": now + dt.timedelta(days=begins), "not_after": now + dt.timedelta(days=ends)}
    keten.servers.pki.clients.issue("las", oin=keten.certificate.facts().oin, **days)


@pytest.mark.parametrize(
    ("begins", "ends", "code", "text"),
    [
        (-10, 30.5, 0, "in 30 days"),
        (-10, 29.5, 75, "in 29 days"),
        (-10, -0.5, 77, "ended on"),
        (1, 300, 77, "starts on"),
    ],
)
def test_the_certificate(begins: float, ends: float, code: int, text: str, keten: Keten, run: Run) -> None:
    run("outbox", "status")  # makes the store
    certificate(keten, begins, ends)
    result = run("health")
    assert result.exit_code == code
    assert text in result.stdout
    assert result.stdout.startswith({0: "OK: ", 75: "ATTENTION: ", 77: "BROKEN: "}[code])
    quiet = run("health", "--quiet")
    assert (text in quiet.stderr) is (code != 0)
    assert quiet.stdout == ""


def test_a_message_that_waits_too_long(keten: Keten, run: Run) -> None:
    then = dt.datetime.now(dt.UTC) - dt.timedelta(hours=5)
    with keten.client(now=lambda: then) as client:
        groepen, deelnemers = deelnemers_of(keten.leerlingen())
        client.outbox.add(Deelnemerslijst(keten.school, groepen, deelnemers), leverancier="ICE")
    code, document = look(run)
    assert code == 0
    assert document["metrics"]["outbox_waiting"] == 1
    assert document["metrics"]["outbox_oldest_hours"] == pytest.approx(5, abs=0.1)
    assert look(run, "--max-age-hours", "4")[0] == 75
    assert look(run, "--max-age-hours", "6")[0] == 0
    assert_private(keten, run("health").output)


def test_held_and_parked_messages_need_attention(keten: Keten, run: Run) -> None:
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--queue").exit_code == 0
    assert look(run)[0] == 0
    assert run("outbox", "park", "1").exit_code == 0
    code, document = look(run)
    assert (code, document["state"], document["metrics"]["outbox_parked"]) == (75, "attention", 1)


def broken_text(path: Path) -> None:
    path.write_text("this is no database, but long enough to be taken for one" * 10)


BREAKAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (lambda path: path.unlink(), "there is no store"),
    "gone, with its log left": (lambda path: (Path(f"{path}-wal").touch(), path.unlink()), "only what lies beside it"),
    "of something else": (broken_text, "the store"),
    "readable by others": (lambda path: path.chmod(0o644), "can be read by others"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "it is not a file"),
    "of two names": (lambda path: path.with_name("also").hardlink_to(path), "a hard link"),
    "beside a log": (lambda path: (path.write_bytes(b""), Path(f"{path}-wal").touch()), "only what lies beside it"),
}


@pytest.mark.parametrize("name", ["n" * 240, "é" * 120, "a?b#c%41.db", "link.db"], ids=ascii)
def test_what_is_in_order_can_be_delivered_from(name: str, keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "link.db":
        (keten.directory / "disk").mkdir()
        (keten.directory / name).symlink_to("disk/real.db")
        SqliteStore(keten.directory / "disk/real.db").close()
    monkeypatch.setenv("DOORSTROOM_STORE", str(keten.directory / name))
    assert run("outbox", "status").exit_code == 0  # makes the store
    assert look(run)[0] == 0
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--queue").exit_code == 0
    assert run("outbox", "deliver").exit_code == 0
    if name == "link.db":
        assert {path.name for path in (keten.directory / "disk").iterdir() if path.suffix == ".lock"}


def test_a_store_on_another_machine_needs_attention(keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("outbox", "status")
    monkeypatch.setattr(inspection, "network_under", lambda _: "nfs4")
    code, document = look(run)
    assert code == 75
    assert "another machine (nfs4)" in next(item["text"] for item in document["checks"] if item["check"] == "store")


@pytest.mark.parametrize("kind", BREAKAGE)
def test_a_broken_store(kind: str, keten: Keten, run: Run) -> None:
    run("outbox", "status")
    for more in keten.directory.glob("doorstroom.db-*"):
        more.unlink()
    breaks, text = BREAKAGE[kind]
    breaks(keten.store)
    code, document = look(run)
    assert (code, document["state"]) == (74, "broken")
    (check,) = (item for item in document["checks"] if item["check"] == "store")
    assert text in check["text"]
    assert "outbox_waiting" not in document["metrics"]  # no number when nothing was seen
    if kind != "gone":
        assert text in " ".join(item["text"] for item in json.loads(run("config", "check", "--json").stdout)["checks"])
    assert keten.store.exists() is (not kind.startswith("gone"))  # a monitor makes no store


def test_a_store_that_cannot_be_written(keten: Keten, run: Run) -> None:
    run("outbox", "status")
    # As with a full disk: reading works, and the first byte that is written fails.
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); from doorstroom_client.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "health", "--json"], env=environment(), capture_output=True, text=True, check=False
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0
    assert done.returncode == 74
    assert json.loads(done.stdout)["state"] == "broken"


def test_without_a_store_only_the_certificates_count(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    lines = [line for line in config.read_text("utf-8").splitlines() if not line.startswith("store")]
    config.write_text("\n".join(lines), "utf-8")
    code, document = look(run)
    assert code == 0
    assert set(document["metrics"]) == {"certificate_days", "serve_certificate_days"}


def test_a_configuration_that_is_not_in_order(keten: Keten, run: Run, tmp_path: Path) -> None:
    assert run("health", "--config", "nergens.toml").exit_code == 78
    (tmp_path / "keten/pki/las.key.pem").write_text("no key")
    code, document = look(run)
    assert code == 78 or document["state"] == "broken"


def test_the_worst_of_all_counts(keten: Keten, run: Run) -> None:
    certificate(keten, -10, 5)
    code, document = look(run)  # and there is no store yet
    assert code == 74
    assert [item["state"] for item in document["checks"]] == ["attention", "ok", "broken"]
