"""Several parties at a time, in one run of either client; and the OSR with its questions."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from support import OSR, SCHOOL, SUPPLIER_OIN, FakeTransport
from support.wire import Scripted, Speler, certificate, leverancier

from doorstroom_client import AsyncClient, Client, Leverancier, Staat
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.pki import Pki


def test_parties_are_checked_at_the_same_time(test_pki: Pki, speler: Speler) -> None:
    """None of three servers answers before all of them were asked."""
    together = threading.Barrier(3)

    def answer(_: Received) -> Answer:
        together.wait(10)
        return Answer(404)

    issued = test_pki.issue("toets", oin=SUPPLIER_OIN)
    servers = [Scripted(test_pki, issued, answer) for _ in range(3)]
    for server in servers:
        server.start()
    try:
        suppliers = [Leverancier(soort, SUPPLIER_OIN, server.url) for soort, server in zip("ABC", servers, strict=True)]
        client = speler.client(certificate=certificate(test_pki), leveranciers=suppliers)
        found = speler(client.check_verbindingen())
    finally:
        for server in servers:
            server.stop()
    assert {(item.partij, item.staat) for item in found} == {(soort, Staat.OK) for soort in "ABC"}


def test_checks_leave_the_threads_of_asyncio_to_others(test_pki: Pki) -> None:
    """It has one here, and two checks that wait for each other come through."""
    together = threading.Barrier(2)

    def answer(_: Received) -> Answer:
        together.wait(10)
        return Answer(404)

    async def both(url: str) -> list[Staat]:
        with ThreadPoolExecutor(1) as only:
            asyncio.get_running_loop().set_default_executor(only)
            async with AsyncClient(auteur="Test 1", certificate=certificate(test_pki)) as client:
                found = await asyncio.gather(*[client.check_verbinding(leverancier(url)) for _ in range(2)])
        return [item.staat for item in found]

    with Scripted(test_pki, test_pki.issue("toets", oin=SUPPLIER_OIN), answer) as server:
        assert asyncio.run(both(server.url)) == [Staat.OK] * 2


def test_a_check_of_everybody(keten: Keten, speler: Speler) -> None:
    client = speler.client(**keten.arguments())
    found = {item.partij: item for item in speler(client.check_verbindingen(school=keten.school, workers=2))}
    assert set(found) == {"ICE", "DIA", "ROUTE_8", "osr"}
    assert all(found.values())
    assert found["osr"].bevinding("school").code == "mandated"
    assert found["ICE"].bevinding("school") is None
    (only,) = speler(client.check_verbindingen([client.leveranciers[0]]))
    assert only.partij == client.leveranciers[0].toetssoort
    assert speler(client.osr.check_verbinding()).bevinding("school").code == "not_asked"


def test_who_is_named_twice_is_checked_once(keten: Keten, speler: Speler) -> None:
    client = speler.client(**keten.arguments())
    ice = next(item for item in client.leveranciers if item.toetssoort == "ICE")
    found = speler(client.check_verbindingen(["ICE", "osr", ice.oin, ice, "OSR"]))
    assert sorted(item.partij for item in found) == ["ICE", "osr"]


def test_the_osr_is_asked_apart_from_the_circuit_of_real_calls(keten: Keten, speler: Speler) -> None:
    client = speler.client(**keten.arguments())
    peer = client._operations.osr.base_url
    for _ in range(9):
        client._operations.circuits.failed(peer, 1, 60.0, "")
    assert speler(client.osr.check_verbinding(keten.school)).staat is Staat.OK
    assert client._operations.circuits.admit(peer, object()) > 0


@pytest.mark.parametrize(
    ("change", "begins", "says"),
    [
        ({"service_code": "IETS"}, "The OSR answers, and does not list its service;", 'there is no service "IETS"'),
        ({"namespace": "iets"}, "The OSR lists its service;", "Set osr.namespace"),
    ],
)
def test_what_the_osr_does_not_list(change: dict[str, str], begins: str, says: str, keten: Keten, speler: Speler) -> None:
    given = keten.arguments()
    client = speler.client(**{**given, "osr": replace(given["osr"], **change)})
    item = speler(client.osr.check_verbinding()).bevinding("namespace")
    assert item.staat is Staat.ATTENTION
    assert item.tekst.startswith(begins) and says in item.tekst


@pytest.mark.parametrize("school", ["99ZZ", "", 7])
def test_a_school_that_is_not_known_is_told_before_anybody_is_called(school: Any, keten: Keten, speler: Speler) -> None:
    events: list[Any] = []
    client = speler.client(**keten.arguments(), on_event=events.append)
    with pytest.raises(ConfigurationError):
        speler(client.check_verbindingen(school=school, workers=1))
    assert events == []


def test_one_yes_is_enough_and_without_suppliers_no_mandate_is_asked_about(keten: Keten, speler: Speler) -> None:
    of_ice = [item for item in keten.leveranciers if item.toetssoort == "ICE"]
    others = [item for item in keten.leveranciers if item.toetssoort != "ICE"]
    for suppliers, code in ((others + of_ice, "mandated"), (others, "no_mandate"), ([], "no_suppliers")):
        client = speler.client(**{**keten.arguments(), "leveranciers": suppliers})
        assert speler(client.osr.check_verbinding(keten.school)).bevinding("school").code == code


def test_a_check_that_is_cancelled_is_told(test_pki: Pki) -> None:
    events: list[Any] = []

    async def cancelled(url: str) -> None:
        async with AsyncClient(auteur="Test 1", certificate=certificate(test_pki), on_event=events.append) as client:
            task = asyncio.ensure_future(client.check_verbinding(leverancier(url), seconds=2))
            await asyncio.to_thread(arrived.wait, 10)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    arrived, over = threading.Event(), threading.Event()

    def answer(_: Received) -> Answer:
        arrived.set()
        over.wait(10)
        return Answer(404)

    with Scripted(test_pki, test_pki.issue("toets", oin=SUPPLIER_OIN), answer) as server:
        try:
            asyncio.run(cancelled(server.url))
        finally:
            over.set()
    assert [(event.action, event.result) for event in events] == [("verbinding", "cancelled")]


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        (["ICE", "iemand"], {}),
        (["osr"], {}),
        ("ICE", {}),
        ([7], {}),
        ([], {}),
        (["ICE"], {"seconds": 0}),
        (["ICE"], {"seconds": True}),
        (["ICE"], {"workers": 0}),
    ],
)
def test_what_cannot_be_checked(asked: Any, more: dict[str, Any], test_pki: Pki, speler: Speler) -> None:
    with Scripted(test_pki, test_pki.issue("toets", oin=SUPPLIER_OIN), lambda _: Answer(404)) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(ConfigurationError):
            speler(client.check_verbindingen(asked, **more))
        assert server.received == []


def test_without_a_certificate_nobody_can_be_checked() -> None:
    client = Client(auteur="Test 1", transport=FakeTransport([]), osr=OSR, scholen=[SCHOOL])
    with client, pytest.raises(ConfigurationError, match="certificate is missing"):
        client.osr.check_verbinding()
