"""Reads files that a trust service provider sent, or whole folders of them, and finds out what belongs together."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from doorstroom_client.config.certificate_found import Found, FoundKey, Role, Survey, Unread
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties import pem
from doorstroom_client.parties.certificate_forms import UnusableError
from doorstroom_client.parties.pieces import Pieces
from doorstroom_client.parties.setting_file import read_file
from doorstroom_client.parties.taken_apart import public_key_of, published_at, take_apart
from doorstroom_client.parties.x509 import Certificate

FILE = "file"
"""What errors about a file name, in place of a setting."""
Passphrases = Callable[[Path], Iterable[str]]
"""The passphrases to try on a file, one after another."""
_ORDER = tuple(Role)
_PART = re.compile(r"\.doorstroom-.*\.part", re.DOTALL)
"""What somebody is writing, or was when the machine stopped."""
Taken = list[tuple[str, Pieces]]


def survey(paths: Sequence[Path], passphrases: Passphrases, now: dt.datetime) -> Survey:
    """What stands in files and folders. Folders within a folder are not looked into.

    Args:
        paths: the files and folders.
        passphrases: gives those to try on a file.
        now: the moment that counts, UTC.

    Raises:
        ConfigurationError: a file or folder that was named cannot be read.
    """
    taken: Taken = []
    unread: list[Unread] = []
    passed_over: list[str] = []
    for path, named in _files(paths, passed_over):
        try:
            taken.append((path.name, _taken(path, passphrases)))
            if taken[-1][1] == Pieces():
                unread.append(Unread(path.name, "holds no certificate and no key", "Export it once more, with both"))
            if taken[-1][1].cut_short:
                unread.append(Unread(path.name, *pem.cut_off(taken[-1][1].cut_short)))
        except UnusableError as error:
            holds_nothing = error.problem in (pem.NOTHING, pem.EMPTY)
            about_another_thing = holds_nothing or (error.problem == pem.ZIP and path.suffix.lower() != ".zip")
            if named or not about_another_thing:
                unread.append(Unread(path.name, error.problem, error.hint))
            else:
                passed_over.append(path.name)
        except ConfigurationError as error:
            if named:
                raise
            reason = error.message.partition(f"{path}: ")[2]
            unread.append(Unread(path.name, f"cannot be read: {reason}", error.hint or ""))
    lists = tuple((name, item) for name, pieces in taken for item in pieces.lists)
    requests = tuple(name for name, pieces in taken if pieces.requests)
    return Survey(*_matched(taken), lists, tuple(unread), tuple(passed_over), requests, now)


def _taken(path: Path, passphrases: Passphrases) -> Pieces:
    return take_apart(read_file(path, FILE), shlex.quote(str(path)), lambda: passphrases(path))


def _files(paths: Sequence[Path], passed_over: list[str]) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether it was named itself; what in a folder is no file is passed over."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        try:
            inside = sorted(item for item in path.iterdir() if not _PART.fullmatch(item.name))
            passed_over += [f"{item.name} ({_kind(item)})" for item in inside if not item.is_file()]
        except OSError as error:
            raise ConfigurationError(
                f"cannot read {path}: {error.strerror}", setting=FILE, hint="Name another folder"
            ) from None
        yield from ((item, False) for item in inside if item.is_file())


def _kind(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    return "no file" if path.exists() else "a link to nothing"


def _matched(taken: Taken) -> tuple[tuple[Found, ...], tuple[FoundKey, ...]]:
    """Each certificate once, ours first; and each key with the certificates that it belongs to."""
    files: dict[Certificate, list[str]] = {}
    for name, pieces in taken:
        for item in pieces.certificates:
            places = files.setdefault(item, [])
            places += [name] if name not in places else []
    public = {item: public_key_of(item) for item in files}
    keys = tuple(
        FoundKey(name, key, tuple(item for item in files if key.public and public[item] == key.public))
        for name, pieces in taken
        for key in pieces.keys
    )
    found = [
        Found(item, tuple(places), tuple(dict.fromkeys(key.file for key in keys if item in key.owners)), published_at(item))
        for item, places in files.items()
    ]
    return tuple(sorted(found, key=lambda item: _ORDER.index(item.role))), keys
