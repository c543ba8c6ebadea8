"""Keeps the citizen service number (BSN, PGN, onderwijsnummer) out of the exchange.

The chain never carries it, but the text of the published definition names it as an example of an identity, so sooner or
later somebody puts it there. A number can be recognised only by its check: about 9 % of all other 9-digit numbers pass it
too. Whoever has such LAS-keys says so, with a reason.

A number is looked at as people and spreadsheets spell it, not only as nine plain digits. Where the boundary lies:

- A text counts when it is a number and nothing else: digits of any script, with any marks, spaces and invisible characters
  around and between them, zeros in front, zeros behind a decimal point or comma, or in scientific notation.
- Letters make it something else (``LL-2026-111222333-x``, a UUID, an ECK-iD), for a key may hold any digits; and so do more
  digits than nine, such as the twenty of an OIN. Only letters that name the number (``BSN: ...``) give it away, and then the
  check need not pass: the label says enough.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote

_LONG_NAMES = (
    *("bsnnummer", "bsnnr", "pgnnummer", "pgnnr"),
    "burgerservicen",
    "persoonsgebondenn",
    "onderwijsnummer",
    "onderwijsnr",
    "sofinummer",
    "sofinr",
)
_SHORT_NAMES = ("bsn", "pgn")
_FEWEST, _MOST = 8, 9
"""Digits that such a number has; one that starts with a zero is often written without it."""
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)

_LETTER = re.compile(r"[A-DF-WYZa-df-wyz]")
"""What a number cannot have: an e or an x may be part of it."""
_WITHOUT_LETTERS = re.compile(r"Z(?!20[0-9]{2}-20[0-9]{2}Z)[^A-DF-WYZa-df-wyz]{8,}+Z")
"""Among texts with a Z in between: one without letters that is no school year, which every message has."""
_EIGHT = re.compile(r"(?:[0-9][^0-9A-Za-z]*+){8}")
_UNSEEN = r"_\u115f\u1160"  # the latter two count as letters, and are never seen
_MARKS = re.compile(rf"(?:[^\w.,٫+-]|[{_UNSEEN}])++")
_NO_MARK = re.compile(rf"(?![{_UNSEEN}])[\w.,٫+-]")
_SIGNS = re.compile(r"(?<![eE])[+-]")
_TIMES_TEN = re.compile(r"[xX×✕✖⨯*·⋅∙•]\s{0,2}10\s{0,2}(?:\^|\*\*)?\s{0,2}\(?(?=[+-]?[0-9]{1,2}\)?\Z)")
_SHORT = 4096
"""Characters of a text of which a few copies do not matter."""
_LONGEST = 400
"""Characters of a number without its marks: zeros may stand in front and behind."""
_SCIENTIFIC = re.compile(r"(?![0-9]{1,7}[eE][0-9])([0-9.,٫]+)[eE]([+-]?+0*+[0-9]{0,3})")
"""A few digits, an e and more digits are a number in base 16 just as well: no program writes a large number so."""
_IN_CODE = re.compile(
    r"(?:(?:\w{1,10}\.)?(?:int|int64|str|float|decimal|text|tekst|t|value|waarde)\(|[bunr]{1,2}(?=['\"]))([^A-DF-WYZ]+)",
    re.IGNORECASE,
)
"""A value as a program writes it out, such as the bytes and decimals of Python."""
_PACKED = re.compile(r"%[0-9A-Fa-f]{2}|&[#A-Za-z]|['\"(]")
_ROOT = "2.16.840.1.113883.2.4.6.3."
"""The OID of the citizen service number."""
_ZEROS = re.compile(r"([0-9.,٫]*[0-9])[.,٫]+0*")

_DROPPED = bytes(byte for byte in range(128) if not chr(byte).isalnum())
_FOLDED = bytes(range(256)).lower()

_OWN = frozenset(("id", "waarde", "aanvullendeinfo", "versie", "datumtijd", "afnametijdstip"))
"""Fields in which a supplier numbers, counts or dates things of its own: a plain number says nothing there."""
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_OTHERWISE = re.compile(
    r"(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d|20\d\d[-/]20\d\d|-?\d{1,3}[.,]\d{4,}", re.ASCII
)
"""What stands for itself anywhere but in an identity: a day, a school year, a fraction."""


def looks_like_bsn(text: str) -> bool:
    """Whether a text is a number that passes the check of a BSN (the 11-test), in any spelling, or is labelled as one."""
    return is_spelled_bsn(text) or is_labelled_bsn(text)


def is_spelled_bsn(text: str) -> bool:
    """Whether a text is a number of 8 or 9 digits that passes the 11-test, in any spelling."""
    text = _unpacked(text)
    if text.isascii():
        if _LETTER.search(text):
            return False
        if text.isdigit():
            return _passes(text)
    return any(map(_passes, _numbers(text)))


def is_labelled_bsn(text: str) -> bool:
    """Whether a text names such a number and holds 8 digits or more without a letter in between."""
    plain = _plain(text)
    if _ROOT in plain:
        return True
    return _EIGHT.search(plain) is not None and _may_name(plain) and names_bsn(re.sub(r"[0-9]+", " ", plain))


def _plain(text: str) -> str:
    """A text in its plainest form. Of a long one what matters only: some signs stand for a sentence, and would fill memory."""
    if text.isascii():
        return text
    if len(text) <= _SHORT:
        return _digits_as_ascii(unicodedata.normalize("NFKC", text))
    return text.translate({ord(sign): _as_ascii(sign) for sign in set(text) if not sign.isascii()})


def _as_ascii(sign: str) -> str:
    """The letters and digits that a sign stands for; of one that stands for none, whether it holds words apart."""
    plain = _digits_as_ascii(unicodedata.normalize("NFKC", sign))
    return plain if re.search("[0-9A-Za-z]", plain) else "é" if sign.isalnum() else " "


def _unpacked(text: str) -> str:
    """A text as it was before a program wrote it out for a page, an address or a log."""
    if len(text) > _LONGEST or not _PACKED.search(text):
        return text
    plain = html.unescape(unquote(text)).strip()
    in_code = _IN_CODE.fullmatch(plain.lstrip("="))
    return in_code[1] if in_code else plain


def _numbers(text: str) -> Iterator[str]:
    """The digits of a text that is a number and nothing else, in each way of reading it."""
    if len(text) > _LONGEST and next(islice(_NO_MARK.finditer(text), _LONGEST, None), None):
        return
    whole = unicodedata.normalize("NFKC", text)
    for spelled in dict.fromkeys((whole, _TIMES_TEN.sub("e", whole))):
        plain = _digits_as_ascii(_SIGNS.sub("", _MARKS.sub("", spelled)).rstrip(".,٫"))
        if scientific := _SCIENTIFIC.fullmatch(plain):
            for number in {scientific[1], scientific[1].lstrip(".,٫")}:
                yield _written_out(number, int(scientific[2] or 0))
            continue
        plain = plain.lstrip(".,٫")
        digits = re.sub("[.,٫]", "", plain)
        if not (digits.isascii() and digits.isdigit()):
            continue
        cut = _ZEROS.fullmatch(plain)
        whole_part = re.sub("[.,٫]", "", cut[1]) if cut else ""
        if len(whole_part) >= _FEWEST:
            yield whole_part
        if len(whole_part) < _FEWEST or not cut or not cut[1].isdigit():
            yield digits


def _written_out(number: str, exponent: int) -> str:
    """The digits of a number in scientific notation; none when it is no whole one."""
    *groups, rest = re.split("[.,٫]", number)
    before, behind = ("".join(groups), rest) if groups else (rest, "")
    digits, places = before + behind, len(before) + exponent
    if places > _LONGEST or places < 0 or digits[places:].strip("0"):
        return ""
    return digits[:places].ljust(places, "0")


def _passes(digits: str) -> bool:
    if len(digits) > _MOST:
        digits = digits.lstrip("0")
    if not _FEWEST <= len(digits) <= _MOST:
        return False
    numbers = [int(digit) for digit in digits.rjust(_MOST, "0")]
    total = sum(digit * weight for digit, weight in zip(numbers, _WEIGHTS, strict=True))
    return total % 11 == 0 and any(numbers)


def _digits_as_ascii(text: str) -> str:
    """The digits of every script, and every other sign for a number of 0 to 9, as 0 to 9."""
    if text.isascii():
        return text
    numbers = ((sign, unicodedata.numeric(sign, -1.0)) for sign in set(text))
    return text.translate({ord(sign): str(int(number)) for sign, number in numbers if number in range(10)})


def _may_name(text: str) -> bool:
    """Whether the letters of a text hold the name of such a number, or more than ASCII; quick, and seldom wrong."""
    if not text.isascii():
        return True
    folded = text.encode().translate(_FOLDED, _DROPPED)
    short = b"bsn" in folded or b"pgn" in folded
    return short or b"servicen" in folded or b"gebondenn" in folded or b"wijsn" in folded or b"sofi" in folded


def is_plain_number(text: str) -> bool:
    """Whether a text is a number as programs write it, which says nothing where somebody numbers or counts its own things."""
    return _PLAIN.fullmatch(text) is not None


def names_bsn(name: str) -> bool:
    """Whether a field or label is named after such a number, in any spelling (``bsn``, ``leerlingBsn``, ``BSN-nr`` …)."""
    plain = _plain(name) if len(name) > _SHORT else unicodedata.normalize("NFKC", name)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    parts = re.split(r"[\W_]+", words.casefold())
    folded = "".join(parts)
    short = any(part.startswith(_SHORT_NAMES) or part.endswith(_SHORT_NAMES) for part in (*parts, folded))
    return short or "sofi" in parts or any(long in folded for long in _LONG_NAMES)


def holds_bsn(document: Any, known: frozenset[str] = frozenset(), keys: Collection[str] = ()) -> bool:
    """Whether a field anywhere in a decoded message is named after such a number, or holds one.

    Args:
        document: the message.
        known: names of fields that are harmless; most fields of a message have one of these, and need no look.
        keys: identities that may look like one.
    """
    names, texts = _contents(document)
    if any(names_bsn(name) or looks_like_bsn(name) for name in names - known):
        return True
    # Looked at together, with a letter in between: few messages have a text that needs a look of its own.
    together = "Z".join(("", *(text for text in texts if len(text) <= _SHORT), ""))
    if (
        all(len(text) <= _SHORT for text in texts)
        and not _WITHOUT_LETTERS.search(together)
        and not _may_name(together)
        and not _PACKED.search(together)
        and _ROOT not in together
    ):
        return False
    found = {text for text in texts if not _OTHERWISE.fullmatch(text) and looks_like_bsn(text)}.difference(keys)
    return bool(found) and any(
        text in found and not (name in _OWN and is_plain_number(text)) for name, text in _leaves(document)
    )


def _contents(document: Any) -> tuple[set[str], set[str]]:
    """Each name of a field anywhere in a message, and each text and number that is long enough, once."""
    names: set[str] = set()
    texts: set[str] = set()
    waiting = [document]
    for item in waiting:  # grows on the way
        kind = type(item)
        if kind is dict:
            names.update(item)
            waiting.extend(item.values())
        elif kind is list:
            waiting.extend(item)
        elif kind is str:
            if len(item) >= _FEWEST:
                texts.add(item)
        elif kind is int or kind is float:
            texts.update(_number_as_text(item))
    return names, texts


def _leaves(document: Any) -> Iterator[tuple[str, str]]:
    """Each text and number in a message, with the name of the field that it is in."""
    waiting: list[tuple[str, Any]] = [("", document)]
    for name, item in waiting:  # grows on the way
        if isinstance(item, dict):
            waiting.extend(item.items())
        elif isinstance(item, list):
            waiting.extend((name, value) for value in item)
        elif isinstance(item, str):
            yield name, item
        elif isinstance(item, int | float):
            yield from ((name, text) for text in _number_as_text(item))


def _number_as_text(number: float) -> tuple[str, ...]:
    """A whole number of about the right size as its text; nothing for another."""
    return (str(number),) if 10**7 <= abs(number) < 10**9 and not number % 1 else ()
