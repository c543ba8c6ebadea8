"""A school administration: the sender of every list and the address of every result."""

from __future__ import annotations

import re
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.findings import Findings
from doorstroom_client.messages.identifiers import Brin, Oin, Routeringskenmerk

_TWO_DIGITS = re.compile(r"[0-9]{2}")
_FORMATS: dict[str, tuple[re.Pattern[str], str]] = {
    "instellingscode": (Brin.pattern, Brin.rule),
    "vestigingscode": (_TWO_DIGITS, 'expected 2 digits as text, like "00"; of a six-position code the last two'),
    "onderwijsaanbiedercode": (
        re.compile(r"[0-9]{3}A[0-9]{3}"),
        'expected 3 digits, an A and 3 digits, like "123A123"',
    ),
    "onderwijslocatiecode": (
        re.compile(r"[0-9]{3}X[0-9]{3}"),
        'expected 3 digits, an X and 3 digits, like "123X123"',
    ),
    "administratienr": (_TWO_DIGITS, 'expected 2 digits as text, like "01"'),
    "routeringskenmerk": (Routeringskenmerk.pattern, Routeringskenmerk.rule),
}
_ANY_CODE = re.compile(
    "|".join(
        (
            f"{Brin.pattern.pattern}(?:[0-9]{{2}})?",
            *(_FORMATS[name][0].pattern for name in ("onderwijsaanbiedercode", "onderwijslocatiecode", "routeringskenmerk")),
            Oin.pattern.pattern,
        )
    )
)
_NAMED = 10
"""Schools that an error names."""


@frozen(kw_only=True)
class School:
    """One administration of one school, with the codes of RIO and the OSR (definition 1.1.0, `Deelnemersgroep`).

    Attributes:
        instellingscode: BRIN4, 2 digits and 2 capital letters.
        vestigingscode: 2 digits, as text.
        onderwijsaanbiedercode: RIO, ``999A999``.
        onderwijslocatiecode: RIO, ``999X999``.
        administratienr: 2 digits that tell the administrations of one school apart.
        routeringskenmerk: the address of this administration in the OSR, 20 positions. Suppliers keep it and send the
            results there months later, so it must be right at the first delivery.
        naam: how people call the school; used in texts only, never sent.
        oin: the School OIN. Derived from the BRIN when left out; give it for test schools with another prefix.

    Raises:
        MessageError: a code does not have its format, or the BRIN differs from the one in the routeringskenmerk or the
            OIN (quirk Q19).
    """

    instellingscode: str
    vestigingscode: str
    onderwijsaanbiedercode: str
    onderwijslocatiecode: str
    administratienr: str
    routeringskenmerk: str
    naam: str = ""
    oin: str = field(default="")

    def __post_init__(self) -> None:
        found = Findings()
        for name, (pattern, rule) in _FORMATS.items():
            value: object = getattr(self, name)
            if not isinstance(value, str) or not pattern.fullmatch(value):
                one_digit = pattern is _TWO_DIGITS and isinstance(value, str) and re.fullmatch("[0-9]", value)
                found.add(f"school.{name}", f'{rule}; write "0{value}"' if one_digit else rule)
        found.raise_if_any("school")
        brin = Brin(self.instellingscode)
        object.__setattr__(self, "oin", self.oin or str(brin.oin))
        found.identifier(Oin, self.oin, "school.oin")
        found.raise_if_any("school")
        for name in ("routeringskenmerk", "oin"):
            other = Routeringskenmerk(getattr(self, name)).brin
            if other is not None and other != brin:
                found.add(f"school.{name}", "holds another BRIN than instellingscode")
        found.raise_if_any("school")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code by which it can be named, that of this one administration first; others may share the rest."""
        return (
            self.routeringskenmerk,
            self.oin,
            self.instellingscode + self.vestigingscode,
            self.instellingscode,
            self.onderwijslocatiecode,
            self.onderwijsaanbiedercode,
        )

    @property
    def label(self) -> str:
        """Name and BRIN, for texts that people read."""
        return f"{self.naam} ({self.instellingscode})" if self.naam else self.instellingscode


def is_school_code(text: str) -> bool:
    """Whether a text has the form of a code by which a school can be named, in capitals or not."""
    return _ANY_CODE.fullmatch(text.strip().upper()) is not None


def find_school(scholen: tuple[School, ...], key: str) -> School:
    """Find a configured school by any of its codes, in capitals or not.

    Args:
        scholen: the administrations.
        key: BRIN (``99AA``), BRIN with vestiging (``99AA00``), RIO code, School OIN or routeringskenmerk.

    Raises:
        ConfigurationError: no school, or more than one administration, has that code; the text names those.
    """
    code = key.strip().upper()
    found = [school for school in scholen if code in school.codes]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(
            f"{len(found)} administrations with the code {code} are configured: {_named(found)}",
            setting="scholen",
            hint="Name the one that is meant by its routeringskenmerk",
        )
    known = ", ".join(school.instellingscode for school in scholen[:_NAMED]) or "none"
    more = f" and {len(scholen) - _NAMED} more" if len(scholen) > _NAMED else ""
    raise ConfigurationError(
        f"school {key} is not configured; configured are: {known}{more}",
        setting="scholen",
        hint="Add it under [[scholen]], or name one by BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk",
    )


def _named(schools: list[School]) -> str:
    named = ", ".join(f"{school.label}, {school.routeringskenmerk}" for school in schools[:_NAMED])
    return f"{named} and {len(schools) - _NAMED} more" if len(schools) > _NAMED else named
