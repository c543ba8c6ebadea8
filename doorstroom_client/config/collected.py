"""The values of settings as they stand in a file and in variables, each judged by the kind of its setting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from doorstroom_client.config.secret_files import FROM_FILE, read_secret
from doorstroom_client.config.setting_problem import SettingProblem
from doorstroom_client.config.table import SETTINGS, Setting
from doorstroom_client.config.toml_lines import line_of, lines_of
from doorstroom_client.config.variables import is_number, read_variables
from doorstroom_client.store.location import is_address

BY_NAME = {setting.name: setting for setting in SETTINGS}
"""The settings by name."""
_SECTIONS = {setting.section for setting in SETTINGS}
_ALLOWED: Mapping[str, tuple[type, ...]] = {
    "number": (int, float),
    "flag": (bool,),
    "texts": (list,),
    "paths": (str, list),
    "day": (dt.date,),
}
_AS_TOML: Mapping[str, str] = {
    "text": 'must be a text between quotes, like "…"',
    "path": 'must be a path between quotes, like "…"',
    "place": 'must be a path or an address between quotes, like "…"',
    "number": "must be a number without quotes, like 30",
    "flag": "must be true or false, without quotes",
    "day": "must be a day without quotes, like 2026-12-07",
    "texts": 'must be a list of texts, like ["…", "…"]',
    "paths": 'must be a path or a list of paths, like "…" or ["…", "…"]',
}
"""How a value of each kind is written in the file."""


class Collected:
    """Collects values, and what is wrong with them, so that one error can name everything.

    Args:
        folder: paths in the file are taken from here.

    Attributes:
        text: the file, in which problems are looked up; empty when there is none.
        sections: the values of each section that stands there once; those at the top under the empty name.
        lists: the values of each section that may stand there several times.
        problems: what is wrong, as it was found.
        holds_secret: whether the file holds one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.text = ""
        self._variables: dict[str, str] = {}
        self.sections: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.problems: list[SettingProblem] = []
        self.holds_secret: bool = False

    def take_document(self, document: Mapping[str, Any]) -> None:
        """Take the values of a TOML document."""
        for name, value in document.items():
            if f"{name}[]" in _SECTIONS:
                items = value if isinstance(value, list) else [value]
                self.lists[name] = [self._section(f"{name}[]", item, f"{name}[{at}]") for at, item in enumerate(items)]
            elif name in _SECTIONS:
                self.sections[name] = self._section(name, value, name)
            else:
                self.sections.setdefault("", {}).update(self._section("", {name: value}, ""))

    def take_environment(self, env: Mapping[str, str]) -> None:
        """Take the values of the variables; they win."""
        for found in read_variables(env):
            if isinstance(found, SettingProblem):
                self.problems.append(found)
                self._variables[found.path] = found.source
            else:
                setting, value, variable = found
                self._variables.setdefault(setting.name, variable)
                self.sections.setdefault(setting.section, {})[setting.key] = value
                # What the file had is not used, so nothing is wrong with it.
                unused = (setting.name, setting.name + FROM_FILE)
                self.problems = [item for item in self.problems if item.path not in unused or item.source]

    def note(self, path: str, text: str, hint: str = "") -> None:
        """Note what is wrong with a setting."""
        self.problems.append(SettingProblem(path, text, hint=hint))

    def has_problem(self, path: str) -> bool:
        """Whether something is wrong with a setting, or with one within its section."""
        names = (item.path for item in self.problems)
        return any(name == path or name.startswith((f"{path}.", f"{path}[")) for name in names)

    def placed(self) -> Sequence[SettingProblem]:
        """All problems with where each stands, in the order of the file; those of variables come last."""
        lines = lines_of(self.text)
        found = [self._placed(item, lines) for item in dict.fromkeys(self.problems)]
        return sorted(found, key=lambda item: (bool(item.source) and item.line is None, item.line or 0))

    def _placed(self, problem: SettingProblem, lines: Mapping[str, int]) -> SettingProblem:
        variable = self._variables.get(problem.path, "")
        line = None if variable else line_of(problem.path, lines)
        return replace(problem, source=f"line {line}" if line else variable, line=line)

    def _section(self, section: str, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self.note(path, f"must be a section: {_spelled(section)} on a line of its own, and the settings under it")
            return {}
        found: dict[str, Any] = {}
        for key, item in value.items():
            name = f"{section}.{key}" if section else str(key)
            place = f"{path}.{key}" if path else str(key)
            setting, in_file = BY_NAME.get(name), BY_NAME.get(name.removesuffix(FROM_FILE))
            if setting is not None:
                self.holds_secret = self.holds_secret or setting.secret or (setting.kind == "place" and is_address(item))
                found[setting.key] = self._checked(setting, item, place)
            elif in_file is not None and in_file.from_file:
                found[in_file.key] = self._from_file(in_file, item, place, also=in_file.key in value)
            else:
                self.note(place, _unknown(section, str(key), item))
        return found

    def _from_file(self, setting: Setting, value: Any, path: str, *, also: bool) -> str | None:
        """What stands in the file that is named in place of the value."""
        if also:
            self.note(path, f"is given beside {setting.key}; use one")
        elif not isinstance(value, str):
            self.note(path, _AS_TOML["path"])
        else:
            text, problem = read_secret(self._folder / value, setting.name + FROM_FILE)
            if problem:
                self.note(path, problem)
            return text
        return None

    def _checked(self, setting: Setting, value: Any, path: str) -> Any:
        odd = (setting.kind == "number" and not is_number(value)) or isinstance(value, dt.datetime)
        odd = odd or (isinstance(value, list) and not all(isinstance(item, str) for item in value))
        if not isinstance(value, _ALLOWED.get(setting.kind, (str,))) or odd:
            self.note(path, _AS_TOML[setting.kind])
            return None
        if setting.kind in ("path", "paths", "place") and any("\0" in str(item) for item in _as_list(value)):
            self.note(path, "holds a character that no path can have")
            return None
        if setting.kind == "path" or (setting.kind == "place" and not is_address(value)):
            return self._folder / str(value)
        if setting.kind == "paths":
            return tuple(self._folder / str(item) for item in _as_list(value))
        return tuple(value) if isinstance(value, list) else value


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _unknown(section: str, key: str, value: Any) -> str:
    """That there is no such setting, with the nearest name, or the section to which it belongs."""
    is_section = isinstance(value, dict | list) and not section
    names = [name.removesuffix("[]") for name in _SECTIONS if name] if is_section else _keys_of(section)
    if close := get_close_matches(key, sorted(names), 1):
        return f'is not a setting; did you mean "{close[0]}"?'
    elsewhere = [item.section for item in SETTINGS if item.key == key and item.section != section]
    if len(elsewhere) == 1:
        where = f"under {_spelled(elsewhere[0])}" if elsewhere[0] else "at the top of the file"
        return f"is not a setting here; it belongs {where}"
    return "is not a setting"


def _keys_of(section: str) -> list[str]:
    return [item.key for item in SETTINGS if item.section == section]


def _spelled(section: str) -> str:
    return f"[[{section.removesuffix('[]')}]]" if section.endswith("[]") else f"[{section}]"
