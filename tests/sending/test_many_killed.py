"""Many schools in one run, from one file: killed half-way and started again, nothing is missing and nothing is repeated."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import doorstroom_client
from doorstroom_client import School
from doorstroom_client.sending.uitkomst import Afloop
from doorstroom_client.simulator.keten import Keten
from doorstroom_client.simulator.toetssysteem import Gedrag

SCHOOLS, PUPILS, WORKERS, KILL_AFTER = 60, 27, 4, 30
STRANGE = "99ZZ"
LAS = """
import sys
from pathlib import Path
from doorstroom_client.client import Client
from doorstroom_client.config.reader import load_settings
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.readers.many_schools import read_many

config, file, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
settings = load_settings(config)
with Client(**settings.arguments()) as client:
    opdrachten = read_many(file, "adviezen", settings.scholen, afspraak=AFSPRAKEN["1.1"])
    for uitkomst in client.send_many(opdrachten, workers=workers):
        print(uitkomst.naam, uitkomst.afloop, flush=True)
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Keten, list[School], list[str]]]:
    """A chain in this process, and the command of a client that sends the advice of many schools."""
    with Keten(tmp_path / "keten", receive=False) as keten:
        keten.toetssystemen["ROUTE_8"].gedrag = Gedrag.WEIGERT_LIJST
        schools = keten.bedenk_scholen(SCHOOLS, leerlingen=PUPILS)
        file, config = tmp_path / "scholen.csv", keten.write_config(tmp_path / "doorstroom.toml")
        with file.open("w", newline="") as out:
            rows = csv.writer(out, delimiter=";")
            rows.writerow(("school", "eck_id", "las_key", "advies"))
            rows.writerow((STRANGE, "", "k1", "HAVO"))
            for school in schools:
                rows.writerows(
                    (school.instellingscode, item.eck_id, item.las_key, item.advies) for item in keten.klas(school, PUPILS)
                )
        yield keten, schools, [sys.executable, "-c", LAS, str(config), str(file), str(WORKERS)]


def run(command: list[str], kill_after: int | None = None) -> dict[str, Afloop]:
    """Run the client; how it ended for each school that it told about."""
    environment = {**os.environ, "PYTHONPATH": str(Path(doorstroom_client.__file__).parents[1])}
    told: dict[str, Afloop] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            naam, afloop = line.split()
            assert naam not in told
            told[naam] = Afloop(afloop)
            if len(told) == kill_after:
                process.kill()
    assert process.returncode == (0 if kill_after is None else -9)
    return told


def test_killed_half_way_and_started_again(world: tuple[Keten, list[School], list[str]]) -> None:
    keten, schools, command = world
    first = run(command, KILL_AFTER)
    assert KILL_AFTER <= len(first) < SCHOOLS
    second = run(command)
    assert set(second) == {STRANGE, *(school.instellingscode for school in schools)}
    assert first[STRANGE] is second[STRANGE] is Afloop.MISLUKT

    lists = Counter[int]()
    for school in schools:
        system, brin = keten.toetssysteem_van(school), school.instellingscode
        assert system.adviezen(school.oin) == {item.eck_id or item.las_key: item.advies for item in keten.klas(school, PUPILS)}
        received = system.lijsten[school.oin]
        lists[received] += 1
        if brin in first:
            assert (first[brin], second[brin], received) == (Afloop.VERSTUURD, Afloop.ONGEWIJZIGD, 1)
        else:
            # What was under way when it was killed may have arrived without a receipt, and is then sent once more.
            assert second[brin] in ((Afloop.VERSTUURD,) if received == 2 else (Afloop.VERSTUURD, Afloop.ONGEWIJZIGD))
    assert set(lists) <= {1, 2}
    assert lists[2] <= WORKERS
    third = Counter(run(command).values())
    # For a while what was under way at the kill may still arrive, as far as anybody knows, so the same goes out once more.
    assert third[Afloop.VERSTUURD] <= WORKERS
    assert third[Afloop.ONGEWIJZIGD] == SCHOOLS - third[Afloop.VERSTUURD]
    sent = sum(system.lijsten.total() for system in keten.toetssystemen.values())
    assert sent == lists[1] + 2 * lists[2] + third[Afloop.VERSTUURD]
