"""A list as it goes out: bytes that never change again, and what can be told about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, fields, replace
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.adviezenbericht import Adviezenbericht
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.school import School
from doorstroom_client.store.pupils import ECK_ID, LAS_KEY, mark, marker
from doorstroom_client.store.rows import Entry, Key
from doorstroom_client.transport.request import Operation

_ENTRIES = {Operation.REGISTREREN: "deelnemers", Operation.SCHOOLADVIEZEN: "voorlopigSchooladviezen"}
"""The field of each message that holds an entry per pupil."""


@frozen
class Bericht:
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
    _document: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)
    _sources: Sequence[str] = field(default=(), repr=False, compare=False)

    @classmethod
    def of(cls, message: Adviezenbericht | Deelnemersbericht, school: School, sources: Sequence[str] = ()) -> Bericht:
        """Settle the bytes of a message.

        Args:
            message: what it says.
            school: the administration.
            sources: where a reader found each pupil.
        """
        if isinstance(message, Adviezenbericht):
            soort, aantal = Operation.SCHOOLADVIEZEN, len(message.voorlopigSchooladviezen)
        else:
            soort, aantal = Operation.REGISTREREN, len(message.deelnemers)
        document = {item.name: getattr(message, item.name) for item in fields(message)}
        return cls(soort, message.schooljaar, school.oin, school.routeringskenmerk, aantal, encode(document), document, sources)

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

    def part(self, positions: Sequence[int]) -> Bericht:
        """The message with some of its pupils only; the same positions always give the same bytes.

        The moment of making stays: what a part says is not newer than the whole.
        """
        if len(positions) == self.aantal:
            return self
        document = _part(self._content(), self.soort, positions)
        sources = [self._sources[at] for at in positions] if self._sources else ()
        return replace(self, aantal=len(positions), body=encode(document), _document=document, _sources=sources)

    def leerlingen(self, positions: Iterable[int]) -> tuple[Leerling, ...]:
        """The pupils at some positions."""
        items = self._content()[_ENTRIES[self.soort]]
        return tuple(_leerling(items[at], self._sources[at] if self._sources else "") for at in positions)

    def entries(self, secret: bytes) -> tuple[Entry, ...]:
        """Every pupil as marks, made with the key of a store."""
        return _entries(self._content(), self.soort, secret)

    def _content(self) -> Mapping[str, Any]:
        """What the bytes say; they are read only where nothing else is left of the message, as after the outbox."""
        return self._document if self._document is not None else json.loads(self.body)


def _part(document: Mapping[str, Any], soort: Operation, positions: Sequence[int]) -> dict[str, Any]:
    name = _ENTRIES[soort]
    chosen = [document[name][at] for at in positions]
    part = {**document, name: chosen}
    if soort is Operation.REGISTREREN:
        used = {item["groep"] for item in chosen}
        part["groepen"] = [groep for groep in document["groepen"] if groep["id"] in used]
    return part


def _leerling(item: Mapping[str, Any], source: str) -> Leerling:
    found = {entry["label"]: entry["onderwijsdeelnemerID"] for entry in item["deelnemerref"]}
    return Leerling(found.get(ECK_ID), found.get(LAS_KEY), source)


def _entries(document: Mapping[str, Any], soort: Operation, secret: bytes) -> tuple[Entry, ...]:
    # The codes of the school count too: when one was wrong, everybody has to be sent again. So does the group of a pupil.
    school = marker(secret, encode(document["deelnemersgroep"]))
    around = {None: school}
    for groep in document.get("groepen", ()):
        around[groep["id"]] = school.copy()
        around[groep["id"]].update(encode(groep))
    found: list[Entry] = []
    for item in document[_ENTRIES[soort]]:
        content = around[item.get("groep")].copy()
        content.update(encode(item))
        eck = las = ""
        for identity in item["deelnemerref"]:
            if identity["label"] == ECK_ID:
                eck = mark(secret, ECK_ID, identity["onderwijsdeelnemerID"])
            else:
                las = mark(secret, LAS_KEY, identity["onderwijsdeelnemerID"])
        found.append(Entry(eck, las, content.hexdigest()))
    return tuple(found)
