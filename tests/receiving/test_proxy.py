"""T7: behind a proxy an OIN is believed only from a trusted address, in one header, after its certificate was verified."""

from __future__ import annotations

import base64
import datetime as dt
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID
from faults_support import DEFECTS, Flaw, issue_defect, make_crl, rsa_key
from support import OTHER_OIN, SUPPLIER_OIN
from support.headers import ELSEWHERE, HERE, Ask, ders, environ, fields, item, scope

from doorstroom_client import ConfigurationError
from doorstroom_client.events import Event
from doorstroom_client.receiving import proxy as proxy_module
from doorstroom_client.receiving.peer import oin_from_environ, oin_from_scope
from doorstroom_client.receiving.proxy import Proxy
from doorstroom_client.simulator.pki import Defect, Issued, Leaf, Pki


@pytest.fixture
def proxy(test_pki: Pki) -> Proxy:
    return Proxy([HERE, "10.1.0.0/16"], anchors=test_pki.trust)


@pytest.fixture(scope="module")
def sender(test_pki: Pki) -> Issued:
    return test_pki.issue("afzender", oin=SUPPLIER_OIN)


# --- by default ---

CLAIMS = ["Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "client_cert", "X-Client-Cert", "SSL-Client-Cert"]


@pytest.mark.parametrize("name", CLAIMS)
def test_by_default_no_header_is_read(sender: Issued, name: str) -> None:
    for value in (item(ders(sender)[0]), quote(sender.cert.read_text()), SUPPLIER_OIN):
        headers = [(name, value), ("X-SSL-Client-Verify", "SUCCESS"), ("X-SSL-Client-S-DN", f"serialNumber={SUPPLIER_OIN}")]
        assert oin_from_scope(scope(headers)) is None
        assert oin_from_environ(environ([*headers, ("SSL-Client-Verify", "SUCCESS")])) is None


def test_wsgi_believes_what_the_server_verified(sender: Issued) -> None:
    good = {"SSL_CLIENT_CERT": sender.cert.read_text(), "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert oin_from_environ(good) == SUPPLIER_OIN
    for change in ({"SSL_CLIENT_VERIFY": "FAILED:expired"}, {"SSL_CLIENT_VERIFY": "NONE"}, {"SSL_CLIENT_CERT": "x"}):
        assert oin_from_environ(good | change) is None
    assert oin_from_environ({"SSL_CLIENT_CERT": good["SSL_CLIENT_CERT"]}) is None
    assert oin_from_environ({"SSL_CLIENT_VERIFY": "SUCCESS"}) is None


# --- who is believed ---


@pytest.mark.parametrize("address", [HERE, "10.1.2.3", "::ffff:10.1.2.3"])
def test_a_trusted_proxy(ask: Ask, proxy: Proxy, sender: Issued, address: str) -> None:
    assert ask(proxy, fields(sender), address) == SUPPLIER_OIN


@pytest.mark.parametrize(
    "address", [ELSEWHERE, "127.0.0.2", "10.2.0.1", "::1", "::ffff:192.0.2.7", "localhost", "unix", "127.0.0.1x"]
)
def test_any_other_address(ask: Ask, proxy: Proxy, sender: Issued, address: str) -> None:
    assert ask(proxy, fields(sender), address) is None


def test_an_address_that_comes_from_a_header(ask: Ask, proxy: Proxy, sender: Issued) -> None:
    """Some servers put there what X-Forwarded-For says, and anybody can write that."""
    for name, value in (
        ("X-Forwarded-For", HERE),
        ("X-Forwarded-For", f"{ELSEWHERE}, {HERE}"),
        ("X-Forwarded-For", f"{HERE}:80"),
        ("Forwarded", f'for="{HERE}";proto=https'),
        ("X-Real-IP", HERE),
    ):
        assert ask(proxy, [*fields(sender), (name, value)]) is None, value
    assert ask(proxy, [*fields(sender), ("X-Forwarded-For", ELSEWHERE)]) == SUPPLIER_OIN


def test_a_unix_socket(test_pki: Pki, sender: Issued, proxy: Proxy) -> None:
    unix = Proxy(["unix"], anchors=test_pki.trust)
    there: dict[str, Any] = {"server": ("/run/las.sock", None)}
    assert unix.of_scope(scope(fields(sender), None) | there) == SUPPLIER_OIN
    assert unix.of_environ(environ(fields(sender), "")) == SUPPLIER_OIN
    assert unix.of_scope(scope(fields(sender), None)) is None  # a server that does not say where it listens
    assert unix.of_scope(scope(fields(sender), None) | {"server": None}) is None
    assert unix.of_scope(scope(fields(sender), HERE)) is None
    assert unix.of_environ({key: value for key, value in environ(fields(sender)).items() if key != "REMOTE_ADDR"}) is None
    assert proxy.of_scope(scope(fields(sender), None) | there) is None
    assert proxy.of_environ(environ(fields(sender), "")) is None


def test_a_direct_connection_is_judged_by_its_own_certificate(proxy: Proxy, sender: Issued, test_pki: Pki) -> None:
    other = test_pki.issue("ander", oin=OTHER_OIN).cert.read_text()
    tls = {"extensions": {"tls": {"client_cert_chain": [other], "client_cert_error": None}}}
    assert proxy.of_scope(scope(fields(sender), ELSEWHERE, **tls)) == OTHER_OIN
    assert proxy.of_scope(scope(fields(sender), HERE, **tls)) == SUPPLIER_OIN
    assert proxy.of_scope(scope([], HERE, **tls)) is None  # that is the certificate of the proxy
    direct = {"SSL_CLIENT_CERT": other, "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert proxy.of_environ(environ(fields(sender), ELSEWHERE, **direct)) == OTHER_OIN
    assert proxy.of_environ(environ([], HERE, **direct)) is None


# --- what stands in the header ---


def test_not_exactly_once(ask: Ask, proxy: Proxy, sender: Issued, test_pki: Pki) -> None:
    own, chain = fields(sender)
    other = fields(test_pki.issue("ander", oin=OTHER_OIN))[0]
    for headers in (
        [chain],
        [own, own, chain],
        [own, other, chain],
        [other, own, chain],
        [("Client-Cert", f"{own[1]}, {own[1]}"), chain],
    ):
        assert ask(proxy, headers) is None
    assert ask(proxy, [("X-SSL-Client-Verify", "SUCCESS"), ("X-Forwarded-Client-Cert", own[1]), chain]) is None


def test_an_underscore_is_another_name(proxy: Proxy, sender: Issued) -> None:
    own, chain = fields(sender)
    assert proxy.of_scope(scope([("client_cert", own[1]), chain])) is None


def broken(der: bytes) -> dict[str, str]:
    good = base64.b64encode(der).decode()
    return {
        "empty": "",
        "colons": "::",
        "bare": good,
        "one colon": f":{good}",
        "no padding": ":AAA:",
        "a letter too many": f":A{good}:",
        "another alphabet": f":{good.replace('+', '-').replace('/', '_')}=:",
        "spaces": f":{good[:40]} {good[40:]}:",
        "a parameter": f":{good}:;x=1",
        "a string": f'"{good}"',
        "cut off": f":{base64.b64encode(der[:-3]).decode()}:",
        "something behind it": f":{base64.b64encode(der + b'x').decode()}:",
        "no certificate": ":AAAA:",
        "PEM": quote(ssl.DER_cert_to_PEM_cert(der)),
        "an OIN": SUPPLIER_OIN,
        "a subject": f"serialNumber={SUPPLIER_OIN},CN=x",
    }


@pytest.mark.parametrize("name", broken(b"\x00" * 300))
def test_no_certificate_of_rfc_9440(ask: Ask, proxy: Proxy, sender: Issued, name: str) -> None:
    assert ask(proxy, [("Client-Cert", broken(ders(sender)[0])[name]), fields(sender)[1]]) is None


@pytest.mark.parametrize("chain", [":AAA:", "x", ":AAAA:", ",", ", ".join([":AAAA:"] * 7)])
def test_a_broken_chain(ask: Ask, proxy: Proxy, sender: Issued, chain: str) -> None:
    assert ask(proxy, [fields(sender)[0], ("Client-Cert-Chain", chain)]) is None


def test_intermediates_from_a_file(ask: Ask, test_pki: Pki, sender: Issued, tmp_path: Path) -> None:
    own, between = ders(sender)
    file = tmp_path / "between.pem"
    file.write_text(ssl.DER_cert_to_PEM_cert(between))
    header = [("Client-Cert", item(own))]
    assert ask(Proxy([HERE], anchors=test_pki.trust), header) is None
    assert ask(Proxy([HERE], anchors=test_pki.trust, intermediates=file), header) == SUPPLIER_OIN
    elsewhere = Pki(tmp_path / "elsewhere").trust  # an intermediate is not a root
    assert ask(Proxy([HERE], anchors=elsewhere, intermediates=[file, test_pki.trust]), header) is None


def test_as_nginx_writes_it(ask: Ask, test_pki: Pki, sender: Issued, tmp_path: Path) -> None:
    own, between = ders(sender)
    file = tmp_path / "between.pem"
    file.write_text(ssl.DER_cert_to_PEM_cert(between))
    proxy = Proxy([HERE], anchors=test_pki.trust, intermediates=file, header="X-SSL-Client-Cert", format="escaped-pem")
    pem = ssl.DER_cert_to_PEM_cert(own)
    assert ask(proxy, [("X-SSL-Client-Cert", quote(pem, safe=""))]) == SUPPLIER_OIN
    assert ask(proxy, [("X-SSL-Client-Cert", quote(pem, safe=""))], ELSEWHERE) is None
    for text in ("", "%", "%zz", pem.replace("\n", " ")[:-9], quote(pem + pem), item(own), quote(pem[:100]), SUPPLIER_OIN):
        assert ask(proxy, [("X-SSL-Client-Cert", text)]) is None, text
    assert ask(proxy, [("Client-Cert", item(own))]) is None
    assert ask(proxy, [("X-SSL-Client-Cert", quote(pem))] * 2) is None


# --- the certificate is verified here ---

SOUND_AS_CLIENT = {Defect.WRONG_HOST, Flaw.CN_ONLY, Flaw.WILDCARD_TLD, Flaw.WILDCARD_ALL, Flaw.NO_SERVER_AUTH}
"""Wrong in a server only: who calls us needs no host name."""


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect(proxy: Proxy, test_pki: Pki, defect: Defect | Flaw) -> None:
    issued = issue_defect(test_pki, defect, oin=SUPPLIER_OIN)
    found = proxy.of_scope(scope(fields(issued)))
    if defect is Defect.OTHER_OIN:
        assert found == issued.oin != SUPPLIER_OIN
    else:
        assert found == (SUPPLIER_OIN if defect in SOUND_AS_CLIENT else None)


SERVER_ONLY = (ExtendedKeyUsageOID.SERVER_AUTH,)


@pytest.mark.parametrize(
    ("leaf", "good"),
    [
        (Leaf(oins=(SUPPLIER_OIN,), usages=SERVER_ONLY), False),
        (Leaf(oins=(SUPPLIER_OIN,), usages=()), False),
        (Leaf(oins=(SUPPLIER_OIN,), usages=(ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)), False),
        (Leaf(oins=(SUPPLIER_OIN,), key=rsa_key(2048)), True),
        (Leaf(oins=(SUPPLIER_OIN,), hosts=()), True),
    ],
    ids=["a server certificate", "no use named", "any use", "RSA", "no host name"],
)
def test_what_it_may_be_used_for(proxy: Proxy, test_pki: Pki, leaf: Leaf, good: bool) -> None:
    issued = test_pki.issue_leaf("gebruik", leaf)
    assert proxy.of_scope(scope(fields(issued))) == (SUPPLIER_OIN if good else None)


def test_an_authority_is_no_sender(proxy: Proxy, sender: Issued) -> None:
    assert proxy.of_scope(scope([("Client-Cert", item(ders(sender)[1]))])) is None


def test_a_leaf_signs_nothing(proxy: Proxy, test_pki: Pki) -> None:
    """A certificate signed with the key of a sound one, which is not an authority."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    issuer = test_pki.issue("geen-ca", oin=OTHER_OIN)
    parent = x509.load_pem_x509_certificates(issuer.cert.read_bytes())[0]
    key: Any = serialization.load_pem_private_key(issuer.key.read_bytes(), None)
    own = ec.generate_private_key(ec.SECP256R1()).public_key()
    example = x509.load_pem_x509_certificates(test_pki.issue("voorbeeld", oin=SUPPLIER_OIN).cert.read_bytes())[0]
    builder = x509.CertificateBuilder(
        parent.subject, example.subject, own, 5, example.not_valid_before_utc, example.not_valid_after_utc
    )
    for extension in example.extensions:
        if extension.oid not in (x509.OID_SUBJECT_KEY_IDENTIFIER, x509.OID_AUTHORITY_KEY_IDENTIFIER):
            builder = builder.add_extension(extension.value, extension.critical)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    forged = builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())
    from cryptography.hazmat.primitives.serialization import Encoding

    along = ", ".join(map(item, ders(issuer)))
    headers = [("Client-Cert", item(forged.public_bytes(Encoding.DER))), ("Client-Cert-Chain", along)]
    assert proxy.of_scope(scope(headers)) is None


def test_the_clock(test_pki: Pki, sender: Issued) -> None:
    now = dt.datetime.now(dt.UTC)
    for days, good in ((0, True), (170, True), (190, False), (-1, False)):
        then = now + dt.timedelta(days=days)
        proxy = Proxy([HERE], anchors=test_pki.trust, now=lambda then=then: then)  # type: ignore[misc]
        assert proxy.of_scope(scope(fields(sender))) == (SUPPLIER_OIN if good else None), days


# --- revocation ---


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    """A PKI whose lists belong to one test."""
    return Pki(tmp_path / "pki")


def of_other_pki(pki: Pki, _: Issued) -> Path:
    return make_crl(Pki(pki.directory / "other"))


def only_one(pki: Pki, _: Issued) -> Path:
    path = make_crl(pki)
    path.write_bytes(path.read_bytes().partition(b"-----END X509 CRL-----\n")[2])
    return path


LISTS: dict[str, tuple[bool, Callable[[Pki, Issued], Path]]] = {
    "good": (True, lambda pki, _: make_crl(pki, [pki.issue("ander", oin=OTHER_OIN)])),
    "lists the leaf": (False, lambda pki, issued: make_crl(pki, [issued])),
    "lists the intermediate": (False, lambda pki, _: make_crl(pki, intermediate_revoked=True)),
    "stale": (False, lambda pki, _: make_crl(pki, stale=True)),
    "signed by another": (False, lambda pki, _: make_crl(pki, signed_by_other=True)),
    "of another PKI": (False, of_other_pki),
    "none of the root": (False, only_one),
}


@pytest.mark.parametrize("name", LISTS)
def test_revocation(pki: Pki, name: str) -> None:
    issued = pki.issue("afzender", oin=SUPPLIER_OIN)
    good, lists = LISTS[name]
    proxy = Proxy([HERE], anchors=pki.trust, crls=lists(pki, issued))
    assert proxy.of_scope(scope(fields(issued))) == (SUPPLIER_OIN if good else None)


def test_a_new_list_counts(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_module, "LOOK_EVERY", 0.0)
    events: list[Event] = []
    issued = pki.issue("afzender", oin=SUPPLIER_OIN)
    lists = make_crl(pki, name="lijst")
    proxy = Proxy([HERE], anchors=pki.trust, crls=lists, on_event=events.append)
    assert proxy.of_scope(scope(fields(issued))) == SUPPLIER_OIN
    assert events == []
    make_crl(pki, [issued], name="lijst")
    assert proxy.of_scope(scope(fields(issued))) is None
    lists.write_text("half")
    assert proxy.of_scope(scope(fields(issued))) is None  # the last good list stays in force
    assert [(event.result, event.serious) for event in events] == [
        ("new files are in use", False),
        ("new files cannot be used: certificate.crls", True),
    ]


# --- what is refused at the start ---


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        ({"trusted": []}, "serve.proxy_trusted"),
        ({"trusted": "127.0.0.1"}, "serve.proxy_trusted"),
        ({"trusted": ["localhost"]}, "serve.proxy_trusted"),
        ({"trusted": ["10.0.0.1/8"]}, "serve.proxy_trusted"),
        ({"trusted": ["0.0.0.0/0"]}, "serve.proxy_trusted"),
        ({"trusted": [HERE, "::/0"]}, "serve.proxy_trusted"),
        ({"header": "client_cert"}, "serve.proxy_header"),
        ({"header": "x y"}, "serve.proxy_header"),
        ({"header": "X-Cert\r\n"}, "serve.proxy_header"),
        ({"format": "subject"}, "serve.proxy_format"),
        ({"anchors": "weg.pem"}, "certificate.trust"),
        ({"anchors": ()}, "certificate.trust"),
        ({"anchors": __file__}, "certificate.trust"),
        ({"crls": __file__}, "certificate.crls"),
        ({"crls": "weg.pem"}, "certificate.crls"),
        ({"intermediates": __file__}, "serve.proxy_intermediates"),
        ({"intermediates": "weg.pem"}, "serve.proxy_intermediates"),
    ],
    ids=repr,
)
def test_settings_that_cannot_be_used(test_pki: Pki, arguments: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Proxy(**{"trusted": [HERE], "anchors": test_pki.trust, **arguments})
    assert caught.value.setting == setting


def test_a_damaged_file_is_told_in_our_own_words(test_pki: Pki, tmp_path: Path) -> None:
    damaged = tmp_path / "roots.pem"
    damaged.write_text("-----BEGIN {0}-----\nMIIB\n-----END {0}-----\n".format("CERTIFICATE"))  # this file is to hold none
    for name in ("anchors", "intermediates"):
        with pytest.raises(ConfigurationError, match=r"^the roots and lists for the proxy: one of .* is damaged$"):
            Proxy(**{"trusted": [HERE], "anchors": test_pki.trust, name: damaged})


def test_test_roots_and_real_roots_never_stand_together(test_pki: Pki, tmp_path: Path) -> None:
    from doorstroom_client.simulator import pki as simulator

    trial = tmp_path / "trial.pem"
    trial.write_bytes(simulator._make_authority("TRIAL Root", parent=None, path_length=1).pem())
    Proxy([HERE], anchors=trial)
    with pytest.raises(ConfigurationError, match="TRIAL"):
        Proxy([HERE], anchors=[test_pki.trust, trial])


def test_roots_in_der_are_roots_too(test_pki: Pki, tmp_path: Path) -> None:
    roots = tmp_path / "root.cer"
    roots.write_bytes(ssl.PEM_cert_to_DER_cert(test_pki.trust.read_text()))
    Proxy([HERE], anchors=roots)
    roots.write_bytes(roots.read_bytes()[:-9])
    with pytest.raises(ConfigurationError, match=r"root\.cer holds no certificate"):
        Proxy([HERE], anchors=roots)


def test_without_the_extra(test_pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "doorstroom_client.receiving.verify", None)
    with pytest.raises(ConfigurationError) as caught:
        Proxy([HERE], anchors=test_pki.trust)
    assert "doorstroom_client[proxy]" in caught.value.hint
