"""A certificate of the throw-away PKI as a PKCS#12 file, as a trust service provider mails one."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.serialization import pkcs12

from doorstroom_client.simulator.pki import Issued

SECRET = "een-wachtwoord"


def key_of(issued: Issued) -> Any:
    return serial.load_pem_private_key(issued.key.read_bytes(), None)


def p12(issued: Issued) -> bytes:
    own, *others = x509.load_pem_x509_certificates(issued.cert.read_bytes())
    how = serial.BestAvailableEncryption(SECRET.encode())
    return pkcs12.serialize_key_and_certificates(b"x", key_of(issued), own, others, how)
