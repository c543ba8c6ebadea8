"""Deelnemerslijst: the participants of one administration, with their groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.definitie import LANGSTE
from doorstroom_client.messages.findings import Findings
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.leerlingen import Deelnemer, Stamgroep
from doorstroom_client.messages.parts import (
    Deel,
    Delen,
    Identities,
    check_auteur,
    check_moment,
    check_not_empty,
    deelnemersgroep_of,
    utc_text,
)
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Geslacht, Groepsoort, Jaargroep


@frozen(kw_only=True)
class Deelnemersbericht:
    """A mutation delivery: adds new participants and changes existing ones; nothing can be deleted by message."""

    datumtijd: str
    auteur: str
    versie: str
    profiel: str = "Toetsdeelnemers"
    schooljaar: str
    deelnemersgroep: Deel
    groepen: Delen
    deelnemers: Delen

    def __repr__(self) -> str:
        return f"Deelnemerslijst(schooljaar={self.schooljaar!r}, deelnemers={len(self.deelnemers)})"

    __str__ = __repr__


def build_deelnemersbericht(
    school: School,
    groepen: Iterable[Stamgroep],
    deelnemers: Iterable[Deelnemer],
    *,
    afspraak: Afspraak,
    schooljaar: str,
    auteur: str,
    datumtijd: dt.datetime,
    test_identities: bool = False,
    las_key_reden: str = "",
) -> Deelnemersbericht:
    """Build a list of participants that is stricter than the published schema.

    Args:
        school: the administration whose pupils these are.
        groepen: the groups that the pupils are in, each id once.
        deelnemers: at least one; every pupil once.
        afspraak: the agreement version to write; it says whether `geslacht` is part of the message.
        schooljaar: the school year of the test.
        auteur: name and version of the LAS.
        datumtijd: moment of making, aware; written in UTC and whole seconds.
        test_identities: accept an ECK-iD in any form, as test environments and the published examples have it.
        las_key_reden: why a LAS-key may look like a BSN; about 9 % of all other 9-digit numbers pass its check.

    Raises:
        MessageError: something does not fit; names every place, never a value.
        ConfigurationError: this agreement is not agreed for `schooljaar`.
    """
    given_groups, given = list(groepen), list(deelnemers)
    found = Findings()
    found.identifier(Schooljaar, schooljaar, "schooljaar")
    check_not_empty(given_groups, "groepen", found)
    check_not_empty(given, "deelnemers", found)
    group_ids: dict[str, str] = {}
    groups = Delen(_groep(item, f"groepen[{at}]", group_ids, found) for at, item in enumerate(given_groups))
    builder = _DeelnemerBuilder(
        afspraak,
        group_ids,
        Identities(found, "deelnemers", test_identities=test_identities, las_key_reden=las_key_reden),
        found,
    )
    entries = Delen(builder.build(item, at) for at, item in enumerate(given))
    author, moment = check_auteur(auteur, found), check_moment(datumtijd, found)
    found.raise_if_any("deelnemerslijst", given)
    afspraak.check_schooljaar(Schooljaar(schooljaar))
    return Deelnemersbericht(
        datumtijd=utc_text(moment),
        auteur=author,
        versie=afspraak.versie,
        profiel=afspraak.profiel_deelnemers,
        schooljaar=schooljaar,
        deelnemersgroep=deelnemersgroep_of(school),
        groepen=groups,
        deelnemers=entries,
    )


def _groep(item: object, path: str, group_ids: dict[str, str], found: Findings) -> Deel:
    if not isinstance(item, Stamgroep):
        found.add(path, "expected a Stamgroep")
        return {}
    group_id = found.text(item.id, f"{path}.id", most=LANGSTE["groep.id"], own_number=True)
    first = group_ids.setdefault(group_id, path)
    if first != path:
        found.add(f"{path}.id", f"is the same as {first}.id; a group may stand in a list once")
    return {
        "label": "Stamgroep",
        "id": group_id,
        "omschrijving": found.text(item.omschrijving, f"{path}.omschrijving", most=LANGSTE["omschrijving"]),
        "niveau": _niveau(found.member(item.niveau, f"{path}.niveau", _GROEPEN, "niveau")),
    }


def _niveau(niveau: str) -> Deel:
    return {"label": "Jaargroep", "niveau": niveau}


_GROEPEN, _JAARGROEPEN = tuple(Groepsoort), tuple(Jaargroep)


class _DeelnemerBuilder:
    """Turns each `Deelnemer` into its place in the message."""

    def __init__(self, afspraak: Afspraak, group_ids: dict[str, str], identities: Identities, found: Findings) -> None:
        self._afspraak = afspraak
        self._group_ids = group_ids
        self._identities = identities
        self._found = found

    def build(self, item: object, at: int) -> Deel:
        found, path = self._found, f"deelnemers[{at}]"
        if not isinstance(item, Deelnemer):
            found.add(path, "expected a Deelnemer")
            return {}
        group = found.text(item.groep, f"{path}.groep", most=LANGSTE["groep.id"], own_number=True)
        if group and group not in self._group_ids:
            found.add(f"{path}.groep", "is not the id of a group in this list")
        made: Deel = {
            "label": "Leerling",
            "deelnemerref": self._identities.entries(item.leerling, at),
            "achternaam": found.text(item.achternaam, f"{path}.achternaam", most=LANGSTE["achternaam"]),
        }
        if item.voorvoegsel is not None and not (isinstance(item.voorvoegsel, str) and not item.voorvoegsel.strip()):
            made["voorvoegsel"] = found.text(item.voorvoegsel, f"{path}.voorvoegsel", most=LANGSTE["voorvoegsel"])
        made["roepnaam"] = found.text(item.roepnaam, f"{path}.roepnaam", most=LANGSTE["roepnaam"])
        made["groep"] = group
        made["niveau"] = _niveau(found.member(item.jaargroep, f"{path}.jaargroep", _JAARGROEPEN, "jaargroep"))
        made["extensie"] = self._extensie(item, path)
        return made

    def _extensie(self, item: Deelnemer, path: str) -> Deel:
        initials = self._found.text(item.voorletters, f"{path}.voorletters", most=LANGSTE["voorletters"])
        if initials and not initials.isalpha():
            self._found.add(f"{path}.voorletters", "expected letters only, without dots or spaces")
        made: Deel = {
            "label": "Demografisch",
            "voorletters": initials,
            "geboortedatum": self._found.date(item.geboortedatum, f"{path}.geboortedatum").isoformat(),
        }
        geslacht = self._geslacht(item.geslacht, f"{path}.geslacht")
        if geslacht is not None:
            made["geslacht"] = geslacht
        return made

    def _geslacht(self, value: object, path: str) -> int | None:
        if not self._afspraak.geslacht:
            return None  # the agreement leaves it out, so it is not sent even when the LAS gives it
        if value is None:
            return int(Geslacht.NIET_GESPECIFICEERD)
        if isinstance(value, int) and not isinstance(value, bool) and value in tuple(Geslacht):
            return int(value)
        self._found.add(path, "expected 1 (man), 2 (vrouw) or 9 (not specified)")
        return None
