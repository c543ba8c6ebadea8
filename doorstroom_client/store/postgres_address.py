"""The address of a PostgreSQL database: checked, and completed with what keeps a connection from hanging."""

from __future__ import annotations

from ipaddress import ip_address

import psycopg
from psycopg.conninfo import conninfo_to_dict

from doorstroom_client.errors import ConfigurationError

SCHEMA = "doorstroom"
"""The schema that everything is in."""
_EXAMPLE = "postgresql://las@db.example.nl/doorstroom?sslmode=verify-full&sslrootcert=/etc/las/db-ca.pem"
_TIMEOUTS = "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
_NETWORK = {
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
    given = _read(address)
    if "service" in given:
        raise ConfigurationError(
            "store names a service, so it cannot be seen which host that is", setting="store", hint=f"Write {_EXAMPLE}"
        )
    hosts = [host for name in ("host", "hostaddr") for host in given.get(name, "").split(",") if given.get(name)]
    if not hosts or not all(hosts):
        raise ConfigurationError(
            "store is an address that names no host",
            setting="store",
            hint=f"Write {_EXAMPLE}, or a folder with a socket: postgresql:///doorstroom?host=/var/run/postgresql",
        )
    away = not all(map(_is_here, hosts))
    if away and given.get("sslmode") != "verify-full":
        raise ConfigurationError(
            "store is on another machine, and what a store keeps may cross a network over checked TLS only",
            setting="store",
            hint="Add sslmode=verify-full to the address, and sslrootcert with the CA of the server",
        )
    options = f"{_TIMEOUTS} {given.pop('options', '')} -c search_path={SCHEMA}"
    # No variable of the environment moves the connection to another host; GSSAPI would go around the certificate.
    fixed = {"hostaddr": "", **({"gssencmode": "disable"} if away else {})}
    return {**_NETWORK, **fixed, **given, "client_encoding": "UTF8", "options": options}


def _read(address: str) -> dict[str, str]:
    try:
        return {name: str(value) for name, value in conninfo_to_dict(address).items()}
    except psycopg.Error:
        pass  # its text may hold the password
    raise ConfigurationError(
        "store is not an address that PostgreSQL can read",
        setting="store",
        hint=f"Write {_EXAMPLE}; in a password, write characters such as @ : / ? # % as %40 %3A %2F %3F %23 %25",
    )


def _is_here(host: str) -> bool:
    """Whether nothing crosses a network."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
