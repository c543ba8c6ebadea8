"""The column ``deelname``: read for people, checked in every file of pupils, and never part of a message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import SCHOOL
from support.clients import sender

from doorstroom_client import Deelname, Deelnemerslijst
from doorstroom_client.errors import MessageError
from doorstroom_client.readers import read_deelnemers, read_leerlingen, read_many

NAMES = "las_key;achternaam;groep;Deelname"
PUPILS = "las_key;achternaam;roepnaam;voorletters;geboortedatum;groep;deelname"
ONE = "k{0};Berg;Jan;J;2014-05-01;8A;{1}"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("verhinderd", Deelname.VERHINDERD), (" Ontheffing ", Deelname.ONTHEFFING), ("", None)],
)
def test_a_word(cell: str, expected: Deelname | None) -> None:
    (found,) = read_leerlingen(f"{NAMES}\nk1;Berg;8A;{cell}\n".encode())
    assert found.deelname is expected
    assert read_leerlingen(f"{PUPILS}\n{ONE.format(1, cell)}\n".encode()).conflicten == ()


@pytest.mark.parametrize("reader", ["leerlingen", "deelnemers", "many"])
def test_another_word_is_a_problem_with_its_line(reader: str, tmp_path: Path) -> None:
    file = tmp_path / f"{SCHOOL.instellingscode}.csv"
    file.write_text(f"{PUPILS}\n{ONE.format(1, '')}\n{ONE.format(2, 'ziek thuis')}\n", "utf-8")
    if reader == "many":
        (school,) = read_many(tmp_path, "deelnemers", [SCHOOL])
        assert not isinstance(school, Deelnemerslijst)
        error = school.error
    else:
        with pytest.raises(MessageError) as caught:
            read_leerlingen(file) if reader == "leerlingen" else read_deelnemers(file, SCHOOL)
        error = caught.value
    assert isinstance(error, MessageError)
    assert [str(item) for item in error.problems] == [
        'line 3, column "deelname": expected verhinderd or ontheffing, or nothing'
    ]
    assert "ziek" not in str(error)


def test_it_is_not_sent(tmp_path: Path) -> None:
    bodies = []
    for word in ("verhinderd", ""):
        client, transport = sender()
        client.send(read_deelnemers(f"{PUPILS}\n{ONE.format(1, word)}\n".encode(), SCHOOL), leverancier="ICE")
        bodies.append(transport.requests[-1].body)
    assert bodies[0] is not None
    assert b"verhinderd" not in bodies[0]
    assert bodies[0] == bodies[1]
    assert "deelname" not in {key for item in json.loads(bodies[0])["deelnemers"] for key in item}
