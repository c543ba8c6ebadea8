"""A connection to the server under test: bytes go out as they are given, and an answer is read as it was sent.

Whoever is at the other end may send anything, for ever: every part of an answer has a bound, and so has the time.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence

PIECE = 65_536
LARGEST = 32 * 1024 * 1024
"""A body of more bytes is not read."""
LONGEST_HEAD = 256 * 1024
"""A head of more bytes is not read, nor is more around the pieces of a body."""
MOST_INTERIM = 20
"""So many interim answers (1xx) may come before the one that counts."""
_STRAY_SECONDS = 0.3
_STATUS_LINE = re.compile(r"HTTP/1\.[01] ([1-9]\d\d)(?: .*)?", re.ASCII)
_LENGTH = re.compile(r"\d{1,12}", re.ASCII)
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
Headers = Sequence[tuple[str, str]]


class NoAnswer(Exception):
    """There was no whole answer.

    Attributes:
        fault: why, as in `Reply`.
    """

    def __init__(self, fault: str) -> None:
        """Say why."""
        super().__init__(fault)
        self.fault = fault


class Line:
    """A connection, with what was read ahead.

    Args:
        over: the socket, after its handshake.
        until: the deadline, on the monotonic clock.

    Attributes:
        version: of TLS; empty without it.
        cipher: the suite.
        oin: in the certificate of the other side; empty when it has none, or several.
        ends: last day of that certificate, ``2027-03-01``.
    """

    def __init__(self, over: socket.socket, until: float) -> None:
        self._over = over
        self._until = until
        self._ahead = bytearray()
        self._looked = 0
        self.version: str = ""
        self.cipher: str = ""
        self.oin: str = ""
        self.ends: str = ""
        if isinstance(over, ssl.SSLSocket):
            self.version = over.version() or ""
            self.cipher = (over.cipher() or ("", "", 0))[0]
            certificate: Mapping[str, object] = over.getpeercert() or {}
            found = [value for rdn in _pairs(certificate.get("subject")) for name, value in rdn if name == "serialNumber"]
            self.oin = found[0] if len(found) == 1 else ""
            ends = str(certificate.get("notAfter", ""))
            self.ends = time.strftime("%Y-%m-%d", time.gmtime(ssl.cert_time_to_seconds(ends))) if ends else ""

    def last_until(self, until: float) -> None:
        """Give what follows another deadline."""
        self._until = until

    # --- out

    def write(self, data: bytes) -> None:
        """Send everything; a peer that does not want to read may still have answered.

        Raises:
            NoAnswer: it could not be sent.
        """
        self._limit()
        try:
            self._over.sendall(data)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except OSError:
            if not self._fetch_quietly():
                raise NoAnswer("cut") from None

    def write_paced(self, data: bytes, seconds: float) -> None:
        """Send everything, at once or spread over some time.

        Raises:
            NoAnswer: it could not be sent.
        """
        pieces = 1 if not seconds else min(10, max(len(data), 1))
        size = -(-len(data) // pieces) or 1
        for at in range(0, len(data), size):
            if at:
                time.sleep(seconds / pieces)
            self.write(data[at : at + size])

    # --- in

    def read_head(self) -> tuple[int, Headers]:
        """The status and headers of an answer; interim ones are passed over.

        Raises:
            NoAnswer: none came, or it is no HTTP.
        """
        for _ in range(MOST_INTERIM + 1):
            status, headers = self._one_head()
            if status >= 200:
                return status, headers
        raise NoAnswer("unreadable")

    def read_body(self, method: str, status: int, headers: Headers) -> tuple[bytes, bool]:
        """The body, also where HTTP allows none; and whether the connection can be used again.

        Raises:
            NoAnswer: it is not whole, or its length cannot be known.
        """
        found = {name.lower(): value for name, value in headers}
        goes_on = "close" not in found.get("connection", "").lower()
        length = _length_in(headers)
        if method == "HEAD":
            return b"", goes_on
        if status in (204, 304):
            return self._stray(length or 0), goes_on
        if "transfer-encoding" in found:
            if found["transfer-encoding"].lower().rpartition(",")[2].strip() != "chunked":
                return self._to_the_end(), False
            return self._chunks(), goes_on
        if length is not None:
            return self._exactly(length), goes_on
        return self._to_the_end(), False

    def _one_head(self) -> tuple[int, Headers]:
        left = LONGEST_HEAD
        first = self._text_line(left)
        found = _STATUS_LINE.fullmatch(first)
        if found is None:
            raise NoAnswer("unreadable")
        headers: list[tuple[str, str]] = []
        while text := self._text_line(left := left - len(first) - 2):
            first = text
            if text[0] in " \t" and headers:  # the rest of the one before, and not one of its own
                name, value = headers.pop()
                headers.append((name, f"{value} {text.strip()}"))
            else:
                name, colon, value = text.partition(":")
                headers += [(name.strip(), value.strip())] if colon else []
        return int(found[1]), headers

    def _stray(self, announced: int) -> bytes:
        """What came after an answer that has no body: what was announced, or what lies there already."""
        before, self._until = self._until, min(self._until, time.monotonic() + _STRAY_SECONDS)
        try:
            while len(self._ahead) < min(announced or LARGEST, LARGEST):
                self._fetch()
        except NoAnswer:
            pass
        finally:
            self._until = before
        body = bytes(self._ahead)
        self._forget(len(body))
        return body

    def _chunks(self) -> bytes:
        body, around = bytearray(), LONGEST_HEAD
        while True:
            text = self._text_line(around).encode("latin-1").partition(b";")[0].strip()
            around -= len(text) + 4
            if _CHUNK_SIZE.fullmatch(text) is None:
                raise NoAnswer("unreadable")
            size = int(text, 16)
            if not size:
                break
            body += self._exactly(size, LARGEST - len(body))
            if self._text_line(2):
                raise NoAnswer("unreadable")
        while text_line := self._text_line(around):
            around -= len(text_line) + 2
        return bytes(body)

    def _text_line(self, longest: int) -> str:
        """One line without its end, which is CR LF or, with some, LF alone."""
        while (end := self._ahead.find(b"\n", self._looked)) < 0:
            self._looked = len(self._ahead)
            if self._looked > longest:
                raise NoAnswer("unreadable")
            self._fetch()
        if end > max(longest, 1):
            raise NoAnswer("unreadable")
        line = bytes(self._ahead[:end])
        self._forget(end + 1)
        return line.removesuffix(b"\r").decode("latin-1")

    def _exactly(self, size: int, most: int = LARGEST) -> bytes:
        if size > most:
            raise NoAnswer("unreadable")
        while len(self._ahead) < size:
            self._fetch()
        body = bytes(self._ahead[:size])
        self._forget(size)
        return body

    def _to_the_end(self) -> bytes:
        """Everything until the other side closes: only that says that it is all."""
        while self._more():
            if len(self._ahead) > LARGEST:
                raise NoAnswer("unreadable")
        body = bytes(self._ahead)
        self._forget(len(body))
        return body

    def _forget(self, size: int) -> None:
        del self._ahead[:size]
        self._looked = 0

    def _fetch(self) -> None:
        if not self._more():
            raise NoAnswer("cut")

    def _more(self) -> bool:
        """Read on; False when the other side has closed."""
        self._limit()
        try:
            piece = self._over.recv(PIECE)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except ssl.SSLError as error:  # under TLS 1.3 our certificate is refused here
            raise NoAnswer("cut" if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) else "tls") from None
        except OSError:
            raise NoAnswer("cut") from None
        self._ahead += piece
        return bool(piece)

    def _fetch_quietly(self) -> bool:
        try:
            return self._more()
        except NoAnswer:
            return False

    def _limit(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise NoAnswer("timeout")
        self._over.settimeout(left)


def _length_in(headers: Headers) -> int | None:
    """The length that is announced; None when none is. Said more than once, it has to be the same."""
    found = {part.strip() for name, value in headers if name.lower() == "content-length" for part in value.split(",")}
    if not found:
        return None
    if len(found) > 1 or _LENGTH.fullmatch(text := found.pop()) is None:
        raise NoAnswer("unreadable")
    return int(text)


def _pairs(subject: object) -> Iterator[list[tuple[str, str]]]:
    for rdn in subject if isinstance(subject, tuple) else ():
        yield [(str(name), str(value)) for name, value in rdn]
