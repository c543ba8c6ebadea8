"""Run the tests on every Python that is to be had here, each in a fresh virtual environment, and print one table.

    python tools/matrix.py                     all interpreters on PATH and of pyenv that the package is made for
    python tools/matrix.py 3.11 --oldest       with the oldest dependencies that pyproject.toml allows
    python tools/matrix.py --debian FOLDER     as root: those of Debian's unstable suite too, in a system of its own there
    python tools/matrix.py 3.14 -- tests/store  what comes after -- goes to pytest
    python tools/matrix.py --list              which interpreters there are, the newest last; runs nothing

Ends with 1 when a test failed or an environment could not be made. The output of every step stays in the work folder.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_TESTS = ("-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider")
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*([^;]*)")
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")
_WHOSE = ("/etc/pip.conf", "/etc/xdg/pip", "/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
"""What pip in another system needs to reach what it reaches here."""
_BUILDING = ("build-essential", "cargo", "libffi-dev", "libpq5", "libssl-dev", "libxml2-dev", "libxslt1-dev", "pkg-config")
"""For dependencies that have no wheel for a new Python yet."""
_INSIDE = """set -e
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
for shared in "$1" "$2" ${DOORSTROOM_SPEC_DIR:+"$DOORSTROOM_SPEC_DIR"}; do
  mkdir -p "$0$shared"
  mount --bind "$shared" "$0$shared"
done
folder=$0
shift 2
exec chroot "$folder" env --chdir "$PWD" "$@"
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python.

    Attributes:
        command: what starts it.
        version: such as ``3.14.0``.
        place: where it was found.
    """

    command: tuple[str, ...]
    version: str
    place: str

    @property
    def minor(self) -> tuple[int, int]:
        """Such as (3, 14)."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one interpreter: the versions it ran with, how many tests ended how, and what went wrong before that."""

    interpreter: Interpreter
    versions: str = ""
    counts: Mapping[str, int] | None = None
    trouble: str = ""

    @property
    def green(self) -> bool:
        """Whether tests ran and all of them passed."""
        return bool(self.counts and self.counts["passed"] and not self.counts["failed"] and not self.trouble)


def requirements(project: Mapping[str, Any], extra: str = "test") -> Iterator[str]:
    """What the package needs with an extra, the extras that it names itself included."""
    extras = project.get("optional-dependencies", {})
    waiting, seen = [extra], set()
    yield from project.get("dependencies", ())
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for requirement in extras[name]:
            if own := re.match(rf"{re.escape(project['name'])}\[([\w, -]+)\]", requirement):
                waiting += [part.strip() for part in own[1].split(",")]
            else:
                yield requirement


def floors(wanted: Iterable[str]) -> list[str]:
    """Constraints that ask for the oldest version each requirement allows; of two floors for one name the higher counts."""
    found: dict[str, str] = {}
    for requirement in wanted:
        parts = _REQUIREMENT.match(requirement)
        floor = parts and re.search(r">=\s*([\d.]+)", parts[2])
        if parts and floor:
            name = re.sub(r"[-_.]+", "-", parts[1]).lower()
            found[name] = max(found.get(name, "0"), floor[1], key=_numbers)
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def counts(output: str) -> dict[str, int] | None:
    """How many tests ended how, from the last line of pytest; None when it did not come that far."""
    for line in reversed(output.splitlines()):
        found = {kind.rstrip("s") if kind.startswith("error") else kind: int(number) for number, kind in _COUNT.findall(line)}
        if found and " in " in line:
            failed = found.get("failed", 0) + found.get("error", 0)
            return {"passed": found.get("passed", 0), "failed": failed, "skipped": found.get("skipped", 0)}
    return None


def chosen(found: Iterable[Interpreter], least: str, asked: Sequence[str] = ()) -> list[Interpreter]:
    """The newest of each minor version, from the oldest one that is allowed; only those that are asked for, if any."""
    newest: dict[tuple[int, int], Interpreter] = {}
    for one in sorted(found, key=lambda one: _numbers(one.version)):
        if one.minor >= _numbers(least)[:2] and (
            not asked or f"{one.minor[0]}.{one.minor[1]}" in asked or one.version in asked
        ):
            newest[one.minor] = one
    return [newest[minor] for minor in sorted(newest)]


def table(rows: Iterable[Row]) -> str:
    """One line per interpreter, as Markdown."""
    lines = ["| interpreter | from | passed | failed | skipped | with |", "|---|---|---|---|---|---|"]
    for row in rows:
        numbers = [str(row.counts[kind]) if row.counts else "-" for kind in ("passed", "failed", "skipped")]
        cells = [row.interpreter.version, row.interpreter.place, *numbers, "; ".join(filter(None, (row.trouble, row.versions)))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _said(command: Sequence[str]) -> str:
    """What a command prints; empty when it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _asked(command: Sequence[str], place: str) -> Iterator[Interpreter]:
    version = _said([*command, "-c", "import platform, venv; print(platform.python_version())"])
    if version:
        yield Interpreter(tuple(command), version, place)


def interpreters() -> Iterator[Interpreter]:
    """Those on PATH and of pyenv."""
    for folder in filter(None, os.environ.get("PATH", "").split(os.pathsep)):
        for path in sorted(Path(folder).glob("python3.*")):
            if re.fullmatch(r"python3\.\d+", path.name):
                yield from _asked([str(path)], "PATH")
    for path in sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin/python")):
        yield from _asked([str(path)], "pyenv")


def debian(folder: Path, work: Path, had: Iterable[Interpreter]) -> Iterator[Interpreter]:
    """Those of Debian's unstable suite that were not found elsewhere; its system is made when the folder does not have it."""
    if os.geteuid() != 0:
        raise SystemExit("--debian makes a system of its own, and only root can")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    with (work / "debian.txt").open("wb") as log:

        def do(*command: str) -> None:
            print(f"Debian unstable: {command[-1]} -> {log.name}", file=sys.stderr, flush=True)
            subprocess.run(command, check=True, env=environment, stdout=log, stderr=subprocess.STDOUT)

        if not (folder / "usr/bin/apt-get").exists():
            mirror = _said(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Label: Debian"])
            do("debootstrap", "--variant=minbase", "sid", str(folder), *mirror.splitlines()[:1])
        _share(folder)
        settings = _said(
            ["apt-config", "dump", *(f"Acquire::{name}" for name in ("Check-Valid-Until", "Check-Date", "http", "https"))]
        )
        (folder / "etc/apt/apt.conf.d/99machine").write_text(settings + "\n", "utf-8")  # the mirror may be a picture of one day
        inside = ("unshare", "--mount", "sh", "-c", _INSIDE, str(folder), str(ROOT), str(work))
        do(*inside, "apt-get", "-qq", "update")
        names = re.findall(r"^python3\.\d+", _said([*inside, "apt-cache", "search", "-n", r"^python3\.[0-9]+$"]), re.MULTILINE)
        there_already = {"python{}.{}".format(*one.minor) for one in had}
        new = [name for name in names if name not in there_already]
        packages = [*_BUILDING, *(f"{name}-{part}" for name in new for part in ("venv", "dev"))]
        do(*inside, "apt-get", "-y", "-qq", "--no-install-recommends", "install", *packages)
    _share(folder)  # once more: a package may have written certificates of its own
    for name in new:
        yield from _asked([*inside, name], "Debian unstable")


def _share(folder: Path) -> None:
    for path in filter(os.path.exists, _WHOSE):
        there = folder / path.lstrip("/")
        there.parent.mkdir(parents=True, exist_ok=True)
        if Path(path).is_dir():
            shutil.copytree(path, there, dirs_exist_ok=True)
        else:
            shutil.copyfile(path, there)


def run(interpreter: Interpreter, work: Path, constraints: Path | None, tests: Sequence[str], *, everything: bool) -> Row:
    """Make the environment, install, and run the tests."""
    name = f"{interpreter.version}-{'newest' if constraints is None else 'oldest'}"
    venv, before = work / name, interpreter.command[:-1]
    python = [*before, str(venv / "bin/python")]
    group = ("--group", f"{ROOT / 'pyproject.toml'}:check") if everything else ()
    limits = () if constraints is None else ("-c", str(constraints))
    steps = {
        "venv": [*interpreter.command, "-m", "venv", "--clear", str(venv)],
        "pip": [*python, "-m", "pip", "install", "-q", "-U", "pip>=25.1"],  # the first that knows --group
        "install": [*python, "-m", "pip", "install", "-q", "-e", f"{ROOT}[test]", *group, *limits],
        "tests": [*python, "-m", "pytest", *_TESTS, *tests],
    }
    versions, ended = "", 0
    for step, command in steps.items():
        log = work / f"{name}-{step}.txt"
        print(f"{interpreter.version}: {step} -> {log}", file=sys.stderr, flush=True)
        with log.open("wb") as out:
            ended = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=ROOT).returncode
        if ended and step != "tests":
            return Row(interpreter, trouble=f"{step} failed")
        if step == "install":
            versions = _versions(python)
    shutil.rmtree(venv)
    found = counts(log.read_text("utf-8", "replace"))
    return Row(interpreter, versions, found, f"pytest ended with {ended}" if ended and not (found and found["failed"]) else "")


def _versions(python: Sequence[str]) -> str:
    names = sorted({match[1] for text in _project()["dependencies"] if (match := _REQUIREMENT.match(text))})
    code = f"import importlib.metadata as m; print(', '.join(n + ' ' + m.version(n) for n in {names}))"
    return _said([*python, "-c", code])


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", nargs="*", help="only these, such as 3.13")
    parser.add_argument("--list", action="store_true", help="print their versions only")
    parser.add_argument("--oldest", action="store_true", help="the oldest allowed dependencies, not the newest")
    parser.add_argument("--everything", action="store_true", help="with the group check, which some tests need")
    parser.add_argument("--debian", type=Path, metavar="FOLDER", help="Debian's unstable suite too; needs root and debootstrap")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="for environments and output; the default is a new one")
    given = list(sys.argv[1:] if arguments is None else arguments)
    own, tests = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    options = parser.parse_args(own)
    project, constraints = _project(), None
    least = project["requires-python"].removeprefix(">=")
    if options.list:
        print(*("{}.{}".format(*one.minor) for one in chosen(interpreters(), least, options.version)), sep="\n")
        return 0
    work = Path(options.work or tempfile.mkdtemp(prefix="matrix-")).resolve()
    work.mkdir(parents=True, exist_ok=True)
    if options.oldest:
        constraints = work / "oldest.txt"
        constraints.write_text("\n".join(floors(requirements(project))) + "\n", "utf-8")
    found = list(interpreters())
    if options.debian:
        found += debian(options.debian.resolve(), work, found)
    rows = [run(one, work, constraints, tests, everything=options.everything) for one in chosen(found, least, options.version)]
    print(table(rows))
    return 0 if rows and all(row.green for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
