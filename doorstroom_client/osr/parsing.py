"""Reads what the register sends: any wrapper and spelling of a field in, plain values out.

Its bodies are known in part only, so any shape is taken in, and nothing is made of it that it does not say: what cannot be
understood is None, and never "nothing".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from doorstroom_client.messages.codec import decode_answer
from doorstroom_client.messages.values import as_moment, as_text, dutch_day
from doorstroom_client.transport.request import Response

Links = dict[str, tuple[str, ...]]
"""Addresses by relation, in one spelling: ``school``, ``service_version``."""
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HREF = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2000}")
"""One line of ASCII without backslash; whatever else calls itself a link is not followed."""
_DAY = re.compile(r"([0-9]{4}-?[0-9]{2}-?[0-9]{2})(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_DUTCH_DAY = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")
_NEVER = re.compile(r"9999-[0-9]{2}-[0-9]{2}[T ]")
"""The last year there is, as systems write that something does not end; a moment in it is beyond what can be reckoned with."""
_MESSAGES = ("message", "error", "errors", "detail", "melding", "title")
_SECRET = ("token", "mandate_token")


def spelled(name: str) -> str:
    """A name in one spelling: ``bgeCode``, ``bge-code`` and ``bge_code`` are the same."""
    return _BOUNDARY.sub("_", name).replace("-", "_").strip("_").lower()


class Fields:
    """One object of the register, its names in one spelling."""

    __slots__ = ("_values", "links", "raw")

    def __init__(self, document: Mapping[str, Any], address: str) -> None:
        """Take an object that stood at `address`."""
        self._values: dict[str, list[Any]] = {}
        for name, value in document.items():
            self._values.setdefault(spelled(name), []).append(value)
        self.raw: dict[str, Any] = {name: value for name, value in document.items() if spelled(name) not in _SECRET}
        self.links: Links = self._links(address)

    def __repr__(self) -> str:
        return "Fields(…)"

    def text(self, *names: str) -> str | None:
        """The first text, or number as text, that one of the names holds."""
        for value in self._all(names):
            text = as_text(value)
            if text is not None and text.strip():
                return text.encode("utf-8", "replace").decode().strip()
        return None

    def day(self, *names: str) -> dt.date | None:
        """The first day that one of the names holds; of a moment, the Dutch day."""
        return next((day for value in self._all(names) if (day := whole_day(value)) is not None), None)

    def flag(self, name: str) -> bool | None:
        """Yes or no; None when it says neither."""
        meanings = {"true": True, "false": False, "1": True, "0": False}
        return next((meanings[text] for value in self._all((name,)) if (text := str(value).lower()) in meanings), None)

    def one_of(self, *names: str) -> Any:
        """The first value of one of the names, as it is."""
        return next(iter(self._all(names)), None)

    def each(self, *names: str) -> Iterator[tuple[str, Any]]:
        """Every value that one of the names holds, with that name."""
        return ((name, value) for name in names for value in self._values.get(name, ()))

    def matching(self, names: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
        """Every value whose name is one of a kind, with that name."""
        return ((name, value) for name, values in self._values.items() if names.fullmatch(name) for value in values)

    @property
    def id(self) -> str | None:
        """Its id: as it says, or the last part of the link to itself."""
        return self.text("id", "uuid") or id_in(next(iter(self.links.get("self", ())), ""))

    def _all(self, names: tuple[str, ...]) -> list[Any]:
        return [value for name in names for value in self._values.get(name, ())]

    def _links(self, address: str) -> Links:
        found: dict[str, list[str]] = {}
        for document in self._values.get("links", ()):
            for rel, value in document.items() if isinstance(document, Mapping) else ():
                found.setdefault(spelled(rel), []).extend(hrefs_in(value, address))
        return {rel: tuple(hrefs) for rel, hrefs in found.items() if hrefs}


def hrefs_in(value: Any, address: str) -> list[str]:
    """The links in a value, relative ones made whole: a text, an object with ``href``, or a list of either."""
    items = value if isinstance(value, list) else [value]
    texts = [item.get("href") if isinstance(item, Mapping) else item for item in items]
    return [whole for text in texts if isinstance(text, str) and _HREF.fullmatch(text) and (whole := _joined(address, text))]


def _joined(address: str, href: str) -> str:
    try:
        whole = urljoin(address, href)
        urlsplit(whole).port  # noqa: B018 - raises when it is no number
    except ValueError:
        return ""
    return whole


def id_in(link: str) -> str | None:
    """The last part of the path of a link."""
    try:
        return urlsplit(link).path.rstrip("/").rpartition("/")[2] or None
    except ValueError:
        return None


def objects_in(response: Response, address: str, *needed: str) -> list[Fields] | None:
    """The objects of a collection, or the one object that stands in its place; None when it cannot be understood.

    Args:
        response: the answer.
        address: what was asked.
        needed: names of which each object must hold one, or it is something else: a wrapper, an error, nothing.
    """
    document = document_in(response)
    items: list[Any] | None = [document] if isinstance(document, dict) else document if isinstance(document, list) else None
    if items is None or not all(isinstance(item, dict) for item in items):
        return None
    found = [Fields(item, address) for item in items]
    return found if all(any(fields.text(name) for name in needed) for fields in found) else None


def document_in(response: Response) -> Any:
    """The JSON of an answer of success; None when there is none."""
    if not 200 <= response.status < 300 or is_page(response):
        return None
    try:
        return decode_answer(response.body)
    except (ValueError, RecursionError):
        return None


def is_page(response: Response) -> bool:
    """Whether it is HTML or XML: by what it is said to be, or by how it begins."""
    kind = response.media_type
    named = kind.startswith("text/html") or kind.endswith(("/xml", "+xml"))
    return named or response.body.lstrip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n").startswith(b"<")


def text_of(body: bytes) -> str | None:
    """A body as text, without a byte order mark and space around it; None when it is not text."""
    try:
        text = body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return text.strip(" \t\r\n\ufeff")


def says(response: Response) -> str | None:
    """What the register says in words, in lower case. Empty when there are none; None for what is no text or a web page."""
    text = None if is_page(response) else text_of(response.body)
    if not text:
        return text
    try:
        document = decode_answer(text.encode())
    except ValueError:
        return None if text[0] in "{[" else text.lower()  # a part of JSON says nothing for sure
    except RecursionError:
        return None
    if isinstance(document, str):
        return document.lower()
    items = document if isinstance(document, list) else [document]
    texts = [value for item in items if isinstance(item, dict) for _, value in Fields(item, "").each(*_MESSAGES)]
    return " ".join(filter(None, map(words_in, texts))).lower()


def words_in(value: Any) -> str:
    """The text in the value of a field for messages: a text, an object that has one, or a list of either."""
    if isinstance(value, list):
        return " ".join(filter(None, (words_in(item) for item in value if not isinstance(item, list))))
    if isinstance(value, dict):
        return Fields(value, "").text(*_MESSAGES) or ""
    return as_text(value) or ""


def whole_day(value: Any) -> dt.date | None:
    """A day as it is written in full: as a day, in Dutch too, or as a moment, of which it is the Dutch day. Else None."""
    text = value.strip() if isinstance(value, str) else ""
    day, dutch = _DAY.fullmatch(text), _DUTCH_DAY.fullmatch(text)
    try:
        if day:
            return dt.date.fromisoformat(day[1])
        if dutch:
            return dt.date(int(dutch[3]), int(dutch[2]), int(dutch[1]))
        moment = as_moment(text) if len(text) > 10 else None
        if moment is not None and moment.year < dt.MAXYEAR:
            return dutch_day(moment)
    except (ValueError, OverflowError):
        return None
    return dt.date.max if _NEVER.match(text) else None
