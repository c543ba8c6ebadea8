"""All scenarios, per half of a party, and the requirements that they check."""

from __future__ import annotations

from doorstroom_client.ketentest.requirements import Requirements
from doorstroom_client.ketentest.scenarios import advies, heenweg, rapport, vooraf, weigering
from doorstroom_client.ketentest.scenarios.eisen import ALGEMEEN
from doorstroom_client.ketentest.scenarios.register import REGISTER as REGISTER

EISEN = Requirements(*ALGEMEEN, *vooraf.EISEN, *heenweg.EISEN, *advies.EISEN, *weigering.EISEN, *rapport.EISEN)
"""Every requirement."""
