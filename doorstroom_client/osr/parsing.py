"""Reads what the register sends.

Its bodies are known in part only, so any shape is taken in, and nothing is made of it that it does not say: what cannot be
understood is None, and never "nothing".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from doorstroom_client.exchange.http import Response
from doorstroom_client.messages.codec import decode_answer
from doorstroom_client.messages.values import amsterdam, as_moment, as_text

Links = dict[str, tuple[str, ...]]
"""Addresses by relation, in one spelling: ``school``, ``service_version``."""
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HREF = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2000}")
"""One line of ASCII without backslash; whatever else calls itself a link is not followed."""
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
        self.raw = {name: value for name, value in document.items() if spelled(name) not in _SECRET}
        self.links = self._links(address)

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
        return next((day for value in self._all(names) if (day := _as_day(value)) is not None), None)

    def flag(self, name: str) -> bool | None:
        """Yes or no; None when it says neither."""
        meanings = {"true": True, "false": False, "1": True, "0": False}
        return next((meanings[text] for value in self._all((name,)) if (text := str(value).lower()) in meanings), None)

    def one_of(self, *names: str) -> Any:
        """The first value of one of the names, as it is."""
        return next(iter(self._all(names)), None)

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
        needed: names that each object must hold a text for.
    """
    document = document_in(response)
    items: list[Any] | None = [document] if isinstance(document, dict) else document if isinstance(document, list) else None
    if items is None or not all(isinstance(item, dict) for item in items):
        return None
    found = [Fields(item, address) for item in items]
    return found if all(isinstance(fields.one_of(name), str) for fields in found for name in needed) else None


def document_in(response: Response) -> Any:
    """The JSON of an answer of success; None when there is none."""
    if not 200 <= response.status < 300 or response.media_type.startswith("text/html"):
        return None
    return _decoded(response.body)


def says(response: Response) -> str | None:
    """What the register says in words, in lower case. Empty for JSON without words; None for what is not JSON."""
    document = _decoded(response.body)
    if not isinstance(document, dict | list):
        return None
    texts: list[str] = []
    for item in document if isinstance(document, list) else [document]:
        if isinstance(item, dict):
            fields = Fields(item, "")
            for value in (fields.one_of(name) for name in _MESSAGES):
                texts += [part for part in map(_words, value if isinstance(value, list) else [value]) if part]
    return " ".join(texts).lower()


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return Fields(value, "").text(*_MESSAGES) or ""
    return as_text(value) or ""


def _decoded(body: bytes) -> Any:
    try:
        return decode_answer(body)
    except (ValueError, RecursionError):
        return None


def _as_day(value: Any) -> dt.date | None:
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if len(text) > 10 and (moment := as_moment(text)) is not None:
            return moment.astimezone(amsterdam()).date()
        return dt.date.fromisoformat(text[:10])
    except (ValueError, OverflowError):
        return None
