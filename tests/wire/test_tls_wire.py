"""Who may be talked to: certificates, OINs and TLS settings, with what the other side saw of the request."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import OTHER_OIN, SCHOOL, SUPPLIER_OIN, in_time
from support.wire import (
    ADVIEZEN,
    Calls,
    RawServer,
    Scripted,
    Speler,
    certificate,
    leverancier,
    other_pki,
    plain_port,
    read_request,
    timeouts,
)

from doorstroom_client import Adviezenlijst, Osr
from doorstroom_client.errors import ConnectError, DoorstroomError, Phase, TlsError, WrongPeer
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.pki import Pki

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def yes(received: Received) -> Answer:
    return Answer.json(200, "OK") if "mandates" in received.path else Answer.melding(202, "ja")


def failure(speler: Speler, client: Any, name: str = "registreren-schooladviezen") -> Any:
    with pytest.raises(DoorstroomError) as caught:
        Calls.do(speler, client, name)
    return caught.value


def test_a_connection_opened_without_an_oin_to_check_does_not_pass_either(test_pki: Pki, speler: Speler) -> None:
    with Scripted(test_pki, test_pki.issue("pool", oin=SUPPLIER_OIN), yes) as server:
        client = speler.client(
            certificate=certificate(test_pki),
            osr=Osr(f"{server.url}/api", "ns"),
            leveranciers=[leverancier(server.url, OTHER_OIN)],
        )
        speler(client.osr.check_mandaat(SCHOOL, "ICE"))
        error = failure(speler, client)
    assert type(error) is WrongPeer
    assert [item.path for item in server.received] == ["/api/mandates"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("name", Calls.NAMES)
def test_our_certificate_is_refused(test_pki: Pki, speler: Speler, tmp_path: Path, version: ssl.TLSVersion, name: str) -> None:
    strange = other_pki(tmp_path / "pki")
    issued = test_pki.issue("streng", oin=SUPPLIER_OIN)
    with Scripted(strange, issued, yes) as server:
        server._context.minimum_version = server._context.maximum_version = version
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        error = failure(speler, client, name)
    assert (type(error), error.code, len(error.attempts)) == (TlsError, "own_certificate", 1)
    assert error.phase is (Phase.NOT_SENT if version is ssl.TLSVersion.TLSv1_2 else Phase.REFUSED)
    assert server.received == []
    assert len(server.handshake_errors) == 1


def test_a_handshake_that_breaks_off_is_repeated(test_pki: Pki, speler: Speler) -> None:
    with plain_port(reading=True) as (port, got):
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(f"https://localhost:{port}")])
        error = failure(speler, client)
    assert (type(error), error.phase, len(error.attempts)) == (ConnectError, Phase.NOT_SENT, 3)
    assert len(got) == 3


def test_nobody_listens(test_pki: Pki, speler: Speler) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://localhost:{listener.getsockname()[1]}"
    client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(url)])
    error = failure(speler, client)
    assert (type(error), error.phase, len(error.attempts)) == (ConnectError, Phase.NOT_SENT, 3)
    assert error.retryable


def test_a_host_that_does_not_exist(test_pki: Pki, speler: Speler) -> None:
    client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier("https://bestaat-niet.invalid")])
    error = failure(speler, client)
    assert type(error) is ConnectError


def test_a_connection_that_is_dropped_after_the_request_is_repeated(test_pki: Pki, speler: Speler) -> None:
    def drop(tls: ssl.SSLSocket) -> None:
        read_request(tls)

    with RawServer(drop, test_pki, test_pki.issue("weg", oin=SUPPLIER_OIN)) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        error = failure(speler, client)
    assert type(error).__name__ == "NoAnswer"
    assert len(error.attempts) == server.connections == 3


def test_total_time_also_bounds_a_host_with_several_silent_addresses(
    test_pki: Pki, speler: Speler, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A full backlog: the system drops what comes next, as a firewall does.
    first = socket.create_server(("127.0.0.2", 0), backlog=0)
    port = first.getsockname()[1]
    listeners = [first, *(socket.create_server((f"127.0.0.{at}", port), backlog=0) for at in range(3, 17))]
    fillers = []
    for listener in listeners:
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
    real = socket.getaddrinfo

    def several(host: Any, at: Any, *more: Any, **named: Any) -> Any:
        if host not in ("stil.example", b"stil.example"):
            return real(host, at, *more, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", listener.getsockname()) for listener in listeners]

    monkeypatch.setattr(socket, "getaddrinfo", several)
    client = speler.client(
        certificate=certificate(test_pki),
        leveranciers=[leverancier(f"https://stil.example:{port}")],
        timeouts=timeouts(0.2),
    )
    with in_time(0.2):  # with that much for each of them it would take 3 seconds
        error = failure(speler, client)
    for opened in (*fillers, *listeners):
        opened.close()
    assert isinstance(error, DoorstroomError)


def test_replace_keeps_the_certificate_of_the_client(test_pki: Pki, speler: Speler) -> None:
    both = replace(certificate(test_pki), trust=[test_pki.trust, test_pki.trust])
    with Scripted(test_pki, test_pki.issue("twee", oin=SUPPLIER_OIN), yes) as server:
        client = speler.client(certificate=both, leveranciers=[leverancier(server.url)])
        assert speler(client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE")).aantal == 1
