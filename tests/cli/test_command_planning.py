"""The school year as a table, as JSON and as a calendar; and what is to be done now, for cron."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import icalendar
import pytest
from support import LAS_OIN, OTHER_OIN, SCHOOL, SUPPLIER_OIN
from support.command_line import ROOT, Run

from doorstroom_client.cli import planning
from doorstroom_client.ketentest.journal import JOURNAL, Head, Journal, Line
from doorstroom_client.output.ics import as_ics
from doorstroom_client.simulator.pki import Pki

CONFIG = f"""
auteur = "Test 1"
[certificate]
cert = "las.cert.pem"
key = "las.key.pem"
trust = "trust.pem"
[[leveranciers]]
toetssoort = "ICE"
oin = "{SUPPLIER_OIN}"
base_url = "https://toets.example/ice"
[[leveranciers]]
toetssoort = "DIA"
oin = "{OTHER_OIN}"
base_url = "https://toets.example.org/dia"
[[afspraken]]
naam = "2026-2027"
versie = "Doorstroomtoetsketen_v99.0"
eerste_schooljaar = "2026-2027"
[[schooljaren]]
schooljaar = "2026-2027"
namespace = "ns"
afspraak = "2026-2027"
"""
PERIODE = """
[[testperiodes]]
naam = "adviezen"
van = 2026-12-07
tot = 2026-12-18
met = ["ICE"]
"""


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """The day; a test sets another one in it."""
    days = [dt.date(2026, 11, 29)]
    monkeypatch.setattr(planning, "_today", lambda: days[0])
    return days


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, today: list[dt.date]) -> None:
    pki = Pki(tmp_path / "pki")
    las = pki.issue("las", oin=LAS_OIN, not_after=dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    for name, path in (("las.cert.pem", las.cert), ("las.key.pem", las.key), ("trust.pem", pki.trust)):
        Path(name).symlink_to(path)
    Path("doorstroom.toml").write_text(CONFIG + PERIODE, "utf-8")


def played(folder: Path, on: str) -> None:
    """A chain test with ICE of which something was played."""
    folder.mkdir(parents=True)
    head = Head(run="0a1b2c3d", began=f"{on}T09:00:00Z", schooljaar="2026-2027", versie="v", toetssoort="ICE")
    Journal.begin(folder / JOURNAL, head).add(Line("TS-101", 1, 1, "stap", "f", f"{on}T09:00:00Z", {"kind": "staged"}))


def test_the_whole_year_with_its_sources(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("planning")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if len(line) > 80 and not line.startswith("  doorstroom")] == []
    text = " ".join(result.stdout.split())
    for part in (
        *("Doorstroomtoets 2026-2027", "1 okt t/m 15 nov", "10 t/m 31 jan", "[1] DUO, In het kort (2023-2024)", "controleer"),
        *(
            "10 jan is een zondag",
            "vr 26 mrt is Goede Vrijdag",
            "Testperiode adviezen",
            "met ICE",
            "Vakanties staan",
        ),
        *("over 8 dagen (7 dec): testperiode adviezen", "doorstroom ketentest new --leverancier ICE", "27 apr Koningsdag"),
    ):
        assert part in text, part
    assert "staan niet in de instellingen" not in text


def test_another_school_year_has_no_test_periods_and_none_is_guessed(run: Run) -> None:
    text = " ".join(run("planning", "--schooljaar", "2027-2028").stdout.split())
    assert "Doorstroomtoets 2027-2028" in text
    assert "Testperiodes van 2027-2028 staan niet in de instellingen" in text
    assert "ketenoverleg" in text
    assert run("planning", "--schooljaar", "2020-2021").exit_code == 78


def test_without_a_configuration_the_year_is_shown_and_cron_is_told(run: Run) -> None:
    Path("doorstroom.toml").unlink()
    result = run("planning", "--ics", "jaar.ics")
    assert (result.exit_code, "no configuration" in result.stderr) == (0, True)
    assert "Doorstroomtoets 2026-2027" in result.stdout
    assert "te doen" not in result.stdout
    assert len(events(Path("jaar.ics"))) == 20
    quiet = run("planning", "--ics", "jaar.ics", "--quiet")
    assert (quiet.exit_code, quiet.stdout) == (0, "")
    for options in (("--within", "14"), ("--within", "14", "--ics", "jaar.ics"), ("--quiet",), ("--config", "none.toml")):
        assert run("planning", *options).exit_code == 78


def test_what_is_to_be_done_is_for_cron(run: Run, today: list[dt.date]) -> None:
    due = run("planning", "--quiet", "--within", "14")
    assert due.exit_code == 75
    lines = due.stdout.splitlines()
    assert lines[0] == "Nu te doen:"
    assert not any(line.startswith(("┃", "Doorstroomtoets 2026")) for line in lines)
    assert run("planning", "--within", "14").exit_code == 75
    assert run("planning", "--quiet").exit_code == 75
    today[0] = dt.date(2026, 12, 21)
    nothing = run("planning", "--quiet", "--within", "3")
    assert (nothing.exit_code, nothing.output) == (0, "")
    told = run("planning", "--within", "3")
    assert (told.exit_code, told.stdout) == (0, "")
    assert "Nu is er niets te doen" in told.stderr


@pytest.mark.parametrize(("folder", "options"), [("ketentest/ICE", ()), ("elders/ICE", ("--ketentest", "elders"))])
def test_what_was_played_makes_a_reminder_go_away(run: Run, folder: str, options: tuple[str, ...]) -> None:
    def keys() -> set[str]:
        found = run("planning", "--within", "14", "--json", *options) if Path(folder).exists() else run("planning", "--json")
        return {item["id"].split(":")[0] for item in json.loads(found.stdout)["herinneringen"]}

    assert keys() == {"zelf", "controle", "test"}
    played(Path(folder), "2026-11-27")
    assert keys() == {"controle"}


def test_a_test_that_cannot_be_read_is_told_and_does_not_count(run: Run) -> None:
    played(Path("ketentest/ICE"), "2026-11-27")
    Path("ketentest/ICE", JOURNAL).write_text("{}\n", "utf-8")
    result = run("planning", "--quiet")
    assert "does not count" in result.stderr
    assert "1-op-1-test met ICE" in " ".join(result.stdout.split())
    missing = run("planning", "--ketentest", "nergens")
    assert (missing.exit_code, "no folder" in missing.stderr) == (78, True)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("plan.toml", "rollen = [["),
        ("plan.toml", 'rollen = [["toetssysteem"]]'),
        ("plan.toml", "rollen = " + "[" * 5000),
        (JOURNAL, "[" * 100_000 + "\n"),
        (
            JOURNAL,
            '{"form": 1, "run": "a", "began": "b", "schooljaar": 2026, "versie": "v", "toetssoort": "ICE", "about": null}\n',
        ),
    ],
)
def test_a_test_that_is_damaged_hides_no_other(run: Run, file: str, text: str) -> None:
    for name in ("A", "Z"):
        folder = Path("ketentest", name)
        folder.mkdir(parents=True)
        (folder / file).write_text(text, "utf-8")
    played(Path("ketentest/ICE"), "2026-11-27")
    result = run("planning", "--within", "14", "--json")
    assert result.stderr.count("does not count") == 2
    assert {item["id"].split(":")[0] for item in json.loads(result.stdout)["herinneringen"]} == {"controle"}


def test_for_a_program(run: Run) -> None:
    result = run("planning", "--json", "--within", "14")
    document: dict[str, Any] = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"], document["vandaag"]) == (75, 75, "2026-11-29")
    assert document["testperiodes"] == [{"naam": "adviezen", "van": "2026-12-07", "tot": "2026-12-18", "met": ["ICE"]}]
    sure = {item["id"] for item in document["mijlpalen"] if not item["controleer"]}
    assert (len(document["mijlpalen"]), sure, document["waarschuwingen"]) == (10, {"afname"}, [])
    assert document["herinneringen"][0]["over_dagen"] == 8
    assert [item["naam"] for item in document["feestdagen"]][:2] == ["Eerste Kerstdag", "Tweede Kerstdag"]
    assert json.loads(run("planning", "--json").stdout)["exit_code"] == 0


def events(file: Path) -> dict[str, Any]:
    found = icalendar.Calendar.from_ical(file.read_bytes())
    return {str(item["summary"]): item for item in found.walk("VEVENT")}


def test_the_calendar(run: Run) -> None:
    result = run("planning", "--ics", "jaar.ics", "--schooljaar", "2026-2027")
    assert result.exit_code == 0
    assert "Wrote 22 entries to jaar.ics" in result.stderr
    found = events(Path("jaar.ics"))
    assert len(found) == 22
    assert found["Testperiode adviezen"].start == dt.date(2026, 12, 7)
    assert found["Plan nu: Testperiode adviezen (7 dec)"].start == dt.date(2026, 11, 23)
    assert "Controleer of de dagen" in found["Centrale aanmeldweek voortgezet onderwijs"]["description"]
    assert "vr 26 mrt is Goede Vrijdag" in found["Centrale aanmeldweek voortgezet onderwijs"]["description"]


def test_a_test_period_that_was_moved_stays_the_same_entry(run: Run) -> None:
    run("planning", "--ics", "jaar.ics")
    before = events(Path("jaar.ics"))["Testperiode adviezen"]
    run("planning", "--ics", "jaar.ics")
    assert events(Path("jaar.ics"))["Testperiode adviezen"]["sequence"] == before["sequence"] == 0
    Path("doorstroom.toml").write_text(CONFIG + PERIODE.replace("12-07", "12-14"), "utf-8")
    run("planning", "--ics", "jaar.ics")
    found = events(Path("jaar.ics"))
    after = found["Testperiode adviezen"]
    assert (after["uid"], after["sequence"], after.start) == (before["uid"], 1, dt.date(2026, 12, 14))
    assert found["Uitslagen uiterlijk op school"]["sequence"] == 0


def test_no_other_file_is_overwritten_by_a_calendar(run: Run) -> None:
    result = run("planning", "--ics", "doorstroom.toml")
    assert (result.exit_code, "is no calendar" in result.stderr) == (78, True)
    assert Path("doorstroom.toml").read_text("utf-8") == CONFIG + PERIODE
    theirs = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Agenda//NL\r\nEND:VCALENDAR\r\n"
    Path("van-mij.ics").write_bytes(theirs)
    assert run("planning", "--ics", "van-mij.ics").exit_code == 78
    of_a_test = as_ics([], name="Ketentest ICE", made=dt.datetime(2026, 11, 29, tzinfo=dt.UTC))
    Path("test.ics").write_bytes(of_a_test)
    assert run("planning", "--ics", "test.ics").exit_code == 78
    assert Path("test.ics").read_bytes() == of_a_test
    assert Path("van-mij.ics").read_bytes() == theirs
    Path("map").mkdir()
    assert run("planning", "--ics", "map").exit_code in (74, 78)
    assert SCHOOL.instellingscode not in result.output


@pytest.mark.parametrize(
    ("writes", "code", "mailed"), [("", 0, False), ("Nu te doen:\nmorgen (1 dec): toets", 75, True), ("", 78, False)]
)
def test_the_unit_for_systemd_mails_what_is_to_be_done(tmp_path: Path, writes: str, code: int, mailed: bool) -> None:
    unit = (ROOT / "examples/cron/doorstroom-planning.service").read_text("utf-8")
    (line,) = re.findall(r"^ExecStart=/bin/sh -c '(.*)'$", unit, re.MULTILINE)
    (success,) = re.findall(r"^SuccessExitStatus=(\d+)$", unit, re.MULTILINE)
    for name, does in (
        ("doorstroom", f"printf '%s' '{writes}'\nexit {code}"),
        ("mail", 'echo "$@" > mail.txt\ncat >> mail.txt'),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    command = line.replace("$$", "$").replace("/opt/las/bin/", "")
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, env={"PATH": path}, timeout=30)
    assert (done.returncode, done.stdout.strip(), int(success)) == (code, writes, 75)
    assert Path("mail.txt").exists() == mailed
    if mailed:
        assert Path("mail.txt").read_text("utf-8").splitlines()[1:] == writes.splitlines()
