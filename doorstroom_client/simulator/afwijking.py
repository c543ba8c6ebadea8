"""Ways in which a result differs from the plain one, as suppliers are known to do; each is an edit of the message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Bericht = dict[str, Any]


class Afwijking(StrEnum):
    """How results that are pushed differ from the plain ones; any number goes together, of one kind at most one.

    The plain one has scores as numbers (unless the supplier was made otherwise), moments in UTC with ``Z``, an afname of
    which only the day is known, and every identity that came in.
    """

    GECORRIGEERD = "gecorrigeerd"
    """Another advice and score for the same pupil, a later ``datumtijd``, ``versie`` Gecorrigeerd. It stays: what is sent
    afterwards is the corrected result."""
    VERLAAT = "verlaat"
    """Two messages for each pupil in the wrong order: a corrected one, and then the one that it corrects. The first stays."""
    DUBBEL = "dubbel"
    """Each message twice, with the same bytes."""
    SCORES_ALS_TEKST = "scores_als_tekst"
    """Scores as text, as the definition has it (quirk Q1)."""
    SCORES_ALS_GETAL = "scores_als_getal"
    """Scores as numbers, as its example has it."""
    ZONDER_SCORES = "zonder_scores"
    """No scores (quirk Q30)."""
    LEGE_SCORES = "lege_scores"
    """An empty list of scores."""
    ALLEEN_LAS_KEY = "alleen_las_key"
    """Without the ECK-iD, for each pupil of whom a LAS-key came in."""
    EXTRA_VELDEN = "extra_velden"
    """Fields that no definition has, at every level."""
    DATUMTIJD_MET_OFFSET = "datumtijd_met_offset"
    """``datumtijd`` in Dutch time with its offset (quirk Q15)."""
    DATUMTIJD_ZONDER_OFFSET = "datumtijd_zonder_offset"
    """``datumtijd`` in Dutch time without an offset."""
    DATUMTIJD_MET_FRACTIE = "datumtijd_met_fractie"
    """``datumtijd`` with a fraction of a second."""
    AFNAME_MET_OFFSET = "afname_met_offset"
    """Midnight of the day of the afname with the Dutch offset: in UTC that is the day before (quirk Q16)."""
    AFNAME_ZONDER_OFFSET = "afname_zonder_offset"
    """Midnight of that day without an offset."""
    AFNAME_MET_TIJD = "afname_met_tijd"
    """A quarter past nine on that day."""
    KAAL_RAPPORTID = "kaal_rapportid"
    """Nothing but the rapportid in ``aanvullendeinfo`` (quirk Q22)."""
    RAPPORT_ZONDER_SCHEMA = "rapport_zonder_schema"
    """The address of the report as the example has it: a name that is no host, without ``https``."""
    ZONDER_RAPPORT = "zonder_rapport"
    """No ``aanvullendeinfo``."""
    ANDERE_SPELLING = "andere_spelling"
    """``<1F``, ``Rekenen``, ``vmbo kb/vmbo gl-tl``, and the test itself as toetseenheid (quirks Q28, Q32 and Q33)."""
    OUDE_VERSIE = "oude_versie"
    """The ``versie`` of 2023 (quirk Q35)."""
    ZONDER_TOETSONDERDELEN = "zonder_toetsonderdelen"
    """No parts of the test, so that no toetseenheid refers to anything (quirk Q29)."""


_A = Afwijking
_KINDS: tuple[frozenset[Afwijking], ...] = (
    frozenset({_A.GECORRIGEERD, _A.VERLAAT}),
    frozenset({_A.SCORES_ALS_TEKST, _A.SCORES_ALS_GETAL, _A.ZONDER_SCORES, _A.LEGE_SCORES}),
    frozenset({_A.DATUMTIJD_MET_OFFSET, _A.DATUMTIJD_ZONDER_OFFSET, _A.DATUMTIJD_MET_FRACTIE}),
    frozenset({_A.AFNAME_MET_OFFSET, _A.AFNAME_ZONDER_OFFSET, _A.AFNAME_MET_TIJD}),
    frozenset({_A.KAAL_RAPPORTID, _A.RAPPORT_ZONDER_SCHEMA, _A.ZONDER_RAPPORT}),
)
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_OLD = "Doorstroomtoetsketen_v1.0"
_EXTRA: Mapping[str, object] = {"toekomstigVeld": {"soort": "onbekend", "waarden": [1, None, "x"]}, "nogEen": None}


def read(afwijkingen: Collection[str]) -> frozenset[Afwijking]:
    """The deviations that are named.

    Raises:
        ValueError: one does not exist, or two of them cannot go together.
    """
    found = frozenset(map(Afwijking, afwijkingen))
    for kind in _KINDS:
        if len(both := sorted(found & kind)) > 1:
            raise ValueError(f"A result cannot be {' and '.join(both)} at once.")
    return found


def edit(bericht: Bericht, afwijkingen: Collection[Afwijking]) -> None:
    """Make a Leerlingresultaat differ, in place."""
    for afwijking, change in _EDITS.items():
        if afwijking in afwijkingen:
            change(bericht)


def _scores(bericht: Bericht) -> list[Bericht]:
    found: list[Bericht] = bericht["resultatenscores"]["scores"]["scores"]
    return found


def _resultaten(bericht: Bericht) -> Bericht:
    found: Bericht = bericht["resultatenscores"]["resultaten"]
    return found


def _scores_as(kind: Callable[[Any], object]) -> Callable[[Bericht], None]:
    def change(bericht: Bericht) -> None:
        for score in _scores(bericht):
            score["waarde"] = kind(score["waarde"])

    return change


def _no_scores(bericht: Bericht) -> None:
    del bericht["resultatenscores"]["scores"]


def _only_las_key(bericht: Bericht) -> None:
    scores = bericht["resultatenscores"]
    keys = [ref for ref in scores["deelnemerref"] if ref["label"] == "LAS-key"]
    scores["deelnemerref"] = keys or scores["deelnemerref"]


def _extra(bericht: Bericht) -> None:
    for part in list(_objects(bericht)):
        part |= _EXTRA


def _objects(part: object) -> Iterator[Bericht]:
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


def _moment(form: Callable[[datetime], str]) -> Callable[[Bericht], None]:
    def change(bericht: Bericht) -> None:
        for part in (bericht, bericht["resultatenscores"]):
            part["datumtijd"] = form(datetime.fromisoformat(part["datumtijd"]))

    return change


def _afname(form: Callable[[datetime], datetime]) -> Callable[[Bericht], None]:
    def change(bericht: Bericht) -> None:
        afname = bericht["resultatenscores"]["afnamecontext"]["afname"]
        midnight = datetime.fromisoformat(afname["afnametijdstip"]).replace(tzinfo=_AMSTERDAM)
        afname["afnametijdstip"] = form(midnight).isoformat()

    return change


def _info(form: Callable[[str], str]) -> Callable[[Bericht], None]:
    def change(bericht: Bericht) -> None:
        found = _resultaten(bericht)
        found["aanvullendeinfo"] = form(found["aanvullendeinfo"].rpartition("/")[2])

    return change


def _no_report(bericht: Bericht) -> None:
    del _resultaten(bericht)["aanvullendeinfo"]


def _old_version(bericht: Bericht) -> None:
    bericht["versie"] = _OLD


def _no_parts(bericht: Bericht) -> None:
    del bericht["toets"]["toetsonderdelen"]


def _spelling(bericht: Bericht) -> None:
    for item in _resultaten(bericht)["resultaten"]:
        if item["label"] == "Toetsadvies":
            item["waarde"] = item["waarde"].replace("/gl-tl", "/vmbo gl-tl").replace("/kb", "/vmbo kb")
        item["waarde"] = "<1F" if item["waarde"] == "L1F" else item["waarde"]
        item["toetseenheid"] = item.get("toetseenheid", "").capitalize() or bericht["toets"]["id"]


_EDITS: Mapping[Afwijking, Callable[[Bericht], None]] = {
    _A.SCORES_ALS_TEKST: _scores_as(str),
    _A.SCORES_ALS_GETAL: _scores_as(int),
    _A.ZONDER_SCORES: _no_scores,
    _A.LEGE_SCORES: lambda bericht: _scores(bericht).clear(),
    _A.ALLEEN_LAS_KEY: _only_las_key,
    _A.DATUMTIJD_MET_OFFSET: _moment(lambda moment: moment.astimezone(_AMSTERDAM).isoformat()),
    _A.DATUMTIJD_ZONDER_OFFSET: _moment(lambda moment: moment.astimezone(_AMSTERDAM).replace(tzinfo=None).isoformat()),
    _A.DATUMTIJD_MET_FRACTIE: _moment(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}.123Z"),
    _A.AFNAME_MET_OFFSET: _afname(lambda midnight: midnight),
    _A.AFNAME_ZONDER_OFFSET: _afname(lambda midnight: midnight.replace(tzinfo=None)),
    _A.AFNAME_MET_TIJD: _afname(lambda midnight: midnight.replace(hour=9, minute=15)),
    _A.KAAL_RAPPORTID: _info(lambda rapportid: rapportid),
    _A.RAPPORT_ZONDER_SCHEMA: _info(lambda rapportid: f"toetsleverancier-endpoint/dst/leerlingrapport/{rapportid}"),
    _A.ZONDER_RAPPORT: _no_report,
    _A.ANDERE_SPELLING: _spelling,
    _A.OUDE_VERSIE: _old_version,
    _A.ZONDER_TOETSONDERDELEN: _no_parts,
    _A.EXTRA_VELDEN: _extra,  # last, so that it is in what the others leave
}
