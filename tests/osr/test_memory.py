"""The memory of what the OSR answered: how long an answer counts, and whose word wins when the store says something else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, NOW, OSR, SCHOOL, SUPPLIER_OIN, answer, conditions, drive, fault

from doorstroom_client import Retry
from doorstroom_client.errors import DoorstroomError, StoreError
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.osr.answers import KNOWN_SECONDS, NO_SECONDS, STALE_SECONDS, YES_SECONDS, Answers
from doorstroom_client.osr.registry import Registry
from doorstroom_client.store.osr_answers import Mandates
from doorstroom_client.store.rows import StoredAnswer
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.request import FaultKind, Outcome

YES, NO, SILENT = answer(200, "OK"), answer(404, {"message": "mandate not found"}), fault(FaultKind.CONNECT)


class Clock:
    """The wall clock, as it is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> dt.datetime:
        return NOW + dt.timedelta(seconds=self.seconds)


class Shelf:
    """The part of a store that keeps answers; fails while `broken`, and may be told what happens while it is read."""

    def __init__(self, kept: Mandates) -> None:
        self.kept = kept
        self.broken = False
        self.reads = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def _works(self) -> Mandates:
        if self.broken:
            raise StoreError("broken")
        return self.kept

    def find(self, namespace: str, peildatum: str, school_oin: str) -> list[StoredAnswer]:
        found = self._works().find(namespace, peildatum, school_oin)
        self.reads += 1
        self.meanwhile()
        return found

    def keep(self, gezien: StoredAnswer) -> None:
        self._works().keep(gezien)

    def forget(self, supplier_oin: str, school_oin: str) -> None:
        self._works().forget(supplier_oin, school_oin)

    def drop(self, until: dt.datetime) -> None:
        self._works().drop(until)

    def turned(self, namespace: str, peildatum: str, since: dt.datetime) -> tuple[int, int]:
        return self._works().turned(namespace, peildatum, since)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    store = SqliteStore(tmp_path / "s.db")
    yield Shelf(store.mandates)
    store.close()


@pytest.fixture(params=["memory", "store"])
def answers(request: pytest.FixtureRequest, clock: Clock) -> Answers:
    if request.param == "memory":
        return Answers(now=clock)
    shelf = request.getfixturevalue("shelf")
    return Answers(lambda: shelf, clock)


def seen(supplier: str = "a", school: str = "s", *, yes: bool = True, at: float = 0.0, **more: Any) -> StoredAnswer:
    day = dt.date(2026, 7, 31) if yes else None
    made = StoredAnswer(supplier, school, "n", "", yes, None, day, NOW + dt.timedelta(seconds=at))
    return replace(made, **more)


def do(flow: Flow[Any]) -> Any:
    return drive(flow, [])[0]


def known(answers: Answers, *suppliers: str, school: str = "s", namespace: str = "n", peildatum: str = "") -> Any:
    return do(answers.find(namespace, peildatum, school, *suppliers))


def asked(answers: Answers, *outcomes: Outcome, or_stale: bool = True) -> tuple[bool | str, int]:
    """Whether the supplier is mandated, or the error; and how often the OSR was asked for that."""
    registry = Registry(OSR, None, (LEVERANCIER,), Call(conditions(Retry.never())), lambda: answers.now().date(), answers)
    left = list(outcomes)

    def play() -> Flow[bool | str]:
        try:
            return (yield from registry.is_mandated(SUPPLIER_OIN, SCHOOL.oin, or_stale=or_stale))
        except DoorstroomError as error:
            return type(error).__name__

    value, transport, _ = drive(play(), left)
    return value, len(transport.requests)


# --- the rules of age, one set for both places


def test_how_long_an_answer_counts(answers: Answers, clock: Clock) -> None:
    yes, no, found = seen("a"), seen("b", yes=False), []
    do(answers.keep(yes))
    do(answers.keep(no))
    for clock.seconds in (0, NO_SECONDS - 1, NO_SECONDS, YES_SECONDS - 1, YES_SECONDS, STALE_SECONDS - 1, STALE_SECONDS):
        known_now = known(answers, "a", "b")
        assert known_now == {"a": yes, "b": no}
        fresh = [answers.is_fresh(item) for item in known_now.values()]
        found.append((*fresh, *(answers.is_stale_yes(item) for item in known_now.values())))
    assert found == [
        (True, True, True, False),
        (True, True, True, False),
        (True, False, True, False),
        (True, False, True, False),
        (False, False, True, False),
        (False, False, True, False),
        (False, False, False, False),
    ]
    assert not answers.is_stale_yes(None)


def test_a_bound_that_is_given_counts_for_a_yes_and_for_a_no(answers: Answers, clock: Clock) -> None:
    clock.seconds = 500
    for yes in (True, False):
        assert [answers.is_fresh(seen(yes=yes), bound) for bound in (0, 500, 501)] == [False, False, True]


def test_a_clock_that_was_set_back_makes_nothing_fresh(answers: Answers, clock: Clock) -> None:
    do(answers.keep(seen(at=1)))
    (found,) = known(answers, "a").values()
    assert (answers.is_fresh(found), answers.is_fresh(found, 86400), answers.is_stale_yes(found)) == (False, False, False)
    do(answers.keep(seen(yes=False)))
    assert known(answers, "a") == {"a": seen(yes=False)}


def test_what_is_told_apart(answers: Answers) -> None:
    other_day, other_year = seen(peildatum="2026-09-01"), seen(namespace="next", yes=False)
    for item in (seen(), seen("b", yes=False), seen(school="t", at=-5), other_day, other_year):
        do(answers.keep(item))
    assert known(answers, "a", "b", "c") == {"a": seen(), "b": seen("b", yes=False)}
    assert known(answers, "a", peildatum="2026-09-01") == {"a": other_day}
    assert known(answers, "a", namespace="next") == {"a": other_year}
    assert known(answers, "a", school="t") == {"a": seen(school="t", at=-5)}
    assert known(answers, "a", school="u") == known(answers) == {}
    do(answers.keep(seen(yes=False, at=5)))
    assert known(answers, "a") == {"a": seen(yes=False, at=5)}
    do(answers.forget("a", "s"))
    assert known(answers, "a", "b") == {"b": seen("b", yes=False)}
    assert known(answers, "a", peildatum="2026-09-01") == known(answers, "a", namespace="next") == {}
    assert known(answers, "a", school="t") == {"a": seen(school="t", at=-5)}


def test_what_is_too_old_for_any_use_is_dropped(answers: Answers, clock: Clock) -> None:
    do(answers.keep(seen()))
    do(answers.keep(seen("b", at=1)))
    clock.seconds = KNOWN_SECONDS
    do(answers.tidy())
    assert known(answers, "a", "b") == {"b": seen("b", at=1)}


def test_memory_is_bounded() -> None:
    answers = Answers(now=Clock())
    for number in range(50_001):
        do(answers.keep(seen(str(number))))
    assert list(known(answers, "0", "49999", "50000")) == ["50000"]


# --- what the register is asked


def test_a_fresh_answer_saves_the_question_and_a_silent_register_leaves_an_old_yes(answers: Answers, clock: Clock) -> None:
    assert asked(answers, YES) == (True, 1)
    clock.seconds = YES_SECONDS - 1
    assert asked(answers) == (True, 0)
    clock.seconds = STALE_SECONDS - 1
    assert asked(answers, SILENT, or_stale=False) == ("ConnectError", 1)
    assert asked(answers, SILENT) == (True, 1)
    clock.seconds = STALE_SECONDS
    assert asked(answers, SILENT) == ("ConnectError", 1)


def test_an_old_no_never_stands_in(answers: Answers, clock: Clock) -> None:
    assert asked(answers, NO) == (False, 1)
    clock.seconds = NO_SECONDS - 1
    assert asked(answers) == (False, 0)
    clock.seconds = NO_SECONDS
    assert asked(answers, SILENT) == ("ConnectError", 1)


def test_what_was_contradicted_is_asked_anew_and_no_older_yes_stands_in(answers: Answers) -> None:
    assert asked(answers, YES) == (True, 1)
    do(answers.forget(SUPPLIER_OIN, SCHOOL.oin))
    assert asked(answers, SILENT) == ("ConnectError", 1)
    assert asked(answers, YES) == (True, 1)
    assert asked(answers) == (True, 0)


def test_a_question_about_today_is_one_about_the_day_of_asking(answers: Answers) -> None:
    registry = Registry(OSR, None, (LEVERANCIER,), Call(conditions(Retry.never())), lambda: NOW.date(), answers)
    drive(registry.check_mandaat(SCHOOL, LEVERANCIER, NOW.date() + dt.timedelta(days=1)), [YES])
    assert asked(answers, YES) == (True, 1)
    drive(registry.check_mandaat(SCHOOL, LEVERANCIER, NOW.date()), [NO])
    assert asked(answers) == (False, 0)


# --- with a store


@pytest.fixture
def pair(shelf: Shelf, clock: Clock) -> tuple[Answers, Answers]:
    """Two processes with one store."""
    return Answers(lambda: shelf, clock), Answers(lambda: shelf, clock)


def test_what_one_process_was_answered_the_other_knows(pair: tuple[Answers, Answers], shelf: Shelf) -> None:
    one, two = pair
    assert asked(one, YES) == (True, 1)
    assert asked(two) == (True, 0)
    reads = shelf.reads
    assert asked(one) == asked(two) == (True, 0)
    assert shelf.reads == reads, "a burst of results may not read the store for each"


def test_a_younger_no_of_another_process_ends_an_old_yes(pair: tuple[Answers, Answers], clock: Clock) -> None:
    one, two = pair
    assert asked(one, YES) == (True, 1)
    clock.seconds = YES_SECONDS
    assert asked(two, NO) == (False, 1)
    clock.seconds += NO_SECONDS
    assert asked(one, SILENT) == ("ConnectError", 1)


def test_what_another_process_heard_contradicted_is_no_old_yes(pair: tuple[Answers, Answers], clock: Clock) -> None:
    one, two = pair
    assert asked(one, YES) == (True, 1)
    do(two.forget(SUPPLIER_OIN, SCHOOL.oin))
    clock.seconds = YES_SECONDS
    assert asked(one, SILENT) == ("ConnectError", 1)


def test_a_contradiction_holds_after_the_process_ends(pair: tuple[Answers, Answers]) -> None:
    one, two = pair
    assert asked(one, YES) == (True, 1)
    do(one.forget(SUPPLIER_OIN, SCHOOL.oin))
    assert asked(two, SILENT) == ("ConnectError", 1)


def test_what_arrives_while_the_store_is_read_is_not_undone(pair: tuple[Answers, Answers], shelf: Shelf, clock: Clock) -> None:
    one, two = pair
    do(two.keep(seen()))
    clock.seconds = 10
    shelf.meanwhile = lambda: shelf.reads == 1 and do(one.keep(seen(yes=False, at=10)))
    assert known(one, "a") == {"a": seen(yes=False, at=10)}
    do(two.keep(seen("b")))
    shelf.meanwhile = lambda: do(one.forget("b", "s"))
    assert known(one, "b") == {}


def test_a_store_that_fails_only_costs_questions(shelf: Shelf, clock: Clock) -> None:
    answers = Answers(lambda: shelf, clock)
    shelf.broken = True
    assert asked(answers, YES) == (True, 1)
    assert asked(answers) == (True, 0)
    clock.seconds = YES_SECONDS
    assert asked(answers, SILENT) == (True, 1)
    do(answers.tidy())
    do(answers.forget(SUPPLIER_OIN, SCHOOL.oin))
    assert asked(answers, SILENT) == ("ConnectError", 1)


def test_what_the_store_could_not_be_told_makes_it_disbelieved(shelf: Shelf, clock: Clock) -> None:
    answers = Answers(lambda: shelf, clock)
    assert asked(answers, YES) == (True, 1)
    shelf.broken = True
    do(answers.forget(SUPPLIER_OIN, SCHOOL.oin))
    shelf.broken = False
    assert asked(answers, SILENT) == ("ConnectError", 1), "the store still has the yes that was contradicted"
    shelf.broken = True
    assert asked(answers, NO) == (False, 1)
    shelf.broken = False
    clock.seconds = NO_SECONDS
    assert asked(answers, SILENT) == ("ConnectError", 1), "and that is older than the no"
    assert asked(answers, YES) == (True, 1)
    assert asked(Answers(lambda: shelf, clock)) == (True, 0)
