"""Unknown pupils at suppliers of every kind, over real sockets: whatever a supplier does, all known advice arrives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import FakeTransport, answer
from support.wire import Speler, quick

from doorstroom_client import Adviezenlijst, Client, Deelnemerslijst, Leverancier, School
from doorstroom_client.errors import LeerlingOnbekend, OngeldigBericht, Unavailable, UnexpectedResponse
from doorstroom_client.sending.in_parts import PROBES, bound
from doorstroom_client.simulator.invented import BedachteLeerling
from doorstroom_client.simulator.keten import Keten, adviezen_of, deelnemers_of, leerling_of
from doorstroom_client.simulator.toetssysteem import Gedrag, Toetssysteem
from doorstroom_client.transport.request import Request, Response

ADVIEZEN = "registreren-schooladviezen"
GIVE_UP = 2 * 9 + 2 + PROBES + 1
"""Calls for 500 pupils of whom none is known."""


@pytest.fixture(params=["sync", "async"])
def speler(request: pytest.FixtureRequest) -> Iterator[Speler]:
    """A maker of clients of one kind."""
    found = Speler(awaited=request.param == "async")
    yield found
    found.close()


class Supplier:
    """One supplier of a chain, behaving in one way, with a new school each time."""

    def __init__(self, keten: Keten, speler: Speler, gedrag: Gedrag) -> None:
        self.keten = keten
        self.speler = speler
        self.school: School = keten.bedenk_scholen(1, leerlingen=0)[0]
        self.system: Toetssysteem = keten.toetssysteem_van(self.school)
        self.system.gedrag = gedrag
        self.system.verkeer.reset()
        self.refuses_422 = gedrag is Gedrag.WEIGERT_LIJST_422

    def leverancier(self, **more: Any) -> Leverancier:
        systeem = self.system
        given = {"onbekend_422": self.refuses_422, "base_url": systeem.basis_url, "naam": systeem.naam}
        return Leverancier(systeem.toetssoort, systeem.oin, **{**given, **more})

    def client(self, **more: Any) -> Any:
        given = {"scholen": (self.school,), "leveranciers": (self.leverancier(),), "store": None, "retry": quick(1)}
        return self.speler.client(**{**self.keten.arguments(), **given, **more})

    def know(self, klas: list[BedachteLeerling]) -> None:
        self.system.meld_aan(self.school, klas, schooljaar=self.keten.schooljaar)

    def send(self, client: Any, klas: list[BedachteLeerling], **more: Any) -> Any:
        given = {"leverancier": self.system.toetssoort, **more}
        return self.speler(client.send(Adviezenlijst(self.school, adviezen_of(klas)), **given))

    def arrived(self) -> dict[str, str]:
        return self.system.adviezen(self.school.oin)

    @property
    def calls(self) -> int:
        return self.system.verkeer.geteld


def advice(klas: list[BedachteLeerling]) -> dict[str, str]:
    return {item.eck_id or item.las_key: item.advies for item in klas}


def parted(keten: Keten, school: School, n: int, unknown: int) -> tuple[list[BedachteLeerling], list[int]]:
    """A class, and the positions of pupils that are unknown: spread, so that none is near another."""
    return keten.klas(school, n), sorted({(2 * at + 1) * n // (2 * unknown) for at in range(unknown)}) if unknown else []


@pytest.mark.parametrize("gedrag", list(Gedrag))
@pytest.mark.parametrize(
    ("n", "unknown"), [(1, 0), (1, 1), (27, 0), (27, 1), (27, 3), (27, 27), (500, 0), (500, 1), (500, 3), (500, 500)]
)
def test_all_known_advice_arrives(keten: Keten, speler: Speler, gedrag: Gedrag, n: int, unknown: int) -> None:
    supplier = Supplier(keten, speler, gedrag)
    klas, missing = parted(keten, supplier.school, n, unknown)
    known = [item for at, item in enumerate(klas) if at not in missing]
    supplier.know(known)
    client = supplier.client()
    if known or gedrag is Gedrag.ACCEPTEERT:
        receipt = supplier.send(client, klas)
        silent = gedrag is Gedrag.ACCEPTEERT
        assert receipt.onbekend == (() if silent else tuple(leerling_of(klas[at]) for at in missing))
        assert receipt.aantal == (n if silent else len(known))
        assert supplier.calls == len(receipt.attempts)
        assert supplier.calls <= (1 if silent else bound(n, unknown))
    else:
        with pytest.raises(OngeldigBericht if supplier.refuses_422 else LeerlingOnbekend) as caught:
            supplier.send(client, klas)
        if not supplier.refuses_422:
            assert caught.value.onbekend == tuple(map(leerling_of, klas))  # type: ignore[attr-defined]
        assert supplier.calls == len(caught.value.attempts) <= min(GIVE_UP, 2 * n)
    assert supplier.arrived() == advice(known)


@pytest.mark.parametrize("gedrag", [Gedrag.WEIGERT_LIJST, Gedrag.WEIGERT_LIJST_422])
@pytest.mark.parametrize("half", ["first", "second", "even"])
def test_half_a_class_is_unknown(keten: Keten, speler: Speler, gedrag: Gedrag, half: str) -> None:
    supplier = Supplier(keten, speler, gedrag)
    klas = keten.klas(supplier.school, 54)
    known = {"first": klas[27:], "second": klas[:27], "even": klas[1::2]}[half]
    supplier.know(known)
    client = supplier.client()
    receipt = supplier.send(client, klas)
    assert supplier.arrived() == advice(known)
    assert receipt.onbekend == tuple(leerling_of(item) for item in klas if item not in known)
    assert supplier.calls <= bound(54, 27)


@pytest.mark.parametrize(
    ("how", "error", "calls"), [("splits", None, 11), ("reports", LeerlingOnbekend, 1), ("never", UnexpectedResponse, 1)]
)
def test_settings(keten: Keten, speler: Speler, how: str, error: Any, calls: int) -> None:
    supplier = Supplier(keten, speler, Gedrag.WEIGERT_LIJST)
    klas = keten.klas(supplier.school)
    supplier.know(klas[:-1])
    client = supplier.client(leveranciers=(supplier.leverancier(bij_onbekende=how),))
    if error is None:
        assert supplier.send(client, klas).aantal == 26
    else:
        with pytest.raises(error) as caught:
            supplier.send(client, klas)
        assert caught.value.status == 404
    assert supplier.calls == calls if error else 1 < supplier.calls <= calls
    assert supplier.arrived() == ({} if error else advice(klas[:-1]))


def test_422_is_about_the_content_unless_it_is_set_otherwise(keten: Keten, speler: Speler) -> None:
    supplier = Supplier(keten, speler, Gedrag.WEIGERT_LIJST_422)
    klas = keten.klas(supplier.school)
    supplier.know(klas[1:])
    client = supplier.client(leveranciers=(supplier.leverancier(onbekend_422=False),))
    with pytest.raises(OngeldigBericht):
        supplier.send(client, klas)
    assert (supplier.calls, supplier.arrived()) == (1, {})


def test_a_refused_list_of_participants_is_never_split(keten: Keten, speler: Speler) -> None:
    supplier = Supplier(keten, speler, Gedrag.WEIGERT_LIJST)
    wrong = supplier.leverancier(base_url=f"{supplier.system.basis_url}/mis")
    client = supplier.client(leveranciers=(wrong,))
    with pytest.raises(LeerlingOnbekend) as caught:
        groepen, deelnemers = deelnemers_of(keten.klas(supplier.school))
        speler(client.send(Deelnemerslijst(supplier.school, groepen, deelnemers), leverancier=wrong))
    assert len(caught.value.attempts) == 1


def test_a_wrong_address_is_recognised(keten: Keten, speler: Speler) -> None:
    supplier = Supplier(keten, speler, Gedrag.WEIGERT_LIJST)
    klas = keten.klas(supplier.school, 500)
    supplier.know(klas)
    wrong = supplier.leverancier(base_url=f"{supplier.system.basis_url}/mis")
    attempts = []
    client = supplier.client(leveranciers=(wrong,))
    for _ in range(5):
        with pytest.raises(LeerlingOnbekend) as caught:
            supplier.send(client, klas)
        attempts.append(len(caught.value.attempts))
        assert "base_url" in str(caught.value)
    assert "down to single pupils" not in str(caught.value)  # of one call nothing more is known
    assert PROBES < attempts[0] <= GIVE_UP
    assert attempts == [attempts[0]] * 3 + [1, 1]
    client = supplier.client()  # and another address is searched as before
    assert supplier.send(client, klas).aantal == 500
    assert supplier.arrived() == advice(klas)


def test_out_of_service_in_the_middle(keten: Keten, speler: Speler, tmp_path: Path) -> None:
    supplier = Supplier(keten, speler, Gedrag.WEIGERT_LIJST)
    klas = keten.klas(supplier.school)
    known = [item for at, item in enumerate(klas) if at not in (3, 20)]
    supplier.know(known)
    seen: list[Any] = []

    def stop_after_five(event: Any) -> None:
        seen.append(event)
        if len(seen) == 5:
            supplier.system.antwoord_met(ADVIEZEN, 503)

    client = supplier.client(store=tmp_path / "store.db", on_event=stop_after_five)
    with pytest.raises(Unavailable):
        supplier.send(client, klas)
    supplier.system.antwoord_gewoon()
    first = supplier.arrived()
    assert 0 < len(first) < len(known)
    assert supplier.calls == 6
    compared = speler(client.compare(Adviezenlijst(supplier.school, adviezen_of(klas)), leverancier=supplier.system.toetssoort))
    assert compared.ongewijzigd == len(first)
    receipt = supplier.send(client, klas, only_changes=True)
    assert (receipt.ongewijzigd, receipt.aantal) == (len(first), len(known) - len(first))
    assert receipt.onbekend == (leerling_of(klas[3]), leerling_of(klas[20]))
    assert supplier.arrived() == advice(known)
    calls = supplier.calls
    supplier.know(klas)
    last = supplier.send(client, klas, only_changes=True)  # the unknown two are still to be sent, and nobody else
    assert (last.ongewijzigd, last.aantal, supplier.calls) == (len(known), 2, calls + 1)
    assert supplier.arrived() == advice(klas)


def test_parts_say_no_more_than_the_whole(keten: Keten) -> None:
    """Each part is the same message, made at the same moment: it may never pass for newer than a list that came after it."""
    klas = keten.klas(keten.school)
    unknown = {item.eck_id or item.las_key for item in (klas[2], klas[3], klas[19])}
    sent: list[dict[str, Any]] = []

    def refuse(request: Request) -> Response:
        assert request.body is not None
        sent.append(json.loads(request.body))
        refs = [item["deelnemerref"][0]["onderwijsdeelnemerID"] for item in sent[-1]["voorlopigSchooladviezen"]]
        return answer(404 if unknown.intersection(refs) else 202)

    arguments = {**keten.arguments(), "certificate": None, "store": None, "transport": FakeTransport(refuse)}
    with Client(**arguments) as client:
        client.send(Adviezenlijst(keten.school, adviezen_of(klas)), leverancier="ICE")
    heads = [{name: value for name, value in part.items() if name != "voorlopigSchooladviezen"} for part in sent]
    assert len(sent) > 3
    assert all(head == heads[0] for head in heads)
    assert heads[0]["datumtijd"]
    whole = sent[0]["voorlopigSchooladviezen"]
    assert all(entry in whole for part in sent for entry in part["voorlopigSchooladviezen"])
