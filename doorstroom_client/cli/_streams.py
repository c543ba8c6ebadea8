"""Stdout and stderr that may be full, closed or read by nobody: a command goes on all the same, and its exit code tells.

Needs nothing but the standard library, for the command line says also without its parts what is missing.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, cast


class SteadyStream:
    """A stream that never raises for what it cannot write. What comes after that goes nowhere.

    Args:
        stream: stdout or stderr; None is one that was closed before this program began.
        whole: the stream that this one is a part of.

    Attributes:
        lost: why something could not be written; empty when all was.
        left: whether that is because the reader went away, as with ``| head``.
    """

    def __init__(self, stream: Any, whole: SteadyStream | None = None) -> None:
        self._closed = stream is None
        self._stream: Any = io.StringIO() if stream is None else stream
        self._whole = whole or self
        self.lost = ""
        self.left = False
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name must never break a command on an old terminal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> SteadyStream:
        """The bytes below the text: whoever writes those is kept steady as well."""
        return SteadyStream(self._stream.buffer, self._whole)

    def isatty(self) -> bool:
        """Whether a person watches."""
        with suppress(OSError, ValueError):
            return bool(self._stream.isatty())
        return False

    def write(self, text: Any) -> int:
        """Write what can still be written."""
        if self._closed:
            if text:
                self._whole.lost = self._whole.lost or "it is closed"
        else:
            self._try(lambda: self._stream.write(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand it on at once, so that Python finds nothing to complain about at its exit."""
        self._try(lambda: self._stream.flush())

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except UnicodeError:
            raise
        except (OSError, ValueError) as error:  # the latter when somebody closed it
            self._lose(error)

    def _lose(self, error: OSError | ValueError) -> None:
        number = error.errno if isinstance(error, OSError) else None
        if not self._whole.lost:
            self._whole.left = number == errno.EPIPE
            self._whole.lost = os.strerror(number) if number else "it is closed"
        try:  # what is still in its buffer would be tried once more at the exit
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):
            self._closed = True


@contextmanager
def steady_streams() -> Iterator[tuple[SteadyStream, SteadyStream]]:
    """Put steady streams in the place of stdout and stderr, for whoever writes there: our own texts, help and logging."""
    _open_missing()
    before = sys.stdout, sys.stderr
    streams = SteadyStream(before[0]), SteadyStream(before[1])
    sys.stdout, sys.stderr = (cast(IO[str], stream) for stream in streams)
    try:
        yield streams
    finally:
        sys.stdout, sys.stderr = before


def _open_missing() -> None:
    """Open what was closed before this program began, or the store would get its number and take in what goes to stderr."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
