"""``doorstroom ketentest`` without a plan: a server of a supplier or a LAS, a LAS that sends, and certificates for both."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstroom_client import ClientCertificate
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import make_folder
from doorstroom_client.cli._ketentest_run import (
    CertificatesOption,
    CertOption,
    EnvironmentOption,
    HostOption,
    KenmerkOption,
    KeyOption,
    OinOption,
    OutOption,
    SchooljaarOption,
    StrictOption,
    ToetsOption,
    TrustOption,
    UrlArgument,
    VersieLasOption,
    VersieOption,
    alone_in,
    choice_of,
    conclude,
    folder_or_temporary,
    needs_simulator,
    play_run,
)
from doorstroom_client.cli._options import JsonOption, QuietOption
from doorstroom_client.cli._simulated_place import check_free_ports, checked_place
from doorstroom_client.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from doorstroom_client.ketentest.alone import Alone
    from doorstroom_client.ketentest.scenario import Rol

_LISTENS = 20.0
"""Seconds in which a LAS that a person drives may not send what it should not."""


def add_to(app: typer.Typer) -> None:
    """Add the commands to those of the chain test."""
    for name, command in (("supplier", supplier), ("receiver", receiver), ("play", play), ("certificates", certificates)):
        app.command(name)(command)


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
    others: CertificatesOption = None,
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
    from doorstroom_client.ketentest.guard import check_typed, production_settings
    from doorstroom_client.ketentest.scenario import Rol

    terminal.set_mode(as_json=as_json, quiet=quiet)
    check_typed(environment, host, url, production_settings(None))  # before anything else is looked at
    test = Alone.typed(
        url,
        certificate=ClientCertificate(cert, key, trust),
        oin=oin,
        routeringskenmerk=school,
        toetssoort=toets,
        schooljaar=schooljaar,
        versie=versie,
        certificates=others,
    )
    return _run_alone(test, Rol.TOETSSYSTEEM, patterns=patterns, out=out, strict=strict)


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
    others: CertificatesOption = None,
    versie_las: VersieLasOption = "",
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
    from doorstroom_client.ketentest.guard import check_typed, production_settings
    from doorstroom_client.ketentest.scenario import Rol

    terminal.set_mode(as_json=as_json, quiet=quiet)
    check_typed(environment, host, url, production_settings(None))  # before anything else is looked at
    test = Alone.typed(
        url,
        certificate=ClientCertificate(cert, key, trust),
        oin=oin,
        routeringskenmerk=school,
        toetssoort=toets,
        schooljaar=schooljaar,
        versie=versie,
        certificates=others,
        versie_las=versie_las,
    )
    return _run_alone(test, Rol.ONTVANGER, patterns=patterns, out=out, strict=strict)


def play(
    command: Annotated[
        str | None,
        typer.Option("--command", metavar="CMD", help="Program that reads as JSON what the LAS has to do, and has it do so."),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Folder for the settings of the LAS, the class and the reports.")
    ] = Path("ketentest-las"),
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65531, help="First of five ports; 0 is any free ones.")
    ] = 18440,
    listen: Annotated[str, typer.Option("--listen", metavar="ADDRESS", help="IP address to listen on.")] = "127.0.0.1",
    names: Annotated[
        list[str] | None, typer.Option("--host", metavar="NAME", help="Name in the addresses and certificates; repeatable.")
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0, help="Seconds to wait for what a person has to send.")
    ] = 300.0,
    patterns: Annotated[
        list[str] | None, typer.Option("--only", metavar="SCENARIO", help="Only these: ids or globs; may be repeated.")
    ] = None,
    schooljaar: SchooljaarOption = None,
    versie: VersieOption = None,
    versie_las: VersieLasOption = "",
    strict: StrictOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Be the supplier and the OSR of a LAS under test, in whatever language it is written, and judge what it does.

    Writes the settings that the LAS needs and the class as a file, and says what to send, one scenario after the other; with
    --command a program does it. Needs the extra simulator.

    Example:
      doorstroom ketentest play --command "java -jar las.jar"
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    needs_simulator()
    from doorstroom_client.ketentest.drivers import CommandDriver, PersonDriver
    from doorstroom_client.ketentest.scenario import Rol
    from doorstroom_client.ketentest.selftest import make_keten, played, write_class

    check_free_ports(port, checked_place(listen, names or []))
    make_folder(folder)
    driver = PersonDriver(terminal.say) if command is None else CommandDriver(shlex.split(command))
    place: dict[str, Any] = {"port": port, "listen": listen}
    if names:
        place |= {"host": names[0], "other_hosts": names[1:]}
    keten = make_keten(schooljaar, versie, folder, **place)
    seconds, listens = (wait, _LISTENS) if command is None else (None, 0.0)
    with (
        alone_in(folder),
        played(folder, keten, driver=driver, seconds=seconds, listens=listens, versie_las=versie_las) as here,
    ):
        keten.write_config(folder / "doorstroom.toml")
        keten.write_config(folder / "doorstroom.json")
        write_class(folder, here)
        terminal.say(f"The settings of the LAS and the class are in {folder}.", style="bold")
        run = here.run()
        found = play_run(run, choice_of(patterns, [Rol.LAS.value]))
        return conclude(folder, run, found, strict=strict)


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
    needs_simulator()
    from doorstroom_client.ketentest.throwaway import make_certificates

    make_folder(folder)
    for line in make_certificates(folder, hosts or ["localhost"]):
        terminal.show(line)
    return ExitCode.OK


def _run_alone(test: Alone, rol: Rol, *, patterns: Sequence[str] | None, out: Path | None, strict: bool) -> int:
    with folder_or_temporary(out, f"ketentest-{rol.value}") as folder, alone_in(folder), test.opened(folder, rol) as run:
        found = play_run(run, choice_of(patterns, [rol.value]))
        return conclude(folder, run, found, strict=strict)
