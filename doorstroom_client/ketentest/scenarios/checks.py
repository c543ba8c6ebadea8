"""Checks that many scenarios hold of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.ketentest.outcomes import Reply
from doorstroom_client.ketentest.player import in_dutch
from doorstroom_client.ketentest.steps import CannotGoOn, Check

RECEIPT = "OAS:ontvangstmelding"
ECHO = "AVG:melding"
OTHER_SUCCESS = (200, 201, 204)
"""Statuses that say yes in other words than the agreed one."""


def receipt(reply: Reply) -> Check:
    """Hold an answer against the form of a receipt; an empty body can be lived with."""
    got = "ja" if reply.is_ontvangstmelding else "nee" if reply.size else "leeg"
    return Check(eis=RECEIPT, expected="ja", got=got, tolerated=("leeg",))


def refusal(reply: Reply) -> Iterator[Check]:
    """Hold a refusal against the form of a receipt, and against what it may not repeat.

    Raises:
        CannotGoOn: there was no answer.
    """
    if reply.fault:
        raise CannotGoOn(f"geen antwoord: {in_dutch(reply.fault)}")
    yield receipt(reply)
    yield silent(reply)


def silent(reply: Reply) -> Check:
    """Hold an answer against what it may not repeat: a name, a key or a date of birth of the class."""
    return Check(eis=ECHO, expected="", got=", ".join(reply.repeats))
