"""Fixtures for the tests of a LAS: the whole chain on this machine, without a line of code (entry point ``pytest11``).

    def test_a_class_is_signed_up(keten):
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen())))

Nothing of the simulator, HTTP or cryptography is imported until a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from doorstroom_client.simulator import Keten

__all__ = ["keten", "keten_sessie", "pytest_configure"]

SCHOOLJAAR = "doorstroom_schooljaar"
"""The marker that chooses the school year of a chain."""
DEFECT = "doorstroom_defect"
"""The marker that gives a party of the chain a certificate that may not be trusted."""
_MARKERS = (
    f'{SCHOOLJAAR}(schooljaar, versie=None): the school year that "keten" plays ("2026-2027"), and the version string of its '
    "agreement when the library does not know it",
    f'{DEFECT}(party, defect): the server of a supplier ("ICE") or of the register ("osr") shows a certificate with this defect, '
    'such as "expired" or "other-oin"',
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)


@pytest.fixture
def keten(request: pytest.FixtureRequest) -> Iterator[Keten]:
    """A chain of its own for one test: an OSR, three suppliers and a receiving LAS, over mutual TLS.

    The markers `doorstroom_schooljaar` and `doorstroom_defect` choose what it plays.
    """
    with _simulator().Keten(**_year(request.node)) as chain:
        _break(chain, request.node)
        yield chain


@pytest.fixture(scope="session")
def _doorstroom_keten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keten]:
    with _simulator().Keten(tmp_path_factory.mktemp("doorstroom-keten")) as chain:
        yield chain


@pytest.fixture
def keten_sessie(_doorstroom_keten: Keten, request: pytest.FixtureRequest) -> Iterator[Keten]:
    """One chain for all tests of a run, as new for each: what a test did to it is gone after it.

    It starts once, so it is the quickest. It plays the school year of today; the markers are for `keten`.
    """
    for name in (SCHOOLJAAR, DEFECT):
        if request.node.get_closest_marker(name) is not None:
            raise pytest.UsageError(f'the marker {name} goes with the fixture "keten", not with "keten_sessie"')
    yield _doorstroom_keten
    _doorstroom_keten.reset()


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
        from doorstroom_client import Afspraak

        newest = Afspraak.met_naam("1.1")
        return {
            "schooljaar": schooljaar,
            "afspraak": newest.volgende(naam=schooljaar, versie=versie, eerste_schooljaar=schooljaar),
        }

    return read(*marker.args, **marker.kwargs)


def _break(chain: Keten, node: pytest.Item) -> None:
    for marker in node.iter_markers(DEFECT):
        chain.toon_defect(*marker.args, **marker.kwargs)
