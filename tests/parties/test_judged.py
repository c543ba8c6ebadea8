"""Our own certificate as the other side will judge it: the findings of chains that are made here, in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from doorstroom_client.parties.certificate_check import Chain, Finding, Level, Use, by_name, by_signature, judge_trust
from doorstroom_client.parties.x509 import Certificate, read_certificate

NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
BOTH = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
Days = tuple[int, int]
ALWAYS: Days = (-100, 100)
Usages = Sequence[x509.ObjectIdentifier]


class Party:
    """Somebody with a name and a key, whom a certificate may be issued to, and who may issue others."""

    def __init__(self, name: str, above: Party | None = None, days: Days = ALWAYS, usages: Usages = ()) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = (above or self).certify(self, days, usages)

    def certify(
        self, other: Party, days: Days = ALWAYS, usages: Usages = (), *, ca: bool = True, signs: x509.KeyUsage | None = None
    ) -> Certificate:
        """A certificate for another one."""
        start, end = (NOW + count * DAY for count in days)
        made = x509.CertificateBuilder(self.name, other.name, other.key.public_key(), 1, start, end)
        if ca:
            made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        if usages:
            made = made.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        if signs:
            made = made.add_extension(signs, critical=True)
        return read_certificate(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))

    def leaf(self) -> Certificate:
        """A sound certificate for a system."""
        return self.certify(Party("las"), usages=BOTH, ca=False)


ROOT = Party("Root")
MIDDLE = Party("Issuer", ROOT)
LEAF = MIDDLE.leaf()


def chain(*given: Certificate, use: Use = Use.CLIENT) -> Chain:
    return Chain("las.pem", "certificate.cert", given, use, NOW)


def told(found: Sequence[Finding]) -> list[tuple[Level, str]]:
    return [(item.level, item.text) for item in found]


def sound(*given: Certificate, trust: Sequence[Certificate] = (ROOT.certificate,), use: Use = Use.CLIENT) -> list[Finding]:
    return list(chain(*given, use=use).sound(trust, by_signature))


def test_a_chain_as_it_should_be() -> None:
    assert list(chain(LEAF, MIDDLE.certificate).usable()) == []
    assert sound(LEAF, MIDDLE.certificate) == []
    assert sound(LEAF, MIDDLE.certificate, ROOT.certificate) == []


def test_a_chain_up_to_a_root_that_is_not_trusted_here() -> None:
    other = Party("Other Root").certificate
    (found,) = sound(LEAF, MIDDLE.certificate, ROOT.certificate, trust=[other])
    assert found.level is Level.NOTE
    assert 'the chain in las.pem ends in the root "Root", which is not in certificate.trust' in found.text
    (found,) = sound(LEAF, MIDDLE.certificate, trust=[other])
    assert found.level is Level.NOTE
    assert 'the chain in las.pem is issued by "Root", which is not in certificate.trust' in found.text


def test_one_that_is_signed_by_itself() -> None:
    (found,) = sound(Party("zelf").certificate)
    assert (found.level, found.hint) == (Level.ERROR, "Install the certificate that was issued to you")
    assert "signed by itself" in found.text


@pytest.mark.parametrize(("usages", "purpose"), [(BOTH[1:], Use.CLIENT), (BOTH[:1], Use.SERVER)], ids=["client", "server"])
def test_an_intermediate_for_something_else(usages: Usages, purpose: Use) -> None:
    narrow = Party("Issuer", ROOT, usages=usages)
    leaf = narrow.leaf()
    (found,) = sound(leaf, narrow.certificate, use=purpose)
    assert found.level is Level.ERROR
    assert found.text.endswith(f'the intermediate "Issuer" in las.pem may not issue certificates for {purpose.value[2]}')
    assert "serve.certificate" in found.hint
    other = Use.SERVER if purpose is Use.CLIENT else Use.CLIENT
    assert sound(leaf, narrow.certificate, use=other) == []


def test_an_intermediate_is_missing() -> None:
    lacks = 'certificate.cert: las.pem lacks the intermediate "Issuer", which issued "las"'
    assert told(sound(LEAF)) == [(Level.ERROR, lacks)]
    assert told(sound(LEAF, trust=[ROOT.certificate, MIDDLE.certificate])) == [
        (Level.ERROR, f"{lacks}: it stands in the trust file only")
    ]
    (found,) = sound(LEAF, Party("Issuer", ROOT).certificate)
    assert found.level is Level.ERROR
    assert 'the certificate "Issuer" that is there has another key than the one that signed "las"' in found.text


def test_the_order_of_the_file() -> None:
    (found,) = sound(MIDDLE.certificate, LEAF)
    assert found.text.endswith('las.pem holds its certificates in the wrong order: "Issuer", "las"')
    assert found.hint == 'Put them in this order: "las", "Issuer"'


def test_an_issuer_that_may_not_issue() -> None:
    plain = ROOT.certify(MIDDLE, ca=False)
    (found,) = sound(LEAF, plain)
    assert found.level is Level.ERROR
    assert '"Issuer" in las.pem may not issue certificates: its basicConstraints has no CA' in found.text


def test_what_a_root_says_of_its_purpose_counts_for_nobody() -> None:
    root = Party("Root", usages=BOTH[1:])
    middle = Party("Issuer", root)
    assert sound(middle.leaf(), middle.certificate, root.certificate, trust=[root.certificate]) == []


@pytest.mark.parametrize(("days", "when"), [((-9, -2), "ended on 2025-05-30"), ((2, 9), "starts on 2025-06-03")])
def test_an_intermediate_that_is_not_valid_now(days: Days, when: str) -> None:
    (found,) = sound(LEAF, ROOT.certify(MIDDLE, days))
    assert told([found]) == [(Level.ERROR, f'certificate.cert: the intermediate "Issuer" in las.pem {when}')]


def test_the_way_that_is_valid_is_taken() -> None:
    """An intermediate that was certified anew stands beside the one that ended: the order of the file is all that is odd."""
    ended = ROOT.certify(MIDDLE, (-9, -2))
    assert chain(LEAF, ended, MIDDLE.certificate).path([ROOT.certificate], by_signature) == [LEAF, MIDDLE.certificate]
    assert [item.level for item in sound(LEAF, ended, MIDDLE.certificate)] == [Level.NOTE]


# --- what stops the start


def usage(**on: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    names += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        (MIDDLE.certify(Party("las"), (-9, -2), BOTH, ca=False), "the certificate ended on 2025-05-30"),
        (MIDDLE.certify(Party("las"), (2, 9), BOTH, ca=False), "the certificate starts on 2025-06-03"),
        (
            MIDDLE.certify(Party("las"), usages=BOTH[1:], ca=False),
            "is not for calling others: its extendedKeyUsage has no clientAuth",
        ),
        (
            MIDDLE.certify(Party("las"), ca=True, signs=usage(key_cert_sign=True)),
            "holds certificates of issuers only, and not our own",
        ),
        (MIDDLE.certify(Party("las"), ca=False, signs=usage(key_encipherment=True)), "its keyUsage has no digitalSignature"),
        (MIDDLE.certify(Party("las"), ca=False, signs=usage(digital_signature=True)), ""),
        (MIDDLE.certify(Party("las"), ca=False), ""),
    ],
    ids=["ended", "not yet", "for servers", "of an issuer", "for encryption", "for signing", "for anything"],
)
def test_a_certificate_that_stops_the_start(leaf: Certificate, said: str) -> None:
    found = list(chain(leaf, MIDDLE.certificate).usable())
    assert [item.level for item in found] == [Level.STOP] * bool(said)
    assert all(said in item.text and item.hint for item in found)


# --- the trust files


def trust(*held: Certificate, now: dt.datetime = NOW) -> list[tuple[Level, str]]:
    return told(list(judge_trust([("trust.pem", held)], LEAF, now)))


def test_trust_files_as_they_should_be() -> None:
    assert trust(ROOT.certificate) == trust(ROOT.certificate, MIDDLE.certificate) == trust() == []


def test_trust_files_with_something_else() -> None:
    own = (Level.WARNING, "certificate.trust: trust.pem holds our own certificate, which vouches for nobody")
    assert trust(ROOT.certificate, LEAF) == [own]
    none = (Level.ERROR, "certificate.trust: trust.pem holds no root, only intermediates or other certificates")
    assert trust(MIDDLE.certificate) == [none]
    assert trust(LEAF) == [own, none]


def test_a_root_that_ended_is_no_error_as_long_as_another_one_has_not() -> None:
    old = Party("Old Root", days=(-90, -1)).certificate
    said = 'certificate.trust: the root "Old Root" ended on 2025-05-31'
    assert trust(old) == [(Level.ERROR, said)]
    assert trust(old, ROOT.certificate) == [(Level.WARNING, said)]
    assert trust(old, now=old.facts.not_after) == []


# --- signatures


def test_who_signed_is_seen_from_the_key_and_not_from_the_name() -> None:
    namesake = Party("Issuer", ROOT)
    assert by_name(LEAF, MIDDLE.certificate) and by_name(LEAF, namesake.certificate)
    assert by_signature(LEAF, MIDDLE.certificate)
    assert not by_signature(LEAF, namesake.certificate)
    assert not by_signature(LEAF, ROOT.certificate)


def test_a_key_of_an_unknown_kind_is_left_to_the_name() -> None:
    """An issuer may come to have a key that the library here has never heard of."""
    ours, unknown = (bytes.fromhex(f"06072a8648ce3d02{last}") for last in ("01", "7f"))
    odd = read_certificate(MIDDLE.certificate.der.replace(ours, unknown))
    assert odd != MIDDLE.certificate
    assert by_signature(LEAF, odd)
    assert not by_signature(ROOT.certificate, odd)


def test_a_signature_that_was_damaged_is_none() -> None:
    assert not by_signature(read_certificate(LEAF.der[:-1] + bytes((LEAF.der[-1] ^ 1,))), MIDDLE.certificate)
