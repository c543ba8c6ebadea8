"""The receiver as an OpenAPI document: what it demands, and every answer that it gives.

The published definition says what a message should look like. This document says what a message must have to be accepted
here, which is much less: a pupil, and a list of results. A supplier or a gateway can be configured from it.
"""

from __future__ import annotations

from typing import Any

from doorstroom_client.messages.identifiers import Oin, Routeringskenmerk
from doorstroom_client.messages.vocabulary import Identiteitsoort
from doorstroom_client.receiving.judge import MELDINGEN, PATH

_WHEN = {
    202: "The message is on disk. Says nothing about the pupil in it. The same bytes again are 202 again.",
    400: "No strict JSON (UTF-8, no key twice), or `edu-to` and `edu-from` not exactly once each.",
    401: "The sender has no mandate for the school, shows no certificate with one OIN, or `edu-from` is another school.",
    404: "Another path, or another method than POST: 405 has a meaning of its own in this chain.",
    405: "`edu-to` is not an administration that is served here. Not about methods: there is no `Allow` header.",
    408: "The body did not come in time.",
    413: "The body is larger than 1 MiB.",
    415: "Another content type than `application/json`, or a content encoding.",
    422: "JSON that names no pupil, has no results, holds a citizen service number, or a name with a control character.",
    431: "The headers are too large, or too many.",
    503: "The message cannot be judged or kept now. Send the same bytes again after `Retry-After` seconds.",
}
"""Status -> when it is given. The text of the answer itself is fixed, and in Dutch."""

_ANSWER_HEADERS = {
    "Cache-Control": {"required": True, "schema": {"const": "no-store"}},
    "X-Content-Type-Options": {"required": True, "schema": {"const": "nosniff"}},
}
_LATER = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}

# A label may have capitals and spaces of its own, and any other entry, field or value may stand beside what is needed.
_LABELS = "|".join(
    "".join(f"[{letter.upper()}{letter.lower()}]" if letter.isalpha() else letter for letter in kind)
    for kind in Identiteitsoort
)


def openapi_document() -> dict[str, Any]:
    """Describe the receiver as an OpenAPI 3.1 document; a new one at every call, ready for `json.dumps`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Doorstroomtoetsketen: ontvangst van leerlingresultaten",
            "summary": "What the receiving half of doorstroom_client demands, and every answer that it gives.",
            "version": "1",
        },
        "paths": {PATH: {"post": _operation()}},
        "components": {"schemas": _schemas()},
    }


def _operation() -> dict[str, Any]:
    return {
        "operationId": "postLeerlingresultaat",
        "summary": "Overdragen leerlingresultaat",
        "description": (
            "The current, complete results of one pupil. The connection must be mutual TLS: who sends is read from the client "
            "certificate only. More than 20 query parameters are too many."
        ),
        "parameters": [
            _parameter("edu-to", Routeringskenmerk.pattern.pattern, "Routeringskenmerk of the administration."),
            _parameter("edu-from", Oin.pattern.pattern, "School OIN on whose behalf the message is sent."),
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Leerlingresultaat")}}},
        "responses": {str(status): _response(status) for status in sorted(MELDINGEN)},
    }


def _parameter(name: str, pattern: str, text: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": True,
        "description": f"{text} Exactly once.",
        "schema": {"type": "string", "pattern": f"^{pattern}$"},
    }


def _response(status: int) -> dict[str, Any]:
    return {
        "description": _WHEN[status],
        "headers": {**_ANSWER_HEADERS, **(_LATER if status == 503 else {})},
        "content": {"application/json": {"schema": _ref("Ontvangstmelding"), "example": {"melding": MELDINGEN[status]}}},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: Any) -> dict[str, Any]:
    """An object that must have these properties and may have any other."""
    return {"type": "object", "required": list(properties), "properties": properties}


def _some(item: dict[str, Any]) -> dict[str, Any]:
    """A list with at least one such item; what stands beside it is kept and not looked at."""
    return {"type": "array", "contains": item, "minContains": 1}


def _schemas() -> dict[str, Any]:
    key = {"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": "number"}]}
    return {
        "Leerlingresultaat": _object(resultatenscores=_ref("LeerlingResultatenScores")),
        "LeerlingResultatenScores": _object(
            deelnemerref=_some(_ref("DeelnemerIdentiteitEntry")), resultaten=_ref("Resultaten")
        ),
        "DeelnemerIdentiteitEntry": _object(
            label={"type": "string", "pattern": rf"^\s*({_LABELS})\s*$"}, onderwijsdeelnemerID=key
        ),
        "Resultaten": _object(resultaten=_some({"type": "object"})),
        "Ontvangstmelding": {**_object(melding={"type": "string"}), "additionalProperties": False},
    }
