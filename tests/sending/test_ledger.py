"""What a list says of each pupil, and what changed since it was accepted."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, SCHOOL
from support.databases import Places
from support.sending import ANDERE, KEYS, PUPILS, YEAR, accept, contents, lijst_of, open_store

from doorstroom_client import Advies, Afspraak, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.deelnemersbericht import build_deelnemersbericht
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.only_changes import MOST_REPEATS, Again, Changes, Verdwenen, compare
from doorstroom_client.store.pupils import marks_of, same_pupil
from doorstroom_client.store.rows import Entry, Noted

KEY, OTHER, THIRD = KEYS
PARTICIPANTS = replace(KEY, soort="registreren")
SECRET = b"s" * 32
GROUPS = (Stamgroep("g1", "8A"), Stamgroep("g2", "8B"))


@pytest.fixture
def store(places: Places) -> Iterator[Any]:
    made = open_store(places.new())
    yield made
    made.close()


def deelnemers(
    groups: tuple[Stamgroep, ...] = GROUPS, at: dt.datetime = NOW, order: tuple[int, ...] = (0, 1, 2, 3), school: Any = SCHOOL
) -> Bericht:
    found = [
        Deelnemer(
            leerling=PUPILS[number],
            achternaam=f"Achternaam{number}",
            roepnaam="Kim",
            voorletters="K",
            geboortedatum="2014-01-02",
            groep=GROUPS[number % 2].id,
        )
        for number in order
    ]
    message = build_deelnemersbericht(
        school, groups, found, afspraak=Afspraak.met_naam("1.1"), schooljaar=YEAR, auteur="Test 1", datumtijd=at
    )
    return Bericht.of(message, school)


# --- lists


@pytest.mark.parametrize("lijst", [lijst_of(0, (0, 1, 2, 0)), deelnemers()], ids=["adviezen", "deelnemers"])
@given(positions=st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True).map(sorted))
def test_a_part_is_the_same_message_with_some_pupils(lijst: Bericht, positions: list[int]) -> None:
    part = lijst.part(positions)
    assert part.body == lijst.part(tuple(positions)).body
    assert part.aantal == len(positions)
    assert part.entries(SECRET) == tuple(lijst.entries(SECRET)[at] for at in positions)
    assert part.leerlingen(range(len(positions))) == lijst.leerlingen(positions)
    whole, some = json.loads(lijst.body), json.loads(part.body)
    for name in ("deelnemers", "voorlopigSchooladviezen", "groepen"):
        whole.pop(name, None), some.pop(name, None)
    assert some == whole  # the moment of making too


def test_a_part_holds_the_groups_of_its_pupils_only() -> None:
    assert [groep["id"] for groep in json.loads(deelnemers().part((0, 2)).body)["groepen"]] == ["g1"]
    assert [groep["id"] for groep in json.loads(deelnemers().part((0, 1)).body)["groepen"]] == ["g1", "g2"]


def test_all_of_a_list_is_the_list_itself() -> None:
    lijst = deelnemers()
    assert lijst.part(range(4)) is lijst


def test_what_is_said_of_a_pupil_does_not_depend_on_order_or_moment() -> None:
    one = deelnemers().entries(SECRET)
    two = deelnemers(GROUPS[::-1], NOW + dt.timedelta(days=1), (3, 1, 0, 2)).entries(SECRET)
    assert set(one) == set(two)
    assert [one[number] for number in (3, 1, 0, 2)] == list(two)


def test_marks_tell_nothing_without_the_key() -> None:
    entries = deelnemers().entries(SECRET)
    assert all(set(mark) <= set("0123456789abcdef") for entry in entries for mark in (entry.eck, entry.las, entry.content))
    others = deelnemers().entries(b"t" * 32)
    assert not {mark for entry in entries for mark in (entry.eck, entry.las, entry.content) if mark} & {
        mark for entry in others for mark in (entry.eck, entry.las, entry.content)
    }


def test_the_same_text_as_eck_id_and_las_key_is_not_the_same_pupil() -> None:
    eck, _ = marks_of(Leerling(eck_id="x"), SECRET)
    _, las = marks_of(Leerling(las_key="x"), SECRET)
    assert eck != las


def test_marks_stay_what_they_are_in_stores_that_are_in_use() -> None:
    """Else every pupil is new to the next version, and everybody in the ledger has disappeared."""
    assert marks_of(Leerling(eck_id="https://ketenid.nl/pilot/" + "a" * 128, las_key="kind-a"), SECRET) == (
        "0670e279c93ab5cc5616d6d360b065da",
        "9cd9de938fbbc1e96265e35e7c7abd92",
    )


# --- comparing


def noted(*entries: Entry, known: bool = True, times: int = 0, at: dt.datetime = NOW) -> list[Noted]:
    return [Noted(entry.eck, entry.las, entry.content, known, times, at) for entry in entries]


def found(nieuw: tuple[int, ...] = (), gewijzigd: tuple[int, ...] = (), same: int = 0, gone: Sequence[Entry] = ()) -> Changes:
    return Changes(nieuw, gewijzigd, (), same, 0, tuple(noted(*gone)))


def changes(wanted: Bericht, accepted: Bericht, waiting: Bericht | None = None) -> Changes:
    return compare(wanted.entries(SECRET), noted(*accepted.entries(SECRET)), waiting.entries(SECRET) if waiting else ())


def test_the_same_list_again() -> None:
    assert changes(deelnemers(), deelnemers(at=NOW + dt.timedelta(days=2))) == found(same=4)


def test_a_group_with_another_name_changes_its_pupils() -> None:
    renamed = (Stamgroep("g1", "Dolfijnen"), GROUPS[1])
    assert changes(deelnemers(renamed), deelnemers()) == found(gewijzigd=(0, 2), same=2)


def test_another_code_of_the_school_changes_everybody() -> None:
    repaired = replace(SCHOOL, onderwijslocatiecode="123X999")
    assert changes(lijst_of(0, (0, 1, 2, 0), school=repaired), lijst_of(0, (0, 1, 2, 0))) == found(gewijzigd=(0, 1, 2, 3))


def test_new_changed_the_same_and_gone() -> None:
    accepted = lijst_of(0, (0, 1, 2, None)).entries(SECRET)
    made = changes(lijst_of(0, (0, 2, None, 0)), lijst_of(0, (0, 1, 2, None)))
    assert made == found((2,), (1,), 1, [accepted[2]])
    assert made.positions == (1, 2)
    gone = Verdwenen(made.verdwenen[0], SECRET)
    assert [gone.gaat_over(pupil) for pupil in PUPILS] == [False, False, True, False]
    assert pickle.loads(pickle.dumps(gone)) == Verdwenen(Entry("", "", ""), b"")  # about nobody, and no key with it


@pytest.mark.parametrize("known_by", [{"eck_id": PUPILS[0].eck_id}, {"las_key": "kind-a"}])
def test_who_is_gone_is_known_by_either_identity(known_by: dict[str, str]) -> None:
    eck, las = marks_of(Leerling(**known_by), SECRET)
    gone = Verdwenen(Entry(eck, las, ""), SECRET)
    assert [gone.gaat_over(pupil) for pupil in PUPILS] == [True, False, False, False]


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (Leerling(las_key="l"), Leerling(eck_id="e", las_key="l"), True),
        (Leerling(eck_id="e", las_key="l"), Leerling(las_key="l"), True),
        (Leerling(eck_id="e", las_key="l"), Leerling(eck_id="e"), True),
        (Leerling(eck_id="e", las_key="l"), Leerling(eck_id="e", las_key="m"), True),
        (Leerling(eck_id="e", las_key="l"), Leerling(eck_id="f", las_key="l"), False),
        (Leerling(eck_id="e"), Leerling(las_key="l"), False),
        (Leerling(las_key="l"), Leerling(las_key="m"), False),
    ],
    ids=["gets an ECK-iD", "loses it", "loses the LAS-key", "other LAS-key", "other ECK-iD", "nothing shared", "other pupil"],
)
def test_who_is_who(before: Leerling, after: Leerling, same: bool) -> None:
    old, new = Entry(*marks_of(before, SECRET), "old"), Entry(*marks_of(after, SECRET), "new")
    assert same_pupil(old, new) is same_pupil(new, old) is same
    assert compare([new], noted(old)) == (found(gewijzigd=(0,)) if same else found((0,), gone=[old]))


def test_two_pupils_swap_their_las_keys() -> None:
    old = [Entry("e1", "l1", "a"), Entry("e2", "l2", "b")]
    new = [Entry("e1", "l2", "c"), Entry("e2", "l1", "d")]
    assert compare(new, noted(*old)) == found(gewijzigd=(0, 1))
    assert compare(new[:1], noted(*old)) == found(gewijzigd=(0,), gone=[old[1]])


def test_what_is_in_doubt_goes_out_again() -> None:
    (entry,) = lijst_of(0, (0, None, None, None)).entries(SECRET)
    assert compare([entry], noted(replace(entry, content=""))) == found(gewijzigd=(0,))


def test_what_waits_counts_over_what_was_accepted() -> None:
    first, second = lijst_of(0, (0, None, None, None)), lijst_of(0, (1, None, None, None))
    assert changes(second, first, second).positions == ()
    assert changes(first, first, second).positions == (0,)
    assert changes(first, first).positions == ()


def test_what_waits_for_a_pupil_who_got_an_eck_id() -> None:
    accepted, waiting = Entry("", "l", "a"), Entry("e", "l", "b")
    assert compare([accepted], noted(accepted), [waiting]).positions == (0,)
    assert compare([waiting], noted(accepted), [waiting]).positions == ()


def test_of_what_waits_the_last_counts() -> None:
    waiting = [Entry("e", "l", "1"), Entry("e", "", "2"), Entry("", "l", "3")]
    for content, positions in (("1", (0,)), ("2", (0,)), ("3", ())):
        assert compare([Entry("e", "l", content)], [], waiting).positions == positions


@pytest.mark.parametrize(
    ("days", "times", "after", "goes"),
    [(7, 1, 6.9, False), (7, 1, 7.0, True), (1, 1, 1.0, True), (0, 1, 99.0, False), (7, MOST_REPEATS, 8.0, True),
     (7, MOST_REPEATS + 1, 99.0, False), (7, 1, -8.0, True)],
)  # fmt: skip
def test_what_may_not_be_there_goes_out_once_more(days: int, times: int, after: float, goes: bool) -> None:
    entry = Entry("e", "", "a")
    sent, again = noted(entry, known=False, times=times), Again(days, NOW + dt.timedelta(days=after))
    assert compare([entry], sent, again=again) == Changes((), (), (0,) if goes else (), int(not goes), int(not goes), ())
    assert compare([entry], sent, [entry], again) == found(same=1)  # it goes out already
    assert compare([entry], noted(entry), again=again) == found(same=1)  # it is there


def test_all_that_may_not_be_there_is_counted() -> None:
    entries = [Entry("e", "", "a"), Entry("f", "", "a")]
    assert compare(entries, noted(*entries, known=False)) == Changes((), (), (), 2, 2, ())


# --- the ledger in a store


def test_a_pupil_stands_in_it_once(store: Any) -> None:
    """With both marks that were ever learnt of it, whichever a list names."""
    steps = [(("", "l"), ("", "l")), (("e", "l"), ("e", "l")), (("e", "m"), ("e", "m")), (("", "m"), ("e", "m")),
             (("e", ""), ("e", "m")), (("", "m"), ("e", "m"))]  # fmt: skip
    for number, (named, learnt) in enumerate(steps):
        accept(store, KEY, [Entry(*named, str(number))])
        assert contents(store, KEY) == [(*learnt, str(number))]
    accept(store, KEY, [Entry("f", "n", "5")])
    assert len(contents(store, KEY)) == 2


def test_a_las_key_that_passes_to_another_pupil(store: Any) -> None:
    accept(store, KEY, [Entry("e", "l", "1")])
    accept(store, KEY, [Entry("f", "l", "2")])
    accept(store, KEY, [Entry("", "l", "3")])
    accept(store, KEY, [Entry("e", "", "4")])
    assert sorted(contents(store, KEY)) == [("e", "", "4"), ("f", "l", "3")]


def test_two_pupils_who_swap_stay_two(store: Any) -> None:
    accept(store, KEY, [Entry("e1", "l1", "a"), Entry("e2", "l2", "b")])
    accept(store, KEY, [Entry("e1", "l2", "c"), Entry("e2", "l1", "d")])
    assert contents(store, KEY) == [("e1", "l2", "c"), ("e2", "l1", "d")]


def test_doubt_is_about_what_differs(store: Any) -> None:
    accept(store, KEY, [Entry("e1", "", "a"), Entry("e2", "", "b"), Entry("e3", "", "c")])
    leaves = [Entry("e1", "", "a"), Entry("e2", "", "x"), Entry("e9", "", "y")]
    dispatch = store.outbox.overtake(KEY, YEAR, leaves, "t", NOW)
    assert [content for *_, content in contents(store, KEY)] == ["a", "", "c"]
    store.ledger.accept(dispatch, [1], NOW, last=False)
    assert {content for *_, content in contents(store, KEY)} == {"a", "x", "c"}


def test_two_lists_that_are_under_way_at_the_same_time_leave_doubt(store: Any) -> None:
    one = store.outbox.overtake(KEY, YEAR, [Entry("e1", "", "a")], "one", NOW)
    two = store.outbox.overtake(KEY, YEAR, [Entry("e1", "", "b")], "two", NOW)
    other = store.outbox.overtake(OTHER, YEAR, [Entry("e1", "", "c")], "other", NOW)
    for dispatch in (two, one, other):
        store.ledger.accept(dispatch, [0], NOW, last=True)
    assert contents(store, KEY) == [("e1", "", "")]
    assert contents(store, OTHER) == [("e1", "", "c")]
    accept(store, KEY, [Entry("e1", "", "b")])
    assert contents(store, KEY) == [("e1", "", "b")]


def test_a_list_that_ended_without_a_receipt_disturbs_no_later_one(store: Any) -> None:
    store.ledger.end(store.outbox.overtake(KEY, YEAR, [Entry("e1", "", "a")], "one", NOW))
    accept(store, KEY, [Entry("e1", "", "b")])
    assert contents(store, KEY) == [("e1", "", "b")]


def test_who_is_told_as_disappeared_is_in_doubt_in_both_books(store: Any) -> None:
    accept(store, PARTICIPANTS, [Entry("e1", "l1", "p1"), Entry("e2", "l2", "p2")])
    accept(store, KEY, [Entry("e1", "", "a1"), Entry("e2", "", "a2")])
    store.ledger.gone(PARTICIPANTS, YEAR, store.ledger.entries(PARTICIPANTS, YEAR)[:1])
    assert [content for *_, content in contents(store, PARTICIPANTS)] == ["", "p2"]
    assert {(eck, content) for eck, _, content in contents(store, KEY)} == {("e1", ""), ("e2", "a2")}


# --- whether the supplier knows the pupil


def test_advice_for_a_pupil_whose_participant_was_accepted_is_there(store: Any) -> None:
    accept(store, PARTICIPANTS, [Entry("e1", "l1", "p")])
    accept(store, KEY, [Entry("e1", "", "a"), Entry("e2", "", "b")])
    one, two = store.ledger.entries(KEY, YEAR)
    assert [(item.content, item.known, item.times) for item in (one, two)] == [("a", True, 0), ("b", False, 1)]
    accept(store, KEY, [Entry("e2", "", "b")])
    assert [item.times for item in store.ledger.entries(KEY, YEAR)] == [0, 2]
    accept(store, KEY, [Entry("e2", "", "c")])  # something else is counted anew
    assert [item.times for item in store.ledger.entries(KEY, YEAR)] == [0, 1]


@pytest.mark.parametrize(
    ("advice", "participant", "doubt"),
    [
        (("e1", ""), ("e1", ""), True),
        (("e1", "l1"), ("", "l1"), True),
        (("", "l1"), ("e1", "l1"), True),
        (("e1", ""), ("", "l1"), True),  # nobody can tell, so it may be the one
        (("", "l1"), ("e1", ""), True),
        (("e1", ""), ("e2", ""), False),
        (("", "l1"), ("", "l2"), False),
        (("e1", "l1"), ("", "l2"), False),
    ],
)
def test_a_participant_makes_its_advice_go_out_again(
    store: Any, advice: tuple[str, str], participant: tuple[str, str], doubt: bool
) -> None:
    accept(store, KEY, [Entry(*advice, "a")])
    for _ in range(2):  # the second time it is no news
        accept(store, PARTICIPANTS, [Entry(*participant, "p")])
        assert [content for *_, content in contents(store, KEY)] == ["" if doubt else "a"]
    accept(store, KEY, [Entry(*advice, "a")])
    if set(advice) & set(participant) - {""}:
        assert store.ledger.entries(KEY, YEAR)[0].known


def test_a_participant_that_is_accepted_while_its_advice_is_under_way(store: Any) -> None:
    """The advice may have come first, and then it was left out."""
    dispatch = store.outbox.overtake(KEY, YEAR, [Entry("e1", "", "a")], "advice", NOW)
    accept(store, PARTICIPANTS, [Entry("e1", "", "p")])
    store.ledger.accept(dispatch, [0], NOW, last=True)
    assert contents(store, KEY) == [("e1", "", "")]


@pytest.mark.parametrize("other", [(OTHER, YEAR), (THIRD, YEAR), (replace(KEY, soort="registreren"), YEAR), (KEY, "2026-2027")])
def test_books_are_apart(store: Any, other: tuple[Any, str]) -> None:
    accept(store, other[0], [Entry("e1", "", "b")], year=other[1])
    accept(store, KEY, [Entry("e1", "", "a")])
    assert store.outbox.overtake(*other, [Entry("e1", "", "x")], "t", NOW) is not None
    assert contents(store, KEY) == [("e1", "", "a")]
    assert contents(store, *other) == [("e1", "", "")]


def test_it_knows_who_accepted_something(store: Any) -> None:
    assert not store.ledger.knows(KEY.soort, KEY.leverancier)
    accept(store, KEY, [Entry("e1", "", "a")])
    assert store.ledger.knows(KEY.soort, KEY.leverancier)
    assert not store.ledger.knows("registreren", KEY.leverancier)
    assert not store.ledger.knows(KEY.soort, THIRD.leverancier)


def test_the_key_is_made_once(places: Places) -> None:
    place = places.new()
    store, second = open_store(place), open_store(place)
    assert second.ledger.secret() == store.ledger.secret() == second.ledger.secret()
    assert len(store.ledger.secret()) == 32
    second.close()
    other = open_store(places.new("other"))
    assert other.ledger.secret() != store.ledger.secret()
    other.close()
    store.close()


def test_advice_of_another_school_has_other_marks() -> None:
    """A pupil who moves is said anew, with the codes of the other school."""
    here, there = lijst_of(0, (0, None, None, None)), lijst_of(0, (0, None, None, None), school=ANDERE)
    assert here.entries(SECRET)[0].content != there.entries(SECRET)[0].content
    assert here.entries(SECRET)[0].eck == there.entries(SECRET)[0].eck
    assert Advies(PUPILS[0], "VWO").leerling == here.leerlingen((0,))[0]


@pytest.mark.parametrize("write", ["accept", "leave"])
@pytest.mark.parametrize("order", [1, -1])
def test_all_that_stood_about_a_pupil_goes(store: Any, order: int, write: str) -> None:
    """A pupil who was said once by ECK-iD and once by LAS-key, as two lists may do, turns out to be one."""
    others = [Entry("e2", "", "other"), Entry("", "l2", "other")]
    for entry in [*[Entry("e1", "", "old"), Entry("", "l1", "old")][::order], *others]:
        accept(store, KEY, [entry])
    now = Entry("e1", "l1", "new")
    if write == "accept":
        accept(store, KEY, [now])
        noted = store.ledger.entries(KEY, YEAR)
        assert sorted(contents(store, KEY)) == [("", "l2", "other"), ("e1", "l1", "new"), ("e2", "", "other")]
        assert compare([now, *others], noted).ongewijzigd == 3
    else:
        assert store.outbox.overtake(KEY, YEAR, [now], "token", NOW)
        assert sorted(said for _, _, said in contents(store, KEY)) == ["", "", "other", "other"]


def test_a_pupil_with_another_eck_id_stays(store: Any) -> None:
    """However equal the LAS-keys are: it is about who was named with it last."""
    accept(store, KEY, [Entry("e1", "l", "a")])
    accept(store, KEY, [Entry("e2", "l", "b")])
    assert contents(store, KEY) == [("e1", "", "a"), ("e2", "l", "b")]


def test_of_two_that_turn_out_to_be_one_pupil_all_goes_out_again() -> None:
    """First it was said with a LAS-key, then with an ECK-iD and another key; what the supplier has of both is not known."""
    accepted = [Noted("", "l", "by key", True, 0, NOW), Noted("e", "m", "by ECK-iD", True, 0, NOW)]
    for known in (accepted, accepted[::-1]):
        for content in ("by key", "by ECK-iD"):
            assert compare([Entry("e", "l", content)], known).gewijzigd == (0,)
