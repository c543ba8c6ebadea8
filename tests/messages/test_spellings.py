"""Texts that mean the same in another spelling: of a school year, a test and a moment."""

from __future__ import annotations

import datetime as dt

import pytest

from doorstroom_client.messages.spellings import schooljaar_as_written, toets_as_listed
from doorstroom_client.messages.values import as_moment


@pytest.mark.parametrize(
    "text",
    [
        "2025-2026",
        "2025/2026",
        "2025 - 26",
        "2025\u20132026",
        "2025--2026",
        "2025-'26",
        "2025 / '26",
        "２０２５\uff0d２０２６",
        "\ufeff2025-2026",
        "2025-\u200b2026",
        "2025-2026\u2060",
        "\u20682025-2026\u2069",
    ],
)
def test_spellings_of_a_school_year(text: str) -> None:
    assert schooljaar_as_written(text) == "2025-2026"


@pytest.mark.parametrize("text", ["2025-2027", "2025", "25-26", "2025-2026-2027", "2025 t/m 2026", "2025         2026", ""])
def test_what_is_no_school_year_stays(text: str) -> None:
    assert schooljaar_as_written(text) == text


@pytest.mark.parametrize(
    "text", ["Eigen toets", "EIGEN  TOETS", " eigen\u00a0toets", "\ufeffeigen toets", "ei\u200bgen \u2060toets\u200d"]
)
def test_spellings_of_a_test_outside_the_list(text: str) -> None:
    assert toets_as_listed(text) == "EIGEN TOETS"


@pytest.mark.parametrize(
    "text", ["2026-03-10T11:00:00Z", "2026-03-10t11:00:00z", "2026-03-10 11:00:00z", "2026-w11-2t12:00:00+01:00"]
)
def test_a_moment_in_small_letters(text: str) -> None:
    assert as_moment(text) == dt.datetime(2026, 3, 10, 11, tzinfo=dt.UTC)
