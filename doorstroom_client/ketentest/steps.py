"""What a scenario does, as values: a step is handed to the side that can do it, and a check looks at what came of it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from doorstroom_client.basics.frozen import frozen


class CannotGoOn(Exception):
    """Raised by a scenario when what it got leaves nothing to do the rest with: it fails, with whatever was checked so far.

    Attributes:
        why: what is lacking, in Dutch; nothing of a pupil.
        whose: whose turn it is.
    """

    def __init__(self, why: str, whose: Whose | None = None) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why
        self.whose: Whose = whose or Whose.HEN


class Whose(StrEnum):
    """Whose turn it is when a check fails."""

    ONS = "ons"
    HEN = "hen"
    OSR = "osr"
    AFSPRAAK = "afspraak"


class Ours(StrEnum):
    """Which certificate of ours is shown; all but the first are shown to see them refused."""

    OWN = "own"
    NONE = "none"
    OTHER_PARTY = "other-party"
    OTHER_CA = "other-ca"
    EXPIRED = "expired"
    NO_OIN = "no-oin"


class Tls(StrEnum):
    """How a probe speaks; all but the first two are spoken to see them refused."""

    SOUND = "sound"
    TLS_1_3 = "tls-1.3"
    TLS_1_1 = "tls-1.1"
    CBC = "cbc"
    STATIC_RSA = "static-rsa"
    PLAIN = "plain-http"


@frozen(kw_only=True)
class Send:
    """Send one request to the system under test.

    Attributes:
        name: tells this step apart within its scenario.
        method: of HTTP.
        path: below the base URL of the system under test, percent-encoded.
        query: names and values as they are sent; a name may stand there twice or not at all.
        headers: further headers.
        body: the bytes; empty sends none.
        shows: which certificate of ours.
        may_fail: whether no answer at all is an outcome that the scenario judges. When False it waits for one.
        pace: seconds over which the body is spread, in small pieces; 0 sends it at once.
    """

    name: str
    method: str = "POST"
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    shows: Ours = Ours.OWN
    may_fail: bool = False
    pace: float = 0.0


@frozen(kw_only=True)
class Series:
    """Send several requests: one after the other on one connection, or on several connections at once.

    Attributes:
        name: tells this step apart within its scenario.
        sends: the requests.
        at_once: how many at a time; 1 keeps to one connection.
    """

    name: str
    sends: tuple[Send, ...]
    at_once: int = 1


@frozen(kw_only=True)
class Probe:
    """Shake hands with the system under test, ask a harmless question and read: TLS 1.3 refuses on the first read only.

    Attributes:
        name: tells this step apart within its scenario.
        speaks: how.
        shows: which certificate of ours.
        path: what is asked, with HEAD.
    """

    name: str
    speaks: Tls = Tls.SOUND
    shows: Ours = Ours.OWN
    path: str = "/"


@frozen(kw_only=True)
class Await:
    """Wait for requests of the system under test.

    Attributes:
        name: tells this step apart within its scenario.
        operation: which: the last part of the path, as in the definition.
        pupils: labels of the class that they must be about, one each at least; empty for any.
        count: how many at least, besides. What an earlier step of the attempt got is not given again.
        within: the term in the plan that says how long: ``resultaten``, ``correctie`` or ``antwoord``.
        asks: what the system under test is asked to do for it, in Dutch, as a person reads it.
        does: the same for one that can be told by program.
        listens: whether to go on listening for a while when all of it is there, because more may not come.
        may_lack: whether less than all of it is an outcome that the scenario judges. When False it cannot go on then.
    """

    name: str
    operation: str
    pupils: tuple[str, ...] = ()
    count: int = 0
    within: str = "antwoord"
    asks: str = ""
    does: Mapping[str, Any] = field(default_factory=dict[str, Any])
    listens: bool = False
    may_lack: bool = False


@frozen(kw_only=True)
class Arrange:
    """Rely on a state that only the other side can set: a closed period, an unknown school.

    Attributes:
        name: the key of the arrangement in the plan.
        asks: how to ask for it, in Dutch.
    """

    name: str
    asks: str


@frozen(kw_only=True)
class Stage:
    """Set what our own played side answers from now on.

    Attributes:
        name: tells this step apart within its scenario.
        answers: as the control address of the simulator takes them.
    """

    name: str
    answers: Mapping[str, Any] = field(default_factory=dict[str, Any])


@frozen(kw_only=True)
class Drive:
    """Have the LAS under test do something; a program, a fixture or a person does it.

    Attributes:
        name: tells this step apart within its scenario.
        action: ``deelnemers``, ``adviezen``, ``resultaten`` or ``rapport``.
        pupils: labels of the class that it is about.
        changed: whether the advice is that of the second delivery.
        asks: the same for a person, in Dutch.
    """

    name: str
    action: str
    pupils: tuple[str, ...] = ()
    changed: bool = False
    asks: str = ""


@frozen(kw_only=True)
class Pause:
    """Give the other side time to change something by itself.

    Attributes:
        name: tells this step apart within its scenario.
        within: the term in the plan that says how long.
        asks: what is waited for, in Dutch.
        does: the same for a side that can be told by program, so that nobody has to wait.
    """

    name: str
    within: str
    asks: str
    does: Mapping[str, Any] = field(default_factory=dict[str, Any])


@frozen(kw_only=True)
class Look:
    """Look at what has to be in order before anybody is tested; nothing of a pupil is sent.

    Attributes:
        name: what to look at: a name that `preflight` knows.
    """

    name: str


@frozen(kw_only=True)
class Ask:
    """Ask a person of the other side what only they can see.

    Attributes:
        name: tells this question apart within its scenario.
        text: the question, in Dutch, to be answered with yes or no.
        facts: what yes means, for a side that can be asked by program.
    """

    name: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


@frozen(kw_only=True)
class Check:
    """Hold what was seen against a requirement; no traffic.

    Attributes:
        eis: id of the requirement.
        expected: what it asks; several that are equally good as a tuple.
        got: what was seen.
        tolerated: what is not asked for but can be lived with.
        whose: whose turn it is when it fails.
        evidence: name of the step that it is about; the last one when empty.
    """

    eis: str
    expected: object
    got: object
    tolerated: tuple[object, ...] = ()
    whose: Whose = Whose.HEN
    evidence: str = ""


Effect = Send | Series | Probe | Await | Arrange | Stage | Drive | Pause | Look | Ask
"""A step that touches the world; its outcome is kept in the journal."""
Step = Effect | Check
Steps = Generator[Step, Any, None]
"""A scenario as it is played: it gives steps, and is sent the outcome of each."""
