"""A run of the chain test that is killed at any moment goes on where it was, and comes to the same verdicts."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.command_line import environment, free_ports
from support.ketentest import write_plan
from support.processes import module, wait_until

from doorstroom_client.ketentest.control_address import ControlAddress
from doorstroom_client.ketentest.journal import JOURNAL, Journal
from doorstroom_client.ketentest.partner import opened
from doorstroom_client.ketentest.plan_reader import read_plan
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.run import Choice
from doorstroom_client.ketentest.steps import Send, Series

KILLS = int(os.environ.get("DOORSTROOM_KILLS", "0"))  # read at import: no test sees variables of the machine
SEED = int(os.environ.get("DOORSTROOM_SEED", "7"))
FEW, QUICK = 4, ("V-01", "TS-10[1-4]", "TS-203", "TS-30[1-5]", "TS-40[1-7]", "TS-506", "TW-102")
EVERYTHING = ("*",)
EARLY, LATE = (0.0, 0.7), (0.6, 1.8)
MOMENTS = ("", "arranged", "answered", "")
"""At which a run kills itself; at an empty one it is killed whenever that comes out."""
Key = tuple[str, int, int]


@dataclass
class Kill:
    """What was so right after a kill: which outcomes stood in the journal, and how much had come in."""

    done: set[Key]
    arrived: int


@dataclass
class Round:
    """One folder, played until it was done, however often it was killed; the next one begins after it."""

    folder: Path
    before: int
    kills: list[Kill] = field(default_factory=list)


class World:
    """A simulator in another process, and runs over it."""

    def __init__(self, folder: Path, patterns: tuple[str, ...]) -> None:
        self._folder, self.patterns = folder, patterns
        self.control = ControlAddress(folder / "sim/control.json")
        self._errors = (folder / "errors").open("ab")

    def round(self, name: str) -> Round:
        folder = self._folder / name
        folder.mkdir()
        write_plan(folder, config='"../sim/doorstroom.toml"', simulator='"../sim/control.json"')
        return Round(folder, self.count())

    def start(self, folder: Path, *more: object) -> subprocess.Popen[Any]:
        arguments = (folder, ",".join(self.patterns), *more)
        return module("durability.killed_ketentest", *arguments, cwd=folder, stderr=self._errors)

    def arrived(self, after: int, until: int) -> Counter[str]:
        """The checksums of what came in, by its numbers."""
        found = self.control.ask("GET", f"/verkeer?partij=ICE&richting=ontvangen&na={after}")
        assert found["vergeten"] == 0
        texts = [item["body"].get("tekst", "") for item in found["uitwisselingen"] if item["nummer"] <= until]
        return Counter(checksum(text.encode()) for text in texts if text)

    def count(self) -> int:
        return int(self.control.ask("GET", "/verkeer?partij=ICE&na=999999999")["geteld"])

    def judged(self, folder: Path) -> list[Played]:
        with opened(read_plan(folder), effects=False) as partner:
            return partner.run.play(Choice(patterns=self.patterns, effects=False))

    def close(self) -> None:
        self._errors.close()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.chdir(tmp_path)
    command = (sys.executable, "-m", "doorstroom_client.cli", "simulator", "--control", "--dir", "sim", "--port", free_ports())
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen([*map(str, command)], cwd=tmp_path, stdout=said, stderr=said, env=environment())
    try:
        wait_until(lambda: process.poll() is not None or (tmp_path / "sim/control.json").exists())
        assert process.poll() is None, (tmp_path / "said").read_text()
        made = World(tmp_path, EVERYTHING if KILLS else QUICK)
        yield made
        made.close()
    finally:
        process.kill()
        process.wait()


def killed(world: World, folder: Path, chance: random.Random, moment: str) -> Kill | None:
    """Let a run go on for a while, or until a moment; None when it was done before."""
    process = world.start(folder, *([moment, chance.randint(1, 4)] if moment else []))
    try:
        process.wait(None if moment else chance.uniform(*chance.choice((EARLY, LATE))))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.returncode == 0:
        return None
    assert process.returncode == -9, (folder.parent / "errors").read_text()
    path = folder / JOURNAL
    lines = Journal.read(path).lines if path.exists() and path.read_bytes().endswith(b"\n") else ()
    return Kill({(item.scenario, item.attempt, item.number) for item in lines if item.final}, world.count())


def sent_by(found: list[Played]) -> dict[Key, list[str]]:
    """The checksums of what each step of a run sends."""
    sent: dict[Key, list[str]] = {}
    for played in found:
        for number, taken in enumerate(played.taken, start=1):
            step = taken.step
            sends = (step,) if isinstance(step, Send) else step.sends if isinstance(step, Series) else ()
            sent[played.scenario.id, played.attempt, number] = [checksum(item.body) for item in sends if item.body]
    return sent


def checksum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def verdicts(found: list[Played]) -> list[Any]:
    return [(item.scenario.id, item.oordeel, [(one.eis, one.oordeel) for one in item.keuringen]) for item in found]


def test_a_run_that_is_killed_goes_on_and_repeats_one_message_at_most(world: World) -> None:
    chance, kills = random.Random(SEED), KILLS or FEW
    whole = world.round("whole")
    assert world.start(whole.folder).wait() == 0
    expected = verdicts(world.judged(whole.folder))
    assert len(expected) > 15
    rounds, happened = [world.round("round-0")], Counter[str]()
    while happened.total() < kills:
        moment = MOMENTS[happened.total() % len(MOMENTS)]
        kill = killed(world, rounds[-1].folder, chance, moment)
        if kill is None:
            rounds.append(world.round(f"round-{len(rounds)}"))
            continue
        rounds[-1].kills.append(kill)
        happened[moment] += 1
    assert world.start(rounds[-1].folder).wait() == 0
    ends, repeated = [*(each.before for each in rounds[1:]), world.count()], 0
    for each, end in zip(rounds, ends, strict=True):
        found = world.judged(each.folder)
        assert [pair for pair in zip(verdicts(found), expected, strict=True) if pair[0] != pair[1]] == []
        repeated += repeats(world, each, end, sent_by(found))
    assert repeated >= happened["answered"] >= 1  # who died after an answer has repeated that message
    print(f"kills {dict(happened)}, {len(rounds)} rounds: {repeated} messages sent twice")  # noqa: T201


def repeats(world: World, played: Round, end: int, sent: dict[Key, list[str]]) -> int:
    """How many messages of a round came in more often than its scenarios send them; nothing that stood in the journal did."""
    wanted = Counter(item for items in sent.values() for item in items)
    for kill in played.kills:
        left = {item for key, items in sent.items() if key not in kill.done for item in items}
        late = world.arrived(kill.arrived, end)
        assert not [item for item in wanted if item not in left and late[item]], "what stood in the journal was sent again"
    total = world.arrived(played.before, end)
    again = sum(max(total[item] - number, 0) for item, number in wanted.items())
    assert again <= len(played.kills)
    return again
