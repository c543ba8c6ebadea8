"""Which encodings of one byte per letter make sense of a word: a name has small letters, and a capital only in front.

The bytes from 0x80 on are other letters in every encoding. What is right in one gives a capital in the middle of a word, a
sign or a piece of a frame in another, and that is the evidence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.readers.letter_habits import differs_seldom, is_letter, is_odd


@frozen
class Candidate:
    """An encoding that is looked at.

    Attributes:
        name: as people call it.
        codec: as Python calls it.
        foreign: not the encoding of a Dutch computer, so it is only looked at for what it makes doubtful.
    """

    name: str
    codec: str
    foreign: bool = False

    def text(self, content: bytes) -> str | None:
        """The text of bytes; None when this encoding does not have them all."""
        try:
            found = content.decode(self.codec)
        except UnicodeDecodeError:
            return None
        return None if _CONTROL.search(found) else found


WINDOWS = Candidate("Windows-1252", "cp1252")
LATIN_9 = Candidate("ISO 8859-15", "iso8859_15")
DOS = Candidate("DOS (code page 850)", "cp850")
MAC = Candidate("Mac Roman", "mac_roman")
DUTCH = (WINDOWS, LATIN_9, DOS, MAC)
"""Encodings of files in the Netherlands; ISO 8859-1 is the same as Windows-1252 for all letters, and code page 437 as 850."""
FOREIGN = (
    Candidate("Windows-1250", "cp1250", foreign=True),
    Candidate("Windows-1254", "cp1254", foreign=True),
    Candidate("ISO 8859-2", "iso8859_2", foreign=True),
    Candidate("Windows-1257", "cp1257", foreign=True),
)
ELSEWHERE = (*FOREIGN, Candidate("DOS (code page 852)", "cp852", foreign=True), Candidate("DOS (857)", "cp857", foreign=True))
"""Encodings that may be that of a word that is none in a Dutch one, though other words are: those that share some letters."""
MOST_LINES = 20
"""Lines that are told."""

_HAS_ASCII = re.compile(b"[A-Za-z]")
_CONTROL = re.compile("[\x80-\x9f]")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{1,60}")
_MOST_KNOWN = 4096
_ENOUGH = 1000
"""Words after which it is looked whether more of them can still decide anything."""
_SHAPES = bytes.maketrans(
    b"abcdefghijklmnopqrstuvwxyz" + b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" + b"0123456789",
    b"abbbobbbabbbmbobbbbbabbbam" + b"ABBBOBBBABBBMBOBBBBBABBBAM" + b"1111111111",
)
"""Letters of ASCII as e and o, other vowels, m and z, and others: more of them is not looked at."""
_FAR = re.compile(rb"(?<![\x80-\xff])(?:[abmo]+|[ABMO]+)(?![\x80-\xff])")
_ICELANDIC = frozenset("ðþÐÞ")
_NOT_ICELANDIC = ("cp850",)
"""Iceland had a code page of its own, and þ has the place where Windows-1252 has ç."""
_NEAR_DIGITS = frozenset("°ºª²³¹½¼¾±×÷£¥¢€")
_BEFORE_SHARP_S = frozenset("aeiouyäöüAEIOUYÄÖÜ")


class Words:
    """The words of some lines that hold bytes from 0x80 on, counted by what makes sense of them."""

    def __init__(self) -> None:
        self._bytes: set[int] = set()
        self._counts: Counter[_Sense] = Counter()
        self._lines: dict[_Sense, list[int]] = {}
        self._known: dict[bytes, _Sense] = {}
        self._total = 0
        self._hopeless = False

    @property
    def count(self) -> int:
        """How many there are."""
        return self._total

    def add(self, number: int, line: bytes) -> None:
        """Look at the words of a line.

        Args:
            number: of the line.
            line: its bytes, with or without its end.
        """
        for found in () if self._hopeless else _WORD.finditer(line):
            if not found.group().isascii():
                before, after = line[max(0, found.start() - 1) : found.start()], line[found.end() : found.end() + 1]
                sense = self._sense((before or b" ") + found.group() + (after or b" "))
                self._bytes.update(found.group())
                self._counts[sense] += 1
                lines = self._lines.setdefault(sense, [])
                if len(lines) < MOST_LINES and number not in lines[-1:]:
                    lines.append(number)
                self._total += 1
                if self._total % _ENOUGH == 0:
                    self._hopeless = self.sensible * 2 < self._total or not self.possible()

    @property
    def sensible(self) -> int:
        """How many make sense in one encoding or more."""
        return sum(count for sense, count in self._counts.items() if sense.dutch)

    def against(self, candidate: Candidate) -> int:
        """How many words make sense, but not in this encoding."""
        return sum(count for sense, count in self._counts.items() if sense.dutch and candidate not in sense.dutch)

    def odd(self, candidate: Candidate) -> int:
        """How many words have a letter or sign in this encoding where names hardly ever have it."""
        return sum(count for sense, count in self._counts.items() if candidate in sense.odd)

    def lines_against(self, candidate: Candidate) -> list[int]:
        """Lines with words that make sense, but not in this encoding."""
        return self._lines_of(lambda sense: bool(sense.dutch) and candidate not in sense.dutch)

    def lines(self) -> list[int]:
        """Lines with words."""
        return self._lines_of(lambda _: True)

    def possible(self) -> list[Candidate]:
        """The encodings that have all these bytes and are the sense of every word that makes any; one of each text."""
        found: dict[str, Candidate] = {}
        all_bytes = self._all_bytes
        for item in DUTCH:
            text = item.text(all_bytes)
            if text is not None and not self.against(item):
                found.setdefault(text, item)
        return list(found.values())

    def likeliest(self) -> Candidate:
        """The encoding with the least against it."""
        return min(DUTCH, key=lambda item: (item.text(self._all_bytes) is None, self.against(item)))

    def doubt(self, chosen: Candidate) -> Candidate | None:
        """An encoding of elsewhere that explains these words as well as the chosen one; None when nothing is doubtful."""
        for item in FOREIGN:
            if item.text(self._all_bytes) is None or any(item not in sense.foreign for sense in self._counts if sense.dutch):
                continue
            if chosen is not WINDOWS:
                return item
            seldom = sum(count for sense, count in self._counts.items() if item in sense.seldom)
            usual = sum(count for sense, count in self._counts.items() if item in sense.usual)
            if seldom > usual:
                return item
        return None

    def lines_elsewhere(self) -> list[int]:
        """Lines with words that make sense in encodings of elsewhere only."""
        return self._lines_of(lambda sense: sense.elsewhere)

    def lines_in_doubt(self, chosen: Candidate, other: Candidate) -> list[int]:
        """Lines with words that another encoding of elsewhere reads as other letters."""
        return self._lines_of(lambda sense: other in sense.seldom) if chosen is WINDOWS else self.lines()

    def _sense(self, word: bytes) -> _Sense:
        shape = _FAR.sub(_of_one, word.translate(_SHAPES))
        sense = self._known.get(shape)
        if sense is None:
            sense = _sense_of(shape)
            if len(self._known) < _MOST_KNOWN:
                self._known[shape] = sense
        return sense

    @property
    def _all_bytes(self) -> bytes:
        return bytes(sorted(self._bytes))

    def _lines_of(self, wanted: Callable[[_Sense], bool]) -> list[int]:
        found = {number for sense, lines in self._lines.items() if wanted(sense) for number in lines}
        return sorted(found)[:MOST_LINES]


@frozen
class _Sense:
    """What makes sense of a word.

    Attributes:
        dutch: encodings in which it is a word.
        foreign: encodings of elsewhere in which it is one.
        seldom: those that read other letters where Windows-1252 has one that Dutch files hardly have.
        usual: those that read other letters where Windows-1252 has usual ones.
        odd: encodings in which a letter stands where names hardly ever have it.
        elsewhere: whether it is a word in encodings of elsewhere only.
    """

    dutch: frozenset[Candidate]
    foreign: frozenset[Candidate]
    seldom: frozenset[Candidate]
    usual: frozenset[Candidate]
    odd: frozenset[Candidate]
    elsewhere: bool


def _sense_of(word: bytes) -> _Sense:
    """What makes sense of a word with the byte before and after it."""
    usual = WINDOWS.text(word) or ""
    other = [item for item in FOREIGN if item.text(word) not in (None, usual)]
    dutch = frozenset(item for item in DUTCH if _is_word(item, word))
    seldom = {item for item in other if differs_seldom(usual, item.text(word) or "")}
    return _Sense(
        dutch,
        frozenset(item for item in FOREIGN if _is_word(item, word)),
        frozenset(seldom),
        frozenset(other) - seldom,
        frozenset(item for item in DUTCH if is_odd(item.text(word) or "")),
        not dutch and _HAS_ASCII.search(word) is not None and any(_is_word(item, word) for item in ELSEWHERE),
    )


def _of_one(run: re.Match[bytes]) -> bytes:
    return b"b" if run.group() > b"Z" else b"B"


def _is_word(candidate: Candidate, word: bytes) -> bool:
    text = candidate.text(word)
    if text is None or (candidate.codec in _NOT_ICELANDIC and not _ICELANDIC.isdisjoint(text)):
        return False
    return all(_fits(text, at) for at in range(len(text)) if ord(text[at]) > 127)


def _fits(text: str, at: int) -> bool:
    """Whether a letter or sign may stand where it stands."""
    if is_letter(text[at]):
        return _letter_fits(text, at)
    return _sign_fits(text[at], *(text[near] if 0 <= near < len(text) else " " for near in (at - 1, at + 1)))


def _letter_fits(text: str, at: int) -> bool:
    start, end = at, at + 1
    while start and is_letter(text[start - 1]):
        start -= 1
    while end < len(text) and is_letter(text[end]):
        end += 1
    letter, others = text[at], text[start:at] + text[at + 1 : end]
    if any(near.isdigit() for near in (text[start - 1 : start], text[end : end + 1])) and end - start == 1:
        return False
    if letter.isupper():
        return at == start or not any(other.islower() for other in others)
    if letter == "ß":
        return at > start and text[at - 1] in _BEFORE_SHARP_S
    # In DANIëL a program made capitals of the letters that it knows.
    return not text[at + 1 : end][:1].isupper() or not any(other.islower() for other in others)


def _sign_fits(sign: str, before: str, after: str) -> bool:
    between = is_letter(before) and is_letter(after)
    for signs, fits in _places(before, after, between):
        if sign in signs:
            return fits
    return sign in _NEAR_DIGITS and not between and (before.isdigit() or after.isdigit())


def _places(before: str, after: str, between: bool) -> Iterator[tuple[str, bool]]:
    yield "\u00a0–—", True
    yield "’", is_letter(before) or is_letter(after)
    yield "‘«„‚", is_letter(after) and not is_letter(before)
    yield "´", is_letter(after) and (after.isupper() or not is_letter(before))
    yield "“", not between
    yield "”»", not is_letter(after) and (before.isalnum() or before in ".,!?)")
    yield "€™®©", not between and (not is_letter(after))
    yield "ª", before in "mM" and not is_letter(after)  # Mª, which is María
    yield "…", is_letter(before) and not after.isupper()
