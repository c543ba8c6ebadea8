"""The receipt of a list: what a supplier took in, whom it does not know, and what a school has to know of that, in Dutch."""

from __future__ import annotations

from dataclasses import field, fields, replace
from typing import Any

from doorstroom_client.basics.error_texts import onbekende_leerlingen, verdwenen_leerlingen
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.uitleg import Uitleg, samen
from doorstroom_client.errors import Earlier
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.output.words import andere_toets
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.sending.only_changes import Verdwenen
from doorstroom_client.transport.request import Operation


@frozen
class Ontvangst:
    """The supplier has taken in a list (202).

    It says that the message is technically right and will be processed; it says nothing about any single pupil. The
    agreement is that the school checks in the test system whether everything arrived. `onbekend` is filled by suppliers that
    refuse a list for a pupil they do not know; a supplier that answers 202 keeps silent about such pupils.

    Attributes:
        leverancier: which supplier (toetssoort).
        soort: ``registreren`` or ``registreren-schooladviezen``.
        aantal: pupils that were taken in; 0 when nothing had to be sent.
        sha256: checksum of the exact bytes of the list; empty when nothing had to be sent.
        request_id: identifies the first call in the log; empty when there was none.
        melding: what the supplier wrote last; may be about a pupil, so it is not in the repr.
        attempts: the attempts that were needed, of all parts when the list had to be split.
        onbekend: pupils that the supplier does not know; their data was not taken in.
        ongewijzigd: pupils that were left out, because the supplier has the same already (with ``only_changes``).
        verdwenen: pupils that the supplier has, but that are not in the list (with ``only_changes``).
        naam: name of the supplier, for people.
        onbevestigd: how many of those left out were sent without it being known that the supplier knows the pupil.
        vorige_toets: whose test the school took a year before, at the first list of a school year for another supplier; its
            OIN when that supplier is not configured any more; else empty.
    """

    leverancier: str
    soort: Operation
    aantal: int
    sha256: str
    request_id: str
    melding: str = field(repr=False)
    attempts: tuple[Earlier, ...] = field(repr=False)
    onbekend: tuple[Leerling, ...] = field(default=(), repr=False)
    ongewijzigd: int = field(default=0, repr=False)
    verdwenen: tuple[Verdwenen, ...] = field(default=(), repr=False)
    naam: str = field(default="", repr=False)
    onbevestigd: int = field(default=0, repr=False)
    vorige_toets: str = field(default="", repr=False)

    @classmethod
    def nothing(cls, leverancier: Leverancier, soort: Operation) -> Ontvangst:
        """Of a list of which nothing had to be sent."""
        return cls(leverancier.toetssoort, soort, 0, "", "", "", (), naam=leverancier.naam)

    @property
    def uitleg(self) -> Uitleg:
        """What a school has to know about this, in Dutch; empty when all is well."""
        wie = self.naam or self.leverancier
        return samen(
            andere_toets(self.vorige_toets, wie),
            onbekend_uitleg(wie, len(self.onbekend), rest_aangekomen=self.aantal > 0),
            verdwenen_uitleg(wie, len(self.verdwenen)),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave `melding` and the identities of pupils out of a pickle, as with errors."""
        bare = replace(self, melding="", onbekend=(), verdwenen=())
        return (type(self), tuple(getattr(bare, item.name) for item in fields(self)))


def onbekend_uitleg(wie: str, aantal: int, *, rest_aangekomen: bool = True) -> Uitleg:
    """What a school has to know about pupils that a supplier does not know, in Dutch; empty when there are none."""
    return onbekende_leerlingen(aantal, rest_aangekomen=rest_aangekomen).filled(wie=wie, wie_kort=wie)


def verdwenen_uitleg(wie: str, aantal: int) -> Uitleg:
    """What a school has to know about pupils that are no longer in its list, in Dutch; empty when there are none."""
    return verdwenen_leerlingen(aantal).filled(wie=wie, wie_kort=wie)
