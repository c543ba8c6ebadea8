"""Everything in a file that is about certificates: certificates, private keys, revocation lists (extra ``certificates``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID

from doorstroom_client.parties import pem
from doorstroom_client.parties.certificate_forms import Form, UnusableError, certificates_of, form_of, is_list
from doorstroom_client.parties.opened import BROKEN, open_key, open_pkcs12, public_bytes, public_of, unwarned
from doorstroom_client.parties.pem_blocks import CERTIFICATES, CRL, PKCS7S, Block, blocks, cut_short
from doorstroom_client.parties.pieces import Pieces, PrivateKey, RevocationList
from doorstroom_client.parties.x509 import Certificate, read_certificate

T = TypeVar("T")


def take_apart(data: bytes, name: str, passphrases: Callable[[], Iterable[str]]) -> Pieces:
    """Everything in a file.

    Args:
        data: its content.
        name: of the file, for commands.
        passphrases: to try, when one is needed; asked for one after another, until one fits.

    Raises:
        UnusableError: it holds nothing of the kind, or a passphrase that was tried does not open it.
    """
    form = form_of(data)
    if form is Form.PKCS12:
        opened, encrypted = _with_passphrase(lambda word: open_pkcs12(data, name, word), passphrases)
        if opened is None:
            raise UnusableError("is encrypted", f"Give its passphrase, to see what is in {name}", passphrase=True)
        keys = () if opened.key is None else (_key(opened.key, encrypted=encrypted and not opened.plain),)
        return Pieces(tuple(_certificate(der, data, name) for der in opened.certificates), keys)
    if form is Form.PKCS7:
        return Pieces(certificates_of(data, name).certificates)
    if form is Form.PEM:
        return _of_pem(data, name, passphrases)
    return _of_der(data, name, passphrases)


def _of_pem(data: bytes, name: str, passphrases: Callable[[], Iterable[str]]) -> Pieces:
    certificates: list[Certificate] = []
    keys: list[PrivateKey] = []
    lists: list[RevocationList] = []
    requests = 0
    for block in blocks(data):
        if not block.ended:
            continue
        if block.label in CERTIFICATES:
            certificates.append(_certificate(_plain(block), data, name))
        elif block.label in PKCS7S:
            certificates += certificates_of(block.whole, name).certificates
        elif block.label == CRL:
            lists.append(_list(_plain(block)))
        elif block.label.endswith("PRIVATE KEY"):
            keys.append(_locked(block.whole, name, passphrases))
        requests += block.label.endswith("CERTIFICATE REQUEST")
    cut = cut_short(data)
    if not (certificates or keys or lists or requests):
        raise UnusableError(*(pem.cut_off(cut) if cut else pem.not_a_certificate(data, name)))
    return Pieces(tuple(certificates), tuple(keys), tuple(lists), requests, cut)


def _of_der(data: bytes, name: str, passphrases: Callable[[], Iterable[str]]) -> Pieces:
    otherwise = UnusableError(*pem.not_a_certificate(data, name))
    if otherwise.problem == pem.NOTHING:
        raise otherwise
    if is_list(data):
        return Pieces(lists=(_list(data),))
    with suppress(UnusableError):
        return Pieces((_certificate(data, data, name),))
    with suppress(*BROKEN):
        x509.load_der_x509_csr(data)
        return Pieces(requests=1)
    return Pieces(keys=(_locked(data, name, passphrases),))


def _certificate(der: bytes, data: bytes, name: str) -> Certificate:
    try:
        read = read_certificate(der)
        _loaded(read)  # what others cannot read is of no use
        return read
    except BROKEN:
        raise UnusableError(*pem.not_a_certificate(data, name)) from None


def _plain(block: Block) -> bytes:
    """What a block holds; empty when it cannot be read."""
    try:
        return block.der
    except ValueError:
        return b""


def _list(der: bytes) -> RevocationList:
    try:
        found = x509.load_der_x509_crl(der)
    except BROKEN:
        raise UnusableError("holds a revocation list that is damaged or cut short", "Fetch it once more") from None
    named = found.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return RevocationList(str(named[0].value) if named else "without a name", found.next_update_utc)


def _locked(data: bytes, name: str, passphrases: Callable[[], Iterable[str]]) -> PrivateKey:
    key, encrypted = _with_passphrase(lambda word: open_key(data, name, word), passphrases)
    return PrivateKey(encrypted) if key is None else _key(key, encrypted=encrypted)


def _key(key: PrivateKeyTypes, *, encrypted: bool) -> PrivateKey:
    kind = "another kind"
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        kind = f"{'RSA' if isinstance(key, rsa.RSAPrivateKey) else 'EC'} {key.key_size}"
    return PrivateKey(encrypted, kind, public_bytes(key.public_key()), key)


def _with_passphrase(opens: Callable[[str | None], T], passphrases: Callable[[], Iterable[str]]) -> tuple[T | None, bool]:
    """What is opened, and whether a passphrase was needed; None when nobody has one to try."""
    refused: UnusableError | None = None
    try:
        return opens(None), False
    except UnusableError as error:
        if not error.passphrase:
            raise
    for word in passphrases():
        try:
            return opens(word), True
        except UnusableError as error:
            refused = error
    if refused is not None:
        raise refused
    return None, True


def public_key_of(certificate: Certificate) -> bytes:
    """The public key of a certificate in DER, by which its private key is found; empty when it is of an unknown kind."""
    return public_of(_loaded(certificate))


def _loaded(certificate: Certificate) -> x509.Certificate:
    with unwarned():
        return x509.load_der_x509_certificate(certificate.der)


def published_at(certificate: Certificate) -> str:
    """Where the issuer publishes its own certificate, as this one says; empty when it does not."""
    try:
        found = _loaded(certificate).extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (*BROKEN, x509.ExtensionNotFound):
        return ""
    places = (
        item.access_location.value for item in found.value if item.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    )
    return next((place for place in places if isinstance(place, str)), "")
