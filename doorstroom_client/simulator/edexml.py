"""Invented pupils as the EDEXML 2.1 file that a LAS would export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr  # only writes

from doorstroom_client.messages.school import School
from doorstroom_client.simulator.invented import BedachteLeerling


def edexml_of(bedacht: Sequence[BedachteLeerling], school: School, *, schooljaar: str = "2025-2026") -> bytes:
    """A file for ``doorstroom deelnemers send`` and `read_edexml`.

    Args:
        bedacht: the pupils; all of them are in jaargroep 8.
        school: of which they are.
        schooljaar: of the file.
    """
    return "".join(_document(bedacht, school, schooljaar)).encode()


def _document(bedacht: Iterable[BedachteLeerling], school: School, schooljaar: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<EDEX>\n  <school>'
    yield _elements(schooljaar=schooljaar, brincode=school.instellingscode, dependancecode=school.vestigingscode)
    yield _elements(auteur="doorstroom_client simulator", xsdversie="2.1") + "</school>\n  <groepen>"
    pupils = list(bedacht)
    for groep in sorted({item.groep for item in pupils}):
        yield f'\n    <groep key="groep-{groep}">{_elements(naam=groep, jaargroep="8")}</groep>'
    yield "\n  </groepen>\n  <leerlingen>"
    for item in pupils:
        eck_id = f" eckid={quoteattr(item.eck_id)}" if item.eck_id else ""
        yield f"\n    <leerling key={quoteattr(item.las_key)}{eck_id}>"
        yield _elements(achternaam=item.achternaam, voorvoegsel=item.voorvoegsel or "")
        yield _elements(**{"voorletters-1": item.voorletters}, roepnaam=item.roepnaam)
        yield _elements(geboortedatum=item.geboortedatum.isoformat(), geslacht=str(item.geslacht), jaargroep="8")
        yield f'<groep key="groep-{item.groep}"/></leerling>'
    yield "\n  </leerlingen>\n</EDEX>\n"


def _elements(**texts: str) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items() if text)
