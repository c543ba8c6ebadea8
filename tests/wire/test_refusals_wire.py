"""What each status leads to, counted at the supplier."""

from __future__ import annotations

from typing import Any

import faults_support as faults
import pytest
from support import PDF, SUPPLIER_OIN
from support.wire import Calls, Scripted, Speler, certificate, leverancier

from doorstroom_client.errors import (
    AanleveringGesloten,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    NoAnswer,
    OngeldigBericht,
    RapportOnbekend,
    RedirectRefused,
    SchoolOnbekend,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.simulator.https import Answer
from doorstroom_client.simulator.pki import Pki

LIST: dict[int, tuple[type[DoorstroomError] | None, int]] = {
    200: (UnexpectedResponse, 1),
    201: (UnexpectedResponse, 1),
    202: (None, 1),
    204: (UnexpectedResponse, 1),
    302: (RedirectRefused, 1),
    400: (OngeldigBericht, 1),
    401: (GeenMandaat, 1),
    403: (AanleveringGesloten, 1),
    404: (LeerlingOnbekend, 1),
    405: (SchoolOnbekend, 1),
    418: (UnexpectedResponse, 1),
    422: (OngeldigBericht, 1),
    429: (Unavailable, 3),
    500: (Unavailable, 3),
    502: (Unavailable, 3),
    503: (Unavailable, 3),
}
RAPPORT = LIST | {
    200: (None, 1),
    202: (UnexpectedResponse, 1),
    204: (None, 1),
    403: (UnexpectedResponse, 1),
    404: (RapportOnbekend, 1),
}


@pytest.mark.parametrize("name", Calls.NAMES)
@pytest.mark.parametrize("status", LIST)
def test_status(test_pki: Pki, speler: Speler, name: str, status: int) -> None:
    body = PDF if (name, status) == ("leerlingrapport", 200) else b'{"melding": "over Jansen"}'
    kind = "application/pdf" if body is PDF else "application/json"
    with Scripted(test_pki, test_pki.issue("status", oin=SUPPLIER_OIN), lambda _: Answer(status, body, kind)) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        wanted, attempts = (RAPPORT if name == "leerlingrapport" else LIST)[status]
        if wanted is None:
            Calls.do(speler, client, name)
        else:
            with pytest.raises(DoorstroomError) as caught:
                Calls.do(speler, client, name)
            error: Any = caught.value
            assert type(error) is wanted
            assert len(error.attempts) == attempts
            assert "Jansen" not in str(error)
            if isinstance(error, GeenMandaat | OngeldigBericht):
                assert error.melding == "over Jansen"
        assert len(server.received) == attempts
        assert len({item.body for item in server.received}) == 1


@pytest.mark.parametrize(("size", "encoding"), [(70 * 1024, None), (10, "gzip"), (10, "br")])
def test_a_receipt_with_too_large_or_packed_a_body_is_a_receipt(
    test_pki: Pki, speler: Speler, size: int, encoding: str | None
) -> None:
    headers = (("Content-Encoding", encoding),) if encoding else ()
    for status, wanted in ((202, None), (201, UnexpectedResponse)):
        answer = Answer(status, b"x" * size, "application/json", headers)
        with Scripted(test_pki, test_pki.issue("groot", oin=SUPPLIER_OIN), lambda _, answer=answer: answer) as server:
            client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
            for _ in range(2):
                if wanted is None:
                    assert Calls.do(speler, client, "registreren").melding == ""
                else:
                    with pytest.raises(wanted):
                        Calls.do(speler, client, "registreren")
        assert len(server.received) == 2


BROKEN = {
    "reset before the request": faults.reset_after_handshake,
    "reset after the request": faults.reset_after_request,
    "reset in the answer": faults.reset_mid_body,
    "closed without an answer": faults.close_without_answer,
    "no HTTP": faults.bad_status_line,
}


@pytest.mark.parametrize("name", ["registreren", "leerlingrapport"])
@pytest.mark.parametrize("way", BROKEN)
def test_an_attempt_without_answer_has_one_name(test_pki: Pki, speler: Speler, way: str, name: str) -> None:
    """Whichever Python, and whichever client: a reset is an orderly end to some of them."""
    with faults.served([BROKEN[way]()], pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(NoAnswer) as caught:
            Calls.do(speler, client, name)
    assert {attempt.outcome for attempt in caught.value.attempts} == {"no_answer:protocol"}
