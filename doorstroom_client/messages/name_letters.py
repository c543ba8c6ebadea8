"""The letters of a name: what cannot stand there because something went wrong on the way, and what somebody should look at.

One set of rules for every file. A name in which a letter was lost would spoil the test system and the report, and a real name
that is refused keeps a pupil out: what can be neither told from a real name nor trusted is a doubt. Nothing here raises, and
no sentence repeats a value.
"""

from __future__ import annotations

import html
import re
import unicodedata

UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters, lone surrogates and the marks that change the direction of text have no place in a name."""

LOST = "holds a question mark where a letter was lost"
CONTROL = "holds a control character or a mark that changes the direction of text"
ESCAPE = "holds what a program writes for a letter, such as &eacute; or %C3%A9, and not the letter itself"
TWICE = "holds letters in another encoding than they were read in, such as two odd signs where an accent belongs"
CAPITAL = "holds a capital with an accent after a small letter, which is what another encoding makes of a letter"
SIGN = "holds a sign that stands in no name, such as © or a line of a table; a letter was lost there"
LOOSE = "holds an accent without its letter"
NUMBER = "is a number or a date, and a name is expected"

ODD_SIGN = "holds a digit or a sign that is rare in a name; look whether it is right"
ODD_QUOTE = "holds a loose accent or quotation mark, where a letter may have been lost; look whether it is right"
ODD_LETTER = "holds letters that seldom stand together, as another encoding makes of one letter; look whether it is right"
ODD_SCRIPT = "has letters of two alphabets that look the same in one word; look whether it is right"
TRUTH = "is what a program writes for yes or no; look whether it is a name"

_ASCII = re.compile(r"[A-Za-z.' -]*")
_FINE = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff.' -]*")
"""In such a name only a capital in the middle can be wrong."""
_ESCAPE = re.compile(
    r"""
    %[0-9A-Fa-f]{2} | \\ | _x[0-9A-Fa-f]{4}_ | =[0-9A-F]{2} | =\? | \bu00[0-9A-Fa-f]{2} | (?<=[A-Za-z])u00[0-9A-Fa-f]{2}
    | &\#?[A-Za-z0-9]{2,31}; | </?[A-Za-z]
    """,
    re.VERBOSE,
)

# What Windows-1252 and Latin-1 make of the bytes that follow the first one of a letter in UTF-8.
_QUOTES_AND_DASHES = "‘’–—"
_FOLLOWS = "".join(
    sorted({bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0)} | {chr(code) for code in range(0x80, 0xC0)})
)
_SURE = re.escape("".join(letter for letter in _FOLLOWS if letter not in _QUOTES_AND_DASHES))
_FOLLOWS_EAST = "".join(
    sorted(
        {bytes([byte]).decode(codec, "ignore") for byte in range(0x80, 0xC0) for codec in ("cp1250", "latin2")}
        - {bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xC0)}
        | set("–\u00a0\u00adŠŽšž")
    )
)
"""What the encodings of Eastern Europe make of them."""
_EAST_IN_CAPITALS = re.compile(rf"[ĂĹÄ][{_FOLLOWS_EAST}]|[ÃÄÅ][{_QUOTES_AND_DASHES}]")
"""Other letters in an encoding twice, or a name in capitals."""
_TWICE = re.compile(
    rf"""
    [ÂÃÄÅÆÇÈÎÏÐÑ×ØÙÚÛ][{_SURE}]
    | (?<![A-ZÀ-Þ])[ÃÄÅ][{_QUOTES_AND_DASHES}]
    | (?<=[a-zß-ÿ])[ÃÂ](?![a-zß-ÿ])
    | á[º»] | â€ | â‚ | ï»¿ | ï¿½
    | Ă[ľĽşśłąžšŁ¶©«¤§¨­®°´¸]
    | (?<![^\W\d_])[ĂĹÄ][{_FOLLOWS_EAST}]
    | ƒ[^\W\d_a-zA-Zɖɛɣŋɔʋ]
    | ÔÇ | [ÅĂĹ]\u00a0
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_PREFIXES = frozenset(
    # Of names in which a capital follows: McÉvoy, DeÁngelis, Ó hÉigeartaigh, FitzÉamon.
    (
        *("mc", "mac", "mag", "fitz", "o", "h", "n", "t", "d", "g", "b", "m", "bh", "nic", "ní", "ui", "uí", "ó"),
        *("de", "del", "della", "di", "da", "do", "dos", "das", "du", "la", "le", "lo", "van", "von", "ter", "ten", "des"),
        *("al", "el", "ap", "ab", "san", "sant", "saint", "st", "abu", "ibn", "bin", "ben", "bint", "ad", "as", "az", "ash"),
    )
)
_PRIMES = "´`"
_LOOSE = frozenset("¨^¸~¯ˆ˜ˇ˘˙˚˛˝")
_BOXES = re.compile("[\u2500-\u259f]")
_BLANKS = frozenset("\u2800\u3164\uffa0")
_LOST_QUOTES = re.compile(r"[‚„‹›‰†‡…•¿¡§¶‗ⁿ]|\w[“«]|[”»]\w")
_MIDDLE_DOT = re.compile(r"(?<![lL\u0250-\U0010ffff])·|·(?![lL\u0250-\U0010ffff])")
_ODD = frozenset('!#%*:;@_&[]{}"“”«»')
_NUMBER = re.compile(r"[\W_]*[0-9][0-9\W_]*(?:[eE][+-]?[0-9]+)?")
_MONTH = r"(?:jan|feb|mrt|mar|apr|mei|may|jun|jul|aug|sep|sept|okt|oct|nov|dec)"
SHORT_DAY = re.compile(rf"[0-9]{{1,2}}[-/ ]{_MONTH}\.?(?:[-/ ][0-9]{{2,4}})?|{_MONTH}\.?[-/ ][0-9]{{2,4}}", re.IGNORECASE)
"""What a spreadsheet makes of 8-3 or 5/14."""
_TRUTHS = frozenset(("TRUE", "FALSE", "WAAR", "ONWAAR"))
_DASH = re.compile(r"[^\W\d_](?:—|–[a-zà-ÿ])|—[^\W\d_]")
_MIXED = re.compile(
    # A word with a Latin letter next to a Greek or Cyrillic one, combining marks left out.
    r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff][\u0300-\u036f]*[\u0370-\u052f]|[\u0370-\u052f][\u0300-\u036f]*[A-Za-z\u00c0-\u024f\u1e00-\u1eff]"
)


def is_plain(text: str) -> bool:
    """Whether nothing can be wrong with the letters of a name, as with most."""
    return _ASCII.fullmatch(text) is not None and text not in _TRUTHS


def text_fault(text: str) -> str:
    """Why a text for people cannot be right, whatever it is the text of; empty when nothing is against it."""
    if text.isascii() and text.isprintable() and not _ESCAPE.search(text) and "&" not in text:
        return ""
    if "\ufffd" in text:
        return LOST
    if UNWANTED.search(text):
        return CONTROL
    if _ESCAPE.search(text) or ("&" in text and html.unescape(text) != text):
        return ESCAPE
    if _TWICE.search(text):
        return TWICE
    if _BOXES.search(text) or any(unicodedata.category(letter) == "Co" or letter in _BLANKS for letter in text):
        return SIGN
    return ""


def name_fault(text: str) -> str:
    """Why the name of a person cannot be right; empty when nothing is against it."""
    if _FINE.fullmatch(text):
        if "ÔÇ" in text:  # a typographic apostrophe or dash in DOS
            return TWICE
        return CAPITAL if not text.isascii() and _odd_capital(text) else ""
    if "?" in text:
        return LOST
    found = text_fault(text)
    if found:
        return found
    if _NUMBER.fullmatch(text) or SHORT_DAY.fullmatch(text):
        return NUMBER
    if _odd_capital(text):
        return CAPITAL
    if _LOST_QUOTES.search(text) or _MIDDLE_DOT.search(text):
        return SIGN
    return _fault_of_letters(text)


def name_doubt(text: str) -> str:
    """What somebody should look at in the name of a person that has no fault; empty when there is nothing."""
    if _FINE.fullmatch(text):
        return TRUTH if text in _TRUTHS else ""
    if any(letter in _PRIMES for letter in text) or _DASH.search(text) or re.search(r"\w‘|[–—’]$|^[–—]", text):
        return ODD_QUOTE
    if "ƒ" in text or _EAST_IN_CAPITALS.search(text):
        return ODD_LETTER
    if _MIXED.search(text):
        return ODD_SCRIPT
    odd = any(letter in _ODD or unicodedata.category(letter) in ("Nd", "Nl") for letter in text)
    return ODD_SIGN if odd else ""


def visible(text: str) -> str:
    """The text, or nothing when nobody can see it."""
    return text if any(unicodedata.category(letter) not in ("Cf", "Zs", "Zl", "Zp") for letter in text) else ""


def _odd_capital(text: str) -> bool:
    """Whether a capital with an accent follows a small letter, other than after a prefix that is written so."""
    for word in _WORD.findall(text):
        for place, letter in enumerate(word):
            if not place or letter.isascii() or not (letter.isupper() and word[place - 1].islower() and _LATIN.match(letter)):
                continue
            if not word[place + 1 : place + 2].islower() or word[:place].casefold() not in _PREFIXES:
                return True
    return False


def _fault_of_letters(text: str) -> str:
    before = " "
    for letter in text:
        category = unicodedata.category(letter)
        if letter in _LOOSE or (category == "Mn" and "\u0300" <= letter <= "\u036f" and not before.isalpha() and before == " "):
            return LOOSE
        if letter not in _PRIMES and (category in ("So", "Sm", "Sc", "No", "Sk") or letter == "µ"):
            return SIGN
        if letter in "ªº" and not before.isalpha():
            return SIGN
        before = letter
    return SIGN if re.search(r"[ªº]\w", text) else ""
