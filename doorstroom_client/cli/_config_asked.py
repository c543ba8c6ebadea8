"""The questions of `config init`: each with what it is for and who knows the answer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._config_given import add_schools
from doorstroom_client.cli._config_question import MAY_BE_LEFT_OUT, answer, typed
from doorstroom_client.config.draft_tried import doubt_about, problems_of, without_agreement
from doorstroom_client.config.first_file import Draft, from_here, keys_of, may_hold_password, setting_of
from doorstroom_client.config.secret_files import FROM_FILE
from doorstroom_client.config.setting_sections import SECTIONS, header
from doorstroom_client.config.table import Setting
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import amsterdam

_ONCE = {
    "": ("auteur", "store"),
    "certificate": ("certificate.cert", "certificate.key", "certificate.trust", "certificate.password"),
    "osr": ("osr.base_url", "osr.namespace", "osr.oin", "osr.environment", "osr.api_key", "osr.api_key_header"),
}
"""What is asked of each section; the first of a section that may be left out decides whether the others are asked."""
SECRETS = ("certificate.password", "osr.api_key")
"""What goes to files of its own when it is typed."""
_MAY_BE_LEFT_OUT = ("osr",)
_ONLY_WITH = {"osr.api_key_header": "osr.api_key"}
_LEVERANCIER = ("toetssoort", "oin", "base_url", "naam")


def ask(draft: Draft, folder: Path) -> None:
    """Ask what the draft does not have yet, and put the answers in it.

    Args:
        draft: what was given on the command line.
        folder: where the settings are going to be.
    """
    terminal.say_wrapped("An empty answer leaves a setting out; --set gives one beforehand. Ctrl-C stops: nothing is written.")
    _ask_agreement(draft)
    for section, names in _ONCE.items():
        _tell(section)
        for name in names:
            required = is_asked(draft, name) and any(item.path == name for item in problems_of(draft, folder))
            if required or _has_its_turn(draft, section, name, names[0]):
                _ask_one(draft, name, folder, required=required)
    if "leveranciers" not in draft.several:
        _tell("leveranciers[]")
        _ask_several(draft, "leveranciers", _LEVERANCIER)
    if "scholen" not in draft.several:
        _ask_schools(draft)


def is_asked(draft: Draft, name: str) -> bool:
    """Whether there is a question about a setting, because the draft does not have it."""
    return any(name in names for names in _ONCE.values()) and not _has(draft, name)


def _has(draft: Draft, name: str) -> bool:
    return name in draft.single or name + FROM_FILE in draft.single or name in draft.secrets


def _has_its_turn(draft: Draft, section: str, name: str, first: str) -> bool:
    if _has(draft, name):
        return False
    opened = any(item.startswith(f"{section}.") for item in draft.single)
    if section in _MAY_BE_LEFT_OUT and name != first and not opened:
        return False
    return name not in _ONLY_WITH or _has(draft, _ONLY_WITH[name])


def _ask_one(draft: Draft, name: str, folder: Path, *, required: bool) -> None:
    setting = setting_of(name)
    assert setting is not None

    def doubt(value: Any) -> str:
        tried = Draft({**draft.single}, secrets={**draft.secrets})
        _put(tried, setting, value, folder)
        return doubt_about(name, tried, folder)

    value = answer(setting, required=required, doubt=doubt if setting.section == "certificate" else None)
    _put(draft, setting, value, folder)


def _put(draft: Draft, setting: Setting, value: Any, folder: Path) -> None:
    if value in (None, ""):
        return
    if setting.secret or may_hold_password(setting, str(value)):
        draft.secrets[setting.name] = str(value)
    else:
        draft.single[setting.name] = from_here(setting, value, folder)


def _ask_agreement(draft: Draft) -> None:
    """Ask for the agreement of the school year that counts, or for another year, only when there is none for it."""
    versie = next(item for item in keys_of("afspraken[]") if item.key == "versie")
    other = setting_of("schooljaar")
    assert other is not None
    while lacks := without_agreement(draft):
        year = draft.single.get("schooljaar") or Schooljaar.on(dt.datetime.now(amsterdam()).date())
        _tell("afspraken[]")
        terminal.complain_wrapped(lacks, 0)
        terminal.complain_wrapped(f"Of school year {year}:", 0)
        if value := answer(versie, required=False, when_empty="empty: you do not have it"):
            draft.several["afspraken"] = [item for item in draft.several.get("afspraken", []) if item.get("naam") != year]
            draft.several["afspraken"].append({"naam": str(year), "versie": value, "eerste_schooljaar": str(year)})
            draft.single["afspraak"] = str(year)
        elif value := answer(other, required=False):
            draft.single["schooljaar"] = value
        else:
            terminal.complain_wrapped(f"Then nothing can be sent in {year} until one of the two stands in the file.", 2)
            return


def _ask_several(draft: Draft, name: str, keys: tuple[str, ...]) -> None:
    """One section after another, until the first question gets no answer; one that does not fit is asked anew."""
    known = {item.key: item for item in keys_of(f"{name}[]")}
    while True:
        items = draft.several.setdefault(name, [])
        first = answer(
            known[keys[0]], required=False, when_empty="another one, or empty to go on" if items else "empty to go on"
        )
        if first in (None, ""):
            terminal.complain_wrapped(f"{header(f'{name}[]')}: {len(items) or 'none'}; on to what is next", 2)
            if not items:
                del draft.several[name]
            return
        values = _one_of_several(known, keys, first)
        if not values:
            continue
        items.append(values)
        place = f"{name}[{len(items) - 1}]"
        wrong = [
            item for item in problems_of(Draft(several=draft.several), Path()) if item.path.startswith((place, f"{name}."))
        ]
        for item in wrong:
            terminal.complain_wrapped(f"{item.path}: {item.sentence}", 2)
        if wrong:
            items.pop()
            terminal.complain("  This one is not taken; give it once more")


def _one_of_several(known: dict[str, Setting], keys: tuple[str, ...], first: Any) -> dict[str, Any]:
    """The values of one section; none when it was given up."""
    values = {keys[0]: first}
    for key in keys[1:]:
        when_empty = f"empty: forget this {keys[0]}" if known[key].required else MAY_BE_LEFT_OUT
        value = answer(known[key], required=False, when_empty=when_empty)
        if value in (None, "") and known[key].required:
            terminal.complain_wrapped(f"{first} is not taken, as it has no {key}", 2)
            return {}
        values |= {key: value} if value not in (None, "") else {}
    return values


def _ask_schools(draft: Draft) -> None:
    _tell("scholen[]")
    while True:
        file = typed("CSV or workbook with all schools and their codes (empty: one by one)")
        if not file:
            _ask_several(draft, "scholen", tuple(item.key for item in keys_of("scholen[]") if item.key != "oin"))
            return
        try:
            terminal.say(f"  {add_schools(draft, Path(file))} schools were read.")
        except DoorstroomError as error:
            terminal.complain_wrapped(error.message, 2)
        else:
            return


def _tell(section: str) -> None:
    about = SECTIONS[section]
    terminal.say("")
    terminal.say(header(section) or "To begin with", style="bold")
    terminal.complain_wrapped(f"{about.purpose} {about.source}".strip(), 0)
