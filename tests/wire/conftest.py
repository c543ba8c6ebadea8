"""One scenario, two clients: both are driven through the same blocking face."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.wire import Speler


@pytest.fixture(params=["sync", "async"])
def speler(request: pytest.FixtureRequest) -> Iterator[Speler]:
    """Makes clients of one of the two kinds and closes them."""
    made = Speler(awaited=request.param == "async")
    yield made
    made.close()
