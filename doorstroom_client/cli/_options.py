"""Options that several commands share, and the shape of their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Configuration in TOML. Default: the file that DOORSTROOM_CONFIG names, else ./doorstroom.toml.",
    ),
]
SchoolOption = Annotated[
    str | None,
    typer.Option(
        "--school",
        metavar="KEY",
        help="BRIN, School OIN or routeringskenmerk of a configured school. May be left out when there is only one.",
    ),
]
SchoolFilter = Annotated[
    str | None,
    typer.Option("--school", metavar="KEY", help="Only this school: BRIN, School OIN or routeringskenmerk. Default: all."),
]
LeverancierOption = Annotated[
    str | None,
    typer.Option(
        "--leverancier",
        metavar="TEST",
        help='The supplier, by test ("ICE"), name or OIN. Default: the one that the school has mandated in the OSR.',
    ),
]
SchooljaarOption = Annotated[
    str | None,
    typer.Option("--schooljaar", metavar="YYYY-YYYY", help="School year of the list. Default: as configured, else this one."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Check the file and say what would be sent. Uses no network and sends nothing.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Write one JSON document on stdout, for scripts. It holds no pupil data.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Write nothing when all goes well.")]


def text(what: str, example: str, more: str = "", listed: str = "") -> str:
    r"""The help of a command: what it does, more about it, a list with a title, and an example as it is typed.

    The marks \b keep the lines of the list and the example apart.
    """
    return "\n\n".join(part for part in (what, more, listed and f"\b\n{listed}", f"\b\nExample:\n  {example}") if part)
