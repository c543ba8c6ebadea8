"""Verdicts: of one check, of a scenario, and of a whole run."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.requirements import Niveau, Requirements
from doorstroom_client.ketentest.steps import Check, Whose


class Oordeel(StrEnum):
    """A verdict, the worst one first."""

    FOUT = "fout"
    """The runner itself went wrong."""
    GEZAKT = "gezakt"
    """Something that is required was not so."""
    WACHT = "wacht"
    """The other side has not answered yet, and still has time."""
    TE_BEOORDELEN = "te beoordelen"
    """A person has to say what was seen."""
    AFWIJKEND = "afwijkend"
    """Not as it should be, but it can be lived with."""
    OVERGESLAGEN = "overgeslagen"
    """Something that it needs was not arranged."""
    GESLAAGD = "geslaagd"
    """All that is required was so."""
    NVT = "nvt"
    """It does not apply here."""


WORST_FIRST = tuple(Oordeel)
"""The order in which verdicts count."""


def worst(verdicts: Iterable[Oordeel]) -> Oordeel:
    """The verdict that counts; one that passed when there is none."""
    return min(verdicts, key=WORST_FIRST.index, default=Oordeel.GESLAAGD)


@frozen(kw_only=True)
class Keuring:
    """A check that was held.

    Attributes:
        eis: id of the requirement.
        oordeel: passed, deviating or failed.
        niveau: how strictly it holds in this school year.
        expected: what is required, as a report shows it.
        got: what was seen, as a report shows it.
        whose: whose turn it is when it did not pass.
        evidence: name of the step that it is about.
    """

    eis: str
    oordeel: Oordeel
    niveau: Niveau
    expected: str
    got: str
    whose: Whose
    evidence: str

    @property
    def counts(self) -> bool:
        """Whether it decides about its scenario."""
        return self.niveau is not Niveau.WEET


def judged(check: Check, requirements: Requirements, schooljaar: str, evidence: str) -> Keuring:
    """Hold a check.

    Args:
        check: what was seen against what is required.
        requirements: where its level stands.
        schooljaar: of the run.
        evidence: the step that it is about, when the check names none.
    """
    accepted = check.expected if isinstance(check.expected, tuple) else (check.expected,)
    if check.got in accepted:
        oordeel = Oordeel.GESLAAGD
    else:
        oordeel = Oordeel.AFWIJKEND if check.got in check.tolerated else Oordeel.GEZAKT
    return Keuring(
        eis=check.eis,
        oordeel=oordeel,
        niveau=requirements[check.eis].niveau_in(schooljaar),
        expected=" of ".join(map(in_words, accepted)),
        got=in_words(check.got),
        whose=check.whose,
        evidence=check.evidence or evidence,
    )


def in_words(value: object) -> str:
    """A value as a report shows it."""
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if value is None or value == "":
        return "niets"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(in_words, value)) or "niets"
    return str(value)
