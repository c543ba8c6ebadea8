"""A small HTTPS server with mutual TLS, on the standard library only.

Every connection has its own thread, which also does the handshake: a peer that connects and stays silent
delays nobody.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import field
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qsl

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator._connection import Connection, Listener

_STOP_GRACE = 0.15


class HangUpError(Exception):
    """Raised by an app to close the connection without any answer, as a crashing peer does."""


@frozen
class Received:
    """One request as it came in.

    Attributes:
        method: in capitals.
        path: as sent, percent-encoding included, without the query.
        query: decoded names and values in the order sent; empty values are kept.
        headers: names as sent, and values.
        body: the bytes; empty when there was no body.
        peer_oin: ``subject.serialNumber`` of the verified client certificate; None without a certificate, and
            None when the certificate has none or more than one.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    peer_oin: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in any capitals; None when absent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def one(self, name: str) -> str | None:
        """Return the query value when the name occurs exactly once, else None."""
        values = [value for key, value in self.query if key == name]
        return values[0] if len(values) == 1 else None

    def json(self) -> Any:
        """Return the body as JSON.

        Raises:
            ValueError: the body is not JSON.
        """
        return json.loads(self.body)


@frozen
class Answer:
    """One answer to send.

    Attributes:
        status: three digits.
        body: sent with every status, 204 included, because the published definition gives 204 a body (quirk
            Q3).
        content_type: None sends no ``Content-Type``.
        headers: further headers.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def json(cls, status: int, obj: object, headers: tuple[tuple[str, str], ...] = ()) -> Self:
        """Answer with JSON in UTF-8."""
        return cls(status, json.dumps(obj, ensure_ascii=False).encode(), "application/json", headers)

    @classmethod
    def melding(cls, status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> Self:
        """Answer with an Ontvangstmelding."""
        return cls.json(status, {"melding": text}, headers)


class HttpsServer:
    """Serves one app over HTTP/1.1 with TLS 1.2 or 1.3 on 127.0.0.1.

    Attributes:
        name: used in thread names.
        errors: what the app raised, in order; the peer got 500. Never printed.
        handshake_errors: short reasons of handshakes that failed, in order.
    """

    def __init__(
        self,
        app: Callable[[Received], Answer],
        *,
        cert: Path,
        key: Path,
        trust: Path,
        name: str,
        port: int = 0,
        client_certificate: Literal["required", "optional"] = "required",
    ) -> None:
        """Load the certificates; nothing listens before `start`.

        Args:
            app: answers one request; called in the thread of the connection and may block.
            cert: PEM with the server certificate and its intermediates.
            key: PEM with its private key.
            trust: PEM with the roots that client certificates must lead to.
            name: for thread names.
            port: 0 lets the system choose; a later `start` takes the same port again.
            client_certificate: "optional" lets a peer without a certificate in; one that it does show is
                verified.
        """
        self.name = name
        self.errors: list[Exception] = []
        self.handshake_errors: list[str] = []
        self._app = app
        self._port = port
        self._context = _server_context(cert, key, trust, client_certificate)
        self._listener: Listener | None = None
        self._acceptor: threading.Thread | None = None

    @property
    def url(self) -> str:
        """``https://localhost:PORT``, known from the first `start` on."""
        if not self._port:
            raise RuntimeError(f"The server {self.name} has no address before it is started.")
        return f"https://localhost:{self._port}"

    def start(self) -> None:
        """Listen, and return when connections are accepted."""
        if self._listener is not None:
            raise RuntimeError(f"The server {self.name} runs already.")
        self._listener = Listener(self._port, self._context, self._serve, self._handshake_failed, self.name)
        self._port = self._listener.port
        self._acceptor = threading.Thread(target=self._listener.accept_forever, name=f"{self.name}-accept", daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Stop listening and cut all connections; answers under way are lost. Doing it twice is harmless."""
        listener, acceptor = self._listener, self._acceptor
        self._listener = self._acceptor = None
        if listener is None or acceptor is None:
            return
        listener.close()
        acceptor.join()
        listener.hang_up(deadline=time.monotonic() + _STOP_GRACE)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        self.stop()

    def _handshake_failed(self, error: OSError) -> None:
        reason = error.reason if isinstance(error, ssl.SSLError) else None
        self.handshake_errors.append(reason or type(error).__name__)

    def _serve(self, connection: Connection) -> None:
        peer_oin = _oin(connection.socket)
        while (request := connection.read_request()) is not None:
            path, _, query = request.target.partition("?")
            received = Received(
                method=request.method,
                path=path,
                query=tuple(parse_qsl(query, keep_blank_values=True)),
                headers=request.headers,
                body=request.body,
                peer_oin=peer_oin,
            )
            answer = _refusal(request.refused) if request.refused else self._ask(received)
            if answer is None:
                return
            connection.send(_wire(answer, head_only=received.method == "HEAD", close=request.close))
            if request.close:
                connection.drain()
                return

    def _ask(self, received: Received) -> Answer | None:
        try:
            return self._app(received)
        except HangUpError:
            return None
        except Exception as error:
            # The stand-in of a peer must not take a test down with it; the test looks at `errors`.
            self.errors.append(error)
            return Answer.melding(500, "Er ging iets mis in de simulator.")


def _refusal(status: int) -> Answer:
    return Answer.melding(status, HTTPStatus(status).phrase)


def _server_context(cert: Path, key: Path, trust: Path, client_certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key)
    context.load_verify_locations(trust)
    context.verify_mode = ssl.CERT_REQUIRED if client_certificate == "required" else ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    # Without resumption every connection shows its certificate again.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    return context


def _oin(peer: ssl.SSLSocket) -> str | None:
    certificate: dict[str, Any] = dict(peer.getpeercert() or {})
    found = [value for rdn in certificate.get("subject", ()) for name, value in rdn if name == "serialNumber"]
    return found[0] if len(found) == 1 else None


def _wire(answer: Answer, *, head_only: bool, close: bool) -> bytes:
    """Head and body as one block: sent in two, the second waits for the peer's delayed acknowledgement."""
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = ""
    headers = [("Content-Length", str(len(answer.body))), ("Cache-Control", "no-store"), *answer.headers]
    if answer.content_type is not None:
        headers.append(("Content-Type", answer.content_type))
    if close:
        headers.append(("Connection", "close"))
    lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head if head_only else head + answer.body
