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
from pathlib import Path

from doorstroom_client.simulator._fault_answers import HTML, JSON, PORTAL, RECEIPT, Headers, head, length, sending
from doorstroom_client.simulator._fault_before import (
    close_during_handshake,
    close_without_answer,
    early_status,
    never_reads,
    refuse_connection,
    reset_after_accept,
    reset_after_handshake,
    reset_after_request,
    reset_during_handshake,
    reset_mid_body,
    silent,
    silent_connect,
    slow_handshake,
)
from doorstroom_client.simulator._fault_framing import (
    bad_status_line,
    close_delimited,
    content_length_too_long,
    content_length_too_short,
    continue_spam,
    drip_body,
    drip_headers,
    gzip_bomb,
    header_flood,
    length_and_chunked,
    no_content_with_body,
    truncated_body,
    truncated_chunk,
    two_content_lengths,
)
from doorstroom_client.simulator._fault_server import FaultServer
from doorstroom_client.simulator._fault_tls import (
    CBC,
    CCM_8,
    DHE,
    MODERN,
    PLAIN,
    STATIC_RSA,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2_ONLY,
    TLS_1_3_ONLY,
    WEAK_CERTIFICATE,
    TlsVariant,
)
from doorstroom_client.simulator._fault_wire import Fault, FaultRequest, Stage, Wire
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.pki import Issued, Leaf, Pki, rsa_key

__all__ = [
    "CBC",
    "CCM_8",
    "DHE",
    "MODERN",
    "PLAIN",
    "STATIC_RSA",
    "TLS_1_0",
    "TLS_1_1",
    "TLS_1_2_ONLY",
    "TLS_1_3_ONLY",
    "WEAK_CERTIFICATE",
    "Fault",
    "FaultRequest",
    "FaultServer",
    "Stage",
    "TlsVariant",
    "Wire",
    "answer",
    "app",
    "applied",
    "bad_status_line",
    "close_delimited",
    "close_during_handshake",
    "close_without_answer",
    "content_length_too_long",
    "content_length_too_short",
    "continue_spam",
    "drip_body",
    "drip_headers",
    "early_status",
    "gzip_bomb",
    "header_flood",
    "html_page",
    "length_and_chunked",
    "never_reads",
    "no_content_with_body",
    "redirect",
    "refuse_connection",
    "reset_after_accept",
    "reset_after_handshake",
    "reset_after_request",
    "reset_during_handshake",
    "reset_mid_body",
    "retry_after",
    "served",
    "silent",
    "silent_connect",
    "slow_handshake",
    "truncated_body",
    "truncated_chunk",
    "two_content_lengths",
]

_OIN = "00000003990000990000"
_numbers = itertools.count(1)


@contextmanager
def served(
    fault: Fault | Sequence[Fault],
    *,
    pki: Pki,
    oin: str | None = _OIN,
    issued: Issued | None = None,
    tls: TlsVariant = MODERN,
    trust: Path | None = None,
    port: int = 0,
) -> Iterator[FaultServer]:
    """Run a `FaultServer` with a certificate made for it.

    Args:
        fault: one fault, or several in order.
        pki: issues the certificate, and is the root that clients must come from.
        oin: the OIN in the certificate.
        issued: another certificate, for instance one with a defect; ``oin`` is then not used.
        tls: how it speaks TLS.
        trust: other roots that clients must come from, to refuse the client of a test.
        port: 0 lets the system choose.
    """
    if issued is None:
        leaf = Leaf(oins=() if oin is None else (oin,), key=rsa_key() if tls.needs_rsa else None)
        issued = pki.issue_leaf(f"fault-server-{next(_numbers)}", leaf)
    server = FaultServer(fault, cert=issued.cert, key=issued.key, trust=trust or pki.trust, tls=tls, port=port)
    with server:
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
    return answer(status, page, HTML).renamed(f"html_page {status}")


def retry_after(status: int = 503, value: str = "1", *, date: str | None = None) -> Fault:
    """A request to come back later.

    Args:
        status: 429, 503, or whatever else carries the header.
        value: of ``Retry-After``, sent as it is.
        date: of ``Date``; left out when None.
    """
    dated = () if date is None else (("Date", date),)
    return answer(status, headers=(("Retry-After", value), *dated)).renamed(f"retry_after {status}")


def redirect(status: int = 302, location: str = "https://localhost:1/elders") -> Fault:
    """A referral to another address; the address of a second `FaultServer` shows whether anyone follows it."""
    return answer(status, b"", headers=(("Location", location),)).renamed(f"redirect {status}")


def app(handle: Callable[[Received], Answer]) -> Fault:
    """Whatever an app of the simulator answers, for instance ``SimulatedOsr().app``.

    Args:
        handle: the app.
    """

    def message(wire: Wire) -> bytes:
        made = handle(_received(wire))
        framing = (length(len(made.body)), *made.headers)
        return head(made.status, framing, content_type=made.content_type, close=wire.last) + made.body

    return Fault("app", sending(message))


def applied(handle: Callable[[Received], Answer], fault: Fault) -> Fault:
    """An app handles the request, but the client meets a fault instead of the answer.

    Args:
        handle: the app.
        fault: strikes after the app is done.

    Raises:
        ValueError: the fault strikes before a request.
    """
    if fault.stage is not Stage.REQUEST:
        raise ValueError(f"{fault.name} strikes before a request")

    def play(wire: Wire) -> bool:
        wire.read_body()
        handle(_received(wire))
        return fault.play(wire)

    return Fault(f"applied, then {fault.name}", play, receive_buffer=fault.receive_buffer)


def _received(wire: Wire) -> Received:
    assert wire.request is not None
    return wire.request.received()
