"""How far a chain test is, as its folder tells: whose it is, when something was played, what it waits for and what failed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.ketentest.journal import JOURNAL, Head, Journal, Line
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.ketentest.questions import open_questions
from doorstroom_client.ketentest.standing import folders_of_tests, standing_of
from doorstroom_client.ketentest.terms import plan_terms
from doorstroom_client.planning.stand import Ketenteststand, Wacht

PLAN = """
leverancier = "Toetsbureau Noord"
config = "../doorstroom-test.toml"
rollen = ["toetssysteem"]
omgeving = "test"
host = "toets-test.example"
"""
WAITING = {"kind": "waiting", "why": "correctie van K15", "until": "2026-12-09T22:59:59+00:00", "whose": "hen", "asks": False}


def journal(folder: Path, *lines: Line, **about: Any) -> None:
    head = Head(
        run="0a1b2c3d",
        began="2026-12-01T09:00:00Z",
        schooljaar="2026-2027",
        versie="v",
        toetssoort="ICE",
        about={"leverancier": "IEP", "omgeving": "test", **about},
    )
    written = Journal.begin(folder / JOURNAL, head)
    for item in lines:
        written.add(item)


def line(scenario: str, number: int, moment: str, outcome: Any = None, *, final: bool = True) -> Line:
    return Line(scenario, 1, number, "stap", "f", moment, outcome or {"kind": "staged"}, final)


def test_a_plan_of_which_nothing_was_played(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, "utf-8")
    assert standing_of(tmp_path) == Ketenteststand(folder=str(tmp_path), leverancier=frozenset({"Toetsbureau Noord"}))


def test_the_last_day_of_a_plan_is_the_one_after_a_delay(tmp_path: Path) -> None:
    days = "begin = 2026-12-07\neinde = 2026-12-11\n"
    (tmp_path / "plan.toml").write_text(PLAN + days, "utf-8")
    assert standing_of(tmp_path).tot == dt.date(2026, 12, 11)
    later = "[[uitstel]]\nop = 2026-12-08\nvan = 2026-12-07\nnaar = 2026-12-14\neinde = 2026-12-18\nreden = 'ziek'\n"
    (tmp_path / "plan.toml").write_text(PLAN + days + later, "utf-8")
    assert standing_of(tmp_path).tot == dt.date(2026, 12, 18)
    journal(tmp_path)
    assert standing_of(tmp_path).tot == dt.date(2026, 12, 18)


def test_what_was_played_what_waits_and_what_failed(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, "utf-8")
    journal(
        tmp_path,
        line("TS-101", 1, "2026-12-01T09:00:01Z", WAITING, final=False),
        line("TS-101", 1, "2026-12-02T23:30:00Z"),  # it came; the third of December on a Dutch clock
        line("TW-108", 1, "2026-12-02T10:00:00Z"),
        line("TW-108", 2, "2026-12-02T10:00:01Z", WAITING, final=False),
        line("TS-207", 1, "2026-12-02T10:00:02Z", {**WAITING, "until": None, "why": "wat is bewaard?"}, final=False),
        line("TS-300", 1, "2026-12-02T10:00:03Z", {"kind": "missing", "why": "opstelling"}, final=False),
    )
    verdicts = {"TS-101": "geslaagd", "TS-203": "gezakt", "TW-108": "wacht"}
    report = {
        "soort": "ketentest-rapport",
        "versie": 1,
        "scenarios": [{"id": name, "rol": "toetssysteem", "oordeel": said} for name, said in verdicts.items()],
        "berichten": [],
    }
    (tmp_path / "rapport.json").write_text(json.dumps(report), "utf-8")
    assert standing_of(tmp_path) == Ketenteststand(
        folder=str(tmp_path),
        leverancier=frozenset({"Toetsbureau Noord", "ICE", "IEP"}),
        schooljaar="2026-2027",
        laatst=dt.date(2026, 12, 3),
        wacht=(
            Wacht(scenario="TW-108", tekst="correctie van K15", tot=dt.date(2026, 12, 9)),
            Wacht(scenario="TS-207", tekst="wat is bewaard?"),
        ),
        gezakt=("TS-203",),
    )


def test_what_waits_is_told_with_what_was_postponed_since(tmp_path: Path) -> None:
    moved = '[[uitstel]]\nop = 2026-12-02\nvan = 2026-12-02\nnaar = 2026-12-09\nreden = "r"\n'
    (tmp_path / "plan.toml").write_text(PLAN + moved, "utf-8")
    asked = {**WAITING, "until": "2026-12-04T22:59:59+00:00", "asks": True, "term": "antwoord"}
    journal(
        tmp_path,
        line("TW-108", 1, "2026-12-01T10:00:00Z", {**WAITING, "term": "correctie"}, final=False),
        line("TS-103", 1, "2026-12-01T10:00:01Z", asked, final=False),
        line("TS-207", 1, "2026-12-01T10:00:02Z", WAITING, final=False),  # of no term of the plan
    )
    days = {item.scenario: item.tot for item in standing_of(tmp_path).wacht}
    assert days == {"TW-108": dt.date(2026, 12, 15), "TS-103": dt.date(2026, 12, 11), "TS-207": dt.date(2026, 12, 9)}
    (question,) = open_questions(Journal.read(tmp_path / JOURNAL), plan_terms(read_plan(tmp_path)))
    assert question.until == dt.datetime(2026, 12, 11, 22, 59, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize("by", ["journal", "plan"])
def test_one_with_a_simulator_is_played_alone(tmp_path: Path, by: str) -> None:
    if by == "plan":
        (tmp_path / "plan.toml").write_text(PLAN + 'simulator = "control.json"\n', "utf-8")
    journal(tmp_path, omgeving="simulator" if by == "journal" else "test")
    (tmp_path / "rapport.json").write_text("half a rep", "utf-8")
    found = standing_of(tmp_path)
    assert (found.alleen, found.laatst, found.gezakt) == (True, None, ())


ODD = (None, 1, True, [], {}, "", [[1]], {"a": 1}, "\x00")


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_journal_of_which_a_value_is_of_another_kind_is_damaged(tmp_path: Path, odd: Any) -> None:
    """Or it is read; nothing else."""
    journal(tmp_path, line("TS-101", 1, "2026-12-01T09:00:01Z", WAITING, final=False))
    path = tmp_path / JOURNAL
    whole = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    refused = 0
    for at, found in enumerate(whole):
        for name in found:
            changed = [{**item, name: odd} if number == at else item for number, item in enumerate(whole)]
            path.write_text("".join(json.dumps(item) + "\n" for item in changed), "utf-8")
            try:
                assert isinstance(standing_of(tmp_path), Ketenteststand)
            except ConfigurationError:
                refused += 1
    assert refused >= 6


def test_a_folder_that_may_not_be_looked_in_is_told_and_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A", "ICE"):
        (tmp_path / name).mkdir()
    journal(tmp_path / "ICE")
    usual = Path.is_file

    def is_file(self: Path) -> bool:
        if self.parent.name == "A":
            raise PermissionError(13, "Permission denied")
        return usual(self)

    monkeypatch.setattr(Path, "is_file", is_file)
    assert [item.name for item in folders_of_tests(tmp_path)] == ["A", "ICE"]
    with pytest.raises(StoreError, match="Permission denied"):
        standing_of(tmp_path / "A")
    assert standing_of(tmp_path / "ICE").schooljaar == "2026-2027"


def test_the_folders_of_tests(tmp_path: Path) -> None:
    for name in ("ICE", "DIA", "leeg"):
        (tmp_path / name).mkdir()
    (tmp_path / "ICE/plan.toml").write_text(PLAN, "utf-8")
    journal(tmp_path / "DIA")
    (tmp_path / "los.txt").write_text("", "utf-8")
    assert [item.name for item in folders_of_tests(tmp_path)] == ["DIA", "ICE"]
    assert list(folders_of_tests(tmp_path / "DIA")) == [tmp_path / "DIA"]
    with pytest.raises(ConfigurationError, match="no folder"):
        list(folders_of_tests(tmp_path / "geen"))
