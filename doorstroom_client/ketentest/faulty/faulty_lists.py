"""Suppliers that are wrong in what they do with good lists: participants and advice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstroom_client.ketentest.faulty.faulty_peer import NEXT_YEAR, THIS_YEAR, Checks, FaultyPeer
from doorstroom_client.ketentest.faulty.spoiling import (
    ADVICE,
    LISTS,
    REGISTER,
    Spoil,
    after,
    anew,
    both,
    changed,
    document_of,
    entries,
    identities,
    in_place_of,
    instead,
    is_for,
    labels_in,
    operation_of,
    said,
    supplier,
    take_place,
)
from doorstroom_client.ketentest.pupils import KLAS
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.simulator.chain_servers import Around
from doorstroom_client.simulator.https import Answer, App, Received
from doorstroom_client.simulator.keten import Keten
from doorstroom_client.simulator.toetssysteem import Gedrag, Toetssysteem

_LATIN = 0xFF
_MOST_PUPILS = 300
_UNKNOWN_ADVIES = "VSO"


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


def _names(received: Received) -> str:
    return "".join(str(entry.get("achternaam")) + str(entry.get("roepnaam")) for entry in entries(document_of(received)))


def _remembering(decide: Callable[[set[object], Received], bool], status: int) -> Around:
    """Refuses what it decides to, by what it has seen before."""
    seen: set[object] = set()
    return instead(lambda received: decide(seen, received), status)


def _is_a_copy(seen: set[Any], received: Received) -> bool:
    """Whether it came before; of the class it can be that two scenarios send the same within a second."""
    known = received.body in seen and not labels_in(document_of(received)) & KLAS.keys()
    seen.add(received.body)
    return known


def _same_bytes(seen: set[object], received: Received) -> bool:
    return operation_of(received) == REGISTER and _is_a_copy(seen, received)


def _known_pupils() -> Around:
    """Who is on a second list, is a mistake."""
    seen: set[str] = set()

    def around(received: Received, app: App) -> Answer:
        answer = app(received)
        if answer.status != 202 or operation_of(received) != REGISTER:
            return answer
        here = {identity for entry in entries(document_of(received)) for identity in identities(entry)}
        known = bool(here & seen)
        seen.update(here)
        return said(409) if known else answer

    return around


def _other_administration(seen: set[object], received: Received) -> bool:
    """The first administration of a school is the only one."""
    school, administration = received.one("edu-to"), received.one("edu-from")
    if school is None or administration is None:
        return False
    if not any(isinstance(item, tuple) and item[0] == school for item in seen):
        seen.add((school, administration))
    return (school, administration) not in seen


def _incomplete(seen: set[object], received: Received) -> bool:
    """A list of advice has to hold everybody of the last list of participants."""
    here = {min(identities(entry)) for entry in entries(document_of(received)) if identities(entry)}
    if operation_of(received) == REGISTER:
        seen.clear()
        seen |= here
    return operation_of(received) == ADVICE and bool(seen & here) and not seen <= here


def _unknown_for_good() -> Around:
    """Whoever was unknown once, stays so."""
    signed_up: set[str] = set()
    strangers: set[str] = set()

    def around(received: Received, app: App) -> Answer:
        here = {identity for entry in entries(document_of(received)) for identity in identities(entry)}
        if operation_of(received) == REGISTER:
            signed_up.update(here)
        elif operation_of(received) == ADVICE:
            if here & strangers:
                return said(404)
            strangers.update(here - signed_up)
        return app(received)

    return around


class _KeepsLastList(Toetssysteem):
    """Takes a list of participants for all there are."""

    _last: frozenset[str] = frozenset()

    def app(self, received: Received) -> Answer:
        """Answer one request."""
        if operation_of(received) == REGISTER:
            self._last = frozenset(one for entry in entries(document_of(received)) for one in identities(entry))
        return super().app(received)

    def deelnemers(self, school_oin: str) -> list[dict[str, Any]]:
        """The pupils of the last list."""
        return [item for item in super().deelnemers(school_oin) if identities(item) & self._last]


class _KeepsDoubles(Toetssysteem):
    """Takes the pupils of a list that comes twice for other ones."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._bodies: set[bytes] = set()
        self._twice: set[str] = set()

    def app(self, received: Received) -> Answer:
        """Answer one request."""
        if _is_a_copy(self._bodies, received):
            self._twice.update(one for entry in entries(document_of(received)) for one in identities(entry))
        return super().app(received)

    def deelnemers(self, school_oin: str) -> list[dict[str, Any]]:
        """The pupils, some of them twice."""
        return [item for one in super().deelnemers(school_oin) for item in [one] * (1 + bool(identities(one) & self._twice))]


def _without_known(operation: str) -> Around:
    """What is there already of a pupil, stays as it is."""
    known: set[str] = set()

    def around(received: Received, app: App) -> Answer:
        here = {one for entry in entries(document_of(received)) for one in identities(entry)}
        if operation_of(received) != operation or not here:
            return app(received)

        def leave_out(document: dict[str, Any]) -> None:
            found = entries(document)
            found[:] = [entry for entry in found if not identities(entry) & known]

        less = changed(received, leave_out)
        answer = app(less) if entries(document_of(less)) else said(202)
        known.update(here if answer.status == 202 else ())
        return answer

    return around


def _by_eck_id_only(document: dict[str, Any]) -> None:
    for entry in entries(document):
        refs = [ref for ref in entry["deelnemerref"] if ref["label"] == "ECK-iD"]
        entry["deelnemerref"] = refs or entry["deelnemerref"]


def _refusing_lists(keten: Keten) -> None:
    """Refuse a list of advice as a whole, for one who is unknown in it."""
    keten.toetssystemen[TOETSSOORT].gedrag = Gedrag.WEIGERT_LIJST


_UNKNOWN = in_place_of(404, 500, is_for(ADVICE))
_TAKEN, _ADVISED, _STRANGER = "OAS:registreren:202", "OAS:registreren-schooladviezen:202", "KO:2026-01-08:3a"
PEERS = (
    _peer(
        "500-on-participants",
        "Verwerkt elke aanmelding, maar antwoordt met 500",
        supplier(in_place_of(202, 500, is_for(REGISTER))),
        Checks("TS-10[1-6]", _TAKEN),
        Checks("TS-107 TS-309 TS-310 TS-311 TS-407 TS-601"),
        Checks("TS-305", "OAS:versie"),
        Checks("TS-312", "Q12:*"),
    ),
    _peer(
        "latin-names-only",
        "Weigert leerlingen met letters van buiten West-Europa in hun naam",
        supplier(instead(lambda received: any(ord(letter) > _LATIN for letter in _names(received)), 422)),
        Checks("TS-102", _TAKEN),
    ),
    _peer(
        "refuses-known-pupils",
        "Antwoordt 409 als er iemand op een lijst staat die al is aangemeld",
        anew(lambda: supplier(_known_pupils())),
        Checks("TS-10[2-5]", _TAKEN),
        Checks("TS-601"),
    ),
    _peer(
        "refuses-same-bytes",
        "Weigert een lijst die twee keer komt, zoals na een antwoord dat verloren ging",
        anew(lambda: supplier(_remembering(_same_bytes, 409))),
        Checks("TS-104", _TAKEN),
    ),
    _peer(
        "one-administration",
        "Kent van elke school maar één administratie",
        anew(lambda: supplier(_remembering(_other_administration, 405))),
        Checks("TS-106"),
    ),
    _peer(
        "small-lists-only",
        "Weigert een lijst met meer dan 300 leerlingen",
        supplier(instead(lambda received: len(entries(document_of(received))) > _MOST_PUPILS, 422)),
        Checks("TS-107"),
    ),
    _peer(
        "list-is-everybody",
        "Vergeet wie er niet op de laatste lijst staat",
        lambda keten: take_place(keten, _KeepsLastList),
        Checks("TS-103", "OAS:registreren:mutatie"),
    ),
    _peer(
        "keeps-first-name",
        "Verandert niets meer aan een leerling die is aangemeld",
        anew(lambda: supplier(_without_known(REGISTER))),
        Checks("TS-103", "OAS:registreren:mutatie"),
        also=(Checks("TS-311"),),
    ),
    _peer(
        "keeps-doubles",
        "Zet leerlingen dubbel als een lijst twee keer komt",
        lambda keten: take_place(keten, _KeepsDoubles),
        Checks("TS-104", "OAS:identiteit"),
    ),
    _peer(
        "forgets-las-key",
        "Kent een leerling die een ECK-iD krijgt, niet terug aan de LAS-key",
        supplier(lambda received, app: app(changed(received, _by_eck_id_only))),
        Checks("TS-105", "OAS:identiteit"),
    ),
    _peer(
        "500-on-advice",
        "Verwerkt elke lijst met adviezen, maar antwoordt met 500",
        supplier(in_place_of(202, 500, is_for(ADVICE))),
        Checks("TS-201 TS-202 TS-205 TS-206", _ADVISED),
        Checks("TS-203 TS-204 TS-205", _STRANGER),
    ),
    _peer(
        "sixteen-adviezen",
        "Kent niet alle zeventien adviezen",
        supplier(
            instead(lambda received: any(item.get("advies") == _UNKNOWN_ADVIES for item in entries(document_of(received))), 422)
        ),
        Checks("TS-201", _ADVISED),
    ),
    _peer(
        "first-advice-stays",
        "Houdt het eerste advies, ook als er een ander komt",
        anew(lambda: supplier(_without_known(ADVICE))),
        Checks("TS-202", "OAS:schooladviezen:nieuwste"),
    ),
    _peer(
        "stumbles-over-unknown-pupil",
        "Valt om (500) van een advies voor een leerling die niet bekend is",
        both(_refusing_lists, supplier(_UNKNOWN)),
        Checks("TS-203 TS-204 TS-205", _STRANGER),
        years=(THIS_YEAR, NEXT_YEAR),
    ),
    _peer(
        "refuses-list-with-unknown-pupil",
        "Weigert nog steeds de hele lijst om één leerling die niet bekend is",
        _refusing_lists,
        Checks("TS-203 TS-204 TS-205", _STRANGER),
        years=(NEXT_YEAR,),
    ),
    _peer(
        "drops-list-with-unknown-pupil",
        "Antwoordt 202 op een lijst met een onbekende leerling, maar verwerkt er niets van",
        both(_refusing_lists, supplier(in_place_of(404, 202, is_for(ADVICE)))),
        Checks("TS-203", "KO:2026-01-08:3a:verwerkt"),
        years=(THIS_YEAR, NEXT_YEAR),
    ),
    _peer(
        "unknown-for-good",
        "Blijft het advies weigeren van wie ooit niet bekend was, ook na de aanmelding",
        anew(lambda: supplier(_unknown_for_good())),
        Checks("TS-205", _ADVISED),
        also=(Checks("TS-204", _STRANGER),),
    ),
    _peer(
        "advice-for-all",
        "Weigert een lijst met adviezen waarop iemand van de aanmelding ontbreekt",
        anew(lambda: supplier(_remembering(_incomplete, 422))),
        Checks("TS-201 TS-206", _ADVISED),
    ),
    _peer(
        "no-receipts",
        "Antwoordt met gewone tekst in plaats van een Ontvangstmelding",
        supplier(after(lambda received, answer: _as_text(answer) if operation_of(received) in LISTS else answer)),
        Checks("TS-*", "OAS:ontvangstmelding"),
    ),
)
"""All of them."""


def _as_text(answer: Answer) -> Answer:
    return Answer(answer.status, b"ontvangen", "text/plain", answer.headers)
