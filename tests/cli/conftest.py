"""A simulated chain, and the command line as a function."""

from __future__ import annotations

import pytest
from support import command_line
from support.command_line import Run

from doorstroom_client.simulator import Keten

elsewhere, keten, run = command_line.elsewhere, command_line.keten, command_line.run


@pytest.fixture
def received(keten: Keten, run: Run) -> Keten:
    """A chain in which the results of the first school have come in."""
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA").exit_code == 0
    assert run("adviezen", "send", "adviezen.csv", "--school", "99AA").exit_code == 0
    assert all(item.status == 202 for item in keten.stuur_resultaten("ICE"))
    return keten
