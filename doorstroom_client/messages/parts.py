"""What the messages that go out have in common: parts with the standard's names that show no pupil, and checks.

Every value is checked before it is put in a part, so nothing checks the parts once more; that would cost more than the checks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from doorstroom_client.messages.bsn import is_labelled_bsn, looks_like_bsn
from doorstroom_client.messages.findings import LIKE_BSN, Findings
from doorstroom_client.messages.identifiers import NO_KEY, EckId, Identifier, LasKey, TestEckId, is_no_key
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Identiteitsoort


def utc_text(moment: dt.datetime) -> str:
    """A moment as it stands in a message: in UTC with ``Z`` and whole seconds (quirk Q15)."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


Deel = dict[str, Any]
"""A part of a message: the standard's names in the standard's order."""


class Delen(list[Deel]):
    """Parts of a message that are about pupils. Whatever shows them shows how many there are."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Delen({len(self)})"

    __str__ = __repr__

    def __rich_repr__(self) -> tuple[int]:
        """Keep rich silent too, which would look inside."""
        return (len(self),)


def deelnemersgroep_of(school: School) -> Deel:
    """The administration that a list is about, as it stands in a message."""
    return {
        "instellingscode": school.instellingscode,
        "vestigingscode": school.vestigingscode,
        "onderwijsaanbiedercode": school.onderwijsaanbiedercode,
        "onderwijslocatiecode": school.onderwijslocatiecode,
        "administratienr": school.administratienr,
    }


_ECK_ID, _LAS_KEY = Identiteitsoort.ECK_ID.value, Identiteitsoort.LAS_KEY.value


class Identities:
    """Checks the identities of all pupils in one list: form, at least one, and no pupil twice."""

    def __init__(self, found: Findings, name: str, *, test_identities: bool, las_key_reden: str = "") -> None:
        self._found = found
        self._name = name
        self._may_look_like_bsn = bool(las_key_reden.strip())
        self._eck_kind: type[Identifier] = TestEckId if test_identities else EckId
        self._eck_ids: dict[str, int] = {}
        self._las_keys: dict[str, int] = {}

    def entries(self, leerling: object, at: int) -> list[Deel]:
        """The 1 or 2 identities of the ``leerling`` of the entry at a position, ECK-iD first (quirks Q10 and Q11)."""
        entries: list[Deel] = []
        if not isinstance(leerling, Leerling):
            self._found.add(self._path(at), "expected a Leerling")
            return entries
        eck_id, las_key = leerling.eck_id, leerling.las_key
        if eck_id is not None and self._fits(self._eck_kind, eck_id, self._eck_ids, at, "eck_id"):
            entries.append({"label": _ECK_ID, "onderwijsdeelnemerID": eck_id if type(eck_id) is str else str(eck_id)})
        if las_key is not None:
            if self._fits(LasKey, las_key, self._las_keys, at, "las_key"):
                entries.append({"label": _LAS_KEY, "onderwijsdeelnemerID": las_key if type(las_key) is str else str(las_key)})
        elif eck_id is None:
            self._found.add(self._path(at), "has no identity; give eck_id, or las_key for a pupil without ECK-iD")
        return entries

    def _path(self, at: int, name: str = "") -> str:
        """Where an identity stands; made only when something is wrong there."""
        return f"{self._name}[{at}].leerling{name and '.'}{name}"

    def _fits(self, kind: type[Identifier], value: str, seen: dict[str, int], at: int, name: str) -> bool:
        """Check one identity; only one of the wrong form is left out, so that everything else is looked at as well."""
        # `fits`, without a call more for each
        if not isinstance(value, str) or kind.pattern.fullmatch(value) is None or (kind is not EckId and is_no_key(value)):
            self._found.add(self._path(at, name), NO_KEY if isinstance(value, str) and is_no_key(value) else kind.rule)
            return False
        if kind is not EckId and self._is_refused_as_bsn(value, las_key=kind is LasKey):
            self._found.add(self._path(at, name), f"{LIKE_BSN}; if it is a LAS-key all the same, say so with las_key_reden")
        first = seen.setdefault(value, at)
        if first != at:
            self._found.add(self._path(at, name), f"is the same as {self._path(first, name)}; a pupil may stand in a list once")
        return True

    def _is_refused_as_bsn(self, value: str, *, las_key: bool) -> bool:
        """Whether a value may not go; a reason is one for LAS-keys that are numbers, and not for what is called a BSN."""
        excused = las_key and self._may_look_like_bsn
        return is_labelled_bsn(value) if excused else looks_like_bsn(value)


def check_auteur(auteur: str, found: Findings) -> str:
    """The author of a list: the application or organisation that made it."""
    return found.text(auteur, "auteur", most=256)


def check_moment(moment: object, found: Findings) -> dt.datetime:
    """A moment for `datumtijd`: aware, cut to whole seconds."""
    if not isinstance(moment, dt.datetime):
        found.add("datumtijd", "expected an aware datetime")
        return _NO_MOMENT
    if moment.utcoffset() is None:
        found.add("datumtijd", "has no time zone; give an aware datetime")
        return _NO_MOMENT
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def check_not_empty(items: Sequence[object], name: str, found: Findings) -> None:
    """A list needs at least one entry."""
    if not items:
        found.add(name, "is empty; at least one is needed")


_NO_MOMENT = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
