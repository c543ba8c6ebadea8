"""Every error this library raises, as plain values that survive pickling.

    DoorstroomError
    |- ConfigurationError                      before any I/O; names the setting
    |- MessageError           .path .problems  a message or value does not fit the standard
    |- TransportError         .phase .attempts
    |  |- ConnectError                         nothing was sent: no route, no listener, no handshake
    |  |- TlsError            .code            one of the two certificates or the TLS settings is refused
    |  |- WrongPeer                            a valid certificate, but of another organisation
    |  |- NoAnswer                             the request may have arrived; no usable answer came back
    |  |- DeadlineExceeded                     the total time for the call ran out
    |  `- RedirectRefused                      the peer pointed elsewhere; never followed
    |- Refused                .status .melding
    |  |- GeenMandaat         401              a mandate is missing in the OSR
    |  |- AanleveringGesloten 403              the period for this delivery is over
    |  |- SchoolOnbekend      405              the supplier does not know the school (yet)
    |  |- OngeldigBericht     400, 413, 415, 422
    |  |- LeerlingOnbekend    404 on a list    probably a pupil the supplier does not know
    |  `- RapportOnbekend     404 on a report
    |- OutboxNotEmpty                         an older list still waits, and must arrive first
    |- Unavailable            .retry_at        429, 503, or a peer that stays dead
    |- UnexpectedResponse     .status
    `- StoreError

The text of an error names the next step and never holds a pupil's data. What a peer wrote (``melding``) may be about a
pupil: it is available as an attribute, but is left out of ``str()``, ``repr()`` and pickles.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from doorstroom_client.basics import error_texts as texts
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.mandate_words import OSR_VOLUIT
from doorstroom_client.basics.one_line import in_a_line
from doorstroom_client.basics.uitleg import Uitleg, las_kort, las_voluit

_TOETSLEVERANCIER = "de toetsleverancier (de aanbieder van de doorstroomtoets)"


class Phase(StrEnum):
    """How far a request provably got before the call failed."""

    NOT_SENT = "not_sent"
    """No byte of the request left this machine."""
    REFUSED = "refused"
    """One of the two sides refused the other during or right after the handshake; the request was not read."""
    UNKNOWN = "unknown"
    """The request, or part of it, may have arrived."""


@frozen
class Earlier:
    """One attempt within a call.

    Attributes:
        number: 1 for the first attempt.
        outcome: the status code, or the short name of the fault.
        seconds: how long the attempt took.
        waited: seconds waited before it.
    """

    number: int
    outcome: str
    seconds: float
    waited: float


@frozen
class Problem:
    """One place in a message, file or configuration that does not fit.

    Attributes:
        path: where, e.g. ``adviezen[3].leerling.las_key`` or ``line 4, column "advies"``.
        text: what is wrong and what was expected; never the value itself.
        source: where the entry stands in the file that it was read from, ``line 12``; empty when no reader made it.
    """

    path: str
    text: str
    source: str = ""

    def __str__(self) -> str:
        where = f"{self.source}, {self.path.rpartition('.')[2]}" if self.source else self.path
        return f"{where}: {self.text}"


class Details(TypedDict, total=False):
    """What every error can be told, as `DoorstroomError` describes it."""

    hint: str
    retryable: bool
    request_id: str
    attempts: tuple[Earlier, ...]
    las_naam: str


class DoorstroomError(Exception):
    """Base of all errors of this library.

    Attributes:
        hint: the next step for whoever reads the error.
        retryable: whether the same call may succeed later without any change.
        request_id: identifies the call in the log; empty when nothing was sent.
        attempts: the attempts that were made, first to last.
        las_naam: how a school calls its LAS, for `uitleg`; empty when that is not known.
    """

    _private: tuple[str, ...] = ()
    """Names of attributes that may hold pupil data: left out of pickles."""
    _uitleg: Uitleg = texts.ALGEMEEN
    """What it means for a school, with free places for names."""
    peer: str = ""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        retryable: bool = False,
        request_id: str = "",
        attempts: tuple[Earlier, ...] = (),
        las_naam: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retryable = retryable
        self.request_id = request_id
        self.attempts = attempts
        self.las_naam = las_naam

    @property
    def uitleg(self) -> Uitleg:
        """What this means for a school, in Dutch: what happened, whether anything was sent or lost, who has to do what."""
        return self._filled(texts.zelf_opnieuw(las_kort(self.las_naam)))

    @property
    def uitleg_staat_klaar(self) -> Uitleg:
        """What this means for a school when its list waits in the outbox: it goes again by itself."""
        told = self._filled(texts.VANZELF)
        return Uitleg(told.kop, (*told.alineas, texts.STAAT_KLAAR), punten=told.punten, stappen=told.stappen)

    def _filled(self, opnieuw: Mapping[str, str]) -> Uitleg:
        peer = in_a_line(self.peer)
        wie = {"": _TOETSLEVERANCIER, "OSR": OSR_VOLUIT}.get(peer, peer)
        kort = {"": "de toetsleverancier", "OSR": "het OSR"}.get(peer, peer)
        las, las_verder = las_voluit(self.las_naam), las_kort(self.las_naam)
        return self._told().filled(wie=wie, wie_kort=kort, las=las, las_kort=las_verder, **opnieuw)

    def _told(self) -> Uitleg:
        return self._uitleg

    def __str__(self) -> str:
        text = f"{self.message}. {self.hint}" if self.hint else self.message
        return f"{text} [request {self.request_id}]" if self.request_id else text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        state = {name: value for name, value in self.__dict__.items() if name not in self._private}
        return (_rebuild, (type(self), self.message), state)


def _rebuild(kind: type[DoorstroomError], message: str) -> DoorstroomError:
    """Make an error of `kind` without its own constructor; pickle fills in the rest."""
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    for name in kind._private:  # pyright: ignore[reportPrivateUsage]
        if not hasattr(kind, name):
            setattr(error, name, "")
    return error


class ConfigurationError(DoorstroomError):
    """A setting is missing, unknown, contradictory or unusable; raised before anything is sent.

    Attributes:
        setting: the name of the setting, as in the configuration file.
        problems: every setting that is not in order, when a whole configuration was read.
    """

    _uitleg = texts.INSTELLING

    def __init__(self, message: str, *, setting: str = "", hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.setting = setting
        self.problems = problems


class MessageError(DoorstroomError):
    """A message, ours or theirs, does not fit the standard. Holds places and rules, never values.

    Attributes:
        problems: everything that was found, in the order of the message.
        path: the place of the first problem.
        what: the message or file that the problems are in.
    """

    _uitleg = texts.PAST_NIET

    _shown = 10

    def __init__(self, problems: tuple[Problem, ...] | list[Problem], *, what: str = "", hint: str = "") -> None:
        found = tuple(problems)
        shown = "; ".join(str(problem) for problem in found[: self._shown])
        rest = f"; and {len(found) - self._shown} more" if len(found) > self._shown else ""
        super().__init__(f"{what}: {shown}{rest}" if what else f"{shown}{rest}", hint=hint)
        self.what = what
        self.problems = found
        self.path: str = found[0].path if found else ""


class TransportError(DoorstroomError):
    """No usable HTTP answer was obtained.

    Attributes:
        phase: how far the request provably got (`Phase`).
        peer: the name of the party that was called, as configured.
    """

    _uitleg = texts.GEEN_ANTWOORD

    def __init__(self, message: str, *, phase: Phase = Phase.UNKNOWN, peer: str = "", **details: Unpack[Details]) -> None:
        super().__init__(message, **details)
        self.phase = phase
        self.peer = peer


class ConnectError(TransportError):
    """No connection could be made, so nothing was sent."""

    _uitleg = texts.GEEN_VERBINDING


class TlsError(TransportError):
    """The TLS handshake failed: a certificate or the TLS settings of one of the two sides were refused.

    Attributes:
        code: a short machine-readable cause, e.g. ``expired``, ``wrong_host``, ``untrusted``, ``own_certificate``.
    """

    def __init__(
        self, message: str, *, code: str = "", phase: Phase = Phase.UNKNOWN, peer: str = "", **details: Unpack[Details]
    ) -> None:
        super().__init__(message, phase=phase, peer=peer, **details)
        self.code = code

    def _told(self) -> Uitleg:
        return {
            Phase.NOT_SENT: texts.NIET_VEILIG_NIETS_VERSTUURD,
            Phase.REFUSED: texts.NIET_VEILIG_NIETS_VERWERKT,
            Phase.UNKNOWN: texts.NIET_VEILIG_ONZEKER,
        }[self.phase]


class WrongPeer(TransportError):
    """The certificate is valid but carries another OIN than the one configured; no request byte was sent."""

    _uitleg = texts.ANDERE_PARTIJ


class NoAnswer(TransportError):
    """The request may have arrived, but no complete, well-formed answer came back."""

    _uitleg = texts.GEEN_ANTWOORD


class DeadlineExceeded(TransportError):
    """The total time for the call ran out before an answer was complete."""

    def _told(self) -> Uitleg:
        return texts.TE_LAAT_NIETS_VERSTUURD if self.phase is Phase.NOT_SENT else texts.TE_LAAT


class RedirectRefused(TransportError):
    """The peer answered with a redirect. It is never followed: pupil data and keys stay with the configured host."""

    _uitleg = texts.DOORVERWEZEN


class Refused(DoorstroomError):
    """The other party answered, and the answer is no.

    Attributes:
        status: the HTTP status code.
        melding: what the other party wrote. May be about a pupil, so it is not part of the text, repr or pickle.
        peer: the name of the party, as configured.
    """

    _uitleg = texts.NIET_AANGENOMEN

    _private: tuple[str, ...] = ("melding",)

    def __init__(self, message: str, *, status: int = 0, melding: str = "", peer: str = "", **details: Unpack[Details]) -> None:
        super().__init__(message, **details)
        self.status: int = status
        self.melding: str = melding
        self.peer: str = peer


class GeenMandaat(Refused):
    """401: sender or receiver is not mandated by the school in the OSR; also raised when no mandate is found there."""

    _uitleg = texts.GEEN_MANDAAT


class AanleveringGesloten(Refused):
    """403: the period for this delivery is closed."""

    _uitleg = texts.GESLOTEN


class SchoolOnbekend(Refused):
    """405: the supplier does not know the school (yet)."""

    _uitleg = texts.SCHOOL_ONBEKEND


class OngeldigBericht(Refused):
    """400, 413, 415 or 422: the message arrived and its content was refused."""

    _uitleg = texts.INHOUD_AFGEKEURD


class LeerlingOnbekend(Refused):
    """404 on a list of pupils or advice: not in the published definition, seen in practice for unknown pupils.

    Attributes:
        onbekend: the pupils (`Leerling`) of whom nothing was accepted; empty when the list was not split. Not part of the
            text, repr or pickle.
    """

    _private: tuple[str, ...] = ("melding", "onbekend")
    onbekend: tuple[object, ...] = ()

    _uitleg = texts.ADVIES_NIET_AANGENOMEN

    def _told(self) -> Uitleg:
        return texts.onbekende_leerlingen(len(self.onbekend), rest_aangekomen=False) or self._uitleg


class RapportOnbekend(Refused):
    """404 on a report: the supplier does not know the rapportid."""

    _uitleg = texts.RAPPORT_ONBEKEND


class OutboxNotEmpty(DoorstroomError):
    """An older list of the same kind and school waits in the outbox. A newer one may not go before it."""

    _uitleg = texts.OUDERE_LIJST_EERST

    def __init__(self, message: str, **details: Unpack[Details]) -> None:
        details.setdefault("retryable", True)
        super().__init__(message, **details)


class Unavailable(DoorstroomError):
    """The other party is overloaded or down, and stayed so for as long as the retry settings allow.

    Attributes:
        retry_at: the moment (UTC) from which the party asked to be called again, when it said so.
        status: the last HTTP status code; 0 when there was none.
    """

    _uitleg = texts.NIET_BEREIKBAAR

    def __init__(
        self,
        message: str,
        *,
        retry_at: datetime | None = None,
        status: int = 0,
        peer: str = "",
        **details: Unpack[Details],
    ) -> None:
        details.setdefault("retryable", True)
        super().__init__(message, **details)
        self.retry_at = retry_at
        self.status = status
        self.peer = peer


class UnexpectedResponse(DoorstroomError):
    """An answer with a status or content that the chain does not use here.

    Attributes:
        status: the HTTP status code.
        melding: the text of the answer, when it was JSON. Not part of the text, repr or pickle.
        peer: the name of the party, as configured.
    """

    _uitleg = texts.VREEMD_ANTWOORD

    _private: tuple[str, ...] = ("melding",)

    def __init__(self, message: str, *, status: int = 0, melding: str = "", peer: str = "", **details: Unpack[Details]) -> None:
        super().__init__(message, **details)
        self.status: int = status
        self.melding: str = melding
        self.peer: str = peer


class StoreError(DoorstroomError):
    """The store (inbox) could not be opened, read or written; nothing that was reported kept is lost."""

    _uitleg = texts.OPSLAG
