"""The search for unknown pupils, without a network: right in every case, and within its bound."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable
from math import log2

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from doorstroom_client.sending.in_parts import PROBES, Part, Verdict, bound, search
from doorstroom_client.sending.reputation import SUSPICIOUS, SUSPICIOUS_WHEN_PROVEN, Reputation

MOST = 600


def play(n: int, unknown: Iterable[int], *, proven: bool) -> tuple[Verdict, list[Part]]:
    """Search, with a supplier that refuses every list that holds an unknown pupil."""
    refused = frozenset(unknown)
    hunt, sent = search(n, proven=proven), []
    part = next(hunt)
    while True:
        sent.append(part)
        assert part
        assert len(sent) <= 3 * n + 1, "it goes on for ever"
        try:
            part = hunt.send(refused.isdisjoint(part))
        except StopIteration as done:
            return done.value, sent


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, frozenset[int]]:
    """A list, and which of its pupils are unknown."""
    n = draw(st.one_of(st.integers(1, 40), st.integers(1, MOST)))
    everybody = range(n)
    shape = draw(st.sampled_from(["few", "random", "contiguous", "every so many", "but a few", "all", "none"]))
    if shape == "few":
        return n, draw(st.frozensets(st.sampled_from(everybody), max_size=4))
    if shape == "random":
        chance, seed = draw(st.floats(0, 1)), draw(st.integers(0, 2**32))
        dice = random.Random(seed)
        return n, frozenset(at for at in everybody if dice.random() < chance)
    if shape == "contiguous":
        start = draw(st.integers(0, n - 1))
        return n, frozenset(range(start, draw(st.integers(start, n))))
    if shape == "every so many":
        step = draw(st.integers(2, 12))
        return n, frozenset(range(draw(st.integers(0, step - 1)), n, step))
    if shape == "but a few":
        return n, frozenset(everybody) - draw(st.frozensets(st.sampled_from(everybody), max_size=4))
    return n, frozenset(everybody if shape == "all" else ())


@settings(max_examples=600)
@given(case=cases(), proven=st.booleans())
@example(case=(1, frozenset()), proven=False)
@example(case=(1, frozenset({0})), proven=False)
@example(case=(2, frozenset({1})), proven=True)
@example(case=(MOST, frozenset(range(MOST))), proven=True)
@example(case=(MOST, frozenset(range(MOST - 1))), proven=True)
def test_the_verdict_is_exact_and_everybody_else_arrives_once(case: tuple[int, frozenset[int]], proven: bool) -> None:
    n, unknown = case
    verdict, sent = play(n, unknown, proven=proven)
    arrived = Counter(at for part in sent if unknown.isdisjoint(part) for at in part)
    assert verdict.any_accepted == bool(arrived)
    if not verdict.complete:
        assert not arrived
        assert not proven
        assert verdict.onbekend == tuple(range(n))
        assert len(sent) <= 2 * log2(n) + 2 + PROBES + 1
        return
    assert arrived == Counter(at for at in range(n) if at not in unknown)
    assert verdict.onbekend == tuple(sorted(unknown))
    assert {(at,) for at in unknown} <= set(sent)  # nobody is called unknown on a conclusion
    if len(unknown) < n:
        assert len(sent) <= bound(n, len(unknown))


@settings(max_examples=200)
@given(n=st.integers(1, MOST), proven=st.booleans())
def test_nobody_is_known(n: int, proven: bool) -> None:
    verdict, sent = play(n, range(n), proven=proven)
    assert (verdict.any_accepted, verdict.onbekend) == (False, tuple(range(n)))
    assert len(sent) <= 2 * n
    if proven:
        assert verdict.complete
        assert len(sent) <= n + 2 * log2(n) + 2
    else:
        assert len(sent) <= 2 * log2(n) + 2 + PROBES + 1
        assert verdict.complete or n > PROBES
        assert verdict == Verdict(tuple(range(n)), any_accepted=False, complete=verdict.complete is True)


@pytest.mark.parametrize(("n", "lists"), [(64, 13), (100, 13), (128, 17), (500, 17), (600, 19)])
def test_it_stops_halving_when_nothing_is_accepted(n: int, lists: int) -> None:
    """After that many lists only single pupils are tried, from all over the list and the same ones every time."""
    _, sent = play(n, range(n), proven=False)
    assert {len(part) for part in sent[lists:]} == {1}
    before = sum(len(part) == 1 for part in sent[:lists])
    assert len(sent) - lists == min(PROBES, n - before)
    tried = sorted(part[0] for part in sent if len(part) == 1)
    assert all(later - earlier <= 2 * n / PROBES for earlier, later in itertools.pairwise([-1, *tried, n]))
    assert play(n, range(n), proven=False)[1] == sent


def test_what_follows_from_an_accepted_half_is_not_sent_to_find_out() -> None:
    assert play(2, {1}, proven=True)[1] == [(0, 1), (0,), (1,)]
    assert play(4, {2}, proven=True)[1] == [(0, 1, 2, 3), (0, 1), (2,), (3,)]


@pytest.mark.parametrize("start", [10, 20, 40])
@pytest.mark.parametrize("step", range(2, 6))
def test_it_is_not_given_up_when_many_are_known_in_a_pattern(start: int, step: int) -> None:
    """Two groups that alternate in the list, of which one is not registered yet: half of the pupils is known."""
    for n in range(start + 2 * step, MOST, 11):
        for rest in range(step):
            known = set(range(start, n)[rest::step])
            verdict, _ = play(n, set(range(n)) - known, proven=False)
            if len(known) > n / 5:
                assert verdict.complete, (n, rest)


def test_giving_up_is_rare_as_long_as_some_are_known() -> None:
    given_up = Counter[float]()
    for share in (0.80, 0.90, 0.95):
        for seed in range(300):
            dice = random.Random(seed)
            unknown = {at for at in range(500) if dice.random() < share}
            given_up[share] += not play(500, unknown, proven=False)[0].complete
    assert given_up[0.80] == 0
    assert given_up[0.90] <= 3
    assert given_up[0.95] <= 30


@pytest.mark.parametrize(("n", "unknown", "calls"), [(1, 0, 1), (1, 1, 1), (27, 0, 1), (27, 1, 11), (27, 3, 31), (500, 1, 19)])
def test_the_bound(n: int, unknown: int, calls: int) -> None:
    assert bound(n, unknown) == calls


def test_a_list_that_is_known_takes_one_call() -> None:
    for n in range(1, MOST):
        assert play(n, (), proven=False) == (Verdict((), any_accepted=True), [tuple(range(n))])


# --- what is known of an address ---


@pytest.mark.parametrize(("proven", "enough"), [(False, SUSPICIOUS), (True, SUSPICIOUS_WHEN_PROVEN)])
def test_an_address_becomes_suspicious_and_is_forgiven(proven: bool, enough: int) -> None:
    now = 0.0
    addresses = Reputation(lambda: now)
    if proven:
        addresses.accepted("a")
    for _ in range(enough):
        assert not addresses.is_suspicious("a")
        assert addresses.is_proven("a") is proven
        addresses.fruitless("a")
    assert addresses.is_suspicious("a")
    assert not addresses.is_proven("a")
    assert not addresses.is_suspicious("b")
    now = 600.0
    assert addresses.is_suspicious("a")
    now = 600.1
    assert not addresses.is_suspicious("a")
    addresses.fruitless("a")
    addresses.accepted("a")
    assert addresses.is_proven("a")
