"""The mandates of many schools: answers as they come, at a bounded rate, to be broken off and gone on with."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Unavailable
from doorstroom_client.exchange.flow import Flow, Pause
from doorstroom_client.messages.school import School
from doorstroom_client.osr.answers import STALE_SECONDS, is_suspect
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.entries import EigenMandaat
from doorstroom_client.osr.halves import Helft, mandaat_of
from doorstroom_client.osr.mandaat import Mandaat, uitleg_van
from doorstroom_client.osr.mandates import ask_mandate, own_mandates_per_school
from doorstroom_client.osr.pace import PATIENCE, Pace, paced
from doorstroom_client.osr.registry import Registry, is_silence
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import check_rate
from doorstroom_client.store.rows import StoredAnswer

T = TypeVar("T")
OnWait = Callable[[DoorstroomError, float], object]
"""What is told that a run waits: why, and for how many seconds at most."""
_REST = 5.0
"""Seconds of rest for everybody when the register gives no answer and does not say for how long."""
_NAP = 1.0
_AANHEF = "Mandaten voor de doorstroomtoets"
_SLOT = "Zodra het mandaat er is, hoeft u verder niets te doen."
_WRONG_IN_A_ROW = 5
"""So many schools in a row that get an answer that is none, and the others would get it too."""


@frozen
class Mandaatcontrole:
    """What the OSR says about one school. True when a supplier and this LAS can exchange messages for it.

    Attributes:
        school: the school.
        mandaten: one answer for each supplier that was asked about; empty when the OSR gave no answer.
        error: why there is no answer, or none of now.
        gevraagd: questions about this school that were answered now; the others were still fresh.
        gezien_op: moment of the oldest answer that this rests on (UTC).
        verouderd: whether the OSR is silent, and these are answers of at most a day old.
        omgeslagen: whether there is a no among them that was a yes until at most a day ago; of many schools at once that makes
            the OSR itself suspect (``osr.suspect_from``).
    """

    school: School
    mandaten: tuple[Mandaat, ...] = ()
    error: DoorstroomError | None = field(default=None, repr=False)
    gevraagd: int = 0
    gezien_op: dt.datetime | None = None
    verouderd: bool = False
    omgeslagen: bool = False

    def __bool__(self) -> bool:
        return any(self.mandaten)

    @property
    def uitleg(self) -> Uitleg:
        """What is right or wrong and who can repair it, in Dutch; empty when the OSR gave no answer."""
        return uitleg_van(self.mandaten) if self.mandaten else Uitleg()

    @property
    def brief(self) -> str:
        """The `uitleg` as a text of its own, to show or to mail."""
        parts = [f"{_AANHEF}: {self.school.label}", self.uitleg, *([] if self else [_SLOT])]
        return "\n\n".join(parts) if self.mandaten else ""


def suspicion_of(controles: Iterable[Mandaatcontrole], suspect_from: int) -> str:
    """Why the register itself is suspect after a run; empty when it is not."""
    turned, stayed = _turned_in(controles)
    if not is_suspect(turned, stayed, suspect_from):
        return ""
    return (
        f"Of {turned + stayed} schools that had a mandate, {turned} have none within a day. The OSR itself is suspect: ask "
        "Kennisnet before a school is told to repair something. Sending and receiving go on as before for a day"
    )


def _turned_in(controles: Iterable[Mandaatcontrole]) -> tuple[int, int]:
    """Of how many schools a yes became a no, and of how many it stayed."""
    found = list(controles)
    stayed = [item for item in found if not item.omgeslagen and _has_a_yes(item)]
    return sum(item.omgeslagen for item in found), len(stayed)


def _has_a_yes(controle: Mandaatcontrole) -> bool:
    return controle.error is None and any(item.gemandateerd or item.las_gemandateerd for item in controle.mandaten)


@dataclass(slots=True)
class _Halves:
    """What is known so far of one school.

    Attributes:
        school: the school.
        seen: answers of before.
        found: answers that count, by OIN.
        asked: how many of them are of now.
        said: in what words a no was said, by OIN.
        budget: of the only school that is asked about, what is left of the time of one question.
    """

    school: School
    seen: Mapping[str, StoredAnswer]
    found: dict[str, StoredAnswer] = field(default_factory=dict[str, StoredAnswer])
    asked: int = 0
    said: dict[str, str] = field(default_factory=dict[str, str])
    budget: Budget | None = None


class Round:
    """One run over many schools, shared by its workers.

    The half of this LAS is asked once per school, that of each supplier once; the periods of our own mandates are looked up
    for all schools together, and only when one of them is missing.

    A register that is silent is waited for, so that a long run survives it. With one school somebody is waiting: then nothing
    is waited for, and all its questions together have the time of one.

    Args:
        registry: the OSR.
        leveranciers: whose mandates.
        on: the day to ask about; None is the day of asking.
        pace: hands out the moments at which a call may start.
        per_second: how many in a second.
        max_age: seconds that an earlier answer may be old; 15 minutes for a yes and 1 minute for a no when None.
        on_wait: is told once per silence that it is waited for, and why.

    Raises:
        ConfigurationError: there is nothing to ask about, or no namespace for that day.
    """

    def __init__(
        self,
        registry: Registry,
        leveranciers: Sequence[Leverancier],
        on: dt.date | None,
        pace: Pace,
        per_second: float | None,
        max_age: float | None,
        on_wait: OnWait | None = None,
    ) -> None:
        if not leveranciers:
            raise ConfigurationError("leveranciers: there is none to look up", setting="leveranciers")
        if max_age is not None and not 0 <= max_age <= STALE_SECONDS:
            raise ConfigurationError("max_age must be from 0 to 86400 seconds (a day)", setting="max_age")
        self._registry = registry
        self._leveranciers = tuple(leveranciers)
        self._op = None if on == registry.today() else on
        self._osr = registry.osr_on(self._op)
        self._las = registry.las_oin if self._osr.api_key is not None else None
        self._pace = pace
        self._per_second = self._osr.per_second if per_second is None else check_rate(per_second)
        self._max_age = max_age
        self._on_wait = on_wait
        self._alone = False
        self._turned = self._stayed = 0
        self._lock = threading.Lock()
        self._cause: DoorstroomError | None = None
        self._ended: DoorstroomError | None = None
        self._silent_since: float | None = None
        self._wrong = 0
        self._periods: Mapping[str, Sequence[EigenMandaat]] | None = None
        self._looking = False

    def stop(self) -> None:
        """Begin nothing any more."""
        self._end(Unavailable("the run was stopped before this school was asked about", peer="OSR"))

    def flows(self, schools: Iterable[School]) -> Iterator[Flow[Mandaatcontrole]]:
        """What is to be run, a flow per school; the schools are taken as they are needed."""
        waiting = iter(schools)
        ahead = list(islice(waiting, 2))
        self._alone = len(ahead) == 1
        return (self.check(school) for school in chain(ahead, waiting))

    def note(self, controle: Mandaatcontrole) -> Mandaatcontrole:
        """Count an answer that is handed out."""
        turned, stayed = _turned_in((controle,))
        self._turned, self._stayed = self._turned + turned, self._stayed + stayed
        return controle

    def tell(self) -> None:
        """Tell what can only be seen over all schools, when the run is over."""
        if is_suspect(self._turned, self._stayed, self._osr.suspect_from):
            self._registry.tell_suspect(self._turned, self._stayed)

    def tidy(self) -> Flow[None]:
        """What is to be done before the first school."""
        yield from self._registry.answers.tidy()

    def check(self, school: School) -> Flow[Mandaatcontrole]:
        """Both halves of one school; an error of this library becomes its outcome."""
        day = self._registry.asked_on(self._op)
        oins = (*((self._las,) if self._las is not None else ()), *(item.oin for item in self._leveranciers))
        find = self._registry.answers.find(self._osr.namespace, day, school.oin, *oins, max_age=self._max_age)
        halves = _Halves(school, (yield from find), budget=self._registry.budget() if self._alone else None)
        try:
            if self._las is not None:
                yield from self._half(halves, self._las, own=True)
            for leverancier in self._leveranciers:
                yield from self._half(halves, leverancier.oin, own=False)
            eigen = yield from self._own_periods(halves)
        except DoorstroomError as error:
            return self._without_answer(halves, error)
        return self._answer(halves, eigen)

    # --- one half

    def _half(self, halves: _Halves, oin: str, *, own: bool) -> Flow[None]:
        known = halves.seen.get(oin)
        if known is not None and self._registry.answers.is_fresh(known, self._max_age):
            halves.found[oin] = known
            return
        osr, registry, school = self._osr, self._registry, halves.school.oin
        while True:
            if self._ended is not None:
                raise self._ended
            budget = halves.budget or registry.budget()
            question = ask_mandate(osr, oin, school, budget, on=self._op, own=own, proof=registry.proof)
            try:
                answer = yield from self._paced(question)
                break
            except DoorstroomError as error:
                rest = self._rest_before_asking_again(error)
                if rest is None:
                    raise
            until = self._pace.clock() + rest
            while (left := until - self._pace.clock()) > 0 and self._ended is None:
                yield Pause(min(left, _NAP))
        with self._lock:
            self._silent_since, self._cause, self._wrong = None, None, 0
        halves.said[oin] = answer.said
        halves.found[oin] = yield from registry.remember(osr, oin, school, answer, self._op)
        halves.asked += 1

    def _paced(self, question: Flow[T]) -> Flow[T]:
        registry = self._registry
        patience = registry.about.conditions.total if self._alone else PATIENCE
        return paced(question, self._pace, self._per_second, registry.answers.now, patience)

    def _rest_before_asking_again(self, error: DoorstroomError) -> float | None:
        """Seconds to wait for a register that is silent; None when there is no use in it. For too long, and the run ends."""
        with self._lock:
            if self._alone:
                return None  # somebody waits for the answer about this school
            if isinstance(error, MessageError):
                return None  # about one school, and nothing was sent
            if not is_silence(error):
                self._wrong += 1
                if self._wrong >= _WRONG_IN_A_ROW:
                    self._end(error)
                return None
            rest, now = max(self._rest(error), self._pace.held), self._pace.clock()
            begins = self._silent_since is None
            self._silent_since = now if self._silent_since is None else self._silent_since
            if self._cause is None or not self._cause.attempts:
                self._cause = error  # what was wrong; after some calls there is only that it is left alone
            if now + rest - self._silent_since > PATIENCE:
                self._end(self._cause)
                return None
            if begins and self._on_wait is not None:
                self._on_wait(self._cause, PATIENCE)
            if error.attempts:  # else it was not asked: its circuit is open, and the call that tries must not be held up
                self._pace.hold(rest)
            return rest

    def _rest(self, error: DoorstroomError) -> float:
        until = error.retry_at if isinstance(error, Unavailable) else None
        return _REST if until is None else max(_NAP, (until - self._registry.answers.now()).total_seconds())

    def _end(self, error: DoorstroomError) -> None:
        if self._ended is None:
            self._ended = error

    # --- the whole

    def _own_periods(self, halves: _Halves) -> Flow[Sequence[EigenMandaat]]:
        """Our own mandates of a school that has none in force, of whatever period. They only explain; without, it goes on."""
        las = halves.found.get(self._las or "")
        if las is None or las.gemandateerd:
            return ()
        while self._looking and self._ended is None:
            yield Pause(0.05)
        if self._periods is None:
            self._looking = True
            found: Mapping[str, Sequence[EigenMandaat]] = {}
            try:
                question = own_mandates_per_school(self._osr, halves.budget or self._registry.budget())
                found = yield from self._paced(question)
            except DoorstroomError:
                pass
            finally:
                self._periods, self._looking = found, False
        return self._periods.get(halves.school.oin, ())

    def _answer(self, halves: _Halves, eigen: Sequence[EigenMandaat] = ()) -> Mandaatcontrole:
        found = halves.found
        return Mandaatcontrole(
            halves.school,
            tuple(self._mandaat(halves, item, eigen) for item in self._leveranciers if item.oin in found),
            gevraagd=halves.asked,
            gezien_op=min((item.gezien_op for item in found.values()), default=None),
            omgeslagen=any(map(self._registry.answers.has_turned, found.values())),
        )

    def _mandaat(self, halves: _Halves, leverancier: Leverancier, eigen: Sequence[EigenMandaat]) -> Mandaat:
        dag = self._op or self._registry.today()
        own = halves.found.get(self._las or "")
        las = Helft() if own is None else Helft.of(own, dag).with_periods(eigen, dag)
        toets, said = Helft.of(halves.found[leverancier.oin], dag), halves.said.get(leverancier.oin, "")
        return mandaat_of(self._osr, halves.school, leverancier, dag, toets, las, said, self._registry.las_naam)

    def _without_answer(self, halves: _Halves, error: DoorstroomError) -> Mandaatcontrole:
        """While the OSR is silent, a yes of at most a day old is better than nothing; a no never is."""
        stale = {oin: item for oin, item in halves.seen.items() if self._registry.answers.is_stale_yes(item)}
        halves.found = {**stale, **halves.found}
        known = self._las is None or self._las in halves.found
        if not is_silence(error) or not known or not any(item.oin in halves.found for item in self._leveranciers):
            return Mandaatcontrole(halves.school, error=error, gevraagd=halves.asked)
        found = self._answer(halves)
        return Mandaatcontrole(found.school, found.mandaten, error, halves.asked, found.gezien_op, verouderd=True)
