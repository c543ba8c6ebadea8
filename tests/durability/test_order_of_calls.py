"""What the kernel saw: a result is in the write-ahead log, and that is on disk, before 202 leaves the process (promise I1).

Needs strace, and the right to use it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from support.clients import QUERY
from support.processes import module
from support.told import body

SUPPLIERS, EACH = 4, 6
STRACE = shutil.which("strace") or ""


CALLS = "trace=pwrite64,fsync,fdatasync,write,sendto,sendmsg"
TRACING = (STRACE, "-f", "--seccomp-bpf", "-yy", "-s", "6000", "-e", CALLS, "-e", "signal=none", "-o")


def may_trace() -> bool:
    return bool(STRACE) and subprocess.run([*TRACING, os.devnull, "true"], capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Seen:
    """A call: when it began and when it had ended, as line numbers."""

    began: int
    ended: int
    name: str
    text: str


def calls_of(trace: Path) -> list[Seen]:
    """The calls in a trace, each whole, in the order in which they ended."""
    found, under_way = [], dict[str, tuple[int, str]]()
    for number, line in enumerate(trace.read_text("latin-1").splitlines()):
        thread, _, rest = line.partition(" ")
        rest = rest.lstrip()
        if rest.endswith("<unfinished ...>"):
            under_way[thread] = number, rest.removesuffix("<unfinished ...>")
            continue
        began, text = number, rest
        if rest.startswith("<... "):
            began, first = under_way.pop(thread)
            text = first + rest.partition("resumed>")[2]
        found.append(Seen(began, number, text.partition("(")[0], text))
    return found


@contextmanager
def traced(folder: Path) -> Iterator[int]:
    """A receiver under strace; gives its port. Its trace is whole when the block has ended."""
    process = module(
        "durability.listening",
        folder / "s.db",
        before=[*TRACING, str(folder / "trace")],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    try:
        port, number = map(int, process.stdout.readline().split())
        yield port
        os.kill(number, signal.SIGTERM)  # strace ends after it, and has told all
        process.communicate(timeout=20)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=20)


def supply(port: int, name: str, answered: list[tuple[str, int, int]]) -> None:
    """Push over one connection; notes the mark of each message, the port it came from and the answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    for number in range(EACH):
        mark = f"merk-{name}-{number}-"
        headers = {"content-type": "application/json"}
        connection.request("POST", f"/leerlingresultaat?{QUERY}", body(name, number, mark=mark), headers)
        with connection.getresponse() as response:
            response.read()
            assert connection.sock is not None
            answered.append((mark, connection.sock.getsockname()[1], response.status))
    connection.close()


@pytest.mark.skipif(not may_trace(), reason="strace is not there, or may not be used")
def test_it_is_on_disk_before_202_leaves(tmp_path: Path) -> None:
    answered: list[tuple[str, int, int]] = []
    with traced(tmp_path) as port:
        threads = [threading.Thread(target=supply, args=(port, f"p{at}", answered)) for at in range(SUPPLIERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [status for _, _, status in answered] == [202] * (SUPPLIERS * EACH)
    calls = calls_of(tmp_path / "trace")
    log = [call for call in calls if re.match(r"\w+\(\d+<[^>]*/s\.db-wal>", call.text)]
    written = [call for call in log if call.name == "pwrite64"]
    synced = [call for call in log if call.name in ("fsync", "fdatasync") and call.text.endswith("= 0")]
    answers = [call for call in calls if '"HTTP/1.1 202' in call.text]
    assert len(answers) == len(answered)
    nth: dict[int, int] = {}
    for mark, source, _ in answered:
        on_this = [call for call in answers if f":{source}]>" in call.text]
        answer = on_this[nth.setdefault(source, 0)]
        nth[source] += 1
        kept = [call for call in written if mark in call.text]
        assert kept, "it is not in the write-ahead log"
        commit = [call for call in synced if call.began > kept[0].ended and call.ended < answer.began]
        assert commit, "202 left before the disk had it"
