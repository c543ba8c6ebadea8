"""What a file holds when it is not the PEM that was asked for, and how its key is encrypted: the next step depends on it."""

from __future__ import annotations

import re

from doorstroom_client.parties.pem_blocks import CERTIFICATES, CRL, PKCS7S, blocks, cut_short
from doorstroom_client.parties.x509 import children, read_certificate

_CIPHER = re.compile(rb"^DEK-Info:\s*([A-Z0-9-]+)", re.MULTILINE)
_SEQUENCE, _INTEGER, _OCTETS, _OBJECT_ID = 0x30, 0x02, 0x04, 0x06

_PKCS5, _PKCS12 = bytes.fromhex("2a864886f70d0105"), bytes.fromhex("2a864886f70d010c01")
_LEFT_BEHIND = {
    _PKCS5 + b"\x01": "PBE-MD2-DES",
    _PKCS5 + b"\x03": "PBE-MD5-DES",
    _PKCS5 + b"\x04": "PBE-MD2-RC2-64",
    _PKCS5 + b"\x06": "PBE-MD5-RC2-64",
    _PKCS5 + b"\x0a": "PBE-SHA1-DES",
    _PKCS5 + b"\x0b": "PBE-SHA1-RC2-64",
    _PKCS12 + b"\x01": "PBE-SHA1-RC4-128",
    _PKCS12 + b"\x02": "PBE-SHA1-RC4-40",
    _PKCS12 + b"\x05": "PBE-SHA1-RC2-128",
    _PKCS12 + b"\x06": "PBE-SHA1-RC2-40",
    # The ciphers that PBES2 may name.
    bytes.fromhex("2b0e030207"): "DES-CBC",
    bytes.fromhex("2a864886f70d0302"): "RC2-CBC",
    bytes.fromhex("2a864886f70d0304"): "RC4",
    bytes.fromhex("2b0601040197550102"): "BF-CBC",
    bytes.fromhex("2a864886f67d07420a"): "CAST5-CBC",
    bytes.fromhex("2a831a8c9a440104"): "SEED-CBC",
}
"""Object ids of encryptions that OpenSSL 3 has put aside, in its provider ``legacy``, with the names it gives them."""
_LEFT_BEHIND_NAMES = re.compile(r"DES-(?!EDE)|DESX|RC[245]|BF-|CAST|IDEA|SEED")
"""The same as the older form of PEM writes them."""


CONVERT_KEY = (
    "Convert it, and give the new file: openssl pkcs8 -topk8 -v2 aes-256-cbc -provider legacy -provider default -in {name} "
    "-out {name}.new"
)
"""The next step for a key with such an encryption."""
NOTHING, EMPTY, ZIP = "holds no readable certificate", "is empty", "is a ZIP file"
"""What is said of a file that may well be about something else."""
_KEYSTORE = "Convert it, and give the new file with its passphrase: keytool -importkeystore -srckeystore {name} -srcstoretype "
_TO_P12 = " -destkeystore {name}.p12 -deststoretype PKCS12"
_BEGINS = (
    (b"\xfe\xed\xfe\xed", "is a keystore of Java (.jks)", f"{_KEYSTORE}JKS{_TO_P12}"),
    (b"\xce\xce\xce\xce", "is a keystore of Java (.jceks)", f"{_KEYSTORE}JCEKS{_TO_P12}"),
    (b"PK\x03\x04", ZIP, "Unpack it, and give what is in it"),
    (b"\xff\xfe", "is a text in UTF-16", "Save it as plain text (ASCII or UTF-8)"),
    (b"\xfe\xff", "is a text in UTF-16", "Save it as plain text (ASCII or UTF-8)"),
)
"""How files of other programs begin, what they are, and the next step."""
_LENGTH = rb"(?:[\x00-\x7f]|\x80|\x81.|\x82..|\x83...|\x84....)"
PKCS12 = re.compile(rb"0" + _LENGTH + rb"\x02\x01\x03", re.DOTALL)
PKCS7 = re.compile(rb"0" + _LENGTH + rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", re.DOTALL)
"""How these begin, also where lengths are left open (BER), as some programs write them."""


def left_behind(key: bytes) -> str:
    """How a private key is encrypted, when OpenSSL 3 no longer reads that; else empty.

    Args:
        key: the text of the file.
    """
    old = _CIPHER.search(key)
    if old:
        name = old.group(1).decode("ascii")
        return name if _LEFT_BEHIND_NAMES.match(name) else ""
    found = next((block for block in blocks(key) if block.ended and block.label == "ENCRYPTED PRIVATE KEY"), None)
    try:
        algorithm = children(children(found.der)[0][1])[0][1] if found else b""
        return next((_LEFT_BEHIND[oid] for oid in _object_ids(algorithm) if oid in _LEFT_BEHIND), "")
    except (ValueError, IndexError):
        return ""


def _object_ids(content: bytes) -> list[bytes]:
    """All object ids in a DER value, however deep."""
    found: list[bytes] = []
    for tag, inner in children(content):
        if tag == _OBJECT_ID:
            found.append(inner)
        elif tag == _SEQUENCE:
            found += _object_ids(inner)
    return found


def cut_off(label: str) -> tuple[str, str]:
    """What is said of a block that begins and does not end, for after the name of its file, and the next step.

    Args:
        label: of the block.
    """
    return f"holds a {label} that begins and does not end", "Copy the whole file once more, its last line included"


def not_a_certificate(data: bytes, name: str) -> tuple[str, str]:
    """Why there is no certificate to read in a file, and what to do.

    Args:
        data: the content.
        name: of the file, for the command that converts it.

    Returns:
        What the file is, for after its name, and the next step.
    """
    labels = _labels(data)
    if labels & CERTIFICATES:
        return "holds a certificate that is damaged or cut short", "Copy the whole file once more, its last line included"
    if any(label.endswith("CERTIFICATE REQUEST") for label in labels):
        return "holds a certificate request and no certificate", "Give the certificate that was issued for it"
    if any(label.endswith("PRIVATE KEY") for label in labels):
        return "holds a private key and no certificate", "Give the file with the certificate here"
    if labels & PKCS7S and cut_short(data) in PKCS7S:
        return "holds PKCS#7 that is cut short", "Copy the whole file once more, its last line included"
    if labels & PKCS7S:
        return "is a PKCS#7 file (.p7b)", f"Convert it: openssl pkcs7 -print_certs -in {name} -out {name}.pem"
    if CRL in labels:
        return "holds a revocation list and no certificate", "Give the file with the certificate here"
    return _no_pem(data, name) or (
        NOTHING,
        "Give a PEM file, with a line -----BEGIN CERTIFICATE-----",
    )


def not_a_key(data: bytes, name: str) -> tuple[str, str]:
    """Why there is no private key to read in a file, and what to do; arguments and answer as in `not_a_certificate`."""
    labels = _labels(data)
    if "OPENSSH PRIVATE KEY" in labels:
        return "holds a key in the form of OpenSSH", f"Convert a copy of it: ssh-keygen -p -m PEM -f {name}"
    if any(label.endswith("PRIVATE KEY") for label in labels):
        return "holds no usable private key in PEM form: it is damaged or cut short", "Copy the whole file once more"
    if labels & (CERTIFICATES | PKCS7S) or _is_certificate(data) or PKCS7.match(data):
        return "holds a certificate and no private key", "Give the file with the private key"
    if any(label.endswith("PUBLIC KEY") for label in labels):
        return "holds a public key only", "Give the file with the private key"
    if any(label.endswith("CERTIFICATE REQUEST") for label in labels):
        return "holds a certificate request and no private key", "Give the private key that was made with it"
    return _no_pem(data, name) or (
        "holds no usable private key in PEM form",
        "Give a PEM file, with a line -----BEGIN PRIVATE KEY-----",
    )


def _labels(data: bytes) -> set[str]:
    return {block.label for block in blocks(data)}


def _no_pem(data: bytes, name: str) -> tuple[str, str] | None:
    if not data.strip():
        return EMPTY, "Copy the file once more; look whether the disk is full"
    known = next(((what, hint.format(name=name)) for begin, what, hint in _BEGINS if data.startswith(begin)), None)
    return known or _der(data, name)


def _der(data: bytes, name: str) -> tuple[str, str] | None:
    if PKCS12.match(data):
        command = f"openssl pkcs12 -in {name} -out {name}.pem"
        return (
            "is a PKCS#12 file (.p12, .pfx) and no PEM",
            f"Convert it: {command} (with -legacy as well when that cannot read it); the new file holds certificate and key",
        )
    if PKCS7.match(data):
        convert = f"openssl pkcs7 -inform DER -print_certs -in {name} -out {name}.pem"
        return "is a PKCS#7 file (.p7b) in DER", f"Convert it: {convert}"
    try:
        inner = children(children(data)[0][1]) if data[0] == _SEQUENCE else []
    except (ValueError, IndexError):
        return None
    if len(inner) < 2:
        return None
    if is_key_in_der(data):
        return "is a private key in DER and not in PEM", f"Convert it: openssl pkey -inform DER -in {name} -out {name}.pem"
    if inner[0][0] == _SEQUENCE and len(inner) == 3:
        return "is no certificate: a request or a revocation list in DER, or one that is damaged", "Give the certificate itself"
    return None


def is_key_in_der(data: bytes) -> bool:
    """Whether this is a private key in DER, encrypted or not."""
    try:
        tags = [tag for tag, _ in children(children(data)[0][1])] if data[:1] == b"0" else []
    except (ValueError, IndexError):
        return False
    plain = len(tags) > 1 and tags[0] == _INTEGER and not PKCS12.match(data)
    return plain or tags == [_SEQUENCE, _OCTETS]


def _is_certificate(data: bytes) -> bool:
    """Whether this is one in DER."""
    try:
        return bool(data[:1] == b"0" and read_certificate(data))
    except ValueError:
        return False
