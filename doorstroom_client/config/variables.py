"""Settings from environment variables, and which unknown ones are meant for us."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from doorstroom_client.config.secret_files import FROM_FILE, read_secret
from doorstroom_client.config.setting_problem import SettingProblem
from doorstroom_client.config.table import PREFIX, SETTINGS, Setting
from doorstroom_client.store.location import is_address

_CONFIG = f"{PREFIX}CONFIG"
_FROM_FILE = FROM_FILE.upper()
_NEAR = 0.8
"""How alike a name has to be to one of ours to be taken for a slip of it."""
_KNOWN = {setting.variable: setting for setting in SETTINGS if setting.variable}
_SEVERAL = {f"{PREFIX}{item.section.removesuffix('[]').upper()}": item.section for item in SETTINGS if item.variable is None}
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")
_FLAG, _NUMBER = 'must be one of "true", "1", "yes", "false", "0" and "no"', "must be a number"


Given = tuple[Setting, Any, str]
"""A setting with its value, and the variable that gave it."""


class UnknownVariableWarning(UserWarning):
    """A variable starts as ours do, and is none of them: another program's, or a setting under a name that there is not."""


def read_variables(env: Mapping[str, str]) -> Iterator[Given | SettingProblem]:
    """The settings that variables give, and what is wrong with them; a value of None has a problem.

    Args:
        env: all variables of the process.
    """
    for name in sorted(item for item in env if item.startswith(PREFIX) and item != _CONFIG):
        if name in _KNOWN:
            yield from _read(_KNOWN[name], name, env[name])
        elif (secret := _secret_of(name)) is not None:
            if secret.variable in env:
                text = f"{secret.variable} and {name} are both set; use one"
                yield SettingProblem(secret.name, text, name)
            yield from _read_secret(secret, name, env[name])
        elif unknown := _why_unknown(name):
            yield SettingProblem(name, unknown, name)
        else:
            text = f"the variable {name} is no setting and is not read; all settings: doorstroom config show"
            warnings.warn(text, UnknownVariableWarning, stacklevel=2)


def is_number(value: object) -> bool:
    """Whether it is a number that can be counted with."""
    import math

    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number that no float can be
        return False


def _secret_of(name: str) -> Setting | None:
    found = _KNOWN.get(name.removesuffix(_FROM_FILE)) if name.endswith(_FROM_FILE) else None
    return found if found is not None and found.from_file else None


def _why_unknown(name: str) -> str:
    """What is wrong with a name that is meant for us; empty when it is another program's."""
    section = next((several for start, several in _SEVERAL.items() if name == start or name.startswith(f"{start}_")), "")
    if section:
        return f"cannot be given by a variable: write it in the file, under [[{section.removesuffix('[]')}]]"
    without = name.removesuffix(_FROM_FILE)
    if without in _KNOWN:
        return f"does not exist, as this is no secret: set {without} itself"
    files = [f"{item.variable}{_FROM_FILE}" for item in SETTINGS if item.variable and item.from_file]
    names = [item.removeprefix(PREFIX) for item in (*_KNOWN, *files, _CONFIG)]
    near = get_close_matches(name.removeprefix(PREFIX).upper(), names, 1, _NEAR)
    return f"is not a variable of this library; did you mean {PREFIX}{near[0]}?" if near else ""


def _read(setting: Setting, name: str, text: str) -> Iterator[Given | SettingProblem]:
    if setting.kind in ("path", "paths", "place") and not all(text.split(os.pathsep) if setting.kind == "paths" else [text]):
        yield SettingProblem(setting.name, "holds an empty path; give one, or leave the variable out", name)
        yield setting, None, name
        return
    value = from_text(setting, text)
    if value is None:
        yield SettingProblem(setting.name, _FLAG if setting.kind == "flag" else _NUMBER, name)
    yield setting, value, name


def from_text(setting: Setting, text: str) -> Any:
    """The value of a text; None when it is none of its kind."""
    if setting.kind == "number":
        try:
            plain = text.isascii() and "_" not in text  # Python takes more for a number than people write
            return float(text) if plain and is_number(float(text)) else None
        except ValueError:
            return None
    if setting.kind == "flag":
        return text.lower() in _YES if text.lower() in (*_YES, *_NO) else None
    if setting.kind == "path" or (setting.kind == "place" and not is_address(text)):
        return Path(text)
    if setting.kind == "texts":
        return tuple(item.strip() for item in text.split(",") if item.strip())
    return tuple(Path(item) for item in text.split(os.pathsep)) if setting.kind == "paths" else text


def _read_secret(setting: Setting, variable: str, name: str) -> Iterator[Given | SettingProblem]:
    value, problem = read_secret(Path(name), variable)
    if problem:
        yield SettingProblem(setting.name, problem, variable)
    yield setting, value, variable
