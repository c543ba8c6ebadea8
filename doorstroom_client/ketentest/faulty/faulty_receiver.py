"""Receiving sides of a LAS that are wrong in what they take in, keep or refuse."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from doorstroom_client.ketentest.faulty.faulty_peer import Checks, FaultyPeer
from doorstroom_client.ketentest.faulty.spoiling import (
    Spoil,
    after,
    anew,
    before,
    changed,
    document_of,
    in_place_of,
    instead,
    labels_in,
    receiver,
    refs_of,
    said,
)
from doorstroom_client.ketentest.pupils import KLAS
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.messages.bsn import looks_like_bsn
from doorstroom_client.simulator.chain_servers import LAS, Around
from doorstroom_client.simulator.https import Answer, App, Received
from doorstroom_client.simulator.keten import Keten
from doorstroom_client.simulator.terugweg import Terugweg

_FIELDS = frozenset({"datumtijd", "auteur", "versie", "profiel", "schooljaar", "resultatenscores", "toets"})
_LABELS = frozenset({"Toetsadvies", "Referentieniveau"})
_LOOKED_AT = frozenset({"K19", "K20", "K21", "K22"})
"""The pupils of whom a scenario looks at what is kept."""
_ASCII = 0x7F
_AT_ONCE = 3
_SLOW = 2.2
_STORE = ("", "-wal", "-shm")
_TAKEN, _STRANGER = "OAS:leerlingresultaat:202", "OAS:leerlingresultaat:401"


def _peer(name: str, wrong: str, spoil: Spoil, *fails: Checks, also: tuple[Checks, ...] = ()) -> FaultyPeer:
    return FaultyPeer(name=f"receiver-{name}", wrong=wrong, rol=Rol.ONTVANGER, fails=fails, also=also, spoil=spoil)


def _refusing(when: Callable[[dict[str, Any]], object], status: int = 422) -> Spoil:
    """Refuses results that it may not refuse."""

    def is_meant(received: Received) -> bool:
        document = document_of(received)
        return "resultatenscores" in document and bool(when(document))

    return receiver(in_place_of(202, status, is_meant))


def _scores(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["resultatenscores"].get("scores", {}).get("scores", [])
    return found


def _results(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = document["resultatenscores"].get("resultaten")
    return found.get("resultaten", []) if isinstance(found, dict) else []


def _has_number(document: dict[str, Any]) -> bool:
    return any(not isinstance(item.get("waarde"), str) for item in _scores(document))


def _has_strange_text(document: dict[str, Any]) -> bool:
    texts = [document.get("auteur", ""), *(str(item.get("waarde")) for item in _results(document))]
    return any(ord(letter) > _ASCII for text in texts for letter in text)


def _without_zone(document: dict[str, Any]) -> bool:
    afname = document["resultatenscores"].get("afnamecontext", {}).get("afname", {}).get("afnametijdstip", "Z")
    return not document.get("datumtijd", "").endswith("Z") or not afname.endswith("Z")


def _known_labels_only(document: dict[str, Any]) -> bool:
    return any(item.get("label") not in _LABELS for item in _results(document))


# --- what it remembers


def _again(about: Callable[[Received], object], answer: Answer) -> Callable[[], Spoil]:
    """Whatever comes for the second time, is answered so and not looked at."""

    def make() -> Spoil:
        seen: set[object] = set()

        def around(received: Received, app: App) -> Answer:
            mark = about(received)
            if mark in seen:
                return answer
            done = app(received)
            if done.status == 202:
                seen.add(mark)
            return done

        return receiver(around)

    return make


def _pupil(received: Received) -> object:
    """Of whom it is looked at; all others are told apart, as different scenarios may send the same of them."""
    return frozenset(labels_in(document_of(received)) & _LOOKED_AT) or object()


def _bytes(received: Received) -> object:
    return received.body if labels_in(document_of(received)) & _LOOKED_AT else object()


def _as_another(received: Received) -> Received:
    """A pupil that is known, sent by another key."""
    document = document_of(received)
    found = re.search(r"[^/]+$", document["resultatenscores"]["resultaten"].get("aanvullendeinfo", ""))
    key = [{"label": "LAS-key", "onderwijsdeelnemerID": found[0] if found else ""}]
    return changed(received, lambda again: refs_of(again).__setitem__(slice(None), key))


def _keeping_twice() -> Spoil:
    """Keep a message that comes twice, twice."""
    seen: set[object] = set()

    def around(received: Received, app: App) -> Answer:
        mark = _bytes(received)
        known = mark in seen
        seen.add(mark)
        return app(_as_another(received) if known else received)

    return receiver(around)


def _last_to_come() -> Spoil:
    """What comes last, counts."""
    begun, count = datetime.now(UTC), [0]

    def write(document: dict[str, Any]) -> None:
        count[0] += 1
        document["datumtijd"] = (begun + timedelta(seconds=count[0])).strftime("%Y-%m-%dT%H:%M:%SZ")

    def around(received: Received, app: App) -> Answer:
        older = labels_in(document_of(received)) == {"K21"}
        return app(changed(received, write) if older else received)

    return receiver(around)


class _Forgetful(Terugweg):
    """Keeps nothing on disk."""

    def __init__(self, keten: Keten) -> None:
        super().__init__(keten.client)
        self._store = keten.store

    def close(self) -> None:
        """Close the client, with which everything is gone."""
        super().close()
        for suffix in _STORE:
            Path(f"{self._store}{suffix}").unlink(missing_ok=True)


def _forgetting(keten: Keten) -> None:
    forgetful = keten.terugweg = _Forgetful(keten)
    keten.servers.surround(LAS, lambda received, _: forgetful.app(received))


def _few_at_once() -> Around:
    """Answer 500 to whoever comes while too many others are served."""
    lock, here = threading.Lock(), [0]

    def around(received: Received, app: App) -> Answer:
        with lock:
            here[0] += 1
            many = here[0] > _AT_ONCE
        try:
            return said(500) if many else app(received)
        finally:
            with lock:
                here[0] -= 1

    return around


def _is_plain(received: Received) -> bool:
    """Whether it is a result that has to be kept, of one of the pupils of whom that is looked at."""
    return bool(labels_in(document_of(received)) & _LOOKED_AT)


# --- what it does not refuse


def _taking(status: int, when: Callable[[Keten, Received], bool] = lambda *_: True) -> Spoil:
    """Takes what it should refuse with this status."""
    return lambda keten: receiver(in_place_of(status, 202, lambda received: when(keten, received)))(keten)


def _own_school(keten: Keten, received: Received) -> bool:
    return received.one("edu-to") == keten.school.routeringskenmerk


def _usual(keten: Keten, received: Received) -> bool:
    return received.peer_oin == keten.toetssystemen[TOETSSOORT].oin


def _repeating(pattern: str) -> Spoil:
    """Says in its receipts what it was sent."""

    def around(received: Received, answer: Answer) -> Answer:
        found = re.search(pattern, received.body.decode("utf-8", "replace"))
        return answer if found is None else replace(answer, body=json.dumps({"melding": f"Over {found[1]}"}).encode())

    return receiver(after(around))


def _is_bsn(document: dict[str, Any]) -> bool:
    return any(looks_like_bsn(ref["onderwijsdeelnemerID"]) for ref in refs_of(document))


def _takes_anything(received: Received, answer: Answer) -> Answer:
    unreadable = answer.status in (400, 422) and received.one("edu-to") is not None
    return said(202) if unreadable else answer


def _slowly(received: Received, answer: Answer) -> Answer:
    return replace(answer, seconds=_SLOW) if labels_in(document_of(received)) & {"K02", "K03"} else answer


def _as_text(_: Received, answer: Answer) -> Answer:
    return Answer(answer.status, b"gezien", "text/plain", answer.headers)


def _unmandated(keten: Keten, received: Received) -> bool:
    return received.one("edu-to") == keten.scholen[3].routeringskenmerk


def _stumbling(when: Callable[[Keten, Received], bool]) -> Spoil:
    return lambda keten: receiver(instead(lambda received: when(keten, received), 500))(keten)


def _fixed_query(received: Received) -> Received:
    """Without one good edu-to, edu-from says enough."""
    if received.one("edu-to") is not None:
        return received
    source = received.one("edu-from") or ""
    return replace(received, query=(("edu-to", f"{source[:15]}00530"), ("edu-from", source)))


_REFUSALS = "ON-20* ON-301 ON-302 ON-306"
PEERS = (
    _peer(
        "500-on-everything",
        "Bewaart elk resultaat, maar antwoordt met 500",
        receiver(in_place_of(202, 500)),
        Checks("ON-10* ON-110 ON-112 ON-402", _TAKEN),
        Checks("ON-111 ON-113 ON-304 ON-403"),
        Checks("ON-204", "OAS:profiel"),
    ),
    _peer("text-scores-only", "Weigert een score die een getal is", _refusing(_has_number), Checks("ON-102 ON-103")),
    _peer("own-labels-only", "Weigert soorten resultaat die het niet kent", _refusing(_known_labels_only), Checks("ON-103")),
    _peer(
        "known-fields-only",
        "Weigert velden die het niet kent",
        _refusing(lambda found: not found.keys() <= _FIELDS),
        Checks("ON-104"),
    ),
    _peer("wants-scores", "Weigert een resultaat zonder scores", _refusing(lambda found: not _scores(found)), Checks("ON-105")),
    _peer(
        "one-version",
        "Weigert resultaten met de versie van een ander jaar",
        _refusing(lambda found: found.get("versie") != "Doorstroomtoetsketen_v1.1"),
        Checks("ON-106"),
    ),
    _peer("ascii-only", "Weigert letters van buiten ASCII", _refusing(_has_strange_text), Checks("ON-107")),
    _peer("wants-a-zone", "Weigert momenten zonder tijdzone", _refusing(_without_zone), Checks("ON-112")),
    _peer(
        "refuses-strangers",
        "Weigert resultaten van leerlingen die het niet kent",
        _refusing(lambda found: not labels_in(found) <= KLAS.keys()),
        Checks("ON-111"),
    ),
    _peer(
        "refuses-same-bytes",
        "Weigert een bericht dat twee keer komt",
        anew(_again(_bytes, said(422))),
        Checks("ON-108", _TAKEN),
    ),
    _peer(
        "refuses-corrections",
        "Weigert een tweede resultaat van een leerling",
        anew(_again(_pupil, said(422))),
        Checks("ON-108 ON-109 ON-110", _TAKEN),
        Checks("ON-109", "STAND:nieuwste"),
    ),
    _peer(
        "first-counts",
        "Houdt het eerste resultaat, ook als er een nieuwer komt",
        anew(_again(_pupil, said(202))),
        Checks("ON-109", "STAND:nieuwste"),
    ),
    _peer(
        "last-to-come-counts",
        "Houdt wat het laatst binnenkomt, ook als het ouder is",
        anew(_last_to_come),
        Checks("ON-110", "STAND:nieuwste"),
    ),
    _peer(
        "keeps-doubles",
        "Bewaart een bericht dat twee keer komt, twee keer",
        anew(_keeping_twice),
        Checks("ON-108", "STAND:eenmaal"),
    ),
    _peer(
        "keeps-nothing",
        "Antwoordt 202, maar bewaart niets",
        receiver(instead(lambda received: "resultatenscores" in document_of(received) and _is_plain(received), 202)),
        Checks("ON-108", "STAND:eenmaal"),
        Checks("ON-109 ON-110", "STAND:nieuwste"),
        Checks("ON-402", "ONTVANGER:bewaard"),
    ),
    _peer("forgets-at-a-restart", "Is na een herstart alles kwijt", _forgetting, Checks("ON-402", "ONTVANGER:bewaard")),
    _peer(
        "few-at-once",
        "Antwoordt 500 als er meer dan drie tegelijk komen",
        anew(lambda: receiver(_few_at_once())),
        Checks("ON-113"),
    ),
    _peer("one-at-a-time", "Laat wie snel is, wachten op wie langzaam is", receiver(after(_slowly)), Checks("ON-403")),
    _peer(
        "takes-anything",
        "Neemt berichten aan waar niets mee kan",
        receiver(after(_takes_anything)),
        Checks("ON-201 ON-202 ON-203", "*:422"),
        Checks("ON-207", "AVG:bsn"),
    ),
    _peer(
        "takes-a-bsn",
        "Neemt een bericht met een BSN aan",
        _taking(422, lambda _, received: _is_bsn(document_of(received))),
        Checks("ON-207", "AVG:bsn"),
    ),
    _peer(
        "stumbles-over-half-a-message",
        "Valt om (500) van een bericht dat niet af is",
        receiver(instead(lambda received: bool(received.body) and not document_of(received), 500)),
        Checks("ON-201", "*:422"),
    ),
    _peer(
        "stumbles-over-other-profile",
        "Valt om (500) van een ander profiel",
        receiver(instead(lambda received: document_of(received).get("profiel") == "Schooladviezen", 500)),
        Checks("ON-204", "OAS:profiel"),
    ),
    _peer("takes-text", "Neemt een bericht aan dat geen JSON heet te zijn", _taking(415), Checks("ON-205", "RFC9110:*")),
    _peer("takes-megabytes", "Neemt berichten aan van elke grootte", _taking(413), Checks("ON-206", "RFC9110:*")),
    _peer(
        "any-administration",
        "Neemt resultaten aan voor administraties die het niet kent",
        _taking(405),
        Checks("ON-301", "*:405"),
    ),
    _peer(
        "any-school",
        "Kijkt niet of edu-from de school van de administratie is",
        _taking(401, lambda keten, item: _own_school(keten, item) and _usual(keten, item)),
        Checks("ON-302", _STRANGER),
    ),
    _peer(
        "any-sender",
        "Neemt resultaten aan van een verzender zonder mandaat",
        _taking(401, lambda keten, item: item.peer_oin is not None and not _usual(keten, item)),
        Checks("ON-303"),
    ),
    _peer(
        "stumbles-without-mandate",
        "Valt om (500) van een school die het LAS geen mandaat heeft gegeven",
        _stumbling(_unmandated),
        Checks("ON-304"),
    ),
    _peer(
        "guesses-the-administration",
        "Neemt resultaten aan waarvan edu-to niet in orde is",
        receiver(before(_fixed_query)),
        Checks("ON-306", "OAS:*:las"),
    ),
    _peer("any-path", "Antwoordt 202 op een adres dat niet bestaat", _taking(404), Checks("ON-307")),
    _peer(
        "no-receipts",
        "Antwoordt met gewone tekst in plaats van een Ontvangstmelding",
        receiver(after(_as_text)),
        Checks(_REFUSALS, "OAS:ontvangstmelding"),
    ),
    _peer(
        "repeats-keys",
        "Noemt in de melding de sleutel van de leerling",
        _repeating(r'leerlingrapport/([^"]+)"'),
        Checks(_REFUSALS, "AVG:melding"),
    ),
    _peer("repeats-text", "Herhaalt in de melding wat er stond", _repeating(r'"resultaten":\s*"([^"]+)"'), Checks("ON-401")),
)
"""All of them."""
