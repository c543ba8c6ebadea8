"""A chain with the files that `doorstroom simulator` writes, as the current folder."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstroom_client.simulator import Keten


def write_files(keten: Keten, folder: Path) -> None:
    """Settings, pupils and advice."""
    keten.write_config(folder / "doorstroom.toml")
    identity = ("eck_id", "las_key")
    tables = {
        "adviezen.csv": ("advies",),
        "deelnemers.csv": (
            "achternaam",
            "voorvoegsel",
            "roepnaam",
            "voorletters",
            "geboortedatum",
            "geslacht",
            "groep",
        ),
    }
    for name, columns in tables.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow((*identity, *columns))
            for pupil in keten.leerlingen():
                writer.writerow([getattr(pupil, column) or "" for column in (*identity, *columns)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, without settings in the environment."""
    for name in [name for name in os.environ if name.startswith("DOORSTROOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def keten(folder: Path) -> Iterator[Keten]:
    """A running chain; its files stand in the current folder."""
    with Keten(folder) as chain:
        write_files(chain, folder)
        yield chain


@pytest.fixture
def silent_keten(folder: Path) -> Iterator[Keten]:
    """The same without a receiving side: that is what the test plays."""
    with Keten(folder, receive=False) as chain:
        write_files(chain, folder)
        yield chain
