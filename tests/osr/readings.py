"""What a register may say when it is asked about a mandate, apart from what it is known to say; and what that means."""

from __future__ import annotations

import json
from typing import Any

from support import SCHOOL, SUPPLIER_OIN

from doorstroom_client.osr.mandate_table import Meaning

CONTENT_TYPES = ("application/json", "text/plain; charset=utf-8", None)


def as_text(body: Any) -> str:
    """A body as it is sent."""
    return body if isinstance(body, str) else json.dumps(body)


BODIES: list[tuple[Any, Meaning]] = [
    ('"Ja."', Meaning.YES),
    ("\ufeffOK", Meaning.YES),
    (" TRUE\r\n", Meaning.YES),
    ("'ok'", Meaning.YES),
    ("\u201cOK\u201d.", Meaning.YES),
    ("okay dan", Meaning.ERROR),
    ('"OK', Meaning.ERROR),
    ("OK NOK", Meaning.ERROR),
    ("0", Meaning.ERROR),
    ("1", Meaning.ERROR),
    ('"0"', Meaning.ERROR),
    ('"{\\"mandated\\": true}"', Meaning.ERROR),
    ("Er is geen mandaat gevonden", Meaning.NO),
    ("Cannot GET /api/v2/mandates", Meaning.ERROR),
    ({"Mandated": "YES"}, Meaning.YES),
    ({"isMandated": 1}, Meaning.YES),
    ({"isMandated": 0}, Meaning.NO),
    ({"mandated": "misschien"}, Meaning.ERROR),
    ({"mandated": None}, Meaning.ERROR),
    ({"mandated": True, "message": "mandate not found"}, Meaning.ERROR),
    ({"mandated": True, "error": "time-out of the database"}, Meaning.ERROR),
    ({"mandated": True, "errors": []}, Meaning.YES),
    ({"mandated": True, "Mandated": False}, Meaning.ERROR),
    ({"status": 404, "error": "Not Found", "message": "mandate not found"}, Meaning.NO),
    ({"status": 500, "message": "mandated"}, Meaning.ERROR),
    ({"success": True, "data": {"gemandateerd": "ja"}}, Meaning.YES),
    ({"status": "success", "data": None}, Meaning.ERROR),
    ({"data": {"data": {"valid": False}}}, Meaning.NO),
    ({"data": [], "_links": {"self": {"href": "/x"}}}, Meaning.ERROR),
    ({"total": 0, "_links": {"self": {"href": "/x"}}}, Meaning.ERROR),
    ({"message": "Forbidden", "_links": {"self": {"href": "/x"}}}, Meaning.ERROR),
    ({"data": {"mandated": True}, "items": [{"mandated": True}]}, Meaning.ERROR),
    ({"_embedded": {"osr:mandates": [{"start_date": "2026-03-10"}]}}, Meaning.YES),
    ({"_embedded": {"errors": [{"message": "mandate not found"}]}}, Meaning.NO),
    ({"token": "t", "revoked": True}, Meaning.NO),
    ({"token": "t", "start_date": "2026-03-11"}, Meaning.NO),
    ({"token": "t", "end_date": "2026-03-10"}, Meaning.YES),
    ({"token": "t", "end_date": "2026-03-09"}, Meaning.NO),
    ({"token": "t", "end_date": ""}, Meaning.YES),
    ({"start_date": "2026-03-10T22:59:59Z"}, Meaning.YES),
    ({"start_date": "2026-03-10T23:00:00Z"}, Meaning.NO),
    ({"start_date": "2025-08-01T00:00:00+02:00", "end_date": "9999-12-31T23:59:59.999Z"}, Meaning.YES),
    ({"start_date": "10-03-2026", "end_date": "1-4-2026"}, Meaning.YES),
    ({"start_date": "03/10/2026"}, Meaning.ERROR),
    ({"start_date": "9999-12-31"}, Meaning.NO),
    ({"start_date": "2026-02-30"}, Meaning.ERROR),
    ({"start_date": "2026-01-01 or so"}, Meaning.ERROR),
    ({"start_date": "2026-01-01", "startDate": "2026-05-01"}, Meaning.ERROR),
    ({"start_date": "2027-01-01", "end_date": "2025-01-01"}, Meaning.ERROR),
    ({"start_date": None, "end_date": None}, Meaning.ERROR),
    ({"token": ""}, Meaning.ERROR),
    ([{}, 5, {"token": "t", "start_date": "2026-01-01"}], Meaning.YES),
    ([{}, 5], Meaning.ERROR),
    (["OK", 5], Meaning.ERROR),
    ([[{"token": "t"}]], Meaning.ERROR),
    ([{"end_date": "2026-01-01"}, {"end_date": "someday"}], Meaning.ERROR),
    ([{"mandated": False}, {"token": "t", "start_date": "2026-01-01"}], Meaning.ERROR),
    ([{"active": False, "end_date": "2026-01-01"}, {"token": "t", "start_date": "2026-01-01"}], Meaning.YES),
    ("[" * 5000, Meaning.ERROR),
]

MANDATE = {"token": "t", "start_date": "2025-08-01", "end_date": None}
ITSELF = {"self": {"href": "/api/v2/mandates/7"}}
FOREIGN = "00000003999999990009"
DENIED: list[Any] = [
    *({"status": "OK", name: False} for name in ("found", "exists", "granted", "toegestaan", "hasMandaat", "mandate_found")),
    *({"mandated": True, where: {"mandated": False}} for where in ("details", "meta", "extra")),
    *(
        {"status": "OK", name: "Geen mandaat gevonden."}
        for name in ("info", "description", "opmerking", "anything", "x-reason")
    ),
    *(
        {"status": "OK", name: "E17"}
        for name in ("errorCode", "error_message", "foutcode", "fault", "odata.error", "a_error_b")
    ),
    *({"status": "OK", name: 404} for name in ("code", "statusCode", "http_status")),
    *({**MANDATE, "statusCode": text} for text in ("403", "500")),
    *(
        {"status": "OK", "message": text}
        for text in (
            *("Mandaat is ingetrokken", "Mandate has expired", "Mandaat be\u00ebindigd per 1-1-2025", "no longer mandated"),
            *("Het mandaat is niet meer geldig", "School heeft geen actief mandaat", "unknown supplier"),
        )
    ),
    {"status": "OK", "warnings": ["ok", "mandate not found"]},
    {"status": "OK", "mandaatStatus": "ingetrokken"},
    *(
        {"token": "t", name: "2020-01-01"}
        for name in ("expires_at", "einde", "vervaldatum", "validTill", "until", "mandate_end_date")
    ),
    *({"token": "t", name: "2020-01-01T08:00:00Z"} for name in ("revokedAt", "ingetrokken_op", "deleted_at", "blocked_since")),
    *({"token": "t", name: "2027-01-01"} for name in ("from", "since", "validSince", "startDateTime", "effective_from")),
    {"token": "t", "period": {"from": "2001-01-01", "to": "2002-01-01"}},
    {"token": "t", "geldigheid": {"begindatum": "2001-01-01", "einddatum": "2002-01-01"}},
    {"data": {"id": "7", "attributes": {"token": "t"}, "meta": {"mandated": False}}},
]
ANOTHERS: list[Any] = [
    *({"mandated": said, "supplierOin": FOREIGN} for said in (True, False)),
    *({**MANDATE, name: FOREIGN} for name in ("supplier_oin", "school_oin", "supplier", "school")),
    *({**MANDATE, name: {"oin": FOREIGN}} for name in ("supplier", "school")),
    {**MANDATE, "service_version_namespace": "another"},
    {**MANDATE, "reference_date": "2026-03-09"},
    [{**MANDATE, "supplier_oin": FOREIGN}],
]
NOT_ITSELF: list[Any] = [
    *(
        {"_links": {"self": {"href": href}}}
        for href in ("/api/v2/mandates", "/api/v2/mandates?page=1", "/api/v2/schools/3", "/")
    ),
    {"_links": {"self": {"href": "/api/v2/mandates?a=b"}}, "page": {"size": 20, "totalElements": 0}},
    {"_links": {"mandates": {"href": "/api/v2/mandates"}, "schools": {"href": "/api/v2/schools"}}},
    {"logref": "42", "_links": {"help": {"href": "/help"}}},
    {"links": {"self": "/mandates"}, "meta": {"count": 0}},
]
NO_TOKEN: list[Any] = [
    *({"token": text} for text in ("null", "NULL", "n/a", "-", 0, "00000000-0000-0000-0000-000000000000")),
    {"token": "t", "token_type": "bearer", "expires_in": 3600},
    {"status": "ok", "uptime": 5, "checks": {}},
]
OF_OTHER_THINGS: list[Any] = [
    *(f"{thing} mandate does not exist" for thing in ("Table", "relation", "Route", "service")),
    *("Parameter mandate is missing", "veld mandaat ontbreekt", "You are not mandated to use this API"),
    *("Hier is geen mandaat voor nodig", "mandate not found in cache", {"error": "header mandate is missing"}),
]
BODIES += [(body, Meaning.ERROR) for body in (*DENIED, *ANOTHERS, *NOT_ITSELF, *NO_TOKEN, *OF_OTHER_THINGS)]
BODIES += [
    *(({**MANDATE, name: True}, Meaning.NO) for name in ("cancelled", "suspended", "geblokkeerd", "disabled", "verwijderd")),
    *(
        ({"token": "t", "end_date": day}, Meaning.ERROR)
        for day in ("0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "1900-01-01")
    ),
    ({"token": "t", "end_date": "2026-03-09T23:59:59Z"}, Meaning.NO),
    ({"token": "t", "end_date": "2026-03-10T23:59:59.999+01:00"}, Meaning.YES),
    ({"token": "t", "end_date": "2026-03-09T22:59:59Z"}, Meaning.NO),
    ({"status": "OK", "message": "Mandate found, no end date"}, Meaning.YES),
    ({**MANDATE, "revoked_at": None, "created_at": "2020-01-01", "user_is_owner": False, "error_count": 0}, Meaning.YES),
    ({**MANDATE, "supplier_oin": SUPPLIER_OIN, "school": {"oin": SCHOOL.oin, "name": "De Nooitgedacht"}}, Meaning.YES),
    ([{**MANDATE, "supplier_oin": FOREIGN}, MANDATE], Meaning.YES),
    ({"_links": ITSELF, "id": 7}, Meaning.YES),
    ({"_embedded": {"mandates": [{"_links": ITSELF}]}, "_links": {"self": {"href": "/api/v2/mandates?a=b"}}}, Meaning.YES),
    ({"data": {"type": "mandates", "id": "7", "attributes": {"start_date": "2020-01-01"}}}, Meaning.YES),
    ({"d": {"results": [{"end_date": "2020-01-01"}]}}, Meaning.NO),
    ({"mandate_status": "beeindigd"}, Meaning.NO),
]
