"""The page docs/reference/command-options.md: every command with its arguments, options and defaults, from its own help."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from pathlib import PurePath
from typing import Any

Table = Callable[[Sequence[str], Iterable[Sequence[str]]], str]
INTRO = """# Every command and option

What `doorstroom COMMAND --help` says of each command; `--help` is an option of all of them. [Commands](commands.md) has them in
one table, by what they are for. How each can end, and by which error of the library, stands [below](#exit-codes).

"""


def commands_page(made: str, table: Table) -> str:
    """The text of command-options.md."""
    parts = [made, INTRO]
    for name, command in commands():
        parts.append(f"## `{name}`\n\n```text\n{_usage(name, command)}\n```\n\n")
        parts += _help(command.help or "")
        rows = [(_called(item), _meaning(item), _default(item)) for item in _shown(command)]
        if rows:
            parts.append(f"{table(('argument or option', 'meaning', 'default'), rows)}\n")
    parts.append(f"## Exit codes\n\n{table(('code', 'meaning', 'errors'), _codes())}")
    return "".join(parts).rstrip("\n") + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Each command that does something, in the order of the help."""
    import typer

    from doorstroom_client.cli._app import app

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from _below("doorstroom", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if getattr(command, "hidden", False):
        return
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
    for key, child in (children or {}).items():
        yield from _below(f"{name} {key}", child)


def _codes() -> Iterator[Sequence[str]]:
    """Each exit code with the errors that end a command with it."""
    from doorstroom_client import errors
    from doorstroom_client.cli.exit_codes import MEANING, code_of

    kinds: list[Any] = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, errors.DoorstroomError)]
    made = {kind.__name__: kind(() if issubclass(kind, errors.MessageError) else "") for kind in kinds}
    branches = {base.__name__ for error in made.values() for base in type(error).__bases__}
    for code, meaning in MEANING.items():
        found = sorted(name for name, error in made.items() if name not in branches and code_of(error) is code)
        yield f"{code.value}", meaning, ", ".join(f"[`{name}`](../errors.md#{name.lower()})" for name in found)


def _help(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        head, _, rest = paragraph.strip("\b\n").partition("\n")
        if head == "Example:":
            yield "For example:\n\n```bash\n" + "\n".join(line.strip() for line in _as_shown(rest).splitlines()) + "\n```\n\n"
        else:
            yield f"{_plain(paragraph)}\n\n"


def _shown(command: Any) -> list[Any]:
    """Arguments first, then options."""
    found = [item for item in command.params if not getattr(item, "hidden", False) and item.name != "help"]
    return sorted(found, key=lambda item: item.param_type_name != "argument")


def _usage(name: str, command: Any) -> str:
    shown = _shown(command)
    given = [_argument(item) for item in shown if item.param_type_name == "argument"]
    return " ".join([name, *(["[OPTIONS]"] if len(given) < len(shown) else []), *given])


def _argument(item: Any) -> str:
    named = f"{item.metavar or item.name.upper()}{'...' if item.nargs != 1 else ''}"
    return named if item.required else f"[{named}]"


def _called(item: Any) -> str:
    if item.param_type_name == "argument":
        return f"`{_argument(item)}`"
    value = "" if getattr(item, "is_flag", False) else f" {item.metavar or _kind(item)}"
    names = ", ".join(f"`{name}{value}`" for name in [*item.opts, *item.secondary_opts])
    return f"{names}{', several times' if item.multiple else ''}"


def _kind(item: Any) -> str:
    annotation = item.type_descriptor.annotation
    return {int: "NUMBER", float: "NUMBER"}.get(annotation, "VALUE")


def _meaning(item: Any) -> str:
    choices = _choices(item)
    one_of = f" One of: {', '.join(f'`{choice}`' for choice in choices)}." if choices else ""
    return f"{'**Required.** ' if item.required else ''}{_plain(item.help or '')}{one_of}"


def _choices(item: Any) -> list[str]:
    kind = item.type_descriptor.annotation
    return [str(member.value) for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []


def _default(item: Any) -> str:
    value = item.default
    if value is None or value is False or value == () or value == []:
        return ""
    plain = value.value if isinstance(value, Enum) else value
    return f"`{plain.as_posix() if isinstance(plain, PurePath) else plain}`"


def _as_shown(text: str) -> str:
    """A text of the help without what was added so that Typer shows its brackets."""
    from rich.text import Text

    return Text.from_markup(text).plain


def _plain(text: str) -> str:
    """A text of the help on one line, in which no sign means anything to Markdown or a table."""
    plain = " ".join(_as_shown(text).split())
    for sign in ("\\", "|", "<", "*"):
        plain = plain.replace(sign, f"\\{sign}")
    return plain
