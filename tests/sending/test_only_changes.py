"""What a client sends with a store: only what changed, never past an older list, and nothing is wrongly left out."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from support import (
    LEVERANCIER,
    NOW,
    OTHER_OIN,
    SCHOOL,
    SUPPLIER_OIN,
    answer,
    fault,
)
from support.clients import BOTH, go, make
from support.listed import CODES, Peer, other_school, pupils

from doorstroom_client import (
    Adviezenlijst,
    Deelnemer,
    Deelnemerslijst,
    Leerling,
    Leverancier,
    Stamgroep,
)
from doorstroom_client.errors import (
    ConfigurationError,
    DeadlineExceeded,
    GeenMandaat,
    LeerlingOnbekend,
    MessageError,
    NoAnswer,
    OutboxNotEmpty,
    StoreError,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.events import Event
from doorstroom_client.store.protocols import Inbox
from doorstroom_client.store.rows import State
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.request import FaultKind


@BOTH
def test_only_what_changed_goes_out(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    assert go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO")))).aantal == 2
    again = go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO")), only_changes=True))
    assert (again.aantal, again.ongewijzigd, again.request_id, again.uitleg) == (0, 2, "", "")
    changed = go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "HAVO", "VMBO_KB")), only_changes=True))
    assert (changed.aantal, changed.ongewijzigd) == (2, 1)
    assert peer.lists == [["sleutel-0", "sleutel-1"], ["sleutel-1", "sleutel-2"]]
    gone = go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "HAVO")), only_changes=True))
    assert (gone.aantal, len(gone.verdwenen)) == (0, 1)
    assert gone.verdwenen[0].gaat_over(Leerling(las_key="sleutel-2"))
    assert not gone.verdwenen[0].gaat_over(Leerling(las_key="sleutel-1"))
    assert "Eén leerling staat niet meer in uw lijst" in gone.uitleg
    assert pickle.loads(pickle.dumps(gone)).verdwenen == ()
    assert not pickle.loads(pickle.dumps(gone.verdwenen[0])).gaat_over(Leerling(las_key="sleutel-2"))
    go(client.close())


@BOTH
def test_what_is_remembered_survives_the_process_and_is_kept_apart(kind: Any, tmp_path: Path) -> None:
    peer, store = Peer(), tmp_path / "s.db"
    other = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl/dst")
    school = other_school(2)
    for _ in range(2):
        client = make(kind, peer, store, leveranciers=[LEVERANCIER, other])
        for to, where in ((LEVERANCIER, SCHOOL), (other, SCHOOL), (LEVERANCIER, school)):
            groups = [Stamgroep("g", "8A")]
            pupil = Deelnemer(
                leerling=Leerling(las_key="sleutel-0"),
                achternaam="Test",
                roepnaam="T",
                voorletters="T",
                geboortedatum="2014-01-01",
                groep="g",
            )
            go(client.send(Deelnemerslijst(where, groups, [pupil]), leverancier=to, only_changes=True))
            go(client.send(Adviezenlijst(where, pupils("HAVO")), leverancier=to, only_changes=True))
        go(client.close())
    assert len(peer.lists) == 6
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"sleutel-0" not in raw
    assert b"HAVO" not in raw


@BOTH
@pytest.mark.parametrize("failure", ["lost", answer(500), fault(FaultKind.NO_ANSWER, "read")], ids=["lost", "500", "cut"])
def test_what_may_have_arrived_is_in_doubt(kind: Any, failure: Any, tmp_path: Path) -> None:
    """HAVO was accepted; VWO may have arrived; then it is HAVO again: that is not "unchanged"."""
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "HAVO"))))
    peer.outcomes = [failure]
    with pytest.raises((DeadlineExceeded, NoAnswer, Unavailable)):
        go(client.send(Adviezenlijst(SCHOOL, pupils("VWO", "HAVO")), only_changes=True))
    back = go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "HAVO")), only_changes=True))
    assert (back.aantal, back.ongewijzigd) == (1, 1)
    assert peer.has == {"sleutel-0": "HAVO", "sleutel-1": "HAVO"}


@BOTH
def test_a_pupil_in_doubt_has_disappeared_only_when_no_longer_in_the_list(kind: Any, tmp_path: Path) -> None:
    """The supplier keeps what it took in before, whatever became of what was sent after it; of whom it is not sure to have
    anything, nothing is said."""
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "HAVO"))))
    peer.outcomes = ["lost"]
    with pytest.raises(DeadlineExceeded):
        go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO", "VWO")), only_changes=True))

    there = go(client.compare(Adviezenlijst(SCHOOL, pupils("HAVO", "HAVO"))))
    assert ([item.las_key for item in there.gewijzigd], there.ongewijzigd, there.verdwenen) == (["sleutel-1"], 1, ())
    for gone in (
        go(client.compare(Adviezenlijst(SCHOOL, pupils("HAVO")))),
        go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("HAVO")), only_changes=True)),
        go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO")), only_changes=True)),
        go(client.send(Adviezenlijst(SCHOOL, pupils("VWO")), only_changes=True)),
        go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("HAVO")), only_changes=True)),
    ):
        assert [gone.verdwenen[0].gaat_over(Leerling(las_key=f"sleutel-{at}")) for at in range(3)] == [False, True, False]
        assert len(gone.verdwenen) == 1


@BOTH
def test_a_full_send_counts_for_the_ledger_too(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    for code, only in (("HAVO", True), ("VWO", False), ("HAVO", True)):
        go(client.send(Adviezenlijst(SCHOOL, pupils(code)), only_changes=only))
    assert peer.has == {"sleutel-0": "HAVO"}


@BOTH
def test_compare_sends_nothing(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO", "VWO"))))
    found = go(client.compare(Adviezenlijst(SCHOOL, [*pupils("HAVO", "HAVO"), *pupils("VWO", first=9)])))
    assert found.leverancier == "ICE"
    assert [item.las_key for item in found.nieuw] == ["sleutel-9"]
    assert [item.las_key for item in found.gewijzigd] == ["sleutel-1"]
    assert (found.ongewijzigd, len(found.verdwenen)) == (1, 1)
    assert len(peer.lists) == 1
    assert "sleutel" not in repr(found)
    groups = [Stamgroep("g", "8A")]
    pupil = Deelnemer(
        leerling=Leerling(las_key="a"), achternaam="T", roepnaam="T", voorletters="T", geboortedatum="2014-01-01", groep="g"
    )
    assert len(go(client.compare(Deelnemerslijst(SCHOOL, groups, [pupil]))).nieuw) == 1


@BOTH
def test_changes_need_a_store(kind: Any) -> None:
    client = make(kind, Peer(), None)
    with pytest.raises(ConfigurationError, match="store is not configured"):
        go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO")), only_changes=True))
    with pytest.raises(ConfigurationError, match="store is not configured"):
        go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("HAVO"))))
    assert go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO")))).aantal == 1


class ResultsOnly:
    """A store of one's own with the methods of `Inbox`."""

    def __getattr__(self, name: str) -> Any:
        if name in Inbox.__dict__:
            return lambda *_, **__: []
        raise AttributeError(name)


@BOTH
def test_a_store_for_results_only(kind: Any) -> None:
    client = make(kind, Peer(), ResultsOnly())
    assert go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO")))).aantal == 1
    assert go(client.resultaten()) == []
    with pytest.raises(ConfigurationError, match="results only"):
        go(client.outbox.counts())


@BOTH
def test_a_store_that_fails_before_sending_sends_nothing(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer, store = Peer(), SqliteStore(tmp_path / "s.db")
    client = make(kind, peer, store)
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO"))))

    def fail(*_: Any) -> None:
        raise StoreError("full")

    monkeypatch.setattr(store.outbox, "overtake", fail)
    with pytest.raises(StoreError):
        go(client.send(Adviezenlijst(SCHOOL, pupils("VWO"))))
    assert len(peer.lists) == 1
    store.close()


@BOTH
def test_a_receipt_that_cannot_be_noted_is_still_a_receipt(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    peer, store = Peer(), SqliteStore(tmp_path / "s.db")
    client = make(kind, peer, store, on_event=events.append)
    accept = store.ledger.accept

    def fail(*_: Any, **__: Any) -> None:
        raise StoreError("full")

    monkeypatch.setattr(store.ledger, "accept", fail)
    assert go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO")))).aantal == 1
    assert [event.result for event in events if event.serious] == ["receipt not noted"]
    monkeypatch.setattr(store.ledger, "accept", accept)
    assert go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO")), only_changes=True)).aantal == 1
    store.close()


@BOTH
def test_a_newer_list_does_not_go_before_one_that_waits(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    put = go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("HAVO"))))
    assert put.bericht.state is State.WAITING
    with pytest.raises(OutboxNotEmpty) as caught:
        go(client.send(Adviezenlijst(SCHOOL, pupils("VWO"))))
    assert caught.value.retryable
    assert peer.lists == []
    assert [item.bericht.state for item in go(client.outbox.deliver())] == [State.DELIVERED]
    go(client.send(Adviezenlijst(SCHOOL, pupils("VWO"))))
    assert peer.has == {"sleutel-0": "VWO"}
    assert go(client.outbox.counts())[State.DELIVERED] == 1
    assert [item.state for item in go(client.outbox.messages())] == [State.DELIVERED]
    assert go(client.outbox.next_at()) is None


@BOTH
def test_an_outbox_with_only_changes_looks_at_what_waits(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    for codes, count in ((("HAVO", "VWO"), 2), (("VWO", "VWO"), 1), (("HAVO", "VWO"), 1), (("HAVO", "VWO"), 0)):
        put = go(client.outbox.add(Adviezenlijst(SCHOOL, pupils(*codes)), only_changes=True))
        assert (put.bericht.aantal if put.bericht else 0, put.ongewijzigd, put.uitleg) == (count, 2 - count, "")
    go(client.outbox.deliver(workers=2))
    assert peer.has == {"sleutel-0": "HAVO", "sleutel-1": "VWO"}
    put = go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("HAVO")), only_changes=True))
    assert put.bericht is None
    assert "niet meer in uw lijst" in put.uitleg
    assert "blijft bij Toetsbureau staan" in put.uitleg
    put = go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("VWO")), only_changes=True))
    assert put.bericht is not None
    assert "blijft bij Toetsbureau staan" in put.uitleg


@BOTH
@pytest.mark.parametrize("given", [None, pupils("HAVO"), Adviezenlijst(SCHOOL, []), Deelnemerslijst(SCHOOL, [], [])])
def test_what_is_no_list_or_an_empty_one_is_refused(kind: Any, given: Any, tmp_path: Path) -> None:
    client = make(kind, Peer(), tmp_path / "s.db")
    for do in (client.outbox.add, client.send, client.compare):
        with pytest.raises(MessageError):
            go(do(given))


@BOTH
def test_after_401_the_osr_is_asked_anew(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO"))))
    assert len(peer.asked) == 1
    peer.outcomes, peer.mandated = [answer(401)], set()
    with pytest.raises(GeenMandaat) as caught:
        go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO"))))
    assert (caught.value.status, len(peer.asked)) == (401, 1)
    with pytest.raises(GeenMandaat) as caught:
        go(client.send(Adviezenlijst(SCHOOL, pupils("HAVO"))))
    assert (caught.value.status, len(peer.asked)) == (0, 2)

    peer.mandated = {SUPPLIER_OIN}
    put = go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("VWO")), leverancier="ICE"))
    peer.outcomes = [answer(401)]
    assert go(client.osr.check_mandaat(SCHOOL, "ICE"))
    asked = len(peer.asked)
    (result,) = go(client.outbox.deliver())
    assert (result.bericht.id, result.bericht.state, result.bericht.reason) == (put.bericht.id, State.HELD, "GeenMandaat 401")
    assert "OSR" in result.uitleg
    assert go(client.osr.find_leveranciers(SCHOOL))
    assert len(peer.asked) == asked + 1


@BOTH
def test_unknown_pupils(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    peer.unknown = {"sleutel-1"}
    client = make(kind, peer, tmp_path / "s.db")
    receipt = go(client.send(Adviezenlijst(SCHOOL, pupils(*CODES))))
    assert receipt.onbekend == (Leerling(las_key="sleutel-1"),)
    assert (receipt.aantal, peer.has) == (2, {"sleutel-0": "HAVO", "sleutel-2": "VMBO_KB"})
    assert "sleutel" not in repr(receipt)
    assert b"sleutel" not in pickle.dumps(receipt)
    assert pickle.loads(pickle.dumps(receipt)).aantal == 2
    peer.unknown.clear()
    assert go(client.send(Adviezenlijst(SCHOOL, pupils(*CODES)), only_changes=True)).aantal == 1


@BOTH
def test_nobody_known(kind: Any) -> None:
    peer = Peer()
    peer.unknown = {"sleutel-0", "sleutel-1"}
    with pytest.raises(LeerlingOnbekend) as caught:
        go(make(kind, peer, None).send(Adviezenlijst(SCHOOL, pupils("HAVO", "VWO"))))
    assert [item.las_key for item in caught.value.onbekend] == ["sleutel-0", "sleutel-1"]  # type: ignore[attr-defined]
    assert len(caught.value.attempts) == 3
    assert "base_url" in str(caught.value)
    assert caught.value.uitleg.startswith("2 leerlingen zijn bij Toetsbureau nog niet bekend")
    assert "sleutel" not in str(caught.value) + repr(caught.value)
    assert pickle.loads(pickle.dumps(caught.value)).onbekend == ()


@BOTH
@pytest.mark.parametrize(("how", "error"), [("reports", LeerlingOnbekend), ("never", UnexpectedResponse)])
def test_suppliers_for_whom_a_list_is_not_split(kind: Any, how: str, error: Any) -> None:
    peer = Peer()
    peer.unknown = {"sleutel-1"}
    supplier = Leverancier("ICE", SUPPLIER_OIN, LEVERANCIER.base_url, bij_onbekende=how)
    with pytest.raises(error) as caught:
        go(make(kind, peer, None, leveranciers=[supplier]).send(Adviezenlijst(SCHOOL, pupils(*CODES))))
    assert len(caught.value.attempts) == 1


def test_a_setting_that_does_not_exist() -> None:
    with pytest.raises(ConfigurationError, match="splits, reports, never"):
        Leverancier("ICE", SUPPLIER_OIN, "https://x.example", bij_onbekende="raad maar")


@BOTH
def test_deadline_in_the_middle_keeps_what_was_accepted(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    peer.unknown = {"sleutel-7"}
    client = make(kind, peer, tmp_path / "s.db")
    peer.outcomes = [None, None, fault(FaultKind.DEADLINE, "deadline")]
    with pytest.raises(DeadlineExceeded):
        go(client.send(Adviezenlijst(SCHOOL, pupils(*["HAVO"] * 8))))
    arrived = len(peer.has)
    assert arrived == 4
    receipt = go(client.send(Adviezenlijst(SCHOOL, pupils(*["HAVO"] * 8)), only_changes=True))
    assert (receipt.aantal, receipt.ongewijzigd, len(receipt.onbekend)) == (3, arrived, 1)


@BOTH
def test_a_store_that_fails_in_the_middle_of_a_run_ends_it(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer, store = Peer(), SqliteStore(tmp_path / "s.db")
    client = make(kind, peer, store)
    for at in range(20):
        go(client.outbox.add(Adviezenlijst(other_school(at), pupils("HAVO")), leverancier="ICE"))
    delivered, count = store.outbox.delivered, 0

    def fail_once(*given: Any) -> bool:
        nonlocal count
        count += 1
        if count == 3:
            raise StoreError("full")
        return delivered(*given)

    monkeypatch.setattr(store.outbox, "delivered", fail_once)
    with pytest.raises(StoreError):
        go(client.outbox.deliver(workers=2))
    assert 3 <= len(peer.lists) < 10
    store.close()


@BOTH
def test_a_parked_list_does_not_follow_one_that_was_sent_past_it(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    put = go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("HAVO")), leverancier="ICE"))
    peer.outcomes = [answer(422)]
    (result,) = go(client.outbox.deliver())
    assert (result.bericht.state, result.bericht.reason) == (State.PARKED, "ongeldig")
    go(client.send(Adviezenlijst(SCHOOL, pupils("VWO")), leverancier="ICE"))
    assert not go(client.outbox.retry(put.bericht.id))
    assert go(client.outbox.deliver()) == []
    assert peer.has == {"sleutel-0": "VWO"}


@BOTH
def test_a_moment_without_a_time_zone_is_refused(kind: Any, tmp_path: Path) -> None:
    client = make(kind, Peer(), tmp_path / "s.db")
    with pytest.raises(ConfigurationError, match="time zone"):
        go(client.outbox.add(Adviezenlijst(SCHOOL, pupils("HAVO")), expires_at=NOW.replace(tzinfo=None)))
