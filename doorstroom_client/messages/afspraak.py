"""The agreement of each school year as values: version string, fields and value lists; no version string stands elsewhere.

Shipped are the published versions 1.0 (definition 1.0.1) and 1.1 (definition 1.1.0). The version string for school year
2026-2027 is not public; whoever has that year's specification registers it:

    Afspraak.met_naam("1.1").volgende(naam="2026-2027", versie="<the string in the specification>",
                                      eerste_schooljaar="2026-2027", geslacht=False)

or in the configuration file:

    [[afspraken]]
    naam = "2026-2027"
    versie = "<the string in the specification>"
    eerste_schooljaar = "2026-2027"
    geslacht = false
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.vocabulary import Schooladvies, Toetssoort

VERSIE_VORM = re.compile(r"Doorstroomtoetsketen_v[0-9]+([.-][0-9]+)*")
"""What the version strings of the chain have looked like so far (quirk Q35); others are possible, and get a warning."""
_LONGEST = 256


class AfspraakWarning(UserWarning):
    """An agreement is registered with a version string of another form than the chain has had so far."""


@frozen(kw_only=True)
class Afspraak:
    """One version of the agreement "Logistiek proces doorstroomtoets po".

    Attributes:
        naam: short name, as used in the configuration (``"1.1"``).
        versie: the exact text for the field ``versie`` of every message.
        eerste_schooljaar: first school year for which this version is agreed.
        laatste_schooljaar: last one; None when no end is known.
        geslacht: whether ``geslacht`` is part of a deelnemer. Decided to leave the exchange from 2026-2027.
        schooladviezen: the advice values that may be sent; empty when the version has no exchange of advice.
        toetssoorten: the tests that this version knows.
        profiel_deelnemers: the text for the field ``profiel`` of a list of participants.
        profiel_schooladviezen: the same of a list of advice.
        profiel_resultaat: the same of a result.
    """

    naam: str
    versie: str
    eerste_schooljaar: Schooljaar
    laatste_schooljaar: Schooljaar | None = None
    geslacht: bool = False
    schooladviezen: tuple[str, ...] = tuple(Schooladvies)
    toetssoorten: tuple[str, ...] = tuple(Toetssoort)
    profiel_deelnemers: str = "Toetsdeelnemers"
    profiel_schooladviezen: str = "Schooladviezen"
    profiel_resultaat: str = "Leerlingtoetsresultaat"

    def __post_init__(self) -> None:
        for name in ("versie", "profiel_deelnemers", "profiel_schooladviezen", "profiel_resultaat"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip() or not text.isprintable() or len(text) > _LONGEST:
                raise ConfigurationError(
                    f'afspraak "{self.naam}": {name} must be one line of 1 to {_LONGEST} printable characters',
                    setting=f"afspraken.{name}",
                    hint="Take the exact text from the specification of that school year",
                )
        if not self.is_gewoon:
            warnings.warn(
                f'afspraak "{self.naam}": versie does not look like the version strings so far (Doorstroomtoetsketen_v…); '
                "compare it with the specification of that school year, letter for letter",
                AfspraakWarning,
                stacklevel=2,
            )
        if self.laatste_schooljaar is not None and self.laatste_schooljaar < self.eerste_schooljaar:
            raise ConfigurationError(
                f'afspraak "{self.naam}": laatste_schooljaar lies before eerste_schooljaar',
                setting="afspraken.laatste_schooljaar",
            )

    @property
    def is_gewoon(self) -> bool:
        """Whether the version string has the form of those so far."""
        return VERSIE_VORM.fullmatch(self.versie) is not None

    @staticmethod
    def met_naam(naam: str, extra: Mapping[str, Afspraak] | None = None) -> Afspraak:
        """Find a shipped or registered version by name.

        Args:
            naam: for example ``"1.1"``.
            extra: versions registered by the configuration.

        Raises:
            ConfigurationError: no version has that name; the text lists those that exist.
        """
        known = {**AFSPRAKEN, **(extra or {})}
        if naam in known:
            return known[naam]
        raise ConfigurationError(
            f'there is no afspraak named "{naam}"; known are: {", ".join(sorted(known))}',
            setting="afspraak",
            hint="Register a newer version under [[afspraken]] with the version string from its specification",
        )

    def volgende(
        self,
        *,
        naam: str,
        versie: str,
        eerste_schooljaar: str,
        laatste_schooljaar: str | None = None,
        geslacht: bool = False,
        schooladviezen: tuple[str, ...] | None = None,
        toetssoorten: tuple[str, ...] | None = None,
        profiel_deelnemers: str | None = None,
        profiel_schooladviezen: str | None = None,
        profiel_resultaat: str | None = None,
    ) -> Afspraak:
        """Derive the agreement of a later school year from this one.

        Args:
            naam: the name to use in the configuration.
            versie: the exact version string, from that year's specification; one of an unusual form gives a warning.
            eerste_schooljaar: first school year, ``"2026-2027"``.
            laatste_schooljaar: last school year; None when no end is known.
            geslacht: whether ``geslacht`` is still sent; left out by default (decision for 2026-2027).
            schooladviezen: the advice values, when they change.
            toetssoorten: the tests, when they change.
            profiel_deelnemers: the profile of a list of participants, when it changes.
            profiel_schooladviezen: the profile of a list of advice, when it changes.
            profiel_resultaat: the profile of a result, when it changes.
        """
        return replace(
            self,
            naam=naam,
            versie=versie,
            eerste_schooljaar=Schooljaar(eerste_schooljaar),
            laatste_schooljaar=None if laatste_schooljaar is None else Schooljaar(laatste_schooljaar),
            geslacht=geslacht,
            schooladviezen=self.schooladviezen if schooladviezen is None else tuple(schooladviezen),
            toetssoorten=self.toetssoorten if toetssoorten is None else tuple(toetssoorten),
            profiel_deelnemers=profiel_deelnemers or self.profiel_deelnemers,
            profiel_schooladviezen=profiel_schooladviezen or self.profiel_schooladviezen,
            profiel_resultaat=profiel_resultaat or self.profiel_resultaat,
        )

    def geldt_in(self, schooljaar: Schooljaar) -> bool:
        """Tell whether this version is agreed for `schooljaar`."""
        ended = self.laatste_schooljaar is not None and schooljaar > self.laatste_schooljaar
        return not ended and schooljaar >= self.eerste_schooljaar

    def check_schooljaar(self, schooljaar: Schooljaar) -> None:
        """Refuse a school year for which this version is not agreed.

        Raises:
            ConfigurationError: with what to register or to pass instead.
        """
        if self.geldt_in(schooljaar):
            return
        until = f" up to {self.laatste_schooljaar}" if self.laatste_schooljaar else " on"
        raise ConfigurationError(
            f'afspraak "{self.naam}" is agreed from {self.eerste_schooljaar}{until}, not for {schooljaar}',
            setting="afspraak",
            hint=(
                f"Register the agreement of {schooljaar} under [[afspraken]] with the version string from its "
                "specification, or say which other school year is meant: "
                f'schooljaar = "{self.laatste_schooljaar or self.eerste_schooljaar}" (--set schooljaar=… for config init)'
            ),
        )


_V1_0 = Afspraak(
    naam="1.0",
    versie="Doorstroomtoetsketen_v1.0",
    eerste_schooljaar=Schooljaar("2023-2024"),
    laatste_schooljaar=Schooljaar("2024-2025"),
    geslacht=True,
    schooladviezen=(),
)
_V1_1 = Afspraak(
    naam="1.1",
    versie="Doorstroomtoetsketen_v1.1",
    eerste_schooljaar=Schooljaar("2025-2026"),
    # The chain decided on 8 January 2026 that 2026-2027 gets a definition of its own, without geslacht.
    laatste_schooljaar=Schooljaar("2025-2026"),
    geslacht=True,
)

AFSPRAKEN: Mapping[str, Afspraak] = MappingProxyType({afspraak.naam: afspraak for afspraak in (_V1_0, _V1_1)})
"""The published versions, by name."""
NEWEST = _V1_1
"""The newest of these."""
