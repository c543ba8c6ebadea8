"""A second opinion on what strict JSON is, written from the grammar of RFC 8259, without any JSON library.

It says the same as the codec in other words, so that a mistake in one of the two shows. On top of the grammar stand the
project's own rules: UTF-8, perhaps with one byte order mark, no key twice in one object, no lone surrogate, numbers that fit.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

DEPTH = 200
DIGITS = 4300

_TOKEN = re.compile(
    r"""[\x20\t\n\r]*(?:
        (?P<mark>[{}\[\],:])
      | "(?P<text>(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"
      | (?P<number>-?(?P<whole>0|[1-9][0-9]*)(?P<rest>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?))
      | (?P<word>true|false|null)
    )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LONE = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")


def is_strict_json(body: bytes) -> bool:
    """Whether a body is JSON as this receiver wants it; how large it is does not matter here."""
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return False
    tokens = _tokens(text)
    return tokens is not None and _follows_grammar(tokens)


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """Kind and content of every token; None when something is no token."""
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip(" \t\n\r"))
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or (match["text"] is not None and not _whole_characters(match["text"])):
            return None
        if match["number"] is not None and not _fits(match["whole"], match["rest"], match["number"]):
            return None
        kind = "mark" if match["mark"] else "text" if match["text"] is not None else "plain"
        found.append((match["mark"] or kind, match["text"] or ""))
        at = match.end()
    return found


def _whole_characters(text: str) -> bool:
    return _LONE.search(_unescaped(text)) is None


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else _SHORT.get(found[2], found[2]), text)


def _fits(whole: str, rest: str, number: str) -> bool:
    return len(whole) <= DIGITS and (not rest or abs(float(number)) != float("inf"))


def _follows_grammar(tokens: list[tuple[str, str]]) -> bool:
    grammar = _Grammar()
    return all(grammar.takes(kind, content) for kind, content in tokens) and grammar.expected == "end"


class _Grammar:
    """What may come next; takes one token after another until one does not fit."""

    def __init__(self) -> None:
        self.expected = "value"
        self.open: list[set[str] | None] = []  # the keys of each open object; None for a list

    def takes(self, kind: str, content: str) -> bool:
        """Whether a token fits here; moves on when it does."""
        if kind in ("]", "}") and self.expected in ("comma", f"first, or {kind}"):
            return self._close(kind)
        if self.expected in ("value", "first, or ]"):
            return self._value(kind)
        if self.expected in ("key", "first, or }"):
            return kind == "text" and self._key(_unescaped(content))
        if self.expected == kind == ":":
            self.expected = "value"
            return True
        if self.expected == "comma" and kind == ",":
            self.expected = "value" if self.open[-1] is None else "key"
            return True
        return False

    def _value(self, kind: str) -> bool:
        if kind in ("text", "plain"):
            self.expected = "comma" if self.open else "end"
            return True
        if kind not in ("[", "{") or len(self.open) == DEPTH:
            return False
        self.open.append(None if kind == "[" else set())
        self.expected = "first, or ]" if kind == "[" else "first, or }"
        return True

    def _key(self, name: str) -> bool:
        keys = self.open[-1]
        assert keys is not None
        new = name not in keys
        keys.add(name)
        self.expected = ":"
        return new

    def _close(self, kind: str) -> bool:
        if (self.open.pop() is None) != (kind == "]"):
            return False
        self.expected = "comma" if self.open else "end"
        return True


_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_NOTHING = re.compile(
    r"(?i)^[\W_]*(null|nil|none|nan|nat|n\W*[ab]|undef.*|#.*|.n|nvt|geen|leeg|empty|missing|un.*|onbekend)[\W_]*$"
)
_NUMBER_NAMES = ("bsn", "pgn", "burgerservicen", "persoonsgebondenn", "onderwijsn", "sofin")


def is_usable(document: Any) -> bool:
    """Whether a message names a pupil and has results: all that a message needs."""
    scores = document.get("resultatenscores") if isinstance(document, dict) else None
    results = scores.get("resultaten") if isinstance(scores, dict) else None
    listed = results.get("resultaten") if isinstance(results, dict) else None
    if not isinstance(listed, list) or not any(isinstance(item, dict) for item in listed):
        return False
    return any(key.strip() and label.strip().lower() in ("eck-id", "las-key") for label, key in identities(document))


def identities(document: Any) -> list[tuple[str, str]]:
    """Label and key of every identity in a message whose outside is right."""
    entries = document["resultatenscores"].get("deelnemerref")
    found = [item for item in entries if isinstance(item, dict)] if isinstance(entries, list) else []
    return [(_text(item.get("label")), _text(item.get("onderwijsdeelnemerID"))) for item in found]


def may_be_refused(document: Any) -> bool:
    """Whether a usable message holds something that may not be kept: an odd name, or perhaps a citizen service number."""
    toets = document.get("toets")
    naam = _text(toets.get("naam")) if isinstance(toets, dict) else ""
    keys = [key.strip() for _, key in identities(document)]
    names = [*keys, _text(document.get("auteur")).strip(), naam.strip()]
    words = "".join(character for character in unicodedata.normalize("NFKC", repr(document)).casefold() if character.isalpha())
    number = any(map(_may_be_number, values(document))) or any(name in words for name in _NUMBER_NAMES)
    nothing = any(map(_NOTHING.search, keys))
    return number or nothing or any(_ODD.search(name) for name in names)


def _may_be_number(text: str) -> bool:
    """Whether a text holds 8 digits or more, in any script, and no letter but an e or an x."""
    letters = [character for character in text if character.isalpha() and unicodedata.numeric(character, None) is None]
    digits = [character for character in text if unicodedata.numeric(character, None) is not None]
    return len(digits) >= 8 and not set("".join(letters).casefold()) - set("ex")


def values(document: Any) -> list[str]:
    """All names, texts and numbers in a message."""
    if isinstance(document, dict):
        return [text for name, value in document.items() for text in (name, *values(value))]
    if isinstance(document, list):
        return [text for value in document for text in values(value)]
    return [_text(document)]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
