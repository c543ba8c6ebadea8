"""T7 with the proxies themselves: the configurations in examples/proxy, in front of ``doorstroom serve``."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from programs import free_port, installed, nginx, running

from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Issued

from .conftest import ROOT, Serve, Served, Supplier, answer, serving, status_of
from .test_proxy import ders, item

EXAMPLES = ROOT / "examples" / "proxy"
FORMS = {
    "nginx": {"serve_proxy_header": "X-SSL-Client-Cert", "serve_proxy_format": "escaped-pem"},
    "caddy": {},
    "haproxy": {},
}


def issued(keten: Keten, name: str) -> Issued:
    """The certificate of a party of the chain."""
    pki = keten.directory / "pki"
    return Issued(pki / f"{name}.cert.pem", pki / f"{name}.key.pem", None)


@contextmanager
def proxy(name: str, keten: Keten, folder: Path, backend: int) -> Iterator[int]:
    """Run a proxy with the example, and give its port; only paths and ports are changed."""
    program, port, las = installed(name), free_port(), issued(keten, "las")
    both = folder / "las.both.pem"
    both.write_bytes(las.cert.read_bytes() + las.key.read_bytes())
    (file,) = (path for path in EXAMPLES.iterdir() if path.name.lower().startswith(name))
    text = file.read_text()
    for old, new in (
        ("/etc/doorstroom/las.pem", str(las.cert)),
        ("/etc/doorstroom/las.key", str(las.key)),
        ("/etc/doorstroom/las.both.pem", str(both)),
        ("/etc/doorstroom/pkio-private-root.pem", str(keten.certificate.trust_files[0])),
        ("127.0.0.1:8080", f"127.0.0.1:{backend}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("\n:443 {", f"\nhttps://localhost:{port} {{\n\tbind 127.0.0.1"),
        ("bind :443", f"bind 127.0.0.1:{port}"),
    ):
        text = text.replace(old, new)
    assert "443" not in text.replace(str(port), "").replace(str(backend), "")
    settings = folder / file.name
    settings.write_text(text)
    command = {
        "nginx": lambda: nginx(folder, text),
        "caddy": lambda: [program, "run", "--adapter", "caddyfile", "--config", str(settings)],
        "haproxy": lambda: [program, "-db", "-f", str(settings)],
    }[name]
    with running(command(), port, folder):
        yield port


@pytest.fixture(params=FORMS)
def behind(request: pytest.FixtureRequest, chain: Keten, tmp_path: Path) -> Iterator[tuple[str, int, Served]]:
    """A proxy, its port, and the receiver behind it."""
    name = request.param
    installed(name)
    between = tmp_path / "between.pem"
    between.write_text(ssl.DER_cert_to_PEM_cert(ders(issued(chain, "ice"))[1]))
    settings = {
        "serve_proxy_trusted": "127.0.0.1",
        "serve_proxy_intermediates": str(between),
        "store": str(tmp_path / "s.db"),
        **FORMS[name],
    }
    with (
        serving(chain.directory, tmp_path / "log.jsonl", short=False, **settings) as served,
        proxy(name, chain, tmp_path, served.port) as port,
    ):
        assert "http://127.0.0.1" in served.said[-1]
        yield name, port, served


def claims(keten: Keten) -> list[list[str]]:
    """What somebody can put in a request who wants to pass for the mandated supplier."""
    own, between = ders(issued(keten, "ice"))
    rfc, nginx = item(own), quote(ssl.DER_cert_to_PEM_cert(own), safe="")
    return [
        [f"Client-Cert: {rfc}", f"Client-Cert-Chain: {item(between)}"],
        [f"Client-Cert: {rfc}", f"Client-Cert: {rfc}"],
        [f"client_cert: {rfc}"],
        [f"Client_Cert: {rfc}", f"Client_Cert_Chain: {item(between)}"],
        [f"X-SSL-Client-Cert: {nginx}"],
        [f"x-ssl-client-cert: {nginx}", f"X_SSL_Client_Cert: {nginx}"],
        [f"X-Forwarded-Client-Cert: Cert={nginx}"],
        ["X-SSL-Client-Verify: SUCCESS", "X-SSL-Client-S-DN: serialNumber=00000003990000110000"],
        ["X-Forwarded-For: 127.0.0.1", f"Client-Cert: {rfc}"],
    ]


def test_behind_a_proxy(behind: tuple[str, int, Served], chain: Keten, supplier: Supplier) -> None:
    name, port, served = behind
    other = Supplier(chain, "dia")
    assert supplier.post(port) == 202
    assert other.post(port) == 401
    for claim in claims(chain):
        assert other.post(port, *claim) == 401, (name, claim)
        assert supplier.post(port, *claim) == 202, (name, claim)
    actors = {event["actor"] for event in served.events() if event["action"] == "leerlingresultaat"}
    assert actors == {"00000003990000110000", "00000003990000120000"}  # nobody came in without a certificate of their own

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


def test_a_direct_connection_is_not_affected(serve: Serve, chain: Keten, supplier: Supplier, tmp_path: Path) -> None:
    served = serve(store=str(tmp_path / "s.db"))
    other = Supplier(chain, "dia")
    for claim in claims(chain):
        assert other.post(served.port, *claim) == 401
        assert supplier.post(served.port, *claim) == 202


def test_there_is_an_example_for_each() -> None:
    assert sorted(path.name for path in EXAMPLES.iterdir()) == ["Caddyfile", "haproxy.cfg", "nginx.conf"]
