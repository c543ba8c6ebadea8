"""The help of every command as it is written: brackets stay, and no type is shown that says nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.markup import escape


def tidy(command: Any) -> None:
    """Make the help of a command, and of all below it, say what is written there.

    Typer reads help as markup, in which ``[edexml]`` is a style and disappears; and it shows a flag as ``<bool>``.

    Args:
        command: a command or a group, as typer made it.
    """
    for name in ("help", "short_help", "epilog"):
        if text := getattr(command, name, None):
            setattr(command, name, escape(text))
    command.get_help_option = _without_type(command.get_help_option)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = escape(parameter.help)
        show_no_flag(parameter)
        if parameter.param_type_name == "argument":
            parameter.display_type_rich = _no_type  # its name says what it is
    for child in getattr(command, "commands", {}).values():
        tidy(child)


def show_no_flag(parameter: Any) -> None:
    """Let a flag be shown without a type."""
    if getattr(parameter, "is_flag", False) and parameter.metavar is None:
        parameter.metavar = ""


def _no_type(*_: object, **__: object) -> str:
    return ""


def _without_type(get: Callable[..., Any]) -> Callable[..., Any]:
    """How a command makes its option --help, which is a flag like others."""

    def help_option(*args: Any) -> Any:
        option = get(*args)
        show_no_flag(option)
        return option

    return help_option
