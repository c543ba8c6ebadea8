"""T7 with the proxies themselves: the configurations in examples/proxy, in front of ``doorstroom serve``."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from support.headers import ders, item
from support.serving import Serve, Served, Supplier, answer, status_of

from doorstroom_client.simulator import Keten

from .proxies import EXAMPLES, FILES, behind, issued, with_rsa

ICE, DIA = "00000003990000110000", "00000003990000120000"


@pytest.fixture(params=FILES)
def there(request: pytest.FixtureRequest, chain: Keten, tmp_path: Path) -> Iterator[tuple[str, int, Served]]:
    """A proxy, its port, and the receiver behind it."""
    with behind(request.param, chain, tmp_path) as (port, served):
        yield request.param, port, served


def claims(keten: Keten) -> list[list[str]]:
    """What somebody can put in a request who wants to pass for the mandated supplier."""
    own, between = ders(issued(keten, "ice"))
    pem = ssl.DER_cert_to_PEM_cert(own)
    rfc, bare, folded, nginx = item(own), item(own)[1:-1], pem.replace("\n", " "), quote(pem, safe="")
    return [
        [f"Client-Cert: {rfc}", f"Client-Cert-Chain: {item(between)}"],
        [f"Client-Cert: {rfc}", f"Client-Cert: {rfc}"],
        [f"client_cert: {rfc}"],
        [f"Client_Cert: {rfc}", f"Client_Cert_Chain: {item(between)}"],
        [f"X-SSL-Client-Cert: {nginx}"],
        [f"x-ssl-client-cert: {nginx}", f"X_SSL_Client_Cert: {nginx}"],
        [f"X-Forwarded-Client-Cert: Cert={nginx}"],
        [f'x-forwarded-client-cert: By=x;Cert="{nginx}";Chain="{nginx}"'],
        [f"X-Forwarded-Tls-Client-Cert: {bare}", f"X_Forwarded_Tls_Client_Cert: {bare}"],
        [f"X-SSL-Client-Cert: {bare}"],
        [f"X-SSL-Client-Cert: {folded}", f"x_ssl_client_cert: {folded}"],
        ["X-SSL-Client-Verify: SUCCESS", "X-SSL-Client-S-DN: serialNumber=00000003990000110000"],
        ["X-Forwarded-For: 127.0.0.1", f"Client-Cert: {rfc}"],
    ]


def test_behind_a_proxy(there: tuple[str, int, Served], chain: Keten, supplier: Supplier) -> None:
    name, port, served = there
    other = Supplier(chain, "dia")
    assert supplier.post(port) == 202
    assert other.post(port) == 401
    for bits in (3072, 4096):  # the body fills the buffer that a header is added to
        rsa = Supplier(chain, issued=with_rsa(chain, "ice", bits))
        for size in (1024, 13_000, 14_848, 16_384, 20_000, 100_000, 1024 * 1024):
            rsa.body = supplier.body.ljust(size)
            assert rsa.post(port) == 202, (name, bits, size)
    for claim in claims(chain):
        assert other.post(port, *claim) == 401, (name, claim)
        assert supplier.post(port, *claim) == 202, (name, claim)
    refused = [event for event in served.events() if event["result"] == "not let in"]
    assert {(event["actor"], event["reason"]) for event in refused} == {(DIA, "not mandated")}
    actors = {event["actor"] for event in served.events() if event["action"] == "leerlingresultaat"}
    assert actors == {ICE, DIA}  # nobody came in without a certificate of their own

    anonymous = Supplier(chain)
    anonymous.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anonymous.context.load_verify_locations(chain.certificate.trust_files[0])
    for claim in claims(chain):
        with suppress(OSError):  # refused by TLS, or in words of the proxy
            assert anonymous.post(port, *claim) in (0, 400)

    # Past the proxy, from an address that is not trusted.
    for claim in claims(chain):
        with socket.create_connection(("127.0.0.1", served.port), source_address=("127.0.0.2", 0)) as plain:
            plain.sendall(supplier.head(*claim) + supplier.body)
            assert status_of(answer(plain)) == 401


def test_haproxy_without_colons(chain: Keten, tmp_path: Path) -> None:
    bare = ("    # http-request set-header X-SSL", "    http-request set-header X-SSL")
    with behind("haproxy", chain, tmp_path, [bare], proxy_format="der") as (port, _):
        rsa, other = Supplier(chain, issued=with_rsa(chain, "ice", 4096)), Supplier(chain, "dia")
        rsa.body = rsa.body.ljust(16_384)
        assert rsa.post(port) == 202
        assert other.post(port, f"X-SSL-Client-Cert: {item(ders(issued(chain, 'ice'))[0])[1:-1]}") == 401


def test_a_direct_connection_is_not_affected(serve: Serve, chain: Keten, supplier: Supplier, tmp_path: Path) -> None:
    served = serve(store=str(tmp_path / "s.db"))
    other = Supplier(chain, "dia")
    for claim in claims(chain):
        assert other.post(served.port, *claim) == 401
        assert supplier.post(served.port, *claim) == 202


def test_there_is_an_example_for_each() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir()) == sorted(file for files in FILES.values() for file in files)
