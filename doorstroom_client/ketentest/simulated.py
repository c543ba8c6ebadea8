"""The other side when it is the simulator: set, told and asked through its control address, so that nobody has to wait."""

from __future__ import annotations

import datetime as dt
import time
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from doorstroom_client.ketentest.evidence import arrival_of
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Arranged, Arrival
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.steps import Await, Pause
from doorstroom_client.ketentest.undo import Ask, Undo
from doorstroom_client.messages.school import School

SIMULATED_SECONDS = 3.0
"""How long a run waits for what a simulator has to send: it was told to, so it is there at once or never."""
_SECOND_ADMINISTRATION = "99"
_STRANGER = "DIA"
_AGAIN_AFTER = 2.2
_MOST_PUSHES = 3
_NOT_TO_HAVE = "andere OIN"


class Simulated:
    """A simulator as the counterpart of one supplier and one LAS.

    Args:
        ask: reaches its control address.
        toetssoort: the supplier.
        supplier_oin: its OIN.
        las_oin: the OIN of the LAS.
        spare: a school of the simulator without any mandate.
        other: a school that has mandated the LAS and another supplier.
        keys: the identities of the run.
        undo: takes back what was set.
    """

    def __init__(
        self,
        ask: Ask,
        toetssoort: str,
        *,
        supplier_oin: str,
        las_oin: str,
        spare: School,
        other: School,
        keys: Keys,
        undo: Undo | None = None,
    ) -> None:
        self._ask = ask
        self._toetssoort = toetssoort
        self._supplier_oin = supplier_oin
        self._las_oin = las_oin
        self._spare = spare
        self._other = other
        self._keys = keys
        self._undo = undo or Undo(ask)

    # --- as a counterpart

    def arrange(self, name: str, frame: Frame) -> Arranged | None:
        """Have a state set."""
        arrangement = _ARRANGEMENTS.get(name)
        if arrangement is None:
            return None
        self._undo.remember()
        return Arranged(value=arrangement(self, frame))

    def restore(self) -> None:
        """Take back what was set."""
        self._undo.restore()

    def tell(self, step: Await | Pause, frame: Frame) -> bool:
        """Have it push results, or make reports ready."""
        does = step.does
        for what, how in does.items():
            if what in ("resultaten", "verbeter"):
                more = ["gecorrigeerd"] if what == "verbeter" else []
                self.push(how, frame.school, *more, key=f"{_attempt(frame)}/{step.name}/{what}")
            elif what == "rapport":
                self._set({"toestand": {"uitgestelde_rapporten": []}})
            else:
                return False
        return bool(does)

    def see(self, facts: Mapping[str, Any], frame: Frame) -> bool | None:
        """Whether it sees something to be so; None when it cannot say."""
        answers = [_FACTS[what](self, expected, frame) if what in _FACTS else None for what, expected in facts.items()]
        return None if not answers or None in answers else all(answers)

    def certificates(self) -> Mapping[str, str]:
        """Certificates of the LAS, with their keys, that have to be refused; by what is wrong with each."""
        found: Mapping[str, str] = self._ask("POST", "/certificaten", {"partij": "las"})["certificaten"]
        return found

    # --- as what stages and as what arrivals come from

    def stage_supplier(self, answers: Mapping[str, Any]) -> None:
        """Set what the played supplier answers; nothing sets it back to what it was."""
        self._stage(answers, self._set)

    def stage_receiver(self, answers: Mapping[str, Any]) -> None:
        """Set what the played receiving side of the LAS answers."""
        self._stage(answers, lambda more: self._ask("PATCH", "/standen", {"terugweg": more}))

    def at_supplier(self, since: dt.datetime) -> Sequence[Arrival]:
        """What the LAS sent."""
        return self._arrivals(self._toetssoort, since)

    def at_receiver(self, since: dt.datetime) -> Sequence[Arrival]:
        """What suppliers pushed."""
        return self._arrivals("terugweg", since)

    def push(self, pupils: Sequence[str], school: School, *afwijkingen: str, key: str = "") -> None:
        """Have the supplier push the results of pupils; what got no answer, or 503, comes again, as a sound supplier does.

        Args:
            pupils: whose, by label.
            school: of which school.
            *afwijkingen: how the results differ from plain ones.
            key: what was pushed under it is not pushed again, by a run that was killed and goes on for instance.
        """
        about: dict[str, Any] = {"school": school.oin, "leerlingen": self._identities(pupils), "afwijkingen": [*afwijkingen]}
        for at in range(_MOST_PUSHES):
            asked = {"toetssysteem": self._toetssoort, **about} | ({"sleutel": f"{key}/{at}"} if key else {})
            sent = self._ask("POST", "/resultaten", asked)["verzonden"]
            # Whoever is not to have it, will not be later either.
            failed = [item["rapportid"] for item in sent if item["status"] in (None, 503) and item["reden"] != _NOT_TO_HAVE]
            if not failed:
                break
            about = {"opnieuw": True, "rapporten": failed}
            time.sleep(_AGAIN_AFTER if at < _MOST_PUSHES - 1 else 0)

    # --- inside

    def _stage(self, answers: Mapping[str, Any], put: Callable[[Mapping[str, Any]], object]) -> None:
        if not answers:
            self.restore()
            return
        self._undo.remember()
        fixed = {name: value for name, value in answers.items() if name not in ("server", "toestand")}
        more: dict[str, Any] = {name: answers[name] for name in ("server", "toestand") if name in answers}
        put(more | ({"antwoorden": fixed} if fixed else {}))

    def _set(self, more: Mapping[str, Any]) -> None:
        self._ask("PATCH", "/standen", {"toetssystemen": {self._toetssoort: more}})

    def _mandate(self, school: School, *oins: str) -> None:
        for oin in (self._supplier_oin, self._las_oin):
            self._ask("POST", "/mandaten", {"school": school.oin, "partij": oin, "gegeven": oin in oins})

    def _identities(self, labels: Sequence[str]) -> list[str]:
        """Every identity that pupils may be known by there, those that they get later included."""
        return [identity for label in labels for identity in (self._keys.eck_id(label), self._keys.las_key(label))]

    def _arrivals(self, party: str, since: dt.datetime) -> list[Arrival]:
        found = self._ask("GET", f"/verkeer?partij={party}&richting=ontvangen&sinds={since:%Y-%m-%dT%H:%M:%S.%fZ}", None)
        return [
            arrival_of(
                self._keys,
                operation=item["operatie"],
                method=item["methode"],
                query=[(name, value) for name, value in item["query"]],
                headers=[(name, value) for name, value in item["koppen"]],
                body=_body(item["body"]),
                oin=item["peer_oin"],
                answered=item["status"] or 0,
                moment=item["moment"],
                tls=item.get("tls", ""),
                path=item["pad"],
            )
            for item in found["uitwisselingen"]
        ]

    def _at_supplier(self, frame: Frame) -> list[Mapping[str, Any]]:
        path = f"/leerlingen?toetssysteem={self._toetssoort}&school={frame.school.oin}"
        found: list[Mapping[str, Any]] = self._ask("GET", path, None)["leerlingen"]
        return found

    def _of(self, label: str, items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [item for item in items if label in {self._keys.label_of(identity) for identity in item["identiteiten"]}]

    def _received(self, frame: Frame) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._ask("GET", f"/resultaten?school={frame.school.routeringskenmerk}", None)[
            "resultaten"
        ]
        return found


def _attempt(frame: Frame) -> str:
    """What tells this attempt of a scenario apart from every other one, of other runs too."""
    return f"{frame.keys.las_key(frame.scenario)}/{frame.began:%Y-%m-%dT%H:%M:%S.%f}"


def _body(body: Mapping[str, str]) -> bytes:
    return b64decode(body["base64"]) if "base64" in body else body.get("tekst", "").encode()


def _as_data(school: School) -> dict[str, Any]:
    return {item.name: getattr(school, item.name) for item in fields(school) if item.init}


def _without_supplier(here: Simulated, _: Frame) -> dict[str, Any]:
    here._mandate(here._spare, here._las_oin)
    return _as_data(here._spare)


def _without_las(here: Simulated, _: Frame) -> dict[str, Any]:
    here._mandate(here._spare, here._supplier_oin)
    return _as_data(here._spare)


def _unknown_school(here: Simulated, _: Frame) -> dict[str, Any]:
    here._mandate(here._spare, here._supplier_oin, here._las_oin)
    here._set({"toestand": {"onbekende_scholen": [here._spare.oin]}})
    return _as_data(here._spare)


def _other_school(here: Simulated, _: Frame) -> dict[str, Any]:
    here._mandate(here._other, here._supplier_oin, here._las_oin)
    return _as_data(here._other)


def _second_administration(_: Simulated, frame: Frame) -> dict[str, Any]:
    own = _as_data(frame.school)
    number = own["routeringskenmerk"][:-2] + _SECOND_ADMINISTRATION
    return own | {"routeringskenmerk": number, "administratienr": _SECOND_ADMINISTRATION}


def _closed(operation: str) -> Callable[[Simulated, Frame], None]:
    def close(here: Simulated, _: Frame) -> None:
        here._set({"toestand": {"gesloten": {operation: ["alle"]}}})

    return close


def _restored(here: Simulated, frame: Frame) -> None:
    here._mandate(frame.school)
    here._mandate(frame.school, here._supplier_oin, here._las_oin)


def _reports_later(here: Simulated, _: Frame) -> None:
    here._set({"toestand": {"uitgestelde_rapporten": ["alle"]}})


def _outage(here: Simulated, _: Frame) -> None:
    here._set({"antwoorden": {"registreren": [{"status": 503, "keer": None}]}})


def _other_oin(here: Simulated, frame: Frame) -> int:
    """How many results reach an address of the LAS that shows another OIN: that of another supplier."""
    here._ask("POST", "/adressen", {"routeringskenmerk": frame.school.routeringskenmerk, "partij": _STRANGER})
    here.push(["K01"], frame.school, key=f"{_attempt(frame)}/{_STRANGER}")
    return len(here._arrivals(_STRANGER, frame.began))


_ARRANGEMENTS: Mapping[str, Callable[[Simulated, Frame], Any]] = {
    "tweede_administratie": _second_administration,
    "school_zonder_mandaat_toets": _without_supplier,
    "school_zonder_mandaat_las": _without_las,
    "school_onbekend": _unknown_school,
    "gesloten_inschrijving": _closed("registreren"),
    "gesloten_schooladviezen": _closed("registreren-schooladviezen"),
    "mandaat_hersteld": _restored,
    "rapport_niet_klaar": _reports_later,
    "andere_school": _other_school,
    "storing": _outage,
    "correctie": lambda *_: None,
    "storing_las": lambda *_: None,
    "ander_oin_las": _other_oin,
}


def _counts(here: Simulated, expected: Mapping[str, int], frame: Frame) -> bool:
    known = here._at_supplier(frame)
    return all(len(here._of(label, known)) == number for label, number in expected.items())


def _advice(here: Simulated, expected: Mapping[str, str], frame: Frame) -> bool:
    known = here._at_supplier(frame)
    return all([item["advies"] for item in here._of(label, known)] == [value] for label, value in expected.items())


def _names(here: Simulated, expected: Mapping[str, str], frame: Frame) -> bool:
    known = here._at_supplier(frame)
    return all([item["achternaam"] for item in here._of(label, known)] == [value] for label, value in expected.items())


def _reports(here: Simulated, expected: Mapping[str, str], frame: Frame) -> bool:
    known = here._at_supplier(frame)
    return all([item["rapportid"] for item in here._of(label, known)] == [value] for label, value in expected.items())


def _results(here: Simulated, expected: Mapping[str, int], frame: Frame) -> bool:
    kept = here._received(frame)
    return all(len(here._of(label, kept)) == number for label, number in expected.items())


def _toetsadvies(here: Simulated, expected: Mapping[str, str], frame: Frame) -> bool:
    kept = here._received(frame)
    return all([item["toetsadvies"] for item in here._of(label, kept)] == [value] for label, value in expected.items())


def _restart(here: Simulated, _: object, __: Frame) -> bool:
    here._ask("POST", "/herstart", None)
    return True


_FACTS: Mapping[str, Callable[[Simulated, Any, Frame], bool | None]] = {
    "deelnemers": _counts,
    "adviezen": _advice,
    "achternaam": _names,
    "rapport": _reports,
    "resultaten": _results,
    "toetsadvies": _toetsadvies,
    "herstart": _restart,
    "geweigerd": lambda *_: True,  # the simulator keeps every answer to what it pushed
    "verteld": lambda _, told, __: told,  # None where only a person can have read it
    "status": lambda *_: True,  # says what "verteld" is about
}
