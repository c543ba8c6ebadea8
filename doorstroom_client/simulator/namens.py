"""On behalf of which school a request to a simulated test supplier came."""

from __future__ import annotations

import re

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.https import Received

_KENMERK = re.compile(r"[0-9A-Za-z]{20}")


@frozen
class Namens:
    """On behalf of which school and administration a request came.

    Attributes:
        school_oin: OIN of the school.
        edu_from: routeringskenmerk of the administration.
    """

    school_oin: str
    edu_from: str


def lees_namens(received: Received) -> Namens | None:
    """Read both parameters strictly; the pattern of the definition allows nearly anything (quirk Q2)."""
    edu_to, edu_from = received.one("edu-to"), received.one("edu-from")
    if edu_to is None or edu_from is None:
        return None
    if not (_KENMERK.fullmatch(edu_to) and _KENMERK.fullmatch(edu_from)):
        return None
    return Namens(edu_to.upper(), edu_from.upper())
