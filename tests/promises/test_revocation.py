"""T5: with revocation lists, a connection is made only to a certificate that every list in force leaves standing."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from faults_support import answer, make_crl, served
from support import SUPPLIER_OIN
from support.wire import Calls, Speler, certificate, leverancier

from doorstroom_client.errors import ConfigurationError, Phase, TlsError
from doorstroom_client.events import Event
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.transport import live
from doorstroom_client.transport.tls import server_context

_LIST = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----\n", re.DOTALL)


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    """A PKI whose lists belong to one test."""
    return Pki(tmp_path / "pki")


def part(path: Path, at: int) -> Path:
    """One list of the two: that of the root, or that of the intermediate."""
    found = _LIST.findall(path.read_bytes())
    assert len(found) == 2
    path.write_bytes(found[at])
    return path


Lists = Callable[[Pki, Issued], Path]
REFUSED: dict[str, tuple[str, Lists]] = {
    "lists the leaf": ("revoked", lambda pki, issued: make_crl(pki, [issued])),
    "lists the intermediate": ("revoked", lambda pki, _: make_crl(pki, intermediate_revoked=True)),
    "stale": ("crl_expired", lambda pki, _: make_crl(pki, stale=True)),
    "none of the root": ("crl_missing", lambda pki, _: part(make_crl(pki), 1)),
    "none of the intermediate": ("crl_missing", lambda pki, _: part(make_crl(pki), 0)),
    "signed by another": ("crl_invalid", lambda pki, _: make_crl(pki, signed_by_other=True)),
    "of another PKI": ("crl_missing", lambda pki, _: make_crl(Pki(pki.directory / "other"))),
}


@pytest.mark.parametrize("call", Calls.NAMES)
def test_a_good_list(pki: Pki, speler: Speler, call: str) -> None:
    issued = pki.issue("server", oin=SUPPLIER_OIN)
    lists = make_crl(pki, [pki.issue("ander", oin=SUPPLIER_OIN)])
    ours = replace(certificate(pki), crls=lists)
    with served(answer(202 if call != "leerlingrapport" else 204), pki=pki, issued=issued) as server:
        client = speler.client(certificate=ours, leveranciers=[leverancier(server.url)])
        Calls.do(speler, client, call)
    assert len(server.requests) == 1


@pytest.mark.parametrize("form", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_lists_may_stand_in_several_files(pki: Pki, speler: Speler, form: serialization.Encoding) -> None:
    lists = (part(make_crl(pki, name="root"), 0), part(make_crl(pki, name="intermediate"), 1))
    for path in lists:
        path.write_bytes(x509.load_pem_x509_crl(path.read_bytes()).public_bytes(form))
    with served(answer(202), pki=pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=replace(certificate(pki), crls=lists), leveranciers=[leverancier(server.url)])
        Calls.do(speler, client, "registreren")
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", ["registreren-schooladviezen", "leerlingrapport"])
@pytest.mark.parametrize("name", REFUSED)
def test_refused(pki: Pki, speler: Speler, name: str, call: str) -> None:
    issued = pki.issue("server", oin=SUPPLIER_OIN)
    code, lists = REFUSED[name]
    ours = replace(certificate(pki), crls=lists(pki, issued))
    with served(answer(202), pki=pki, issued=issued) as server:
        client = speler.client(certificate=ours, leveranciers=[leverancier(server.url)])
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, call)
    error = caught.value
    assert (error.phase, len(error.attempts), error.retryable) == (Phase.NOT_SENT, 1, False)
    assert (server.connections, server.requests, server.bytes_received) == (1, [], 0)
    assert error.code == code


def der_of(pki: Pki) -> bytes:
    return x509.load_pem_x509_crl(make_crl(pki).read_bytes()).public_bytes(serialization.Encoding.DER)


def test_a_list_in_der_refuses_whom_it_names(pki: Pki, speler: Speler) -> None:
    issued = pki.issue("server", oin=SUPPLIER_OIN)
    lists = make_crl(pki, [issued], name="lijst"), pki.directory / "der.crl"
    lists[1].write_bytes(
        x509.load_pem_x509_crl(_LIST.findall(lists[0].read_bytes())[1]).public_bytes(serialization.Encoding.DER)
    )
    ours = replace(certificate(pki), crls=(part(lists[0], 0), lists[1]))
    with served(answer(202), pki=pki, issued=issued) as server:
        client = speler.client(certificate=ours, leveranciers=[leverancier(server.url)])
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, "registreren")
    assert caught.value.code == "revoked"


GARBAGE: dict[str, Callable[[Pki], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"geen lijst\n",
    "binary": lambda _: bytes(range(256)) * 8,
    "DER, cut off": lambda pki: der_of(pki)[:-9],
    "a certificate in DER": lambda pki: ssl.PEM_cert_to_DER_cert(pki.trust.read_text()),
    "a certificate": lambda pki: pki.trust.read_bytes(),
    "cut off": lambda pki: make_crl(pki).read_bytes()[:200],
    "a page": lambda _: b"<!doctype html><html><body>Inloggen</body></html>",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_file_that_holds_no_list_is_found_at_the_start(pki: Pki, speler: Speler, tmp_path: Path, name: str) -> None:
    path = tmp_path / "lijst.pem"
    path.write_bytes(GARBAGE[name](pki))
    with pytest.raises(ConfigurationError) as caught:
        speler.client(certificate=replace(certificate(pki), crls=path), leveranciers=[])
    assert caught.value.setting == "certificate.crls"


def test_a_missing_file_is_found_at_the_start(pki: Pki, speler: Speler, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        speler.client(certificate=replace(certificate(pki), crls=tmp_path / "weg.pem"), leveranciers=[])
    assert caught.value.setting == "certificate.crls"


def test_a_new_list_counts_from_the_next_call(pki: Pki, speler: Speler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    issued = pki.issue("server", oin=SUPPLIER_OIN)
    ours = replace(certificate(pki), crls=make_crl(pki, name="lijst"))
    with served(answer(202), pki=pki, issued=issued) as server:
        client = speler.client(certificate=ours, leveranciers=[leverancier(server.url)])
        Calls.do(speler, client, "registreren")
        make_crl(pki, [issued], name="lijst")
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, "registreren")
        assert caught.value.code == "revoked"
        assert len(server.requests) == 1
        make_crl(pki, name="lijst")
        Calls.do(speler, client, "registreren")
    assert len(server.requests) == 2


def test_a_list_that_becomes_garbage_leaves_the_last_good_one_in_force(
    pki: Pki, speler: Speler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    events: list[Event] = []
    issued = pki.issue("server", oin=SUPPLIER_OIN)
    lists = make_crl(pki, [issued])
    ours = replace(certificate(pki), crls=lists)
    with served(answer(202), pki=pki, issued=issued) as server:
        client = speler.client(certificate=ours, leveranciers=[leverancier(server.url)], on_event=events.append)
        lists.write_bytes(b"half")
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, "registreren")
    assert caught.value.code == "revoked"
    assert any(event.action == "certificate" and event.serious for event in events)


@pytest.mark.parametrize("revoked", [True, False])
def test_our_receiver_looks_at_the_lists_too(pki: Pki, revoked: bool) -> None:
    sender = pki.issue("verzender", oin=SUPPLIER_OIN)
    server = server_context(replace(certificate(pki), crls=make_crl(pki, [sender] if revoked else [])))
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(pki.trust)
    client.load_cert_chain(sender.cert, sender.key)
    ours, theirs = socket.socketpair()
    got: list[Any] = []

    def serve() -> None:
        try:
            with server.wrap_socket(ours, server_side=True) as tls:
                got.append(tls.getpeercert())
        except ssl.SSLError as error:
            got.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    with client.wrap_socket(theirs, server_hostname="localhost"):
        thread.join()
    ours.close()
    assert isinstance(got[0], ssl.SSLCertVerificationError) is revoked
