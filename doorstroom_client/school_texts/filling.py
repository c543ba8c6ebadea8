"""The names in a ready text: of the LAS and of the supplier, or the places that are kept free for them."""

from __future__ import annotations

from collections.abc import Sequence

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.one_line import in_a_line
from doorstroom_client.basics.uitleg import las_kort, las_voluit

PLACES = ("las_naam", "leverancier")
"""The free places of a ready text, written as ``{las_naam}`` and ``{leverancier}``."""


@frozen(kw_only=True)
class Invulling:
    """With what names a ready text is made.

    Attributes:
        las_naam: how schools call the LAS; when empty, the text says "uw leerlingadministratiesysteem (LAS)".
        leverancier: name of the supplier; when empty, the text says "de toetsleverancier".
    """

    las_naam: str = ""
    leverancier: str = ""

    @classmethod
    def of(cls, las_naam: str, leveranciers: Sequence[str]) -> Invulling:
        """With the names of a configuration. Of several suppliers none is named: which one it is differs per school.

        Args:
            las_naam: how schools call the LAS; may be empty.
            leveranciers: the names of the suppliers.
        """
        return cls(las_naam=las_naam, leverancier=leveranciers[0] if len(leveranciers) == 1 else "")

    @classmethod
    def open(cls) -> Invulling:
        """With the free places themselves, for who fills them in later: ``{las_naam}`` and ``{leverancier}``."""
        return cls(**{name: f"{{{name}}}" for name in PLACES})

    @property
    def las(self) -> str:
        """The LAS where it is named for the first time."""
        return las_voluit(self.las_naam)

    @property
    def las_kort(self) -> str:
        """The LAS after that."""
        return las_kort(self.las_naam)

    @property
    def toets(self) -> str:
        """The supplier where it is named for the first time."""
        uitgelegd = "de aanbieder van de doorstroomtoets"
        naam = in_a_line(self.leverancier)
        return f"{naam} ({uitgelegd})" if naam else f"de toetsleverancier ({uitgelegd})"

    @property
    def toets_kort(self) -> str:
        """The supplier after that."""
        return in_a_line(self.leverancier) or "de toetsleverancier"
