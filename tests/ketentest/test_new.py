"""A test with a partner is begun: what is written, what is asked for, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import command_line
from support.command_line import Run
from support.ketentest import write_plan

from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.simulator import Keten

run, elsewhere = command_line.run, command_line.elsewhere
PLACE = Path("ketentest/ICE-2026-2027")
NEW = ("ketentest", "new", "--leverancier", "ICE", "--dir", PLACE)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((), "No calendar yet"),
        (("--begin", "2020-02-03"), "maandag 3 februari 2020 is over already"),
        (("--begin", "2026-12-05"), "zaterdag 5 december 2026 is no working day"),
        (("--config", "nergens.toml"), "nergens.toml is not used yet"),
    ],
)
def test_it_begins_before_anything_is_known(more: tuple[str, ...], says: str, run: Run) -> None:
    found = run(*NEW, *more)
    assert (found.exit_code, says in found.output) == (0, True), found.output
    assert read_plan(PLACE, draft=True).leverancier == "ICE"
    assert "Beste [VUL IN: naam]," in (PLACE / "uitnodiging.txt").read_text("utf-8")
    assert (PLACE / "afspraken.ics").exists() is ("--begin" in more)


@pytest.mark.parametrize(
    "more", [("--end", "2026-12-18"), ("--begin", "2026-12-07", "--end", "2026-12-04"), ("--begin", "morgen")], ids=" ".join
)
def test_days_that_are_none(more: tuple[str, ...], run: Run) -> None:
    assert run(*NEW, *more).exit_code == 64
    assert not PLACE.exists()


def test_a_configuration_of_production_is_told_at_once(keten: Keten, run: Run) -> None:
    keten.write_config(Path("doorstroom.toml"))
    assert "names the OSR of production" in run(*NEW, "--config", "doorstroom.toml").output


def test_what_the_configuration_tells_is_filled_in(keten: Keten, run: Run) -> None:
    keten.write_config(Path("doorstroom.toml"), environment="sandbox")
    for name, says in (("ICE", ""), ("AMN", 'has no supplier "AMN" yet')):
        place = Path("ketentest") / name
        known = ("--config", "doorstroom.toml", "--school", "99AA", "--contact", "A. de Vries")
        given = ("--leverancier", name, "--dir", place, *known)
        found = run("ketentest", "new", *given, "--only", "TS-1*")
        assert says in found.output
        plan = read_plan(place, draft=True)
        assert plan.config.resolve() == Path("doorstroom.toml").resolve()
        assert (plan.opstelling, plan.contact_las, plan.scenarios) == ({"school": "99AA"}, "A. de Vries", ("TS-1*",))
        letter = " ".join((place / "uitnodiging.txt").read_text("utf-8").split())
        for fact in (keten.school.oin, keten.school.routeringskenmerk, "Simulator LAS 1.0", "A. de Vries"):
            assert fact in letter
        assert "TS-106" in letter  # needs a second administration
        assert "TW-108" not in letter  # is not chosen
    default = run("ketentest", "new", "--leverancier", "ICE", "--begin", "2026-12-07")
    assert "ketentest/ICE-2026-2027/plan.toml" in default.output


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--school", "99ZZ"), 'has no school "99ZZ" yet'),
        (("--simulator", "nope.json"), "nope.json is not there yet"),
        (("--begin", "2037-12-07"), "is of 2025-2026, which is over by then: the test says nothing of 2037-2038"),
    ],
)
def test_what_does_not_fit_the_configuration_is_told(more: tuple[str, ...], says: str, keten: Keten, run: Run) -> None:
    keten.write_config(Path("doorstroom.toml"), environment="sandbox")
    known = ("--config", "doorstroom.toml", "--school", "99AA")
    assert says not in run("ketentest", "new", "--leverancier", "ICE", "--dir", "ketentest/goed", *known).output
    found = run(*NEW, "--config", "doorstroom.toml", *more)
    assert (found.exit_code, says in " ".join(found.output.split())) == (0, True), found.output


def test_a_scenario_that_does_not_exist_is_told_before_anything_is_written(run: Run) -> None:
    assert run(*NEW, "--only", "TS-1*", "--only", "XX-*").exit_code == 78
    assert not PLACE.exists()


def test_a_plan_is_never_overwritten(run: Run) -> None:
    assert run(*NEW).exit_code == 0
    before = (PLACE / "plan.toml").read_bytes()
    found = run(*NEW, "--begin", "2026-12-07")
    assert (found.exit_code, "never overwritten" in " ".join(found.output.split())) == (64, True)
    assert (PLACE / "plan.toml").read_bytes() == before
    (PLACE / "plan.toml").unlink()
    assert run(*NEW).exit_code == 64  # the mail may have been filled in


def test_the_mail_names_days_and_how_many_come(run: Run) -> None:
    for only, many in (("TS-*", True), ("TS-4*", False)):
        place = Path("ketentest") / only[:4]
        assert (
            run("ketentest", "new", "--leverancier", "ICE", "--dir", place, "--begin", "2026-12-07", "--only", only).exit_code
            == 0
        )
        letter = " ".join((place / "uitnodiging.txt").read_text("utf-8").split())
        assert ("ruim 500, door TS-107: een lijst met 500 leerlingen." in letter) is many
        assert "Graag uiterlijk vrijdag 4 december 2026." in letter


def test_a_postponed_test_tells_of_a_sunday_and_of_open_places(run: Run) -> None:
    assert run(*NEW, "--begin", "2037-12-07").exit_code == 0
    found = run("ketentest", "postpone", PLACE, "--to", "2037-12-13", "--reason", "Storing")
    told = " ".join(found.output.split())
    assert "fill in the 2 places that are marked VUL IN" in told
    assert "zondag 13 december 2037 is no working day" in told


def test_what_is_arranged_is_not_asked_for(run: Run) -> None:
    PLACE.mkdir(parents=True)
    write_plan(PLACE, {"school_onbekend": '"99CC"'})
    assert run("ketentest", "invite", PLACE).exit_code == 0
    letter = (PLACE / "uitnodiging.txt").read_text("utf-8")
    assert ("TS-404" in letter, "TS-401" in letter) == (False, True)
    assert max(map(len, letter.splitlines()[1:])) <= 76
    assert run("ketentest", "postpone", PLACE, "--to", "2026-12-14", "--reason", " ").exit_code == 64
    assert run("ketentest", "postpone", PLACE, "--to", "2026-12-14", "--reason", "r").exit_code == 78


def test_nothing_to_show(run: Run) -> None:
    found = run("ketentest", "ready")
    assert (found.exit_code, "Geen leveranciers gevonden" in found.output) == (75, True)
