"""Fixtures for the tests of a LAS: the whole chain on this machine, without a line of code (entry point ``pytest11``).

    def test_a_class_is_signed_up(keten):
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen())))

``pytest --doorstroom`` plays the scenarios of the chain test, each as a test of its own. Nothing of the simulator, HTTP or
cryptography is imported until a fixture or that option is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from doorstroom_client.messages.afspraak import Afspraak

if TYPE_CHECKING:
    from doorstroom_client.ketentest.drivers import Las
    from doorstroom_client.ketentest.run import Run
    from doorstroom_client.ketentest.scenario import Scenario
    from doorstroom_client.simulator import Keten

__all__ = ["doorstroom_keten", "doorstroom_las", "keten", "keten_sessie"]

SCHOOLJAAR = "doorstroom_schooljaar"
"""The marker that chooses the school year of a chain."""
DEFECT = "doorstroom_defect"
"""The marker that has a party of the chain make itself known as it should not."""
_MARKERS = (
    f'{SCHOOLJAAR}(schooljaar, versie=None): the year that "keten" plays, and the version string of its agreement',
    f'{DEFECT}(party, how): "ICE", "osr" or another server makes itself known as it should not: "expired", "tls-1.1"',
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the options of the chain test."""
    group = parser.getgroup("doorstroom", "the chain of the doorstroomtoets")
    group.addoption(
        "--doorstroom",
        nargs="?",
        const="",
        default=None,
        metavar="ROLES",
        help="play the scenarios of the chain test: las,ontvanger when no roles are named; also toetssysteem, terugweg, vooraf",
    )
    group.addoption("--doorstroom-plan", default=None, metavar="DIR", help="play them with the partner in the plan of DIR")
    group.addoption("--doorstroom-schooljaar", default=None, metavar="YYYY-YYYY", help="the school year that is played")
    group.addoption("--doorstroom-versie", default=None, metavar="TEXT", help="version string of its agreement")


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the scenarios, when they are asked for."""
    named: str | None = config.getoption("--doorstroom")
    planned: str | None = config.getoption("--doorstroom-plan")
    if named is None and planned is None:
        return
    from doorstroom_client.ketentest.in_pytest import roles_in, scenarios_of
    from doorstroom_client.ketentest.plan_reader import read_plan

    roles = roles_in(named or "") if planned is None or named else read_plan(Path(planned)).rollen
    parent = _Scenarios.from_parent(session, name="doorstroom")
    items += [
        pytest.Function.from_parent(parent, name=scenario.id, callobj=_test_of(scenario)) for scenario in scenarios_of(roles)
    ]


class _Scenarios(pytest.Collector):
    """What the scenarios hang under."""

    def collect(self) -> list[pytest.Item]:
        """Nothing: they are added when all is collected."""
        return []


def _test_of(scenario: Scenario) -> Any:
    def play(_doorstroom_run: Run, request: pytest.FixtureRequest) -> None:
        from doorstroom_client.ketentest import in_pytest

        in_pytest.play(_doorstroom_run, scenario, request.node.user_properties)

    play.__doc__ = scenario.titel
    return play


@pytest.fixture(scope="session")
def _doorstroom_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    from doorstroom_client.ketentest.in_pytest import run_here, run_planned

    planned: str | None = request.config.getoption("--doorstroom-plan")
    if planned is not None:
        with run_planned(Path(planned)) as run:
            yield run
        return
    chain: Keten = request.getfixturevalue("doorstroom_keten")
    las: Las | None = request.getfixturevalue("doorstroom_las")
    with run_here(tmp_path_factory.mktemp("doorstroom"), chain, las) as run:
        yield run


@pytest.fixture(scope="session")
def doorstroom_keten(request: pytest.FixtureRequest) -> Iterator[Keten]:
    """The chain that the scenarios of ``--doorstroom`` are played in."""
    from doorstroom_client.ketentest.selftest import make_keten

    option = request.config.getoption
    with make_keten(option("--doorstroom-schooljaar"), option("--doorstroom-versie")) as chain:
        yield chain


@pytest.fixture(scope="session")
def doorstroom_las() -> Las | None:
    """The LAS under test; override it with your own in the ``conftest.py`` where pytest starts. This library when it is None.

    What you give has the methods ``stuur_deelnemers(school, leerlingen)``, ``stuur_adviezen(school, leerlingen)`` and
    ``haal_rapporten(school)``; ask for the fixture `doorstroom_keten` to know the addresses and certificates.
    """
    return None


@pytest.fixture
def keten(request: pytest.FixtureRequest) -> Iterator[Keten]:
    """A chain of its own for one test: an OSR, three suppliers and a receiving LAS, over mutual TLS.

    The markers `doorstroom_schooljaar` and `doorstroom_defect` choose what it plays.
    """
    with _simulator().Keten(**_year(request.node)) as chain:
        for marker in request.node.iter_markers(DEFECT):
            chain.servers.show(*marker.args, **marker.kwargs)
        yield chain


@pytest.fixture(scope="session")
def _doorstroom_sessie() -> Iterator[Keten]:
    with _simulator().Keten() as chain:
        yield chain


@pytest.fixture
def keten_sessie(_doorstroom_sessie: Keten, request: pytest.FixtureRequest) -> Iterator[Keten]:
    """One chain for all tests of a run, as new for each: what a test did to it is gone after it. Close its clients in the test.

    It starts once, so it is the quickest. It plays the school year of today; the markers are for `keten`.
    """
    for name in (SCHOOLJAAR, DEFECT):
        if request.node.get_closest_marker(name) is not None:
            raise pytest.UsageError(f'the marker {name} goes with the fixture "keten", not with "keten_sessie"')
    yield _doorstroom_sessie
    _doorstroom_sessie.reset()


def _simulator() -> Any:
    from doorstroom_client import simulator  # brings cryptography when a chain is made

    return simulator


def _year(node: pytest.Item) -> dict[str, Any]:
    marker = node.get_closest_marker(SCHOOLJAAR)
    if marker is None:
        return {}

    def read(schooljaar: str, versie: str | None = None) -> dict[str, Any]:
        if versie is None:
            return {"schooljaar": schooljaar}
        newest = Afspraak.met_naam("1.1")
        afspraak = newest.volgende(naam=schooljaar, versie=versie, eerste_schooljaar=schooljaar)
        return {"schooljaar": schooljaar, "afspraak": afspraak}

    return read(*marker.args, **marker.kwargs)
