"""The identifiers of the chain: parsed once, then trusted.

Each type is a `str` that can only exist in its right form. The ones that point at a pupil (`EckId`, `LasKey`, `RapportId`)
do not show their value in `repr()`, so that it stays out of logs and tracebacks.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import ClassVar, Self

from doorstroom_client.errors import MessageError, Problem

NO_KEY = "holds no key but what a program writes for nothing (NULL, n/a, #REF! and the like); fill in the key, or leave it out"
"""What to say of such a value, without the value."""
_NO_KEY = re.compile(
    r"""
    \s* \\N \s*
    | [\W_]++
    | [\W_]*+ (?=[-1bdefgilmnopsu]) (?:
        (?:system\.)?dbnull | (?:pd|np|numpy|pandas|math)\.(?:na[nt]?|inf) | float[\W_]*nan | [+-]?inf(?:inity)?
        | blank | null | nil | none | nan | nat | n[\W_]*a | n[\W_]+b | n[\W_]*v[\W_]*t
        | undefined | undef | unknown | missing | empty
        | onbekend | geen | leeg | -?1[.,]\#(?:ind|q?nan|inf)[0-9]* | (?:err|fout):[0-9]{3} ) [\W_]*+
    | [\W_]*?\# [\W_]*+ (?:
        [^\W\d_][\w/.\s-]*[!?] | ref | verw | waarde | value | naam | name | (?:deel|div)[\W_]*0 | getal | num | leeg | spill
        | overloop | nb | error | fout | deleted | verwijderd | n/a\s+n/a | getting_data | gegevens_ophalen ) [\W_]*+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"[bdefgilmnosu][a-z]{1,8}\Z", re.IGNORECASE)
"""Of letters alone, no word for nothing is longer or begins with another letter."""
_UNSEEN = re.compile(r"[^\w\x00-\x7f]")
_LONGEST_NO_KEY = 300


def is_no_key(value: str) -> bool:
    """Whether a text is what a database, a program or a spreadsheet writes where there is nothing: NULL, nan, n/a, #REF!."""
    if len(value) > _LONGEST_NO_KEY or (value.isalpha() and value.isascii() and not _WORD.match(value)):
        return False
    plain = value if value.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", value))
    return _NO_KEY.fullmatch(plain) is not None


def is_cell_error(value: str) -> bool:
    """Whether a text is the error of a spreadsheet that could not work out a cell: #REF!, #N/B, Err:502, ####."""
    return ("#" in value or ":" in value) and is_no_key(value)


class Identifier(str):
    """Base: a text that follows one pattern; anything else raises `MessageError` without showing the value."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]]
    rule: ClassVar[str]
    private: ClassVar[bool] = False

    def __new__(cls, value: str) -> Self:
        """Take over a value that has the right form; `MessageError` otherwise."""
        if not cls.fits(value):
            del value  # tracebacks may show local variables
            raise MessageError([Problem(cls.__name__, cls.rule)])
        return super().__new__(cls, value)

    @classmethod
    def fits(cls, value: object) -> bool:
        """Tell whether `value` has the right form."""
        return isinstance(value, str) and cls.pattern.fullmatch(value) is not None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)" if self.private else f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return (type(self), (str(self),))


class Oin(Identifier):
    """Organisatie-identificatienummer: 20 digits and capital letters (OIN-stelsel)."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[0-9A-Z]{20}")
    rule = "expected an OIN: 20 positions, digits and capital letters only"


class Routeringskenmerk(Identifier):
    """Address of one school administration in the OSR: 20 digits and capital letters (quirk Q2).

    Usually ``00000007000`` + BRIN4 + 5 digits, but that layout is documented nowhere, so it is treated as opaque.
    """

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[0-9A-Z]{20}")
    rule = "expected a routeringskenmerk: 20 positions, digits and capital letters only"
    _with_brin: ClassVar[re.Pattern[str]] = re.compile(r"00000007000(\d{2}[A-Z]{2})\d{5}")

    @property
    def brin(self) -> str | None:
        """The BRIN inside, where the usual layout is followed; else None."""
        found = self._with_brin.fullmatch(self)
        return found.group(1) if found else None


class Brin(Identifier):
    """Instellingscode (BRIN4): 2 digits and 2 capital letters."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{2}[A-Z]{2}")
    rule = 'expected a BRIN of 2 digits and 2 capital letters, like "99XX"'

    @property
    def oin(self) -> Oin:
        """The School OIN that belongs to this BRIN."""
        return Oin(f"00000007000{self}00000")


class EckId(Identifier):
    """ECK-iD of a pupil: ``https://ketenid.nl/<namespace>/<128 lower-case hex digits>`` (quirk Q20)."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"https://ketenid\.nl/[0-9a-z]+/[0-9a-f]{128}")
    rule = "expected an ECK-iD: https://ketenid.nl/<namespace>/ followed by 128 lower-case hexadecimal digits"
    private = True


class LasKey(Identifier):
    """LAS-key of a pupil: meaningless, unique within the chain, 1 to 256 visible characters."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"[^\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]{1,256}"
    )
    rule = "expected a LAS-key: 1 to 256 characters without spaces or control characters, and no NULL, n/a or #REF!"
    private = True

    @classmethod
    def fits(cls, value: object) -> bool:
        """Tell whether `value` has the right form, and is not what a program writes for nothing."""
        return isinstance(value, str) and super().fits(value) and not is_no_key(value)


class TestEckId(LasKey):
    """An ECK-iD as test environments and the published examples use it: any text without spaces."""

    __slots__ = ()
    __test__ = False  # keep pytest from collecting the class
    rule = "expected an ECK-iD of 1 to 256 characters without spaces or control characters"


class RapportId(Identifier):
    """Id of a pupil report: one path segment of letters, digits and ``. _ ~ -`` (quirks Q22 and Q23)."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~-]{1,128}")
    rule = "expected a rapportid: 1 to 128 letters, digits, dots, underscores, tildes or dashes"
    private = True


class Schooljaar(Identifier):
    """School year, ``2025-2026``: the second year follows the first; runs from 1 August to 31 July."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]] = re.compile(r"[0-9]{4}-[0-9]{4}")
    rule = 'expected a schooljaar of two successive years, like "2025-2026"'

    @classmethod
    def fits(cls, value: object) -> bool:
        """Tell whether `value` has the right form and the years follow each other."""
        return isinstance(value, str) and super().fits(value) and int(value[5:]) == int(value[:4]) + 1

    @classmethod
    def on(cls, day: dt.date) -> Schooljaar:
        """The school year in which `day` falls."""
        start = day.year if day.month >= 8 else day.year - 1
        return cls(f"{start:04d}-{start + 1:04d}")

    @property
    def volgende(self) -> Schooljaar:
        """The school year after this one."""
        return Schooljaar(f"{int(self[:4]) + 1:04d}-{int(self[5:]) + 1:04d}")

    @property
    def vorige(self) -> Schooljaar:
        """The school year before this one."""
        return Schooljaar(f"{int(self[:4]) - 1:04d}-{int(self[5:]) - 1:04d}")
