"""Looks up the addresses of a host in bounded time: the system call that does it has no limit of its own."""

from __future__ import annotations

import ipaddress
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from doorstroom_client.basics.frozen import frozen


@frozen
class _Search:
    thread: threading.Thread
    found: Future[list[str] | None]


@dataclass(slots=True, eq=False)
class Names:
    """One look-up per host at a time, each in a thread of its own that nobody has to wait for.

    Whoever comes while a look-up is under way waits for that one, so there are never more threads than configured hosts.
    Nothing is remembered after it: an address may change.
    """

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _searches: dict[tuple[str, int], _Search] = field(default_factory=dict[tuple[str, int], _Search])

    def places(self, host: str, port: int, seconds: float) -> list[str]:
        """The addresses of a host, each once, in the order that the system prefers.

        Args:
            host: a name, or an address, which is its own answer.
            port: where it is to be reached.
            seconds: how long to wait at most.

        Raises:
            TimeoutError: there was no answer in time.
            OSError: there is no such host, or it could not be looked up.
        """
        if is_ip_address(host):
            return [host]
        found = self._search(host, port).found.result(seconds)
        if found is None:
            raise socket.gaierror
        return found

    def _search(self, host: str, port: int) -> _Search:
        key = (host, port)
        with self._lock:
            known = self._searches.get(key)
            if known is not None and known.thread.is_alive():  # a thread does not survive a fork
                return known
            found: Future[list[str] | None] = Future()
            thread = threading.Thread(target=self._run, args=(key, found), name="doorstroom-names", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no more threads
                raise OSError from None
            made = self._searches[key] = _Search(thread, found)
            return made

    def _run(self, key: tuple[str, int], found: Future[list[str] | None]) -> None:
        places = _look_up(*key)
        with self._lock:
            self._searches.pop(key, None)
        found.set_result(places)


def is_ip_address(host: str) -> bool:
    """Whether a host is an address by itself, and no name to look up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _look_up(host: str, port: int) -> list[str] | None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return list(dict.fromkeys(str(address[4][0]) for address in found))
