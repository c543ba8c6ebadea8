"""Every answer about a mandate over real mutual TLS, for both clients and the receiver; and a register that is down."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from osr.readings import BODIES, CONTENT_TYPES, as_text
from support import LAS_OIN, NOW, OTHER_OIN, SCHOOL, SUPPLIER_OIN, in_time, resultaat
from support.wire import RawServer, Scripted, Speler, certificate, leverancier, read_request

from doorstroom_client import ConnectError, InboundRequest, Leverancier, Osr, Retry, Timeouts, UnexpectedResponse
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.osr.mandate_table import TABLE, Example, Meaning, Said
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.pki import Pki

IN_TURN = [(*each, CONTENT_TYPES[at % len(CONTENT_TYPES)]) for at, each in enumerate(BODIES)]
EXAMPLES = [(said, example) for said, row in TABLE.items() for example in row.examples]


@contextmanager
def register(pki: Pki, example: Example, *, there: bool = True) -> Iterator[Scripted]:
    """A register that gives one answer about mandates, and its list of services when it is there."""

    def say(received: Received) -> Answer:
        if received.path.endswith("/services") and there:
            return Answer.json(200, [])
        return Answer(example.status, example.body.encode(), example.content_type)

    with Scripted(pki, pki.issue("register", oin=OTHER_OIN), say) as server:
        yield server


def client_of(speler: Speler, pki: Pki, url: str, **more: Any) -> Any:
    given = {"osr": Osr(f"{url}/api/v2", "ns"), "now": lambda: NOW, "leveranciers": [leverancier("https://localhost:1")]}
    return speler.client(certificate=certificate(pki), **{**given, **more})


def outcome(speler: Speler, client: Any, **more: Any) -> Any:
    """The meaning, and what came."""
    try:
        found = speler(client.osr.check_mandaat(SCHOOL, "ICE", **more))
    except UnexpectedResponse as error:
        return Meaning.ERROR, error
    return (Meaning.YES if found.gemandateerd else Meaning.NO), found


@pytest.mark.parametrize(("said", "example"), EXAMPLES)
def test_what_each_answer_means(test_pki: Pki, speler: Speler, tmp_path: Path, said: Said, example: Example) -> None:
    with register(test_pki, example) as server:
        client = client_of(speler, test_pki, server.url, scholen=[SCHOOL], store=tmp_path / "s.db")
        pushed = InboundRequest(
            "POST",
            "/leerlingresultaat",
            f"edu-to={SCHOOL.routeringskenmerk}&edu-from={SCHOOL.oin}",
            SUPPLIER_OIN,
            json.dumps(resultaat()).encode(),
        )
        answered = speler(client.terugweg.handle(pushed)).status
        meaning, came = outcome(speler, client)
    assert meaning is TABLE[said].meaning
    assert answered == {Meaning.YES: 202, Meaning.NO: 401, Meaning.ERROR: 503}[meaning]
    if meaning is Meaning.ERROR:
        assert "base_url" in str(came) or example.status in (401, 403)
        assert not any(word in str(came) for word in ("leverancier", "supplier", "period", "participant", "receipt"))
        assert len(came.attempts) == 1


def test_a_404_in_other_words_of_a_server_without_services_is_no_answer(test_pki: Pki, speler: Speler) -> None:
    for example in TABLE[Said.OTHER_404].examples:
        with register(test_pki, example, there=False) as server:
            assert outcome(speler, client_of(speler, test_pki, server.url))[0] is Meaning.ERROR


@pytest.mark.parametrize(("body", "meaning", "content_type"), IN_TURN)
def test_other_answers(test_pki: Pki, speler: Speler, body: Any, meaning: Meaning, content_type: str | None) -> None:
    """Each once with both clients; `osr/test_readings` has each with every content type."""
    with register(test_pki, Example(as_text(body), 200, content_type)) as server:
        client = client_of(speler, test_pki, server.url)
        try:
            found, came = outcome(speler, client)
        except DoorstroomError as error:  # a part of JSON is no complete answer
            assert type(error).__name__ == "NoAnswer"
            found, came = Meaning.ERROR, error
    assert found is meaning, came


def test_the_day_that_was_asked_about_counts_and_a_no_tells_what_was_said(test_pki: Pki, speler: Speler) -> None:
    later = Example(json.dumps({"token": "t", "start_date": "2026-08-01", "end_date": "2027-07-31"}))
    with register(test_pki, later) as server:
        client = client_of(speler, test_pki, server.url)
        meaning, came = outcome(speler, client)
        assert (meaning, came.begint_op, came.verlopen_op) == (Meaning.NO, dt.date(2026, 8, 1), None)
        assert "Het mandaat van Toetsbureau gaat pas op 1 augustus 2026 in." in came.uitleg
        assert outcome(speler, client, on=dt.date(2026, 9, 1))[0] is Meaning.YES
        meaning, came = outcome(speler, client, on=dt.date(2027, 9, 1))
        assert (meaning, came.verlopen_op) == (Meaning.NO, dt.date(2027, 7, 31))
        assert all("reference_date" in dict(item.query) for item in server.received[1:])
    with register(test_pki, Example("NOK. Jansen", 200, "text/plain")) as server:
        assert "Jansen" not in str(outcome(speler, client_of(speler, test_pki, server.url))[1])
    with register(test_pki, Example('{"message": "Sorry Jansen: Mandate  not found"}')) as server:
        assert outcome(speler, client_of(speler, test_pki, server.url))[1].gezegd == "mandate not found"


@pytest.mark.parametrize("body", ["{}", '{"message": "maintenance"}', '{"data": []}', "[{}]", "null", "<html>"])
def test_what_has_nothing_in_it_is_no_service_or_address(test_pki: Pki, speler: Speler, body: str) -> None:
    with register(test_pki, Example(body), there=False) as server:
        osr = client_of(speler, test_pki, server.url).osr
        for ask in (
            lambda: osr.find_namespace(),
            lambda: osr.find_endpoints(SCHOOL),
        ):
            with pytest.raises(UnexpectedResponse):
                speler(ask())


# --- a register that is down, slow, or another


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def patient(speler: Speler, pki: Pki, url: str, **more: Any) -> Any:
    """A client that repeats as it does by itself, with one second for a question."""
    return client_of(speler, pki, url, retry=Retry(), timeouts=Timeouts(osr=1.0, connect=1.0), **more)


def the_error(speler: Speler, client: Any) -> DoorstroomError:
    with in_time(1.5):
        (found,) = speler(client.osr.check_mandaten([SCHOOL], max_age=0))
    assert found.error is not None
    return found.error  # type: ignore[no-any-return]


def test_a_register_that_is_down_is_told_within_one_question_by_host_and_cause(test_pki: Pki, speler: Speler) -> None:
    port = closed_port()
    client = patient(speler, test_pki, f"https://localhost:{port}")
    for _ in range(8):  # also when it is left alone because it failed so often
        error = the_error(speler, client)
        assert "OSR cannot be reached" in str(error)
        assert f"(localhost:{port}: the connection was refused)" in str(error)
        assert SCHOOL.oin not in str(error)


@pytest.mark.parametrize("host", ["nergens.invalid", "a" * 64 + ".example"])
def test_a_name_that_does_not_resolve(test_pki: Pki, speler: Speler, host: str) -> None:
    error = the_error(speler, patient(speler, test_pki, f"https://{host}"))
    assert isinstance(error, ConnectError)
    assert f"({host}: the name does not resolve)" in str(error)
    made = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(f"https://{host}")])
    with pytest.raises(ConnectError) as caught:
        speler(made.fetch_leerlingrapport("rapport-1", school=SCHOOL, leverancier="ICE"))
    assert f"Toetsbureau cannot be reached (after 3 attempts) ({host}: the name does not resolve)" in str(caught.value)
    assert "rapport-1" not in str(caught.value)


def test_a_register_that_drips(test_pki: Pki, speler: Speler) -> None:
    def drip(tls: Any) -> None:
        read_request(tls)
        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        while not server.wait(0.1):
            tls.sendall(b" ")

    with RawServer(drip, test_pki, test_pki.issue("drup", oin=OTHER_OIN)) as server:
        error = the_error(speler, patient(speler, test_pki, server.url))
    assert "did not answer within the total time" in str(error)
    assert "(localhost:" in str(error)


def test_a_port_that_takes_connections_and_says_nothing(test_pki: Pki, speler: Speler) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = the_error(speler, patient(speler, test_pki, f"https://localhost:{silent.getsockname()[1]}"))
    assert "no connection in time" in str(error)


def test_a_register_with_a_certificate_of_somebody_else(test_pki: Pki, speler: Speler) -> None:
    with Scripted(test_pki, test_pki.issue("ander", oin=SUPPLIER_OIN), lambda _: Answer.json(200, "OK")) as server:
        client = patient(speler, test_pki, server.url, osr=Osr(f"{server.url}/api/v2", "ns", oin=LAS_OIN))
        error = the_error(speler, client)
        assert server.received == []
    assert f"({server.url.removeprefix('https://')}: another OIN in the certificate)" in str(error)


def test_all_halves_of_one_school_together_have_the_time_of_one_question(test_pki: Pki, speler: Speler) -> None:
    def slowly(received: Received) -> Answer:
        threading.Event().wait(0.6)
        return Answer.json(200, "OK")

    with Scripted(test_pki, test_pki.issue("traag", oin=OTHER_OIN), slowly) as server:
        names = ("ICE", "DIA", "AMN", "DOE")
        many = [
            Leverancier(name, f"0000000399000{at}0000", f"https://{name.lower()}.example") for at, name in enumerate(names, 201)
        ]
        error = the_error(speler, patient(speler, test_pki, server.url, leveranciers=many))
    assert type(error).__name__ == "DeadlineExceeded"
