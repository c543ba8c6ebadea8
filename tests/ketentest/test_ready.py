"""How far the tests with all suppliers are, from reports in folders."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from support import command_line
from support.command_line import Run
from support.ketentest import write_plan

from doorstroom_client.config import load_settings
from doorstroom_client.ketentest.ready import overview
from doorstroom_client.ketentest.report.making import PROGRAM
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.simulator import Keten

run, elsewhere = command_line.run, command_line.elsewhere
YEAR, TODAY = "2025-2026", dt.date(2025, 12, 10)
VERSIONS = {"versie_las": "Simulator LAS 1.0", "versie_leverancier": "26.11"}


@pytest.fixture
def here(keten: Keten, tmp_path: Path, elsewhere: None) -> Path:
    keten.reset()
    keten.write_config(tmp_path / "doorstroom.toml", environment="sandbox")
    return tmp_path


def report(folder: Path, about: dict[str, str], *scenarios: tuple[str, str], year: str = YEAR, **more: Any) -> None:
    """A report with scenarios of roles and their verdicts."""
    document = {
        "soort": "ketentest-rapport",
        "versie": 1,
        "programma": PROGRAM,
        "run": {"begonnen": "2025-12-01T08:00:00Z", "schooljaar": year, "getest": about},
        "stand_van": "2025-12-09T08:00:00Z",
        "scenarios": [
            {"id": f"S-{at}", "rol": rol, "oordeel": verdict, "poging": 1, "alarm": None}
            for at, (rol, verdict) in enumerate(scenarios)
        ],
    }
    document["scenarios"][0].update(more)  # type: ignore[index]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rapport.json").write_text(json.dumps(document), "utf-8")


def partner(here: Path, name: str = "ICE", **more: str | None) -> Path:
    folder = here / "ketentest" / name
    folder.mkdir(parents=True)
    given = {"config": '"../../doorstroom.toml"', "versie_leverancier": '"26.11"', "leverancier": f'"{name}"', **more}
    return write_plan(folder, **given)


def row(here: Path, name: str = "ICE", year: str = YEAR) -> dict[str, Any]:
    found = overview(here / "ketentest", year, TODAY, load_settings(here / "doorstroom.toml"))
    return next(item for item in found if item.naam == name).as_data()


BOTH = (("toetssysteem", "geslaagd"), ("terugweg", "geslaagd"))


@pytest.mark.parametrize(
    ("scenarios", "about", "more", "stand", "says"),
    [
        (BOTH, VERSIONS, {}, "ok", ""),
        ((("toetssysteem", "afwijkend"), *BOTH), VERSIONS, {}, "ok", ""),
        ((("toetssysteem", "overgeslagen"), *BOTH), VERSIONS, {}, "ok", ""),
        ((("toetssysteem", "gezakt"), *BOTH), VERSIONS, {}, "gezakt", ""),
        ((("toetssysteem", "wacht"), *BOTH), VERSIONS, {}, "wacht", ""),
        ((("toetssysteem", "te beoordelen"), *BOTH), VERSIONS, {}, "vraag", ""),
        ((("toetssysteem", "overgeslagen"), ("terugweg", "geslaagd")), VERSIONS, {}, "nooit", ""),
        (BOTH, VERSIONS, {"poging": 0}, "nooit", ""),
        (BOTH, VERSIONS, {"alarm": "de bekende afwijking is er niet meer"}, "alarm", ""),
        (BOTH, VERSIONS | {"versie_leverancier": "26.10"}, {}, "verlopen", "het toetssysteem was 26.10 en is nu 26.11"),
        (BOTH, VERSIONS | {"versie_las": "MijnLAS 4.1"}, {}, "verlopen", "het LAS was MijnLAS 4.1 en is nu Simulator LAS 1.0"),
        (BOTH, {}, {}, "ok", ""),  # a version that nobody told cannot have changed
    ],
)
def test_a_half_of_a_supplier(
    scenarios: tuple[tuple[str, str], ...], about: dict[str, str], more: dict[str, Any], stand: str, says: str, here: Path
) -> None:
    report(partner(here), about, *scenarios, **more)
    found = row(here)
    assert found["rollen"]["toetssysteem"]["stand"] == stand
    assert any(says in item for item in found["opmerkingen"]) if says else found["opmerkingen"] == []
    assert row(here, "DIA")["opmerkingen"] == ["nog niets afgesproken; begin met doorstroom ketentest new"]


def test_what_says_nothing_of_a_supplier(here: Path) -> None:
    report(here / "ketentest/zelf", {"omgeving": "simulator"}, *BOTH)  # a simulator is nobody
    assert row(here)["rollen"]["toetssysteem"]["stand"] == "nooit"
    report(partner(here, "DIA", simulator='"../../control.json"'), VERSIONS, *BOTH)
    assert row(here, "DIA")["rollen"]["terugweg"]["stand"] == "geoefend"
    report(partner(here, "ROUTE_8"), VERSIONS, *BOTH, year="2024-2025")
    assert row(here, "ROUTE_8")["rollen"]["terugweg"]["stand"] == "nooit"
    assert row(here, "ROUTE_8", "2024-2025")["rollen"]["terugweg"]["stand"] == "ok"


@pytest.mark.parametrize(
    ("version", "stand"),
    [
        ("Simulator LAS 1.0", "ok"),
        ("Simulator LAS 0.9", "verlopen"),
        (PROGRAM, "ok"),
        ("doorstroom_client 0.0.0", "verlopen"),
        ("", "ok"),
    ],
)
def test_our_own_halves_count_for_every_supplier(version: str, stand: str, here: Path) -> None:
    report(here / "ketentest/zelf", {"versie_las": version}, ("las", "geslaagd"), ("ontvanger", "gezakt"))
    for name in ("ICE", "DIA"):
        rollen = row(here, name)["rollen"]
        assert (rollen["las"]["stand"], rollen["ontvanger"]["stand"]) == (stand, "gezakt")
    found = overview(here / "ketentest", YEAR, TODAY, load_settings(here / "doorstroom.toml"))
    assert found[0].cellen[Rol.ONTVANGER].code == 65


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({"begin": "2025-12-11", "einde": "2025-12-18"}, "begint op 11 december 2025, over 1 dag"),
        ({"begin": "2025-12-01", "einde": "2025-12-18"}, "afgesproken en nog niet gespeeld: doorstroom ketentest run"),
        (
            {
                "begin": "2025-12-01",
                "einde": "2025-12-18",
                "uitstel": '[{op = 2025-12-09, van = 2025-12-09, naar = 2025-12-12, reden = "storing"}]',
            },
            "uitgesteld tot 12 december 2025: storing",
        ),
    ],
)
def test_what_a_plan_says_of_its_days(days: dict[str, str], says: str, here: Path) -> None:
    partner(here, **days)
    (told,) = row(here)["opmerkingen"]
    assert told.removesuffix(f" {here / 'ketentest/ICE'}") == says


def test_the_command(here: Path, run: Run) -> None:
    folder = here / "ketentest"
    report(folder / "zelf", {"versie_las": PROGRAM}, ("las", "geslaagd"), ("ontvanger", "geslaagd"))
    for name in ("ICE", "DIA", "ROUTE_8"):
        report(partner(here, name), VERSIONS, *BOTH)
    found = run("ketentest", "ready", folder, "--schooljaar", YEAR)
    assert found.exit_code == 0
    assert "9 december" in found.output
    report(folder / "DIA", VERSIONS, ("toetssysteem", "gezakt"), ("terugweg", "geslaagd"))
    assert run("ketentest", "ready", folder, "--schooljaar", YEAR).exit_code == 69
    (folder / "DIA/rapport.json").write_text("{", "utf-8")
    found = run("ketentest", "ready", folder, "--schooljaar", YEAR, "--json")
    assert (found.exit_code, json.loads(found.stdout)["schooljaar"]) == (75, YEAR)
    assert run("ketentest", "ready", folder, "--schooljaar", "2025").exit_code == 64
    found = run("ketentest", "ready", here / "elders")
    assert (found.exit_code, "there is no folder" in found.output) == (78, True)


def test_what_was_tested_for_another_year_is_told_as_such(here: Path) -> None:
    folder = partner(here)
    (folder / "journaal.jsonl").write_text("", "utf-8")
    assert row(here)["opmerkingen"] == [f"er is gespeeld, maar er is nog geen rapport: doorstroom ketentest report {folder}"]
    report(folder, VERSIONS, *BOTH, year="2024-2025")
    now = "nog niets afgesproken; begin met doorstroom ketentest new"
    assert row(here)["opmerkingen"] == ["getest voor 2024-2025", now]


def test_the_newest_of_several_plans_counts(here: Path) -> None:
    for name, begin in (("ICE-a", "2025-12-20"), ("ICE-b", "2025-12-30"), ("ICE-c", None)):
        partner(here, name, leverancier='"ICE"', begin=begin, einde=begin)
    assert row(here)["opmerkingen"] == ["begint op 30 december 2025, over 20 dagen"]


@pytest.mark.parametrize("broken", [b"leverancier = ", b"\xff", b"contakt = 1", b"", b"x = " + b"[" * 5000], ids=range(5))
def test_a_broken_plan_hides_no_other(broken: bytes, here: Path, run: Run) -> None:
    folder = here / "ketentest"
    report(folder / "zelf", {"versie_las": PROGRAM}, ("las", "geslaagd"), ("ontvanger", "geslaagd"))
    for name in ("ICE", "DIA", "ROUTE_8"):
        report(partner(here, name), VERSIONS, *BOTH)
    (folder / "A").mkdir()
    (folder / "A/plan.toml").write_bytes(broken)
    (folder / "B/plan.toml").mkdir(parents=True)
    (folder / "C").symlink_to(folder)
    found = run("ketentest", "ready", folder, "--schooljaar", YEAR, "--json")
    told = json.loads(found.stdout)
    assert [item["rollen"]["terugweg"]["stand"] for item in told["leveranciers"]] == ["ok"] * 3
    assert (len(told["weggelaten"]), found.exit_code) == (2, 78)
    assert "this test is left out" in " ".join(run("ketentest", "ready", folder, "--schooljaar", YEAR).output.split())


def test_the_plan_of_this_year_counts_before_anything_is_played(here: Path) -> None:
    report(partner(here, "ICE", begin="2024-12-02", einde="2024-12-16"), VERSIONS, *BOTH, year="2024-2025")
    (here / "ketentest/ICE/journaal.jsonl").touch()
    assert row(here)["opmerkingen"][0] == "getest voor 2024-2025"
    for name, first, last in (("A", "2025-12-12", "2025-12-19"), ("B", "2025-12-01", "2025-12-11")):
        partner(here, name, leverancier='"ICE"', begin=first, einde=last)
    assert row(here)["opmerkingen"] == ["begint op 12 december 2025, over 2 dagen"]


@pytest.mark.parametrize("content", ["[]", "null", '{"a":' * 20000, "{}"], ids=["list", "null", "deep", "empty"])
def test_a_report_that_is_none(content: str, here: Path) -> None:
    (partner(here) / "rapport.json").write_text(content, "utf-8")
    assert row(here)["rollen"]["terugweg"]["stand"] == "nooit"


@pytest.mark.parametrize("more", [{"oordeel": ["geslaagd"]}, {"oordeel": {}}, {"rol": 5}, {"poging": None}], ids=str)
def test_a_scenario_that_says_nothing_is_left_out(more: dict[str, Any], here: Path) -> None:
    report(partner(here), VERSIONS, ("toetssysteem", "gezakt"), *BOTH, **more)
    assert row(here)["rollen"]["toetssysteem"]["stand"] == "ok"


@pytest.mark.parametrize("change", [{"stand_van": "9999-12-31T23:59:59Z"}, {"stand_van": "0001-01-01T00:00:00Z"}, {"run": {}}])
def test_a_report_of_no_day_or_year_is_none(change: dict[str, Any], here: Path) -> None:
    folder = partner(here, begin="2025-12-11", einde="2025-12-18")
    report(folder, VERSIONS, *BOTH)
    path = folder / "rapport.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    assert row(here)["rollen"]["toetssysteem"]["stand"] == "nooit"
    assert row(here)["opmerkingen"] == ["begint op 11 december 2025, over 1 dag"]
