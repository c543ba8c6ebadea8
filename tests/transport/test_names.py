"""Looking up a host takes no longer than it may, and no more threads than there are hosts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from doorstroom_client.transport.host_names import Names


class System:
    """What the operating system knows, and when it says so."""

    def __init__(self) -> None:
        self.found: list[str] | Exception = ["192.0.2.1", "2001:db8::1", "192.0.2.1"]
        self.asked: list[tuple[str, int]] = []
        self.go = threading.Event()
        self.go.set()

    def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append((host, port))
        self.go.wait(10)
        if isinstance(self.found, Exception):
            raise self.found
        return [(0, 0, 0, "", (place, port)) for place in self.found]


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    made = System()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    yield made
    made.go.set()


def test_each_address_once_in_order_and_asked_anew_each_time(system: System) -> None:
    names = Names()
    for _ in range(2):
        assert names.places("toets.example", 443, 5) == ["192.0.2.1", "2001:db8::1"]
    assert system.asked == [("toets.example", 443)] * 2


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_an_address_is_not_looked_up(system: System, address: str) -> None:
    assert Names().places(address, 443, 5) == [address]
    assert system.asked == []


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_no_such_host(system: System, error: Exception) -> None:
    system.found = error
    with pytest.raises(OSError) as caught:  # noqa: PT011 - it has no text: that could name the host
        Names().places("toets.example", 443, 5)
    assert not isinstance(caught.value, TimeoutError)


def test_whoever_comes_meanwhile_waits_for_the_same_look_up(system: System) -> None:
    names, threads = Names(), threading.active_count()
    system.go.clear()
    for _ in range(20):
        with pytest.raises(TimeoutError):
            names.places("toets.example", 443, 0.005)
    assert threading.active_count() == threads + 1
    with pytest.raises(TimeoutError):
        names.places("osr.example", 443, 0.005)
    assert system.asked == [("toets.example", 443), ("osr.example", 443)]
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(names.places, "toets.example", 443, 10) for _ in range(4)]
        time.sleep(0.05)
        system.go.set()
        assert {tuple(one.result(10)) for one in waiting} == {("192.0.2.1", "2001:db8::1")}
    assert system.asked[:2] == [("toets.example", 443), ("osr.example", 443)]


def test_no_more_threads_is_no_host(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names()

    def full(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        with pytest.raises(OSError):  # noqa: PT011
            names.places("toets.example", 443, 5)
    assert names.places("toets.example", 443, 5)


def test_a_look_up_that_did_not_survive_a_fork_is_begun_anew(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names()
    system.go.clear()
    with pytest.raises(TimeoutError):
        names.places("toets.example", 443, 0.005)
    monkeypatch.setattr(threading.Thread, "is_alive", lambda _: False)  # as in the child process
    system.go.set()
    assert names.places("toets.example", 443, 5) == ["192.0.2.1", "2001:db8::1"]
    assert len(system.asked) == 2
