"""The proxies themselves, with the configurations in examples/proxy; only paths and ports in those are changed."""

from __future__ import annotations

import socket
import ssl
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faults_support import rsa_key
from support.headers import ders
from support.processes import free_port, installed, nginx, running
from support.serving import ROOT, Served, serving

from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Issued, Leaf

EXAMPLES = ROOT / "examples" / "proxy"
FILES = {
    "nginx": ("nginx.conf",),
    "caddy": ("Caddyfile",),
    "haproxy": ("haproxy.cfg",),
    "apache2": ("apache.conf",),
    "traefik": ("traefik.yml", "traefik-dynamic.yml"),
    "envoy": ("envoy.yaml",),
}
"""Program -> its files; the first says what belongs in doorstroom.toml."""
_APACHE = ["mpm_event", "authz_core", "ssl", "headers", "proxy", "proxy_http"]


def settings_in(name: str) -> dict[str, Any]:
    """What the example of a proxy says that has to stand in doorstroom.toml."""
    lines = (EXAMPLES / FILES[name][0]).read_text().splitlines()
    indented = [line[2:].strip() for line in lines if line.startswith("#     ")]
    return dict(tomllib.loads("\n".join(indented))["serve"])


def _apache(folder: Path, file: Path) -> list[str]:
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in _APACHE)
    whole = folder / "whole.conf"
    whole.write_text(
        f"{modules}\nServerRoot {folder}\nServerName localhost\nPidFile {folder}/apache.pid\n"
        f"DefaultRuntimeDir {folder}\nMutex sem\nErrorLog {folder}/error.log\nInclude {file}\n"
    )
    return [installed("apache2"), "-f", str(whole), "-DFOREGROUND"]


COMMANDS: dict[str, Callable[[Path, Path], list[str]]] = {
    "nginx": lambda folder, file: nginx(folder, file.read_text()),
    "caddy": lambda _, file: [installed("caddy"), "run", "--adapter", "caddyfile", "--config", str(file)],
    "haproxy": lambda _, file: [installed("haproxy"), "-db", "-f", str(file)],
    "apache2": _apache,
    "traefik": lambda _, file: [installed("traefik"), f"--configFile={file}"],
    "envoy": lambda _, file: [
        installed("envoy"),
        "-c",
        str(file),
        "--use-dynamic-base-id",
        "-l",
        "warning",
        "--concurrency",
        "1",
    ],
}


def issued(keten: Keten, name: str) -> Issued:
    """What a party of the chain calls with."""
    pki = keten.directory / "pki"
    return Issued(pki / f"{name}.cert.pem", pki / f"{name}.key.pem", None)


def with_rsa(keten: Keten, name: str, bits: int) -> Issued:
    """A certificate as PKIoverheid issues them, with an RSA key, for a party of the chain."""
    return keten.servers.pki.clients.issue_leaf(
        f"{name}-{bits}", Leaf(oins=(keten.toetssystemen[name.upper()].oin,), key=rsa_key(bits) if bits else None)
    )


@contextmanager
def proxy(name: str, keten: Keten, folder: Path, backend: int, change: Sequence[tuple[str, str]] = ()) -> Iterator[int]:
    """Run a proxy with its example, and give its port; what the example says may be changed on purpose."""
    installed(name)
    port, las = free_port(), keten.server_certificate
    both = folder / "las.both.pem"
    both.write_bytes(Path(las.cert).read_bytes() + las.key_file.read_bytes())
    for file in FILES[name]:
        text = (EXAMPLES / file).read_text()
        for old, new in (
            *change,
            ("/etc/doorstroom/las.pem", str(las.cert)),
            ("/etc/doorstroom/las.key", str(las.key_file)),
            ("/etc/doorstroom/las.both.pem", str(both)),
            ("/etc/doorstroom/pkio-private-root.pem", str(keten.certificate.trust_files[0])),
            ("/etc/doorstroom/traefik-dynamic.yml", str(folder / "traefik-dynamic.yml")),
            ("127.0.0.1:8080", f"127.0.0.1:{backend}"),
            ("address: 127.0.0.1, port_value: 8080", f"address: 127.0.0.1, port_value: {backend}"),
            ("address: 0.0.0.0, port_value: 443", f"address: 127.0.0.1, port_value: {port}"),
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("\n:443 {", f"\nhttps://localhost:{port} {{\n\tbind 127.0.0.1"),
            ("bind :443", f"bind 127.0.0.1:{port}"),
            ("Listen 443", f"Listen 127.0.0.1:{port}"),
            ("<VirtualHost *:443>", f"<VirtualHost *:{port}>"),
            ('address: ":443"', f'address: "127.0.0.1:{port}"'),
        ):
            text = text.replace(old, new)
        assert "443" not in text.replace(str(port), "").replace(str(backend), "")
        (folder / file).write_text(text)
    with running(COMMANDS[name](folder, folder / FILES[name][0]), port, folder):
        _until_it_shows(port, keten)
        yield port


def _until_it_shows(port: int, keten: Keten) -> None:
    """Traefik listens before it has read which certificate to show."""
    context, until = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), time.monotonic() + 10
    context.load_verify_locations(keten.certificate.trust_files[0])
    las = issued(keten, "las")
    context.load_cert_chain(las.cert, las.key)
    while True:
        try:
            with (
                socket.create_connection(("127.0.0.1", port)) as plain,
                context.wrap_socket(plain, server_hostname="localhost"),
            ):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@contextmanager
def behind(
    name: str, keten: Keten, folder: Path, change: Sequence[tuple[str, str]] = (), **more: str
) -> Iterator[tuple[int, Served]]:
    """A proxy in front of a receiver with a store of its own: the port of the proxy, and the receiver."""
    installed(name)
    between = folder / "between.pem"
    between.write_text(ssl.DER_cert_to_PEM_cert(ders(issued(keten, "ice"))[1]))
    given = settings_in(name)
    assert (given.pop("host"), given.pop("port"), given.pop("proxy_trusted")) == ("127.0.0.1", 8080, ["127.0.0.1"])
    if "proxy_intermediates" in given:
        given["proxy_intermediates"] = str(between)
    settings = {f"serve_{key}": str(value) for key, value in (given | more).items()}
    store = {"store": str(folder / "s.db"), "serve_proxy_trusted": "127.0.0.1"}
    with (
        serving(keten.directory, folder / "log.jsonl", short=False, **store, **settings) as served,
        proxy(name, keten, folder, served.port, change) as port,
    ):
        assert "http://127.0.0.1" in served.said[-1]
        yield port, served
