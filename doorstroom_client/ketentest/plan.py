"""Reads the plan of a test with a partner, and names every place that is not in order."""

from __future__ import annotations

import datetime as dt
import difflib
import fnmatch
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from doorstroom_client.errors import ConfigurationError, Problem
from doorstroom_client.ketentest.agreed import FILE as FILE
from doorstroom_client.ketentest.agreed import OF_A_SUPPLIER, TERMS, YEARS, YEARS_RULE
from doorstroom_client.ketentest.agreed import Bekend as Bekend
from doorstroom_client.ketentest.agreed import Plan as Plan
from doorstroom_client.ketentest.agreed import Uitstel as Uitstel
from doorstroom_client.ketentest.arrangements import ARRANGEMENTS, CERTIFICATES
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import REGISTER

T = TypeVar("T")
Kinds = Mapping[str, type]
_HINT = "All names that a plan may hold stand in one that doorstroom ketentest new writes"


def read_plan(folder: Path, *, draft: bool = False) -> Plan:
    """Read the plan of a test.

    Args:
        folder: where ``plan.toml`` stands.
        draft: whether places that a person has yet to fill in may be empty: for what is not played yet.

    Raises:
        ConfigurationError: it is not there or not in order; names every place.
    """
    path = folder / FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot read {path}: {error.strerror}"
        raise ConfigurationError(problem, setting=FILE, hint="Make one with doorstroom ketentest new") from None
    return plan_of(folder, content, draft=draft)


def plan_of(folder: Path, content: bytes, *, draft: bool = False) -> Plan:
    """The plan that a file holds, also when it is not written yet.

    Args:
        folder: where it stands, or is going to stand.
        content: of the file.
        draft: as for `read_plan`.

    Raises:
        ConfigurationError: it is not in order; names every place.
    """
    try:
        text = content.decode("utf-8-sig")
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{folder / FILE} is not valid TOML: {error}", setting=FILE, hint=_HINT) from None
    return _Reading(folder, document, text, draft=draft).plan()


class _Reading:
    """Takes a plan in, and collects what is wrong with it."""

    def __init__(self, folder: Path, document: Mapping[str, Any], text: str, *, draft: bool) -> None:
        self._folder = folder
        self._text = text
        self._draft = draft
        self._document = document
        self._problems: list[Problem] = []
        self._open = False

    def plan(self) -> Plan:
        """The whole.

        Raises:
            ConfigurationError: names every place that is not in order.
        """
        self._only_known(self._document, "", _KINDS)
        made: dict[str, Any] = {}
        for name, (kind, required) in _KINDS.items():
            if name not in self._document:
                if required:
                    self._problems.append(Problem(name, f"is missing ({required})"))
            elif not _is(kind, self._document[name]):
                self._problems.append(Problem(name, f"must be {_IN_WORDS[kind]}"))
            else:
                made[name] = self._document[name]
                if name in _FILES and "\0" in made[name]:
                    self._problems.append(Problem(name, "is no name of a file"))
                if name == "simulator" and not made[name].strip():
                    self._problems.append(Problem(name, "is empty: put # before it when nothing is simulated"))
                if required and self._document[name] == "":
                    self._empty(name, required)
        makers: dict[str, Callable[[Any], Any]] = {
            "config": lambda value: self._folder / value,
            "simulator": lambda value: self._folder / value,
            "rollen": self._rollen,
            "scenarios": self._scenarios,
            "uiterlijk": self._uiterlijk,
            "opstelling": self._opstelling,
            "bekend": self._bekend,
            "uitstel": lambda items: self._each(Uitstel, items, "uitstel", _UITSTEL, may_lack="einde"),
        }
        made.update({name: make(made[name]) for name, make in makers.items() if name in made})
        self._days(made)
        if self._problems:
            text = "; ".join(map(str, self._problems))
            hint = f"Open {self._folder / FILE} and fill in what is marked" if self._open else _HINT
            raise ConfigurationError(
                f"{self._folder / FILE}: {text}", setting=self._problems[0].path, hint=hint, problems=tuple(self._problems)
            )
        return Plan(folder=self._folder, **made)

    def _rollen(self, names: list[Any]) -> tuple[Rol, ...]:
        known = {rol.value for rol in OF_A_SUPPLIER}
        for at, name in enumerate(names):
            if not isinstance(name, str) or name not in known:
                self._problems.append(Problem(f"rollen[{at}]", f"must be one of {', '.join(sorted(known))}"))
        return tuple(Rol(name) for name in names if isinstance(name, str) and name in known)

    def _uiterlijk(self, terms: dict[str, Any]) -> Mapping[str, int]:
        self._only_known(terms, "uiterlijk.", TERMS)
        for name, days in terms.items():
            if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 60:
                self._problems.append(Problem(f"uiterlijk.{name}", "must be a number of working days, 0 to 60"))
        return {**TERMS, **terms}

    def _scenarios(self, items: list[Any]) -> tuple[str, ...]:
        ids = [item.id for item in REGISTER if item.rol in (Rol.VOORAF, *OF_A_SUPPLIER)]
        for at, item in enumerate(items):
            if not isinstance(item, str):
                self._problems.append(Problem(f"scenarios[{at}]", 'must be text, such as "TS-2*"'))
            elif not fnmatch.filter(ids, item):
                self._problems.append(Problem(f"scenarios[{at}]", "fits no scenario of a supplier"))
        return tuple(item for item in items if isinstance(item, str))

    def _opstelling(self, states: dict[str, Any]) -> Mapping[str, Any]:
        self._only_known(states, "opstelling.", {"school": "", **ARRANGEMENTS, **CERTIFICATES})
        for name, value in states.items():
            if value == "":
                what = (
                    "the test school, as in the configuration"
                    if name == "school"
                    else "put # before it when it is not arranged"
                )
                self._empty(f"opstelling.{name}", what)
        return states

    def _bekend(self, items: list[Any]) -> tuple[Bekend, ...]:
        found = self._each(Bekend, items, "bekend", _BEKEND, may_lack="eis")
        known = {item.id: item.eisen for item in REGISTER}
        for item in found:
            # A slip in either would mean that nothing is known, and that nobody hears of it.
            if item.scenario not in known:
                self._problems.append(Problem("bekend", f'there is no scenario "{item.scenario}"'))
            elif item.eis and item.eis not in known[item.scenario]:
                self._problems.append(Problem("bekend", f'{item.scenario} does not check "{item.eis}"'))
        return found

    def _each(self, made: Callable[..., T], items: list[Any], name: str, kinds: Kinds, may_lack: str) -> tuple[T, ...]:
        found: list[T] = []
        for at, item in enumerate(items):
            path = f"{name}[{at}]"
            if not isinstance(item, dict):
                self._problems.append(Problem(path, f"must be a section of its own, [[{name}]]"))
                continue
            self._only_known(item, f"{path}.", kinds)
            here = [(one, kind) for one, kind in kinds.items() if one in item or one != may_lack]
            wrong = [one for one, kind in here if not _is(kind, item.get(one))]
            self._problems += [Problem(f"{path}.{one}", f"must be {_IN_WORDS[kinds[one]]}") for one in wrong]
            if not wrong:
                found.append(made(**{one: value for one, value in item.items() if one in kinds}))
        return tuple(found)

    def _days(self, made: Mapping[str, Any]) -> None:
        begin, end = made.get("begin"), made.get("einde")
        named = [("begin", begin), ("einde", end)]
        for at, item in enumerate(made.get("uitstel", ())):
            if item.naar <= item.van:  # it would bring the test forward
                self._problems.append(Problem(f"uitstel[{at}].naar", "must be later than van"))
            named += [(f"uitstel[{at}].{name}", getattr(item, name)) for name in ("op", "van", "naar", "einde")]
        for name, day in named:
            if day is not None and day.year not in YEARS:
                self._problems.append(Problem(name, YEARS_RULE))
        if begin is not None and end is not None and end < begin:
            self._problems.append(Problem("einde", "is before begin"))
        if (begin is None) != (end is None):
            self._problems.append(Problem("begin", "and einde go together"))

    def _empty(self, path: str, what: str) -> None:
        """Tell of a place that is still to be filled in, with the line on which it stands."""
        if not self._draft:
            self._open, name = True, path.rpartition(".")[2]
            lines = self._text.split("\n")  # an editor counts no other line ends
            at = next((at for at, line in enumerate(lines, start=1) if re.match(rf"\s*{re.escape(name)}\s*=", line)), 0)
            where = f" (line {at})" if at else ""
            self._problems.append(Problem(f"{path}{where}", f"is still empty: {what}"))

    def _only_known(self, names: Mapping[str, Any], path: str, known: Mapping[str, Any]) -> None:
        for name in names:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                more = f'; did you mean "{close[0]}"?' if close else ""
                self._problems.append(Problem(f"{path}{name}", f"is no name that a plan has{more}"))


_KINDS: Mapping[str, tuple[type, str]] = {
    "leverancier": (str, "toetssoort, name or OIN of a configured supplier"),
    "config": (str, "the configuration file of the test, from this folder"),
    "rollen": (list, "which halves are tested, such as toetssysteem and terugweg"),
    "omgeving": (str, 'typed by hand: "test"'),
    "host": (str, "typed by hand: host name of the test server of the supplier"),
    "kenmerk": (str, ""),
    "scenarios": (list, ""),
    "begin": (dt.date, ""),
    "einde": (dt.date, ""),
    "contact": (str, ""),
    "contact_las": (str, ""),
    "versie_leverancier": (str, ""),
    "versie_las": (str, ""),
    "uiterlijk": (dict, ""),
    "opstelling": (dict, ""),
    "bekend": (list, ""),
    "uitstel": (list, ""),
    "simulator": (str, ""),
}
_FILES = ("config", "simulator")
_BEKEND: Kinds = {"scenario": str, "eis": str, "tot": dt.date, "reden": str}
_UITSTEL: Kinds = {"op": dt.date, "van": dt.date, "naar": dt.date, "einde": dt.date, "reden": str}
_IN_WORDS: Mapping[type, str] = {
    str: "text",
    list: "a list",
    dict: "a section with names",
    dt.date: "a day, 2026-12-15",
}


def _is(kind: type, value: object) -> bool:
    """Whether a value is of a kind; a moment is no day, though Python says that it is one."""
    return type(value) is dt.date if kind is dt.date else isinstance(value, kind)
