"""Reports that are due: fetched once, and left alone where a supplier cannot be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import NOW, PDF, SCHOOL, answer, fault
from support.clients import BOTH, go, make, push_result
from support.listed import Peer

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.reports.due import Afhaling
from doorstroom_client.transport.request import FaultKind, Outcome, Response


def pdf() -> Response:
    return Response(200, {"content-type": "application/pdf"}, PDF, 0.0)


@BOTH
def test_reports_are_fetched_once(kind: Any, tmp_path: Path) -> None:
    peer, folder = Peer(), tmp_path / "rapporten"
    folder.mkdir()
    client = make(kind, peer, tmp_path / "s.db")
    for number in range(5):
        push_result(client, number, f"rapport-{number}")
    peer.outcomes = [pdf(), answer(204), answer(404), answer(500), pdf()]
    found = go(client.fetch_leerlingrapporten(folder, workers=1))
    assert [item.afloop for item in found] == [
        Afhaling.OPGEHAALD,
        Afhaling.LATER,
        Afhaling.ONBEKEND,
        Afhaling.MISLUKT,
        Afhaling.OPGEHAALD,
    ]
    assert sorted(folder.iterdir()) == sorted(item.path for item in found if item.path)
    assert "rapport-" not in repr(found)
    peer.outcomes = [pdf()]
    assert [item.afloop for item in go(client.fetch_leerlingrapporten(folder))] == [Afhaling.OPGEHAALD]
    assert go(client.fetch_leerlingrapporten(folder)) == []

    later = make(kind, peer, tmp_path / "s.db", now=lambda: NOW.replace(year=NOW.year + 1))
    peer.outcomes = [pdf()]
    assert [item.afloop for item in go(later.fetch_leerlingrapporten(folder))] == [Afhaling.OPGEHAALD]
    peer.outcomes = [answer(404)]
    again = [item.afloop for item in go(client.fetch_leerlingrapporten(folder, everything=True, school=SCHOOL))]
    assert again.count(Afhaling.WAS_ER_AL) == 4
    assert again.count(Afhaling.ONBEKEND) == 1


PAGE = {"content-type": "text/html"}


@BOTH
@pytest.mark.parametrize(
    "outcome",
    [fault(FaultKind.THEIR_CERTIFICATE, "expired"), Response(200, PAGE, b"<html>"), Response(404, PAGE, b"<html>")],
    ids=["certificate", "200 page", "404 page"],
)
def test_a_supplier_that_cannot_be_trusted_is_not_asked_for_the_next_report(
    kind: Any, outcome: Outcome, tmp_path: Path
) -> None:
    peer = Peer()
    client = make(kind, peer, tmp_path / "s.db")
    for number in range(3):
        push_result(client, number, f"rapport-{number}")
    peer.outcomes = [outcome]
    found = go(client.fetch_leerlingrapporten(tmp_path, workers=1))
    assert [item.afloop for item in found] == [Afhaling.MISLUKT] * 3
    with pytest.raises(ConfigurationError, match="no folder"):
        go(client.fetch_leerlingrapporten(tmp_path / "niets"))
