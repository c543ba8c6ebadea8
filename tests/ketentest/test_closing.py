"""The end of a test: which pupils the partner can remove, and the mail that says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.ketentest import write_plan

from doorstroom_client.ketentest.closing import cleanup_list, closing_letter
from doorstroom_client.ketentest.journal import Head
from doorstroom_client.ketentest.letters import parties
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.ketentest.report import Rapport
from doorstroom_client.ketentest.report.verslag import Beurt, Opruimregel, Stand
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import Oordeel


def pupil(label: str, stand: Stand = Stand.AANGENOMEN, edu_from: str = "0000000700099AA00530") -> Opruimregel:
    return Opruimregel(
        label=label,
        naam=f"Proef {label}",
        identities=(("LAS-key", f"kt-r-{label}"),),
        edu_to="0000000700099AA00000",
        edu_from=edu_from,
        stand=stand,
        scenarios=("TS-101",),
    )


def rapport(pupils: Sequence[Opruimregel], *beurten: Beurt) -> Rapport:
    head = Head(run="r", began="2026-12-01T08:00:00Z", schooljaar="2026-2027", versie="v", toetssoort="ICE")
    return Rapport(head=head, verslagen=(), opruimlijst=tuple(pupils), beurten=beurten)


def beurt(whose: Whose, text: str) -> Beurt:
    return Beurt(whose=whose, oordeel=Oordeel.GEZAKT, text=text, scenarios=("TS-203",))


def letter(found: Rapport, folder: Path) -> str:
    plan = read_plan(write_plan(folder))
    return closing_letter(plan, found, parties(plan, None, dt.date(2026, 12, 1))).decode()


@pytest.mark.parametrize(
    ("pupils", "says", "not_there"),
    [
        ([], "Er is niets op te ruimen", "- K01"),
        ([pupil("K01", Stand.GEWEIGERD)], "Er is niets op te ruimen", "- K01"),
        ([pupil("K01"), pupil("K02", Stand.GEWEIGERD)], "Deze 1 bedachte leerling staat nu", "- K02"),
        ([pupil("K01"), pupil("K03", Stand.ONBEKEND)], "Van 1 is dat niet zeker: er kwam geen antwoord.", "- K02"),
        ([pupil("K01", Stand.ONBEKEND)], "- K01 Proef K01 (misschien: er kwam geen antwoord)", "- K02"),
    ],
)
def test_who_can_be_removed(pupils: list[Opruimregel], says: str, not_there: str) -> None:
    text = " ".join(cleanup_list(rapport(pupils)).decode().split())
    assert (says in text, not_there in text) == (True, False)


def test_every_administration_has_its_own_part() -> None:
    text = cleanup_list(rapport([pupil("K01"), pupil("K01", edu_from="0000000700099AA00599")])).decode()
    assert (text.count("- K01 Proef K01"), "edu-from 0000000700099AA00599" in text) == (2, True)


def test_a_long_list_is_in_the_file_and_not_in_the_mail(tmp_path: Path) -> None:
    many = rapport([pupil("K01"), *(pupil(f"TS-107-{at}") for at in range(500))])
    assert cleanup_list(many).decode().count("LAS-key kt-r-TS-107-") == 500
    text = letter(many, tmp_path)
    assert ("- K01 Proef K01" in text, "TS-107" in text) == (True, False)
    assert "De andere 500, van losse scenario's, staan in opruimlijst.txt" in " ".join(text.split())


def test_the_mail_asks_of_them_what_is_theirs(tmp_path: Path) -> None:
    turns = (beurt(Whose.HEN, "Herstel de aanmelding."), beurt(Whose.ONS, "Ons werk."))
    text = letter(rapport([pupil("K01")], *turns), tmp_path)
    assert "- Wilt u dit herstellen? Herstel de aanmelding. Blijkt uit TS-203." in text
    assert "Ons werk" not in text
    assert "WAT WIJ U NOG VRAGEN" not in letter(rapport([pupil("K01")]), tmp_path)
