"""Looks at the connection to one party, with the very context of real calls: what a message would meet, without a message.

A handshake of which the records pass through our hands cannot be made with an event loop's own streams, so an `AsyncClient` has
this done in a thread: a second way of doing it would be a second thing to trust. The time of all of it is bounded, so that the
thread ends also when nobody waits for it any more.
"""

from __future__ import annotations

import datetime as dt
import errno
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.checkup.head import ask_head
from doorstroom_client.checkup.seen import Handshake, Own, Seen, Tried
from doorstroom_client.checkup.tls_line import TlsLine
from doorstroom_client.checkup.tls_records import own_certificate_in
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.url import Origin, Peer
from doorstroom_client.parties.x509 import peer_oin
from doorstroom_client.transport.host_names import Names
from doorstroom_client.transport.tls_faults import alert_in, broke_off, is_about_our_certificate

_OLD = ("SSL 3.0", "TLS 1.0", "TLS 1.1")
_NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)


@frozen
class Means:
    """What a look is made with.

    Attributes:
        context: gives the SSLContext of real calls.
        another: makes one like it that may be changed.
        own: our side.
        connect: seconds for one connection with its handshake, at most.
        total: seconds for everything, at most.
        apart: does what may wait that long; in an event loop what it gives is awaited.
        now: the wall clock (UTC).
    """

    context: Callable[[], ssl.SSLContext]
    another: Callable[[], ssl.SSLContext]
    own: Callable[[], Own]
    connect: float
    total: float
    apart: Callable[[Callable[[], Any]], Any]
    now: Callable[[], dt.datetime]


def look_at(peer: Peer, means: Means) -> Seen:
    """Look, step by step, until one fails. Whatever the network or the party does is a part of what was seen."""
    until = time.monotonic() + means.total
    origin = Origin.of(peer.base_url)
    seen = Seen(host=origin.host, port=origin.port, expected=peer.oin, own=means.own(), now=means.now())
    try:
        places = Names().places(origin.host, origin.port, min(means.connect, _left(until)))
    except TimeoutError:
        return replace(seen, slow_name=True)
    except (OSError, UnicodeError):
        return seen
    seen = replace(seen, places=tuple(places))
    tried, over = _connect(places, origin.port, means, until)
    seen = replace(seen, tried=tuple(tried))
    if over is None:
        return seen
    with over:
        return _talk(over, peer, seen, means, until)


def _left(until: float) -> float:
    return max(0.01, until - time.monotonic())


def _connect(places: list[str], port: int, means: Means, until: float) -> tuple[list[Tried], socket.socket | None]:
    """One address after the other, as a real call does; each has its share of the time."""
    tried: list[Tried] = []
    for at, place in enumerate(places):
        seconds = min(means.connect, _left(until) / (len(places) - at))
        try:
            over = socket.create_connection((place, port), seconds)
        except TimeoutError:
            tried.append(Tried(place, "timeout"))
        except OSError as error:
            tried.append(Tried(place, _no_connection(error)))
        else:
            return [*tried, Tried(place, "open")], over
    return tried, None


def _no_connection(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "unreachable" if error.errno in _NO_WAY else "reset"


def _talk(over: socket.socket, peer: Peer, seen: Seen, means: Means, until: float) -> Seen:
    line = TlsLine(over, means.context(), seen.host, min(until, time.monotonic() + means.connect))
    handshake = _shake_hands(line)
    if handshake.ended == "verify" and not handshake.shown:
        handshake = replace(handshake, shown=_shown_in_1_2(seen, means, until))
    seen = replace(seen, handshake=handshake)
    if handshake.ended or (peer.oin is not None and handshake.oin != peer.oin):
        return seen  # nothing is sent to who is not proven to be the party
    line.last_until(until)
    return replace(seen, head=ask_head(line, _host_header(peer.base_url), _path_of(peer.base_url), means.now))


def _host_header(base_url: str) -> str:
    """As it goes over the line; the port is no part of the last label, which may be as long as a label can be."""
    origin = Origin.of(base_url)
    return origin._replace(host=origin.host.encode("idna").decode()).shown


def _path_of(base_url: str) -> str:
    return quote(urlsplit(base_url).path or "/", safe="/%:@!$&'()*+,;=~")


def _shake_hands(line: TlsLine) -> Handshake:
    try:
        line.shake_hands()
    except ssl.SSLCertVerificationError as error:
        came, number, words = line.came, error.verify_code, error.verify_message
        return Handshake("verify", came.version, verify_code=number, shown=came.certificates, verify_words=words)
    except ssl.SSLError as error:
        return _refused(line, error)
    except TimeoutError:
        return Handshake("silent", line.came.version)
    except OSError:
        return Handshake("closed", line.came.version)
    came = line.came
    own = own_certificate_in(came, line.went)
    version = line.version.replace("TLSv", "TLS ")
    return Handshake("", version, line.suite, certificate=line.certificate, oin=peer_oin(line.subject), own=own)


def _refused(line: TlsLine, error: ssl.SSLError) -> Handshake:
    """Why there is no handshake: by what came first, then by what was said, then by how far it got."""
    came, alert = line.came, alert_in(error)
    version = came.version
    if line.first_bytes and not came.begins_as_tls:
        return Handshake("http" if line.first_bytes.startswith((b"HTTP/", b"<")) else "not_tls")
    if version in _OLD or alert == "protocol_version":
        return Handshake("too_old", version, alert=alert)
    if alert == "unrecognized_name":
        return Handshake("unknown_name", version, alert=alert)
    if not version and alert in ("handshake_failure", "insufficient_security"):
        return Handshake("no_cipher", alert=alert)
    if is_about_our_certificate(error) or (version and alert == "handshake_failure"):  # all else was agreed on before this
        return Handshake("own_certificate", version, alert=alert)
    if broke_off(error):
        return Handshake("closed", version)
    return Handshake("other", version, alert=alert or (error.reason or "").lower())


def _shown_in_1_2(seen: Seen, means: Means, until: float) -> tuple[bytes, ...]:
    """The certificates of the server, which TLS 1.3 encrypts: once more, with TLS 1.2 and with every check on."""
    with suppress(OSError, ConfigurationError):  # an ssl.SSLError is an OSError
        context = means.another()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection((seen.tried[-1].place, seen.port), min(means.connect, _left(until))) as over:
            line = TlsLine(over, context, seen.host, min(until, time.monotonic() + means.connect))
            with suppress(OSError):
                line.shake_hands()
            return line.came.certificates
    return ()
