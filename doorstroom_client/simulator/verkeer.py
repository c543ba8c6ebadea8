"""What went over the line at one party of the simulated chain: each request with its answer, in bounded memory."""

from __future__ import annotations

import base64
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, overload

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.https import NOTHING, Answer, Received

MOST = 5_000
"""So many requests are kept at most, of each party."""
MOST_BYTES = 32 * 1024 * 1024
"""Their headers and bodies, and those of their answers, take this much at most; the newest one is always kept."""
_SECRET = ("authorization", "proxy-authorization", "cookie")
_HIDDEN = "***"
Begin = tuple[datetime, float]
"""When a request began: on the clock, and in monotonic seconds."""


class Richting(StrEnum):
    """Which way a request went."""

    ONTVANGEN = "ontvangen"
    """It came in."""
    VERZONDEN = "verzonden"
    """It was sent from here."""


@frozen
class Uitwisseling:
    """One request and its answer; the repr shows nothing of what they hold.

    Attributes:
        nummer: counts from 1.
        richting: whether it came in or went out.
        operatie: ``registreren``, ``leerlingresultaat`` and so on, of the register the collection, such as ``mandates``; empty
            for an address that does not exist.
        moment: when it began, in UTC.
        seconden: until the answer was made, a pause that was asked for included; of what went out, until it was read.
        reden: why there was no whole answer: ``geen endpoint``, ``afgebroken``, or the name of an error.
        verzoek: the request; of one that went out `Received.peer_oin` is that of the other side, as far as it was seen.
        antwoord: the answer; None when there was none.
    """

    nummer: int
    richting: Richting
    operatie: str
    moment: datetime
    seconden: float
    reden: str
    verzoek: Received = field(repr=False)
    antwoord: Answer | None = field(repr=False)

    @property
    def status(self) -> int | None:
        """Of the answer; None when there was none."""
        return None if self.antwoord is None else self.antwoord.status

    @property
    def size(self) -> int:
        """What the headers and bodies of both take, about."""
        antwoord = self.antwoord or Answer(0)
        headers = (*self.verzoek.headers, *antwoord.headers)
        return len(self.verzoek.body) + len(antwoord.body) + sum(len(name) + len(value) for name, value in headers)

    def as_data(self, *, whole: bool = False, secret: Collection[str] = ()) -> dict[str, Any]:
        """One exchange as plain values for JSON.

        Args:
            whole: the path, headers and bodies too, which may hold data of whatever pupils were sent.
            secret: names of headers, in small letters, whose values are not given.
        """
        verzoek, antwoord = self.verzoek, self.antwoord
        found: dict[str, Any] = {
            "nummer": self.nummer,
            "richting": self.richting.value,
            "operatie": self.operatie,
            "moment": self.moment.isoformat(),
            "seconden": self.seconden,
            "methode": verzoek.method,
            "query": [list(pair) for pair in verzoek.query],
            "peer_oin": verzoek.peer_oin,
            "tls": verzoek.tls,
            "bytes": len(verzoek.body),
            "status": self.status,
            "reden": self.reden,
        }
        if whole:
            found |= {"pad": verzoek.path, "koppen": _headers(verzoek.headers, secret), "body": _text(verzoek.body)}
            if antwoord is not None:
                found["antwoord"] = {"koppen": _headers(_all_headers(antwoord), secret), "body": _text(antwoord.body)}
        return found


class Verkeer(Sequence[Uitwisseling]):
    """The last requests at one party, both ways, oldest first; older ones are forgotten.

    There are at most 5,000 of them, whose headers and bodies take at most 32 MiB together. What a server refuses before any
    app sees it (a body of more than 5 MiB, a broken head, a failed handshake) is not among them.

    Attributes:
        geteld: how many there were, those that are forgotten included.
    """

    def __init__(self, *, secret: Collection[str] = (), now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Start empty.

        Args:
            secret: names of headers whose values `as_data` does not give, beside those that are always secret.
            now: the clock.
        """
        self.geteld: int = 0
        self._secret = frozenset(name.lower() for name in (*_SECRET, *secret))
        self._now = now
        self._lock = threading.Lock()
        self._kept: deque[Uitwisseling] = deque()
        self._bytes = 0

    def begin(self) -> Begin:
        """The moment at which a request begins."""
        return self._now().astimezone(UTC), time.monotonic()

    def note(
        self,
        richting: Richting,
        operatie: str,
        verzoek: Received,
        antwoord: Answer | None,
        *,
        begin: Begin,
        reden: str = "",
    ) -> Uitwisseling:
        """Write down a request and its answer.

        Args:
            richting: which way it went.
            operatie: what was asked.
            verzoek: the request.
            antwoord: the answer, also one that is cut off when it is sent; None when there was none.
            begin: when it began.
            reden: why there was no whole answer.
        """
        moment, tick = begin
        seconden = time.monotonic() - tick
        if antwoord is not None and richting is Richting.ONTVANGEN:
            seconden += antwoord.seconds
            antwoord, reden = _as_sent(antwoord, reden)
        with self._lock:
            self.geteld += 1
            noted = Uitwisseling(self.geteld, richting, operatie, moment, seconden, reden, verzoek, antwoord)
            self._kept.append(noted)
            self._bytes += noted.size
            while len(self._kept) > MOST or (self._bytes > MOST_BYTES and len(self._kept) > 1):
                self._bytes -= self._kept.popleft().size
            return noted

    @property
    def vergeten(self) -> int:
        """How many were forgotten."""
        with self._lock:
            return self.geteld - len(self._kept)

    @property
    def ontvangen(self) -> list[Uitwisseling]:
        """Those that came in."""
        return [item for item in self if item.richting is Richting.ONTVANGEN]

    @property
    def verzonden(self) -> list[Uitwisseling]:
        """Those that were sent from here."""
        return [item for item in self if item.richting is Richting.VERZONDEN]

    @property
    def beantwoord(self) -> list[tuple[str, int | None]]:
        """Operation and status of each that came in; None for one that got no answer."""
        return [(item.operatie, item.status) for item in self.ontvangen]

    def after(self, nummer: int) -> list[Uitwisseling]:
        """Those with a higher number, as far as they are kept."""
        with self._lock:
            return list(islice(self._kept, max(nummer - (self.geteld - len(self._kept)), 0), None))

    def reset(self) -> None:
        """Forget all, and count from 1 again."""
        with self._lock:
            self._kept.clear()
            self.geteld = self._bytes = 0

    def as_data(
        self,
        *,
        whole: bool = False,
        after: int = 0,
        only: Callable[[Uitwisseling], bool] = lambda _: True,
    ) -> dict[str, Any]:
        """The exchanges as plain values for JSON.

        Args:
            whole: paths, headers and bodies too, which may hold data of whatever pupils were sent.
            after: only those with a higher number.
            only: only those for which it says so.
        """
        items = filter(only, self.after(after))
        return {
            "geteld": self.geteld,
            "vergeten": self.vergeten,
            "uitwisselingen": [item.as_data(whole=whole, secret=self._secret) for item in items],
        }

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)

    def __iter__(self) -> Iterator[Uitwisseling]:
        """Those that are kept now."""
        return iter(self.after(0))

    @overload
    def __getitem__(self, index: int) -> Uitwisseling: ...
    @overload
    def __getitem__(self, index: slice) -> list[Uitwisseling]: ...
    def __getitem__(self, index: int | slice) -> Uitwisseling | list[Uitwisseling]:
        """One of those that are kept, or some of them."""
        return self.after(0)[index]

    def __repr__(self) -> str:
        """Say how much there is, and nothing of what is in it."""
        return f"Verkeer(geteld={self.geteld}, bewaard={len(self)})"


def _as_sent(answer: Answer, reden: str) -> tuple[Answer | None, str]:
    """An answer as far as it goes over the line."""
    if answer.cut is None:
        return answer, reden
    return None if answer.cut == NOTHING else replace(answer, body=answer.body[: answer.cut]), "afgebroken"


def _all_headers(answer: Answer) -> tuple[tuple[str, str], ...]:
    return (*answer.headers, *((("Content-Type", answer.content_type),) if answer.content_type else ()))


def _headers(headers: Sequence[tuple[str, str]], secret: Collection[str]) -> list[list[str]]:
    return [[name, _HIDDEN if name.lower() in secret else value] for name, value in headers]


def _text(body: bytes) -> dict[str, str]:
    """A body as text where it is UTF-8, and in base 64 otherwise."""
    try:
        return {"tekst": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
