"""Passphrases of certificates: those that were set down, and those that a person types, without showing them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.config.known_passphrases import known_passphrases, passphrase_in, why_none, why_not_new

_ATTEMPTS = 3


def passphrases(file: Path | None) -> Callable[[Path], Iterator[str]]:
    """Gives the passphrases to try on a file; what a person typed is tried on the next file too.

    Args:
        file: what ``--password-file`` names.
    """
    known = known_passphrases(file, os.environ)

    def of(path: Path) -> Iterator[str]:
        yield from tuple(known)
        for _ in range(_ATTEMPTS if _somebody_types() else 0):
            typed = _typed(f"Passphrase of {terminal.clean(path.name)} (Enter to go on without)")
            if not typed:
                return
            if why_none(typed):
                terminal.complain(why_none(typed))
                continue
            known.append(typed)
            yield typed
            known.remove(typed)  # it was the wrong one, or nobody would have come back
            terminal.complain("That passphrase does not open it")

    return of


def new_passphrase(file: Path | None, *, encrypt: bool) -> str | None:
    """The passphrase for a key that is written; None when it is not to be encrypted.

    Args:
        file: what ``--new-password-file`` names.
        encrypt: whether to ask for one.
    """
    if file is not None:
        return _usable(passphrase_in(file, "--new-password-file"), "--new-password-file")
    if not encrypt:
        return None
    if not _somebody_types():
        raise typer.BadParameter("nobody is there to type it; give --new-password-file", param_hint="--encrypt")
    typed = _typed("New passphrase of the key")
    if not typed or _typed("Once more") != typed:
        raise typer.BadParameter("nothing was typed, or not the same twice", param_hint="--encrypt")
    return _usable(typed, "--encrypt")


def _usable(passphrase: str, option: str) -> str:
    why = why_not_new(passphrase)
    if why:
        raise typer.BadParameter(why, param_hint=option)
    return passphrase


def _somebody_types() -> bool:
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def _typed(prompt: str) -> str:
    return str(typer.prompt(prompt, default="", show_default=False, hide_input=True, err=True))
