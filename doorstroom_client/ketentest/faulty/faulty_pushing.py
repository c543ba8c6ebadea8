"""Suppliers that are wrong in the results that they push."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.faulty.faulty_peer import Checks, FaultyPeer
from doorstroom_client.ketentest.faulty.spoiling import (
    ADVICE,
    RESULT,
    Spoil,
    anew,
    before,
    both,
    changed,
    document_of,
    entries,
    instead,
    labels_in,
    operation_of,
    receiver,
    refs_of,
    supplier,
    take_place,
)
from doorstroom_client.ketentest.player import FOREIGN
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.simulator.chain_servers import Around
from doorstroom_client.simulator.https import NOTHING, Answer, App, Received
from doorstroom_client.simulator.keten import Keten
from doorstroom_client.simulator.pki import other_oin
from doorstroom_client.simulator.toetssysteem import Toetssysteem
from doorstroom_client.simulator.verzending import Afzender, Verzonden, iedereen

_FOREIGN_ID = f"https://ketenid.nl/pilot/{'0' * 128}"
_OFTEN = 4


def _peer(name: str, wrong: str, spoil: Spoil, *fails: Checks, also: tuple[Checks, ...] = ()) -> FaultyPeer:
    return FaultyPeer(name=f"pusher-{name}", wrong=wrong, rol=Rol.TERUGWEG, fails=fails, also=also, spoil=spoil)


def _sending(change: Callable[[Received], Received]) -> Spoil:
    """What is pushed is something else."""
    return receiver(before(lambda received: change(received) if operation_of(received) == RESULT else received))


def _writing(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """The results that are pushed are other ones."""
    return _sending(lambda received: changed(received, change))


def _setting(*path: str, value: object) -> Spoil:
    def change(document: dict[str, Any]) -> None:
        place = document
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value

    return _writing(change)


def _of(label: str, change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Only the results of one pupil are other ones."""
    return _writing(lambda document: change(document) if label in labels_in(document) else None)


# --- what is pushed to whom


def _without(label: str) -> Spoil:
    return receiver(instead(lambda received: label in labels_in(document_of(received)), 202))


def _for_whom_there_is_advice() -> Spoil:
    """Take whoever there is advice of for somebody who took the test."""
    signed_up: set[str] = set()
    advised: dict[str, list[dict[str, str]]] = {}

    def at_supplier(received: Received, app: App) -> Answer:
        for entry in entries(document_of(received)):
            for label in labels_in(entry):
                if operation_of(received) == ADVICE:
                    advised[label] = entry["deelnemerref"]
                else:
                    signed_up.add(label)
        return app(received)

    def at_receiver(received: Received, app: App) -> Answer:
        for label in [label for label in advised if label not in signed_up]:
            app(changed(received, _about(advised.pop(label))))
        return app(received)

    return both(supplier(at_supplier), receiver(at_receiver))


def _about(refs: list[dict[str, str]]) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        refs_of(document)[:] = refs

    return change


def _somebody_elses_too(received: Received, app: App) -> Answer:
    answer = app(received)
    app(changed(received, _about([{"label": "ECK-iD", "onderwijsdeelnemerID": _FOREIGN_ID}])))
    return answer


def _swapped(received: Received) -> Received:
    other = {"edu-to": "edu-from", "edu-from": "edu-to"}
    return replace(received, query=tuple((other.get(name, name), value) for name, value in received.query))


def _from_a_board(received: Received) -> Received:
    return replace(
        received, query=tuple((name, other_oin(value) if name == "edu-from" else value) for name, value in received.query)
    )


class _NeverLooks(Toetssysteem):
    """Pushes results to whoever is at the address."""

    def stuur_resultaten(
        self,
        afzender: Afzender,
        *,
        school_oin: str | None = None,
        wie: str | None = None,
        afwijkingen: Collection[str] = (),
    ) -> list[Verzonden]:
        """Push results."""
        anybody = replace(afzender, mag_ontvangen=iedereen)
        return super().stuur_resultaten(anybody, school_oin=school_oin, wie=wie, afwijkingen=afwijkingen)


# --- what stands in them


def _las_key_first(document: dict[str, Any]) -> None:
    refs_of(document).reverse()


def _another_beside(document: dict[str, Any]) -> None:
    """The LAS-key of another pupil of the class stands in the place of the own one."""
    for ref in refs_of(document):
        if ref["label"] == "LAS-key":
            ref["onderwijsdeelnemerID"] = ref["onderwijsdeelnemerID"].removesuffix("K03") + "K01"


def _scores(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["resultatenscores"]["scores"]["scores"]
    return found


def _results(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["resultatenscores"]["resultaten"]["resultaten"]
    return found


def _without_whole_test(document: dict[str, Any]) -> None:
    found = _scores(document)
    found[:] = [item for item in found if item.get("label") != "Toetsscore"]


def _score_of_a_part(document: dict[str, Any]) -> None:
    for item in _scores(document):
        item["toetseenheid"] = "REKENEN"


def _keep_results(keeps: Callable[[dict[str, Any]], bool]) -> Spoil:
    def change(document: dict[str, Any]) -> None:
        found = _results(document)
        found[:] = filter(keeps, found)

    return _writing(change)


def _unknown_level(document: dict[str, Any]) -> None:
    for item in _results(document):
        if item.get("toetseenheid") == "REKENEN":
            item["waarde"] = "4F"


# --- corrections, and what comes again


def _correcting(change: Callable[[dict[str, Any], dict[str, Any]], object]) -> Spoil:
    """What is sent of a pupil for the second time is something else, by what was sent before."""
    first: dict[str, dict[str, Any]] = {}

    def around(received: Received) -> Received:
        document = document_of(received)
        (label,) = labels_in(document)
        if not _is_correction(received):
            first[label] = document
            return received
        return changed(received, lambda again: change(first[label], again))

    return _sending(around)


def _same_moment(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["datumtijd"] = old["datumtijd"]


def _only_a_part(_: dict[str, Any], new: dict[str, Any]) -> None:
    del _results(new)[1:]


def _is_correction(received: Received) -> bool:
    document = document_of(received)
    return labels_in(document) == {"K15"} and document["resultatenscores"].get("versie") == "Gecorrigeerd"


def _again(unanswered: Callable[[Answer], bool], change: Callable[[Received, App], Answer]) -> Around:
    """Does something else than to send the same once more, when an answer is none."""
    waiting: set[bytes] = set()

    def around(received: Received, app: App) -> Answer:
        if received.body in waiting:
            waiting.discard(received.body)
            return change(received, app)
        answer = app(received)
        if unanswered(answer):
            waiting.add(received.body)
        return answer

    return around


def _busy(answer: Answer) -> bool:
    return answer.status == 503


def _lost(answer: Answer) -> bool:
    return answer.cut == NOTHING


def _given_up(_: Received, __: App) -> Answer:
    return Answer.melding(202, "Nooit verstuurd.")


def _made_anew(received: Received, app: App) -> Answer:
    return app(changed(received, lambda document: document.update(auteur="Opnieuw gemaakt")))


def _at_once(received: Received, app: App) -> Answer:
    answer = app(received)
    return app(received) if _busy(answer) else answer


def _hammering(received: Received, app: App) -> Answer:
    answer = app(received)
    for _ in range(_OFTEN if answer.status == 422 else 0):
        answer = app(received)
    return answer


def _never_looks(keten: Keten) -> None:
    take_place(keten, _NeverLooks)


_DEFINITION, _ROD = Checks("TW-104", "OAS:Leerlingresultaat"), Checks("TW-106")
PEERS = (
    _peer(
        "forgets-a-pupil",
        "Stuurt van één leerling geen resultaat",
        _without("K05"),
        Checks("TW-101"),
        also=(Checks("TW-104"), _ROD),
    ),
    _peer(
        "result-of-an-unknown-pupil",
        "Stuurt een resultaat van iemand van wie er alleen een advies is",
        anew(_for_whom_there_is_advice),
        Checks("TW-101"),
    ),
    _peer(
        "pupil-of-others",
        "Heeft in de testomgeving ook leerlingen van anderen, en stuurt die mee",
        receiver(_somebody_elses_too),
        Checks("TW-10[1-9] TW-20[1-3]", FOREIGN),
    ),
    _peer("swaps-edu", "Verwisselt edu-to en edu-from", _sending(_swapped), Checks("TW-102")),
    _peer("edu-from-of-another", "Zet in edu-from het OIN van een ander", _sending(_from_a_board), Checks("TW-102")),
    _peer(
        "certificate-of-another",
        "Stuurt resultaten met het certificaat van een ander",
        _sending(lambda received: replace(received, peer_oin=other_oin(received.peer_oin or "0" * 20))),
        Checks("TW-103"),
    ),
    _peer(
        "tls-1.1",
        "Stuurt resultaten over TLS 1.1",
        _sending(lambda received: replace(received, tls="TLSv1.1")),
        Checks("TW-103"),
    ),
    _peer(
        "old-version",
        "Zet in resultaten de versie van een vorig schooljaar",
        _setting("versie", value="Doorstroomtoetsketen_v1.0"),
        _DEFINITION,
    ),
    _peer(
        "other-profile",
        "Zet in resultaten een ander profiel",
        _setting("profiel", value="Uitslag"),
        _DEFINITION,
    ),
    _peer("test-of-another", "Noemt in resultaten de toets van een ander", _setting("toets", "id", value="DIA"), _DEFINITION),
    _peer(
        "other-toetsdefinitie",
        "Noemt in resultaten de toetsdefinitie van een ander",
        _setting("resultatenscores", "toetsdefinitie", value="DIA"),
        _DEFINITION,
    ),
    _peer(
        "no-author",
        "Laat in resultaten de auteur weg",
        _writing(lambda document: document.pop("auteur")),
        _DEFINITION,
    ),
    _peer("las-key-first", "Zet de LAS-key voor het ECK-iD", _of("K03", _las_key_first), Checks("TW-105")),
    _peer(
        "key-of-another-pupil",
        "Zet bij een leerling ook de sleutel van een andere",
        _of("K03", _another_beside),
        Checks("TW-105"),
    ),
    _peer("no-whole-test", "Geeft geen score van de hele toets", _writing(_without_whole_test), _ROD),
    _peer("score-of-a-part", "Geeft alleen scores van een onderdeel", _writing(_score_of_a_part), _ROD),
    _peer("no-toetsadvies", "Geeft geen toetsadvies", _keep_results(lambda item: item.get("label") != "Toetsadvies"), _ROD),
    _peer(
        "no-level-of-reading",
        "Geeft geen referentieniveau voor lezen",
        _keep_results(lambda item: item.get("toetseenheid") != "LEZEN"),
        _ROD,
    ),
    _peer("unknown-level", "Geeft een referentieniveau dat niet bestaat", _writing(_unknown_level), _ROD),
    _peer(
        "dutch-moments",
        "Schrijft datumtijd op zijn Nederlands",
        _setting("datumtijd", value="3 februari 2026, 10.11 uur"),
        Checks("TW-107"),
        also=(_DEFINITION, Checks("TW-108")),
    ),
    _peer(
        "same-moment",
        "Verbetert een resultaat zonder een nieuwere datumtijd",
        anew(lambda: _correcting(_same_moment)),
        Checks("TW-108"),
    ),
    _peer(
        "part-of-a-result",
        "Stuurt als verbetering alleen wat anders is",
        anew(lambda: _correcting(_only_a_part)),
        Checks("TW-108"),
    ),
    _peer(
        "never-corrects",
        "Stuurt een verbeterd resultaat niet opnieuw",
        receiver(instead(_is_correction, 202)),
        Checks("TW-108"),
    ),
    _peer(
        "report-that-is-not-there",
        "Noemt bij een resultaat een rapport dat er niet is",
        _setting("resultatenscores", "resultaten", "aanvullendeinfo", value="https://toets.example/dst/leerlingrapport/weg"),
        Checks("TW-109"),
    ),
    _peer(
        "gives-up-after-503",
        "Stuurt na een storing (503) niet opnieuw",
        anew(lambda: receiver(_again(_busy, _given_up))),
        Checks("TW-201", "*:opnieuw"),
    ),
    _peer(
        "other-content-after-503",
        "Stuurt na een storing (503) iets anders",
        anew(lambda: receiver(_again(_busy, _made_anew))),
        Checks("TW-201", "*:opnieuw"),
    ),
    _peer(
        "back-at-once",
        "Stuurt na een storing (503) meteen opnieuw",
        receiver(_at_once),
        Checks("TW-201", "*:niet-eerder"),
    ),
    _peer(
        "gives-up-without-an-answer",
        "Stuurt niet opnieuw als er geen antwoord kwam",
        anew(lambda: receiver(_again(_lost, _given_up))),
        Checks("TW-202"),
    ),
    _peer(
        "other-content-without-an-answer",
        "Stuurt iets anders als er geen antwoord kwam",
        anew(lambda: receiver(_again(_lost, _made_anew))),
        Checks("TW-202"),
    ),
    _peer("hammers", "Stuurt een resultaat dat geweigerd is, steeds weer", receiver(_hammering), Checks("TW-203")),
    _peer("any-receiver", "Stuurt resultaten naar een adres dat een ander OIN toont", _never_looks, Checks("TW-204")),
)
"""All of them."""
