"""All scenarios, per half of a party, and the requirements that they check."""

from __future__ import annotations

from doorstroom_client.ketentest.requirements import Requirements
from doorstroom_client.ketentest.scenarios import advies, heenweg, las, ontvanger, rapport, terugweg, tls, vooraf, weigering
from doorstroom_client.ketentest.scenarios.eisen import ALGEMEEN
from doorstroom_client.ketentest.scenarios.register import REGISTER as REGISTER

_PARTS = (vooraf, tls, heenweg, advies, weigering, rapport, terugweg, ontvanger, las)
EISEN = Requirements(*ALGEMEEN, *(eis for part in _PARTS for eis in part.EISEN))
"""Every requirement."""
