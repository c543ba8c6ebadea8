"""Mandates as a LAS needs them: checked for one supplier, found among all, remembered for a short time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import field
from enum import Enum, auto

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import (
    ConfigurationError,
    ConnectError,
    DeadlineExceeded,
    DoorstroomError,
    GeenMandaat,
    NoAnswer,
    TlsError,
    Unavailable,
)
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.school import School
from doorstroom_client.osr.answers import Answers, is_suspect
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.halves import Helft, mandaat_of
from doorstroom_client.osr.mandaat import Mandaat
from doorstroom_client.osr.mandates import Registered, ask_mandate
from doorstroom_client.osr.proof import Proof
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.store.rows import StoredAnswer


class _Standing(Enum):
    """What a mandate counts for."""

    YES = auto()
    NO = auto()
    AS_BEFORE = auto()
    """The register says no, and is suspect; until a day ago it said yes."""


@frozen
class Registry:
    """The OSR for one LAS.

    Attributes:
        osr: where to ask.
        las_oin: our own OIN, as in our certificate.
        leveranciers: the configured suppliers.
        about: bounds of each call.
        today: the Dutch calendar day.
        answers: earlier answers.
        proof: remembers that the register is really there.
        namespace_on: the namespace on a day, when there is one per school year; the one of `osr` otherwise.
    """

    osr: Osr
    las_oin: str | None
    leveranciers: tuple[Leverancier, ...]
    about: Call
    today: Callable[[], dt.date]
    answers: Answers = field(default_factory=Answers)
    proof: Proof = field(default_factory=Proof)
    namespace_on: Callable[[dt.date], str] | None = None

    @property
    def las_naam(self) -> str:
        """How schools call this LAS, for texts."""
        return self.about.conditions.las_naam

    def osr_on(self, day: dt.date | None = None) -> Osr:
        """Where to ask about a day (today when left out), with the namespace of its school year.

        Raises:
            ConfigurationError: no namespace is set for that day.
        """
        return self.osr if self.namespace_on is None else self.osr.with_namespace(self.namespace_on(day or self.today()))

    def own_oin(self) -> str:
        """Our own OIN, for what only the owner of a mandate is told or may do.

        Raises:
            ConfigurationError: there is no API key to go with it, or our certificate carries no OIN.
        """
        if self.osr.api_key is None:
            raise ConfigurationError(
                "osr.api_key is not configured, and the OSR tells about one's own mandates and addresses with it only",
                setting="osr.api_key",
            )
        if self.las_oin is None:
            raise ConfigurationError("our own certificate carries no OIN", setting="certificate.cert")
        return self.las_oin

    def asked_on(self, on: dt.date | None) -> str:
        """The day that a question is about, as answers are kept by it: empty for the day of asking."""
        return "" if on is None or on == self.today() else on.isoformat()

    def budget(self) -> Budget:
        """The total time of one operation."""
        return Budget(self.about)

    def check_mandaat(self, school: School, leverancier: Leverancier, on: dt.date | None) -> Flow[Mandaat]:
        """Ask the OSR anew about the supplier, and about ourselves when we have an API key.

        Raises:
            DoorstroomError: the OSR gave no answer, or neither a yes nor a no.
        """
        osr, proof, peildatum = self.osr_on(on), self.proof, on or self.today()
        theirs = yield from ask_mandate(osr, leverancier.oin, school.oin, self.budget(), on=on, proof=proof)
        toets = yield from self.remember(osr, leverancier.oin, school.oin, theirs, on)
        las = Helft()
        if self.las_oin is not None and osr.api_key is not None:
            ours = yield from ask_mandate(osr, self.las_oin, school.oin, self.budget(), on=on, own=True, proof=proof)
            las = Helft.of(self._gezien(osr, self.las_oin, school.oin, ours, on), peildatum)
        return mandaat_of(osr, school, leverancier, peildatum, Helft.of(toets, peildatum), las, theirs.said, self.las_naam)

    def find_leveranciers(self, school: School) -> Flow[list[Leverancier]]:
        """The configured suppliers that the school has mandated; recent answers are not asked for again.

        While the register is suspect, a supplier whose yes became a no counts as before, unless another one has a yes.
        """
        found: dict[_Standing, list[Leverancier]] = {}
        for leverancier in self.leveranciers:
            standing = yield from self._standing(leverancier.oin, school.oin)
            found.setdefault(standing, []).append(leverancier)
        return found.get(_Standing.YES) or found.get(_Standing.AS_BEFORE) or []

    def is_mandated(self, supplier_oin: str, school_oin: str, *, or_stale: bool = False) -> Flow[bool]:
        """Whether a system is mandated; while the register is suspect, whether it was.

        Args:
            supplier_oin: whose mandate.
            school_oin: of which school.
            or_stale: while the OSR gives no answer, accept a "yes" of at most a day old.

        Raises:
            DoorstroomError: the OSR gave no answer.
        """
        return (yield from self._standing(supplier_oin, school_oin, or_stale=or_stale)) is not _Standing.NO

    def _standing(self, supplier_oin: str, school_oin: str, *, or_stale: bool = False) -> Flow[_Standing]:
        osr = self.osr_on()
        known = (yield from self.answers.find(osr.namespace, self.asked_on(None), school_oin, supplier_oin)).get(supplier_oin)
        if known is None or not self.answers.is_fresh(known):
            try:
                answer = yield from ask_mandate(osr, supplier_oin, school_oin, self.budget(), proof=self.proof)
            except DoorstroomError as error:
                if or_stale and is_silence(error) and self.answers.is_stale_yes(known):
                    return _Standing.YES
                raise
            known = yield from self.remember(osr, supplier_oin, school_oin, answer)
        if known.gemandateerd:
            return _Standing.YES
        if not self.answers.has_turned(known):
            return _Standing.NO
        turned, stayed = yield from self.answers.turned(known.namespace, known.peildatum)
        if not is_suspect(turned, stayed, osr.suspect_from):
            return _Standing.NO
        self.tell_suspect(turned, stayed)
        return _Standing.AS_BEFORE

    def tell_suspect(self, turned: int, stayed: int) -> None:
        """Tell that so many mandates ended at once that the register itself is suspect; once a day is enough."""
        if not self.answers.tells_suspicion():
            return
        schools = turned + stayed
        result = f"the register is suspect: of {schools} schools that had a mandate, {turned} have none within a day"
        self.about.conditions.teller("osr", result, actor=self.osr.oin, peer="OSR", serious=True)

    def remember(
        self, osr: Osr, supplier_oin: str, school_oin: str, answer: Registered, on: dt.date | None = None
    ) -> Flow[StoredAnswer]:
        """Keep an answer for whoever asks the same again soon; gives it with what is known of the one before.

        Args:
            osr: where it was asked, with the namespace.
            supplier_oin: whose mandate.
            school_oin: of which school.
            answer: what the OSR said.
            on: the day that was asked about; the day of asking when left out.
        """
        return (yield from self.answers.keep(self._gezien(osr, supplier_oin, school_oin, answer, on)))

    def _gezien(self, osr: Osr, supplier_oin: str, school_oin: str, answer: Registered, on: dt.date | None) -> StoredAnswer:
        day, now = self.asked_on(on), self.answers.now()
        return StoredAnswer(supplier_oin, school_oin, osr.namespace, day, answer.mandated, answer.start, answer.end, now)

    def the_leverancier(self, school: School) -> Flow[Leverancier]:
        """The one supplier that the school has mandated.

        Raises:
            GeenMandaat: none of the configured suppliers is mandated.
            ConfigurationError: more than one is; the caller has to choose.
        """
        found = yield from self.find_leveranciers(school)
        if len(found) == 1:
            return found[0]
        names = ", ".join(leverancier.toetssoort for leverancier in (found or self.leveranciers))
        if found:
            raise ConfigurationError(
                f"school {school.instellingscode} has mandated {len(found)} of the configured suppliers: {names}",
                setting="leverancier",
                hint="Pass leverancier= to say which one is meant",
            )
        raise GeenMandaat(
            f"school {school.instellingscode} has mandated none of the configured suppliers ({names or 'none configured'})",
            hint="Check the mandates of this school (doorstroom mandaat check --school, client.osr.check_mandaat): the "
            "text in Dutch tells the school what to ask the OSR "
            "administrator of the board. If the school uses another supplier, configure that one. When no school has a "
            "mandate, osr.namespace is probably not the one of this school year",
            peer="OSR",
            las_naam=self.las_naam,
        )


def is_silence(error: DoorstroomError) -> bool:
    """Whether the OSR gave no answer. Another server in its place, or a refusal, is no silence: no old yes stands in."""
    if isinstance(error, TlsError):
        return error.code in ("expired", "not_yet_valid")
    return isinstance(error, Unavailable | ConnectError | NoAnswer | DeadlineExceeded)
