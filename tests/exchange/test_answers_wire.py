"""Every cell of the table over real sockets, with both clients; and the same answers in disguise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faults_support as faults
import pytest
from support import PDF, SCHOOL, SUPPLIER_OIN
from support.wire import ADVIEZEN, Calls, Speler, certificate, leverancier

from doorstroom_client import Advies, Adviezenlijst, Leerling
from doorstroom_client.errors import (
    DoorstroomError,
    LeerlingOnbekend,
    TlsError,
    UnexpectedResponse,
)
from doorstroom_client.exchange.decisions import ANSWERS, Situation
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.store.rows import State

from .answer_table import BODIES, CELLS, Cell
from .bodies import REFUSALS, page

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

        speler(client.outbox.add(Adviezenlijst(SCHOOL, TWO), leverancier="ICE"))
        (told,) = speler(client.outbox.deliver())
        assert told.bericht.state is cell.state
        assert told.bericht.reason != "" or cell.state is State.DELIVERED
        assert (len(server.requests) > 4) is cell.searched


def test_half_a_refusal_is_asked_for_again(test_pki: Pki, speler: Speler) -> None:
    """Whose it is, stands in the half that did not come."""
    half = faults.truncated_body(403, "application/json", b'{"melding": "gesloten"}')
    with faults.served([half, faults.answer(202)], pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert len(Calls.do(speler, client, "registreren").attempts) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_what_passes_by_itself_passes_whoever_says_so(status: int, test_pki: Pki, speler: Speler) -> None:
    shown = faults.html_page(status, page("The SSL certificate error"))
    with faults.served([shown, faults.answer(202)], pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert len(Calls.do(speler, client, "registreren").attempts) == 2


def test_a_404_on_participants_points_at_the_address_first(test_pki: Pki, speler: Speler) -> None:
    with faults.served(faults.answer(404), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(LeerlingOnbekend) as caught:
            Calls.do(speler, client, "registreren")
    assert caught.value.hint.startswith("base_url is probably wrong")
    assert "Zelf kunt u dit niet oplossen" in caught.value.uitleg  # a school cannot repair that


# --- pages of servers that refuse the certificate of a client


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
        speler(client.outbox.add(Adviezenlijst(SCHOOL, TWO), leverancier="ICE"))
        (told,) = speler(client.outbox.deliver())
    assert (told.bericht.state, told.bericht.reason) == (State.HELD, "TlsError own_certificate")
    assert len(server.requests) == 4


@pytest.mark.parametrize("around", [b"<html><!-- ", b"<!doctype html>\n", b"\xef\xbb\xbf <HTML>"])
def test_a_page_around_a_report_is_no_report(around: bytes, test_pki: Pki, speler: Speler) -> None:
    page = faults.answer(200, around + PDF, "application/pdf")
    with faults.served(page, pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(UnexpectedResponse):
            Calls.do(speler, client, "leerlingrapport")
    assert len(server.requests) == 2
