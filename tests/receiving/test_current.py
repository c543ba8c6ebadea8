"""Which result is current: every row of the tables in the documentation, on both databases."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import LAS_OIN, LEVERANCIER, NOW, OSR, OTHER_OIN, SCHOOL, SUPPLIER_OIN, FakeTransport, answer, resultaat
from support.clients import QUERY
from support.databases import Places
from support.deliveries import later

from doorstroom_client import Advies, Adviezenlijst, Client, Event, Leerling, Leverancier, Retry
from doorstroom_client.receiving.audit import CONTESTED
from doorstroom_client.receiving.judge import InboundRequest
from doorstroom_client.store.opening import open_store
from doorstroom_client.transport.request import Operation, Outcome, Request

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "current-result.md"
OTHER = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl/dst", "Diabureau")
STRANGER, NOBODY = "00000003990000130000", "00000003990000140000"
ECK, WRONG = ("https://ketenid.nl/pilot/" + letter * 128 for letter in "ab")
KEY = "sleutel"
HOUR = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
A, B = {"by": SUPPLIER_OIN}, {"by": OTHER_OIN}
ABSENT = object()


class Scene:
    """A receiver, both suppliers, and a clock that goes a minute further with every message."""

    def __init__(self, place: str, **more: Any) -> None:
        self.now = NOW
        self.statuses: list[int] = []
        self.events: list[Event] = []
        arguments: dict[str, Any] = {
            "osr": OSR,
            "leveranciers": [LEVERANCIER, OTHER],
            "scholen": [SCHOOL],
            "auteur": "Test 1",
            "schooljaar": "2025-2026",
            "store": place,
            "retry": Retry.never(),
            "transport": FakeTransport(self._answer),
            "now": lambda: self.now,
            "on_event": self.events.append,
        }
        self.client = Client(**{**arguments, **more})
        self.client._operations = replace(self.client._operations, las_oin=lambda: LAS_OIN)

    def _answer(self, request: Request) -> Outcome:
        if request.operation is Operation.SCHOOLADVIEZEN:
            return answer(202, {"melding": "ok"})
        return answer(404, {"message": "mandate not found"}) if NOBODY in request.url else answer(200, "OK")

    def push(self, by: str = SUPPLIER_OIN, *, again: int = 0, **more: Any) -> None:
        """A message, whose score is its number; or the bytes of an earlier one."""
        self.now += dt.timedelta(minutes=1)
        number = again or len(self.statuses) + 1
        document = resultaat(score=number, **{"datumtijd": self.now.isoformat(), **_named(more)})
        for name, value in more.items():
            if name in ("schooljaar", "moment"):
                document["datumtijd" if name == "moment" else name] = value
        if more.get("toets", "") is None:
            del document["toets"], document["resultatenscores"]["toetsdefinitie"]
        if more.get("elsewhere"):
            del document["resultatenscores"]["toetsdefinitie"]
        if again:
            body = self.bodies[again - 1]
        else:
            body = json.dumps({name: value for name, value in document.items() if value is not ABSENT}).encode()
        self.bodies = [*getattr(self, "bodies", []), body]
        request = InboundRequest("POST", "/leerlingresultaat", QUERY, by, body)
        self.statuses.append(self.client.terugweg.handle(request).status)

    def lijst(self, eck: str = ECK, las: str = KEY, to: Leverancier = LEVERANCIER) -> None:
        """Our own list names both identities of a pupil."""
        self.now += dt.timedelta(minutes=1)
        self.client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(eck, las), "HAVO")]), leverancier=to)

    def current(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """The results that are current, by sender and score, with what is odd about them."""
        return {(item.sender_oin, item.toetsscore or 0): item.opmerkingen for item in self.client.resultaten(everything=True)}


def _named(more: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in more.items() if name in ("eck", "las", "datumtijd") or (name == "toets" and value)}


def at(clock: str) -> dict[str, Any]:
    hours, minutes = map(int, clock.split(":"))
    return {"datumtijd": (HOUR + dt.timedelta(hours=hours, minutes=minutes)).isoformat()}


BY_KEY: dict[str, Any] = {"eck": None, "las": KEY}
BOTH: dict[str, Any] = {"eck": ECK, "las": KEY}
BY_ECK: dict[str, Any] = {"eck": ECK}
Step = Callable[[Scene], None]


def push(by: dict[str, Any] = A, **more: Any) -> Step:
    return lambda scene: scene.push(**by, **more)


def lijst(**more: Any) -> Step:
    return lambda scene: scene.lijst(**more)


CASES: dict[str, list[Step]] = {
    "A sends 1 and later 2": [push(), push()],
    "A sends 1, then the same bytes again": [push(), push(again=1)],
    "A sends 1, and B sends 2 about the same test": [push(), push(B)],
    "A sends 1, B sends 2 about the same test, and A sends 3": [push(), push(B), push()],
    "A sends 1, and B sends the same bytes": [push(), push(B, again=1)],
    "A sends 1 about ICE, and B sends 2 about DIA": [push(), push(B, toets="DIA")],
    "A sends 1 about ICE and 2 about DIA": [push(), push(toets="DIA")],
    "A sends 1, and B sends 2 about another school year": [push(), push(B, schooljaar="2024-2025")],
    "A sends 1, and B sends 2 without a school year": [push(), push(B, schooljaar=ABSENT)],
    "A sends 1, and B sends 2 about another pupil": [push(), push(B, eck=WRONG)],
    "A sends 1, and a party that is mandated but no configured supplier sends 2": [push(), push({"by": STRANGER})],
    "a party that is not mandated sends 1": [push({"by": NOBODY})],
    "our own OIN sends 1": [push({"by": LAS_OIN})],
    "our own OIN sends 1, and is that of a configured supplier too": [push({"by": LAS_OIN}, toets="AMN")],
    "A sends 1 about `ICE` and 2 about `ice`": [push(), push(toets=" ice ")],
    "A sends 1 about `ROUTE_8` and 2 about `Route 8`": [push(toets="ROUTE_8"), push(toets="Route 8")],
    "A sends 1 about `ICE` in `toetsdefinitie`, and 2 about `ICE` in `toets` only": [push(), push(elsewhere=True)],
    "A sends 1 about a test outside the list, and 2 about it in other capitals": [
        push(toets="Nieuwe Toets"),
        push(toets="nieuwe  toets"),
    ],
    "A sends 1 and names no test in 2": [push(), push(toets=None)],
    "A sends 1 with the ECK-iD, and 2 with the same in capitals": [push(), push(eck=ECK.upper())],
    "A sends 1 with a LAS-key, and 2 with the same in capitals": [push(**BY_KEY), push(eck=None, las=KEY.upper())],
    "A sends 1 for `2025-2026` and 2 for `2025/2026`": [push(), push(schooljaar="2025/2026")],
    "A sends 1 for `2025-2026` and 2 for `2025 - 26`": [push(), push(schooljaar=" 2025 – 26")],
    "A sends 1 for `2025-2026` and names no year in 2": [push(), push(schooljaar=ABSENT)],
    "A sends 1 by LAS-key, 2 by both and 3 by ECK-iD": [push(**BY_KEY), push(**BOTH), push(**BY_ECK)],
    "A sends 1 by both and 2 by LAS-key": [push(**BOTH), push(**BY_KEY)],
    "A sends 1 by LAS-key and 2 by ECK-iD, and nobody named both": [push(**BY_KEY), push(**BY_ECK)],
    "our list to A names both, and A sends 1 by LAS-key and 2 by ECK-iD": [lijst(), push(**BY_KEY), push(**BY_ECK)],
    "our list to B names both, and A sends 1 by LAS-key and 2 by ECK-iD": [lijst(to=OTHER), push(**BY_KEY), push(**BY_ECK)],
    "A sends 1 by LAS-key and 2 by ECK-iD, and then our list names both": [push(**BY_KEY), push(**BY_ECK), lijst()],
    "A sends 1 by ECK-iD and 2 by LAS-key, and then our list names both": [push(**BY_ECK), push(**BY_KEY), lijst()],
    "A sends 1 by LAS-key and 2 by ECK-iD, and B sends 3 by both": [push(**BY_KEY), push(**BY_ECK), push(B, **BOTH)],
    "our list names the LAS-key with the ECK-iD, A sends 1 by ECK-iD, 2 by the LAS-key with another ECK-iD, and 3 by LAS-key": [
        lijst(),
        push(**BY_ECK),
        push(eck=WRONG, las=KEY),
        push(**BY_KEY),
    ],
    "our list names the LAS-key with a wrong ECK-iD, A sends 1 by LAS-key, our list corrects it, and A sends 2 by ECK-iD": [
        lijst(eck=WRONG),
        push(**BY_KEY),
        lijst(),
        push(**BY_ECK),
    ],
    "A sends 1 by ECK-iD, and 2 by a LAS-key of the same text": [push(**BY_ECK), push(eck=None, las=ECK)],
    "A sends 1 made at 11:30 and 2 made at 11:00": [push(**at("11:30")), push(**at("11:00"))],
    "A sends 1 made at 11:30 and 2 made at 11:30": [push(**at("11:30")), push(**at("11:30"))],
    # The first is received at 12:01.
    "A sends 1 made 4 minutes ahead of our clock, and 2 made a minute before that": [push(**at("12:05")), push(**at("12:04"))],
    "A sends 1 made 6 minutes ahead of our clock, and 2 made at 11:00": [push(**at("12:07")), push(**at("11:00"))],
    "A sends 1 made at 11:00, and 2 made in 2099": [push(**at("11:00")), push(moment="2099-01-01T00:00:00Z")],
    "A sends 1 made at 11:00, and 2 with the digits of an epoch": [push(**at("11:00")), push(moment="1773144000")],
    "A sends 1 with the digits of an epoch, and 2 made at 11:00": [push(moment="1773144000"), push(**at("11:00"))],
    "A sends 1 made at 11:00, and 2 with the milliseconds of an epoch, which read as the year 1771": [
        push(**at("11:00")),
        push(moment="1771031412345"),
    ],
    "A sends 1 made at 11:00, and 2 with digits that read as a day": [push(**at("11:00")), push(moment="20260101")],
    "A sends 1 with a number for a moment, and 2 made at 11:00": [push(moment=1773144000), push(**at("11:00"))],
    "A sends 1 with a moment that cannot be read, and 2 made at 11:00": [push(moment="gisteren"), push(**at("11:00"))],
    "A sends 1 and 2 without a moment": [push(moment=ABSENT), push(moment=ABSENT)],
    "A sends 1 made at 11:30, 2 without a moment, and 3 made at 11:00": [
        push(**at("11:30")),
        push(moment=ABSENT),
        push(**at("11:00")),
    ],
    "A sends 1 made at 11:30, 2 without a moment, and 3 made at 11:40": [
        push(**at("11:30")),
        push(moment=ABSENT),
        push(**at("11:40")),
    ],
    "A sends 1 by LAS-key without a moment and 2 by ECK-iD made at 11:00, and then our list names both": [
        push(**BY_KEY, moment=ABSENT),
        push(**BY_ECK, **at("11:00")),
        lijst(),
    ],
    "A sends 1 by ECK-iD made at 11:00 and 2 by LAS-key without a moment, and then our list names both": [
        push(**BY_ECK, **at("11:00")),
        push(**BY_KEY, moment=ABSENT),
        lijst(),
    ],
    "A sends 1 and 2 in the hour that comes twice in October, 2 with the earlier clock": [
        push(moment="2025-10-26T02:50:00"),
        push(moment="2025-10-26T02:10:00"),
    ],
}
MORE: dict[str, dict[str, Any]] = {
    "our own OIN sends 1, and is that of a configured supplier too": {
        "leveranciers": [LEVERANCIER, Leverancier("AMN", LAS_OIN, "https://amn.example.nl")]
    }
}
"""Other settings of the client."""


def rows() -> dict[str, tuple[str, str]]:
    """The tables of the page: what comes in, what is current, and the remarks."""
    lines = [line.strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    return {
        first: (current, told) for first, current, told in cells if first != "what comes in" and not first.startswith("---")
    }


ROWS = rows()


def told_of(told: str, number: int) -> set[str]:
    """The remarks in a cell about one result."""
    parts = (part.strip() for part in told.split(";"))
    names = [(part.split("`")[0], re.findall("`([a-z_]+)`", part)) for part in parts if part]
    return {code for who, codes in names if "both" in who or str(number) in who for code in codes}


@pytest.fixture
def scene(places: Places, request: pytest.FixtureRequest) -> Iterator[Scene]:
    case = getattr(request.node, "callspec", None)
    made = Scene(places.new(), **MORE.get(case.params.get("case", "") if case else "", {}))
    yield made
    made.client.close()


def test_the_page_holds_all_cases_and_no_others() -> None:
    assert list(ROWS) == list(CASES)
    assert len(CASES) > 50


@pytest.mark.parametrize("case", CASES)
def test_what_is_current(scene: Scene, case: str) -> None:
    for step in CASES[case]:
        step(scene)
    wanted, told = ROWS[case]
    found = scene.current()
    if "none" in wanted:
        assert (scene.statuses, found) == ([int(wanted[-3:])], {})
        return
    assert set(scene.statuses) == {202}
    numbers = [int(number) for number in re.findall("[0-9]", wanted)]
    scores = [2 if number == 1 and by == OTHER_OIN else number for by, number in found]  # of the same bytes
    assert sorted(scores) == numbers
    curious = {"ook_van_andere_afzender", "toets_van_andere_leverancier", "afzender_onbekend", "datumtijd_onleesbaar"}
    curious |= {"datumtijd_in_de_toekomst"}
    for number, remarks in zip(scores, found.values(), strict=True):
        assert set(remarks) & curious == told_of(told, number)
    events = [event for event in scene.events if event.result == CONTESTED]
    assert bool(events) == ("ook_van_andere_afzender" in told)
    assert all(event.serious and event.actor in (SUPPLIER_OIN, OTHER_OIN, STRANGER) for event in events)


def test_each_sender_has_a_history_of_its_own(scene: Scene) -> None:
    for step in (push(), push(B), push(), push(B)):
        step(scene)
    histories = [[one.toetsscore for one in item.history()] for item in scene.client.resultaten()]
    assert sorted(histories) == [[1, 3], [2, 4]]


def test_the_remark_goes_when_only_one_is_left(scene: Scene) -> None:
    for step in (push(), push(B)):
        step(scene)
    first, second = scene.client.resultaten()
    second.done()
    assert first.contested
    scene.now += dt.timedelta(days=31)
    scene.client.store.purge()
    (left,) = scene.client.resultaten()
    assert (left.toetsscore, left.contested) == (1, False)


def test_a_pupil_is_handed_out_one_at_a_time_whoever_sent_it(scene: Scene) -> None:
    """And under whichever identity, once it is known whose it is."""
    for step in (push(**BY_KEY), push(B, **BY_ECK), lijst()):
        step(scene)
    stop = threading.Event()
    seen = []
    for item in scene.client.watch(stop=stop.is_set, poll=0.01):
        assert [one.toetsscore for one in scene.client.resultaten()] == [], "the other one waits"
        seen.append(item.toetsscore)
        item.done()
        if len(seen) == 2:
            stop.set()
    assert seen == [1, 2]


def test_a_list_from_the_outbox_tells_whose_a_key_is_too(scene: Scene) -> None:
    for step in (push(**BY_KEY), push(**BY_ECK)):
        step(scene)
    scene.client.outbox.add(Adviezenlijst(SCHOOL, [Advies(Leerling(ECK, KEY), "HAVO")]), leverancier=LEVERANCIER)
    assert len(scene.current()) == 2
    list(scene.client.outbox.deliver())
    assert [number for _, number in scene.current()] == [2]


def test_whose_a_key_is_may_be_told_while_results_come_in(places: Places) -> None:
    """Whichever comes first, in the end there is one result of the pupil."""
    scene = Scene(places.new())
    for attempt in range(15):
        eck, key = f"https://ketenid.nl/pilot/{attempt:0128x}", f"k{attempt}"
        ready = threading.Barrier(3)
        failures: list[BaseException] = []

        def work(step: Step, ready: threading.Barrier = ready, failures: list[BaseException] = failures) -> None:
            try:
                ready.wait(10)
                step(scene)
            except BaseException as error:
                failures.append(error)

        steps = (push(eck=None, las=key), push(eck=eck), lijst(eck=eck, las=key))
        threads = [threading.Thread(target=work, args=(step,)) for step in steps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert failures == []
    assert set(scene.statuses) == {202}
    scene.client.close()
    store = open_store(str(scene.client._runtime.resources._store))
    assert store.inbox.counts()["current"] == 15
    store.close()


@pytest.mark.parametrize("named", [BOTH, BY_KEY, BY_ECK], ids=["both", "LAS-key", "ECK-iD"])
def test_what_is_there_already_does_not_make_the_next_one_slower(tmp_path: Path, named: dict[str, Any]) -> None:
    """However a school's results look: one LAS-key beside every ECK-iD is what a careless sender writes."""
    store = open_store(str(tmp_path / "s.db"))
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    def add(number: int) -> int:
        nonlocal steps
        pupil = f"las:{number}" if named is BY_KEY else f"eck:{number}"
        steps = 0
        store.inbox.add(later(0, b"%d" % number, pupil=pupil, las_key=KEY if named is BOTH else ""))
        return steps

    add(0)
    store._database._connection.set_progress_handler(count, 10)
    first = add(1)
    others = [later(0, b"%d" % number, pupil=f"eck:{number}", las_key=KEY) for number in range(10, 1500)]
    store.inbox.add_many(others)
    assert 0 < add(2) < 2 * first
    store.close()
