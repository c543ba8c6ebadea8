"""Corners that no peer and no disk reaches by itself."""

from __future__ import annotations

import errno
import socket
import ssl
import threading
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.errors import ConfigurationError, Phase, StoreError
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.output.files import PartFile, check_replaceable
from doorstroom_client.parties.auth import BearerToken, Token
from doorstroom_client.transport.httpx_transport import _no_connection
from doorstroom_client.transport.request import FaultKind
from doorstroom_client.transport.tls_faults import tls_error, tls_kind


def test_a_tls_error_after_the_handshake_is_no_answer() -> None:
    error = ssl.SSLError(1, "bad record")
    error.reason = "BAD_RECORD"
    assert tls_kind(error, before=False) == (FaultKind.NO_ANSWER, Phase.UNKNOWN, "tls")


@pytest.mark.parametrize("error", [ssl.SSLEOFError(8, "end"), ssl.SSLError(5, "end")])
def test_a_connection_that_broke_off_is_no_tls_error(error: ssl.SSLError) -> None:
    error.reason = "UNEXPECTED_EOF_WHILE_READING"
    assert tls_error(error) is None


def test_the_search_for_a_tls_error_ends() -> None:
    error: BaseException = ssl.SSLError(1, "deep down")
    for _ in range(12):
        outer = RuntimeError()
        outer.__cause__ = error
        error = outer
    assert tls_error(error) is None


def test_a_token_that_another_thread_just_fetched_is_used() -> None:
    fetched: list[int] = []

    def fetch() -> Token:
        fetched.append(1)
        return Token("nieuw", 600)

    auth, found = BearerToken(fetch), list[Any]()
    with auth._fetching:
        waiting = threading.Thread(target=lambda: found.append(auth.headers()))
        waiting.start()
        auth._kept = (Token("van een ander"), float("inf"))
    waiting.join()
    assert found == [{"Authorization": "Bearer van een ander"}]
    assert fetched == []


def test_a_disk_that_fails_while_writing(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "x.pdf")
    real, part._file = part._file, Full()  # type: ignore[assignment]
    with pytest.raises(StoreError, match="No space"):
        part.write(b"abc")
    real.close()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_nobody_can_say_anything_of_is_no_place_for_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that went away, or a folder that may not be looked into."""

    def stat(*_: object, **__: object) -> object:
        raise OSError(errno.EHOSTDOWN, "Host is down")

    monkeypatch.setattr(Path, "is_file", stat)
    with pytest.raises(StoreError, match=r"cannot write a\.csv: Host is down") as caught:
        check_replaceable(tmp_path / "a.csv")
    assert str(tmp_path) not in str(caught.value)


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
NO_ROUTE = OSError(errno.EHOSTUNREACH, "No route to host")


@pytest.mark.parametrize(
    ("below", "found"),
    [
        ([NO_ROUTE], "unreachable"),
        ([OSError(errno.ENETUNREACH, "Network is unreachable"), NO_ROUTE], "unreachable"),
        ([NO_ROUTE, REFUSED], "refused"),
        ([REFUSED, NO_ROUTE], "refused"),
        ([socket.gaierror(-2, "Name or service not known")], "name"),
        ([OSError(errno.EMFILE, "Too many open files")], "connect"),
    ],
    ids=repr,
)
def test_of_several_addresses_the_one_that_was_reached_is_told(below: list[OSError], found: str) -> None:
    """With more than one address the errors come as a group, in the order of the addresses."""
    error = ConnectionError("All connection attempts failed")
    error.__cause__ = ExceptionGroup("several addresses", below)
    assert _no_connection(error) == found


@pytest.fixture
def time_zones(tmp_path: Path) -> Iterator[Path]:
    """The only folder in which the system looks for time zones."""
    (tmp_path / "Europe").mkdir()
    zoneinfo.reset_tzpath((str(tmp_path),))
    zoneinfo.ZoneInfo.clear_cache()
    yield tmp_path
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def test_a_damaged_time_zone_is_told_as_one_that_is_missing(time_zones: Path) -> None:
    (time_zones / "Europe/Amsterdam").write_bytes(b"TZif")
    with pytest.raises(ConfigurationError, match="Europe/Amsterdam is not on this machine") as caught:
        amsterdam()
    assert caught.value.setting == "tzdata"
    assert "PYTHONTZPATH" in caught.value.hint


class Full:
    """A file on a full disk."""

    def write(self, _: object) -> int:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        """Nothing to close."""
