"""What the OSR says: a mandate, and what it means for a school, in Dutch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import field, replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import Osr

__all__ = ["DIENST", "Mandaat", "Osr", "uitleg_van"]

_VERLENGEN = dt.timedelta(days=30)
DIENST = "DOORSTROOM – Logistiek proces doorstroomtoets po"
"""The service as a school sees it in the OSR."""


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

    def __bool__(self) -> bool:
        """Whether messages can be exchanged: no half of the mandate is known to be missing."""
        return self.gemandateerd and self.las_gemandateerd is not False

    @property
    def uitleg(self) -> str:
        """What is right or wrong and who can repair it, in Dutch, for whoever calls from a school."""
        text = self._in_orde() if self else self._niet_in_orde()
        if not self.testomgeving:
            return text
        return (
            f"Let op: dit is nagekeken in een testomgeving van het OSR ({self.testomgeving}) en zegt niets over het echte "
            f"register. {text}"
        )

    def _in_orde(self) -> str:
        las = "" if self.las_gemandateerd is None else " en het leerlingadministratiesysteem"
        staat = "staan" if las else "staat"
        einde = (
            f" Het mandaat van het leerlingadministratiesysteem loopt tot en met {in_dutch(self.eind_datum)}."
            if self.eind_datum
            else ""
        )
        niet_gekeken = (
            " Of het leerlingadministratiesysteem zelf gemandateerd is, is niet nagekeken."
            if self.las_gemandateerd is None
            else ""
        )
        actie = (
            "Laat de OSR-beheerder van uw bestuur het op tijd verlengen."
            if self.eind_datum and self.eind_datum - self.peildatum < _VERLENGEN
            else "U hoeft niets te doen."
        )
        return (
            f"In orde: voor {self.school.label} {staat} {self.leverancier.naam}{las} op {in_dutch(self.peildatum)} als "
            f"gemandateerd in het Onderwijs Serviceregister (OSR).{einde}{niet_gekeken} {actie}"
        )

    def _niet_in_orde(self) -> str:
        ontbreekt = [] if self.gemandateerd else [f"de toetsleverancier ({self.leverancier.naam})"]
        if self.las_gemandateerd is False:
            ontbreekt.append("het leerlingadministratiesysteem")
        wie = " en ".join(ontbreekt)
        zinnen = [
            (
                f"Niet in orde: voor {self.school.label} staat in het Onderwijs Serviceregister (OSR) op "
                f"{in_dutch(self.peildatum)} geen geldig mandaat voor {wie}."
            ),
            *self._sinds_wanneer(),
            "Daarom kunnen gegevens voor de doorstroomtoets nu niet worden uitgewisseld.",
            (
                "Dit kan alleen de OSR-beheerder van uw bestuur herstellen, meestal iemand op het bestuursbureau; leraren en "
                "directeuren kunnen het OSR zelf niet inzien."
            ),
            (
                f"Vraag de OSR-beheerder om in het OSR bij de dienst “{DIENST}” voor deze school een mandaat te geven aan "
                f"{wie}, met een ingangsdatum die al is bereikt."
            ),
        ]
        if self.las_gemandateerd is None:
            zinnen.append("Laat ook nagaan of het leerlingadministratiesysteem een mandaat heeft; dat is hier niet nagekeken.")
        if not self.gemandateerd:
            zinnen.append(
                f"Heeft uw school een andere toets gekozen dan die van {self.leverancier.naam}? Dan is dit mandaat niet nodig."
            )
        return " ".join(zinnen)

    def _sinds_wanneer(self) -> list[str]:
        """Since when a half is missing, or until when, as far as the OSR tells that."""
        halves = (
            ("het leerlingadministratiesysteem", self.las_verlopen_op, self.las_begint_op),
            (f"de toetsleverancier ({self.leverancier.naam})", self.verlopen_op, self.begint_op),
        )
        zinnen: list[str] = []
        for wie, verlopen_op, begint_op in halves:
            if verlopen_op is not None:
                zinnen.append(f"Het mandaat van {wie} is op {in_dutch(verlopen_op)} afgelopen.")
            if begint_op is not None:
                zinnen.append(f"Het mandaat van {wie} gaat pas op {in_dutch(begint_op)} in.")
        return zinnen


def uitleg_van(mandaten: Sequence[Mandaat]) -> str:
    """One Dutch text about all suppliers that were looked up for one school.

    A school mandates one of the configured suppliers. So one that is in order is enough; when none is, the text names all
    of them as the ones to choose from.

    Args:
        mandaten: at least one, all of the same school and day.
    """
    chosen = [item for item in mandaten if item] or [item for item in mandaten if item.gemandateerd]
    names = _joined([item.leverancier.naam for item in chosen or mandaten], "en" if chosen else "of")
    about = (chosen or mandaten)[0]
    if len(chosen or mandaten) > 1:
        about = replace(about, verlopen_op=None, begint_op=None)  # of one of them only
    return replace(about, leverancier=replace(about.leverancier, naam=names)).uitleg


def _joined(names: Sequence[str], word: str) -> str:
    return f" {word} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
