"""The command line: ``doorstroom``. Needs the extra ``cli``."""

from __future__ import annotations

import sys

_NEEDED = ("typer", "rich")


def main() -> None:
    """Run the command line; says how to install it when its parts are missing."""
    try:
        from doorstroom_client.cli._app import app
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write('Error: the command line is not installed. Run: pip install "doorstroom_client[cli]"\n')
        sys.exit(78)
    app(prog_name="doorstroom")
