"""``doorstroom serve`` as a process, and a supplier that writes its own bytes."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Issued

ROOT = Path(__file__).resolve().parents[2]
SHORT_SERVE = str(Path(__file__).with_name("short_serve.py"))


class Served:
    """A running ``doorstroom serve``."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log
        self.said: list[str] = []
        assert process.stderr
        for line in process.stderr:
            self.said.append(line)
            if "Listening on" in line:
                break
        else:
            pytest.fail(f"the process ended early: {self.said}")
        self.port = int(self.said[-1].split()[2].rpartition(":")[2])

    @property
    def health(self) -> int:
        """The port that answers about health."""
        found = re.search(r"Health on http://127.0.0.1:(\d+)/", "".join(self.said))
        assert found
        return int(found.group(1))

    def memory(self) -> int:
        """Resident bytes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024  # type: ignore[union-attr]

    def events(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


Serve = Callable[..., Served]


@contextmanager
def serving(folder: Path, log: Path, *args: object, short: bool = True, **settings: str) -> Iterator[Served]:
    """Run the command until the end of the block."""
    program = [SHORT_SERVE] if short else ["-m", "doorstroom_client.cli"]
    names = {f"DOORSTROOM_{name.upper()}": value for name, value in ({"serve_port": "0"} | settings).items()}
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, *program, "serve", "--config", str(folder / "doorstroom.toml"), *map(str, args)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **names},
        )
        try:
            yield Served(process, log)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=10)


class Supplier:
    """A test supplier that decides about every byte it sends."""

    def __init__(self, keten: Keten, name: str = "ice", issued: Issued | None = None) -> None:
        self.keten = keten
        pki = keten.directory / "pki"
        cert, key = (issued.cert, issued.key) if issued else (pki / f"{name}.cert.pem", pki / f"{name}.key.pem")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.load_verify_locations(keten.certificate.trust_files[0])
        self.context.load_cert_chain(cert, key)
        self.body = json.dumps(keten.toetssystemen["ICE"].neem_af()[0]).encode()

    @property
    def target(self) -> str:
        """Where a result of the first school goes."""
        school = self.keten.school
        return f"/leerlingresultaat?edu-to={school.routeringskenmerk}&edu-from={school.oin}"

    def connect(self, port: int, address: str = "127.0.0.1") -> ssl.SSLSocket:
        """A connection with mutual TLS, from an address."""
        plain = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(address, 0))
        return self.context.wrap_socket(plain, server_hostname="localhost")

    def head(self, *more: str, length: int | None = -1) -> bytes:
        """The headers of a result; a length of None leaves it out."""
        lines = [f"POST {self.target} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *more]
        if length is not None:
            lines.append(f"Content-Length: {len(self.body) if length == -1 else length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def post(self, port: int, *more: str, address: str = "127.0.0.1") -> int:
        """Send a result from an address; the status of the answer."""
        with self.connect(port, address) as connection:
            connection.sendall(self.head(*more) + self.body)
            return status_of(answer(connection))


def answer(connection: socket.socket) -> bytes:
    """One answer, whole; empty when there was none."""
    got = b""
    try:
        while piece := connection.recv(65536):
            got += piece
            head, found, body = got.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            if found and length and len(body) >= int(length.group(1)):
                break
    except (ConnectionError, ssl.SSLError):
        pass
    return got


def status_of(response: bytes) -> int:
    """The status; 0 when there was no answer."""
    return int(response.split()[1]) if response else 0


def until_closed(connection: socket.socket, within: float, drip: bytes = b"") -> bytes:
    """Send a drip now and then until the other side hangs up: what it said.

    It may take ten times the seconds it has to be within, as the machine may be busy.
    """
    got, end = b"", time.monotonic() + 10 * within
    connection.settimeout(0.1)
    while True:
        assert time.monotonic() < end, "it is still open"
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            try:
                connection.sendall(drip)
            except OSError:
                return got
        except OSError:
            return got
        else:
            if not piece:
                return got
            got += piece
