"""How ``doorstroom serve`` lives: it says how it is, takes over a new certificate, and stops without losing anything."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from faults_support import Flaw, issue_defect
from support.serving import ROOT, SHORT_SERVE, Serve, Served, Supplier, answer, serving, status_of, until_closed
from support.short_serve import SHORT

from doorstroom_client import ConfigurationError
from doorstroom_client.config.reader import load_settings
from doorstroom_client.events import Event
from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.receiving.limits import SHIPPED
from doorstroom_client.receiving.server.renewal import ServerContext
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Defect, Pki
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore


def health(served: Served, path: str = "/health/ready", method: str = "GET") -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", served.health, timeout=5)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, json.loads(body) if body else {}


def stop(served: Served) -> int:
    """Have it end, in ten times the seconds that it gives what is in hand: its exit code."""
    served.process.terminate()
    return served.process.wait(timeout=10 * SHORT.shutdown_seconds)


# --- stopping ---


def test_what_is_in_hand_is_finished(serve: Serve, supplier: Supplier) -> None:
    served = serve(short=False)
    idle = supplier.connect(served.port)
    silent = socket.create_connection(("127.0.0.1", served.port))
    with idle, silent, supplier.connect(served.port) as busy:
        busy.sendall(supplier.head() + supplier.body[:10])
        time.sleep(0.2)
        served.process.terminate()
        time.sleep(0.3)
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", served.port))
        for connection in (idle, silent):
            until_closed(connection, SHIPPED.keep_alive_seconds / 20)  # sooner than it would have been anyway
        busy.sendall(supplier.body[10:])
        assert status_of(answer(busy)) == 202
    assert served.process.wait(timeout=10) == 0
    assert "Stopped." in served.process.communicate()[1]


def test_a_message_that_does_not_come_holds_nobody_up(serve: Serve, supplier: Supplier) -> None:
    served = serve(short=True)
    with supplier.connect(served.port) as busy:
        time.sleep(0.1)
        busy.sendall(supplier.head() + supplier.body[:10])
        time.sleep(0.1)
        assert stop(served) == 0
        assert status_of(answer(busy)) in (408, 503)


def test_the_exit_does_not_wait_for_a_silent_osr(tmp_path: Path, chain: Keten, serve: Serve, supplier: Supplier) -> None:
    """The question to the OSR is under way in a thread, and nothing comes back."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}"
        served = serve(osr_base_url=url, store=str(tmp_path / "s.db"))
        with supplier.connect(served.port) as busy:
            busy.sendall(supplier.head() + supplier.body)
            time.sleep(0.3)
            assert stop(served) == 0
            assert status_of(answer(busy)) == 503


# --- health ---


def test_health(serve: Serve, chain: Keten, tmp_path: Path, supplier: Supplier) -> None:
    store = tmp_path / "s.db"
    served = serve("--health-port", "0", store=str(store))
    good = {"store": "ok", "certificate": "ok", "serving": "ok"}
    assert health(served) == (200, {"status": "ok", "checks": good})
    assert health(served, "/health/live") == (200, {"status": "ok", "checks": {}})
    assert health(served, method="HEAD") == (200, {})
    assert health(served, method="POST")[0] == 404
    assert health(served, "/leerlingresultaat")[0] == 404
    with socket.create_connection(("127.0.0.1", served.health)) as silent:
        until_closed(silent, 2)
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.9", served.health), timeout=2)  # it listens on 127.0.0.1 only
    with supplier.connect(served.port) as busy:
        busy.sendall(supplier.head() + supplier.body[:10])
        time.sleep(0.1)
        served.process.terminate()
        time.sleep(0.3)
        status, said = health(served)
        assert (status, said["checks"]["serving"]) == (503, "broken")
        busy.sendall(supplier.body[10:])
        assert status_of(answer(busy)) == 202


def test_a_store_that_is_gone_is_not_ready(serve: Serve, tmp_path: Path) -> None:
    folder = tmp_path / "weg"
    folder.mkdir()
    served = serve("--health-port", "0", store=str(folder / "s.db"))
    while folder.exists():  # the server may make a file in it meanwhile
        shutil.rmtree(folder, ignore_errors=True)
    status, said = health(served)
    assert (status, said["checks"]["store"]) == (503, "broken")
    assert health(served, "/health/live")[0] == 200
    assert not folder.exists()


def test_a_store_that_was_moved_is_told_and_one_that_is_put_back_is_used(
    serve: Serve, tmp_path: Path, supplier: Supplier
) -> None:
    """Over the wire: 503 with when to come back, not ready, an event that says where it is; and then on without a restart."""
    path, moved = tmp_path / "s.db", tmp_path / "moved.db"
    served = serve("--health-port", "0", store=str(path))

    def push() -> bytes:
        with supplier.connect(served.port) as connection:
            connection.sendall(supplier.head() + supplier.body)
            return answer(connection)

    assert status_of(push()) == 202
    path.rename(moved)
    said = push()
    assert (status_of(said), b"retry-after: 60" in said.lower()) == (503, True)
    assert health(served)[1]["checks"]["store"] == "broken"
    assert not path.exists()
    moved.rename(path)
    assert status_of(push()) == 202
    told = [(event["result"], event["object"], event["serious"]) for event in served.events() if event["action"] == "store"]
    assert told == [("store moved", str(moved), True), ("store in use again", str(path), True)]


# --- a new certificate ---


@pytest.fixture
def own(chain: Keten, tmp_path: Path) -> tuple[Pki, dict[str, str]]:
    """Certificate files of our own that can be replaced, under a root that the chain does not know."""
    pki = Pki(tmp_path / "own")
    issued = pki.issue("las", oin="00000003990000010000")
    trust = tmp_path / "trust.pem"
    trust.write_bytes(chain.certificate.trust_files[0].read_bytes())
    return pki, {
        "certificate_cert": str(issued.cert),
        "certificate_key": str(issued.key),
        "certificate_trust": str(trust),
        "store": str(tmp_path / "s.db"),
    }


def with_one_certificate(chain: Keten, folder: Path) -> Path:
    """Settings without a certificate for the receiver alone."""
    path = chain.write_config(folder / "doorstroom.toml")
    path.write_text(path.read_text("utf-8").partition("[serve]")[0], "utf-8")
    return path


@pytest.fixture
def serve_with_one(chain: Keten, tmp_path: Path) -> Iterator[Serve]:
    """Start ``doorstroom serve`` with those."""
    with_one_certificate(chain, tmp_path)
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(serving(tmp_path, tmp_path / "log.jsonl", **more))


def shown(served: Served, supplier: Supplier) -> bytes:
    """The certificate that a new connection gets to see."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    pki = supplier.keten.directory / "pki"
    context.load_cert_chain(pki / "ice.cert.pem", pki / "ice.key.pem")
    with (
        socket.create_connection(("127.0.0.1", served.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        found = secure.getpeercert(binary_form=True)
        assert found
        return found


def wait_for(served: Served, result: str) -> None:
    until = time.monotonic() + 5
    while not any(event["result"].startswith(result) for event in served.events()):
        assert time.monotonic() < until, served.events()
        time.sleep(0.05)


def test_sighup_takes_over_new_files_and_cuts_no_connection(
    serve_with_one: Serve, supplier: Supplier, own: tuple[Pki, dict[str, str]]
) -> None:
    pki, files = own
    served = serve_with_one(**files)
    first = shown(served, supplier)
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.load_verify_locations(pki.trust)
    lax.load_cert_chain(supplier.keten.directory / "pki/ice.cert.pem", supplier.keten.directory / "pki/ice.key.pem")
    plain = socket.create_connection(("127.0.0.1", served.port))
    with plain, lax.wrap_socket(plain, server_hostname="localhost") as busy:
        busy.sendall(supplier.head() + supplier.body[:10])
        pki.issue("las", oin="00000003990000010000")
        assert shown(served, supplier) == first
        served.process.send_signal(signal.SIGHUP)
        wait_for(served, "new files are in use")
        second = shown(served, supplier)
        assert second != first
        Path(files["certificate_key"]).write_text("half")
        served.process.send_signal(signal.SIGHUP)
        wait_for(served, "new files cannot be used: certificate.key")
        assert shown(served, supplier) == second
        busy.sendall(supplier.body[10:])
        assert status_of(answer(busy)) in (202, 503)  # its own OSR is not reached with this certificate; it was heard out
    assert stop(served) == 0


def test_the_receiver_has_a_certificate_of_its_own(serve: Serve, supplier: Supplier, chain: Keten, tmp_path: Path) -> None:
    """Of one purpose, and from another root than the one for asking the OSR; renewed by itself."""
    pki = Pki(tmp_path / "own", name="Servers")
    issued = pki.issue("las", oin="00000003990000010000", client=False)
    files = {"serve_certificate": str(issued.cert), "serve_key": str(issued.key), "store": str(tmp_path / "s.db")}
    served = serve("--health-port", "0", **files)
    first = shown(served, supplier)
    assert first == ssl.PEM_cert_to_DER_cert(issued.cert.read_text().partition("-----END")[0] + "-----END CERTIFICATE-----\n")
    supplier.context.load_verify_locations(pki.trust)
    with supplier.connect(served.port) as sending:
        sending.sendall(supplier.head() + supplier.body)
        assert status_of(answer(sending)) == 202  # the OSR was asked with the other certificate
    pki.issue("las", oin="00000003990000010000", client=False)
    served.process.send_signal(signal.SIGHUP)
    wait_for(served, "new files are in use")
    second = shown(served, supplier)
    assert second != first
    pki.issue("las", oin="00000003990000010000", server=False)
    served.process.send_signal(signal.SIGHUP)
    wait_for(served, "new files cannot be used: serve.certificate")
    assert shown(served, supplier) == second
    assert health(served)[1]["checks"]["certificate"] == "ok"
    assert stop(served) == 0


def test_a_certificate_for_clients_only_does_not_serve(chain: Keten, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "doorstroom_client.cli", "serve", "--config", str(with_one_certificate(chain, tmp_path))],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DOORSTROOM_STORE": str(tmp_path / "s.db")},
        timeout=60,
        check=False,
    )
    assert done.returncode == 78
    assert "serverAuth" in done.stderr
    assert "serve.certificate" in done.stderr


def test_new_files_for_clients_only_leave_the_receiver_what_it_had(test_pki: Pki) -> None:
    issued = test_pki.issue("ontvanger-2", oin="00000003990000010000")
    moments, told = [object()], list[Event]()
    certificate = ClientCertificate(issued.cert, issued.key, test_pki.trust)
    context = ServerContext(certificate, lambda: moments[-1], told.append, _now)
    first = context.current()
    test_pki.issue("ontvanger-2", oin="00000003990000010000", server=False)
    moments.append(object())
    assert context.current() is first
    assert [(event.result, event.serious) for event in told] == [("new files cannot be used: certificate.cert", True)]


def test_a_list_that_is_put_there_counts_for_new_connections(test_pki: Pki, tmp_path: Path) -> None:
    issued = test_pki.issue("ontvanger", oin="00000003990000010000")
    moments: list[object] = [1]
    context = ServerContext(ClientCertificate(issued.cert, issued.key, test_pki.trust), lambda: moments[-1], None, _now)
    first = context.current()
    assert context.current() is first
    moments.append(2)
    second = context.current()
    assert second is not first
    assert second.verify_mode == ssl.CERT_REQUIRED
    assert second.num_tickets == 0
    assert second.options & ssl.OP_NO_TICKET
    issued.key.write_text("half")
    moments.append(3)
    assert context.current() is second
    assert not context.renew()
    assert context.is_valid


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


# --- what is refused at the start ---


def test_a_proxy_only_on_this_machine(chain: Keten) -> None:

    environment = {"DOORSTROOM_SERVE_HOST": "0.0.0.0", "DOORSTROOM_SERVE_PROXY_TRUSTED": "10.0.0.1, 10.1.0.0/16"}
    settings = load_settings(chain.directory / "doorstroom.toml", environment)
    assert settings.receiving.proxy_trusted == ("10.0.0.1", "10.1.0.0/16")
    with pytest.raises(ConfigurationError) as caught:
        settings.receiving.proxy(settings.own_certificate)
    assert caught.value.setting == "serve.host"


def test_a_sender_without_certificate_leaves_one_event(serve: Serve, chain: Keten) -> None:
    served = serve()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(chain.certificate.trust_files[0])
    with (
        pytest.raises(OSError),  # noqa: PT011 - under TLS 1.3 the refusal comes with the first read
        socket.create_connection(("127.0.0.1", served.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"POST /leerlingresultaat HTTP/1.1\r\n\r\n")
        if not secure.recv(100):
            raise ConnectionError
    wait_for(served, "no TLS")
    (event,) = [event for event in served.events() if event["action"] == "leerlingresultaat"]
    assert event["outcomes"] == ["PEER_DID_NOT_RETURN_A_CERTIFICATE"]
    assert stop(served) == 0


def test_what_is_wrong_with_a_certificate_that_tls_refuses(serve: Serve, chain: Keten) -> None:
    served = serve()
    refused = {
        Defect.EXPIRED: "certificate has expired",
        Defect.NOT_YET_VALID: "certificate is not yet valid",
        Defect.OTHER_CA: "unable to get local issuer certificate",
        Flaw.INCOMPLETE_CHAIN: "unable to get local issuer certificate",
        None: "unsuitable certificate purpose",
    }
    for number, (defect, words) in enumerate(refused.items(), 1):
        if defect is None:
            issued = chain.servers.pki.clients.issue("alleen-server", oin=chain.toetssystemen["ICE"].oin, client=False)
        else:
            issued = issue_defect(chain.servers.pki.clients, defect, oin=chain.toetssystemen["ICE"].oin)
        with suppress(OSError):  # under TLS 1.3 the refusal comes with the first read, or as silence
            assert Supplier(chain, issued=issued).post(served.port) != 202
        until = time.monotonic() + 5
        while len(found := [event for event in served.events() if event["result"] == "no TLS"]) < number:
            assert time.monotonic() < until, served.events()
            time.sleep(0.02)
        assert (found[-1]["outcomes"], found[-1]["reason"]) == (["CERTIFICATE_VERIFY_FAILED"], words)
    assert stop(served) == 0


def test_nobody_reads_the_log(chain: Keten, tmp_path: Path, supplier: Supplier) -> None:
    """The reader of stdout went away; results are taken in all the same."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, SHORT_SERVE, "serve", "--config", str(chain.directory / "doorstroom.toml")],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "DOORSTROOM_SERVE_PORT": "0", "DOORSTROOM_STORE": str(tmp_path / "s.db")},
    )
    os.close(writing)
    os.close(reading)
    try:
        served = Served(process, tmp_path / "none")
        assert [supplier.post(served.port) for _ in range(2)] == [202, 202]
    finally:
        process.terminate()
        said = process.communicate(timeout=10)[1]
    assert process.returncode == 74
    assert said == "Stopped.\n"


# --- purging ---


def test_it_purges_at_the_start(serve: Serve, tmp_path: Path, supplier: Supplier) -> None:
    store = SqliteStore(tmp_path / "s.db")
    store.close()
    served = serve(store=str(tmp_path / "s.db"))
    until = time.monotonic() + 5
    while not any(event["action"] == "purge" for event in served.events()):
        assert time.monotonic() < until, served.events()
        time.sleep(0.05)
    assert supplier.post(served.port) == 202
    assert stop(served) == 0
    store = SqliteStore(tmp_path / "s.db")
    assert len(store.purges()) == 1
    store.close()
