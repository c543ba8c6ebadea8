"""What of a message may be kept: by a list of what is allowed, and only of pupils that this run invented."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from doorstroom_client.basics.whole_pdf import begins_as_pdf, is_whole_pdf
from doorstroom_client.ketentest.outcomes import Arrival, Reply
from doorstroom_client.ketentest.pupils import Keys, identities_in

_ONLY_THAT_IT_IS_SET = ("location", "www-authenticate")
KEPT_HEADERS = frozenset(
    {"content-type", "content-length", "content-encoding", "retry-after", "allow", "api-version", "date", *_ONLY_THAT_IT_IS_SET}
)
"""Names of headers that evidence may hold, in small letters."""
_LONGEST_TEXT = 300
_LONGEST_LOOKED_AT = 4096
_LARGEST_BODY = 256 * 1024
_DEEPEST = 100
_IDENTIFYING = re.compile(
    r"https?://ketenid\.nl/\S+|\b\d{1,2}[-./]\d{1,2}[-./]\d{4}\b|\b\d{4}-\d{2}-\d{2}\b(?!T)|\d{8,9}", re.IGNORECASE
)
_MARKS: Mapping[bytes, str] = {
    b"<!doctype html": "html",
    b"<html": "html",
    b"<?xml": "xml",
    b"{": "json",
    b"[": "json",
}


def scrubbed(text: str) -> str:
    """Free text of the other side, short, without what could be a key or a date of birth of somebody."""
    return _IDENTIFYING.sub("…", _printable(text[:_LONGEST_LOOKED_AT]))[:_LONGEST_TEXT]


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def kept_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those that evidence may hold."""
    found = {name.lower(): value for name, value in headers if name.lower() in KEPT_HEADERS}
    return {
        name: "(set)" if name in _ONLY_THAT_IT_IS_SET else _printable(value[:_LONGEST_TEXT]) for name, value in found.items()
    }


def digest(body: bytes) -> str:
    """What tells a body apart, the same at both sides: the first 16 digits of its SHA-256; empty without one."""
    return hashlib.sha256(body).hexdigest()[:16] if body else ""


def reply_of(
    keys: Keys, status: int, headers: Iterable[tuple[str, str]], body: bytes, *, seconds: float = 0.0, size: int | None = None
) -> Reply:
    """An answer as evidence.

    Args:
        keys: the identities of the run.
        status: of HTTP.
        headers: as they came.
        body: as it came.
        seconds: how long it took.
        size: bytes that came, when those are more than `body` holds.
    """
    found = _document(body)
    kept: str | None = None
    if (
        isinstance(found, dict)
        and len(body) <= _LARGEST_BODY
        and not any(keys.label_of(item) is None for item in identities_in(found))
    ):
        melding = found.get("melding")
        whole = {**found, "melding": scrubbed(melding)} if isinstance(melding, str) else found
        kept = json.dumps(whole, ensure_ascii=False)
    return Reply(
        status=status,
        headers=kept_headers(headers),
        body=kept,
        size=len(body) if size is None else size,
        sha256=digest(body),
        first=_beginning(body),
        ends_whole=is_whole_pdf(body),
        repeats=keys.told_in(_text(body)),
        seconds=round(seconds, 3),
    )


def arrival_of(
    keys: Keys,
    *,
    operation: str,
    method: str,
    query: Iterable[tuple[str, str]],
    headers: Iterable[tuple[str, str]],
    body: bytes,
    oin: str | None,
    answered: int,
    moment: str,
    tls: str = "",
    path: str = "",
) -> Arrival:
    """A request of the system under test as evidence; one about pupils of others keeps its size and checksum only."""
    found = _document(body)
    foreign = found is not None and keys.is_foreign(found)
    text = None if foreign or found is None else body.decode("utf-8", "replace")
    return Arrival(
        operation=operation,
        method=method,
        query=tuple(query),
        headers=kept_headers(headers),
        oin=oin or "",
        tls=tls,
        body=text if len(body) <= _LARGEST_BODY else None,
        pupils=keys.labels_in(found),
        foreign=foreign,
        size=len(body),
        sha256=digest(body or path.encode()),
        answered=answered,
        moment=moment,
    )


def _text(body: bytes) -> str:
    """The body as text, in JSON or not; of one that is neither, what can be read."""
    found = _document(body)
    return body[:_LARGEST_BODY].decode("utf-8", "replace") if found is None else json.dumps(found, ensure_ascii=False)


def _document(body: bytes) -> object:
    """The body as JSON, read as leniently as can be: evidence that it names somebody must not hang on its encoding."""
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            found = json.loads(body.decode(encoding))
        except (ValueError, RecursionError):
            continue
        return found if _is_shallow(found) else None
    return None


def _is_shallow(document: object) -> bool:
    """Whether something is nested no deeper than any message is; what is deeper cannot always be written again."""
    layer = [document]
    for _ in range(_DEEPEST):
        layer = [
            item
            for found in layer
            if isinstance(found, dict | list)
            for item in (found.values() if isinstance(found, dict) else found)
        ]
        if not layer:
            return True
    return False


def _beginning(body: bytes) -> str:
    """What a body that is no message seems to be."""
    if begins_as_pdf(body):
        return "pdf"
    start = body[:512].lstrip().lower()
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), "other" if body else "")
