"""Bodies as servers, proxies and frameworks send them, by what they are: words of the chain, of somebody else, or a page."""

from __future__ import annotations

import gzip
import json
import zlib

from doorstroom_client.errors import AanleveringGesloten, GeenMandaat, OngeldigBericht, UnexpectedResponse

from .answer_table import NGINX, Kind


def page(text: str = "404 Not Found") -> bytes:
    return NGINX.format(text).encode()


PAGES: dict[str, tuple[bytes, str | None, dict[str, str]]] = {
    "as JSON": (page(), "application/json", {}),
    "as a problem": (page(), "application/problem+json", {}),
    "as text": (page(), "text/plain", {}),
    "without a type": (page(), None, {}),
    "capitals": (page().upper(), "Application/JSON; charset=UTF-8", {}),
    "XHTML": (
        b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html/>',
        "application/json",
        {},
    ),
    "after a mark and comments": (b"\xef\xbb\xbf\r\n <!-- a --><!-- > b --> \n" + page(), "application/json", {}),
    "a comment without end": (b"<!-- " + b"x" * 20_000, "application/json", {}),
    "a piece of a page": (b"<h1>Not Found</h1>", "application/json", {}),
    "a piece after a mark": (b"\xef\xbb\xbf<h1>Not Found</h1>", "application/json", {}),
    "only centered": (b"<center>Not Found</center>", "application/json", {}),
    "UTF-16": (page().decode().encode("utf-16"), "application/json", {}),
    "UTF-16 without a mark": (page().decode().encode("utf-16-be"), "application/json", {}),
    "UTF-32": (page().decode().encode("utf-32"), "application/json", {}),
    "gzip": (gzip.compress(page()), "application/json", {"Content-Encoding": "gzip"}),
    "gzip that is not told": (gzip.compress(page()), "application/json", {}),
    "zlib": (zlib.compress(page()), "application/json", {"Content-Encoding": "deflate"}),
    "deflate": (zlib.compress(page())[2:-4], "application/json", {"Content-Encoding": "DEFLATE"}),
    "not gzip at all": (page(), "application/json", {"Content-Encoding": "gzip"}),
    "packed in a way of its own": (b"\x0b\x02\x80", "text/html", {"Content-Encoding": "br"}),
    "larger than is read": (page() + b" " * 200_000, "application/json", {}),
    "words that say that they are a page": (b"Not Found", "text/html", {}),
    "an error in XML": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "application/xml", {}),
    "an error of SOAP": (b"<soap:Fault><faultcode/></soap:Fault>", "text/xml", {}),
    "a problem in XML": (b'<problem xmlns="urn:ietf:rfc:7807"/>', "application/problem+xml", {}),
    "after a warning": (b"PHP Warning:  Undefined variable\n" + page(), "application/json", {}),
    "after words of a proxy": (b"[Onderhoud] " + page(), "text/html", {}),
    "a template": (b"{{title}} <!doctype html><p>Oeps", "text/html", {}),
    "in a text of JSON": (json.dumps(page().decode()).encode(), "application/json", {}),
    "in a text of JSON that is no Unicode": (b'"\\ud800 <html>"', "application/json", {}),
    "in a list of JSON": (json.dumps([page().decode()]).encode(), "application/json", {}),
    "in an error of JSON": (json.dumps({"error": page().decode()}).encode(), "application/json", {}),
    "a button": (b"<button>Akkoord</button>", "application/json", {}),
    "a form": (b"<fieldset><label>Wachtwoord</label></fieldset>", "application/json", {}),
    "an application": (b"<app-root></app-root>", "text/plain", {}),
    "a firewall": (b"", None, {"x-amzn-waf-action": "challenge"}),
}
"""Pages for people, whatever they say that they are: body, content type and more headers."""

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
    "a problem with a title only": (b'{"title": "leerling 1"}', "application/problem+json", {}),
    "a problem that says which": (b'{"type": "/fouten/9", "title": "leerling 1"}', "application/json", {}),
    "a problem as plain JSON": (b'{"title": "Nee", "status": 404, "detail": "leerling 1"}', "application/json", {}),
}
"""Refusals in the words of the chain."""

OTHERS: dict[str, tuple[bytes, str | None]] = {
    "a framework": (b'{"detail": "Not Found"}', "application/json"),
    "another framework": (b'{"timestamp": 1, "status": 404, "error": "Not Found", "path": "/dst"}', "application/json"),
    "a gateway": (b'{"message": "no Route matched with those values"}', "application/json"),
    "a gateway that says problem": (b'{"message": "Forbidden"}', "application/problem+json"),
    "Cloudflare, as a problem": (
        b'{"type": "about:blank", "title": "Error 1020", "status": 403, "detail": "Denied", "cloudflare_error": true}',
        "application/problem+json",
    ),
    "a document that says that it is a page": (b' {"error": "Not Found"}', "text/html"),
    "a title and nothing else": (b'{"title": "Not Found"}', "application/json"),
    "a list": (b'[{"melding": "x"}]', "application/json"),
    "a list as a page": (b"[]", "text/html"),
    "a text in JSON": (b'"melding"', "application/json"),
    "a number": (b"404", "application/json"),
    "broken JSON": (b'{"melding": ', "application/json"),
    "too deep": (b'{"melding":' * 300, "application/json"),
    "words": (b"default backend - 404", "text/plain"),
    "bytes": (bytes(range(128, 256)), "application/octet-stream"),
}
"""JSON and texts that are no words of the chain."""

RECEIPTS = {name: (body, kind, {}) for name, (body, kind) in OTHERS.items()} | {
    "nothing, as a page": (b"", "text/html", {}),
    "blanks, as a page": (b" \r\n", "text/html", {}),
    "an XML of their own": (b"<Ontvangstmelding><melding>ok</melding></Ontvangstmelding>", "application/xml", {}),
    "packed in a way of its own": (b"\x0b\x02\x80", "application/json", {"Content-Encoding": "br"}),
}
"""What may come with a 202 that stays one."""

# --- pages of servers that refuse the certificate of a client

_IIS = "<h2>403 - Forbidden</h2><fieldset><h3>HTTP Error 403.{0}</h3><p>{1}</p></fieldset>"
REFUSALS: dict[str, tuple[int, str, str]] = {
    "nginx, none": (400, NGINX.format("400 No required SSL certificate was sent"), "text/html"),
    "nginx, wrong": (400, NGINX.format("400 The SSL certificate error"), "text/html"),
    "nginx, as JSON": (400, NGINX.format("400 The SSL certificate error"), "application/json"),
    "nginx, its own statuses": (495, "", "text/plain"),
    "nginx, none, its own statuses": (496, NGINX.format("Oeps"), "text/html"),
    "nginx, another status": (403, NGINX.format("No required&nbsp;SSL\n certificate was sent"), "text/html"),
    "nginx, in bold": (400, "<p>No <b>required</b> SSL cert", "text/html"),
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

NO_REFUSALS: dict[str, tuple[int, str, str, Kind]] = {
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
