"""Reads the settings of a client from a TOML file and environment variables, and checks them before anything is sent."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from doorstroom_client.config.assembling import Assembling
from doorstroom_client.config.collected import Collected
from doorstroom_client.config.setting_problem import SettingProblem
from doorstroom_client.config.settings import Settings
from doorstroom_client.config.table import PREFIX
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.setting_file import warn_when_shared

DEFAULT_FILE = "doorstroom.toml"
_ALL = "All settings: doorstroom config show"
_AT_LINE = re.compile(r" \(at line ([0-9]+), column ([0-9]+)\)$")


def load_settings(
    path: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    given: Collection[str] = (),
) -> Settings:
    """Read the file and the variables; variables win. No file of yours but this one and named secrets is opened.

    Args:
        path: the file; when left out, what ``DOORSTROOM_CONFIG`` names, else ``doorstroom.toml`` if it is here.
        environment: in place of ``os.environ``; for tests.
        given: names of arguments that the caller passes itself, and that may therefore be missing here.

    Raises:
        ConfigurationError: names every setting that is missing, unknown or unusable, each as a `SettingProblem`.
    """
    file, values = _filled(path, environment)
    settings = Assembling(values, given).settings()
    if settings is None:
        _raise_all(file, values.placed())
    return settings


def _filled(path: str | os.PathLike[str] | None, environment: Mapping[str, str] | None) -> tuple[Path | None, Collected]:
    """Take everything in. The values stay inside, so that no traceback of a problem with them shows a secret."""
    env = os.environ if environment is None else environment
    file = file_in_use(path, env)
    values = Collected(file.parent if file else Path())
    if file:
        error = _take_file(values, file)
        if error is not None:
            raise error
        if values.holds_secret:
            warn_when_shared(file, "a secret")
    values.take_environment(env)
    return file, values


def _raise_all(file: Path | None, problems: Sequence[SettingProblem]) -> NoReturn:
    of_file = file is not None and any(item.line for item in problems)
    raise ConfigurationError(
        "; ".join(map(str, problems)),
        setting=problems[0].path,
        hint=f"Repair {'these' if len(problems) > 1 else 'this'} in {file}. {_ALL}" if of_file else _ALL,
        problems=tuple(problems),
    )


def problems_in(text: str, folder: Path, environment: Mapping[str, str] | None = None) -> Sequence[SettingProblem]:
    """What would be wrong with a file of this text; no more than `load_settings` would tell.

    Args:
        text: a TOML document that can be parsed.
        folder: where the file is going to be.
        environment: in place of ``os.environ``; for tests.
    """
    return _tried(text, folder, environment)[1]


def settings_in(text: str, folder: Path, environment: Mapping[str, str] | None = None) -> Settings | None:
    """What a file of this text would give; None when something is wrong with it.

    Args:
        text: a TOML document that can be parsed.
        folder: where the file is going to be.
        environment: in place of ``os.environ``; for tests.
    """
    return _tried(text, folder, environment)[0]


def _tried(text: str, folder: Path, environment: Mapping[str, str] | None) -> tuple[Settings | None, Sequence[SettingProblem]]:
    import tomllib

    values = Collected(folder)
    values.text = text
    values.take_document(tomllib.loads(text))
    values.take_environment(os.environ if environment is None else environment)
    return Assembling(values, ()).settings(), values.placed()


def file_in_use(path: str | os.PathLike[str] | None = None, environment: Mapping[str, str] | None = None) -> Path | None:
    """The file that is read: the one that is named, else the one here; None when there is none.

    Args:
        path: a name that wins.
        environment: in place of ``os.environ``; for tests.
    """
    env = os.environ if environment is None else environment
    named = path or env.get(f"{PREFIX}CONFIG")
    if named:
        return Path(named)
    return Path(DEFAULT_FILE) if Path(DEFAULT_FILE).is_file() else None


def _take_file(values: Collected, file: Path) -> ConfigurationError | None:
    """Take the values of a file in; gives why that cannot be done, to be raised where nothing of the file is at hand."""
    import tomllib

    try:
        values.text = file.read_text("utf-8-sig")
    except OSError as error:
        return _unreadable(f"cannot read {file}: {error.strerror or type(error).__name__}")
    except UnicodeDecodeError:
        return _unreadable(f"{file} is not a UTF-8 text")
    try:
        values.take_document(tomllib.loads(values.text))
    except tomllib.TOMLDecodeError as error:
        return _no_toml(file, str(error), values.text.rstrip().count("\n") + 1)
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets within brackets within brackets
        return _unreadable(f"{file} holds a number or a nesting that is too long to be read")
    return None


def _unreadable(problem: str) -> ConfigurationError:
    return ConfigurationError(problem, setting="config", hint="Name another file, or repair this one")


def _no_toml(file: Path, said: str, last: int) -> ConfigurationError:
    at = _AT_LINE.search(said)
    line = int(at[1]) if at else last  # at the end of the document
    problem = SettingProblem("config", said.partition(" (at ")[0], f"line {line}", line)
    return ConfigurationError(
        f"{file} is not valid TOML: line {line}: {problem.text}",
        setting="config",
        hint="Repair that line: texts stand between quotes, and a section begins with [name] or [[name]]",
        problems=(problem,),
    )
