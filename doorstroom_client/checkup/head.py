"""One HEAD: whether a server answers at all, without an identity, a body or a redirect that is followed."""

from __future__ import annotations

import datetime as dt
import re
import ssl
from collections.abc import Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime

from doorstroom_client.checkup.seen import Head
from doorstroom_client.checkup.tls_line import TlsLine
from doorstroom_client.transport.tls_faults import alert_in, is_about_our_certificate

_LONGEST = 64 * 1024
"""A head of more bytes is no answer."""
_MOST_INTERIM = 20
_SHOWN_LATE = 250
"""Bytes that go out while we read: more than this is our certificate, asked for because of the path."""
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n")
_END = re.compile(rb"\r?\n\r?\n")


def ask_head(line: TlsLine, host: str, path: str, now: Callable[[], dt.datetime]) -> Head:
    """Ask, and read the head of the answer; what comes after it is left unread."""
    request = (
        f"HEAD {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: doorstroom_client\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
    sent = line.bytes_sent
    try:
        line.send(request.encode("ascii"))
        sent = line.bytes_sent
        found = _read(line, now)
    except ssl.SSLError as error:
        about_ours = is_about_our_certificate(error)
        found = Head("own_certificate", alert=alert_in(error)) if about_ours else Head("closed")
    except TimeoutError:
        found = Head("timeout")
    except OSError:
        found = Head("closed")
    return replace(found, asked_late=line.bytes_sent - sent > _SHOWN_LATE)


def _read(line: TlsLine, now: Callable[[], dt.datetime]) -> Head:
    came = b""
    for _ in range(_MOST_INTERIM):
        while (end := _END.search(came)) is None:
            piece = line.receive()
            if not piece:
                return Head("not_http" if came else "closed")
            came += piece
            if len(came) > _LONGEST or not b"HTTP/1".startswith(came[:6]):
                return Head("not_http")
        head, came = came[: end.end()], came[end.end() :]
        first = _STATUS.match(head)
        if first is None:
            return Head("not_http")
        if int(first[1]) >= 200:
            return _answer(int(first[1]), head, now())
    return Head("not_http")


def _answer(status: int, head: bytes, ours: dt.datetime) -> Head:
    lines = (line.partition(":") for line in head.decode("latin-1").splitlines()[1:])
    fields = {name.strip().lower(): value.strip() for name, _, value in lines}
    media_type = fields.get("content-type", "").partition(";")[0].strip().lower()
    return Head(status=status, media_type=media_type, at=_moment(fields.get("date", "")), ours=ours)


def _moment(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
