"""The throw-away certificates pass the strictest check, and defects are noticed."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from doorstroom_client.simulator.pki import Issued, Leaf, Pki

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
    assert "pip install '.[simulator]'" in done.stderr
    assert done.returncode == 1
