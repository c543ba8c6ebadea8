"""The EDEXML of one school among many: what is wrong with it becomes the outcome of that school."""

from __future__ import annotations

from pathlib import Path

from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.school import School
from doorstroom_client.readers.edexml import read_edexml
from doorstroom_client.readers.edexml_keuze import Keuze
from doorstroom_client.readers.opdracht import Opdracht


def opdracht_of_edexml(path: Path, school: School | None, naam: str, keuze: Keuze) -> Opdracht:
    """What to send of one school, or why nothing can be sent.

    Args:
        path: the file.
        school: the administration.
        naam: how the input calls it.
        keuze: which pupils take part.
    """
    try:
        found = read_edexml(path, school=school, keuze=keuze)
        found.raise_if_any()
    except DoorstroomError as error:
        return Opdracht(school=school, naam=naam, fout=error.with_traceback(None))
    return Opdracht(school=school, naam=naam, groepen=found.groepen, deelnemers=found.deelnemers)
