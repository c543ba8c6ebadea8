"""What was agreed with a partner, as a plan says it: who, when, what is arranged, what is known and what was postponed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from doorstroom_client import Leverancier
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.scenario import Rol

FILE = "plan.toml"
"""The name of the file in the folder of a test."""
OF_A_SUPPLIER = (Rol.TOETSSYSTEEM, Rol.TERUGWEG)
"""The halves of a supplier, which a plan is about."""
TERMS: Mapping[str, int] = {"resultaten": 5, "correctie": 5, "antwoord": 3}
"""Working days that the other side has when the plan does not say otherwise."""

YEARS = range(2014, 2101)
"""The years in which a test can be: what lies outside them is a slip, and working days are counted one by one."""
YEARS_RULE = f"must be a day in the years {YEARS[0]} to {YEARS[-1]}"


@frozen(kw_only=True)
class Bekend:
    """A deviation that both sides know of, until a day.

    Attributes:
        scenario: id of the scenario.
        eis: id of the requirement; empty for all of the scenario.
        tot: the last day on which it is no news.
        reden: why, and what is done about it.
    """

    scenario: str
    tot: dt.date
    reden: str
    eis: str = ""


@frozen(kw_only=True)
class Uitstel:
    """A postponement.

    Attributes:
        op: the day on which it was settled.
        van: the first day on which nothing is sent.
        naar: the day on which the test begins, or goes on.
        einde: the last day of the test since then; None when there is none.
        reden: why.
    """

    op: dt.date
    van: dt.date
    naar: dt.date
    reden: str
    einde: dt.date | None = None


@frozen(kw_only=True)
class Plan:
    """What was agreed with a partner.

    Attributes:
        folder: where the plan stands, and what comes of it.
        leverancier: the supplier, as in the configuration.
        config: the configuration of the test.
        rollen: which halves of the supplier are tested.
        omgeving: ``test``, typed by hand.
        host: the host name of the supplier's test server, typed by hand.
        kenmerk: tells this test apart from every other one, wherever its folder is.
        scenarios: ids of scenarios, or globs of them, that are played; none is all of them.
        begin: the first day, as it was planned.
        einde: the last day, as it was planned.
        contact: who is asked, at the other side.
        contact_las: who is asked, at ours.
        versie_leverancier: what runs there.
        versie_las: what runs here.
        uiterlijk: how many working days each term is.
        opstelling: the states that the other side has set, by their key.
        bekend: known deviations.
        uitstel: postponements, in the order in which they were settled.
        simulator: file with the control address of a simulator that plays the supplier; None for a real one.
    """

    folder: Path
    leverancier: str
    config: Path
    rollen: tuple[Rol, ...]
    omgeving: str
    host: str
    kenmerk: str = ""
    scenarios: tuple[str, ...] = ()
    begin: dt.date | None = None
    einde: dt.date | None = None
    contact: str = ""
    contact_las: str = ""
    versie_leverancier: str = ""
    versie_las: str = ""
    uiterlijk: Mapping[str, int] = field(default_factory=lambda: TERMS)
    opstelling: Mapping[str, Any] = field(default_factory=dict[str, Any])
    bekend: tuple[Bekend, ...] = ()
    uitstel: tuple[Uitstel, ...] = ()
    simulator: Path | None = None

    @property
    def key(self) -> str:
        """What makes this test itself, for a calendar that has to recognise its days."""
        return f"ketentest/{self.kenmerk or f'{self.leverancier}/{self.folder.resolve().name}'}"

    def supplier_in(self, leveranciers: Iterable[Leverancier]) -> Leverancier | None:
        """The supplier, as it is configured; None when it is not."""
        return next((item for item in leveranciers if self.leverancier in item.keys), None)

    @property
    def first_day(self) -> dt.date | None:
        """The first day, with what was postponed."""
        day = self.begin
        for item in self.uitstel:
            day = item.naar if day is not None and item.van <= day else day
        return day

    @property
    def last_day(self) -> dt.date | None:
        """The last day, with what was postponed."""
        return next((item.einde for item in reversed(self.uitstel) if item.einde), self.einde)

    @property
    def pauses(self) -> tuple[tuple[dt.date, dt.date], ...]:
        """When the test lay still: from the first day of each, until the second."""
        return tuple((item.van, item.naar) for item in self.uitstel)

    def still_on(self, day: dt.date) -> Uitstel | None:
        """The postponement because of which nothing is sent on a day: of several that follow on each other, the last one."""
        found: Uitstel | None = None
        for item in self.uitstel:  # one that was postponed once more goes on until the newer day, for the newer reason
            if item.van <= day < item.naar or (found is not None and item.van <= found.naar < item.naar):
                found = item
        return found
