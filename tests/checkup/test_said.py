"""What is said of what was seen, where no server that can be had shows it."""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from support import SUPPLIER_OIN

from doorstroom_client import Bevinding, Controlepunt, Staat, Verbindingscontrole
from doorstroom_client.checkup.chain_shown import read_shown
from doorstroom_client.checkup.judging import judge
from doorstroom_client.checkup.seen import Handshake, Head, Own, Seen, Tried
from doorstroom_client.parties.x509 import hosts_in, read_pem
from doorstroom_client.simulator.pki import Leaf, Pki
from doorstroom_client.transport.tls_faults import VERIFY_CODES

NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
SEEN = Seen(
    host="toets.example.nl",
    port=443,
    expected=SUPPLIER_OIN,
    own=Own(NOW + dt.timedelta(days=90)),
    now=NOW,
    places=("192.0.2.1",),
    tried=(Tried("192.0.2.1", "open"),),
)


def said(seen: Seen) -> dict[str, Bevinding]:
    found = judge(seen)
    assert [item.punt for item in found] == list(Controlepunt)[:11]
    assert all(item.tekst.endswith(".") and not item.advies.endswith(".") for item in found)
    assert all(item.advies for item in found if item.staat in (Staat.WRONG, Staat.ATTENTION))
    return {item.punt: item for item in found}


@pytest.mark.parametrize(
    ("change", "punt", "staat", "code", "words"),
    [
        ({"slow_name": True, "places": None, "tried": ()}, "name", "wrong", "name_timeout", "in time"),
        ({"host": "192.0.2.1"}, "name", "ok", "address", "no name is looked up"),
        ({"places": tuple(f"192.0.2.{at}" for at in range(9))}, "name", "ok", "resolves", "and 5 more"),
        ({"tried": (Tried("::1", "unreachable"), *SEEN.tried)}, "port", "ok", "open", "is open."),
        (
            {"tried": (Tried("192.0.2.9", "timeout"), *SEEN.tried)},
            "port",
            "attention",
            "some_closed",
            "192.0.2.9 does not answer",
        ),
        ({"tried": (Tried("192.0.2.9", "unreachable"),)}, "port", "wrong", "unreachable", "from here"),
        ({"tried": (Tried("192.0.2.9", "reset"),)}, "port", "wrong", "reset", "hangs up"),
        ({"own": Own(NOW - dt.timedelta(days=2))}, "our end date", "wrong", "expired", "ended on 2026-11-27"),
        ({"own": Own(NOW + dt.timedelta(days=1, hours=1))}, "our end date", "attention", "ends_soon", "1 day from now"),
        ({"handshake": Handshake("closed", "TLS 1.2")}, "tls", "wrong", "closed", "in the middle of"),
        ({"handshake": Handshake("too_old", "TLS 1.0")}, "tls", "wrong", "too_old", "only, TLS 1.0,"),
        (
            {"handshake": Handshake("own_certificate", "TLS 1.2", alert="x")},
            "own certificate",
            "wrong",
            "x",
            "right after it (x)",
        ),
    ],
)
def test_what_is_said(change: dict[str, object], punt: str, staat: str, code: str, words: str) -> None:
    item = said(replace(SEEN, **change))[punt]  # type: ignore[arg-type]
    assert (item.staat, item.code) == (staat, code)
    assert words in f"{item.tekst} {item.advies}"


@pytest.mark.parametrize("number", sorted({*VERIFY_CODES, 2, 79, 999}))
def test_everything_that_openssl_refuses_is_said_at_one_place(number: int) -> None:
    found = said(replace(SEEN, handshake=Handshake("verify", "TLS 1.3", verify_code=number)))
    wrong = [item for item in found.values() if item.staat is Staat.WRONG]
    assert len(wrong) == 1
    assert wrong[0].punt in (Controlepunt.CHAIN, Controlepunt.HOST, Controlepunt.THEIR_END)


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (25, "not_accepted", "path length constraint exceeded"),
        (35, "crl_unusable", "key usage does not include CRL signing"),
        (999, "not_accepted", "error 999"),
        (2, "unseen", "Which one it lacks"),
    ],
)
def test_what_is_not_about_the_way_up_is_told_in_the_words_of_openssl(number: int, code: str, words: str) -> None:
    given = "" if words.startswith("error") else words
    item = said(replace(SEEN, handshake=Handshake("verify", "TLS 1.3", verify_code=number, verify_words=given)))["chain"]
    assert item.code == code
    assert words in item.tekst
    assert ("certificate.crls" in item.advies) is (code == "crl_unusable")


def first_in(cert: Path) -> bytes:
    end = "-----END CERTIFICATE-----\n"
    return ssl.PEM_cert_to_DER_cert(cert.read_text().partition(end)[0] + end)


def seen_with(pki: Pki, **more: object) -> Seen:
    """A whole handshake with a sound certificate."""
    issued = pki.issue("toets", oin=SUPPLIER_OIN)
    der = first_in(issued.cert)
    ends = read_pem(issued.cert.read_bytes()).not_after
    handshake = Handshake("", "TLS 1.3", "SUITE", certificate=der, oin=SUPPLIER_OIN, own="shown")
    return replace(SEEN, handshake=handshake, now=ends - dt.timedelta(days=100), own=Own(ends), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("head", "code", "words"),
    [
        (Head("timeout"), "unproven", "was not seen"),
        (Head("own_certificate", alert="certificate_required"), "certificate_required", "got no certificate of us"),
        (Head("own_certificate", alert="access_denied"), "access_denied", "does not let it in"),
        (Head("own_certificate"), "refused", "ends the handshake right after it"),
        (None, "not_reached", "Not looked at."),
    ],
)
def test_what_is_said_of_our_certificate(head: Head | None, code: str, words: str, test_pki: Pki) -> None:
    item = said(seen_with(test_pki, head=head))["own certificate"]
    assert item.code == code
    assert words in item.tekst


def test_it_was_refused_because_of_the_path(test_pki: Pki) -> None:
    seen = seen_with(test_pki, head=Head("own_certificate", alert="unknown_ca"))
    assert seen.handshake is not None
    seen = replace(seen, handshake=replace(seen.handshake, own="not_asked"))
    assert "because of the path" in said(seen)["own certificate"].advies


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(61, "61 seconds ahead of"), (-61, "61 seconds behind"), (300, "5 minutes"), (9000, "2 hours"), (3e5, "3 days")],
)
def test_clocks(seconds: float, words: str, test_pki: Pki) -> None:
    head = Head("", 404, at=NOW, ours=NOW + dt.timedelta(seconds=seconds))
    item = said(seen_with(test_pki, head=head))["clock"]
    assert (item.staat, item.code) == (Staat.ATTENTION, "apart")
    assert words in item.tekst


def test_an_oin_that_is_not_configured_is_shown_and_not_judged(test_pki: Pki) -> None:
    item = said(seen_with(test_pki, expected=None))["oin"]
    assert (item.staat, item.code) == (Staat.NOT_SEEN, "not_set")
    assert SUPPLIER_OIN in item.tekst and "do not copy" in item.advies


def test_a_name_in_a_certificate_steers_nothing_and_has_a_bound(test_pki: Pki) -> None:
    der = first_in(test_pki.issue_leaf("naam", Leaf(hosts=(*(f"h{at}.example" for at in range(9)), "192.0.2.7"))).cert)
    assert hosts_in(der)[-2:] == ("h8.example", "192.0.2.7")
    item = said(replace(SEEN, handshake=Handshake("verify", verify_code=62, shown=(der,))))["host"]
    assert "it is for h0.example, h1.example, h2.example, h3.example, h4.example and 5 more" in item.tekst
    garbled = said(replace(SEEN, handshake=Handshake("verify", verify_code=62, shown=(der[:90],))))["host"]
    assert garbled.tekst == "The certificate is not for toets.example.nl."
    assert read_shown([der, b"rubbish", der])[0].der == der
    assert len(read_shown([der, b"rubbish", der])) == 1
    with pytest.raises(ValueError, match="not a certificate"):
        hosts_in(b"\x30\x00")


def test_a_verified_certificate_that_we_cannot_read_ends_nothing(test_pki: Pki) -> None:
    seen = seen_with(test_pki)
    assert seen.handshake is not None
    found = said(replace(seen, handshake=replace(seen.handshake, certificate=b"rubbish")))
    assert found["chain"].tekst == "Complete: under a root in certificate.trust."
    assert found["their end date"].staat is Staat.NOT_SEEN


def test_the_outcome_as_a_value() -> None:
    found = judge(SEEN)
    controle = Verbindingscontrole("ICE", "Toetsbureau", "toets.example.nl", found)
    assert controle
    assert controle.staat is Staat.OK
    assert controle.bevinding("port") is found[1]
    assert controle.bevinding(Controlepunt.SCHOOL) is None
    assert not replace(controle, bevindingen=judge(replace(SEEN, places=None)))
