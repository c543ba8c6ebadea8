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

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.evidence import reply_of
from doorstroom_client.ketentest.outcomes import UNSPOKEN, Reply, Shaken
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.steps import Ours, Probe, Send, Series, Tls

ANSWER_SECONDS = 30.0
"""How long a request may take in all, when nothing else is said."""
_PIECE = 65_536
_LARGEST = 32 * 1024 * 1024
_STRAY_SECONDS = 0.3
_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"


_CERTIFICATES: Mapping[Ours, str] = {
    Ours.OWN: "een eigen certificaat",
    Ours.OTHER_PARTY: "een certificaat van een partij zonder machtiging",
    Ours.OTHER_CA: "een certificaat van een andere uitgever",
    Ours.EXPIRED: "een certificaat dat verlopen is",
    Ours.NO_OIN: "een certificaat zonder OIN",
}


@frozen
class Shown:
    """A certificate of ours with its key, as PEM files.

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


class NoAnswer(Exception):
    """There was no whole answer.

    Attributes:
        fault: why, as in `Reply`.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


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
        left = list(sends)
        while left:
            begun, sent = time.monotonic(), False
            try:
                with self._connected(Tls.SOUND, left[0].shows, self._target.seconds) as line:
                    self._know(line)
                    while left:
                        begun, sent = time.monotonic(), True
                        last = len(left) == 1
                        line.write(_head(self._target, left[0], close=last))
                        line.write_paced(left[0].body, left[0].pace)
                        reply, goes_on = self._read(line, left[0], begun)
                        left.pop(0)
                        yield reply
                        if not goes_on:
                            break
            except NoAnswer as error:
                left.pop(0)
                yield Reply(fault=error.fault, seconds=round(time.monotonic() - begun, 3), sent=sent)

    def _know(self, line: _Line) -> None:
        """Make sure that it is the other side, before a byte of a request goes out."""
        if line.version and self._target.oin and line.oin != self._target.oin:
            raise NoAnswer("wrong-oin")

    def _read(self, line: _Line, send: Send, begun: float) -> tuple[Reply, bool]:
        status, headers = line.read_head()
        while 100 <= status < 200:
            status, headers = line.read_head()
        body, goes_on = line.read_body(send.method, status, headers)
        seconds = time.monotonic() - begun
        return reply_of(self._keys, status, headers, body, seconds=seconds), goes_on

    @contextmanager
    def _connected(self, speaks: Tls, shows: Ours, seconds: float) -> Iterator[_Line]:
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
                yield _Line(plain, until)
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
                yield _Line(over, until)


class _Line:
    """A connection, with what was read ahead; until a deadline."""

    def __init__(self, over: socket.socket, until: float) -> None:
        self._over = over
        self._until = until
        self._ahead = bytearray()
        self.version = self.cipher = self.oin = self.ends = ""
        if isinstance(over, ssl.SSLSocket):
            self.version = over.version() or ""
            self.cipher = (over.cipher() or ("", "", 0))[0]
            certificate = over.getpeercert() or {}
            subject: object = certificate.get("subject", ())
            found = [value for rdn in _pairs(subject) for name, value in rdn if name == "serialNumber"]
            self.oin = found[0] if len(found) == 1 else ""
            ends = str(certificate.get("notAfter", ""))
            self.ends = time.strftime("%Y-%m-%d", time.gmtime(ssl.cert_time_to_seconds(ends))) if ends else ""

    def write(self, data: bytes) -> None:
        """Send everything; a peer that does not want to read may still have answered."""
        self._limit()
        try:
            self._over.sendall(data)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except OSError:
            if not self._fetch_quietly():
                raise NoAnswer("cut") from None

    def write_paced(self, data: bytes, seconds: float) -> None:
        """Send everything, at once or spread over some time."""
        pieces = 1 if not seconds else min(10, max(len(data), 1))
        size = -(-len(data) // pieces) or 1
        for at in range(0, len(data), size):
            if at:
                time.sleep(seconds / pieces)
            self.write(data[at : at + size])

    def read_head(self) -> tuple[int, list[tuple[str, str]]]:
        """The status and headers of an answer."""
        while (end := self._ahead.find(b"\r\n\r\n")) < 0:
            if len(self._ahead) > _PIECE * 4:
                raise NoAnswer("unreadable")
            self._fetch()
        first, *rest = self._ahead[:end].decode("latin-1").split("\r\n")
        del self._ahead[: end + 4]
        protocol, _, after = first.partition(" ")
        if not protocol.startswith("HTTP/1.") or not after[:3].isdigit():
            raise NoAnswer("unreadable")
        pairs = (text.partition(":") for text in rest)
        return int(after[:3]), [(name.strip(), value.strip()) for name, _, value in pairs]

    def read_body(self, method: str, status: int, headers: Sequence[tuple[str, str]]) -> tuple[bytes, bool]:
        """The body, also where HTTP allows none; and whether the connection can be used again."""
        found = {name.lower(): value for name, value in headers}
        closes = "close" in found.get("connection", "").lower()
        if method == "HEAD":
            return b"", not closes
        if "chunked" in found.get("transfer-encoding", "").lower():
            return self._chunks(), not closes
        length = found.get("content-length", "")
        if status in (204, 304):
            return self._stray(int(length) if length.isdigit() else 0), not closes
        if length.isdigit():
            return self._exactly(int(length)), not closes
        return self._to_the_end(), False

    def _stray(self, announced: int) -> bytes:
        """What came after an answer that has no body: what was announced, or what lies there already."""
        before, self._until = self._until, min(self._until, time.monotonic() + _STRAY_SECONDS)
        try:
            while len(self._ahead) < max(announced, 1):
                self._fetch()
        except NoAnswer:
            pass
        finally:
            self._until = before
        body = bytes(self._ahead)
        self._ahead.clear()
        return body

    def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            size_text = self._text_line().partition(b";")[0].strip()
            try:
                size = int(size_text, 16)
            except ValueError:
                raise NoAnswer("unreadable") from None
            if not size:
                break
            body += self._exactly(size)
            self._text_line()
        while self._text_line():
            pass
        return bytes(body)

    def _text_line(self) -> bytes:
        while (end := self._ahead.find(b"\r\n")) < 0:
            self._fetch()
        line = bytes(self._ahead[:end])
        del self._ahead[: end + 2]
        return line

    def _exactly(self, size: int) -> bytes:
        if size > _LARGEST:
            raise NoAnswer("unreadable")
        while len(self._ahead) < size:
            self._fetch()
        body = bytes(self._ahead[:size])
        del self._ahead[:size]
        return body

    def _to_the_end(self) -> bytes:
        while len(self._ahead) <= _LARGEST and self._fetch_quietly():
            pass
        return bytes(self._ahead)

    def _fetch(self) -> None:
        self._limit()
        try:
            piece = self._over.recv(_PIECE)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except ssl.SSLError as error:  # under TLS 1.3 our certificate is refused here
            raise NoAnswer("cut" if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) else "tls") from None
        except OSError:
            raise NoAnswer("cut") from None
        if not piece:
            raise NoAnswer("cut")
        self._ahead += piece

    def _fetch_quietly(self) -> bool:
        try:
            self._fetch()
        except NoAnswer:
            return False
        return True

    def _limit(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise NoAnswer("timeout")
        self._over.settimeout(left)


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
        context.load_cert_chain(shown.cert, shown.key, shown.password or "")
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
    except (TypeError, ValueError):
        return None


def _pairs(subject: object) -> Iterator[list[tuple[str, str]]]:
    for rdn in subject if isinstance(subject, tuple) else ():
        yield [(str(name), str(value)) for name, value in rdn]
