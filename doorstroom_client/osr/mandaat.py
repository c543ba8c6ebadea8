"""What the OSR says: a mandate, and what it means for a school, in Dutch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import field, replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.mandate_words import (
    DIENST,
    DOORSTUREN,
    INLOGGEN,
    KOPIEREN,
    MANDAAT_UITGELEGD,
    OSR_BEHEERDER,
    OSR_VOLUIT,
    OVEREENKOMST,
    daarna,
    ingangsdatum_vervroegen,
    mandaat_geven,
)
from doorstroom_client.basics.uitleg import Uitleg, las_kort, las_voluit, samen
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import Osr

__all__ = ["DIENST", "Mandaat", "Osr", "uitleg_van"]

_VERLENGEN = dt.timedelta(days=30)
IN_A_SENTENCE = 2
"""So many names stand in a sentence; more become points."""
_DEZE_LEVERANCIERS = "De lijst van leveranciers staat hieronder."
GEKOZEN_TOETS = "de leverancier van de gekozen toets"
"""What the suppliers are called where none of them is named."""


@frozen
class Ontbrekend:
    """One party of a school that has no mandate in force.

    Attributes:
        wie: how the school knows it: a supplier, or the LAS.
        voluit: the same where it is named for the first time.
        verlopen_op: last day of its latest mandate, when that is known.
        begint_op: first day of its next mandate, when that is known.
    """

    wie: str
    voluit: str
    verlopen_op: dt.date | None = None
    begint_op: dt.date | None = None

    @property
    def wanneer(self) -> str:
        """Since when, or until when, in Dutch; empty when neither is known."""
        ended = f"Het mandaat van {self.wie} is op {in_dutch(self.verlopen_op)} afgelopen." if self.verlopen_op else ""
        begins = f"Het mandaat van {self.wie} gaat pas op {in_dutch(self.begint_op)} in." if self.begint_op else ""
        return " ".join(filter(None, (ended, begins)))


@frozen
class Mandaat:
    """The answer to: may this supplier exchange messages on behalf of this school? True when it may.

    Attributes:
        school: the school.
        leverancier: the supplier that was looked up.
        gemandateerd: whether the supplier has a mandate on `peildatum`.
        las_gemandateerd: the same for this LAS; None when that was not checked (it needs an API key).
        peildatum: the day that was asked about.
        start_datum: start of the LAS's own mandate, when the OSR told it.
        eind_datum: end of the LAS's own mandate; None when open or not told.
        testomgeving: the environment that was asked, when that was not the real register.
        las_verlopen_op: last day of the LAS's latest mandate that has ended, when none is in force and that is known.
        las_begint_op: first day of the LAS's next mandate, when none is in force and that is known.
        verlopen_op: last day of the supplier's latest mandate that has ended, when the OSR told that with its no.
        begint_op: first day of the supplier's next mandate, likewise.
        gezegd: in what words the OSR said no, when it did so now and in words.
        las_naam: how schools call this LAS, for `uitleg`; empty when that is not known.
    """

    school: School
    leverancier: Leverancier
    gemandateerd: bool
    las_gemandateerd: bool | None
    peildatum: dt.date
    start_datum: dt.date | None = None
    eind_datum: dt.date | None = None
    testomgeving: str = ""
    las_verlopen_op: dt.date | None = None
    las_begint_op: dt.date | None = None
    verlopen_op: dt.date | None = None
    begint_op: dt.date | None = None
    gezegd: str = field(default="", compare=False)
    las_naam: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        """Whether messages can be exchanged: no half of the mandate is known to be missing."""
        return self.gemandateerd and self.las_gemandateerd is not False

    @property
    def uitleg(self) -> Uitleg:
        """What is right or wrong and who can repair it, in Dutch, for whoever calls from a school."""
        return nagekeken_in(self.testomgeving, self._in_orde() if self else self._niet_in_orde())

    def _in_orde(self) -> Uitleg:
        las = f" en {las_voluit(self.las_naam)}" if self.las_gemandateerd else ""
        kop = f"In orde: voor {self.school.label} is er op {in_dutch(self.peildatum)} een geldig mandaat."
        alineas = [f"Het mandaat is er voor {self.leverancier.naam}{las}."]
        if self.eind_datum:
            alineas.append(f"Het mandaat van {las_kort(self.las_naam)} loopt tot en met {in_dutch(self.eind_datum)}.")
        if self.las_gemandateerd is None:
            alineas.append(f"Of {las_voluit(self.las_naam)} zelf een mandaat heeft, is niet nagekeken.")
        if self.eind_datum and self.eind_datum - self.peildatum < _VERLENGEN:
            stap = "Vraag de OSR-beheerder van uw bestuur om dat mandaat op tijd te verlengen: die weet het misschien nog niet."
            return Uitleg(kop, (*alineas, MANDAAT_UITGELEGD, OSR_BEHEERDER), stappen=(stap,))
        return Uitleg(kop, (*alineas, "U hoeft niets te doen.", MANDAAT_UITGELEGD))

    def _niet_in_orde(self) -> Uitleg:
        missing = missing_of(self)
        wie = " en ".join(item.voluit for item in missing)
        kop = f"Niet in orde: voor {self.school.label} ontbreekt op {in_dutch(self.peildatum)} een geldig mandaat."
        alineas = [
            f"Er is geen geldig mandaat voor {wie}.",
            MANDAAT_UITGELEGD,
            twee_mandaten(self.las_naam, voluit=self.las_gemandateerd is not False),
            *filter(None, (item.wanneer for item in missing)),
            *([f"Het mandaat voor {self.leverancier.naam} is in orde."] if self.gemandateerd else []),
            *([f"Het mandaat voor {las_kort(self.las_naam)} is in orde."] if self.las_gemandateerd else []),
            "Zolang dit zo is, kan er niets worden uitgewisseld voor de doorstroomtoets. Er is niets verloren gegaan.",
            OSR_BEHEERDER,
        ]
        if not self.gemandateerd:
            alineas.append(f"{self._andere_toets()} Een mandaat voor {las_kort(self.las_naam)} blijft nodig.")
        return Uitleg(kop, alineas, stappen=self._stappen(missing))

    def _andere_toets(self) -> str:
        if self.leverancier.naam == GEKOZEN_TOETS:
            return "Staat de leverancier van uw toets niet in de lijst? Dan is voor wie in de lijst staat geen mandaat nodig."
        return f"Heeft uw school een andere toets gekozen dan die van {self.leverancier.naam}? Dan is daar geen mandaat nodig."

    def _stappen(self, missing: Sequence[Ontbrekend]) -> list[str]:
        """What is to be done. A mandate that has yet to begin is waited for, or its start date is moved."""
        later = [item for item in missing if item.begint_op is not None]
        now = [item.wie for item in missing if item.begint_op is None]
        wachten = [
            f"Kan de uitwisseling wachten tot {in_dutch(item.begint_op)}? Dan hoeft u voor {item.wie} niets te doen: vanaf "
            "die dag geldt het mandaat."
            for item in later
            if item.begint_op is not None
        ]
        doen = [ingangsdatum_vervroegen(item.wie) for item in later]
        if now:
            doen.insert(0, mandaat_geven(" en aan ".join(now)))
            doen.append(KOPIEREN)
        if self.las_gemandateerd is None:
            doen.append(f"Kijk ook na of {las_kort(self.las_naam)} een mandaat heeft; dat is hier niet nagekeken.")
        doen.append(daarna(las_kort(self.las_naam)))
        eerst = DOORSTUREN if now or not later else f"Kan het niet wachten? {DOORSTUREN}"
        return [*wachten, eerst, *([OVEREENKOMST] if now else []), INLOGGEN, *doen]


def missing_of(mandaat: Mandaat) -> tuple[Ontbrekend, ...]:
    """Who has no mandate in force, each with the days that are known: first this LAS, then the supplier."""
    las, naam = mandaat.las_naam, mandaat.leverancier.naam
    ours = Ontbrekend(las_kort(las), las_voluit(las), mandaat.las_verlopen_op, mandaat.las_begint_op)
    theirs = Ontbrekend(naam, naam, mandaat.verlopen_op, mandaat.begint_op)
    halves = ((mandaat.las_gemandateerd is False, ours), (not mandaat.gemandateerd, theirs))
    return tuple(half for lacks, half in halves if lacks)


def uitleg_van(mandaten: Sequence[Mandaat]) -> Uitleg:
    """One Dutch text about all suppliers that were looked up for one school.

    A school mandates one of the configured suppliers. So one that is in order is enough; when none is, the text names all
    of them as the ones to choose from.

    Args:
        mandaten: at least one, all of the same school and day.
    """
    names = names_of(mandaten)
    told = in_een(mandaten).uitleg
    if len(names) <= IN_A_SENTENCE:
        return told
    return Uitleg(told.kop, (*told.alineas, _DEZE_LEVERANCIERS), punten=[f"{name}." for name in names], stappen=told.stappen)


def names_of(mandaten: Sequence[Mandaat]) -> list[str]:
    """The suppliers of one school that a text is about: those that are in order, else all to choose from."""
    return [item.leverancier.naam for item in _chosen(mandaten) or mandaten]


def _chosen(mandaten: Sequence[Mandaat]) -> Sequence[Mandaat]:
    return [item for item in mandaten if item] or [item for item in mandaten if item.gemandateerd]


def in_een(mandaten: Sequence[Mandaat]) -> Mandaat:
    """All suppliers that were looked up for one school as one: those that are in order, else all of them.

    More than two names make no sentence: then it is called after what they are.

    Args:
        mandaten: at least one, all of the same school and day.
    """
    chosen, found = _chosen(mandaten), names_of(mandaten)
    names = f" {'en' if chosen else 'of'} ".join(found)
    if len(found) > IN_A_SENTENCE:
        names = f"{len(found)} leveranciers" if chosen else GEKOZEN_TOETS
    about = (chosen or mandaten)[0]
    if len(chosen or mandaten) > 1:
        about = replace(about, verlopen_op=None, begint_op=None)  # of one of them only
    return replace(about, leverancier=replace(about.leverancier, naam=names))


def nagekeken_in(testomgeving: str, told: Uitleg) -> Uitleg:
    """A text that says first that it is about a test environment, so that nobody repairs what is missing only there.

    Args:
        testomgeving: empty for the real register.
        told: what was found there.
    """
    if not testomgeving:
        return told
    let_op = f"Let op: dit is nagekeken in een testomgeving ({testomgeving}) van {OSR_VOLUIT}."
    return samen(Uitleg(let_op, ("Het zegt niets over het echte register.",)), told)


def twee_mandaten(las_naam: str, *, voluit: bool = True) -> str:
    """That a school gives two mandates, and to whom.

    Args:
        las_naam: how schools call this LAS; may be empty.
        voluit: whether it has to be said what a LAS is.
    """
    las = las_voluit(las_naam) if voluit else las_kort(las_naam)
    return (
        f"Er zijn twee mandaten nodig: één voor {las} en één voor de toetsleverancier. Dat is de aanbieder van de "
        "doorstroomtoets die uw school heeft gekozen."
    )
