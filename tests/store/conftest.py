"""Stores to clear, and records to put in them."""

from __future__ import annotations

import pytest

from doorstroom_client.store import purging as retention
from doorstroom_client.store.sql import Store


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else needs a turn."""
    monkeypatch.setattr(retention, "_PAUSE", 0)


@pytest.fixture(params=["sqlite"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each kind of store there is."""
    made: Store = request.getfixturevalue(f"{request.param}_store")
    return made
