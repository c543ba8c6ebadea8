"""Each deliberate bug is caught: the same as ``python tests/teeth/bite.py``, one test per bug."""

from __future__ import annotations

import pytest

from .bite import MUTANTS, Mutant, bite, healthy, stale

pytestmark = pytest.mark.teeth


def test_the_table_fits_the_code() -> None:
    assert [mutant.name for mutant in MUTANTS if stale(mutant)] == []


def test_without_a_bug_all_tests_pass() -> None:
    found = healthy()
    assert (found.verdict, found.failed) == ("healthy", ())


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_bug_is_caught(mutant: Mutant) -> None:
    assert bite(mutant).verdict == "caught"
