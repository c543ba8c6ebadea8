"""One question of `config init`: what is asked, what does not fit, and how to get out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.config.examples import EXAMPLES
from doorstroom_client.config.first_file import Draft, keys_of, value_of_text
from doorstroom_client.config.reader import problems_in
from doorstroom_client.config.table import Setting

MAY_BE_LEFT_OUT = "may be left out"
_FILES = ("path", "paths", "place")


def answer(
    setting: Setting, *, required: bool, when_empty: str = MAY_BE_LEFT_OUT, doubt: Callable[[Any], str] | None = None
) -> Any:
    """A value that fits by itself; None when it was left out.

    Args:
        setting: which one.
        required: whether it is asked until there is an answer.
        when_empty: what an empty answer does, told with the question; empty when it is not told.
        doubt: says what is wrong with a value by more than its form, also with None for none; after that the value may stay.
    """
    example = EXAMPLES.get(setting.name)
    such_as = f', such as "{example}"' if isinstance(example, str) and example not in setting.help else ""
    terminal.complain_wrapped(f"{setting.help}{such_as}", 2)
    doubted: Any = None
    told = False
    while True:
        text = typed(f"{setting.key}{f' ({when_empty})' if when_empty and not required else ''}", hidden=setting.secret)
        if not text and (told or (not required and not (doubt and doubt(None)))):
            return doubted if required else None
        if not text and required:
            terminal.complain("  This one is required")
            continue
        value = value_of_text(setting, text) if text else None
        wrong = _wrong(setting, value, text)
        said = wrong or (doubt(value) if doubt else "")
        if not said:
            return value
        terminal.complain_wrapped(said, 2)
        if not wrong:
            told, doubted = True, value
            leaves = "keeps that one" if required else "leaves it out"
            terminal.complain_wrapped(f"Give another one; an empty answer {leaves} for now", 2)


def typed(question: str, *, hidden: bool = False) -> str:
    """What somebody types; of a secret the spaces around it too, which may be part of it."""
    text = str(typer.prompt(question, default="", show_default=False, err=True, hide_input=hidden))
    return text if hidden else text.strip()


def _wrong(setting: Setting, value: Any, text: str) -> str:
    """What is wrong with a value by itself; empty when nothing is."""
    if value is None and text:
        return f"must be a {setting.kind}"
    if value is None or setting.kind in _FILES or setting.secret:
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
