"""A long body is read in a few pieces, and no read waits for more than its first."""

from __future__ import annotations

from typing import Any

import httpcore
import pytest

from doorstroom_client.transport.sockets import Deadline, _DeadlineStream

RECORD = b"x" * 16 * 1024


class Socket:
    """Gives what has come in, and says so when there is nothing."""

    def __init__(self, *come: bytes | OSError) -> None:
        self.come = list(come)
        self.timeouts: list[float | None] = []

    def settimeout(self, timeout: float | None) -> None:
        self.timeouts.append(timeout)

    def recv(self, most: int) -> bytes:
        assert self.timeouts == [0]  # it may not wait
        piece = self.come.pop(0) if self.come else BlockingIOError()
        if isinstance(piece, OSError):
            raise piece
        assert len(piece) <= most
        return piece


class Stream(httpcore.NetworkStream):
    """The stream of the library below, of which one read gives one record."""

    def __init__(self, first: bytes, socket: Socket) -> None:
        self.first = first
        self.socket = socket

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.first

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert buffer == b""

    def get_extra_info(self, info: str) -> Any:
        return {"socket": self.socket}[info]


def read(first: bytes, socket: Socket) -> bytes:
    return _DeadlineStream(Stream(first, socket), Deadline()).read(64 * 1024)


@pytest.mark.parametrize(
    ("come", "expected"),
    [
        ((RECORD, RECORD, b"end", b"of another read"), RECORD * 3 + b"end"),
        ((), RECORD),
        ((RECORD, ConnectionResetError(), RECORD), RECORD * 2),  # the next read tells
        ((b"", RECORD), RECORD),
    ],
    ids=["a short one ends it", "nothing there", "broken off", "the other side closed"],
)
def test_behind_a_full_record_it_takes_what_has_come(come: tuple[bytes | OSError, ...], expected: bytes) -> None:
    assert read(RECORD, Socket(*come)) == expected


def test_a_short_one_is_read_as_it_is() -> None:
    socket = Socket(RECORD)
    assert read(b"short", socket) == b"short"
    assert (socket.timeouts, len(socket.come)) == ([], 1)


def test_memory_is_bounded() -> None:
    socket = Socket(*[RECORD] * 100)
    assert len(read(RECORD, socket)) == 64 * 1024
    assert len(socket.come) == 100 - 3
