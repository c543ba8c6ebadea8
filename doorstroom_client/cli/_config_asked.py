"""The questions of `config init`: each with what it is for and who knows the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._config_given import add_schools
from doorstroom_client.config.examples import EXAMPLES
from doorstroom_client.config.reader import problems_in
from doorstroom_client.config.secret_files import FROM_FILE
from doorstroom_client.config.sections import SECTIONS, header
from doorstroom_client.config.table import Setting
from doorstroom_client.config.writing import Draft, from_here, keys_of, setting_of, value_of_text
from doorstroom_client.errors import DoorstroomError

_ONCE = {
    "": ("auteur", "store"),
    "certificate": ("certificate.cert", "certificate.key", "certificate.trust", "certificate.password"),
    "osr": ("osr.base_url", "osr.namespace", "osr.oin", "osr.environment", "osr.api_key", "osr.api_key_header"),
}
"""What is asked of each section; the first of a section that may be left out decides whether the others are asked."""
_MAY_BE_LEFT_OUT = ("osr",)
_NEEDED = ("auteur", "certificate.cert", "certificate.trust", "osr.namespace", "osr.api_key_header")
"""What is asked until there is an answer."""
_ONLY_WITH = {"osr.api_key_header": "osr.api_key"}
_LEVERANCIER = ("toetssoort", "oin", "base_url", "naam")


def ask(draft: Draft, folder: Path) -> None:
    """Ask what the draft does not have yet, and put the answers in it.

    Args:
        draft: what was given on the command line.
        folder: where the settings are going to be.
    """
    terminal.say("An empty answer leaves a setting out; --set gives one beforehand. Ctrl-C stops, and nothing is written.")
    for section, names in _ONCE.items():
        _tell(section)
        for name in names:
            if _is_asked(draft, section, name, names[0]):
                _ask_one(draft, name, folder)
    if "leveranciers" not in draft.several:
        _tell("leveranciers[]")
        _ask_several(draft, "leveranciers", _LEVERANCIER)
    if "scholen" not in draft.several:
        _ask_schools(draft)


def _is_asked(draft: Draft, section: str, name: str, first: str) -> bool:
    if name in draft.single or name + FROM_FILE in draft.single:
        return False
    if section in _MAY_BE_LEFT_OUT and name != first and first not in draft.single:
        return False
    needed = _ONLY_WITH.get(name)
    return needed is None or needed in draft.secrets or needed + FROM_FILE in draft.single


def _ask_one(draft: Draft, name: str, folder: Path) -> None:
    setting = setting_of(name)
    assert setting is not None
    value = _answer(setting, required=name in _NEEDED)
    if value in (None, ""):
        return
    if setting.secret:
        draft.secrets[name] = str(value)
    else:
        draft.single[name] = from_here(setting, value, folder)


def _ask_several(draft: Draft, name: str, keys: tuple[str, ...]) -> None:
    """One section after another, until the first question gets no answer; one that does not fit is asked anew."""
    known = {item.key: item for item in keys_of(f"{name}[]")}
    while True:
        values: dict[str, Any] = {}
        for key in keys:
            value = _answer(known[key], required=known[key].required and key != keys[0])
            if key == keys[0] and value in (None, ""):
                return
            values |= {key: value} if value not in (None, "") else {}
        items = draft.several.setdefault(name, [])
        items.append(values)
        place = f"{name}[{len(items) - 1}]"
        wrong = [item for item in problems_in(draft.bare(), Path()) if item.path.startswith((place, f"{name}."))]
        for item in wrong:
            terminal.complain(f"  {item.path}: {item.sentence}")
        if wrong:
            items.pop()
            terminal.complain("  This one is not taken; give it once more")


def _ask_schools(draft: Draft) -> None:
    _tell("scholen[]")
    while True:
        file = _typed("CSV or workbook with all schools and their codes (empty: one by one)")
        if not file:
            _ask_several(draft, "scholen", tuple(item.key for item in keys_of("scholen[]") if item.key != "oin"))
            return
        try:
            terminal.say(f"  {add_schools(draft, Path(file))} schools were read.")
        except DoorstroomError as error:
            terminal.complain(f"  {error.message}")
        else:
            return


def _tell(section: str) -> None:
    about = SECTIONS[section]
    terminal.say("")
    terminal.say(header(section) or "To begin with", style="bold")
    terminal.complain_wrapped(f"{about.purpose} {about.source}".strip(), 0)


def _answer(setting: Setting, *, required: bool) -> Any:
    """A value that fits by itself; None when it was left out."""
    terminal.complain_wrapped(setting.help, 2)
    while True:
        text = _typed(f"{setting.key}{'' if required else ' (may be left out)'}", hidden=setting.secret)
        if not text:
            if not required:
                return None
            terminal.complain("  This one is required")
            continue
        value = value_of_text(setting, text)
        wrong = f"must be a {setting.kind}" if value is None else _wrong(setting, value)
        if not wrong:
            return value
        terminal.complain(f"  {wrong}")


def _typed(question: str, *, hidden: bool = False) -> str:
    return str(typer.prompt(question, default="", show_default=False, err=True, hide_input=hidden)).strip()


def _wrong(setting: Setting, value: Any) -> str:
    """What is wrong with a value by itself; empty when nothing is."""
    if setting.kind in ("path", "paths", "place") or setting.secret:
        return ""
    around = {item.key: EXAMPLES[item.name] for item in keys_of(setting.section) if item.required}
    known = {key: item if isinstance(item, str) else str(item) for key, item in around.items()}
    several = setting.section.removesuffix("[]")
    if setting.section.endswith("[]"):
        trial = Draft(several={several: [{**known, setting.key: value}]})
    else:
        start = f"{setting.section}." if setting.section else ""
        trial = Draft({**{f"{start}{key}": item for key, item in known.items()}, setting.name: value})
    place = f"{several}[0].{setting.key}" if setting.section.endswith("[]") else setting.name
    found = problems_in(trial.bare(), Path(), {})
    return next((item.sentence for item in found if item.path == place and "holds another" not in item.text), "")
