"""What a run came to, as one value: verdicts, checks, evidence, whose turn it is and which test pupils to remove."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.journal import Head
from doorstroom_client.ketentest.requirements import Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import Oordeel, worst


class Richting(StrEnum):
    """Which way a message went, as seen by who ran the test."""

    VERSTUURD = "verstuurd"
    ONTVANGEN = "ontvangen"


@frozen(kw_only=True)
class Answer:
    """What came back on a message, as far as evidence may hold it.

    Attributes:
        headers: the few that are kept.
        body: the text; None when there is none that may be kept.
        size: bytes of the body.
        sha256: of the body, the first 16 digits; empty without one.
        first: what a body that is no message seems to be.
    """

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str | None = field(default=None, repr=False)
    size: int = 0
    sha256: str = ""
    first: str = ""


@frozen(kw_only=True)
class Message:
    """One message that went over the line, either way.

    Attributes:
        number: of the message in this report, from 1.
        richting: which way it went.
        scenario: id of the scenario in which it stands first.
        step: name of the step in which it stands first.
        rol: which half of which party that scenario tests.
        moment: when, in UTC.
        method: of HTTP.
        path: without the base URL, and without a rapportid in one that came in.
        query: names and values.
        shows: which certificate of ours was shown; empty for one that came in.
        oin: in the certificate of its sender; empty for one of ours.
        headers: ours in full, theirs as far as evidence may hold them.
        body: ours in full, theirs as far as it may be kept; None when there is no text.
        raw: ours when its bytes are no UTF-8; empty otherwise.
        size: bytes of the body.
        sha256: of the body, the first 16 digits; empty without one.
        datumtijd: the moment that stands in the message; empty when none does.
        pupils: labels of the pupils that it is about.
        foreign: whether it is about pupils that this run did not invent.
        went_out: whether any byte of it went over the line.
        status: of the answer; 0 when there was none.
        seconds: until the answer was there; None when that was not measured.
        fault: why there was no answer, in Dutch; empty.
        answer: what came back; None for a message that came in.
    """

    number: int
    richting: Richting
    scenario: str
    step: str
    rol: Rol
    moment: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    shows: str = ""
    oin: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = field(default=None, repr=False)
    raw: bytes = field(default=b"", repr=False)
    size: int = 0
    sha256: str = ""
    datumtijd: str = ""
    pupils: tuple[str, ...] = ()
    foreign: bool = False
    went_out: bool = True
    status: int = 0
    seconds: float | None = None
    fault: str = ""
    answer: Answer | None = None


@frozen(kw_only=True)
class Stap:
    """One step that was taken.

    Attributes:
        name: tells it apart within its scenario.
        kind: what was done, in Dutch.
        moment: when, in UTC.
        messages: numbers of the messages in it.
        facts: what else was seen, by Dutch names.
    """

    name: str
    kind: str
    moment: str
    messages: tuple[int, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


@frozen(kw_only=True)
class Keurregel:
    """One check, with the requirement that it was held against.

    Attributes:
        eis: id of the requirement.
        tekst: what is required, in Dutch.
        bron: where that stands, in Dutch.
        niveau: how strictly it holds in this school year.
        oordeel: passed, deviating or failed.
        expected: what is required, as a report shows it.
        got: what was seen, as a report shows it.
        whose: whose turn it is when it did not pass.
        evidence: name of the step that it is about.
    """

    eis: str
    tekst: str
    bron: str
    niveau: Niveau
    oordeel: Oordeel
    expected: str
    got: str
    whose: Whose
    evidence: str

    @property
    def counts(self) -> bool:
        """Whether it decides about its scenario."""
        return self.niveau is not Niveau.WEET


@frozen(kw_only=True)
class Verslag:
    """What became of one scenario.

    Attributes:
        id: ``TS-203``.
        titel: what was tried, in Dutch.
        rol: which half of which party is tested.
        oordeel: the verdict.
        attempt: the number of the attempt; 0 when it was not played at all.
        eisen: ids of all requirements that it is about.
        keuringen: its checks.
        stappen: its steps.
        why: what is waited for, missing or wrong, in Dutch; empty.
        whose: whose turn it is; None when it is nobody's.
        until: the end of the term, when it waits for one.
        asks: name of the question to a person that it waits for; empty.
        seconds: how long its answers took in all.
        alarm: what a known deviation asks for now, in Dutch; empty.
    """

    id: str
    titel: str
    rol: Rol
    oordeel: Oordeel
    attempt: int
    eisen: tuple[str, ...] = ()
    keuringen: tuple[Keurregel, ...] = ()
    stappen: tuple[Stap, ...] = ()
    why: str = ""
    whose: Whose | None = None
    until: dt.datetime | None = None
    asks: str = ""
    seconds: float = 0.0
    alarm: str = ""


@frozen(kw_only=True)
class Beurt:
    """Something that somebody has to do.

    Attributes:
        whose: who.
        oordeel: how bad it is as long as it is not done.
        text: what, as a Dutch sentence.
        scenarios: ids of the scenarios that show it.
        eis: id of the requirement; empty when it is about none.
        bron: where that stands; empty when it is about none.
    """

    whose: Whose
    oordeel: Oordeel
    text: str
    scenarios: tuple[str, ...]
    eis: str = ""
    bron: str = ""


class Stand(StrEnum):
    """Whether the system under test has a test pupil."""

    AANGENOMEN = "aangenomen"
    """A message about the pupil was accepted."""
    ONBEKEND = "misschien"
    """Nobody knows: no answer came."""
    GEWEIGERD = "geweigerd"
    """Every message about the pupil was refused."""


@frozen(kw_only=True)
class Opruimregel:
    """One test pupil that the system under test should remove.

    Attributes:
        label: as scenarios call the pupil.
        naam: as it was sent; empty when no message had a name.
        identities: what the pupil goes by: kind and value.
        edu_to: of the messages about the pupil.
        edu_from: of the messages about the pupil.
        stand: whether the pupil is there.
        scenarios: ids of the scenarios that sent the pupil.
    """

    label: str
    naam: str = field(repr=False)
    identities: tuple[tuple[str, str], ...] = field(repr=False)
    edu_to: str
    edu_from: str
    stand: Stand
    scenarios: tuple[str, ...]


@frozen(kw_only=True)
class NietGetest:
    """A requirement that no scenario checks.

    Attributes:
        eis: its id.
        tekst: what is required, in Dutch.
        bron: where that stands, in Dutch.
        why: why not, in Dutch.
    """

    eis: str
    tekst: str
    bron: str
    why: str


@frozen(kw_only=True)
class Rapport:
    """A run in one value. It follows from the journal alone, so the same journal gives the same report.

    Attributes:
        head: what the run is about.
        verslagen: its scenarios, in the order in which they were played.
        messages: all messages, each once.
        beurten: who has to do what, the worst first.
        opruimlijst: which test pupils to remove.
        niet_getest: requirements that no scenario checks.
        as_of: the last moment of which something is known, in UTC; empty when nothing was played.
        counts_until: the last day on which it counts; None when the school year does not tell.
        program: name and version of what made it.
    """

    head: Head
    verslagen: tuple[Verslag, ...]
    messages: tuple[Message, ...] = ()
    beurten: tuple[Beurt, ...] = ()
    opruimlijst: tuple[Opruimregel, ...] = ()
    niet_getest: tuple[NietGetest, ...] = ()
    as_of: str = ""
    counts_until: dt.date | None = None
    program: str = ""

    @property
    def counts(self) -> dict[Oordeel, int]:
        """How many scenarios have each verdict, the worst first."""
        found = Counter(item.oordeel for item in self.verslagen)
        return {oordeel: found[oordeel] for oordeel in Oordeel}

    @property
    def oordeel(self) -> Oordeel:
        """The verdict of the whole run; without scenarios it was skipped."""
        return worst(item.oordeel for item in self.verslagen) if self.verslagen else Oordeel.OVERGESLAGEN

    @property
    def roles(self) -> tuple[Rol, ...]:
        """The roles of its scenarios, in their own order."""
        here = {item.rol for item in self.verslagen}
        return tuple(rol for rol in Rol if rol in here)
