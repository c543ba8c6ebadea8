"""The journal of a run: one line per outcome, on disk before anything follows from it. Nothing else of a run is kept.

Playing a scenario again means giving it what stands here: what was sent once is not sent again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from pathlib import Path
from typing import Any, TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, StoreError

JOURNAL = "journaal.jsonl"
"""The name of the file in the folder of a test."""
FORM = 1
"""The form of its lines; a journal of another form is not read."""
_BEGINS = b'{"form":'
VERSIONS = "versies"
"""Where the beginning of an attempt says with which versions it was played."""
VERSION_NAMES = ("versie_las", "versie_leverancier")
"""The names of those versions."""
_SAME = ("rol",)
"""What a run is about, beside the year and the test, stays the same too."""
_TYPES = {"str": str, "int": int, "bool": bool, "Mapping[str, Any]": dict}
"""How what a field is written as comes out of JSON."""
_HINT = "Begin a new run in another folder; the old one keeps its report"
T = TypeVar("T", "Head", "Line")


@frozen(kw_only=True)
class Head:
    """What a run is about; the first line. Test pupils and messages follow from it, so it never changes.

    Attributes:
        run: eight letters and digits that tell this run apart.
        began: when it began, in UTC.
        schooljaar: of the messages.
        versie: version string of the agreement.
        toetssoort: of the supplier.
        about: who is tested, for the report.
    """

    run: str
    began: str
    schooljaar: str
    versie: str
    toetssoort: str
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])


def new_run() -> str:
    """A name for a run."""
    return secrets.token_hex(4)


@frozen
class Line:
    """One outcome.

    Attributes:
        scenario: its id.
        attempt: which attempt, from 1.
        number: of the step within the scenario, from 1; 0 for the beginning of an attempt.
        name: of the step.
        fingerprint: of the step as it was.
        moment: when, in UTC.
        outcome: what came of it, as `outcomes.read_outcome` takes it; of a beginning the versions that were tested.
        final: whether it stands; one that does not is a try without an answer.
    """

    scenario: str
    attempt: int
    number: int
    name: str
    fingerprint: str
    moment: str
    outcome: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    final: bool = True


class Journal:
    """A file that only grows. One writer at a time: who opens it for writing has to hold the lock beside it.

    Attributes:
        path: the file.
        head: what the run is about.
        mended: whether half a line, of a run that was killed, was taken off its end.
    """

    def __init__(self, path: Path, head: Head, lines: list[Line], *, mended: bool = False) -> None:
        """Take over what was read; use `begin` or `read`."""
        self.path = path
        self.head = head
        self.mended = mended
        self._lines = lines
        self._final = {(item.scenario, item.attempt, item.number): item for item in lines if item.final}

    @classmethod
    def begin(cls, path: Path, head: Head) -> Journal:
        """Make a new one.

        Raises:
            StoreError: it cannot be written, or is there already.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"cannot make {path.name}: {error.strerror}", hint="Choose another folder") from None
        os.close(descriptor)
        journal = cls(path, head, [])
        journal._append({"form": FORM, **_plain(head)})
        return journal

    @classmethod
    def read(cls, path: Path, *, mend: bool = False) -> Journal:
        """Read one that is there.

        Args:
            path: the file.
            mend: cut off half a line at the end, as a killed run leaves one; only for who may write.

        Raises:
            ConfigurationError: it is of another form, or a line in the middle is damaged: nothing is guessed.
            StoreError: it cannot be read.
        """
        try:
            whole = path.read_bytes()
        except OSError as error:
            raise StoreError(f"cannot read {path.name}: {error.strerror}", hint="Name the folder of a run") from None
        complete, torn, rest = whole.rpartition(b"\n")
        texts = (complete + torn).splitlines()
        if not texts and never_begun(path):
            raise ConfigurationError(f"{path.name} holds no run yet", setting="journal", hint="Start or repeat ketentest run")
        if not texts:
            raise _damaged(path, 1)
        if rest and mend:
            os.truncate(path, len(complete) + len(torn))
        head = _head(path, _object(path, texts[0], 1))
        lines = [_line(path, _object(path, text, at), at) for at, text in enumerate(texts[1:], start=2)]
        return cls(path, head, lines, mended=bool(rest))

    @property
    def lines(self) -> tuple[Line, ...]:
        """All outcomes, in order."""
        return tuple(self._lines)

    def attempt_of(self, scenario: str) -> int:
        """The number of the last attempt of a scenario; 0 when there was none."""
        return max((item.attempt for item in self._lines if item.scenario == scenario), default=0)

    def outcome(self, scenario: str, attempt: int, number: int) -> Line | None:
        """What stands of a step."""
        return self._final.get((scenario, attempt, number))

    def tries(self, scenario: str, attempt: int, number: int) -> Iterator[Line]:
        """The tries of a step that got no answer."""
        key = (scenario, attempt, number)
        return (item for item in self._lines if not item.final and (item.scenario, item.attempt, item.number) == key)

    def left_open(self, scenario: str) -> bool:
        """Whether the last attempt of a scenario ended at a step without an answer."""
        attempt = self.attempt_of(scenario)
        lines = [item for item in self._lines if item.scenario == scenario and item.attempt == attempt]
        return bool(lines) and not lines[-1].final

    def versions(self, scenario: str, attempt: int) -> Mapping[str, str]:
        """With which versions an attempt was begun: as it says itself, else as the run began."""
        begun = self.outcome(scenario, attempt, 0)
        found = begun.outcome.get(VERSIONS) if begun else None
        return found if isinstance(found, dict) else {name: str(self.head.about.get(name) or "") for name in VERSION_NAMES}

    def add(self, line: Line) -> None:
        """Write an outcome; it is on disk when this returns.

        Raises:
            StoreError: it could not be written.
        """
        self._append(_plain(line))
        self._lines.append(line)
        if line.final:
            self._final[line.scenario, line.attempt, line.number] = line

    def _append(self, data: Mapping[str, Any]) -> None:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                if os.write(descriptor, text) != len(text):
                    raise OSError(28, "no room for a whole line")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StoreError(f"cannot write {self.path.name}: {error.strerror}", hint="Free some space") from None


def begin_or_go_on(path: Path, head: Head) -> Journal:
    """The journal that is there, when it is of the same test; a new one when there is none.

    Args:
        path: the file.
        head: what the run is about now.

    Raises:
        ConfigurationError: it is of another form or test, or damaged.
        StoreError: it cannot be read or made.
    """
    if path.exists() and never_begun(path):
        path.unlink()
    if not path.exists():
        return Journal.begin(path, head)
    journal = Journal.read(path, mend=True)
    was, now = ({**_plain(item), **{f"about.{name}": item.about.get(name) for name in _SAME}} for item in (journal.head, head))
    for name in ("schooljaar", "versie", "toetssoort", *(f"about.{item}" for item in _SAME)):
        if was[name] != now[name]:
            plain = name.removeprefix("about.")
            raise ConfigurationError(
                f"{path} is of another {plain} ({was[name]}) than this test ({now[name]})", setting=plain, hint=_HINT
            )
    return journal


def never_begun(path: Path) -> bool:
    """Whether a run ended before its first line was whole, by a kill or a full disk: then nothing was done, and it may begin.

    Args:
        path: of a journal that is there.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        found = path.read_bytes()
    except OSError as error:
        raise StoreError(f"cannot read {path.name}: {error.strerror}", hint="Name the folder of a run") from None
    return b"\n" not in found and _BEGINS.startswith(found[: len(_BEGINS)])


def _plain(value: Head | Line) -> dict[str, Any]:
    return {item.name: getattr(value, item.name) for item in fields(value)}


def _object(path: Path, text: bytes, at: int) -> dict[str, Any]:
    try:
        found = json.loads(text.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _damaged(path, at)
    return found


def _head(path: Path, data: dict[str, Any]) -> Head:
    form = data.pop("form", None)
    if form != FORM:
        raise ConfigurationError(
            f"{path.name} is of another version of this program (form {form}, and this one writes {FORM})",
            setting="journal",
            hint=_HINT,
        )
    return _made(Head, path, data, 1)


def _line(path: Path, data: dict[str, Any], at: int) -> Line:
    return _made(Line, path, data, at)


def _made(kind: type[T], path: Path, data: dict[str, Any], at: int) -> T:
    try:
        made = kind(**data)
    except TypeError:
        raise _damaged(path, at) from None
    if any(type(getattr(made, item.name)) is not _TYPES[str(item.type)] for item in fields(made)):
        raise _damaged(path, at)
    return made


def _damaged(path: Path, at: int) -> ConfigurationError:
    return ConfigurationError(f"{path.name} is damaged at line {at}, and nothing is guessed", setting="journal", hint=_HINT)
