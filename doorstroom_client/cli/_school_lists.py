"""Lists of pupils for one school or many: a file, or a folder with a file per school, read when its school has its turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from doorstroom_client import Leerlingenlijst, School
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._names import directory
from doorstroom_client.cli._problems_told import all_of
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.errors import ConfigurationError, DoorstroomError

_SHOWN = 20
_NAMED = "Name a file after its school: BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk, such as 99AA.csv"
_OF_NONE = f"of no school, so it is not read. {_NAMED}"
_OF_SEVERAL = "of several administrations with this code, so it is not read. Name it after the routeringskenmerk"


class SchoolLists:
    """Finds the list of a school, and reads one at a time.

    Args:
        path: a file, for one school; or a folder.
        schools: the schools that are meant.
        known: all schools of the configuration: a file of another one of them is no mistake.

    Attributes:
        code: the worst exit code so far; a file that cannot be read stops no other school.
        unread: the files that could not be read, each with its problems.

    Raises:
        ConfigurationError: there is no such file or folder, or the folder cannot be read.
    """

    def __init__(self, path: Path, schools: Sequence[School], known: Sequence[School] = ()) -> None:
        self.code = ExitCode.OK
        self.unread: list[dict[str, Any]] = []
        self._schools = schools
        self._known = [*schools, *known]
        if not path.exists():
            raise ConfigurationError(f"{path} does not exist", setting="file", hint=_NAMED)
        self._file = None if path.is_dir() else path
        self._by_key: dict[str, list[Path]] = {}
        self._read: Leerlingenlijst | None = None
        if self._file is not None:
            if len(schools) != 1:
                raise typer.BadParameter(
                    "a file is of one school: name it with --school, or give a folder", param_hint="--leerlingen"
                )
            return
        codes = Counter(code for school in schools for code in school.codes)
        self._shared = {code for code, number in codes.items() if number > 1}  # nobody can tell whose such a file is
        try:
            entries = sorted(item for item in path.iterdir() if item.is_file() and not item.name.startswith((".", "~")))
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}", setting="file") from None
        if not entries:
            raise ConfigurationError(f"{path} holds no files", setting="file", hint=_NAMED)
        for item in entries:
            self._by_key.setdefault(item.stem.strip().upper(), []).append(item)

    def __call__(self, school: School) -> Leerlingenlijst | None:
        """The pupils of a school; None when there is no file of it, or when it cannot be read, which is told."""
        if self._file is not None:
            self._read = self._read or directory(self._file)
            return self._read
        files = self._find(school)
        if not files:
            return None
        file = files[0]
        try:
            if len(files) > 1:
                others = ", ".join(item.name for item in files[1:])
                raise ConfigurationError(f"there is more than one file of this school: {others} too", setting="file")
            return directory(file)
        except DoorstroomError as error:
            self.code = worst([self.code, code_of(error)])
            self.unread.append({"bestand": file.name, "school": school.instellingscode, "problemen": all_of(error)})
            if len(self.unread) <= _SHOWN:
                said = error.message.removeprefix(f"{file.name}: ")
                terminal.complain(f"{file.name}: {said}; {school.label} is told in counts only", label="Error: ")
            return None

    def tell_left_out(self) -> None:
        """Say which files are of no school, and how many schools have no file: those are told in counts only."""
        if self._file is not None:
            return
        meant = {key for school in self._known for key in self._keys(school)}
        left_out = {file.name: key in self._shared for key, files in self._by_key.items() if key not in meant for file in files}
        terminal.some(
            [f"{name}: {_OF_SEVERAL if shared else _OF_NONE}" for name, shared in left_out.items()],
            lambda text: terminal.warn(text),
            _SHOWN,
        )
        without = [school.label for school in self._schools if not self._find(school)]
        if without:
            first = f"{without[0]} has" if len(without) == 1 else f"{len(without)} schools have, such as {without[0]},"
            terminal.say(f"{first} no file there, and {'is' if len(without) == 1 else 'are'} told in counts only")

    def _find(self, school: School) -> list[Path]:
        return [file for key in self._keys(school) for file in self._by_key.get(key, [])]

    def _keys(self, school: School) -> list[str]:
        """The names that a file of a school may have."""
        return [code for code in school.codes if code not in self._shared]
