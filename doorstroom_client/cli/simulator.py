"""``doorstroom simulator``: the whole chain on this machine, to try the other commands against."""

from __future__ import annotations

import os
import shlex
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstroom_client.basics.theirs import os_reason
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_ours, make_folder
from doorstroom_client.cli._program import program
from doorstroom_client.cli._simulated_place import check_free_ports, checked_place, no_ports
from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.extras import not_installed
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.output.files import write_whole
from doorstroom_client.output.spreadsheet import csv_bytes

if TYPE_CHECKING:
    from doorstroom_client.simulator.invented import BedachteLeerling
    from doorstroom_client.simulator.keten import Keten
    from doorstroom_client.simulator.place import Place
    from doorstroom_client.simulator.speeljaar import Speeljaar

_CONFIG, _MARK = "doorstroom.toml", "# Made by the simulator"
_JSON, _DEELNEMERS, _ADVIEZEN = "doorstroom.json", "deelnemers.csv", "adviezen.csv"
_WITH_IT = (_JSON, _DEELNEMERS, _ADVIEZEN)
_PKIS = ("pki", "pki-servers")


def simulator(
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Folder for the configuration, the certificates and the pupils.")
    ] = Path("doorstroom-sim"),
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=1024, max=65531, help="First of five successive ports to listen on.")
    ] = 18440,
    listen: Annotated[
        str,
        typer.Option(
            "--listen",
            metavar="ADDRESS",
            help="IP address to listen on; 0.0.0.0 is every address of this machine. Only loopback keeps others out.",
        ),
    ] = "127.0.0.1",
    hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--host",
            metavar="NAME",
            help="Name or IP address that others call it by: in the addresses that are written, and in the certificates. Give "
            "it again for more names in the certificates, such as that of a receiver of your own.",
        ),
    ] = None,
    readable: Annotated[
        bool,
        typer.Option(
            "--readable",
            help="Let every user of this machine read what is written, private keys included: for containers that share DIR.",
        ),
    ] = False,
    schooljaar: Annotated[
        str | None,
        typer.Option(
            "--schooljaar", metavar="YEAR", help="School year to play, as 2026-2027. Default: the last with a known agreement."
        ),
    ] = None,
    versie: Annotated[
        str | None,
        typer.Option("--versie", metavar="TEXT", help="Version string of that year's agreement, when it is no known one."),
    ] = None,
    definitie: Annotated[
        Path | None,
        typer.Option("--definitie", metavar="FILE", help="Published definition to judge by (YAML needs the extra yaml)."),
    ] = None,
    strict: Annotated[
        list[str] | None,
        typer.Option(
            "--strict", metavar="RULE", help="Refuse what is else only told: brin, versie or voorletters. Repeatable."
        ),
    ] = None,
    control: Annotated[
        bool,
        typer.Option(
            "--control",
            help="Let programs of this machine set it and ask what came in, over an address that DIR/control.json names. "
            "Results are then sent only when such a program asks for it.",
        ),
    ] = False,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", metavar="SECONDS", min=0, help="Stop by itself after so many seconds. Default: run on."),
    ] = None,
) -> None:
    """Run an OSR, three test suppliers and a receiving LAS on this machine, until Ctrl-C.

    Writes a configuration (also as JSON, for a LAS in another language) and two files with invented pupils, and says what
    to type next in another terminal. About a second after pupils came in, a supplier sends their results; the receiving
    LAS, which is played too, takes them in. Lists are judged by the published definition: what is wrong with one is told
    here, with its place and rule. Needs the extra simulator.

    Example:
      doorstroom simulator --schooljaar 2026-2027 --versie Doorstroomtoetsketen_v2026-2027
    """
    terminal.set_mode()
    place = checked_place(listen, hosts or [])
    check_free_ports(port, place)  # before anything is written: a simulator that runs keeps its files
    from doorstroom_client.simulator.by_itself import answer_by_itself  # brings cryptography

    year = _chosen(schooljaar, versie, definitie)
    played = {"schooljaar": year.schooljaar, "afspraak": year.afspraak, "definitie": definitie, "streng": _strict(strict or ())}
    make_folder(folder)
    check_ours(folder, _CONFIG, _MARK, _WITH_IT)
    with _stopped_by_signal() as stop, _alone_in(folder), _running(folder, port, place, played) as keten:
        _write(keten, folder, readable=readable)
        with _controlled(keten, folder) if control else nullcontext():
            _tell_year(year, chosen=schooljaar is not None)
            _tell_place(port, place)
            _tell_next(folder)
            answer_by_itself(keten, stop, seconds, terminal.say, push=not control)
    terminal.say("Stopped.")


def make_keten(folder: Path | None, port: int = 0, place: Place | None = None, **options: Any) -> Keten:
    """The chain, not yet started.

    Args:
        folder: where it is made.
        port: the first of its ports; any free ones when 0.
        place: where it listens; on loopback when left out.
        **options: as with `Keten`.

    Raises:
        ConfigurationError: the extra is not installed.
    """
    try:
        from doorstroom_client.simulator.keten import Keten  # brings cryptography
    except ImportError:
        raise not_installed("simulator", "the simulator") from None
    if place is not None:
        options |= {"listen": place.listen, "host": place.host, "other_hosts": place.names}
    return Keten(folder, port=port, **options)


def deelnemers_csv(leerlingen: Sequence[BedachteLeerling]) -> bytes:
    """Invented pupils as a file for ``doorstroom deelnemers send``."""
    names = ("achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "geslacht", "groep")
    header = ("eck_id", "las_key", *names)
    return csv_bytes(header, ([getattr(item, name) or "" for name in header] for item in leerlingen), safe=False)


def adviezen_csv(leerlingen: Sequence[BedachteLeerling]) -> bytes:
    """Their advice as a file for ``doorstroom adviezen send``."""
    header = ("eck_id", "las_key", "advies")
    return csv_bytes(header, ([getattr(item, name) or "" for name in header] for item in leerlingen), safe=False)


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
def _running(folder: Path, port: int, place: Place, played: dict[str, Any]) -> Iterator[Keten]:
    try:
        keten = make_keten(folder, port, place, **played)
    except OSError as error:
        if error.filename is None:  # a port that was taken in the meantime
            raise no_ports(port, place, error) from None
        raise StoreError(f"cannot write in {folder}: {os_reason(error)}", hint="Choose another folder with --dir") from None
    try:
        keten.start()
    except OSError as error:
        keten.stop()  # the servers that did start
        raise no_ports(port, place, error) from None
    try:
        yield keten
    finally:
        keten.stop()


@contextmanager
def _controlled(keten: Keten, folder: Path) -> Iterator[None]:
    """Serve the control address for as long as it runs."""
    from doorstroom_client.simulator.control import FILE, Control, served

    with served(Control(keten), folder) as address:
        terminal.say(f"It is set and asked at {address.url}, with the token in {folder / FILE}.", style="bold")
        yield


@contextmanager
def _stopped_by_signal() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _chosen(schooljaar: str | None, versie: str | None, definitie: Path | None) -> Speeljaar:
    """What is played, looked at before anything is written.

    Raises:
        ConfigurationError: no agreement is known for the year, or the definition cannot be used.
    """
    from doorstroom_client.simulator.speeljaar import afspraak_voor, choose  # brings cryptography

    today = datetime.now(amsterdam()).date()
    year = schooljaar or Schooljaar.on(today)
    return choose(schooljaar, afspraak_voor(year, versie, definitie) if versie else None, (), definitie, today)


def _strict(names: Sequence[str]) -> list[str]:
    from doorstroom_client.simulator.regels import Streng  # brings cryptography

    for name in names:
        if name not in set(Streng):
            raise ConfigurationError(f"--strict {name}: there is no such rule; there are {', '.join(Streng)}", setting="strict")
    return [*names]


def _tell_year(year: Speeljaar, *, chosen: bool) -> None:
    now = Schooljaar.on(datetime.now(amsterdam()).date())
    terminal.say(f"School year {year.schooljaar}, agreement {year.afspraak.versie}, definition {year.nummer}.", style="bold")
    if not chosen and year.schooljaar != now:
        terminal.say(f"No agreement is known for {now}; with its version string it is played: --schooljaar {now} --versie TEXT")


def _write(keten: Keten, folder: Path, *, readable: bool) -> None:
    """The files that the other side needs; their certificates are there already."""
    for name in (_CONFIG, _JSON):
        keten.write_config(folder / name, environment="sandbox")  # a played OSR is never that of production
    leerlingen = keten.leerlingen()
    write_whole(folder / _DEELNEMERS, deelnemers_csv(leerlingen))
    write_whole(folder / _ADVIEZEN, adviezen_csv(leerlingen))
    if readable:
        for place in (folder, *(folder / name for name in _PKIS)):
            with suppress(PermissionError):  # the first may be of whoever shares it with us
                place.chmod(0o755)
        for file in (folder / _CONFIG, *(folder / name for name in _WITH_IT), *folder.glob("pki*/*.pem")):
            file.chmod(0o644)


def _tell_place(port: int, place: Place) -> None:
    terminal.say(f"The chain runs on {place.url()}, ports {port} to {port + 4}. Ctrl-C stops it.", style="bold")
    terminal.say("Everything is invented: the schools, the pupils and the certificates. Your receiving side is played too.")
    if not place.is_loopback:
        more = " Others need a name for it: --host NAME." if place.host == "localhost" else ""
        terminal.say(f"It listens on {place.listen}: the network of this machine can reach it, so bring nothing real.{more}")
    terminal.say("")


def _tell_next(folder: Path) -> None:
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
