"""A plan whose partner is a simulator in another process: told and asked over its control address."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.ketentest import write_plan

from doorstroom_client.errors import ConfigurationError, ConnectError
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.partner import Partner, opened
from doorstroom_client.ketentest.plan_reader import read_plan
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.run import Choice
from doorstroom_client.ketentest.simulated_partner import find_partner
from doorstroom_client.ketentest.undo import FILE as UNDO
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.control import FILE, Control, served

SOME = ("V-*", "TLS-0[49]", "TLS-10", "TS-103", "TS-401", "TS-404", "TS-405", "TS-407", "TS-501", "TW-103", "TW-201", "TW-204")


@pytest.fixture
def control(keten: Keten, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    keten.reset()
    monkeypatch.chdir(tmp_path)
    keten.write_config(tmp_path / "doorstroom.toml", environment="sandbox")
    control = Control(keten)
    with served(control, tmp_path):
        yield control


def plan_in(folder: Path, **more: str | None) -> Path:
    return write_plan(folder, simulator=f'"{FILE}"', **more)


def play(partner: Partner, *patterns: str, effects: bool = True) -> list[Played]:
    return partner.run.play(Choice(patterns=patterns, effects=effects))


def frame_of(keten: Keten) -> Frame:
    return Frame(
        "TS-405",
        keys=Keys("r"),
        school=keten.school,
        afspraak=keten.afspraak,
        schooljaar=keten.schooljaar,
        toetssoort="ICE",
        began=dt.datetime(2026, 12, 1, tzinfo=dt.UTC),
    )


def wrong(found: Sequence[Played]) -> dict[str, tuple[str, str]]:
    return {item.scenario.id: (item.oordeel.value, item.why) for item in found if item.oordeel is not Oordeel.GESLAAGD}


def test_nothing_is_skipped_and_nothing_sent_twice(keten: Keten, control: Control, tmp_path: Path) -> None:
    before, plan = control.states(), read_plan(plan_in(tmp_path))
    with opened(plan) as partner:
        found = play(partner, *SOME)
    assert wrong(found) == {}
    assert len(found) > 15
    assert control.states() == before
    assert not (tmp_path / UNDO).exists()
    assert {item.stat().st_mode & 0o777 for item in (tmp_path / "simulator-certificaten").iterdir()} == {0o600}
    sent, pushed = keten.toetssystemen["ICE"].verkeer.geteld, keten.terugweg.verkeer.geteld
    with opened(plan) as partner:
        assert wrong(play(partner, *SOME[1:])) == {}
    assert (keten.toetssystemen["ICE"].verkeer.geteld, keten.terugweg.verkeer.geteld) == (sent, pushed)


def test_judging_again_needs_no_simulator(keten: Keten, control: Control, tmp_path: Path) -> None:
    plan = read_plan(plan_in(tmp_path))
    with opened(plan) as partner:
        first = play(partner, "V-*", "TS-101")
    (tmp_path / FILE).unlink()
    with opened(plan, effects=False) as partner:
        assert [item.oordeel for item in play(partner, "V-*", "TS-101", effects=False)] == [item.oordeel for item in first]
    with pytest.raises(ConfigurationError, match="no simulator runs"), opened(plan):
        pass


@pytest.mark.parametrize("same_start", [True, False])
def test_what_a_killed_run_had_set_is_taken_back_first(
    same_start: bool, keten: Keten, control: Control, tmp_path: Path
) -> None:
    before, plan, frame = control.states(), read_plan(plan_in(tmp_path)), frame_of(keten)
    killed = find_partner(tmp_path / FILE, tmp_path, keten.leveranciers[0], frame.keys)
    for name in ("gesloten_inschrijving", "storing"):
        assert killed.arrange(name, frame)
    killed.stage_receiver({"leerlingresultaat": [{"status": 503, "keer": None}]})
    left = control.states()
    kept = json.loads((tmp_path / UNDO).read_text())
    assert (left != before, kept["standen"]) == (True, before)
    if not same_start:  # what an earlier simulator was like, is not what this one was like
        (tmp_path / UNDO).write_text(json.dumps(kept | {"simulator": "x"}))
    with opened(plan):
        assert control.states() == (before if same_start else left)
    assert not (tmp_path / UNDO).exists()


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff"], ids=str)
def test_half_a_file_of_states_is_nobodys(text: bytes, control: Control, tmp_path: Path) -> None:
    (tmp_path / UNDO).write_bytes(text)
    with opened(read_plan(plan_in(tmp_path))):
        assert not (tmp_path / UNDO).exists()


def test_one_that_plays_another_supplier(control: Control, keten: Keten, tmp_path: Path) -> None:
    text = (tmp_path / "doorstroom.toml").read_text("utf-8")
    oin = keten.toetssystemen["ICE"].oin
    (tmp_path / "doorstroom.toml").write_text(text.replace(oin, "00000003990000770000"), "utf-8")
    with pytest.raises(ConfigurationError, match="plays no ICE"), opened(read_plan(plan_in(tmp_path))):
        pass


def test_one_that_ends_during_a_run(keten: Keten, control: Control, tmp_path: Path) -> None:
    plan, other = read_plan(plan_in(tmp_path)), tmp_path / "other"
    other.mkdir()
    with served(control, other):
        (tmp_path / FILE).write_text((other / FILE).read_text())
        partner = (stack := ExitStack()).enter_context(opened(plan))
    with stack, pytest.raises(ConnectError, match="does not run any more"):
        play(partner, "TS-401")
    assert json.loads((tmp_path / FILE).read_text())
