"""How far schools are and what was sent, as both clients say it; and a test of another supplier than last year."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, NOW, OTHER_OIN, SCHOOL, SUPPLIER_OIN, answer
from support.clients import BOTH, go, make, push_result
from support.listed import Peer, other_school, pupils

from doorstroom_client import Adviezenlijst, ConfigurationError, Leverancier, Unavailable, Verzendstand
from doorstroom_client.events import Event
from doorstroom_client.store.rows import Key
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

YEAR = "2025-2026"
DIA = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl/dst", "Dia-bureau")
ANDER = "Vorig jaar nam uw school de toets van een andere leverancier af; dit jaar die van Toetsbureau. Klopt dat?"
VRAAG = "Vorig jaar nam uw school de toets van Dia-bureau af; dit jaar die van Toetsbureau. Klopt dat?"


@BOTH
def test_one_school_after_the_other(kind: Any, tmp_path: Path) -> None:
    schools = [SCHOOL, other_school(2)]
    client = make(kind, Peer(), tmp_path / "s.db", scholen=schools)
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO"))))
    push_result(client)
    first, second = go(client.store.seizoen())
    assert (first.adviezen, first.resultaten, first.zonder_resultaat) == (2, 1, 2)
    assert (second.routeringskenmerk, second.adviezen) == (schools[1].routeringskenmerk, 0)
    (last,) = go(client.store.seizoen([SCHOOL.routeringskenmerk], schooljaar="2024-2025"))
    assert (last.schooljaar, last.adviezen) == ("2024-2025", 0)
    assert first.van(pupils("HAVO")[0].leerling).advies
    go(client.close())


def found_by_key(key: str) -> Any:
    return SCHOOL if key == SCHOOL.routeringskenmerk else None


async def found_later(key: str) -> Any:
    return found_by_key(key)


@BOTH
def test_schools_that_a_function_finds_have_to_be_named(kind: Any, tmp_path: Path) -> None:
    find = found_by_key if kind.__name__ == "Client" else found_later
    client = make(kind, Peer(), tmp_path / "s.db", scholen=find)
    with pytest.raises(ConfigurationError, match="scholen is a function"):
        go(client.store.seizoen())
    assert [item.adviezen for item in go(client.store.seizoen([SCHOOL.routeringskenmerk]))] == [0]
    assert go(client.store.vorige_toets(SCHOOL.routeringskenmerk)) == ""


@BOTH
def test_what_was_sent_beside_what_the_list_says(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    now = Adviezenlijst(SCHOOL, pupils("HAVO", "HAVO", "VWO", "VWO"))
    assert {item.stand for item in go(client.store.sent(now))} == {Verzendstand.NIET}
    go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("VWO", first=3)), leverancier="ICE"))
    waits = go(client.store.sent(now))[3]
    assert (waits.stand, waits.leverancier, waits.op) == (Verzendstand.WACHT, SUPPLIER_OIN, None)
    go(client.outbox.deliver())
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO")), leverancier="ICE"))
    peer.outcomes = [answer(500)]
    with pytest.raises(Unavailable):
        go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", first=3)), leverancier="ICE"))
    before = len(peer.lists)
    same, other, not_yet, doubt = go(client.store.sent(now))
    assert [item.stand for item in (same, other, not_yet, doubt)] == ["gelijk", "gewijzigd", "niet_verstuurd", "in_twijfel"]
    assert (same.leverancier, same.op, same.bevestigd) == (SUPPLIER_OIN, NOW, False)
    assert same.leerling == now.adviezen[0].leerling
    assert "sleutel" not in repr(same)
    assert len(peer.lists) == before
    go(client.outbox.add(now, leverancier="ICE", only_changes=True))
    assert [item.stand for item in go(client.store.sent(now))] == ["gelijk", "wacht", "wacht", "wacht"]
    go(client.close())


def seeded(path: Path, oin: str, year: str = "2024-2025") -> Path:
    """A store in which a supplier accepted a list of the school for last year."""
    store = SqliteStore(path)
    key = Key("registreren", oin, SCHOOL.routeringskenmerk)
    dispatch = store.outbox.overtake(key, year, (), "t", NOW)
    assert dispatch is not None
    store.ledger.accept(dispatch, (), NOW - dt.timedelta(days=365), last=True)
    store.close()
    return path


@BOTH
@pytest.mark.parametrize("queue", [False, True], ids=["sent", "queued"])
def test_another_test_than_last_year_is_told_before_the_first_list(kind: Any, queue: bool, tmp_path: Path) -> None:
    events: list[Event] = []
    peer = Peer()
    store = seeded(tmp_path / "s.db", OTHER_OIN)
    client = make(kind, peer, store, leveranciers=[LEVERANCIER, DIA], on_event=events.append)
    act = client.outbox.add if queue else client.send
    done = go(act(Adviezenlijst(SCHOOL, pupils("HAVO")), leverancier="ICE"))
    assert (done.vorige_toets, done.uitleg) == ("Dia-bureau", VRAAG)
    (told,) = [item for item in events if "last year" in item.result]
    assert (told.result, told.actor) == ("another test than last year, when it was that of Dia-bureau", SUPPLIER_OIN)
    assert not told.serious
    assert events.index(told) == 0
    if queue:
        go(client.outbox.deliver())
    again = go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO")), leverancier="ICE"))
    assert (again.vorige_toets, again.uitleg) == ("", "")
    go(client.close())


@BOTH
@pytest.mark.parametrize(
    ("before", "year", "expected"),
    [
        (SUPPLIER_OIN, "2024-2025", ""),
        (OTHER_OIN, "2023-2024", ""),
        (
            OTHER_OIN,
            "2024-2025",
            ANDER,
        ),
    ],
    ids=["the same", "longer ago", "not configured any more"],
)
def test_when_nothing_or_no_name_is_to_be_told(kind: Any, before: str, year: str, expected: str, tmp_path: Path) -> None:
    client = make(kind, Peer(), seeded(tmp_path / "s.db", before, year))
    (uitkomst,) = go(client.send_many([Adviezenlijst(SCHOOL, pupils("HAVO"))]))
    assert uitkomst.uitleg == expected
    go(client.close())
