"""Whose words the body of an answer holds: those of a party of the chain, or of whatever stands in front of it.

A proxy, gateway or firewall in front of a party speaks with the same status codes, and means something else. What they send
is told from an `Ontvangstmelding` and a problem document by its content; a content type is believed only where the content
does not decide, because pages come as JSON and JSON comes as a page.
"""

from __future__ import annotations

import html
import re
import zlib
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from doorstroom_client.basics.answer_head import is_packed
from doorstroom_client.basics.page_seen import is_page, start_as_text
from doorstroom_client.messages.codec import decode_answer
from doorstroom_client.transport.request import Response

_READ = 64 * 1024
"""Bytes of a compressed answer that are unpacked at most."""


class Body(StrEnum):
    """What the body of an answer is, as far as that tells whose word it is."""

    MELDING = "Ontvangstmelding"
    """An object with `melding`."""
    PROBLEM = "problem+json"
    """A problem document of RFC 9457, which the Dutch API Design Rules ask for (quirk Q26)."""
    JSON = "other JSON"
    """Such as the `error` or `message` of an API gateway or of a framework."""
    TEXT = "text"
    """Anything else, also what cannot be read."""
    EMPTY = "empty"
    """No body at all, or an object with nothing in it: `melding` may be left out. Also a problem document that says no more
    than the status."""
    PAGE = "HTML"
    """A page for people, whatever it says that it is; also an error in XML."""


_PAGE_TYPES = ("text/html", "application/xhtml+xml", "application/problem+xml")
_GATEWAYS = ("cloudflare_error", "ray_id")
"""What an error document of a gateway has, in the form of a problem document (those of Cloudflare)."""
_BARE = frozenset(("type", "title", "status", "instance", "traceId", "requestId", "timestamp", "path"))
"""What frameworks put in a problem document by themselves."""
_PHRASES = {status.value: status.phrase.lower() for status in HTTPStatus}
_CHALLENGE = "x-amzn-waf-action"
"""A firewall that asks for a browser says 202 or 405, often without a body, and marks that with this header."""

_OF_OTHERS = re.compile(
    r"\b(?:server|upstream|origin|backend|(?:web)?site|host)(?:['’]?s)? (?:ssl |tls )?certificate"
    r"|\bcertificate (?:of|from|for) (?:the |an? )?(?:server|upstream|origin|backend|(?:web)?site|host)\b"
)
_OUR_CERTIFICATE = re.compile(
    r"client[\s_-]{0,2}(?:side|ssl|tls)?[\s_-]{0,2}cert"  # IIS, Azure App Service, API gateways
    r"|(?<![\d.])403\.(?:7|12|13|16|17)(?![\d.]*\d)"  # IIS: required, not mapped, revoked, not trusted, not valid now
    r"|no required (?:ssl|tls) cert"  # nginx and what is made of it: Azure Application Gateway, OpenResty, Kong
    r"|\b(?:ssl|tls|mtls|peer|x\.?509) certificate "
    r"(?:error|failed|verif|required|missing|invalid|expired|revoked|is|was|has|not)"
    r"|\b(?:no|bad|missing|invalid|untrusted|unknown|unrecogni[sz]ed|expired|revoked|required) (?:\w+ )?certificate\b"
    r"|\bcertificate (?:is |was |has |could |can |must )?(?:not |be |been )*(?:required|missing|presented|provided|sent"
    r"|supplied|trusted|untrusted|expired|revoked|rejected|refused|denied|invalid|unknown|verif|validat|authenticat)"
    r"|\b(?:verify|verifying|validate|validating|present|return|send|provide|supply) (?:the |an? )(?:\w+ ){0,2}certificate\b"
    r"|\b(?:tls|ssl) client auth|ssl_client_verify|\b(?:two|2)-way (?:ssl|tls)\b"
    r"|\b(?:uw|jouw|geen|ongeldige?|verlopen|ingetrokken|onbekend) (?:\w+ ){0,2}?(?:\w+-)?certificaat\b"
    r"|certificaat (?:is |wordt |werd |was |kon )?(?:nog )?(?:niet )?(?:verlopen|ingetrokken|vereist|verplicht|ontbreekt"
    r"|ongeldig|onbekend|geweigerd|geldig|vertrouwd|meegestuurd|meegegeven|aangeboden|aanwezig|geaccepteerd|herkend|gevonden)\b"
    r"|\byour (?:\w+ ){0,3}certificate"
    r"|post[\s-]?handshake[\s-]?auth"  # Apache, of a client that does not offer it
    r"|\bmtls\b|\bmutual[\s-]tls\b"
)
"""What well-known servers write when they refuse the certificate of a client, or miss it."""


def body_of(response: Response) -> Body:
    """What the body of an answer is. Where it is not at hand, its head has to tell.

    That of a 204 is never read (quirk Q3), and that of a report goes elsewhere.
    """
    if is_challenge(response):
        return Body.PAGE
    page = response.media_type in _PAGE_TYPES
    body = readable(response)
    if not body.strip(b"\0\t\n\r "):
        unseen = response.cut is not None or (response.status in (200, 204) and _is_announced(response))
        return Body.PAGE if page and unseen else Body.EMPTY
    document = json_in(body)
    kind = Body.TEXT if document is _NOTHING else Body.JSON
    if isinstance(document, dict):
        kind = _object(document, response.media_type)
    elif isinstance(document, str):
        body = document.encode("utf-8", "replace")  # a page may come as a text of JSON
    if kind in (Body.TEXT, Body.JSON) and (
        is_page(body, anywhere=True) or (page and not start_as_text(body).lstrip().startswith(("{", "[")))
    ):
        return Body.PAGE
    return kind


def is_challenge(response: Response) -> bool:
    """Whether a firewall wants to know if a browser is calling."""
    return _CHALLENGE in response.headers


def _is_announced(response: Response) -> bool:
    return response.headers.get("content-length", "0").strip() != "0" or "transfer-encoding" in response.headers


def _object(document: dict[str, Any], media_type: str) -> Body:
    if not document:
        return Body.EMPTY
    if any(key.lower() == "melding" for key in document):
        return Body.MELDING
    kinds = {"title": str, "detail": str, "type": str, "status": int}
    found = {key for key, kind in kinds.items() if isinstance(document.get(key), kind)}
    said = (
        not found.isdisjoint(("title", "detail")) if media_type == "application/problem+json" else "title" in found != {"title"}
    )
    if not said or not document.keys().isdisjoint(_GATEWAYS):
        return Body.JSON
    return Body.EMPTY if _is_bare(document) else Body.PROBLEM


def _is_bare(document: dict[str, Any]) -> bool:
    """Whether a problem document says no more than its status does: frameworks answer so whatever is the matter."""
    title, status = document.get("title"), document.get("status")
    phrase = _PHRASES.get(status, "") if isinstance(status, int) else ""
    return _BARE.issuperset(document) and isinstance(title, str) and title.strip(" .").lower() == phrase


def refuses_our_certificate(response: Response) -> bool:
    """Whether something in front of a party says that it refuses our client certificate, or that there was none.

    A `melding` is not looked at, and neither is a problem document with another status than 400 and 403: they may say whose
    certificate has no mandate, or be about a pupil.
    """
    if response.status in (495, 496):  # of nginx: the certificate is wrong, or missing
        return True
    theirs = (Body.MELDING, Body.EMPTY, *([Body.PROBLEM] if response.status not in (400, 403) else []))
    if not 400 <= response.status < 500 or body_of(response) in theirs:
        return False
    words = html.unescape(re.sub(r"<[^<>]*>", " ", start_as_text(readable(response)))).lower()
    words = _OF_OTHERS.sub(" ", " ".join(words.split()))
    return _OUR_CERTIFICATE.search(words) is not None


def readable(response: Response) -> bytes:
    """The body, unpacked when it came compressed; what cannot be unpacked stays as it came."""
    body = response.body
    if not is_packed(response.headers.get("content-encoding", "")) and not body.startswith(b"\x1f\x8b"):
        return body
    for window in (47, -15):  # gzip or zlib by its head; deflate without one
        try:
            return zlib.decompressobj(window).decompress(body, _READ)
        except zlib.error:
            continue
    return body


_NOTHING = object()


def json_in(body: bytes) -> Any:
    """The document in a body, or a value that is no dict, list or text when it is no JSON."""
    try:
        return decode_answer(body)
    except (ValueError, RecursionError):
        return _NOTHING
