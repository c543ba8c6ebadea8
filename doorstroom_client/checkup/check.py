"""The check of one party as a flow: look, judge, put the OSR its two questions, and tell that it was done.

It stands beside the calls of the chain: it is not stopped by the circuit of a party, and counts in none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.checkup.bevinding import Bevinding, Controlepunt, Staat, Verbindingscontrole
from doorstroom_client.checkup.judging import judge, not_reached
from doorstroom_client.checkup.looking import Means, look_at
from doorstroom_client.errors import ConfigurationError, DoorstroomError
from doorstroom_client.events import Teller
from doorstroom_client.exchange.flow import Flow, ask
from doorstroom_client.messages.school import School
from doorstroom_client.osr.namespace import compare, find_namespaces
from doorstroom_client.osr.registry import Registry
from doorstroom_client.parties.url import Origin, Peer

OSR = "osr"
"""What the OSR is called among the parties."""
SECONDS = 20.0
"""How long the check of one party may take, when nothing else is said."""
_LONGEST = 600
_ACTION = "verbinding"


@frozen
class OsrQuestions:
    """What the OSR is asked over a connection that was found to be good.

    Attributes:
        registry: the OSR, for so many seconds; with a memory and a circuit of its own.
        schooljaar: whose namespace is looked for.
        namespace: the configured one, and where it is set.
        school: a school of which it is known that it has a mandate; None asks about none.
    """

    registry: Callable[[float], Registry]
    schooljaar: str
    namespace: tuple[str, str]
    school: School | None

    def ask(self, until: float) -> Flow[list[Bevinding]]:
        """Put both questions, before a moment of the monotonic clock."""
        listed = yield from self._namespace(until)
        found = yield from self._school(until)
        return [listed, found]

    def _registry(self, until: float) -> Registry:
        return self.registry(max(0.1, until - time.monotonic()))

    def _namespace(self, until: float) -> Flow[Bevinding]:
        registry, punt = self._registry(until), Controlepunt.NAMESPACE
        service = registry.osr.service_code
        try:
            (found,) = yield from find_namespaces(registry.osr, registry.budget(), service, self.schooljaar)
        except DoorstroomError as error:
            return _unanswered(punt, error)
        checked = compare(self.namespace[0], found, self.namespace[1])
        listed = "lists its service" if found.dienst is not None else "answers, and does not list its service"
        text = f"The OSR {listed}; for {self.schooljaar}: {checked.advies}"
        if checked:
            return Bevinding(punt, Staat.OK, "listed", text)
        return Bevinding(punt, Staat.ATTENTION, "namespace", text, "Run: doorstroom osr check")

    def _school(self, until: float) -> Flow[Bevinding]:
        punt = Controlepunt.SCHOOL
        if self.school is None:
            text = "No school was asked about; name one that is known to have a mandate (--school)."
            return Bevinding(punt, Staat.NOT_SEEN, "not_asked", text)
        name, suppliers = self.school.label, self._registry(until).leveranciers
        if not suppliers:
            return Bevinding(punt, Staat.NOT_SEEN, "no_suppliers", "No supplier is configured, so no mandate is asked about.")
        try:
            for item in suppliers:  # one yes is enough
                if (yield from self._registry(until).is_mandated(item.oin, self.school.oin)):
                    text = f"The OSR answers about {name}: it has mandated {item.toetssoort}."
                    return Bevinding(punt, Staat.OK, "mandated", text)
        except DoorstroomError as error:
            return _unanswered(punt, error)
        text = f"The OSR answers about {name}, and says that it has mandated none of the configured suppliers."
        advice = "When this school is known to have a mandate, the namespace is probably that of another school year"
        return Bevinding(punt, Staat.ATTENTION, "no_mandate", text, advice)


def _unanswered(punt: Controlepunt, error: DoorstroomError) -> Bevinding:
    staat = Staat.ATTENTION if isinstance(error, ConfigurationError) else Staat.WRONG
    return Bevinding(punt, staat, type(error).__name__, f"{error.message}.", error.hint)


def check_party(
    partij: str, peer: Peer, means: Means, teller: Teller, questions: OsrQuestions | None = None
) -> Flow[Verbindingscontrole]:
    """Check the connection to one party, and tell that it was done.

    Args:
        partij: what it is called in the outcome.
        peer: who and where.
        means: what the look is made with.
        teller: is told.
        questions: what it is asked as well, when it is the OSR.
    """
    started = time.monotonic()
    found: tuple[Bevinding, ...] = ()
    try:
        found = judge((yield from ask(means.apart, partial(look_at, peer, means))))
        if questions is not None:
            found += tuple((yield from _asked(questions, found, started + means.total)))
    finally:
        seconds = time.monotonic() - started
        _tell(teller, peer, found, seconds)
    return Verbindingscontrole(partij, peer.naam, Origin.of(peer.base_url).shown, found, seconds)


def _asked(questions: OsrQuestions, found: tuple[Bevinding, ...], until: float) -> Flow[list[Bevinding]]:
    failed = next((item.punt for item in found if item.staat is Staat.WRONG), None)
    if failed is not None:
        return [not_reached(punt, failed) for punt in (Controlepunt.NAMESPACE, Controlepunt.SCHOOL)]
    return (yield from questions.ask(until))


def _tell(teller: Teller, peer: Peer, found: tuple[Bevinding, ...], seconds: float) -> None:
    """What is told is fixed words: never an address, a name in a certificate or a text of the party."""
    if not found:
        teller(_ACTION, "cancelled", actor=peer.oin, peer=peer.naam, seconds=seconds)
        return
    result = Verbindingscontrole("", "", "", found).staat
    odd = [item for item in found if item.staat in (Staat.WRONG, Staat.ATTENTION)]
    serious = any(item.staat is Staat.WRONG and item.punt in (Controlepunt.OIN, Controlepunt.OWN) for item in odd)
    outcomes = tuple(f"{item.punt}: {item.code}" for item in odd)
    teller(_ACTION, str(result), actor=peer.oin, peer=peer.naam, outcomes=outcomes, seconds=seconds, serious=serious)


def check_seconds(seconds: float) -> float:
    """Refuse a time that is none.

    Raises:
        ConfigurationError: it is no number of seconds from 1 to 600.
    """
    given: object = seconds
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= _LONGEST:
        raise ConfigurationError(f"seconds must be a number from 1 to {_LONGEST}", setting="seconds")
    return float(given)
