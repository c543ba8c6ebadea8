"""Makes findings of what was seen of a connection: which, in which order, and what is not judged any more after a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from doorstroom_client.checkup.bevinding import Bevinding, Controlepunt, Staat
from doorstroom_client.checkup.said_of_answer import judge_answer, judge_clock
from doorstroom_client.checkup.said_of_certificates import (
    judge_chain,
    judge_end,
    judge_host,
    judge_oin,
    judge_own,
    judge_own_end,
)
from doorstroom_client.checkup.said_of_reaching import judge_name, judge_port, judge_tls
from doorstroom_client.checkup.seen import Seen

Judge = Callable[[Seen], Bevinding | None]
_STEPS: tuple[tuple[Controlepunt, Judge], ...] = (
    (Controlepunt.NAME, judge_name),
    (Controlepunt.PORT, judge_port),
    (Controlepunt.TLS, judge_tls),
    (Controlepunt.CHAIN, judge_chain),
    (Controlepunt.HOST, judge_host),
    (Controlepunt.OIN, judge_oin),
    (Controlepunt.OWN, judge_own),
    (Controlepunt.THEIR_END, judge_end),
    (Controlepunt.OWN_END, judge_own_end),
    (Controlepunt.ANSWER, judge_answer),
    (Controlepunt.CLOCK, judge_clock),
)
NOT_REACHED = "not_reached"
"""Code of what was not looked at, because something before it failed."""


def judge(seen: Seen) -> tuple[Bevinding, ...]:
    """A finding per step; a step of which nothing was seen says so."""
    return tuple(_findings(seen))


def _findings(seen: Seen) -> Iterator[Bevinding]:
    found = [(punt, step(seen)) for punt, step in _STEPS]
    failed = next((item.punt for _, item in found if item is not None and item.staat is Staat.WRONG), None)
    for punt, item in found:
        yield item or not_reached(punt, failed)


def not_reached(punt: Controlepunt, failed: Controlepunt | None) -> Bevinding:
    """What is said of a step that nothing was seen of."""
    why = f", because something is wrong with: {failed}" if failed else ""
    return Bevinding(punt, Staat.NOT_SEEN, NOT_REACHED, f"Not looked at{why}.")
