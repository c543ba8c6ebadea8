"""What a school hands in for one supplier, as a value: its advice, or its participants with their groups.

To the value belongs what the school knows: its entries, their school year, why a key may look like a BSN. To the act of sending
belongs the rest: to which supplier, only what changed, until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Stamgroep
from doorstroom_client.messages.school import School


@frozen
class Adviezenlijst:
    """The voorlopige schooladviezen of one administration. Nothing is checked when it is made: see `Client.check`.

    Attributes:
        school: the administration whose pupils these are, or a code of a configured one, such as its BRIN.
        adviezen: at least one; every pupil once.
        schooljaar: the school year of the advice, ``"2025-2026"``, when it is not the one of the client.
        las_key_reden: why a LAS-key in this list may look like a BSN.
        notes: what a reader noted about the file, for people; without pupils.
    """

    school: School | str
    adviezen: Sequence[Advies] = field(repr=False)
    schooljaar: str | None = field(default=None, kw_only=True)
    las_key_reden: str = field(default="", kw_only=True)
    notes: Sequence[str] = field(default=(), kw_only=True, repr=False)

    def __post_init__(self) -> None:
        _keep(self, "adviezen", "notes")

    def __repr__(self) -> str:
        return _shown(self, self.school, len(self))

    def __len__(self) -> int:
        return len(self.adviezen)


@frozen
class Deelnemerslijst:
    """The participants of one administration, with their groups. Nothing is checked when it is made: see `Client.check`.

    Attributes:
        school: the administration whose pupils these are, or a code of a configured one, such as its BRIN.
        groepen: the groups that the pupils are in.
        deelnemers: at least one; every pupil once.
        schooljaar: the school year of the test, ``"2025-2026"``, when it is not the one of the client.
        las_key_reden: why a LAS-key in this list may look like a BSN.
        notes: what a reader noted about the file, for people; without pupils.
    """

    school: School | str
    groepen: Sequence[Stamgroep] = field(repr=False)
    deelnemers: Sequence[Deelnemer] = field(repr=False)
    schooljaar: str | None = field(default=None, kw_only=True)
    las_key_reden: str = field(default="", kw_only=True)
    notes: Sequence[str] = field(default=(), kw_only=True, repr=False)

    def __post_init__(self) -> None:
        _keep(self, "groepen", "deelnemers", "notes")

    def __repr__(self) -> str:
        return _shown(self, self.school, len(self))

    def __len__(self) -> int:
        return len(self.deelnemers)


Aanlevering = Adviezenlijst | Deelnemerslijst
"""What goes to a supplier: one of the two."""


@frozen
class Onleesbaar:
    """A school whose list could not be read. In a run over many schools that is an outcome, and not the end of the run.

    Attributes:
        naam: the school as the input calls it.
        school: the administration; None when it is not known which one is meant.
        error: why its list could not be read.
    """

    naam: str
    school: School | None
    error: DoorstroomError = field(repr=False)


def _keep(lijst: Aanlevering, *names: str) -> None:
    """Keep a generator's entries: they are read more than once. What cannot be read is told when the list is checked."""
    for name in names:
        given: object = getattr(lijst, name)
        if isinstance(given, Iterable) and not isinstance(given, str | tuple):
            object.__setattr__(lijst, name, tuple(given))  # pyright: ignore[reportUnknownArgumentType]


def _shown(lijst: Aanlevering, school: School | str, aantal: int) -> str:
    which = school.instellingscode if isinstance(school, School) else "…"
    year = f", schooljaar={lijst.schooljaar!r}" if lijst.schooljaar else ""
    return f"{type(lijst).__name__}(school={which!r}, leerlingen={aantal}{year})"
