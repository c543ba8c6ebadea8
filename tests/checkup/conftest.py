"""A client that checks one supplier, and how its findings are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.wire import Speler, certificate, leverancier

from doorstroom_client import Staat, Timeouts, Verbindingscontrole
from doorstroom_client.simulator.pki import Pki

Look = Callable[..., Verbindingscontrole]


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


def wrong(found: Verbindingscontrole) -> dict[str, str]:
    """What is wrong: its code by what was looked at."""
    return {item.punt: item.code for item in found.bevindingen if item.staat is Staat.WRONG}


def told(found: Verbindingscontrole, punt: str) -> str:
    """The sentence and the next step about something."""
    item = found.bevinding(punt)
    assert item is not None
    return f"{item.tekst} {item.advies}"


def leaf_only(issued_cert: Path, target: Path) -> Path:
    """The first certificate of a file."""
    end = "-----END CERTIFICATE-----\n"
    target.write_text(issued_cert.read_text().split(end)[0] + end)
    return target
