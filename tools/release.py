"""Build what is published, look at it as the package index does, and try it as whoever installs it.

    python tools/release.py                  two builds that must be equal, the checks, and each extra by itself
    python tools/release.py --to FOLDER      leave the files and the list of dependencies (SBOM) there
    python tools/release.py --quick          without the extras and without the SBOM

Needs the group `release`. Ends with 1 when something is not as it should be.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = [name for name in PROJECT["optional-dependencies"] if name != "test"]
NEEDED_BY = {
    "": "doorstroom_client, doorstroom_client.readers, doorstroom_client.planning",
    "serve": "doorstroom_client.receiving.server.running",
    "proxy": "doorstroom_client.receiving.verify",
    "simulator": "doorstroom_client.simulator.keten",
    "pytest": "doorstroom_client.pytest_plugin, doorstroom_client.simulator.keten",
    "xml": "lxml.etree",
    "excel": "lxml.etree, xlrd",
    "yaml": "yaml",
    "postgres": "doorstroom_client.store.postgres.sessions",
    "otel": "doorstroom_client.otel",
    "certificates": "doorstroom_client.parties.opened",
    "cli": "doorstroom_client.cli._app, doorstroom_client.parties.opened",
}
"""Extra -> what can be imported with it and nothing else installed."""


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a program; what it says is shown when it fails, which ends this one."""
    found = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True)
    if found.returncode:
        print(found.stdout, found.stderr, sep="\n")
        raise SystemExit(f"failed: {' '.join(map(str, command))}")
    return found.stdout


def built(folder: Path) -> list[Path]:
    """A source distribution, and a wheel that is made of it."""
    run(sys.executable, "-m", "build", "--outdir", folder)
    return sorted(folder.iterdir())


def compare(first: Sequence[Path], second: Sequence[Path]) -> None:
    """Show the checksum of each file.

    Raises:
        SystemExit: a file differs between the two builds.
    """
    sums = [{path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths} for paths in (first, second)]
    if sums[0] != sums[1]:
        raise SystemExit(f"two builds differ: {sums}")
    for name, checksum in sums[0].items():
        print(f"twice the same: {checksum}  {name}")


def check(files: Sequence[Path]) -> None:
    """Hold the files to what the package index asks, and the source distribution to what its tests read."""
    run(sys.executable, "-m", "twine", "check", "--strict", *files)
    run(sys.executable, "-m", "check_wheel_contents", next(path for path in files if path.suffix == ".whl"))
    run(sys.executable, "-m", "validate_pyproject", "pyproject.toml")
    print("twine, check-wheel-contents and validate-pyproject have nothing to say")
    [archive] = [path for path in files if path.name.endswith(".tar.gz")]
    with tarfile.open(archive) as held:
        names = {name.partition("/")[2] for name in held.getnames()}
    listed = run("git", "ls-files", "-z").split("\0") if (ROOT / ".git").exists() else []
    missing = [name for name in listed if name and name not in names]
    if missing:
        raise SystemExit(f"in the repository and not in {archive.name}: {', '.join(missing)}")
    print(f"{archive.name} holds all {len(names)} files")


def try_extra(extra: str, wheel: Path, folder: Path) -> None:
    """Install the wheel with one extra in an environment of its own, away from the sources, and import what it is for."""
    venv = folder / (extra or "none")
    python = venv / "bin/python"
    run(sys.executable, "-m", "venv", venv)
    run(python, "-m", "pip", "install", "-q", f"{wheel}[{extra}]" if extra else wheel)
    if extra != "all":
        run(python, "-W", "error", "-c", f"import {NEEDED_BY[extra]}", cwd=folder)
    # What a person is told to do when another extra is missing: pip adds it to the wheel that is there.
    if not extra:
        hint = run(
            python, "-c", "from doorstroom_client.extras import how_to_install; print(how_to_install('yaml'))", cwd=folder
        )
        [wanted] = re.findall(r'pip install "(.+)"', hint)
        run(python, "-m", "pip", "install", "-q", wanted, cwd=folder)
        run(python, "-c", "import yaml", cwd=folder)
    shutil.rmtree(venv)
    print(f"the wheel works with {f'the extra {extra}' if extra else 'no extra'}")


def write_sbom(wheel: Path, folder: Path) -> None:
    """List what comes along with all extras, in CycloneDX."""
    venv = folder / "sbom"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    run(sys.executable, "-m", "pip", "--python", venv / "bin/python", "install", "-q", f"{wheel}[all]")
    for note in venv.rglob("direct_url.json"):  # where the wheel lay on this machine
        note.unlink()
    target = wheel.parent / f"{wheel.name.split('-')[0]}-{wheel.name.split('-')[1]}.cdx.json"
    pyproject = ("--pyproject", str(ROOT / "pyproject.toml"))
    options = ("--output-reproducible", "--output-file", str(target))
    run(sys.executable, "-m", "cyclonedx_py", "environment", *pyproject, *options, venv / "bin/python")
    print(f"{target.name}: {target.read_text('utf-8').count('bom-ref')} components")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where the files are left; a new or empty folder")
    parser.add_argument("--quick", action="store_true", help="without the extras and the SBOM")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        work = Path(name)
        target: Path = options.to or work / "first"
        if target.exists() and any(target.iterdir()):
            raise SystemExit(f"{target} is not empty")
        files = built(target)
        compare(files, built(work / "second"))
        check(files)
        if not options.quick:
            [wheel] = [path.resolve() for path in files if path.suffix == ".whl"]
            for extra in ("", *EXTRAS):
                try_extra(extra, wheel, work)
            write_sbom(wheel, work)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
