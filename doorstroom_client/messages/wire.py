"""What the messages that go out have in common: frozen models with the standard's names that show no pupil in a repr."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

from doorstroom_client.messages.bsn import looks_like_bsn
from doorstroom_client.messages.findings import Findings
from doorstroom_client.messages.identifiers import EckId, Identifier, LasKey, TestEckId
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Identiteitsoort


def _utc_text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


Tijdstip = Annotated[dt.datetime, PlainSerializer(_utc_text, return_type=str)]
"""A moment, written in UTC with ``Z`` and whole seconds (quirk Q15)."""


class WireModel(BaseModel):
    """Base of every part of an outgoing message: frozen, closed, and silent about its content."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__

    def __repr_args__(self) -> tuple[()]:
        """Keep pydantic's other ways of showing a model (rich, pretty printers) silent too."""
        return ()


class DeelnemerIdentiteitEntry(WireModel):
    """One identity of a pupil."""

    label: Identiteitsoort
    onderwijsdeelnemerID: str


class Deelnemersgroep(WireModel):
    """The administration that a list is about."""

    instellingscode: str
    vestigingscode: str
    onderwijsaanbiedercode: str
    onderwijslocatiecode: str
    administratienr: str


class Jaargroepniveau(WireModel):
    """Level of a group or a pupil."""

    label: Literal["Jaargroep"] = "Jaargroep"
    niveau: str


def deelnemersgroep_of(school: School) -> Deelnemersgroep:
    """The codes of `school` as they stand in a message."""
    return Deelnemersgroep(
        instellingscode=school.instellingscode,
        vestigingscode=school.vestigingscode,
        onderwijsaanbiedercode=school.onderwijsaanbiedercode,
        onderwijslocatiecode=school.onderwijslocatiecode,
        administratienr=school.administratienr,
    )


class Identities:
    """Checks the identities of all pupils in one list: form, at least one, and no pupil twice."""

    def __init__(self, found: Findings, *, test_identities: bool, las_key_reden: str = "") -> None:
        self._found = found
        self._may_look_like_bsn = bool(las_key_reden.strip())
        self._eck_kind: type[Identifier] = TestEckId if test_identities else EckId
        self._seen: dict[tuple[Identiteitsoort, str], str] = {}

    def entries(self, leerling: object, path: str) -> tuple[DeelnemerIdentiteitEntry, ...]:
        """The 1 or 2 identities of `leerling`, ECK-iD first (quirks Q10 and Q11)."""
        if not isinstance(leerling, Leerling):
            self._found.add(path, "expected a Leerling")
            return ()
        entries = [
            self._entry(Identiteitsoort.ECK_ID, self._eck_kind, leerling.eck_id, f"{path}.eck_id"),
            self._entry(Identiteitsoort.LAS_KEY, LasKey, leerling.las_key, f"{path}.las_key"),
        ]
        if leerling.eck_id is None and leerling.las_key is None:
            self._found.add(path, "has no identity; give eck_id, or las_key for a pupil without ECK-iD")
        return tuple(entry for entry in entries if entry is not None)

    def _entry(
        self, label: Identiteitsoort, kind: type[Identifier], value: object, path: str
    ) -> DeelnemerIdentiteitEntry | None:
        if value is None:
            return None
        if not kind.fits(value):
            self._found.add(path, kind.rule)
            return None
        text = str(value)
        excused = self._may_look_like_bsn and label is Identiteitsoort.LAS_KEY
        if looks_like_bsn(text) and not excused:
            self._found.add(
                path,
                "looks like a citizen service number (BSN), which may never be sent; if it is a LAS-key all the same, say "
                "so with las_key_reden",
            )
        first = self._seen.setdefault((label, text), path)
        if first != path:
            self._found.add(path, f"is the same as {first}; a pupil may stand in a list once")
        return DeelnemerIdentiteitEntry(label=label, onderwijsdeelnemerID=text)


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
