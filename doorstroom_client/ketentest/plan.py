"""The plan of a test with a partner: a file that both sides can read, with Dutch names."""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, Problem
from doorstroom_client.ketentest.scenario import Rol

FILE = "plan.toml"
"""The name of the file in the folder of a test."""
OF_A_SUPPLIER = (Rol.TOETSSYSTEEM, Rol.TERUGWEG)
"""The halves of a supplier, which a plan is about."""
TERMS: Mapping[str, int] = {"resultaten": 5, "correctie": 5, "antwoord": 3}
"""Working days that the other side has when the plan does not say otherwise."""
_HINT = "The names that a plan may hold stand in the reference of the chain test"


@frozen(kw_only=True)
class Bekend:
    """A deviation that both sides know of, until a day.

    Attributes:
        scenario: id of the scenario.
        eis: id of the requirement; empty for all of the scenario.
        tot: the last day on which it is no news.
        reden: why, and what is done about it.
    """

    scenario: str
    tot: dt.date
    reden: str
    eis: str = ""


@frozen(kw_only=True)
class Plan:
    """What was agreed with a partner.

    Attributes:
        folder: where the plan stands, and what comes of it.
        leverancier: the supplier, as in the configuration.
        config: the configuration of the test.
        rollen: which halves of the supplier are tested.
        omgeving: ``test``, typed by hand.
        host: the host name of the supplier's test server, typed by hand.
        contact: who is asked.
        versie_leverancier: what runs there.
        versie_las: what runs here.
        uiterlijk: how many working days each term is.
        opstelling: the states that the other side has set, by their key.
        bekend: known deviations.
        simulator: file with the control address of a simulator that plays the supplier; None for a real one.
    """

    folder: Path
    leverancier: str
    config: Path
    rollen: tuple[Rol, ...]
    omgeving: str
    host: str
    contact: str = ""
    versie_leverancier: str = ""
    versie_las: str = ""
    uiterlijk: Mapping[str, int] = field(default_factory=lambda: TERMS)
    opstelling: Mapping[str, Any] = field(default_factory=dict[str, Any])
    bekend: tuple[Bekend, ...] = ()
    simulator: Path | None = None


def read_plan(folder: Path) -> Plan:
    """Read the plan of a test.

    Args:
        folder: where ``plan.toml`` stands.

    Raises:
        ConfigurationError: it is not there or not in order; names every place.
    """
    path = folder / FILE
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        problem = f"cannot read {path}: {error.strerror}"
        raise ConfigurationError(problem, setting=FILE, hint="Make one with doorstroom ketentest new") from None
    except ValueError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}", setting=FILE, hint=_HINT) from None
    return _Reading(folder, document).plan()


class _Reading:
    """Takes a plan in, and collects what is wrong with it."""

    def __init__(self, folder: Path, document: Mapping[str, Any]) -> None:
        self._folder = folder
        self._document = document
        self._problems: list[Problem] = []

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
            elif not isinstance(self._document[name], kind):
                self._problems.append(Problem(name, f"must be {_IN_WORDS[kind]}"))
            else:
                made[name] = self._document[name]
        makers: dict[str, Callable[[Any], Any]] = {
            "config": lambda value: self._folder / value,
            "simulator": lambda value: self._folder / value,
            "rollen": self._rollen,
            "uiterlijk": self._uiterlijk,
            "bekend": self._bekend,
        }
        made.update({name: make(made[name]) for name, make in makers.items() if name in made})
        if self._problems:
            text = "; ".join(map(str, self._problems))
            raise ConfigurationError(
                f"{self._folder / FILE}: {text}", setting=self._problems[0].path, hint=_HINT, problems=tuple(self._problems)
            )
        return Plan(folder=self._folder, **made)

    def _rollen(self, names: list[Any]) -> tuple[Rol, ...]:
        known = {rol.value for rol in OF_A_SUPPLIER}
        for at, name in enumerate(names):
            if name not in known:
                self._problems.append(Problem(f"rollen[{at}]", f"must be one of {', '.join(sorted(known))}"))
        return tuple(Rol(name) for name in names if name in known)

    def _uiterlijk(self, terms: dict[str, Any]) -> Mapping[str, int]:
        self._only_known(terms, "uiterlijk.", TERMS)
        for name, days in terms.items():
            if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 60:
                self._problems.append(Problem(f"uiterlijk.{name}", "must be a number of working days, 0 to 60"))
        return {**TERMS, **terms}

    def _bekend(self, items: list[Any]) -> tuple[Bekend, ...]:
        made: list[Bekend] = []
        for at, item in enumerate(items):
            path = f"bekend[{at}]"
            if not isinstance(item, dict):
                self._problems.append(Problem(path, "must be a section of its own, [[bekend]]"))
                continue
            self._only_known(item, f"{path}.", _BEKEND)
            wrong = [name for name, kind in _BEKEND.items() if name != "eis" and type(item.get(name)) is not kind]
            self._problems += [Problem(f"{path}.{name}", f"must be {_IN_WORDS[_BEKEND[name]]}") for name in wrong]
            if not wrong:
                made.append(Bekend(**{name: value for name, value in item.items() if name in _BEKEND}))
        return tuple(made)

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
    "contact": (str, ""),
    "versie_leverancier": (str, ""),
    "versie_las": (str, ""),
    "uiterlijk": (dict, ""),
    "opstelling": (dict, ""),
    "bekend": (list, ""),
    "simulator": (str, ""),
}
_BEKEND: Mapping[str, type] = {"scenario": str, "eis": str, "tot": dt.date, "reden": str}
_IN_WORDS: Mapping[type, str] = {
    str: "text",
    list: "a list",
    dict: "a section with names",
    dt.date: "a day, 2026-12-15",
}
