"""Schooladviezenlijst: the voorlopig schooladviezen of one administration (since definition 1.1.0)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.findings import Findings
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.leerlingen import Advies
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


@frozen(kw_only=True)
class Adviezenbericht:
    """A mutation delivery: adds new advice and changes existing advice; nothing can be deleted by message."""

    datumtijd: str
    auteur: str
    versie: str
    profiel: str = "Schooladviezen"
    schooljaar: str
    deelnemersgroep: Deel
    voorlopigSchooladviezen: Delen

    def __repr__(self) -> str:
        return f"Schooladviezenlijst(schooljaar={self.schooljaar!r}, adviezen={len(self.voorlopigSchooladviezen)})"

    __str__ = __repr__


def build_adviezenbericht(
    school: School,
    adviezen: Iterable[Advies],
    *,
    afspraak: Afspraak,
    schooljaar: str,
    auteur: str,
    datumtijd: dt.datetime,
    test_identities: bool = False,
    las_key_reden: str = "",
) -> Adviezenbericht:
    """Build a list of advice that is stricter than the published schema.

    Args:
        school: the administration whose pupils these are.
        adviezen: at least one; every pupil once.
        afspraak: the agreement version to write.
        schooljaar: the school year that the advice is about.
        auteur: name and version of the LAS.
        datumtijd: moment of making, aware; written in UTC and whole seconds.
        test_identities: accept an ECK-iD in any form, as test environments and the published examples have it.
        las_key_reden: why a LAS-key may look like a BSN; about 9 % of all other 9-digit numbers pass its check.

    Raises:
        MessageError: something does not fit; names every place, never a value.
        ConfigurationError: this agreement has no exchange of advice, or is not agreed for `schooljaar`.
    """
    if not afspraak.schooladviezen:
        raise ConfigurationError(
            f'afspraak "{afspraak.naam}" has no exchange of schooladviezen',
            setting="afspraak",
            hint="Use version 1.1 or newer",
        )
    given = list(adviezen)
    found = Findings()
    found.identifier(Schooljaar, schooljaar, "schooljaar")
    check_not_empty(given, "adviezen", found)
    identities = Identities(found, "adviezen", test_identities=test_identities, las_key_reden=las_key_reden)
    entries = _entries(given, afspraak, identities, found)
    author, moment = check_auteur(auteur, found), check_moment(datumtijd, found)
    found.raise_if_any("schooladviezenlijst", given)
    afspraak.check_schooljaar(Schooljaar(schooljaar))
    return Adviezenbericht(
        datumtijd=utc_text(moment),
        auteur=author,
        versie=afspraak.versie,
        profiel=afspraak.profiel_schooladviezen,
        schooljaar=schooljaar,
        deelnemersgroep=deelnemersgroep_of(school),
        voorlopigSchooladviezen=entries,
    )


def _entries(given: list[Advies], afspraak: Afspraak, identities: Identities, found: Findings) -> Delen:
    known = dict.fromkeys(afspraak.schooladviezen)  # looked up for every pupil
    return Delen([_entry(item, at, known, identities, found) for at, item in enumerate(given)])


def _entry(item: object, at: int, known: Collection[str], identities: Identities, found: Findings) -> Deel:
    if not isinstance(item, Advies):
        found.add(f"adviezen[{at}]", "expected an Advies")
        return {}
    identiteiten, advies = identities.entries(item.leerling, at), item.advies
    if type(advies) is not str or advies not in known:  # most are, and then there is nothing to tell
        advies = found.member(advies, f"adviezen[{at}].advies", known, "schooladvies")
    return {"deelnemerref": identiteiten, "advies": advies}
