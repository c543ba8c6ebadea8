"""Sends what a scenario says, byte for byte, over mutual TLS, and reads what comes back as it was sent.

An HTTP library repairs what it sends and hides what it reads: a body after a 204 is dropped by all of them. The certificate of
the other side is checked as ever, its OIN included, before a byte of a message goes out.
"""

from __future__ import annotations

import socket
import ssl
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import field
from email.utils import parsedate_to_datetime
from pathlib import Path

from doorstroom_client import ClientCertificate
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.evidence import reply_of
from doorstroom_client.ketentest.line import Line, NoAnswer
from doorstroom_client.ketentest.outcomes import UNSPOKEN, Reply, Shaken
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.steps import Ours, Probe, Send, Series, Tls
from doorstroom_client.transport import load_own

ANSWER_SECONDS = 30.0
"""How long a request may take in all, when nothing else is said."""
_MOST_SILENT = 3
"""After so many requests of a series that got no answer in time, the rest is not tried."""
_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"


_CERTIFICATES: Mapping[Ours, str] = {
    Ours.OWN: "een eigen certificaat",
    Ours.OTHER_PARTY: "een certificaat van een partij zonder mandaat",
    Ours.OTHER_CA: "een certificaat van een andere uitgever",
    Ours.EXPIRED: "een certificaat dat verlopen is",
    Ours.NO_OIN: "een certificaat zonder OIN",
}


@frozen
class Shown:
    """A certificate of ours with its key, as files.

    Attributes:
        cert: the certificate, followed by its intermediates.
        key: the private key.
        password: its passphrase; None when it has none.
    """

    cert: Path
    key: Path
    password: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Target:
    """The system under test as a server.

    Attributes:
        host: its name, which its certificate has to carry.
        port: its port.
        prefix: what comes before every path, without a slash at its end.
        oin: that its certificate must carry; empty when only the host name is known.
        trust: PEM files with the roots that may vouch for it.
        shown: the certificates of ours that can be shown.
        connect_to: the address to connect to, when that is not the one of the host name.
        seconds: how long a request may take in all.
    """

    host: str
    port: int
    prefix: str
    oin: str
    trust: tuple[Path, ...]
    shown: Mapping[Ours, Shown]
    connect_to: str = ""
    seconds: float = ANSWER_SECONDS


class Requester:
    """Sends requests to one server.

    Args:
        target: where it is.
        keys: the identities of the run, to know whose data an answer holds.
    """

    def __init__(self, target: Target, keys: Keys) -> None:
        self._target = target
        self._keys = keys

    def lacking(self, step: Send | Series | Probe) -> str:
        """What has to be arranged before a step can be taken, in Dutch: a certificate that is not at hand; empty."""
        wanted = {item.shows for item in step.sends} if isinstance(step, Series) else {step.shows}
        missing = wanted - self._target.shown.keys() - {Ours.NONE}
        return "hiervoor is nodig: " + ", ".join(sorted(_CERTIFICATES[item] for item in missing)) if missing else ""

    def send(self, send: Send) -> Reply:
        """Send one request on a connection of its own."""
        return self.series(Series(name=send.name, sends=(send,)))[0]

    def series(self, series: Series) -> tuple[Reply, ...]:
        """Send several: on one connection, or on several at once, each with its share."""
        if series.at_once == 1:
            return tuple(self._on_one(series.sends))
        shares = [series.sends[at :: series.at_once] for at in range(series.at_once)]
        with ThreadPoolExecutor(series.at_once) as threads:
            answers = [iter(found) for found in threads.map(lambda share: list(self._on_one(share)), shares)]
        return tuple(next(answers[at % series.at_once]) for at in range(len(series.sends)))

    def probe(self, probe: Probe) -> Shaken:
        """Shake hands, ask and read."""
        line = None
        version = cipher = oin = ends = ""
        try:
            with self._connected(probe.speaks, probe.shows, self._target.seconds) as line:
                version, cipher, oin, ends = line.version, line.cipher, line.oin, line.ends
                self._know(line)
                send = Send(name=probe.name, method="HEAD", path=probe.path)
                line.write(_head(self._target, send, close=True))
                status, headers = line.read_head()
        except NoAnswer as error:
            return Shaken(version=version, cipher=cipher, oin=oin, ends=ends, fault=error.fault)
        found = {name.lower(): value for name, value in headers}
        return Shaken(
            accepted=True,
            version=version,
            cipher=cipher,
            oin=oin,
            ends=ends,
            status=status,
            location="location" in found,
            date=_skew(found.get("date", "")),
        )

    def _on_one(self, sends: Sequence[Send]) -> Iterator[Reply]:
        left, silent = list(sends), 0
        while left:
            if silent == _MOST_SILENT:
                yield from (Reply(fault="timeout") for _ in left)
                return
            begun, sent = time.monotonic(), False
            try:
                with self._connected(Tls.SOUND, left[0].shows, self._target.seconds) as line:
                    self._know(line)
                    while left:
                        begun, sent = time.monotonic(), True
                        line.last_until(begun + self._target.seconds)
                        last = len(left) == 1
                        line.write(_head(self._target, left[0], close=last))
                        line.write_paced(left[0].body, left[0].pace)
                        reply, goes_on = self._read(line, left[0], begun)
                        left.pop(0)
                        silent = 0
                        yield reply
                        if not goes_on:
                            break
            except NoAnswer as error:
                left.pop(0)
                silent += error.fault == "timeout"
                yield Reply(fault=error.fault, seconds=round(time.monotonic() - begun, 3), sent=sent)

    def _know(self, line: Line) -> None:
        """Make sure that it is the other side, before a byte of a request goes out."""
        if line.version and self._target.oin and line.oin != self._target.oin:
            raise NoAnswer("wrong-oin")

    def _read(self, line: Line, send: Send, begun: float) -> tuple[Reply, bool]:
        status, headers = line.read_head()
        body, goes_on = line.read_body(send.method, status, headers)
        seconds = time.monotonic() - begun
        return reply_of(self._keys, status, headers, body, seconds=seconds), goes_on

    @contextmanager
    def _connected(self, speaks: Tls, shows: Ours, seconds: float) -> Iterator[Line]:
        target, until = self._target, time.monotonic() + seconds
        try:
            plain = socket.create_connection((target.connect_to or target.host, target.port), timeout=seconds)
        except socket.gaierror:
            raise NoAnswer("dns") from None
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except (OSError, UnicodeError):
            raise NoAnswer("refused") from None
        with plain:
            if speaks is Tls.PLAIN:
                yield Line(plain, until)
                return
            try:
                context = _context(speaks, target.trust, target.shown.get(shows))
            except ssl.SSLError:
                raise NoAnswer(UNSPOKEN if speaks is not Tls.SOUND else "tls") from None
            try:
                over = context.wrap_socket(plain, server_hostname=target.host)
            except TimeoutError:
                raise NoAnswer("timeout") from None
            except ssl.SSLError as error:
                ours = error.reason in ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE")
                raise NoAnswer(UNSPOKEN if ours else "tls") from None
            except (OSError, ValueError):  # the other side hung up, or the host name can be none
                raise NoAnswer("tls") from None
            with over:
                yield Line(over, until)


def _context(speaks: Tls, trust: Sequence[Path], shown: Shown | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in trust:
        context.load_verify_locations(file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    suites = {Tls.CBC: "ECDHE+AES:!AESGCM:!AESCCM", Tls.STATIC_RSA: "AES128-GCM-SHA256:AES256-GCM-SHA384"}.get(speaks, _SUITES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # an old version is spoken to see it refused
        if speaks is Tls.TLS_1_1:
            suites = "DEFAULT:@SECLEVEL=0"
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        elif speaks in (Tls.CBC, Tls.STATIC_RSA):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        elif speaks is Tls.TLS_1_3:
            context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_ciphers(suites)
    if shown is not None:
        load_own(context, ClientCertificate(shown.cert, shown.key, password=shown.password))
    return context


def _head(target: Target, send: Send, *, close: bool) -> bytes:
    query = "&".join(f"{name}={value}" for name, value in send.query)
    path = f"{target.prefix}{send.path}{'?' if query else ''}{query}"
    host = target.host if target.port == 443 else f"{target.host}:{target.port}"
    lines = [f"{send.method} {path} HTTP/1.1", f"Host: {host}", "Accept: application/json, application/pdf"]
    lines += [f"{name}: {value}" for name, value in send.headers]
    if send.body or send.method == "POST":
        lines.append(f"Content-Length: {len(send.body)}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _skew(date: str) -> float | None:
    try:
        return round(parsedate_to_datetime(date).timestamp() - time.time(), 1)
    except (TypeError, ValueError, ArithmeticError, OSError):  # a day that no clock of this machine has
        return None
