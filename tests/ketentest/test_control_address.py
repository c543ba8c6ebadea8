"""Asking a simulator in another process: only on this machine, and clear about what is wrong."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doorstroom_client.errors import ConfigurationError, ConnectError, DoorstroomError, NoAnswer, UnexpectedResponse
from doorstroom_client.ketentest.control_address import ControlAddress
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.control import FILE, Control, served


@pytest.fixture
def file(keten: Keten, tmp_path: Path) -> Iterator[Path]:
    with served(Control(keten), tmp_path):
        yield tmp_path / FILE


def named(folder: Path, url: object, token: str = "t") -> Path:
    path = folder / "named.json"
    path.write_text(json.dumps({"url": url, "token": token}))
    return path


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that says the same to everybody; nothing at all when that is empty."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def once() -> None:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                if not answer:
                    connection.recv(1)  # until the other side has had enough

        thread = threading.Thread(target=once)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.close()
            thread.join()


def test_it_asks_and_sets(file: Path, keten: Keten) -> None:
    address = ControlAddress(file)
    before = address.ask("GET", "/standen")
    assert address.ask("PATCH", "/standen", {"osr": {"storing": True}})["osr"]["storing"] is True
    assert keten.osr.outage is True
    assert address.ask("PUT", "/standen", before) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot read"),
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "no address on this machine"),
        (b'{"url": "https://127.0.0.1:1", "token": "t"}', "no address on this machine"),
        (b'{"url": "http://toets.example:1", "token": "t"}', "no address on this machine"),
        (b'{"url": "http://192.0.2.1:1", "token": "t"}', "no address on this machine"),
        (b'{"url": "http://127.0.0.1:99999", "token": "t"}', "no address"),
    ],
    ids=str,
)
def test_a_file_that_names_no_simulator_here(text: bytes | None, says: str, tmp_path: Path) -> None:
    file = tmp_path / "control.json"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(ConfigurationError, match=says) as caught:
        ControlAddress(file)
    assert caught.value.setting == "simulator"
    assert "doorstroom simulator --control" in caught.value.hint


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (b"", NoAnswer, "TimeoutError"),
        (b"kapot\r\n\r\n", NoAnswer, "BadStatusLine"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", NoAnswer, "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", UnexpectedResponse, "answered 200"),
        (b"HTTP/1.1 502 Bad\r\nContent-Length: 6\r\n\r\n<html>", UnexpectedResponse, "answered 502"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://x.example/\r\nContent-Length: 0\r\n\r\n", UnexpectedResponse, "answered 302"),
    ],
    ids=str,
)
def test_what_is_no_answer_of_a_simulator(answer: bytes, kind: type[DoorstroomError], says: str, tmp_path: Path) -> None:
    with answering(answer) as url, pytest.raises(kind, match=says):
        ControlAddress(named(tmp_path, url), seconds=0.5).ask("GET", "/")


def test_one_that_is_gone_and_another_in_its_place(file: Path, keten: Keten, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ConnectError, match="does not run any more"):
        ControlAddress(named(tmp_path, f"http://127.0.0.1:{port}")).ask("GET", "/")
    known = json.loads(file.read_text())
    with pytest.raises(UnexpectedResponse, match="does not know our token") as caught:
        ControlAddress(named(tmp_path, known["url"], "van-een-ander")).ask("GET", "/")
    assert "van-een-ander" not in str(caught.value)


def test_a_question_that_it_does_not_know(file: Path) -> None:
    with pytest.raises(UnexpectedResponse, match="answered 404: er is geen GET /nergens"):
        ControlAddress(file).ask("GET", "/nergens")
