"""A test with a partner over nine days, on a played clock: who answers late, is down for a day, or does not answer at all.

The partner is the simulated supplier, but as a real one to the runner: nothing tells it what to do but this test. The days lie
in the past, so that whatever came in, came in after a scenario began.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import icalendar
import pytest
from support import command_line
from support.command_line import ROOT, Run
from support.ketentest import write_plan

from doorstroom_client.cli import _ketentest_run
from doorstroom_client.ketentest.journal import JOURNAL, Journal
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.simulator import Keten

run = command_line.run
FOLDER = Path("ketentest/ICE")
ONLY = ("TS-101", "TS-103", "TS-202", "TS-203", "TS-301", "TS-404", "TW-101", "TW-102", "TW-108")
BY = ("--by", "J. Jansen, Toetsbureau Noord")


class Days:
    """The played clock, and what the supplier had got the last time that somebody looked."""

    def __init__(self, keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self._keten, self._run = keten, run
        self._now = dt.datetime(2025, 11, 28, 9, tzinfo=amsterdam())
        self._sent = 0
        self.told: list[str] = []
        self.first: list[bytes] = []
        monkeypatch.setattr(_ketentest_run, "now", lambda: self._now)

    def day(self, day: int, month: int = 12, hour: int = 8) -> None:
        self._now = dt.datetime(2025, month, day, hour, tzinfo=amsterdam())

    def sent(self) -> int:
        """How many messages about pupils the supplier has got since the last time."""
        got = self._keten.toetssystemen["ICE"].verkeer.ontvangen
        now = sum(bool(item.operatie) for item in got)
        new, self._sent = now - self._sent, now
        return new

    def bodies(self) -> list[bytes]:
        """All messages that the supplier has got."""
        return [item.verzoek.body for item in self._keten.toetssystemen["ICE"].verkeer.ontvangen if item.operatie]

    def do(self, *args: object, code: int) -> str:
        """Run a command; gives all that it says."""
        found = self._run("ketentest", *args)
        assert found.exit_code == code, found.output
        self.told.append(found.output)
        return " ".join(found.output.split())

    def data(self, *args: object, code: int) -> Any:
        """What a command writes for a program."""
        found = self._run("ketentest", *args, "--json")
        assert found.exit_code == code, found.output
        return json.loads(found.stdout)

    def run(self, *more: str, code: int) -> str:
        return self.do("run", FOLDER, *more, code=code)


@pytest.fixture
def days(keten: Keten, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    keten.reset()
    monkeypatch.chdir(tmp_path)
    keten.write_config(Path("doorstroom.toml"), environment="sandbox")
    FOLDER.parent.mkdir()
    return Days(keten, run, monkeypatch)


def fill_in(**values: str) -> None:
    """Fill places of the plan in, as a person does: a line of it, open or with # before it."""
    path = FOLDER / "plan.toml"
    lines = path.read_text("utf-8").splitlines()
    for name, value in values.items():
        at = next(at for at, line in enumerate(lines) if line.lstrip("# ").startswith(f"{name} ="))
        lines[at] = f"{name} = {value}"
    path.write_text("\n".join(lines) + "\n", "utf-8")


def entries() -> dict[str, tuple[dt.date, int, str]]:
    """The days in the calendar: when, sequence and id of each."""
    events = icalendar.Calendar.from_ical((FOLDER / "afspraken.ics").read_bytes()).walk("VEVENT")
    return {str(item["summary"]): (item["dtstart"].dt, int(item["sequence"]), str(item["uid"])) for item in events}


def push(keten: Keten, *labels: str, changed: bool = False) -> None:
    """Have the supplier send results: of some pupils of the class, or of everybody."""
    keys = Keys(Journal.read(FOLDER / JOURNAL).head.run)
    for who in [keys.eck_id(label) for label in labels] or [None]:
        found = keten.stuur_resultaten("ICE", keten.school, wie=who, afwijkingen=["gecorrigeerd"] if changed else [])
        assert found
        assert {item.status for item in found} == {202}


def test_nine_days(days: Days, keten: Keten) -> None:
    before_the_first_day(days)
    first_and_second_day(days)
    a_day_without_connection(days, keten)
    results_and_answers(days, keten)
    postponed(days)
    goes_on(days, keten)
    the_end(days)
    every_line_on_the_page_was_printed(days)


def before_the_first_day(days: Days) -> None:
    chosen = [part for name in ONLY for part in ("--only", name)]
    told = days.do(
        "new", "--leverancier", "ICE", "--dir", FOLDER, "--config", "doorstroom.toml", "--begin", "2025-12-01", *chosen, code=0
    )
    assert {item.name for item in FOLDER.iterdir()} == {"plan.toml", "uitnodiging.txt", "afspraken.ics"}
    assert {item.stat().st_mode & 0o777 for item in FOLDER.iterdir()} == {0o600}
    assert FOLDER.stat().st_mode & 0o777 == 0o700
    assert "uitnodiging.txt" in told
    days.do("new", "--leverancier", "ICE", "--dir", FOLDER, code=64)  # never overwrites
    lines = (FOLDER / "plan.toml").read_text("utf-8").splitlines()
    told = days.do("preflight", FOLDER, code=78)
    for name in ("omgeving", "host", "school"):
        number = next(at for at, line in enumerate(lines, start=1) if line.startswith(f"{name} ="))
        assert f"{name} (line {number}): is still empty" in told
    assert "[VUL IN: " in (FOLDER / "uitnodiging.txt").read_text("utf-8")
    fill_in(omgeving='"test"', host='"localhost"', school='"99AA"', contact='"J. Jansen, Toetsbureau Noord, 012-3456789"')
    fill_in(contact_las='"A. de Vries, MijnLAS, 012-9876543"', versie_leverancier='"26.11"', correctie="true")
    fill_in(uiterlijk="{ resultaten = 5, correctie = 5, antwoord = 3 }")
    plan = (FOLDER / "plan.toml").read_text("utf-8")
    days.do("invite", FOLDER, code=0)
    assert (FOLDER / "plan.toml").read_text("utf-8") == plan
    letter = (FOLDER / "uitnodiging.txt").read_text("utf-8")
    assert "Beste J. Jansen," in letter
    assert "maandag 1 december 2025" in letter
    assert "TS-404" in letter
    assert "VUL IN" not in letter
    days.do("preflight", FOLDER, code=0)
    assert "De test begint op maandag 1 december 2025" in days.run(code=75)
    assert days.run("--quiet", code=75) == ""
    assert days.sent() == 0


def first_and_second_day(days: Days) -> None:
    days.day(1)
    told = days.run(code=75)
    assert "dag 1 (begonnen 1 december 2025, laatste dag 15 december 2025)" in told
    assert "Wacht: TW-101." in told
    assert "Uiterlijk 8 december 2025. Bij: hen." in told
    assert "Overgeslagen: TS-404." in told
    assert [f"answer {FOLDER} {number} ja" in told for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert "Uiterlijk 4 december 2025" in told
    assert days.sent() > 10
    days.first = days.bodies()
    days.day(2)
    assert "dag 2" in (told := days.run(code=75))
    assert "Er is niets veranderd." in told
    assert days.run("--quiet", code=75) == ""
    asked = days.do("ask", FOLDER, code=0)
    assert [item in asked for item in ("TS-103", "TS-202", "TS-203")] == [True] * 3
    days.do("answer", FOLDER, 1, "ja", *BY, code=0)
    told = days.run(code=75)
    assert "TS-103 was te beoordelen, nu geslaagd" in told
    assert "2 TS-202" in days.do("ask", FOLDER, code=0)  # each question keeps its number
    days.do("answer", FOLDER, 1, "nee", "--by", " ", code=64)
    days.do("answer", FOLDER, 1, "nee", *BY, code=0)  # a slip, which was meant for another question
    assert "TS-103 was geslaagd, nu gezakt" in days.run(code=69)
    told = days.do("answer", FOLDER, 1, "ja", *BY, code=0)
    assert "It replaces the answer nee of J. Jansen, Toetsbureau Noord." in told
    assert "TS-103 was gezakt, nu geslaagd" in days.run(code=75)
    assert "2 TS-202" in days.do("ask", FOLDER, code=0)
    days.do("answer", FOLDER, 9, "nee", *BY, code=78)
    days.do("answer", "nergens", 1, "ja", *BY, code=78)
    assert days.sent() == 0


def a_day_without_connection(days: Days, keten: Keten) -> None:
    days.day(3)
    server = keten.servers.suppliers["ICE"]
    server.stop()
    try:
        told = days.run("--quiet", code=75)
        assert "V-05 was geslaagd, nu wacht" in told
        assert "er is geen verbinding" in told
        assert "TW-101" not in told
        assert "TS-202" not in told
        assert days.run("--quiet", code=75) == ""
    finally:
        server.start()
    assert "V-05 was wacht, nu geslaagd" in days.run("--quiet", code=75)
    assert days.sent() == 0


def results_and_answers(days: Days, keten: Keten) -> None:
    days.day(4)
    push(keten)
    told = days.run("--quiet", code=75)
    for name in ("TW-101", "TW-102"):
        assert f"{name} was wacht, nu geslaagd" in told
    assert "TW-108 wacht: Een resultaat wordt verbeterd" in told
    assert "Vandaag loopt de termijn af van TS-202, TS-203." in told
    assert days.run("--quiet", code=75) == ""  # once a day is enough
    days.do("answer", FOLDER, 2, "ja", *BY, code=0)
    days.day(5)
    told = days.run("--quiet", code=69)
    assert "TS-202 was te beoordelen, nu geslaagd" in told
    assert "TS-203 was te beoordelen, nu gezakt" in told
    assert "geen antwoord binnen de termijn" in told
    assert days.sent() == 0


def postponed(days: Days) -> None:
    before, plan = entries(), (FOLDER / "plan.toml").read_text("utf-8")
    reason = "De testserver van ICE krijgt een nieuwe versie."
    days.do("postpone", FOLDER, "--to", "2025-12-05", "--reason", reason, code=78)  # that is today
    days.do("postpone", FOLDER, "--to", "2025-12-09", "--reason", reason, code=0)
    assert (FOLDER / "plan.toml").read_text("utf-8").startswith(plan)
    letter = " ".join((FOLDER / "uitstel.txt").read_text("utf-8").split())
    assert "De test gaat verder op dinsdag 9 december 2025." in letter
    assert f"De reden: {reason}" in letter
    assert "laatste dag van de test: van maandag 15 december 2025 naar woensdag 17 december 2025" in letter
    after = entries()
    assert {name: uid for name, (_, _, uid) in after.items()} == {name: uid for name, (_, _, uid) in before.items()}
    for name, (day, sequence, _) in after.items():
        assert sequence == (day != before[name][0]), name
    assert after["Ketentest ICE: laatste dag van de test"][:2] == (dt.date(2025, 12, 17), 1)
    # Whatever tells a term, tells the new one, before anything was played again.
    assert "VUL IN" not in letter
    days.do("report", FOLDER, code=69)
    noted = {item["id"]: item["uiterlijk"] for item in json.loads((FOLDER / "rapport.json").read_text("utf-8"))["scenarios"]}
    assert noted["TW-108"].startswith("2025-12-15")
    assert noted["TS-203"].startswith("2025-12-04")  # was over before
    days.day(8)
    assert f"uitgesteld tot dinsdag 9 december 2025: {reason}" in days.run(code=75)
    assert days.run("--quiet", code=75) == ""
    assert f"ICE: uitgesteld tot 9 december 2025: {reason}" in days.do("ready", code=69)
    assert days.sent() == 0


def goes_on(days: Days, keten: Keten) -> None:
    days.day(9)
    told = days.run(code=69)
    assert "TW-108" in told
    assert "Uiterlijk 15 december 2025" in told  # the term that ran has moved by two working days
    days.day(10)
    push(keten, "K15", changed=True)
    assert "TW-108 was wacht, nu geslaagd" in days.run("--quiet", code=69)
    assert days.sent() == 0


def the_end(days: Days) -> None:
    days.day(11)
    days.do("answer", FOLDER, 3, "ja", *BY, code=0)  # too late, and better than never
    told = days.run(code=0)
    assert "TS-203 was gezakt, nu geslaagd" in told
    days.do("report", FOLDER, code=0)
    days.do("cleanup", FOLDER, code=0)
    report = json.loads((FOLDER / "rapport.json").read_text("utf-8"))
    assert (report["oordeel"], report["aan_zet"]) == ("overgeslagen", [])
    assert "9 december 2025" in report["run"]["getest"]["uitstel"][0]
    assert "De testserver van ICE krijgt een nieuwe versie" in (FOLDER / "rapport.html").read_text("utf-8")
    assert days.sent() == 0
    assert days.bodies() == days.first  # of the day on which everything went out
    names = (FOLDER / "opruimlijst.txt").read_text("utf-8")
    accepted = {item["leerling"] for item in report["opruimlijst"] if item["stand"] != "geweigerd"}
    assert {"K01", "K15", "TS-203-1"} <= accepted
    assert all(f"- {name} " in names for name in accepted)
    letter = (FOLDER / "afsluiting.txt").read_text("utf-8")
    assert names.strip() in letter
    found = days.data("ready", code=75)["leveranciers"]
    rollen = next(item["rollen"] for item in found if item["naam"] == "ICE")
    assert {name: rollen[name]["stand"] for name in rollen} == {
        "las": "nooit",
        "ontvanger": "nooit",
        "toetssysteem": "ok",
        "terugweg": "ok",
    }
    fill_in(versie_leverancier='"26.12"')
    assert "het toetssysteem was 26.11 en is nu 26.12: opnieuw testen" in days.do("ready", code=75)
    # A new version is tested in the same folder, and counts from then on; who was sent before is still to be removed.
    days.run("--again", "TS-101", code=0)
    days.do("cleanup", FOLDER, code=0)
    assert all(f"- {name} " in (FOLDER / "opruimlijst.txt").read_text("utf-8") for name in accepted)


def every_line_on_the_page_was_printed(days: Days) -> None:
    told = [line.rstrip() for output in days.told for line in output.splitlines()]
    page = (ROOT / "docs/how-to/test-with-a-partner.md").read_text("utf-8")
    shown = [line for body in re.findall(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL) for line in body.splitlines()]
    for line in shown:
        pattern = re.escape(line).replace("…", ".*")
        assert line.startswith("30 8 ") or any(re.fullmatch(pattern, item) for item in told), line


@pytest.mark.parametrize("days_down", [1, 2])
def test_a_server_that_stays_away_fails_after_a_day(days_down: int, days: Days, keten: Keten) -> None:
    FOLDER.mkdir()
    write_plan(FOLDER, config='"../../doorstroom.toml"', scenarios='["TS-101", "TS-103"]', uiterlijk="{ antwoord = 30 }")
    server = keten.servers.suppliers["ICE"]
    days.day(1)
    assert "TS-103" in days.run(code=75)
    server.stop()
    try:
        days.day(2)
        days.run(code=75)
        days.day(2 + days_down, hour=9)
        told = days.run("--quiet", code=69)
        assert "V-05 was wacht, nu gezakt" in told
        assert "TS-103 was" not in told
        days.day(3 + days_down)
        assert "Nog steeds niet goed: V-05." in days.run(code=69)  # it does not begin to wait anew
    finally:
        server.start()
    assert "V-05 was gezakt, nu geslaagd" in days.run("--quiet", code=75)


def test_a_run_for_a_program(days: Days) -> None:
    FOLDER.mkdir()
    write_plan(
        FOLDER,
        config='"../../doorstroom.toml"',
        scenarios='["TS-101", "TS-103", "TS-404"]',
        begin="2025-12-01",
        einde="2025-12-02",
    )
    days.day(28, 11)
    assert days.data("run", FOLDER, code=75)["wacht_tot"] == "2025-12-01"
    days.day(1)
    found = days.data("run", FOLDER, code=75)
    assert (found["dag"], found["begonnen"], found["laatste_dag"], found["vorige_keer"]) == (
        1,
        "2025-12-01",
        "2025-12-02",
        None,
    )
    assert {item["id"]: (item["was"], item["nu"]) for item in found["veranderd"]}["TS-103"] == (None, "te beoordelen")
    assert [(item["nummer"], item["scenario"]) for item in found["vragen"]] == [(1, "TS-103")]
    assert found["vragen"][0]["uiterlijk"].startswith("2025-12-04T23:59")
    days.day(3)
    found = days.data("run", FOLDER, code=75)
    assert (found["veranderd"], found["aandacht"]) == ([], ["De laatste dag was 2 december 2025; nog open: 1."])
    (FOLDER / "verteld.json").write_text("{", "utf-8")  # nothing of the run follows from it
    assert len(days.data("run", FOLDER, code=75)["veranderd"]) == 10


def test_what_deviates_is_in_a_table_the_first_time(days: Days) -> None:
    FOLDER.mkdir()
    write_plan(FOLDER, config='"../../doorstroom.toml"', scenarios='["TS-305"]')
    days.day(1)
    told = days.run(code=0)
    assert "│ TS-305 │ afwijkend │" in told
    assert "Samen: 7 geslaagd, 1 afwijkend." in told
    with (FOLDER / "plan.toml").open("a", encoding="utf-8") as plan:
        plan.write('[[bekend]]\nscenario = "TS-305"\ntot = 2025-12-01\nreden = "release 26.12"\n')
    assert days.run("--quiet", code=0) == ""
    days.day(2)
    told = days.run("--quiet", code=65)
    assert "ALARM TS-305: de bekende afwijking mocht tot en met 1 december 2025 (release 26.12)" in told
    assert days.run("--quiet", code=65) == ""  # told today
    assert "Alarm: " in (FOLDER / "rapport.html").read_text("utf-8")
    assert days.data("run", FOLDER, code=65)["scenarios"][-1]["alarm"]


def test_an_osr_that_does_not_answer_is_no_mandate_that_lacks(days: Days, keten: Keten) -> None:
    with Path("doorstroom.toml").open("a", encoding="utf-8") as config:
        config.write("\n[retry]\nattempts = 1\n")  # nobody comes back within a call
    FOLDER.mkdir()
    write_plan(FOLDER, config='"../../doorstroom.toml"', scenarios='["TS-101", "TS-103"]', uiterlijk="{ antwoord = 30 }")
    days.day(1)
    days.run(code=75)
    before = {item["id"]: item["oordeel"] for item in days.data("report", FOLDER, code=75)["scenarios"]}
    keten.servers.osr.stop()
    try:
        days.day(2)
        found = {item["id"]: item for item in days.data("preflight", FOLDER, code=75)["scenarios"]}
        why = "het OSR gaf geen antwoord (er luistert niemand)"
        for name in ("V-01", "V-02", "V-03", "V-04"):
            told = found[name]
            assert (told["oordeel"], told["bij"], told["reden"], told["keuringen"]) == ("wacht", "osr", why, [])
        assert found["V-05"]["oordeel"] == "geslaagd"
        found = {item["id"]: item for item in days.data("run", FOLDER, code=75)["scenarios"]}
        assert {name: found[name]["oordeel"] for name in ("TS-101", "TS-103")} == {
            name: before[name] for name in ("TS-101", "TS-103")
        }
        days.day(3, hour=9)
        told = days.run("--quiet", code=69)  # nobody said that a mandate is not there, which would be 77
        assert f"V-02 was wacht, nu gezakt: Mandaat van het toetssysteem; {why}. Bij: osr." in told
    finally:
        keten.servers.osr.start()
    assert "V-02 was gezakt, nu geslaagd" in days.run("--quiet", code=75)
    keten.osr.revoke(keten.school.oin, keten.toetssystemen["ICE"].oin)
    assert "V-02 was geslaagd, nu gezakt" in days.run("--quiet", code=77)


@pytest.mark.parametrize(
    ("how", "whose", "code", "why"),
    [
        ("other-oin", "ons", 77, "een ander OIN dan in onze instellingen staat"),
        ("other-ca", "ons", 77, "root"),
        ("wrong-host", "hen", 69, "voor een andere hostnaam"),
        ("expired", "hen", 69, "is verlopen"),
    ],
)
def test_a_server_that_is_not_who_it_should_be(how: str, whose: str, code: int, why: str, days: Days, keten: Keten) -> None:
    FOLDER.mkdir()
    write_plan(FOLDER, config='"../../doorstroom.toml"', scenarios='["TS-101"]')
    days.day(1)
    keten.servers.show("ICE", how)
    try:
        found = days.data("preflight", FOLDER, code=code)["scenarios"]
        assert days.sent() == 0
    finally:
        keten.servers.show("ICE")
    seen = next(item for item in found if item["id"] == "V-05")
    assert (seen["oordeel"], seen["bij"]) == ("gezakt", whose)
    assert why in seen["reden"]
    assert why in (FOLDER / "rapport.html").read_text("utf-8")


def test_a_wrong_oin_in_our_settings_is_no_work_for_the_osr(days: Days, keten: Keten) -> None:
    FOLDER.mkdir()
    config = Path("doorstroom.toml")
    oin = keten.toetssystemen["ICE"].oin
    text = config.read_text("utf-8")
    assert oin in text
    config.write_text(text.replace(oin, f"{oin[:-5]}9{oin[-4:]}"), "utf-8")
    write_plan(FOLDER, config='"../../doorstroom.toml"', scenarios='["TS-101"]')
    days.day(1)
    found = {item["id"]: item for item in days.data("preflight", FOLDER, code=77)["scenarios"]}
    assert {name: (found[name]["oordeel"], found[name]["bij"]) for name in ("V-02", "V-05")} == {
        "V-02": ("gezakt", "ons"),
        "V-05": ("gezakt", "ons"),
    }
    assert "met een OIN dat niet in het certificaat staat" in found["V-02"]["reden"]


def test_a_first_run_on_a_later_day_is_the_beginning(days: Days) -> None:
    FOLDER.mkdir()
    write_plan(FOLDER, config='"../../doorstroom.toml"', scenarios='["TS-103"]', begin="2025-12-01", einde="2025-12-15")
    days.day(3)
    told = days.run(code=75)
    assert "dag 1 (begonnen 3 december 2025" in told
    assert "Uiterlijk 8 december 2025" in told
    assert "The test begins on 2025-12-03, and not on 2025-12-01 as the plan says" in told
    days.do("invite", FOLDER, code=0)
    assert entries()["Ketentest ICE: laatste dag voor de eerste antwoorden"][0] == dt.date(2025, 12, 8)
    days.day(4)
    assert "The test begins on" not in days.run(code=75)
