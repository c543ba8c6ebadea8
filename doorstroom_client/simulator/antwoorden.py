"""What a party of the simulated chain can be told to answer: each status of the chain and its proxies, also late or in part."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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
    401: "Voor deze school ontbreekt een mandaat van de verzender of van de ontvanger.",
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
        """The answer as plain values for JSON; what is as usual is left out."""
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
