"""Every check of the chain test can fail: for each there is a faulty peer that makes it fail, and nothing that was not said.

Some peers are played here, all of them with DOORSTROOM_FAULTY=all.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter

import pytest
from typer.testing import CliRunner

from doorstroom_client.cli._app import app
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.faulty import FAULTY, peer_named
from doorstroom_client.ketentest.faulty.faulty_peer import NEXT_YEAR, THIS_YEAR, Checks
from doorstroom_client.ketentest.faulty.weighing import SOUND, Weighing, everything, problems_in_all
from doorstroom_client.ketentest.player import FOREIGN
from doorstroom_client.ketentest.requirements import Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import EISEN, REGISTER
from doorstroom_client.ketentest.verdicts import Oordeel

SEED = int(os.environ.get("DOORSTROOM_SEED", "7"))  # read at import: no test sees variables of the machine
ALL = os.environ.get("DOORSTROOM_FAULTY") == "all"
SAMPLE = {Rol.VOORAF: 1, Rol.TOETSSYSTEEM: 2, Rol.TERUGWEG: 1, Rol.ONTVANGER: 1, Rol.LAS: 1}
JOBS = 4
NOT_PLAYED = {
    "SNEL": "says how long something took, and never that it is too long",
    "PKI:tot-april": "hangs on the day on which one plays; test_player plays it with a made-up certificate",
}
YEARLY = {"KO:2026-01-08:3c", "KO:2026-01-08:3c:las", *(item.id for item in EISEN if item.since)}
"""What is required in another way from 2026-2027 on."""
PAIRS = {(item.id, eis) for item in REGISTER for eis in item.eisen}


def chosen() -> list[Weighing]:
    if ALL:
        return everything()
    by_chance = random.Random(SEED)
    peers = [
        peer for rol, count in SAMPLE.items() for peer in by_chance.sample([one for one in FAULTY if one.rol is rol], count)
    ]
    return [*((rol.value, THIS_YEAR) for rol in Rol), *((peer.name, peer.years[0]) for peer in peers)]


@pytest.fixture(scope="module")
def weighed() -> dict[Weighing, list[str]]:
    return dict(problems_in_all(chosen(), JOBS))


@pytest.mark.parametrize("which", chosen(), ids=lambda which: f"{which[0]}-{which[1]}")
def test_what_fails_is_what_should(which: Weighing, weighed: dict[Weighing, list[str]]) -> None:
    assert weighed[which] == []


@pytest.mark.parametrize("schooljaar", [THIS_YEAR, NEXT_YEAR])
def test_every_check_has_a_peer_that_fails_it(schooljaar: str) -> None:
    killed = {pair for peer in FAULTY if schooljaar in peer.years for pair in peer.kills()}
    failing = {pair for pair, oordeel in SOUND.items() if oordeel is Oordeel.GEZAKT}  # of those the sound chain is the example
    meant = {pair for pair in PAIRS if pair[1] not in NOT_PLAYED and (schooljaar == THIS_YEAR or pair[1] in YEARLY)}
    assert meant - killed - failing == set()
    assert {eis for _, eis in failing} | set(NOT_PLAYED) <= {item.id for item in EISEN if item.niveau is Niveau.WEET}


def test_every_requirement_is_checked_or_says_why_not() -> None:
    checked = {eis for _, eis in PAIRS} | {FOREIGN}
    assert {item.id for item in EISEN if not item.untested} == checked
    assert [item.id for item in EISEN if item.untested] == ["AFSPRAAK:schooljaar"]


def test_pupils_of_others_are_found_on_both_ways() -> None:
    found = {peer.rol for peer in FAULTY if any(eis == FOREIGN for _, eis in peer.kills())}
    assert found == {Rol.TERUGWEG, Rol.LAS}


def test_a_peer_has_a_name_a_sentence_and_a_role() -> None:
    assert [name for name, count in Counter(peer.name for peer in FAULTY).items() if count > 1] == []
    assert [name for name, count in Counter(peer.wrong + peer.rol.value for peer in FAULTY).items() if count > 1] == []
    for peer in FAULTY:
        assert peer.name == peer.name.lower().replace(" ", "-")
        assert peer.wrong[0].isupper() and not peer.wrong.endswith(".")
        assert {REGISTER[scenario].rol for scenario, _ in peer.declared()} == {peer.rol}


def test_what_is_said_twice_of_a_peer_is_a_mistake() -> None:
    for peer in FAULTY:
        assert {pair for item in peer.also for pair in item.pairs()} & peer.kills() == set(), peer.name


def test_checks_are_meant_by_globs() -> None:
    assert Checks("TS-101", "OAS:*").pairs() == {("TS-101", "OAS:registreren:202"), ("TS-101", "OAS:ontvangstmelding")}
    assert Checks("TLS-0[12]", but="TLS-02").pairs() == {("TLS-01", "UBV:TLS004")}
    assert Checks("TW-101", FOREIGN).pairs() == {("TW-101", FOREIGN)}
    with pytest.raises(ValueError, match="no check fits"):
        Checks("TS-101 TS-999").pairs()


def test_the_command_has_one_peer_be_faulty() -> None:
    found = CliRunner().invoke(app, ["ketentest", "self", "--faulty", "las-still-geslacht", "LA-10[45]", "--json"])
    played = {item["id"]: item["oordeel"] for item in json.loads(found.stdout)["scenarios"]}
    assert played == {"LA-104": "geslaagd", "LA-105": "gezakt"}
    assert found.exit_code != 0
    unknown = CliRunner().invoke(app, ["ketentest", "self", "--faulty", "las-still-geslachte"])
    assert "las-still-geslacht" in unknown.stderr
    assert unknown.exit_code == ExitCode.CONFIGURATION


def test_a_peer_is_found_by_its_name() -> None:
    assert peer_named("las-follows").name == "las-follows"
    with pytest.raises(ConfigurationError, match="las-folows") as caught:
        peer_named("las-folows")
    assert "las-follows" in (caught.value.hint or "")
    with pytest.raises(ConfigurationError) as caught:
        peer_named("?")
    assert all(peer.name in (caught.value.hint or "") for peer in FAULTY)
