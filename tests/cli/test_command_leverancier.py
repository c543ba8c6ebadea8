"""``leverancier check``: whom it looks at, what it shows, and what it ends with."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from support.command_line import Run

from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import SERVER_AUTH, Leaf

PARTIES = ["ICE", "DIA", "ROUTE_8", "osr"]


def test_everybody_is_in_order(keten: Keten, run: Run) -> None:
    result = run("leverancier", "check", "--school", "99AA")
    assert result.exit_code == 0
    titles = [line for line in result.stdout.splitlines() if line.endswith("): in order")]
    assert [title.partition(",")[0].partition(" ")[0] for title in titles] == PARTIES
    assert "it has mandated ICE" in " ".join(result.stdout.replace("│", " ").split())
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert run("leverancier", "check", "--quiet").output == ""


def test_one_party_that_is_down_keeps_nobody_from_being_checked(keten: Keten, run: Run) -> None:
    keten.servers.suppliers["DIA"].stop()
    result = run("leverancier", "check", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"], document["in_orde"]) == (69, 69, False)
    assert [(item["partij"], item["staat"]) for item in document["partijen"]] == [
        ("ICE", "ok"),
        ("DIA", "wrong"),
        ("ROUTE_8", "ok"),
        ("osr", "ok"),
    ]
    down = document["partijen"][1]["bevindingen"]
    assert [(item["punt"], item["code"]) for item in down[:3]] == [
        ("name", "resolves"),
        ("port", "refused"),
        ("tls", "not_reached"),
    ]
    assert set(down[0]) == {"punt", "staat", "code", "tekst", "advies", "dagen"}
    assert next(item["dagen"] for item in down if item["punt"] == "our end date") > 0
    shown = run("leverancier", "check", "dia")
    assert "not in order" in shown.stdout and "Next: The port is closed." in shown.stdout and "the rest" in shown.stdout
    quiet = run("leverancier", "check", "--quiet")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr.count("\n")) == (69, "", 1)
    assert quiet.stderr.startswith("DIA: port: wrong: ")


@pytest.mark.parametrize("how", ["other-oin", "expired", "tls-1.1", "wrong-host"])
def test_a_certificate_is_not_in_order(how: str, keten: Keten, run: Run) -> None:
    keten.servers.show("ICE", how)
    result = run("leverancier", "check", "ICE", "DIA")
    assert (result.exit_code, result.stderr) == (77, ""), "what is wrong stands in the table, and nowhere else"
    assert run("leverancier", "check", "DIA").exit_code == 0


def test_what_needs_attention(keten: Keten, run: Run) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=9, hours=1)
    oin = next(item.oin for item in keten.leveranciers if item.toetssoort == "ICE")
    issued = keten.servers.pki.servers.issue_leaf("bijna", Leaf(oins=(oin,), usages=(SERVER_AUTH,), not_after=soon))
    keten.servers.suppliers["ICE"].show(issued.cert, issued.key)
    result = run("leverancier", "check", "ICE", "--quiet")
    assert (result.exit_code, result.stdout) == (75, "")
    assert "ICE: their end date: attention: Their certificate is valid until" in result.stderr
    assert "9 days from now" in result.stderr


def found_of_osr(run: Run, *args: str) -> tuple[int, dict[str, tuple[str, str]]]:
    result = run("leverancier", "check", "OSR", "--json", *args)
    (osr,) = json.loads(result.stdout)["partijen"]
    return result.exit_code, {item["punt"]: (item["staat"], item["code"]) for item in osr["bevindingen"]}


def test_what_the_osr_is_asked(keten: Keten, run: Run) -> None:
    code, found = found_of_osr(run)
    assert (code, found["namespace"], found["school"]) == (0, ("ok", "listed"), ("not seen", "not_asked"))
    code, found = found_of_osr(run, "--school", "99DD")  # has mandated nobody
    assert (code, found["school"]) == (75, ("attention", "no_mandate"))
    keten.osr.add_version("https://osr.example/2025-2026")
    code, found = found_of_osr(run)
    assert (code, found["namespace"]) == (75, ("attention", "namespace"))
    keten.osr.outage = True
    code, found = found_of_osr(run, "--school", "99AA")
    assert (code, found["namespace"], found["school"]) == (75, ("wrong", "Unavailable"), ("wrong", "Unavailable"))
    keten.servers.osr.stop()
    code, found = found_of_osr(run, "--school", "99AA")
    assert (code, found["school"]) == (69, ("not seen", "not_reached"))


def test_who_is_not_known_is_told_before_anybody_is_called(keten: Keten, run: Run, tmp_path: Path) -> None:
    for args in (("ICE", "iemand"), ("osr", "--school", "88ZZ")):
        assert run("leverancier", "check", *args).exit_code == 78
    assert run("leverancier", "check", "--seconds", 0).exit_code == 64
    text = (tmp_path / "doorstroom.toml").read_text("utf-8")
    (tmp_path / "doorstroom.toml").write_text(text.partition("[osr]")[0], "utf-8")
    result = run("leverancier", "check", "osr")
    assert result.exit_code == 78
    assert "osr is not configured" in result.stderr


@pytest.mark.parametrize("days", [-11, 2])
def test_our_own_certificate_that_is_not_valid_now_has_one_exit_code(
    days: int, keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pki, begins = keten.servers.pki.clients, dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    ends = begins + dt.timedelta(days=9)
    own = pki.issue("ooit", oin="00000003990000010000", not_before=begins, not_after=ends, server=False)
    monkeypatch.setenv("DOORSTROOM_CERTIFICATE_CERT", str(own.cert))
    monkeypatch.setenv("DOORSTROOM_CERTIFICATE_KEY", str(own.key))
    says = f"ended on {ends:%Y-%m-%d}" if days < 0 else f"starts on {begins:%Y-%m-%d}"
    for command in (
        *("config check", "leverancier check", "mandaat check", "osr check", "serve", "health --json"),
        *("deelnemers send deelnemers.csv --school 99AA", "adviezen send-many adviezen.csv", "outbox deliver"),
        "rapporten fetch --to rapporten",
    ):
        result = run(*command.split())
        assert result.exit_code == 77, (command, result.output)
        assert f"the certificate {says}" in " ".join(re.sub("[│┃]", " ", result.output).split()), command
