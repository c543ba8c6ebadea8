"""A chain listens elsewhere than on loopback, and goes by other names than localhost."""

from __future__ import annotations

import errno
import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509

from doorstroom_client import Adviezenlijst, Deelnemerslijst
from doorstroom_client.config.reader import load_settings
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of, faults
from doorstroom_client.simulator.place import HERE, Place

HERE_NAMES = ("localhost", "127.0.0.1", "::1")


def can_listen(address: str) -> bool:
    try:
        Place.of(address).bind(0).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("given", "listen", "url", "names"),
    [
        ((), "127.0.0.1", "https://localhost:7", ("localhost", "127.0.0.1", "::1")),
        (("0.0.0.0",), "0.0.0.0", "https://localhost:7", HERE_NAMES),
        (("::",), "::", "https://localhost:7", HERE_NAMES),
        (("127.0.0.2",), "127.0.0.2", "https://127.0.0.2:7", ("127.0.0.2", *HERE_NAMES)),
        (("::1",), "::1", "https://[::1]:7", ("::1", "localhost", "127.0.0.1")),
        (("[::1]",), "::1", "https://[::1]:7", ("::1", "localhost", "127.0.0.1")),
        (("192.0.2.7", "Toets.Example"), "192.0.2.7", "https://toets.example:7", ("toets.example", "192.0.2.7", *HERE_NAMES)),
        (
            ("0.0.0.0", "doorstroom_sim-1", ("las",)),
            "0.0.0.0",
            "https://doorstroom_sim-1:7",
            ("doorstroom_sim-1", "las", *HERE_NAMES),
        ),
        (("0.0.0.0", "[2001:DB8::1]"), "0.0.0.0", "https://[2001:db8::1]:7", ("2001:db8::1", *HERE_NAMES)),
        (("0.0.0.0", "localhost", ("127.0.0.1", "localhost")), "0.0.0.0", "https://localhost:7", HERE_NAMES),
    ],
    ids=str,
)
def test_an_address_and_its_names(given: tuple[str, ...], listen: str, url: str, names: tuple[str, ...]) -> None:
    place = Place.of(*given)  # type: ignore[arg-type]
    assert (place.listen, place.url(7), place.names) == (listen, url, names)
    assert place.url() == url.removesuffix(":7")


@pytest.mark.parametrize(("address", "only_here"), [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::", False)])
def test_who_can_come_there(address: str, only_here: bool) -> None:
    assert Place.of(address).is_loopback is only_here


@pytest.mark.parametrize(
    "listen", ["", "localhost", "toets.example", "127.0.0", "127.0.0.1:80", "fe80::1%eth0", "256.1.1.1", "*"]
)
def test_what_is_no_address_to_listen_on(listen: str) -> None:
    with pytest.raises(ValueError, match="is no IP address to listen on"):
        Place.of(listen)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "https://toets.example",
            "toets.example:8443",
            "toets.example/dst",
            "toets example",
            "toets..example",
            "toets.example.",
        ),
        *(
            "-toets.example",
            "toets-.example",
            "*.example",
            "tóéts.example",
            "x" * 64,
            f"{'x' * 63}." * 4,
            "0.0.0.0",
            "::",
            "[::]",
        ),
        *("1.2.3", "300.1.1.1", "fe80::1%eth0", "a@b", "toets.example\n", "[toets.example]"),
    ],
    ids=ascii,
)
def test_what_is_no_name_of_a_host(host: str) -> None:
    for named in ({"host": host}, {"other_hosts": (host,)}):
        with pytest.raises(ValueError, match="is no name of a host"):
            Keten(**named)  # type: ignore[arg-type]


@pytest.mark.parametrize("port", [0, 20399])
def test_an_address_of_another_machine(port: int, tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - looked at below
        Keten(tmp_path / "keten", listen="192.0.2.1", port=port)
    assert caught.value.errno == errno.EADDRNOTAVAIL
    assert not (tmp_path / "keten").exists()


def test_the_year_over_another_address(tmp_path: Path) -> None:
    """Everything that the LAS and the supplier get to see names it, and a certificate stands behind each name."""
    if not can_listen("127.0.0.2"):
        pytest.skip("this system has one loopback address")
    _play("127.0.0.2", "127.0.0.2", tmp_path)


def test_the_year_over_ipv6(tmp_path: Path) -> None:
    if not can_listen("::1"):
        pytest.skip("there is no IPv6 here")
    _play("::1", "[::1]", tmp_path)


def _play(listen: str, host: str, folder: Path) -> None:
    with Keten(folder / "keten", listen=listen, other_hosts=("las.example",)) as keten:
        settings = load_settings(keten.write_config(folder / "doorstroom.toml"))
        urls = [item.base_url for item in settings.leveranciers] + [keten.osr_settings.base_url]
        urls += [str(keten.osr.find_endpoint(school.routeringskenmerk)) for school in keten.scholen]
        assert {urlsplit(url).netloc.rpartition(":")[0] for url in urls} == {host}
        for url in urls:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=5)
        klas = keten.leerlingen(3)
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(klas)))
            client.send(Adviezenlijst(keten.school, adviezen_of(klas)))
            assert {item.status for item in keten.stuur_resultaten()} == {202}
            results = list(client.resultaten())
            assert {client.fetch_leerlingrapport(item).content[:5] for item in results} == {b"%PDF-"}
            with keten.failing("ICE", faults.answer(202)) as supplier:
                assert urlsplit(supplier.base_url).netloc.startswith(f"{host}:")
                client.send(Adviezenlijst(keten.school, adviezen_of(klas)), leverancier=supplier)
        leaf = x509.load_pem_x509_certificate(Path(keten.server_certificate.cert).read_bytes())
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert "las.example" in names.get_values_for_type(x509.DNSName)


def test_the_chain_itself_needs_no_name(tmp_path: Path) -> None:
    """Results come in though the name of the chain means nothing on this machine."""
    with Keten(tmp_path / "keten", listen="0.0.0.0", host="toets.invalid") as keten:
        keten.toetssystemen["ICE"].meld_aan(keten.school, keten.leerlingen(2), schooljaar=keten.schooljaar)
        assert {item.status for item in keten.stuur_resultaten()} == {202}
        keten.osr.register_endpoint(keten.school.routeringskenmerk, "https://las.invalid:8443")
        assert {item.reden for item in keten.stuur_resultaten()} == {"gaierror"}


def test_another_name_only_counts_when_it_is_in_the_certificate(tmp_path: Path) -> None:
    with Keten(tmp_path / "keten", host="toets.example") as keten:
        port = urlsplit(keten.leveranciers[0].base_url).port or 0
        context = ssl.create_default_context(cafile=str(keten.certificate.trust_files[0]))
        context.load_cert_chain(keten.certificate.cert, keten.certificate.key_file)
        for name, fits in (("toets.example", True), ("localhost", True), ("ander.example", False)):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
                if fits:
                    context.wrap_socket(plain, server_hostname=name).close()
                    continue
                with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
                    context.wrap_socket(plain, server_hostname=name)


def test_ports_are_looked_at_where_they_are_listened_on() -> None:
    if not can_listen("127.0.0.2"):
        pytest.skip("this system has one loopback address")
    with socket.create_server(("127.0.0.2", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Place.of("127.0.0.2").bind(port)
        HERE.bind(port).close()
