"""Where the simulator listens, and the names by which others reach it there."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from doorstroom_client.basics.frozen import frozen

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)  # services of a compose file may have an underscore
_LONGEST = 253
_NAMES_OF_HERE = ("localhost", "127.0.0.1", "::1")


@frozen
class Place:
    """An address of this machine, with its names; `Place.of` checks them.

    Attributes:
        listen: the IP address that is listened on.
        host: the name, or IP address, that every URL has.
        names: all names and IP addresses that a certificate is to be valid for.
    """

    listen: str
    host: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, listen: str = "127.0.0.1", host: str | None = None, other_hosts: Sequence[str] = ()) -> Self:
        """Check an address and its names.

        Args:
            listen: an IP address of this machine; ``0.0.0.0`` and ``::`` are all of them.
            host: by default ``localhost`` where that leads there, else the address itself.
            other_hosts: further names and IP addresses.

        Raises:
            ValueError: the address is no IP address, or a name is none that a host can have.
        """
        address = _address(listen)
        if address is None:
            raise ValueError(f"{listen!r} is no IP address to listen on; all addresses of this machine are 0.0.0.0")
        leads_there = address.is_unspecified or str(address) == "127.0.0.1"
        usual = "localhost" if leads_there else str(address)
        found = _host(usual if host is None else host)
        own = () if address.is_unspecified else (str(address),)
        names = (found, *map(_host, other_hosts), *own, *_NAMES_OF_HERE)
        return cls(str(address), found, tuple(dict.fromkeys(names)))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine itself can come there."""
        return ipaddress.ip_address(self.listen).is_loopback

    def url(self, port: int | None = None) -> str:
        """The URL of a port, or without one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}" if port is None else f"https://{host}:{port}"

    def near_url(self, port: int) -> str:
        """The URL by which this machine itself gets there: its own name may mean something to others only."""
        address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.listen, self.listen)  # noqa: S104 - nothing is bound here
        return replace(self, host=address).url(port)

    def bind(self, port: int) -> socket.socket:
        """A socket that has a port here, 0 for a free one; connecting to it is refused until it listens.

        Raises:
            OSError: the port is taken, or the address is none of this machine.
        """
        bound = socket.socket(socket.AF_INET6 if ":" in self.listen else socket.AF_INET, socket.SOCK_STREAM)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((self.listen, port))
        except OSError:
            bound.close()
            raise
        return bound


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP address, perhaps in the brackets that it has in a URL."""
    try:
        found = ipaddress.ip_address(text[1:-1] if text.startswith("[") and text.endswith("]") else text)
    except ValueError:
        return None
    return None if "%" in text else found  # a zone means nothing to others, and no certificate can have one


def _host(text: str) -> str:
    address = _address(text)
    if address is not None and not address.is_unspecified:
        return str(address)
    labels = text.lower().split(".")
    is_name = len(text) <= _LONGEST and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    if address is not None or not is_name:
        raise ValueError(f"{text!r} is no name of a host, nor an IP address that others can go to")
    return text.lower()


HERE = Place.of()
"""On loopback, for this machine only."""
