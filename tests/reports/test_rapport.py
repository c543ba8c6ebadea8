"""A report is kept whole or not at all."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from support import LEVERANCIER, PDF, SCHOOL, FakeTransport, conditions

from doorstroom_client.errors import StoreError, UnexpectedResponse
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import run
from doorstroom_client.reports.download import Download, Leerlingrapport
from doorstroom_client.reports.fetch import fetch_rapport
from doorstroom_client.transport.request import Response


def keep_rapport(content: bytes, rapportid: str, to: str | os.PathLike[str] | None) -> Leerlingrapport:
    download = Download(rapportid, to)
    try:
        download.begin(len(content))
        for at in range(0, len(content), 7):
            download.write(content[at : at + 7])
        return download.keep()
    finally:
        download.discard()


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
        (PDF + b"\n" * 1024, False),
        (PDF[:-6], False),
        (PDF[1:], False),
        (b"", False),
        (b"<html>%%EOF", False),
    ],
)
def test_complete(content: bytes, whole: bool) -> None:
    assert is_complete_pdf(content) is whole


def test_in_memory() -> None:
    rapport = keep_rapport(PDF, "r-1", None)
    assert (rapport.content, rapport.path, rapport.size) == (PDF, None, len(PDF))
    assert rapport.sha256 == hashlib.sha256(PDF).hexdigest()
    assert "%PDF" not in repr(rapport)


def test_in_a_folder_and_a_file(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        one = keep_rapport(PDF, "r-1", tmp_path)
        two = keep_rapport(PDF, "r-1", str(tmp_path / "x.pdf"))
    finally:
        os.umask(old)
    assert one.path is not None
    assert two.path is not None
    assert one.path.name == hashlib.sha256(b"r-1").hexdigest()[:16] + ".pdf"
    assert {path.name for path in tmp_path.iterdir()} == {one.path.name, "x.pdf"}
    for path in (one.path, two.path):
        assert path.read_bytes() == PDF
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "x.pdf"
    victim.write_text("mijn")
    link.symlink_to(victim)
    keep_rapport(PDF, "r", link)
    assert victim.read_text() == "mijn"
    assert not link.is_symlink()


@pytest.mark.parametrize("name", ["weg/x.pdf", "bestand/x.pdf"])
def test_a_place_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "bestand").write_text("x")
    with pytest.raises(StoreError, match="cannot write"):
        keep_rapport(PDF, "r", tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["bestand"]


def test_a_failure_halfway_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x.pdf"
    target.write_bytes(b"oud")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        keep_rapport(PDF, "r", target)
    assert target.read_bytes() == b"oud"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_without_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(handle: int) -> None:
        raise OSError

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StoreError, match="OSError"):
        keep_rapport(PDF, "r", tmp_path / "x.pdf")


@pytest.mark.parametrize(("seconds", "deadlines"), [(18.0, [30.0, 12.0]), (29.96, [30.0])])
def test_a_second_try_fits_in_the_time_that_is_left(seconds: float, deadlines: list[float]) -> None:
    half = Response(200, {"content-type": "application/pdf"}, PDF[:10], seconds)
    transport = FakeTransport([half, half])
    with pytest.raises(UnexpectedResponse) as caught:
        run(fetch_rapport("r-1", SCHOOL, LEVERANCIER, Download("r-1", None), Call(conditions())), transport)  # type: ignore[arg-type]
    assert caught.value.retryable
    assert [request.deadline for request in transport.requests] == deadlines
