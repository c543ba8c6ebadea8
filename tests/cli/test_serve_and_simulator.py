"""The commands that run on: serve and simulator, as processes."""

from __future__ import annotations

import http.client
import json
import logging
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from support.command_line import Run, assert_private, environment, free_ports, line_with, running, start

from doorstroom_client import Adviezenlijst, Client, Deelnemerslijst
from doorstroom_client.cli._program import program
from doorstroom_client.config.reader import load_settings
from doorstroom_client.errors import ConnectError
from doorstroom_client.ketentest.control_address import ControlAddress
from doorstroom_client.receiving.server import running as _uvicorn_tls
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of

SCHOOL_CODES = ("instellingscode", "vestigingscode", "onderwijsaanbiedercode", "onderwijslocatiecode", "administratienr")
TOLD = "ICE: registreren-schooladviezen {}"


@pytest.fixture
def sending_chain(tmp_path: Path) -> Iterator[Keten]:
    """A chain that leaves receiving to us; the pupils of the first school are signed up."""
    folder = tmp_path / "keten"
    folder.mkdir()
    with Keten(folder, receive=False) as keten:
        keten.write_config(tmp_path / "doorstroom.toml")
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen())))
            client.send(Adviezenlijst(keten.school, adviezen_of(keten.leerlingen())))
        yield keten


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_receives_over_mutual_tls(number: signal.Signals, sending_chain: Keten, tmp_path: Path) -> None:
    keten = sending_chain
    process = start("serve", "--config", tmp_path / "doorstroom.toml", DOORSTROOM_SERVE_PORT="0")
    with running(process, "Listening on") as line:
        port = urlsplit(line.split()[2]).port
        assert port
        keten.osr.register_endpoint(keten.school.routeringskenmerk, f"https://localhost:{port}")
        sent = keten.stuur_resultaten("ICE")
        assert [item.status for item in sent] == [202] * 27
        keten.osr.revoke(keten.school.oin, keten.toetssystemen["ICE"].oin)  # remembered for some minutes
        with keten.client() as client:
            assert len(list(client.resultaten())) == 27

        with pytest.raises((ssl.SSLError, ConnectionError)):
            _without_certificate(port, keten)
        process.send_signal(number)
        out, err = process.communicate(timeout=15)
        assert process.returncode == 0
        assert err.strip() == "Stopped."
        events = [json.loads(line) for line in out.splitlines()]
        assert [event["result"] for event in events if event["action"] == "leerlingresultaat"] == ["kept"] * 27 + ["no TLS"]
        assert_private(keten, out, err)


def _without_certificate(port: int, keten: Keten) -> None:
    context = ssl.create_default_context(cafile=str(keten.certificate.trust_files[0]))
    plain = socket.create_connection(("localhost", port), timeout=5)
    with plain, context.wrap_socket(plain, server_hostname="localhost") as secure:
        secure.sendall(b"POST /leerlingresultaat HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if not secure.recv(100):
            raise ConnectionError


def test_serve_refuses_a_sender_without_mandate(sending_chain: Keten, tmp_path: Path) -> None:
    keten = sending_chain
    keten.osr.revoke(keten.school.oin, keten.toetssystemen["ICE"].oin)
    new = {"DOORSTROOM_SERVE_PORT": "0", "DOORSTROOM_STORE": str(tmp_path / "new.db")}  # which knows of no earlier answer
    process = start("serve", "--config", tmp_path / "doorstroom.toml", **new)
    with running(process, "Listening on") as line:
        keten.osr.register_endpoint(keten.school.routeringskenmerk, line.split()[2].replace("127.0.0.1", "localhost"))
        assert {item.status for item in keten.stuur_resultaten("ICE")} == {401}
        process.terminate()
        process.communicate(timeout=15)


def test_serve_checks_before_it_listens(keten: Keten, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("DOORSTROOM_SERVE_PORT", str(taken.getsockname()[1]))
        result = run("serve")
        assert result.exit_code == 78
        assert "cannot listen on 127.0.0.1" in result.stderr
    result = run("serve", "--health-port", "0", "--health-host", "nergens.invalid")
    assert "cannot listen on nergens.invalid port 0: the name does not resolve" in result.stderr
    result = run("serve", "--health-host", "127.0.0.1")
    assert (result.exit_code, "it takes --health-port too" in result.stderr) == (64, True)
    config = tmp_path / "doorstroom.toml"
    text = config.read_text("utf-8")
    for without in (
        text.split("[[scholen]]")[0],
        "\n".join(line for line in text.splitlines() if not line.startswith("store")),
    ):
        config.write_text(without, "utf-8")
        assert run("serve").exit_code == 78
    config.write_text(text, "utf-8")
    monkeypatch.setenv("DOORSTROOM_STORE", str(tmp_path / "nergens" / "x.db"))
    assert run("serve").exit_code == 74


def test_the_simulator_answers_what_comes_in(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "sim map"
    port = free_ports()
    process = start("simulator", "--dir", folder, "--port", port)
    with running(process, "99DD nobody"):
        config = folder / "doorstroom.toml"
        assert run("config", "check", "--config", config).exit_code == 0
        for kind in ("deelnemers", "adviezen"):
            sent = run(kind, "send", folder / f"{kind}.csv", "--school", "99AA", "--config", config)
            assert sent.exit_code == 0
        assert "27 taken in by the LAS" in line_with(process, "results sent")
        with Client(**load_settings(config).arguments()) as client:
            assert len(list(client.resultaten())) == 27
        assert run("rapporten", "fetch", "--to", "rap", "--config", config).stdout.startswith("27 reports")
        assert "27 requests for reports" in line_with(process, "reports")

        taken = run("simulator", "--dir", tmp_path / "ander", "--port", port)
        assert taken.exit_code == 78
        assert f"ports {port} to {port + 4}" in taken.stderr

        process.terminate()
        process.communicate(timeout=15)
        assert process.returncode == 0


def post(config: Path, operatie: str, message: Any) -> tuple[int, str]:
    """What a LAS sends that makes its messages itself."""
    settings = load_settings(config)
    assert settings.certificate
    context = ssl.create_default_context(cafile=str(settings.certificate.trust_files[0]))
    context.load_cert_chain(settings.certificate.cert, settings.certificate.key)
    (supplier,) = [item for item in settings.leveranciers if item.toetssoort == "ICE"]
    url = urlsplit(supplier.base_url)
    query = f"edu-to={settings.scholen[0].oin}&edu-from={settings.scholen[0].routeringskenmerk}"
    with closing(http.client.HTTPSConnection("localhost", url.port, timeout=10, context=context)) as connection:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", f"{url.path}/{operatie}?{query}", json.dumps(message), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())["melding"]


def test_the_simulator_plays_the_coming_year_and_tells_what_is_wrong(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "sim"
    config = folder / "doorstroom.toml"
    versie = ("--schooljaar", "2026-2027", "--versie", "Doorstroomtoetsketen_v2026-2027")
    process = start("simulator", "--dir", folder, "--port", free_ports(), *versie, "--strict", "brin")
    with running(process, "School year") as line:
        assert line.strip() == "School year 2026-2027, agreement Doorstroomtoetsketen_v2026-2027, definition 1.1.0."
        line_with(process, "99DD nobody")
        for kind in ("deelnemers", "adviezen"):
            sent = run(kind, "send", folder / f"{kind}.csv", "--school", "99AA", "--config", config)
            assert sent.exit_code == 0, sent.stderr
        assert "27 taken in by the LAS" in line_with(process, "results sent")
        assert run("rapporten", "fetch", "--to", "rap", "--config", config).stdout.startswith("27 reports")

        settings = load_settings(config)
        with Client(**settings.arguments()) as client:
            assert {item.resultaat.versie for item in client.resultaten()} == {"Doorstroomtoetsketen_v2026-2027"}
        entries = [{"deelnemerref": [{"label": "LAS-key", "onderwijsdeelnemerID": f"k{at}"}], "advies": "HAVO"} for at in "123"]
        message = {
            "datumtijd": "2027-01-20T09:30:00Z",
            "auteur": "Eigen LAS",
            "versie": "Doorstroomtoetsketen_v2026-2027",
            "profiel": "Schooladviezen",
            "schooljaar": "2026-2027",
            "deelnemersgroep": {name: getattr(settings.scholen[0], name) for name in SCHOOL_CODES},
            "voorlopigSchooladviezen": entries,
        }
        told = []
        for change in (
            {"versie": "Doorstroomtoetsketen_v1.1"},
            {"voorlopigSchooladviezen": [{**item, "advies": "HAVO/VWO"} for item in entries]},
            {"deelnemersgroep": {**message["deelnemersgroep"], "instellingscode": "99BB"}},
        ):
            status, melding = post(config, "registreren-schooladviezen", {**message, **change})
            told.append((status, line_with(process, "registreren-schooladviezen").strip()))
            assert "HAVO/VWO" not in melding
            assert line_with(process, "came in").strip().endswith(str(status))
        assert told == [
            (
                202,
                TOLD.format(
                    "taken in, with a remark on versie: is de versie van een eerder schooljaar, en niet die van dit; dat is "
                    "Doorstroomtoetsketen_v2026-2027 (oudere versie)"
                ),
            ),
            (
                422,
                TOLD.format(
                    "refused for voorlopigSchooladviezen[0].advies and 2 more: is geen van de 17 waarden van de "
                    "waardelijst (enum)"
                ),
            ),
            (422, TOLD.format("refused for deelnemersgroep.instellingscode: is een andere BRIN dan in edu-to (BRIN)")),
        ]


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--schooljaar", "2031-2032"), 78, "no afspraak is known for school year 2031-2032"),
        (("--schooljaar", "2026"), 78, "expected a schooljaar"),
        (("--strict", "alles"), 78, "there are brin, versie, voorletters"),
        (("--definitie", "nergens.yaml"), 74, "cannot read nergens.yaml"),
    ],
)
def test_what_cannot_be_played_is_said_before_anything_is_written(
    options: tuple[str, ...], code: int, says: str, tmp_path: Path, run: Run
) -> None:
    result = run("simulator", "--port", free_ports(), "--seconds", "0", *options)
    assert result.exit_code == code
    assert says in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_played_osr_is_never_that_of_production(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "sim"
    assert run("simulator", "--dir", folder, "--port", free_ports(), "--seconds", "0").exit_code == 0
    assert tomllib.loads((folder / "doorstroom.toml").read_text("utf-8"))["osr"]["environment"] == "sandbox"


def test_the_simulator_is_set_and_asked_by_a_program(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "sim"
    process = start("simulator", "--dir", folder, "--port", free_ports(), "--control")
    with running(process, "It is set and asked at") as line:
        control = ControlAddress(folder / "control.json")
        assert line.strip().endswith(f"with the token in {folder / 'control.json'}.")
        line_with(process, "99DD nobody")
        assert tomllib.loads((folder / "doorstroom.toml").read_text("utf-8"))["osr"]["environment"] == "sandbox"
        control.ask("PATCH", "/standen", {"toetssystemen": {"ICE": {"toestand": {"gesloten": {"registreren": ["alle"]}}}}})
        send = ("deelnemers", "send", folder / "deelnemers.csv", "--school", "99AA", "--config", folder / "doorstroom.toml")
        assert run(*send).exit_code == 65
        control.ask("POST", "/reset")
        assert run(*send).exit_code == 0
        line_with(process, "registreren came in, answered 202")
        time.sleep(1.5)  # longer than a supplier waits that sends results by itself
        assert control.ask("GET", "/verkeer?partij=terugweg")["geteld"] == 0
        assert len(control.ask("POST", "/resultaten", {"toetssysteem": "ICE"})["verzonden"]) == 27
    assert (folder / "control.json").exists()  # it was killed; what asks there is told that nobody listens
    with pytest.raises(ConnectError, match="does not run any more"):
        control.ask("GET", "/")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_simulator_leaves_the_first_alone(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "doorstroom-sim"
    port = free_ports()
    process = start("simulator", "--dir", folder, "--port", port)
    with running(process, "99DD nobody"):
        before = contents(folder)
        assert len(before) > 10
        same_ports = run("simulator", "--dir", folder, "--port", port)
        assert same_ports.exit_code == 78
        assert "Is another simulator running?" in same_ports.stderr
        other_ports = run("simulator", "--dir", folder, "--port", free_ports())
        assert other_ports.exit_code == 78
        assert "another simulator is running in" in other_ports.stderr
        assert contents(folder) == before
        assert run("mandaat", "check", "--school", "99AA", "--config", folder / "doorstroom.toml").exit_code == 0
    assert run("simulator", "--dir", folder, "--port", port, "--seconds", "0").exit_code == 0


def test_ports_are_looked_at_before_anything_is_written(tmp_path: Path, run: Run) -> None:
    port = free_ports()
    with socket.create_server(("127.0.0.1", port + 4)):
        assert run("simulator", "--port", port).exit_code == 78
        with pytest.raises(OSError, match="in use"):
            Keten(tmp_path / "keten", port=port)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "url", "told"),
    [
        ((), "https://localhost", None),
        (("--host", "toets.example"), "https://toets.example", None),
        (("--listen", "127.0.0.2"), "https://127.0.0.2", None),
        (("--listen", "0.0.0.0"), "https://localhost", "Others need a name for it: --host NAME"),
        (
            ("--listen", "0.0.0.0", "--host", "toets.example", "--host", "las.example"),
            "https://toets.example",
            "bring nothing real",
        ),
    ],
    ids=str,
)
def test_where_the_simulator_can_be_reached(
    options: tuple[str, ...], url: str, told: str | None, tmp_path: Path, run: Run
) -> None:
    port, folder = free_ports(), tmp_path / "sim"
    result = run("simulator", "--dir", folder, "--port", port, "--seconds", "0", *options)
    assert result.exit_code == 0
    assert f"The chain runs on {url}, ports {port} to {port + 4}." in result.stderr
    assert ("the network of this machine can reach it" in result.stderr) is (told is not None)
    assert (told or "") in result.stderr
    settings = tomllib.loads((folder / "doorstroom.toml").read_text("utf-8"))
    assert settings == json.loads((folder / "doorstroom.json").read_text("utf-8"))
    assert settings["osr"]["base_url"] == f"{url}:{port}/api/v2"
    assert [item["base_url"] for item in settings["leveranciers"]] == [f"{url}:{port + at}/dst" for at in (2, 3, 4)]
    certificate = x509.load_pem_x509_certificate((folder / settings["serve"]["certificate"]).read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(options[3::2]) <= set(names.get_values_for_type(x509.DNSName))


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (("--listen", "nergens"), 64, "Invalid value for --listen: 'nergens' is no IP address"),
        (
            ("--host", "toets.example", "--host", "a.example:8443"),
            64,
            "Invalid value for --host: 'a.example:8443' is no name",
        ),
        (("--listen", "192.0.2.1"), 78, "cannot listen on 192.0.2.1, ports 18440 to 18444: Cannot assign requested address"),
    ],
)
def test_where_the_simulator_cannot_be_reached(
    options: tuple[str, ...], code: int, text: str, tmp_path: Path, run: Run
) -> None:
    result = run("simulator", *options)
    assert (result.exit_code, text in result.stderr) == (code, True), result.stderr
    assert ("takes an IP address of this machine" in result.stderr) is (code == 78)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("readable", [False, True])
def test_who_can_read_what_the_simulator_writes(readable: bool, tmp_path: Path, run: Run) -> None:
    folder, more = tmp_path / "sim", ("--readable",) if readable else ()
    for _ in range(2):  # the second time everything is there
        assert run("simulator", "--dir", folder, "--port", free_ports(), "--seconds", "0", *more).exit_code == 0
    modes: dict[bool, set[int]] = {True: set(), False: set()}
    for path in (folder, *folder.rglob("*")):
        modes[path.is_dir()].add(stat.S_IMODE(path.stat().st_mode))
    assert modes == ({True: {0o755}, False: {0o644}} if readable else {True: {0o700}, False: {0o600}})
    assert (folder / "pki-servers/las.key.pem").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path, run: Run) -> None:
    (tmp_path / "doorstroom-sim").mkdir()
    (tmp_path / "doorstroom-sim/pki").write_text("x")
    result = run("simulator", "--port", free_ports(), "--seconds", "0")
    assert result.exit_code == 74
    assert "cannot write in doorstroom-sim" in result.stderr


def test_the_next_commands_work_as_they_are_printed(tmp_path: Path) -> None:
    process = start("simulator", "--dir", tmp_path / "sim map", "--port", free_ports())
    lines: list[str] = []
    assert process.stderr
    for line in process.stderr:
        lines.append(line)
        if "99DD nobody" in line:
            break
    commands = [line.strip() for line in lines if line.startswith("  ")]
    assert commands[0].startswith("cd ")
    try:
        script = ["bash", "-ec", "\n".join(commands[:4])]
        done = subprocess.run(script, capture_output=True, text=True, env=environment(), timeout=60)
    finally:
        process.kill()
        process.communicate(timeout=10)
    assert done.returncode == 0, done.stderr
    assert "27 deelnemers" in done.stdout


@pytest.mark.parametrize(
    ("called", "on_path", "place", "shown"),
    [
        ("venv/bin/doorstroom", False, "sim", "../venv/bin/doorstroom"),
        ("venv/bin/doorstroom", False, ".", "venv/bin/doorstroom"),
        ("venv/bin/doorstroom", False, "venv/bin", "./doorstroom"),
        ("venv/bin/doorstroom", True, "sim", "doorstroom"),
        ("pytest", False, "sim", "doorstroom"),
    ],
)
def test_the_program_as_it_was_called(
    called: str, on_path: bool, place: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "venv/bin/doorstroom"
    file.parent.mkdir(parents=True)
    file.touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setenv("PATH", str(file.parent) if on_path else "/usr/bin")
    assert program(Path(place)) == shown


def test_the_simulator_stops_by_itself_and_starts_again(run: Run, tmp_path: Path) -> None:
    port = free_ports()
    for _ in range(2):
        result = run("simulator", "--port", port, "--seconds", "0")
        assert result.exit_code == 0
        assert "Stopped." in result.stderr
    (tmp_path / "doorstroom-sim" / "doorstroom.toml").write_text("# van mij\n")
    assert run("simulator", "--port", port, "--seconds", "0").exit_code == 78


def test_a_failing_receiver_leaves_no_trace_in_the_log() -> None:
    told: list[str] = []
    handler = _uvicorn_tls._OneLine(told.append)
    try:
        raise ValueError("Jansen")
    except ValueError:
        handler.handle(logging.LogRecord("x", logging.ERROR, "", 1, "Exception in ASGI application\n", (), sys.exc_info()))
    assert told == ["Exception in ASGI application (ValueError)"]
