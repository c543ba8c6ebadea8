"""The databases that a store is tested on: SQLite, and a real PostgreSQL when this machine has one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROLE = "las"
_USER = "postgres"
_TABLES = (
    *("leerlingresultaat", "outbox", "ledger", "dispatch", "secret", "rapport", "opgeruimd", "mandaat"),
    *("schooltoets", "uitslagmerk"),
)


def _folder() -> Path | None:
    """Where the programs of PostgreSQL are; None when they are not there, or cannot be run."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    usable = [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]
    if os.geteuid() == 0 and (shutil.which("runuser") is None or subprocess.run(["id", _USER], capture_output=True).returncode):
        return None  # a server does not run as root
    return usable[0] if usable else None


PROGRAMS = _folder()


class Cluster:
    """A server of our own in a temporary folder, reached over a socket only.

    Attributes:
        folder: what it lies in, the socket too.
    """

    def __init__(self) -> None:
        assert PROGRAMS is not None
        self.folder = Path(tempfile.mkdtemp(prefix="doorstroom-pg-", dir="/tmp"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, _USER)
        # Ends the server when the tests end, also when they are killed: then nobody holds the other end of its input.
        stop = f"{self._as_user()} {PROGRAMS}/pg_ctl --pgdata={self.folder}/data --wait --mode=immediate stop"
        script = f"read -r line; cd /; {stop}; rm -rf {self.folder}"
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._end = subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, start_new_session=True, **quiet)
        self._run("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={_USER}")
        self.start()
        self._made: set[str] = set()

    def start(self, *options: str) -> None:
        given = " ".join(["-c listen_addresses=''", f"-k {self.folder}", *options])
        self._run("pg_ctl", "--wait", f"--log={self.folder}/log", f"--options={given}", "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "--wait", f"--mode={mode}", "stop")

    def remove(self) -> None:
        assert self._end.stdin is not None
        self._end.stdin.close()
        assert self._end.wait(60) == 0

    def address(self, name: str = "doorstroom", user: str = ROLE, more: str = "") -> str:
        return f"postgresql://{user}@/{name}?host={self.folder}{more}"

    def connect(self, name: str = "doorstroom") -> Any:
        """A connection of the operator, who may do anything."""
        import psycopg

        return psycopg.connect(self.address(name, _USER), autocommit=True)

    def fresh(self, name: str = "doorstroom") -> str:
        """The address of an empty store; what was in it goes."""
        if name not in self._made:
            with self.connect("postgres") as operator:
                if not self._made:
                    operator.execute(f"CREATE ROLE {ROLE} LOGIN")
                operator.execute(f"CREATE DATABASE {name}")
            self._made.add(name)
        with self.connect(name) as operator:
            found = operator.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'doorstroom'").fetchone()[0]
            if found == len(_TABLES) + 1:  # cheaper than making them again
                sequences = operator.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'doorstroom'").fetchall()
                wanted = [f"DELETE FROM doorstroom.{table}" for table in reversed(_TABLES)]
                wanted += [f"ALTER SEQUENCE doorstroom.{sequence} RESTART" for (sequence,) in sequences]
                operator.execute(";".join(wanted))
            else:
                operator.execute("DROP SCHEMA IF EXISTS doorstroom CASCADE")
                operator.execute(f"CREATE SCHEMA doorstroom AUTHORIZATION {ROLE}")
        return self.address(name)

    def end_connections(self) -> int:
        """Cut every connection of the store, as a server that is shut down does; gives their number."""
        with self.connect("postgres") as operator:
            query = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{ROLE}'"
            return len(operator.execute(query).fetchall())

    def _as_user(self) -> str:
        return f"runuser -u {_USER} --" if os.geteuid() == 0 else ""

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user().split(), f"{PROGRAMS}/{program}", f"--pgdata={self.folder}/data", *arguments]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, cwd="/", check=False)
        assert done.returncode == 0, done.stderr.decode()


def a_cluster() -> Iterator[Cluster]:
    """One for all tests of a run; tests are skipped where there is no PostgreSQL."""
    if PROGRAMS is None:
        pytest.skip("no PostgreSQL on this machine")
    pytest.importorskip("psycopg_pool")
    made = Cluster()
    yield made
    made.remove()


class Places:
    """Where stores of one kind can be made.

    Attributes:
        kind: ``sqlite`` or ``postgres``.
    """

    def __init__(self, folder: Path, cluster: Cluster | None = None) -> None:
        self.kind = "sqlite" if cluster is None else "postgres"
        self._folder, self._cluster = folder, cluster

    def new(self, name: str = "doorstroom") -> str:
        """A place with nothing in it."""
        return str(self._folder / f"{name}.db") if self._cluster is None else self._cluster.fresh(name)


def query(store: Any, text: str) -> list[Any]:
    """What stands in the tables of a store, of either kind."""
    with store._database.cursor("look") as cursor:
        return list(cursor.execute(text).fetchall())
