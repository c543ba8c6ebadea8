"""Looks for canaries wherever something of a pupil or a secret could leak: in every medium, and in every form."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import pickle
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote, quote_plus

LIBRARIES = {"doorstroom_client", "httpx", "httpcore", "h11"}
_TESTS = Path(__file__).parents[1]


def forms(text: str) -> dict[str, bytes]:
    """Every way in which a text may turn up, by name."""
    data = text.encode()
    escaped = json.dumps(text)[1:-1]
    found = {
        "utf-8": data,
        "utf-16": text.encode("utf-16-le"),
        "repr": repr(text)[1:-1].encode(),
        "ascii": ascii(text)[1:-1].encode(),
        "bytes repr": repr(data)[2:-1].encode(),
        "bytes repr in repr": repr(repr(data)[2:-1])[1:-1].encode(),
        "json": escaped.encode(),
        "json in json": json.dumps(escaped)[1:-1].encode(),
        "json in repr": repr(escaped)[1:-1].encode(),
        "url": quote(text, safe="").encode(),
        "url small": quote(text, safe="").lower().encode(),
        "url path": quote(text).encode(),
        "url plus": quote_plus(text).encode(),
        "hex": data.hex().encode(),
    }
    for offset in range(3):
        start = -(-offset * 8 // 6)
        whole = base64.b64encode(b"\0" * offset + data).rstrip(b"=")
        end = len(whole) if (offset + len(data)) % 3 == 0 else len(whole) - 1
        found[f"base64+{offset}"] = whole[start:end]
        found[f"base64url+{offset}"] = whole[start:end].replace(b"+", b"-").replace(b"/", b"_")
    return found


class Spoor:
    """Collects everything that came out, by where it came from.

    Args:
        canaries: what must not turn up, by name.
        harmless: texts of no pupil that a canary may stand in, such as the list of all codes there are.
        clean: remembers contents without a canary, for several searches for the same canaries.
    """

    def __init__(self, canaries: Mapping[str, str], harmless: Sequence[str] = (), clean: set[bytes] | None = None) -> None:
        self.harmless = [text.encode() for text in harmless]
        self.canaries: dict[tuple[str, bytes], str] = {}
        for name, text in canaries.items():
            for form, needle in forms(text).items():
                if len(needle) > 5:
                    self.canaries.setdefault((name, needle), form)
        self.found: list[tuple[str, bytes]] = []
        small = sorted({needle.lower() for _, needle in self.canaries}, key=len)
        # What holds a long needle holds the short one inside it as well.
        self._quick = [needle for at, needle in enumerate(small) if not any(other in needle for other in small[:at])]
        self._clean: set[bytes] = set() if clean is None else clean

    def add(self, place: str, content: str | bytes) -> None:
        """Something that came out."""
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        for text in self.harmless:
            raw = raw.replace(text, b"")
        self.found.append((place, raw))

    def thing(self, place: str, value: Any, *, pickled: bool = False, text: bool = True) -> None:
        """An object that was handed out; a part of one that is a text by nature shows only its repr."""
        self.add(f"{place}: repr", repr(value))
        if text:
            self.add(f"{place}: str", str(value))
            self.add(f"{place}: format", f"{value}")
        if pickled:
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                self.add(f"{place}: pickle", pickle.dumps(value, protocol))

    def error(self, place: str, error: BaseException) -> None:
        """An exception with its chain, and what its frames hold."""
        for one in chain(error):
            name = f"{place}: {type(one).__name__}"
            self.thing(name, one, pickled=one is error)
            self.add(f"{name}: args", repr(one.args))
            self.add(f"{name}: notes", repr(getattr(one, "__notes__", ())))
            for file, function, variable, value in _variables(one):
                self.add(f"{name}: frame {file.name} {function}() variable {variable}", value)

    def files(self, place: str, folder: Path) -> None:
        """Everything in a folder, names included."""
        for path in folder.rglob("*"):
            self.add(f"{place}: name", str(path.relative_to(folder)))
            if path.is_file():
                self.add(f"{place}: {path.name}", path.read_bytes())

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Logging of everything at DEBUG."""
        handler = _Handler(self)
        root = logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.removeHandler(handler)
            root.setLevel(level)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Logging of everything at DEBUG, and warnings."""
        with self.listening(), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
            for warning in caught:
                self.warning(warning)

    def warning(self, warning: warnings.WarningMessage) -> None:
        """A warning that was shown."""
        self.add("warning", f"{warning.message} {warning.message!r} {warning.source!r}")

    def hits(self) -> list[str]:
        """Which canary turned up where, each place once."""
        fresh = {_digest(content): content for _, content in self.found}
        for seen in self._clean.intersection(fresh):
            del fresh[seen]
        # Nearly always there is nothing: then one look for each needle in everything at once is enough.
        everything = b"\n".join(fresh.values()).lower()
        if not any(needle in everything for needle in self._quick):
            self._clean.update(fresh)
            return []
        return sorted({f"{name} in {place}" for place, content in self.found for name in self._names(content)})

    def _names(self, content: bytes) -> Iterable[str]:
        low = content.lower()
        return {f"{name} ({form})" for (name, needle), form in self.canaries.items() if needle in content or needle in low}


class _Handler(logging.Handler):
    def __init__(self, spoor: Spoor) -> None:
        super().__init__(logging.NOTSET)
        self._spoor = spoor

    def emit(self, record: logging.LogRecord) -> None:
        self._spoor.add(f"log {record.name}: message", record.getMessage())
        self._spoor.add(f"log {record.name}: record", repr(record.__dict__))
        self._spoor.add(f"log {record.name}: text", logging.Formatter().format(record))
        if record.exc_info and record.exc_info[1]:
            self._spoor.error(f"log {record.name}: exc_info", record.exc_info[1])


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()


def _is_of_a_library(frame: FrameType) -> bool:
    """Frames of the tests hold the canaries by right, also when the project lies in a folder that has its own name."""
    file = Path(frame.f_code.co_filename)
    return bool(LIBRARIES.intersection(file.parts)) and _TESTS not in file.parents


def _variables(error: BaseException) -> Iterator[tuple[Path, str, str, str]]:
    """File, function, name and text of every variable in a frame of a library, as an error reporter sees it."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if _is_of_a_library(frame)]
    try:
        for summary in traceback.StackSummary.extract(iter(frames), capture_locals=True, lookup_lines=False):
            for variable, value in (summary.locals or {}).items():
                yield Path(summary.filename), summary.name, variable, value
    except AttributeError:  # before Python 3.12 an object that cannot be shown ends it all
        for frame, _ in frames:
            for variable, thing in frame.f_locals.items():
                with contextlib.suppress(AttributeError):
                    yield Path(frame.f_code.co_filename), frame.f_code.co_name, variable, repr(thing)


def chain(error: BaseException) -> list[BaseException]:
    """An exception and everything that it came from, also what is not shown."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return found
