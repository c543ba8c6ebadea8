"""Our own words for a request and what came of it; no type of an HTTP library stands in any public annotation."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from doorstroom_client.errors import ConfigurationError, Phase
from doorstroom_client.exchange.auth import Auth, NoAuth
from doorstroom_client.frozen import frozen


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


@frozen
class Origin:
    """Scheme, host and port of an address, parsed: origins are compared as values, never as text prefixes."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an absolute https address."""
        parts = urlsplit(url)
        return cls(parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or 443)


def check_base_url(url: str, setting: str) -> str:
    """Check a configured base address and drop its last slash.

    Raises:
        ConfigurationError: it is not https, or holds a user name, query or fragment.
    """
    problem = ""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or 0 < parts.port < 65536
    except (ValueError, AttributeError, TypeError):
        raise ConfigurationError(f"{setting} is not an address", setting=setting) from None
    if parts.scheme.lower() != "https":
        problem = "must start with https:// (there is no way to send pupil data over plain HTTP)"
    elif not parts.hostname or not port_fits:
        problem = "names no host"
    elif parts.username is not None or parts.password is not None:
        problem = "must not hold a user name or password; use auth"
    elif parts.query or parts.fragment or "?" in url or "#" in url:
        problem = "must not hold a query or fragment"
    elif any(character.isspace() or not character.isprintable() for character in url) or "\\" in url:
        problem = "holds a space, control character or backslash"
    if problem:
        raise ConfigurationError(f"{setting} {problem}", setting=setting)
    return url.rstrip("/")


def address(base_url: str, *segments: str, query: Mapping[str, str]) -> str:
    """Join a base address, path segments and a query; every part is encoded, so none can change the path (quirk Q23)."""
    if any(segment in (".", "..") for segment in segments):
        raise ConfigurationError("a part of an address would climb out of its folder", setting="base_url")
    path = "/".join(quote(segment, safe="") for segment in segments)
    return f"{base_url}/{path}?{urlencode(query)}" if query else f"{base_url}/{path}"


@frozen
class Peer:
    """A party that is called: where it is, who it must prove to be, and how we identify ourselves on top of mutual TLS.

    Attributes:
        naam: the name for texts and logs.
        base_url: checked address, without a slash at the end.
        oin: the OIN its certificate must carry; None when that is not known.
        auth: headers to send on top of the client certificate.
    """

    naam: str
    base_url: str
    oin: str | None = None
    auth: Auth = field(default_factory=NoAuth)


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
