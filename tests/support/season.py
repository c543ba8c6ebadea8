"""A school in its season: a store with marks of invented pupils, and the list that the school itself has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from doorstroom_client import (
    Advies,
    BekendeLeerling,
    Deelname,
    Leerling,
    Leerlingenlijst,
    Schoolstand,
    Verstuurd,
    Verzendstand,
)
from doorstroom_client.season import als_pagina, beoordeel, maak_verzonden, verzonden_pagina
from doorstroom_client.store.pupils import ECK_ID, LAS_KEY, mark
from doorstroom_client.store.rows import Noted
from doorstroom_client.store.schoolstand import Book, ResultMark
from support import LEVERANCIER, NOW, SCHOOL, SUPPLIER_OIN

YEAR = "2025-2026"
ABC = ("anna", "bo", "cas")
_SECRET = b"geheim" * 6


def noted(names: Iterable[str], *, content: str = "said", known: bool = True) -> list[Noted]:
    """What a supplier accepted of these pupils."""
    return [Noted(mark(_SECRET, ECK_ID, name), "", content, known, 0, NOW) for name in names]


def came(name: str, toets: str = "ICE", sender: str = SUPPLIER_OIN, report: str = "fetched") -> ResultMark:
    """A result that came in."""
    return ResultMark(mark(_SECRET, ECK_ID, name), mark(_SECRET, LAS_KEY, None), toets, sender, report)


def school_stand(
    deelnemers: Iterable[str] = (),
    adviezen: Iterable[str] = (),
    resultaten: Iterable[ResultMark] = (),
    *,
    book: Book | None = None,
    **more: object,
) -> Schoolstand:
    """How far a school is, by its marks."""
    found = book or Book(_SECRET, noted(deelnemers), noted(adviezen), resultaten)
    sent = bool(found.counts()["deelnemers"] or found.counts()["adviezen"])
    made = Schoolstand(
        routeringskenmerk=SCHOOL.routeringskenmerk,
        schooljaar=YEAR,
        leveranciers=(SUPPLIER_OIN,) if sent else (),
        laatst_verstuurd=NOW if sent else None,
        _book=found,
        **found.counts(),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def book_of(deelnemers: Iterable[Noted] = (), adviezen: Iterable[Noted] = (), resultaten: Iterable[ResultMark] = ()) -> Book:
    """The marks of a school."""
    return Book(_SECRET, deelnemers, adviezen, resultaten)


def lijst(*names: str, groep: str = "8A", **deelname: Deelname) -> Leerlingenlijst:
    """The pupils of the school, by name; some of them take no part."""
    return Leerlingenlijst(
        BekendeLeerling(naam=name.title(), groep=groep, eck_id=name, deelname=deelname.get(name)) for name in names
    )


def day(text: str) -> dt.date:
    """A day of the season."""
    return dt.date.fromisoformat(text)


def leerling(name: str) -> Leerling:
    """The identities of an invented pupil."""
    return Leerling(eck_id=name)


def whole_pages() -> dict[str, bytes]:
    """A page of each kind: of one school, of many, and of what was sent."""
    stand = school_stand(ABC, ABC[:1], [came("anna", report=""), came("bo"), came("bo", "DIA")])
    own = lijst(*ABC, "dirk", dirk=Deelname.VERHINDERD)
    one = beoordeel(stand, SCHOOL, on=day("2026-03-10"), leerlingen=own, leveranciers=[LEVERANCIER])
    sent = maak_verzonden(
        stand,
        SCHOOL,
        leerlingen=own,
        adviezen=[Advies(leerling(name), "HAVO_TM_VWO") for name in ABC],
        verstuurd=[Verstuurd(leerling(name), state, SUPPLIER_OIN, NOW) for name, state in zip(ABC, Verzendstand, strict=False)],
        leveranciers=[LEVERANCIER],
    )
    return {
        "seizoen": als_pagina([one], gemaakt_op=NOW),
        "scholen": als_pagina([one, one], gemaakt_op=NOW),
        "verzonden": verzonden_pagina(sent, gemaakt_op=NOW),
    }
