"""O9: a report appears under its name in one piece or not at all, whatever a supplier sends and whenever we die."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import faults_support as faults
import pytest
from faults_support import BadServer, Fault, Wire, answer, served
from support import LEVERANCIER, SCHOOL, SUPPLIER_OIN, FakeTransport, conditions
from support.wire import Speler, certificate, leverancier

import doorstroom_client
from doorstroom_client.errors import DoorstroomError, MessageError, NoAnswer, StoreError, UnexpectedResponse
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import run
from doorstroom_client.reports import fetch as fetching
from doorstroom_client.reports.download import RAPPORT_LIMIT, Download, rapport_file_name
from doorstroom_client.reports.fetch import fetch_rapport
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.request import Response

RAPPORT = "rapport-1"
PDF = b"%PDF-1.7\n" + b"0123456789" * 400 + b"\n%%EOF\n"
KIND = "application/pdf"
OLD = b"van vorige week"
MIB = 1024 * 1024


def fetch(speler: Speler, pki: Pki, server: BadServer, rapportid: str = RAPPORT, **more: Any) -> Any:
    client = speler.client(certificate=certificate(pki), leveranciers=[leverancier(server.url)])
    return speler(client.fetch_leerlingrapport(rapportid, school=SCHOOL, leverancier="ICE", **more))


def pdf(body: bytes = PDF, *headers: tuple[str, str]) -> Fault:
    return answer(200, body, KIND, headers=headers)


def in_chunks(*pieces: bytes) -> Fault:
    """A report without a length, in chunks."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (*pieces, b""):
            wire.send(b"%x\r\n%b\r\n" % (len(piece), piece))
        return True

    return Fault("in_chunks", play)


HALF = len(PDF) // 2
NO_REPORT: dict[str, tuple[Fault, type[DoorstroomError], int]] = {
    "shorter than promised": (faults.truncated_body(200, KIND, PDF), NoAnswer, 3),
    "cut in a chunk": (faults.truncated_chunk(200, PDF[:HALF], content_type=KIND), NoAnswer, 3),
    "half, until the end": (faults.close_delimited(200, PDF, KIND, sent=HALF), UnexpectedResponse, 2),
    "half, no goodbye": (faults.close_delimited(200, PDF, KIND, sent=HALF, goodbye=False), UnexpectedResponse, 2),
    "less promised than sent": (faults.content_length_too_short(200, PDF, content_type=KIND), UnexpectedResponse, 2),
    "gzip bomb": (faults.gzip_bomb(16 * MIB), UnexpectedResponse, 1),
    "a page": (faults.html_page(200), UnexpectedResponse, 1),
    "a report that calls itself a page": (answer(200, PDF, "text/html"), UnexpectedResponse, 1),
    "a page that calls itself a report": (answer(200, b"<html></html>", KIND), UnexpectedResponse, 2),
    "a page without a type": (answer(200, b"<html>" + PDF, None), UnexpectedResponse, 1),
    "a page behind a report": (answer(200, PDF + b"<p>Time-out</p>", "application/octet-stream"), UnexpectedResponse, 2),
    "whole, but until the end": (faults.close_delimited(200, PDF, KIND), UnexpectedResponse, 2),
    "base64 in JSON": (answer(200, b'{"pdf": "%b"}' % base64.b64encode(PDF), None), UnexpectedResponse, 1),
    "text": (answer(200, PDF, "text/plain"), UnexpectedResponse, 1),
    "nothing": (faults.close_delimited(200, b"", KIND), UnexpectedResponse, 2),
    "a start too late": (answer(200, b" " * 1024 + PDF, KIND), UnexpectedResponse, 2),
    "an end too early": (answer(200, PDF + b"x" * 1024, KIND), UnexpectedResponse, 2),
    "JSON": (answer(200, b"{}", "application/json"), UnexpectedResponse, 1),
    "a partial answer": (answer(206, PDF, KIND), UnexpectedResponse, 1),
}


@pytest.mark.parametrize("old", [False, True], ids=["new", "over an old one"])
@pytest.mark.parametrize("name", NO_REPORT)
def test_what_is_no_whole_report_leaves_no_file(test_pki: Pki, speler: Speler, tmp_path: Path, name: str, old: bool) -> None:
    fault, kind, requests = NO_REPORT[name]
    target = tmp_path / "rapport.pdf"
    if old:
        target.write_bytes(OLD)
    with served(fault, pki=test_pki, oin=SUPPLIER_OIN) as server:
        with pytest.raises(kind):
            fetch(speler, test_pki, server, to=target)
        with pytest.raises(kind):
            fetch(speler, test_pki, server)
    assert len(server.requests) == 2 * requests
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [OLD] * old


WHOLE: dict[str, Fault] = {
    "with a length": pdf(),
    "in chunks": in_chunks(PDF[:7], PDF[7:9], PDF[9:-3], PDF[-3:]),
    "a parameter": answer(200, PDF, "Application/PDF; charset=binary"),
    "no type": answer(200, PDF, None),
    "an empty type": answer(200, PDF, ""),
    "two types": pdf(PDF, ("Content-Type", "application/octet-stream")),
    **{kind: answer(200, PDF, kind) for kind in ("Application/Octet-Stream", "binary/octet-stream", "application/x-pdf")},
    **{kind: answer(200, PDF, kind) for kind in ("application/force-download", "application/download; name=r.pdf")},
    **{
        f"packed: {coding!r}": pdf(PDF, ("Content-Encoding", coding))
        for coding in ("identity", "IDENTITY ", "", "identity, Identity", "utf-8")
    },
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_report(test_pki: Pki, speler: Speler, tmp_path: Path, name: str) -> None:
    with served(WHOLE[name], pki=test_pki, oin=SUPPLIER_OIN) as server:
        kept = fetch(speler, test_pki, server, to=tmp_path)
        assert fetch(speler, test_pki, server).content == PDF
    assert kept.path == tmp_path / rapport_file_name(RAPPORT)
    assert kept.path.read_bytes() == PDF
    assert (kept.content, kept.size, kept.sha256) == (b"", len(PDF), hashlib.sha256(PDF).hexdigest())
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [kept.path]


SUGGESTIONS = (
    "attachment; filename=../../x",
    'attachment; filename="/etc/x.pdf"',
    "inline; filename*=utf-8''%2e%2e%2fx",
)


@pytest.mark.parametrize("suggestion", SUGGESTIONS)
def test_the_name_that_a_supplier_suggests_is_not_used(test_pki: Pki, speler: Speler, tmp_path: Path, suggestion: str) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    with served(pdf(PDF, ("Content-Disposition", suggestion)), pki=test_pki, oin=SUPPLIER_OIN) as server:
        kept = fetch(speler, test_pki, server, to=folder)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept.path]
    assert kept.path.name == f"{hashlib.sha256(RAPPORT.encode()).hexdigest()[:16]}.pdf"


def test_a_link_at_the_place_is_replaced(test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    secret, place = tmp_path / "geheim", tmp_path / "rapport.pdf"
    secret.write_bytes(OLD)
    place.symlink_to(secret)
    with served(pdf(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        kept = fetch(speler, test_pki, server, to=place)
    assert secret.read_bytes() == OLD
    assert kept.path == place
    assert not place.is_symlink()
    assert place.read_bytes() == PDF


def test_a_link_in_the_folder_is_replaced(test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    secret, folder = tmp_path / "geheim", tmp_path / "rapporten"
    secret.write_bytes(OLD)
    folder.mkdir()
    (folder / rapport_file_name(RAPPORT)).symlink_to(secret)
    with served(pdf(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        kept = fetch(speler, test_pki, server, to=folder)
    assert secret.read_bytes() == OLD
    assert not kept.path.is_symlink()


def test_a_folder_that_is_not_there(test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    with served(pdf(), pki=test_pki, oin=SUPPLIER_OIN) as server, pytest.raises(StoreError):
        fetch(speler, test_pki, server, to=tmp_path / "weg" / "rapport.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("known", [True, False], ids=["with a length", "in chunks"])
def test_progress_goes_up_and_ends_at_the_size(test_pki: Pki, speler: Speler, tmp_path: Path, known: bool) -> None:
    body = b"%PDF-1.7\n" + bytes(MIB) + b"%%EOF\n"
    told: list[tuple[int, int | None]] = []
    fault = pdf(body) if known else in_chunks(*(body[at : at + 50_000] for at in range(0, len(body), 50_000)))
    with served(fault, pki=test_pki, oin=SUPPLIER_OIN) as server:
        fetch(speler, test_pki, server, to=tmp_path, progress=lambda done, total: told.append((done, total)))
    sizes = [done for done, _ in told]
    assert len(sizes) > 5
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == len(body)
    assert {total for _, total in told} == {len(body) if known else None}


HOSTILE = (
    "../registreren",
    "..",
    ".",
    "a/b",
    "a\\b",
    "a?x=1",
    "a#b",
    "a%2fb",
    "%2e%2e%2fregistreren",
    "a\x00b",
    "a\r\nHost: elders",
    "a b",
    "é",
    "/",
    "//elders.example/x",
    "https://elders.example/x",
    "",
    "a" * 129,
    "a;b",
    "a\n",
)


@pytest.mark.parametrize("rapportid", HOSTILE)
def test_a_hostile_rapportid_is_refused_or_stays_one_part_of_the_address(
    test_pki: Pki, speler: Speler, tmp_path: Path, rapportid: str
) -> None:
    with served(pdf(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        with pytest.raises(MessageError) as caught:
            fetch(speler, test_pki, server, rapportid, to=tmp_path)
        assert server.connections == 0
    assert not rapportid.strip("/.") or rapportid not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rapportid", ["a", "...", "a..b", "~.-_", "a" * 128, "-rf", "~root"])
def test_an_odd_rapportid_is_one_part_of_the_address(test_pki: Pki, speler: Speler, tmp_path: Path, rapportid: str) -> None:
    with served(pdf(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        fetch(speler, test_pki, server, rapportid, to=tmp_path)
    (request,) = server.requests
    assert request.path == f"/dst/leerlingrapport/{rapportid}"
    assert [path.name for path in tmp_path.iterdir()] == [rapport_file_name(rapportid)]


@pytest.mark.parametrize("known", [True, False], ids=["with a length", "in chunks"])
def test_a_report_may_have_so_many_bytes_and_no_more(
    test_pki: Pki, speler: Speler, tmp_path: Path, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert RAPPORT_LIMIT == 25 * MIB
    for room, fits in ((len(PDF), True), (len(PDF) - 1, False)):
        monkeypatch.setattr(fetching, "RAPPORT_LIMIT", room)
        with served(pdf() if known else in_chunks(PDF), pki=test_pki, oin=SUPPLIER_OIN) as server:
            if fits:
                fetch(speler, test_pki, server, to=tmp_path).path.unlink()
            else:
                with pytest.raises(UnexpectedResponse):
                    fetch(speler, test_pki, server, to=tmp_path)
        assert len(server.requests) == 1
    assert list(tmp_path.iterdir()) == []


def endless(block: bytes, times: int, *, stop_at: int = -1) -> Fault:
    """A large report, made while it is sent; with ``stop_at`` it stalls there."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        size = 9 + len(block) * times + 6
        wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: %d\r\n\r\n%%PDF-1.7\n" % size)
        for at in range(times):
            if at == stop_at:
                wire.pause()
                return False
            wire.send(block)
        wire.send(b"%%EOF\n")
        return True

    return Fault("endless", play)


def test_a_large_report_needs_little_memory(test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    block = bytes(64 * 1024)
    with served([pdf(), endless(block, 20 * 16)], pki=test_pki, oin=SUPPLIER_OIN) as server:
        fetch(speler, test_pki, server, to=tmp_path)  # what is loaded at the first call does not count
        tracemalloc.start()
        try:
            kept = fetch(speler, test_pki, server, "rapport-2", to=tmp_path)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept.size == kept.path.stat().st_size == 20 * MIB + 15
    assert peak < 4 * MIB


CHILD = """
import asyncio, json, os, sys
from doorstroom_client import AsyncClient, Client, ClientCertificate, Leverancier, School

told = json.loads(sys.stdin.readline())
if told["room"]:
    import resource
    sys.dont_write_bytecode = True  # half a module would stay behind
    resource.setrlimit(resource.RLIMIT_FSIZE, (told["room"], told["room"]))
arguments = dict(
    certificate=ClientCertificate(told["cert"], told["key"], told["trust"]),
    leveranciers=[Leverancier("ICE", told["oin"], told["url"])],
    auteur="Test 1",
)
school = School(**told["school"])

def progress(done, total):
    if done > 500_000 and not told["room"]:
        os.write(1, b"halfway\\n")

def fetch(client):
    return client.fetch_leerlingrapport("rapport-1", school=school, leverancier="ICE", to=told["to"], progress=progress)

async def awaited():
    async with AsyncClient(**arguments) as client:
        await fetch(client)

try:
    if told["awaited"]:
        asyncio.run(awaited())
    else:
        with Client(**arguments) as client:
            fetch(client)
except Exception as error:
    print(type(error).__name__, flush=True)
"""


def child(pki: Pki, server: BadServer, to: Path, *, awaited: bool, room: int = 0) -> subprocess.Popen[bytes]:
    """Another process that fetches a report; ``room`` bounds the files that it can write."""
    ours = certificate(pki, "kind")
    told = {
        "cert": str(ours.cert),
        "key": str(ours.key),
        "trust": str(ours.trust),
        "oin": SUPPLIER_OIN,
        "url": f"{server.url}/dst",
        "to": str(to),
        "awaited": awaited,
        "room": room,
        "school": {name: getattr(SCHOOL, name) for name in SCHOOL.__dataclass_fields__ if name != "oin"},
    }
    package = str(Path(doorstroom_client.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": package},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(told).encode() + b"\n")
    process.stdin.flush()
    return process


@pytest.mark.parametrize("awaited", [False, True], ids=["sync", "async"])
def test_a_killed_process_leaves_nothing_under_the_name(test_pki: Pki, tmp_path: Path, awaited: bool) -> None:
    target = tmp_path / "rapport.pdf"
    target.write_bytes(OLD)
    with served([endless(bytes(64 * 1024), 20 * 16, stop_at=100), pdf()], pki=test_pki, oin=SUPPLIER_OIN) as server:
        process = child(test_pki, server, target, awaited=awaited)
        assert process.stdout is not None
        with process:
            assert process.stdout.readline() == b"halfway\n"
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert target.read_bytes() == OLD
        (left,) = [path for path in tmp_path.iterdir() if path != target]
        assert stat.S_IMODE(left.stat().st_mode) == 0o600
        assert left.name.startswith(".")
        os.utime(left, (1, 1))  # long ago
        made = Speler(awaited=awaited)
        try:
            fetch(made, test_pki, server, to=target)
        finally:
            made.close()
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == PDF


@pytest.mark.parametrize("awaited", [False, True], ids=["sync", "async"])
def test_a_disk_without_room_leaves_the_old_file(test_pki: Pki, tmp_path: Path, awaited: bool) -> None:
    target = tmp_path / "rapport.pdf"
    target.write_bytes(OLD)
    with served(endless(bytes(64 * 1024), 64), pki=test_pki, oin=SUPPLIER_OIN) as server:
        process = child(test_pki, server, target, awaited=awaited, room=MIB)
        assert process.stdout is not None
        with process:
            assert process.stdout.read() == b"StoreError\n"
        assert len(server.requests) == 1
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == OLD


def test_what_interrupts_a_download_leaves_no_file(test_pki: Pki, tmp_path: Path) -> None:
    def stop(_: int, __: int | None) -> None:
        raise KeyboardInterrupt

    blocking = Speler(awaited=False)
    with served(pdf(), pki=test_pki, oin=SUPPLIER_OIN) as server, pytest.raises(KeyboardInterrupt):
        fetch(blocking, test_pki, server, to=tmp_path, progress=stop)
    blocking.close()
    assert list(tmp_path.iterdir()) == []


def test_a_progress_hook_that_raises_is_no_fault_of_the_supplier(test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    """Whether it ends the download is a choice; asking the supplier again for a report that came in whole is none."""

    def wrong(_: int, __: int | None) -> None:
        raise ZeroDivisionError

    with served(pdf(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        with contextlib.suppress(ZeroDivisionError):
            fetch(speler, test_pki, server, to=tmp_path, progress=wrong)
        assert len(server.requests) == 1
    assert [path.read_bytes() for path in tmp_path.iterdir()] in ([], [PDF])


MORE = b"overgebleven\r\n\r\n"
LEFT_BEHIND: dict[str, Fault] = {
    "204 with a body": faults.no_content_with_body(b'{"melding": "Nog niet klaar."}' * 20),
    "less promised than sent": faults.content_length_too_short(200, PDF + MORE, missing=len(MORE), content_type=KIND),
    "a length and chunks": faults.length_and_chunked(200, PDF, content_type=KIND),
}


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_stays_behind_in_a_connection_is_not_taken_for_the_next_answer(test_pki: Pki, speler: Speler, name: str) -> None:
    with served([LEFT_BEHIND[name], pdf()], pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        for at in range(3):
            got = speler(client.fetch_leerlingrapport(RAPPORT, school=SCHOOL, leverancier="ICE"))
            assert (got is None) is (at == 0 and name.startswith("204"))
            assert got is None or got.content == PDF
    assert [request.connection for request in server.requests] == [1, 2, 2]


def is_complete_pdf(content: bytes) -> bool:
    download = Download("r", None)
    download.begin(None)
    for at in range(0, len(content), 100):
        download.write(content[at : at + 100])
    return download.is_complete


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (PDF, True),
        (b"\n" * 1000 + PDF, True),
        (b"\n" * 1024 + PDF, False),
        (PDF + b"\n" * 1000, True),
        (PDF + b"\n\0" * 512, True),
        (PDF + b"x" * 1018, True),
        (PDF + b"x" * 1019, False),
        (PDF[:-6], False),
        (PDF[1:], False),
        (b"", False),
        (b"<html>%%EOF", False),
    ],
)
def test_complete(content: bytes, whole: bool) -> None:
    assert is_complete_pdf(content) is whole


@pytest.mark.parametrize(("seconds", "deadlines"), [(18.0, [30.0, 12.0]), (29.96, [30.0])])
def test_a_second_try_fits_in_the_time_that_is_left(seconds: float, deadlines: list[float]) -> None:
    half = Response(200, {"content-type": "application/pdf"}, PDF[:10], seconds)
    transport = FakeTransport([half, half])
    with pytest.raises(UnexpectedResponse) as caught:
        run(fetch_rapport("r-1", SCHOOL, LEVERANCIER, Download("r-1", None), Call(conditions())), transport)  # type: ignore[arg-type]
    assert caught.value.retryable
    assert [request.deadline for request in transport.requests] == deadlines
