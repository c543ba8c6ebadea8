"""Files for many schools: read one school at a time, with what is wrong at one school kept to that school."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support import advice_in, pupils_in
from support.corpus import CORPUS

from doorstroom_client import Adviezenlijst, Onleesbaar, School
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.leerlingen import Advies, Leerling
from doorstroom_client.messages.vocabulary import Schooladvies
from doorstroom_client.readers import csv_file, school_blocks
from doorstroom_client.readers.lines import MAX_LINE, MAX_RECORD_LINES
from doorstroom_client.readers.many_schools import read_many
from doorstroom_client.simulator.played_schools import SCHOLEN

AFSPRAAK = AFSPRAKEN["1.1"]
A, B, C, D = SCHOLEN
SECOND = School(
    instellingscode="99DD",
    vestigingscode="00",
    onderwijsaanbiedercode="904A904",
    onderwijslocatiecode="904X904",
    administratienr="02",
    routeringskenmerk="0000000700099DD00531",
)
HEADER = "school;las_key;advies"
SECRET = "geheim-van-Yara"


def read(path: Path, soort: Any = "adviezen", scholen: Any = SCHOLEN, afspraak: Any = AFSPRAAK) -> Iterator[Any]:
    return read_many(path, soort, scholen, afspraak=afspraak)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scholen.csv"


def lists(path: Path, *lines: str, scholen: Any = SCHOLEN) -> list[Any]:
    path.write_text("\n".join(lines), "utf-8")
    return list(read(path, scholen=scholen))


def short(found: list[Any]) -> list[tuple[str, Any]]:
    """Of each school its name, and its LAS-keys or the places of its problems."""
    return [
        (item.naam, places(item.error)) if isinstance(item, Onleesbaar) else (item.school.instellingscode, keys(item))
        for item in found
    ]


def keys(item: Any) -> list[str | None]:
    assert item.adviezen is not None
    assert item.school is not None
    return [advies.leerling.las_key for advies in item.adviezen]


def places(error: DoorstroomError) -> Any:
    return [problem.path for problem in error.problems] if isinstance(error, MessageError) else type(error)


def shown_by(error: DoorstroomError) -> str:
    """All that an error reporter could show: texts, and the variables of the library's own frames."""
    inside = traceback.TracebackException.from_exception(error, capture_locals=True)
    inside.stack[:] = [frame for frame in inside.stack if "doorstroom_client" in Path(frame.filename).parts]
    assert any(frame.locals for frame in inside.stack)
    return f"{error} {error!r} {''.join(inside.format())}"


# --- one school after the other ---


def test_a_list_per_school_in_the_order_of_the_file(file: Path) -> None:
    found = lists(file, HEADER, "99BB;k1;HAVO", "99BB;k2;VWO", "99AA;k1;vmbo gl/tl", "99CC;k9;HAVO")
    assert [item.school for item in found] == [B, A, C]
    assert short(found) == [("99BB", ["k1", "k2"]), ("99AA", ["k1"]), ("99CC", ["k9"])]
    assert found[1].adviezen == (Advies(Leerling(las_key="k1"), Schooladvies.VMBO_GL_TL),)
    assert [item.leerling.source for item in found[0].adviezen] == ["line 2", "line 3"]
    assert SECRET not in repr(found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("sep", [False, True])
def test_every_encoding_delimiter_and_line_end(file: Path, encoding: str, delimiter: str, newline: str, sep: bool) -> None:
    start = f"sep={delimiter}\n" if sep else ""
    text = start + f'School;LAS-key;Opmerking;Advies\n99AA;zoë€;"a{delimiter}\nb";HAVO\n99BB;k2;;VWO\n'.replace(";", delimiter)
    file.write_bytes(text.replace("\n", newline).encode(encoding))
    assert short(list(read(file))) == [("99AA", ["zoë€"]), ("99BB", ["k2"])]


def test_an_encoding_that_shows_late(file: Path) -> None:
    early = "".join(f"99AA;k{number};HAVO\n" for number in range(9000))
    file.write_bytes(f"{HEADER}\n{early}99BB;zoë;HAVO\n".encode("cp1252"))
    assert len(early) > 2 * csv_file._CHUNK
    assert short(list(read(file)))[-1] == ("99BB", ["zoë"])


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_letter_that_falls_between_two_pieces(file: Path, cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorstroom_client.readers.csv_file._CHUNK", 8 + cut)
    file.write_text(f"{HEADER}\n99AA;ëéë€ë😀ë;HAVO\n", "utf-8")
    assert short(list(read(file))) == [("99AA", ["ëéë€ë😀ë"])]


def test_participants_get_groups_of_their_school(file: Path) -> None:
    header = "school;las_key;achternaam;roepnaam;voorletters;geboortedatum;groep"
    one = "k1;Berg;Jan;J;2014-05-01;8A"
    file.write_text(f"{header}\n99AA;{one}\n99BB;{one}\n")
    found = list(read(file, "deelnemers"))
    alone = f"{header.removeprefix('school;')}\n{one}".encode()
    for item, school in zip(found, (A, B), strict=True):
        assert (list(item.groepen), list(item.deelnemers)) == pupils_in(alone, school=school)
    assert found[0].groepen != found[1].groepen


@pytest.mark.parametrize("key", ["99AA", "99aa", A.oin, A.routeringskenmerk, '"=""99AA"""', " 99AA "])
def test_every_key_of_a_school(file: Path, key: str) -> None:
    [found] = lists(file, HEADER, f"{key};k1;HAVO")
    assert found.school is A


def test_different_keys_of_one_school_are_one_list(file: Path) -> None:
    found = lists(file, HEADER, "99AA;k1;HAVO", f"{A.oin};k2;HAVO", "99aa;k3;HAVO", "99AA;k4;HAVO", "99BB;k5;HAVO")
    assert short(found) == [("99AA", ["k1", "k2", "k3", "k4"]), ("99BB", ["k5"])]


# --- what is wrong at one school ---


GOOD = ("99BB;k8;HAVO", "99CC;k9;HAVO")


@pytest.mark.parametrize(
    ("lines", "naam", "problem"),
    [
        (["99ZZ;k1;HAVO", "99ZZ;k2;HAVO"], "99ZZ", ConfigurationError),
        (["99AA;k1;HAVO", "99AA;;HAVO", f"99AA;k3;{SECRET}"], "99AA", ["line 3", 'line 4, column "advies"']),
        (["99AA;k1;HAVO", "99AA;k1;VWO"], "99AA", ['line 3, column "las_key"']),
        (["99AA;k1"], "99AA", ['line 2, column "advies"']),
        ([f"{SECRET};k1;HAVO", f"{SECRET};k2;HAVO"], "line 2", ['line 2, column "school"']),
        (["2,3E+19;k1;HAVO"], "line 2", ['line 2, column "school"']),
        ([";k1;HAVO"], "line 2", ['line 2, column "school"']),
    ],
    ids=["unknown", "bad lines", "twice the same", "short line", "no key", "number of Excel", "empty"],
)
def test_what_is_wrong_at_one_school_stays_there(file: Path, lines: list[str], naam: str, problem: object) -> None:
    found = lists(file, HEADER, *lines, *GOOD)
    assert short(found) == [(naam, problem), ("99BB", ["k8"]), ("99CC", ["k9"])]
    assert isinstance(found[0], Onleesbaar)
    assert SECRET not in f"{found[0]!r} {found[0].error} {found[0].error!r}"


def test_a_school_with_several_administrations_has_to_be_named_in_full(file: Path) -> None:
    both = (*SCHOLEN, SECOND)
    first, second = lists(file, HEADER, "99DD;k1;HAVO", f"{SECOND.routeringskenmerk};k2;HAVO", scholen=both)
    assert isinstance(first.error, ConfigurationError)
    assert "2 administrations with the code 99DD" in str(first.error)
    assert (second.school, keys(second)) == (SECOND, ["k2"])


def test_a_school_that_comes_back(file: Path) -> None:
    found = lists(file, HEADER, "99AA;k1;HAVO", "99BB;k2;HAVO", f"{A.oin};k3;HAVO", "99BB;k4;HAVO", "99CC;k5;HAVO")
    assert short(found) == [
        ("99AA", ["k1"]), ("99BB", ["k2"]), (A.oin, ["line 4"]), ("99BB", ["line 5"]), ("99CC", ["k5"]),
    ]  # fmt: skip
    assert "from line 2 on" in str(found[2].error)
    assert "sorting" in found[2].error.hint  # type: ignore[union-attr]
    assert found[2].school is A


@pytest.mark.parametrize("broken", ['99BB;"k3"x;HAVO', "99BB;k3;HAVO;1;2"], ids=["quotes", "cells"])
def test_a_line_that_cannot_be_taken_apart_counts_for_the_schools_around_it(file: Path, broken: str) -> None:
    found = lists(file, HEADER, "99AA;k1;HAVO", broken, "99BB;k2;HAVO", "99CC;k9;HAVO")
    assert short(found) == [("99AA", ["line 3"]), ("99BB", ["line 3"]), ("99CC", ["k9"])]
    within = lists(file, HEADER, "99AA;k1;HAVO", broken, "99AA;k2;HAVO", "99BB;k2;HAVO")
    assert short(within) == [("99AA", ["line 3"]), ("99BB", ["k2"])]
    first = lists(file, HEADER, broken, "99AA;k2;HAVO", "99BB;k2;HAVO", broken)
    assert short(first) == [("99AA", ["line 2"]), ("99BB", ["line 5"])]


def test_a_quote_that_is_never_closed_swallows_no_school(file: Path) -> None:
    rest = [f"99CC;k{number};HAVO" for number in range(3 * MAX_RECORD_LINES)]
    found = lists(file, HEADER, "99AA;k1;HAVO", '99AA;"k2;HAVO', "99BB;k1;HAVO", *rest)
    assert [name for name, _ in short(found)] == ["99AA", "99BB", "99CC"]
    assert places(found[0].error) == ["line 3"]  # type: ignore[arg-type]
    assert places(found[1].error) == ["line 3"]  # type: ignore[arg-type]
    assert len(keys(found[2])) == len(rest)


def test_too_many_lines_for_one_school(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(school_blocks, "MAX_PUPILS", 3)
    rows = [f"99AA;k{number};HAVO" for number in range(5)]
    assert short(lists(file, HEADER, *rows, *GOOD))[:2] == [("99AA", ["line 5"]), ("99BB", ["k8"])]
    assert short(lists(file, HEADER, *rows[:3])) == [("99AA", ["k0", "k1", "k2"])]


# --- what is wrong with the file ---


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty"),
        (b"\n\n;;\n", "is empty"),
        (HEADER.encode(), "no pupils"),
        (f"99AA;{SECRET};HAVO\n".encode(), "misses these columns"),
        (b"las_key;advies\nk1;HAVO\n", "misses these columns: school"),
        (b"school;school;las_key;advies\n99AA;99AA;k1;HAVO\n", "more than once"),
        (b"school;las_key;advies;bsn\n99AA;k1;HAVO;1\n", "remove the column"),
        (b'sep=;\nschool;"las_key;advies\n99AA;k1;HAVO\n', "unmatched quotes"),
        (f"{HEADER}\n99AA;{SECRET};HAVO;1\n".encode(), "line 2: has 4 cells"),
        (b"school;las_key;advies\n99AA;k\x81\xbb\xd7k;HAVO\n", "is not text"),
        (b"\xff\xfes\0c", "a part is missing"),
        ("school;las_key".encode("utf-16"), "misses these columns"),
        (b"school;las_key;advies\n99AA;k\0;HAVO\n", "NUL"),
        (f"{HEADER}\n99AA;{SECRET}{'x' * MAX_LINE};HAVO\n".encode(), "a line of over"),
    ],
)
def test_a_file_that_does_not_fit_as_a_whole(file: Path, content: bytes, text: str) -> None:
    file.write_bytes(content)
    with pytest.raises(MessageError, match=text) as caught:
        read(file)  # before anything is asked of it
    assert SECRET not in shown_by(caught.value)


def test_paths_that_are_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pijp")
    for path in (tmp_path / "weg.csv", Path("nul\0"), tmp_path / "pijp", "scholen.csv"):
        with pytest.raises(ConfigurationError, match="cannot be read") as caught:
            read(path)  # type: ignore[arg-type]
        assert caught.value.setting == "file"


def test_what_is_asked_has_to_exist(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="kind"):
        read(file, "resultaten")
    with pytest.raises(ConfigurationError, match="no exchange of schooladviezen"):
        read(file, afspraak=AFSPRAKEN["1.0"])


@pytest.mark.parametrize("when", ["before", "within"])
def test_a_file_that_is_changed_meanwhile(file: Path, when: str) -> None:
    lines = [f"99AA;k{number};HAVO" for number in range(3)] + [f"99BB;{SECRET}{number};HAVO" for number in range(9000)]
    file.write_text("\n".join((HEADER, *lines)))
    found = read(file)
    if when == "within":
        assert next(found).school is A
        with file.open("r+b") as changing:
            changing.seek(100_000)
            changing.write(b"\xff\x81")
    else:
        file.write_text(f"{HEADER}\n99AA;k1;HAVO")
    rest: list[Any] = []
    with pytest.raises(MessageError, match="changed while it was read") as caught:
        rest.extend(found)
    assert rest == []  # of the school at which it broke off, nobody knows whether this is all
    assert SECRET not in shown_by(caught.value)
    assert caught.value.__context__ is None


def test_a_reader_that_is_left_closes_the_file(file: Path) -> None:
    lists(file, HEADER, "99AA;k1;HAVO", "99BB;k1;HAVO")
    found = read(file)
    next(found)
    del found  # a file that stays open is an error in this suite


def test_quotes_that_fit_each_other_swallow_no_school(file: Path) -> None:
    """Both quotes are wrong, and together they look right: the schools around them are told, the others go on."""
    found = lists(file, HEADER, "99AA;k1;HAVO", '99AA;"k2;HAVO', "99BB;k3;HAVO", '99BB;k4";HAVO', "99CC;k5;HAVO")
    assert short(found) == [("99AA", ["line 3"]), ("99BB", ["line 3"]), ("99CC", ["k5"])]


# --- a folder ---


def test_a_folder_with_a_file_per_school(tmp_path: Path) -> None:
    content = "las_key;advies\nk1;HAVO\n"
    for name in ("99AA.csv", f"{B.oin}.CSV", ".99CC.csv", "~99CC.csv", "leesmij.txt", "99cc.csv"):
        (tmp_path / name).write_text(content)
    found = list(read(tmp_path))
    assert sorted((name, "") for name, _ in short(found)) == [("99AA", ""), ("99BB", ""), ("99CC", "")]
    assert {tuple(keys(item)) for item in found} == {("k1",)}


def test_what_is_wrong_with_one_file_of_a_folder(tmp_path: Path) -> None:
    good = "las_key;advies\nk1;HAVO\n"
    for name, content in {
        "99AA.csv": "las_key;advies\nk1;Havo\nk1;HAVO\n",
        "99BB.csv": good,
        f"{B.oin}x.csv": good,
        "99CC.xlsx": "PK",
        "99ZZ.csv": good,
        f"{D.routeringskenmerk}.csv": "",
    }.items():
        (tmp_path / name).write_text(content)
    found = list(read(tmp_path))
    assert short(found) == [
        (f"{B.oin}x.csv", ["file"]),
        (D.routeringskenmerk, ["file"]),
        ("99AA", ['line 3, column "las_key"']),
        ("99BB", ["k1"]),
        ("99CC", ["line 1"]),
        ("99ZZ", ConfigurationError),
    ]


@pytest.mark.parametrize("other", ["99BB.xlsx", "99BB.bak", "99BB.csv~", f"{B.oin}.csv"])
def test_of_two_files_of_a_school_none_is_used(tmp_path: Path, other: str) -> None:
    for name in ("99AA.csv", "99BB.csv", other):
        (tmp_path / name).write_text("las_key;advies\nk1;HAVO\n")
    refused = sorted(str(item.error) for item in read(tmp_path) if isinstance(item, Onleesbaar))
    assert [text.partition(". ")[0] for text in refused] == sorted(
        [f"99BB.csv: file: is of the same school as {other}", f"{other}: file: is of the same school as 99BB.csv"]
    )
    assert [name for name, said in short(list(read(tmp_path))) if said == ["k1"]] == ["99AA"]


def test_a_folder_without_files(tmp_path: Path) -> None:
    (tmp_path / "leesmij.txt").touch()
    with pytest.raises(MessageError, match="has no CSV files"):
        read(tmp_path)


# --- the file of one school ---


def test_a_file_for_many_schools_is_not_read_as_one_of_one_school() -> None:
    start = "school;las_key;advies\n99AA;k1;HAVO\n"
    assert len(advice_in(f"{start}99aa;k2;HAVO\n".encode(), afspraak=AFSPRAAK)) == 2
    with pytest.raises(MessageError, match="more than one school"):
        advice_in(f"{start}99BB;k2;HAVO\n".encode(), afspraak=AFSPRAAK)


# --- whatever it holds ---


CELLS = st.sampled_from(
    ["99AA", "99BB", "99ZZ", A.oin, "", "k1", "k2", "HAVO", "VWO", '"', '""', '"a;b"', '"a\nb"', "\n", ";", "school", SECRET]
)
TABLES = st.lists(st.lists(CELLS, max_size=6).map(";".join), max_size=12).map(lambda rows: "\n".join((HEADER, *rows)).encode())


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), TABLES))
@example(content=b"\xef\xbb\xbf")
@example(content=f'{HEADER}\n"'.encode())
@example(content=f'{HEADER}\n"\n99AA;k1;HAVO'.encode())
def test_nothing_but_our_own_errors_and_no_pupil_at_two_schools(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wat.csv"
    path.write_bytes(content)
    try:
        found = list(read(path))
    except (MessageError, ConfigurationError):
        return
    assert found
    done: set[str] = set()
    for item in found:
        if isinstance(item, Onleesbaar):
            assert item.naam
            assert SECRET not in str(item.error)
            continue
        assert item.school is not None
        assert keys(item)
        assert item.school.routeringskenmerk not in done
        done.add(item.school.routeringskenmerk)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4), quoted=st.booleans())
def test_each_school_reads_as_its_own_file_would(tmp_path: Path, sizes: list[int], quoted: bool) -> None:
    path = tmp_path / "heel.csv"
    rows = {
        school: [f'"k{number}\nx";HAVO' if quoted else f"k{number};VWO" for number in range(size)]
        for school, size in zip(SCHOLEN, sizes, strict=False)
    }
    found = lists(path, HEADER, *(f"{school.instellingscode};{row}" for school, mine in rows.items() for row in mine))
    for item, (school, mine) in zip(found, rows.items(), strict=True):
        alone = "\n".join(("las_key;advies", *mine)).encode()
        assert item == Adviezenlijst(school, advice_in(alone, afspraak=AFSPRAAK))


# --- any size ---


def memory() -> int:
    """Bytes of memory in use, as the system counts them."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="counts what Linux tells in /proc")
def test_memory_is_that_of_one_school(file: Path) -> None:
    schools = [
        School(
            instellingscode=f"{98 - at // 676}{chr(65 + at % 676 // 26)}{chr(65 + at % 26)}",
            vestigingscode="00",
            onderwijsaanbiedercode="900A900",
            onderwijslocatiecode="900X900",
            administratienr="01",
            routeringskenmerk=f"00000007000{98 - at // 676}{chr(65 + at % 676 // 26)}{chr(65 + at % 26)}00530",
        )
        for at in range(1000)
    ]
    with file.open("w") as out:
        out.write(f"{HEADER}\n")
        for school in schools:
            out.writelines(f"{school.instellingscode};sleutel-{number};HAVO\n" for number in range(200))
    found = read(file, scholen=schools)
    counted, before, used = 0, memory(), []
    for number, item in enumerate(found):
        counted += len(item.adviezen or ())
        if number % 100 == 50:
            used.append(memory())
    assert counted == 200_000
    assert max(used) - before < 20 * 1024 * 1024


def test_workbooks_in_a_folder(tmp_path: Path) -> None:
    """By their content; what Excel leaves beside an open file is none of them."""
    books, wanted = CORPUS / "books", {A: "xlwt-pupils.xls", B: "libreoffice-pupils.ods", C: "sheetjs-pupils.xlsb"}
    for school, name in wanted.items():
        suffix = name.rpartition(".")[2]
        (tmp_path / f"{school.instellingscode}.{suffix.upper()}").write_bytes((books / name).read_bytes())
        (tmp_path / f"~${school.instellingscode}.{suffix}").write_bytes(b"\x05Iemand")
    found = list(read(tmp_path, "deelnemers"))
    assert [item.school for item in found] == sorted(wanted, key=lambda school: school.instellingscode)
    assert [[pupil.leerling.las_key for pupil in item.deelnemers] for item in found] == [["k1", "k2"]] * 3
    assert {pupil.geboortedatum.isoformat() for item in found for pupil in item.deelnemers} == {"2014-05-01"}


def test_hidden_rows_are_told_of_each_school(tmp_path: Path) -> None:
    (tmp_path / f"{A.instellingscode}.xlsx").write_bytes((CORPUS / "books" / "xlsxwriter-hidden.xlsx").read_bytes())
    [found] = read(tmp_path)
    assert [note for note in found.notes if "2 rows are hidden" in note]
