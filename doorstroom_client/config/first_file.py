"""Writes a settings file: every comment in it comes from the table of settings."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.collected import BY_NAME
from doorstroom_client.config.examples import DEFAULTS, EXAMPLES, IN_COMMENTS
from doorstroom_client.config.secret_files import FROM_FILE
from doorstroom_client.config.setting_sections import SECTIONS, header
from doorstroom_client.config.table import SETTINGS, Setting
from doorstroom_client.config.variables import from_text
from doorstroom_client.messages.identifiers import Brin
from doorstroom_client.store.location import is_address

_HEAD = """\
# Settings of doorstroom_client. What stands behind a # is not read: it is the default, else an example.
# All settings, with their meaning and value: doorstroom config show
"""
_WIDTH = 98
_SHOWN = ("", "certificate", "osr", "leveranciers[]", "scholen[]")
"""Sections of which every setting stands in the file; of the others only what was given."""


@frozen
class Draft:
    """What is going to stand in a settings file.

    Attributes:
        single: values by the name of their setting.
        several: the sections that may stand there several times, each with its values by key.
        secrets: secrets by the name of their setting, which get files of their own.
    """

    single: dict[str, Any] = field(default_factory=dict[str, Any], repr=False)
    several: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]], repr=False)
    secrets: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def text(self, schema: str = "") -> str:
        """The file.

        Args:
            schema: path of the schema, for editors; empty for none.
        """
        first = f"#:schema {schema}\n" if schema else ""
        return first + _HEAD + "".join(self._sections())

    def bare(self) -> str:
        """The file without comments."""
        parts = [_line(name, value) for name, value in self.single.items()]  # osr.oin = … stands at the top as well
        for name, items in self.several.items():
            parts += [f"[[{name}]]\n" + "".join(_line(key, value) for key, value in item.items()) for item in items]
        return "".join(parts)

    def _sections(self) -> Iterator[str]:
        for section in SECTIONS:
            if section.endswith("[]"):
                yield from self._several(section)
                continue
            given = {name: value for name, value in self.single.items() if name.rpartition(".")[0] == section}
            yield from _section(section, given, opened=bool(given) or not section)

    def _several(self, section: str) -> Iterator[str]:
        items = self.several.get(section.removesuffix("[]"), [])
        named = [{f"{section}.{key}": value for key, value in item.items()} for item in items]
        yield from _section(section, named[0] if named else {}, opened=bool(named))
        for item in named[1:]:
            yield f"\n{header(section)}\n" + "".join(_line(_key(name), value) for name, value in item.items())


def may_hold_password(setting: Setting, text: str) -> bool:
    """Whether a value is an address, in which a password may stand."""
    return setting.kind == "place" and is_address(text)


def value_of_text(setting: Setting, text: str) -> Any:
    """What somebody typed, as it stands in the file; None when it is none of its kind.

    Args:
        setting: which one.
        text: several values are separated as in a variable; the codes of a school may be typed in small letters.
    """
    value = from_text(setting, text.upper() if setting.section == "scholen[]" and setting.key != "naam" else text)
    if setting.kind == "number" and value is not None:
        return int(value) if value == int(value) else value
    if isinstance(value, tuple):
        several = [str(item) for item in value]
        return several[0] if setting.kind == "paths" and len(several) == 1 else several
    return value if value is None or isinstance(value, bool) else str(value)


def from_here(setting: Setting, value: Any, folder: Path) -> Any:
    """A path that counts from the current folder, as it counts from the folder of the settings; others stay.

    Args:
        setting: which one.
        value: as it was typed.
        folder: where the settings are going to be.
    """
    if isinstance(value, list) and setting.kind == "paths":
        return [from_here(setting, item, folder) for item in value]
    is_path = setting.kind in ("path", "paths") or (setting.kind == "place" and not is_address(value))
    return path_from(Path(value), folder) if is_path and isinstance(value, str) else value


def path_from(path: Path, folder: Path) -> str:
    """A path that counts from the current folder, as it counts from another; an absolute one stays."""
    return str(path) if path.is_absolute() else os.path.relpath(path, folder)


def _section(section: str, given: Mapping[str, Any], *, opened: bool) -> Iterator[str]:
    about = SECTIONS[section]
    mark = "" if opened else "#"
    keys = [item for item in SETTINGS if item.section == section]
    if not opened and section not in _SHOWN:
        names = ", ".join(item.key for item in keys)
        yield "\n" + _comment(f"{about.purpose} {about.source}".strip()) + _comment(f"{header(section)}: {names}")
        return
    yield "\n" + _comment(f"{about.purpose} {about.source}".strip())
    yield f"{mark}{header(section)}\n" if section else ""
    for item in keys:
        name = next((name for name in (item.name, item.name + FROM_FILE) if name in given), "")
        if name or section in _SHOWN:
            line = _line(_key(name), given[name]) if name else _not_given(item, given)
            yield "\n" + _comment(item.help + ("; required" if item.required else "")) + line


def _not_given(item: Setting, given: Mapping[str, Any]) -> str:
    """The line of a setting that was left out: its default, else an example in the right form."""
    if item.secret:
        return f"#{_line(item.key + FROM_FILE, f'{item.name}.secret')}"
    value = {**EXAMPLES, **IN_COMMENTS, **DEFAULTS}[item.name]
    brin = str(given.get("scholen[].instellingscode", ""))
    if item.name == "scholen[].oin" and Brin.fits(brin):
        value = str(Brin(brin).oin)
    return f"#{_line(item.key, value)}"


def _comment(text: str) -> str:
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _key(name: str) -> str:
    return name.rpartition(".")[2]


def _line(name: str, value: Any) -> str:
    # A text, a number, true and a list of texts in JSON are TOML too, but for one character that TOML wants escaped.
    return f"{name} = {json.dumps(value, ensure_ascii=False, default=str)}\n".replace("\x7f", "\\u007f")


def setting_of(name: str) -> Setting | None:
    """The setting of a name; None when there is none, or one of a section that may stand there several times."""
    found = BY_NAME.get(name)
    return None if found is None or found.variable is None else found


def keys_of(section: str) -> Sequence[Setting]:
    """The settings of a section."""
    return [item for item in SETTINGS if item.section == section]
