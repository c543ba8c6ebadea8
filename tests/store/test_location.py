"""Where a store is: addresses that are refused, what of them is shown, and everywhere that one is accepted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from support.databases import Cluster

from doorstroom_client import Client
from doorstroom_client.config.reader import load_settings
from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.simulator import Keten
from doorstroom_client.store.location import Address, is_address, shown, veiled
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

SECRET = "geheim"
AWAY = f"postgresql://las:{SECRET}@db.example.nl/doorstroom"


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        (AWAY, "postgresql://db.example.nl/doorstroom"),
        (f"postgres://las:{SECRET}@[::1]:5433/x?sslmode=verify-full", "postgresql://[::1]:5433/x?sslmode=verify-full"),
        (f"postgresql:///x?host=/run/postgresql&user=las&password={SECRET}", "postgresql:///x?host=/run/postgresql"),
        (f"postgresql://las:{SECRET}@a:1,b:2/x?sslpassword={SECRET}", "postgresql://a:1,b:2/x"),
        (f"postgresql://las:q@{SECRET}@db/x", "postgresql://db/x"),
        (f"postgresql://las:q/{SECRET}@db/x", "postgresql://db/x"),
        (f"postgresql://las:q?{SECRET}@db/x", "postgresql://db/x"),
        (f"postgresql://las:{SECRET}", "postgresql://…"),
        (f"postgresql://las:{SECRET}/x", "postgresql://…"),
        (f"postgresql://las:{SECRET}#db/x", "postgresql://…"),
        ("/var/lib/las/doorstroom.db", "/var/lib/las/doorstroom.db"),
    ],
)
def test_what_is_shown(address: str, seen: str) -> None:
    assert shown(address) == seen
    assert SECRET not in repr(veiled(address))


def test_a_path_is_no_address(tmp_path: Path) -> None:
    assert not any(map(is_address, ("postgresql.db", "./postgresql://x", Path("postgresql://x"), None, 3)))
    assert isinstance(veiled(AWAY), Address)
    assert veiled("doorstroom.db") == "doorstroom.db"
    store = open_store(tmp_path / "s.db")
    assert isinstance(store, SqliteStore)
    store.close()


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        (AWAY, "sslmode=verify-full"),
        (f"{AWAY}?sslmode=require", "sslmode=verify-full"),
        (f"{AWAY}?sslmode=verify-ca", "sslmode=verify-full"),
        (f"postgresql://las:{SECRET}@localhost/x?hostaddr=10.1.2.3", "sslmode=verify-full"),
        (f"postgresql://las:{SECRET}@localhost,db.example.nl/x", "sslmode=verify-full"),
        (f"postgresql://las:{SECRET}@10.0.0.1/x", "sslmode=verify-full"),
        (f"postgresql://las:{SECRET}@/x", "socket"),
        (f"postgresql://las:{SECRET}@localhost,/x", "socket"),
        (f"postgresql://las:{SECRET}@localhost/x?service=las", "postgresql://las@"),
        (f"postgresql://las:{SECRET}@localhost/x?onbekend=1", "%40"),
        (f"postgresql://las:%zz{SECRET}@localhost/x", "%40"),
    ],
)
def test_what_is_refused(address: str, hint: str) -> None:
    pytest.importorskip("psycopg_pool")
    with pytest.raises(ConfigurationError) as caught:
        open_store(address)
    error = caught.value
    assert error.setting == "store"
    assert hint in error.hint
    assert SECRET not in with_values(error)


def with_values(error: Exception) -> str:
    """The traceback with the values of our own frames, as error trackers make it."""
    assert error.__traceback__ is not None
    frames = traceback.TracebackException(type(error), error, error.__traceback__.tb_next, capture_locals=True)
    return "".join(frames.format())


def test_checked_tls_goes_to_the_server_and_not_around_it() -> None:
    pytest.importorskip("psycopg_pool")
    from doorstroom_client.store.postgres.dsn import connection_of

    given = connection_of(f"{AWAY}?sslmode=verify-full&connect_timeout=3")
    assert [given[name] for name in ("sslmode", "gssencmode", "hostaddr", "connect_timeout")] == [
        "verify-full",
        "disable",
        "",
        "3",
    ]
    assert (given["tcp_user_timeout"], given["target_session_attrs"]) == (20_000, "read-write")
    assert "gssencmode" not in connection_of("postgresql://las@localhost/x")


def test_an_error_shows_no_password(cluster: Cluster) -> None:
    place = cluster.fresh().replace("las@/doorstroom", f"las:{SECRET}@/nergens")
    with pytest.raises(StoreError) as caught:
        open_store(place)
    assert SECRET not in with_values(caught.value)
    assert caught.value.__suppress_context__


def test_no_variable_of_the_machine_moves_the_store(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    place = cluster.fresh()
    for name, value in (("PGHOSTADDR", "192.0.2.1"), ("PGOPTIONS", "-c search_path=public"), ("PGCLIENTENCODING", "LATIN1")):
        monkeypatch.setenv(name, value)
    store: Any = open_store(place)
    with store._database.cursor("look") as cursor:
        assert cursor.execute("SELECT current_setting('search_path'), current_setting('client_encoding')").fetchone() == (
            "doorstroom",
            "UTF8",
        )
    store.close()


# --- where it is accepted


def settings_of(tmp_path: Path, store: str, environment: dict[str, str] | None = None) -> Any:
    path = tmp_path / "doorstroom.toml"
    path.write_text(f'auteur = "LAS 1.0"\n{store}\n[certificate]\ncert = "c.pem"\ntrust = "r.pem"\n')
    path.chmod(0o600)
    return load_settings(path, environment or {}, given=("certificate",))


def test_the_configuration_leaves_an_address_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, f'store = "{AWAY}"')
    assert settings.store == AWAY
    assert SECRET not in repr(settings)
    assert settings_of(tmp_path, 'store = "s.db"').store == str(tmp_path / "s.db")
    assert settings_of(tmp_path, "", {"DOORSTROOM_STORE": AWAY}).store == AWAY


def test_an_address_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "address"
    secret.write_text(f"{AWAY}\n")
    secret.chmod(0o600)
    settings = settings_of(tmp_path, "", {"DOORSTROOM_STORE_FILE": str(secret)})
    assert settings.store == AWAY
    assert SECRET not in repr(settings)
    with pytest.raises(ConfigurationError, match="both set"):
        settings_of(tmp_path, "", {"DOORSTROOM_STORE_FILE": str(secret), "DOORSTROOM_STORE": AWAY})


def test_a_client_takes_an_address(cluster: Cluster, keten: Keten) -> None:
    with keten.client(store=cluster.fresh()) as client:
        assert list(client.resultaten()) == []
        assert SECRET not in repr(client)
    assert isinstance(client, Client)


def test_the_command_line_takes_an_address(cluster: Cluster, eigen_keten: Keten, tmp_path: Path) -> None:
    config = eigen_keten.write_config(tmp_path / "doorstroom.toml")
    place = cluster.fresh().replace("las@", f"las:{SECRET}@")
    environment = {**os.environ, "DOORSTROOM_STORE": place}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "doorstroom_client.cli", *command, "--config", str(config)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    shows = run("config", "show", "--json")
    (value,) = [item["value"] for item in json.loads(shows.stdout)["settings"] if item["setting"] == "store"]
    assert value == f"postgresql:///doorstroom?host={cluster.folder}"
    checks = run("config", "check", "--json")
    assert "0 results" in checks.stdout
    health = run("health", "--json")
    assert json.loads(health.stdout)["metrics"]["outbox_waiting"] == 0
    delivered = run("outbox", "deliver", "--json")
    assert delivered.returncode == 0, delivered.stderr
    assert SECRET not in "".join(text for done in (shows, checks, health, delivered) for text in (done.stdout, done.stderr))
