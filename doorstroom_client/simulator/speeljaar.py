"""Which school year is played, and by which agreement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import AFSPRAKEN, NEWEST, Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.simulator.published import Definitie, definitie_bij, load_definition

ZONDER_GESLACHT = Schooljaar("2026-2027")
"""From this school year on the chain does without geslacht; decided on 8 January 2026."""


@frozen
class Speeljaar:
    """A school year that is played.

    Attributes:
        schooljaar: the year.
        afspraak: the agreement that is played.
        extra: the other agreements that were registered; suppliers know them too.
        definitie: judges the messages of `afspraak`; None is what is shipped.
    """

    schooljaar: Schooljaar
    afspraak: Afspraak
    extra: tuple[Afspraak, ...] = ()
    definitie: Definitie | None = None

    @property
    def registered(self) -> tuple[Afspraak, ...]:
        """The agreements that do not come with the library."""
        return tuple(item for item in (self.afspraak, *self.extra) if AFSPRAKEN.get(item.naam) != item)

    @property
    def nummer(self) -> str:
        """The version of the definition that messages are judged by."""
        return (self.definitie or definitie_bij(self.afspraak)).nummer

    @property
    def known(self) -> tuple[Afspraak, ...]:
        """All agreements: the one that is played, those that were registered, those of the library; each name once."""
        found: dict[str, Afspraak] = {}
        for item in (self.afspraak, *self.extra, *AFSPRAKEN.values()):
            found.setdefault(item.naam, item)
        return tuple(found.values())


def choose(
    schooljaar: str | None,
    afspraak: Afspraak | None,
    afspraken: Sequence[Afspraak],
    definitie: Path | None,
    today: dt.date,
) -> Speeljaar:
    """Settle what is played.

    Args:
        schooljaar: the year. When left out: the current one, if there is an agreement for it, else the last one that there is
            an agreement for.
        afspraak: the agreement. When left out: the one of `definitie`, else the first known one for the year.
        afspraken: agreements that are known beside those of the library.
        definitie: a published definition, to judge messages by.
        today: decides what the current year is.

    Raises:
        ConfigurationError: there is no agreement for the year, or the definition cannot be used.
    """
    if schooljaar is not None and not Schooljaar.fits(schooljaar):
        raise ConfigurationError(f"schooljaar: {Schooljaar.rule}", setting="schooljaar")
    wanted, now = None if schooljaar is None else Schooljaar(schooljaar), Schooljaar.on(today)
    read = None if definitie is None else load_definition(definitie)
    known = (*afspraken, *AFSPRAKEN.values())
    if afspraak is None and read is not None:
        afspraak = _of_definition(read, known, wanted, now)
    elif afspraak is None:
        afspraak = _of_year(known, wanted, now)
    year = wanted or _year_of(afspraak, now)
    afspraak.check_schooljaar(year)
    return Speeljaar(year, afspraak, tuple(item for item in afspraken if item != afspraak), read)


def afspraak_voor(schooljaar: str, versie: str, definitie: Path | None = None) -> Afspraak:
    """An agreement for one school year and those after it.

    Args:
        schooljaar: the first one; decides whether geslacht is part of it.
        versie: its version string.
        definitie: a published definition that it follows in everything else; the newest that is shipped when left out.

    Raises:
        ConfigurationError: the school year has another form, or the definition cannot be used.
    """
    if not Schooljaar.fits(schooljaar):
        raise ConfigurationError(f"schooljaar: {Schooljaar.rule}", setting="schooljaar")
    return _following(definitie_bij(NEWEST) if definitie is None else load_definition(definitie), versie, schooljaar)


def _of_year(known: Sequence[Afspraak], wanted: Schooljaar | None, now: Schooljaar) -> Afspraak:
    for item in known:
        if item.geldt_in(wanted or now):
            return item
    if wanted is not None:
        raise ConfigurationError(
            f"no afspraak is known for school year {wanted}",
            setting="schooljaar",
            hint="Pass the Afspraak of that year (on the command line --versie), with the version string of its specification",
        )
    return max(known, key=lambda item: item.laatste_schooljaar or item.eerste_schooljaar)


def _of_definition(definitie: Definitie, known: Sequence[Afspraak], wanted: Schooljaar | None, now: Schooljaar) -> Afspraak:
    """The known agreement with the version string of a definition, else one that is made of it."""
    versies = definitie.values("registreren", "versie")
    if len(versies) != 1:
        raise ConfigurationError(
            f"definitie {definitie.nummer} does not name one version string",
            setting="definitie",
            hint="Pass the Afspraak too (on the command line --versie), with the version string of its specification",
        )
    for item in known:
        if item.versie in versies and (wanted is None or item.geldt_in(wanted)):
            return item
    return _following(definitie, versies[0], wanted or now)


def _following(definitie: Definitie, versie: str, schooljaar: str) -> Afspraak:
    def profiel(operatie: str) -> str | None:
        return next(iter(definitie.values(operatie, "profiel")), None)

    extensie = ("deelnemers", "[]", "extensie", "geslacht")
    return NEWEST.volgende(
        naam=schooljaar,
        versie=versie,
        eerste_schooljaar=schooljaar,
        geslacht=schooljaar < ZONDER_GESLACHT and definitie.find("registreren", *extensie) is not None,
        schooladviezen=definitie.values("registreren-schooladviezen", "voorlopigSchooladviezen", "[]", "advies"),
        toetssoorten=definitie.values("leerlingresultaat", "toets", "id") or None,
        profiel_deelnemers=profiel("registreren"),
        profiel_schooladviezen=profiel("registreren-schooladviezen"),
        profiel_resultaat=profiel("leerlingresultaat"),
    )


def _year_of(afspraak: Afspraak, now: Schooljaar) -> Schooljaar:
    if afspraak.geldt_in(now):
        return now
    last = afspraak.laatste_schooljaar
    return last if last is not None and last < now else afspraak.eerste_schooljaar
