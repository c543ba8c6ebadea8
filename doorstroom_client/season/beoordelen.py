"""Says of a school what is still missing: from the counts of its store, and from its own list of pupils where that is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from doorstroom_client import Client, Deelname, Leerlingenlijst, Leverancier, School, Schoolstand
from doorstroom_client.messages.leerlingenlijst import by_group, taking_part
from doorstroom_client.output.words import andere_toets, naam_van
from doorstroom_client.season import seizoenswoorden as woorden
from doorstroom_client.season.herkennen import kenmerken
from doorstroom_client.season.schoolseizoen import Leerlingseizoen, Punt, Schoolseizoen, Signaal, Soort
from doorstroom_client.season.seizoenswoorden import in_woorden
from doorstroom_client.season.termijnen import Termijn, Termijnen

Namen = Callable[[School], Leerlingenlijst | None]
"""Gives the list of pupils of a school; None when it has none."""


def seizoen(
    client: Client,
    schools: Iterable[School | str] | None = None,
    *,
    schooljaar: str | None = None,
    on: dt.date,
    leerlingen: Namen | None = None,
) -> Iterator[Schoolseizoen]:
    """Say of each school what is still missing. One school at a time is read and kept, however many there are.

    Of an `AsyncClient`, go through ``client.store.seizoen()`` and call `beoordeel` for each.

    Args:
        client: with a store.
        schools: the administrations, or keys of them; all configured ones when left out.
        schooljaar: the school year; the one of the client when left out.
        on: the day to look at it, today for instance.
        leerlingen: gives the list of pupils of a school, for their names; counts only when left out.

    Raises:
        ConfigurationError: no store is configured, or a school is not known.
        StoreError: the store cannot be read.
    """
    for school, stand in _each(client, schools, schooljaar):
        lijst = None if leerlingen is None else leerlingen(school)
        yield beoordeel(stand, school, on=on, leerlingen=lijst, leveranciers=client.leveranciers)


def _each(
    client: Client, schools: Iterable[School | str] | None, schooljaar: str | None
) -> Iterator[tuple[School, Schoolstand]]:
    if schools is None:
        yield from zip(client.scholen, client.store.seizoen(schooljaar=schooljaar), strict=True)
        return
    for given in schools:
        school = given if isinstance(given, School) else client.find_school(given)
        yield school, next(iter(client.store.seizoen([school], schooljaar=schooljaar)))


def beoordeel(
    stand: Schoolstand,
    school: School,
    *,
    on: dt.date,
    leerlingen: Leerlingenlijst | None = None,
    leveranciers: Sequence[Leverancier] = (),
) -> Schoolseizoen:
    """Say of one school what is still missing.

    Args:
        stand: what the store knows, from ``client.store.seizoen()``.
        school: the administration.
        on: the day to look at it.
        leerlingen: the school's own list of pupils; without one it is told in counts only.
        leveranciers: the configured suppliers, for their names.
    """
    termijnen = Termijnen.van(stand.schooljaar)
    tested = bool(stand.resultaten) or on >= termijnen.toets
    regels = () if leerlingen is None else tuple(_regels(stand, leerlingen, tested=tested))
    counts = _counted(stand, tested=tested) if leerlingen is None else _of_list(stand, regels)
    namen = [naam_van(oin, leveranciers) for oin in stand.leveranciers]
    vorige = naam_van(stand.vorige_toets, leveranciers)
    return Schoolseizoen(
        school=school,
        schooljaar=stand.schooljaar,
        on=on,
        stand=stand.aantallen,
        leverancier=namen[0] if namen else "",
        vorige_toets=vorige,
        verwacht=None if leerlingen is None else sum(item.deelname is None for item in regels),
        ontbreekt=tuple(_punten(counts, termijnen, on)),
        let_op=(
            *_about_suppliers(namen, vorige),
            *_let_op(stand, leerlingen, regels),
        ),
        signalen=tuple(_signalen(stand, counts, termijnen, on, regels)),
        leerlingen=regels,
    )


def _counted(stand: Schoolstand, *, tested: bool) -> Mapping[Soort, int]:
    """What is missing by the store alone."""
    return _always(stand) | {
        Soort.ADVIES: stand.zonder_advies,
        Soort.RESULTAAT: stand.zonder_resultaat if tested else 0,
        Soort.RAPPORT: stand.zonder_rapport,
    }


def _of_list(stand: Schoolstand, regels: Iterable[Leerlingseizoen]) -> Mapping[Soort, int]:
    """What is missing by the list of the school."""
    words = [word for item in regels for word in item.mist]
    return _always(stand) | {
        Soort.AANMELDING: words.count(woorden.GEEN_AANMELDING),
        Soort.ADVIES: words.count(woorden.GEEN_ADVIES),
        Soort.RESULTAAT: words.count(woorden.GEEN_RESULTAAT),
        Soort.RAPPORT: words.count(woorden.GEEN_RAPPORT),
    }


def _always(stand: Schoolstand) -> dict[Soort, int]:
    return {
        Soort.NIETS_VERSTUURD: int(_nothing_known(stand)),
        Soort.AANMELDING_ONZEKER: stand.deelnemers_in_twijfel,
        Soort.ADVIES_ONZEKER: stand.adviezen_in_twijfel,
        Soort.WACHTEND: stand.wachtend,
        Soort.VASTGEHOUDEN: stand.vastgehouden,
        Soort.GEPARKEERD: stand.geparkeerd,
    }


def _nothing_known(stand: Schoolstand) -> bool:
    lists = stand.wachtend + stand.vastgehouden + stand.geparkeerd
    return not (stand.deelnemers or stand.adviezen or stand.resultaten or lists)


def _punten(counts: Mapping[Soort, int], termijnen: Termijnen, on: dt.date) -> Iterator[Punt]:
    """What is missing, in the order of the dates. Where nothing was sent at all, the rest follows from that."""
    for soort in (Soort.NIETS_VERSTUURD,) if counts.get(Soort.NIETS_VERSTUURD) else Soort:
        number = counts.get(soort, 0)
        if number:
            yield Punt(soort, number, termijnen.op(soort.termijn), termijnen.dagen(soort.termijn, on))


def _regels(stand: Schoolstand, lijst: Leerlingenlijst, *, tested: bool = True) -> Iterator[Leerlingseizoen]:
    """The pupils that take part as far as can be told, by group and name; a result is missing only after the test."""
    found = [(item, stand.van(kenmerken(item, lijst))) for item in by_group(lijst)]
    groups = {item.groep for item, one in found if one.deelnemer or one.advies or one.resultaten}
    takes_part = taking_part(groups)
    # Where participants go another way, nobody can tell here who is registered.
    registers = bool(stand.deelnemers) or not stand.adviezen
    for item, one in found:
        if takes_part(item.groep):
            missing = {
                woorden.GEEN_AANMELDING: registers and not one.deelnemer and item.deelname is None,
                woorden.GEEN_ADVIES: not one.advies and item.deelname is not Deelname.ONTHEFFING,
                woorden.GEEN_RESULTAAT: tested and not one.resultaten and item.deelname is None,
                woorden.GEEN_RAPPORT: bool(one.resultaten) and not one.rapport and item.deelname is None,
            }
            mist = tuple(word for word, is_so in missing.items() if is_so)
            yield Leerlingseizoen(naam=item.naam, groep=item.groep, stand=one, deelname=item.deelname, mist=mist)


def _about_suppliers(namen: Sequence[str], vorige: str) -> Iterator[str]:
    """What to say of whose test it is."""
    if namen and vorige and vorige not in namen:
        yield andere_toets(vorige, namen[0])
    if len(namen) > 1:
        yield from woorden.meer_leveranciers(namen)


def _let_op(stand: Schoolstand, lijst: Leerlingenlijst | None, regels: Sequence[Leerlingseizoen]) -> Iterator[str]:
    excused = [item for item in regels if item.deelname is not None]
    counted = (
        (woorden.UITGEZONDERD, len(excused)),
        (woorden.TOCH_RESULTAAT, sum(bool(item.stand.resultaten) for item in excused)),
        (woorden.ONBEVESTIGD, stand.adviezen_onbevestigd),
        (woorden.BUITEN_LIJST, 0 if lijst is None else stand.buiten(item.leerling for item in lijst)),
        (woorden.DEFINITIEF, stand.resultaten if lijst is None else sum(bool(item.stand.resultaten) for item in regels)),
    )
    for zin, number in counted:
        if number:
            yield in_woorden(zin, number)


def _signalen(
    stand: Schoolstand, counts: Mapping[Soort, int], termijnen: Termijnen, on: dt.date, regels: Sequence[Leerlingseizoen]
) -> Iterator[Signaal]:
    """What DUO is going to say. Before anything came in or was sent, that would be of everybody, and tell nothing."""
    tested = bool(stand.resultaten) or on >= termijnen.op(Termijn.RESULTATEN)
    advised = bool(stand.adviezen) or on >= termijnen.op(Termijn.ADVIEZEN)
    found = (
        ("150", max(stand.dubbel, sum(item.stand.resultaten > 1 for item in regels))),  # the list may tell who is who
        ("166/167", counts.get(Soort.RESULTAAT, 0) if tested else 0),
        ("168", counts.get(Soort.ADVIES, 0) if advised else 0),
    )
    for nummer, number in found:
        if number:
            yield Signaal(nummer, number)
