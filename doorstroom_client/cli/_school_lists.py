"""Lists of pupils for one school or many: a file, or a folder with a file per school, read when its school has its turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import typer

from doorstroom_client import Leerlingenlijst, School
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._names import directory
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.errors import ConfigurationError, DoorstroomError

_SHOWN = 20


class SchoolLists:
    """Finds the list of a school, and reads one at a time.

    Args:
        path: a file, for one school; or a folder.
        schools: the schools that are meant.

    Attributes:
        code: the worst exit code so far; a file that cannot be read stops no other school.

    Raises:
        ConfigurationError: the folder cannot be read.
    """

    def __init__(self, path: Path, schools: Sequence[School]) -> None:
        self.code = ExitCode.OK
        self._told = 0
        self._file = None if path.is_dir() else path
        self._by_key: dict[str, Path] = {}
        self._read: Leerlingenlijst | None = None
        if self._file is not None:
            if len(schools) != 1:
                raise typer.BadParameter("a file is of one school: name it with --school, or give a folder", param_hint="PATH")
            return
        brins = Counter(school.instellingscode for school in schools)
        self._shared = {brin for brin, number in brins.items() if number > 1}
        try:
            entries = sorted(item for item in path.iterdir() if item.is_file() and not item.name.startswith((".", "~")))
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}", setting="file") from None
        if not entries:
            raise ConfigurationError(f"{path} holds no files", setting="file", hint="Give a file per school, such as 99AA.csv")
        self._by_key = {item.stem.upper(): item for item in entries}
        names = Counter(item.stem.upper() for item in entries)
        self._double = {key for key, number in names.items() if number > 1}

    def __call__(self, school: School) -> Leerlingenlijst | None:
        """The pupils of a school; None when there is no file of it, or when it cannot be read, which is told."""
        if self._file is not None:
            self._read = self._read or directory(self._file)
            return self._read
        file = self._find(school)
        if file is None:
            return None
        try:
            if file.stem.upper() in self._double:
                raise ConfigurationError("there is more than one file of this name", setting="file")
            return directory(file)
        except DoorstroomError as error:
            self.code = worst([self.code, code_of(error)])
            self._told += 1
            if self._told <= _SHOWN:
                terminal.complain(f"{file.name}: {error.message}; {school.label} is told in counts only", label="Error: ")
            return None

    def tell_strangers(self, known: Sequence[School]) -> None:
        """Tell of files that are of no school: by a slip in a name a school is told in counts only, and nobody hears of it.

        Args:
            known: all schools there are.
        """
        names = {key for school in known for key in (school.routeringskenmerk, school.oin, school.instellingscode)}
        strange = [file.name for key, file in self._by_key.items() if key not in names]
        if strange:
            more = f" and {len(strange) - _SHOWN} more" if len(strange) > _SHOWN else ""
            terminal.say(f"Of no school that is configured: {', '.join(strange[:_SHOWN])}{more}.", style="yellow")

    def _find(self, school: School) -> Path | None:
        keys = [school.routeringskenmerk]
        if school.instellingscode not in self._shared:  # else nobody can tell whose of these schools it is
            keys += [school.oin, school.instellingscode]
        return next((self._by_key[key] for key in keys if key in self._by_key), None)
