"""Makes the report of a run, of what its scenarios came to; no traffic, and no clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence

from doorstroom_client import __version__
from doorstroom_client.ketentest.journal import Head
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.report.cleanup import to_remove
from doorstroom_client.ketentest.report.traffic import Traffic
from doorstroom_client.ketentest.report.turns import turns
from doorstroom_client.ketentest.report.verslag import Keurregel, Message, NietGetest, Rapport, Stap, Verslag
from doorstroom_client.ketentest.requirements import Requirements
from doorstroom_client.ketentest.verdicts import Keuring

PROGRAM = f"doorstroom_client {__version__}"
"""Name and version of what makes a report; also of the LAS, where this library is the LAS under test."""
_SCHOOLJAAR = re.compile(r"[0-9]{4}-([0-9]{4})")


def make_rapport(head: Head, played: Sequence[Played], requirements: Requirements, earlier: Iterable[Played] = ()) -> Rapport:
    """The report of a run.

    Args:
        head: what the run is about, as the journal has it.
        played: what became of its scenarios, in the order in which they were played.
        requirements: what their checks were held against.
        earlier: attempts before those; of them only the pupils that were sent are in the report.
    """
    traffic = Traffic()
    verslagen = tuple(_verslag(item, traffic, requirements) for item in played)
    messages = traffic.messages
    return Rapport(
        head=head,
        verslagen=verslagen,
        messages=messages,
        beurten=turns(verslagen),
        opruimlijst=to_remove((*_messages(earlier), *messages), Keys(head.run)),
        niet_getest=tuple(
            NietGetest(eis=item.id, tekst=item.tekst, bron=item.bron, why=item.untested)
            for item in requirements
            if item.untested
        ),
        as_of=max((stap.moment for item in verslagen for stap in item.stappen), default=""),
        counts_until=counts_until(head.schooljaar),
        program=PROGRAM,
    )


def _messages(played: Iterable[Played]) -> tuple[Message, ...]:
    traffic = Traffic()
    for item in played:
        traffic.steps(item)
    return traffic.messages


def counts_until(schooljaar: str) -> dt.date | None:
    """The last day on which a test of a school year counts: next year's agreement has to be tested anew.

    Args:
        schooljaar: ``2026-2027``.

    Returns:
        Its last day, 31 July; None when it is written in another way.
    """
    found = _SCHOOLJAAR.fullmatch(schooljaar)
    return dt.date(int(found[1]), 7, 31) if found and int(found[1]) else None


def _verslag(played: Played, traffic: Traffic, requirements: Requirements) -> Verslag:
    stappen = traffic.steps(played)
    return Verslag(
        id=played.scenario.id,
        titel=played.scenario.titel,
        rol=played.scenario.rol,
        oordeel=played.oordeel,
        attempt=played.attempt,
        eisen=played.scenario.eisen,
        keuringen=tuple(_keurregel(item, requirements) for item in played.keuringen),
        stappen=stappen,
        why=played.why,
        whose=played.whose,
        until=played.until,
        asks=played.asks,
        alarm=played.alarm,
        seconds=round(sum(_seconds(stappen, traffic.messages)), 3),
    )


def _keurregel(keuring: Keuring, requirements: Requirements) -> Keurregel:
    eis = requirements[keuring.eis]
    return Keurregel(
        eis=keuring.eis,
        tekst=eis.tekst,
        bron=eis.bron,
        niveau=keuring.niveau,
        oordeel=keuring.oordeel,
        expected=keuring.expected,
        got=keuring.got,
        whose=keuring.whose,
        evidence=keuring.evidence,
    )


def _seconds(stappen: Iterable[Stap], messages: Sequence[Message]) -> Iterator[float]:
    """How long each answer in some steps took."""
    for stap in stappen:
        for number in stap.messages:
            yield messages[number - 1].seconds or 0.0
