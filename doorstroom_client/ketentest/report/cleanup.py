"""Which test pupils the system under test should remove: nothing in the chain deletes, so a person has to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.pupils import KLAS, Keys
from doorstroom_client.ketentest.report.verslag import Message, Opruimregel, Richting, Stand

_MOST_CERTAIN_FIRST = (Stand.AANGENOMEN, Stand.ONBEKEND, Stand.GEWEIGERD)


def to_remove(messages: Iterable[Message], keys: Keys) -> tuple[Opruimregel, ...]:
    """The pupils in messages of ours, each once per administration.

    Args:
        messages: of the run.
        keys: the identities of the run.
    """
    found: dict[tuple[str, str, str], Opruimregel] = {}
    for message in messages:
        if message.richting is Richting.VERSTUURD and message.went_out:
            for line in _lines(message, keys):
                key = (line.label, line.edu_to, line.edu_from)
                found[key] = _both(found[key], line) if key in found else line
    return tuple(item if item.naam else replace(item, naam=_known(item.label)) for item in found.values())


def _lines(message: Message, keys: Keys) -> Iterator[Opruimregel]:
    """The pupils of one message."""
    stand = Stand.ONBEKEND if not message.status else Stand.AANGENOMEN if message.status < 300 else Stand.GEWEIGERD
    for part in _parts(message.body):
        identities = tuple(_identities(part["deelnemerref"]))
        label = next(filter(None, (keys.label_of(value) for _, value in identities)), None)
        if label:
            yield Opruimregel(
                label=label,
                naam=_in_full(part.get("roepnaam"), part.get("voorvoegsel"), part.get("achternaam")),
                identities=identities,
                edu_to=_one(message, "edu-to"),
                edu_from=_one(message, "edu-from"),
                stand=stand,
                scenarios=(message.scenario,),
            )


def _both(one: Opruimregel, other: Opruimregel) -> Opruimregel:
    """Two lines about one pupil in one. The last name that was not refused is the one under which the pupil is found."""
    newer = other.naam and (other.stand is not Stand.GEWEIGERD or not one.naam)
    return replace(
        one,
        naam=other.naam if newer else one.naam,
        identities=tuple(dict.fromkeys((*one.identities, *other.identities))),
        stand=min(one.stand, other.stand, key=_MOST_CERTAIN_FIRST.index),
        scenarios=tuple(dict.fromkeys((*one.scenarios, *other.scenarios))),
    )


def _parts(body: str | None) -> Iterator[dict[str, Any]]:
    """Every part of a message that is about one pupil, in order; however deep it stands."""
    try:
        left = [json.loads(body or "")]
    except (ValueError, RecursionError):
        return  # what is no message names nobody
    while left:
        part = left.pop()
        if isinstance(part, dict):
            if "deelnemerref" in part:
                yield part
            left += reversed(part.values())
        elif isinstance(part, list):
            left += reversed(part)


def _identities(refs: object) -> Iterator[tuple[str, str]]:
    for ref in refs if isinstance(refs, list) else ():
        if isinstance(ref, dict) and isinstance(ref.get("onderwijsdeelnemerID"), str):
            yield str(ref.get("label", "")), ref["onderwijsdeelnemerID"]


def _known(label: str) -> str:
    """The name of a pupil of the class, for one whom no message named."""
    pupil = KLAS.get(label)
    return _in_full(pupil.roepnaam, pupil.voorvoegsel, pupil.achternaam) if pupil else ""


def _in_full(*names: object) -> str:
    return " ".join(name for name in names if isinstance(name, str) and name)


def _one(message: Message, name: str) -> str:
    return next((value for key, value in message.query if key == name), "")
