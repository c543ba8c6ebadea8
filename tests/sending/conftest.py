"""A store of each kind under a clock that tests set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.databases import Places
from support.sending import Clock, open_store

from doorstroom_client.store.outbox import Outbox


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(places: Places, clock: Clock) -> Iterator[Any]:
    made = open_store(places.new(), clock)
    yield made
    made.close()


@pytest.fixture
def outbox(store: Any) -> Outbox:
    return store.outbox
