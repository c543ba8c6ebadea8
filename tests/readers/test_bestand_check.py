"""``check_bestand``: what was understood of a file, for every list that it can be; nothing of a pupil, and never raised."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import SCHOOL
from support.corpus import CORPUS

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.readers import Kolom, check_bestand

ALL = "las_key;achternaam;roepnaam;voorletters;geboortedatum;groep;advies;hobby"
ROW = "k{};Wolkenstein;Jan;J;2014-05-01;8A;HAVO;schaken"


def text(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_every_list_that_the_header_fits_is_checked() -> None:
    found = check_bestand(text(ALL, ROW.format(1), ROW.format(2)))
    assert [(item.kind, item.leerlingen, item.groepen) for item in found.lijsten] == [
        ("adviezen", 2, 0),
        ("deelnemers", 2, 1),
        ("leerlingen", 2, 1),
    ]
    assert (found.in_orde, found.regels, found.delimiter, found.ontbreekt) == (True, 2, ";", {})
    assert found.kolommen[-1] == Kolom(8, "hobby", None)
    assert found.kolommen[-1].letters == "H"


def test_a_column_that_no_list_of_it_uses_is_ignored() -> None:
    found = check_bestand(text("las_key;advies;groep", "k1;HAVO;8A"))
    assert [item.column for item in found.kolommen] == ["las_key", "advies", None]


def test_one_kind_is_checked_when_it_is_asked_for() -> None:
    found = check_bestand(text("las_key;achternaam", "k1;Wolkenstein"), kind="deelnemers")
    [lijst] = found.lijsten
    assert (lijst.kind, lijst.in_orde) == ("deelnemers", False)
    assert "misses these columns: roepnaam, voorletters, geboortedatum, groep" in lijst.problemen[0].text
    assert found.ontbreekt["deelnemers"] == ("roepnaam", "voorletters", "geboortedatum", "groep")


def test_the_nearest_list_says_what_is_missing() -> None:
    found = check_bestand(text("las_key;roepnaam;voorletters;geboortedatum;groep", "k1;Jan;J;2014-05-01;8A"))
    assert not found.in_orde
    assert "achternaam" in found.problemen[0].text


@pytest.mark.parametrize("forbidden", ["BSN", "burgerservicenummer"])
def test_a_forbidden_column_is_told(forbidden: str) -> None:
    found = check_bestand(text(f"las_key;advies;{forbidden}", "k1;HAVO;1"))
    assert "never carries this number" in found.problemen[0].text


def test_names_are_hidden_when_the_header_is_not_sound() -> None:
    found = check_bestand(text("Wolkenstein;las_key;schaken", "Zonneveld;k1;dammen"))
    assert [item.naam for item in found.kolommen] == ["", "las_key", ""]


def test_of_many_schools_every_problem_is_told_and_pupils_are_counted() -> None:
    lines = [f"{key};k{number};{advies}" for key, number, advies in (("11BB", 1, "HAVO"), ("22CC", 2, "x"), ("33DD", 3, "VWO"))]
    for source in (text("school;las_key;advies", *lines), text("school;las_key;advies", *lines, "Wolkenstein;k4;HAVO")):
        found = check_bestand(source)
        [lijst] = found.lijsten
        assert lijst.scholen == source.count(b"\n")
        assert lijst.problemen[0].path == 'line 3, column "advies"'
        assert "Wolkenstein" not in repr(found.problemen)
    [known] = check_bestand(text("school;las_key;advies", *lines), scholen=[SCHOOL]).lijsten
    assert len(known.problemen) == 2  # the two schools that are not configured


def test_a_large_file_of_many_schools_is_read(tmp_path: Path) -> None:
    path = tmp_path / "veel.csv"
    header = "school;las_key;advies;opmerking\n"
    filler = "x" * 500
    with path.open("w") as file:
        file.write(header)
        for number in range(12_000):
            file.write(f"{10 + number // 200:02}AB;k{number};HAVO;{filler}\n")
    assert path.stat().st_size > 5 * 1024 * 1024
    found = check_bestand(path)
    assert (found.in_orde, found.regels, found.lijsten[0].scholen) == (True, 12_000, 60)


def test_edexml_is_participants_and_a_directory() -> None:
    path = CORPUS / "frame/edexml.xml"
    found = check_bestand(path, school=SCHOOL)
    assert (found.soort, [item.kind for item in found.lijsten], found.in_orde) == (
        "EDEXML 2.1",
        ["deelnemers", "leerlingen"],
        True,
    )
    assert (found.encoding, found.evidence) == ("UTF-8", "as it declares")
    [advice] = check_bestand(path, kind="adviezen").lijsten
    assert "XML" in advice.problemen[0].text
    [broken] = check_bestand(path.read_bytes()[:-9]).lijsten
    assert broken.problemen


def test_the_standard_counts_as_when_it_is_sent() -> None:
    long = text(ALL, ROW.format(1).replace("Wolkenstein", "W" * 71))
    assert [problem.path for problem in check_bestand(long, kind="deelnemers").problemen] == ["deelnemers[0].achternaam"]
    eck = text("eck_id;advies", "proef-1;HAVO")
    assert not check_bestand(eck).in_orde
    assert check_bestand(eck, test_identities=True).in_orde


@pytest.mark.parametrize("source", [Path("nergens.csv"), Path(), "a.csv", 3])
def test_what_cannot_be_read_is_an_error(source: object) -> None:
    with pytest.raises(ConfigurationError):
        check_bestand(source)  # type: ignore[arg-type]


def test_a_choice_that_there_is_not_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="kind"):
        check_bestand(b"", kind="scholen")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="schooladviezen"):
        check_bestand(text("las_key;advies", "k1;HAVO"), kind="adviezen", afspraak=AFSPRAKEN["1.0"])
    assert [item.kind for item in check_bestand(text(ALL, ROW.format(1)), afspraak=AFSPRAKEN["1.0"]).lijsten] == [
        "deelnemers",
        "leerlingen",
    ]


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(str.encode),
        st.lists(st.text(';\n"ak1,', max_size=9)).map(lambda parts: ("las_key;advies\n" + "\n".join(parts)).encode()),
    )
)
@example(b"")
@example(b"PK\x03\x04")
@example(b"<EDEX>")
@example(b"\xff\xfea")
@example(b'las_key;advies\n"k1;HAVO\n')
@example(b"school;las_key;advies\n11BB;k1;HAVO\n;k2;HAVO\n")
def test_nothing_is_raised_for_what_a_file_holds(content: bytes) -> None:
    found = check_bestand(content)
    assert found.lijsten
    assert found.in_orde == (not found.problemen)
