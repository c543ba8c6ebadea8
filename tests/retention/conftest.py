"""Stores to clear, and records to put in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from doorstroom_client.store import purging as retention
from doorstroom_client.store.sql import Store
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else needs a turn."""
    monkeypatch.setattr(retention, "_PAUSE", 0)


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqliteStore]:
    """One file; for what is about files."""
    (tmp_path / "store").mkdir()
    made = SqliteStore(tmp_path / "store/s.db")
    yield made
    made.close()


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each kind of store there is."""
    made: Store = request.getfixturevalue(f"{request.param}_store")
    return made
