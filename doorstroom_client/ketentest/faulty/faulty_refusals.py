"""Suppliers that are wrong in what they refuse, in how they do so, or in what they do not refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.faulty.faulty_peer import NEXT_YEAR, THIS_YEAR, Checks, FaultyPeer
from doorstroom_client.ketentest.faulty.spoiling import (
    LISTS,
    REGISTER,
    Spoil,
    after,
    before,
    document_of,
    entries,
    in_place_of,
    instead,
    operation_of,
    said,
    supplier,
)
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.simulator.https import Answer, App, Received
from doorstroom_client.simulator.keten import LAS_OIN, Keten

_MOST_PREFIX, _OIN_LENGTH = 10, 20
_FIELDS = frozenset({"label", "deelnemerref", "achternaam", "voorvoegsel", "roepnaam", "groep", "niveau", "extensie"})


def _peer(
    name: str,
    wrong: str,
    spoil: Spoil,
    *fails: Checks,
    also: tuple[Checks, ...] = (),
    years: tuple[str, ...] = (THIS_YEAR,),
) -> FaultyPeer:
    return FaultyPeer(
        name=f"supplier-{name}", wrong=wrong, rol=Rol.TOETSSYSTEEM, fails=fails, also=also, spoil=spoil, years=years
    )


def _pupils(received: Received) -> list[dict[str, Any]]:
    return entries(document_of(received)) if operation_of(received) == REGISTER else []


def _any_pupil(holds: Callable[[dict[str, Any]], bool]) -> Callable[[Received], bool]:
    return lambda received: any(map(holds, _pupils(received)))


def _extensie(pupil: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pupil.get("extensie", {})
    return found


def _has_query(received: Received) -> bool:
    return len(received.one("edu-to") or "") == _OIN_LENGTH and received.one("edu-from") is not None


def _of_another_year(received: Received) -> bool:
    return document_of(received).get("versie") not in ("Doorstroomtoetsketen_v1.1", "Doorstroomtoetsketen_v1.2")


def _other_brin(received: Received) -> bool:
    brin = document_of(received).get("deelnemersgroep", {}).get("instellingscode", "")
    return brin not in (received.one("edu-to") or brin)


def _with_query(received: Received) -> Received:
    """The school is found by the administration when edu-to is not in order."""
    source = next((value for name, value in received.query if name == "edu-from"), "")
    return replace(received, query=(("edu-to", f"{source[:15]}00000"), ("edu-from", source)))


def _without_mandate(given: Callable[[Keten, Received], bool]) -> Spoil:
    """Takes what is refused with 401, in the cases in which it does not look."""

    def spoil(keten: Keten) -> None:
        def around(received: Received, app: App) -> Answer:
            answer = app(received)
            return said(202) if answer.status == 401 and given(keten, received) else answer

        supplier(around)(keten)

    return spoil


def _lacks(keten: Keten, received: Received, oin: str) -> bool:
    return received.peer_oin == LAS_OIN and not keten.osr.has_mandate(received.one("edu-to") or "", oin)


def _slow_to_believe(keten: Keten) -> None:
    """Refuse once more for every mandate that is new."""
    seen: dict[str, list[object]] = {}

    def around(received: Received, app: App) -> Answer:
        school = received.one("edu-to") or ""
        numbers = [item["number"] for item in keten.osr.as_data()["mandates"] if item["school_oin"] == school]
        is_new = seen.setdefault(school, numbers) != numbers
        seen[school] = numbers
        return said(401) if is_new else app(received)

    supplier(around)(keten)


def _repeating(pattern: str) -> Spoil:
    """Says in its receipts what it was sent."""

    def around(received: Received, answer: Answer) -> Answer:
        text = received.body.decode("utf-8", "replace")
        found = re.search(pattern, text)
        if found is None or operation_of(received) not in LISTS:
            return answer
        return replace(answer, body=json.dumps({"melding": f"Over {found[1]}: {answer.status}"}).encode())

    return supplier(after(around))


_PARTICIPANTS, _LISTS_422 = "OAS:registreren:422", "OAS:registreren*:422"
PEERS = (
    _peer(
        "takes-anything",
        "Neemt lijsten aan die niet aan de definitie voldoen",
        supplier(in_place_of(422, 202, _has_query)),
        Checks("TS-301 TS-302 TS-303 TS-304", _LISTS_422),
        also=(Checks("TS-306", "OAS:versie"), Checks("TS-311"), Checks("TS-312", _PARTICIPANTS)),
    ),
    _peer(
        "stumbles-over-half-a-message",
        "Valt om (500) van een bericht dat geen JSON is",
        supplier(instead(lambda received: bool(received.body) and not document_of(received), 500)),
        Checks("TS-301", _PARTICIPANTS),
    ),
    _peer(
        "stumbles-over-long-prefix",
        "Valt om (500) van een voorvoegsel dat te lang is",
        supplier(instead(_any_pupil(lambda pupil: len(pupil.get("voorvoegsel", "")) > _MOST_PREFIX), 500)),
        Checks("TS-312", _PARTICIPANTS),
    ),
    _peer(
        "stumbles-over-dots",
        "Valt om (500) van voorletters met punten",
        supplier(instead(_any_pupil(lambda pupil: "." in _extensie(pupil).get("voorletters", "")), 500)),
        Checks("TS-312", "Q12:voorletters"),
    ),
    _peer(
        "stumbles-over-other-version",
        "Valt om (500) van de versie van een ander schooljaar",
        supplier(instead(lambda received: bool(document_of(received)) and _of_another_year(received), 500)),
        Checks("TS-305 TS-306", "OAS:versie"),
    ),
    _peer(
        "stumbles-over-text",
        "Valt om (500) van een bericht dat geen JSON heet te zijn",
        supplier(instead(lambda received: (received.header("Content-Type") or "").startswith("text/"), 500)),
        Checks("TS-307", "RFC9110:415"),
    ),
    _peer(
        "guesses-the-school",
        "Neemt berichten aan waarvan edu-to niet in orde is",
        supplier(before(lambda received: received if operation_of(received) not in LISTS else _with_query(received))),
        Checks("TS-308", "OAS:edu-to"),
    ),
    _peer(
        "stumbles-over-other-brin",
        "Valt om (500) van een BRIN die een andere is dan die in edu-to",
        supplier(instead(_other_brin, 500)),
        Checks("TS-309"),
    ),
    _peer(
        "known-fields-only",
        "Weigert een bericht met een veld dat het niet kent",
        supplier(instead(_any_pupil(lambda pupil: not pupil.keys() <= _FIELDS), 422)),
        Checks("TS-310"),
    ),
    _peer(
        "stumbles-without-geslacht",
        "Valt om (500) van een leerling zonder geslacht",
        supplier(instead(_any_pupil(lambda pupil: "extensie" in pupil and "geslacht" not in _extensie(pupil)), 500)),
        Checks("TS-311"),
    ),
    _peer(
        "stumbles-over-geslacht",
        "Valt om (500) van een leerling met geslacht, dat er niet meer hoort te staan",
        supplier(instead(_any_pupil(lambda pupil: "geslacht" in _extensie(pupil)), 500)),
        Checks("TS-311"),
        years=(NEXT_YEAR,),
    ),
    _peer(
        "still-wants-geslacht",
        "Weigert leerlingen zonder geslacht, ook nu dat er niet meer hoort te staan",
        supplier(in_place_of(202, 422, _any_pupil(lambda pupil: "geslacht" not in _extensie(pupil)))),
        Checks("TS-10[1-6]", "OAS:registreren:202"),
        Checks("TS-107 TS-310 TS-311 TS-407 TS-601"),
        years=(NEXT_YEAR,),
    ),
    _peer(
        "own-mandate-not-asked",
        "Kijkt niet of de school het toetssysteem een mandaat heeft gegeven",
        _without_mandate(lambda keten, received: _lacks(keten, received, keten.toetssystemen[TOETSSOORT].oin)),
        Checks("TS-401", "OAS:401"),
    ),
    _peer(
        "las-mandate-not-asked",
        "Kijkt niet of de school het LAS een mandaat heeft gegeven",
        _without_mandate(lambda keten, received: _lacks(keten, received, LAS_OIN)),
        Checks("TS-402", "OAS:401"),
    ),
    _peer(
        "any-sender",
        "Kijkt niet van wie het certificaat van de verzender is",
        _without_mandate(lambda _, received: received.peer_oin not in (None, LAS_OIN)),
        Checks("TS-403", "OAS:401"),
    ),
    _peer(
        "any-school",
        "Neemt berichten aan van scholen die het niet kent",
        supplier(in_place_of(405, 202)),
        Checks("TS-404", "OAS:405"),
    ),
    _peer(
        "never-closed",
        "Neemt lijsten aan na de sluiting",
        supplier(in_place_of(403, 202)),
        Checks("TS-405 TS-406", "OAS:registreren*:403"),
    ),
    _peer(
        "slow-to-believe-a-mandate",
        "Weigert eerst nog een keer als een mandaat opnieuw is gegeven",
        _slow_to_believe,
        Checks("TS-407"),
        also=(Checks("TS-404", "OAS:405"),),
    ),
    _peer(
        "any-path",
        "Antwoordt 202 op een adres dat niet bestaat",
        supplier(in_place_of(404, 202, lambda received: operation_of(received).endswith("-bestaat-niet"))),
        Checks("TS-408", "RFC9110:404"),
    ),
    _peer(
        "405-for-a-wrong-path",
        "Antwoordt op een adres dat niet bestaat zoals op een school die niet bekend is",
        supplier(in_place_of(404, 405, lambda received: operation_of(received).endswith("-bestaat-niet"))),
        Checks("TS-408", "Q4:405"),
        also=(Checks("TS-408", "RFC9110:404"),),
    ),
    _peer(
        "repeats-names",
        "Noemt in de melding de naam van de leerling",
        _repeating(r'"achternaam":\s*"([^"]+)"'),
        Checks("TS-301 TS-303 TS-305 TS-306 TS-307 TS-308 TS-40[1245]", "AVG:melding"),
    ),
    _peer(
        "repeats-keys",
        "Noemt in de melding de sleutel van de leerling",
        _repeating(r'"onderwijsdeelnemerID":\s*"([^"]+)"'),
        Checks("TS-*", "AVG:melding"),
    ),
    _peer(
        "repeats-birthdays",
        "Noemt in de melding de geboortedatum van de leerling",
        _repeating(r'"geboortedatum":\s*"([^"]+)"'),
        Checks("TS-301 TS-305 TS-306 TS-307 TS-308 TS-40[1245]", "AVG:melding"),
    ),
)
"""All of them."""
