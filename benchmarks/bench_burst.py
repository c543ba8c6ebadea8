"""A burst of results over mutual TLS, each answered after it is on disk: time per result, memory, and whether all are there.

python -m benchmarks.bench_burst [--results N] [--connections N] [--store postgresql://...] [--receivers N] [--kill]

``doorstroom serve`` runs in processes of its own, the suppliers push from this one. With ``--kill`` one receiver is killed
half-way; what it had not answered is pushed to another, or to the same one after a new start.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load import status
from doorstroom_client.config import load_settings
from doorstroom_client.simulator import Keten, deelnemers_of

START_SECONDS = 30.0


class Receiver:
    """One ``doorstroom serve``.

    Args:
        config: the file with its settings.
        store: where it keeps results, when not where the file says.
        before: Python that runs before it.
    """

    def __init__(self, config: Path, store: str | None, before: str = "") -> None:
        self._command = ["serve", "--config", str(config)]
        self._program = ["-m", "doorstroom_client.cli"]
        if before:
            self._program = ["-c", f"{before}import sys; from doorstroom_client.cli import main; sys.argv[0] = 'x'; main()"]
        others = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTROOM_")}
        self._environment = {**others, "DOORSTROOM_SERVE_PORT": "0", **({"DOORSTROOM_STORE": store} if store else {})}
        self.start()

    def start(self) -> None:
        """Run it, and wait until it listens."""
        self.process = subprocess.Popen(
            [sys.executable, *self._program, *self._command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        for line in self.process.stderr or ():
            if "Listening on" in line:
                self.port = int(line.split()[2].rpartition(":")[2])
                threading.Thread(target=(self.process.stderr or sys.stderr).read, daemon=True).start()
                return
        raise SystemExit(f"the receiver did not start, and ended with {self.process.wait()}")

    def megabytes(self, name: str = "VmRSS") -> float:
        """Memory in use now, or with ``VmHWM`` at most so far."""
        text = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return int(dict(line.split(":", 1) for line in text.splitlines())[name].split()[0]) / 1024

    def cpu_seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Suppliers:
    """Pushes all results over some connections, each until it is answered with 202."""

    context: ssl.SSLContext
    target: str
    receivers: list[Receiver]
    bodies: Iterator[bytes]
    seconds: list[float] = field(default_factory=list)
    again: int = 0
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def push(self, number: int) -> None:
        """One connection, until there is nothing left; to the next receiver when one does not answer."""
        connection: ssl.SSLSocket | None = None
        while (body := self._next()) is not None:
            while True:
                begin = time.perf_counter()
                try:
                    connection = connection or self._connect(number)
                    kept = self._send(connection, body)
                except (OSError, ValueError):
                    kept = False
                if kept:
                    break
                connection, number = None, number + 1
                with self._mutex:
                    self.again += 1
                time.sleep(0.02)
            with self._mutex:
                self.seconds.append(time.perf_counter() - begin)

    def _next(self) -> bytes | None:
        with self._mutex:
            return next(self.bodies, None)

    def _connect(self, number: int) -> ssl.SSLSocket:
        port = self.receivers[number % len(self.receivers)].port
        plain = socket.create_connection(("127.0.0.1", port), 30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(plain, server_hostname="localhost")

    def _send(self, connection: ssl.SSLSocket, body: bytes) -> bool:
        head = f"POST {self.target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return status(connection) == 202


def bodies(keten: Keten, number: int) -> Iterator[bytes]:
    """Results of as many invented pupils."""
    document = keten.toetssystemen["ICE"].neem_af()[0]
    text = json.dumps(document)
    names = [item["onderwijsdeelnemerID"] for item in document["resultatenscores"]["deelnemerref"]]
    (eck,) = [name for name in names if len(name) > 128]
    for pupil in range(number):
        yield text.replace(eck, f"{eck[:-128]}{pupil:0128x}").encode()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A burst of results over mutual TLS.")
    parser.add_argument("--results", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--receivers", type=int, default=1)
    parser.add_argument("--store", help="address of a PostgreSQL database (default: a file)")
    parser.add_argument("--kill", action="store_true", help="kill a receiver half-way")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Keten(Path(folder), receive=False) as keten:
        config = keten.write_config(Path(folder) / "doorstroom.toml")
        with keten.client() as client:
            client.send_deelnemers(keten.school, *deelnemers_of(keten.leerlingen()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(keten.certificate.trust_files[0])
        context.load_cert_chain(keten.directory / "pki" / "ice.cert.pem", keten.directory / "pki" / "ice.key.pem")
        receivers = [Receiver(config, given.store) for _ in range(given.receivers)]
        target = f"/leerlingresultaat?edu-to={keten.school.routeringskenmerk}&edu-from={keten.school.oin}"
        suppliers = Suppliers(context, target, receivers, bodies(keten, given.results))
        threads = [threading.Thread(target=suppliers.push, args=(number,), daemon=True) for number in range(given.connections)]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        watch(suppliers, given.results, given.kill)
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - begin
        report(suppliers, seconds)
        with keten.client(store=given.store or load_settings(config, {}).store) as client:
            counts = client._runtime.resources.inbox().counts()
        print(f"answered 202: {len(suppliers.seconds)}, in the store: {counts['received']}, pushed again: {suppliers.again}")
        for receiver in receivers:
            receiver.process.terminate()
            receiver.process.wait()
        if not len(suppliers.seconds) == counts["received"] == given.results:
            raise SystemExit("results are missing")


def watch(suppliers: Suppliers, results: int, kill: bool) -> None:
    """Print memory on the way, and kill a receiver half-way."""
    points = [0.1, 0.5, 1.0]
    while points:
        while len(suppliers.seconds) < results * points[0]:
            time.sleep(0.05)
        memory = ", ".join(f"{receiver.megabytes():.1f} MB" for receiver in suppliers.receivers)
        print(f"  memory at {points[0]:>4.0%}: {memory}")
        if points.pop(0) == 0.5 and kill:
            suppliers.receivers[0].process.kill()
            suppliers.receivers[0].process.wait()
            suppliers.receivers[0].start()


def report(suppliers: Suppliers, seconds: float) -> None:
    """Print how long it took."""
    each = statistics.quantiles(suppliers.seconds, n=1000)
    number = len(suppliers.seconds)
    print(f"{number} results in {seconds:.1f} s: {number / seconds:.0f} a second")
    print(
        f"milliseconds each: median {each[499] * 1e3:.1f}, p99 {each[989] * 1e3:.1f}, most {max(suppliers.seconds) * 1e3:.1f}"
    )
    cpu = sum(receiver.cpu_seconds() for receiver in suppliers.receivers)
    print(f"processor time of the receivers: {cpu / number * 1e3:.2f} ms a result")


if __name__ == "__main__":
    main()
