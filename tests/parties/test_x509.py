"""The small reader of certificates, held against a full X.509 library, and against rubbish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstroom_client.parties.x509 import Certificate, CertificateFacts, only_oin, read_certificate, read_der, read_pem

OIN = "00000003990000110000"
KEY = ec.generate_private_key(ec.SECP256R1())
START = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
END = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
Serial = str | tuple[str, _ASN1Type]


def make(serials: Sequence[Serial] = (OIN,), start: dt.datetime = START, end: dt.datetime = END, name: str = "x") -> bytes:
    """A certificate in DER."""
    names = [x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    for serial in serials:
        value, kind = serial if isinstance(serial, tuple) else (serial, _ASN1Type.PrintableString)
        names.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, value, kind))
    builder = x509.CertificateBuilder(subject_name=x509.Name(names), issuer_name=x509.Name(names[:2]))
    built = builder.public_key(KEY.public_key()).serial_number(1).not_valid_before(start).not_valid_after(end)
    return built.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    "serials",
    [
        (OIN,),
        (),
        (OIN, "00000003990000120000"),
        (OIN, OIN),
        ("123",),
        ((OIN, _ASN1Type.UTF8String),),
        ((OIN, _ASN1Type.BMPString),),
        ((OIN, _ASN1Type.IA5String),),
        ((OIN, _ASN1Type.T61String),),
        (("Ünïcode", _ASN1Type.UTF8String),),
    ],
    ids=repr,
)
def test_serial_numbers_as_another_library_reads_them(serials: Sequence[Serial]) -> None:
    der = make(serials)
    theirs = x509.load_der_x509_certificate(der)
    found = read_der(der)
    wanted = tuple(item.value for item in theirs.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER))
    assert found.serial_numbers == wanted
    assert found.not_before == theirs.not_valid_before_utc
    assert found.not_after == theirs.not_valid_after_utc
    assert found.oin == (OIN if wanted == (OIN,) else None)


def test_a_second_serial_number_in_a_rare_kind_of_text_still_counts() -> None:
    facts = read_der(make((OIN, ("00000003990000120000", _ASN1Type.UniversalString))))
    assert facts.oin is None


@pytest.mark.parametrize(
    "value", [OIN[:19], OIN + "0", OIN.lower() + "x", "0000000399000011000a", "", f"{OIN}\n", f" {OIN[1:]}", "０" * 20]
)
def test_only_an_oin_is_an_oin(value: str) -> None:
    assert only_oin((value,)) is None
    assert only_oin((OIN,)) == OIN
    assert only_oin(()) is None
    assert only_oin((OIN, OIN)) is None


@settings(max_examples=60)
@given(
    st.datetimes(dt.datetime(1950, 1, 2), dt.datetime(9999, 12, 30)).map(lambda at: at.replace(microsecond=0, tzinfo=dt.UTC)),
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=64),
    st.lists(st.text("0123456789ABC", min_size=1, max_size=40), max_size=3),
)
def test_many_certificates(start: dt.datetime, name: str, serials: list[str]) -> None:
    # Before 2050 a moment is a UTCTime, after it a GeneralizedTime.
    der = make(serials, start, start + dt.timedelta(days=1), name)
    theirs = x509.load_der_x509_certificate(der)
    assert read_der(der) == CertificateFacts(tuple(serials), theirs.not_valid_before_utc, theirs.not_valid_after_utc)


@pytest.mark.parametrize("year", [1950, 1968, 1969, 1999, 2000, 2049, 2050, 2068, 2069])
def test_the_century_of_a_short_year(year: int) -> None:
    start = dt.datetime(year, 2, 28, tzinfo=dt.UTC)
    assert read_der(make(start=start, end=start + dt.timedelta(days=9))).not_before == start


def test_pem_takes_the_first_certificate() -> None:
    first, second = (x509.load_der_x509_certificate(make((oin,))) for oin in (OIN, "00000003990000120000"))
    texts = [item.public_bytes(serialization.Encoding.PEM) for item in (first, second)]
    text = b"Bag Attributes\n  friendlyName: x\n" + b"".join(texts)
    assert read_pem(text).oin == OIN
    assert read_pem(text.replace(b"\n", b"\r\n")).oin == OIN


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"x",
        b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nMIIB",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ],
)
def test_no_certificate(pem: bytes) -> None:
    with pytest.raises(ValueError, match="certificate|base64|padding|number of data"):
        read_pem(pem)


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    for reader in (read_der, read_pem):
        with pytest.raises(ValueError):  # noqa: PT011
            reader(content)
    try:
        read_pem(b"-----BEGIN CERTIFICATE-----\n" + content + b"\n-----END CERTIFICATE-----")
    except ValueError:
        return


GOOD = make()


def extended(*extensions: x509.ExtensionType) -> bytes:
    """A certificate with extensions, in DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1, START, END)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


EXTENDED = extended(
    x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),
    x509.BasicConstraints(ca=True, path_length=0),
    x509.KeyUsage(*(number == 0 for number in range(9))),
)


def test_what_a_certificate_says_of_its_use() -> None:
    found = read_certificate(EXTENDED)
    assert (found.usages, found.signs, found.is_ca) == (frozenset({bytes.fromhex("2b06010505070302")}), True, True)
    encrypting = read_certificate(extended(x509.KeyUsage(*(number == 2 for number in range(9)))))
    assert (encrypting.usages, encrypting.signs, encrypting.is_ca) == (None, False, False)
    assert not read_certificate(extended(x509.BasicConstraints(ca=False, path_length=None))).is_ca


def test_a_certificate_that_says_nothing_of_its_use_is_for_any() -> None:
    found = read_certificate(GOOD)
    assert (found.name, found.issuer_name, found.usages, found.signs, found.is_ca) == ("x", "x", None, True, False)
    assert read_certificate(extended(x509.SubjectKeyIdentifier(b"x"))).signs


@pytest.mark.parametrize("number", [37, 15, 19], ids=["extended usage", "usage", "constraints"])
def test_an_extension_with_nothing_in_it(number: int) -> None:
    with pytest.raises(ValueError, match="not a certificate"):
        read_certificate(extended(x509.UnrecognizedExtension(x509.ObjectIdentifier(f"2.5.29.{number}"), b"")))


@pytest.mark.parametrize("good", [GOOD, EXTENDED], ids=["plain", "with extensions"])
@settings(max_examples=500)
@given(data=st.data())
def test_changed_certificates_raise_nothing_else(good: bytes, data: st.DataObject) -> None:
    content = bytearray(good)
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(good) - 1), st.integers(0, 255)), max_size=4)):
        content[at] = value
    for variant in (bytes(content), bytes(content[: data.draw(st.integers(0, len(good)))])):
        for read, kind in ((read_der, CertificateFacts), (read_certificate, Certificate)):
            try:
                assert isinstance(read(variant), kind)  # type: ignore[operator]
            except ValueError:
                continue
