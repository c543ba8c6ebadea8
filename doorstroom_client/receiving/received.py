"""A received result as it is handed out: the message, with the school and the supplier it belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.codec import decode_leerlingresultaat
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.messages.spellings import toets_as_listed
from doorstroom_client.messages.vocabulary import Referentieniveau, Toetsadvies, Toetssoort
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.store.moments import is_ahead
from doorstroom_client.store.rows import StoredResult


@frozen
class Ontvangen:
    """One received result and where it belongs. Its repr shows no pupil data.

    Attributes:
        id: number in the store.
        school: the administration it was sent to; None when that is no longer configured.
        leverancier: the supplier whose certificate sent it; None when that is not one of the configured ones.
        edu_to: routeringskenmerk that it was sent to.
        sender_oin: OIN in the certificate of the sender.
        ontvangen_op: moment of receipt, UTC.
        verwerkt_op: moment at which it was marked as processed; None while it is not.
        tries: how often it was put off.
        reason: why it was put off last; empty when it never was.
        contested: whether another sender has a current result of this pupil in this school year too.
        resultaat: the message itself.
        afspraken: the agreements that are registered; what they name is no oddity.
        toetsen_van_anderen: the tests of the configured suppliers other than its sender.
    """

    id: int
    school: School | None
    leverancier: Leverancier | None
    edu_to: str
    sender_oin: str
    ontvangen_op: dt.datetime
    verwerkt_op: dt.datetime | None
    tries: int
    reason: str
    contested: bool
    resultaat: Leerlingresultaat
    afspraken: tuple[Afspraak, ...] = field(repr=False)
    toetsen_van_anderen: frozenset[str] = field(repr=False)

    @property
    def leerling(self) -> Leerling:
        """The identities of the pupil."""
        return self.resultaat.leerling

    @property
    def toetssoort(self) -> Toetssoort | str | None:
        """Which test."""
        return self.resultaat.toetssoort

    @property
    def toetsadvies(self) -> Toetsadvies | None:
        """The test advice as a category; the text stays in ``resultaat.toetsadvies_tekst``."""
        return self.resultaat.toetsadvies

    @property
    def toetsscore(self) -> int | None:
        """The score on the whole test."""
        return self.resultaat.toetsscore

    @property
    def referentieniveaus(self) -> dict[str, Referentieniveau | str]:
        """Reference level per part."""
        return self.resultaat.referentieniveaus

    @property
    def rapportid(self) -> RapportId | None:
        """Id of the report."""
        return self.resultaat.rapportid

    @property
    def opmerkingen(self) -> tuple[str, ...]:
        """What is odd, as short codes: those of the message, and what only who received it can tell.

        - ``datumtijd_in_de_toekomst``: it says that it was made after it was received, so its moment counts for nothing.
        - ``ook_van_andere_afzender``: another sender has a current result of this pupil in this school year too. Both passed
          on to DUO, they give signal 150.
        - ``afzender_onbekend``: the sender is mandated by the school, but no configured supplier.
        - ``toets_van_andere_leverancier``: it is about the test of another configured supplier than its sender.
        """
        made, toets = self.resultaat.datumtijd, toets_as_listed(self.toetssoort or "")
        checks = {
            "datumtijd_in_de_toekomst": made is not None and is_ahead(made, self.ontvangen_op),
            "ook_van_andere_afzender": self.contested,
            "afzender_onbekend": self.leverancier is None,
            "toets_van_andere_leverancier": toets in self.toetsen_van_anderen,
        }
        return (*self.resultaat.opmerkingen_bij(self.afspraken), *(code for code, applies in checks.items() if applies))


def open_kept(
    kept: StoredResult,
    find_school: Callable[[str], School | None],
    leveranciers: Sequence[Leverancier],
    afspraken: tuple[Afspraak, ...] = (),
) -> Ontvangen:
    """Read a kept delivery back."""
    about, resultaat = kept.received, decode_leerlingresultaat(kept.received.payload)
    toets = toets_as_listed(resultaat.toetssoort or "")
    ours = [item for item in leveranciers if item.oin == about.sender_oin]
    return Ontvangen(
        id=kept.id,
        school=find_school(about.edu_to),
        leverancier=next((item for item in ours if toets_as_listed(item.toetssoort) == toets), next(iter(ours), None)),
        edu_to=about.edu_to,
        sender_oin=about.sender_oin,
        ontvangen_op=about.received_at,
        verwerkt_op=kept.processed_at,
        tries=kept.tries,
        reason=kept.reason,
        contested=kept.contested,
        resultaat=resultaat,
        afspraken=afspraken,
        toetsen_van_anderen=frozenset(toets_as_listed(item.toetssoort) for item in leveranciers if item not in ours),
    )
