"""EDEXML 1.0.3, 2.0 and 2.1, and the UWLR leerlinggegevens payload: pupils and groups as a LAS exports them.

Needs the extra ``xml``. No function that raises has the content of a file in a variable that shows it: error reporters print
the variables of every frame, and what a file says about pupils must not end up there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.errors import MessageError
from doorstroom_client.messages.leerlingen import Deelnemer, Stamgroep
from doorstroom_client.messages.leerlingenlijst import Leerlingenlijst
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.readers.edexml_document import Deel, Document, versie_of
from doorstroom_client.readers.edexml_regels import EdexmlLeerling, Regels
from doorstroom_client.readers.edexml_velden import IS_NOTHING, NOTHING_AGAIN, parse_datum
from doorstroom_client.readers.meldingen import Ernst, Melding, Plek
from doorstroom_client.readers.xml_events import MAX_BYTES, XmlFile

__all__ = [
    "MAX_STREAM",
    "Edexml",
    "EdexmlLeerling",
    "EdexmlStroom",
    "Ernst",
    "Keuze",
    "Melding",
    "read_edexml",
    "stream_edexml",
]

MAX_STREAM = 1024**3
"""Bytes of the largest file that is streamed."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Edexml:
    """What stands in a file; its repr shows only numbers.

    Attributes:
        naam: of the file.
        soort: ``EDEXML`` or ``UWLR``.
        versie: as the file gives it, ``"2.1"``; empty when it does not.
        encoding: of its text.
        evidence: what the encoding was seen by.
        schooljaar: as the file gives it.
        peildatum: the day that the file shows; None when it does not say.
        auteur: what made the file.
        groepen: the groups of `deelnemers`, in order of appearance.
        deelnemers: the pupils who take part and of whom everything needed is there.
        leerlingen: every pupil in the file, to find out whose a result is.
        problemen: what was found, in the order of the file.
        overgeslagen: pupils who take no part: of another jaargroep, of another vestiging, or gone.
        leeg: ``geenwijzigingen`` or ``geengegevens`` when a UWLR answer says so; that is a normal outcome.
    """

    naam: str
    soort: str
    versie: str
    encoding: str
    evidence: str
    schooljaar: str
    peildatum: dt.date | None
    auteur: str
    groepen: tuple[Stamgroep, ...]
    deelnemers: tuple[Deelnemer, ...]
    leerlingen: Leerlingenlijst
    problemen: tuple[Melding, ...]
    overgeslagen: int
    leeg: str

    def __repr__(self) -> str:
        counts = f"deelnemers={len(self.deelnemers)}, leerlingen={len(self.leerlingen)}, problemen={len(self.problemen)}"
        return f"{type(self).__name__}(soort={self.soort!r}, {counts})"

    @property
    def fouten(self) -> tuple[Melding, ...]:
        """The serious ones among the findings: because of each, a pupil or the whole file cannot be sent."""
        return tuple(item for item in self.problemen if item.ernst is Ernst.FOUT)

    def raise_if_any(self) -> None:
        """Raise one error for everything serious, or when nobody takes part.

        Raises:
            MessageError: names every line and element, never a value.
        """
        problems = [item.problem for item in self.fouten]
        if not problems and not self.deelnemers:
            text = f"no pupil takes part; {self.overgeslagen} of another jaargroep or gone"
            problems = [Plek(1, "leerlingen").fout("leeg", f"UWLR: {self.leeg}" if self.leeg else text).problem]
        if problems:
            hint = "Correct it in your LAS and export the file again; or send only what is in order, see the documentation"
            raise MessageError(problems, what=self.naam, hint=hint)


@dataclass(slots=True, repr=False)
class EdexmlStroom:
    """A file that is read one pupil at a time, in the memory of one; made by `stream_edexml`.

    Attributes:
        problemen: what was found about the school and the groups so far; that about a pupil comes with the pupil.
    """

    _document: Document
    _regels: Regels
    problemen: list[Melding] = field(default_factory=list[Melding])
    _kop: Deel | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._document.file.name!r})"

    def __iter__(self) -> Iterator[EdexmlLeerling]:
        """The pupils, in the order of the file.

        Raises:
            MessageError: the file is not what it should be; pupils before that place were handed out.
            ConfigurationError: the file cannot be read.
        """
        yield from self._leerlingen()
        failure = self._document.file.failure
        if failure is not None:
            raise failure.with_traceback(None)

    def _leerlingen(self) -> Iterator[EdexmlLeerling]:
        for deel in self._document.delen():
            if deel.soort == "leerling":
                yield self._regels.leerling(deel)
            elif deel.soort == "school":
                self._kop = deel
                self.problemen += self._regels.school(deel)
            else:
                self.problemen += self._regels.groep(deel)
        if self._kop is None and self._document.file.failure is None and not self._document.leeg:
            self.problemen.append(Plek(1, "school").fout("ontbreekt", "is missing"))


def stream_edexml(
    source: Path | bytes, *, school: School | None = None, keuze: Keuze | None = None, max_bytes: int = MAX_STREAM
) -> EdexmlStroom:
    """Read a file one pupil at a time: any number of pupils takes the memory of their identities.

    Args:
        source: the file, or its content.
        school: as with `read_edexml`.
        keuze: as with `read_edexml`.
        max_bytes: a larger file is refused.

    Returns:
        Something to iterate over, once. The problems of the school and the groups are in it from the first pupil on.

    Raises:
        ConfigurationError: the extra ``xml`` is not installed.
    """
    today = dt.datetime.now(amsterdam()).date()
    return EdexmlStroom(Document(XmlFile(source, max_bytes)), Regels(school, keuze or Keuze(), today))


def read_edexml(
    source: Path | bytes, *, school: School | None = None, keuze: Keuze | None = None, max_bytes: int = MAX_BYTES
) -> Edexml:
    """Read pupils and their groups from EDEXML (1.0.3, 2.0, 2.1), or from a UWLR answer with leerlinggegevens.

    Only the elements that the chain needs are read; the BSN and all that is like it are never looked at.

    Args:
        source: the file, or its content.
        school: the administration that the file is of. It makes the ids of the groups unique in the chain, and the file must
            be of it; leave it out only for a directory of pupils, or when you set ids of your own.
        keuze: which pupils take part, and what is done where EDEXML leaves something open.
        max_bytes: a larger file is refused.

    Returns:
        The participants of whom everything is there, all pupils as a directory, and what was found. Call `raise_if_any` to
        have no list at all when one pupil is not in order, as with a CSV.

    Raises:
        MessageError: this is not such a file: not well-formed, with a DOCTYPE, packed, too large. Names a line, never a value.
        ConfigurationError: the file cannot be read, or the extra ``xml`` is not installed.
    """
    stroom = stream_edexml(source, school=school, keuze=keuze, max_bytes=max_bytes)
    del source
    found = _collect(stroom)
    failure = stroom._document.file.failure
    if failure is not None:
        del found
        raise failure.with_traceback(None)
    return found


def _collect(stroom: EdexmlStroom) -> Edexml:
    """Everything at once; does not raise."""
    pupils = _looked_back(list(stroom._leerlingen()))  # pyright: ignore[reportPrivateUsage]
    groepen: dict[str, Stamgroep] = {}
    for pupil in pupils:
        if pupil.groep is not None:
            groepen.setdefault(pupil.groep.id, pupil.groep)
    problemen = [*stroom.problemen, *(item for pupil in pupils for item in pupil.problemen)]
    places = {pupil.vestiging for pupil in pupils if pupil.gekozen}
    if len(places) > 1:
        text = f"the participants are of {len(places)} vestigingen; choose one when each has a vestigingscode of its own"
        problemen.append(Plek(1, "leerlingen").let_op("vestigingen", text))
    kop = stroom._kop
    return Edexml(
        naam=stroom._document.file.name,
        soort=stroom._document.soort,
        versie=versie_of(kop) if kop else "",
        encoding=stroom._document.file.encoding,
        evidence=stroom._document.file.evidence,
        schooljaar=kop.tekst("schooljaar") if kop else "",
        peildatum=parse_datum(kop.tekst("peildatum")) if kop else None,
        auteur=kop.tekst("auteur") if kop else "",
        groepen=tuple(groepen.values()),
        deelnemers=tuple(pupil.deelnemer for pupil in pupils if pupil.deelnemer is not None),
        leerlingen=Leerlingenlijst(pupil.bekend for pupil in pupils),
        problemen=tuple(problemen),
        overgeslagen=sum(not pupil.gekozen and not pupil.problemen for pupil in pupils),
        leeg=stroom._document.leeg,
    )


def _looked_back(pupils: list[EdexmlLeerling]) -> list[EdexmlLeerling]:
    """The pupils, of whom the first with a NULL for a name is refused as well when others have it too."""
    again = {_name_of(item) for pupil in pupils for item in pupil.problemen if item.tekst == NOTHING_AGAIN}
    return [_refused(pupil, again) if pupil.problemen else pupil for pupil in pupils] if again else pupils


def _refused(pupil: EdexmlLeerling, names: set[str]) -> EdexmlLeerling:
    told = tuple(
        replace(item, tekst=NOTHING_AGAIN, ernst=Ernst.FOUT)
        if item.tekst.startswith(IS_NOTHING) and _name_of(item) in names
        else item
        for item in pupil.problemen
    )
    return pupil if told == pupil.problemen else replace(pupil, problemen=told, deelnemer=None, groep=None)


def _name_of(item: Melding) -> str:
    return item.element.rpartition("/")[2]
