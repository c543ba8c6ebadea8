"""A secret that stands in a file of its own, so that settings can be shown, copied and kept elsewhere."""

from __future__ import annotations

import stat
from pathlib import Path

from doorstroom_client.parties.setting_file import warn_when_shared

LONGEST = 64 * 1024
"""Bytes of a file with a secret."""
FROM_FILE = "_file"
"""A name that ends so, of a setting or (in capitals) of a variable, names the file with its value."""


def read_secret(file: Path, named_by: str) -> tuple[str | None, str]:
    """The secret in a file, without its line end and without the mark that some editors write first; warns when it is shared.

    Args:
        file: where it is.
        named_by: the setting or variable that says so.

    Returns:
        The secret, and what is wrong: one of them is empty.
    """
    try:
        content = _read(file)
        text = content.decode("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return None, f"the file that {named_by} names cannot be read"
    except ValueError:  # a name that no file can have
        return None, f"{named_by} does not name a file"
    if not text or len(content) > LONGEST or "\0" in text:
        reason = "is empty" if not text else "holds a NUL; is it UTF-16?" if "\0" in text else f"is over {LONGEST // 1024} KiB"
        return None, f"the file that {named_by} names {reason}"
    warn_when_shared(file, "a secret")
    return text, ""


def _read(file: Path) -> bytes:
    """No more than is needed to see that it is too long. A pipe may hold a secret; a device may never end, or never begin."""
    mode = file.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise OSError
    with file.open("rb") as stream:
        return stream.read(LONGEST + 1)
