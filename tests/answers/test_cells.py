"""Every cell of the table over real sockets, with both clients; and the same answers in disguise."""

from __future__ import annotations

import gzip
import json
import zlib
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from support import PDF, SCHOOL, SUPPLIER_OIN, in_time
from wire import conftest as both
from wire.spel import ADVIEZEN, Calls, Speler, certificate, leverancier

from doorstroom_client import Advies, Leerling
from doorstroom_client.errors import (
    AanleveringGesloten,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    OngeldigBericht,
    TlsError,
    UnexpectedResponse,
)
from doorstroom_client.exchange.decisions import ANSWERS, Situation, classify
from doorstroom_client.exchange.http import Operation, Response
from doorstroom_client.simulator import faults
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.store.records import State

from .cells import BODIES, CELLS, NGINX, Cell

speler = both.speler
TWO = [*ADVIEZEN, Advies(Leerling(las_key="sleutel-2"), "VWO")]


def _fault(cell: Cell) -> faults.Fault:
    body, kind = BODIES[cell.body]
    return faults.answer(cell.status, body, kind)


def _ends_in(speler: Speler, client: Any, name: str) -> Any:
    """The error of a call, or None."""
    try:
        value = Calls.do(speler, client, name)
    except DoorstroomError as error:
        assert "Jansen" not in str(error)
        assert len(error.attempts) == 1
        return error
    assert name != "leerlingrapport" or value is None
    return None


def test_the_code_says_the_same() -> None:
    assert set(ANSWERS) == {cell.status for cell in CELLS}
    for cell in CELLS:
        assert (ANSWERS[cell.status][cell.body] is not Situation.NOT_THEIRS) is cell.theirs, cell


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_cell(cell: Cell, test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    with faults.served(_fault(cell), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(
            certificate=certificate(test_pki), leveranciers=[leverancier(server.url)], store=tmp_path / "s.db"
        )
        for name in Calls.NAMES:
            error = _ends_in(speler, client, name)
            wanted = cell.of_report if name == "leerlingrapport" else cell.of_list
            assert type(error) is (wanted or type(None)), (name, repr(error))
            if not cell.theirs:
                assert not error.retryable
                assert "not in the words of the chain" in str(error)
                assert "base_url" in error.hint
        assert len(server.requests) == 3

        speler(client.outbox.add(SCHOOL, adviezen=TWO, leverancier="ICE"))
        (told,) = speler(client.outbox.deliver())
        assert told.state is cell.state
        assert told.reason != "" or cell.state is State.DELIVERED
        assert (len(server.requests) > 4) is cell.searched


def _page(text: str = "404 Not Found") -> bytes:
    return NGINX.format(text).encode()


PAGES: dict[str, tuple[bytes, str | None, dict[str, str]]] = {
    "as JSON": (_page(), "application/json", {}),
    "as a problem": (_page(), "application/problem+json", {}),
    "as text": (_page(), "text/plain", {}),
    "without a type": (_page(), None, {}),
    "capitals": (_page().upper(), "Application/JSON; charset=UTF-8", {}),
    "XHTML": (
        b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html/>',
        "application/json",
        {},
    ),
    "after a mark and comments": (b"\xef\xbb\xbf\r\n <!-- a --><!-- > b --> \n" + _page(), "application/json", {}),
    "a comment without end": (b"<!-- " + b"x" * 20_000, "application/json", {}),
    "a piece of a page": (b"<h1>Not Found</h1>", "application/json", {}),
    "only centered": (b"<center>Not Found</center>", "application/json", {}),
    "UTF-16": (_page().decode().encode("utf-16"), "application/json", {}),
    "UTF-16 without a mark": (_page().decode().encode("utf-16-be"), "application/json", {}),
    "UTF-32": (_page().decode().encode("utf-32"), "application/json", {}),
    "gzip": (gzip.compress(_page()), "application/json", {"Content-Encoding": "gzip"}),
    "gzip that is not told": (gzip.compress(_page()), "application/json", {}),
    "zlib": (zlib.compress(_page()), "application/json", {"Content-Encoding": "deflate"}),
    "deflate": (zlib.compress(_page())[2:-4], "application/json", {"Content-Encoding": "DEFLATE"}),
    "not gzip at all": (_page(), "application/json", {"Content-Encoding": "gzip"}),
    "packed in a way of its own": (b"\x0b\x02\x80", "text/html", {"Content-Encoding": "br"}),
    "larger than is read": (_page() + b" " * 200_000, "application/json", {}),
    "words that say that they are a page": (b"Not Found", "text/html", {}),
    "an error in XML": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "application/xml", {}),
    "an error of SOAP": (b"<soap:Fault><faultcode/></soap:Fault>", "text/xml", {}),
    "a problem in XML": (b'<problem xmlns="urn:ietf:rfc:7807"/>', "application/problem+xml", {}),
    "after a warning": (b"PHP Warning:  Undefined variable\n" + _page(), "application/json", {}),
    "after words of a proxy": (b"[Onderhoud] " + _page(), "text/html", {}),
    "a template": (b"{{title}} <!doctype html><p>Oeps", "text/html", {}),
    "in a text of JSON": (json.dumps(_page().decode()).encode(), "application/json", {}),
    "in a list of JSON": (json.dumps([_page().decode()]).encode(), "application/json", {}),
    "in an error of JSON": (json.dumps({"error": _page().decode()}).encode(), "application/json", {}),
    "a button": (b"<button>Akkoord</button>", "application/json", {}),
    "a form": (b"<fieldset><label>Wachtwoord</label></fieldset>", "application/json", {}),
    "an application": (b"<app-root></app-root>", "text/plain", {}),
    "a firewall": (b"", None, {"x-amzn-waf-action": "challenge"}),
}


@pytest.mark.parametrize("status", [202, 400, 403, 404, 405, 413, 422])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_disguise(name: str, status: int, test_pki: Pki, speler: Speler) -> None:
    body, kind, headers = PAGES[name]
    with faults.served(
        faults.answer(status, body, kind, headers=tuple(headers.items())), pki=test_pki, oin=SUPPLIER_OIN
    ) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(UnexpectedResponse) as caught:
            Calls.do(speler, client, "registreren-schooladviezen")
    assert "not in the words of the chain" in str(caught.value)
    assert len(server.requests) == 1


WORDS: dict[str, tuple[bytes, str | None, dict[str, str]]] = {
    "as a page": (b'{"melding": "leerling 1"}', "text/html; charset=utf-8", {}),
    "as text": (b'{"melding": "leerling 1"}', "text/plain", {}),
    "without a type": (b'{"melding": "leerling 1"}', None, {}),
    "about a page": (b'{"melding": "<!doctype html><html>"}', "application/json", {}),
    "with a mark": (b'\xef\xbb\xbf{"melding": "leerling 1"}', "application/json", {}),
    "UTF-16": ('{"melding": "leerling 1"}'.encode("utf-16"), "application/json", {}),
    "gzip": (gzip.compress(b'{"melding": "leerling 1"}'), "application/json", {"Content-Encoding": "gzip"}),
    "with more in it": (b'{"code": 7, "melding": "leerling 1"}', "application/json", {}),
    "in capitals": (b'{"Melding": "leerling 1"}', "application/json", {}),
    "a problem by its type": (b'{"detail": "leerling 1"}', "application/problem+json", {}),
    "a problem as plain JSON": (b'{"title": "Nee", "status": 404, "detail": "leerling 1"}', "application/json", {}),
}


@pytest.mark.parametrize("name", WORDS)
def test_words_of_the_chain_in_disguise(name: str, test_pki: Pki, speler: Speler) -> None:
    body, kind, headers = WORDS[name]
    with faults.served(
        faults.answer(404, body, kind, headers=tuple(headers.items())), pki=test_pki, oin=SUPPLIER_OIN
    ) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(LeerlingOnbekend) as caught:
            Calls.do(speler, client, "registreren-schooladviezen")
    assert name in ("about a page", "in capitals") or caught.value.melding == "leerling 1"


OTHERS: dict[str, tuple[bytes, str | None]] = {
    "a framework": (b'{"detail": "Not Found"}', "application/json"),
    "another framework": (b'{"timestamp": 1, "status": 404, "error": "Not Found", "path": "/dst"}', "application/json"),
    "a gateway": (b'{"message": "no Route matched with those values"}', "application/json"),
    "a gateway that says problem": (b'{"message": "Forbidden"}', "application/problem+json"),
    "Cloudflare, as a problem": (
        b'{"type": "about:blank", "title": "Error 1020", "status": 403, "detail": "Denied", "cloudflare_error": true}',
        "application/problem+json",
    ),
    "a list": (b'[{"melding": "x"}]', "application/json"),
    "a list as a page": (b"[]", "text/html"),
    "a text in JSON": (b'"melding"', "application/json"),
    "a number": (b"404", "application/json"),
    "broken JSON": (b'{"melding": ', "application/json"),
    "too deep": (b'{"melding":' * 300, "application/json"),
    "words": (b"default backend - 404", "text/plain"),
    "bytes": (bytes(range(128, 256)), "application/octet-stream"),
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422])
@pytest.mark.parametrize("name", OTHERS)
def test_words_of_others(name: str, status: int, test_pki: Pki, speler: Speler) -> None:
    with faults.served(faults.answer(status, *OTHERS[name]), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(UnexpectedResponse):
            Calls.do(speler, client, "registreren-schooladviezen")
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422])
@pytest.mark.parametrize("more", [{}, {"type": "about:blank", "instance": "/x"}, {"traceId": "00-1"}], ids=str)
def test_a_problem_that_says_no_more_than_its_status_is_as_none(more: dict[str, str], status: int) -> None:
    """Frameworks send it by themselves, whatever is the matter; nothing is parked for it that is not for silence."""
    bare = {"title": HTTPStatus(status).phrase, "status": status, **more}
    for operation in Operation:
        found = classify(Response(status, {}, json.dumps(bare).encode()), operation)
        assert found is classify(Response(status), operation)
        told = Response(status, {}, json.dumps({**bare, "detail": "leerling 1"}).encode())
        assert classify(told, operation) is classify(Response(status, {}, b'{"melding": "leerling 1"}'), operation)


RECEIPTS = {name: (body, kind, {}) for name, (body, kind) in OTHERS.items()} | {
    "nothing, as a page": (b"", "text/html", {}),
    "blanks, as a page": (b" \r\n", "text/html", {}),
    "an XML of their own": (b"<Ontvangstmelding><melding>ok</melding></Ontvangstmelding>", "application/xml", {}),
    "packed in a way of its own": (b"\x0b\x02\x80", "application/json", {"Content-Encoding": "br"}),
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_stays_a_receipt(name: str, test_pki: Pki, speler: Speler) -> None:
    body, kind, headers = RECEIPTS[name]
    with faults.served(
        faults.answer(202, body, kind, headers=tuple(headers.items())), pki=test_pki, oin=SUPPLIER_OIN
    ) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert Calls.do(speler, client, "registreren-schooladviezen").aantal == 1


def test_half_a_refusal_is_asked_for_again(test_pki: Pki, speler: Speler) -> None:
    """Whose it is, stands in the half that did not come."""
    half = faults.truncated_body(403, "application/json", b'{"melding": "gesloten"}')
    with faults.served([half, faults.answer(202)], pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert len(Calls.do(speler, client, "registreren").attempts) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_what_passes_by_itself_passes_whoever_says_so(status: int, test_pki: Pki, speler: Speler) -> None:
    page = faults.html_page(status, _page("The SSL certificate error"))
    with faults.served([page, faults.answer(202)], pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert len(Calls.do(speler, client, "registreren").attempts) == 2


def test_a_404_on_participants_points_at_the_address_first(test_pki: Pki, speler: Speler) -> None:
    with faults.served(faults.answer(404), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(LeerlingOnbekend) as caught:
            Calls.do(speler, client, "registreren")
    assert caught.value.hint.startswith("base_url is probably wrong")
    assert caught.value.uitleg == ""  # a school cannot repair that


# --- pages of servers that refuse the certificate of a client

_IIS = "<h2>403 - Forbidden</h2><fieldset><h3>HTTP Error 403.{0}</h3><p>{1}</p></fieldset>"
REFUSALS: dict[str, tuple[int, str, str]] = {
    "nginx, none": (400, NGINX.format("400 No required SSL certificate was sent"), "text/html"),
    "nginx, wrong": (400, NGINX.format("400 The SSL certificate error"), "text/html"),
    "nginx, as JSON": (400, NGINX.format("400 The SSL certificate error"), "application/json"),
    "nginx, its own statuses": (495, "", "text/plain"),
    "nginx, none, its own statuses": (496, NGINX.format("Oeps"), "text/html"),
    "nginx, another status": (403, NGINX.format("No required&nbsp;SSL\n certificate was sent"), "text/html"),
    "nginx, in plain words": (401, "The SSL certificate error", "text/plain"),
    "Azure Application Gateway": (
        400,
        NGINX.format("400 No required SSL certificate was sent").replace("nginx", "Microsoft-Azure-Application-Gateway/v2"),
        "text/html",
    ),
    "Azure App Service": (403, "<h1>403 Client Certificate Required</h1>", "text/html"),
    "Apache": (
        403,
        "<title>403 Forbidden</title><p>Reason: Cannot perform Post-Handshake Authentication.<br />",
        "text/html",
    ),
    "IIS, required": (403, _IIS.format("7 - Forbidden", "Client certificate required."), "text/html"),
    "IIS, revoked": (403, _IIS.format("13 - Forbidden", "Your client certificate was revoked."), "text/html"),
    "IIS, not trusted": (403, _IIS.format("16 - Forbidden", "Niet vertrouwd."), "text/html"),
    "IIS, ended": (403, "HTTP 403.17 - Forbidden", "text/plain"),
    "Kong": (401, '{"message": "No required TLS certificate was sent"}', "application/json"),
    "Kong, wrong": (401, '{"message": "TLS certificate failed verification"}', "application/json"),
    "a gateway": (403, '{"code": "CLIENT_CERT_INVALID"}', "application/json"),
    "a problem": (
        403,
        '{"title": "Forbidden", "status": 403, "detail": "Invalid client certificate"}',
        "application/problem+json",
    ),
    "HAProxy, as one writes it": (403, "<html><body><h1>403</h1>Client certificate expired.</body></html>", "text/html"),
    "in Dutch": (403, "Geen geldig clientcertificaat ontvangen", "text/plain"),
    "in UTF-16": (400, "<html>No required SSL certificate was sent", "utf-16"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_certificate(name: str, test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    status, text, kind = REFUSALS[name]
    body = text.encode("utf-16" if kind == "utf-16" else "utf-8")
    with faults.served(faults.answer(status, body, kind), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(
            certificate=certificate(test_pki), leveranciers=[leverancier(server.url)], store=tmp_path / "s.db"
        )
        for call in Calls.NAMES:
            error = _ends_in(speler, client, call)
            assert type(error) is TlsError, repr(error)
            assert (error.code, error.retryable, error.phase) == ("own_certificate", False, "unknown")
            assert f"refuses our client certificate (status {status})" in str(error)
        speler(client.outbox.add(SCHOOL, adviezen=TWO, leverancier="ICE"))
        (told,) = speler(client.outbox.deliver())
    assert (told.state, told.reason) == (State.HELD, "TlsError own_certificate")
    assert len(server.requests) == 4


REFUSALS.update(
    (text, (403, text, "text/plain"))
    for text in (
        *("Uw certificaat is verlopen", "PKIoverheid-certificaat ontbreekt", "Geen geldig certificaat aangeboden"),
        *(
            "Certificate has expired",
            "certificate verify failed",
            "Please present a valid certificate",
            "mutual-TLS is required",
        ),
        *("The certificate could not be verified", "Two-way SSL required", "peer did not return a certificate"),
    )
)

NO_REFUSALS: dict[str, tuple[int, str, str, type[DoorstroomError]]] = {
    "a gateway's own trouble": (403, "<html>The certificate of the upstream has expired", "text/html", UnexpectedResponse),
    "about a pupil": (
        422,
        '{"title": "Ongeldig", "status": 422, "detail": "leerling heeft geen certificaat"}',
        "application/problem+json",
        OngeldigBericht,
    ),
    "a text of the chain": (403, '{"melding": "uw <client> certificaat > verlopen"}', "application/json", AanleveringGesloten),
    "plain HTTP": (400, NGINX.format("400 The plain HTTP request was sent to HTTPS port"), "text/html", UnexpectedResponse),
    "plain HTTP, in Go": (400, "Client sent an HTTP request to an HTTPS server.", "text/plain", UnexpectedResponse),
    "their own certificate": (403, "<html>The server certificate is not trusted", "text/html", UnexpectedResponse),
    "a version": (403, "<html>nginx 1.403.7", "text/html", UnexpectedResponse),
    "another IIS": (403, _IIS.format("14 - Forbidden", "No listing."), "text/html", UnexpectedResponse),
    "a page that looks fine": (200, NGINX.format("No required SSL certificate was sent"), "text/html", UnexpectedResponse),
    "a mandate": (401, '{"melding": "OIN in client certificate is not mandated"}', "application/json", GeenMandaat),
    "a mandate as a problem": (
        401,
        '{"title": "Geen mandaat", "status": 401, "detail": "OIN in client certificate is not mandated"}',
        "application/json",
        GeenMandaat,
    ),
}


@pytest.mark.parametrize("name", NO_REFUSALS)
def test_what_is_about_something_else(name: str, test_pki: Pki, speler: Speler) -> None:
    status, text, kind, wanted = NO_REFUSALS[name]
    with faults.served(faults.answer(status, text.encode(), kind), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert type(_ends_in(speler, client, "registreren")) is wanted


@pytest.mark.parametrize("body", [b"<!-- -->" * 8000, b"<?x?>" * 12000, b"<" * 60_000, b"<" + b"a" * 60_000, b"<!-- --" * 9000,
                                  b"client" + b"_" * 60_000, b"your " + b"a " * 30_000, b"no " * 20_000])  # fmt: skip
def test_no_body_takes_long_to_judge(body: bytes) -> None:
    """Whoever stands there may send what they like."""
    response = Response(403, {"content-type": "text/plain"}, body)
    with in_time(0.1):
        assert classify(response, Operation.REGISTREREN) is Situation.NOT_THEIRS


@pytest.mark.parametrize("around", [b"<html><!-- ", b"<!doctype html>\n", b"\xef\xbb\xbf <HTML>"])
def test_a_page_around_a_report_is_no_report(around: bytes, test_pki: Pki, speler: Speler) -> None:
    page = faults.answer(200, around + PDF, "application/pdf")
    with faults.served(page, pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(UnexpectedResponse):
            Calls.do(speler, client, "leerlingrapport")
    assert len(server.requests) == 2
