"""Reads an answer about a mandate: finds the row of `mandate_table` that it is.

The body is documented in part only, so any shape is read. What can be doubted is never taken for a yes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.codec import DuplicateError, decode_answer
from doorstroom_client.messages.identifiers import Oin, is_no_key
from doorstroom_client.messages.values import as_text
from doorstroom_client.osr import mandate_table as words
from doorstroom_client.osr.mandate_against import is_denied, is_error_code, is_something
from doorstroom_client.osr.mandate_table import TABLE, Meaning, Said
from doorstroom_client.osr.parsing import Fields, is_page, says, spelled, text_of, whole_day, words_in
from doorstroom_client.transport.request import Response

_DEEPEST = 4
"""Wrappers in each other."""
_LONGEST = 300
"""Characters; a longer text is no word, and no message of the register."""
_FIRST_YEAR = 1990
"""No mandate is older; programs write the first day that they know where none is set."""
_END_OF_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]23:59(?:[:.+Z-].*)?", re.DOTALL)
"""The last minute of a day in whatever zone: of an end, that is the day which is meant."""
_ITEM = re.compile(r"(?:.*/)?(?:mandates|mandaten)/[^/]+/?", re.DOTALL)
_QUOTES = (('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"), ("„", "”"), ("`", "`"))


@frozen
class Reading:
    """What an answer says.

    Attributes:
        said: the row of the table.
        words: of a no, in what words; these are always of our own lists, whatever came.
        start: first day: of a mandate in force, or of the next one that begins.
        end: last day: of a mandate in force, or of the last one that ended.
        fields: the mandate in force.
    """

    said: Said
    words: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    fields: Fields | None = None

    @property
    def meaning(self) -> Meaning:
        """Yes, no, or an error."""
        return TABLE[self.said].meaning


def read(response: Response, address: str, day: dt.date) -> Reading:
    """Find the row of an answer.

    Args:
        response: the answer.
        address: what was asked.
        day: that the question is about.
    """
    if response.status == 404:
        return Reading(read_404(response), _not_found(says(response) or ""))
    if response.status != 200:
        return Reading(Said.OTHER_STATUS)
    if is_page(response):
        return Reading(Said.PAGE)
    text = text_of(response.body)
    if not text:
        return Reading(Said.UNKNOWN if text is None else Said.NOTHING)
    try:
        document = decode_answer(text.encode(), unique=True)
    except DuplicateError:
        return Reading(Said.CONTRADICTION)
    except ValueError:
        return _word(text)
    except RecursionError:
        return Reading(Said.UNKNOWN)
    return _Reader(address, day).value(document)


def read_404(response: Response, own: re.Pattern[str] = words.NOT_FOUND) -> Said:
    """Whose a 404 is.

    Args:
        response: the answer.
        own: the words by which the register says that there is no such thing.
    """
    said = says(response)
    if not said:
        return Said.FOREIGN_404
    if len(said) <= _LONGEST and own.search(said):
        return Said.OWN_404
    in_json = (text_of(response.body) or "")[:1] in ("{", "[")
    return Said.OTHER_404 if in_json else Said.FOREIGN_404


def _word(text: str) -> Reading:
    """A text that stands by itself."""
    plain = _plain(text)
    if plain in words.YES_WORDS:
        return Reading(Said.WORD_YES)
    if plain in words.NO_WORDS:
        return Reading(Said.WORD_NO, plain)
    found = _not_found(plain)
    return Reading(Said.NOT_FOUND, found) if found else Reading(Said.UNKNOWN)


def _not_found(text: str) -> str:
    found = words.NOT_FOUND.search(text) if len(text) <= _LONGEST else None
    return " ".join(found[0].lower().split()) if found else ""


def _plain(text: str) -> str:
    """A word without case, spaces, quotes around it and full stop."""
    if len(text) > _LONGEST:
        return ""
    while True:
        before, text = text, text.strip(" \t\r\n\ufeff\u200b\u00a0.")
        text = next((text[1:-1] for first, last in _QUOTES if len(text) > 1 and text[0] == first and text[-1] == last), text)
        if text == before:
            return " ".join(text.casefold().split())


class _Reader:
    """Reads JSON.

    Args:
        address: what was asked.
        day: that the question is about.
    """

    def __init__(self, address: str, day: dt.date) -> None:
        self._address = address
        self._day = day
        self._asked = {spelled(name): value for name, value in parse_qsl(urlsplit(address).query)}

    def value(self, value: Any, depth: int = 0) -> Reading:
        """Any value, wherever it stands."""
        if value is None:
            return Reading(Said.EMPTY)
        if isinstance(value, bool):
            return Reading(Said.WORD_YES) if value else Reading(Said.WORD_NO, "false")
        if isinstance(value, str):
            return _word(value)
        if depth <= _DEEPEST and isinstance(value, list):
            return self._list(value, depth)
        if depth <= _DEEPEST and isinstance(value, dict):
            return self._object(value, depth) if value else Reading(Said.EMPTY)
        return Reading(Said.UNKNOWN)

    def _list(self, items: list[Any], depth: int) -> Reading:
        """By its items. What cannot be understood among them stands in nobody's way, and helps nobody to a yes."""
        if not items:
            return Reading(Said.EMPTY)
        found = [Reading(Said.UNKNOWN) if isinstance(item, list) else self.value(item, depth + 1) for item in items]
        yes = [item for item in found if item.meaning is Meaning.YES]
        no = [item for item in found if item.meaning is Meaning.NO]
        if yes and any(item.start is None and item.end is None for item in no):
            return Reading(Said.CONTRADICTION)
        in_force = [item for item in yes if item.said is Said.IN_FORCE]
        if in_force:
            with_token = (item for item in in_force if item.fields is not None and item.fields.text(*words.TOKENS))
            return next(with_token, in_force[0])
        if len(yes) == len(items):
            return yes[0]
        if len(no) == len(items):
            return self._nearest(no)
        return next((item for item in found if item.meaning is Meaning.ERROR), Reading(Said.UNKNOWN))

    def _nearest(self, no: list[Reading]) -> Reading:
        """Of mandates that are not in force: when the last one ended, and when the next one begins."""
        if len(no) == 1:
            return no[0]
        ended = [item.end for item in no if item.end is not None and item.end < self._day]
        begins = [item.start for item in no if item.start is not None and item.start > self._day]
        said = next((item.said for item in no if item.said is not Said.NOT_IN_FORCE), Said.NOT_IN_FORCE)
        told = next((item.words for item in no if item.words), "")
        return Reading(said, told, min(begins, default=None), max(ended, default=None))

    # --- an object: everything in it that says something, and what that comes to together

    def _object(self, document: dict[str, Any], depth: int) -> Reading:
        fields = Fields(document, self._address)
        if self._is_another(fields):
            return Reading(Said.ANOTHER)
        told = [*self._flags(fields), *self._states(fields), *self._denials(fields)]
        told += [*self._texts(fields), *self._wrapped(fields, depth)]
        period = self._period(fields, alone=not told and not any(fields.each(*words.TEXTS)))
        found = self._together(told, period)
        if found.meaning is Meaning.YES and is_denied(document, self._day):
            return Reading(Said.CONTRADICTION)
        return found

    def _is_another(self, fields: Fields) -> bool:
        """Whether it names another supplier, school or service version than was asked about, or another day."""
        for about in ("supplier", "school"):
            inside = [Fields(value, "").text("oin") for _, value in fields.each(about) if isinstance(value, dict)]
            named = [as_text(value) for _, value in fields.each(f"{about}_oin", about)]
            asked = self._asked.get(f"{about}_oin")
            if asked and any(oin != asked for oin in (*inside, *named) if oin and Oin.fits(oin)):
                return True
        asked = self._asked.get("service_version_namespace")
        named = [value for _, value in fields.each("service_version_namespace") if isinstance(value, str)]
        days = [whole_day(value) for _, value in fields.each("reference_date", "peildatum")]
        return (asked is not None and any(name != asked for name in named)) or any(day and day != self._day for day in days)

    def _together(self, told: list[Reading], period: Reading | None) -> Reading:
        every = [*told, *([period] if period else [])]
        yes = [item for item in told if item.meaning is Meaning.YES]
        no = [item for item in every if item.meaning is Meaning.NO]
        errors = [item for item in every if item.meaning is Meaning.ERROR]
        not_found = [item for item in no if item.said is Said.NOT_FOUND]
        if errors and (yes or not not_found or any(item.said is not Said.ERROR_TEXT for item in errors)):
            return next((item for item in errors if item.said is not Said.UNKNOWN), errors[0])
        in_force = period is not None and period.said is Said.IN_FORCE
        if no and (yes or (in_force and not_found)):
            return Reading(Said.CONTRADICTION)
        if no:
            dated = period or no[0]
            return Reading(no[0].said, no[0].words, dated.start, dated.end)
        if in_force:
            return period or Reading(Said.UNKNOWN)
        return next((item for item in yes if item.said is Said.IN_FORCE), yes[0]) if yes else Reading(Said.UNKNOWN)

    def _flags(self, fields: Fields) -> Iterator[Reading]:
        for name, value in fields.each(*words.FLAGS):
            if isinstance(value, int | float) and value in (0, 1):
                yield _in_field(name, "true" if value else "false")
            elif isinstance(value, str):
                yield _in_field(name, value)
            elif value is not None and not (isinstance(value, dict | list) and name in words.WRAPPERS):
                yield Reading(Said.UNKNOWN)

    def _states(self, fields: Fields) -> Iterator[Reading]:
        for name, value in fields.each(*words.STATES):
            if isinstance(value, bool | str):
                if _plain(str(value)) not in ("success", "succes"):  # the call succeeded; what it says stands elsewhere
                    yield _in_field(name, str(value))
            elif isinstance(value, int | float):
                if name != "status" or not 200 <= value < 300:
                    yield Reading(Said.ERROR_TEXT if value >= 400 else Said.UNKNOWN)
            elif value is not None and name not in words.WRAPPERS:
                yield Reading(Said.UNKNOWN)
        if any(is_error_code(name, value) for name, value in fields.each(*words.CODES)):
            yield Reading(Said.ERROR_TEXT)
        if any(fields.each(*words.HEALTH)):
            yield Reading(Said.UNKNOWN)

    def _denials(self, fields: Fields) -> Iterator[Reading]:
        for name, value in fields.each(*words.DENIALS):
            plain = _plain(str(value)) if isinstance(value, bool | str) else "?"
            if plain in words.YES_WORDS:
                yield Reading(Said.FIELD_NO, f"{name}: true")
            elif plain not in words.NO_WORDS and value is not None:
                yield Reading(Said.UNKNOWN)

    def _texts(self, fields: Fields) -> Iterator[Reading]:
        for _, value in fields.matching(words.ERRORS):
            if is_something(value):
                found = _not_found(words_in(value))
                yield Reading(Said.NOT_FOUND, found) if found else Reading(Said.ERROR_TEXT)
        for name, value in fields.each(*words.TEXTS):
            text = words_in(value)
            told = _in_field(name, text)
            if told.said is not Said.UNKNOWN:
                yield told
            elif words.TROUBLE.search(text):
                yield Reading(Said.ERROR_TEXT)
        for _, value in fields.each("success", "succes"):
            if value is not None and _plain(str(value)) not in words.YES_WORDS:
                yield Reading(Said.ERROR_TEXT)

    def _wrapped(self, fields: Fields, depth: int) -> Iterator[Reading]:
        full = 0
        for name, value in fields.each(*words.WRAPPERS):
            inner = value
            if name == "embedded" and isinstance(value, dict) and len(value) == 1:
                (inner,) = value.values()  # whatever the relation is called
            if isinstance(inner, dict | list):
                full += 1
                found = self.value(inner, depth + 1)
                word = found.said in (Said.WORD_YES, Said.WORD_NO)
                yield _in_field(name, "true" if found.meaning is Meaning.YES else "false") if word else found
            elif inner is None:
                yield Reading(Said.EMPTY)
            elif name not in words.FLAGS and name not in words.STATES:
                yield _in_field(name, str(inner)) if isinstance(inner, bool | str) else Reading(Said.UNKNOWN)
        if full > 1:
            yield Reading(Said.CONTRADICTION)
        if any(value == 0 and not isinstance(value, bool) for _, value in fields.each(*words.COUNTS)):
            yield Reading(Said.EMPTY)

    def _period(self, fields: Fields, *, alone: bool) -> Reading | None:
        """The mandate that an object is; None when it is none.

        Args:
            fields: the object.
            alone: whether nothing else in it says anything: only then a link makes a mandate of it; errors have links too.
        """
        try:
            start, starts = _one_day(fields, words.STARTS)
            end, ends = _one_day(fields, words.ENDS, last=True)
        except _OddDayError as odd:
            return Reading(odd.said)
        if not (starts or ends or _has_token(fields) or (alone and _is_item(fields))):
            return None
        end = None if end is not None and end.year == dt.MAXYEAR else end  # how systems write that it does not end
        if start is not None and end is not None and start > end:
            return Reading(Said.CONTRADICTION)
        in_force = (start is None or start <= self._day) and (end is None or self._day <= end)
        return Reading(Said.IN_FORCE if in_force else Said.NOT_IN_FORCE, "", start, end, fields if in_force else None)


class _OddDayError(Exception):
    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


def _has_token(fields: Fields) -> bool:
    """Whether it has the token of a mandate, and not one to sign in with or what a program writes for none."""
    tokens = [text for name in words.TOKENS if (text := fields.text(name))]
    return any(text.strip("0-{}") and not is_no_key(text) for text in tokens) and not any(fields.each(*words.OTHER_TOKENS))


def _is_item(fields: Fields) -> bool:
    """Whether it has a link to itself as a mandate; a collection, an index and an error have links as well."""
    links = [urlsplit(link) for link in fields.links.get("self", ())]
    return any(_ITEM.fullmatch(link.path) and not link.query for link in links)


def _one_day(fields: Fields, names: tuple[str, ...], *, last: bool = False) -> tuple[dt.date | None, bool]:
    """The day under these names, and whether one was told.

    Args:
        fields: the object.
        names: of the day.
        last: whether it is the last one of a period.

    Raises:
        _OddDayError: it cannot be read, or there are two.
    """
    given = [value for _, value in fields.each(*names) if value is not None and value != ""]
    ends = [_END_OF_DAY.fullmatch(value.strip()) if last and isinstance(value, str) else None for value in given]
    days = [whole_day(end[1]) if end and whole_day(value) else whole_day(value) for value, end in zip(given, ends, strict=True)]
    if any(day is None or day.year < _FIRST_YEAR for day in days):
        raise _OddDayError(Said.ODD_DATE)
    found = {day for day in days if day is not None}
    if len(found) > 1:
        raise _OddDayError(Said.CONTRADICTION)
    return next(iter(found), None), bool(found)


def _in_field(name: str, text: str) -> Reading:
    """A word in a field."""
    plain = _plain(text)
    if plain in words.YES_STATES:
        return Reading(Said.FIELD_YES)
    if plain in words.NO_STATES:
        return Reading(Said.FIELD_NO, f"{name}: {plain}")
    found = _not_found(plain)
    return Reading(Said.NOT_FOUND, found) if found else Reading(Said.UNKNOWN)
