"""Collects what is wrong in a message that is about to go out, so that one error names every place."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace

from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.messages.bsn import is_plain_number, looks_like_bsn
from doorstroom_client.messages.identifiers import Identifier
from doorstroom_client.messages.name_letters import CONTROL, UNWANTED, visible

LIKE_BSN = "looks like a citizen service number (BSN), which may never be sent"
_ENTRY = re.compile(r"\w+\[(\d+)\]\.")
_DIGIT = re.compile(r"\d")


class Findings:
    """A list of problems with one method per kind of check. No method keeps or shows a value."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, path: str, text: str) -> None:
        """Note a problem at `path`."""
        self.problems.append(Problem(path, text))

    def raise_if_any(self, what: str, entries: Sequence[object] = ()) -> None:
        """Raise one `MessageError` for everything noted.

        Args:
            what: the message.
            entries: what it is made of; a problem with one of these says where a reader found it.

        Raises:
            MessageError: something was noted.
        """
        if self.problems:
            raise MessageError([_with_source(problem, entries) for problem in self.problems], what=what)

    def identifier(self, kind: type[Identifier], value: object, path: str) -> None:
        """Note it when `value` does not have the form of `kind`."""
        if not kind.fits(value):
            self.add(path, kind.rule)

    def text(self, value: object, path: str, *, most: int, own_number: bool = False) -> str:
        """Check a required text; returns it composed (NFC) and without surrounding spaces.

        Args:
            value: the text.
            path: where it stands.
            most: characters that fit.
            own_number: whether a plain number may stand there, as a key of the LAS for something that is no pupil.
        """
        if not isinstance(value, str):
            self.add(path, "is missing" if value is None else "expected a text")
            return ""
        text = unicodedata.normalize("NFC", value).strip()
        if not visible(text):
            self.add(path, "is empty")
        elif UNWANTED.search(text):
            self.add(path, CONTROL)
        elif len(text) > most:
            self.add(path, f"is {len(text)} characters long; at most {most} fit")
        elif _DIGIT.search(text) and looks_like_bsn(text) and not (own_number and is_plain_number(text)):
            self.add(path, LIKE_BSN)
        return text

    def member(self, value: object, path: str, allowed: Collection[str], what: str) -> str:
        """Check that `value` is one of `allowed`; the text lists them when there are few."""
        if isinstance(value, str) and (text := str(value)) in allowed:
            return text
        known = ", ".join(allowed) if len(allowed) <= 9 else f"one of the {len(allowed)} values of this agreement"
        self.add(path, f"is missing; expected {known}" if value is None else f"is not a known {what}; expected {known}")
        return ""

    def date(self, value: object, path: str) -> dt.date:
        """Check a date: a `datetime.date` or a text ``YYYY-MM-DD``."""
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                pass  # 2014-02-30 and the like: said below
        self.add(path, "is missing" if value is None else "expected a date as YYYY-MM-DD")
        return dt.date.min


def _with_source(problem: Problem, entries: Sequence[object]) -> Problem:
    entry = _ENTRY.match(problem.path)
    if entry is None or problem.path.startswith("groepen"):
        return problem
    leerling = getattr(entries[int(entry[1])], "leerling", None)
    return replace(problem, source=str(getattr(leerling, "source", "")))
