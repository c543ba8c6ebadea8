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
        (("--begin", "2020-02-03"), "Monday 3 February 2020 is over already"),
        (("--begin", "2026-12-05"), "Saturday 5 December 2026 is no working day"),
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
    assert "Sunday 13 December 2037 is no working day" in told


@pytest.mark.parametrize(
    "more",
    [
        ("--leverancier", "ICE\nrollen = []"),
        ("--leverancier", "ICE\x7f"),
        ("--leverancier", "I\u202eCE"),
        ("--leverancier", "\udce9"),
        ("--leverancier", ""),
        ("--only", "ZZ-*"),
        ("--config", "\udce9.toml"),
        ("--begin", "9999-12-20"),
        ("--begin", "0001-01-01"),
        ("--begin", "2026-12-07", "--end", "9999-12-31"),
    ],
    ids=repr,
)
def test_what_could_not_be_read_back_is_not_written(more: tuple[str, ...], run: Run) -> None:
    assert run(*NEW, *more).exit_code in (64, 78)
    assert not PLACE.exists()


@pytest.mark.parametrize(
    ("name", "folder"), [("A/B", "A-B"), ("../x", "x"), ('"""\\', ""), ("Bureau Ñ (test)", "Bureau-Ñ-test-")]
)
def test_a_folder_for_any_name(name: str, folder: str, run: Run) -> None:
    found = run("ketentest", "new", "--leverancier", name, "--begin", "2026-12-07", "--contact", "A\nB\x00")
    assert found.exit_code == 0, found.output
    (place,) = Path("ketentest").iterdir()
    assert place.name == f"{folder}-2026-2027".lstrip("-")
    plan = read_plan(place, draft=True)
    assert (plan.leverancier, plan.contact_las) == (name, "A B")


def test_what_is_arranged_is_not_asked_for(run: Run) -> None:
    PLACE.mkdir(parents=True)
    write_plan(PLACE, {"school_onbekend": '"99CC"'})
    assert run("ketentest", "invite", PLACE).exit_code == 0
    letter = (PLACE / "uitnodiging.txt").read_text("utf-8")
    assert ("TS-404" in letter, "TS-401" in letter) == (False, True)
    assert max(map(len, letter.splitlines()[1:])) <= 76
    assert run("ketentest", "postpone", PLACE, "--to", "2026-12-14", "--reason", " ").exit_code == 64
    assert run("ketentest", "postpone", PLACE, "--to", "2026-12-14", "--reason", "r").exit_code == 78
    assert run("ketentest", "postpone", PLACE, "--to", "9999-12-14", "--reason", "r").exit_code == 64


@pytest.mark.parametrize("left", [b"", b"BEGIN:VCALENDAR\r\nno", b"\xff", None], ids=repr)
def test_a_calendar_moves_again_when_the_file_before_is_lost(left: bytes | None, run: Run) -> None:
    """A calendar keeps what it has when the same entry comes with a lower number."""
    assert run(*NEW, "--begin", "2030-12-09").exit_code == 0
    days = PLACE / "afspraken.ics"
    for number, to in enumerate(("2030-12-14", "2030-12-16"), start=1):
        if number == 2:
            days.unlink() if left is None else days.write_bytes(left)
        found = run("ketentest", "postpone", PLACE, "--to", to, "--reason", "r\x00\u202e\udce9 {naam}")
        assert ("Saturday 14 December 2030 is no working day" in found.output) is (number == 1)
        assert {item.strip() for item in days.read_text("utf-8").splitlines() if "SEQUENCE" in item} == {f"SEQUENCE:{number}"}
    assert "De reden: r {naam}\n" in (PLACE / "uitstel.txt").read_text("utf-8")


def test_a_mail_keeps_its_form_whatever_a_plan_holds(run: Run) -> None:
    PLACE.mkdir(parents=True)
    odd = r'"J\nCc: x@example.nl\u0000\u202e, {naam}"'
    write_plan(PLACE, leverancier=r'"ICE\nBcc: y@example.nl"', contact=odd, versie_las='"<b>%s {las}"')
    assert run("ketentest", "invite", PLACE).exit_code == 0
    subject, _, first, *rest = (PLACE / "uitnodiging.txt").read_text("utf-8").splitlines()
    assert subject.endswith("<b>%s {las} en ICE Bcc: y@example.nl")
    assert first == "Beste J Cc: x@example.nl,"
    assert "- versie van ons LAS: <b>%s {las}" in rest


def test_nothing_to_show(run: Run) -> None:
    found = run("ketentest", "ready")
    assert (found.exit_code, "Geen leveranciers gevonden" in found.output) == (75, True)
