"""What the tests over the wire share: clients behind one face, and servers of every kind."""

from __future__ import annotations

import asyncio
import inspect
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tenacity import stop_after_attempt

from doorstroom_client import (
    Advies,
    Adviezenlijst,
    AsyncClient,
    Client,
    ClientCertificate,
    Deelnemer,
    Deelnemerslijst,
    Leerling,
    Leverancier,
    Retry,
    School,
    Stamgroep,
    Timeouts,
)
from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.pki import Issued, Pki
from support import LAS_OIN, SCHOOL, SUPPLIER_OIN

LEERLING = Leerling(eck_id="https://ketenid.nl/pilot/" + "a" * 128, las_key="sleutel-1")
ADVIEZEN = [Advies(LEERLING, "HAVO")]
GROEPEN = [Stamgroep("g1", "8A")]
DEELNEMERS = [
    Deelnemer(
        leerling=LEERLING, achternaam="Testpersoon", roepnaam="T", voorletters="T", geboortedatum="2014-01-01", groep="g1"
    )
]


def quick(attempts: int = 3) -> Retry:
    """Repeats without pauses."""
    return Retry(stop=stop_after_attempt(attempts), wait=lambda _: 0.0)  # type: ignore[arg-type]


class Speler:
    """Makes clients and calls them; an asynchronous one runs in one event loop of its own."""

    def __init__(self, *, awaited: bool) -> None:
        self.awaited = awaited
        self._loop = asyncio.Runner() if awaited else None
        self._clients: list[Any] = []

    def client(self, **arguments: Any) -> Any:
        """A client that is closed with the test."""
        defaults: dict[str, Any] = {"auteur": "Test 1", "schooljaar": "2025-2026", "retry": quick(), "scholen": [SCHOOL]}
        made = (AsyncClient if self.awaited else Client)(**{**defaults, **arguments})
        self._clients.append(made)
        return made

    def __call__(self, result: Any) -> Any:
        """The value of a call, awaited where needed; an iterator becomes a list."""
        if isinstance(result, AsyncIterator):

            async def collect() -> list[Any]:
                return [item async for item in result]

            return self._run(collect())
        if isinstance(result, Iterator):
            return list(result)
        return self._run(result) if inspect.isawaitable(result) else result

    def _run(self, awaitable: Any) -> Any:
        assert self._loop is not None

        async def wait() -> Any:
            return await awaitable

        return self._loop.run(wait())

    def close(self) -> None:
        for client in self._clients:
            self(client.close())
        if self._loop is not None:
            self._loop.close()


class Calls:
    """The three calls to a supplier, by name."""

    NAMES = ("registreren", "registreren-schooladviezen", "leerlingrapport")

    @staticmethod
    def do(speler: Speler, client: Any, name: str, school: School = SCHOOL) -> Any:
        if name == "registreren":
            return speler(client.send(Deelnemerslijst(school, GROEPEN, DEELNEMERS), leverancier="ICE"))
        if name == "registreren-schooladviezen":
            return speler(client.send(Adviezenlijst(school, ADVIEZEN), leverancier="ICE"))
        return speler(client.fetch_leerlingrapport("rapport-1", school=school, leverancier="ICE"))


class Scripted(HttpsServer):
    """A supplier that answers as it is told and remembers every request."""

    def __init__(self, pki: Pki, issued: Issued, answer: Callable[[Received], Answer], **more: Any) -> None:
        self.received: list[Received] = []
        self._script = answer
        super().__init__(self._remember, cert=issued.cert, key=issued.key, trust=pki.trust, name="scripted", **more)

    def _remember(self, received: Received) -> Answer:
        self.received.append(received)
        return self._script(received)


class RawServer:
    """A TLS server whose conversation is one function over the bare socket."""

    def __init__(
        self,
        talk: Callable[[ssl.SSLSocket], None],
        pki: Pki,
        issued: Issued,
        *,
        change: Callable[[ssl.SSLContext], None] | None = None,
    ) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(issued.cert, issued.key)
        self._context.load_verify_locations(pki.trust)
        self._context.verify_mode = ssl.CERT_REQUIRED
        if change:
            change(self._context)
        self._talk = talk
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._stopped = threading.Event()
        self.connections = 0
        self.url = f"https://localhost:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for plain in self._open:
            with suppress(OSError):
                plain.shutdown(socket.SHUT_RDWR)
            plain.close()

    def wait(self, seconds: float) -> bool:
        """Wait between two pieces; True when the test is over."""
        return self._stopped.wait(seconds)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError, ValueError), self._context.wrap_socket(plain, server_side=True) as tls:
            self._open.append(tls)
            self._talk(tls)
        plain.close()


def read_request(tls: ssl.SSLSocket) -> bytes:
    """One whole request: closing over unread bytes would reset the connection and destroy the answer."""
    got = b""
    while b"\r\n\r\n" not in got:
        chunk = tls.recv(65536)
        if not chunk:
            raise OSError
        got += chunk
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        chunk = tls.recv(65536)
        if not chunk:
            raise OSError
        body += chunk
    return body


def certificate(pki: Pki, name: str = "las", **more: Any) -> ClientCertificate:
    """A client certificate of the LAS."""
    issued = pki.issue(name, **{"oin": LAS_OIN, **more})
    return ClientCertificate(issued.cert, issued.key, pki.trust)


def leverancier(url: str, oin: str = SUPPLIER_OIN) -> Leverancier:
    """A supplier at this address."""
    return Leverancier("ICE", oin, f"{url}/dst", "Toetsbureau")


def timeouts(seconds: float) -> Timeouts:
    """The same short time for everything."""
    return Timeouts(seconds, seconds, seconds, seconds)


def other_pki(folder: Path) -> Pki:
    """A PKI that nobody trusts."""
    return Pki(folder)


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> Exception | None:
    """What went wrong in a handshake over a pair of sockets; None when it was completed."""
    ours, theirs = socket.socketpair()
    failed: list[Any] = []

    def serve() -> None:
        try:
            with server.wrap_socket(ours, server_side=True):
                pass
        except OSError as error:
            failed.append(error)
        finally:
            ours.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(theirs, server_hostname="localhost"):
            pass
    except OSError as error:
        failed.append(error)
    finally:
        theirs.close()
        thread.join()
    return failed[0] if failed else None


def client_for(pki: Pki, url: str, **more: Any) -> AsyncClient:
    arguments: dict[str, Any] = {"auteur": "Test 1", "schooljaar": "2025-2026", "retry": quick(1), "timeouts": timeouts(20.0)}
    return AsyncClient(certificate=certificate(pki), leveranciers=[leverancier(url)], **{**arguments, **more})


def send(client: AsyncClient) -> Awaitable[Any]:
    return client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE")


@contextmanager
def plain_port(*, reading: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """A port without TLS that hangs up on whoever comes; gives what each of them said first, empty when that is not read."""
    visitors: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        visitors.append(connection.recv(65536) if reading else b"")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], visitors
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
