"""``doorstroom simulator``: the whole chain on this machine, to try the other commands against."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstroom_client.basics.theirs import os_reason
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli import how_to_install
from doorstroom_client.cli._folders import check_ours, make_folder
from doorstroom_client.cli._program import program
from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.output.files import write_whole
from doorstroom_client.output.spreadsheet import csv_bytes

if TYPE_CHECKING:
    from doorstroom_client.simulator.invented import BedachteLeerling
    from doorstroom_client.simulator.keten import Keten

SCHOOLJAAR = "2025-2026"
_CONFIG, _MARK = "doorstroom.toml", "# Made by the simulator"
_DEELNEMERS, _ADVIEZEN = "deelnemers.csv", "adviezen.csv"


def simulator(
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Folder for the configuration, the certificates and the pupils.")
    ] = Path("doorstroom-sim"),
    port: Annotated[
        int, typer.Option("--port", min=1024, max=65531, help="First of five successive ports to listen on, on loopback.")
    ] = 18440,
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=0, help="Stop by itself after so many seconds. Default: run on.")
    ] = None,
) -> None:
    """Run an OSR, three test suppliers and a receiving LAS on this machine, until Ctrl-C.

    Writes a configuration and two files with invented pupils, and says what to type next in another terminal. About a
    second after pupils came in, a supplier sends their results; the receiving LAS, which is played too, takes them in.
    Needs the extra simulator.

    Example:
      doorstroom simulator --dir ./doorstroom-sim
    """
    terminal.set_mode()
    _check_ports(port)  # before anything is written: a simulator that runs keeps its files
    from doorstroom_client.simulator.by_itself import answer_by_itself  # brings cryptography

    make_folder(folder)
    check_ours(folder, _CONFIG, _MARK, (_DEELNEMERS, _ADVIEZEN))
    with _stopped_by_signal() as stop, _alone_in(folder), _running(folder, port) as keten:
        keten.write_config(folder / _CONFIG)
        leerlingen = keten.leerlingen()
        write_whole(folder / _DEELNEMERS, deelnemers_csv(leerlingen))
        write_whole(folder / _ADVIEZEN, adviezen_csv(leerlingen))
        _tell_next(folder, port)
        answer_by_itself(keten, stop, seconds, terminal.say)
    terminal.say("Stopped.")


def make_keten(folder: Path | None, port: int = 0) -> Keten:
    """The chain, not yet started.

    Args:
        folder: where it is made.
        port: the first of its ports; any free ones when 0.

    Raises:
        ConfigurationError: the extra is not installed.
    """
    try:
        from doorstroom_client.simulator.keten import Keten  # brings cryptography
    except ImportError:
        raise _not_installed() from None
    return Keten(folder, schooljaar=SCHOOLJAAR, port=port)


def deelnemers_csv(leerlingen: Sequence[BedachteLeerling]) -> bytes:
    """Invented pupils as a file for ``doorstroom deelnemers send``."""
    names = ("achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "geslacht", "groep")
    header = ("eck_id", "las_key", *names)
    return csv_bytes(header, ([getattr(item, name) or "" for name in header] for item in leerlingen), safe=False)


def adviezen_csv(leerlingen: Sequence[BedachteLeerling]) -> bytes:
    """Their advice as a file for ``doorstroom adviezen send``."""
    header = ("eck_id", "las_key", "advies")
    return csv_bytes(header, ([getattr(item, name) or "" for name in header] for item in leerlingen), safe=False)


def _check_ports(port: int) -> None:
    """Look whether all ports are free; nothing keeps them so.

    Raises:
        ConfigurationError: the extra is not installed, or one of them is taken.
    """
    try:
        from doorstroom_client.simulator.keten import check_ports  # brings cryptography
    except ImportError:
        raise _not_installed() from None
    try:
        check_ports(port)
    except OSError as error:
        raise _no_ports(port, error) from None


def _not_installed() -> ConfigurationError:
    return ConfigurationError("the simulator is not installed", hint=how_to_install("simulator"), setting="simulator")


def _no_ports(port: int, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"cannot listen on the ports {port} to {port + 4}: {os_reason(error)}",
        setting="port",
        hint="Is another simulator running? Use that one, or start this one with another --port and another --dir",
    )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep a second simulator, on other ports, away from the certificates of the first."""
    import fcntl  # not on every system; the other commands do without

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ConfigurationError(
            f"another simulator is running in {folder}", setting="dir", hint="Use that one, or choose another folder with --dir"
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _running(folder: Path, port: int) -> Iterator[Keten]:
    try:
        keten = make_keten(folder, port)
    except OSError as error:
        if error.filename is None:  # a port that was taken in the meantime
            raise _no_ports(port, error) from None
        raise StoreError(f"cannot write in {folder}: {os_reason(error)}", hint="Choose another folder with --dir") from None
    try:
        keten.start()
    except OSError as error:
        keten.stop()  # the servers that did start
        raise _no_ports(port, error) from None
    try:
        yield keten
    finally:
        keten.stop()


@contextmanager
def _stopped_by_signal() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell_next(folder: Path, port: int) -> None:
    terminal.say(f"The chain runs on https://localhost, ports {port} to {port + 4}. Ctrl-C stops it.", style="bold")
    terminal.say("Everything is invented: the schools, the pupils and the certificates. Your receiving side is played too.")
    terminal.say("")
    terminal.say("Type this in another terminal, in this order:")
    doorstroom = program(folder)
    for command in (
        f"cd {shlex.quote(str(folder))}",
        f"{doorstroom} config check",
        f"{doorstroom} mandaat check --school 99AA",
        f"{doorstroom} deelnemers send {_DEELNEMERS} --school 99AA",
        f"{doorstroom} adviezen send {_ADVIEZEN} --school 99AA",
        f"{doorstroom} resultaten list",
        f"{doorstroom} rapporten fetch --to rapporten",
    ):
        terminal.say(f"  {command}", style="cyan")
    terminal.say("")
    terminal.say("School 99AA has mandated ICE, 99BB has DIA, 99CC has ROUTE_8, and 99DD nobody.")
