"""Deviations that both sides know of: tolerated until a day, and an alarm when that is over or when they are there no more."""

from __future__ import annotations

import datetime as dt
import json
import xml.etree.ElementTree as ET

import pytest

from doorstroom_client.cli._ketentest_told import code_of_run
from doorstroom_client.ketentest.agreed import Bekend
from doorstroom_client.ketentest.journal import Head
from doorstroom_client.ketentest.known import with_known
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.report import as_json, as_junit, as_page, make_rapport
from doorstroom_client.ketentest.requirements import Niveau
from doorstroom_client.ketentest.scenarios import EISEN, REGISTER
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import Keuring, Oordeel, worst

FIRST, OTHER = "KO:2026-01-08:3a", "OAS:ontvangstmelding"
TODAY = dt.date(2026, 12, 10)
IN_TIME, LATE = dt.date(2026, 12, 10), dt.date(2026, 12, 9)
GOOD, BAD, BEARABLE = Oordeel.GESLAAGD, Oordeel.GEZAKT, Oordeel.AFWIJKEND


def played(**checks: Oordeel) -> Played:
    held = tuple(
        Keuring(
            eis={"first": FIRST, "other": OTHER}[name],
            oordeel=oordeel,
            niveau=Niveau.MOET,
            expected="202",
            got="404",
            whose=Whose.HEN,
            evidence="adviezen",
        )
        for name, oordeel in checks.items()
    )
    verdict = worst(item.oordeel for item in held)
    return Played(
        scenario=REGISTER["TS-203"],
        attempt=1,
        oordeel=verdict,
        keuringen=held,
        whose=None if verdict is GOOD else Whose.HEN,
    )


@pytest.mark.parametrize(
    ("checks", "eis", "tot", "oordeel", "alarm", "code"),
    [
        ({"first": BAD, "other": GOOD}, FIRST, IN_TIME, BEARABLE, "", 0),
        ({"first": BAD, "other": BAD}, "", IN_TIME, BEARABLE, "", 0),
        ({"first": BAD, "other": BAD}, FIRST, IN_TIME, BAD, "", 69),  # what is not known, fails
        ({"first": BAD, "other": GOOD}, FIRST, LATE, BAD, "mocht tot en met 9 december 2026", 69),
        ({"first": BEARABLE, "other": GOOD}, FIRST, LATE, BEARABLE, "mocht tot en met 9 december 2026", 65),
        ({"first": GOOD, "other": GOOD}, FIRST, IN_TIME, GOOD, "is er niet meer bij eis", 65),
        ({"first": GOOD, "other": GOOD}, "", LATE, GOOD, "is er niet meer; haal haar uit plan.toml", 65),
        ({"first": GOOD, "other": BAD}, FIRST, IN_TIME, BAD, "is er niet meer bij eis", 69),
    ],
)
def test_a_known_deviation(checks: dict[str, Oordeel], eis: str, tot: dt.date, oordeel: Oordeel, alarm: str, code: int) -> None:
    known = [Bekend(scenario="TS-203", eis=eis, tot=tot, reden="release 26.12"), Bekend(scenario="TS-101", tot=tot, reden="r")]
    found = with_known(played(**checks), known, TODAY)
    assert found.oordeel is oordeel
    assert (alarm in found.alarm, bool(found.alarm)) == (True, bool(alarm))
    assert code_of_run([found], strict=False) == code
    head = Head(run="r", began="2026-12-01T08:00:00Z", schooljaar="2026-2027", versie="v", toetssoort="ICE")
    rapport = make_rapport(head, [found], EISEN)
    document = json.loads(as_json(rapport))
    assert document["scenarios"][0]["alarm"] == (found.alarm or None)
    assert any("Alarm" in item["tekst"] for item in document["aan_zet"]) is bool(alarm)
    assert ("Alarm: " in as_page(rapport, "0" * 64).decode()) is bool(alarm)
    failures = ET.fromstring(as_junit(rapport)).findall(".//failure")
    assert len(failures) == (1 if alarm or oordeel is BAD else 0)


@pytest.mark.parametrize(
    ("checks", "first", "other", "oordeel", "alarms"),
    [
        ({"first": GOOD, "other": BAD}, IN_TIME, IN_TIME, BEARABLE, ["is er niet meer bij eis"]),
        ({"first": GOOD, "other": BAD}, IN_TIME, LATE, BAD, ["is er niet meer bij eis", "mocht tot en met"]),
        ({"first": BAD, "other": BAD}, IN_TIME, LATE, BAD, ["mocht tot en met"]),
        ({"first": BAD, "other": BAD}, IN_TIME, IN_TIME, BEARABLE, []),
        ({"first": GOOD, "other": GOOD}, LATE, IN_TIME, GOOD, ["is er niet meer", "is er niet meer"]),
    ],
)
def test_two_deviations_in_one_scenario_each_count_by_themselves(
    checks: dict[str, Oordeel], first: dt.date, other: dt.date, oordeel: Oordeel, alarms: list[str]
) -> None:
    known = [Bekend(scenario="TS-203", eis=eis, tot=tot, reden="r") for eis, tot in ((FIRST, first), (OTHER, other))]
    found = with_known(played(**checks), known, TODAY)
    told = [part for part in found.alarm.split("; ") if part.startswith("de bekende")]
    assert (found.oordeel, [alarm in part for alarm, part in zip(alarms, told, strict=True)]) == (oordeel, [True] * len(alarms))


@pytest.mark.parametrize("oordeel", [Oordeel.WACHT, Oordeel.TE_BEOORDELEN, Oordeel.OVERGESLAGEN])
def test_what_is_not_judged_is_no_alarm(oordeel: Oordeel) -> None:
    one = Played(scenario=REGISTER["TS-203"], attempt=1, oordeel=oordeel, why="w")
    assert with_known(one, [Bekend(scenario="TS-203", tot=LATE, reden="r")], TODAY) == one
