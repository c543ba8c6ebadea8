"""A list as it goes out: bytes that never change again, and what can be told about them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Any

from doorstroom_client.exchange.http import Operation
from doorstroom_client.frozen import frozen
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.deelnemers import Deelnemerslijst
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.school import School
from doorstroom_client.messages.schooladviezen import Schooladviezenlijst
from doorstroom_client.messages.vocabulary import Identiteitsoort
from doorstroom_client.store.records import Entry, Key

_ENTRIES = {Operation.REGISTREREN: "deelnemers", Operation.SCHOOLADVIEZEN: "voorlopigSchooladviezen"}
"""The field of each message that holds an entry per pupil."""
_MARK_BYTES = 16


@frozen
class Lijst:
    """A Deelnemerslijst or Schooladviezenlijst in its final bytes.

    Attributes:
        soort: which of the two.
        schooljaar: of the list.
        school_oin: School OIN, where it goes (``edu-to``).
        routeringskenmerk: of the administration, who it is from (``edu-from``).
        aantal: pupils in it.
        body: the bytes.
    """

    soort: Operation
    schooljaar: str
    school_oin: str
    routeringskenmerk: str
    aantal: int
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, message: Schooladviezenlijst | Deelnemerslijst, school: School) -> Lijst:
        """Settle the bytes of a message."""
        if isinstance(message, Schooladviezenlijst):
            soort, aantal = Operation.SCHOOLADVIEZEN, len(message.voorlopigSchooladviezen)
        else:
            soort, aantal = Operation.REGISTREREN, len(message.deelnemers)
        return cls(soort, message.schooljaar, school.oin, school.routeringskenmerk, aantal, encode(message))

    @property
    def sha256(self) -> str:
        """Checksum of the bytes."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def edu(self) -> dict[str, str]:
        """Where it goes and who it is from, as the chain writes it in the address."""
        return {"edu-to": self.school_oin, "edu-from": self.routeringskenmerk}

    def key(self, leverancier_oin: str) -> Key:
        """What it has to stay in order with, at one supplier."""
        return Key(self.soort.value, leverancier_oin, self.routeringskenmerk)

    def part(self, positions: Sequence[int]) -> Lijst:
        """The same message with some of its pupils only; the same positions always give the same bytes.

        The moment of making stays: what a part says is not newer than the whole.
        """
        if len(positions) == self.aantal:
            return self
        return replace(self, aantal=len(positions), body=_part(self.body, self.soort, positions))

    def leerlingen(self, positions: Iterable[int]) -> tuple[Leerling, ...]:
        """The pupils at some positions."""
        items = json.loads(self.body)[_ENTRIES[self.soort]]
        return tuple(_leerling(items[at]) for at in positions)

    def entries(self, secret: bytes) -> tuple[Entry, ...]:
        """Every pupil as marks, made with the key of a store."""
        return _entries(json.loads(self.body), self.soort, secret)


def mark(secret: bytes, *parts: str) -> str:
    """A text that is the same for the same parts, and tells nothing about them without the key."""
    text = json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).digest()[:_MARK_BYTES].hex()


def marks_of(leerling: Leerling, secret: bytes) -> tuple[str, str]:
    """The marks of both identities of a pupil; empty for one that is absent."""
    eck = mark(secret, Identiteitsoort.ECK_ID, leerling.eck_id) if leerling.eck_id else ""
    las = mark(secret, Identiteitsoort.LAS_KEY, leerling.las_key) if leerling.las_key else ""
    return eck, las


def _part(body: bytes, soort: Operation, positions: Sequence[int]) -> bytes:
    document = json.loads(body)
    name = _ENTRIES[soort]
    chosen = [document[name][at] for at in positions]
    document[name] = chosen
    if soort is Operation.REGISTREREN:
        used = {item["groep"] for item in chosen}
        document["groepen"] = [groep for groep in document["groepen"] if groep["id"] in used]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _leerling(item: dict[str, Any]) -> Leerling:
    found = {entry["label"]: entry["onderwijsdeelnemerID"] for entry in item["deelnemerref"]}
    return Leerling(eck_id=found.get(Identiteitsoort.ECK_ID), las_key=found.get(Identiteitsoort.LAS_KEY))


def _entries(document: dict[str, Any], soort: Operation, secret: bytes) -> tuple[Entry, ...]:
    # The codes of the school count too: when one was wrong, everybody has to be sent again.
    around = _canonical(document["deelnemersgroep"])
    groups = {groep["id"]: _canonical(groep) for groep in document.get("groepen", ())}
    return tuple(
        Entry(
            *marks_of(_leerling(item), secret),
            mark(secret, around, groups.get(item.get("groep"), ""), _canonical(item)),
        )
        for item in document[_ENTRIES[soort]]
    )


def _canonical(item: dict[str, Any]) -> str:
    return json.dumps(item, sort_keys=True, ensure_ascii=False)
