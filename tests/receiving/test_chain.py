"""T7: what comes along in a header costs no more than a few signatures, whoever wrote it, and nothing before it was counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from support import OTHER_OIN, SUPPLIER_OIN
from support.headers import ders

from doorstroom_client.receiving.reasons import Reason
from doorstroom_client.receiving.verify import Trust
from doorstroom_client.simulator.pki import Pki

NOW = dt.datetime.now(dt.UTC)
MOST = 30
"""Signatures that a message may cost at most."""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many signatures were verified: for each of them cryptography makes one of these objects."""
    made, real = list[int](), ec.ECDSA.__init__

    def counting(self: Any, *args: Any, **more: Any) -> None:
        made.append(1)
        real(self, *args, **more)

    monkeypatch.setattr(ec.ECDSA, "__init__", counting)
    return made


class Maker:
    """Makes authorities without any bound on the length of what is below them."""

    def __init__(self) -> None:
        self.keys: dict[str, ec.EllipticCurvePrivateKey] = {}

    def key(self, name: str) -> ec.EllipticCurvePrivateKey:
        return self.keys.setdefault(name, ec.generate_private_key(ec.SECP256R1()))

    def authority(self, name: str, by: str, **more: Any) -> bytes:
        return self._signed(name, by, ca=True, **more)

    def sender(self, by: str) -> bytes:
        return self._signed("afzender", by, ca=False)

    def _signed(self, name: str, by: str, *, ca: bool) -> bytes:
        key, issuer = self.key(name), self.key(by)
        names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, by)]
        if not ca:
            names[0] = x509.Name([*names[0], x509.NameAttribute(NameOID.SERIAL_NUMBER, SUPPLIER_OIN)])
        builder = x509.CertificateBuilder(
            names[1],
            names[0],
            key.public_key(),
            x509.random_serial_number(),
            NOW - dt.timedelta(days=1),
            NOW + dt.timedelta(days=30),
        )
        usage = x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False)
        for extension, critical in (
            (x509.BasicConstraints(ca=ca, path_length=None), True),
            (usage, True),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False),
            *([] if ca else [(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH]), False)]),
        ):
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker()


def trust(*roots: bytes) -> Trust:
    return Trust.read([x509.load_der_x509_certificate(root).public_bytes(Encoding.PEM) for root in roots], [], [])


Along = Callable[[Maker], Sequence[bytes]]
ALONG: dict[str, Along] = {
    "copies of a root": lambda maker: [maker.authority("A", "B"), *[maker.authority("B", "B")] * 50],
    "roots of one name": lambda maker: [maker.authority("A", "B"), *(maker.authority("B", "B") for _ in range(5))],
    "very many roots": lambda maker: [maker.authority("A", "B"), *(maker.authority("B", "B") for _ in range(300))],
    "its issuer is a root, many times": lambda maker: [maker.authority("A", "A") for _ in range(6)],
    "two that sign each other": lambda maker: [maker.authority(*pair) for pair in ("AB", "AB", "BA", "BA")],
    "three that sign each other": lambda maker: [maker.authority(*pair) for pair in ("AB", "AC", "BA", "BC", "CA", "CB")],
    "two of each": lambda maker: [maker.authority(*pair) for pair in ("AB", "AB", "BC", "BC", "CB", "CR")],
    "ever wider": lambda maker: [maker.authority(*pair) for pair in ("AB", "AB", "BR", "BR", "BR", "BR")],
    "a long chain": lambda maker: [maker.authority(*pair) for pair in ("AB", "BC", "CD", "DE", "EF", "FG")],
    "a very long chain": lambda maker: [maker.authority(f"{at}", f"{at + 1}") for at in range(100)],
    "many of one name": lambda maker: [maker.authority("A", "B") for _ in range(8)],
}


@pytest.mark.parametrize("name", ALONG)
def test_it_costs_few_signatures(maker: Maker, counted: list[int], name: str) -> None:
    sender, along = maker.sender("A"), ALONG[name](maker)
    root, other = Maker().authority("R", "R"), Maker().authority("B", "B")  # of the same names, with other keys
    counted.clear()
    assert trust(root, other).doubt(sender, along, NOW) in (Reason.NO_CHAIN, Reason.TOO_LONG)
    assert len(counted) <= MOST


@pytest.mark.parametrize("number", [7, 9, 300])
def test_too_many_are_counted_before_anything_is_verified(maker: Maker, counted: list[int], number: int) -> None:
    sender, root = maker.sender("A"), maker.authority("A", "A")
    along = [maker.authority(f"{at}", "X") for at in range(number)]
    counted.clear()
    assert trust(root).doubt(sender, along, NOW) is Reason.TOO_LONG
    assert not counted
    assert trust(root).doubt(sender, along[:6], NOW) is None
    assert counted  # so they are counted


def test_duplicates_and_roots_are_sorted_out(maker: Maker, counted: list[int]) -> None:
    """What a careless sender shows beside what is needed makes no difference, and costs nothing."""
    root, between, sender = maker.authority("R", "R"), maker.authority("A", "R"), maker.sender("A")
    roots = [maker.authority("R", "R") for _ in range(4)]
    costs = []
    for along in (
        [between],
        [between] * 40,
        [between, root],
        [between, *[root] * 40],
        [*roots, between, *roots],
        [root, between],
    ):
        counted.clear()
        assert trust(root).doubt(sender, along, NOW) is None
        costs.append(len(counted))
    assert costs == [2] * 6


def test_depth(maker: Maker) -> None:
    root, names = maker.authority("R", "R"), "RABCDE"
    for length, reason in ((1, None), (3, None), (4, None), (5, Reason.NO_CHAIN)):
        along = [maker.authority(low, high) for high, low in pairwise(names[: length + 1])]
        assert len(along) == length
        assert trust(root).doubt(maker.sender(names[length]), along, NOW) is reason, length


def test_what_goes_on_above_a_root_is_not_looked_at(maker: Maker, counted: list[int]) -> None:
    """Our root may be signed by others, who are signed by others again: OpenSSL stops at the one that is trusted, too."""
    root, sender = maker.authority("R", "R"), maker.sender("A")
    along = [maker.authority(*pair) for pair in ("AR", "RS", "ST", "TU", "UV", "VW")]
    counted.clear()
    assert trust(root).doubt(sender, along, NOW) is None
    assert len(counted) <= MOST


def test_the_same_in_the_file_and_in_the_header(maker: Maker, counted: list[int]) -> None:
    root, between, sender = maker.authority("R", "R"), maker.authority("A", "R"), maker.sender("A")
    pem = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in (root, between)]
    counted.clear()
    assert Trust.read(pem[:1], pem[1:] * 5, []).doubt(sender, [between] * 3, NOW) is None
    assert len(counted) == 2


def test_only_authorities_come_along(test_pki: Pki) -> None:
    """Who adds a value to that of the proxy would else choose which certificate is the sender's."""
    whole, other = ders(test_pki.issue("een", oin=SUPPLIER_OIN)), ders(test_pki.issue("ander", oin=OTHER_OIN))
    anchor = Trust.read([test_pki.trust.read_bytes()], [], [])
    assert anchor.doubt(whole[0], whole[1:], NOW) is None
    assert anchor.doubt(whole[0], [*whole[1:], other[0]], NOW) is Reason.TOO_LONG


def test_what_is_no_certificate(test_pki: Pki) -> None:
    whole = ders(test_pki.issue("een", oin=SUPPLIER_OIN))
    anchor = Trust.read([test_pki.trust.read_bytes()], [], [])
    for own, along in ((b"", []), (b"x", []), (whole[0], [b""]), (whole[0][:-1], whole[1:]), (whole[0], [whole[1] + b"x"])):
        assert anchor.doubt(own, along, NOW) is Reason.OTHER_FORM


def test_the_file_of_the_operator_may_hold_many(maker: Maker, tmp_path: Path) -> None:
    """All issuers of PKIoverheid and their generations, say."""
    root, sender = maker.authority("R", "R"), maker.sender("A")
    others = [maker.authority(f"{at}", "R") for at in range(40)]
    texts = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in [*others, maker.authority("A", "R")]]
    anchors = [x509.load_der_x509_certificate(root).public_bytes(Encoding.PEM)]
    assert Trust.read(anchors, [b"".join(texts)], []).doubt(sender, [], NOW) is None
