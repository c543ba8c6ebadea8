"""What is told of chains that are whole and not allowed, and of certificates that are sent along for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import SUPPLIER_OIN
from support.processes import free_port, nginx, running
from support.ssl_maker import Authority, needs_openssl, s_server, together
from support.verbinding import Look, told, wrong
from support.wire import Scripted, certificate

from doorstroom_client import ClientCertificate, Staat
from doorstroom_client.simulator.https import Answer
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport import host_names

CA = "basicConstraints=critical,CA:TRUE"
SIGNS = "keyUsage=critical,keyCertSign"


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "root", "Bedachte Root")


@pytest.fixture
def check(tmp_path: Path, root: Authority, test_pki: Pki, look: Look) -> Any:
    """Check a server with a certificate of this issuer that sends these along; its findings."""

    def check(issuer: Authority, *along: Path, leaf: tuple[str, ...] = (), args: tuple[str, ...] = ("-tls1_2",)) -> Any:
        issued, ours = issuer.leaf("toets", "serverAuth", extra=leaf), certificate(test_pki)
        ours = ClientCertificate(ours.cert, ours.key, [test_pki.trust, root.cert])
        sends = "-cert", issued.cert, "-key", issued.key, "-cert_chain", together(tmp_path / "along.pem", *along)
        with s_server(tmp_path, *sends, *args) as url:
            return look(url, certificate=ours, seconds=2)

    return check


@needs_openssl
@pytest.mark.parametrize(
    ("issuer", "leaf", "words"),
    [
        (("basicConstraints=CA:FALSE",), (), "invalid CA certificate"),
        ((CA, SIGNS, "nameConstraints=critical,permitted;DNS:example.nl"), (), "permitted subtree violation"),
        ((CA, SIGNS), ("1.2.3.4=critical,ASN1:UTF8String:x",), "unhandled critical extension"),
    ],
)
def test_a_whole_chain_in_which_something_is_not_allowed(
    issuer: tuple[str, ...], leaf: tuple[str, ...], words: str, root: Authority, check: Any, tmp_path: Path
) -> None:
    made = Authority(tmp_path / "issuer", "Bedachte Uitgever", root)
    made.cert = root.sign(made.key, tmp_path / "issuer.pem", f"/CN={made.name}", issuer)
    found = check(made, made.cert, leaf=leaf)
    assert wrong(found) == {"chain": "not_accepted"}
    assert f'OpenSSL, "{words}"' in told(found, "chain")


@needs_openssl
@pytest.mark.parametrize(("days", "code", "name"), [((-9, -1), "expired", "Verlopen"), ((3, 99), "not_yet_valid", "Komend")])
def test_the_date_of_a_certificate_on_the_way_up_is_told(
    days: tuple[int, int], code: str, name: str, root: Authority, check: Any, tmp_path: Path
) -> None:
    """And not the one of an old root that a server still sends along."""
    old = Authority(tmp_path / "old", "Oude Root", days=(-99, -5))
    issuer = Authority(tmp_path / "issuer", name, root, days=days)
    found = check(issuer, old.cert, issuer.cert)
    assert wrong(found) == {"their end date": code}
    assert f'"{name}"' in told(found, "their end date")


@needs_openssl
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_what_is_sent_in_another_order_or_for_nothing_does_no_harm(
    version: str, root: Authority, check: Any, tmp_path: Path
) -> None:
    old = Authority(tmp_path / "old", "Oude Root", days=(-99, -5))
    issuer = Authority(tmp_path / "issuer", "Bedachte Uitgever", root)
    found = check(issuer, root.cert, old.cert, issuer.cert, args=(version,))
    assert found.bevinding("chain").code == "complete"


@needs_openssl
@pytest.mark.parametrize(
    ("ends", "newer", "staat", "days"),
    [(-1, None, Staat.WRONG, -2), (10, None, Staat.ATTENTION, 9), (400, None, Staat.OK, 299), (-1, 90, Staat.OK, 89)],
)
def test_an_intermediate_of_ours_that_ends_before_our_certificate(
    ends: int, newer: int | None, staat: Staat, days: int, root: Authority, test_pki: Pki, look: Look, tmp_path: Path
) -> None:
    issuer = Authority(tmp_path / "issuer", "Onze Uitgever", root, days=(-9, ends))
    leaf, above = issuer.leaf("las", "clientAuth"), [issuer.cert]
    if newer is not None:
        above.append(issuer.certify(root, tmp_path / "newer.pem", (-9, newer)))
    ours = together(tmp_path / "las.pem", leaf.cert, *above, root.cert)
    with Scripted(test_pki, test_pki.issue("toets", oin=SUPPLIER_OIN), lambda _: Answer(404)) as server:
        found = look(server.url, certificate=ClientCertificate(ours, leaf.key, [test_pki.trust, root.cert]))
    item = found.bevinding("our end date")
    assert item is not None
    assert (item.staat, item.dagen) == (staat, days)
    assert ('"Onze Uitgever"' in item.tekst) is (days < 299)


NGINX = """
server {{
  listen 127.0.0.1:{port} ssl;
  ssl_certificate {front.cert};
  ssl_certificate_key {front.key};
  {asks}
  location / {{ {answer} }}
}}
"""
ANY = "ssl_verify_client optional_no_ca; ssl_client_certificate {other};"


@pytest.mark.parametrize(
    ("asks", "answer", "code"),
    [
        ("", "return 400;", "not_asked"),  # a page with 400 is about our certificate only when it was shown
        ("", "return 403;", "not_asked"),
        (ANY, "if ($ssl_client_verify != SUCCESS) {{ return 403; }} return 404;", "unproven"),
        (ANY, "return 404;", "accepted"),
        (ANY.replace("optional_no_ca", "optional"), "return 404;", "refused_in_http"),
    ],
)
def test_a_status_is_about_our_certificate_when_it_was_shown(
    asks: str, answer: str, code: str, test_pki: Pki, look: Look, tmp_path: Path
) -> None:
    port, front, other = free_port(), test_pki.issue("voorkant", oin=SUPPLIER_OIN), Pki(tmp_path / "elders").trust
    server = NGINX.format(port=port, front=front, asks=asks.format(other=other), answer=answer.format())
    with running(nginx(tmp_path, server), port, tmp_path):
        found = look(f"https://localhost:{port}")
    assert found.bevinding("own certificate").code == code  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("T\N{LATIN SMALL LETTER E WITH ACUTE}ST.example", "xn--tst-bma.example"),
        (f"toets.{'a' * 60}", f"toets.{'a' * 60}"),  # the port does not make a label too long
        ("b" * 63, "b" * 63),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_the_host_goes_out_as_it_is_known(
    host: str, named: str, test_pki: Pki, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_names, "_look_up", lambda *_: ["127.0.0.1"])
    issued = test_pki.issue("toets", oin=SUPPLIER_OIN, hosts=(named,))
    with Scripted(test_pki, issued, lambda _: Answer(404)) as server:
        port = server.url.rpartition(":")[2]
        found = look(f"https://{host}:{port}/dst")
        (request,) = server.received
    assert found.staat is Staat.OK
    assert dict(request.headers)["Host"] == f"{named}:{port}"
