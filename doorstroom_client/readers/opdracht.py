"""The list of one school, as it is handed in: by a program, or read from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.parties.leverancier import Leverancier


@frozen(kw_only=True)
class Opdracht:
    """The list of one school.

    Attributes:
        school: the administration.
        adviezen: its advice; or else
        groepen: its groups, and
        deelnemers: its participants.
        leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR.
        fout: why there is nothing to send, such as a file that cannot be read; it becomes the outcome of this school.
        naam: how the school is called in the input, when it is not known which one it is.
    """

    school: School | None
    adviezen: Sequence[Advies] | None = field(default=None, repr=False)
    groepen: Sequence[Stamgroep] | None = field(default=None, repr=False)
    deelnemers: Sequence[Deelnemer] | None = field(default=None, repr=False)
    leverancier: Leverancier | str | None = None
    fout: DoorstroomError | None = None
    naam: str = ""
