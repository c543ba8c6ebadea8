"""No citizen service number goes out or is kept, however it is spelled; and no honest key is taken for one."""

from __future__ import annotations

import csv
import io
import json
import logging
import traceback
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from support import SCHOOL, FakeTransport, advice_in, resultaat
from support.clients import Inkomend, sender

from doorstroom_client import Advies, Adviezenlijst, Client, Deelnemer, Deelnemerslijst, Leerling, Stamgroep
from doorstroom_client.errors import MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.bsn import is_labelled_bsn, looks_like_bsn

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_SPACES = " \t\u00a0\u2007\u2009\u202f\u3000"
_INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u200e\u200f\u202d\u2066\ufe0f"
_APOSTROPHES = "'`´‘’‛′"
_DIGITS = {"arabic": 0x660, "persian": 0x6F0, "devanagari": 0x966, "full-width": 0xFF10, "bold": 0x1D7CE, "thai": 0xE50}

NUMBERS = (
    *(
        "111222333",
        "999999990",
        "00000012",
        "0111222333",
        "00111222333",
        "000000111222333",
        "10000008",
        "010000008",
        "0000000010000008",
    ),
    *(f"111{mark}222{mark}333" for mark in (*"._/\\:|*+,;~·•", *_HYPHENS, *_SPACES, *_INVISIBLE, *_APOSTROPHES)),
    *("1112.22.333", "1-1-1-2-2-2-3-3-3", "11 12 22 333", "111.222-333", "111 - 222 - 333", "1112/22333", "1000 0008"),
    *("1.11222333E8", "1,11222333E+08", "1.11222333e+008", "11122233.3E1", "111222333E0", "1112223330E-1"),
    *(
        "1,11222333×10^8",
        "1.11222333*10**8",
        "1,11222333x10^8",
        "1.11222333 × 10⁸",
        "1.0000008E7",
        "1.11222333\u200bE\u200b+08",
    ),
    *("111222333.0", "111222333,0", "111222333,00", "111222333.000000", "111222333.", "111.222.333,00", "111,222,333.00"),
    *("10000008.0", "10.000.008,00", "111 222 333,00", "111.222.333,-", "€ 111.222.333,00", "111222333٫00"),
    *("+111222333", "-111222333", "'111222333", "'0111222333", "\u2019111222333", '"111222333"', "'111222333'", "«111222333»"),
    *("(111222333)", "[111222333]", "#111222333", "=111222333", '="111222333"', "111222333;", " 111222333 ", "111222333\n"),
    *("".join(chr(zero + int(digit)) for digit in "111222333") for zero in _DIGITS.values()),
    *("".join(chr(zero + int(digit)) for digit in "111222333") + "٫0" for zero in (0x660, 0x6F0)),
    *("①①①②②②③③③", "¹¹¹²²²³³³", "一一一二二二三三三", "❶❶❶❷❷❷❸❸❸", "1️⃣1️⃣1️⃣2️⃣2️⃣2️⃣3️⃣3️⃣3️⃣", "11122２333", "１.１１２２２３３３Ｅ８"),
)
NUMBERS += (
    *(".111222333e9", "1.11222333e+0008", "11.1222333e+7", "1.11222333x10^(8)", "1.11222333∙10^8", "1,11222333✕10⁸"),
    *("b'111222333'", 'b"0111222333"', "u'111222333'", "N'111222333'", "Decimal('111222333')", "np.int64(111222333)"),
    *('=T("111222333")', "int(111222333.0)", "%31%31%31222333", "111%20222%20333", "111&nbsp;222&nbsp;333", "&#49;11222333"),
    *(
        "111\u3164222333",
        "111\u115f222\u1160333",
        "\uffa0111222333",
        "፩፩፩፪፪፪፫፫፫",
        "壹壹壹贰贰贰叁叁叁",
        "፩11222333",
        "⒈⒈⒈⒉⒉⒉⒊⒊⒊",
    ),
)
SPELLED = tuple(dict.fromkeys(NUMBERS))
LABELLED = (
    *("BSN: 111222333", "bsn=111222333", "BSN111222333", "bsn-111222333", "B.S.N. 111.222.333", "bsn nr. 111 222 333"),
    *("burgerservicenummer:111222333", "PGN_111222333", "onderwijsnummer=111222333", "sofinummer 111222333", "111222333 (BSN)"),
    *(
        "urn:bsn:111222333",
        "leerlingBsn:111222333",
        "ＢＳＮ：１１１２２２３３３",
        "bsn:1.11222333E8",
        "BSN/١١١٢٢٢٣٣٣",
        '{"bsn": 111222333}',
    ),
    *("b\u200bsn 111222333", "https://example.nl/bsn/111222333", "BSN 111222334", "leerling met BSN 1112.22.333, groep 8"),
)
LABELLED += (
    *("leerlingbsnnummer111222333", "KINDBSNNR 111222333", "sofi 111222333", "SOFI:111222334", "SoFi-nr. 111222333"),
    *("urn:oid:2.16.840.1.113883.2.4.6.3.111222333", "2.16.840.1.113883.2.4.6.3.111222333"),
)
HONEST = (
    *("12e6", "12E6", "345e05", "11e7", "123456e2", "sofie-12345678", "f(111222333)", "k'111222333", "10%20", "a&b", "፩፩"),
    *("111222334", "123456789", "999999999", "10000009", "000000000", "111-222-334", "111.222.334,00", "1.11222334E8"),
    *("1", "42", "0042", "4711", "1234567", "01234567", "12-34", "20.25", "1.5", "1e3", "12E4", "00000000"),
    *("00000003123456780000", "00000001123456782000", "1112223330", "111222333444", "1111222333", "11122233", "2026-111222333"),
    *("LL-2026-111222333-x", "LL-111222333", "111222333a", "x111222333", "sleutel-111222333", "k111222333", "111222333/a"),
    *("6f1e2d3c-4b5a-4c6d-8e7f-901234567890", "123e4567-e89b-12d3-a456-426614174000", "{6F1E2D3C-4B5A-4C6D-8E7F-901234567890}"),
    *("11122233-3111-4222-8333-111222333111", "00000000-0000-4000-8000-000111222333", "f47ac10b58cc4372a5670e02b2c3d479"),
    *(
        "https://ketenid.nl/201703/" + "a1" * 64,
        "https://ketenid.nl/pilot/" + "0" * 128,
        "https://ketenid.nl/111222333/" + "1" * 128,
    ),
    *("urn:uuid:6f1e2d3c-4b5a-4c6d-8e7f-901234567890", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "MTExMjIyMzMz", "jan.jansen", "Nullink"),
    *(
        "leerling-1",
        "bsnvrij",
        "absn-7",
        "bsn",
        "pgn-12",
        "Zoë-8",
        "sleutel:één",
        "学生-7",
        "A",
        "x",
        "e",
        "ee",
        "1x2",
        "nan-7",
        "none1",
    ),
    *("a" * 256, "9" * 256, "-1.2.3-", "#12", "k~1", "2026/0001", "8A-17", "null-7", "q\u0301"),
)

assert len(SPELLED) >= 60
assert len(HONEST) >= 40
spelled = pytest.mark.parametrize("text", SPELLED, ids=ascii)
labelled = pytest.mark.parametrize("text", LABELLED, ids=ascii)
every = pytest.mark.parametrize("text", [*SPELLED, *LABELLED], ids=ascii)
honest = pytest.mark.parametrize("text", dict.fromkeys(HONEST), ids=ascii)


@spelled
def test_a_number_is_seen_in_every_spelling(text: str) -> None:
    assert looks_like_bsn(text)
    assert not is_labelled_bsn(text)


@labelled
def test_a_label_gives_it_away(text: str) -> None:
    assert looks_like_bsn(text)
    assert is_labelled_bsn(text)


@honest
def test_what_is_none_is_taken_for_none(text: str) -> None:
    assert not looks_like_bsn(text)


def test_a_text_of_any_size_is_looked_at_in_one_go() -> None:
    """Each would take minutes if it were gone through anew from every place; these are all that fits in a message."""
    for piece in ("1", "1-", "1.", "-", "\u200b", "x", "* ", "1e", "×", "b", "bs ", "١", "0", "é1", "#", ".,"):
        assert not looks_like_bsn(piece * (1024 * 1024 // len(piece.encode())) + "1x")


# --- going out


def refused(using: Client, transport: FakeTransport, adviezen: list[Advies], text: str, caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(MessageError) as caught:
        using.send(Adviezenlijst(SCHOOL, adviezen), leverancier="ICE")
    assert transport.requests == []
    told = "".join(traceback.TracebackException.from_exception(caught.value).format())
    for said in (told, str(caught.value), repr(caught.value), repr(adviezen), caplog.text):
        assert text.strip() not in said
        assert "111222333" not in said


@every
def test_none_leaves_as_an_identity(text: str, caplog: pytest.LogCaptureFixture) -> None:
    for reden in ("", "onze sleutels zijn volgnummers"):
        using, transport = sender(test_identities=True, las_key_reden=reden)
        refused(using, transport, [Advies(Leerling(eck_id=text), "HAVO")], text, caplog)
    using, transport = sender()
    refused(using, transport, [Advies(Leerling(las_key=text), "HAVO")], text, caplog)


@labelled
def test_a_reason_excuses_no_label(text: str, caplog: pytest.LogCaptureFixture) -> None:
    using, transport = sender(las_key_reden="onze sleutels zijn volgnummers")
    refused(using, transport, [Advies(Leerling(las_key=text), "HAVO")], text, caplog)


@pytest.mark.parametrize("text", ["111222333", "111-222-333", "111.222.333", "0111222333"])
def test_a_reason_excuses_las_keys_that_are_numbers(text: str) -> None:
    using, transport = sender(las_key_reden="onze sleutels zijn volgnummers")
    using.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key=text), "HAVO")]), leverancier="ICE")
    assert len(transport.requests) == 1


def as_csv(text: str) -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=";", quoting=csv.QUOTE_ALL).writerows([("las_key", "advies"), (text, "HAVO")])
    return made.getvalue().encode()


def as_workbook(text: str, kind: str = "inlineStr") -> bytes:
    """A workbook with one key, as text or as a number."""
    cell = f"<is><t xml:space='preserve'>{escape(text)}</t></is>" if kind == "inlineStr" else f"<v>{text}</v>"
    head, advies = (f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("advies", "HAVO"))
    rows = f'<row><c t="inlineStr"><is><t>las_key</t></is></c>{head}</row><row><c t="{kind}">{cell}</c>{advies}</row>'
    files = {
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}main" xmlns:r="{_REL}"><sheets><sheet r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/blad.xml"/></Relationships>',
        "xl/worksheets/blad.xml": f'<worksheet xmlns="{_MAIN}main"><sheetData>{rows}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@every
def test_none_leaves_by_way_of_a_file(text: str, caplog: pytest.LogCaptureFixture) -> None:
    using, transport = sender()
    for content in (as_csv(text), as_workbook(text)):
        try:
            found = advice_in(content, afspraak=AFSPRAKEN["1.1"])
        except MessageError as error:  # the reader has something against the form of the key
            assert text not in str(error)
            assert transport.requests == []
            continue
        refused(using, transport, found, text, caplog)


@pytest.mark.parametrize("text", ["111222333", "111222333.0", "1.11222333E8", "1.11222333E+08", "111222333.00"])
def test_none_leaves_by_way_of_a_cell_with_a_number(text: str, caplog: pytest.LogCaptureFixture) -> None:
    using, transport = sender()
    refused(using, transport, advice_in(as_workbook(text, "n"), afspraak=AFSPRAKEN["1.1"]), text, caplog)


@honest
def test_an_honest_key_leaves(text: str) -> None:
    using, transport = sender()
    # In a file an ECK-iD stands in the other column, and a number with an exponent has lost digits.
    told = text.startswith("https://ketenid.nl/") or text == "1.11222334E8"
    for content in () if told else (as_csv(text), as_workbook(text)):
        using.send(Adviezenlijst(SCHOOL, advice_in(content, afspraak=AFSPRAKEN["1.1"])), leverancier="ICE")
    using.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key=text), "HAVO")]), leverancier="ICE")
    assert len(transport.requests) == (1 if told else 3)


FIELDS = ("achternaam", "voorvoegsel", "roepnaam", "groepsnaam", "auteur")


def send_with(field: str, text: str) -> FakeTransport:
    using, transport = sender(**({"auteur": text} if field == "auteur" else {}))
    names = {"achternaam": "Null", "roepnaam": "B", field: text}
    pupil = {name: names[name] for name in ("achternaam", "roepnaam", "voorvoegsel") if name in names}
    groep = text if field == "groep" else "g1"
    deelnemer = Deelnemer(leerling=Leerling(las_key="k-1"), voorletters="B", geboortedatum="2014-01-01", groep=groep, **pupil)
    groepen = [Stamgroep(groep, names.get("groepsnaam", "8A"))]
    using.send(Deelnemerslijst(SCHOOL, groepen, [deelnemer]), leverancier="ICE")
    return transport


@pytest.mark.parametrize("field", [*FIELDS, "groep"])
@pytest.mark.parametrize("text", ["111.222.333", "BSN 111222333", "111 222 333"])
def test_none_leaves_in_another_field(field: str, text: str) -> None:
    with pytest.raises(MessageError) as caught:
        send_with(field, text)
    assert text not in str(caught.value)


@pytest.mark.parametrize("field", ["achternaam", "groepsnaam", "auteur"])
def test_a_plain_number_is_no_name_either(field: str) -> None:
    with pytest.raises(MessageError):
        send_with(field, "111222333")


def test_a_group_may_have_a_number_of_the_las() -> None:
    assert len(send_with("groep", "111222333").requests) == 1


@pytest.mark.parametrize("naam", ["Null", "Nan", "Geen", "None"])
def test_a_surname_may_be_a_word_that_is_no_key(naam: str) -> None:
    assert len(send_with("achternaam", naam).requests) == 1


# --- coming in


@pytest.fixture(scope="module")
def inkomend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inkomend]:
    made = Inkomend(tmp_path_factory.mktemp("inkomend"))
    yield made
    made.close()


def with_identity(label: str, value: Any) -> dict[str, Any]:
    document = resultaat(las="sleutel-1")
    document["resultatenscores"]["deelnemerref"].append({"label": label, "onderwijsdeelnemerID": value})
    return document


def place(where: str, value: Any) -> dict[str, Any]:
    """A result with a value in a field that is no identity."""
    document = resultaat()
    scores = document["resultatenscores"]
    parts: dict[str, tuple[Any, str]] = {
        "auteur": (document, "auteur"),
        "toets.naam": (document["toets"], "naam"),
        "toets.omschrijving": (document["toets"], "omschrijving"),
        "id": (scores, "id"),
        "aanvullendeinfo": (scores["resultaten"], "aanvullendeinfo"),
        "waarde": (scores["scores"]["scores"][0], "waarde"),
        "unknown": (document, "leerlingnummer"),
        "in a list": (document, "extra"),
    }
    part, name = parts[where]
    part[name] = [[value]] if where == "in a list" else value
    return document


@every
def test_none_is_kept(text: str, inkomend: Inkomend, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for label in ("LAS-key", "ECK-iD", "iets anders"):
            assert inkomend.push(with_identity(label, text)) == 422
            assert inkomend.push(with_identity(label, text), ensure_ascii=False) == 422
        for where in ("auteur", "toets.naam", "toets.omschrijving", "unknown", "in a list"):
            assert inkomend.push(place(where, text)) == 422
    assert not inkomend.on_disk(text)
    assert text.strip() not in caplog.text


@pytest.mark.parametrize("number", ["111222333", "111222333.0", "1.11222333E8", "1112223330e-1", "10000008", "-111222333"])
@pytest.mark.parametrize("where", ["LAS-key", "ECK-iD", "auteur", "toets.naam", "unknown", "in a list"])
def test_none_is_kept_as_a_number(number: str, where: str, inkomend: Inkomend) -> None:
    document = with_identity(where, "@") if where in ("LAS-key", "ECK-iD") else place(where, "@")
    assert inkomend.push(json.dumps(document).replace('"@"', number).encode()) == 422


@pytest.mark.parametrize("where", ["id", "aanvullendeinfo", "waarde"])
@pytest.mark.parametrize("text", ["111.222.333", "1.11222333E8", "١١١٢٢٢٣٣٣", "'111222333", *LABELLED], ids=ascii)
def test_none_is_kept_where_a_supplier_counts_unless_it_is_a_plain_number(text: str, where: str, inkomend: Inkomend) -> None:
    assert inkomend.push(place(where, text)) == 422


@pytest.mark.parametrize("where", ["id", "aanvullendeinfo", "waarde"])
@pytest.mark.parametrize("value", ["111222333", 111222333, "10000008", "12.3456782", 12.3456782])
def test_a_supplier_may_number_its_own_things(value: Any, where: str, inkomend: Inkomend) -> None:
    assert inkomend.push(place(where, value)) == 202


def test_days_years_and_fractions_are_none(inkomend: Inkomend) -> None:
    days = [f"{day:02d}-{month:02d}-2014" for day in range(1, 28) for month in range(1, 13)]
    turned = ["-".join(reversed(day.split("-"))) for day in days]
    assert any(map(looks_like_bsn, days))
    assert any(map(looks_like_bsn, turned))
    years = [f"{year}-{year + 1}" for year in range(2000, 2100)]
    document = {**resultaat(), "days": days, "gedraaid": turned, "jaren": years, "deel": [0.87654321, "12,345678", 87.3333333]}
    assert inkomend.push(document) == 202


def test_the_name_of_a_field_may_not_be_one(inkomend: Inkomend) -> None:
    for name in ("111222333", "111.222.333", "١١١٢٢٢٣٣٣", "leerling bsn 111222333"):
        assert inkomend.push({**resultaat(), "leerlingen": {name: {"niveau": "8"}}}) == 422
    assert inkomend.push({**resultaat(), "leerlingen": {"111222334": {"niveau": "8"}}}) == 202


@honest
def test_an_honest_key_is_kept(text: str, inkomend: Inkomend) -> None:
    document = resultaat(eck=None, las=text)
    assert inkomend.push(document) == 202
    assert inkomend.push(document, ensure_ascii=False) == 202


@pytest.mark.parametrize("text", ["111222333", "111-222-333", "111.222.333,00"])
def test_a_reason_excuses_the_las_key_and_its_echo_and_nothing_else(text: str, tmp_path: Path) -> None:
    inkomend = Inkomend(tmp_path, las_key_reden="onze sleutels zijn volgnummers")
    assert inkomend.push(resultaat(eck=None, las=text)) == 202
    assert inkomend.push({**resultaat(eck=None, las=text), "sleutel": text}) == 202
    assert inkomend.push({**resultaat(eck=None, las=text), "sleutel": "10000008"}) == 422
    assert inkomend.push(resultaat(eck=text)) == 422
    assert inkomend.push(with_identity("iets anders", text)) == 422
    assert inkomend.push(resultaat(eck=None, las=f"BSN {text}")) == 422
    inkomend.close()
