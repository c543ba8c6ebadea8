"""What a school hands in is a value: checked without network or store, sent or queued, from input of any kind."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, SCHOOL, answer, fault
from support.clients import BOTH, go, make
from support.listed import Peer, other_school, pupils

from doorstroom_client import (
    Advies,
    Adviezenlijst,
    Afloop,
    AsyncClient,
    Client,
    Deelnemer,
    Deelnemerslijst,
    Leerling,
    Onleesbaar,
    Problem,
    School,
    Stamgroep,
)
from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.readers import read_advies, read_adviezen, read_deelnemers, read_many
from doorstroom_client.transport.request import FaultKind

NAME = "Yara-Geheim"
PUPILS = "las_key;achternaam;roepnaam;voorletters;geboortedatum;groep\n"


def deelnemer(at: int = 0, **more: Any) -> Deelnemer:
    given: dict[str, Any] = {"leerling": Leerling(las_key=f"k-{at}", source=f"line {at + 2}"), "groep": "g"}
    given |= {"achternaam": NAME, "roepnaam": NAME, "voorletters": "Y", "geboortedatum": "2014-05-01"}
    return Deelnemer(**{**given, **more})


def test_a_list_shows_no_pupil_and_keeps_what_a_generator_gives() -> None:
    advice = Adviezenlijst(SCHOOL, (item for item in pupils("HAVO", first=1)), schooljaar="2025-2026")  # type: ignore[arg-type]
    assert len(advice) == len(advice.adviezen) == len(pupils("HAVO", first=1))
    people = Deelnemerslijst(SCHOOL, [Stamgroep("g", "8A")], [deelnemer()], notes=[NAME])
    for lijst in (advice, people, Onleesbaar("99ZZ", None, MessageError([Problem("line 3", "x")]))):
        assert NAME not in repr(lijst)
        assert "k-0" not in repr(lijst)
    assert repr(advice) == f"Adviezenlijst(school='11BB', leerlingen={len(advice)}, schooljaar='2025-2026')"
    assert "00000007" not in repr(Adviezenlijst("0000000700011BB00530", []))


@BOTH
def test_checking_asks_nobody_and_needs_nothing(kind: Any) -> None:
    asked: list[Any] = []
    client = make(kind, lambda request: asked.append(request) or answer(202), osr=None, store=None)
    assert client.check(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="k-1"), "HAVO")])) == ()
    bad = Adviezenlijst(
        SCHOOL, [Advies(Leerling(las_key="k-1"), "HAVO"), Advies(Leerling(las_key="k 2", source="line 9"), "?")]
    )
    found = client.check(bad)
    assert [(item.path, item.source) for item in found] == [
        ("adviezen[1].leerling.las_key", "line 9"), ("adviezen[1].advies", "line 9"),
    ]  # fmt: skip
    assert str(found[1]).startswith("line 9, advies: ")
    people = Deelnemerslijst(SCHOOL, [Stamgroep("g", "8A")], [deelnemer(), deelnemer(1, geboortedatum="gisteren", groep="weg")])
    assert {(item.path.rpartition(".")[2], item.source) for item in client.check(people)} == {
        ("geboortedatum", "line 3"), ("groep", "line 3"),
    }  # fmt: skip
    for empty in (Adviezenlijst(SCHOOL, []), Deelnemerslijst(SCHOOL, [], [])):
        assert client.check(empty)
    assert asked == []


@BOTH
@pytest.mark.parametrize(
    "given", [None, "adviezen", [], (SCHOOL, []), Advies(Leerling(las_key="k"), "HAVO"), {"school": SCHOOL}], ids=range(6)
)
def test_what_is_no_list_is_said_to_be_none(kind: Any, given: Any, tmp_path: Path) -> None:
    client = make(kind, Peer(), tmp_path / "s.db")
    for do in (client.check, client.compare, client.send, client.outbox.add):
        if do == client.check:
            assert [item.path for item in client.check(given)] == ["lijst"]
            continue
        with pytest.raises(MessageError, match="expected an Adviezenlijst or a Deelnemerslijst"):
            go(do(given))
    for run in (client.send_many, client.outbox.add_many):
        with pytest.raises(MessageError, match="expected an Adviezenlijst"):
            go(run([given]))


@BOTH
@pytest.mark.parametrize("key", [SCHOOL.instellingscode, SCHOOL.oin, SCHOOL.routeringskenmerk])
def test_a_school_may_be_named_by_its_key(kind: Any, key: str, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    assert go(client.send(Adviezenlijst(key, pupils("HAVO")))).aantal
    assert len(peer.lists) == 1
    (one,) = go(client.send_many([Adviezenlijst(key, pupils("VWO"))]))
    assert (one.school, one.naam, one.leverancier) == (SCHOOL, SCHOOL.instellingscode, LEVERANCIER.toetssoort)
    (two,) = go(client.send_many([Adviezenlijst("99ZZ", pupils("VWO"))]))
    assert (two.school, two.afloop) == (None, Afloop.MISLUKT)
    with pytest.raises(ConfigurationError):
        go(client.send(Adviezenlijst(17, pupils("VWO"))))  # type: ignore[arg-type]


@BOTH
def test_a_function_that_finds_schools_finds_them_here_too(kind: Any, tmp_path: Path) -> None:
    client = make(kind, Peer(), tmp_path / "s.db", scholen=lambda key: SCHOOL if key == SCHOOL.routeringskenmerk else None)
    assert client.find_school(SCHOOL.routeringskenmerk) == SCHOOL
    assert go(client.send(Adviezenlijst(SCHOOL.routeringskenmerk, pupils("HAVO")))).aantal
    for unknown in (SCHOOL.instellingscode, other_school(1).routeringskenmerk, "wat dan ook"):
        with pytest.raises(ConfigurationError, match="scholen is a function"):
            client.find_school(unknown)


@BOTH
def test_two_schools_with_one_brin_are_told_apart(kind: Any, tmp_path: Path) -> None:
    both = [other_school(1), other_school(2)]
    assert both[0].instellingscode == both[1].instellingscode
    client = make(kind, Peer(), tmp_path / "s.db", scholen=both)
    found = go(client.send_many([Adviezenlijst(school, pupils("HAVO", first=at)) for at, school in enumerate(both)]))
    assert {item.naam for item in found} == {school.routeringskenmerk for school in both}


# --- many, into the outbox


@BOTH
def test_many_lists_go_into_the_outbox_and_out_of_it(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    schools = [other_school(at) for at in range(4)]
    client = make(kind, peer, tmp_path / "s.db", scholen=schools)
    work: list[Any] = [Adviezenlijst(school, pupils("HAVO", first=at)) for at, school in enumerate(schools)]
    work += [Onleesbaar("99ZZ", None, ConfigurationError("no such school")), Adviezenlijst(schools[0], pupils("??"))]
    found = go(client.outbox.add_many(iter(work), workers=1))
    assert [item.afloop for item in found] == [Afloop.KLAARGEZET] * 4 + [Afloop.MISLUKT, Afloop.GEWEIGERD]
    assert all(item.bericht.aantal == item.klaargezet.bericht.aantal for item in found[:4])
    assert peer.lists == []
    again = go(client.outbox.add_many(work[:4]))
    assert [item.afloop for item in again] == [Afloop.ONGEWIJZIGD] * 4  # it is going to get them
    assert go(client.outbox.counts())["waiting"] == 4
    assert [item.afloop for item in go(client.outbox.add_many(work[:1], only_changes=False))] == [Afloop.KLAARGEZET]
    sent = go(client.outbox.deliver())
    assert [item.afloop for item in sent] == [Afloop.VERSTUURD] * 5
    assert {item.school for item in sent} == set(schools)


@BOTH
def test_queueing_many_needs_a_store(kind: Any) -> None:
    with pytest.raises(ConfigurationError, match="store is not configured"):
        go(make(kind, Peer(), None).outbox.add_many([Adviezenlijst(SCHOOL, pupils("HAVO"))]))


# --- the input


class BrokenError(Exception):
    """Of whoever reads the input."""


@BOTH
@pytest.mark.parametrize("workers", [1, 3, 8])
def test_when_the_input_fails_what_was_begun_is_handed_out_first(kind: Any, workers: int, tmp_path: Path) -> None:
    def work() -> Iterator[Adviezenlijst]:
        for at in range(5):
            yield Adviezenlijst(other_school(at), pupils("HAVO", first=at))
        raise BrokenError

    peer, told = Peer(), []
    client = make(kind, peer, tmp_path / "s.db")

    async def read() -> None:
        async for item in client.send_many(work(), workers=workers):
            told.append(item.afloop)

    with pytest.raises(BrokenError):
        if kind is AsyncClient:
            asyncio.run(read())
        else:
            for item in client.send_many(work(), workers=workers):
                told.append(item.afloop)
    assert told == [Afloop.VERSTUURD] * 5 == [Afloop.VERSTUURD] * len(peer.lists)


@BOTH
def test_stop_is_asked_before_an_item_is_taken(kind: Any, tmp_path: Path) -> None:
    taken: list[int] = []

    def work() -> Iterator[Adviezenlijst]:
        for at in range(100):
            taken.append(at)
            yield Adviezenlijst(other_school(at % 9), pupils("HAVO", first=at))

    source, peer = work(), Peer()
    client = make(kind, peer, tmp_path / "s.db")
    found = go(client.send_many(source, workers=2, stop=lambda: len(taken) >= 3, only_changes=False))
    assert len(found) == len(peer.lists) == len(taken) == 3
    assert next(source) is not None  # and the rest is still there


@pytest.mark.parametrize("workers", [1, 4])
def test_a_plain_source_is_read_in_one_thread_from_the_first_to_the_last(workers: int, tmp_path: Path) -> None:
    """As a cursor of a database wants it, which refuses every other thread."""
    threads: set[int] = set()

    def work() -> Iterator[Adviezenlijst]:
        connection = sqlite3.connect(":memory:")
        rows = connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 30) SELECT i FROM n"
        )
        for (at,) in rows:
            threads.add(threading.get_ident())
            yield Adviezenlijst(other_school(at % 9), pupils("HAVO", first=at))
        connection.close()

    client = make(AsyncClient, Peer(), tmp_path / "s.db")
    assert len(go(client.send_many(work(), workers=workers, only_changes=False))) == 31
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


@pytest.mark.parametrize("fails", [False, True])
def test_an_asynchronous_source_is_read_in_the_loop(fails: bool, tmp_path: Path) -> None:
    peer, told = Peer(), []

    async def work() -> AsyncIterator[Adviezenlijst]:
        for at in range(7):
            await asyncio.sleep(0)
            yield Adviezenlijst(other_school(at), pupils("HAVO", first=at))
        if fails:
            raise BrokenError

    async def read() -> None:
        async with make(AsyncClient, peer, tmp_path / "s.db") as client:
            async for item in client.send_many(work(), workers=3):
                told.append(item)

    if fails:
        with pytest.raises(BrokenError):
            asyncio.run(read())
    else:
        asyncio.run(read())
    assert [item.afloop for item in told] == [Afloop.VERSTUURD] * 7


# --- the lines of a file


def test_a_reader_says_where_each_pupil_stands(tmp_path: Path) -> None:
    lijst = read_adviezen(b"las_key;advies\nk1;havo t/m vwo\n\nk2;VWO\n", SCHOOL, schooljaar="2025-2026")
    assert [item.leerling.source for item in lijst.adviezen] == ["line 2", "line 4"]
    assert lijst.adviezen[0].leerling == Leerling(las_key="k1")
    assert (lijst.school, lijst.schooljaar) == (SCHOOL, "2025-2026")
    people = read_deelnemers(f"{PUPILS}k1;{NAME};{NAME};Y;2014-05-01;8A\n".encode(), SCHOOL)
    assert [item.leerling.source for item in people.deelnemers] == ["line 2"]
    many = tmp_path / "many.csv"
    many.write_text("school;las_key;advies\n11BB;k1;HAVO\n11BB;k2;VWO\n")
    (one,) = read_many(many, "adviezen", [SCHOOL])
    assert isinstance(one, Adviezenlijst)
    assert [item.leerling.source for item in one.adviezen] == ["line 2", "line 3"]


@BOTH
def test_what_is_wrong_with_a_list_from_a_file_names_its_line(kind: Any) -> None:
    client = make(kind, lambda _: answer(202), osr=None)
    lijst = read_adviezen(f"las_key;advies\nk1;HAVO\n{'x' * 300};VWO\n".encode(), SCHOOL)
    (problem,) = client.check(lijst)
    assert (problem.source, problem.path) == ("line 3", "adviezen[1].leerling.las_key")
    with pytest.raises(MessageError) as caught:
        go(client.send(lijst, leverancier="ICE"))
    assert "line 3, las_key" in str(caught.value)
    assert "xxx" not in str(caught.value)


@BOTH
def test_unknown_pupils_name_their_line_also_when_the_list_went_in_parts(kind: Any) -> None:
    peer = Peer()
    peer.unknown = {"k2", "k5"}
    lines = "".join(f"k{at};HAVO\n" for at in range(8))
    made = go(make(kind, peer).send(read_adviezen(f"las_key;advies\n{lines}".encode(), SCHOOL)))
    assert [(item.las_key, item.source) for item in made.onbekend] == [("k2", "line 4"), ("k5", "line 7")]


@BOTH
def test_unknown_pupils_name_their_line_also_when_only_changes_went_out(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    go(client.send(read_adviezen(b"las_key;advies\nk1;HAVO\nk2;HAVO\n", SCHOOL)))
    peer.unknown = {"k9"}
    later = read_adviezen(b"las_key;advies\nk1;HAVO\nk2;VWO\nk9;HAVO\n", SCHOOL)
    assert [item.source for item in go(client.compare(later)).gewijzigd] == ["line 3"]
    made = go(client.send(later, only_changes=True))
    assert [(item.las_key, item.source) for item in made.onbekend] == [("k9", "line 4")]


@BOTH
def test_after_the_outbox_the_line_is_not_known_any_more(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    go(client.outbox.add(read_adviezen(b"las_key;advies\nk1;HAVO\nk2;VWO\n", SCHOOL), leverancier="ICE"))
    peer.unknown = {"k1"}
    (found,) = go(client.outbox.deliver())
    assert found.ontvangst is not None
    assert [item.source for item in found.ontvangst.onbekend] == [""]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("HAVO_TM_VWO", "HAVO_TM_VWO"),
        (" havo t/m vwo ", "HAVO_TM_VWO"),
        ("vmbo-t/havo", "VMBO_GL/TL_TM_HAVO"),
        ("kader", "VMBO_KB"),
    ],
)
def test_one_advice_in_the_words_of_a_school(text: str, code: str) -> None:
    assert read_advies(text) == code


@pytest.mark.parametrize("text", ["", "vmbo", f"{NAME} havo", "x" * 1000, None, 5])
def test_an_advice_that_is_not_understood_is_not_repeated(text: Any) -> None:
    with pytest.raises(MessageError) as caught:
        read_advies(text)
    assert caught.value.path == "advies"
    assert NAME not in str(caught.value)


@BOTH
def test_a_supplier_that_is_broken_is_left_alone_for_all_lists_of_a_run(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    peer.outcomes = [fault(FaultKind.OUR_CERTIFICATE, "own_certificate")]
    client = make(kind, peer, tmp_path / "s.db")
    work = [Adviezenlijst(other_school(at), pupils("HAVO", first=at)) for at in range(5)]
    found = go(client.send_many(work, workers=1, leverancier="ICE"))
    assert [item.afloop for item in found] == [Afloop.MISLUKT] * 5
    assert {item.leverancier for item in found} == {"ICE"}
    assert peer.lists == []
    assert isinstance(found[0].school, School)
    assert kind in (Client, AsyncClient)
