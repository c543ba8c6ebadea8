"""A server that goes wrong in a chosen way, to see what a client makes of it.

    with served([reset_after_request(), answer(202)], pki=pki) as server:
        ...  # call server.url: the first request is cut off, the second gets its answer
    assert len(server.requests) == 2

Each function makes one `Fault`; a `FaultServer` plays them in order, one per request, and repeats the last. Defects of
certificates are issued by `Pki.issue_defect` and given to `served`; versions and cipher suites of TLS are a `TlsVariant`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from doorstroom_client.simulator.connection import Wire
from doorstroom_client.simulator.fault_server import Fault, FaultServer
from doorstroom_client.simulator.https import App, answer_with, head
from doorstroom_client.simulator.pki import Issued, Leaf, Pki
from doorstroom_client.simulator.place import HERE, Place
from doorstroom_client.simulator.rsa_keys import kept_key
from doorstroom_client.simulator.tls_variants import CBC, MODERN, STATIC_RSA, TLS_1_1, TlsVariant

__all__ = [
    "CBC",
    "MODERN",
    "STATIC_RSA",
    "TLS_1_1",
    "Fault",
    "FaultServer",
    "TlsVariant",
    "Wire",
    "answer",
    "app",
    "close_without_answer",
    "drip_body",
    "html_page",
    "no_content_with_body",
    "redirect",
    "reset_after_request",
    "retry_after",
    "served",
    "silent",
    "truncated_body",
]

RECEIPT = b'{"melding": "Ontvangen."}'
"""A body as a supplier sends with 202."""
PORTAL = b"<!doctype html><html><head><title>Inloggen</title></head><body><p>Log in om verder te gaan.</p></body></html>"
"""What a login page or a proxy sends instead of an answer."""
JSON = "application/json"
HTML = "text/html; charset=utf-8"
_OIN = "00000003990000990000"
_numbers = itertools.count(1)

Headers = Sequence[tuple[str, str]]


@contextmanager
def served(
    fault: Fault | Sequence[Fault],
    *,
    pki: Pki,
    oin: str | None = _OIN,
    issued: Issued | None = None,
    tls: TlsVariant = MODERN,
    place: Place = HERE,
) -> Iterator[FaultServer]:
    """Run a `FaultServer` with a certificate made for it.

    Args:
        fault: one fault, or several in order.
        pki: issues the certificate, and is the root that clients must come from.
        oin: the OIN in the certificate.
        issued: another certificate, for instance one with a defect; ``oin`` is then not used.
        tls: how it speaks TLS.
        place: where it listens, and its names.
    """
    if issued is None:
        key = kept_key("fault-server") if tls.needs_rsa else None
        leaf = Leaf(oins=() if oin is None else (oin,), hosts=place.names, key=key)
        issued = pki.issue_leaf(f"fault-server-{next(_numbers)}", leaf)
    with FaultServer(fault, cert=issued.cert, key=issued.key, trust=pki.trust, tls=tls, place=place) as server:
        yield server


def answer(
    status: int = 202,
    body: bytes | None = None,
    content_type: str | None = JSON,
    *,
    headers: Headers = (),
) -> Fault:
    """A sound answer; the connection stays.

    Args:
        status: what is answered.
        body: a receipt by default, and nothing for 204.
        content_type: None leaves the header out.
        headers: further headers.
    """
    content = (b"" if status == 204 else RECEIPT) if body is None else body

    def message(wire: Wire) -> bytes:
        # A 204 has neither a length nor a type, unless a body is asked for.
        framing = [length(len(content))] if status != 204 or content else []
        kind = content_type if content else None
        return head(status, [*framing, *headers], content_type=kind, close=wire.last) + content

    return Fault(f"answer {status}", sending(message))


def html_page(status: int = 200, page: bytes = PORTAL) -> Fault:
    """A page for people, with a status that looks fine."""
    return replace(answer(status, page, HTML), name=f"html_page {status}")


def retry_after(status: int = 503, value: str = "1", *, date: str | None = None) -> Fault:
    """A request to come back later.

    Args:
        status: 429, 503, or whatever else carries the header.
        value: of ``Retry-After``, sent as it is.
        date: of ``Date``; left out when None.
    """
    dated = () if date is None else (("Date", date),)
    return replace(answer(status, headers=(("Retry-After", value), *dated)), name=f"retry_after {status}")


def redirect(status: int = 302, location: str = "https://localhost:1/elders") -> Fault:
    """A referral to another address; the address of a second `FaultServer` shows whether anyone follows it."""
    return replace(answer(status, b"", headers=(("Location", location),)), name=f"redirect {status}")


def app(handle: App) -> Fault:
    """Whatever an app of the simulator answers, for instance ``SimulatedOsr().app``."""
    return Fault("app", partial(answer_with, handle))


def reset_after_request() -> Fault:
    """A TCP reset after the whole request was read."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        wire.reset()
        return False

    return Fault("reset_after_request", play)


def close_without_answer(*, goodbye: bool = True) -> Fault:
    """An orderly close after the whole request was read.

    Args:
        goodbye: whether TLS says that it ends.
    """
    return Fault("close_without_answer", sending(lambda _: b"", keep=False, goodbye=goodbye))


def silent() -> Fault:
    """The request is read and never answered."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        wire.silence()
        return False

    return Fault("silent", play)


def drip_body(seconds: float = 0.1, *, status: int = 202, body: bytes = RECEIPT, content_type: str = JSON) -> Fault:
    """The head of the answer at once, its body byte by byte.

    Args:
        seconds: pause after each byte.
        status: what is answered.
        body: what is sent slowly; a short one may arrive in time.
        content_type: of the body.
    """
    return Fault("drip_body", dripping(head(status, [length(len(body))], content_type=content_type), body, seconds))


def truncated_body(status: int = 202, content_type: str = JSON, body: bytes = RECEIPT, *, sent: int | None = None) -> Fault:
    """The connection ends before the body does.

    Args:
        status: what is answered.
        content_type: of the body.
        body: the whole body, whose length is promised.
        sent: bytes of it that are sent; half of it by default.
    """
    part = body[: len(body) // 2 if sent is None else sent]
    return Fault("truncated_body", cut(head(status, [length(len(body))], content_type=content_type) + part))


def no_content_with_body(body: bytes = RECEIPT) -> Fault:
    """A 204 with a body, as the published definition asks for; the connection stays, with the body in it."""
    message = head(204, [length(len(body))], content_type=JSON) + body
    return Fault("no_content_with_body", sending(lambda _: message))


def length(number: int) -> tuple[str, str]:
    """A Content-Length header."""
    return ("Content-Length", str(number))


def sending(message: Callable[[Wire], bytes], *, keep: bool = True, goodbye: bool = True) -> Callable[[Wire], bool]:
    """Read the whole request and send one message."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        wire.send(message(wire))
        if not goodbye:
            wire.linger()
            wire.close()
        return keep

    return play


def cut(message: bytes) -> Callable[[Wire], bool]:
    """Read the whole request, send one message and close."""
    return sending(lambda _: message, keep=False)


def dripping(at_once: bytes, slowly: bytes, seconds: float) -> Callable[[Wire], bool]:
    """Read the whole request, send one part at once and the other byte by byte."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        wire.send(at_once)
        for at in range(len(slowly)):
            wire.send(slowly[at : at + 1])
            if wire.pause(seconds):
                return False
        return True

    return play
