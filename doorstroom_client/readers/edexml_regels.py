"""The rules from EDEXML to participants: which pupils take part, and what must be known of them. Nothing here raises."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.messages.identifiers import NO_KEY, Brin, Schooljaar, is_no_key
from doorstroom_client.messages.leerlingen import Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.leerlingenlijst import BekendeLeerling, volledige_naam
from doorstroom_client.messages.name_letters import UNWANTED
from doorstroom_client.messages.school import School
from doorstroom_client.readers.edexml_document import Deel
from doorstroom_client.readers.edexml_sleutels import Sleutels, check_identities, usable
from doorstroom_client.readers.edexml_velden import deelnemer_of, jaargroep_of, roepnaam_of, stamgroep_of, uitstroomdatum_of
from doorstroom_client.readers.meldingen import Ernst, Melding, Plek

_TWO_DIGITS = re.compile(r"[0-9]{2}")
_JAARGROEPEN = {*"BDSVCNH", *(str(number) for number in (*range(9), *range(11, 17)))}
_LONGEST_ID = 256


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EdexmlLeerling:
    """One pupil of a file; its repr shows nothing.

    Attributes:
        regel: the line on which the pupil begins.
        bekend: the pupil for a `Leerlingenlijst`.
        deelnemer: the pupil as a participant; None when it does not take part, or when something serious was found.
        groep: the group of `deelnemer`.
        gekozen: whether the pupil should take part.
        vestiging: key of the vestiging; empty when the file has none.
        problemen: what was found.
    """

    regel: int
    bekend: BekendeLeerling
    deelnemer: Deelnemer | None
    groep: Stamgroep | None
    gekozen: bool
    vestiging: str
    problemen: tuple[Melding, ...]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(regel={self.regel})"


@dataclass(slots=True, repr=False)
class _Groep:
    deel: Deel
    groep: Stamgroep
    meldingen: list[Melding]
    told: bool = False


class Regels:
    """The rules, with what they remember of the groups and pupils before.

    Args:
        school: for whom the file is read; makes the ids of the groups unique in the chain.
        keuze: what the user chose.
        vandaag: the day on which a pupil has to be at the school, when none was chosen.
    """

    def __init__(self, school: School | None, keuze: Keuze, vandaag: dt.date) -> None:
        self._school = school
        self._keuze = keuze
        self._day = keuze.peildag or vandaag
        self._groups: dict[str, _Groep] = {}
        self._mixed: set[str] = set()
        self._school_at: Plek | None = None
        self._sleutels = Sleutels(as_las_key=keuze.sleutel_is_las_key)
        self._nothings: Counter[tuple[str, str]] = Counter()

    def school(self, deel: Deel) -> list[Melding]:
        """What is wrong with the school of the file, for whom it is read."""
        found = list(deel.meldingen)
        if deel.plek != self._first_school(deel):
            found.append(deel.fout("dubbel", "stands there twice, and nothing says which one counts"))
        schooljaar = deel.tekst("schooljaar")
        if not Schooljaar.fits(schooljaar):
            found.append(deel.fout("vorm", Schooljaar.rule, "schooljaar"))
        elif self._keuze.schooljaar not in (None, schooljaar):
            text = "is not the school year that is sent; export the pupils of that year"
            found.append(deel.fout("anders", text, "schooljaar"))
        self._brin(deel, found)
        self._vestigingscode(deel, found)
        return found

    def _first_school(self, deel: Deel) -> Plek:
        self._school_at = self._school_at or deel.plek
        return self._school_at

    def _brin(self, deel: Deel, found: list[Melding]) -> None:
        brin = deel.tekst("brincode")
        if brin and not Brin.fits(brin):
            found.append(deel.fout("vorm", Brin.rule, "brincode"))
        elif self._school and not brin:
            found.append(deel.let_op("ontbreekt", "is missing, so nothing says that this file is of that school", "brincode"))
        elif self._school and brin != self._school.instellingscode:
            found.append(deel.fout("anders", "is that of another school than the file is read for", "brincode"))

    def _vestigingscode(self, deel: Deel, found: list[Melding]) -> None:
        code, name = deel.tekst("dependancecode"), "dependancecode"
        if code and not _TWO_DIGITS.fullmatch(code):
            found.append(deel.fout("vorm", "expected 2 digits", name))
        elif self._school and code and code != self._school.vestigingscode:
            found.append(deel.fout("anders", "is that of another vestiging than the file is read for", name))
        elif self._school and not code and self._school.vestigingscode != "00":
            found.append(deel.let_op("ontbreekt", "is missing, which means 00; this school has another vestigingscode", name))

    def groep(self, deel: Deel) -> list[Melding]:
        """Take in a group. What is wrong with its texts is told when a pupil who takes part is in it."""
        key = deel.sleutels["key"]
        if not key:
            return [deel.fout("ontbreekt", "is missing; no pupil can point at this group", "@key")]
        if is_no_key(key):
            return [deel.fout("vorm", NO_KEY, "@key")]
        if UNWANTED.search(key):
            return [deel.fout("tekens", "holds a control character or a mark that changes the direction of text", "@key")]
        if key in self._groups or key in self._mixed:
            return [deel.fout("dubbel", "is the key of another group too", "@key")]
        if deel.soort == "samengestelde_groep":
            self._mixed.add(key)
            return []
        found = list(deel.meldingen)
        self._groups[key] = _Groep(deel, stamgroep_of(deel, self._group_id(key), found), found)
        return []

    def _group_id(self, key: str) -> str:
        if self._school is None:
            return key
        made = f"{self._school.routeringskenmerk}-{key}"
        if len(made) <= _LONGEST_ID:
            return made
        return f"{self._school.routeringskenmerk}-{hashlib.sha256(key.encode()).hexdigest()}"

    def leerling(self, deel: Deel) -> EdexmlLeerling:
        """Take in a pupil."""
        found: list[Melding] = []
        leerling = self._sleutels.leerling(deel)
        level = self._level_at_school(deel, leerling, found)
        gekozen = level in self._keuze.jaargroepen
        if level is not None and not gekozen:
            found.clear()  # nothing of a pupil who takes no part has to be in order
        groep = self._groups.get(deel.tekst("groep"))
        deelnemer = self._deelnemer(deel, leerling, groep, level or "", found) if gekozen else None
        self._sleutels.check_once(deel, found, taking_part=gekozen)
        if any(item.ernst is Ernst.FOUT for item in found):
            deelnemer = None
        return EdexmlLeerling(
            regel=deel.plek.regel,
            bekend=BekendeLeerling(
                naam=volledige_naam(roepnaam_of(deel, self._keuze), deel.tekst("voorvoegsel"), deel.tekst("achternaam")),
                groep=groep.groep.omschrijving if groep else "",
                eck_id=usable(leerling.eck_id),
                las_key=usable(leerling.las_key),
                plaats=f"line {deel.plek.regel}, {deel.plek.element}",
            ),
            deelnemer=deelnemer,
            groep=groep.groep if groep and deelnemer else None,
            gekozen=gekozen,
            vestiging=deel.tekst("vestiging"),
            problemen=tuple(found),
        )

    def _level_at_school(self, deel: Deel, leerling: Leerling, found: list[Melding]) -> str | None:
        """The jaargroep of a pupil who is at the school, else nothing; None when it is not known, which is a finding."""
        wanted = self._keuze.vestiging
        if wanted is not None and deel.tekst("vestiging") != wanted:
            return ""
        day = uitstroomdatum_of(deel, found)
        if day is not None and day <= self._day:
            return ""
        for identity in (leerling.eck_id, leerling.las_key):
            if identity and identity in self._keuze.jaargroep_van:
                return self._keuze.jaargroep_van[identity]
        return self._level(deel, found)

    def _level(self, deel: Deel, found: list[Melding]) -> str | None:
        group = self._groups.get(deel.tekst("groep"))
        # In version 1.0.3 a pupil has a group or a jaargroep, never both.
        level = jaargroep_of(deel) or (jaargroep_of(group.deel) if group else "")
        if level == "S" and self._keuze.jaargroep_voor_s is not None:
            return self._keuze.jaargroep_voor_s
        text, code = "", "niet_af_te_leiden"
        if level == "S":
            text = "is S (SO or SBO), which does not say 7 or 8; choose with jaargroep_voor_s or jaargroep_van"
        elif level == "C":
            text = "is that of a combination group, which does not say 7 or 8; record the jaargroep of each pupil"
        elif not level:
            text, code = "is missing, and no group of the pupil has one", "ontbreekt"
        elif level not in _JAARGROEPEN:
            text, code = "is not a jaargroep of EDEXML", "vorm"
        if text:
            found.append(deel.fout(code, text, "jaargroep"))
            return None
        return level

    def _deelnemer(
        self, deel: Deel, leerling: Leerling, groep: _Groep | None, level: str, found: list[Melding]
    ) -> Deelnemer | None:
        found += deel.meldingen
        check_identities(deel, leerling, found)
        if groep is None:
            code, text = "onbekende_verwijzing", "is not the key of a groep in this file"
            if not deel.tekst("groep"):
                code, text = "ontbreekt", "is missing; every participant needs a group"
            elif deel.tekst("groep") in self._mixed:
                text = "is the key of a samengestelde_groep; expected that of the stamgroep"
            found.append(deel.fout(code, text, "groep"))
        elif not groep.told:
            groep.told = True
            found += groep.meldingen
        elif any(item.ernst is Ernst.FOUT for item in groep.meldingen):
            found.append(deel.fout("groep", "is a group that cannot be used; see above", "groep"))
        return deelnemer_of(deel, leerling, groep.groep.id if groep else "", level, self._keuze, found, self._nothings)
