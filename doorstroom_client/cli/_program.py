"""How this program was called, for texts that say what to type next."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "doorstroom"


def program(folder: Path | None = None) -> str:
    """This program as it is typed in a folder: by its name when the shell finds that one, else by its path.

    Args:
        folder: where it is going to be typed; the current one when left out.
    """
    called = Path(sys.argv[0])
    place = (folder or Path()).resolve()
    if called.name == "__main__.py":
        return f"{_path(sys.executable, place)} -m {__package__}"
    found = shutil.which(NAME)
    if called.name != NAME or not called.exists() or (found and called.samefile(found)):
        return NAME
    return _path(called, place)


def _path(target: str | Path, place: Path) -> str:
    absolute = str(Path.cwd() / target)  # links stay: the python of a virtual environment is one
    short = min(os.path.relpath(absolute, place), absolute, key=len)
    return shlex.quote(short if os.sep in short else f"{os.curdir}{os.sep}{short}")
