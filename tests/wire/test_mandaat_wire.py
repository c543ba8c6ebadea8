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
from support import LAS_OIN, NOW, OTHER_OIN, SCHOOL, SUPPLIER_OIN, in_time, resultaat

from doorstroom_client import ConnectError, InboundRequest, Leverancier, Osr, Retry, Timeouts, UnexpectedResponse
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.osr.mandate_table import TABLE, Example, Meaning, Said
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.pki import Pki

from .spel import RawServer, Scripted, Speler, certificate, leverancier, read_request

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


BODIES: list[tuple[Any, Meaning]] = [
    ('"Ja."', Meaning.YES),
    ("\ufeffOK", Meaning.YES),
    (" TRUE\r\n", Meaning.YES),
    ("'ok'", Meaning.YES),
    ("\u201cOK\u201d.", Meaning.YES),
    ("okay dan", Meaning.ERROR),
    ('"OK', Meaning.ERROR),
    ("OK NOK", Meaning.ERROR),
    ("0", Meaning.ERROR),
    ("1", Meaning.ERROR),
    ('"0"', Meaning.ERROR),
    ('"{\\"mandated\\": true}"', Meaning.ERROR),
    ("Er is geen mandaat gevonden", Meaning.NO),
    ("Cannot GET /api/v2/mandates", Meaning.ERROR),
    ({"Mandated": "YES"}, Meaning.YES),
    ({"isMandated": 1}, Meaning.YES),
    ({"isMandated": 0}, Meaning.NO),
    ({"mandated": "misschien"}, Meaning.ERROR),
    ({"mandated": None}, Meaning.ERROR),
    ({"mandated": True, "message": "mandate not found"}, Meaning.ERROR),
    ({"mandated": True, "error": "time-out of the database"}, Meaning.ERROR),
    ({"mandated": True, "errors": []}, Meaning.YES),
    ({"mandated": True, "Mandated": False}, Meaning.ERROR),
    ({"status": 404, "error": "Not Found", "message": "mandate not found"}, Meaning.NO),
    ({"status": 500, "message": "mandated"}, Meaning.ERROR),
    ({"success": True, "data": {"gemandateerd": "ja"}}, Meaning.YES),
    ({"status": "success", "data": None}, Meaning.ERROR),
    ({"data": {"data": {"valid": False}}}, Meaning.NO),
    ({"data": [], "_links": {"self": {"href": "/x"}}}, Meaning.ERROR),
    ({"total": 0, "_links": {"self": {"href": "/x"}}}, Meaning.ERROR),
    ({"message": "Forbidden", "_links": {"self": {"href": "/x"}}}, Meaning.ERROR),
    ({"data": {"mandated": True}, "items": [{"mandated": True}]}, Meaning.ERROR),
    ({"_embedded": {"osr:mandates": [{"start_date": "2026-03-10"}]}}, Meaning.YES),
    ({"_embedded": {"errors": [{"message": "mandate not found"}]}}, Meaning.NO),
    ({"token": "t", "revoked": True}, Meaning.NO),
    ({"token": "t", "start_date": "2026-03-11"}, Meaning.NO),
    ({"token": "t", "end_date": "2026-03-10"}, Meaning.YES),
    ({"token": "t", "end_date": "2026-03-09"}, Meaning.NO),
    ({"token": "t", "end_date": ""}, Meaning.YES),
    ({"start_date": "2026-03-10T22:59:59Z"}, Meaning.YES),
    ({"start_date": "2026-03-10T23:00:00Z"}, Meaning.NO),
    ({"start_date": "2025-08-01T00:00:00+02:00", "end_date": "9999-12-31T23:59:59.999Z"}, Meaning.YES),
    ({"start_date": "10-03-2026", "end_date": "1-4-2026"}, Meaning.YES),
    ({"start_date": "03/10/2026"}, Meaning.ERROR),
    ({"start_date": "9999-12-31"}, Meaning.NO),
    ({"start_date": "2026-02-30"}, Meaning.ERROR),
    ({"start_date": "2026-01-01 or so"}, Meaning.ERROR),
    ({"start_date": "2026-01-01", "startDate": "2026-05-01"}, Meaning.ERROR),
    ({"start_date": "2027-01-01", "end_date": "2025-01-01"}, Meaning.ERROR),
    ({"start_date": None, "end_date": None}, Meaning.ERROR),
    ({"token": ""}, Meaning.ERROR),
    ([{}, 5, {"token": "t", "start_date": "2026-01-01"}], Meaning.YES),
    ([{}, 5], Meaning.ERROR),
    (["OK", 5], Meaning.ERROR),
    ([[{"token": "t"}]], Meaning.ERROR),
    ([{"end_date": "2026-01-01"}, {"end_date": "someday"}], Meaning.ERROR),
    ([{"mandated": False}, {"token": "t", "start_date": "2026-01-01"}], Meaning.ERROR),
    ([{"active": False, "end_date": "2026-01-01"}, {"token": "t", "start_date": "2026-01-01"}], Meaning.YES),
    ("[" * 5000, Meaning.ERROR),
]

MANDATE = {"token": "t", "start_date": "2025-08-01", "end_date": None}
ITSELF = {"self": {"href": "/api/v2/mandates/7"}}
FOREIGN = "00000003999999990009"
DENIED: list[Any] = [
    *({"status": "OK", name: False} for name in ("found", "exists", "granted", "toegestaan", "hasMandaat", "mandate_found")),
    *({"mandated": True, where: {"mandated": False}} for where in ("details", "meta", "extra")),
    *(
        {"status": "OK", name: "Geen mandaat gevonden."}
        for name in ("info", "description", "opmerking", "anything", "x-reason")
    ),
    *(
        {"status": "OK", name: "E17"}
        for name in ("errorCode", "error_message", "foutcode", "fault", "odata.error", "a_error_b")
    ),
    *({"status": "OK", name: 404} for name in ("code", "statusCode", "http_status")),
    *({**MANDATE, "statusCode": text} for text in ("403", "500")),
    *(
        {"status": "OK", "message": text}
        for text in (
            *("Mandaat is ingetrokken", "Mandate has expired", "Mandaat be\u00ebindigd per 1-1-2025", "no longer mandated"),
            *("Het mandaat is niet meer geldig", "School heeft geen actief mandaat", "unknown supplier"),
        )
    ),
    {"status": "OK", "warnings": ["ok", "mandate not found"]},
    {"status": "OK", "mandaatStatus": "ingetrokken"},
    *(
        {"token": "t", name: "2020-01-01"}
        for name in ("expires_at", "einde", "vervaldatum", "validTill", "tot", "mandate_end_date")
    ),
    *({"token": "t", name: "2020-01-01T08:00:00Z"} for name in ("revokedAt", "ingetrokken_op", "deleted_at", "blocked_since")),
    *({"token": "t", name: "2027-01-01"} for name in ("from", "vanaf", "validSince", "startDateTime", "effective_from")),
    {"token": "t", "period": {"from": "2001-01-01", "to": "2002-01-01"}},
    {"token": "t", "geldigheid": {"begindatum": "2001-01-01", "einddatum": "2002-01-01"}},
    {"data": {"id": "7", "attributes": {"token": "t"}, "meta": {"mandated": False}}},
]
ANOTHERS: list[Any] = [
    *({"mandated": said, "supplierOin": FOREIGN} for said in (True, False)),
    *({**MANDATE, name: FOREIGN} for name in ("supplier_oin", "school_oin", "supplier", "school")),
    *({**MANDATE, name: {"oin": FOREIGN}} for name in ("supplier", "school")),
    {**MANDATE, "service_version_namespace": "another"},
    {**MANDATE, "reference_date": "2026-03-09"},
    [{**MANDATE, "supplier_oin": FOREIGN}],
]
NOT_ITSELF: list[Any] = [
    *(
        {"_links": {"self": {"href": href}}}
        for href in ("/api/v2/mandates", "/api/v2/mandates?page=1", "/api/v2/schools/3", "/")
    ),
    {"_links": {"self": {"href": "/api/v2/mandates?a=b"}}, "page": {"size": 20, "totalElements": 0}},
    {"_links": {"mandates": {"href": "/api/v2/mandates"}, "schools": {"href": "/api/v2/schools"}}},
    {"logref": "42", "_links": {"help": {"href": "/help"}}},
    {"links": {"self": "/mandates"}, "meta": {"count": 0}},
]
NO_TOKEN: list[Any] = [
    *({"token": text} for text in ("null", "NULL", "n/a", "-", 0, "00000000-0000-0000-0000-000000000000")),
    {"token": "t", "token_type": "bearer", "expires_in": 3600},
    {"status": "ok", "uptime": 5, "checks": {}},
]
OF_OTHER_THINGS: list[Any] = [
    *(f"{thing} mandate does not exist" for thing in ("Table", "relation", "Route", "service")),
    *("Parameter mandate is missing", "veld mandaat ontbreekt", "You are not mandated to use this API"),
    *("Hier is geen mandaat voor nodig", "mandate not found in cache", {"error": "header mandate is missing"}),
]
BODIES += [(body, Meaning.ERROR) for body in (*DENIED, *ANOTHERS, *NOT_ITSELF, *NO_TOKEN, *OF_OTHER_THINGS)]
BODIES += [
    *(({**MANDATE, name: True}, Meaning.NO) for name in ("cancelled", "suspended", "geblokkeerd", "disabled", "verwijderd")),
    *(
        ({"token": "t", "end_date": day}, Meaning.ERROR)
        for day in ("0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "1900-01-01")
    ),
    ({"token": "t", "end_date": "2026-03-09T23:59:59Z"}, Meaning.NO),
    ({"token": "t", "end_date": "2026-03-10T23:59:59.999+01:00"}, Meaning.YES),
    ({"token": "t", "end_date": "2026-03-09T22:59:59Z"}, Meaning.NO),
    ({"status": "OK", "message": "Mandate found, no end date"}, Meaning.YES),
    ({**MANDATE, "revoked_at": None, "created_at": "2020-01-01", "user_is_owner": False, "error_count": 0}, Meaning.YES),
    ({**MANDATE, "supplier_oin": SUPPLIER_OIN, "school": {"oin": SCHOOL.oin, "name": "De Nooitgedacht"}}, Meaning.YES),
    ([{**MANDATE, "supplier_oin": FOREIGN}, MANDATE], Meaning.YES),
    ({"_links": ITSELF, "id": 7}, Meaning.YES),
    ({"_embedded": {"mandates": [{"_links": ITSELF}]}, "_links": {"self": {"href": "/api/v2/mandates?a=b"}}}, Meaning.YES),
    ({"data": {"type": "mandates", "id": "7", "attributes": {"start_date": "2020-01-01"}}}, Meaning.YES),
    ({"d": {"results": [{"end_date": "2020-01-01"}]}}, Meaning.NO),
    ({"mandate_status": "beeindigd"}, Meaning.NO),
]


@pytest.mark.parametrize(("body", "meaning"), BODIES)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain; charset=utf-8", None])
def test_other_answers(test_pki: Pki, speler: Speler, body: Any, meaning: Meaning, content_type: str | None) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    with register(test_pki, Example(text, 200, content_type)) as server:
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
        assert "Het mandaat van de toetsleverancier (Toetsbureau) gaat pas op 1 augustus 2026 in." in came.uitleg
        assert outcome(speler, client, op=dt.date(2026, 9, 1))[0] is Meaning.YES
        meaning, came = outcome(speler, client, op=dt.date(2027, 9, 1))
        assert (meaning, came.verlopen_op) == (Meaning.NO, dt.date(2027, 7, 31))
        assert all("reference_date" in dict(item.query) for item in server.received[1:])
    with register(test_pki, Example("NOK. Jansen", 200, "text/plain")) as server:
        assert "Jansen" not in str(outcome(speler, client_of(speler, test_pki, server.url))[1])
    with register(test_pki, Example('{"message": "Sorry Jansen: Mandate  not found"}')) as server:
        assert outcome(speler, client_of(speler, test_pki, server.url))[1].gezegd == "mandate not found"


@pytest.mark.parametrize("body", ["{}", '{"message": "maintenance"}', '{"data": []}', "[{}]", "null", "<html>"])
def test_what_has_nothing_in_it_is_no_school_service_or_address(test_pki: Pki, speler: Speler, body: str) -> None:
    with register(test_pki, Example(body), there=False) as server:
        osr = client_of(speler, test_pki, server.url).osr
        for ask in (
            lambda: osr.find_scholen(brin="11BB"),
            lambda: osr.get_school(1),
            lambda: osr.get_bestuur(1),
            lambda: osr.find_diensten(),
            lambda: osr.get_dienst(1),
            lambda: osr.find_endpoints(SCHOOL),
            lambda: osr.get_endpoint(1),
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
