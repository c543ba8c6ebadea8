"""Checks that many scenarios hold of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Reply
from doorstroom_client.ketentest.pupils import KLAS
from doorstroom_client.ketentest.steps import Check

RECEIPT = "OAS:ontvangstmelding"
ECHO = "AVG:melding"
OTHER_SUCCESS = (200, 201, 204)
"""Statuses that say yes in other words than the agreed one."""


def receipt(reply: Reply) -> Check:
    """Hold an answer against the form of a receipt; an empty body can be lived with."""
    got = "ja" if reply.is_ontvangstmelding else "nee" if reply.size else "leeg"
    return Check(eis=RECEIPT, expected="ja", got=got, tolerated=("leeg",))


def refusal(frame: Frame, reply: Reply) -> Iterator[Check]:
    """Hold a refusal against the form of a receipt, and against what it may not repeat."""
    yield receipt(reply)
    yield Check(eis=ECHO, expected=False, got=echoes(frame, reply.body or ""))


def echoes(frame: Frame, text: str) -> bool:
    """Whether a text repeats something of the class: a name or a key."""
    names = {item.achternaam for item in KLAS.values()} | {item.roepnaam for item in KLAS.values() if len(item.roepnaam) > 4}
    keys = {frame.keys.las_key(""), frame.keys.eck_id("")[:40]}
    return any(item in text for item in names | keys)
