"""T2 and T3: a server with anything wrong about its certificate, or of another organisation, gets not one byte."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from faults_support import (
    DEFECTS,
    PLAIN,
    WEAK_CERTIFICATE,
    Fault,
    Flaw,
    TlsVariant,
    answer,
    bad_status_line,
    issue_defect,
    served,
    truncated_body,
)
from faults_support import MODERN as SOUND
from support import OTHER_OIN, SUPPLIER_OIN
from support.wire import Calls, Speler, certificate, leverancier

from doorstroom_client.errors import NoAnswer, Phase, TlsError, WrongPeer
from doorstroom_client.events import Event
from doorstroom_client.simulator.pki import Defect, Leaf, Pki

CODES: dict[Defect | Flaw, str] = {
    Defect.EXPIRED: "expired",
    Defect.NOT_YET_VALID: "not_yet_valid",
    Defect.WRONG_HOST: "wrong_host",
    Flaw.CN_ONLY: "wrong_host",
    Flaw.WILDCARD_TLD: "wrong_host",
    Flaw.WILDCARD_ALL: "wrong_host",
    Defect.OTHER_CA: "untrusted",
    Flaw.SELF_SIGNED: "self_signed",
    Flaw.NO_SERVER_AUTH: "wrong_purpose",
    Flaw.RSA_1024: "weak_key",
    Flaw.SHA1: "weak_signature",
    Flaw.INCOMPLETE_CHAIN: "untrusted",  # OpenSSL tells no more: the one who signed it is not known here
}
OINS = (Defect.OTHER_OIN, Defect.NO_OIN, Flaw.TWO_OINS, Flaw.SHORT_OIN)


def test_every_defect_is_in_one_of_the_two_lists() -> None:
    assert set(DEFECTS) == {*CODES, *OINS}


@pytest.mark.parametrize("call", Calls.NAMES)
@pytest.mark.parametrize("defect", CODES, ids=str)
def test_a_defect_of_the_certificate(test_pki: Pki, speler: Speler, defect: Defect | Flaw, call: str) -> None:
    issued = issue_defect(test_pki, defect, oin=SUPPLIER_OIN)
    tls: TlsVariant = WEAK_CERTIFICATE if defect in (Flaw.RSA_1024, Flaw.SHA1) else SOUND
    with served(answer(202), pki=test_pki, issued=issued, tls=tls) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, call)
    error = caught.value
    assert error.code == CODES[defect]
    assert (error.phase, len(error.attempts), error.retryable) == (Phase.NOT_SENT, 1, False)
    assert (server.connections, server.requests, server.bytes_received) == (1, [], 0)


@pytest.mark.parametrize("call", Calls.NAMES)
def test_plain_http_on_the_port(test_pki: Pki, speler: Speler, call: str) -> None:
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN, tls=PLAIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, call)
    assert (caught.value.code, len(caught.value.attempts)) == ("handshake", 1)
    assert (server.connections, server.requests, server.bytes_received) == (1, [], 0)


@pytest.mark.parametrize("call", Calls.NAMES)
@pytest.mark.parametrize("defect", [*OINS, "the same twice"], ids=str)
def test_another_organisation(test_pki: Pki, speler: Speler, defect: Any, call: str) -> None:
    events: list[Event] = []
    twice = Leaf(oins=(SUPPLIER_OIN, SUPPLIER_OIN))
    issued = issue_defect(test_pki, defect, oin=SUPPLIER_OIN) if defect in OINS else test_pki.issue_leaf("twice", twice)
    with served(answer(202), pki=test_pki, issued=issued) as server:
        client = speler.client(
            certificate=certificate(test_pki), leveranciers=[leverancier(server.url)], on_event=events.append
        )
        for _ in range(2):
            with pytest.raises(WrongPeer) as caught:
                Calls.do(speler, client, call)
            assert (caught.value.phase, len(caught.value.attempts), caught.value.retryable) == (Phase.NOT_SENT, 1, False)
    assert (server.connections, server.requests, server.bytes_received) == (2, [], 0)
    assert server.handshake_errors == []  # the certificate itself is sound
    assert [(event.result, event.serious) for event in events] == [("wrong peer", True)] * 2


@pytest.mark.parametrize("call", Calls.NAMES)
def test_an_open_connection_serves_only_the_organisation_it_was_made_for(test_pki: Pki, speler: Speler, call: str) -> None:
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        Calls.do(speler, client, "registreren")
        seen = server.bytes_received
        other = client.with_options(leveranciers=[leverancier(server.url, OTHER_OIN)])
        with pytest.raises(WrongPeer):
            Calls.do(speler, other, call)
        assert server.bytes_received == seen
        Calls.do(speler, client, "registreren")
    assert len(server.requests) == 2
    assert {request.connection for request in server.requests} == {1}


@pytest.mark.parametrize("defect", OINS, ids=str)
def test_the_organisation_is_looked_at_again_on_each_new_connection(
    test_pki: Pki, speler: Speler, defect: Defect | Flaw
) -> None:
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as first:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(first.url)])
        Calls.do(speler, client, "registreren")
    issued = issue_defect(test_pki, defect, oin=SUPPLIER_OIN)
    with served(answer(202), pki=test_pki, issued=issued, port=first.port) as second, pytest.raises(WrongPeer):
        Calls.do(speler, client, "registreren-schooladviezen")
    assert (second.requests, second.bytes_received) == ([], 0)


PUPIL = b'{"melding": "Zwaluwstaart-Testkind"}'
NO_ANSWERS: dict[str, Fault] = {
    "a body only": bad_status_line(PUPIL + b"\r\n\r\n"),
    "a broken header": bad_status_line(b"HTTP/1.1 202 X\r\n" + PUPIL + b"\r\n\r\n"),
    "half a body": truncated_body(200, body=PUPIL * 2),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_comes_in_place_of_an_answer_stands_in_no_log(
    test_pki: Pki, speler: Speler, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The HTTP library quotes what it could not read, in its exceptions and in its own log."""
    caplog.set_level(logging.DEBUG)
    with served(NO_ANSWERS[name], pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(NoAnswer) as caught:
            Calls.do(speler, client, "leerlingrapport")
    assert len(server.requests) == 3
    told = [record.getMessage() + repr(record.args) + str(record.exc_info) for record in caplog.records]
    assert any("leerlingrapport" in line for line in told)
    error: BaseException | None = caught.value
    while error is not None:
        told.append(repr(error) + str(error))
        error = error.__cause__ or error.__context__
    assert not [line for line in told if "Zwaluwstaart" in line]
