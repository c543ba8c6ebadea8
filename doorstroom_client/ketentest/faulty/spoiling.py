"""Ways to make a peer of a simulated chain faulty: something stands around it, that changes what comes in or goes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.simulator.antwoorden import MELDINGEN
from doorstroom_client.simulator.chain_servers import LAS, Around
from doorstroom_client.simulator.https import Answer, App, Received
from doorstroom_client.simulator.keten import Keten
from doorstroom_client.simulator.toetssysteem import Toetssysteem

Spoil = Callable[[Keten], object]
When = Callable[[Received], bool]
LISTS = ("registreren", "registreren-schooladviezen")
REGISTER, ADVICE = LISTS
REPORT, RESULT = "leerlingrapport", "leerlingresultaat"
_ECK = "https://ketenid.nl/pilot/"
_LABEL_DIGITS = 64


def supplier(around: Around) -> Spoil:
    """Something stands around the supplier that is tested, or that a LAS under test sends to."""
    return lambda keten: keten.servers.surround(TOETSSOORT, around)


def receiver(around: Around) -> Spoil:
    """Something stands around the receiving side of the LAS: it is faulty, or gets what a faulty supplier pushes."""
    return lambda keten: keten.servers.surround(LAS, around)


def both(*spoils: Spoil) -> Spoil:
    """Several at once."""

    def spoil(keten: Keten) -> None:
        for one in spoils:
            one(keten)

    return spoil


def anew(make: Callable[[], Spoil]) -> Spoil:
    """What remembers something is made once more for each chain, so that none knows of another."""
    return lambda keten: make()(keten)


def take_place(keten: Keten, kind: type[Toetssysteem]) -> Toetssysteem:
    """Have a supplier of another kind in the place of the one that is tested."""
    sound = keten.toetssystemen[TOETSSOORT]
    afspraken = {item.naam: item for item in (*AFSPRAKEN.values(), keten.afspraak)}
    made = kind(
        sound.toetssoort,
        sound.naam,
        sound.oin,
        sound.gedrag,
        mandaat=keten.osr.has_mandate,
        scholen=[school.oin for school in keten.scholen],
        afspraken=tuple(afspraken.values()),
    )
    made.basis_url = sound.basis_url
    keten.toetssystemen[TOETSSOORT] = made
    keten.servers.surround(TOETSSOORT, lambda received, _: made.app(received))
    return made


# --- what stands around a peer


def before(change: Callable[[Received], Received]) -> Around:
    """What comes in is changed, so that it seems to have been sent so."""
    return lambda received, app: app(change(received))


def after(change: Callable[[Received, Answer], Answer]) -> Around:
    """The answer is another one than the peer gives."""
    return lambda received, app: change(received, app(received))


def instead(when: When, status: int, text: str = "") -> Around:
    """Some requests never reach the peer, and are answered so."""

    def around(received: Received, app: App) -> Answer:
        return said(status, text) if when(received) else app(received)

    return around


def in_place_of(status: int, other: int, when: When = lambda _: True) -> Around:
    """One status is answered where the peer gives another."""
    return after(lambda received, answer: said(other) if answer.status == status and when(received) else answer)


def said(status: int, text: str = "") -> Answer:
    """An answer with an Ontvangstmelding."""
    return Answer.melding(status, text or MELDINGEN.get(status, "Antwoord van een knoeier."))


# --- what a request is about


def is_for(*operations: str) -> When:
    """Whether it is one of these operations."""
    return lambda received: operation_of(received) in operations


def operation_of(received: Received) -> str:
    """The part of the path that names the operation."""
    parts = received.path.strip("/").split("/")
    return REPORT if REPORT in parts else parts[-1]


def document_of(received: Received) -> dict[str, Any]:
    """The message; empty when it is none."""
    try:
        found = received.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def changed(received: Received, change: Callable[[dict[str, Any]], object]) -> Received:
    """The request with another message; one without a message stays as it is."""
    document = document_of(received)
    if not document:
        return received
    change(document)
    return replace(received, body=json.dumps(document, ensure_ascii=False).encode())


def entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The pupils in a list of participants or of advice."""
    found = document.get("deelnemers") or document.get("voorlopigSchooladviezen") or []
    return found if isinstance(found, list) else []


def refs_of(document: dict[str, Any]) -> list[dict[str, str]]:
    """The identities in a result."""
    found: list[dict[str, str]] = document.get("resultatenscores", {}).get("deelnemerref", [])
    return found


def identities(entry: dict[str, Any]) -> frozenset[str]:
    """Of a pupil in a list."""
    return frozenset(ref["onderwijsdeelnemerID"] for ref in entry.get("deelnemerref", ()))


def labels_in(document: dict[str, Any]) -> set[str]:
    """The labels of the pupils in a message: an invented ECK-iD begins with it, and an invented LAS-key ends with it."""
    return {label_in(ref["onderwijsdeelnemerID"]) for ref in _all_refs(document)}


def label_in(identity: str) -> str:
    """The label of a pupil, of its identity."""
    if not identity.startswith(_ECK):
        return identity.split("-", 2)[-1]
    return bytes.fromhex(identity.removeprefix(_ECK)[:_LABEL_DIGITS]).rstrip(b".").decode()


def _all_refs(part: object) -> Iterator[dict[str, str]]:
    if isinstance(part, dict):
        if "onderwijsdeelnemerID" in part:
            yield part
        for value in part.values():
            yield from _all_refs(value)
    elif isinstance(part, list):
        for value in part:
            yield from _all_refs(value)
