"""Every text of the library that a school may read, each under a name that says where it comes from."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

from doorstroom_client import Leerling, Mandaat, Mandaatcontrole, Ontvangst, Queued, State, Uitkomst, Uitleg, errors
from doorstroom_client.basics.error_texts import DEELNEMERS_NIET_AANGENOMEN
from doorstroom_client.errors import DoorstroomError, LeerlingOnbekend, Phase, TransportError
from doorstroom_client.osr.board_text import uitleg_voor_bestuur
from doorstroom_client.school_texts import TEKSTEN, Invulling
from doorstroom_client.sending.only_changes import Verdwenen
from doorstroom_client.sending.queue import Klaargezet
from doorstroom_client.transport.request import Operation
from support import LEVERANCIER, SCHOOL

DAY = dt.date(2026, 3, 10)
EARLIER, LATER = dt.date(2025, 7, 31), dt.date(2026, 8, 1)
KEY = "leerling-geheim-4711"
"""In no text."""
CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, DoorstroomError)]
Named = tuple[str, Uitleg]


def error_texts(wie: str, las: str) -> Iterator[Named]:
    """Of every class of error, in every state that changes its text."""
    for kind in CLASSES:
        states: list[dict[str, Any]] = [{"phase": phase} for phase in Phase] if issubclass(kind, TransportError) else [{}]
        if issubclass(kind, LeerlingOnbekend):
            states += [{"onbekend": (Leerling(las_key=KEY),) * count} for count in (1, 2)]
            states.append({"_uitleg": DEELNEMERS_NIET_AANGENOMEN})
        for state in states:
            error = kind(())  # type: ignore[arg-type]
            error.peer, error.las_naam, error.message = wie, las, f"about {KEY}"
            for name, value in state.items():
                setattr(error, name, value)
            yield f"{kind.__name__} {list(state.items())}", error.uitleg


def mandates(wie: str, las: str, school: str) -> Iterator[Mandaat]:
    """Every answer of the OSR about one school, with every day that may be known."""
    days = (None, EARLIER), (None, LATER), (None, DAY, LATER)
    for ours, theirs, test, ended, begins, ends in product((True, False, None), (True, False), ("", "sandbox"), *days):
        yield Mandaat(
            school=replace(SCHOOL, naam=school),
            leverancier=replace(LEVERANCIER, naam=wie),
            gemandateerd=theirs,
            las_gemandateerd=ours,
            peildatum=DAY,
            eind_datum=ends if ours else None,
            testomgeving=test,
            las_verlopen_op=ended if ours is False else None,
            las_begint_op=begins if ours is False else None,
            verlopen_op=None if theirs else ended,
            begint_op=None if theirs else begins,
            las_naam=las,
        )


def mandate_texts(wie: str, las: str, school: str) -> Iterator[Named]:
    """Of every answer of the OSR about a school, and of several schools together."""
    found = list(mandates(wie, las, school))
    controles = [Mandaatcontrole(item.school, (item,)) for item in found]
    for number, (item, controle) in enumerate(zip(found, controles, strict=True)):
        yield f"Mandaat {number}", item.uitleg
        yield f"one school {number}", uitleg_voor_bestuur([controle])
    for ours, theirs, count in product((True, False, None), (True, False), (2, 3, 6)):
        names = [f"{wie} {place}" for place in ("Noord", "Oost", "Zuid", "West", "Midden", "Overig")[:count]]
        one = replace(found[0], gemandateerd=theirs, las_gemandateerd=ours, eind_datum=None)
        several = tuple(replace(one, leverancier=replace(LEVERANCIER, naam=name)) for name in names)
        controle = Mandaatcontrole(one.school, several)
        yield f"suppliers {(ours, theirs, count)}", controle.uitleg
        yield f"board, suppliers {(ours, theirs, count)}", uitleg_voor_bestuur([controle, controle])
    yield "every school", uitleg_voor_bestuur([*controles, Mandaatcontrole(replace(SCHOOL, naam=school))])
    yield "schools in order", uitleg_voor_bestuur([item for item in controles if item])
    yield "no school", uitleg_voor_bestuur([])


def receipt_texts(wie: str) -> Iterator[Named]:
    """Of lists that were taken in, put in the outbox or refused, with unknown pupils and pupils that are gone."""
    pupil, gone = Leerling(las_key=KEY), Verdwenen((), b"")
    for taken, unknown, left in product((0, 5), (0, 1, 2), (0, 1, 2)):
        receipt = Ontvangst(
            "ICE", Operation.SCHOOLADVIEZEN, taken, "", "", KEY, (), (pupil,) * unknown, verdwenen=(gone,) * left, naam=wie
        )
        yield f"Ontvangst {(taken, unknown, left)}", receipt.uitleg
        yield f"Uitkomst {(taken, unknown, left)}", Uitkomst(naam="x", ontvangst=receipt).uitleg
    for state in State:
        waiting = cast("Queued", SimpleNamespace(state=state, reason="", aantal=1))
        for name, text in waiting_texts(waiting, wie):
            yield f"{name} {state}", text
    for left in range(3):
        yield f"Klaargezet {left}", Klaargezet(None, verdwenen=(gone,) * left, naam=wie).uitleg


def waiting_texts(bericht: Queued, wie: str) -> Iterator[Named]:
    """Of a message in the outbox, after each error."""
    for kind in CLASSES:
        error = kind(())  # type: ignore[arg-type]
        error.peer, error.las_naam = wie, "MijnLAS"
        yield f"outbox {kind.__name__}", Uitkomst(naam="x", bericht=bericht, error=error).uitleg


def ready_texts(wie: str, las: str) -> Iterator[Named]:
    """The texts for screens and mails."""
    for item in TEKSTEN.values():
        yield item.naam, item.uitleg(Invulling(las_naam=las, leverancier=wie))


def all_texts(wie: str, las: str, school: str) -> Iterator[Named]:
    """All of them; without a name of the supplier only those that can do without."""
    yield from error_texts(wie, las)
    if wie != "OSR":
        yield from ready_texts(wie, las)
    if wie and wie != "OSR":
        yield from mandate_texts(wie, las, school)
        yield from receipt_texts(wie)
