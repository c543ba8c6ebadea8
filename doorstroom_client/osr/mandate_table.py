"""The table of what an answer about a mandate means: a yes only where the answer says yes, and an error where it says neither.

The code that asks walks this table, the docs print it, the simulated register can give each of its examples, and the tests go
through all of them. `mandate_reading` finds the row of an answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen

__all__ = ["TABLE", "Example", "Meaning", "Row", "Said"]


class Meaning(StrEnum):
    """What an answer comes to."""

    YES = "yes"
    NO = "no"
    ERROR = "error"


class Said(StrEnum):
    """What the register can say: the rows of the table."""

    NOTHING = "nothing"
    WORD_YES = "a word that says yes"
    FIELD_YES = "a field that says yes"
    IN_FORCE = "a mandate in force"
    WORD_NO = "a word that says no"
    FIELD_NO = "a field that says no"
    NOT_IN_FORCE = "a mandate not in force"
    NOT_FOUND = "not found, with 200"
    OWN_404 = "not found"
    OTHER_404 = "404 in other words"
    FOREIGN_404 = "404 of another server"
    EMPTY = "nothing in it"
    ERROR_TEXT = "an error in words"
    CONTRADICTION = "yes and no at once"
    ODD_DATE = "a date that cannot be read"
    ANOTHER = "about something else than was asked"
    PAGE = "a web page"
    UNKNOWN = "something else"
    OTHER_STATUS = "another status"


@frozen
class Example:
    """An answer as it may come.

    Attributes:
        body: what is sent.
        status: the status code.
        content_type: None for no such header.
    """

    body: str
    status: int = 200
    content_type: str | None = "application/json"


@frozen
class Row:
    """One line of the table.

    Attributes:
        answer: which answers it is about.
        meaning: what they mean.
        examples: some of them.
        why: of an error, what is told: "OSR answered 200, but …".
    """

    answer: str
    meaning: Meaning
    examples: tuple[Example, ...]
    why: str = ""


YES_WORDS = frozenset({"ok", "yes", "true", "ja"})
NO_WORDS = frozenset({"nok", "not ok", "niet ok", "no", "nee", "false"})
"""Words that are an answer by themselves: in any case, with or without quotes, spaces and a full stop."""
YES_STATES = YES_WORDS | {"active", "actief", "valid", "geldig", "mandated", "gemandateerd"}
NO_STATES = NO_WORDS | {
    *(
        "inactive",
        "inactief",
        "invalid",
        "ongeldig",
        "expired",
        "verlopen",
        "ended",
        "beëindigd",
        "beeindigd",
        "revoked",
        "ingetrokken",
    ),
    *(
        "withdrawn",
        "not found",
        "niet gevonden",
        "not mandated",
        "niet gemandateerd",
        "not active",
        "not valid",
        "none",
        "geen",
    ),
}
"""Words that say it in a field; any other word there is neither, and an error."""
FLAGS = (
    *("mandated", "is_mandated", "has_mandate", "gemandateerd", "is_gemandateerd", "heeft_mandaat", "mandate", "mandaat"),
    *("valid", "is_valid", "geldig", "is_geldig", "active", "is_active", "actief", "is_actief"),
    *("authorized", "authorised", "gemachtigd", "ok"),
)
"""Fields that say yes or no; 1 and 0 will do in these."""
STATES = ("status", "state", "mandate_status", "result", "resultaat", "answer", "antwoord", "response", "value")
"""Fields that say it in a word."""
DENIALS = (
    *("revoked", "ingetrokken", "withdrawn", "expired", "verlopen", "ended", "beeindigd", "terminated", "opgezegd"),
    *("cancelled", "canceled", "geannuleerd", "suspended", "opgeschort", "blocked", "geblokkeerd", "disabled", "deleted"),
    "verwijderd",
)
"""Fields that say no when they are true."""
ERRORS = re.compile(r"(?:.*[_.])?(?:errors?|fout\w*|faults?|exceptions?)(?:_.*)?", re.DOTALL)
"""Names of fields for what went wrong: the answer itself says nothing then."""
CODES = ("code", "status_code", "statuscode", "http_status", "http_code", "status")
"""Fields with a status of HTTP; of 400 and more the answer is an error, whatever the status of the answer itself."""
TEXTS = ("message", "melding", "detail", "title", "msg", "bericht", "reason", "reden")
WRAPPERS = (
    *("data", "mandates", "mandaten", "mandate", "mandaat", "items", "records", "results", "result", "resultaat", "content"),
    *("response", "answer", "antwoord", "value", "body", "payload", "embedded", "attributes", "d"),
)
"""Fields that may hold the answer itself: it is read by the same rules."""
COUNTS = ("count", "total", "total_count", "total_elements", "aantal", "size")
"""Fields by which a collection says that there is nothing in it."""
STARTS = ("start_date", "start_datum", "startdatum", "begin_date", "begindatum", "ingangsdatum", "valid_from", "geldig_vanaf")
ENDS = ("end_date", "eind_datum", "einddatum", "valid_until", "valid_to", "geldig_tot", "geldig_tot_en_met")
TOKENS = ("token", "mandate_token")
OTHER_TOKENS = ("token_type", "expires_in", "refresh_token")
"""Beside one of these, a token is one to sign in with."""
HEALTH = ("uptime", "checks", "components")
"""Beside one of these, "ok" is about a server."""

_OTHER_THINGS = (
    *("table", "tabel", "relation", "column", "kolom", "field", "veld", "parameter", "header", "property", "attribute"),
    *("route", "path", "endpoint", "resource", "controller", "handler", "action", "service", "module", "class", "view"),
    *("template", "function", "method", "schema", "database", "index", "queue", "topic", "bean", "key", "argument"),
)
"""What may be called "mandate" without being one: of a database, a program or a request."""
NOT_FOUND = re.compile(
    "".join(rf"(?<!{thing}\s)" for thing in _OTHER_THINGS) + r"(?<![\w/])(?:mandate|mandaat)\s+(?:(?:was|is|werd)\s+)?"
    r"(?:not\s+found|niet\s+gevonden|does\s+not\s+exist|bestaat\s+niet|is\s+missing|ontbreekt)"
    r"(?!\w|\s+in\s+(?:\w+\s+)?(?:cache|session|sessie|request|header|query|url|body|token)\b)"
    r"|(?<![\w/])(?:no|geen)\s+(?:(?:valid|active|geldig|actief)\s+)?(?:mandate|mandaat)"
    r"(?:\s+(?:found|gevonden|for|voor)(?!\w|\s+(?:nodig|vereist|needed|required))|\s*[.!]?\s*\Z)"
    r"|(?<!\w)(?:not|niet)\s+(?:mandated|gemandateerd)(?!\w|\s+(?:to|om)\b)",  # "to use this": that is about who asks
    re.IGNORECASE,
)
"""How the register says that there is no such mandate; the path of the question, ``/mandates``, is not that."""
TROUBLE = re.compile(
    r"error|exception|fout|fail|mislukt|denied|geweigerd|forbidden|verboden|unauthori|unavailable|timeout|validat",
    re.IGNORECASE,
)
"""What makes of a text the text of an error."""

REMARKS = (
    *("info", "information", "description", "omschrijving", "toelichting", "uitleg", "explanation", "opmerking", "remark"),
    *("note", "notes", "comment", "warning", "warnings", "waarschuwing", "waarschuwingen", "hint", "cause", "oorzaak"),
)
"""Fields whose texts say nothing by themselves, and may speak against a yes, as those of `TEXTS` may."""
DOUBT = re.compile(
    r"(?<!\w)(?:(?:no|geen)(?!\s+(?:end|eind))|not|never|none|cannot|can't|isn't|niet|nooit|nee|ingetrokken|verlopen|vervallen"
    r"|(?:be|ge)[eë]indigd|opgeschort|opgezegd|geblokkeerd|afgewezen|onbekend|ongeldig|inactief|revoked|withdrawn|expired|ended"
    r"|suspended|blocked|rejected|refused|unknown|invalid|inactive|terminated|cancell?ed|disabled|missing|ontbreekt)(?!\w)",
    re.IGNORECASE,
)
"""What in such a text speaks against a yes."""
AFFIRMED = re.compile(
    r"(?:.*_)?(?:mandat\w*|mandaat\w*|gemandateerd|gemachtigd|authori[sz]ed|found|gevonden|exists|bestaat|granted|verleend"
    r"|allowed|toegestaan|permitted|approved|goedgekeurd|enabled)(?:_.*)?",
    re.DOTALL,
)
"""Names, other than `FLAGS`, of what a yes would affirm; a no in such a field speaks against it, wherever it stands."""
UNTIL = re.compile(r"(?:.*_)?(?:end(?:s|date)?|eind\w*|until|till?|through|thru|to|tot|expir\w*|verval\w*)(?:_.*)?", re.DOTALL)
SINCE = re.compile(r"(?:.*_)?(?:start\w*|begin\w*|ingang\w*|from|vanaf|van|since|sinds)(?:_.*)?", re.DOTALL)
GONE = re.compile(rf"(?:.*_)?(?:{'|'.join(DENIALS)})_(?:at|on|op|per|date|datum|since|sinds)(?:_.*)?", re.DOTALL)
"""Names, other than `STARTS` and `ENDS`, of days that may bound a mandate: they speak against a yes on a day beyond them."""

_PAST, _FUTURE = {"start_date": "2001-08-01", "end_date": "2002-07-31"}, {"start_date": "2901-08-01", "end_date": None}
_MANDATE = {"token": "11111111-2222-4333-8444-555555555555", "start_date": "2001-08-01", "end_date": None}
_TEXT, _HTML = "text/plain", "text/html"


def _json(document: object, status: int = 200) -> Example:
    return Example(json.dumps(document), status)


TABLE: Mapping[Said, Row] = {
    Said.NOTHING: Row("200 without a body", Meaning.YES, (Example("", 200, None), Example(""))),
    Said.WORD_YES: Row(
        "200 with a word, as JSON or text: OK, yes, true, ja",
        Meaning.YES,
        (_json("OK"), Example("OK", 200, _TEXT), Example("Yes.\n", 200, _TEXT), _json(True), Example('"ja"', 200, None)),
    ),
    Said.FIELD_YES: Row(
        "200 with a field that says yes, such as `mandated`, `gemandateerd`, `valid`, `active`, `status` or `result`",
        Meaning.YES,
        (_json({"mandated": True}), _json({"result": "OK"}), _json({"data": {"status": "active"}})),
    ),
    Said.IN_FORCE: Row(
        "200 with a mandate (token, dates or a link to itself) that is in force on the day that was asked about; "
        "of a list one such is enough",
        Meaning.YES,
        (
            _json(_MANDATE),
            _json([_PAST, _MANDATE]),
            _json({"mandates": [_MANDATE]}),
            _json({"start_date": "01-08-2001", "end_date": "9999-12-31"}),
            _json({"_links": {"self": {"href": "/api/v2/mandates/7"}}}),
        ),
    ),
    Said.WORD_NO: Row(
        "200 with a word, as JSON or text: NOK, no, nee, false",
        Meaning.NO,
        (_json("NOK"), Example("NOK", 200, _TEXT), Example(" nee. ", 200, _TEXT), _json(False)),
    ),
    Said.FIELD_NO: Row(
        "200 with a field that says no; also when the dates of that mandate are in force",
        Meaning.NO,
        (_json({"mandated": False}), _json({"status": "NOK"}), _json({**_MANDATE, "active": False})),
    ),
    Said.NOT_IN_FORCE: Row(
        "200 with a mandate, or a list with nothing but mandates, that ended or has yet to begin",
        Meaning.NO,
        (_json(_PAST), _json(_FUTURE), _json([_PAST, _FUTURE]), _json({"_embedded": {"mandates": [_PAST]}})),
    ),
    Said.NOT_FOUND: Row(
        "200 with the text that the mandate was not found",
        Meaning.NO,
        (_json({"message": "mandate not found"}), Example("Mandate not found", 200, _TEXT)),
    ),
    Said.OWN_404: Row(
        "404 with the text that the mandate was not found, as JSON or text",
        Meaning.NO,
        (_json({"message": "mandate not found"}, 404), Example("mandate not found", 404, _TEXT)),
    ),
    Said.OTHER_404: Row(
        "404 with other words, in JSON as the register words its errors; when the register then gives its list of services",
        Meaning.NO,
        (_json({"message": "not found"}, 404), _json({"errors": [{"message": "unknown school"}]}, 404)),
    ),
    Said.FOREIGN_404: Row(
        "any other 404: a web page, no body, other text, JSON without words; or no list of services comes",
        Meaning.ERROR,
        (
            Example("<h1>Not Found</h1>", 404, _HTML),
            Example("", 404, None),
            Example("404 page not found", 404, _TEXT),
            _json({}, 404),
        ),
        "not as the register does",
    ),
    Said.EMPTY: Row(
        "200 with `null`, `{}`, `[]`, or a wrapper with nothing in it",
        Meaning.ERROR,
        (
            *(_json(None), _json({}), _json([]), _json({"data": None}), _json({"_embedded": {"mandates": []}})),
            _json({"_links": {"self": {"href": "/api/v2/mandates?page=0"}}, "page": {"totalElements": 0}}),
        ),
        "there is nothing in it",
    ),
    Said.ERROR_TEXT: Row(
        "200 with an error in words",
        Meaning.ERROR,
        (_json({"error": "database not available"}), _json({"errors": ["Validation error(s)"]}), _json({"success": False})),
        "it holds an error",
    ),
    Said.CONTRADICTION: Row(
        "200 with a yes and a no at once, or two values of one thing",
        Meaning.ERROR,
        (
            _json({"mandated": True, "status": "NOK"}),
            _json({"mandated": True, **_PAST}),
            _json({"mandated": True, "details": {"revoked_at": "2002-07-31"}}),
            _json({"status": "OK", "info": "mandate not found"}),
            _json(["OK", "NOK"]),
            Example('{"mandated": false, "mandated": true}'),
        ),
        "it says yes and no at once",
    ),
    Said.ODD_DATE: Row(
        "200 with a mandate whose dates cannot be read",
        Meaning.ERROR,
        (_json({**_MANDATE, "end_date": "someday"}), _json({"token": "t", "start_date": 20010801})),
        "a date in it cannot be read",
    ),
    Said.ANOTHER: Row(
        "200 with a yes or a no that names another supplier, school, service version or day than was asked about",
        Meaning.ERROR,
        (_json({"mandated": True, "supplier_oin": "0" * 20}), _json([{**_MANDATE, "school": {"oin": "0" * 20}}])),
        "it is about something else than was asked",
    ),
    Said.PAGE: Row(
        "200 with HTML or XML, whatever it is said to be",
        Meaning.ERROR,
        (Example("<html>OK</html>", 200, _HTML), Example("<!doctype html><p>Log in", 200, None), Example("<?xml?><ok/>")),
        "it is a web page",
    ),
    Said.UNKNOWN: Row(
        "200 with anything else",
        Meaning.ERROR,
        (Example("maybe", 200, _TEXT), _json(0), _json({"message": "hello"}), _json({"id": 7}), _json({"status": "pending"})),
        "it says neither yes nor no",
    ),
    Said.OTHER_STATUS: Row(
        "any other status",
        Meaning.ERROR,
        (Example("", 204, None), _json("OK", 201), _json({"message": "no"}, 401), _json("OK", 403), _json("OK", 405)),
        "that has no meaning here",
    ),
}
"""What the register says -> what that means."""
