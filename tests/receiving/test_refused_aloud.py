"""What is said of a request that is refused: to its sender, and in one line of our own log."""

from __future__ import annotations

import http.client
import json
import resource
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from support.serving import Serve, Served, Supplier, answer, status_of, until_closed
from support.short_serve import SHORT

from doorstroom_client.simulator import Keten

MIB = 1024 * 1024
STRANGER = "00000003123456789000"


def refusals(served: Served, number: int = 1) -> list[dict[str, Any]]:
    """The events of what came in, once there are so many."""
    until = time.monotonic() + 10
    while True:
        found = [event for event in served.events() if event["action"] == "leerlingresultaat"]
        if len(found) >= number:
            return found
        assert time.monotonic() < until, found
        time.sleep(0.02)


def last_words(served: Served) -> str:
    """What stands on stderr after the start, which is for what a person wants to know."""
    served.process.terminate()
    return served.process.communicate(timeout=20)[1]


LONG = "X-Long: " + "x" * 17 * 1024


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [
        (b"\x16\x03\x01 anything\r\n\r\n", 400, "no HTTP"),
        (b"POST / HTTP/x\r\n\r\n", 400, "no HTTP"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n", 400, "no HTTP"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n" + LONG.encode() + b"\r\n\r\n", 431, "headers too large"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n" + LONG.encode(), 431, "headers too large"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 101 + b"\r\n", 431, "headers too large"),
    ],
    ids=["another protocol", "version", "field", "large", "large and not whole", "many"],
)
def test_what_is_no_request(serve: Serve, supplier: Supplier, sent: bytes, status: int, reason: str) -> None:
    served = serve()
    with supplier.connect(served.port) as connection:
        connection.sendall(sent)
        assert status_of(answer(connection)) == status
    (event,) = refusals(served)
    assert (event["outcomes"], event["reason"], event["actor"]) == ([str(status)], reason, "00000003990000110000")
    assert last_words(served) == "Stopped.\n"
    assert len(refusals(served)) == 1


def test_half_a_head(serve: Serve, supplier: Supplier) -> None:
    served = serve()
    with supplier.connect(served.port) as connection, supplier.connect(served.port) as silent:
        connection.sendall(supplier.head()[:40])
        for slow in (connection, silent):
            until_closed(slow, SHORT.header_seconds)
    (event,) = refusals(served)
    assert (event["outcomes"], event["reason"]) == (["408"], "headers too slow")
    assert last_words(served) == "Stopped.\n"


@pytest.mark.parametrize(
    ("encoding", "status", "reason"),
    [
        ("utf-8", 202, None),
        ("utf-8-sig", 202, None),
        ("utf-16", 400, "is UTF-16 or UTF-32, not UTF-8"),
        ("utf-16-le", 400, "is UTF-16 or UTF-32, not UTF-8"),
        ("utf-32-be", 400, "is UTF-16 or UTF-32, not UTF-8"),
        ("cp037", 400, "is not valid UTF-8"),
    ],
)
def test_encodings(serve: Serve, supplier: Supplier, encoding: str, status: int, reason: str | None) -> None:
    served = serve()
    body = supplier.body.decode().encode(encoding)
    with supplier.connect(served.port) as connection:
        connection.sendall(supplier.head(length=len(body)) + body)
        assert status_of(answer(connection)) == status
    (event,) = refusals(served)
    assert (event["outcomes"], event.get("reason")) == ([str(status)], reason)


def test_another_protocol_is_not_worth_a_word(serve: Serve, supplier: Supplier) -> None:
    served = serve()
    with supplier.connect(served.port) as connection:
        connection.sendall(
            supplier.head("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAM") + supplier.body
        )
        assert status_of(answer(connection)) == 202
    assert last_words(served) == "Stopped.\n"


# --- before the body ---


@pytest.fixture
def stranger(chain: Keten, tmp_path: Path) -> Supplier:
    """A sender with a good certificate and no mandate."""
    return Supplier(chain, issued=chain.servers.pki.clients.issue(f"vreemd-{tmp_path.name[:40]}", oin=STRANGER))


@pytest.mark.parametrize("more", [["Expect: 100-continue"], []], ids=["asks", "is slow"])
@pytest.mark.parametrize("drip", [b"", b"x"], ids=["nothing", "a part"])
def test_who_may_not_send_is_told_before_the_body(serve: Serve, stranger: Supplier, more: list[str], drip: bytes) -> None:
    served = serve(short=False)
    with stranger.connect(served.port) as connection:
        connection.sendall(stranger.head(*more) + drip)
        got = answer(connection)
        assert status_of(got) == 401
        assert b"connection: close" in got
    (event,) = refusals(served)
    assert (event["outcomes"], event["actor"], event["object"]) == (["401"], STRANGER, "- -")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/elders?{query}", 404),
        ("/leerlingresultaat", 400),
        ("/leerlingresultaat?edu-to=0000000700000XX00530&edu-from={oin}", 405),
        ("/leerlingresultaat?edu-to={routing}&edu-from=0000000700000XX00000", 401),
    ],
)
def test_where_it_may_not_be_sent_is_told_before_the_body(serve: Serve, supplier: Supplier, target: str, status: int) -> None:
    served, school = serve(short=False), supplier.keten.school
    path = target.format(query="x", oin=school.oin, routing=school.routeringskenmerk)
    head = supplier.head("Expect: 100-continue").replace(supplier.target.encode(), path.encode())
    with supplier.connect(served.port) as connection:
        connection.sendall(head)
        assert status_of(answer(connection)) == status
    assert len(refusals(served)) == 1


def test_the_answer_arrives_although_the_sender_goes_on_sending(serve: Serve, supplier: Supplier, stranger: Supplier) -> None:
    served = serve(short=False)
    for sender, status in ((supplier, 413), (stranger, 401)):
        with sender.connect(served.port) as connection:
            size = 2 * MIB if status == 413 else MIB
            connection.sendall(sender.head(length=size))
            time.sleep(0.3)  # the answer is on its way before the first byte of the body
            connection.sendall(b"x" * size)
            assert status_of(answer(connection)) == status


# --- what runs out ---


def test_too_many_open_files_are_one_line(serve: Serve, supplier: Supplier) -> None:
    served = serve(short=False)
    assert supplier.post(served.port) == 202
    pid = served.process.pid
    most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (len([*Path(f"/proc/{pid}/fd").iterdir()]) + 5, most[1]))
    with ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(socket.create_connection(("127.0.0.1", served.port)))
        time.sleep(3)
        events = [event for event in served.events() if "open files" in event["result"]]
        assert [event["serious"] for event in events] == [True]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, most)
    assert supplier.post(served.port) == 202
    (line, stopped) = last_words(served).splitlines()
    assert ("open files" in line, stopped) == (True, "Stopped.")


# --- probes ---


def test_a_probe_from_elsewhere(serve: Serve, chain: Keten, supplier: Supplier) -> None:
    served = serve("--health-port", "0", "--health-host", "0.0.0.0")
    (line,) = [line for line in served.said if "Health on http://0.0.0.0:" in line]
    port = int(line.rpartition(":")[2].partition("/")[0])
    connection = http.client.HTTPConnection("127.0.0.9", port, timeout=5)  # another address of this machine
    with suppress(OSError):
        assert supplier.post(served.port) == 202
    connection.request("GET", "/health/ready")
    said = json.loads(connection.getresponse().read())
    connection.close()
    assert said == {"status": "ok", "checks": {"store": "ok", "certificate": "ok", "serving": "ok"}}
    assert chain.school.naam not in json.dumps(said)


def test_an_address_that_is_not_ours(chain: Keten, serve: Serve) -> None:
    with pytest.raises(BaseException, match="cannot listen on 192.0.2.1"):  # the fixture fails with what the command said
        serve("--health-port", "0", "--health-host", "192.0.2.1")
