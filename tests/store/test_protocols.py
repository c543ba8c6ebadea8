"""An object of a user's own is taken for what it answers to, also when it asks another object for every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, SCHOOL, FakeTransport

from doorstroom_client import ApiKey, Auth, Client, Inbox, Retry, RetryPolicy
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

Wrap = Callable[[Any], Any]


class Proxy:
    """Hands on every question."""

    def __init__(self, behind: object) -> None:
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)


def lazy(behind: object) -> Any:
    """As Django makes one that is worked out at first use."""
    functional = pytest.importorskip("django.utils.functional")
    return functional.SimpleLazyObject(lambda: behind)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with closing(SqliteStore(tmp_path / "s.db")) as made:
        yield made


WRAPS = pytest.mark.parametrize("wrap", [Proxy, lazy, lambda behind: behind], ids=["proxy", "lazy", "itself"])


@WRAPS
def test_whatever_delegates_is_what_it_delegates_to(wrap: Wrap, store: SqliteStore) -> None:
    parts: dict[Any, Any] = {
        Inbox: store.inbox,
        Auth: ApiKey("X-Key", "secret"),
        RetryPolicy: Retry(),
    }
    for protocol in parts:
        assert [isinstance(wrap(part), protocol) for part in parts.values()] == [other is protocol for other in parts], protocol


@WRAPS
def test_a_client_works_with_an_inbox_that_delegates(wrap: Wrap, store: SqliteStore) -> None:
    make = partial(Client, auteur="T", leveranciers=[LEVERANCIER], scholen=[SCHOOL], transport=FakeTransport([]))
    with make(store=wrap(store.inbox)) as client:
        assert list(client.resultaten()) == []
        with pytest.raises(ConfigurationError, match="received results only"):
            client.outbox.counts()


def test_what_lacks_a_method_is_refused(store: SqliteStore) -> None:
    class WithoutHistory(Proxy):
        history = None

    class Whole(Inbox):
        """Says so itself."""

    assert not isinstance(WithoutHistory(store.inbox), Inbox)
    assert isinstance(Whole(), Inbox)  # type: ignore[abstract]
    assert not isinstance(Proxy(store.inbox), Whole)
    with pytest.raises(ConfigurationError, match="store must be the path"):
        Client(auteur="T", store=WithoutHistory(store.inbox), transport=FakeTransport([]))  # type: ignore[arg-type]
