"""What every test shares: an environment without surprises, and a chain played on this machine."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import signal
import sqlite3
import sys
import threading
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from support import close_all
from support.databases import Cluster, Places, a_cluster
from support.unmeasured import UNMEASURED
from support.wire import Speler

from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

# A deadline, and a bound on how long making examples takes, say how busy a machine is and not whether the code is right. In CI
# the examples are the same every time: what a run finds is of the change that it is about.
hypothesis.settings.register_profile(
    "doorstroom",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    **({"derandomize": True, "database": None} if "CI" in os.environ else {}),
)
hypothesis.settings.load_profile("doorstroom")

_NAMES = {"SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "NETRC"}


class _ToldWhenLeft(sqlite3.Connection):
    """Warns when it is left open, as Python itself does from 3.13 on."""

    def __del__(self) -> None:
        with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed
            _ = self.in_transaction
            warnings.warn(f"unclosed database in {self!r}", ResourceWarning, source=self, stacklevel=1)


if sys.version_info < (3, 13):
    sqlite3.connect = functools.partial(sqlite3.connect, factory=_ToldWhenLeft)  # type: ignore[assignment]


@pytest.fixture(scope="module", autouse=True)
def _old_objects() -> None:
    """What lives longer than the tests of this file is not looked through after each of them."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves something open fails itself, and not the one in which the collector happens to find it."""
    yield
    close_all()
    request.node.funcargs.clear()
    gc.collect()
    gc.freeze()  # what is left is not looked through after each later test of this file


@pytest.fixture(autouse=True)
def _bare_environment(_left_open: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine that a test runs on has any influence."""
    for name in list(os.environ):
        if name.startswith(("DOORSTROOM_", "PG")) or name.upper().endswith("_PROXY") or name in _NAMES:
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def keten() -> Iterator[Keten]:
    """A running chain, shared by the tests of one file."""
    with Keten() as running:
        yield running


@pytest.fixture
def eigen_keten() -> Iterator[Keten]:
    """A running chain for one test, that it may change."""
    with Keten() as running:
        yield running


@pytest.fixture(scope="session")
def test_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A throw-away PKI, shared by all tests."""
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own, shared by all tests."""
    yield from a_cluster()


@pytest.fixture(params=["sqlite", "postgres"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Where a store can be made, of each kind."""
    return Places(tmp_path, request.getfixturevalue("cluster") if request.param == "postgres" else None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Leave those out when coverage is measured. The marker of pytest-cov does that in one process only."""
    if not item.nodeid.removeprefix("tests/").startswith(UNMEASURED):
        return (yield)
    here, threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    try:
        return (yield)
    finally:
        sys.settrace(here)
        threading.settrace(threads)  # type: ignore[arg-type]


def pytest_configure() -> None:
    """Give the processes that tests start the usual signals: a run in the background may have been told to ignore some."""
    with contextlib.suppress(ValueError):  # not in the main thread
        for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
            if signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, usual)


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqliteStore]:
    """One file; for what is about files."""
    (tmp_path / "store").mkdir()
    made = SqliteStore(tmp_path / "store/s.db")
    yield made
    made.close()


@pytest.fixture(params=["sync", "async"])
def speler(request: pytest.FixtureRequest) -> Iterator[Speler]:
    """Makes clients of one of the two kinds and closes them."""
    made = Speler(awaited=request.param == "async")
    yield made
    made.close()
