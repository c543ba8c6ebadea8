"""Reading results: nothing odd is a reason to refuse one, as long as it names a pupil and has results."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.codec import decode_leerlingresultaat
from doorstroom_client.messages.findings import UNWANTED
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.vocabulary import (
    Domein,
    Onderdeel,
    Referentieniveau,
    Resultaatsoort,
    Scoresoort,
    Subdomein,
    Toetsadvies,
    Toetssoort,
)

RAPPORT = "fceea73b-4aab-48fc-9f92-52f8b9230ca8"
EXAMPLE: dict[str, Any] = {
    "datumtijd": "2026-03-10T11:44:00Z",
    "auteur": "Toetssysteem",
    "versie": "Doorstroomtoetsketen_v1.1",
    "profiel": "Leerlingtoetsresultaat",
    "schooljaar": "2025-2026",
    "resultatenscores": {
        "id": "rs-1",
        "deelnemerref": [
            {"label": "ECK-iD", "onderwijsdeelnemerID": "eck-1"},
            {"label": "LAS-key", "onderwijsdeelnemerID": "las-1"},
        ],
        "versie": "Definitief",
        "datumtijd": "2026-03-09T08:00:00+01:00",
        "toetsdefinitie": "DIA",
        "afnamecontext": {"afname": {"id": "afname-1", "afnametijdstip": "2026-02-03T08:30:00Z"}},
        "scores": {
            "id": "scores-1",
            "scores": [
                {"label": "Aantal opgaven", "id": "s-1", "toetseenheid": "REKENEN", "waarde": "50"},
                {"label": "Toetsscore", "id": "s-2", "waarde": "540"},
            ],
        },
        "resultaten": {
            "aanvullendeinfo": f"leverancier.example/dst/leerlingrapport/{RAPPORT}",
            "resultaten": [
                {"label": "Toetsadvies", "waarde": "havo/vwo"},
                {"label": "Referentieniveau", "toetseenheid": "REKENEN", "waarde": "1S"},
                {"label": "Referentieniveau", "toetseenheid": "LEZEN", "waarde": "2F"},
                {"label": "Percentielscore", "waarde": "81"},
            ],
        },
    },
    "toets": {
        "label": "Doorstroomtoets",
        "id": "DIA",
        "naam": "Dia-doorstroomtoets",
        "versie": "2026",
        "url": "https://toets.example",
        "omschrijving": "Digitaal",
        "toetsonderdelen": [
            {
                "label": "Onderdeel",
                "id": "NEDERLANDSE_TAAL",
                "omschrijving": "Taal",
                "toetsonderdelen": [
                    {
                        "label": "Domein",
                        "id": "LEZEN",
                        "omschrijving": "Lezen",
                        "toetsonderdelen": [{"label": "Subdomein", "id": "9010", "omschrijving": "Begrijpend lezen"}],
                    }
                ],
            }
        ],
    },
}
MISSING: Any = object()
Path = tuple[str | int, ...]
RS: Path = ("resultatenscores",)
RESULTS: Path = ("resultatenscores", "resultaten", "resultaten")


def changed(*changes: tuple[Path, Any]) -> dict[str, Any]:
    """The example with other values in some places."""
    document = copy.deepcopy(EXAMPLE)
    for path, value in changes:
        node: Any = document
        for step in path[:-1]:
            node = node[step]
        if value is MISSING:
            del node[path[-1]]
        else:
            node[path[-1]] = copy.deepcopy(value)
    return document


def read(*changes: tuple[Path, Any]) -> Leerlingresultaat:
    return decode_leerlingresultaat(json.dumps(changed(*changes)).encode())


def conveniences(result: Leerlingresultaat) -> dict[str, Any]:
    names = (
        "leerling",
        "toetssoort",
        "toetsadvies_tekst",
        "toetsadvies",
        "referentieniveaus",
        "toetsscore",
        "rapportid",
        "afnamedatum",
        "opmerkingen",
    )
    found = {name: getattr(result, name) for name in names}
    scores = result.resultatenscores.scores
    found["as_int"] = [score.as_int() for score in scores.scores] if scores else None
    return found


def nodes(node: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    for step, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(child, (*path, step))


def usable(document: Any) -> bool:
    """What a message needs: a pupil and at least one result; nothing else is a reason to refuse it."""
    rs = document.get("resultatenscores") if isinstance(document, dict) else None
    if not isinstance(rs, dict) or not isinstance(rs.get("resultaten"), dict):
        return False
    results, refs = rs["resultaten"].get("resultaten"), rs.get("deelnemerref")
    if not isinstance(results, list) or not any(isinstance(item, dict) for item in results) or not isinstance(refs, list):
        return False
    return any(_names_pupil(ref) for ref in refs if isinstance(ref, dict)) and not _steers(document)


def _steers(document: dict[str, Any]) -> bool:
    """Whether a name holds a character that steers a terminal or turns text around."""
    refs = [ref for ref in document["resultatenscores"]["deelnemerref"] if isinstance(ref, dict)]
    toets = document.get("toets")
    names = [document.get("auteur"), toets.get("naam") if isinstance(toets, dict) else None]
    names += [ref.get("onderwijsdeelnemerID") for ref in refs]
    return any(UNWANTED.search(name.strip()) for name in names if isinstance(name, str))


def _names_pupil(ref: dict[str, Any]) -> bool:
    label, value = ref.get("label"), ref.get("onderwijsdeelnemerID")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    named = isinstance(label, str) and label.strip().lower() in ("eck-id", "las-key")
    return named and (number or (isinstance(value, str) and bool(value.strip())))


ODD: dict[str, Any] = {
    "null": None,
    "number": 5,
    "fraction": 1.5,
    "negative": -1,
    "true": True,
    "empty text": "",
    "blank": "  ",
    "text": "iets anders",
    "empty list": [],
    "list of numbers": [1, None, "x"],
    "list of lists": [[]],
    "list of objects": [{}],
    "empty object": {},
    "object": {"label": "x", "y": [1]},
    "huge": 10**300,
    "gone": MISSING,
}


@pytest.mark.parametrize("odd", list(ODD))
@pytest.mark.parametrize("path", list(nodes(EXAMPLE)), ids=lambda path: ".".join(map(str, path)))
def test_every_place_may_hold_anything(path: Path, odd: str) -> None:
    document = changed((path, ODD[odd]))
    body = json.dumps(document).encode()
    if not usable(document):
        with pytest.raises(MessageError) as caught:
            decode_leerlingresultaat(body)
        assert caught.value.path.startswith("resultatenscores")
        assert "iets anders" not in str(caught.value)
        return
    result = decode_leerlingresultaat(body)
    assert result.raw == document
    found = conveniences(result)
    if path[0] in ("auteur", "profiel", "schooljaar", "toets"):
        assert found == conveniences(read())
    assert "las-1" not in repr(result) + str(result) + repr(result.resultatenscores)


def test_the_example_in_full() -> None:
    result = read()
    assert conveniences(result) == {
        "leerling": Leerling("eck-1", "las-1"),
        "toetssoort": Toetssoort.DIA,
        "toetsadvies_tekst": "havo/vwo",
        "toetsadvies": Toetsadvies.HAVO_VWO,
        "referentieniveaus": {"REKENEN": Referentieniveau.S1, "LEZEN": Referentieniveau.F2},
        "toetsscore": 540,
        "rapportid": RAPPORT,
        "afnamedatum": dt.date(2026, 2, 3),
        "opmerkingen": (),
        "as_int": [50, 540],
    }
    assert isinstance(result.rapportid, RapportId)
    assert result.datumtijd == dt.datetime(2026, 3, 10, 11, 44, tzinfo=dt.UTC)
    assert result.resultatenscores.datumtijd == dt.datetime(2026, 3, 9, 7, 0, tzinfo=dt.UTC)
    assert [item.label for item in result.resultatenscores.resultaten.resultaten][-1] is Resultaatsoort.PERCENTIELSCORE
    assert result.toets is not None
    domain = result.toets.toetsonderdelen[0].toetsonderdelen[0]
    assert (domain.id, domain.toetsonderdelen[0].id) == (Domein.LEZEN, Subdomein.BEGRIJPEND_LEZEN)


@pytest.mark.parametrize("document", [None, 1, "x", [], [{}], True])
def test_no_object(document: Any) -> None:
    with pytest.raises(MessageError) as caught:
        decode_leerlingresultaat(json.dumps(document).encode())
    assert caught.value.path == "leerlingresultaat"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ((RS, MISSING), "resultatenscores"),
        (((*RS, "deelnemerref"), MISSING), "resultatenscores.deelnemerref"),
        (((*RS, "deelnemerref"), []), "resultatenscores.deelnemerref"),
        (
            ((*RS, "deelnemerref"), [{"label": "BSN", "onderwijsdeelnemerID": "geheim"}]),
            "resultatenscores.deelnemerref",
        ),
        (
            ((*RS, "deelnemerref"), [{"label": "ECK-iD", "onderwijsdeelnemerID": " "}]),
            "resultatenscores.deelnemerref",
        ),
        (((*RS, "resultaten"), MISSING), "resultatenscores.resultaten"),
        ((RESULTS, []), "resultatenscores.resultaten.resultaten"),
        ((RESULTS, ["geheim"]), "resultatenscores.resultaten.resultaten"),
    ],
)
def test_what_is_refused_names_its_place(change: tuple[Path, Any], path: str) -> None:
    with pytest.raises(MessageError) as caught:
        read(change)
    assert caught.value.path == path
    assert "geheim" not in str(caught.value) + repr(caught.value)
    assert caught.value.__context__ is None


def test_several_problems_are_listed_at_once() -> None:
    with pytest.raises(MessageError) as caught:
        read(((*RS, "deelnemerref"), []), (RESULTS, []))
    assert len(caught.value.problems) == 2


HOSTILE_KEYS = [
    "",
    "_raw",
    "raw",
    "leerling",
    "parse",
    "model_config",
    "model_fields",
    "model_extra",
    "self",
    "cls",
    "copy",
    "json",
    "as_int",
    "__class__",
    "__dict__",
    "__init__",
    "__pydantic_extra__",
    "__pydantic_private__",
    "__pydantic_fields_set__",
    "toetsscore",
    "\x00",
    "é",
    "x" * 5000,
    "rapportid",
]


@pytest.mark.parametrize("place", [(), RS, (*RS, "resultaten"), (*RESULTS, 0), ("toets",), (*RS, "scores", "scores", 1)])
@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_unknown_fields_are_kept_and_harmless(key: str, place: Path) -> None:
    change = ((*place, key), {"x": ["geheim"]})
    result = read(change)
    assert result.raw == changed(change)
    assert conveniences(result) == conveniences(read())
    assert "geheim" not in repr(result)


def test_the_raw_message_cannot_be_replaced() -> None:
    result = read()
    with pytest.raises(AttributeError):
        result.raw = {}  # type: ignore[misc]
    with pytest.raises(AttributeError, match="auteur"):
        result.auteur = "x"
    with pytest.raises(AttributeError, match="auteur"):
        del result.auteur


def test_a_result_can_be_compared_and_copied() -> None:
    assert read() == read()
    assert read() != read((("auteur",), "x"))
    assert read() != EXAMPLE
    assert len({read(), read(), read((("auteur",), "x"))}) == 2
    assert copy.copy(read()).raw == EXAMPLE
    assert pickle.loads(pickle.dumps(read())) == read()
    assert copy.deepcopy(read()).raw == EXAMPLE


def test_a_result_can_be_written_again() -> None:
    document = {**EXAMPLE, "onbekend": {"a": [1, None]}, "versie": 1.1}
    document["toets"] = {"id": "ROUTE 8", "naam": 8, "toetsonderdelen": [{"id": "REKENEN"}, "?"]}
    result = Leerlingresultaat.parse(document)
    assert json.loads(json.dumps(dict(result.raw))) == document
    toets = asdict(result)["toets"]
    assert (toets["id"], toets["naam"], len(toets["toetsonderdelen"])) == ("ROUTE 8", "8", 1)


# Q1 and Q30: scores


@pytest.mark.parametrize(
    ("value", "text", "number"),
    [
        (540, "540", 540),
        ("540", "540", 540),
        (540.0, "540.0", 540),
        ("540.00", "540.00", 540),
        (" 540 ", " 540 ", 540),
        (0, "0", 0),
        ("0", "0", 0),
        (-3, "-3", -3),
        (540.5, "540.5", None),
        ("540,0", "540,0", 540),
        ("abc", "abc", None),
        ("", "", None),
        (None, None, None),
        (True, None, None),
        ([540], None, None),
        ("1e3", "1e3", 1000),
        ("1_0", "1_0", None),
        ("٥٤٠", "٥٤٠", 540),
        ("9" * 10, "9" * 10, None),
        ("9" * 9, "9" * 9, 999_999_999),
        (10**300, str(10**300), None),
        (1e300, "1e+300", None),
        ("+5", "+5", 5),
        ("540.", "540.", 540),
    ],
)
def test_scores_may_be_text_or_number(value: Any, text: str | None, number: int | None) -> None:
    result = read(((*RS, "scores", "scores", 1, "waarde"), value))
    assert result.resultatenscores.scores is not None
    score = result.resultatenscores.scores.scores[1]
    assert score.waarde == text
    assert score.as_int() == number
    assert result.toetsscore == number
    assert ("geen_toetsscore" in result.opmerkingen) == (number is None)


@pytest.mark.parametrize(
    "scores",
    [MISSING, None, [], {}, {"scores": []}, {"scores": None}, {"scores": {}}, {"scores": ["x"]}, "x"],
)
def test_a_result_without_scores_is_fine(scores: Any) -> None:
    result = read(((*RS, "scores"), scores))
    assert result.toetsscore is None
    assert "geen_toetsscore" in result.opmerkingen


SCORES: Path = (*RS, "scores", "scores")


@pytest.mark.parametrize(
    ("scores", "number"),
    [
        ([{"label": "Toetsscore", "waarde": "x"}, {"label": "Toetsscore", "waarde": "540"}], 540),
        ([{"label": "Detailscore", "waarde": "12"}], None),
        ([{"label": "Onbekend", "waarde": "12"}, {"waarde": "13"}, {"label": "Toetsscore", "waarde": 7}], 7),
        ([{"label": "Toetsscore", "toetseenheid": "DIA", "waarde": "540"}], 540),
        ([{"label": "Toetsscore", "toetseenheid": "", "waarde": "540"}], 540),
        ([{"label": "Toetsscore", "toetseenheid": None, "waarde": "540"}], 540),
        ([{"label": "Toetsscore", "toetseenheid": "dia", "waarde": "540"}], 540),
        (
            [
                {"label": "Toetsscore", "toetseenheid": "REKENEN", "waarde": "33"},
                {"label": "Toetsscore", "toetseenheid": "LEZEN", "waarde": "44"},
                {"label": "Toetsscore", "waarde": "540"},
            ],
            540,
        ),
        (
            [
                {"label": "Toetsscore", "toetseenheid": "Rekenen", "waarde": "33"},
                {"label": "Toetsscore", "toetseenheid": "DIA", "waarde": "540"},
            ],
            540,
        ),
        ([{"label": "Toetsscore", "toetseenheid": "REKENEN", "waarde": "33"}], None),
    ],
)
def test_the_score_on_the_whole_test(scores: list[Any], number: int | None) -> None:  # quirk Q28
    assert read((SCORES, scores)).toetsscore == number


def test_the_advice_of_the_whole_test_leads() -> None:
    results = [
        {"label": "Toetsadvies", "toetseenheid": "REKENEN", "waarde": "vmbo bb/kb"},
        {"label": "Toetsadvies", "waarde": "havo/vwo"},
    ]
    assert read((RESULTS, results)).toetsadvies is Toetsadvies.HAVO_VWO


# Q11 and Q13: identities

E, L = "ECK-iD", "LAS-key"


@pytest.mark.parametrize(
    ("refs", "leerling", "double"),
    [
        ([(E, "a")], Leerling("a"), False),
        ([(L, "b")], Leerling(None, "b"), False),
        ([(L, "b"), (E, "a")], Leerling("a", "b"), False),
        ([(E, "a"), (E, "c")], Leerling("a"), True),
        ([(E, "a"), (E, "a")], Leerling("a"), True),
        ([(L, "b"), (L, "c"), (E, "a")], Leerling("a", "b"), True),
        ([(E, ""), (E, "c"), (L, "b")], Leerling("c", "b"), True),
        ([(E, None), (L, "b")], Leerling(None, "b"), False),
        ([("eck-id", "a"), ("las-KEY", "b")], Leerling("a", "b"), False),
        ([(E, "a"), ("eck-id", "c")], Leerling("a"), True),
        ([(f" {E} ", " a ")], Leerling("a"), False),
        ([(E, 4711)], Leerling("4711"), False),
        ([("BSN", "x"), (L, "b")], Leerling(None, "b"), False),
        ([(E, "a"), (L, "b"), ("x", "c")], Leerling("a", "b"), False),
    ],
)
def test_identities(refs: list[tuple[Any, Any]], leerling: Leerling, double: bool) -> None:
    value = [{"label": label, "onderwijsdeelnemerID": text} for label, text in refs]
    result = read(((*RS, "deelnemerref"), value))
    assert result.leerling == leerling
    assert ("dubbele_identiteit" in result.opmerkingen) is double


# Q15 and Q16: moments


@pytest.mark.parametrize(
    ("text", "moment", "remark"),
    [
        ("2026-03-10T11:44:00Z", dt.datetime(2026, 3, 10, 11, 44, tzinfo=dt.UTC), None),
        ("2026-03-10T11:44:00.123456Z", dt.datetime(2026, 3, 10, 11, 44, 0, 123456, tzinfo=dt.UTC), None),
        ("2026-03-10T11:44:00.5+01:00", dt.datetime(2026, 3, 10, 10, 44, 0, 500000, tzinfo=dt.UTC), None),
        ("2026-03-10T11:44:00+0100", dt.datetime(2026, 3, 10, 10, 44, tzinfo=dt.UTC), None),
        (" 2026-03-10T11:44:00Z\n", dt.datetime(2026, 3, 10, 11, 44, tzinfo=dt.UTC), None),
        ("2026-03-10T11:44:00", dt.datetime(2026, 3, 10, 10, 44, tzinfo=dt.UTC), "zonder_tijdzone"),
        ("2026-07-10T11:44:00", dt.datetime(2026, 7, 10, 9, 44, tzinfo=dt.UTC), "zonder_tijdzone"),
        ("2026-03-10 11:44", dt.datetime(2026, 3, 10, 10, 44, tzinfo=dt.UTC), "zonder_tijdzone"),
        ("2026-03-10", dt.datetime(2026, 3, 9, 23, 0, tzinfo=dt.UTC), "zonder_tijdzone"),
        ("10-03-2026", None, "onleesbaar"),
        ("2026-02-30T00:00:00Z", None, "onleesbaar"),
        ("2026-03-10T25:00:00Z", None, "onleesbaar"),
        ("", None, "onleesbaar"),
        (1773143040, None, "onleesbaar"),
        (None, None, "onleesbaar"),
        (["2026-03-10T11:44:00Z"], None, "onleesbaar"),
        ("2026-03-10T11:44:00+99:99", None, "onleesbaar"),
        ("9" * 10_000, None, "onleesbaar"),
    ],
)
def test_moments(text: Any, moment: dt.datetime | None, remark: str | None) -> None:
    result = read((("datumtijd",), text))
    assert result.datumtijd == moment
    assert [code for code in result.opmerkingen if code.startswith("datumtijd")] == ([f"datumtijd_{remark}"] if remark else [])
    if result.datumtijd is not None:
        assert result.datumtijd.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-03T00:00:00Z", dt.date(2026, 2, 3)),
        ("2026-02-03T00:00:00.000Z", dt.date(2026, 2, 3)),
        ("2026-02-03T00:00:00+01:00", dt.date(2026, 2, 3)),
        ("2026-02-03T00:00:00-08:00", dt.date(2026, 2, 3)),
        ("2026-02-03T00:00:00+14:00", dt.date(2026, 2, 3)),
        ("2026-02-03T00:00:00", dt.date(2026, 2, 3)),
        ("2026-02-03", dt.date(2026, 2, 3)),
        ("2026-02-03T08:30:00Z", dt.date(2026, 2, 3)),
        ("2026-02-02T23:00:00Z", dt.date(2026, 2, 3)),
        ("2026-02-02T23:30:00Z", dt.date(2026, 2, 3)),
        ("2026-06-02T22:30:00Z", dt.date(2026, 6, 3)),
        ("2026-02-03T00:30:00+05:00", dt.date(2026, 2, 2)),
        ("2026-02-03T23:59:59", dt.date(2026, 2, 3)),
        (" 2026-02-03T00:00:00Z ", dt.date(2026, 2, 3)),
        ("", None),
        ("3 februari", None),
        ("2026-02-30T00:00:00Z", None),
        (None, None),
        ([], None),
    ],
)
def test_the_day_of_the_test(text: Any, day: dt.date | None) -> None:
    assert read(((*RS, "afnamecontext", "afname", "afnametijdstip"), text)).afnamedatum == day


@pytest.mark.parametrize("text", ["0001-01-01T00:30:00+14:00", "9999-12-31T23:30:00Z", "9999-12-31T23:59:59-11:00"])
def test_a_moment_at_the_end_of_time_is_no_reason_to_fail(text: str) -> None:
    result = read(((*RS, "afnamecontext", "afname", "afnametijdstip"), text), (("datumtijd",), text))
    assert result.afnamedatum is None or isinstance(result.afnamedatum, dt.date)
    if result.datumtijd is not None:
        result.datumtijd.astimezone(dt.UTC)


# Q22: the report

LONG = "https://leverancier.example/dst/leerlingrapport"


@pytest.mark.parametrize(
    ("text", "rapportid"),
    [
        (RAPPORT, RAPPORT),
        (f"leverancier.example/dst/leerlingrapport/{RAPPORT}", RAPPORT),
        (f"{LONG}/{RAPPORT}", RAPPORT),
        (f"{LONG}/{RAPPORT}/", RAPPORT),
        (f"{LONG}/{RAPPORT}//", RAPPORT),
        (f"{LONG}/{RAPPORT}?edu-to=1&edu-from=2", RAPPORT),
        (f"{LONG}/{RAPPORT}#pagina/2", RAPPORT),
        (f"{LONG}/{RAPPORT}?a=/x#b/y", RAPPORT),
        (f"  {LONG}/{RAPPORT}\n", RAPPORT),
        (f"/leerlingrapport/{RAPPORT}", RAPPORT),
        (f"https://evil.example/{RAPPORT}", RAPPORT),
        (f"//evil.example/{RAPPORT}", RAPPORT),
        (f"https://user:pass@evil.example:8443/x/{RAPPORT}", RAPPORT),
        (f"{LONG}/../../admin/{RAPPORT}", RAPPORT),
        (f"{LONG}/a%2Db", "a-b"),
        (f"{LONG}/%41", "A"),
        (4711, "4711"),
        ("a.b~c_d", "a.b~c_d"),
        (f"{LONG}/{'x' * 128}", "x" * 128),
        (f"{LONG}/{'x' * 129}", None),
        (f"{LONG}/..", None),
        (f"{LONG}/.", None),
        (f"{LONG}/../", None),
        ("..", None),
        (f"{LONG}/%2e%2e", None),
        (f"{LONG}/%2e%2e%2f", None),
        (f"{LONG}/%2E%2E%2Fadmin", None),
        (f"{LONG}/..%2fadmin", None),
        (f"{LONG}/a%2fb", None),
        (f"{LONG}/a%5cb", None),
        (f"{LONG}/a\\b", None),
        (f"{LONG}\\..\\{RAPPORT}", None),
        (f"{LONG}/%252e%252e%252f", None),
        (f"{LONG}/a%00b", None),
        (f"{LONG}/a%0d%0aHost:%20evil", None),
        (f"{LONG}/a\r\nHost: evil", None),
        (f"{LONG}/a\nb", None),
        (f"{LONG}/a\tb", None),
        (f"{LONG}/a b", None),
        (f"{LONG}/a\x00b", None),
        (f"{LONG}/a\u2028b", None),
        (f"{LONG}/\u0661", None),
        (f"{LONG}/é", None),
        (f"{LONG}/a\uff0fb", None),
        (f"{LONG}/a%3fb", None),
        (f"{LONG}/a;b", None),
        (f"{LONG}/a@b", None),
        (f"{LONG}/a:b", None),
        (f"{LONG}/%zz", None),
        (f"{LONG}/{{rapportid}}", None),
        ("Zie het rapport", None),
        ("?", None),
        ("#", None),
        ("/", None),
        ("", None),
        ("   ", None),
        (None, None),
        ({"id": RAPPORT}, None),
        ([RAPPORT], None),
        (True, None),
    ],
)
def test_the_rapportid(text: Any, rapportid: str | None) -> None:
    assert read(((*RS, "resultaten", "aanvullendeinfo"), text)).rapportid == rapportid


@pytest.mark.parametrize(
    "text",
    [
        "//evil",
        "//evil.example",
        "https://evil.example",
        "https://evil.example/",
        "https://evil.example?x=1",
        f"{LONG}/",
    ],
)
def test_an_address_without_an_id_gives_no_rapportid(text: str) -> None:
    assert read(((*RS, "resultaten", "aanvullendeinfo"), text)).rapportid is None


def test_a_result_without_report_is_fine() -> None:
    assert read(((*RS, "resultaten", "aanvullendeinfo"), MISSING)).rapportid is None


# Q28, Q29 and Q33: reference levels


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("1F", Referentieniveau.F1),
        ("1f", Referentieniveau.F1),
        (" 1F ", Referentieniveau.F1),
        ("1S", Referentieniveau.S1),
        ("1s", Referentieniveau.S1),
        ("2F", Referentieniveau.F2),
        ("L1F", Referentieniveau.LAGER_DAN_1F),
        ("l1f", Referentieniveau.LAGER_DAN_1F),
        ("<1F", Referentieniveau.LAGER_DAN_1F),
        ("< 1F", Referentieniveau.LAGER_DAN_1F),
        ("Lager dan 1F", Referentieniveau.LAGER_DAN_1F),
        ("LAGER  DAN 1f", Referentieniveau.LAGER_DAN_1F),
        ("3F", "3F"),
        ("onbekend", "onbekend"),
        (1, "1"),
    ],
)
def test_levels(value: Any, level: str) -> None:
    found = read(((*RESULTS, 1, "waarde"), value)).referentieniveaus
    assert found["REKENEN"] == level
    assert isinstance(found["REKENEN"], Referentieniveau) == (level in set(Referentieniveau))


@pytest.mark.parametrize("value", [None, "", [], {}, True])
def test_a_level_without_value_is_left_out(value: Any) -> None:
    assert read(((*RESULTS, 1, "waarde"), value)).referentieniveaus == {"LEZEN": Referentieniveau.F2}


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("REKENEN", "REKENEN"),
        ("Rekenen", "REKENEN"),
        (" rekenen ", "REKENEN"),
        ("Taalverzorging", "TAALVERZORGING"),
        ("8052", "8052"),
        (8052, "8052"),
        ("iets eigens", "iets eigens"),
        ("Nederlandse_taal", "NEDERLANDSE_TAAL"),
    ],
)
def test_parts_are_found_whatever_their_case(unit: Any, name: str) -> None:
    results = [{"label": "Referentieniveau", "toetseenheid": unit, "waarde": "1F"}]
    assert read((RESULTS, results)).referentieniveaus == {name: Referentieniveau.F1}
    assert read((RESULTS, results), (("toets",), MISSING)).referentieniveaus == {name: Referentieniveau.F1}


def test_an_own_part_of_the_test_is_found_too() -> None:
    results = [{"label": "Referentieniveau", "toetseenheid": "eigen deel", "waarde": "1F"}]
    parts = [{"id": "X", "toetsonderdelen": [{"id": "Eigen Deel"}]}]
    assert read((RESULTS, results), (("toets", "toetsonderdelen"), parts)).referentieniveaus == {"Eigen Deel": "1F"}


@pytest.mark.parametrize("unit", [MISSING, None, "", "  ", [], {}])
def test_a_level_without_part_is_left_out(unit: Any) -> None:
    assert read(((*RESULTS, 1, "toetseenheid"), unit)).referentieniveaus == {"LEZEN": Referentieniveau.F2}


def test_many_levels_and_parts_take_no_long_time() -> None:
    results = [{"label": "Referentieniveau", "toetseenheid": f"z{at}", "waarde": "1F"} for at in range(2_000)]
    parts = [{"id": f"q{at}"} for at in range(4_000)]
    result = read((RESULTS, results), (("toets", "toetsonderdelen"), parts))
    start = time.process_time()
    assert len(result.referentieniveaus) == 2_000
    assert time.process_time() - start < 1


# Q32: advice, Q34..Q36: values and versions


@pytest.mark.parametrize(
    ("value", "text", "category"),
    [
        ("vwo", "vwo", Toetsadvies.VWO),
        ("VMBO KB/GL-TL", "VMBO KB/GL-TL", Toetsadvies.VMBO_KB_GL_TL),
        ("iets anders", "iets anders", None),
        ("", "", None),
        (5, "5", None),
        (None, None, None),
        (["vwo"], None, None),
    ],
)
def test_the_advice(value: Any, text: str | None, category: Toetsadvies | None) -> None:
    result = read(((*RESULTS, 0, "waarde"), value))
    assert result.toetsadvies_tekst == text
    assert result.toetsadvies is category
    assert ("toetsadvies_onbekend" in result.opmerkingen) == (text is not None and category is None)


def test_no_advice_at_all() -> None:
    result = read((RESULTS, [{"label": "Percentielscore", "waarde": "81"}]))
    assert (result.toetsadvies_tekst, result.toetsadvies, result.referentieniveaus) == (None, None, {})


@pytest.mark.parametrize(
    ("definition", "test", "kind"),
    [
        ("DIA", "ICE", Toetssoort.DIA),
        (MISSING, "ICE", Toetssoort.ICE),
        ("", "ICE", Toetssoort.ICE),
        (None, "ICE", Toetssoort.ICE),
        ([], "ICE", Toetssoort.ICE),
        ("CALAMITEITENTOETS", "CALAMITEITENTOETS", "CALAMITEITENTOETS"),
        ("NIEUWE_TOETS", "DIA", "NIEUWE_TOETS"),
        (MISSING, MISSING, None),
        (8, 8, "8"),
    ],
)
def test_the_kind_of_test(definition: Any, test: Any, kind: Any) -> None:
    result = read(((*RS, "toetsdefinitie"), definition), (("toets", "id"), test))
    assert result.toetssoort == kind
    assert ("toetssoort_onbekend" in result.opmerkingen) == (not isinstance(kind, Toetssoort))


@pytest.mark.parametrize(
    ("versie", "known"),
    [
        ("Doorstroomtoetsketen_v1", True),
        ("Doorstroomtoetsketen_v1.0", True),
        ("Doorstroomtoetsketen_v1.1", True),
        ("Doorstroomtoetsketen_v12.3.4", True),
        ("Eindtoetsketen_v3", False),
        ("doorstroomtoetsketen_v1.1", False),
        ("", False),
        (None, False),
        (1.1, False),
        (MISSING, False),
    ],
)
def test_every_version_is_accepted(versie: Any, known: bool) -> None:
    assert ("versie_onbekend" not in read((("versie",), versie)).opmerkingen) is known


@pytest.mark.parametrize(
    ("path", "get", "member"),
    [
        ((*SCORES, 0, "label"), lambda r: r.resultatenscores.scores.scores[0].label, Scoresoort.DETAILSCORE),
        (
            (*RESULTS, 0, "label"),
            lambda r: r.resultatenscores.resultaten.resultaten[0].label,
            Resultaatsoort.PERCENTIELSCORE,
        ),
        (("toets", "id"), lambda r: r.toets.id, Toetssoort.LEERLING_IN_BEELD),
        (
            ("toets", "toetsonderdelen", 0, "id"),
            lambda r: r.toets.toetsonderdelen[0].id,
            Onderdeel.WERELDORIENTATIE,
        ),
        (
            ("toets", "toetsonderdelen", 0, "toetsonderdelen", 0, "id"),
            lambda r: r.toets.toetsonderdelen[0].toetsonderdelen[0].id,
            Domein.WERKHOUDING,
        ),
        (
            ("toets", "toetsonderdelen", 0, "toetsonderdelen", 0, "toetsonderdelen", 0, "id"),
            lambda r: r.toets.toetsonderdelen[0].toetsonderdelen[0].toetsonderdelen[0].id,
            Subdomein.INTERPUNCTIE,
        ),
    ],
)
def test_known_values_are_members_and_unknown_ones_text(path: Path, get: Callable[[Any], Any], member: Any) -> None:
    assert get(read((path, str(member)))) is member
    if str(member).isdigit():
        assert get(read((path, int(member)))) is member  # quirk Q36
    unknown = get(read((path, "NIEUW")))
    assert unknown == "NIEUW"
    assert type(unknown) is str


def test_remarks_of_a_bare_message() -> None:
    body = {
        "resultatenscores": {
            "deelnemerref": [{"label": E, "onderwijsdeelnemerID": "a"}],
            "resultaten": {"resultaten": [{}]},
        }
    }
    result = decode_leerlingresultaat(json.dumps(body).encode())
    assert set(result.opmerkingen) == {
        "versie_onbekend",
        "datumtijd_onleesbaar",
        "toetssoort_onbekend",
        "geen_toetsscore",
    }
    assert result.raw == body
    assert result.leerling == Leerling("a")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)))
    | st.datetimes().map(str)
    | st.sampled_from(
        [
            "ECK-iD",
            "Toetsscore",
            "Referentieniveau",
            "Toetsadvies",
            "REKENEN",
            "vwo",
            "1F",
            "//evil/%2e",
            "9999-12-31",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["label", "id", "waarde", "scores", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(sorted(nodes(EXAMPLE), key=len, reverse=True)), JSON),
        min_size=1,
        max_size=4,
    )
)
def test_anything_anywhere(changes: list[tuple[Path, Any]]) -> None:
    document = changed(*sorted(changes, key=lambda change: -len(change[0])))
    body = json.dumps(document).encode()
    if not usable(document):
        with pytest.raises(MessageError):
            decode_leerlingresultaat(body)
        return
    result = decode_leerlingresultaat(body)
    assert result.raw == document
    conveniences(result)
