"""Our own words for a request and what came of it; no type of an HTTP library stands in any public annotation."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, Phase
from doorstroom_client.parties.url import Peer


class Operation(StrEnum):
    """The calls of the chain that a LAS makes; the last three go to the OSR: asking, registering and changing an address."""

    REGISTREREN = "registreren"
    SCHOOLADVIEZEN = "registreren-schooladviezen"
    LEERLINGRAPPORT = "leerlingrapport"
    OSR = "osr"
    OSR_REGISTREREN = "osr-registreren"
    OSR_WIJZIGEN = "osr-wijzigen"


class FaultKind(StrEnum):
    """Why there is no (complete) answer."""

    CONNECT = "connect"
    THEIR_CERTIFICATE = "their_certificate"
    OUR_CERTIFICATE = "our_certificate"
    TLS_SETTINGS = "tls_settings"
    WRONG_PEER = "wrong_peer"
    NO_ANSWER = "no_answer"
    DEADLINE = "deadline"
    TOO_LARGE = "too_large"
    NOT_KEPT = "not_kept"


@frozen
class Fault:
    """No answer. Holds no text of the other side: that may be a part of its body.

    Attributes:
        kind: what went wrong.
        phase: how far the request provably got.
        code: a short machine-readable cause, e.g. ``expired`` or ``read``.
        seconds: duration of the attempt.
    """

    kind: FaultKind
    phase: Phase
    code: str = ""
    seconds: float = 0.0


@frozen
class Response:
    """An answer with a final status.

    Attributes:
        status: the HTTP status code.
        headers: names in lower case.
        body: as received, never decoded; empty for 204, whatever the peer sends (quirk Q3).
        seconds: duration of the attempt.
        cut: set when the status arrived but the body did not come in whole.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)
    seconds: float = 0.0
    cut: Fault | None = None

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


Outcome = Response | Fault
"""What can come of one attempt."""


class Sink(Protocol):
    """Takes in the body of a 200 answer piece by piece, in place of memory."""

    def begin(self, total: int | None) -> None:
        """An answer starts; what an earlier attempt brought is dropped."""
        ...

    def write(self, chunk: bytes) -> None:
        """The next piece. Raises `StoreError` when it cannot be kept."""
        ...


@frozen
class Request:
    """One request, ready to send.

    Attributes:
        operation: which call of the chain it is.
        peer: who is called.
        method: GET or POST.
        url: full address; hidden in the repr, because it holds a rapportid or OINs.
        body: the bytes to send; None for a GET.
        accept: value of the Accept header.
        request_id: identifies the call in log and errors.
        deadline: seconds that this attempt may take in all.
        connect: seconds that connecting and the TLS handshake may take.
        limit: bytes of an answer that are read at most.
        headers: extra headers, such as those of `Auth`.
        sink: takes in the body of a 200 answer; `Response.body` is then empty. A transport may also ignore it.
    """

    operation: Operation
    peer: Peer
    method: str
    url: str = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    accept: str = "application/json"
    request_id: str = ""
    deadline: float = 30.0
    connect: float = 10.0
    limit: int = 1024 * 1024
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    sink: Sink | None = field(default=None, repr=False)


@frozen
class Timeouts:
    """Seconds that a whole call may take, retries and waiting included.

    Attributes:
        connect: one connection with its TLS handshake.
        post: sending a list.
        osr: one question to the OSR.
        rapport: downloading a report.
    """

    connect: float = 10.0
    post: float = 30.0
    osr: float = 15.0
    rapport: float = 120.0

    def __post_init__(self) -> None:
        for name in ("connect", "post", "osr", "rapport"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 3600:
                raise ConfigurationError(
                    f"timeouts.{name} must be a number of seconds above 0 and at most 3600", setting=f"timeouts.{name}"
                )


class Transport(Protocol):
    """What sends a request for `Client`. It never raises for what the network or the peer does: that is a `Fault`."""

    def send(self, request: Request) -> Outcome:
        """Send once, within ``request.deadline``."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class AsyncTransport(Protocol):
    """What sends a request for `AsyncClient`."""

    def send(self, request: Request) -> Awaitable[Outcome]:
        """Send once, within ``request.deadline``."""
        ...

    def close(self) -> Awaitable[None]:
        """Close all connections."""
        ...
