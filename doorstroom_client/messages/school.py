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
                found.add(f"school.{name}", rule)
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
    def label(self) -> str:
        """Name and BRIN, for texts that people read."""
        return f"{self.naam} ({self.instellingscode})" if self.naam else self.instellingscode


def find_school(scholen: tuple[School, ...], key: str) -> School:
    """Find a configured school by BRIN, School OIN or routeringskenmerk.

    Raises:
        ConfigurationError: no school, or more than one administration, has that key.
    """
    found = [school for school in scholen if key in (school.instellingscode, school.oin, school.routeringskenmerk)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(
            f"{len(found)} administrations of school {key} are configured",
            setting="scholen",
            hint="Name the one you mean by its routeringskenmerk",
        )
    known = ", ".join(school.instellingscode for school in scholen[:10]) or "none"
    raise ConfigurationError(
        f"school {key} is not configured; configured are: {known}",
        setting="scholen",
        hint="Add it under [[scholen]], or name a school by BRIN, School OIN or routeringskenmerk",
    )
