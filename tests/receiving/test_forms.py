"""T7: each form in which a proxy writes a certificate is read exactly, and nearly right is refused: never a wrong identity."""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from faults_support import rsa_key
from support import OTHER_OIN, SUPPLIER_OIN
from support.headers import HERE, Ask, ders, environ, item, scope

from doorstroom_client.receiving.proxy import Proxy
from doorstroom_client.receiving.proxy_forms import FORMS
from doorstroom_client.simulator.pki import Issued, Leaf, Pki


def pem(der: bytes) -> str:
    return ssl.DER_cert_to_PEM_cert(der)


def bare(der: bytes) -> str:
    return base64.b64encode(der).decode()


def element(own: bytes, *between: bytes) -> str:
    """As Envoy writes it when it is asked for everything."""
    chain = quote("".join(map(pem, (own, *between))), safe="-")
    return (
        f'By=spiffe://las/x;Hash={hashlib.sha256(own).hexdigest()};Cert="{quote(pem(own), safe="-")}";Chain="{chain}";'
        'Subject="CN=x\\"y,O=a;b=c,serialNumber=1";URI=;DNS=a.example;DNS=b.example'
    )


Write = Callable[..., str]
WRITE: dict[str, Write] = {
    "rfc9440": lambda own, *_: item(own),
    "der": lambda own, *_: bare(own),
    "pem": lambda own, *_: pem(own).replace("\n", " "),
    "escaped-pem": lambda own, *_: quote(pem(own), safe=""),
    "escaped-pem-chain": lambda *all_of_it: quote("".join(map(pem, all_of_it)), safe="+=/"),
    "traefik": lambda *all_of_it: ",".join(map(bare, all_of_it)),
    "xfcc": element,
}
"""Form -> writes the certificates of a sender as the proxies do."""
WITH_CHAIN = {"escaped-pem-chain", "traefik", "xfcc"}


@pytest.fixture(scope="module", params=[None, 3072, 4096], ids=["EC", "RSA 3072", "RSA 4096"])
def bits(request: pytest.FixtureRequest) -> int | None:
    found: int | None = request.param
    return found


def parties(pki: Pki, bits: int | None) -> tuple[Issued, Issued]:
    first, second = (
        pki.issue_leaf(f"vorm-{name}-{bits}", Leaf(oins=(oin,), key=rsa_key(bits) if bits else None))
        for name, oin in (("een", SUPPLIER_OIN), ("ander", OTHER_OIN))
    )
    return first, second


@pytest.fixture
def between(test_pki: Pki, tmp_path: Path) -> Path:
    file = tmp_path / "between.pem"
    file.write_text(pem(ders(test_pki.issue("tussen", oin=OTHER_OIN))[1]))
    return file


def test_each_form_is_tried() -> None:
    assert set(WRITE) == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_what_a_proxy_writes(ask: Ask, test_pki: Pki, between: Path, name: str, bits: int | None) -> None:
    whole = ders(parties(test_pki, bits)[0])
    reader = Proxy([HERE], anchors=test_pki.trust, format=name, intermediates=between)
    header = FORMS[name].header
    good = WRITE[name](*whole)
    assert ask(reader, [(header, good)]) == SUPPLIER_OIN
    assert ask(reader, [(header, f" {good}\t")]) == SUPPLIER_OIN
    assert ask(reader, [(header, WRITE[name](whole[0]))]) == SUPPLIER_OIN
    assert ask(reader, [("Client-Certificate", good)]) is None
    assert ask(Proxy([HERE], anchors=test_pki.trust, format=name, header="X-Anders"), [(header, good)]) is None
    without = Proxy([HERE], anchors=test_pki.trust, format=name)
    assert ask(without, [(header, good)]) == (SUPPLIER_OIN if name in WITH_CHAIN else None)


def test_other_ways_in_which_the_same_is_written(ask: Ask, test_pki: Pki) -> None:
    own, between = whole = ders(parties(test_pki, None)[0])
    chain = quote("".join(map(pem, whole)))
    for name, value in (
        ("traefik", ",".join(quote(bare(der), safe="") for der in whole)),  # Traefik 2
        ("traefik", quote(WRITE["traefik"](*whole), safe="")),
        ("escaped-pem-chain", chain),
        ("xfcc", f'Chain="{chain}"'),
        ("xfcc", f'cert="{quote(pem(own))}";CHAIN="{chain}"'),
        ("xfcc", f'Chain="{chain}";Hash={hashlib.sha256(own).hexdigest().upper()}'),
    ):
        assert ask(Proxy([HERE], anchors=test_pki.trust, format=name), [(FORMS[name].header, value)]) == SUPPLIER_OIN, value
    reader = Proxy([HERE], anchors=test_pki.trust)
    chain_header = ("Client-Cert-Chain", f"{item(between)}, {item(own)}")
    assert ask(reader, [("Client-Cert", item(own)), chain_header]) == SUPPLIER_OIN


def wrong(name: str, mine: list[bytes], theirs: list[bytes]) -> Iterator[str]:
    """What is nearly right in a form, or not at all."""
    write = WRITE[name]
    good, other = (write(*whole).partition(";Subject")[0].strip() for whole in (mine, theirs))
    yield from (
        "",
        " ",
        "-",
        "(null)",
        "None",
        "%",
        "%zz",
        "::",
        ",",
        ";",
        '"',
        "=",
        SUPPLIER_OIN,
        f"serialNumber={SUPPLIER_OIN}",
    )
    yield from (good[:-1] + "\x00", good[1:], good[: len(good) // 2], good[len(good) // 2 :], good[:-30], f'"{good}"')
    for between in (",", ", ", ";", " ", ""):
        yield from (f"{good}{between}{good}", f"{good}{between}{other}", f"{other}{between}{good}")
    own, *rest = mine
    for changed in (own[:-1], own + b"\0", own[:200] + bytes([own[200] ^ 1]) + own[201:], b"", b"x"):
        yield write(changed, *rest)
    if name in WITH_CHAIN:
        yield from (write(theirs[0], *mine), write(*mine, theirs[0]), write(*mine, own), write(own, theirs[0], *rest))
    yield quote(quote(quote(good, safe=""), safe=""), safe="")
    if "%" in good:
        yield from (quote(good, safe=""), good.replace("%", "%25", 1), good.replace("%", "% ", 1), good.replace("CERT", "X509"))
    if name != "traefik":
        yield from (good.replace("A", "%41"), quote(good, safe="")) if "%" not in good else ()


@pytest.mark.parametrize("name", FORMS)
def test_nearly_right_is_nobody(ask: Ask, test_pki: Pki, between: Path, name: str) -> None:
    first, second = parties(test_pki, None)
    reader = Proxy([HERE], anchors=test_pki.trust, format=name, intermediates=between)
    header = FORMS[name].header
    mine, theirs = ders(first), ders(second)
    assert ask(reader, [(header, WRITE[name](*mine))]) == SUPPLIER_OIN
    for value in wrong(name, mine, theirs):
        assert ask(reader, [(header, value)]) is None, value


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("other", FORMS)
def test_another_form(ask: Ask, test_pki: Pki, between: Path, name: str, other: str) -> None:
    whole = ders(parties(test_pki, None)[0])
    reader = Proxy([HERE], anchors=test_pki.trust, format=name, intermediates=between)
    found = ask(reader, [(FORMS[name].header, WRITE[other](*whole))])
    same = {("traefik", "der"), ("escaped-pem-chain", "escaped-pem")}  # a chain of one
    assert found == (SUPPLIER_OIN if name == other or (name, other) in same else None)


@pytest.mark.parametrize("name", FORMS)
def test_two_headers(ask: Ask, test_pki: Pki, between: Path, name: str) -> None:
    """Also under WSGI, where a server makes one header of two."""
    first, second = (ders(party) for party in parties(test_pki, None))
    reader = Proxy([HERE], anchors=test_pki.trust, format=name, intermediates=between)
    for one in (first, first[:1]):
        for two in (first, first[:1], second, second[:1], first[1:]):
            for headers in ([one, two], [two, one], [one, two, one]):
                values = [(FORMS[name].header, WRITE[name](*whole)) for whole in headers]
                found = {ask(reader, values), reader.of_scope(scope(values)), reader.of_environ(environ(values))}
                # An intermediate in a second header of Traefik is read by WSGI as it would be in the first.
                assert found <= {None, SUPPLIER_OIN} if (name, two) == ("traefik", first[1:]) else found == {None}


ELEMENTS: dict[str, Callable[[str, str], str]] = {
    "another proxy in front": lambda mine, theirs: f"Cert={theirs},Cert={mine}",
    "another proxy behind": lambda mine, theirs: f"Cert={mine},Cert={theirs}",
    "one without a certificate": lambda mine, _: f"By=x,Cert={mine}",
    "one behind it": lambda mine, _: f"Cert={mine},By=x",
    "an empty one": lambda mine, _: f"Cert={mine},",
    "an empty one in front": lambda mine, _: f",Cert={mine}",
    "two certificates": lambda mine, theirs: f"Cert={mine};Cert={theirs}",
    "the same twice": lambda mine, _: f"Cert={mine};cert={mine}",
    "a chain of another": lambda mine, theirs: f"Cert={mine};Chain={theirs}",
    "two chains": lambda mine, _: f"Chain={mine};Chain={mine}",
    "hash of another": lambda mine, _: f"Cert={mine};Hash={'0' * 64}",
    "no certificate": lambda *_: f'By=x;Hash={"0" * 64};Subject="serialNumber={SUPPLIER_OIN}"',
    "empty": lambda *_: "Cert=",
    "empty in quotes": lambda *_: 'Cert=""',
    "a quote that does not end": lambda mine, _: f"Cert={mine[:-1]}",
    "behind the quote": lambda mine, _: f"Cert={mine}x",
    "a semicolon at the end": lambda mine, _: f"Cert={mine};",
    "a space": lambda mine, _: f"Cert= {mine}",
    "a quote in quotes": lambda mine, theirs: f'Subject="\\";Cert={theirs};Cert={mine}',
    "not decoded once more": lambda mine, _: f"Cert={mine.replace('%', '%25')}",
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_elements_of_envoy(ask: Ask, test_pki: Pki, between: Path, name: str) -> None:
    mine, theirs = (f'"{quote(pem(ders(party)[0]))}"' for party in parties(test_pki, None))
    reader = Proxy([HERE], anchors=test_pki.trust, format="xfcc", intermediates=between)
    header = FORMS["xfcc"].header
    assert ask(reader, [(header, f"Cert={mine}")]) == SUPPLIER_OIN
    assert ask(reader, [(header, f'Subject="\\";Cert={theirs[1:-1]}";Cert={mine}')]) == SUPPLIER_OIN  # it stands in quotes
    assert ask(reader, [(header, ELEMENTS[name](mine, theirs))]) is None


def test_a_chain_in_a_header_is_never_trusted(ask: Ask, test_pki: Pki, tmp_path: Path) -> None:
    """Somebody who makes a root and everything below it, and sends all of that."""
    elsewhere = Pki(tmp_path / "elders")
    whole = [*ders(elsewhere.issue("vals", oin=SUPPLIER_OIN)), ssl.PEM_cert_to_DER_cert(elsewhere.trust.read_text())]
    for name in WITH_CHAIN:
        reader = Proxy([HERE], anchors=test_pki.trust, format=name)
        assert ask(reader, [(FORMS[name].header, WRITE[name](*whole))]) is None
    reader, chain = Proxy([HERE], anchors=test_pki.trust), ", ".join(map(item, whole[1:]))
    assert ask(reader, [("Client-Cert", item(whole[0])), ("Client-Cert-Chain", chain)]) is None
