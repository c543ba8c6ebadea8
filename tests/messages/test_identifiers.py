"""The identifiers: what fits, what does not, and what they show."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import pytest

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.identifiers import (
    Brin,
    EckId,
    Identifier,
    LasKey,
    Oin,
    RapportId,
    Routeringskenmerk,
    Schooljaar,
    TestEckId,
)

HEX = "0123456789abcdef" * 8
ECK = f"https://ketenid.nl/201703/{HEX}"

GOOD: list[tuple[type[Identifier], str]] = [
    (Oin, "00000003272448340204"),
    (Oin, "0000000700011BB00000"),
    (Oin, "00000099000000000001"),
    (Routeringskenmerk, "0000000700011BB00530"),
    (Routeringskenmerk, "0000000700004HR77707"),
    (Routeringskenmerk, "ABCDEFGHIJ0123456789"),
    (Brin, "99XX"),
    (Brin, "00AV"),
    (EckId, ECK),
    (EckId, f"https://ketenid.nl/pilot/{HEX}"),
    (LasKey, "a"),
    (LasKey, "x" * 256),
    (LasKey, "leerling-é-Ж-漢-😀"),
    (TestEckId, "leerling-abc123"),
    (TestEckId, ECK),
    (RapportId, "fceea73b-4aab-48fc-9f92-52f8b9230ca8"),
    (RapportId, "..."),
    (RapportId, "a.b_c~d-e"),
    (RapportId, "x" * 128),
    (Schooljaar, "2025-2026"),
    (Schooljaar, "1999-2000"),
]

BAD: list[tuple[type[Identifier], object]] = [
    *(
        (kind, value)
        for kind in (Oin, Routeringskenmerk)
        for value in (
            "",
            "0000000700011BB0053",
            "0000000700011BB005301",
            "0000000700011BB0053 ",
            "0000000700011bb00530",
            "0000000700011BB00530\n",
            "\n0000000700011BB0053",
            " " * 20,
            "a\n" * 10,
            "0000000700011BB0053\u0663",
            "0000000700011BB0053É",
            "0000000700011BB0-530",
            "\uff10" * 20,
            None,
            20,
            12345678901234567890,
            b"0" * 20,
            ["0000000700011BB00530"],
        )
    ),
    *(
        (Brin, value)
        for value in (
            "",
            "99xx",
            "9XXX",
            "99XX0",
            "99XX00",
            "99XX\n",
            " 99XX",
            "\u0669\u0669XX",
            "99ÉÉ",
            None,
            99,
        )
    ),
    *(
        (EckId, value)
        for value in (
            "",
            "leerling-abc123",
            HEX,
            ECK + "\n",
            ECK + "0",
            ECK[:-1],
            ECK.upper(),
            ECK.replace("https", "http"),
            ECK.replace("abcdef", "ABCDEF"),
            ECK.replace("ketenid.nl", "ketenidxnl"),
            ECK.replace("ketenid.nl", "ketenid.nl.evil.example"),
            f"https://ketenid.nl//{HEX}",
            f"https://ketenid.nl/a/b/{HEX}",
            f"https://ketenid.nl/Pilot/{HEX}",
            " " + ECK,
            ECK + "?x=1",
            f"https://ketenid.nl/pilot/{'g' * 128}",
            None,
            1,
            ECK.encode(),
        )
    ),
    *(
        (kind, value)
        for kind in (LasKey, TestEckId)
        for value in (
            "",
            " ",
            "a b",
            "a\tb",
            "a\n",
            "\na",
            "x" * 257,
            "a\x00b",
            "a\x7fb",
            "a\x85b",
            "a\xa0b",
            "a\u200bb",
            "a\u202eb",
            "a\u2028b",
            "\ufeffa",
            "a\u2066b",
            "a\ud800b",
            "a\u3000b",
            None,
            1,
            True,
            b"a",
            ["a"],
        )
    ),
    *(
        (RapportId, value)
        for value in (
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a b",
            "a%2fb",
            "a?b",
            "a#b",
            "a:b",
            "a;b",
            "a@b",
            "a\n",
            "é",
            "\u0661",
            "{rapportid}",
            "x" * 129,
            "a\x00",
            None,
            1,
        )
    ),
    *(
        (Schooljaar, value)
        for value in (
            "",
            "2025",
            "2025-2025",
            "2025-2027",
            "2026-2025",
            "2025-26",
            "2025/2026",
            "2025-2026 ",
            "2025-2026\n",
            "25-26",
            "9999-10000",
            "9999-0000",
            "\u0662\u0660\u0662\u0665-\u0662\u0660\u0662\u0666",
            None,
            2025,
            dt.date(2025, 9, 1),
        )
    ),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_what_fits(kind: type[Identifier], value: str) -> None:
    made = kind(value)
    assert kind.fits(value)
    assert made == value
    assert str(made) == value
    assert type(str(made)) is str
    assert hash(made) == hash(value)
    for back in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert back == made
        assert type(back) is kind


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_what_does_not_fit(kind: type[Identifier], value: object) -> None:
    assert not kind.fits(value)
    with pytest.raises(MessageError) as caught:
        kind(value)  # type: ignore[arg-type]
    assert caught.value.path == kind.__name__
    assert str(caught.value) == f"{kind.__name__}: {kind.rule}"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("kind", [EckId, LasKey, TestEckId, RapportId])
def test_what_points_at_a_pupil_is_not_shown(kind: type[Identifier]) -> None:
    value = ECK if kind in (EckId, LasKey, TestEckId) else "geheim-rapport"
    shown = repr(kind(value))
    assert shown == f"{kind.__name__}(…)"
    assert value not in repr([kind(value)]) + repr({"a": kind(value)})
    with pytest.raises(MessageError) as caught:
        kind(value + " geheim")
    assert "geheim" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(("kind", "value"), [(Oin, "0" * 20), (Brin, "99XX"), (Schooljaar, "2025-2026")])
def test_what_is_no_pupil_is_shown(kind: type[Identifier], value: str) -> None:
    assert repr(kind(value)) == f"{kind.__name__}({value!r})"


@pytest.mark.parametrize(
    ("value", "brin"),
    [
        ("0000000700011BB00530", "11BB"),
        ("0000000700004HR77707", "04HR"),
        ("0000000700011BB00000", "11BB"),
        ("0000009900011BB00530", None),
        ("00000003272448340204", None),
        ("0000000700111BB00530", None),
        ("0000000700011BB0053A", None),
    ],
)
def test_the_brin_in_a_routeringskenmerk(value: str, brin: str | None) -> None:
    assert Routeringskenmerk(value).brin == brin


def test_the_oin_of_a_brin() -> None:
    assert Brin("00AV").oin == "0000000700000AV00000"
    assert isinstance(Brin("00AV").oin, Oin)
    assert Routeringskenmerk(Brin("04HR").oin).brin == "04HR"


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (dt.date(2025, 7, 31), "2024-2025"),
        (dt.date(2025, 8, 1), "2025-2026"),
        (dt.date(2025, 12, 31), "2025-2026"),
        (dt.date(2026, 1, 1), "2025-2026"),
        (dt.date(1999, 12, 31), "1999-2000"),
    ],
)
def test_the_school_year_of_a_day(day: dt.date, year: str) -> None:
    assert Schooljaar.on(day) == year
    assert isinstance(Schooljaar.on(day), Schooljaar)


def test_the_next_school_year() -> None:
    assert Schooljaar("1999-2000").volgende == "2000-2001"
    assert isinstance(Schooljaar("1999-2000").volgende, Schooljaar)
    assert Schooljaar("2025-2026") < Schooljaar("2025-2026").volgende
