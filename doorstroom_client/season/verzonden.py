"""What was sent of each pupil of a school, beside the school's own list, as plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from doorstroom_client import (
    Advies,
    BekendeLeerling,
    Leerlingenlijst,
    Leerlingstand,
    Leverancier,
    School,
    Schoolstand,
    Verstuurd,
    Verzendstand,
)
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.leerlingenlijst import by_group, taking_part
from doorstroom_client.output.words import naam_van
from doorstroom_client.season.herkennen import kenmerken


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Verzendregel:
    """What was sent about one pupil; its repr shows nothing.

    Attributes:
        naam: as people read it.
        groep: name of the group.
        aangemeld_op: moment of the last receipt of this participant; None when it was not sent.
        advies: the advice in the school's own list, as a code; empty without one.
        stand: what was sent of it; None when the list was not given, or has no advice for this pupil.
        advies_op: moment of the last receipt of the advice; None when none was sent.
        bevestigd: the supplier knew the pupil when the advice came.
    """

    naam: str
    groep: str
    aangemeld_op: dt.datetime | None = None
    advies: str = ""
    stand: Verzendstand | None = None
    advies_op: dt.datetime | None = None
    bevestigd: bool = True

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


@frozen(kw_only=True)
class Verzendlijst:
    """What was sent of one school.

    Attributes:
        school: the administration.
        schooljaar: the school year.
        leverancier: name of the supplier that it went to last; empty when nothing was sent.
        regels: the pupils, by group and name.
        buiten_lijst: pupils that were sent and that are not in the school's list.
        laatst_verstuurd: moment of the last receipt.
    """

    school: School
    schooljaar: str
    leverancier: str
    regels: tuple[Verzendregel, ...]
    buiten_lijst: int = 0
    laatst_verstuurd: dt.datetime | None = None


def maak_verzendlijst(
    stand: Schoolstand,
    school: School,
    *,
    leerlingen: Leerlingenlijst,
    adviezen: Sequence[Advies] = (),
    verstuurd: Sequence[Verstuurd] = (),
    leveranciers: Sequence[Leverancier] = (),
) -> Verzendlijst:
    """Put what was sent beside the school's own list of pupils.

    Args:
        stand: what the store knows, from ``client.store.seizoen()``.
        school: the administration.
        leerlingen: the school's own list.
        adviezen: its advice as it is now.
        verstuurd: what was sent of that advice, ``client.store.sent(Adviezenlijst(…))``; a line for each.
        leveranciers: the configured suppliers, for their names.
    """
    advice: dict[BekendeLeerling, tuple[Advies, Verstuurd]] = {}
    for advies, sent in zip(adviezen, verstuurd, strict=True):
        wie = leerlingen.find(advies.leerling)
        if wie is not None:
            advice[wie] = (advies, sent)
    regels = [_regel(item, stand.van(kenmerken(item, leerlingen)), advice.get(item)) for item in by_group(leerlingen)]
    takes_part = taking_part({item.groep for item in regels if item.aangemeld_op or item.advies_op or item.advies})
    return Verzendlijst(
        school=school,
        schooljaar=stand.schooljaar,
        leverancier=naam_van(next(iter(stand.leveranciers), ""), leveranciers),
        regels=tuple(item for item in regels if takes_part(item.groep)),
        buiten_lijst=stand.buiten(item.leerling for item in leerlingen),
        laatst_verstuurd=stand.laatst_verstuurd,
    )


def _regel(item: BekendeLeerling, one: Leerlingstand, given: tuple[Advies, Verstuurd] | None) -> Verzendregel:
    advies, sent = given if given is not None else (None, None)
    return Verzendregel(
        naam=item.naam,
        groep=item.groep,
        aangemeld_op=one.deelnemer_op,
        advies="" if advies is None else str(advies.advies),
        stand=None if sent is None else sent.stand,
        advies_op=one.advies_op if sent is None else sent.op,
        bevestigd=not one.advies_onbevestigd,
    )
