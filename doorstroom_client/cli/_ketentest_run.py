"""What the commands of the chain test share: their options, and how a run is played and concluded."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import make_folder
from doorstroom_client.cli._ketentest_told import code_of_run, tell_one, tell_run
from doorstroom_client.cli._warnings_told import told_by_the_command
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.extras import not_installed
from doorstroom_client.output import one_run

if TYPE_CHECKING:
    from doorstroom_client.ketentest.partner import Partner
    from doorstroom_client.ketentest.player import Played
    from doorstroom_client.ketentest.report import Rapport
    from doorstroom_client.ketentest.run import Choice, Run
    from doorstroom_client.ketentest.scenario import Scenario

PatternsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Only these: ids, or globs of ids (TS-2*). Default: all.")
]
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the test, with its plan.toml.")]
UrlArgument = Annotated[str, typer.Argument(metavar="URL", help="Its https address, path prefix included.")]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the journal and the reports. Default: a new one here.")
]
RoleOption = Annotated[
    list[str] | None,
    typer.Option("--role", metavar="ROLE", help="Only this one: toetssysteem, terugweg, ontvanger or las; may be repeated."),
]
ListOption = Annotated[bool, typer.Option("--list", help="Say which scenarios are meant, and play none.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="What can be lived with counts as failed.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Begin a new attempt of each; the old ones stay in the journal.")]
SchooljaarOption = Annotated[
    str | None, typer.Option("--schooljaar", metavar="YYYY-YYYY", help="School year to play. Default: the last known one.")
]
VersieOption = Annotated[
    str | None, typer.Option("--versie", metavar="TEXT", help="Version string of its agreement, when it is no known one.")
]
FaultyOption = Annotated[
    str | None,
    typer.Option(
        "--faulty", metavar="NAME", help="Have one peer do one thing wrong, to see it found. A wrong name tells some."
    ),
]
EnvironmentOption = Annotated[str, typer.Option("--environment", metavar="test", help="Type test: nothing else is called.")]
HostOption = Annotated[str, typer.Option("--host", metavar="NAME", help="Type the host name of the URL once more.")]
CertOption = Annotated[Path, typer.Option("--cert", metavar="FILE", help="PEM file: our certificate and its intermediates.")]
KeyOption = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="PEM file: its key. Default: in --cert.")]
TrustOption = Annotated[list[Path], typer.Option("--trust", metavar="FILE", help="PEM file: roots we trust; may be repeated.")]
OinOption = Annotated[str, typer.Option("--oin", metavar="OIN", help="OIN that its certificate must carry.")]
KenmerkOption = Annotated[
    str, typer.Option("--school", metavar="KENMERK", help="Routeringskenmerk of the test school, 20 positions.")
]
CertificatesOption = Annotated[
    Path | None,
    typer.Option(
        "--certificates",
        metavar="DIR",
        help="Folder with certificates of ours that have to be refused, as ketentest certificates makes them in pki-refused.",
    ),
]
VersieLasOption = Annotated[
    str, typer.Option("--versie-las", metavar="TEXT", help="Name and version of the LAS, for the report and ketentest ready.")
]
ToetsOption = Annotated[str, typer.Option("--toets", metavar="TEST", help="Which test: ICE, DIA, ROUTE_8, …")]


def choice_of(patterns: Sequence[str] | None, roles: Sequence[str] | None = None, *, again: bool = False) -> Choice:
    from doorstroom_client.ketentest.run import Choice
    from doorstroom_client.ketentest.scenario import Rol

    known = {rol.value: rol for rol in Rol}
    for name in roles or ():
        if name not in known:
            raise ConfigurationError(f'there is no role "{name}"; there are {", ".join(known)}', setting="role")
    chosen = (Rol.VOORAF, *(known[name] for name in roles)) if roles else tuple(Rol)
    return Choice(patterns=tuple(patterns or ()), roles=chosen, again=again)


def list_scenarios(choice: Choice) -> int:
    from doorstroom_client.ketentest.scenarios import REGISTER

    found: list[Scenario] = REGISTER.chosen(choice.patterns, choice.roles)
    if terminal.is_json():
        items = [{"id": item.id, "rol": item.rol.value, "titel": item.titel, "eisen": list(item.eisen)} for item in found]
        terminal.emit_json({"scenarios": items})
        return ExitCode.OK
    table = terminal.new_table("Scenario", "Rol", "Wat", "Nodig")
    for item in found:
        terminal.row(table, Text(item.id, "bold"), item.rol.value, item.titel, ", ".join(item.needs))
    terminal.show_table(table)
    return ExitCode.OK


def play_run(run: Run, choice: Choice) -> list[Played]:
    """Play what is meant, and tell each as it ends while a person watches."""
    with told_by_the_command(), terminal.counting("Scenarios") as count:

        def tell(played: Played) -> None:
            count()
            tell_one(played)

        return run.play(choice, tell)


def now() -> dt.datetime:
    """This moment; the one clock of a test with a partner."""
    return dt.datetime.now(dt.UTC)


def write_whole_report(partner: Partner, found: Sequence[Played]) -> Rapport:
    """The report of all scenarios of a plan: what was not played now, as it stands in the journal."""
    from doorstroom_client.ketentest.arrangements import with_preflight
    from doorstroom_client.ketentest.partner import head_of
    from doorstroom_client.ketentest.report import make_rapport, write_reports
    from doorstroom_client.ketentest.run import Choice
    from doorstroom_client.ketentest.scenarios import EISEN

    run, by_id = partner.run, {item.scenario.id: item for item in found}
    judged = run.play(Choice(patterns=with_preflight(partner.plan.scenarios), effects=False))
    whole = [by_id.pop(item.scenario.id, item) for item in judged]
    whole += by_id.values()  # played though the plan does not name them
    rapport = make_rapport(head_of(partner, whole), whole, EISEN, run.earlier())
    write_reports(partner.plan.folder, rapport)
    return rapport


def conclude(folder: Path | None, run: Run, found: Sequence[Played], *, strict: bool) -> int:
    from doorstroom_client.ketentest.report import make_rapport, write_reports
    from doorstroom_client.ketentest.scenarios import EISEN

    if folder is not None:
        write_reports(folder, make_rapport(run.journal.head, found, EISEN))
    tell_run(found, folder)
    return code_of_run(found, strict=strict)


@contextmanager
def folder_or_temporary(out: Path | None, name: str) -> Iterator[Path]:
    """The folder that is meant; a temporary one is thrown away."""
    if out is not None:
        make_folder(out)
        yield out
        return
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as made:
        yield Path(made)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {folder}", setting="DIR", hint="Name the folder of a test")
    with one_run.alone(one_run.lock_beside(folder / "journaal.jsonl", "ketentest")):
        yield


def needs_simulator() -> None:
    try:
        import cryptography  # noqa: F401 - only whether it is there
    except ImportError:
        raise not_installed("simulator", "the chain test, which plays the other side with the simulator,") from None
