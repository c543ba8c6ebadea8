"""How far a school is, by what a store knows: counts from marks, also after a purge, in as many questions for every school."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from support import NOW, OTHER_OIN, SCHOOL, SUPPLIER_OIN
from support.databases import Places, query
from support.records import DAY, YEAR, claim, delivery, message

from doorstroom_client import Leerling, Leerlingstand, Schoolstand
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.pupils import ECK_ID, LAS_KEY, mark
from doorstroom_client.store.rows import Entry, Key, State

AT = SCHOOL.routeringskenmerk
DEELNEMERS = Key("registreren", SUPPLIER_OIN, AT)
ADVIEZEN = Key("registreren-schooladviezen", SUPPLIER_OIN, AT)
PUPILS = ("een", "twee", "drie")


@pytest.fixture
def store(places: Places) -> Iterator[Any]:
    made = open_store(places.new())
    yield made
    made.close()


def entries(store: Any, names: Sequence[str], says: str = "said", las: str = "") -> list[Entry]:
    secret = store.ledger.secret()
    return [Entry(mark(secret, ECK_ID, name), mark(secret, LAS_KEY, f"{las}{name}" if las else None), says) for name in names]


def accept(store: Any, key: Key, items: list[Entry], *, year: str = YEAR, at: dt.datetime = NOW, lost: bool = False) -> None:
    dispatch = store.outbox.overtake(key, year, items, f"{key}{year}{at}", at)
    if lost:
        store.ledger.end(dispatch)
    else:
        store.ledger.accept(dispatch, range(len(items)), at, last=True)


def stand(store: Any, **more: Any) -> Schoolstand:
    found: Schoolstand = store.season.of_school(AT, more.get("year", YEAR), NOW)
    return found


def counts(found: Schoolstand, *names: str) -> tuple[int, ...]:
    return tuple(getattr(found, name) for name in names)


def test_nothing_is_known_of_a_school(store: Any) -> None:
    assert stand(store) == Schoolstand(routeringskenmerk=AT, schooljaar=YEAR)
    assert stand(store).van(Leerling("een")) == Leerlingstand()


def test_counts_what_was_sent_and_what_came(store: Any) -> None:
    accept(store, DEELNEMERS, entries(store, PUPILS, las="k-"))
    accept(store, ADVIEZEN, entries(store, ["een", "twee"]), at=NOW + DAY)
    store.inbox.add_many([delivery("een"), delivery("een", 59, sender_oin=OTHER_OIN), delivery("vreemd", toets="DIA")])
    store.inbox.add_many([delivery("twee", 50, schooljaar="2024-2025")])
    found = stand(store)
    assert counts(found, "deelnemers", "adviezen", "zonder_advies", "adviezen_onbevestigd") == (3, 2, 1, 0)
    assert counts(found, "resultaten", "dubbel", "zonder_resultaat", "zonder_rapport") == (2, 1, 2, 2)
    assert (found.leveranciers, found.laatst_verstuurd) == ((SUPPLIER_OIN,), NOW + DAY)
    assert found.laatst_ontvangen == NOW - 59 * DAY
    assert found.van(Leerling("een")) == Leerlingstand(
        deelnemer=True, advies=True, resultaten=2, deelnemer_op=NOW, advies_op=NOW + DAY
    )
    assert found.van(Leerling("een", "k-twee")).resultaten == 2, "the ECK-iD leads"
    assert found.van(Leerling(las_key="k-drie")) == Leerlingstand(deelnemer=True, deelnemer_op=NOW)
    assert found.van(Leerling("nieuw", "k-drie")) == Leerlingstand(), "that key is of somebody with another ECK-iD"
    assert found.buiten([Leerling("een"), Leerling("twee"), Leerling(las_key="k-drie")]) == 1
    assert "een" not in repr(found)
    assert repr(found._book) == "Book(aantal=4)"
    kept = pickle.loads(pickle.dumps(found))
    assert kept == found == found.aantallen
    assert found.aantallen.van(Leerling("een")) == Leerlingstand()
    assert kept.van(Leerling("een")) == Leerlingstand(), "marks and the key stay behind"


@pytest.mark.parametrize(
    ("what", "names", "expected"),
    [
        ("a list that may have arrived", ("deelnemers", "deelnemers_in_twijfel", "zonder_advies"), (3, 1, 1)),
        ("gone", ("deelnemers", "deelnemers_in_twijfel", "zonder_advies"), (2, 0, 0)),
        ("advice before participants", ("adviezen", "adviezen_in_twijfel", "adviezen_onbevestigd"), (2, 0, 2)),
        ("advice that may have arrived", ("adviezen", "adviezen_in_twijfel", "adviezen_onbevestigd"), (2, 1, 2)),
        ("then participants", ("adviezen", "adviezen_in_twijfel", "adviezen_onbevestigd"), (2, 2, 2)),
    ],
)
def test_what_is_in_doubt(store: Any, what: str, names: Sequence[str], expected: tuple[int, ...]) -> None:
    first = entries(store, ["een", "twee"])
    if what in ("a list that may have arrived", "gone"):
        accept(store, DEELNEMERS, entries(store, PUPILS))
        accept(store, ADVIEZEN, first)
    else:
        accept(store, ADVIEZEN, first)
    if what == "a list that may have arrived":
        accept(store, DEELNEMERS, entries(store, ["een"], "other"), at=NOW + DAY, lost=True)
    elif what == "advice that may have arrived":
        accept(store, ADVIEZEN, entries(store, ["een"], "other"), at=NOW + DAY, lost=True)
    elif what == "gone":
        store.ledger.gone(DEELNEMERS, YEAR, entries(store, ["drie"]))
    elif what == "then participants":
        accept(store, DEELNEMERS, first)
    assert counts(stand(store), *names) == expected


def test_lists_that_wait(store: Any) -> None:
    for number, key in enumerate((DEELNEMERS, ADVIEZEN)):
        store.outbox.add(message(f"m{number}", key=key))
    claimed = claim(store, 59)
    assert store.outbox.postpone(claimed, State.HELD, "mandaat", NOW, NOW, counts=True)
    for name, expires in (("parked", -9), ("too late", 9)):
        queued = store.outbox.add(message(name, expires=expires, key=Key("registreren", OTHER_OIN, AT)))
        store.outbox.park(queued.id, "operator", NOW)
    assert counts(stand(store), "wachtend", "vastgehouden", "geparkeerd") == (1, 1, 1)
    third = "00000003990000150000"
    accept(store, Key("registreren", third, AT), entries(store, PUPILS), at=NOW - DAY)
    accept(store, Key("registreren-schooladviezen", third, AT), entries(store, PUPILS), at=NOW + DAY)
    assert stand(store).geparkeerd == 1
    accept(store, Key("registreren", third, AT), entries(store, PUPILS), at=NOW + DAY)
    assert stand(store).geparkeerd == 0, "a newer list of that kind was accepted since"
    assert counts(stand(store, year="2026-2027"), "wachtend", "vastgehouden", "geparkeerd") == (0, 0, 0)


@pytest.mark.parametrize("schooljaar", [YEAR, ""], ids=["named", "not named"])
def test_who_had_a_result_is_known_after_a_purge(store: Any, schooljaar: str) -> None:
    """It is removed thirty days after it was processed; in March nobody may be told that it never came."""
    accept(store, DEELNEMERS, entries(store, PUPILS))
    for name in ("een", "twee"):
        (kept,) = store.inbox.add_many([delivery(name, 40, schooljaar=schooljaar)])
        store.inbox.mark_done(kept.id, NOW - 35 * DAY)
        store.reports.note(kept.id, "fetched" if name == "een" else "later", NOW)
    before = stand(store)
    assert store.purge(NOW, NOW - 30 * DAY, NOW - 400 * DAY).resultaten == 2
    assert query(store, "SELECT count(*) FROM leerlingresultaat")[0][0] == 0
    assert stand(store) == before
    assert counts(before, "resultaten", "zonder_resultaat", "zonder_rapport") == (2, 1, 1)
    assert stand(store).van(Leerling("een")) == Leerlingstand(deelnemer=True, resultaten=1, rapport=True, deelnemer_op=NOW)
    store.inbox.add_many([delivery("een", 1, schooljaar=schooljaar)])  # an update of the supplier
    assert counts(stand(store), "resultaten", "dubbel", "zonder_rapport") == (2, 0, 2)


def test_marks_of_results_go_with_the_other_marks(store: Any) -> None:
    (kept,) = store.inbox.add_many([delivery("een", 40)])
    store.inbox.mark_done(kept.id, NOW - 35 * DAY)
    store.purge(NOW, NOW - 30 * DAY, NOW - 400 * DAY)
    assert store.removable(NOW, NOW - 30 * DAY, NOW - 39 * DAY).merken == 1
    assert store.purge(NOW, NOW - 30 * DAY, NOW - 39 * DAY).merken == 1
    assert query(store, "SELECT count(*) FROM uitslagmerk")[0][0] == 0


def test_a_result_under_a_las_key_alone_is_of_who_has_that_key(store: Any) -> None:
    (kept,) = store.inbox.add_many([delivery(pupil="las:k-een")])
    store.inbox.mark_done(kept.id, NOW - 50 * DAY)
    store.purge(NOW, NOW - 30 * DAY, NOW - 400 * DAY)
    accept(store, DEELNEMERS, entries(store, ["een"], las="k-"))
    assert stand(store).van(Leerling("een")).resultaten == 1
    assert counts(stand(store), "deelnemers", "resultaten", "zonder_resultaat") == (1, 1, 0)


def test_whose_test_a_school_takes(store: Any) -> None:
    other = Key("registreren", OTHER_OIN, AT)
    assert store.tests.changed(DEELNEMERS, YEAR) == ""
    accept(store, other, entries(store, PUPILS), year="2024-2025", at=NOW - 400 * DAY)
    assert (store.tests.changed(DEELNEMERS, YEAR), store.tests.changed(other, YEAR)) == (OTHER_OIN, "")
    store.purge(NOW, NOW, NOW)
    assert query(store, "SELECT count(*) FROM ledger")[0][0] == 0
    assert store.tests.year_before(AT, YEAR) == stand(store).vorige_toets == OTHER_OIN, "one word stays"
    accept(store, DEELNEMERS, entries(store, PUPILS))
    assert store.tests.changed(DEELNEMERS, YEAR) == "", "it is told at the first list only"
    accept(store, other, entries(store, ["een"]), at=NOW + DAY)
    found = stand(store)
    assert found.leveranciers == (OTHER_OIN, SUPPLIER_OIN)
    assert found.deelnemers == 1, "what an earlier supplier has is of no use any more"


def test_asks_as_much_for_every_school(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With forty schools in the store no more is read for one than with two."""

    def fill(number: int) -> None:
        at = f"{AT[:-3]}{number:03}"
        accept(store, Key("registreren", SUPPLIER_OIN, at), entries(store, PUPILS))
        accept(store, Key("registreren-schooladviezen", SUPPLIER_OIN, at), entries(store, PUPILS))
        store.inbox.add_many([delivery(name, edu_to=at) for name in PUPILS])

    seen: list[int] = []
    real = store._database.cursor

    class Counting:
        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def execute(self, text: str, values: Sequence[object] = ()) -> Any:
            self.rows = list(self.inner.execute(text, values).fetchall())
            seen.append(len(self.rows))
            return self

        def fetchall(self) -> list[Any]:
            return self.rows

        def fetchone(self) -> Any:
            return self.rows[0]

    @contextmanager
    def counting(what: str) -> Iterator[Any]:
        with real(what) as cursor:
            yield Counting(cursor)

    costs = []
    for until in (2, 40):
        for number in range(until - 38 if until == 40 else 0, until):
            fill(number)
        with monkeypatch.context() as patch:
            patch.setattr(store._database, "cursor", counting)
            seen.clear()
            assert store.season.of_school(f"{AT[:-3]}001", YEAR, NOW).deelnemers == 3
        costs.append((len(seen), sum(seen)))
    assert costs[0] == costs[1]
    assert costs[0][0] <= 7


def test_every_question_goes_by_index(tmp_path: Any) -> None:
    from doorstroom_client.store import school_tests, season

    store: Any = open_store(tmp_path / "s.db")
    questions = [
        (season._ACCEPTED, 5),
        (season._OPEN_LISTS, 2),
        (season._PARKED, 3),
        (season._RESULTS, 1),
        (season._REMOVED_RESULTS, 1),
        (school_tests._OF_YEAR, 2),
    ]
    with store._database.cursor("look") as cursor:
        for text, values in questions:
            plan = [row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {text}", ["x"] * values).fetchall()]
            assert not [step for step in plan if step.startswith("SCAN")], plan
    store.close()


def one(store: Any, eck: str | None = None, las: str | None = None) -> Entry:
    secret = store.ledger.secret()
    return Entry(mark(secret, ECK_ID, eck), mark(secret, LAS_KEY, las), "said")


@pytest.mark.parametrize(
    ("deelnemers", "adviezen", "result"),
    [
        ([("", "k"), ("E", "")], ("E", ""), "eck:E"),
        ([("", "k"), ("E", "k")], ("E", ""), "las:k"),
        ([("", "k")], ("E", ""), "eck:E"),
        ([("", "k")], ("", "k"), "eck:E"),
        ([("E", "")], ("", "k"), "las:k"),
        ([("", "k")], ("E", ""), "las:k"),
    ],
)
def test_a_pupil_whose_identities_were_named_apart_is_one_to_the_school(
    deelnemers: Sequence[tuple[str, str]], adviezen: tuple[str, str], result: str, store: Any
) -> None:
    """The lists named the LAS-key at first and the ECK-iD later; the school's own list has both."""
    for number, (eck, las) in enumerate(deelnemers):
        accept(store, DEELNEMERS, [one(store, eck, las)], at=NOW + number * DAY)
    accept(store, ADVIEZEN, [one(store, *adviezen)], at=NOW + 5 * DAY)
    store.inbox.add_many([delivery(pupil=result)])
    found, pupil = stand(store), Leerling("E", "k")
    assert found.van(pupil) == Leerlingstand(
        deelnemer=True,
        advies=True,
        advies_onbevestigd=bool(found.adviezen_onbevestigd),
        resultaten=1,
        deelnemer_op=NOW + (len(deelnemers) - 1) * DAY,
        advies_op=NOW + 5 * DAY,
    )
    assert found.buiten([pupil]) == 0


def test_the_report_of_what_was_sent_again_counts(store: Any) -> None:
    """The first delivery was removed before its report was fetched, and it named the pupil in another way."""
    accept(store, DEELNEMERS, [one(store, las="k")])
    (kept,) = store.inbox.add_many([delivery(pupil="las:k")])
    store.inbox.mark_done(kept.id, NOW - 50 * DAY)
    store.purge(NOW, NOW - 30 * DAY, NOW - 400 * DAY)
    accept(store, DEELNEMERS, [one(store, "E", "k")], at=NOW + DAY)
    (kept,) = store.inbox.add_many([delivery("E", 1, las_key="k")])
    assert counts(stand(store), "resultaten", "dubbel", "zonder_rapport") == (1, 0, 1)
    store.reports.note(kept.id, "fetched", NOW)
    assert counts(stand(store), "resultaten", "dubbel", "zonder_rapport") == (1, 0, 0)


def test_a_list_of_which_every_pupil_was_refused_says_nothing_of_whose_test_it_is(store: Any) -> None:
    dispatch = store.outbox.overtake(ADVIEZEN, YEAR, entries(store, PUPILS), "token", NOW)
    store.ledger.accept(dispatch, [], NOW, last=True)
    assert stand(store).leveranciers == ()
    assert store.tests.of_year(AT, YEAR) == ()
