"""The values of settings as they stand in a file and in variables, each judged by the kind of its setting."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doorstroom_client.config.table import PREFIX, SETTINGS, Setting
from doorstroom_client.parties.certificate import warn_when_shared
from doorstroom_client.store.location import is_address

BY_NAME = {setting.name: setting for setting in SETTINGS}
"""The settings by name."""
_SECTIONS = {setting.section for setting in SETTINGS}


class Collected:
    """Collects values, and what is wrong with them, so that one error can name everything.

    Args:
        folder: paths in the file are taken from here.

    Attributes:
        sections: the values of each section that stands there once; those at the top under the empty name.
        lists: the values of each section that may stand there several times.
        problems: the setting and what is wrong with it.
        holds_secret: whether the file holds one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sections: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.problems: list[tuple[str, str]] = []
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
        known = {setting.variable: setting for setting in SETTINGS if setting.variable}
        for variable in sorted(name for name in env if name.startswith(PREFIX) and name != f"{PREFIX}CONFIG"):
            setting = known.get(variable)
            secret = known.get(variable.removesuffix("_FILE")) if variable.endswith("_FILE") else None
            if setting:
                self._put(setting, self._from_text(setting, env[variable]))
            elif secret and secret.from_file:
                if secret.variable in env:
                    self.problems.append((secret.name, f"{secret.variable} and {variable} are both set; use one"))
                self._put(secret, self._secret_from(secret, env[variable]))
            else:
                self.problems.append((variable, "is not a variable of this library"))

    def has_problem(self, path: str) -> bool:
        """Whether something is wrong with a setting, or with one within its section."""
        return any(name == path or name.startswith((f"{path}.", f"{path}[")) for name, _ in self.problems)

    def _section(self, section: str, value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            self.problems.append((path, "must be a section with settings of its own"))
            return {}
        found: dict[str, Any] = {}
        for key, item in value.items():
            name = f"{section}.{key}" if section else str(key)
            setting = BY_NAME.get(name)
            if setting is None:
                self.problems.append((f"{path}.{key}" if path else str(key), f"is not a setting{_close_to(section, str(key))}"))
            else:
                self.holds_secret = self.holds_secret or setting.secret or (setting.kind == "place" and is_address(item))
                found[setting.key] = self._checked(setting, item, f"{path}.{key}" if path else str(key))
        return found

    def _checked(self, setting: Setting, value: Any, path: str) -> Any:
        kinds: dict[str, tuple[type, ...]] = {
            "number": (int, float),
            "flag": (bool,),
            "texts": (list,),
            "paths": (str, list),
            "day": (dt.date,),
        }
        allowed = kinds.get(setting.kind, (str,))
        odd = (setting.kind == "number" and not _is_number(value)) or isinstance(value, dt.datetime)
        odd = odd or (isinstance(value, list) and not all(isinstance(item, str) for item in value))
        if not isinstance(value, allowed) or odd:
            what = {"texts": "list of texts", "paths": "path or a list of paths"}.get(setting.kind, setting.kind)
            self.problems.append((path, f"must be a {what}, written as TOML writes one"))
            return None
        if setting.kind in ("path", "paths", "place") and any("\0" in str(item) for item in _as_list(value)):
            self.problems.append((path, "holds a character that no path can have"))
            return None
        if setting.kind == "path" or (setting.kind == "place" and not is_address(value)):
            return self._folder / str(value)
        if setting.kind == "paths":
            return tuple(self._folder / str(item) for item in _as_list(value))
        return tuple(value) if isinstance(value, list) else value

    def _from_text(self, setting: Setting, text: str) -> Any:
        if setting.kind == "number":
            try:
                if _is_number(float(text)):
                    return float(text)
                raise ValueError
            except ValueError:
                self.problems.append((setting.variable or setting.name, "must be a number"))
                return None
        if setting.kind == "flag":
            if text.lower() not in ("1", "0", "true", "false", "yes", "no"):
                self.problems.append((setting.variable or setting.name, "must be true or false"))
            return text.lower() in ("1", "true", "yes")
        if setting.kind == "path" or (setting.kind == "place" and not is_address(text)):
            return Path(text)
        if setting.kind == "texts":
            return tuple(item.strip() for item in text.split(",") if item.strip())
        return tuple(Path(item) for item in text.split(os.pathsep)) if setting.kind == "paths" else text

    def _secret_from(self, setting: Setting, name: str) -> str | None:
        file = Path(name)
        try:
            text = file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            self.problems.append((setting.name, f"the file that {setting.variable}_FILE names cannot be read"))
            return None
        warn_when_shared(file, "a secret")
        return text

    def _put(self, setting: Setting, value: Any) -> None:
        self.sections.setdefault(setting.section, {})[setting.key] = value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _close_to(section: str, key: str) -> str:
    import difflib

    close = difflib.get_close_matches(key, [item.key for item in SETTINGS if item.section == section], 1)
    return f'; did you mean "{close[0]}"?' if close else ""
