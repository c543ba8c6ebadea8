"""LASes that are wrong in what they send, or in what they do with an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.faulty.faulty_peer import NEXT_YEAR, THIS_YEAR, Checks, FaultyPeer, as_it_is, nothing
from doorstroom_client.ketentest.faulty.spoiling import (
    ADVICE,
    LISTS,
    REGISTER,
    REPORT,
    Spoil,
    anew,
    before,
    changed,
    document_of,
    entries,
    labels_in,
    operation_of,
    said,
    supplier,
)
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Driven
from doorstroom_client.ketentest.player import FOREIGN
from doorstroom_client.ketentest.role_hands import Driver
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.ketentest.steps import Drive
from doorstroom_client.simulator.chain_servers import SOUND
from doorstroom_client.simulator.https import NOTHING, Answer, App, Received
from doorstroom_client.simulator.keten import LAS_OIN, Keten
from doorstroom_client.simulator.pki import other_oin

_BSN = "999990019"
_FOREIGN_ID = f"https://ketenid.nl/pilot/{'0' * 128}"
_REFUSED = (401, 403, 405, 422)
_LONG = "Proefkampvandelangenaam" * 4


def _peer(
    name: str,
    wrong: str,
    spoil: Spoil,
    *fails: Checks,
    also: tuple[Checks, ...] = (),
    drive: Callable[[Keten, Driver], Driver] = as_it_is,
    years: tuple[str, ...] = (THIS_YEAR,),
) -> FaultyPeer:
    return FaultyPeer(
        name=f"las-{name}", wrong=wrong, rol=Rol.LAS, fails=fails, also=also, spoil=spoil, drive=drive, years=years
    )


# --- what it sends


def _sending(change: Callable[[Received], Received], *operations: str) -> Spoil:
    """Lists are sent in another way."""
    meant = operations or LISTS
    return supplier(before(lambda received: change(received) if operation_of(received) in meant else received))


def _writing(change: Callable[[dict[str, Any]], object], *operations: str) -> Spoil:
    """Lists say something else."""
    return _sending(lambda received: changed(received, change), *operations)


def _of(label: str, change: Callable[[dict[str, Any]], object], *operations: str) -> Spoil:
    """Lists say something else of one pupil."""

    def write(document: dict[str, Any]) -> None:
        for entry in entries(document):
            if label in labels_in(entry):
                change(entry)

    return _writing(write, *operations)


def _without(label: str) -> Spoil:
    def leave_out(document: dict[str, Any]) -> None:
        found = entries(document)
        found[:] = [entry for entry in found if label not in labels_in(entry)]

    return _writing(leave_out, REGISTER)


def _with_somebody_else(document: dict[str, Any]) -> None:
    found = entries(document)
    if "K22" in labels_in(document):
        found.append({**found[0], "deelnemerref": [{"label": "ECK-iD", "onderwijsdeelnemerID": _FOREIGN_ID}]})


def _swapped(received: Received) -> Received:
    other = {"edu-to": "edu-from", "edu-from": "edu-to"}
    return replace(received, query=tuple((other.get(name, name), value) for name, value in received.query))


def _as_text(received: Received) -> Received:
    headers = tuple((name, "text/plain" if name.lower() == "content-type" else value) for name, value in received.headers)
    return replace(received, headers=headers)


def _without_marks(entry: dict[str, Any]) -> None:
    entry["achternaam"] = entry["achternaam"].encode("ascii", "replace").decode()


def _three_identities(entry: dict[str, Any]) -> None:
    entry["deelnemerref"] *= 3


def _to_the_other_address(received: Received, app: App) -> Answer:
    """Advice goes to the address for participants too."""
    if operation_of(received) == ADVICE:
        app(replace(received, path=received.path.replace(ADVICE, REGISTER)))
    return app(received)


# --- what it does with an answer


def _again(unanswered: Callable[[Answer], bool], change: Callable[[Received, App], Answer]) -> Callable[[], Spoil]:
    """Does something else than to send the same once more, when an answer is none."""

    def make() -> Spoil:
        waiting: set[bytes] = set()

        def around(received: Received, app: App) -> Answer:
            if received.body in waiting:
                waiting.discard(received.body)
                return change(received, app)
            answer = app(received)
            if operation_of(received) in LISTS and unanswered(answer):
                waiting.add(received.body)
            return answer

        return supplier(around)

    return make


def _busy(answer: Answer) -> bool:
    return answer.status == 503


def _lost(answer: Answer) -> bool:
    return answer.cut == NOTHING


def _given_up(_: Received, __: App) -> Answer:
    return said(202)


def _made_anew(received: Received, app: App) -> Answer:
    return app(changed(received, lambda document: document.update(auteur="Opnieuw gemaakt")))


def _repeating(when: Callable[[Received, Answer], bool]) -> Spoil:
    """Sends the same at once, after some answers."""

    def around(received: Received, app: App) -> Answer:
        answer = app(received)
        return app(received) if when(received, answer) else answer

    return supplier(around)


def _old_after_new() -> Spoil:
    """Send a list that did not arrive at first, once more when a newer one has."""
    waiting: list[Received] = []

    def around(received: Received, app: App) -> Answer:
        answer = app(received)
        if operation_of(received) != ADVICE:
            return answer
        if _busy(answer) and "K11" in labels_in(document_of(received)):
            waiting.append(received)
        elif waiting and waiting[0].body != received.body:
            app(waiting.pop())
        return answer

    return supplier(around)


def _following(received: Received, app: App) -> Answer:
    answer = app(received)
    elsewhere = next((value for name, value in answer.headers if name == "Location"), "")
    return app(replace(received, path=elsewhere)) if elsewhere.startswith("/") else answer


def _whole_list_or_nothing() -> Spoil:
    """Send no advice of anybody any more, when a list was refused for one."""
    refused: set[str] = set()

    def around(received: Received, app: App) -> Answer:
        if operation_of(received) != ADVICE:
            return app(received)
        here = labels_in(document_of(received))
        if refused & here:
            return said(202)
        answer = app(received)
        refused.update(here if answer.status == 404 else ())
        return answer

    return supplier(around)


# --- a driver that does something else


class _Around:
    """Drives a LAS that is sound in all but one thing.

    Args:
        driver: drives the sound one.
        change: what it does otherwise, by what it was to do and what came of it.
    """

    def __init__(self, driver: Driver, change: Callable[[Drive, Frame, Driven], Driven]) -> None:
        self._driver = driver
        self._change = change

    def drive(self, step: Drive, frame: Frame) -> Driven | None:
        """Do it, and do it wrong."""
        done = self._driver.drive(step, frame)
        return None if done is None else self._change(step, frame, done)


def _saying(change: Callable[[Keten, Driven], Driven], *actions: str) -> Callable[[Keten, Driver], Driver]:
    """Something else came of it than of a sound LAS."""

    def make(keten: Keten, driver: Driver) -> Driver:
        return _Around(driver, lambda step, _, done: change(keten, done) if step.action in actions else done)

    return make


def _filing(when: Callable[[Keten], bool]) -> Callable[[Keten, Driver], Driver]:
    """Files whatever comes as a report."""

    def change(keten: Keten, done: Driven) -> Driven:
        return replace(done, counts={"rapporten": 1}) if when(keten) else done

    return _saying(change, "rapport")


def _put_off(keten: Keten) -> bool:
    return bool(keten.toetssystemen[TOETSSOORT].toestand.uitgestelde_rapporten)


def _fixed(name: str) -> Callable[[Keten], bool]:
    """Whether the supplier was told to answer about reports in some way."""
    return lambda keten: any(name in item for item in keten.toetssystemen[TOETSSOORT].as_data()["antwoorden"][REPORT])


def _asking_once(keten: Keten, driver: Driver) -> Driver:
    """What was not ready when it was asked for, is never asked for again."""
    late: list[bool] = []

    def change(step: Drive, _: Frame, done: Driven) -> Driven:
        if step.action == "rapport" and _put_off(keten):
            late.append(True)
            return done
        return replace(done, counts={}) if step.action == "rapport" and late and late.pop() else done

    return _Around(driver, change)


def _trusting(keten: Keten, driver: Driver) -> Driver:
    """Send a list to whoever answers."""

    def change(step: Drive, frame: Frame, done: Driven) -> Driven:
        if step.action == "deelnemers" and keten.servers.shown(TOETSSOORT) != SOUND:
            path = f"/dst/{REGISTER}"
            keten.toetssystemen[TOETSSOORT].app(Received("POST", path, frame.edu(), peer_oin=LAS_OIN, body=b"{}"))
        return done

    return _Around(driver, change)


class _Idle:
    """Drives a LAS that does nothing."""

    def drive(self, step: Drive, frame: Frame) -> Driven:  # noqa: ARG002 - the names are those of a driver
        """Do nothing."""
        return Driven()


def _idle(_: Keten, __: Driver) -> Driver:
    return _Idle()


_VALID = Checks("LA-101", "OAS:*")
# A list that is refused leaves nobody to send advice of, or to fetch a report of.
_NOT_KNOWN = (Checks("LA-206 LA-401 LA-402 LA-403"),)
PEERS = (
    _peer(
        "does-nothing",
        "Verstuurt niets",
        nothing,
        Checks("LA-101", "LAS:klas"),
        also=(Checks("LA-*", but="LA-101"), _VALID),
        drive=_idle,
    ),
    _peer(
        "name-too-long",
        "Stuurt een achternaam die te lang is",
        _of("K05", lambda item: item.update(achternaam=_LONG), REGISTER),
        _VALID,
    ),
    _peer("forgets-a-pupil", "Laat een leerling weg uit de aanmelding", _without("K22"), Checks("LA-101", "LAS:klas")),
    _peer(
        "pupil-of-others",
        "Stuurt ook een leerling mee die niet bedacht is",
        _writing(_with_somebody_else, REGISTER),
        Checks("LA-101 LA-104 LA-105 LA-106", FOREIGN),
        also=(Checks("LA-101 LA-104 LA-105 LA-106"),),
    ),
    _peer("swaps-edu", "Verwisselt edu-to en edu-from", _sending(_swapped, REGISTER), Checks("LA-102"), also=_NOT_KNOWN),
    _peer("says-text", "Zegt dat een bericht gewone tekst is", _sending(_as_text, REGISTER), Checks("LA-102"), also=_NOT_KNOWN),
    _peer("loses-marks", "Verliest letters van buiten West-Europa", _of("K04", _without_marks, REGISTER), Checks("LA-102")),
    _peer(
        "certificate-of-another",
        "Toont het certificaat van een ander",
        _sending(lambda received: replace(received, peer_oin=other_oin(LAS_OIN))),
        Checks("LA-103"),
        also=_NOT_KNOWN,
    ),
    _peer("tls-1.1", "Stuurt over TLS 1.1", _sending(lambda received: replace(received, tls="TLSv1.1")), Checks("LA-103")),
    _peer(
        "sends-a-bsn",
        "Zet een BSN in een bericht",
        _of("K07", lambda item: item.update(nummer=_BSN), REGISTER),
        Checks("LA-104"),
    ),
    _peer(
        "without-geslacht",
        "Laat geslacht weg, dat er nog hoort te staan",
        _of("K07", lambda item: item["extensie"].pop("geslacht"), REGISTER),
        Checks("LA-105"),
        also=(_VALID,),
    ),
    _peer(
        "still-geslacht",
        "Zet geslacht in een aanmelding, waar het niet meer hoort",
        _of("K07", lambda item: item["extensie"].update(geslacht=9), REGISTER),
        Checks("LA-105"),
        years=(NEXT_YEAR,),
    ),
    _peer(
        "own-spelling",
        "Spelt een advies op een eigen manier",
        _of("K07", lambda item: item.update(advies="havo / vwo"), ADVICE),
        Checks("LA-106"),
        also=(_VALID,),
    ),
    _peer(
        "fifteen-adviezen",
        "Maakt van twee adviezen hetzelfde",
        _writing(
            lambda document: [item.update(advies="HAVO") for item in entries(document) if item.get("advies") == "VSO"], ADVICE
        ),
        Checks("LA-106"),
    ),
    _peer(
        "las-key-first",
        "Zet de LAS-key voor het ECK-iD",
        _of("K03", lambda item: item["deelnemerref"].reverse(), REGISTER),
        Checks("LA-107"),
    ),
    _peer(
        "three-identities",
        "Zet een identiteit drie keer bij een leerling",
        _of("K02", _three_identities, REGISTER),
        Checks("LA-107"),
    ),
    _peer(
        "advice-to-both",
        "Stuurt adviezen ook naar het adres voor aanmeldingen",
        supplier(_to_the_other_address),
        Checks("LA-109"),
    ),
    _peer(
        "gives-up-after-503",
        "Stuurt na een storing (503) niet opnieuw",
        anew(_again(_busy, _given_up)),
        Checks("LA-201", "*:opnieuw"),
    ),
    _peer(
        "other-content-after-503",
        "Stuurt na een storing (503) iets anders",
        anew(_again(_busy, _made_anew)),
        Checks("LA-201", "*:opnieuw"),
    ),
    _peer(
        "back-at-once",
        "Stuurt na een storing (503) meteen opnieuw",
        _repeating(lambda _, answer: _busy(answer)),
        Checks("LA-201", "*:niet-eerder"),
    ),
    _peer(
        "other-content-without-an-answer",
        "Stuurt iets anders als er geen antwoord kwam",
        anew(_again(_lost, _made_anew)),
        Checks("LA-202"),
    ),
    _peer("old-after-new", "Stuurt een oudere lijst nog eens na een nieuwere", anew(_old_after_new), Checks("LA-203")),
    _peer(
        "repeats-after-a-refusal",
        "Stuurt een lijst die geweigerd is, meteen nog eens",
        _repeating(lambda received, answer: operation_of(received) == REGISTER and answer.status in _REFUSED),
        Checks("LA-204", "LAS:weigering"),
    ),
    _peer(
        "tells-nothing",
        "Vertelt de school niet waarom haar lijst geweigerd is",
        nothing,
        Checks("LA-204", "KO:*"),
        drive=_saying(lambda _, done: replace(done, told=""), "deelnemers"),
    ),
    _peer("follows", "Volgt een doorverwijzing", supplier(_following), Checks("LA-205")),
    _peer(
        "whole-list-or-nothing",
        "Stuurt niemands advies meer als één leerling niet bekend is",
        anew(_whole_list_or_nothing),
        Checks("LA-206"),
    ),
    _peer(
        "trusts-anybody",
        "Stuurt een lijst naar een server die zich niet goed bekendmaakt",
        nothing,
        Checks("LA-301"),
        drive=_trusting,
    ),
    _peer("files-204", "Slaat een antwoord 204 op als rapport", nothing, Checks("LA-401"), drive=_filing(_put_off)),
    _peer("asks-once", "Vraagt een rapport dat nog niet klaar was, nooit meer", nothing, Checks("LA-401"), drive=_asking_once),
    _peer("files-half-a-report", "Slaat een half rapport op", nothing, Checks("LA-402"), drive=_filing(_fixed("afbreken_na"))),
    _peer("files-a-page", "Slaat een webpagina op als rapport", nothing, Checks("LA-402"), drive=_filing(_fixed("vorm"))),
    _peer(
        "asks-over-and-over",
        "Vraagt een rapport dat er niet is, steeds weer",
        _repeating(lambda received, answer: operation_of(received) == REPORT and answer.status == 404),
        Checks("LA-403"),
    ),
)
"""All of them."""
