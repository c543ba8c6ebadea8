"""From the elements of an EDEXML file, or of a UWLR leerlinggegevens payload, to raw parts: the school, groups and pupils.

Only what stands in the lists below is read. All other elements are dropped untouched: numbers of pupils, addresses,
descent, photographs, free texts and staff never leave the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from doorstroom_client.readers.letters import clean, tidied
from doorstroom_client.readers.meldingen import Melding, Plek
from doorstroom_client.readers.xml_events import XmlFile

UWLR = "{http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens}"
SCHOOL = ("schooljaar", "brincode", "dependancecode", "auteur", "xsdversie", "peildatum")
GROEP = ("naam", "jaargroep")
LEERLING = (
    *("achternaam", "voorvoegsel", "voornamen", "voorletters-1", "roepnaam", "geboortedatum", "geslacht"),
    *("jaargroep", "groep", "vestiging", "uitstroomdatum"),
)
SLEUTELS = ("key", "eckid")
"""The attributes that are read."""
_BY_KEY = ("groep", "vestiging")
"""Elements within a pupil of which only the key is read."""
_NOTHING_NEW = ("geenwijzigingen", "geengegevens")
_STEPWISE = ("structuur_antwoord", "leerlingen_antwoord", "leerkrachten_antwoord")
_AROUND = ("Envelope", "Body", "Header", "leerlinggegevens_antwoord")
_VERSION = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2}){0,2}")


@dataclass(frozen=True, slots=True, repr=False)
class Deel:
    """The school, a group or a pupil as it stands in the file; its repr shows nothing.

    Attributes:
        soort: ``school``, ``groep``, ``samengestelde_groep`` or ``leerling``.
        plek: where.
        sleutels: the attributes; surrounding spaces do not count.
        velden: the texts of its elements, with single spaces; of what points at a group or vestiging its key.
        regels: the line of each element.
        meldingen: what is wrong with its form.
    """

    soort: str
    plek: Plek
    sleutels: Mapping[str, str]
    velden: Mapping[str, str]
    regels: Mapping[str, int]
    meldingen: tuple[Melding, ...]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.soort})"

    def tekst(self, naam: str) -> str:
        """The text of an element; empty when there is none."""
        return self.velden.get(naam, "")

    def fout(self, code: str, tekst: str, naam: str = "") -> Melding:
        """A finding about an element of this part."""
        return self.plek.fout(code, tekst, naam, self.regels.get(naam, 0))

    def let_op(self, code: str, tekst: str, naam: str = "") -> Melding:
        """A finding that somebody should know, about an element of this part."""
        return self.plek.let_op(code, tekst, naam, self.regels.get(naam, 0))


@dataclass(slots=True, repr=False)
class Document:
    """A file that is being read.

    Args:
        file: its elements.

    Attributes:
        leeg: ``geenwijzigingen`` or ``geengegevens`` when a UWLR answer says so; else empty.
        soort: ``EDEXML`` or ``UWLR``; empty before the root is read.
    """

    file: XmlFile
    leeg: str = ""
    soort: str = ""
    _prefix: str = ""
    _path: list[str] = field(default_factory=list[str])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])
    _base: int = -1

    def delen(self) -> Iterator[Deel]:
        """The school, then the groups, then the pupils, one at a time. Notes in `file` why it cannot be read further."""
        for event, element in self.file.events():
            name = element.tag
            if event == "start":
                self._path.append(name)
                self._begin(name, element)
                continue
            depth = len(self._path) - 1 - self._base if self._base >= 0 else 0
            self._path.pop()
            if depth == 1 or (depth == 2 and self._path[-1].removeprefix(self._prefix) != "school"):
                found = self._deel(element, depth)
                self.file.drop(element)
                if found is not None:
                    yield found
        if self.file.failure is None and self._base < 0 and not self.leeg:
            self.file.refuse("holds no leerlinggegevens")

    def _begin(self, name: str, element: Any) -> None:
        """Find out what kind of file it is, and hold it to the order of the standard."""
        if self._base >= 0:
            local = name.removeprefix(self._prefix)
            if len(self._path) - 1 <= self._base:
                self.file.refuse("holds more after the leerlinggegevens", line=element.sourceline)
            elif len(self._path) - 1 - self._base == 1 and local in ("school", "groepen") and "leerling" in self._numbers:
                self.file.refuse(f"has {local} after leerlingen; the standard has it before", line=element.sourceline)
            return
        if name == "EDEX" and len(self._path) == 1:
            self._base, self.soort = 0, "EDEXML"
        elif name == f"{UWLR}leerlinggegevens":
            self._base, self.soort, self._prefix = len(self._path) - 1, "UWLR", UWLR
        else:
            self._look_around(name.rpartition("}")[2], element.sourceline)

    def _look_around(self, local: str, line: int) -> None:
        if local in _NOTHING_NEW and len(self._path) > 1:
            self.leeg, self.soort = local, "UWLR"
        elif local in _STEPWISE:
            hint = "Ask for the leerlinggegevens in one answer (HaalLeerlinggegevens)"
            self.file.refuse("is a part of a UWLR answer in steps, which is not supported", line=line, hint=hint)
        elif local not in _AROUND and "Header" not in (part.rpartition("}")[2] for part in self._path):
            text = "is not EDEXML: its root is not EDEX, nor is it an answer with UWLR leerlinggegevens"
            self.file.refuse(text, line=line, hint="Export EDEXML (EDEX.XML) from your LAS, or give a CSV")

    def _deel(self, element: Any, depth: int) -> Deel | None:
        """What has just ended, when it is one of the parts that are read."""
        name = element.tag.removeprefix(self._prefix)
        if depth == 1:
            return self._made(element, name, SCHOOL, "school") if name == "school" else None
        section = self._path[-1].removeprefix(self._prefix)
        if section == "groepen" and name in ("groep", "samengestelde_groep"):
            return self._made(element, name, GROEP, "groepen/")
        if section == "leerlingen" and name == "leerling":
            return self._made(element, name, LEERLING, "leerlingen/")
        return None

    def _made(self, element: Any, soort: str, wanted: tuple[str, ...], where: str) -> Deel:
        self._numbers[soort] = number = self._numbers.get(soort, 0) + 1
        plek = Plek(element.sourceline or 0, f"{where}{soort}[{number}]" if where.endswith("/") else where)
        velden: dict[str, str] = {}
        regels: dict[str, int] = {}
        meldingen: list[Melding] = []
        start = len(self._prefix)
        for child in element:
            naam = child.tag[start:] if child.tag.startswith(self._prefix) else ""
            if naam not in wanted:
                continue
            if naam in velden:
                meldingen.append(plek.fout("dubbel", "stands there twice", naam, child.sourceline))
                continue
            if len(child):
                meldingen.append(plek.fout("vorm", "holds other elements; expected a text", naam, child.sourceline))
            points = naam in _BY_KEY and soort == "leerling"
            velden[naam] = clean(child.get("key") or "") if points else _plain(child.text)
            regels[naam] = child.sourceline or 0
        # A key is sent as it stands there; of all other texts only what is the same to whoever reads it.
        sleutels = {naam: clean(element.get(naam) or "") for naam in SLEUTELS}
        return Deel(soort, plek, sleutels, velden, regels, tuple(meldingen))


def _plain(text: str | None) -> str:
    """A text as it is to whoever reads it; in XML a line break is the layout of the file."""
    return tidied(text) if text else ""


def versie_of(school: Deel) -> str:
    """The version that a file says it has; empty when it says none."""
    text = school.tekst("xsdversie")
    return text if _VERSION.fullmatch(text) else ""
