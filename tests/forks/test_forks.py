"""F1: what a forked process sends arrives, and what it is answered is an answer to its own question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.keten import leerling_of

LISTS = int(os.environ.get("DOORSTROOM_FORK_LISTS", "48"))
PUPILS = 3
WARM = 3
"""Schools with which the parent has a connection to each supplier before it forks."""
TESTS = Path(__file__).parents[1]


class Played:
    """A chain, what the children have to do there, and what must come of it."""

    def __init__(self, keten: Keten, folder: Path, children: int) -> None:
        self.keten, self.folder, self.children = keten, folder, children
        self.schools = keten.bedenk_scholen(LISTS + WARM, leerlingen=PUPILS)
        self.soorten = {school.oin: keten.toetssysteem_van(school).toetssoort for school in self.schools}
        keten.toetssystemen["ICE"].neem_af()
        self.reports = self._reports()
        keten.write_config(folder / "doorstroom.toml")
        (folder / "work.json").write_text(json.dumps([self._work(number) for number in range(children + 1)]))

    def _reports(self) -> dict[str, tuple[str, str]]:
        system = self.keten.toetssystemen["ICE"]
        found: dict[str, tuple[str, str]] = {}
        with self.keten.client(store=None) as client:
            for school in self.schools[:60]:
                if self.soorten[school.oin] != "ICE":
                    continue
                for message in system.neem_af(school.oin):
                    rapport = message["resultatenscores"]["resultaten"]["aanvullendeinfo"].rsplit("/", 1)[1]
                    pdf = client.fetch_leerlingrapport(rapport, school=school, leverancier="ICE")
                    assert pdf is not None
                    found[rapport] = (school.routeringskenmerk, pdf.sha256)
        return found

    def _work(self, number: int) -> dict[str, Any]:
        """The parent warms up with a school of its own; the others are shared out among the children."""
        mine = self.schools[:WARM] if number == 0 else self.schools[WARM + number - 1 :: self.children]
        reports = [] if number == 0 else list(self.reports.items())[number - 1 :: self.children]
        return {
            "soorten": list(self.keten.toetssystemen),
            "rapporten_van": "ICE",
            "schools": [
                {
                    "routeringskenmerk": school.routeringskenmerk,
                    "soort": self.soorten[school.oin],
                    "adviezen": [
                        (leerling_of(item).eck_id, leerling_of(item).las_key, "HAVO")
                        for item in self.keten.klas(school, PUPILS)
                    ],
                }
                for school in mine
            ],
            "reports": [(rapport, school) for rapport, (school, _) in reports],
        }

    def run(self, kind: str, *, store: bool) -> list[dict[str, Any]]:
        """What the children told."""
        environment = {**os.environ, "WITH_STORE": str(int(store)), "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
        command = [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "forks.forking", str(self.folder), kind]
        done = subprocess.run([*command, str(self.children)], env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert not done.stderr, done.stderr
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("told-*.json"))]

    def check(self, told: list[dict[str, Any]]) -> None:
        """Every child has told, everything arrived, and every answer belongs to its question."""
        assert len(told) == self.children
        assert not [one["error"] for one in told if "error" in one]
        lists = {oin: number for one in told for oin, number in one["lists"].items()}
        assert lists == {school.oin: PUPILS for school in self.schools[WARM:]}
        for school in self.schools[WARM:]:
            arrived = self.keten.toetssysteem_van(school).adviezen(school.oin)
            assert list(arrived.values()) == ["HAVO"] * PUPILS, school.instellingscode
        mandates = {question: answer for one in told for question, answer in one["mandates"].items()}
        assert mandates == {
            f"{school.oin} {soort}": self.soorten[school.oin] == soort
            for school in self.schools[WARM:]
            for soort in self.keten.toetssystemen
        }
        reports = {rapport: checksum for one in told for rapport, checksum in one["reports"].items()}
        assert reports == {rapport: checksum for rapport, (_, checksum) in self.reports.items()}


@pytest.mark.parametrize("store", [False, True], ids=["no store", "store"])
@pytest.mark.parametrize("children", [2, 4, 8])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_children_of_a_parent_that_was_at_work_are_on_their_own(
    eigen_keten: Keten, tmp_path: Path, kind: str, children: int, store: bool
) -> None:
    played = Played(eigen_keten, tmp_path, children)
    played.check(played.run(kind, store=store))


@pytest.mark.parametrize("store", [False, True], ids=["no store", "store"])
def test_children_of_a_parent_with_busy_threads_are_too(eigen_keten: Keten, tmp_path: Path, store: bool) -> None:
    played = Played(eigen_keten, tmp_path, 8)
    played.check(played.run("threads", store=store))
