"""How far the chain tests of a school year are: every supplier with both its halves, and both halves of our own LAS.

Everything comes from reports that runs left behind; nothing is judged again and nobody is called.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.errors import ConfigurationError, DoorstroomError
from doorstroom_client.ketentest.agreed import FILE as PLAN
from doorstroom_client.ketentest.agreed import OF_A_SUPPLIER, YEARS, Plan
from doorstroom_client.ketentest.journal import JOURNAL
from doorstroom_client.ketentest.partner import versions_now
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.ketentest.report.as_json import SOORT, VERSIE
from doorstroom_client.ketentest.report.making import PROGRAM
from doorstroom_client.ketentest.report.report_files import JSON_FILE
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import as_moment, dutch_day, in_dutch
from doorstroom_client.output.words import aantal, opsomming

OWN = (Rol.LAS, Rol.ONTVANGER)
"""The halves of our own LAS."""
SUPPLIERS = OF_A_SUPPLIER
"""The halves of a supplier."""
_NAMES = {"versie_las": "het LAS", "versie_leverancier": "het toetssysteem"}
_LATER, _THEIRS, _OURS, _BUG = 75, 69, 65, 70
_NEVER = "nooit"


@frozen(kw_only=True)
class Cel:
    """How far one half is.

    Attributes:
        stand: ``ok``, ``gezakt``, ``fout``, ``wacht``, ``vraag``, ``verlopen``, ``geoefend`` or ``nooit``.
        tekst: the same with numbers, as a table shows it.
        code: what a program ends with because of it.
        laatst: the day of which it says something; None when it was never tested.
        versies: with which versions, by their names in a plan.
    """

    stand: str
    tekst: str
    code: int
    laatst: dt.date | None = None
    versies: tuple[tuple[str, str], ...] = ()

    @property
    def getest(self) -> str:
        """When and with which versions, in Dutch; empty when it was never tested."""
        versions = [value for _, value in self.versies if value]
        with_them = f" met {opsomming(versions)}" if versions else "; met welke versie is niet opgegeven"
        return f"getest op {in_dutch(self.laatst)}{with_them}" if self.laatst else ""

    def as_data(self) -> dict[str, Any]:
        """How far one half is, for a program."""
        day = self.laatst and self.laatst.isoformat()
        return {"stand": self.stand, "tekst": self.tekst, "laatst": day, "versies": dict(self.versies)}


@frozen(kw_only=True)
class Rij:
    """One supplier.

    Attributes:
        naam: of the supplier: its test.
        cellen: how far each half is.
        opmerkingen: what is to be known beside it, in Dutch.
    """

    naam: str
    cellen: Mapping[Rol, Cel]
    opmerkingen: tuple[str, ...]

    @property
    def laatst(self) -> str:
        """The last day of which anything is known of the supplier itself, in Dutch."""
        days = [cel.laatst for rol, cel in self.cellen.items() if rol in SUPPLIERS and cel.laatst]
        return in_dutch(max(days)) if days else "nooit getest"

    def as_data(self) -> dict[str, Any]:
        """How far one supplier is, for a program."""
        cells = {rol.value: cel.as_data() for rol, cel in self.cellen.items()}
        return {"naam": self.naam, "rollen": cells, "opmerkingen": list(self.opmerkingen)}


@frozen(kw_only=True)
class _Report:
    """What a folder holds of one run."""

    moment: dt.datetime
    schooljaar: str
    program: str
    about: Mapping[str, Any]
    scenarios: Sequence[Mapping[str, Any]]

    def of(self, rol: Rol) -> list[Mapping[str, Any]]:
        return [item for item in self.scenarios if item["rol"] == rol.value]


@frozen(kw_only=True)
class _Tested:
    """A folder with a plan, with its report when there is one."""

    plan: Plan
    report: _Report | None


def overview(
    folder: Path,
    schooljaar: str,
    today: dt.date,
    settings: Settings | None,
) -> list[Rij]:
    """How far all are.

    Args:
        folder: with the folders of the tests.
        schooljaar: which year; tests of another one say nothing about it.
        today: this day.
        settings: which suppliers there are; those of the plans come with them.

    A plan that is not in order hides no other: `broken_plans` tells of those.

    Raises:
        ConfigurationError: the folder cannot be read.
    """
    places = _places(folder)
    plans = [plan for item in places if isinstance(plan := _plan_in(item), Plan)]
    read = {item: found for item in places if (found := _read(item)) is not None}
    reports = {item: found for item, found in read.items() if found.schooljaar == schooljaar}
    earlier = {item: found.schooljaar for item, found in read.items() if item not in reports}
    tested = [_Tested(plan=item, report=reports.get(item.folder)) for item in plans if item.folder not in earlier]
    known = {item.folder: _settings_of(item) for item in plans}
    names = _suppliers([settings, *known.values()], plans)
    own = _own(reports.values(), tested, settings, known)
    rows: list[Rij] = []
    for name, keys in names:
        mine = [item for item in tested if item.plan.leverancier in keys]
        before = sorted({earlier[item.folder] for item in plans if item.folder in earlier and item.leverancier in keys})
        rows.append(_row(name, mine, before, own, today, known))
    return rows


def broken_plans(folder: Path) -> list[ConfigurationError]:
    """What is wrong with each plan that cannot be read.

    Args:
        folder: with the folders of the tests.

    Raises:
        ConfigurationError: the folder cannot be read.
    """
    return [found for item in _places(folder) if isinstance(found := _plan_in(item), ConfigurationError)]


def _places(folder: Path) -> list[Path]:
    try:
        return sorted(item for item in folder.iterdir() if item.is_dir()) if folder.is_dir() else []
    except OSError as error:
        raise ConfigurationError(f"cannot read {folder}: {error.strerror}", setting="ketentest") from None


def _plan_in(folder: Path) -> Plan | ConfigurationError | None:
    """The plan in a folder, what is wrong with it, or None when there is none."""
    try:
        there = (folder / PLAN).exists()
    except OSError:  # a folder of somebody else: reading the plan tells why
        there = True
    try:
        return read_plan(folder, draft=True) if there else None
    except ConfigurationError as error:
        return error


def _suppliers(all_settings: Iterable[Settings | None], plans: Iterable[Plan]) -> list[tuple[str, frozenset[str]]]:
    """Name of every supplier, with all by which a plan may name it."""
    found: dict[str, frozenset[str]] = {}
    for settings in all_settings:
        for item in () if settings is None else settings.leveranciers:
            if not any(item.keys & other for other in found.values()):
                found[str(item.toetssoort)] = item.keys
    for plan in plans:
        if not any(plan.leverancier in keys for keys in found.values()):
            found[plan.leverancier] = frozenset({plan.leverancier})
    return list(found.items())


def _row(
    name: str,
    tested: Sequence[_Tested],
    before: Sequence[str],
    own: Mapping[Rol, Cel],
    today: dt.date,
    known: Mapping[Path, Settings | None],
) -> Rij:
    # The newest plan counts: an older one is of a test that was done once more.
    newest = max(tested, key=_how_new, default=None)
    cells = {**own, **{rol: _of_supplier(newest, rol, known) for rol in SUPPLIERS}}
    told = [f"getest voor {year}" for year in before if newest is None]
    return Rij(naam=name, cellen=cells, opmerkingen=(*told, *_remarks(newest, cells, today, known)))


def _how_new(tested: _Tested) -> tuple[float, dt.date]:
    return tested.report.moment.timestamp() if tested.report else 0.0, tested.plan.first_day or dt.date.min


def _of_supplier(tested: _Tested | None, rol: Rol, known: Mapping[Path, Settings | None]) -> Cel:
    if tested is None or tested.report is None or not tested.report.of(rol):
        return Cel(stand=_NEVER, tekst="–", code=_LATER)
    cel = _judged(tested.report, rol, _THEIRS)
    if tested.plan.simulator is not None:
        return _changed(cel, "geoefend", "alleen geoefend")
    settings = known[tested.plan.folder]
    now = {} if settings is None else versions_now(tested.plan, settings)
    return _changed(cel, "verlopen", "verlopen") if _older(tested.report, now) and cel.code in (0, _LATER) else cel


def _own(
    reports: Iterable[_Report], tested: Sequence[_Tested], settings: Settings | None, known: Mapping[Path, Settings | None]
) -> dict[Rol, Cel]:
    """Both halves of our own LAS: the newest report of each counts, whatever supplier was played in it."""
    now = {} if settings is None else {"versie_las": settings.auteur}
    for item in tested:
        found = known[item.plan.folder]
        now |= {} if found is None else {"versie_las": versions_now(item.plan, found)["versie_las"]}
    made: dict[Rol, Cel] = {}
    for rol in OWN:
        newest = max((item for item in reports if item.of(rol)), key=lambda item: item.moment, default=None)
        if newest is None:
            made[rol] = Cel(stand=_NEVER, tekst="–", code=_LATER)
            continue
        cel = _judged(newest, rol, _OURS)
        # A run in which this library was the LAS is of another version when the library is; any other one when the LAS is.
        itself = str(newest.about.get("versie_las", "")).startswith("doorstroom_client ")
        old = _older(newest, {"versie_las": PROGRAM} if itself else now)
        made[rol] = _changed(cel, "verlopen", "verlopen") if old and cel.code in (0, _LATER) else cel
    return made


def _judged(report: _Report, rol: Rol, failed: int) -> Cel:
    """What the scenarios of one half came to; the worst counts."""
    counts = Counter(item["oordeel"] for item in report.of(rol))
    alarms = sum(bool(item.get("alarm")) for item in report.of(rol))
    found = (
        (Oordeel.FOUT, "fout", _BUG),
        (Oordeel.GEZAKT, "gezakt", failed),
        (Oordeel.WACHT, "wacht", _LATER),
        (Oordeel.TE_BEOORDELEN, "vraag", _LATER),
    )
    stand, text, code = next(
        ((stand, f"{counts[verdict.value]} {stand}", code) for verdict, stand, code in found if counts[verdict.value]),
        ("ok", "ok", 0),
    )
    if alarms and not code:
        stand, text, code = "alarm", f"{alarms} alarm", _OURS
    if not code and not counts[Oordeel.GESLAAGD.value] + counts[Oordeel.AFWIJKEND.value]:
        stand, text, code = _NEVER, "–", _LATER
    versions = tuple((name, str(report.about.get(name) or "")) for name in _NAMES if report.about.get(name))
    return Cel(stand=stand, tekst=text, code=code, laatst=dutch_day(report.moment), versies=versions)


def _changed(cel: Cel, stand: str, text: str) -> Cel:
    return Cel(stand=stand, tekst=text, code=_LATER, laatst=cel.laatst, versies=cel.versies)


def _older(report: _Report, now: Mapping[str, str]) -> list[str]:
    """Names of the versions that changed since; one that was never told says nothing."""
    return [name for name, value in now.items() if value and report.about.get(name) and report.about[name] != value]


def _remarks(
    tested: _Tested | None, cells: Mapping[Rol, Cel], today: dt.date, known: Mapping[Path, Settings | None]
) -> Iterator[str]:
    if tested is None:
        yield "nog niets afgesproken; begin met doorstroom ketentest new"
        return
    plan, report = tested.plan, tested.report
    first, still = plan.first_day, plan.still_on(today)
    if still is not None or (plan.uitstel and first and today < first):
        last = still or plan.uitstel[-1]
        yield f"uitgesteld tot {in_dutch(last.naar)}: {last.reden}"
    elif first is not None and today < first:
        yield f"begint op {in_dutch(first)}, over {aantal((first - today).days, 'dag', 'dagen')}"
    waits = first is not None and today < first
    if report is None and (plan.folder / JOURNAL).exists():
        yield f"er is gespeeld, maar er is nog geen rapport: doorstroom ketentest report {plan.folder}"
    elif report is None and still is None and not waits:
        yield f"afgesproken en nog niet gespeeld: doorstroom ketentest run {plan.folder}"
    settings = known[plan.folder]
    now = {} if settings is None else versions_now(plan, settings)
    for name in [] if report is None else _older(report, now):
        was = "" if report is None else report.about[name]
        yield f"{_NAMES[name]} was {was} en is nu {now[name]}: opnieuw testen met ketentest run --again"
    if any(cel.stand == "geoefend" for cel in cells.values()):
        yield "alleen geoefend met een simulator"


def _read(folder: Path) -> _Report | None:
    """The report in a folder; None when there is none that this version can read."""
    try:
        found = json.loads((folder / JSON_FILE).read_bytes())
        if found["soort"] != SOORT or found["versie"] != VERSIE:
            return None
        moment = as_moment(found["stand_van"] or found["run"]["begonnen"])
        year = str(found["run"]["schooljaar"])
        if moment is None or moment.year not in YEARS or not Schooljaar.fits(year):
            return None
        return _Report(
            moment=moment,
            schooljaar=year,
            program=str(found["programma"]),
            about=dict(found["run"]["getest"]),
            scenarios=[item for item in found["scenarios"] if _is_judged(item)],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_judged(item: Mapping[str, Any]) -> bool:
    return all(isinstance(item[name], str) and item[name] for name in ("rol", "oordeel")) and bool(item["poging"])


def _settings_of(plan: Plan) -> Settings | None:
    try:
        return load_settings(plan.config) if plan.config.is_file() else None
    except DoorstroomError:
        return None
