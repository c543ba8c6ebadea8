"""Leerlingresultaat: the scores and results of one pupil, as suppliers send them.

Parsing is lenient: everything is optional but a pupil's identity and a list of results, unknown values and fields are
kept, and `Leerlingresultaat.raw` is the message as it came.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote

from doorstroom_client.basics.as_sent import as_sent
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.messages.advies_tekst import normalise_toetsadvies
from doorstroom_client.messages.afspraak import VERSIE_VORM, Afspraak
from doorstroom_client.messages.identifiers import RapportId, is_no_key
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.mild import Items, ItemsNotEmpty, Mild, Moment, Part, Tekst, open_enum
from doorstroom_client.messages.name_letters import UNWANTED
from doorstroom_client.messages.numbers import whole_number
from doorstroom_client.messages.spellings import eck_id_as_issued
from doorstroom_client.messages.values import amsterdam, as_moment
from doorstroom_client.messages.vocabulary import (
    Domein,
    Identiteitsoort,
    Onderdeel,
    Referentieniveau,
    Resultaatsoort,
    Scoresoort,
    Subdomein,
    Toetsadvies,
    Toetssoort,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_BELOW_1F = {"l1f", "<1f", "lager dan 1f", "onder 1f"}


@frozen(kw_only=True)
class Identiteit(Part):
    """One identity as received (`DeelnemerIdentiteitEntry`)."""

    label: Tekst = None
    onderwijsdeelnemerID: Tekst = None


@frozen(kw_only=True)
class Score(Part):
    """A score; `waarde` is text on the wire, though the published example sends a number (quirk Q1)."""

    label: Annotated[Scoresoort | str | None, open_enum(Scoresoort)] = None
    id: Tekst = None
    toetseenheid: Tekst = None
    waarde: Tekst = None

    def as_int(self) -> int | None:
        """The score as a whole number, however it is written; None when it is none, or may be two, as ``1.234`` is."""
        return whole_number(self.waarde or "")


@frozen(kw_only=True)
class Scores(Part):
    """The scores of one pupil; may be empty (quirk Q30)."""

    id: Tekst = None
    scores: Annotated[tuple[Score, ...], Items] = ()


@frozen(kw_only=True)
class Resultaat(Part):
    """A result: reference level, test advice or percentile."""

    label: Annotated[Resultaatsoort | str | None, open_enum(Resultaatsoort)] = None
    toetseenheid: Tekst = None
    waarde: Tekst = None


@frozen(kw_only=True)
class Resultaten(Part):
    """The results of one pupil."""

    aanvullendeinfo: Tekst = None
    resultaten: Annotated[tuple[Resultaat, ...], ItemsNotEmpty]


@frozen(kw_only=True)
class Afname(Part):
    """When the test was taken; midnight means that only the date is known (quirk Q16)."""

    id: Tekst = None
    afnametijdstip: Tekst = None


@frozen(kw_only=True)
class Afnamecontext(Part):
    """The context of the test."""

    afname: Annotated[Afname | None, Mild] = None


@frozen(kw_only=True)
class ResultatenScores(Part):
    """Everything about one pupil (`LeerlingResultatenScores`)."""

    id: Tekst = None
    deelnemerref: Annotated[tuple[Identiteit, ...], ItemsNotEmpty]
    versie: Tekst = None
    datumtijd: Moment = None
    toetsdefinitie: Annotated[Toetssoort | str | None, open_enum(Toetssoort)] = None
    afnamecontext: Annotated[Afnamecontext | None, Mild] = None
    scores: Annotated[Scores | None, Mild] = None
    resultaten: Resultaten


@frozen(kw_only=True)
class SubdomeinDeel(Part):
    """A subdomain of the test."""

    label: Tekst = None
    id: Annotated[Subdomein | str | None, open_enum(Subdomein)] = None
    omschrijving: Tekst = None


@frozen(kw_only=True)
class DomeinDeel(Part):
    """A domain of the test."""

    label: Tekst = None
    id: Annotated[Domein | str | None, open_enum(Domein)] = None
    omschrijving: Tekst = None
    toetsonderdelen: Annotated[tuple[SubdomeinDeel, ...], Items] = ()


@frozen(kw_only=True)
class OnderdeelDeel(Part):
    """A part of the test."""

    label: Tekst = None
    id: Annotated[Onderdeel | str | None, open_enum(Onderdeel)] = None
    omschrijving: Tekst = None
    toetsonderdelen: Annotated[tuple[DomeinDeel, ...], Items] = ()


@frozen(kw_only=True)
class Doorstroomtoets(Part):
    """The test that was taken; `url` is information only and is never fetched."""

    label: Tekst = None
    id: Annotated[Toetssoort | str | None, open_enum(Toetssoort)] = None
    naam: Tekst = None
    versie: Tekst = None
    url: Tekst = None
    omschrijving: Tekst = None
    toetsonderdelen: Annotated[tuple[OnderdeelDeel, ...], Items] = ()


@frozen(kw_only=True)
class Leerlingresultaat(Part):
    """The current, complete set of results of one pupil (a state delivery: the last one counts).

    The school is not in the message; it is known from the `edu-to` of the call (quirk Q40).
    """

    datumtijd: Moment = None
    auteur: Tekst = None
    versie: Tekst = None
    profiel: Tekst = None
    schooljaar: Tekst = None
    resultatenscores: ResultatenScores
    toets: Annotated[Doorstroomtoets | None, Mild] = None
    _raw: dict[str, Any] = field(default_factory=dict[str, Any], init=False, compare=False)

    @classmethod
    def parse(cls, document: object) -> Leerlingresultaat:
        """Read a decoded JSON document.

        Raises:
            MessageError: it is no object, names no pupil, has no list of results, or has a name (of the pupil, the author
                or the test) with a control character or a mark that changes the direction of text inside it. Nothing else
                is refused.
        """
        result, problems = cls._validated(as_sent(document) if isinstance(document, dict) else document)
        del document  # tracebacks may show local variables
        if result is None:
            raise MessageError(problems, what="leerlingresultaat")
        return result

    @classmethod
    def _validated(cls, document: object) -> tuple[Leerlingresultaat | None, list[Problem]]:
        """The result, or what is wrong."""
        if not isinstance(document, dict):
            return None, [Problem("leerlingresultaat", "expected a JSON object")]
        from pydantic_core import ValidationError

        try:
            result = _reader().validate_python(document)
        except ValidationError as error:
            # Only the place is taken over: pydantic's own texts hold the value, and unknown keys stand in its paths.
            return None, [
                Problem(_known_path(item["loc"]), "is missing or is not usable")
                for item in error.errors(include_input=False, include_url=False, include_context=False)
            ]
        if result.leerling == Leerling():
            return None, [Problem("resultatenscores.deelnemerref", "names no ECK-iD or LAS-key")]
        unfit = [path for path, name in result._names() if name and UNWANTED.search(name.strip())]
        if unfit:
            return None, [Problem(path, "holds a character that has no place in a name") for path in unfit]
        object.__setattr__(result, "_raw", document)
        return result, []

    @property
    def raw(self) -> dict[str, Any]:
        """The message as it came, unknown fields included: a copy, which is yours. Holds pupil data, which its repr hides."""
        return as_sent(self._raw)

    @property
    def leerling(self) -> Leerling:
        """The pupil; the ECK-iD leads. Of two identities of one kind the first counts (quirk Q11). A NULL is no identity."""
        first: dict[str, str] = {}
        for entry in self.resultatenscores.deelnemerref:
            label, value = (entry.label or "").strip().lower(), (entry.onderwijsdeelnemerID or "").strip()
            if value and not is_no_key(value):
                first.setdefault(label, value)
        eck_id = first.get(Identiteitsoort.ECK_ID.lower())
        return Leerling(eck_id=eck_id and eck_id_as_issued(eck_id), las_key=first.get(Identiteitsoort.LAS_KEY.lower()))

    @property
    def toetssoort(self) -> Toetssoort | str | None:
        """Which test; an unknown kind is the text as received."""
        return self.resultatenscores.toetsdefinitie or (self.toets.id if self.toets else None)

    @property
    def toetsadvies_tekst(self) -> str | None:
        """The test advice as the supplier wrote it (free text, quirk Q32)."""
        advice = (item for item in self._of_kind(Resultaatsoort.TOETSADVIES) if self._is_whole_test(item.toetseenheid))
        return next((item.waarde for item in advice), None)

    @property
    def toetsadvies(self) -> Toetsadvies | None:
        """The test advice as one of the six shared categories; None for a text that is not recognised."""
        return normalise_toetsadvies(self.toetsadvies_tekst)

    @property
    def referentieniveaus(self) -> dict[str, Referentieniveau | str]:
        """Reference level per part (``REKENEN``, ``LEZEN``, ``TAALVERZORGING``); an unknown level is kept as text."""
        levels: dict[str, Referentieniveau | str] = {}
        units = self._units()
        for item in self._of_kind(Resultaatsoort.REFERENTIENIVEAU):
            name = (item.toetseenheid or "").strip()
            if name and item.waarde:
                levels[units.get(name.casefold(), name)] = _level(item.waarde)
        return levels

    @property
    def toetsscore(self) -> int | None:
        """The score on the whole test; None when it is absent or no whole number (quirk Q30).

        A score on a part of the test is never taken for it. One that cannot be read, or of which there are two, is told in
        `opmerkingen`.
        """
        totals = (score.as_int() for score in self._totals())
        return next((number for number in totals if number is not None), None)

    @property
    def rapportid(self) -> RapportId | None:
        """Id of the report, taken from `aanvullendeinfo`: its last path segment, or the bare id (quirk Q22).

        Only the id is taken. The address for the report is always made from the configured supplier, never from here.
        """
        text = self.resultatenscores.resultaten.aanvullendeinfo or ""
        if re.search(r"[\x00-\x20\x7f\\]", text.strip()):
            return None
        path = re.split(r"[?#]", text.strip(), maxsplit=1)[0]
        path = re.sub(r"\A([a-zA-Z][a-zA-Z0-9+.-]*:)?//[^/]*", "", path)  # a host is no id
        segment = unquote(next((part for part in reversed(path.split("/")) if part), ""))
        return RapportId(segment) if segment != "leerlingrapport" and RapportId.fits(segment) else None

    @property
    def rapport_host(self) -> str | None:
        """The host that `aanvullendeinfo` names, if any. It is never called; another than the supplier's is worth a look."""
        text = (self.resultatenscores.resultaten.aanvullendeinfo or "").strip()
        found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*:)?//([^/?#\\]*)", text)
        return found.group(2).rpartition("@")[2].rsplit(":", 1)[0].casefold() if found else None

    @property
    def afnamedatum(self) -> dt.date | None:
        """The day of the test. At midnight the date counts as written; else the Dutch calendar day (quirk Q16)."""
        context = self.resultatenscores.afnamecontext
        found = as_moment(context.afname.afnametijdstip) if context and context.afname else None
        try:
            return found and (found if found.time() == dt.time(0) else found.astimezone(amsterdam())).date()
        except OverflowError:  # after the last day of the calendar
            return None

    @property
    def opmerkingen(self) -> tuple[str, ...]:
        """What is odd about this message, as short codes: nothing here is a reason to refuse it.

        - ``versie_onbekend``, ``toetssoort_onbekend``, ``toetsadvies_onbekend``: it says something that is not known.
        - ``datumtijd_onleesbaar``, ``datumtijd_zonder_tijdzone``: when it was made cannot be read, or is read as Dutch time.
        - ``scoredatumtijd_onleesbaar``, ``afnametijdstip_onleesbaar``: what stands there is no moment; it is None here.
        - ``geen_toetsscore``: there is no score on the whole test that can be read as a whole number.
        - ``toetsscore_onleesbaar``: what stands there as one cannot, or may be two numbers, as ``1.234``.
        - ``dubbele_toetsscore``: there are two, which differ; the first one is taken.
        - ``dubbele_identiteit``: one kind of identity stands there twice; the first one is taken.
        """
        return self.opmerkingen_bij(())

    def opmerkingen_bij(self, afspraken: Iterable[Afspraak]) -> tuple[str, ...]:
        """What is odd about this message to whoever has registered agreements: a version string or test of theirs is known.

        Args:
            afspraken: those that are registered.
        """
        registered = tuple(afspraken)
        versies = {item.versie for item in registered}
        toetsen = {*Toetssoort, *(toets for item in registered for toets in item.toetssoorten)}
        totals = {score.as_int() for score in self._totals() if score.waarde}
        numbers = totals - {None}
        checks = {
            "versie_onbekend": self.versie not in versies and not VERSIE_VORM.fullmatch(self.versie or ""),
            "datumtijd_onleesbaar": self.datumtijd is None,
            "datumtijd_zonder_tijdzone": self.datumtijd is not None and isinstance(self.datumtijd.tzinfo, type(amsterdam())),
            "scoredatumtijd_onleesbaar": self.resultatenscores.datumtijd is None and self._says(*_SCORED),
            "afnametijdstip_onleesbaar": self.afnamedatum is None and self._says(*_TAKEN),
            "toetssoort_onbekend": self.toetssoort not in toetsen,
            "geen_toetsscore": not numbers,
            "toetsscore_onleesbaar": None in totals,
            "dubbele_toetsscore": len(numbers) > 1,
            "toetsadvies_onbekend": self.toetsadvies_tekst is not None and self.toetsadvies is None,
            "dubbele_identiteit": self._has_double_identity(),
        }
        return tuple(code for code, applies in checks.items() if applies)

    def _names(self) -> list[tuple[str, str | None]]:
        """Where a name stands, and the name: what people and systems tell pupils, authors and tests apart by."""
        entries = self.resultatenscores.deelnemerref
        pupil = [("resultatenscores.deelnemerref", entry.onderwijsdeelnemerID) for entry in entries]
        return [*pupil, ("auteur", self.auteur), ("toets.naam", self.toets.naam if self.toets else None)]

    def _says(self, *path: str) -> bool:
        """Whether anything stands at a place of the message, or where the way to it should be."""
        found: Any = self._raw
        for name in path:
            if not isinstance(found, dict):
                break
            found = found.get(name)
        return found not in (None, "")

    def _totals(self) -> list[Score]:
        """The scores on the whole test."""
        scores = self.resultatenscores.scores.scores if self.resultatenscores.scores else ()
        return [item for item in scores if item.label == Scoresoort.TOETSSCORE and self._is_whole_test(item.toetseenheid)]

    def _of_kind(self, kind: Resultaatsoort) -> list[Resultaat]:
        return [item for item in self.resultatenscores.resultaten.resultaten if item.label == kind]

    def _has_double_identity(self) -> bool:
        labels = [entry.label.strip().lower() for entry in self.resultatenscores.deelnemerref if entry.label]
        return len(labels) != len(set(labels))

    def _is_whole_test(self, unit: str | None) -> bool:
        """Whether a score or result is about the whole test: no unit, or the test itself as unit (quirk Q28)."""
        name = (unit or "").strip().casefold()
        tests = (self.resultatenscores.toetsdefinitie, self.toets.id if self.toets else None)
        return not name or name in {test.strip().casefold() for test in tests if test}

    def _units(self) -> dict[str, str]:
        """The ids of all parts, by their text without case (quirk Q28)."""
        known: list[str] = [*Onderdeel, *Domein, *Subdomein]
        for part in self.toets.toetsonderdelen if self.toets else ():
            known += [part.id] if part.id else []
            known += [domain.id for domain in part.toetsonderdelen if domain.id]
        return {unit.strip().casefold(): str(unit) for unit in reversed(known)}


@cache
def _reader() -> TypeAdapter[Leerlingresultaat]:
    from pydantic import TypeAdapter

    return TypeAdapter(Leerlingresultaat)


def _level(text: str) -> Referentieniveau | str:
    plain = " ".join(text.split()).casefold()
    if plain in _BELOW_1F or plain.replace(" ", "") in _BELOW_1F:
        return Referentieniveau.LAGER_DAN_1F
    return next((level for level in Referentieniveau if level.casefold() == plain), text)


_SCORED = ("resultatenscores", "datumtijd")
_TAKEN = ("resultatenscores", "afnamecontext", "afname", "afnametijdstip")
_FIELDS = {"resultatenscores", "deelnemerref", "resultaten", "scores", "toets"}


def _known_path(loc: tuple[int | str, ...]) -> str:
    """The path of a problem, built from names of the standard only."""
    return ".".join(part for part in loc if isinstance(part, str) and part in _FIELDS) or "leerlingresultaat"
