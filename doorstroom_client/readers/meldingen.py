"""What a reader of XML found: a line, an element, and a sentence that never holds a value."""

from __future__ import annotations

from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Problem


class Ernst(StrEnum):
    """How serious a finding is."""

    FOUT = "fout"
    """The pupil, the group or the whole file cannot be used."""
    LET_OP = "let op"
    """It was used, in the way that the sentence says."""


@frozen
class Melding:
    """One finding.

    Attributes:
        regel: the line on which the element begins, from 1. After line 65,535 it can be one off; in a file of one line it
            is always 1, so `element` holds a number as well.
        element: which element, ``leerlingen/leerling[17]/roepnaam``: the roepnaam of the seventeenth pupil.
        code: what kind of finding, for programs.
        tekst: what is wrong and what was expected.
        ernst: how serious.
    """

    regel: int
    element: str
    code: str
    tekst: str
    ernst: Ernst = Ernst.FOUT

    @property
    def problem(self) -> Problem:
        """This finding as a problem in an error."""
        return Problem(f"line {self.regel}, {self.element}", self.tekst)

    def __str__(self) -> str:
        return str(self.problem)


@frozen
class Plek:
    """Where findings are made: an element that was read."""

    regel: int
    element: str

    def fout(self, code: str, tekst: str, child: str = "", regel: int = 0) -> Melding:
        """A finding about this element, or one within it, because of which it cannot be used."""
        return Melding(regel or self.regel, f"{self.element}/{child}" if child else self.element, code, tekst)

    def let_op(self, code: str, tekst: str, child: str = "", regel: int = 0) -> Melding:
        """A finding that somebody should know."""
        found = self.fout(code, tekst, child, regel)
        return Melding(found.regel, found.element, code, tekst, Ernst.LET_OP)
