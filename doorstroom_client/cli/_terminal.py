"""What reaches the terminal: data on stdout, talk on stderr, and nothing that can steer a terminal."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from doorstroom_client import Uitleg
from doorstroom_client.messages.values import amsterdam

Teller = Callable[[str], None]
"""`say` or `complain`."""
# C0 and C1 (escape sequences start with one), the marks that change the direction of text, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(slots=True)
class _State:
    """How this one run of a command talks.

    Attributes:
        quiet: say nothing when all goes well.
        json: stdout carries one JSON document.
        written: the JSON document is out.
    """

    quiet: bool = False
    json: bool = False
    written: bool = False


_state = _State()


def set_mode(*, quiet: bool = False, as_json: bool = False) -> None:
    """Settle how this command talks; the first thing a command does."""
    _state.quiet, _state.json = quiet, as_json


def begin(*, as_json: bool) -> None:
    """A fresh start for one command, which settles how it talks by itself.

    Args:
        as_json: whether its document is asked for, so that also what it refuses at once is told as one.
    """
    set_mode(as_json=as_json)
    _state.written = False


def is_json() -> bool:
    """Whether stdout carries one JSON document."""
    return _state.json


def is_quiet() -> bool:
    """Whether nothing is said when all goes well."""
    return _state.quiet


def clean(text: object) -> str:
    """A text of a peer or a file as it may go to a terminal: one line, nothing that steers it."""
    return _UNSAFE.sub("", re.sub(r"[\r\n\t]+", " ", str(text)))


def _console(stream: Any, **more: Any) -> Console:
    # Markup is off: what stands between brackets in data is data.
    return Console(file=stream, markup=False, emoji=False, highlight=False, **more)


def out() -> Console:
    """Stdout."""
    return _console(sys.stdout)


def err() -> Console:
    """Stderr."""
    return _console(sys.stderr, stderr=True)


def say(text: str, *, style: str = "") -> None:
    """Tell something on stderr; nothing with ``--quiet``."""
    if not _state.quiet:
        err().print(Text(clean(text), style=style), soft_wrap=True)


def complain(text: str, *, label: str = "") -> None:
    """Tell what is wrong on stderr, also with ``--quiet``."""
    err().print(Text.assemble((label, "bold red"), clean(text)), soft_wrap=True)


def warn(text: str, kind: str = "Warning") -> None:
    """Tell on stderr what somebody should look at, also with ``--quiet``: in one line, or as JSON for a log.

    Args:
        text: what it is.
        kind: its category, for programs.
    """
    if _state.json:
        sys.stderr.write(json.dumps({"warning": kind, "message": clean(text)}) + "\n")
    else:
        err().print(Text.assemble(("Warning: ", "bold yellow"), clean(text)), soft_wrap=True)


def show(text: str, *, style: str = "") -> None:
    """One line of data on stdout; nothing with ``--quiet``."""
    if not _state.quiet:
        out().print(Text(clean(text), style=style), soft_wrap=True)


def some(lines: Sequence[str], tell: Teller, most: int, more: str = "and {} more") -> None:
    """The first of many lines, and how many more there are.

    Args:
        lines: all of them.
        tell: tells one.
        most: how many are told.
        more: words for the others, with a place for their number.
    """
    for line in lines[:most]:
        tell(line)
    if len(lines) > most:
        tell(more.format(len(lines) - most))


def moment(at: dt.datetime) -> str:
    """A moment for a program: in Dutch time, to the second."""
    return at.astimezone(amsterdam()).isoformat(timespec="seconds")


def parts_of(uitleg: Uitleg) -> dict[str, Any] | None:
    """The parts of a text for a school, for ``--json``; None when there is nothing to tell."""
    return uitleg.as_dict() if uitleg else None


def tell_lines(text: str, tell: Teller, *, indent: str = "") -> None:
    """A text of several paragraphs, line by line.

    Args:
        text: with line breaks; what else could steer a terminal is taken out of each line.
        tell: tells one line.
        indent: stands before each line that is not empty.
    """
    for line in text.splitlines():
        tell(f"{indent}{line}" if line else "")


def show_wrapped(text: str, indent: int = 2) -> None:
    """Data in lines that fit the terminal, set in below the one before."""
    if not _state.quiet:
        _print_wrapped(out(), text, indent)


def say_wrapped(text: str) -> None:
    """Tell something in lines on stderr that fit the terminal; nothing with ``--quiet``."""
    if not _state.quiet:
        _print_wrapped(err(), text, 0)


def complain_wrapped(text: str, indent: int = 2) -> None:
    """What is wrong, in lines on stderr that fit the terminal, set in below the one before."""
    _print_wrapped(err(), text, indent)


def _print_wrapped(console: Console, text: str, indent: int) -> None:
    hanging = 2 if text.startswith("- ") else 0
    lines = Text(clean(text)).wrap(console, max(20, console.width - indent - hanging), overflow="fold")
    for number, line in enumerate(lines):
        line.rstrip()
        console.print(Text(" " * (indent + (hanging if number else 0))) + line)


def show_table(table: Table) -> None:
    """A table on stdout."""
    if not _state.quiet:
        out().print(table)


def new_table(*columns: str, title: str | None = None) -> Table:
    """A table with these columns; add rows with `row`."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def row(table: Table, *cells: object, style: str | None = None) -> None:
    """Add a row; every cell is cleaned, and none is read as markup."""
    table.add_row(*(cell if isinstance(cell, Text) else Text(clean(cell)) for cell in cells), style=style)


def emit_json(document: dict[str, Any]) -> None:
    """Write the one JSON document of a command on stdout."""
    _state.written = True
    # ASCII: a terminal or a pipe in any encoding gets it whole, and nothing in it can steer a terminal.
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    sys.stdout.flush()


def emit_error(document: dict[str, Any]) -> None:
    """Write the document of a command that failed, unless it asked for none or has written one."""
    if _state.json and not _state.written:
        emit_json(document)


def emit(text: str) -> None:
    """Write a whole text on stdout, as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def person_watches() -> bool:
    """Whether a progress bar makes sense: somebody looks at stderr and did not ask for silence."""
    return sys.stderr.isatty() and not _state.quiet and not _state.json


@contextmanager
def counting(what: str) -> Iterator[Callable[[], None]]:
    """Give a function that counts one more, and show the number while a person watches.

    Args:
        what: name of what is counted.
    """
    if not person_watches():
        yield lambda: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        task = progress.add_task(what, total=None)
        yield lambda: progress.advance(task)
