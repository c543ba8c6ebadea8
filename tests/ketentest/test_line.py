"""What a peer may send is read within bounds, as it was sent, or called what it is: no answer."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest

from doorstroom_client.ketentest import line as reading
from doorstroom_client.ketentest.line import LARGEST, LONGEST_HEAD, MOST_INTERIM, Line, NoAnswer
from doorstroom_client.ketentest.requester import _skew

OK = b"HTTP/1.1 200 OK\r\n"
SECONDS = 20.0
Outcome = tuple[int, bytes, bool] | str


@contextmanager
def connected(said: bytes, *, close: bool = True) -> Iterator[Line]:
    """A connection on which somebody says something, and hangs up."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(SECONDS)
    with ours, theirs:
        theirs.sendall(said)
        if close:
            theirs.shutdown(socket.SHUT_WR)
        yield Line(ours, time.monotonic() + (SECONDS if close else 0.3))


def read(line: Line, method: str = "POST") -> Outcome:
    try:
        status, headers = line.read_head()
        body, goes_on = line.read_body(method, status, headers)
    except NoAnswer as error:
        return error.fault
    return status, body, goes_on


def chunked(*lines: bytes) -> bytes:
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(lines)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        # plain
        (OK + b"Content-Length: 2\r\n\r\n{}", (200, b"{}", True)),
        (OK + b"Content-Length: 2\r\nConnection: Close\r\n\r\n{}", (200, b"{}", False)),
        (OK + b"content-length:2\r\n\r\n{}rommel", (200, b"{}", True)),
        (OK + b"\r\nalles", (200, b"alles", False)),
        (b"HTTP/1.0 200\r\n\r\nalles", (200, b"alles", False)),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", (200, b"{}", True)),
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"", True)),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\ntoch!", (204, b"toch!", True)),
        (b"HTTP/1.1 204 No Content\r\n\r\ntoch!", (204, b"toch!", True)),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX: y\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n",
            (200, b"", True),
        ),
        # what is no head
        (b"", "cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "cut"),
        (b"hallo\r\n\r\n", "unreadable"),
        (b"HTTP/2 200\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 000 Niets\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n", "unreadable"),
        (b"HTTP/1.1 -20 OK\r\n\r\n", "unreadable"),
        (b"\x16\x03\x03\x00\x02\x02\x28\n", "unreadable"),
        # lengths
        (OK + b"Content-Length: -5\r\n\r\n{}", "unreadable"),
        (OK + b"Content-Length: \xb2\r\n\r\n{}", "unreadable"),
        (OK + b"Content-Length: 0x2\r\n\r\n{}", "unreadable"),
        (OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}", "unreadable"),
        (OK + b"Content-Length: 99999999999\r\n\r\n{}", "unreadable"),
        (OK + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}", "unreadable"),
        (OK + b"Content-Length: 2, 2\r\n\r\n{}", (200, b"{}", True)),
        (OK + b"Content-Length: 5\r\n\r\n{}", "cut"),
        (b"HTTP/1.1 204 No\r\nContent-Length: \xb2\r\n\r\n", "unreadable"),
        (OK + b"X: a\r\n Content-Length: 5\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}", True)),
        (OK + b"zonder dubbele punt\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}", True)),
        # pieces
        (chunked(b"2\r\n{}\r\n0\r\n\r\n"), (200, b"{}", True)),
        (chunked(b"1;naam=waarde\r\n{\r\n 1 \r\n}\r\n0\r\nTrailer: x\r\n\r\n"), (200, b"{}", True)),
        (chunked(b"2\n{}\n0\n\n"), (200, b"{}", True)),
        (chunked(b"-2\r\n{}\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"+2\r\n{}\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"0x2\r\n{}\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"1_0\r\n{}\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"\r\n{}\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"fffffffff\r\n{}\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"ffffffff\r\n{}\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"2\r\n{}rommel\r\n0\r\n\r\n"), "unreadable"),
        (chunked(b"2\r\n{}\r\n"), "cut"),
        (chunked(b"2\r\n{}\r\n0\r\n"), "cut"),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n2\r\n{}\r\n0\r\n\r\n", (200, b"{}", True)),
        (OK + b"Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nalles", (200, b"alles", False)),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_somebody_says(said: bytes, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    with connected(said) as line:
        assert read(line) == outcome
    monkeypatch.setattr(reading, "PIECE", 1)
    with connected(said) as line:
        assert read(line) == outcome, "a byte at a time it is the same"


def test_a_question_for_the_head_only_has_no_body() -> None:
    with connected(OK + b"Content-Length: 5\r\n\r\n") as line:
        assert read(line, "HEAD") == (200, b"", True)


def test_what_comes_after_an_answer_is_not_part_of_it() -> None:
    with connected(OK + b"Content-Length: 2\r\n\r\n{}rommel\r\n\r\n") as line:
        assert [read(line), read(line)] == [(200, b"{}", True), "unreadable"]


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200", OK, OK + b"\r\nzonder eind", OK + b"Content-Length: 5\r\n\r\n{}", chunked(b"2\r")]
)
def test_who_says_no_more_is_not_waited_for(said: bytes) -> None:
    with connected(said, close=False) as line:
        assert read(line) == "timeout"


@contextmanager
def endless(start: bytes, pieces: Iterable[bytes]) -> Iterator[tuple[Line, list[int]]]:
    """A connection on which somebody goes on and on; and how much went out."""
    ours, theirs = socket.socketpair()
    sent = [0]

    def say() -> None:
        try:
            theirs.sendall(start)
            for piece in pieces:
                theirs.sendall(piece)
                sent[0] += len(piece)
        except OSError:
            pass

    thread = threading.Thread(target=say)
    with theirs:
        with ours:
            thread.start()
            yield Line(ours, time.monotonic() + SECONDS), sent
        thread.join()


def headers() -> Iterator[bytes]:
    return (b"X-%d: y\r\n" % at for at in itertools.count())


@pytest.mark.parametrize(
    ("start", "pieces", "most"),
    [
        (b"HTTP/1.1 ", lambda: itertools.repeat(b"2" * 4096), LONGEST_HEAD),
        (OK, lambda: itertools.repeat(b"x" * 4096), LONGEST_HEAD),
        (OK, headers, LONGEST_HEAD),
        (OK, lambda: itertools.repeat(b" gevouwen\r\n"), LONGEST_HEAD),
        (b"", lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"), 25 * (MOST_INTERIM + 1)),
        (OK + b"\r\n", lambda: itertools.repeat(b"x" * 65536), LARGEST),
        (chunked(), lambda: itertools.repeat(b"10000\r\n" + b"x" * 65536 + b"\r\n"), LARGEST),
        (chunked(), lambda: itertools.repeat(b"1\r\nx\r\n"), LONGEST_HEAD * 6),
        (chunked(), lambda: itertools.repeat(b"1;" + b"x" * 4096), LONGEST_HEAD),
        (chunked(b"0\r\n"), headers, LONGEST_HEAD),
        (b"HTTP/1.1 204 No\r\nContent-Length: 99999999999\r\n\r\n", lambda: itertools.repeat(b"x" * 65536), LARGEST),
    ],
    ids=["status", "header", "headers", "folded", "interim", "body", "chunks", "crumbs", "extension", "trailers", "after 204"],
)
def test_who_goes_on_for_ever_is_stopped_at_a_bound(start: bytes, pieces: Callable[[], Iterable[bytes]], most: int) -> None:
    with endless(start, pieces()) as (line, sent):
        outcome = read(line)
    assert outcome == "unreadable" or outcome[0] == 204
    assert sent[0] <= most + 4 * 1024 * 1024, "what lay in between counts too"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "gisteren",
        "Mon, 01 Jan 0001 00:00:00 -0000",
        "Mon, 99 Foo 99999 99:99:99 +9999",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "\xb2",
    ],
)
def test_a_clock_that_says_anything(date: str) -> None:
    assert _skew(date) is None or abs(_skew(date) or 0) > 60
