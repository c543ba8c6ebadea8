"""Scores and moments as other programs write them: read rightly, or told among the remarks; never wrong or gone in silence."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstroom_client.messages.codec import decode_leerlingresultaat
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.numbers import whole_number
from doorstroom_client.messages.values import AMSTERDAM, amsterdam, as_moment

SCORE = ("geen_toetsscore", "toetsscore_onleesbaar", "dubbele_toetsscore")


def result(*, scores: Any = (), made: Any = "2026-03-10T11:44:00Z", scored: Any = None, taken: Any = None) -> Leerlingresultaat:
    told = {
        "deelnemerref": [{"label": "ECK-iD", "onderwijsdeelnemerID": "eck-1"}],
        "datumtijd": scored,
        "afnamecontext": {"afname": {"afnametijdstip": taken}},
        "scores": {"scores": [{"label": "Toetsscore", "waarde": score} for score in scores]},
        "resultaten": {"resultaten": [{"label": "Toetsadvies", "waarde": "havo"}]},
    }
    return decode_leerlingresultaat(json.dumps({"datumtijd": made, "resultatenscores": told}).encode())


READ = {
    "540": 540,
    "540,0": 540,
    "540.00": 540,
    "540,": 540,
    "\u00a0540\u202f": 540,
    "\u200e540\ufeff": 540,
    "+540": 540,
    "\u221212": -12,
    "5.4E2": 540,
    "5,4e+2": 540,
    "1.234E3": 1234,
    "1 234": 1234,
    "1\u00a0234": 1234,
    "1\u202f234,0": 1234,
    "1'234": 1234,
    "1\u2019234": 1234,
    "1.234,0": 1234,
    "1,234.0": 1234,
    "1.234.567": 1234567,
    "\u0665\u0664\u0660": 540,
    "\uff15\uff14\uff10": 540,
    "0.000": 0,
    "007": 7,
}
TOLD = (
    *("1.234", "1,234", "540.000", "-1.000", "540,5", "0,540", "1,2,3", "1.23.456", "1 23", "12 34", "1.234.56", "1,234,5.6"),
    *(
        "540/550",
        "540 punten",
        "n.v.t.",
        "-",
        "+",
        ".",
        ",",
        "E3",
        "1E",
        "1_0",
        "0x21C",
        "NaN",
        "Infinity",
        "½",
        "五百四十",
        "5E-1",
    ),
    *("1" * 10, "9E99", "- 5", "5-", "(5)", "540540540540"),
)


@pytest.mark.parametrize("text", READ)
def test_a_score_is_read_however_it_is_written(text: str) -> None:
    found = result(scores=[text])
    assert found.toetsscore == READ[text]
    assert not set(found.opmerkingen) & set(SCORE)
    assert found.resultatenscores.scores is not None
    assert found.resultatenscores.scores.scores[0].waarde == text


@pytest.mark.parametrize("text", TOLD)
def test_a_score_that_may_be_two_numbers_or_none_is_told(text: str) -> None:
    found = result(scores=[text])
    assert found.toetsscore is None
    assert {"geen_toetsscore", "toetsscore_onleesbaar"} <= set(found.opmerkingen)
    assert text in json.dumps(found.raw, ensure_ascii=False)


@pytest.mark.parametrize(
    ("scores", "number", "told"),
    [
        ([], None, {"geen_toetsscore"}),
        ([""], None, {"geen_toetsscore"}),
        (["1.234", "540"], 540, {"toetsscore_onleesbaar"}),
        (["540", "541"], 540, {"dubbele_toetsscore"}),
        (["540", "540,0"], 540, set()),
        (["x", "y"], None, {"geen_toetsscore", "toetsscore_onleesbaar"}),
    ],
)
def test_of_several_scores_is_told_what_was_not_taken(scores: list[str], number: int | None, told: set[str]) -> None:
    found = result(scores=scores)
    assert found.toetsscore == number
    assert set(found.opmerkingen) & set(SCORE) == told


@given(st.text(alphabet="0123456789.,'+-eE \u00a0\u2212\u0661", max_size=12))
def test_what_is_read_is_no_other_number(text: str) -> None:
    """Read another way, with all marks taken for thousands or the last one for a fraction, it is no other whole number."""
    found = whole_number(text)
    plain = text.replace("\u2212", "-").replace("\u0661", "1").replace(" ", "").replace("\u00a0", "").replace("'", "")
    if found is not None:
        marks = [mark for mark in plain if mark in ".,"]
        last = max(plain.rfind("."), plain.rfind(","))
        whole = plain.replace(".", "").replace(",", "")
        fraction = whole if last < 0 else f"{plain[:last].replace('.', '').replace(',', '')}.{plain[last + 1 :]}"
        assert found in {int(Decimal(whole if len(marks) > 1 and len(set(marks)) == 1 else fraction))}


@given(
    st.integers(-(10**9) + 1, 10**9 - 1), st.sampled_from([".", ",", " ", "'", "\u00a0"]), st.sampled_from(["", ",0", ".00"])
)
def test_a_number_with_marks_is_that_number_or_told(number: int, mark: str, part: str) -> None:
    text = f"{number:,}".replace(",", mark) + part
    assert whole_number(text) in (number, None)
    assert whole_number(str(number)) == whole_number(f"{number},0") == whole_number(f" {number}.00 ") == number
    if abs(number) > 999 and mark not in part and (mark not in ".," or abs(number) > 999_999 or part):
        assert whole_number(text) == number


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


AT = (2026, 2, 10, 8, 30)
# What each wrote for 10 February 2026, 08:30 UTC, and 123456789 ns where it is that precise.
WITNESSES = {
    "Node.js 20: new Date(ms).toISOString()": ("2026-02-10T08:30:00.123Z", utc(*AT, 0, 123_000)),
    "Java 17: Instant.toString()": ("2026-02-10T08:30:00.123456789Z", utc(*AT, 0, 123_456)),
    "Java 17: ZonedDateTime.toString()": ("2026-02-10T09:30:00.123456789+01:00[Europe/Amsterdam]", utc(*AT, 0, 123_456)),
    "Java 17: ZonedDateTime, without seconds": ("2026-02-10T09:30+01:00[Europe/Amsterdam]", utc(*AT)),
    "Java 17: OffsetDateTime.toString()": ("2026-02-10T09:30+01:00", utc(*AT)),
    "Java 17: LocalDateTime.toString()": ("2026-02-10T09:30", utc(*AT)),
    "Java 17: BASIC_ISO_DATE and a time": ("20260210T093000+0100", utc(*AT)),
    "Java 17: ISO_WEEK_DATE": ("2026-W07-2+01:00", utc(2026, 2, 9, 23)),
    "Java 17: ISO_ORDINAL_DATE": ("2026-041+01:00", utc(2026, 2, 9, 23)),
    "Java 17: Timestamp.toString()": ("2026-02-10 09:30:00.123456789", utc(*AT, 0, 123_456)),
    ".NET: ToString(o)": ("2026-02-10T08:30:00.1234567Z", utc(*AT, 0, 123_456)),
    ".NET: DateTimeOffset.ToString(o)": ("2026-02-10T09:30:00.1234567+01:00", utc(*AT, 0, 123_456)),
    ".NET: ToString(u)": ("2026-02-10 08:30:00Z", utc(*AT)),
    "SQL Server: datetimeoffset": ("2026-02-10 09:30:00.1234567 +01:00", utc(*AT, 0, 123_456)),
    "PHP: DATE_ISO8601": ("2026-02-10T09:30:00+0100", utc(*AT)),
    "PHP: DATE_RFC3339_EXTENDED": ("2026-02-10T09:30:00.123+01:00", utc(*AT, 0, 123_000)),
    "Go: time.RFC3339Nano": ("2026-02-10T09:30:00.123456789+01:00", utc(*AT, 0, 123_456)),
    "Go: Time.String()": ("2026-02-10 09:30:00.123456789 +0100 CET", utc(*AT, 0, 123_456)),
    "Go: Time.String() of a running clock": ("2026-02-10 08:30:00 +0000 UTC m=+0.000012", utc(*AT)),
    "Ruby: Time#to_s": ("2026-02-10 08:30:00 UTC", utc(*AT)),
    "PostgreSQL: timestamptz": ("2026-02-10 09:30:00.123456+01", utc(*AT, 0, 123_456)),
    "MySQL: datetime": ("2026-02-10 09:30:00", utc(*AT)),
    "MySQL: date": ("2026-02-10", utc(2026, 2, 9, 23)),
    "Python: isoformat()": ("2026-02-10T08:30:00.123456+00:00", utc(*AT, 0, 123_456)),
}
FORMS = {
    "2026-02-10t09:30:00,5+01": utc(*AT, 0, 500_000),
    "2026-02-10T08:30:00-00:00": utc(*AT),
    "2026-02-10T03:30:00\u221205:00": utc(*AT),
    "2026-02-10T24:00:00Z": utc(2026, 2, 11),
    "20260210T24Z": utc(2026, 2, 11),
    "2026-12-31T24:00:00+00:00": utc(2027, 1, 1),
    "2016-12-31T23:59:60Z": utc(2017, 1, 1),
    "2017-01-01T00:59:60.25+01:00": utc(2017, 1, 1, 0, 0, 0, 250_000),
    "2026W072T083000Z": utc(*AT),
    "2026-W07-2T08:30Z": utc(*AT),
    "2026-W07T08:30Z": utc(2026, 2, 9, 8, 30),
    "2026041T0830Z": utc(*AT),
    "20260210T0830Z": utc(*AT),
    "20260210 083000.5Z": utc(*AT, 0, 500_000),
    "2026-02-10Z": utc(2026, 2, 10),
    "2026-02-10+01:00": utc(2026, 2, 9, 23),
    "2026-02-10T08Z": utc(2026, 2, 10, 8),
    "2026-02-10T08.5Z": utc(*AT),
    "2026-02-10T08:30,5Z": utc(*AT, 30),
    "2026-02-10T09:30:00+01:00:00": utc(*AT),
    "2026-02-10T09:30[Europe/Amsterdam]": utc(*AT),
    "2026-02-10T08:30:00Z[UTC]": utc(*AT),
    "2026-02-10T08:30:00[!Etc/UTC][u-ca=iso8601]": utc(*AT),
    "2026-02-10T10:30:00+02:00[Africa/Cairo]": utc(*AT),
    "\u00a02026-02-10  08:30:00 Z\n": utc(*AT),
    "2026-03-29T02:30:00": utc(2026, 3, 29, 1, 30),  # an hour that there is not: as the clock was until then
    "2026-10-25T02:30:00": utc(2026, 10, 25, 0, 30),  # an hour that there is twice: the first, see which result is current
    "2026-10-25T02:30:00+01:00": utc(2026, 10, 25, 1, 30),
}
UNREADABLE = (
    *("2026-02-10T24:00:01Z", "2026-02-10T24:01Z", "2026-02-10T25:00Z", "2026-02-10T09:60Z", "2026-02-10T09:30:61Z"),
    *("2026-02-30", "2026-W54-1", "2025-W53-1", "2026-W07-8", "2026-366", "2026-000", "0000-01-01", "2026-13-01", "2026-02"),
    *("20260210", "20260210093000", "1770712200", "1770712200123", "2026", "2026-2-10", "10-02-2026 09:30", "02/10/2026"),
    *(
        "2026-02-10T",
        "2026-02-10T9:30",
        "2026-02-10T09:30+24:00",
        "2026-02-10T09:30+01:60",
        "2026-02-10T09:30+1",
        "+2026-02-10",
    ),
    *("2026-02-10T09:30:00[Africa/Cairo]", "2026-02-10 09:30 CET", "2026-02-10 09:30 AM", "Tue, 10 Feb 2026 09:30:00 GMT"),
    *(
        "2026-02-10T09:30:00Z Z",
        "2026-02-10T09:30Zx",
        "2026-02-10T09:30[",
        "/Date(1770712200000)/",
        "٢٠٢٦-02-10",
        "vandaag",
        " ",
    ),
    *(
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T24:00:00Z",
        "+2026-02-10",
        " ",
        "2026-02-10T09:30:00.Z",
        "2026-0210",
        "202602-10T09",
    ),
)


@pytest.mark.parametrize(("text", "moment"), [*WITNESSES.values(), *FORMS.items()], ids=[*WITNESSES, *FORMS])
def test_a_moment_is_read_however_it_is_written(text: str, moment: dt.datetime) -> None:
    found = result(made=text, scored=text, taken=text)
    assert found.datumtijd is not None
    assert found.datumtijd.astimezone(dt.UTC) == moment
    assert found.resultatenscores.datumtijd == found.datumtijd
    assert found.afnamedatum in (moment.date(), moment.astimezone(amsterdam()).date())
    assert not [code for code in found.opmerkingen if code.endswith("_onleesbaar")]
    local = getattr(found.datumtijd.tzinfo, "key", "") == AMSTERDAM
    assert ("datumtijd_zonder_tijdzone" in found.opmerkingen) is local


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_moment_that_cannot_be_read_is_told(text: str) -> None:
    found = result(made=text, scored=text, taken=text)
    assert (found.datumtijd, found.resultatenscores.datumtijd, found.afnamedatum) == (None, None, None)
    told = {"datumtijd_onleesbaar", "scoredatumtijd_onleesbaar", "afnametijdstip_onleesbaar"}
    assert told <= set(found.opmerkingen)


@pytest.mark.parametrize("odd", [1770712200, True, [], {}, ["2026-02-10"]])
def test_what_is_no_text_is_told_too(odd: object) -> None:
    told = {"datumtijd_onleesbaar", "scoredatumtijd_onleesbaar", "afnametijdstip_onleesbaar"}
    assert told <= set(result(made=odd, scored=odd, taken=odd).opmerkingen)


def test_what_is_not_there_is_not_unreadable() -> None:
    assert not {"scoredatumtijd_onleesbaar", "afnametijdstip_onleesbaar"} & set(result().opmerkingen)


OFFSETS = st.one_of(st.none(), st.integers(-23 * 60, 23 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))))


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)), OFFSETS, st.sampled_from("T t_"), st.booleans())
def test_every_form_of_a_moment_is_that_moment(at: dt.datetime, zone: dt.timezone | None, between: str, basic: bool) -> None:
    at = at.replace(tzinfo=zone)
    expected = at if zone else at.replace(tzinfo=amsterdam())
    offset = at.strftime("%z")
    dates = ["%Y%m%d", "%GW%V%u", "%Y%j"] if basic else ["%Y-%m-%d", "%G-W%V-%u", "%Y-%j"]
    for date in dates:
        for time in ("%H%M%S", "%H:%M:%S"):
            for mark in ".,":
                text = f"{at.strftime(date)}{between}{at.strftime(time)}{mark}{at.microsecond:06}789{offset}"
                assert as_moment(text) == expected
    assert as_moment(at.isoformat()) == expected


@given(st.text(alphabet="0123456789-:.,TWZ+ []/eEuropAmsd\u2212", max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    found = as_moment(text)
    assert found is None or found.astimezone(dt.UTC).year in range(1, 10_000)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_what_node_writes_is_read() -> None:
    script = "for (const at of [0, 1774753200123, 1792891800000, -62135596800000]) console.log(at, new Date(at).toISOString())"
    for line in subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True).stdout.splitlines():
        millis, text = line.split()
        assert as_moment(text) == dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=int(millis))
