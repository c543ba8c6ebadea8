"""What somebody gave to `config init` on the command line, as a draft of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from doorstroom_client.config.first_file import (
    Draft,
    from_here,
    keys_of,
    may_hold_password,
    path_from,
    setting_of,
    value_of_text,
)
from doorstroom_client.config.secret_files import FROM_FILE
from doorstroom_client.config.table import SETTINGS, Setting
from doorstroom_client.messages.identifiers import Brin
from doorstroom_client.readers import read_scholen

_SCHOOL = tuple(item.key for item in keys_of("scholen[]"))


def put(draft: Draft, given: str, folder: Path) -> None:
    """Take a ``SETTING=VALUE``.

    Raises:
        typer.BadParameter: it is not of that form, there is no such setting, or it is a secret.
    """
    setting, text = _divided(given, "--set")
    if setting.secret:
        raise typer.BadParameter(
            f"{setting.name} is a secret, and others can see what is typed here: give a file, --secret {setting.name}=FILE",
            param_hint="--set",
        )
    if may_hold_password(setting, text):
        raise typer.BadParameter(
            f"{setting.name} is an address, and its password can be seen by others here: write it in a file, and give "
            f"--secret {setting.name}=FILE",
            param_hint="--set",
        )
    value = value_of_text(setting, text)
    if value is None:
        raise typer.BadParameter(f"{setting.name} must be a {setting.kind}", param_hint="--set")
    draft.single[setting.name] = from_here(setting, value, folder)


def put_secret(draft: Draft, given: str, folder: Path) -> None:
    """Take a ``SETTING=FILE`` of a secret.

    Raises:
        typer.BadParameter: it is not of that form, or there is no such secret.
    """
    setting, text = _divided(given, "--secret")
    if not setting.from_file:
        raise typer.BadParameter(f"{setting.name} is no secret: give --set {setting.name}=VALUE", param_hint="--secret")
    draft.single[setting.name + FROM_FILE] = path_from(Path(text), folder)


def add(draft: Draft, section: str, given: str, option: str) -> None:
    """Take a section that may stand there several times: ``KEY=VALUE,KEY=VALUE``; a comma may stand in a value.

    Raises:
        typer.BadParameter: it is not of that form, or there is no such setting.
    """
    _check_letters(given, option)
    known = {item.key: item for item in keys_of(f"{section}[]")}
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    key = ""
    for part in given.split(","):
        name, equals, text = part.partition("=")
        if equals and name.strip() in known:
            key = name.strip()
            texts[key] = text
        elif key and not equals:
            texts[key] += f",{part}"
        else:
            raise typer.BadParameter(f"{name.strip() or 'an empty part'} {_unknown(name, list(known))}", param_hint=option)
    for key, text in texts.items():
        values[key] = value_of_text(known[key], text.strip())
        if values[key] is None:
            raise typer.BadParameter(f"{key} must be a {known[key].kind}", param_hint=option)
    draft.several.setdefault(section, []).append(values)


def add_schools(draft: Draft, file: Path) -> int:
    """Take the schools of a list with all their codes; gives how many.

    Raises:
        MessageError: names every line that does not fit.
        ConfigurationError: the file cannot be read.
    """
    found = read_scholen(file, ())
    for item in found:
        values = {name: getattr(item.school, name) for name in _SCHOOL}
        if values["oin"] == Brin(item.school.instellingscode).oin:  # what it is when it is left out
            del values["oin"]
        kept = {name: value for name, value in values.items() if value}
        draft.several.setdefault("scholen", []).append(kept)
    return len(found)


def _check_letters(given: str, option: str) -> None:
    """Refuse bytes that are no letters in the encoding of this terminal: they cannot be written."""
    try:
        given.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter(
            "a value holds letters in another encoding than that of this terminal", param_hint=option
        ) from None


def _divided(given: str, option: str) -> tuple[Setting, str]:
    _check_letters(given, option)
    name, equals, text = given.partition("=")
    setting = setting_of(name.strip())
    if not equals:
        raise typer.BadParameter(f"{name} has no value: give SETTING=VALUE", param_hint=option)
    if setting is None:
        raise typer.BadParameter(
            f"{name} {_unknown(name, [item.name for item in SETTINGS if item.variable])}", param_hint=option
        )
    return setting, text


def _unknown(name: str, known: Sequence[str]) -> str:
    section = name.strip().partition(".")[0].removesuffix("[]")
    if any(item.section == f"{section}[]" for item in SETTINGS):
        return "may be there several times: use --leverancier, --school or --afspraak, or write it in the file"
    near = get_close_matches(name.strip(), known, 1)
    return f"is not a setting{f'; did you mean {near[0]}?' if near else ''}"
