"""A supplier of another make: a mock that another project makes of the published definition, behind a proxy with mutual TLS.

It says yes to everything that fits the definition, so it knows no mandates, no schools and no reports: that has to be found.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run
from support.command_line import run as run
from support.processes import free_port, installed, nginx, running

from doorstroom_client import ClientCertificate
from doorstroom_client.ketentest.alone import Alone
from doorstroom_client.ketentest.journal import JOURNAL, Journal
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.run import Choice
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.throwaway import PARTIES, make_certificates
from doorstroom_client.ketentest.verdicts import Oordeel

SPEC = os.environ.get("DOORSTROOM_SPEC_DIR")  # read at import: no test sees variables of the machine
WANTED = os.environ.get("DOORSTROOM_OTHER_MAKE")
PACKAGE = "@stoplight/prism-cli@5.16.0"
SCHOOL = "0000000700099AA00530"
SERVER = """server {{
  listen 127.0.0.1:{port} ssl;
  ssl_certificate {pki}/pki-servers/toetssysteem.cert.pem;
  ssl_certificate_key {pki}/pki-servers/toetssysteem.key.pem;
  ssl_client_certificate {pki}/pki/trust.pem;
  ssl_verify_client on;
  ssl_verify_depth 3;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ECDHE+AESGCM;
  location / {{ proxy_pass http://127.0.0.1:{behind}; }}
}}"""
MUST_FAIL = {"TLS-10", "TS-403", "TS-404", "TS-503", "TS-505"}
"""No OIN and no mandate are looked at, any school is known, and any report is there."""
MUST_PASS = {"TLS-01", "TLS-02", "TLS-05", "TLS-06", "TLS-11", "TLS-12", "TS-101", "TS-102", "TS-201", "TS-303", "TS-310"}
SECONDS = 4.0


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, installed in a folder of its own."""
    if not WANTED:
        pytest.skip("installs a program with npm: set DOORSTROOM_OTHER_MAKE=1")
    if not SPEC:
        pytest.skip("DOORSTROOM_SPEC_DIR names no folder with the published definition")
    folder = tmp_path_factory.mktemp("npm")
    options = ("--prefix", folder, "--cache", folder / "cache", "--no-audit", "--no-fund", "--ignore-scripts")
    done = subprocess.run(
        [installed("npm"), "install", *map(str, options), PACKAGE], capture_output=True, text=True, timeout=240, cwd=folder
    )
    if done.returncode:
        pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr[-200:]}")
    return folder / "node_modules/.bin/prism"


@pytest.fixture(scope="module")
def supplier(mock: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    folder, port, behind = tmp_path_factory.mktemp("supplier"), free_port(), free_port()
    list(make_certificates(folder, ["localhost"]))
    definition = Path(SPEC or "") / "doorstroom-openapi-1.1.0.yaml"
    with ExitStack() as stack:
        for name, command, at in (
            ("mock", [str(mock), "mock", "-h", "127.0.0.1", "-p", str(behind), str(definition)], behind),
            ("proxy", nginx(folder, SERVER.format(port=port, behind=behind, pki=folder)), port),
        ):
            (folder / name).mkdir()
            stack.enter_context(running(command, at, folder / name))
        test = Alone.typed(
            f"https://localhost:{port}",
            certificate=ClientCertificate(folder / "pki/las.cert.pem", folder / "pki/las.key.pem", folder / "pki/trust.pem"),
            oin=PARTIES["toetssysteem"],
            routeringskenmerk=SCHOOL,
            toetssoort="ICE",
            schooljaar="2025-2026",
            versie=None,
            certificates=folder / "pki-refused/las",
        )
        yield replace(test, seconds=SECONDS)


def test_what_a_mock_does_not_know_is_found(supplier: Alone, tmp_path: Path) -> None:
    with supplier.opened(tmp_path, Rol.TOETSSYSTEEM) as played:
        found = {item.scenario.id: item for item in played.play(Choice())}
    failed = {name for name, item in found.items() if item.oordeel is Oordeel.GEZAKT}
    assert failed >= MUST_FAIL
    assert {name for name in MUST_PASS if found[name].oordeel is not Oordeel.GESLAAGD} == set()
    assert not [item for item in found.values() if item.oordeel in (Oordeel.FOUT, Oordeel.WACHT)]
    for name in failed:
        assert found[name].whose is Whose.HEN
        assert found[name].taken or found[name].why, name
    journal = Journal.read(tmp_path / JOURNAL)
    for name in MUST_FAIL:  # what they were judged by is on disk
        assert any(line.scenario == name and line.final and line.outcome.get("status") for line in journal.lines), name
    unknown = found["TS-404"].keuringen[0]
    assert (unknown.expected, unknown.got) == ("405 of 401", "202")
    assert as_told(found) == as_told(again(supplier, tmp_path)), "judging it again needs no server"


def as_told(found: dict[str, Played]) -> list[Any]:
    return [(item.scenario.id, item.oordeel, item.keuringen) for item in found.values()]


def again(supplier: Alone, folder: Path) -> dict[str, Played]:
    with supplier.opened(folder, Rol.TOETSSYSTEEM) as played:
        return {item.scenario.id: item for item in played.play(Choice(effects=False))}


def test_the_command_says_whose_turn_it_is(supplier: Alone, tmp_path: Path, run: Run) -> None:
    ours = supplier.certificate
    options = {
        "--cert": ours.cert,
        "--key": ours.key,
        "--trust": ours.trust_files[0],
        "--oin": supplier.oin,
        "--school": SCHOOL,
        "--environment": "test",
        "--host": "localhost",
        "--schooljaar": "2025-2026",
        "--certificates": next(iter(supplier.others.values())).parent,
        "--only": "TS-40[34]",
        "--out": tmp_path / "out",
    }
    result = run("ketentest", "supplier", supplier.url, *(item for pair in options.items() for item in pair))
    assert (result.exit_code, "Traceback" in result.output) == (69, False), result.output
    assert "2 gezakt" in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {JOURNAL, "rapport.html", "rapport.json", "rapport.xml"}
