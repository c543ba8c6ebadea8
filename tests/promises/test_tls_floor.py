"""T1: nothing below TLS 1.2 with forward secrecy and authenticated encryption, not as a caller and not as a receiver."""

from __future__ import annotations

import socket
import ssl
import warnings

import pytest
from faults_support import (
    CBC,
    CCM_8,
    DHE,
    STATIC_RSA,
    TLS_1_0,
    TLS_1_1,
    TLS_1_2_ONLY,
    TLS_1_3_ONLY,
    TlsVariant,
    answer,
    served,
)
from support import SUPPLIER_OIN
from support.wire import Calls, Speler, certificate, handshake, leverancier

from doorstroom_client.errors import Phase, TlsError
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.tls import server_context

_V1_2 = ssl.TLSVersion.TLSv1_2
CBC_RSA = TlsVariant(maximum=_V1_2, ciphers="ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA", needs_rsa=True)
TRIPLE_DES = TlsVariant(maximum=_V1_2, ciphers="DES-CBC3-SHA:ECDHE-RSA-DES-CBC3-SHA", seclevel0=True, needs_rsa=True)
CCM = TlsVariant(maximum=_V1_2, ciphers="ECDHE-ECDSA-AES128-CCM")
CHACHA = TlsVariant(maximum=_V1_2, ciphers="ECDHE+CHACHA20")

BELOW: dict[str, tuple[TlsVariant, str]] = {
    "TLS 1.0": (TLS_1_0, "TLSv1"),
    "TLS 1.1": (TLS_1_1, "TLSv1.1"),
    "1.2 static RSA": (STATIC_RSA, "TLSv1.2"),
    "1.2 DHE": (DHE, "TLSv1.2"),
    "1.2 ECDHE-ECDSA-CBC": (CBC, "TLSv1.2"),
    "1.2 ECDHE-RSA-CBC": (CBC_RSA, "TLSv1.2"),
    "1.2 3DES": (TRIPLE_DES, "TLSv1.2"),
    "1.2 CCM_8": (CCM_8, "TLSv1.2"),
    "1.2 CCM": (CCM, "TLSv1.2"),
}
SOUND: dict[str, TlsVariant] = {"1.2 AES-GCM": TLS_1_2_ONLY, "1.2 ChaCha20": CHACHA, "1.3": TLS_1_3_ONLY}


def known(variant: TlsVariant) -> bool:
    """Whether the OpenSSL of this machine still has a suite of this kind."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).set_ciphers(f"{variant.ciphers or 'ALL'}:@SECLEVEL=0")
    except ssl.SSLError:
        return False
    return True


def lenient(pki: Pki, ciphers: str = "ALL") -> ssl.SSLContext:
    """A client that takes anything: it shows that a server is there and speaks what it should."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    issued = pki.issue("soepel", oin="00000003990000010000")
    context.load_cert_chain(issued.cert, issued.key)
    context.load_verify_locations(pki.trust)
    return context


@pytest.mark.parametrize("name", BELOW)
def test_below_the_floor_nothing_is_said(test_pki: Pki, speler: Speler, name: str) -> None:
    variant, version = BELOW[name]
    if not known(variant):
        pytest.skip(f"this OpenSSL has no {name} any more")
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN, tls=variant) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, "registreren-schooladviezen")
        plain = socket.create_connection(("127.0.0.1", server.port), 5)
        with lenient(test_pki).wrap_socket(plain, server_hostname="localhost") as control:
            assert control.version() == version  # refused for what it offers, not for being out of order
    error = caught.value
    assert (error.code, error.phase, len(error.attempts)) == ("handshake", Phase.NOT_SENT, 1)
    assert not error.retryable
    assert server.requests == []
    assert server.bytes_received == 0


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("call", Calls.NAMES[:2])
def test_at_the_floor_and_above_it_works(test_pki: Pki, speler: Speler, name: str, call: str) -> None:
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN, tls=SOUND[name]) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert len(Calls.do(speler, client, call).attempts) == 1
    assert len(server.requests) == 1
    assert server.handshake_errors == []


RECEIVER: dict[str, tuple[str, bool]] = {
    "static RSA": ("AES128-GCM-SHA256", False),
    "DHE": ("DHE-RSA-AES128-GCM-SHA256", False),
    "ECDHE-RSA-CBC": ("ECDHE-RSA-AES256-SHA384", False),
    "CCM": ("ECDHE-ECDSA-AES128-CCM", False),
    "AES-GCM": ("ECDHE-ECDSA-AES256-GCM-SHA384", True),
    "ChaCha20": ("ECDHE-ECDSA-CHACHA20-POLY1305", True),
}


@pytest.mark.parametrize("name", RECEIVER)
def test_our_receiver_has_the_same_floor(test_pki: Pki, name: str) -> None:
    ciphers, sound = RECEIVER[name]
    context = lenient(test_pki, ciphers)
    context.maximum_version = _V1_2
    assert (handshake(server_context(certificate(test_pki)), context) is None) is sound


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
def test_our_receiver_speaks_no_old_version(test_pki: Pki, version: ssl.TLSVersion) -> None:
    context = lenient(test_pki)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    assert isinstance(handshake(server_context(certificate(test_pki)), context), ssl.SSLError)
