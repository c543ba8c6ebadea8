"""Suppliers that are wrong in the reports that they give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.faulty.faulty_peer import Checks, FaultyPeer
from doorstroom_client.ketentest.faulty.spoiling import (
    REPORT,
    Spoil,
    after,
    anew,
    before,
    both,
    changed,
    in_place_of,
    instead,
    is_for,
    operation_of,
    receiver,
    supplier,
)
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.simulator.chain_servers import Around
from doorstroom_client.simulator.https import Answer, App, Received
from doorstroom_client.simulator.keten import Keten

_SOMEBODY_ELSES = "rapport-van-een-ander"
_FOUND, _NOT_YET = "OAS:leerlingrapport:200", "OAS:leerlingrapport:204"


def _peer(name: str, wrong: str, spoil: Spoil, *fails: Checks, also: tuple[Checks, ...] = ()) -> FaultyPeer:
    return FaultyPeer(name=f"supplier-{name}", wrong=wrong, rol=Rol.TOETSSYSTEEM, fails=fails, also=also, spoil=spoil)


def _reported(status: int, change: Callable[[Answer], Answer]) -> Spoil:
    """Answers about reports are other ones."""

    def around(received: Received, answer: Answer) -> Answer:
        return change(answer) if operation_of(received) == REPORT and answer.status == status else answer

    return supplier(after(around))


def _naming(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """What results say of their report is something else."""
    return receiver(before(lambda received: changed(received, lambda document: change(_results(document)))))


def _results(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document.get("resultatenscores", {}).get("resultaten", {})
    return found


def _somebody_elses(results: dict[str, Any]) -> None:
    base = str(results.get("aanvullendeinfo", "")).rpartition("/")[0]
    results["aanvullendeinfo"] = f"{base}/{_SOMEBODY_ELSES}"


def _with_report_of_another(keten: Keten) -> None:
    keten.toetssystemen[TOETSSOORT].voeg_rapport_toe(_SOMEBODY_ELSES, keten.school.oin, "Leerlingrapport van een ander")


def _never_ready() -> Around:
    """A report that was not ready once, never is."""
    late: set[str] = set()

    def around(received: Received, app: App) -> Answer:
        answer = app(received)
        if answer.status == 204:
            late.add(received.path)
        return Answer(204) if received.path in late and answer.status == 200 else answer

    return around


def _any_school(keten: Keten) -> None:
    """Give a report to whatever school asks for it."""
    own = (("edu-to", keten.school.oin), ("edu-from", keten.school.routeringskenmerk))
    supplier(before(lambda received: replace(received, query=own) if operation_of(received) == REPORT else received))(keten)


_PAGE = Answer(200, b"<!doctype html><html><body>Log in</body></html>", "text/html; charset=utf-8")
PEERS = (
    _peer(
        "no-report-named",
        "Noemt in resultaten geen rapport",
        _naming(lambda results: results.pop("aanvullendeinfo", None)),
        Checks("TS-501", _FOUND),
        also=(Checks("TS-501", "AVG:*"), Checks("TS-502 TS-504 TS-506 TS-601")),
    ),
    _peer(
        "half-a-report",
        "Geeft een PDF waarvan het einde ontbreekt",
        _reported(200, lambda answer: replace(answer, body=answer.body[: len(answer.body) // 2])),
        Checks("TS-501", _FOUND),
    ),
    _peer("page-for-a-report", "Geeft een webpagina als rapport", _reported(200, lambda _: _PAGE), Checks("TS-501", _FOUND)),
    _peer(
        "404-for-every-report",
        "Kent het rapport niet dat het zelf noemt",
        supplier(in_place_of(200, 404, is_for(REPORT))),
        Checks("TS-501 TS-506", _FOUND),
    ),
    _peer(
        "report-of-another-pupil",
        "Noemt bij een resultaat het rapport van een andere leerling",
        both(_with_report_of_another, _naming(_somebody_elses)),
        Checks("TS-501", "AVG:rapport:leerling"),
    ),
    _peer(
        "404-while-not-ready",
        "Geeft 404 zolang een rapport nog niet klaar is",
        supplier(in_place_of(204, 404)),
        Checks("TS-502 TS-506", _NOT_YET),
    ),
    _peer(
        "page-with-204",
        "Geeft met 204 een webpagina",
        _reported(204, lambda answer: replace(_PAGE, status=answer.status)),
        Checks("TS-502", "RFC9110:204"),
    ),
    _peer(
        "204-for-an-unknown-report",
        "Zegt van elk rapport dat er niet is, dat het nog niet klaar is",
        supplier(in_place_of(404, 204, is_for(REPORT))),
        Checks("TS-503 TS-504 TS-505"),
    ),
    _peer("report-for-any-school", "Geeft een rapport aan elke school die erom vraagt", _any_school, Checks("TS-504")),
    _peer(
        "stumbles-over-strange-report-id",
        "Valt om (500) van vreemde tekens in een rapportid",
        supplier(instead(lambda received: operation_of(received) == REPORT and "%" in received.path, 500)),
        Checks("TS-505"),
    ),
    _peer(
        "never-ready",
        "Zet een rapport dat er eerst niet was, nooit klaar",
        anew(lambda: supplier(_never_ready())),
        Checks("TS-506", _FOUND),
    ),
    _peer(
        "hangs-up-after-204",
        "Verbreekt de verbinding midden in een antwoord 204",
        _reported(204, lambda answer: replace(answer, cut=0)),
        Checks("TS-601"),
    ),
    _peer(
        "503-without-a-term",
        "Zegt bij een storing niet wanneer het weer kan",
        supplier(after(lambda _, answer: replace(answer, headers=()) if answer.status == 503 else answer)),
        Checks("TS-602"),
    ),
)
"""All of them."""
