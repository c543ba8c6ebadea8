"""No citizen service number goes out, and none that comes in is kept."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SCHOOL, closed_later, resultaat
from support.clients import Inkomend, sender

from doorstroom_client import Advies, Adviezenlijst, Client, Deelnemer, Deelnemerslijst, Leerling, Stamgroep
from doorstroom_client.errors import MessageError
from doorstroom_client.messages.bsn import holds_bsn, looks_like_bsn

BSN = "123456782"
GROEPEN = [Stamgroep("g1", "8A")]


@pytest.mark.parametrize(
    "text",
    [
        *("123456781", "123456789", "111222334", "000000000", "00000000", "", "1234567", "1234567820", "12345678a"),
        *(
            "1234 5678",
            "１２３４５６７８１",
            "sleutel-123456782",
            "-1.2",
            "1e7",
            "1e999",
            "1e-999",
            "e9",
            "9e",
            "...",
            "12345678,5",
            "123456781,00",
            "123456781.0",
        ),
    ],
)
def test_what_is_no_bsn(text: str) -> None:
    assert not looks_like_bsn(text)


def test_eight_digits_count_as_nine_with_a_zero_in_front() -> None:
    for number in range(10_000_000, 10_002_000):
        assert looks_like_bsn(str(number)) == looks_like_bsn(f"0{number}")


@given(st.integers(0, 10**9 - 1))
def test_the_11_test_by_its_definition(number: int) -> None:
    text = f"{number:09d}"
    total = sum(int(digit) * weight for digit, weight in zip(text, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    assert looks_like_bsn(text) == (total % 11 == 0 and number > 0)


@given(st.integers(1, 10**8 - 1), st.integers(0, 9), st.integers(0, 8))
def test_a_bsn_with_one_wrong_digit_is_none(start: int, digit: int, place: int) -> None:
    text = next((f"{start:08d}{last}" for last in range(10) if looks_like_bsn(f"{start:08d}{last}")), None)
    if text is None:
        return
    changed = text[:place] + str(digit) + text[place + 1 :]
    assert changed == text or not looks_like_bsn(changed)


def test_about_nine_percent_of_all_numbers_pass() -> None:
    numbers = random.Random(11)
    passed = sum(looks_like_bsn(f"{numbers.randrange(10**9):09d}") for _ in range(100_000))
    assert 0.086 < passed / 100_000 < 0.096


# --- sending


def send_advies(using: Client, leerling: Leerling, **more: Any) -> object:
    return using.send(Adviezenlijst(SCHOOL, [Advies(leerling, "HAVO")], **more), leverancier="ICE")


def send_deelnemer(using: Client, leerling: Leerling, **more: str) -> object:
    deelnemer = Deelnemer(
        leerling=leerling, achternaam="A", roepnaam="B", voorletters="B", geboortedatum="2014-01-01", groep="g1"
    )
    return using.send(Deelnemerslijst(SCHOOL, GROEPEN, [deelnemer], **more), leverancier="ICE")


Send = Callable[..., object]
sends = pytest.mark.parametrize("send", [send_advies, send_deelnemer])


@sends
@pytest.mark.parametrize("number", [BSN, "10000008"])
def test_a_las_key_that_looks_like_one_is_refused(send: Send, number: str) -> None:
    using, transport = sender()
    with pytest.raises(MessageError) as caught:
        send(using, Leerling(las_key=number))
    assert "las_key" in caught.value.path
    assert "las_key_reden" in str(caught.value)
    assert number not in str(caught.value)
    assert transport.requests == []


@sends
def test_a_reason_per_call(send: Send) -> None:
    using, transport = sender()
    send(using, Leerling(las_key=BSN), las_key_reden="onze sleutels zijn volgnummers")
    assert len(transport.requests) == 1
    assert b"volgnummers" not in (transport.requests[0].body or b"")
    with pytest.raises(MessageError):
        send(using, Leerling(las_key=BSN))


@sends
def test_a_reason_per_client(send: Send) -> None:
    using, transport = sender(las_key_reden="onze sleutels zijn volgnummers")
    send(using, Leerling(las_key=BSN))
    send(using.with_options(schooljaar="2025-2026"), Leerling(las_key=BSN))
    assert len(transport.requests) == 2


@sends
@pytest.mark.parametrize("reden", ["", "  ", "\t"])
def test_an_empty_reason_is_none(send: Send, reden: str) -> None:
    using, transport = sender(las_key_reden=reden)
    with pytest.raises(MessageError):
        send(using, Leerling(las_key=BSN), las_key_reden=reden)
    assert transport.requests == []


# --- receiving


@pytest.fixture
def inkomend(tmp_path: Path) -> Inkomend:
    return closed_later(Inkomend(tmp_path))


def refused(inkomend: Inkomend, document: Any) -> None:
    assert inkomend.push(document) == 422
    assert inkomend.kept() == 0
    assert not inkomend.on_disk(BSN)


NAMES = ("bsn", "pgn", "burgerservicenummer", "onderwijsnummer", "sofinummer")
VARIANTS = (
    *("BSN", "Bsn", "b_s_n", "b-s-n", "B.S.N.", " bsn ", "PGN", "Onderwijs_Nummer", "onderwijsNummer", "burgerServiceNummer"),
    *("Burger Service Nummer", "burger-service-nummer", "SOFI-nummer", "sofiNummer", "b\u200bsn", "persoonsgebonden_nummer"),
)


def at_depth(document: dict[str, Any], depth: int, name: str) -> dict[str, Any]:
    inner: Any = {name: BSN}
    for level in range(depth):
        inner = [inner] if level % 2 else {"extra": inner}
    return {**document, "uitbreiding": inner}


@pytest.mark.parametrize("name", [*NAMES, *VARIANTS])
@pytest.mark.parametrize("depth", [0, 1, 7])
def test_a_field_with_such_a_name_is_refused_at_any_depth(name: str, depth: int, inkomend: Inkomend) -> None:
    refused(inkomend, at_depth(resultaat(), depth, name))


@pytest.mark.parametrize("place", ["toets", "resultatenscores", "deelnemerref", "scores"])
def test_a_field_within_the_known_parts(place: str, inkomend: Inkomend) -> None:
    document = resultaat()
    scores = document["resultatenscores"]
    part = {
        "toets": document["toets"],
        "resultatenscores": scores,
        "deelnemerref": scores["deelnemerref"][0],
        "scores": scores["scores"]["scores"][0],
    }[place]
    part["bsn"] = BSN
    refused(inkomend, document)


@pytest.mark.parametrize("label", ["BSN", "bsn", "PGN", "Burgerservicenummer", "onderwijsnummer"])
@pytest.mark.parametrize("first", [False, True])
def test_an_identity_labelled_as_such_a_number_is_refused(label: str, first: bool, inkomend: Inkomend) -> None:
    """The published definition names the BSN as an example of exactly this: an identity with that label."""
    document = resultaat()
    entry = {"label": label, "onderwijsdeelnemerID": BSN}
    document["resultatenscores"]["deelnemerref"].insert(0 if first else 1, entry)
    refused(inkomend, document)


@pytest.mark.parametrize(("label", "status"), [("leerlingBsn", 422), ("BSN", 422), ("iets anders", 202), (None, 202)])
def test_the_label_says_enough_whatever_the_value_is(label: str | None, status: int, inkomend: Inkomend) -> None:
    document = resultaat()
    document["resultatenscores"]["deelnemerref"].append({"label": label, "onderwijsdeelnemerID": "x-1"})
    assert inkomend.push(document) == status
    assert inkomend.kept() == (status == 202)


def test_with_a_reason_such_las_keys_are_kept_but_such_fields_are_not(tmp_path: Path) -> None:
    inkomend = closed_later(Inkomend(tmp_path, las_key_reden="onze sleutels zijn volgnummers"))
    assert inkomend.push(resultaat(eck=None, las=BSN)) == 202
    assert inkomend.push(at_depth(resultaat(), 1, "bsn")) == 422
    assert inkomend.kept() == 1


def test_an_empty_reason_is_none_for_what_comes_in(tmp_path: Path) -> None:
    refused(closed_later(Inkomend(tmp_path, las_key_reden="  ")), resultaat(eck=None, las=BSN))


def test_a_deep_document_is_looked_through_without_recursion() -> None:
    document: Any = {"bsn": 1}
    for _ in range(100_000):
        document = [document]
    assert holds_bsn(document)


@pytest.mark.parametrize("document", [{}, [], None, "bsn", {"label": "Toetsscore"}, {"id": "bsn-vrij"}])
def test_documents_without_such_a_field(document: Any) -> None:
    assert not holds_bsn(document)


@pytest.mark.parametrize("sign", ["\ufdfa", "\u3000", "a\U0001f600", "é", "(", "１ａ", "㎏"])
@pytest.mark.parametrize("around", [("bsn ", " 123456782"), ("", "BSN: １２３４５６７８２"), ("123456782", " bsn")])
def test_a_bsn_is_found_in_a_long_text_and_a_long_text_takes_little_memory(sign: str, around: tuple[str, str]) -> None:
    """Some signs stand for a sentence of 18, and Python gives each sign of a text the room of the widest."""
    text = sign * (100_000 // len(sign))
    tracemalloc.start()
    try:
        assert not looks_like_bsn(text)
        assert looks_like_bsn(f"{around[0]}{text}{around[1]}")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * 1024 * 1024
