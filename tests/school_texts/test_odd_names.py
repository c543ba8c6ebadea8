"""A name of a LAS or a supplier may hold anything: a text keeps its form, and nothing in a name is read as something else."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
from dataclasses import replace
from html import unescape

import pytest
from support import LEVERANCIER, SCHOOL

from doorstroom_client import Mandaat, Mandaatcontrole
from doorstroom_client.basics.one_line import in_a_line
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.errors import DoorstroomError, GeenMandaat, LeerlingOnbekend, Unavailable
from doorstroom_client.osr.board_text import uitleg_voor_bestuur
from doorstroom_client.output.told import uitleg_html
from doorstroom_client.school_texts import TEKSTEN, Invulling

NAMES = (
    *("{wie}", "{las_kort!r:>9}", "{0}", "{", "}", "%s", "<b>&\"'", "x" * 3000, "LAS 4.1", "  "),
    *("a\nb", "a\n\n1. Doe iets anders.", "A\u2028B", "\x00\x1b[31m", "\u202eabc", "\udce9"),
)
PLAIN = Invulling(las_naam="NaamLas", leverancier="NaamToets")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_every_ready_text_keeps_its_form(name: str) -> None:
    shown = in_a_line(name)
    for tekst in TEKSTEN.values():
        told, plain = tekst.uitleg(Invulling(las_naam=name, leverancier=name)), tekst.uitleg(PLAIN)
        if shown:
            filled = str(plain).replace("NaamLas", shown).replace("NaamToets", shown)
            assert str(told) == filled
        assert len(told.splitlines()) == len(plain.splitlines())
        assert not shown or unescape(str(uitleg_html(told))).count(shown) == told.count(shown)
        assert "<b>" not in str(uitleg_html(told))
        told.encode()


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("answers", [(True, True), (False, False), (False, None)], ids=str)
def test_a_mandate_keeps_its_form(name: str, answers: tuple[bool, bool | None]) -> None:
    def told(name: str) -> tuple[Uitleg, Uitleg]:
        school, supplier = replace(SCHOOL, naam=name), replace(LEVERANCIER, naam=name)
        mandaat = Mandaat(school, supplier, *answers, dt.date(2026, 3, 10), las_naam=name)
        return mandaat.uitleg, uitleg_voor_bestuur([Mandaatcontrole(school, (mandaat,))])

    for text, plain in zip(told(name), told("Naam"), strict=True):
        assert len(text.splitlines()) == len(plain.splitlines())
        assert len(text.stappen) == len(plain.stappen)
        text.encode()


class Own(GeenMandaat):
    """Of somebody else, with a constructor of its own."""

    def __init__(self, school: str) -> None:
        super().__init__(f"no mandate of {school}", status=401, melding="geheim")
        self.school = school


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_error_and_its_copies_say_the_same(name: str) -> None:
    made: tuple[DoorstroomError, ...] = (Own("99AA"), LeerlingOnbekend("m"), Unavailable("m"), DoorstroomError("m"))
    for error in made:
        error.las_naam = error.peer = name
        for same in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
            assert (type(same), same.uitleg, same.uitleg.stappen) == (type(error), error.uitleg, error.uitleg.stappen)
            assert type(same.uitleg) is Uitleg
        assert "\n\n\n" not in error.uitleg
        assert len(error.uitleg.kop.splitlines()) == 1
