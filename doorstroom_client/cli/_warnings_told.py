"""What Python and the library warn of, as one line for people or one JSON object for a log."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from doorstroom_client import SecurityWarning
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.config import UnknownVariableWarning
from doorstroom_client.messages.afspraak import AfspraakWarning

_ALWAYS = SecurityWarning, AfspraakWarning, UnknownVariableWarning
"""Told in every run, and not only the first time that a place in the code warns."""


class _Notices(logging.Handler):
    """Shows what the library logs as serious; without any handler Python would write it on stderr, also with ``--quiet``."""

    quiet = False

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        if not (terminal.is_quiet() or _Notices.quiet):
            terminal.warn(_in_words(record.getMessage()), "event")


def _in_words(text: str) -> str:
    """An event as a person reads it; any other text as it is. A program has the JSON of it, on stdout or in its own log."""
    try:
        event = json.loads(text)
        told = ", ".join(filter(None, (text.strip("- ") for text in (event["object"], event["peer"], *event["outcomes"]))))
        return f"{event['action']}: {event['result']}" + (f" ({told})" if told else "")
    except (ValueError, TypeError, LookupError):
        return text


@contextmanager
def told_by_the_command() -> Iterator[None]:
    """For a command that looks for what is wrong: what it finds stands in its table, and is no news beside it."""
    before, _Notices.quiet = _Notices.quiet, True
    try:
        yield
    finally:
        _Notices.quiet = before


@contextmanager
def _notices() -> Iterator[None]:
    # What the pool of PostgreSQL connections says names users and hosts; what matters of it is told as an error or an event.
    logger, handler, silent = logging.getLogger("doorstroom_client"), _Notices(logging.WARNING), logging.NullHandler()
    logger.addHandler(handler)
    logging.getLogger("psycopg").addHandler(silent)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logging.getLogger("psycopg").removeHandler(silent)


@contextmanager
def one_run(*, as_json: bool = False) -> Iterator[None]:
    """A fresh start for one command, in which each warning is told once.

    Args:
        as_json: whether the command is asked for JSON.
    """
    terminal.begin(as_json=as_json)
    told = set[str]()
    with warnings.catch_warnings(), _notices():
        for category in _ALWAYS:
            warnings.simplefilter("always", category)

        def in_one_line(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
            if str(message) not in told and not terminal.is_quiet():
                told.add(str(message))
                terminal.warn(str(message), category.__name__)

        warnings.showwarning = in_one_line
        yield
