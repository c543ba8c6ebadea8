"""Reads back what a comparison needs of a report: a file of somebody else, so nothing in it is trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import MessageError, Problem, StoreError
from doorstroom_client.ketentest.report.as_json import SOORT, VERSIE
from doorstroom_client.ketentest.report.verslag import Richting
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.verdicts import Oordeel

T = TypeVar("T")
_HINT = "Name two files rapport.json of this version of the program"
_CHECKSUM = re.compile(r"[0-9a-f]{16}")


@frozen(kw_only=True)
class Gezien:
    """A message as one report has it.

    Attributes:
        number: of the message in that report.
        richting: which way it went.
        scenario: id of the scenario in which it stands first.
        rol: which half of which party that scenario tests.
        method: of HTTP.
        path: without the base URL.
        sha256: of the body, the first 16 digits; empty without one.
        moment: when.
        status: of the answer; 0 when there was none.
        went_out: whether any byte of it went over the line.
    """

    number: int
    richting: Richting
    scenario: str
    rol: Rol
    method: str
    path: str
    sha256: str
    moment: str
    status: int
    went_out: bool


@frozen(kw_only=True)
class GelezenRapport:
    """What a comparison needs of a report.

    Attributes:
        name: of the file.
        roles: of its scenarios.
        messages: its messages.
        verdicts: of each scenario.
    """

    name: str
    roles: frozenset[Rol]
    messages: tuple[Gezien, ...]
    verdicts: Mapping[str, Oordeel]


def read_report(path: Path) -> GelezenRapport:
    """Read what a comparison needs of a report.

    Args:
        path: ``rapport.json``.

    Raises:
        StoreError: the file cannot be read.
        MessageError: it is no report, of another version, or damaged.
    """
    name = str(path)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # a name with a null character is a ValueError
        reason = getattr(error, "strerror", None) or "the name is none of a file"
        raise StoreError(f"cannot read {name}: {reason}", hint=_HINT) from None
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _no_report(name, "the file", "is no JSON") from None
    return report_in(document, name)


def report_in(document: object, name: str) -> GelezenRapport:
    """What a comparison needs of a report that was read.

    Args:
        document: the JSON.
        name: of its file, for errors.

    Raises:
        MessageError: it is no report, of another version, or damaged.
    """
    if not isinstance(document, dict) or document.get("soort") != SOORT:
        raise _no_report(name, "soort", f"is not {SOORT}")
    version = document.get("versie")
    if isinstance(version, bool) or version != VERSIE:
        raise _no_report(name, "versie", f"is not {VERSIE}, the one that this program reads")
    reader = _Reader(name)
    scenarios = [(f"scenarios[{at}]", item) for at, item in enumerate(reader.items(document, "scenarios"))]
    messages = [(f"berichten[{at}]", item) for at, item in enumerate(reader.items(document, "berichten"))]
    return GelezenRapport(
        name=name,
        roles=frozenset(reader.one_of(Rol, item, "rol", place) for place, item in scenarios),
        messages=tuple(reader.message(item, place) for place, item in messages),
        verdicts={reader.text(item, "id", place): reader.one_of(Oordeel, item, "oordeel", place) for place, item in scenarios},
    )


class _Reader:
    """Takes values out of a report, and names the place of one that is not what it has to be."""

    def __init__(self, name: str) -> None:
        self._name = name

    def items(self, data: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
        found: list[Any] = self._of(list, data, key, "", "a list")
        for at, item in enumerate(found):
            if not isinstance(item, dict):
                raise _no_report(self._name, f"{key}[{at}]", "is no object")
        return found

    def text(self, data: Mapping[str, Any], key: str, place: str) -> str:
        return self._of(str, data, key, place, "text")

    def number(self, data: Mapping[str, Any], key: str, place: str) -> int:
        """A whole number; null is 0."""
        found = 0 if data.get(key, ...) is None else data.get(key)
        if isinstance(found, bool) or not isinstance(found, int):
            raise _no_report(self._name, f"{place}.{key}", "is no whole number")
        return found

    def one_of(self, kind: type[T], data: Mapping[str, Any], key: str, place: str) -> T:
        """A value of a list of values."""
        try:
            return kind(self.text(data, key, place))  # type: ignore[call-arg]
        except ValueError:
            raise _no_report(self._name, f"{place}.{key}", "has a value that is not known") from None

    def message(self, data: Mapping[str, Any], place: str) -> Gezien:
        sha256 = "" if data.get("sha256_16", ...) is None else self.text(data, "sha256_16", place)
        if sha256 and not _CHECKSUM.fullmatch(sha256):
            raise _no_report(self._name, f"{place}.sha256_16", "is no checksum")
        return Gezien(
            number=self.number(data, "nummer", place),
            richting=self.one_of(Richting, data, "richting", place),
            scenario=self.text(data, "scenario", place),
            rol=self.one_of(Rol, data, "rol", place),
            method=self.text(data, "methode", place),
            path=self.text(data, "pad", place),
            sha256=sha256,
            moment=self.text(data, "moment", place),
            status=self.number(data, "status", place),
            went_out=self._of(bool, data, "verstuurd", place, "true or false"),
        )

    def _of(self, kind: type[T], data: Mapping[str, Any], key: str, place: str, what: str) -> T:
        found = data.get(key)
        if not isinstance(found, kind):
            raise _no_report(self._name, f"{place}.{key}".lstrip("."), f"is not {what}")
        return found


def _no_report(name: str, place: str, text: str) -> MessageError:
    return MessageError([Problem(place, text)], what=name, hint=_HINT)
