"""Files that settings name: read with an error that names the setting, and looked at for who else can read them."""

from __future__ import annotations

import os
import shlex
import stat
import warnings
from pathlib import Path

from doorstroom_client.errors import ConfigurationError

_LARGEST = 10 * 1024 * 1024


class SecurityWarning(UserWarning):
    """A file with a secret can be read by others, or a certificate is about to end."""


def read_file(path: Path, setting: str) -> bytes:
    """What stands in a file of a setting; a pipe, a device and what is too large are refused.

    Raises:
        ConfigurationError: it cannot be read.
    """
    hint = "Look whether the path is right, and whether the user that runs this may read the file"
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            hint = f"Name the file in it; which one: doorstroom certificaat show {shlex.quote(str(path))}"
            raise IsADirectoryError(0, "it is a folder")
        if stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST:
            return path.read_bytes()
        reason = "it is not a file of less than 10 MiB"  # a pipe never ends, or never begins; it is read more than once too
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except ValueError:  # a NUL in it
        reason = "it is no path"
    raise ConfigurationError(f"{setting}: cannot read {path}: {reason}", setting=setting, hint=hint)


def warn_when_shared(path: Path, what: str) -> None:
    """Warn when a file with a secret can be read by others on this machine."""
    shared = shared_with_others(path, what)
    if shared:
        warnings.warn(f"{shared[0]}; {shared[1]}", SecurityWarning, stacklevel=3)


def shared_with_others(path: Path, what: str) -> tuple[str, str] | None:
    """What to say of a file with a secret that others can read, and the next step."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if os.name != "posix" or not mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH):
        return None
    return f"{path.name} holds {what} and can be read or changed by others on this machine", f"run: chmod 600 {path}"
