"""A client of either kind that checks one supplier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.verbinding import Look
from support.wire import Speler, certificate, leverancier

from doorstroom_client import Timeouts, Verbindingscontrole
from doorstroom_client.simulator.pki import Pki


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def speler(request: pytest.FixtureRequest) -> Iterator[Speler]:
    made = Speler(awaited=request.param)
    yield made
    made.close()


@pytest.fixture
def look(speler: Speler, test_pki: Pki) -> Look:
    """Check the supplier at an address, for so many seconds."""

    def check(url: str, *, seconds: float = 10, **more: Any) -> Verbindingscontrole:
        given: dict[str, Any] = {"leveranciers": [leverancier(url)], "timeouts": Timeouts(connect=seconds), **more}
        client = speler.client(certificate=given.pop("certificate", None) or certificate(test_pki), **given)
        found: Verbindingscontrole = speler(client.check_verbinding("ICE", seconds=seconds))
        return found

    return check
