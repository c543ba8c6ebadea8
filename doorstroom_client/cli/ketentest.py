"""``doorstroom ketentest``: one runner that judges either side of the chain, alone and early, with invented pupils only."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from doorstroom_client import ClientCertificate
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli import how_to_install
from doorstroom_client.cli._folders import make_folder
from doorstroom_client.cli._ketentest_told import code_of_run, tell_one, tell_run
from doorstroom_client.cli._options import JsonOption, QuietOption
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.output import one_run

if TYPE_CHECKING:
    from doorstroom_client.ketentest.plan import Plan
    from doorstroom_client.ketentest.player import Played
    from doorstroom_client.ketentest.run import Choice, Run
    from doorstroom_client.ketentest.scenario import Scenario

app = typer.Typer(
    help="Test a supplier or a LAS against the agreement, with invented pupils only. New here? Start with ketentest self.",
    no_args_is_help=True,
)
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
EnvironmentOption = Annotated[str, typer.Option("--environment", metavar="test", help="Type test: nothing else is called.")]
HostOption = Annotated[str, typer.Option("--host", metavar="NAME", help="Type the host name of the URL once more.")]
CertOption = Annotated[Path, typer.Option("--cert", metavar="FILE", help="PEM file: our certificate and its intermediates.")]
KeyOption = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="PEM file: its key. Default: in --cert.")]
TrustOption = Annotated[list[Path], typer.Option("--trust", metavar="FILE", help="PEM file: roots we trust; may be repeated.")]
OinOption = Annotated[str, typer.Option("--oin", metavar="OIN", help="OIN that its certificate must carry.")]
KenmerkOption = Annotated[
    str, typer.Option("--school", metavar="KENMERK", help="Routeringskenmerk of the test school, 20 positions.")
]
ToetsOption = Annotated[str, typer.Option("--toets", metavar="TEST", help="Which test: ICE, DIA, ROUTE_8, …")]


@app.command("self")
def self_(
    patterns: PatternsArgument = None,
    roles: RoleOption = None,
    schooljaar: SchooljaarOption = None,
    versie: VersieOption = None,
    faulty: Annotated[
        str | None, typer.Option("--faulty", metavar="NAME", help='Play a peer that does one thing wrong; "?" names them all.')
    ] = None,
    out: OutOption = None,
    listed: ListOption = False,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Test the chain that is played on this machine, in every role: shows what a test does, and that it works here.

    Needs no configuration and no network, and takes less than two minutes. Needs the extra simulator.

    Example:
      doorstroom ketentest self --role toetssysteem
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    choice = _choice(patterns, roles)
    if listed:
        return _list(choice)
    _needs_simulator()
    from doorstroom_client.ketentest.faulty import FAULTY, peer_named
    from doorstroom_client.ketentest.selftest import make_keten, played

    if faulty == "?":
        for item in FAULTY:
            terminal.show(f"{item.name:28} {item.wrong}")
        return ExitCode.OK
    peer = None if faulty is None else peer_named(faulty)
    with _folder(out, "ketentest-self") as folder, played(folder, make_keten(schooljaar, versie), peer) as here:
        run = here.run()
        found = _play(run, choice)
        return _conclude(folder if out else None, run, found, strict=strict)


@app.command("preflight")
def preflight(folder: FolderArgument, as_json: JsonOption = False, quiet: QuietOption = False) -> int:
    """Look whether everything is in order before a test: namespace, mandates, address, certificate, clock. Sends no pupil.

    Example:
      doorstroom ketentest preflight ketentest/ICE-2026-2027
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    return _run_plan(folder, _choice(["V-*"]), strict=False)


@app.command("run")
def run_(
    folder: FolderArgument,
    patterns: PatternsArgument = None,
    roles: RoleOption = None,
    listed: ListOption = False,
    strict: StrictOption = False,
    again: AgainOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Play a test with a partner as far as it goes now; goes on where it was, so cron may start it every hour.

    Nothing that stands in the journal is sent again. Ends with 75 while something is waited for, 69 when the other side has
    to repair something and 65 when we have.

    Example:
      doorstroom ketentest run ketentest/ICE-2026-2027 "TS-2*"
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    choice = _choice(patterns, roles, again=again)
    return _list(choice) if listed else _run_plan(folder, choice, strict=strict)


@app.command("report")
def report(
    folder: FolderArgument, strict: StrictOption = False, as_json: JsonOption = False, quiet: QuietOption = False
) -> int:
    """Judge what stands in the journal of a test once more, and write its reports. Sends nothing.

    Example:
      doorstroom ketentest report ketentest/ICE-2026-2027
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    return _run_plan(folder, _choice(None), strict=strict, effects=False)


@app.command("supplier")
def supplier(
    url: UrlArgument,
    cert: CertOption,
    trust: TrustOption,
    oin: OinOption,
    school: KenmerkOption,
    environment: EnvironmentOption,
    host: HostOption,
    key: KeyOption = None,
    toets: ToetsOption = "ICE",
    schooljaar: SchooljaarOption = None,
    versie: VersieOption = None,
    patterns: Annotated[
        list[str] | None, typer.Option("--only", metavar="SCENARIO", help="Only these: ids or globs; may be repeated.")
    ] = None,
    out: OutOption = None,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Test the server of a supplier without a plan: for who makes one. Sends invented pupils only.

    Example:
      doorstroom ketentest supplier https://toets.example/dst --cert las.pem --trust roots.pem --oin 00000003990000110000
      --school 0000000700099AA00530 --environment test --host toets.example
    """
    from doorstroom_client.ketentest.alone import Alone
    from doorstroom_client.ketentest.scenario import Rol

    terminal.set_mode(as_json=as_json, quiet=quiet)
    test = Alone.typed(
        url,
        certificate=ClientCertificate(cert, key, trust),
        oin=oin,
        routeringskenmerk=school,
        toetssoort=toets,
        schooljaar=schooljaar,
        versie=versie,
    )
    return _run_alone(test, Rol.TOETSSYSTEEM, environment, host, patterns=patterns, out=out, strict=strict)


@app.command("receiver")
def receiver(
    url: UrlArgument,
    cert: CertOption,
    trust: TrustOption,
    oin: OinOption,
    school: KenmerkOption,
    environment: EnvironmentOption,
    host: HostOption,
    key: KeyOption = None,
    toets: ToetsOption = "ICE",
    schooljaar: SchooljaarOption = None,
    versie: VersieOption = None,
    patterns: Annotated[
        list[str] | None, typer.Option("--only", metavar="SCENARIO", help="Only these: ids or globs; may be repeated.")
    ] = None,
    out: OutOption = None,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Test the server of a LAS without a plan: we push results, as a supplier does. Sends invented pupils only.

    Example:
      doorstroom ketentest receiver https://las.example --cert supplier.pem --trust roots.pem --oin 00000003990000010000
      --school 0000000700099AA00530 --environment test --host las.example
    """
    from doorstroom_client.ketentest.alone import Alone
    from doorstroom_client.ketentest.scenario import Rol

    terminal.set_mode(as_json=as_json, quiet=quiet)
    test = Alone.typed(
        url,
        certificate=ClientCertificate(cert, key, trust),
        oin=oin,
        routeringskenmerk=school,
        toetssoort=toets,
        schooljaar=schooljaar,
        versie=versie,
    )
    return _run_alone(test, Rol.ONTVANGER, environment, host, patterns=patterns, out=out, strict=strict)


@app.command("play")
def play(
    command: Annotated[
        str | None,
        typer.Option("--command", metavar="CMD", help="Program that reads as JSON what the LAS has to do, and has it do so."),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Folder for the settings of the LAS, the class and the reports.")
    ] = Path("ketentest-las"),
    port: Annotated[int, typer.Option("--port", min=0, max=65531, help="First of five ports; 0 is any free ones.")] = 18440,
    listen: Annotated[str, typer.Option("--listen", metavar="ADDRESS", help="IP address to listen on.")] = "127.0.0.1",
    names: Annotated[
        list[str] | None, typer.Option("--host", metavar="NAME", help="Name in the addresses and certificates; repeatable.")
    ] = None,
    wait: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for what a person has to send.")] = 300.0,
    patterns: Annotated[
        list[str] | None, typer.Option("--only", metavar="SCENARIO", help="Only these: ids or globs; may be repeated.")
    ] = None,
    schooljaar: SchooljaarOption = None,
    versie: VersieOption = None,
    strict: StrictOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Be the supplier and the OSR of a LAS under test, in whatever language it is written, and judge what it does.

    Writes the settings that the LAS needs and the class as a file, and says what to send, one scenario after the other; with
    --command a program does it. Needs the extra simulator.

    Example:
      doorstroom ketentest play --command "java -jar las.jar --ketentest"
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    _needs_simulator()
    from doorstroom_client.ketentest.drivers import CommandDriver, PersonDriver
    from doorstroom_client.ketentest.scenario import Rol
    from doorstroom_client.ketentest.selftest import make_keten, played, write_class

    make_folder(folder)
    driver = PersonDriver(terminal.say) if command is None else CommandDriver(shlex.split(command))
    place: dict[str, Any] = {"port": port, "listen": listen}
    if names:
        place |= {"host": names[0], "other_hosts": names[1:]}
    keten = make_keten(schooljaar, versie, folder, **place)
    with _alone_in(folder), played(folder, keten, driver=driver, seconds=wait if command is None else None) as here:
        keten.write_config(folder / "doorstroom.toml")
        keten.write_config(folder / "doorstroom.json")
        write_class(folder, here)
        terminal.say(f"The settings of the LAS and the class are in {folder}.", style="bold")
        run = here.run()
        found = _play(run, _choice(patterns, [Rol.LAS.value]))
        return _conclude(folder, run, found, strict=strict)


@app.command("ask")
def ask(folder: FolderArgument, as_json: JsonOption = False) -> int:
    """Show the questions to a person of the other side that wait for an answer.

    Example:
      doorstroom ketentest ask ketentest/ICE-2026-2027
    """
    from doorstroom_client.ketentest.journal import JOURNAL, Journal
    from doorstroom_client.ketentest.questions import open_questions

    terminal.set_mode(as_json=as_json)
    found = open_questions(Journal.read(folder / JOURNAL))
    if as_json:
        items = [{"nummer": item.number, "scenario": item.scenario, "vraag": item.text} for item in found]
        terminal.emit_json({"vragen": items})
        return ExitCode.OK
    for item in found:
        terminal.show(f"{item.number:3}  {item.scenario:8} {item.text}")
    if not found:
        terminal.say("No question waits for an answer.")
    return ExitCode.OK


@app.command("answer")
def answer(
    folder: FolderArgument,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Of the question, as ketentest ask shows it.")],
    said: Annotated[str, typer.Argument(metavar="ja|nee", help="What was answered.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who answered, and of which organisation.")],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What was added. Nothing of a real pupil.")] = "",
) -> int:
    """Write down what a person answered; the next run goes on with it.

    Example:
      doorstroom ketentest answer ketentest/ICE-2026-2027 2 ja --by "J. Jansen, Toetsbureau Noord"
    """
    from doorstroom_client.ketentest.journal import JOURNAL, Journal
    from doorstroom_client.ketentest.questions import answer_question

    terminal.set_mode()
    if said not in ("ja", "nee"):
        raise typer.BadParameter("answer ja or nee", param_hint="ja|nee")
    with _alone_in(folder):
        scenario = answer_question(Journal.read(folder / JOURNAL, mend=True), number, yes=said == "ja", by=by, text=text)
    terminal.say(f"Noted with {scenario}.")
    return ExitCode.OK


@app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(metavar="A.json", help="The report of one side.")],
    second: Annotated[Path, typer.Argument(metavar="B.json", help="The report of the other side, or of another day.")],
    as_json: JsonOption = False,
) -> int:
    """Lay the reports of both sides beside each other, message by message, on the checksum of each body.

    Ends with 65 when they differ.

    Example:
      doorstroom ketentest compare las/rapport.json toetssysteem/rapport.json
    """
    from doorstroom_client.ketentest.compare import compare_files

    terminal.set_mode(as_json=as_json)
    found = compare_files(first, second)
    if as_json:
        terminal.emit_json(found.as_data())
    else:
        table = terminal.new_table(*found.columns)
        for cells in found.rows():
            terminal.row(table, *cells)
        terminal.show_table(table)
    return ExitCode.OK if found.same else ExitCode.REFUSED


@app.command("certificates")
def certificates(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for both sides' certificates, made when needed.")],
    hosts: Annotated[
        list[str] | None, typer.Option("--host", metavar="NAME", help="Host name of a server in it; may be repeated.")
    ] = None,
) -> int:
    """Make throw-away certificates for both sides of a test: a LAS and a supplier, each with one to call and one to be called.

    They are worth nothing: whoever has the folder can be either side. Needs the extra simulator.

    Example:
      doorstroom ketentest certificates ./pki --host toets.example --host las.example
    """
    terminal.set_mode()
    _needs_simulator()
    from doorstroom_client.ketentest.throwaway import make_certificates

    make_folder(folder)
    for line in make_certificates(folder, hosts or ["localhost"]):
        terminal.show(line)
    return ExitCode.OK


# --- what several of them do


def _choice(patterns: Sequence[str] | None, roles: Sequence[str] | None = None, *, again: bool = False) -> Choice:
    from doorstroom_client.ketentest.run import Choice
    from doorstroom_client.ketentest.scenario import Rol

    known = {rol.value: rol for rol in Rol}
    for name in roles or ():
        if name not in known:
            raise ConfigurationError(f'there is no role "{name}"; there are {", ".join(known)}', setting="role")
    chosen = (Rol.VOORAF, *(known[name] for name in roles)) if roles else tuple(Rol)
    return Choice(patterns=tuple(patterns or ()), roles=chosen, again=again)


def _list(choice: Choice) -> int:
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


def _play(run: Run, choice: Choice) -> list[Played]:
    """Play what is meant, and tell each as it ends while a person watches."""
    with terminal.counting("Scenarios") as count:

        def tell(played: Played) -> None:
            count()
            tell_one(played)

        return run.play(choice, tell)


def _conclude(folder: Path | None, run: Run, found: Sequence[Played], *, strict: bool) -> int:
    from doorstroom_client.ketentest.report import make_rapport, write_reports
    from doorstroom_client.ketentest.scenarios import EISEN

    if folder is not None:
        write_reports(folder, make_rapport(run.journal.head, found, EISEN))
    tell_run(found, folder)
    return code_of_run(found, strict=strict)


def _plan(folder: Path) -> Plan:
    from doorstroom_client.ketentest.plan import read_plan

    return read_plan(folder)


def _run_plan(folder: Path, choice: Choice, *, strict: bool, effects: bool = True) -> int:
    from dataclasses import replace

    from doorstroom_client.ketentest.partner import opened

    plan = _plan(folder)
    with _alone_in(folder), opened(plan, effects=effects) as partner:
        found = _play(partner.run, replace(choice, effects=effects))
        return _conclude(folder, partner.run, found, strict=strict)


def _run_alone(
    test: Any, rol: Any, environment: str, host: str, *, patterns: Sequence[str] | None, out: Path | None, strict: bool
) -> int:
    from doorstroom_client.ketentest.guard import check_typed, production_settings

    check_typed(environment, host, test.url, production_settings(None))
    with _folder(out, f"ketentest-{rol.value}") as folder, _alone_in(folder), test.opened(folder, rol) as run:
        found = _play(run, _choice(patterns, [rol.value]))
        return _conclude(folder, run, found, strict=strict)


@contextmanager
def _folder(out: Path | None, name: str) -> Iterator[Path]:
    """The folder that is meant; a temporary one is thrown away."""
    if out is not None:
        make_folder(out)
        yield out
        return
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as made:
        yield Path(made)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with one_run.alone(one_run.lock_beside(folder / "journaal.jsonl", "ketentest")):
        yield


def _needs_simulator() -> None:
    try:
        import cryptography  # noqa: F401 - only whether it is there
    except ImportError:
        raise ConfigurationError(
            "the chain test plays the other side with the simulator, which is not installed",
            hint=how_to_install("simulator"),
            setting="simulator",
        ) from None
