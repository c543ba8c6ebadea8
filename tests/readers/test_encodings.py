"""The letters of names come out right whatever the encoding, or the file is refused with its lines: never a wrong letter."""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from support import SCHOOL

from doorstroom_client.errors import MessageError
from doorstroom_client.readers import csv_file, read_leerlingen
from doorstroom_client.readers.csv_file import CsvFile
from doorstroom_client.readers.one_school import read_adviezen
from doorstroom_client.readers.table import Table

# Read here, because no variable of ours is left while a test runs.
SECONDS = float(os.environ.get("DOORSTROOM_FUZZ_SECONDS", "0"))
NAMES = [
    *("Zoë", "Daniël", "Noëlle", "Loïs", "Raïsa", "Mikaïl", "Jérôme", "André", "Esmée", "Renée"),
    *("Hélène", "Geneviève", "Çelik", "Gonçalves", "François", "Müller", "Jürgen", "Björn", "Özdemir", "Öztürk"),
    *("Günay", "Ünal", "Şahin", "Yıldız", "Yağmur", "İlhan", "Doğan", "Łukasz", "Wałęsa", "Mądry"),
    *("Święty", "Żaneta", "Łoś", "Paweł", "Kraków", "Bożena", "Źródło", "Ćwik", "Marić", "Kovač"),
    *("Šimić", "Dušan", "Živko", "Đorđe", "Muñoz", "Núñez", "José", "María", "Martínez", "Gutiérrez"),
    *("João", "Conceição", "Assunção", "Márquez", "Álvaro", "Íñigo", "Óscar", "Úrsula", "Søren", "Bjørn"),
    *("Ærø", "Åsa", "Håkan", "Émile", "Éva", "Élodie", "Êva", "Ëlsa", "Zoé", "Amélie"),
    *("Anaïs", "Béatrice", "Benoît", "Côté", "Agnès", "Lætitia", "Cœur", "Groß", "Strauß", "Weiß"),
    *("Jäger", "Bär", "Ægir", "Novotný", "Dvořák", "Ștefan", "Țepeș", "Răzvan", "Mária", "László"),
    *("Erdős", "Szűcs", "Õnne", "Fátima", "Aïcha", "Saïd", "Ra’id", "D’Hondt", "O’Brien", "ZOË"),
    *("DANIËL", "DANIëL", "RENÉE", "MÜLLER", "FRANÇOIS", "ÖZDEMIR", "BJÖRN", "MUÑOZ", "JOÃO", "Kačić"),
    *("Tóth", "Büşra", "Şükrü", "Iğdır"),
]
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
ONE_BYTE = {"cp1252": 65, "iso8859_15": 65, "cp850": 35, "mac_roman": 20}
"""How many of the names, alone in a file, are read at least; the others are refused."""


def outcome(name: str, encoding: str) -> str:
    """Read a name that is the only one with a letter outside ASCII; gives what came of it."""
    try:
        content = f"las_key;achternaam\r\nk1;{name}\r\nk2;Berg\r\n".encode(encoding)
    except UnicodeEncodeError:
        return "has no such letter"
    try:
        first, _ = read_leerlingen(content)
    except MessageError as error:
        assert [problem.path for problem in error.problems] == ["line 2"]
        assert "CSV UTF-8" in error.hint
        return "refused"
    return "right" if first.naam == name else "wrong"


@pytest.mark.parametrize("encoding", UNICODE)
def test_one_name_in_unicode(encoding: str) -> None:
    assert Counter(outcome(name, encoding) for name in NAMES) == {"right": len(NAMES)}


@pytest.mark.parametrize("encoding", ONE_BYTE)
def test_one_name_in_an_encoding_of_one_byte(encoding: str) -> None:
    counts = Counter(outcome(name, encoding) for name in NAMES)
    sys.stdout.write(f"{encoding}: {dict(counts)}\n")
    assert counts["wrong"] == 0
    assert counts["right"] >= ONE_BYTE[encoding]


@pytest.mark.parametrize("encoding", ["cp1254", "iso8859_9"])
def test_turkish_windows_is_never_read_as_western(encoding: str) -> None:
    assert Counter(outcome(name, encoding) for name in NAMES)["wrong"] == 0


@pytest.mark.parametrize(
    ("encoding", "name", "notes"),
    [
        ("ascii", "ASCII", 0),
        ("utf-8", "UTF-8", 0),
        ("utf-8-sig", "UTF-8", 0),
        ("utf-16", "UTF-16 LE", 0),
        ("utf-16-be", "UTF-16 BE", 1),
        ("cp1252", "Windows-1252", 0),
        ("iso8859_15", "Windows-1252", 0),  # for these letters they are the same
        ("cp850", "DOS (code page 850)", 1),
        ("mac_roman", "Mac Roman", 1),
    ],
)
def test_the_encoding_is_told_with_what_it_was_seen_by(encoding: str, name: str, notes: int) -> None:
    text = "las_key;achternaam;advies\nk1;Zoë André Müller;HAVO\n"
    content = text.encode(encoding, "replace")
    table = Table("csv")
    CsvFile(content, table)
    assert table.form.encoding == name
    assert table.form.evidence
    assert "André" not in table.form.evidence
    assert len(read_adviezen(content, SCHOOL).notes) == notes


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("las_key;achternaam\nk1;Zoë\n".encode() + "k2;André\n".encode("cp1252"), ["line 3"]),
        ("las_key;achternaam\nk1;Zoë\nk2;André\n".encode("cp1252") + "k3;Loïs\n".encode(), ["line 4"]),
        ("las_key;achternaam\nk1;Zoë\n".encode("utf-8-sig") * 2, ["line 3"]),
        (b"las_key;achternaam\nk1;" + "Zoë".encode().decode("cp1252").encode(), ["line 2"]),
        (b"las_key;achternaam\nk1;" + "Zoë".encode().decode("cp850").encode(), ["line 2"]),
        (b"las_key;achternaam\nk1;" + "Zoë".encode().decode("mac_roman").encode(), ["line 2"]),
        (b"las_key;achternaam\nk1;Zo\xc3\xab\nk2;Zo\xc3", ["line 3"]),
        ("las_key;achternaam\nk1;André\n".encode("cp1252") + "k2;Renée\n".encode("cp850"), ["line 3"]),
        ("las_key;achternaam\nk1;Zoë\n".encode("utf-7"), ["line 2"]),
    ],
)
def test_a_file_that_mixes_encodings(content: bytes, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (64 * 1024, 7):
        monkeypatch.setattr(csv_file, "_CHUNK", size)
        with pytest.raises(MessageError) as caught:
            read_leerlingen(content)
        assert [problem.path for problem in caught.value.problems] == lines


@pytest.mark.parametrize("encoding", ["iso8859_2", "cp1250", "cp1254", "cp852"])
@pytest.mark.parametrize(
    "names", [("Gülen", "Ateş"), ("Köse", "BÜŞRA"), ("Müller", "Ayşe"), ("Böhm", "Güneş"), ("Jäger", "Karataş")]
)
def test_a_name_that_is_none_in_western_encodings_is_not_read_because_another_one_is(
    encoding: str, names: tuple[str, ...]
) -> None:
    content = "las_key;achternaam\n" + "".join(f"k{at};{name}\n" for at, name in enumerate(names))
    with pytest.raises(MessageError, match=r"line \d: "):
        read_leerlingen(content.encode(encoding))


@pytest.mark.parametrize("key", ["k+AMA=", "a8+AMk/", "x+AOkA6Q9", "qF+AMkz7", "ab+AOk1"])
def test_a_key_in_base64_is_not_in_utf_7(key: str) -> None:
    (found,) = read_leerlingen(f"las_key;achternaam\n{key};Berg\n".encode())
    assert found.las_key == key


@pytest.mark.parametrize("name", ["Zieliński", "Kamiński", "Wyszyński"])
@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2", "cp1257"])
def test_polish_letters_are_not_read_as_spanish_ones(name: str, encoding: str) -> None:
    assert outcome(name, encoding) == "refused"


@pytest.mark.parametrize(
    ("name", "notes"), [("Özdemir", 1), ("Çelik", 1), ("Müller", 0), ("DANIËL", 1), ("KOÇ", 1), ("GARCÍA", 1), ("JOSÉ", 1)]
)
def test_one_name_of_which_one_reading_is_none_is_read_and_told(name: str, notes: int) -> None:
    assert outcome(name, "cp1252") == "right"
    content = f"las_key;achternaam;advies\nk1;{name};HAVO\n".encode("cp1252")
    assert len(read_adviezen(content, SCHOOL).notes) == notes


def test_letters_of_two_parts_in_utf_8_are_utf_8() -> None:
    for name in ("Zoe\u0308", "RENE\u0301E", "ZOE\u0308", "Ștefan", "Ελένη", "Ольга"):
        (found,) = read_leerlingen(f"las_key;achternaam\nk1;{name}\n".encode())
        assert found.naam == unicodedata.normalize("NFC", name)


LETTER = st.sampled_from("abëéïöüçèñßøœšŞİłÉÖ’–€ \u00a0×½🙂")
TEXT = st.text(LETTER, max_size=8)
CODECS = st.sampled_from([*UNICODE, *ONE_BYTE, "cp1254", "cp437", "utf-7", "utf-32", "cp500"])
PIECES = st.one_of(
    st.binary(max_size=12),
    st.builds(lambda text, codec: text.encode(codec, "replace"), TEXT, CODECS),
    st.sampled_from([b";", b",", b"\t", b"|", b"\n", b"\r\n", b'"', b"'", b"\\", b"\0", b"\x1a", b"+AOs-", b"\xef\xbb\xbf"]),
    st.sampled_from([b"las_key;achternaam\n", b"sep=;\n", b"Totaal;1", b"Lijst\n", b'"a" ;', b'="k"']),
)
FILES = st.one_of(
    st.lists(PIECES, max_size=14).map(b"".join),
    st.lists(PIECES, max_size=14).map(lambda pieces: b"las_key;achternaam\nk1;" + b"".join(pieces)),
)


def test_any_bytes_are_read_or_refused_whatever_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()
    end = time.monotonic() + SECONDS
    number = 0
    while number < 1 or time.monotonic() < end:
        number += 1

        @seed(number)
        @settings(max_examples=300, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(FILES, st.integers(4, 40))
        def one(content: bytes, size: int) -> None:
            found: list[list[str]] = []
            for chunk in (64 * 1024, size):
                monkeypatch.setattr(csv_file, "_CHUNK", chunk)
                try:
                    found.append([item.naam for item in read_leerlingen(content)])
                except MessageError as error:
                    assert error.problems
                    found.append([str(problem) for problem in error.problems])
                    counts["refused"] += 1
                else:
                    counts["read"] += 1
            assert found[0] == found[1]

        one()
    sys.stdout.write(f"{counts}\n")
    assert set(counts) == {"read", "refused"}
