"""Decides about a pushed message: who sent it, for which school, with a mandate, can it be used; and gives the answer.

The order is: who is it, for which school, is the sender mandated, can the message be used, keep it, answer. 202 is given
only after the store has committed. Texts of answers are fixed: nothing that came in is ever echoed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import field
from functools import cache
from typing import TypeVar
from urllib.parse import parse_qsl

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.theirs import contained
from doorstroom_client.errors import DoorstroomError, MessageError, StoreError
from doorstroom_client.exchange.flow import Flow, ask
from doorstroom_client.messages.bsn import holds_bsn, is_spelled_bsn, names_bsn
from doorstroom_client.messages.codec import BODY_LIMIT, decode_leerlingresultaat
from doorstroom_client.messages.identifiers import Oin, Routeringskenmerk
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.melding import ontvangstmelding
from doorstroom_client.messages.school import School
from doorstroom_client.messages.spellings import schooljaar_as_written, toets_as_listed
from doorstroom_client.messages.vocabulary import Identiteitsoort
from doorstroom_client.osr.registry import Registry
from doorstroom_client.receiving.reasons import Reason
from doorstroom_client.store.group_commit import GroupCommit
from doorstroom_client.store.rows import ReceivedResult, StoredResult

PATH = "/leerlingresultaat"
MELDINGEN = {
    202: "Bericht succesvol ontvangen en wordt verwerkt.",
    400: "Het verzoek is geen geldig bericht.",
    401: "Verzender en/of ontvanger van dit bericht is niet gemachtigd door de school.",
    404: "Deze bron bestaat niet.",
    405: "De school is niet bekend bij de ontvanger.",
    408: "Het bericht is niet op tijd ontvangen. Verstuur het later opnieuw.",
    413: "Het bericht is te groot.",
    415: "Het bericht moet als application/json worden verstuurd, zonder compressie.",
    422: "Bericht ontvangen, maar de inhoud is niet bruikbaar.",
    431: "De headers van het verzoek zijn te groot.",
    503: "De ontvanger kan dit bericht nu niet verwerken. Verstuur het later opnieuw.",
}
"""Status -> the fixed text that goes with it."""
_RETRY_AFTER = "60"
T = TypeVar("T")
_NAMES = (
    "datumtijd auteur versie profiel schooljaar resultatenscores id deelnemerref label onderwijsdeelnemerID toetsdefinitie "
    "afnamecontext afname afnametijdstip scores waarde resultaten aanvullendeinfo toetseenheid toets naam toetsonderdelen "
    "omschrijving"
)
_HARMLESS = frozenset(name for name in _NAMES.split() if not names_bsn(name))
"""Field names that come in every message, looked at once and not in each."""
_KINDS = frozenset(kind.value for kind in Identiteitsoort if not names_bsn(kind.value))
"""Kinds of identities, likewise."""


@frozen
class InboundRequest:
    """A request as any web server can give it.

    Attributes:
        method: ``POST`` for a result.
        path: without query; a mount prefix before `/leerlingresultaat` is fine.
        query: the raw query string.
        peer_oin: the OIN in the client certificate that the server verified; None when there was none. Never take it from
            a header that a client can set.
        body: the exact bytes.
        content_type: value of the Content-Type header.
        reason: why `peer_oin` is None, for our own log.
    """

    method: str
    path: str
    query: str = field(repr=False)
    peer_oin: str | None
    body: bytes = field(repr=False)
    content_type: str = "application/json"
    reason: Reason | None = None


@frozen
class InboundResponse:
    """The answer to give.

    Attributes:
        status: the HTTP status code.
        body: JSON (`Ontvangstmelding`).
        headers: all headers, content type and length included.
        reason: what was wrong, for our own log; never anything of the message, and never sent.
    """

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    reason: str = ""

    @staticmethod
    @cache
    def of(status: int, reason: str = "") -> InboundResponse:
        """The fixed answer for a status."""
        body = json.dumps(ontvangstmelding(MELDINGEN[status]), ensure_ascii=False).encode()
        later = (("retry-after", _RETRY_AFTER),) if status == 503 else ()
        headers = (
            ("content-type", "application/json; charset=utf-8"),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            *later,
        )
        return InboundResponse(status, body, headers, reason)


Verdict = InboundResponse | ReceivedResult
"""A refusal, or what is to be kept."""


Failed = Callable[[str, Exception], object]
"""Is told what failed that is not ours, and the error."""


def nobody(*_: object) -> None:
    """A listener that does nothing with what it is told."""


@frozen
class Receiver:
    """Decides about pushed messages and keeps the good ones.

    Attributes:
        find_school: the administration with a routeringskenmerk, or None when it is not ours.
        registry: for the mandate of the sender.
        arrivals: gives where results are kept.
        now: the wall clock (UTC).
        las_keys_like_bsn: whether a LAS-key may look like a citizen service number.
        waits: whether a school is found by a function of somebody else, which may wait, be awaited, or fail.
        contested: is told of a result that was kept beside one of another sender.
        failed: is told of what failed that is not ours, and of the kind of error.
    """

    find_school: Callable[[str], School | None]
    registry: Registry
    arrivals: Callable[[], GroupCommit]
    now: Callable[[], dt.datetime]
    las_keys_like_bsn: bool = False
    waits: bool = False
    contested: Callable[[StoredResult], object] = field(default=nobody, repr=False)
    failed: Failed = field(default=nobody, repr=False)

    def judge(self, request: InboundRequest, *, admitted: bool = False) -> Flow[Verdict]:
        """Decide about a request; asks the OSR where needed, keeps nothing yet. What was `admitted` is not looked up again."""
        refused = None if admitted and len(request.body) <= BODY_LIMIT else (yield from self.admit(request))
        return refused or self._read(request, *_edu(request.query), request.peer_oin or "")

    def admit(self, request: InboundRequest) -> Flow[InboundResponse | None]:
        """Decide who may send, and where to: the refusal, or None. The body does not matter to it, but for its size."""
        edu_to, edu_from = _edu(request.query)
        refused = _check_shape(request, edu_to, edu_from)
        if refused:
            return InboundResponse.of(refused)
        if request.peer_oin is None:
            return InboundResponse.of(401, request.reason or Reason.NO_CERTIFICATE)
        if not Oin.fits(request.peer_oin):
            return InboundResponse.of(401, Reason.NO_OIN)
        if self._is_ours(request.peer_oin):
            return InboundResponse.of(401, Reason.OURS)
        try:
            school_oin = yield from self._school_oin(edu_to)
        except Exception as error:  # noqa: BLE001 - of a function of somebody else
            return self.unable(error, "scholen")
        if school_oin is None:
            return InboundResponse.of(405)
        if edu_from != school_oin:
            return InboundResponse.of(401, Reason.OTHER_SCHOOL)
        try:
            mandated = yield from self.registry.is_mandated(request.peer_oin, school_oin, or_stale=True)
        except DoorstroomError:
            # A 401 would make the supplier stop; while the OSR is silent it should simply come back.
            return InboundResponse.of(503)
        return None if mandated else InboundResponse.of(401, Reason.NOT_MANDATED)

    def unable(self, error: Exception, what: str = "terugweg") -> InboundResponse:
        """The answer when something failed that is not ours: that says nothing about the message, so its sender comes back."""
        self.failed(what, error)
        return InboundResponse.of(503)

    def keep(self, verdict: Verdict) -> InboundResponse:
        """Keep what was accepted, and give the answer. May wait for the disk."""
        if isinstance(verdict, InboundResponse):
            return verdict
        try:
            kept = self.arrivals().add(verdict)
        except StoreError:
            return InboundResponse.of(503)
        if kept.contested:
            self.contested(kept)
        return InboundResponse.of(202)

    def _school_oin(self, edu_to: str) -> Flow[str | None]:
        """The School OIN of the administration; None when it is not ours."""
        school = (yield from ask(self.find_school, edu_to, contain=True)) if self.waits else self.find_school(edu_to)
        if school is not None and not Oin.fits(school.oin):
            raise TypeError("neither a School nor None")
        return None if school is None else school.oin

    def _is_ours(self, sender: str) -> bool:
        """A school mandates its LAS too, which makes it no test supplier, unless it is configured as one."""
        return sender == self.registry.las_oin and all(item.oin != sender for item in self.registry.leveranciers)

    def _read(self, request: InboundRequest, edu_to: str, edu_from: str, sender: str) -> Verdict:
        try:
            result = decode_leerlingresultaat(request.body)
        except MessageError as error:
            # What a rule about the body says is fixed; a problem further on may name what stood there.
            return InboundResponse.of(400, error.problems[0].text) if error.path == "body" else InboundResponse.of(422)
        if self._carries_bsn(result):
            return InboundResponse.of(422)
        return ReceivedResult(
            edu_to=edu_to,
            edu_from=edu_from,
            sender_oin=sender,
            schooljaar=schooljaar_as_written(result.schooljaar or ""),
            pupil=pupil_key(result),
            toets=toets_as_listed(result.toetssoort or ""),
            datumtijd=result.datumtijd,
            received_at=self.now(),
            payload=request.body,
            las_key=result.leerling.las_key or "",
        )

    def _carries_bsn(self, result: Leerlingresultaat) -> bool:
        """A citizen service number may not be kept, not even by accident."""
        excused: set[str] = set()
        for entry in result.resultatenscores.deelnemerref:
            label, key = entry.label or "", entry.onderwijsdeelnemerID or ""
            if label not in _KINDS and names_bsn(label):
                return True
            if is_spelled_bsn(key):
                if not self.las_keys_like_bsn or label.strip().casefold() != Identiteitsoort.LAS_KEY.casefold():
                    return True
                excused.add(key)
        return holds_bsn(result._raw, _HARMLESS, excused)


def guarded(
    make: Callable[[T, bytes, Callable[[T], str | None]], InboundRequest],
    failed: Failed,
    given: T,
    body: bytes,
    peer: Callable[[T], str | None],
) -> InboundRequest | int:
    """The request in what a server gave; 503 when the function that tells who sent it fails, or gives something else."""
    try:
        return make(given, body, peer)
    except BaseException as error:  # noqa: BLE001 - of a function of somebody else
        failed("peer", contained(error))
        return 503


def pupil_key(result: Leerlingresultaat) -> str:
    """The leading identity, with its kind: the ECK-iD, else the LAS-key."""
    leerling = result.leerling
    return f"eck:{leerling.eck_id}" if leerling.eck_id else f"las:{leerling.las_key}"


def _check_shape(request: InboundRequest, edu_to: str, edu_from: str) -> int:
    """The status to refuse a request with before its content is looked at; 0 when its shape is fine."""
    if not request.path.rstrip("/").endswith(PATH) or request.method != "POST":
        return 404  # not 405: in this chain that means an unknown school
    if len(request.body) > BODY_LIMIT:
        return 413
    if request.content_type.split(";")[0].strip().lower() != "application/json":
        return 415
    return 0 if Routeringskenmerk.fits(edu_to) and Oin.fits(edu_from) else 400


def _edu(query: str) -> tuple[str, str]:
    """edu-to and edu-from, exactly as sent; empty when one does not stand in the query exactly once."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError:
        return "", ""
    found = [[value for name, value in pairs if name == key] for key in ("edu-to", "edu-from")]
    edu_to, edu_from = (values[0] if len(values) == 1 else "" for values in found)
    return edu_to, edu_from
