"""What a simulated supplier makes of a list: judged by the published definition, its prose and the agreement of the year."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.simulator.antwoorden import MELDINGEN
from doorstroom_client.simulator.https import Received
from doorstroom_client.simulator.namens import Namens
from doorstroom_client.simulator.proza import Gevonden, gevonden, zoek_in
from doorstroom_client.simulator.published import Definitie, definitie_bij
from doorstroom_client.simulator.regels import Opmerking, Regel, Streng, in_woorden, weigert

Identiteit = tuple[str, str]
"""Label (``ECK-iD`` or ``LAS-key``) and onderwijsdeelnemerID."""

_IN_MELDING = 5


class OngeldigError(Exception):
    """The message is refused.

    Args:
        opmerkingen: why, and what else was found.
        status: of the answer.
    """

    def __init__(self, opmerkingen: Sequence[Opmerking], status: int = 422) -> None:
        super().__init__()
        self.opmerkingen: tuple[Opmerking, ...] = tuple(opmerkingen)
        self.status = status

    @property
    def melding(self) -> str:
        """The answer in words: the first places and the rule that each breaks, never a value."""
        redenen = [str(item) for item in self.opmerkingen if item.geweigerd]
        meer = f"; en nog {len(redenen) - _IN_MELDING}" if len(redenen) > _IN_MELDING else ""
        return f"{MELDINGEN[422]} {'; '.join(redenen[:_IN_MELDING])}{meer}."


@frozen
class Kop:
    """What both lists have in common.

    Attributes:
        versie: version of the agreement of the school year; results carry it.
        schooljaar: as received.
        profiel: of the results.
    """

    versie: str
    schooljaar: str
    profiel: str


@frozen
class Aangemeld:
    """One pupil of a Deelnemerslijst or Schooladviezenlijst.

    Attributes:
        identiteiten: one or two, ECK-iD first.
        bericht: the entry as received.
        advies: wire value of the advice; empty in a Deelnemerslijst.
    """

    identiteiten: tuple[Identiteit, ...] = field(repr=False)
    bericht: dict[str, Any] = field(repr=False)
    advies: str = field(default="", repr=False)


@frozen
class Gelezen:
    """A list that is taken in.

    Attributes:
        kop: what it is about.
        lijst: the pupils.
        opmerkingen: what was found and is tolerated.
    """

    kop: Kop
    lijst: tuple[Aangemeld, ...]
    opmerkingen: tuple[Opmerking, ...]


class Berichtcontrole:
    """Judges lists by the agreement of their school year."""

    def __init__(self, afspraken: Sequence[Afspraak], definitie: Definitie | None = None) -> None:
        """Take the agreements that are known.

        Args:
            afspraken: at least one; of two for the same school year the first counts.
            definitie: judges the messages of the first. The others, and without one all, are judged by what is shipped; what
                an agreement says itself (profiles, advice values, geslacht) takes the place of what the definition says.
        """
        self._afspraken = tuple(afspraken)
        bases = [definitie or definitie_bij(self._afspraken[0]), *map(definitie_bij, self._afspraken[1:])]
        self._definities = [base.following(item) for base, item in zip(bases, self._afspraken, strict=True)]

    def lees(self, operatie: str, received: Received, namens: Namens, streng: Collection[Streng] = ()) -> Gelezen:
        """Take a list in.

        Args:
            operatie: ``registreren`` or ``registreren-schooladviezen``.
            received: the request.
            namens: on behalf of whom it came.
            streng: what is refused that would otherwise be told.

        Raises:
            OngeldigError: it is refused.
        """
        media, _, _ = (received.header("content-type") or "").partition(";")
        if media.strip().lower() != "application/json":
            # The chain has no status for this; HTTP has, and a LAS treats it as it treats 422.
            raise OngeldigError(_opmerkingen(operatie, [gevonden(Regel.CONTENT_TYPE, "bericht")]), 415)
        bericht = _json(operatie, received.body)
        afspraak, over_versie = self._afspraak_van(bericht)
        definitie = self._definities[self._afspraken.index(afspraak)]
        if operatie not in definitie.berichten:
            raise OngeldigError(_opmerkingen(operatie, [gevonden(Regel.BERICHT, "bericht")]))
        if breaches := definitie.breaches(operatie, bericht):
            schema = [Opmerking(operatie, item.path or "bericht", item.rule, in_woorden(item), True) for item in breaches]
            raise OngeldigError([*schema, *_opmerkingen(operatie, over_versie, streng)])
        found = _opmerkingen(operatie, [*over_versie, *zoek_in(bericht, namens, geslacht=afspraak.geslacht)], streng)
        if any(item.geweigerd for item in found):
            raise OngeldigError(found)
        lijst = bericht["deelnemers" if operatie == "registreren" else "voorlopigSchooladviezen"]
        return Gelezen(_kop(afspraak, bericht["schooljaar"]), tuple(map(_aangemeld, lijst)), tuple(found))

    def kop(self, schooljaar: str) -> Kop:
        """What stands above a list of a school year, for pupils that no list brought."""
        return _kop((self._van_jaar(schooljaar) or self._afspraken)[0], schooljaar)

    def _afspraak_van(self, bericht: object) -> tuple[Afspraak, list[Gevonden]]:
        """The agreement to judge a message by, which is that of its school year, and what is wrong with its versie."""
        kop = bericht if isinstance(bericht, dict) else {}
        schooljaar, versie = kop.get("schooljaar"), kop.get("versie")
        if not (isinstance(schooljaar, str) and isinstance(versie, str)):
            return self._afspraken[0], []  # the schema says so
        if not Schooljaar.fits(schooljaar):
            return self._afspraken[0], [gevonden(Regel.SCHOOLJAAR, "schooljaar")]
        van_jaar = self._van_jaar(schooljaar)
        if not van_jaar:
            bekend = ", ".join(f"{item.naam} (vanaf {item.eerste_schooljaar})" for item in self._afspraken)
            return self._afspraken[0], [gevonden(Regel.AFSPRAAK, "schooljaar", f"; bekend zijn {bekend}")]
        for afspraak in van_jaar:
            if afspraak.versie == versie:
                return afspraak, []
        ouder = any(item.versie == versie and item.eerste_schooljaar <= schooljaar for item in self._afspraken)
        regel = Regel.OUDERE_VERSIE if ouder else Regel.VERSIE
        return van_jaar[0], [gevonden(regel, "versie", f"; dat is {van_jaar[0].versie}")]

    def _van_jaar(self, schooljaar: str) -> tuple[Afspraak, ...]:
        return tuple(item for item in self._afspraken if item.geldt_in(Schooljaar(schooljaar)))


def _kop(afspraak: Afspraak, schooljaar: str) -> Kop:
    return Kop(afspraak.versie, schooljaar, afspraak.profiel_resultaat)


def _json(operatie: str, body: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8 only, and no NaN or Infinity, that Python reads and others do not."""

    def refuse(_: str) -> Any:
        raise ValueError

    try:
        return json.loads(body.decode(), parse_constant=refuse)
    except (ValueError, RecursionError):
        pass
    raise OngeldigError(_opmerkingen(operatie, [gevonden(Regel.JSON, "bericht")]))


def _opmerkingen(operatie: str, found: Iterable[Gevonden], streng: Collection[Streng] = ()) -> list[Opmerking]:
    return [Opmerking(operatie, pad, regel, tekst, weigert(regel, streng)) for pad, regel, tekst in found]


def _aangemeld(entry: dict[str, Any]) -> Aangemeld:
    identiteiten = sorted((ref["label"], ref["onderwijsdeelnemerID"]) for ref in entry["deelnemerref"])
    return Aangemeld(tuple(identiteiten), entry, entry.get("advies", ""))
