"""A server that does its worst: each scenario still ends with a verdict, evidence and whose turn it is; and nothing breaks."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from doorstroom_client import ClientCertificate
from doorstroom_client.ketentest.alone import Alone
from doorstroom_client.ketentest.journal import JOURNAL
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.run import Choice
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.simulator import faults
from doorstroom_client.simulator.fault_server import Fault
from doorstroom_client.simulator.faults import sending
from doorstroom_client.simulator.pki import Pki

OIN, OTHER_OIN = "00000003990000110000", "00000003990000120000"
STRANGERS = ("https://ketenid.nl/pilot/van-een-ander", "Vreemdeling")
OK = b"HTTP/1.1 202 Accepted\r\n"
FEW = ("TLS-01", "TLS-03", "TLS-11", "TS-101", "TS-301", "TS-404", "TS-503", "TS-603")
"""What is played with most; with some of them everything is."""
PROVEN = ("TS-101", "TS-301", "TS-503")
"""What none of these may pass: a good list, a wrong one and a report that does not exist."""
REFERENCE = {"deelnemerref": [{"label": "ECK-iD", "onderwijsdeelnemerID": STRANGERS[0]}], "achternaam": STRANGERS[1]}
Peer = tuple[Fault | Callable[[socket.socket, ssl.SSLContext], None], tuple[str, ...]]


def saying(name: str, message: bytes) -> Fault:
    return Fault(name, sending(lambda _: message, keep=False))


def hang(connection: socket.socket, _: ssl.SSLContext) -> None:
    """Accept, and never shake hands."""
    connection.recv(65536)
    while connection.recv(65536):
        pass


def leave(connection: socket.socket, context: ssl.SSLContext) -> None:
    """Shake hands, and hang up."""
    context.wrap_socket(connection, server_side=True).close()


PEERS: dict[str, Peer] = {
    "hangs": (faults.silent(), FEW),
    "never shakes hands": (hang, FEW),
    "drips": (faults.drip_body(0.05, body=b" " * 4000 + b"{}"), FEW),
    "hangs up after the handshake": (leave, FEW),
    "cuts": (faults.reset_after_request(), FEW),
    "closes": (faults.close_without_answer(), ()),
    "half a body": (faults.truncated_body(), FEW),
    "a page": (faults.html_page(200), ()),
    "refers elsewhere": (faults.redirect(), FEW),
    "ten megabytes": (faults.answer(202, b"x" * 10_000_000), FEW),
    "a hundred thousand brackets": (faults.answer(202, b'{"melding":' + b"[" * 100_000), FEW),
    "out of order": (faults.html_page(500), FEW),
    "no HTTP": (saying("no HTTP", b"\x00\xff" * 100 + b"\r\n\r\n"), FEW),
    "a status that is none": (saying("status", b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n"), ()),
    "a negative length": (saying("length", OK + b"Content-Length: -5\r\n\r\n{}"), FEW),
    "a length of 5,000 digits": (saying("digits", OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}"), FEW),
    "negative pieces": (saying("pieces", OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n{}\r\n"), FEW),
    "a flood of interim answers": (saying("interim", b"HTTP/1.1 100 Continue\r\n\r\n" * 500), FEW),
    "a head of a megabyte": (saying("head", OK + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n"), FEW),
    "somebody else's pupils": (faults.answer(202, json.dumps({"melding": STRANGERS[1], **REFERENCE}).encode()), ()),
    "a message that is no text": (faults.answer(202, b'{"melding": {"a": [1, NaN, "\\ud800"]}}'), FEW),
}


@contextmanager
def served(peer: Fault | Callable[[socket.socket, ssl.SSLContext], None], pki: Pki) -> Iterator[str]:
    if isinstance(peer, Fault):
        with faults.served(peer, pki=pki, oin=OIN) as server:
            yield server.url
        return
    with raw(pki, OIN, peer) as port:
        yield f"https://localhost:{port}"


@contextmanager
def raw(pki: Pki, oin: str, play: Callable[[socket.socket, ssl.SSLContext], None]) -> Iterator[int]:
    """A server that does one thing with each connection."""
    issued = pki.issue("raw", oin=oin, client=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.cert, issued.key)
    context.load_verify_locations(pki.trust)
    context.verify_mode = ssl.CERT_REQUIRED
    threads: list[threading.Thread] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def one(connection: socket.socket) -> None:
        connection.settimeout(20)
        with connection, suppress(OSError):  # the other side has seen enough
            play(connection, context)

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=one, args=(connection,)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in (accepting, *threads):
            thread.join()


def against(url: str, pki: Pki) -> Alone:
    ours = pki.issue("las", oin="00000003990000010000", server=False)
    test = Alone.typed(
        f"{url}/dst",
        certificate=ClientCertificate(ours.cert, ours.key, pki.trust),
        oin=OIN,
        routeringskenmerk="0000000700099AA00530",
        toetssoort="ICE",
        schooljaar="2025-2026",
        versie=None,
    )
    return replace(test, seconds=0.3)


def played(test: Alone, folder: Path, patterns: tuple[str, ...] = (), *, effects: bool = True) -> list[Played]:
    with test.opened(folder, Rol.TOETSSYSTEEM) as run:
        return run.play(Choice(patterns=patterns, effects=effects))


@pytest.mark.parametrize("name", PEERS)
def test_each_scenario_ends_with_a_verdict_and_its_evidence(name: str, test_pki: Pki, tmp_path: Path) -> None:
    peer, patterns = PEERS[name]
    with served(peer, test_pki) as url:
        test = against(url, test_pki)
        found = played(test, tmp_path, patterns)
    assert len(found) == len(patterns) or len(found) > 40
    for item in found:
        assert item.oordeel not in (Oordeel.FOUT, Oordeel.WACHT), (item.scenario.id, item.why)
        failed = [one for one in item.keuringen if one.counts and one.oordeel is Oordeel.GEZAKT]
        if item.oordeel is Oordeel.GEZAKT:
            assert item.whose is Whose.HEN, item.scenario.id
            assert failed or item.why, item.scenario.id
        assert {one.evidence for one in failed} <= {taken.step.name for taken in item.taken}
    by_id = {item.scenario.id: item for item in found}
    assert [id_ for id_ in PROVEN if by_id[id_].oordeel is not Oordeel.GEZAKT] == []
    text = (tmp_path / JOURNAL).read_text("utf-8", "surrogatepass")
    assert not [secret for secret in STRANGERS if secret in text]
    told = [(item.scenario.id, item.oordeel, item.why, item.keuringen) for item in found]
    again = played(test, tmp_path, patterns, effects=False)
    assert [(item.scenario.id, item.oordeel, item.why, item.keuringen) for item in again] == told


def test_nothing_is_sent_to_another_oin(test_pki: Pki, tmp_path: Path) -> None:
    connections, received = [0], [b""]

    def listen(connection: socket.socket, context: ssl.SSLContext) -> None:
        with context.wrap_socket(connection, server_side=True) as over:
            connections[0] += 1
            while piece := over.recv(65536):
                received[0] += piece

    with raw(test_pki, OTHER_OIN, listen) as port:
        found = played(against(f"https://localhost:{port}", test_pki), tmp_path)
    assert connections[0] > 30
    assert received == [b""]
    sent = [item for item in found if item.scenario.id in ("TLS-02", *PROVEN)]
    assert {(item.oordeel, item.whose) for item in sent} == {(Oordeel.GEZAKT, Whose.HEN)}
    assert all("ander OIN" in item.why for item in sent if item.scenario.id != "TLS-02")
