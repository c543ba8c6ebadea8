"""The throw-away certificates pass the strictest check, and defects are noticed."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from faults_support import DEFECTS, Flaw, crl_bundle, issue_defect, make_crl, rsa_key

from doorstroom_client.simulator.pki import Defect, Issued, Leaf, Pki

OIN = "00000099000000010000"


def shake_hands(trust: Path, server: Issued, client: Issued, host: str = "localhost") -> dict[str, object]:
    """Do a mutual handshake; return what the server saw, or raise what either side raised."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server.cert, server.key)
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.load_cert_chain(client.cert, client.key)
    for context in (serving, asking):
        context.load_verify_locations(trust)
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    seen: list[dict[str, object]] = []
    failed: list[Exception] = []
    left, right = socket.socketpair()

    def accept() -> None:
        try:
            with serving.wrap_socket(left, server_side=True) as tls:
                seen.append(dict(tls.getpeercert() or {}))
                tls.sendall(b"x")
        except ssl.SSLError as error:
            failed.append(error)
        finally:
            left.close()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        with asking.wrap_socket(right, server_hostname=host) as tls:
            tls.recv(1)
    except ssl.SSLError as error:
        failed.insert(0, error)
    finally:
        right.close()
        thread.join()
    if failed:
        raise failed[0]
    return seen[0]


def subject(seen: dict[str, object], name: str) -> list[str]:
    return [value for rdn in seen["subject"] for key, value in rdn if key == name]  # type: ignore[attr-defined]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_sound_certificate_passes_strict_checks_on_both_sides(pki: Pki, host: str) -> None:
    one, other = pki.issue("one", oin=OIN), pki.issue("other", oin="00000099000000020000")
    seen = shake_hands(pki.trust, one, other, host)
    assert subject(seen, "serialNumber") == ["00000099000000020000"]
    assert other.oin == "00000099000000020000"


def test_host_name_outside_the_certificate_is_refused(pki: Pki) -> None:
    elsewhere = pki.issue("elsewhere", oin=OIN, hosts=["elders.example"])
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(pki.trust, elsewhere, pki.issue("c", oin=OIN))


def test_expired_and_not_yet_valid_are_refused(pki: Pki) -> None:
    now = datetime.now(UTC)
    expired = pki.issue("expired", oin=OIN, not_after=now - timedelta(days=1))
    early = pki.issue("early", oin=OIN, not_before=now + timedelta(days=1))
    client = pki.issue("c", oin=OIN)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        shake_hands(pki.trust, expired, client)
    with pytest.raises(ssl.SSLCertVerificationError, match="not yet valid"):
        shake_hands(pki.trust, early, client)


def test_a_certificate_is_only_good_for_its_usages(pki: Pki) -> None:
    both = pki.issue("both", oin=OIN)
    client_only = pki.issue("client-only", oin=OIN, server=False)
    server_only = pki.issue("server-only", oin=OIN, client=False)
    shake_hands(pki.trust, server_only, client_only)
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        shake_hands(pki.trust, client_only, both)
    with pytest.raises(ssl.SSLError):
        shake_hands(pki.trust, both, server_only)


def test_another_pki_is_not_trusted(pki: Pki, files: Path) -> None:
    stranger = Pki(files).issue("stranger", oin=OIN)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(pki.trust, stranger, pki.issue("c", oin=OIN))


def test_defects_can_be_issued(pki: Pki) -> None:
    two = pki.issue_leaf("two", Leaf(oins=(OIN, "00000099000000020000")))
    bare = pki.issue("bare", oin=None, client=False, server=False)
    read = x509.load_pem_x509_certificates(two.cert.read_bytes())
    assert len(read[0].subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)) == 2
    assert len(read) == 2, "the intermediate comes along"
    assert two.oin is None
    certificate = x509.load_pem_x509_certificate(bare.cert.read_bytes())
    assert not certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)


def test_server_only_has_one_extended_usage(pki: Pki) -> None:
    issued = pki.issue("one-usage", oin=OIN, client=False)
    certificate = x509.load_pem_x509_certificate(issued.cert.read_bytes())
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_files_are_for_the_owner_only(files: Path) -> None:
    pki = Pki(files)
    pki.issue("a", oin=OIN)
    assert stat.S_IMODE(files.stat().st_mode) == 0o700
    written = sorted(path.name for path in files.iterdir())
    assert written == ["a.cert.pem", "a.key.pem", "trust.pem"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.iterdir()} == {0o600}
    assert b"PRIVATE" not in pki.trust.read_bytes()


def test_the_same_name_again_is_a_renewal(pki: Pki) -> None:
    first = pki.issue("renewed", oin=OIN).cert.read_bytes()
    again = pki.issue("renewed", oin=OIN)
    assert again.cert.read_bytes() != first


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden"])
def test_a_name_cannot_leave_the_directory(pki: Pki, name: str) -> None:
    with pytest.raises(ValueError, match="certificate name"):
        pki.issue(name, oin=OIN)


def test_without_cryptography_the_error_says_what_to_install() -> None:
    code = "import sys; sys.modules['cryptography'] = None; import doorstroom_client.simulator.pki"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'pip install "doorstroom_client[simulator]"' in done.stderr
    assert done.returncode == 1


# Defects. The verify codes are those of OpenSSL.

OTHER = "00000099000000020000"


@contextmanager
def presented(issued: Issued) -> Iterator[socket.socket]:
    """The other end of a connection on which a server shows this certificate, however weak it is."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.set_ciphers("DEFAULT:@SECLEVEL=0")
    serving.load_cert_chain(issued.cert, issued.key)
    left, right = socket.socketpair()

    def accept() -> None:
        with closing(left), suppress(OSError):
            serving.wrap_socket(left, server_side=True).close()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        with closing(right):
            yield right
    finally:
        thread.join()


def looked_at(
    issued: Issued, trust: Path, *, host: str = "localhost", crl: Path | None = None, crl_check: bool = False
) -> tuple[int, str]:
    """The verify code and message of a client as strict as the library's; (0, "") when it accepts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(trust)
    if crl is not None:
        context.load_verify_locations(crl)
    if crl_check:
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    with presented(issued) as plain:
        try:
            context.wrap_socket(plain, server_hostname=host).close()
        except ssl.SSLCertVerificationError as error:
            return error.verify_code, error.verify_message
    return 0, ""


REFUSED = [
    (Defect.EXPIRED, "localhost", 10),
    (Defect.NOT_YET_VALID, "localhost", 9),
    (Defect.WRONG_HOST, "localhost", 62),
    (Flaw.CN_ONLY, "localhost", 62),
    (Flaw.WILDCARD_TLD, "toets.nl", 62),
    (Flaw.WILDCARD_ALL, "localhost", 62),
    (Flaw.WILDCARD_ALL, "toets.nl", 62),
    (Defect.OTHER_CA, "localhost", 20),
    (Flaw.SELF_SIGNED, "localhost", 18),
    (Flaw.NO_SERVER_AUTH, "localhost", 26),
    (Flaw.RSA_1024, "localhost", 66),
    (Flaw.SHA1, "localhost", 68),
    (Flaw.INCOMPLETE_CHAIN, "localhost", 20),
]
ABOUT_THE_OIN = {
    Defect.OTHER_OIN: ["00000099000000020000"],
    Defect.NO_OIN: [],
    Flaw.TWO_OINS: [OIN, "00000099000000020000"],
    Flaw.SHORT_OIN: ["0000009900000001000"],
}


@pytest.mark.parametrize(("defect", "host", "code"), REFUSED)
def test_a_defect_is_refused_for_its_own_reason(pki: Pki, defect: Defect | Flaw, host: str, code: int) -> None:
    found, message = looked_at(issue_defect(pki, defect, oin=OIN), pki.trust, host=host)
    assert found == code, message


@pytest.mark.parametrize("defect", ABOUT_THE_OIN)
def test_a_defect_of_the_oin_passes_the_handshake(pki: Pki, defect: Defect | Flaw) -> None:
    issued = issue_defect(pki, defect, oin=OIN)
    assert looked_at(issued, pki.trust) == (0, "")
    read = x509.load_pem_x509_certificate(issued.cert.read_bytes())
    oins = [attribute.value for attribute in read.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)]
    assert oins == ABOUT_THE_OIN[defect]
    assert issued.oin == (oins[0] if len(oins) == 1 else None)


def test_every_defect_is_tested() -> None:
    assert {defect for defect, _, _ in REFUSED} | set(ABOUT_THE_OIN) == set(DEFECTS)


@pytest.mark.parametrize("oin", [OIN, "00000099000000090000"])
def test_the_other_oin_is_another(pki: Pki, oin: str) -> None:
    other = issue_defect(pki, Defect.OTHER_OIN, oin=oin).oin
    assert other is not None
    assert (len(other), other == oin) == (20, False)


def test_only_one_thing_is_wrong(pki: Pki) -> None:
    """The common name names the host; the leaf passes once the intermediate is there; the signature is really SHA-1."""
    named = issue_defect(pki, Flaw.CN_ONLY, oin=OIN, hosts=["toets.example"])
    read = x509.load_pem_x509_certificate(named.cert.read_bytes())
    assert [name.value for name in read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["toets.example"]
    alone = issue_defect(pki, Flaw.INCOMPLETE_CHAIN, oin=OIN)
    whole = pki.issue("whole", oin=OIN)
    intermediate = whole.cert.read_text().split("-----END CERTIFICATE-----\n", 1)[1]
    alone.cert.write_text(alone.cert.read_text() + intermediate)
    assert looked_at(alone, pki.trust) == (0, "")
    weak = x509.load_pem_x509_certificate(issue_defect(pki, Flaw.SHA1, oin=OIN).cert.read_bytes())
    assert weak.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.1"


def test_a_certificate_with_an_rsa_key(pki: Pki) -> None:
    issued = pki.issue_leaf("rsa", Leaf(oins=(OIN,), key=rsa_key(2048)))
    assert looked_at(issued, pki.trust) == (0, "")
    key = x509.load_pem_x509_certificate(issued.cert.read_bytes()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 2048


# Withdrawn certificates.


def test_lists_without_anything_wrong_pass(pki: Pki) -> None:
    issued, other = pki.issue("good", oin=OIN), pki.issue("bad", oin=OTHER)
    for crl in (make_crl(pki), make_crl(pki, [other])):
        assert looked_at(issued, pki.trust, crl=crl, crl_check=True) == (0, "")
    assert looked_at(issued, crl_bundle(pki), crl_check=True) == (0, "")


def test_a_withdrawn_certificate_is_refused(pki: Pki) -> None:
    issued = pki.issue("withdrawn", oin=OIN)
    crl = make_crl(pki, [issued])
    assert looked_at(issued, pki.trust, crl=crl, crl_check=True)[0] == 23
    assert looked_at(issued, crl_bundle(pki, [issued]), crl_check=True)[0] == 23
    assert looked_at(issued, pki.trust) == (0, ""), "nobody looks at lists unless asked"
    renewed = pki.issue("withdrawn", oin=OIN)
    assert looked_at(renewed, pki.trust, crl=crl, crl_check=True) == (0, "")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"intermediate_revoked": True}, 23), ({"stale": True}, 12), ({"signed_by_other": True}, 8), (None, 3)],
    ids=["intermediate", "stale", "forged", "missing"],
)
def test_a_list_with_something_wrong_is_refused(pki: Pki, wrong: dict[str, bool] | None, code: int) -> None:
    issued = pki.issue("good", oin=OIN)
    trust = pki.trust if wrong is None else crl_bundle(pki, **wrong)
    assert looked_at(issued, trust, crl_check=True)[0] == code


def test_lists_are_files_of_their_own(files: Path) -> None:
    pki = Pki(files)
    first, second = make_crl(pki), make_crl(pki)
    assert first != second
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert first.read_bytes().count(b"BEGIN X509 CRL") == 2
    named = make_crl(pki, name="current")
    before = named.read_bytes()
    assert make_crl(pki, [pki.issue("a", oin=OIN)], name="current") == named
    assert named.read_bytes() != before
