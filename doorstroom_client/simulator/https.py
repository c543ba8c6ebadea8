"""An app behind HTTPS with mutual TLS, on the standard library only: what it gets and what it answers."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Sequence
from dataclasses import field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.connection import Wire, WireRequest
from doorstroom_client.simulator.place import HERE, Place
from doorstroom_client.simulator.serving import Server
from doorstroom_client.simulator.tls_variants import MODERN, ClientCertificateRule, TlsVariant

MAX_BODY = 5 * 1024 * 1024
_MAX_HEADERS = 100
NOTHING = -1
"""As the place where an answer is cut: there is no answer."""


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
        tls: the version of TLS that it came over; empty when that is not known.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    peer_oin: str | None = None
    tls: str = ""

    @classmethod
    def of(cls, request: WireRequest) -> Self:
        """The request in the form that the apps of the simulator take."""
        query = tuple(parse_qsl(request.target.partition("?")[2], keep_blank_values=True))
        return cls(request.method, request.path, query, request.headers, request.body, request.peer_oin, request.tls)

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
        seconds: pause before it; it ends when the server is stopped, and then there is no answer.
        cut: after so many bytes of the body the connection is closed: 0 is right after the head, `NOTHING` before it; None
            sends all.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    cut: int | None = None

    @classmethod
    def json(cls, status: int, obj: object, headers: tuple[tuple[str, str], ...] = ()) -> Self:
        """Answer with JSON in UTF-8."""
        return cls(status, json.dumps(obj, ensure_ascii=False).encode(), "application/json", headers)

    @classmethod
    def melding(cls, status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> Self:
        """Answer with an Ontvangstmelding."""
        return cls.json(status, {"melding": text}, headers)


App = Callable[[Received], Answer]


class HttpsServer(Server):
    """Serves one app over HTTP/1.1 with TLS 1.2 or 1.3; when the app raises, the peer gets 500.

    Attributes:
        app: answers each request; may be replaced while it runs.
        plain: answers who speaks HTTP without TLS, as no server of the chain should; None hangs up on them.
    """

    def __init__(
        self,
        app: App,
        *,
        cert: Path,
        key: Path,
        trust: Path,
        name: str,
        port: int = 0,
        client_certificate: ClientCertificateRule = "required",
        place: Place = HERE,
    ) -> None:
        """Load the certificates; nothing listens before `start`.

        Args:
            app: answers each request, in the thread of its connection.
            cert: PEM with the server certificate and its intermediates.
            key: PEM with its private key.
            trust: PEM with the roots that client certificates must lead to.
            name: for thread names.
            port: 0 lets the system choose, once: a stopped server starts again on the same port.
            client_certificate: "optional" lets a peer without one in, without an OIN; one that is shown is verified.
            place: where it listens, and its name in the URL.
        """
        self._trust = trust
        self._rule: ClientCertificateRule = client_certificate
        super().__init__(self._speaking(MODERN, cert, key), port=port, name=name, place=place)
        self.app = app
        self.plain: App | None = None

    def show(self, cert: Path, key: Path, variant: TlsVariant = MODERN) -> None:
        """Be another server from the next connection on: with another certificate, or one that speaks TLS in another way."""
        self._context = self._speaking(variant, cert, key)

    def _speaking(self, variant: TlsVariant, cert: Path, key: Path) -> ssl.SSLContext:
        return variant.context(cert=cert, key=key, trust=self._trust, client_certificate=self._rule)

    def _secure(self, wire: Wire) -> bool:
        if self.plain is None or wire.begins_with_tls():
            return super()._secure(wire)
        return True

    def _answer(self, wire: Wire) -> bool:
        assert wire.request is not None
        if refused := _refused(wire.request):
            wire.last = True
            _send(Answer.melding(refused, HTTPStatus(refused).phrase), wire)
            return False
        return answer_with(self.app if wire.tls or self.plain is None else self.plain, wire)


def answer_with(app: App, wire: Wire) -> bool:
    """Let an app answer the request at hand; whether the connection goes on."""
    assert wire.request is not None
    if (wire.request.header("Expect") or "").lower() == "100-continue":
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    wire.read_body()
    try:
        answer = app(Received.of(wire.request))
    except HangUpError:
        return False
    except Exception as error:
        # The stand-in of a peer must not take a test down with it; the test looks at `errors`.
        wire.errors.append(error)
        answer = Answer.melding(500, "Er ging iets mis in de simulator.")
    stopped = answer.seconds > 0 and wire.pause(answer.seconds)
    return not stopped and _send(answer, wire)


def _send(answer: Answer, wire: Wire) -> bool:
    """Send an answer, or the part of it that is asked for; whether the connection goes on."""
    assert wire.request is not None
    if answer.cut == NOTHING:
        return False
    framing = (("Content-Length", str(len(answer.body))), ("Cache-Control", "no-store"), *answer.headers)
    start = head(answer.status, framing, content_type=answer.content_type, close=wire.last)
    # As one block: sent in two, the second waits for the peer's delayed acknowledgement.
    wire.send(start if wire.request.method == "HEAD" else start + answer.body[: answer.cut])
    return answer.cut is None


def head(status: int, headers: Sequence[tuple[str, str]], *, content_type: str | None = None, close: bool = False) -> bytes:
    """The head of an answer; header values may hold any character and go out as UTF-8."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _refused(request: WireRequest) -> int:
    """The status for a request that no app is to see; 0 when it is fine."""
    if not request.protocol.startswith("HTTP/1.") or not request.target or " " in request.target:
        return 400
    if len(request.headers) > _MAX_HEADERS:
        return 431
    if request.header("Transfer-Encoding"):
        return 411
    length = request.header("Content-Length") or "0"
    if not (length.isascii() and length.isdigit()):
        return 400
    return 413 if int(length) > MAX_BODY else 0
