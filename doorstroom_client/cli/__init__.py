"""The command line: ``doorstroom``. Needs the extra ``cli``."""

from __future__ import annotations

import sys

from doorstroom_client.cli._streams import steady_streams
from doorstroom_client.extras import how_to_install

_NEEDED = ("typer", "rich")


def main() -> None:
    """Run the command line; says how to install it when its parts are missing."""
    try:
        from doorstroom_client.cli._app import app
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        with steady_streams() as (_, talk):
            talk.write(f"Error: the command line is not installed. {how_to_install('cli')}\n")
            talk.flush()
        sys.exit(74 if talk.lost else 78)
    app(prog_name="doorstroom")
