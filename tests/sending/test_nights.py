"""Nights of a school with a supplier that leaves out who it does not know: in the end all advice is there, or it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.sending import TWEEDE, YEAR, Clock, open_store, run_of

from doorstroom_client import Afspraak, Leverancier
from doorstroom_client.events import Event
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.only_changes import MOST_REPEATS
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.store.rows import State
from doorstroom_client.transport.request import Operation

from .toetsbureau import BOTH, DEELNEMERS, ECK, LAS, PUPILS, SCHOOLADVIEZEN, TEST, Onderweg, Toetsbureau, direct, lijst_van, put

NEXT = "2026-2027"
KOMEND = Afspraak(naam="1.2", versie="Doorstroomtoetsketen_v1.2", eerste_schooljaar=Schooljaar(NEXT))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Any]:
    made = open_store(tmp_path / "s.db", clock)
    yield made
    made.close()


@pytest.fixture
def system(store: Any) -> Toetsbureau:
    return Toetsbureau(store.ledger.secret())


def lijst(soort: Operation, clock: Clock, pupils: range = range(len(PUPILS)), how: str = BOTH, **more: Any) -> Any:
    return lijst_van(soort, {number: (how, number % 3) for number in pupils}, clock, **more)


@pytest.fixture(params=["direct", "outbox"])
def night(request: pytest.FixtureRequest, store: Any, clock: Clock, system: Toetsbureau) -> Callable[..., Any]:
    """Sends what changed, or all of it, past the outbox or through it; gives what was told of it."""

    def send(given: Bericht, to: Leverancier = TEST, addresses: Reputation | None = None, **more: Any) -> Any:
        job = direct(store, clock, given, to, addresses, **{"only_changes": True, **more})
        receipt = job.to_the_end(system)
        assert job.job.error is None, job.job.error
        return receipt

    def queue(given: Bericht, to: Leverancier = TEST, addresses: Reputation | None = None, **more: Any) -> Any:
        told = put(store, clock, given, to, only_changes=more.pop("only_changes", True))
        done: list[Uitkomst] = []
        run = run_of(store, clock, leveranciers=(to,), addresses=addresses, on_result=done.append, **more)
        worker = Onderweg(run.worker())
        worker.to_the_end(system)
        assert worker.job.error is None, worker.job.error
        assert [item.bericht.state for item in done] == ([] if told.bericht is None else [State.DELIVERED])
        receipt = done[0].ontvangst if done else None
        return SimpleNamespace(
            aantal=receipt.aantal if receipt else 0,
            onbekend=receipt.onbekend if receipt else (),
            ongewijzigd=told.ongewijzigd,
            onbevestigd=told.onbevestigd,
            verdwenen=told.verdwenen,
        )

    return send if request.param == "direct" else queue


@pytest.mark.parametrize(("of_advice", "of_participants"), [(BOTH, BOTH), (LAS, BOTH), (BOTH, ECK), (ECK, LAS), (LAS, ECK)])
def test_three_nights_and_all_advice_is_there(
    night: Any, clock: Clock, system: Toetsbureau, of_advice: str, of_participants: str
) -> None:
    """Advice goes out first each night, and half of the participants are not entered before the second one."""
    advice = lijst(SCHOOLADVIEZEN, clock, how=of_advice)
    unconfirmed = []
    for entered in (2, 4, 4):
        night(advice)
        night(lijst(DEELNEMERS, clock, range(entered), of_participants))
        unconfirmed.append(night(advice).onbevestigd)
        clock.elapsed += 86_400
    assert system.has(advice)
    if of_advice == of_participants:
        assert unconfirmed == [2, 0, 0]
    before = system.lists
    night(advice)
    assert system.lists == before


@pytest.mark.parametrize("of_advice", [BOTH, LAS])
def test_who_left_and_was_removed_and_comes_back(night: Any, clock: Clock, system: Toetsbureau, of_advice: str) -> None:
    """Also where nobody can tell which advice is of who came back, as each kind of list has its own identities."""
    advice = lijst(SCHOOLADVIEZEN, clock, how=of_advice)
    night(lijst(DEELNEMERS, clock, how=ECK))
    night(advice)
    assert len(night(lijst(DEELNEMERS, clock, range(3), ECK)).verdwenen) == 1
    system.removes(3)
    night(advice)  # it is left out
    night(lijst(DEELNEMERS, clock, how=ECK))
    night(advice)
    assert system.has(advice)


@pytest.mark.parametrize(
    ("days", "nights", "lists"),
    [(1, 3, 3), (1, 12, 1 + MOST_REPEATS), (7, 3, 1), (7, 8, 2), (7, 99, 1 + MOST_REPEATS), (0, 99, 1)],
)
def test_who_is_entered_by_hand(night: Any, clock: Clock, system: Toetsbureau, days: int, nights: int, lists: int) -> None:
    """After the first night; nothing tells that to the LAS, so the same goes out again, and not for ever."""
    advice, to = lijst(SCHOOLADVIEZEN, clock), replace(TEST, herhaal_na=days)
    for number in range(nights):
        receipt = night(advice, to)
        assert receipt.aantal + receipt.onbevestigd == len(PUPILS)
        assert receipt.ongewijzigd == receipt.onbevestigd
        system.by_hand = set(range(len(PUPILS)))
        clock.elapsed += 86_400
        assert system.has(advice) == (system.lists > 1), f"night {number}"
    assert system.lists == lists


def deviations(events: list[Event]) -> list[str]:
    return [event.actor for event in events if event.serious and event.result.startswith("deviation")]


def test_a_refusal_that_should_not_be_is_told_once_per_supplier(night: Any, clock: Clock, system: Toetsbureau) -> None:
    """The list is served in parts all the same."""
    events: list[Event] = []
    addresses = Reputation(clock.monotonic)
    system.skips, system.by_hand = False, {0, 2, 3}
    year: dict[str, Any] = {"year": NEXT, "afspraak": KOMEND}
    for to in (TEST, TEST, TWEEDE):
        receipt = night(lijst(SCHOOLADVIEZEN, clock, **year), to, addresses, only_changes=False, on_event=events.append)
        clock.elapsed += 86_400
        assert receipt.onbekend == (PUPILS[1],)
    assert deviations(events) == [TEST.oin, TWEEDE.oin]
    assert not any(pupil.las_key in repr(events) for pupil in PUPILS if pupil.las_key)


def test_a_refusal_in_an_earlier_year_is_no_deviation(store: Any, clock: Clock, system: Toetsbureau) -> None:
    events: list[Event] = []
    system.skips, system.by_hand = False, {0, 2, 3}
    assert lijst(SCHOOLADVIEZEN, clock).schooljaar == YEAR
    assert direct(store, clock, lijst(SCHOOLADVIEZEN, clock), on_event=events.append).to_the_end(system).aantal == 3
    assert deviations(events) == []
