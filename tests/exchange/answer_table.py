"""Every status in every kind of body, and what comes of it; written down apart from the table of the code."""

from __future__ import annotations

import json
from dataclasses import dataclass

from doorstroom_client.errors import (
    AanleveringGesloten,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    OngeldigBericht,
    RapportOnbekend,
    SchoolOnbekend,
    UnexpectedResponse,
)
from doorstroom_client.exchange.answer_body import Body
from doorstroom_client.store.rows import State

Kind = type[DoorstroomError]
NGINX = """<html>\r
<head><title>{0}</title></head>\r
<body>\r
<center><h1>{0}</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""

BODIES: dict[Body, tuple[bytes, str | None]] = {
    Body.MELDING: (b'{"melding": "over Jansen"}', "application/json"),
    Body.PROBLEM: (json.dumps({"title": "Nee", "status": 400, "detail": "over Jansen"}).encode(), "application/problem+json"),
    Body.JSON: (b'{"error": "over Jansen"}', "application/json"),
    Body.TEXT: (b"Not Found: over Jansen", "text/plain; charset=utf-8"),
    Body.EMPTY: (b"", None),
    Body.PAGE: (NGINX.format("over Jansen").encode(), "text/html"),
}

_MEANS = {
    "found": (UnexpectedResponse, UnexpectedResponse, State.HELD),
    "receipt": (None, UnexpectedResponse, State.DELIVERED),
    "no report": (UnexpectedResponse, None, State.HELD),
    "invalid": (OngeldigBericht, OngeldigBericht, State.PARKED),
    "mandate": (GeenMandaat, GeenMandaat, State.HELD),
    "closed": (AanleveringGesloten, UnexpectedResponse, State.PARKED),
    "pupil": (LeerlingOnbekend, RapportOnbekend, State.HELD),
    "school": (SchoolOnbekend, SchoolOnbekend, State.WAITING),
    "-": (UnexpectedResponse, UnexpectedResponse, State.HELD),
}
"""What an answer means: the error of a list, that of a report, and where a list ends in the outbox."""

# status: melding, problem, other JSON, text, empty, page
_CELLS = {
    200: ("found", "found", "found", "found", "found", "-"),
    201: ("found", "found", "found", "found", "found", "-"),
    202: ("receipt", "receipt", "receipt", "receipt", "receipt", "-"),
    204: ("no report", "no report", "no report", "no report", "no report", "-"),
    400: ("invalid", "invalid", "-", "-", "-", "-"),
    401: ("mandate", "mandate", "-", "-", "mandate", "-"),
    403: ("closed", "closed", "-", "-", "-", "-"),
    404: ("pupil", "pupil", "-", "-", "pupil", "-"),
    405: ("school", "school", "-", "-", "school", "-"),
    413: ("invalid", "invalid", "-", "-", "-", "-"),
    415: ("invalid", "invalid", "-", "-", "-", "-"),
    422: ("invalid", "invalid", "-", "-", "invalid", "-"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One status in one kind of body.

    Attributes:
        status: of the answer.
        body: what is sent.
        theirs: whether it counts as the answer of the supplier.
        of_list: the error in which sending a list ends; None for a receipt.
        of_report: the error in which fetching a report ends; None when there is no report yet.
        state: where a list ends in the outbox.
        searched: whether unknown pupils are searched for.
    """

    status: int
    body: Body
    theirs: bool
    of_list: Kind | None
    of_report: Kind | None
    state: State
    searched: bool

    def __str__(self) -> str:
        return f"{self.status}-{self.body}"


CELLS = [
    Cell(status, body, means != "-", *_MEANS[means], searched=means == "pupil")
    for status, row in _CELLS.items()
    for body, means in zip(Body, row, strict=True)
]
