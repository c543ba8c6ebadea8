"""The mandates of thousands of schools: as fast as may be, never faster, and gone on with after a kill."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import LAS_OIN, LEVERANCIER, NOW, OTHER_OIN, SCHOOL, SUPPLIER_OIN, answer, fault
from support.osr_played import Played, client_of, settings, simulated
from support.simulated_time import SimulatedLoop, Slow, in_time, mandated, schools, timed

from doorstroom_client import AsyncClient, Client, Leverancier, Mandaatcontrole, Retry, School
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.flow import Attempt, Pause
from doorstroom_client.osr.answers import Answers
from doorstroom_client.osr.pace import PATIENCE, Pace, paced
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.request import FaultKind, Outcome, Request, Response

MANY = 6600


def register(loop: SimulatedLoop | None = None) -> SimulatedOsr:
    return simulated() if loop is None else simulated(clock=loop.time)


def client(pki: Pki, loop: SimulatedLoop, transport: Slow, **more: Any) -> AsyncClient:
    more.setdefault("retry", Retry())
    made = client_of(pki, transport, settings(**more.pop("osr", {})), AsyncClient, now=loop.now, **more)
    timed(made, loop.time)
    return made


async def all_of(made: AsyncClient, which: list[School], **more: Any) -> list[Mandaatcontrole]:
    return [controle async for controle in made.osr.check_mandaten(which, **more)]


# --- how fast


def test_thousands_of_schools_take_the_time_that_the_limit_allows(test_pki: Pki) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = register(loop), schools(MANY // 2)
        mandated(osr, made, but=lambda number: number % 100 == 0)
        osr.limit_requests(20)
        transport = Slow(osr, loop)
        answers = Answers(now=loop.now)
        checker = client(test_pki, loop, transport)
        object.__setattr__(checker._operations, "answers", answers)
        found: list[Mandaatcontrole] = []
        async for controle in checker.osr.check_mandaten(made, per_second=20, workers=4):
            found.append(controle)
            if len(found) == 1000:
                break  # killed: what was answered is kept
        asked, answered = len(transport.requests), len(answers._at_hand)
        assert asked - 8 <= answered <= asked
        await asyncio.sleep(1.0)  # a new process takes longer to start
        again = client(test_pki, loop, transport)
        object.__setattr__(again._operations, "answers", answers)
        found = await all_of(again, made, per_second=20, workers=4)
        assert sum(map(bool, found)) == len(made) - len(made) // 100
        assert all(controle.error is None for controle in found)
        repeated = Counter(request.url for request in transport.requests)
        assert sum(times > 1 for times in repeated.values()) <= 10 + 8  # a no of over a minute ago, and what was under way
        calls = len(transport.requests)
        assert calls <= MANY + 10 + 8
        assert transport.most_within(1.0) == 20
        assert calls / 20 * 0.99 <= loop.time() - 1.0 <= calls / 20 * 1.05

    in_time(work)


@pytest.mark.parametrize("rate", [1, 3, 20, 100, 0.5])
def test_no_stretch_of_time_holds_more_than_the_rate(rate: float) -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    starts: list[float] = []
    late = itertools.cycle((0.0, 0.4 / rate, 0.01 / rate, 0.9 / rate))
    for _ in range(400):
        while (wait := pace.take(rate)) > 0:
            now[0] += wait + next(late)  # a thread wakes late
        starts.append(now[0])
    most = max(1, int(rate))
    assert all(later - first >= most / rate - 1e-9 for first, later in zip(starts, starts[most:], strict=False))
    assert starts[-1] <= 400 / rate * 2


def test_a_pause_of_the_process_is_not_caught_up_with() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.take(10) == 0
    now[0] = 0.2
    assert pace.take(10) == 0
    now[0] = 60.0
    assert [pace.take(10) == 0 for _ in range(4)] == [True, False, False, False]


def test_retries_wait_for_their_turn(test_pki: Pki) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = register(loop), schools(30)
        mandated(osr, made)
        numbers = itertools.count()
        transport = Slow(osr, loop, lambda _: fault(FaultKind.NO_ANSWER) if next(numbers) % 3 == 0 else None)
        retry = Retry(wait=lambda _: 0.0)  # type: ignore[arg-type]
        found = await all_of(client(test_pki, loop, transport, retry=retry), made, per_second=5)
        assert all(found)
        assert len(transport.requests) > 80
        assert transport.most_within(1.0) <= 5

    in_time(work)


def test_everybody_rests_when_the_register_asks_for_it(test_pki: Pki) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = register(loop), schools(40)
        mandated(osr, made)
        told: list[float] = []

        def lose(_: Request) -> Outcome | None:
            if len(told) < 1 and loop.time() > 1.0:
                told.append(loop.time())
                return answer(429, {"message": "too many"}, headers={"retry-after": "7"})
            return None

        transport = Slow(osr, loop, lose)
        found = await all_of(client(test_pki, loop, transport), made, per_second=20)
        assert all(found)
        assert not [at for at in transport.starts if told[0] < at < told[0] + 7 - 1e-9]

    in_time(work)


def test_a_429_that_does_not_say_for_how_long_rests_everybody_too() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])

    def flow() -> Any:
        return (yield Attempt(Request(None, None, "GET", "")))  # type: ignore[arg-type]

    running = paced(flow(), pace, 20, lambda: NOW)
    assert isinstance(next(running), Pause)
    assert isinstance(running.send(None), Attempt)
    with pytest.raises(StopIteration):
        running.send(Response(429))
    assert pace.held == 1.0


# --- what ends a run, and what does not


def outcomes(found: list[Mandaatcontrole]) -> Counter[str]:
    return Counter(type(controle.error).__name__ for controle in found)


def test_a_short_outage_is_waited_for(test_pki: Pki) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = register(loop), schools(60)
        mandated(osr, made)
        transport = Slow(osr, loop, lambda _: fault(FaultKind.CONNECT) if 2.0 < loop.time() < 60 else None)
        found = await all_of(client(test_pki, loop, transport), made)
        assert outcomes(found) == {"NoneType": 60}
        assert len(transport.requests) < 200

    in_time(work)


@pytest.mark.parametrize("said", [None, "100000"])
def test_a_long_outage_ends_the_run_and_the_next_one_goes_on(test_pki: Pki, said: str | None, tmp_path: Path) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = register(loop), schools(60)
        mandated(osr, made)
        out = answer(503, {}, headers={"retry-after": said} if said else None)
        transport = Slow(osr, loop, lambda _: out if 2.0 < loop.time() < 3600 else None)
        store = SqliteStore(tmp_path / "s.db")
        first = await all_of(client(test_pki, loop, transport, store=store), made)
        done = sum(controle.error is None for controle in first)
        assert outcomes(first)["Unavailable"] == 60 - done
        assert 0 < done < 60
        assert loop.time() < 3 * PATIENCE
        assert not any(controle.mandaten for controle in first if controle.error is not None)
        loop.jumping.moment = 3600.0
        asked = len(transport.requests)
        second = await all_of(client(test_pki, loop, transport, store=store), made, max_age=3 * 3600)
        assert outcomes(second) == {"NoneType": 60}
        assert len(transport.requests) - asked <= 2 * (60 - done)
        assert sum(controle.gevraagd == 0 for controle in second) == done
        store.close()

    in_time(work)


@pytest.mark.parametrize(
    "wrong",
    [
        answer(401, {"message": "?"}),
        Response(404, {"content-type": "text/html"}, b"<h1>gateway</h1>"),
        answer(400, {"message": "Validation error(s)"}),
    ],
    ids=["401", "404 of a gateway", "400"],
)
def test_an_error_is_never_no_mandate_and_five_in_a_row_end_the_run(test_pki: Pki, wrong: Outcome) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = register(loop), schools(50)
        transport = Slow(osr, loop, lambda _: wrong)
        found = await all_of(client(test_pki, loop, transport), made, workers=1)
        assert outcomes(found) == {"UnexpectedResponse": 50}
        assert [controle.uitleg for controle in found] == [""] * 50
        assert len(transport.requests) == 5
        assert transport.requests[0].url.count("supplier_oin") == 1

    in_time(work)


def test_one_school_that_goes_wrong_leaves_the_others_alone(test_pki: Pki) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = register(loop), schools(20)
        mandated(osr, made)
        bad = {made[number].oin for number in (3, 4, 9, 12, 15, 18)}
        transport = Slow(osr, loop, lambda request: answer(400, {}) if any(oin in request.url for oin in bad) else None)
        found = await all_of(client(test_pki, loop, transport), made, workers=1)
        assert outcomes(found) == {"NoneType": 14, "UnexpectedResponse": 6}
        assert {controle.school.oin for controle in found if controle.error} == bad

    in_time(work)


# --- what is known already


def test_the_store_is_shared_with_sending_and_receiving(test_pki: Pki, tmp_path: Path) -> None:
    osr, now = simulated(), [NOW]
    transport = Played(osr)

    def made() -> Client:
        it: Client = client_of(test_pki, transport, settings(), store=tmp_path / "s.db", now=lambda: now[0])
        return it

    with made() as first:
        assert [bool(item) for item in first.osr.check_mandaten()] == [True]
    asked = len(transport.requests)
    with made() as second:
        assert second.osr.find_leveranciers(SCHOOL) == [LEVERANCIER]
        assert len(transport.requests) == asked
        second._runtime.run(second._operations.answers.forget(SUPPLIER_OIN, SCHOOL.oin))  # a supplier said 401
    osr.revoke(SCHOOL.oin, SUPPLIER_OIN)
    with made() as third:
        assert third.osr.find_leveranciers(SCHOOL) == []


def test_while_the_register_is_silent_a_yes_of_yesterday_is_shown_as_such(test_pki: Pki, tmp_path: Path) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr = register(loop)
        yes, no = schools(2)
        mandated(osr, [yes, no], but=lambda number: number == 1)
        transport = Slow(osr, loop, lambda _: fault(FaultKind.CONNECT) if loop.time() > 3600 else None)
        store = SqliteStore(tmp_path / "s.db")
        assert outcomes(await all_of(client(test_pki, loop, transport, store=store), [yes, no])) == {"NoneType": 2}
        for moment, shown in ((80_000.0, True), (90_000.0, False)):
            loop.jumping.moment = moment
            found = {item.school: item for item in await all_of(client(test_pki, loop, transport, store=store), [yes, no])}
            assert (bool(found[yes]), found[yes].verouderd, bool(found[yes].mandaten)) == (shown, shown, shown)
            assert found[yes].error is not None
            assert (found[no].mandaten, found[no].verouderd) == ((), False)
        store.close()

    in_time(work)


# --- what is asked and said


def test_both_halves_and_every_supplier_once(test_pki: Pki) -> None:
    osr = simulated()
    osr.revoke(SCHOOL.oin, LAS_OIN)
    osr.mandate(SCHOOL.oin, LAS_OIN, dt.date(2024, 8, 1), dt.date(2025, 7, 31))
    transport = Played(osr)
    dia = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl", "Toetsbureau Zuid")
    with client_of(test_pki, transport, settings()) as made:
        (found,) = made.with_options(leveranciers=[LEVERANCIER, dia]).osr.check_mandaten([SCHOOL])
    assert [(item.gemandateerd, item.las_gemandateerd) for item in found.mandaten] == [(True, False), (False, False)]
    assert (found.gevraagd, bool(found), found.error) == (3, False, None)
    assert "op 31 juli 2025 afgelopen" in found.uitleg
    assert "geen geldig mandaat voor Test (uw leerlingadministratiesysteem, LAS)" in found.uitleg
    assert [request.url.rpartition("/")[2].partition("?")[0] for request in transport.requests] == [
        *["mandates"] * 3,
        "school-mandates",
        "schools",
    ]


def test_a_mandate_that_begins_later_and_one_that_ends_soon(test_pki: Pki) -> None:
    osr = simulated()
    osr.revoke(SCHOOL.oin, LAS_OIN)
    osr.mandate(SCHOOL.oin, LAS_OIN, dt.date(2026, 4, 1), dt.date(2026, 4, 20))
    with client_of(test_pki, Played(osr), settings()) as made:
        (now,) = made.osr.check_mandaten([SCHOOL])
        (then,) = made.osr.check_mandaten([SCHOOL], on=dt.date(2026, 4, 2))
    assert "gaat pas op 1 april 2026 in" in now.uitleg
    assert then
    assert "tot en met 20 april 2026" in then.uitleg
    assert "op tijd te verlengen" in then.uitleg
    assert "U hoeft niets te doen" not in then.uitleg


def test_without_a_list_of_our_own_mandates_the_answer_stands(test_pki: Pki) -> None:
    osr = simulated()
    osr.revoke(SCHOOL.oin, LAS_OIN)
    transport = Played(osr, lambda request: answer(403, {}) if "school-mandates" in request.url else None)
    with client_of(test_pki, transport, settings()) as made:
        (found,) = made.osr.check_mandaten([SCHOOL])
    assert (found.error, bool(found)) == (None, False)
    assert found.mandaten[0].las_verlopen_op is None


@pytest.mark.parametrize(
    ("more", "setting"),
    [
        ({"per_second": 0}, "per_second"),
        ({"per_second": True}, "per_second"),
        ({"max_age": -1}, "max_age"),
        ({"max_age": 90_000}, "max_age"),
        ({"workers": 0}, "workers"),
        ({"leveranciers": []}, "leveranciers"),
        ({"leveranciers": ["DIA"]}, "leverancier"),
    ],
)
def test_arguments_that_cannot_be(test_pki: Pki, more: dict[str, Any], setting: str) -> None:
    with client_of(test_pki, Played(simulated()), settings()) as made, pytest.raises(ConfigurationError) as caught:
        list(made.osr.check_mandaten(**more))
    assert caught.value.setting == setting


def test_schools_that_are_found_by_a_function_must_be_named(test_pki: Pki) -> None:
    finder: Callable[[str], School | None] = lambda _: SCHOOL  # noqa: E731
    made = client_of(test_pki, Played(simulated()), settings())
    object.__setattr__(made._operations, "scholen", finder)
    with pytest.raises(ConfigurationError, match="function"):
        list(made.osr.check_mandaten())
    assert [bool(item) for item in made.osr.check_mandaten([SCHOOL])] == [True]


def test_threads_are_bounded_and_a_consumer_may_leave(test_pki: Pki) -> None:
    osr, many = simulated(), schools(40)
    mandated(osr, many)
    taken: list[School] = []

    def source() -> Any:
        for school in many:
            taken.append(school)
            yield school

    with client_of(test_pki, Played(osr), settings(per_second=1000)) as made:
        for _ in made.osr.check_mandaten(source(), workers=2):
            break
    assert len(taken) < 10
