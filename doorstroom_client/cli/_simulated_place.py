"""Where a simulated chain listens, seen before anything is written: its address, its names and its ports."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from doorstroom_client.basics.theirs import os_reason
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.extras import not_installed

if TYPE_CHECKING:
    from doorstroom_client.simulator.place import Place


def checked_place(listen: str, hosts: Sequence[str]) -> Place:
    """The address to listen on, with its names.

    Raises:
        ConfigurationError: the extra is not installed.
        typer.BadParameter: the address is none, or a name is none that a host can have.
    """
    try:
        from doorstroom_client.simulator.place import Place  # brings cryptography
    except ImportError:
        raise not_installed("simulator", "the simulator") from None
    option = "--listen"
    try:
        Place.of(listen)
        option = "--host"
        return Place.of(listen, hosts[0] if hosts else None, hosts[1:])
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def check_free_ports(port: int, place: Place) -> None:
    """Look whether all ports are free; nothing keeps them so.

    Raises:
        ConfigurationError: one of them is taken, or the address is none of this machine.
    """
    from doorstroom_client.simulator.keten import check_ports

    try:
        check_ports(port, place)
    except OSError as error:
        raise no_ports(port, place, error) from None


def no_ports(port: int, place: Place, error: OSError) -> ConfigurationError:
    """Why nothing can listen there, with the next step."""
    taken = error.errno == errno.EADDRINUSE
    return ConfigurationError(
        f"cannot listen on {place.listen}, ports {port} to {port + 4}: {os_reason(error)}",
        setting="port" if taken else "listen",
        hint="Is another simulator running? Use that one, or start this one with another --port and another --dir"
        if taken
        else "--listen takes an IP address of this machine, or 0.0.0.0 for all of them",
    )
