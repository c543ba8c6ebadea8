"""The one register that the scenarios enter themselves in."""

from __future__ import annotations

from doorstroom_client.ketentest.scenario import Register

REGISTER = Register()
"""All scenarios, in the order in which they are played."""
