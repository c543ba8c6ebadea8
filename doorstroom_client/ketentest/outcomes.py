"""What came of a step, in the form in which the journal keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Any

from doorstroom_client.basics.frozen import frozen

UNSPOKEN = "unspoken"
"""The fault of a probe that was not tried, because this machine itself cannot speak that way any more."""


class _Outcome:
    """Base of all outcomes: they become JSON, and are made of it again."""

    __slots__ = ()

    def as_data(self) -> dict[str, Any]:
        """The outcome as JSON can hold it, with the name of its kind."""
        found = json.loads(json.dumps(asdict(self)))  # type: ignore[call-overload]
        return {"kind": type(self).__name__.lower(), **found}


@frozen(kw_only=True)
class Reply(_Outcome):
    """An answer, or why there was none.

    Attributes:
        status: of HTTP; 0 when there was no answer.
        headers: the few that evidence may hold, in small letters.
        body: the text when it may be kept; None when it is no text, too long, or about pupils that are not of this run.
        size: bytes of the body that were sent, also after a 204.
        sha256: of the body, the first 16 digits.
        first: the first bytes of a body that is no text, as far as they tell what it is.
        ends_whole: whether a PDF ends as one does.
        repeats: what the text said of pupils of this run, before that was taken out: ``naam``, ``sleutel``, ``geboortedatum``.
        seconds: from the first byte sent to the last one received.
        fault: why there was no whole answer: ``dns``, ``refused``, ``tls``, ``timeout``, ``cut``, ``wrong-oin`` or
            ``unreadable``; empty when there was one.
        sent: whether any byte of the request went out.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str | None = field(default=None, repr=False)
    size: int = 0
    sha256: str = ""
    first: str = ""
    ends_whole: bool = False
    repeats: tuple[str, ...] = ()
    seconds: float = 0.0
    fault: str = ""
    sent: bool = False

    @property
    def document(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body or "")
        except (ValueError, RecursionError):
            return None

    @property
    def is_ontvangstmelding(self) -> bool:
        """Whether the body is a receipt as the definition has it: an object, of which ``melding`` is text when it is there."""
        found = self.document
        return isinstance(found, dict) and isinstance(found.get("melding", ""), str)

    @property
    def melding(self) -> str:
        """The text of the receipt; empty when there is none."""
        found = self.document
        return str(found.get("melding", "")) if isinstance(found, dict) else ""


@frozen(kw_only=True)
class Replies(_Outcome):
    """The answers to a series, in its order."""

    replies: tuple[Reply, ...] = ()

    @property
    def statuses(self) -> tuple[int, ...]:
        """Their statuses."""
        return tuple(item.status for item in self.replies)


@frozen(kw_only=True)
class Shaken(_Outcome):
    """What became of a probe.

    Attributes:
        accepted: whether the other side went on, until its first answer.
        version: of TLS, as Python names it; empty when there was none.
        cipher: the suite.
        oin: in the certificate of the other side; empty when it was not seen or has none.
        ends: last day of that certificate, ``2027-03-01``; empty when it was not seen.
        status: of the answer; 0 when there was none.
        location: whether the answer sends one elsewhere.
        date: the clock of the other side, from its answer, as seconds that it differs from ours; None without one.
        fault: why not, as in `Reply`.
    """

    accepted: bool = False
    version: str = ""
    cipher: str = ""
    oin: str = ""
    ends: str = ""
    status: int = 0
    location: bool = False
    date: float | None = None
    fault: str = ""


@frozen(kw_only=True)
class Arrival(_Outcome):
    """One request of the system under test.

    Attributes:
        operation: the last part of its path, without a rapportid.
        method: of HTTP.
        query: names and values.
        headers: the few that evidence may hold.
        oin: in the certificate that it showed.
        tls: version of TLS.
        body: the text; None when it is about pupils that are not of this run.
        pupils: labels of the class that it is about.
        foreign: whether it is about others.
        size: bytes of the body.
        sha256: of the body, or of the path when there is none, the first 16 digits.
        answered: the status that it got; 0 when none was given.
        moment: when it came in, in UTC.
    """

    operation: str = ""
    method: str = ""
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    oin: str = ""
    tls: str = ""
    body: str | None = field(default=None, repr=False)
    pupils: tuple[str, ...] = ()
    foreign: bool = False
    size: int = 0
    sha256: str = ""
    answered: int = 0
    moment: str = ""

    @property
    def document(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body or "")
        except (ValueError, RecursionError):
            return None

    def one(self, name: str) -> str:
        """The value of a name that stands in the query once; empty otherwise."""
        found = [value for key, value in self.query if key == name]
        return found[0] if len(found) == 1 else ""


@frozen(kw_only=True)
class Arrived(_Outcome):
    """What came in while one waited.

    Attributes:
        arrivals: the requests, in order.
        complete: whether all came that were waited for; when False, the term has passed.
    """

    arrivals: tuple[Arrival, ...] = ()
    complete: bool = True

    def about(self, pupil: str) -> tuple[Arrival, ...]:
        """Those about one pupil of the class."""
        return tuple(item for item in self.arrivals if pupil in item.pupils)


@frozen(kw_only=True)
class Arranged(_Outcome):
    """A state of the other side that can be relied on.

    Attributes:
        value: what goes with it, such as the school that is not known.
        made_up: whether nobody set it: what goes with it does not exist anywhere, so it need not have what a real one has.
    """

    value: Any = None
    made_up: bool = False


@frozen(kw_only=True)
class Looked(_Outcome):
    """What was seen of something that has to be in order.

    Attributes:
        value: the fact, as a check compares it.
        why: what was found, in Dutch, for a person; nothing of a pupil.
        whose: whose turn it is, when that hangs on what was found; empty otherwise.
        unanswered: whether nobody could tell, because there was no answer: it may be there tomorrow.
    """

    value: Any = None
    why: str = ""
    whose: str = ""
    unanswered: bool = False


@frozen(kw_only=True)
class Staged(_Outcome):
    """Our own played side answers as it was told."""


@frozen(kw_only=True)
class Driven(_Outcome):
    """What the LAS under test did when it was asked.

    Attributes:
        ok: whether it says that it worked.
        error: its short name for what went wrong; empty.
        told: what a school reads about it; empty when it says nothing.
        counts: numbers it gives, such as results it has.
        by_person: whether a person was told what to do, who alone knows what came of it.
    """

    ok: bool = True
    error: str = ""
    told: str = ""
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    by_person: bool = False


@frozen(kw_only=True)
class Said(_Outcome):
    """The answer of a person, or of a side that can be asked by program.

    Attributes:
        yes: what was answered.
        by: who answered.
        text: what was added.
        moment: when, in UTC.
    """

    yes: bool = False
    by: str = ""
    text: str = ""
    moment: str = ""


Outcome = Reply | Replies | Shaken | Arrived | Arranged | Looked | Staged | Driven | Said
_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind for kind in (Reply, Replies, Shaken, Arrived, Arranged, Looked, Staged, Driven, Said)
}


def read_outcome(data: Mapping[str, Any]) -> Outcome:
    """An outcome as the journal kept it.

    Raises:
        ValueError: it is of a kind or form that this version does not know.
    """
    values = dict(data)
    kind = _KINDS.get(str(values.pop("kind", "")))
    try:
        if kind is None:
            raise TypeError
        if kind is Replies:
            return Replies(replies=tuple(map(_reply, values["replies"])))
        if kind is Reply:
            return _reply(values)
        if kind is Arrived:
            return Arrived(arrivals=tuple(map(_arrival, values["arrivals"])), complete=values["complete"])
        made: Outcome = kind(**values)
    except (TypeError, KeyError):
        raise ValueError("an outcome of an unknown form") from None
    return made


def _reply(values: Mapping[str, Any]) -> Reply:
    return Reply(**{**values, "repeats": tuple(values.get("repeats", ()))})


def _arrival(values: Mapping[str, Any]) -> Arrival:
    query = tuple((str(name), str(value)) for name, value in values["query"])
    return Arrival(**{**values, "query": query, "pupils": tuple(values["pupils"])})
