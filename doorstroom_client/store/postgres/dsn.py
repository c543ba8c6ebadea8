"""The address of a PostgreSQL database: checked, and completed with what keeps a connection from hanging."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address

import psycopg
from psycopg.conninfo import conninfo_to_dict

from doorstroom_client.errors import ConfigurationError

SCHEMA = "doorstroom"
"""The schema that everything is in."""
_EXAMPLE = "postgresql://las@db.example.nl/doorstroom?sslmode=verify-full&sslrootcert=/etc/las/db-ca.pem"
_TIMEOUTS = {"lock_timeout": "10s", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}
_OPTION = re.compile(r"(?:-c\s*|--)([\w-]+)\s*=")
_NETWORK: dict[str, str | int] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "target_session_attrs": "read-write",  # of several hosts, the one that takes writes
    "application_name": "doorstroom",
}


def connection_of(address: str) -> dict[str, str | int]:
    """The parameters of a connection; what the address says wins over what is added.

    Args:
        address: ``postgresql://user@host/database?…``, as libpq reads it.

    Raises:
        ConfigurationError: it cannot be read, names no host, or crosses a network without checked TLS.
    """
    given, refusal = _read(address)
    if refusal is not None:
        raise refusal
    away = given.get("sslmode") == "verify-full"
    # No variable of the environment moves the connection to another host; GSSAPI would go around the certificate.
    fixed = {"hostaddr": "", "gssencmode": "disable"} if away else {"hostaddr": ""}
    # Nor does one set anything else: what is empty here is not looked for there, and is not sent, which a pooler would refuse.
    return {"options": "", **_NETWORK, **fixed, **given, "client_encoding": "UTF8"}


def settings_of(given: Mapping[str, str | int]) -> dict[str, str]:
    """What every session is to have, by name, beside what the parameters of its connection set.

    Args:
        given: by `connection_of`.
    """
    theirs = {name.replace("-", "_").lower() for name in _OPTION.findall(str(given["options"]))}
    return {**{name: value for name, value in _TIMEOUTS.items() if name not in theirs}, "search_path": SCHEMA}


def _read(address: str) -> tuple[dict[str, str], ConfigurationError | None]:
    """The parameters in an address, or what is wrong with it; never both, as there may be a password in them."""
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(address).items()}
    except psycopg.Error:  # its text may hold the password
        escapes = "in a password, write @ : / ? # % as %40 %3A %2F %3F %23 %25"
        return {}, _refusal("is not an address that PostgreSQL can read", f"Write {_EXAMPLE}; {escapes}")
    if "service" in given:
        return {}, _refusal("names a service, so it cannot be seen which host that is", f"Write {_EXAMPLE}")
    hosts = [host for name in ("host", "hostaddr") if given.get(name) for host in given[name].split(",")]
    if not hosts or not all(hosts):
        socket = "postgresql:///doorstroom?host=/var/run/postgresql"
        return {}, _refusal("is an address that names no host", f"Write {_EXAMPLE}, or a folder with a socket: {socket}")
    if not all(map(_is_here, hosts)) and given.get("sslmode") != "verify-full":
        return {}, _refusal(
            "is on another machine, and what a store keeps may cross a network over checked TLS only",
            "Add sslmode=verify-full to the address, and sslrootcert with the CA of the server",
        )
    return given, None


def _refusal(text: str, hint: str) -> ConfigurationError:
    return ConfigurationError(f"store {text}", setting="store", hint=hint)


def _is_here(host: str) -> bool:
    """Whether nothing crosses a network."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
