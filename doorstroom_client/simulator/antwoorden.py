"""What a party of the simulated chain can be told to answer: each status of the chain and its proxies, also late or in part."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.https import NOTHING, Answer

MELDINGEN = {
    200: "Verwerkt.",
    202: "Bericht ontvangen; de verwerking volgt later.",
    204: "Dit leerlingrapport is nog niet klaar.",
    301: "Dit adres is verhuisd.",
    302: "Dit adres is tijdelijk elders.",
    303: "Kijk elders.",
    307: "Dit adres is tijdelijk elders.",
    308: "Dit adres is verhuisd.",
    400: "Het verzoek is niet te lezen.",
    401: "Voor deze school ontbreekt een machtiging van de verzender of van de ontvanger.",
    403: "De periode voor deze aanlevering is voorbij.",
    404: "De lijst bevat een leerling die hier niet bekend is.",
    405: "Deze school is hier niet aangemeld.",
    406: "Een antwoord in deze vorm is er niet.",
    408: "Het verzoek kwam te langzaam.",
    413: "Het bericht is te groot.",
    415: "Het bericht is geen JSON.",
    422: "De inhoud van het bericht klopt niet.",
    429: "Te veel verzoeken; probeer het later opnieuw.",
    500: "Onverwachte fout bij de verwerking.",
    502: "De server achter dit adres antwoordt niet.",
    503: "Tijdelijk niet bereikbaar wegens onderhoud.",
    504: "De server achter dit adres antwoordt te laat.",
}
"""The text of an Ontvangstmelding for each status that can be asked for."""
MAX_SECONDS = 300.0
"""So long an answer can be put off."""
ELDERS = "https://localhost:1/elders"
"""Where a redirect leads to when it has no ``Location`` of its own."""
_LATER = frozenset({429, 503})
_REDIRECTS = range(300, 400)
_LONG = 200_000
_NONE = type(None)
_KINDS: Mapping[str, tuple[type, ...]] = {
    "status": (int, _NONE),
    "vorm": (str, _NONE),
    "tekst": (str,),
    "kop": (list,),
    "retry_after": (int, str, _NONE),
    "verwerk": (bool,),
    "seconden": (int, float),
    "afbreken_na": (int, _NONE),
    "zonder_antwoord": (bool,),
}
"""Of which kind a value is in JSON."""
_OF_THE_CHAIN = frozenset({202, 204, 401, 403, 404, 405, 422, 500, 503})


class Vorm(StrEnum):
    """What the body of a fixed answer is."""

    MELDING = "melding"
    """An Ontvangstmelding."""
    PROBLEM = "problem"
    """A problem document (RFC 9457)."""
    HTML = "html"
    """The page of a proxy."""
    TEKST = "tekst"
    """The name of the status as plain text."""
    LEEG = "leeg"
    """Nothing, and no content type."""
    LATIN1 = "latin1"
    """An Ontvangstmelding in ISO-8859-1, as its content type says."""
    LANG = "lang"
    """An Ontvangstmelding of 200,000 characters."""


@frozen
class Antwoord:
    """A fixed answer; with nothing but `seconden`, `afbreken_na` or `zonder_antwoord` it is the usual one, late or in part.

    Attributes:
        status: of the answer; None gives the usual one, after the request was processed.
        vorm: what its body is; None means an Ontvangstmelding for what suppliers give themselves (202, 204, 401, 403, 404,
            405, 422, 500, 503), and the page of a proxy for the others.
        tekst: in place of the usual text in it; for the forms that have one.
        kop: further headers, names and values.
        retry_after: value of ``Retry-After``, seconds or a date; None sends none. The empty text sends 1 with 429 and 503,
            and none with others.
        verwerk: process the request all the same, as a supplier does whose proxy gives up on it.
        seconden: pause before the answer, at most 300; it ends when the server is stopped.
        afbreken_na: after so many bytes of the body the connection is closed, 0 is right after the head.
        zonder_antwoord: the connection is closed instead of an answer.

    Raises:
        ValueError: the status is not one that is given here, or the parts do not fit together.
    """

    status: int | None = None
    vorm: Vorm | None = None
    tekst: str = ""
    kop: tuple[tuple[str, str], ...] = ()
    retry_after: int | str | None = ""
    verwerk: bool = False
    seconden: float = 0.0
    afbreken_na: int | None = None
    zonder_antwoord: bool = False

    def __post_init__(self) -> None:
        """Refuse what means nothing."""
        if self.status is not None and self.status not in MELDINGEN:
            raise ValueError(f"No fixed answer {self.status} exists.")
        if self.status is None and (self.vorm or self.tekst or self.kop or self.retry_after != "" or self.verwerk):
            raise ValueError("The usual answer has its own form, text and headers, and is always processed: name a status.")
        if not 0 <= self.seconden <= MAX_SECONDS:
            raise ValueError(f"An answer can be put off for {MAX_SECONDS:g} seconds at most.")
        if self.afbreken_na is not None and (self.afbreken_na < 0 or self.zonder_antwoord):
            raise ValueError("An answer is cut off after 0 bytes or more, or there is none at all.")

    @property
    def verwerkt(self) -> bool:
        """Whether the request is processed."""
        return self.status is None or self.verwerk

    def answer(self, usual: Answer | None = None) -> Answer:
        """What goes over the line.

        Args:
            usual: the answer to the request, when it was processed.
        """
        made = (usual or Answer(500)) if self.status is None else self._made(self.status)
        return replace(made, seconds=self.seconden, cut=NOTHING if self.zonder_antwoord else self.afbreken_na)

    def as_data(self) -> dict[str, Any]:
        """The same as plain values for JSON; what is as usual is left out."""
        found = {item.name: getattr(self, item.name) for item in fields(self) if getattr(self, item.name) != item.default}
        plain = {"vorm": self.vorm and self.vorm.value, "kop": [list(pair) for pair in self.kop]}
        return found | {name: value for name, value in plain.items() if name in found}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Antwoord:
        """Make one of plain values, as `as_data` gives them.

        Raises:
            ValueError: a name or a value does not exist.
        """
        unknown = data.keys() - _KINDS.keys()
        if unknown:
            raise ValueError(f"A fixed answer has no {', '.join(sorted(unknown))}.")
        wrong = [name for name, value in data.items() if type(value) not in _KINDS[name]]
        if wrong or any(type(pair) is not list or len(pair) != 2 for pair in data.get("kop", ())):
            raise ValueError(f"A fixed answer has another kind of {', '.join(sorted(wrong)) or 'kop'}.")
        given = dict(data)
        if given.get("vorm") is not None:
            given["vorm"] = Vorm(given["vorm"])
        given["kop"] = tuple((str(name), str(value)) for name, value in data.get("kop", ()))
        return cls(**given)

    def _made(self, status: int) -> Answer:
        vorm = self.vorm or (Vorm.MELDING if status in _OF_THE_CHAIN else Vorm.HTML)
        body, content_type = _BODIES[vorm](status, self.tekst or MELDINGEN[status])
        return Answer(status, body, content_type, (*self._headers(status, vorm), *self.kop))

    def _headers(self, status: int, vorm: Vorm) -> tuple[tuple[str, str], ...]:
        """What belongs to a status, as far as it is not among the further headers."""
        later = ("1" if status in _LATER else None) if self.retry_after == "" else self.retry_after
        location = ELDERS if status in _REDIRECTS else None
        # A 405 that is not about a school is that of a web server, which says what it does take (quirk Q4).
        allow = "GET, HEAD" if status == HTTPStatus.METHOD_NOT_ALLOWED and vorm in (Vorm.HTML, Vorm.TEKST) else None
        named = {name.lower() for name, _ in self.kop}
        found = (("Retry-After", later), ("Location", location), ("Allow", allow))
        return tuple((name, str(value)) for name, value in found if value is not None and name.lower() not in named)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _melding(_status: int, text: str) -> tuple[bytes, str]:
    return json.dumps({"melding": text}, ensure_ascii=False).encode(), "application/json"


def _problem(status: int, text: str) -> tuple[bytes, str]:
    found = {"type": "about:blank", "title": _phrase(status), "status": status, "detail": text}
    return json.dumps(found, ensure_ascii=False).encode(), "application/problem+json"


def _html(status: int, _text: str) -> tuple[bytes, str]:
    title = f"{status} {_phrase(status)}"
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1>\r\n<hr>proxy\r\n</body>\r\n</html>\r\n"
    return page.encode(), "text/html; charset=utf-8"


def _latin1(_status: int, text: str) -> tuple[bytes, str]:
    found = json.dumps({"melding": f"{text} Vragen? Bel uw ICT-coördinator."}, ensure_ascii=False)
    return found.encode("latin-1", "replace"), "application/json; charset=iso-8859-1"


def _long(status: int, text: str) -> tuple[bytes, str]:
    return _melding(status, (f"{text} " * (_LONG // len(text)))[:_LONG])


_BODIES: Mapping[Vorm, Callable[[int, str], tuple[bytes, str | None]]] = {
    Vorm.MELDING: _melding,
    Vorm.PROBLEM: _problem,
    Vorm.HTML: _html,
    Vorm.TEKST: lambda status, _: (_phrase(status).encode(), "text/plain"),
    Vorm.LEEG: lambda *_: (b"", None),
    Vorm.LATIN1: _latin1,
    Vorm.LANG: _long,
}


class VasteAntwoorden:
    """The fixed answers that were asked for, per operation."""

    def __init__(self, *operaties: str) -> None:
        """Start without any.

        Args:
            operaties: those that there are.
        """
        self._operaties = operaties
        self._lock = threading.Lock()
        self._vast: dict[str, list[tuple[Antwoord, int | None]]] = {}

    def zet(self, operatie: str, antwoorden: Sequence[Antwoord | int], keer: int | None) -> None:
        """Fix the answers of one operation, in place of what was fixed.

        Args:
            operatie: which.
            antwoorden: a status, or more of an answer; several are given in turn.
            keer: how often each is given; None gives each once, and the last one until `wis`.

        Raises:
            ValueError: the operation or the status does not exist here.
        """
        found = [item if isinstance(item, Antwoord) else Antwoord(status=item) for item in antwoorden]
        counts: list[int | None] = [keer if keer is not None else 1] * len(found)
        if keer is None and counts:
            counts[-1] = None
        self._set({operatie: list(zip(found, counts, strict=True))})

    def wis(self, operatie: str | None) -> None:
        """Forget the answers of one operation; None forgets all."""
        with self._lock:
            for vergeten in list(self._vast) if operatie is None else [operatie]:
                self._vast.pop(vergeten, None)

    def answer(self, operatie: str, process: Callable[[], Answer]) -> Answer:
        """Answer a request as was fixed, or by processing it.

        Args:
            operatie: what is asked.
            process: processes it, and gives the usual answer.
        """
        vast = self.neem(operatie)
        if vast is None:
            return process()
        return vast.answer(process() if vast.verwerkt else None)

    def neem(self, operatie: str) -> Antwoord | None:
        """Return the fixed answer and count it; None when there is none."""
        with self._lock:
            if operatie not in self._vast:
                return None
            (antwoord, keer), *rest = self._vast[operatie]
            left = [(antwoord, keer), *rest] if keer is None else [(antwoord, keer - 1), *rest] if keer > 1 else rest
            if left:
                self._vast[operatie] = left
            else:
                del self._vast[operatie]
            return antwoord

    def as_data(self) -> dict[str, list[dict[str, Any]]]:
        """What is still to be given, as plain values for JSON: ``keer`` says how often, null means until it is taken back."""
        with self._lock:
            return {
                operatie: [{"keer": keer, **antwoord.as_data()} for antwoord, keer in self._vast.get(operatie, ())]
                for operatie in self._operaties
            }

    def read(self, data: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Take over answers in the form of `as_data`, of the operations that are named; all or none.

        Raises:
            ValueError: a name or a value does not exist; nothing was changed.
        """
        made: dict[str, list[tuple[Antwoord, int | None]]] = {}
        for operatie, items in data.items():
            pairs = [({**item}, item.get("keer", 1)) for item in items]
            for given, _ in pairs:
                given.pop("keer", None)
            made[operatie] = [(Antwoord.from_data(given), keer) for given, keer in pairs]
        self._set(made)

    def _set(self, given: Mapping[str, list[tuple[Antwoord, int | None]]]) -> None:
        for operatie, pairs in given.items():
            if operatie not in self._operaties:
                raise ValueError(f"No fixed answer exists for {operatie!r}: it is one of {', '.join(self._operaties)}.")
            if any(keer is not None and (not isinstance(keer, int) or keer < 1) for _, keer in pairs):
                raise ValueError("A fixed answer is given at least once.")
        with self._lock:
            for operatie, pairs in given.items():
                if pairs:
                    self._vast[operatie] = pairs
                else:
                    self._vast.pop(operatie, None)
