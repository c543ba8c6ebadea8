"""What a file is that is not the PEM that was asked for: files as programs write them, named with the step that mends them."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from doorstroom_client.parties.pem import left_behind, not_a_certificate, not_a_key

KEY = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "las")])
START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
CERTIFICATE = x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 1, START, START + dt.timedelta(days=9)).sign(
    KEY, hashes.SHA256()
)
REQUEST = x509.CertificateSigningRequestBuilder(NAME).sign(KEY, hashes.SHA256())
SECRET = BestAvailableEncryption(b"geheim")

PEM = CERTIFICATE.public_bytes(Encoding.PEM)
DER = CERTIFICATE.public_bytes(Encoding.DER)
KEY_PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC_DER = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

EITHER = {
    "PKCS#12": (pkcs12.serialize_key_and_certificates(b"las", KEY, CERTIFICATE, None, SECRET), "openssl pkcs12 -in las.x -out"),
    "request or a revocation list in DER": (REQUEST.public_bytes(Encoding.DER), "the certificate itself"),
    "Java (.jks)": (
        b"\xfe\xed\xfe\xed\x00\x00\x00\x02",
        "-srcstoretype JKS -destkeystore las.x.p12",
    ),
    "Java (.jceks)": (b"\xce\xce\xce\xce\x00\x00\x00\x02", "-srcstoretype JCEKS"),
    "a ZIP file": (b"PK\x03\x04\x14", "Unpack"),
    "is empty": (b" \r\n\t\n", "whether the disk is full"),
    "UTF-16": (PEM.decode().encode("utf-16"), "plain text"),
}
"""What is told, whatever was asked for -> the content and the next step."""
KEYS_IN_DER = [
    KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, SECRET),
    RSA.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
]
NOTHING_OF_IT = [b"hallo", DER[:60], b"0", b"\x30\x00", b"\x30\x02\x05\x00", b"\x30\x81", PUBLIC_DER, b"\x02\x01\x00"]
"""No PEM, and nothing else that has a name here."""


def name_of(value: object) -> str | None:
    """Keys are made anew in each process, and every worker has to call a test the same."""
    return "content" if isinstance(value, bytes) else None


@pytest.mark.parametrize("what", EITHER)
def test_a_file_that_is_neither(what: str) -> None:
    content, step = EITHER[what]
    for reason, hint in (not_a_certificate(content, "las.x"), not_a_key(content, "las.x")):
        assert what in reason
        assert step in hint


@pytest.mark.parametrize("content", KEYS_IN_DER)
def test_a_key_in_der(content: bytes) -> None:
    for reason, hint in (not_a_certificate(content, "las.x"), not_a_key(content, "las.x")):
        assert reason == "is a private key in DER and not in PEM"
        assert "openssl pkey -inform DER -in las.x" in hint


@pytest.mark.parametrize("content", NOTHING_OF_IT, ids=name_of)
def test_a_file_without_a_name(content: bytes) -> None:
    assert not_a_certificate(content, "las.x") == (
        "holds no readable certificate",
        "Give a PEM file, with a line -----BEGIN CERTIFICATE-----",
    )
    assert not_a_key(content, "las.x") == (
        "holds no usable private key in PEM form",
        "Give a PEM file, with a line -----BEGIN PRIVATE KEY-----",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PEM[:200], "holds a certificate that is damaged or cut short"),
        (PEM[:200] + KEY_PEM, "holds a certificate that is damaged or cut short"),
        (REQUEST.public_bytes(Encoding.PEM), "holds a certificate request and no certificate"),
        (
            REQUEST.public_bytes(Encoding.PEM).replace(b"BEGIN ", b"BEGIN NEW "),
            "holds a certificate request and no certificate",
        ),
        (KEY_PEM, "holds a private key and no certificate"),
        (RSA.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, SECRET), "holds a private key and no certificate"),
        (pkcs7.serialize_certificates([CERTIFICATE], Encoding.PEM), "is a PKCS#7 file (.p7b)"),
        (pkcs7.serialize_certificates([CERTIFICATE], Encoding.DER), "is a PKCS#7 file (.p7b) in DER"),
    ],
    ids=name_of,
)
def test_pem_without_a_certificate(content: bytes, reason: str) -> None:
    assert not_a_certificate(content, "las.x")[0] == reason


@pytest.mark.parametrize(
    ("content", "reason", "step"),
    [
        (KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), "in the form of OpenSSH", "-m PEM -f las.x"),
        (KEY_PEM[:90], "is damaged or cut short", "once more"),
        (PEM, "holds a certificate and no private key", "with the private key"),
        (DER, "holds a certificate and no private key", "with the private key"),
        (pkcs7.serialize_certificates([CERTIFICATE], Encoding.DER), "a certificate and no private key", "with the private key"),
        (
            KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "a public key only",
            "the private key",
        ),
        (RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1), "a public key only", "the private key"),
        (REQUEST.public_bytes(Encoding.PEM), "a certificate request and no private key", "that was made with it"),
        (
            REQUEST.public_bytes(Encoding.PEM).replace(b"BEGIN ", b"BEGIN NEW "),
            "a certificate request",
            "that was made with it",
        ),
    ],
    ids=name_of,
)
def test_pem_without_a_key(content: bytes, reason: str, step: str) -> None:
    told, hint = not_a_key(content, "las.x")
    assert reason in told
    assert step in hint


# --- keys that are encrypted in a way that OpenSSL 3 does not read


def encrypted(algorithm: str) -> bytes:
    """A key whose algorithm, in hexadecimal DER, is this one."""

    def value(tag: int, content: bytes) -> bytes:
        return bytes((tag, len(content))) + content

    der = value(0x30, value(0x30, bytes.fromhex(algorithm)) + value(0x04, b"abcdefgh"))
    lines = (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", base64.b64encode(der), b"-----END ENCRYPTED PRIVATE KEY-----", b"")
    return b"\n".join(lines)


PBES2 = "06092a864886f70d01050d"
DERIVED = "06092a864886f70d01050c"


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [
        ("06092a864886f70d010503" + "3003040100", "PBE-MD5-DES"),
        ("060a2a864886f70d010c0106" + "3003040100", "PBE-SHA1-RC2-40"),
        (PBES2 + "3016" + "300b" + DERIVED + "3007" + "06052b0e030207", "DES-CBC"),
        (PBES2 + "3019" + "300b" + DERIVED + "300a" + "06082a864886f70d0302", "RC2-CBC"),
        ("060a2a864886f70d010c0103" + "3003040100", ""),  # with triple DES, which is read
    ],
)
def test_a_key_that_openssl_left_behind(algorithm: str, name: str) -> None:
    assert left_behind(encrypted(algorithm)) == name


@pytest.mark.parametrize(
    ("cipher", "left"),
    [("DES-CBC", True), ("RC2-40-CBC", True), ("BF-CBC", True), ("DES-EDE3-CBC", False), ("AES-256-CBC", False)],
)
def test_a_key_in_the_older_form(cipher: str, left: bool) -> None:
    key = f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},00\n\nAAAA\n".encode()
    assert left_behind(key) == (cipher if left else "")


LEFT = encrypted("06092a864886f70d010503" + "3003040100")


@pytest.mark.parametrize(
    "key",
    [
        b"",
        KEY_PEM,
        KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, SECRET),
        RSA.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, SECRET),
        LEFT.replace(b"do\n", b"\n"),
        LEFT.replace(b"Zmdo\n", b"\n"),
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
    ],
    ids=["empty", "plain", "as it is made now", "older form of now", "no base64", "cut short", "nothing in it"],
)
def test_a_key_that_is_read_or_damaged_is_not_left_behind(key: bytes) -> None:
    assert left_behind(key) == ""
