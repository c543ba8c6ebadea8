"""CSV of advice and pupils: every way in which people's files differ, and silence about what they hold."""

from __future__ import annotations

import datetime as dt
import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import SCHOOL, advice_in, pupils_in

from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.vocabulary import Schooladvies
from doorstroom_client.readers import one_school

AFSPRAAK = AFSPRAKEN["1.1"]
PUPILS = "las key;achternaam;tussenvoegsel;roepnaam;voorletters;geboortedatum;geslacht;groep;jaargroep"
ONE = "k1;Berg;van den;Jan;JP;2014-05-01;m;8A;8"


def adviezen(content: str | bytes) -> list[Advies]:
    data = content.encode() if isinstance(content, str) else content
    return advice_in(data, afspraak=AFSPRAAK)


def problems(read: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(MessageError) as caught:
        read()
    return [(problem.path, problem.text) for problem in caught.value.problems]


def advies_problems(content: str | bytes) -> list[tuple[str, str]]:
    return problems(lambda: adviezen(content))


def deelnemer(row: str, header: str = PUPILS) -> Deelnemer:
    _, [found] = pupils_in(f"{header}\n{row}\n".encode())
    return found


def deelnemer_problems(*rows: str, header: str = PUPILS) -> list[tuple[str, str]]:
    return problems(lambda: pupils_in("\n".join((header, *rows)).encode()))


# --- encodings, delimiters, line ends ---


TEXT = "ECK-iD;LAS-key;Schooladvies\r\neck-é;sleutel€;HAVO\r\n"
READ = [Advies(Leerling("eck-é", "sleutel€"), "HAVO")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_every_encoding_delimiter_and_line_end(encoding: str, delimiter: str, newline: str) -> None:
    text = TEXT.replace(";", delimiter).replace("\r\n", newline)
    assert adviezen(text.encode(encoding)) == READ


def test_utf_16_big_endian() -> None:
    assert adviezen(b"\xfe\xff" + TEXT.encode("utf-16-be")) == READ


def test_a_file_as_dutch_excel_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "leerlingen.csv"
    file.write_bytes(
        b"LAS-key;Achternaam;Tussenvoegsel;Roepnaam;Voorletters;Geboortedatum;Geslacht;Groep;Leerjaar\r\n"
        b'0012;Zo\xeb;;Andr\xe9;A;1-5-2014;V;"Groep ""8""";8\r\n'
        b"0013;Berg;van 't;J\xfcrgen;JP;13-11-2013;M;8B;\r\n"
        b";;;;;;;;\r\n"
    )
    groepen, deelnemers = pupils_in(file)
    assert [groep.omschrijving for groep in groepen] == ['Groep "8"', "8B"]
    assert deelnemers == [
        Deelnemer(
            leerling=Leerling(las_key="0012"),
            achternaam="Zoë",
            roepnaam="André",
            voorletters="A",
            geboortedatum=dt.date(2014, 5, 1),
            groep=groepen[0].id,
            geslacht=2,
        ),
        Deelnemer(
            leerling=Leerling(las_key="0013"),
            achternaam="Berg",
            voorvoegsel="van 't",
            roepnaam="Jürgen",
            voorletters="JP",
            geboortedatum=dt.date(2013, 11, 13),
            groep=groepen[1].id,
            geslacht=1,
        ),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nlas_key;advies\r\nk1;VWO\r\n",
        "SEP=,\nlas_key,advies\nk1,VWO",
        "sep=\t\nlas_key\tadvies\nk1\tVWO",
        '"sep=;"\nlas_key;advies\nk1;VWO',
        "\ufeffsep=;\nlas_key;advies\nk1;VWO",
        '"las_key","advies"\n"k1","VWO"\n',
        '"las_key", "advies"\n"k1", "VWO"\n',
        '"las_key";"a;b,c,d,e";"advies"\nk1;;VWO\n',
        '"las\nkey";advies\nk1;VWO\n',
        "\n\n;;\nlas_key;advies\n\n  ;\nk1;VWO\n;\n\n",
        "las_key;iets,anders,nog,wat;advies\nk1;;VWO",
        "advies;;las_key\nVWO;;k1",
        "las_key;advies\n  k1 ;\u00a0VWO ",
        'las_key;advies\n="k1";VWO',
        'las_key;advies\n"=""k1""";VWO',
        "las_key;advies;opmerking;opmerking\nk1;VWO;x;y",
        "las_key;advies;opmerking\nk1;VWO",
        'las_key;opmerking;advies\nk1;"een\r\nregel\nmeer";VWO',
        "las_key|advies\nk1|VWO",
        "las_key;advies;;\nk1;VWO;;;",
        '"las_key" ;"advies" \n"k1" ; "VWO"',
        "Lijst van groep 8\n\nlas_key;advies\nk1;VWO",
        "las_key;advies\r\nk1;VWO\r\n\x1a",
        "las_key;advies\nk1;VWO\x1a",
    ],
)
def test_forms_of_the_same_file(content: str) -> None:
    assert adviezen(content) == [Advies(Leerling(las_key="k1"), "VWO")]


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("las_key;advies\nk1;VWO\n", 3),
        ("sep=;\nlas_key;advies\nk1;VWO\n", 4),
        ("\r\n\r\nlas_key;advies\r\n;\r\n", 5),
        ("las_key;advies\rk1;VWO\r", 3),
        ('las_key;advies;tekst\nk1;VWO;"een\ntwee\n\ndrie"\n', 6),
        ('"las\nkey";advies\n', 3),
        ("las_key;advies\nk1;VWO;\x0b\x85\u2028\n".replace(";\x0b", "\x0b"), 3),
    ],
)
def test_problems_name_the_line_in_the_file(before: str, line: int) -> None:
    last = f'line {line}, column "advies"'
    assert advies_problems(f"{before}k9;nonsens\n")[-1][0] == last


def test_a_problem_in_a_record_of_more_lines_is_at_its_first() -> None:
    assert advies_problems('las_key;advies\n"k\n1";x\n')[0][0] == 'line 2, column "advies"'


@pytest.mark.parametrize(
    ("content", "place", "text"),
    [
        ("las_key;advies\nk1;VWO\nlas_key;advies\nk2;VWO", "line 3", "the header once more"),
        ("las_key;advies\nk1;VWO\nTotaal: 1;1", "line 3", "a line of totals"),
        ("las_key;advies\nk1;VWO\nk2,VWO", "line 3", "another delimiter"),
        ("Lijst;8A\nlas_key;advies\nk1;VWO", "line 1", "on line 2"),
        ("las_key;advies;;\nk1;VWO;;x", "line 2", "has 4 cells and the header 2"),
        ("'las_key';'advies'\n'k1';'VWO'", "file", "other quotes"),
        ('"las_key;advies"\n"k1;VWO"', "file", "every line as a whole"),
        ('las_key;advies;x\nk1;VWO;"a\\"b"', "line 2", "after a backslash"),
        ("las_key;advies\nk1;VWO\n\ufefflas_key;advies", "line 3", "files were put together"),
    ],
)
def test_lines_that_are_no_pupils(content: str, place: str, text: str) -> None:
    [(path, found)] = advies_problems(content)
    assert path == place
    assert text in found


def test_a_column_without_a_name_is_told_once() -> None:
    lijst = one_school.read_adviezen(b"las_key;;advies\nk1;;VWO\nk2;x;VWO\nk3;x;VWO", SCHOOL)
    assert lijst.notes == ("line 3: cell 2 has no name in the header, so that column is not used",)


# --- columns ---


@pytest.mark.parametrize(
    ("header", "row", "leerling"),
    [
        ("eck_id;advies", "e;HAVO", Leerling("e")),
        ("ECK-iD;Voorlopig schooladvies", "e;HAVO", Leerling("e")),
        ("EckId;ADVICE", "e;HAVO", Leerling("e")),
        ("eck id;school-advies", "e;HAVO", Leerling("e")),
        ("Éck–ïd;advies", "e;HAVO", Leerling("e")),
        ("LAS-key;advies", "k;HAVO", Leerling(None, "k")),
        ("laskey;advies", "k;HAVO", Leerling(None, "k")),
        ("las key;eck_id;advies", "k;;HAVO", Leerling(None, "k")),
        ("las key;eck_id;advies", "k;e;HAVO", Leerling("e", "k")),
    ],
)
def test_column_names_of_advice(header: str, row: str, leerling: Leerling) -> None:
    assert adviezen(f"{header}\n{row}") == [Advies(leerling, "HAVO")]


def test_english_column_names_of_pupils() -> None:
    header = "eck-id,Last Name,Prefix,First name,Initials,Date of birth,Gender,Group,Year"
    found = deelnemer("e,Berg,van,Jan,J,2014-05-01,male,8A,7", header)
    assert (found.leerling, found.achternaam, found.voorvoegsel) == (Leerling("e"), "Berg", "van")
    assert (found.roepnaam, found.voorletters, found.geslacht, found.jaargroep) == ("Jan", "J", 1, "7")


@pytest.mark.parametrize(
    ("header", "missing", "known"),
    [
        ("las_key;oordeel", "advies", "las_key"),
        ("leerlingnummer;advies", "eck_id or las_key", "advies"),
        ("Groep;naam", "eck_id or las_key, advies", "groep"),
    ],
)
def test_missing_columns_are_named_and_unknown_cells_are_not(header: str, missing: str, known: str) -> None:
    with pytest.raises(MessageError) as caught:
        adviezen(f"{header}\nk;HAVO")
    text = f"the header misses these columns: {missing}; recognised columns: {known}"
    assert [(p.path, p.text) for p in caught.value.problems] == [("line 1", text)]
    assert "eck_id;las_key;advies" in caught.value.hint


def test_all_missing_columns_of_pupils() -> None:
    [(path, text)] = deelnemer_problems("x", header="las_key;roepnaam")
    assert path == "line 1"
    assert "achternaam, voorletters, geboortedatum, groep; recognised columns: las_key, roepnaam" in text


def test_a_file_without_header_is_not_repeated() -> None:
    with pytest.raises(MessageError) as caught:
        adviezen("https://ketenid.nl/geheim;Jansen;HAVO\nx;y;z")
    assert "recognised columns: none" in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert "Jansen" not in str(caught.value)


@pytest.mark.parametrize("header", ["las_key;advies;Advies", "las_key;advies;schooladvies"])
def test_a_column_given_twice(header: str) -> None:
    expected = 'line 1, column "advies"', "stands in the header more than once (cells 2, 3); keep one"
    assert advies_problems(f"{header}\nk;HAVO;HAVO") == [expected]


def test_a_column_that_is_not_used_may_stand_there_twice() -> None:
    assert adviezen("las_key;advies;naam;roepnaam;voornaam\nk;VWO;a;b;c")[0].advies == "VWO"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("BSN", "bsn"),
        ("b.s.n.", "bsn"),
        ("bsn_leerling", "bsn"),
        ("BSN-nummer", "bsnnummer"),
        ("Burgerservicenummer", "burgerservicenummer"),
        ("burger service nummer", "burgerservicenummer"),
        ("PGN", "pgn"),
        ("Onderwijsnummer leerling", "onderwijsnummer"),
        ("sofi-nummer", "sofinummer"),
    ],
)
def test_a_forbidden_column_is_refused(name: str, shown: str) -> None:
    expected = f'line 1, column "{shown}"', "remove the column; the chain never carries this number"
    assert advies_problems(f"las_key;advies;{name}\nk;VWO;123456782") == [expected]
    assert expected in deelnemer_problems(f"{ONE};123456782", header=f"{PUPILS};{name}")


def test_a_header_with_too_many_cells() -> None:
    expected = "line 1", "the header has 257 cells; at most 256 are read"
    assert advies_problems("las_key;advies" + ";x" * 255) == [expected]
    assert adviezen("las_key;advies" + ";x" * 254 + "\nk;VWO")[0].advies == "VWO"
    assert adviezen("las_key;advies" + ";" * 255 + "\nk;VWO")[0].advies == "VWO"


def test_the_header_gives_all_its_problems_at_once() -> None:
    paths = [path for path, _ in advies_problems("bsn;las_key;laskey\n1;2;3")]
    assert paths == ['line 1, column "bsn"', 'line 1, column "las_key"', "line 1"]


# --- advice ---


@pytest.mark.parametrize("code", list(Schooladvies))
def test_every_code_in_its_spellings(code: str) -> None:
    spellings = [code, code.lower(), code.title(), code.replace("_", " "), code.lower().replace("_", "-")]
    rows = "\n".join(f"k{number};{spelling}" for number, spelling in enumerate(spellings))
    assert [found.advies for found in adviezen(f"las_key;advies\n{rows}")] == [str(code)] * len(spellings)


@pytest.mark.parametrize("text", ["havo t/m vwo", "HAVO T/M VWO", "havo tot en met vwo", "Havo-TM-vwo"])
def test_spellings_of_tot_en_met(text: str) -> None:
    (found,) = adviezen(f"las_key;advies\nk;{text}")
    assert found.advies == "HAVO_TM_VWO"


@pytest.mark.parametrize("column", ["achternaam", "tussenvoegsel", "roepnaam", "voorletters"])
def test_a_question_mark_in_a_name_is_a_lost_letter(column: str) -> None:
    names = ["las key", "achternaam", "tussenvoegsel", "roepnaam", "voorletters", "geboortedatum", "groep"]
    cells = ["k1", "Berg", "van", "Jan", "J", "2014-05-01", "8A"]
    cells[names.index(column)] = "Y?lmaz"
    with pytest.raises(MessageError) as caught:
        pupils_in((";".join(names) + "\n" + ";".join(cells)).encode())
    (problem,) = caught.value.problems
    assert problem.path.startswith("line 2, column")
    assert "UTF-8" in problem.text


@pytest.mark.parametrize("text", ["J1", "ABCDEFG", "-"])
def test_initials_are_letters(text: str) -> None:
    with pytest.raises(MessageError) as caught:
        pupils_in(f"las key;achternaam;roepnaam;voorletters;geboortedatum;groep\nk;Berg;Jan;{text};2014-05-01;8A".encode())
    assert caught.value.path == 'line 2, column "voorletters"'


@pytest.mark.parametrize(
    "text", ["VMBO", "vſo", "8", "pro/bb", "havo met lwoo", "b", "havo/vwo tweetalig", "kader/havo", "lwoo", "-", "?"]
)
def test_an_unknown_advice(text: str) -> None:
    rule = "is not understood as one of the 17 codes of this agreement, such as VMBO_GL/TL or HAVO_TM_VWO"
    assert advies_problems(f"las_key;advies\nk;{text}") == [('line 2, column "advies"', rule)]


def test_the_agreement_decides_which_codes_there_are() -> None:
    later = AFSPRAAK.volgende(
        naam="later",
        versie="Doorstroomtoetsketen_v9",
        eerste_schooljaar="2026-2027",
        schooladviezen=("VWO", "NIEUW"),
    )
    assert advice_in(b"las_key;advies\nk;nieuw", afspraak=later)[0].advies == "NIEUW"
    [(_, text)] = problems(lambda: advice_in(b"las_key;advies\nk;HAVO", afspraak=later))
    assert "2 codes" in text


def test_an_agreement_without_advice_is_refused_before_the_file_is_opened() -> None:
    with pytest.raises(ConfigurationError) as caught:
        advice_in(Path("there-is-no-such-file"), afspraak=AFSPRAKEN["1.0"])
    assert caught.value.setting == "afspraak"


# --- rows ---


def test_every_problem_of_every_row_in_the_order_of_the_file() -> None:
    content = (
        "eck_id;las_key;advies\n"
        "e1;k1;HAVO\n"
        ";;HAVO\n"
        "e1;k3;\n"
        "e4;k1;VWO\n"
        "e5;k5;VWO;te veel\n"
        "e1;k1;VWO\n"
        "k1;e1;VWO\n"
        'e9;"k"9;VWO\n'
        ";;nooit gelezen\n"
    )
    assert advies_problems(content) == [
        ("line 3", "has no identity; fill eck_id, or las_key when there is none"),
        ('line 4, column "eck_id"', "is the same as on line 2; give every pupil once"),
        ('line 4, column "advies"', "is empty"),
        ('line 5, column "las_key"', "is the same as on line 2; give every pupil once"),
        ("line 6", "has 4 cells and the header 3; put quotes around a text that holds a delimiter"),
        ('line 7, column "eck_id"', "is the same as on line 2; give every pupil once"),
        ('line 7, column "las_key"', "is the same as on line 2; give every pupil once"),
        ("line 9", "has unmatched quotes; close each, and double one inside a text"),
    ]


def test_a_quote_that_is_never_closed() -> None:
    [(path, text)] = advies_problems('las_key;advies\n"k1;HAVO\nk2;VWO\n')
    assert path == "line 2"
    assert "quotes" in text


@pytest.mark.parametrize("header", ["las_key;advies", "las_key;advies;;", "las_key;advies;opmerking"])
@pytest.mark.parametrize(
    "lines",
    [
        ['"k1;HAVO;', 'k2;VWO";HAVO;'],
        ["k1;HAVO;", 'k2;"HAVO;', "k3;HAVO;", 'k4;"HAVO;'],
        ["k1;HAVO;", 'k2;HAVO;"', "k3;HAVO;", '"'],
        ['k1;"HAVO;', "", 'k2;HAVO;"'],
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_quotes_that_fit_each_other_swallow_no_pupil(header: str, lines: list[str], newline: str) -> None:
    [(path, text)] = advies_problems(newline.join([header, *lines, ""]))
    assert path.startswith("line ")
    assert "quote" in text


def test_a_text_of_more_lines_with_delimiters_is_a_text() -> None:
    rows = 'k1;HAVO;"Let op; gesprek\nmet ouders"\nk2;VWO;"een;\ntwee"\n'
    assert [item.leerling.las_key for item in adviezen(f"las_key;advies;opmerking\n{rows}")] == ["k1", "k2"]


def test_a_field_too_large_for_the_csv_module() -> None:
    assert advies_problems(f"las_key;advies\n{'k' * 200_000};VWO")[0][0] == "line 2"


def test_broken_quotes_in_the_header() -> None:
    assert advies_problems('"las_key"x;advies\nk;VWO')[0][0] == "line 1"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2014-05-01", dt.date(2014, 5, 1)),
        ("01-05-2014", dt.date(2014, 5, 1)),
        ("1-5-2014", dt.date(2014, 5, 1)),
        ("01/05/2014", dt.date(2014, 5, 1)),
        ("29/2/2012", dt.date(2012, 2, 29)),
        ("2014-05-01 00:00:00.000", dt.date(2014, 5, 1)),
        ("2014-05-01T00:00:00", dt.date(2014, 5, 1)),
        ("1-5-2014 0:00", dt.date(2014, 5, 1)),
        ("01-05-14", dt.date(2014, 5, 1)),
        ("1/5/14", dt.date(2014, 5, 1)),
        ("2014/05/01", dt.date(2014, 5, 1)),
        ("1.5.2014", dt.date(2014, 5, 1)),
        ("20140501", dt.date(2014, 5, 1)),
        ("1 mei 2014", dt.date(2014, 5, 1)),
        ("01-MEI-2014", dt.date(2014, 5, 1)),
        ("3-mrt-14", dt.date(2014, 3, 3)),
        ("1 May 2014", dt.date(2014, 5, 1)),
        ("donderdag 1 mei 2014", dt.date(2014, 5, 1)),
        ("2014-05-01T00:00:00Z", dt.date(2014, 5, 1)),
        ("2014-05-01T00:00:00.000+02:00", dt.date(2014, 5, 1)),
        ("2014-04-30T22:00:00.000Z", dt.date(2014, 5, 1)),
        ("2014-01-31T23:00:00Z", dt.date(2014, 2, 1)),
    ],
)
def test_dates(text: str, date: dt.date) -> None:
    assert deelnemer(ONE.replace("2014-05-01", text)).geboortedatum == date


@pytest.mark.parametrize(
    "text",
    [
        "30-02-2014",
        "1-5-99",
        "1-5-014",
        "14-05-2",
        "1-5/2014",
        "41760",
        "٠١-٠٥-٢٠١٤",
        "0-1-0000",
        "2014-05-01 12:00",
        "2014-04-30T23:00:00Z",
        "2014-05-01T00:00:00+05:00",
        "01052014",
        "vrijdag 1 mei 2014",
        "1 foo 2014",
        "2014-5-1T",
        "9999-12-31T23:00:00-12:00",
        "2014-05/01",
    ],
)
def test_what_is_not_a_date(text: str) -> None:
    place, rule = 'line 2, column "geboortedatum"', "expected a date as YYYY-MM-DD or DD-MM-YYYY"
    assert deelnemer_problems(ONE.replace("2014-05-01", text)) == [(place, rule)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("1", "m", "M", "man", "Male", "1,0"), 1),
        (("2", "v", "V", "Vrouw", "FEMALE"), 2),
        (("9", "x", "O", "onbekend"), 9),
        (("", " "), None),
    ],
)
def test_geslacht(texts: tuple[str, ...], expected: int | None) -> None:
    assert {deelnemer(ONE.replace(";m;", f";{text};")).geslacht for text in texts} == {expected}


@pytest.mark.parametrize(
    ("text", "level"), [("8", "8"), ("7", "7"), ("8,00", "8"), ("7.0", "7"), ("", "8"), ("Groep 7", "7"), ("groep  8", "8")]
)
def test_jaargroep(text: str, level: str) -> None:
    assert deelnemer(ONE.removesuffix("8") + text).jaargroep == level


def test_bad_cells_of_pupils() -> None:
    found = deelnemer_problems(ONE, "k2;;;;;;z;;6")
    assert [path for path, _ in found] == [
        f'line 3, column "{name}"'
        for name in (
            "achternaam",
            "roepnaam",
            "voorletters",
            "geboortedatum",
            "groep",
            "jaargroep",
            "geslacht",
        )
    ]
    assert [text for _, text in found[:5]] == ["is empty"] * 5


def test_optional_columns_may_miss() -> None:
    found = deelnemer("k1;Berg;Jan;J;2014-05-01;8A", "laskey;achternaam;roepnaam;voorletters;geboortedatum;klas")
    assert (found.voorvoegsel, found.jaargroep, found.geslacht) == (None, "8", None)


def test_groups_are_made_from_their_names() -> None:
    levels = [
        ("Zeven", "7"),
        ("8A", "8"),
        ("Mix", "7"),
        ("8A", "groep 8"),
        ("Mix", "8"),
        ("Zoe\u0308", "8"),
        ("Zoë", "8"),
    ]
    rows = [f"k{n};Berg;;Jan;J;2014-05-01;;{name};{level}" for n, (name, level) in enumerate(levels)]
    groepen, deelnemers = pupils_in("\n".join((PUPILS, *rows)).encode())
    assert [(groep.omschrijving, groep.niveau) for groep in groepen] == [
        ("Zeven", "7"),
        ("8A", "8"),
        ("Mix", "C"),
        ("Zoë", "8"),
    ]
    by_id = {groep.id: groep.omschrijving for groep in groepen}
    assert [by_id[found.groep] for found in deelnemers] == ["Zeven", "8A", "Mix", "8A", "Mix", "Zoë", "Zoë"]


def test_the_id_of_a_group_never_changes() -> None:
    groepen, _ = pupils_in(f"{PUPILS}\n{ONE}".encode())
    assert groepen == [Stamgroep(f"{SCHOOL.routeringskenmerk}-groep-ef9df133b2cf", "8A", "8")]


# --- the file as a whole ---


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b";;;\r\n;;;", b"sep=;\n", b" \r"])
def test_an_empty_file(content: bytes) -> None:
    assert advies_problems(content) == [("file", "is empty")]


@pytest.mark.parametrize("content", [b"las_key;advies", b"las_key,advies\r\n", b"sep=;\nlas_key;advies\n;\n\n"])
def test_a_header_and_nothing_else(content: bytes) -> None:
    assert advies_problems(content) == [("file", "has a header but no pupils")]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"las_key;advies\nk\0;VWO", "NUL"),
        (b"PK\x03\x04\x14\x00\x06\x00", "is damaged"),
        (b"\x1f\x8b\x08\x00", "is packed"),
        (b"\xef\xbb\xbf <EDEX/>", "is XML"),
        (b"las_key;advies\nk\x81\xbb\xd7k;VWO", "is not text"),
        (b"\xff\xfel\0a", "a part is missing"),
        (b"x" * (one_school.MAX_BYTES + 1), "over 5 MiB"),
    ],
)
def test_what_is_not_a_csv_file(content: bytes, text: str) -> None:
    [(path, found)] = advies_problems(content)
    assert path == "file"
    assert text in found


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    start = b"las_key;advies\nk;VWO\n"
    file = tmp_path / "groot.csv"
    file.write_bytes(start + b"\n" * (one_school.MAX_BYTES - len(start)))
    assert len(advice_in(file, afspraak=AFSPRAAK)) == 1
    with file.open("ab") as more:
        more.write(b"\n")
    assert "over 5 MiB" in problems(lambda: advice_in(file, afspraak=AFSPRAAK))[0][1]


def test_errors_name_the_file_without_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "adviezen.csv"
    file.write_text("las_key;advies\nk;x\n")
    with pytest.raises(MessageError) as caught:
        advice_in(file, afspraak=AFSPRAAK)
    assert str(caught.value).startswith('adviezen.csv: line 2, column "advies": is not')
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(MessageError, match="^csv: line 2"):
        adviezen("las_key;advies\nk;x\n")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("ontbreekt.csv", "No such file"), ("map", "directory"), ("a\0b", "not a possible path")],
)
@pytest.mark.parametrize("read", [pupils_in, lambda path: advice_in(path, afspraak=AFSPRAAK)])
def test_a_file_that_cannot_be_read(tmp_path: Path, read: Callable[[Path], object], name: str, reason: str) -> None:
    (tmp_path / "map").mkdir()
    with pytest.raises(ConfigurationError, match=reason) as caught:
        read(tmp_path / name)
    assert caught.value.setting == "file"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="names of files are text on Windows")
def test_a_file_name_that_is_no_text_can_be_printed() -> None:
    with pytest.raises(ConfigurationError) as caught:
        pupils_in(Path(os.fsdecode(b"k\xe9.csv")))
    assert str(caught.value).encode()


def test_neither_a_path_nor_bytes() -> None:
    with pytest.raises(ConfigurationError, match="give a Path") as caught:
        pupils_in("las_key;geheim")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert "geheim" not in str(caught.value)


# --- nothing else is raised, and nothing is shown ---


PIECES = st.sampled_from(
    [
        "las_key",
        "eck_id",
        "advies",
        PUPILS,
        ONE,
        "HAVO",
        "bsn",
        ";",
        ",",
        "\t",
        "\n",
        "\r",
        '"',
        '="k"',
        "sep=;",
        "é",
        "\ufeff",
    ]
)
FILES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
    st.lists(PIECES, max_size=25).map(lambda pieces: "".join(pieces).encode()),
    st.lists(PIECES, max_size=12).map(lambda pieces: "".join(pieces).encode("utf-16")),
)


@settings(max_examples=500)
@given(FILES)
@example(b"\xff\xfe\x00\xd8")
@example(b'las_key;advies\n"')
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (lambda: advice_in(content, afspraak=AFSPRAAK), lambda: pupils_in(content)):
        try:
            read()
        except (MessageError, ConfigurationError) as error:
            assert str(error)


def shown_by(error: DoorstroomError) -> str:
    """All that an error reporter could show: texts, places, and the variables of the library's own frames."""
    inside = traceback.TracebackException.from_exception(error, capture_locals=True)
    inside.stack[:] = [frame for frame in inside.stack if "doorstroom_client" in Path(frame.filename).parts]
    assert inside.stack
    assert any(frame.locals for frame in inside.stack)
    return "".join(
        (
            str(error),
            repr(error),
            repr(error.problems if isinstance(error, MessageError) else ""),
            *inside.format(),
        )
    )


SECRET = "Zqxgeheim"
SECRET_FILES = [
    f"{SECRET}1;{SECRET}2;{SECRET}3\n",
    f"las_key;{SECRET}1;bsn\n{SECRET}2;x;{SECRET}3\n",
    f"las_key;advies\n{SECRET}1;{SECRET}2\n{SECRET}1;HAVO\n;{SECRET}3\n",
    f'las_key;advies\n"{SECRET};VWO\n',
    f"las_key;advies\n{SECRET};VWO;{SECRET}\n",
    f"las_key;advies\n{SECRET}\0;VWO\n",
    f"las_key;advies\n{SECRET}\x81\xbb\xd7;VWO\n",
    f"{SECRET};las_key;advies\n",
    f"las_key;advies\n{SECRET}" + "x" * one_school.MAX_BYTES,
    f"{PUPILS}\n{SECRET}1;{SECRET}2;{SECRET}3;{SECRET}4;{SECRET}5;{SECRET}6;{SECRET}7;{SECRET}8;{SECRET}9\n",
    f"{PUPILS}\n;{SECRET}2;{SECRET}3;{SECRET}4;{SECRET}5;;;{SECRET}8;\n",
]


@pytest.mark.parametrize("content", SECRET_FILES, ids=range(len(SECRET_FILES)))
@pytest.mark.parametrize("read", [pupils_in, lambda source: advice_in(source, afspraak=AFSPRAAK)])
@pytest.mark.parametrize("as_file", [False, True])
def test_no_value_is_ever_shown(tmp_path: Path, read: Callable[[Path | bytes], object], content: str, as_file: bool) -> None:
    data = content.encode("latin-1")
    file = tmp_path / "lijst.csv"
    file.write_bytes(data)
    with pytest.raises(MessageError) as caught:
        read(file if as_file else data)
    assert caught.value.__context__ is None
    assert SECRET not in shown_by(caught.value)


LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzé €;\n", max_size=8).map(lambda text: f"{SECRET}{text}")


@settings(max_examples=100)
@given(st.lists(st.lists(LETTERS, min_size=1, max_size=10), min_size=1, max_size=5))
def test_no_value_of_any_row_is_shown(rows: list[list[str]]) -> None:
    lines = [";".join(f'"{cell}"' for cell in row) for row in rows]
    for header in ("las_key;advies", PUPILS, SECRET):
        data = "\n".join((header, *lines)).encode()
        for read in (
            lambda data=data: advice_in(data, afspraak=AFSPRAAK),
            lambda data=data: pupils_in(data),
        ):
            with pytest.raises(MessageError) as caught:
                read()
            assert SECRET not in shown_by(caught.value)
