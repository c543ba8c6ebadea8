"""A pupil directory from a file."""

from __future__ import annotations

import pytest

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.leerlingenlijst import BekendeLeerling
from doorstroom_client.readers.directory import read_leerlingen

from .edex import document, pupil, written


def test_from_edexml() -> None:
    found = read_leerlingen(written(document()))
    assert [item.naam for item in found][:2] == ["Roep0 van der Voorbeeld", "Roep1 van der Achternaam1"]
    assert [item.groep for item in found] == ["G8A", "G8B", "G7", "G6"]
    twice = read_leerlingen(written(document(pupil(0), pupil(0, roepnaam="Ander"))))
    assert len(twice.conflicten) == 2


def test_from_a_csv() -> None:
    found = read_leerlingen(
        b"LAS-key;ECK-iD;Achternaam;Tussenvoegsel;Voornaam;Klas\nk1;;Berg;van;Jan;8A\nk2;e2;Dal;;;\n;;Niemand;;;\n"
    )
    assert found.find(None, "k1") == BekendeLeerling(naam="Jan van Berg", groep="8A", las_key="k1", plaats="line 2")
    assert [item.label for item in found] == ["Jan van Berg (8A)", "Dal", "Niemand"]
    assert found.conflicten == ()


def test_one_key_for_two_pupils_is_a_conflict() -> None:
    found = read_leerlingen(b"las_key;achternaam\nk1;Berg\nk1;Dal\n")
    assert [str(item) for item in found.conflicten] == ["line 3, las_key: stands at another pupil too; nobody is found by it"]


@pytest.mark.parametrize(
    "content", [b"", b"las_key;x\nk;y", b"las_key;achternaam\nk;a;b;c\n", b"las_key;achternaam;bsn\nk;a;1"]
)
def test_what_does_not_fit(content: bytes) -> None:
    with pytest.raises(MessageError):
        read_leerlingen(content)


def test_a_spoiled_name_and_a_key_that_never_matches_are_noted() -> None:
    found = read_leerlingen(
        'las_key;achternaam;roepnaam\nk1;B?rg;Jan\n1,23457E+11;Dal;Els\nk3;Berg;"Zo&euml;"\nk4;#N/B;Jo\nk5;Öztürk;Işık\n'.encode()
    )
    assert len(found) == 5
    told = [note.split(": ")[0] for note in found.notes]
    assert told == [
        *(
            'line 2, column "achternaam"',
            'line 3, column "las_key"',
            'line 4, column "roepnaam"',
            'line 5, column "achternaam"',
        ),
    ]
    assert not any(value in note for note in found.notes for value in ("B?rg", "1,23457", "Zo&euml;", "#N/B"))
