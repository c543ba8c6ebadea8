"""Output that cannot be written is exit code 74 and nothing else: no trace of the program, and what was done stands.

Most of it is tried in this process, with stdout and stderr put on real descriptors that cannot be written. What only a program
of its own can show is tried with one: what Python says when it ends, descriptors that were closed before it began, a pipe.
"""

from __future__ import annotations

import io
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.command_line import ALL, LEAVES, Run, environment, private_texts

from doorstroom_client.cli import main
from doorstroom_client.cli.exit_codes import ExitCode, worst
from doorstroom_client.simulator import Keten

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full here")

Streams = dict[str, Any]
Done = subprocess.CompletedProcess[str]
WAYS = ("full", "closed", "broken")
NOISE = ("Traceback", "Exception ignored", "Logging error", "Error in", "This is a bug")
SCHOOL = ("--school", "99AA")
A_SERVER = ("--cert", "c.pem", "--trust", "t.pem", "--oin", "00000003990000110000", "--school", "0000000700099AA00530")
A_SERVER += ("--environment", "test", "--host", "y.example")
"""One whose host name was not typed: nothing is called."""
SETTINGS = ("auteur=MijnLAS 1", "certificate.cert=las.pem", "certificate.trust=roots.pem")
ARGUMENTS = {
    "demo": ("--out", "demo"),
    "simulator": ("--seconds", "0", "--port", "28440"),
    "config init": ("--to", "x.toml", "--overwrite", *(word for item in SETTINGS for word in ("--set", item))),
    "certificaat show": ("keten/pki",),
    "certificaat split": ("keten/pki/las.cert.pem", "keten/pki/las.key.pem", "--to", "gesplitst", "--overwrite"),
    "mandaat check": SCHOOL,
    "osr register-endpoint": ("--url", "https://las.example.nl", "--all", "--dry-run"),
    "bestand check": ("deelnemers.csv",),
    "deelnemers send": ("deelnemers.csv", *SCHOOL),
    "deelnemers send-many": ("deelnemers.csv",),
    "afspraak compare": ("new.yaml",),
    "adviezen send": ("adviezen.csv", *SCHOOL),
    "adviezen send-many": ("adviezen.csv",),
    "outbox retry": ("1",),
    "outbox park": ("1",),
    "outbox drop": ("1",),
    "store backup": ("kopie.db",),
    "resultaten export": ("uit.csv", "--overwrite"),
    "rapporten fetch": ("--to", "rapporten"),
    "ketentest self": ("V-0[12]",),
    "ketentest new": ("--leverancier", "ICE", "--dir", "nieuw"),
    "ketentest invite": ("map",),
    "ketentest postpone": ("map", "--to", "2027-01-04", "--reason", "X"),
    "ketentest cleanup": ("map",),
    "ketentest preflight": ("map",),
    "ketentest run": ("map",),
    "ketentest report": ("map",),
    "ketentest ask": ("map",),
    "ketentest answer": ("map", "1", "ja", "--by", "X"),
    "ketentest compare": ("a.json", "b.json"),
    "ketentest supplier": ("https://x.example", *A_SERVER),
    "ketentest receiver": ("https://x.example", *A_SERVER),
    "ketentest play": ("--only", "LA-109", "--wait", "0", "--port", "0"),
    "ketentest certificates": ("pki",),
    "overzicht": ("pagina.html", "--overwrite", "--adviezen", "adviezen.csv", *SCHOOL),
    "teksten show": ("fout-geen-mandaat",),
    "teksten page": ("teksten.html", "--overwrite"),
}
LONG = ("demo", "serve")
"""These run on, or take long; they have tests of their own."""


def nowhere(way: str) -> int:
    """A descriptor that cannot be written."""
    if way == "full":
        return os.open("/dev/full", os.O_WRONLY)
    reading, target = os.pipe()
    os.close(reading)
    return target


@contextmanager
def cannot_be_written(way: str, *names: str) -> Iterator[Streams]:
    """What `subprocess.run` is given so that these streams cannot be written."""
    numbers = {"stdout": 1, "stderr": 2}

    def close() -> None:
        for name in names:
            os.close(numbers[name])

    if way == "closed":
        yield {"preexec_fn": close}
        return
    target = nowhere(way)
    try:
        yield dict.fromkeys(names, target)
    finally:
        os.close(target)


def apart(arguments: tuple[str, ...], way: str = "", *names: str, **more: Any) -> Done:
    """Run a command as a program of its own; these of its streams cannot be written."""
    command = [sys.executable, "-m", "doorstroom_client.cli", *arguments]
    with cannot_be_written(way, *names) if names else ExitStack() as streams:
        given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **(streams if names else {}), **more}  # type: ignore[dict-item]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, text=True, timeout=120, check=False, env=environment(), **given
        )
    return without_noise(done)


def here(arguments: tuple[str, ...], way: str = "", *names: str) -> Done:
    """Run a command in this process; a stream that Python could not empty at the end of a program fails the test."""
    kept = {name: io.BytesIO() for name in ("stdout", "stderr")}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["doorstroom", *arguments])
        patch.setattr(sys, "stdin", stack.enter_context(Path(os.devnull).open()))
        for name, content in kept.items():
            stream = None
            if name not in names:
                stream = io.TextIOWrapper(content, "utf-8", line_buffering=name == "stderr")
            elif way != "closed":  # Python gives None for one that was closed before it began
                stream = stack.enter_context(
                    os.fdopen(nowhere(way), "w", encoding="utf-8", buffering=-1 if name == "stdout" else 1)
                )
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main()
        for name in kept:
            if getattr(sys, name) is not None:
                getattr(sys, name).flush()
        out, err = ("" if name in names else content.getvalue().decode() for name, content in kept.items())
    return without_noise(Done(arguments, int(ended.value.code or 0), out, err))


def without_noise(done: Done) -> Done:
    for noise in NOISE:
        assert noise not in (done.stdout or "") + (done.stderr or "")
    return done


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_help(path: tuple[str, ...]) -> None:
    done = here((*path, "--help"), "full", "stdout")
    assert done.returncode == 74
    assert done.stderr == "Error: standard output cannot be written: No space left on device. What was done stands\n"


STREAMS = (("stdout",), ("stderr",), ("stdout", "stderr"))
SAID_BY_EVERY_PROGRAM = [("--version",), ("--help",), ("config", "show", "--json"), ("nope",), ()]


@pytest.mark.parametrize("arguments", SAID_BY_EVERY_PROGRAM, ids=" ".join)
@pytest.mark.parametrize("way", WAYS)
def test_what_every_program_says(arguments: tuple[str, ...], way: str) -> None:
    usual = here(arguments)
    for names in STREAMS:
        said = any(getattr(usual, name) for name in names)
        assert here(arguments, way, *names).returncode == (74 if said else usual.returncode), names


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("names", STREAMS, ids="+".join)
def test_what_python_says_when_a_program_ends(names: tuple[str, ...], way: str) -> None:
    """It empties its streams once more, complains of what it cannot write, and has an exit code of its own for that."""
    arguments = ("nope",) if names == ("stderr",) else ("config", "show", "--json")
    assert apart(arguments, way, *names).returncode == 74


@pytest.mark.parametrize("path", [path for path, _ in LEAVES if " ".join(path) not in LONG], ids=" ".join)
def test_every_command(path: tuple[str, ...], received: Keten) -> None:
    """Each as it ends with output; then without. Whether something was said at all is seen from the first time."""
    arguments = (*path, *ARGUMENTS.get(" ".join(path), ()))
    usual = here(arguments)
    assert usual.returncode not in (64, 70), usual.stderr
    _remove_what_was_written()
    for way, names in (("full", ("stdout",)), ("full", ("stderr",)), ("closed", ("stdout", "stderr"))):
        if path == ("simulator",) and way == "closed":
            continue  # it has just been there, and its ports may still be taken
        lost = any(getattr(usual, name) for name in names)
        done = here(arguments, way, *names)
        expected = worst([ExitCode(usual.returncode), ExitCode.STORE]) if lost else usual.returncode
        assert done.returncode == expected, (way, names, usual, done)
        _remove_what_was_written()


def _remove_what_was_written() -> None:
    """What a command would not write once more."""
    Path("kopie.db").unlink(missing_ok=True)
    shutil.rmtree("nieuw", ignore_errors=True)


@pytest.mark.parametrize(
    ("start", "way", "names", "form"),
    [
        (here, "full", ("stdout",), ()),
        (here, "full", ("stderr",), ()),
        (apart, "closed", ("stdout", "stderr"), ()),
        (apart, "broken", ("stdout", "stderr"), ()),
        (here, "full", ("stdout",), ("--json",)),
        (here, "full", ("stderr",), ("--json",)),
    ],
)
def test_what_was_delivered_is_noted(
    start: Callable[..., Done], names: tuple[str, ...], way: str, form: tuple[str, ...], keten: Keten, run: Run
) -> None:
    done = start(("deelnemers", "send", "deelnemers.csv", *SCHOOL, "--only-changes", *form), way, *names)
    assert done.returncode == (0 if form and names == ("stderr",) else 74)
    supplier = keten.toetssystemen["ICE"]
    assert supplier.verkeer.geteld == 1
    again = run("deelnemers", "send", "deelnemers.csv", *SCHOOL, "--only-changes")
    assert "Nothing has changed" in again.stdout
    assert supplier.verkeer.geteld == 1
    for text in private_texts(keten):
        assert text not in (done.stdout or "") + (done.stderr or "")


def test_what_stderr_would_get_does_not_end_up_in_the_store(keten: Keten, run: Run) -> None:
    """A file that is opened gets the lowest number that is free: with stderr closed that is where errors go."""
    for arguments in (("deelnemers", "send", "deelnemers.csv", *SCHOOL), ("outbox", "deliver")):
        apart(arguments, "closed", "stdout", "stderr")
    assert run("store", "status").exit_code == 0
    assert keten.store.read_bytes().startswith(b"SQLite format 3\0")


def test_a_reader_that_has_enough_is_not_complained_of() -> None:
    command = f"{sys.executable} -m doorstroom_client.cli config show | true; echo ${{PIPESTATUS[0]}}"  # ends before it is told
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment(), check=True, timeout=60)
    assert done.stdout == "74\n"
    assert not any(noise in done.stderr for noise in (*NOISE, "cannot be written", "Broken pipe"))


@pytest.mark.parametrize(
    ("way", "names"), [("full", ("stdout",)), ("broken", ("stderr",)), ("full", ("stderr",)), ("closed", ("stdout", "stderr"))]
)
def test_serve_goes_on(names: tuple[str, ...], way: str, tmp_path: Path) -> None:
    folder = tmp_path / "keten"
    folder.mkdir()
    with Keten(folder, receive=False) as keten, cannot_be_written(way, *names) as streams:
        keten.write_config(tmp_path / "doorstroom.toml")
        port = _free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "doorstroom_client.cli", "serve", "--health-port", str(port)],
            env=environment(DOORSTROOM_SERVE_PORT="0"),
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        )
        _wait(lambda: _answers(port), process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    told = (out or "") + (err or "")
    assert not any(noise in told for noise in NOISE)
    assert process.returncode == (74 if "stderr" in names or (process.returncode and "stdout" in names) else 0), told


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _answers(port: int) -> bool:
    import http.client

    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/health/live")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()


def _wait(until: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    import time

    for _ in range(600):
        if until():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    pytest.fail("it did not come that far")


# --- files


def _small_files() -> None:
    """As a disk that is nearly full: no file can become larger than this."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (256, 256))


FILES = {
    "resultaten export": ("resultaten", "export", "FILE"),
    "overzicht": ("overzicht", "FILE", "--adviezen", "adviezen.csv", *SCHOOL),
    "overzicht --csv": ("overzicht", "pagina.html", "--adviezen", "adviezen.csv", *SCHOOL, "--csv", "FILE"),
    "mandaat check --csv": ("mandaat", "check", "--all", "--csv", "FILE"),
    "mandaat check --board-text": ("mandaat", "check", "--all", "--board-text", "FILE"),
    "teksten page": ("teksten", "page", "FILE"),
    "rapporten fetch": ("rapporten", "fetch", "--to", "FILE"),
    "store backup": ("store", "backup", "FILE"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_device_is_no_file(name: str, received: Keten) -> None:
    done = here(tuple("/dev/full" if part == "FILE" else part for part in FILES[name]))
    assert done.returncode == 74, done


@pytest.mark.parametrize(
    "name", ["resultaten export", "overzicht", "mandaat check --csv", "mandaat check --board-text", "teksten page"]
)
def test_what_is_no_file_stays_what_it_is(name: str, received: Keten, tmp_path: Path) -> None:
    """With a pipe, for who tries a device as root may lose it."""
    pipe = tmp_path / "pijp"
    os.mkfifo(pipe)
    done = here((*(str(pipe) if part == "FILE" else part for part in FILES[name]), "--overwrite"))
    assert done.returncode == 74, done
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    "name", ["resultaten export", "overzicht", "mandaat check --csv", "mandaat check --board-text", "teksten page"]
)
def test_a_disk_that_is_full_leaves_no_half_file(name: str, received: Keten, tmp_path: Path) -> None:
    folder = tmp_path / "uit"
    folder.mkdir()
    usual = here(tuple(str(folder / "heel") if part == "FILE" else part for part in FILES[name]))
    assert usual.returncode in (0, 77), usual
    assert (folder / "heel").stat().st_size > 256
    arguments = tuple(str(folder / "uit.txt") if part == "FILE" else part for part in FILES[name])
    done = apart(arguments, preexec_fn=_small_files)
    assert done.returncode == 74, done
    assert [path.name for path in folder.iterdir()] == ["heel"]
