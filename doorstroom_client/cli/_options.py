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
        help="A configured school: BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk. May be left out when "
        "there is only one.",
    ),
]
SchoolFilter = Annotated[
    str | None,
    typer.Option(
        "--school",
        metavar="KEY",
        help="Only this school: BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk. Default: all.",
    ),
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
    bool,
    typer.Option(
        "--dry-run",
        help="Check the file and say what would be sent. Sends nothing, and uses no network; only with --only-changes the "
        "supplier is looked up in the OSR, unless --leverancier names it.",
    ),
]
OnlyChangesOption = Annotated[
    bool,
    typer.Option(
        "--only-changes", help="Leave out the pupils about whom the supplier has accepted the same before. Needs a store."
    ),
]
QueueOption = Annotated[
    bool,
    typer.Option(
        "--queue", help='Put the list in the outbox instead of sending it; "doorstroom outbox deliver" sends it. Needs a store.'
    ),
]
AllPupilsOption = Annotated[
    bool, typer.Option("--all-pupils", help="Send every pupil. Default, with a store: only what changed since the last time.")
]
FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="CSV or Excel workbook with one line per pupil; for participants EDEXML as well.",
        show_default=False,
    ),
]
ManyArgument = Annotated[
    Path,
    typer.Argument(
        metavar="PATH",
        help='One CSV with a column "school" (any code of a school, such as its BRIN), its lines sorted by school; or a folder '
        "with one file per school, named after it.",
        show_default=False,
    ),
]
SheetOption = Annotated[
    str | None,
    typer.Option("--sheet", metavar="NAME", help="Sheet of a workbook. Default: the first one that holds something."),
]
WorkersOption = Annotated[int, typer.Option("--workers", metavar="N", min=1, max=64, help="How many at a time.")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Write one JSON document on stdout, for scripts. It holds no pupil data.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Write nothing when all goes well.")]


def text(what: str, example: str, more: str = "", listed: str = "") -> str:
    r"""The help of a command: what it does, more about it, a list with a title, and an example as it is typed.

    The marks \b keep the lines of the list and the example apart.
    """
    return "\n\n".join(part for part in (what, more, listed and f"\b\n{listed}", f"\b\nExample:\n  {example}") if part)
