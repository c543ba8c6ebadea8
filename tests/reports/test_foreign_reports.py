"""Reports as the programs of others write them: each is seen to be whole, and no part of one is; other programs judge."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstroom_client.basics.whole_pdf import WholePdf, is_whole_pdf
from doorstroom_client.ketentest.evidence import reply_of
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.reports.download import Download
from doorstroom_client.simulator.pdf import make_pdf

TEXT = "Leerlingrapport van K01"
PAGES = 3


def _reportlab() -> bytes:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    out = io.BytesIO()
    made = canvas.Canvas(out, invariant=1)
    for _ in range(PAGES):
        made.drawString(72, 700, TEXT)
        made.showPage()
    made.save()
    return out.getvalue()


def _fpdf2() -> bytes:
    made = pytest.importorskip("fpdf").FPDF()
    made.set_font("helvetica")
    for _ in range(PAGES):
        made.add_page()
        made.cell(text=TEXT)
    return bytes(made.output())


def _pypdf() -> bytes:
    made = pytest.importorskip("pypdf").PdfWriter()
    for _ in range(PAGES):
        made.add_blank_page(width=595, height=842)
    made.add_metadata({"/Title": TEXT})
    return _written(made)


def _updated() -> bytes:
    """A later version behind the first one, as a program that signs or stamps leaves it."""
    pypdf = pytest.importorskip("pypdf")
    made = pypdf.PdfWriter(io.BytesIO(_reportlab()), incremental=True)
    made.add_metadata({"/Title": "Gecorrigeerd"})
    return _written(made)


def _written(made: Any) -> bytes:
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def _saved(**how: Any) -> bytes:
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_reportlab())) as opened:
        opened.save(out, deterministic_id=True, **how)
    return out.getvalue()


def _packed() -> bytes:
    return _saved(object_stream_mode=pytest.importorskip("pikepdf").ObjectStreamMode.generate)


def _for_the_web() -> bytes:
    return _saved(linearize=True)


def _simulated() -> bytes:
    return make_pdf([TEXT])


WRITERS: dict[str, Callable[[], bytes]] = {
    "reportlab": _reportlab,
    "fpdf2": _fpdf2,
    "pypdf": _pypdf,
    "updated by pypdf": _updated,
    "qpdf, with object streams": _packed,
    "qpdf, for the web": _for_the_web,
    "the simulator": _simulated,
}
of = cache(lambda writer: WRITERS[writer]())
written = pytest.mark.parametrize("writer", WRITERS)


def pages_in(content: bytes, *, mended: bool = True) -> int:
    """How many pages other programs see."""
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.open(io.BytesIO(content), attempt_recovery=mended) as opened:
        return len(opened.pages)


def why_not(pieces: Iterator[bytes]) -> str:
    """What the client says of a report that came in these pieces."""
    download = Download("r", None)
    download.begin(None)
    for piece in pieces:
        download.write(piece)
    assert download.is_complete is (download.why_not == "")
    return download.why_not


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@written
@pytest.mark.parametrize("size", [1, 3, 1024, 65_536])
def test_a_report_is_whole_in_pieces_of_any_size(writer: str, size: int) -> None:
    assert why_not(pieces(of(writer), size)) == ""
    assert pages_in(of(writer)) in (1, PAGES)


@written
@pytest.mark.parametrize(
    "padding", [bytes(3 * 2**20), b" \r\n\t\f" * 2**19, b"\0\n" * 700, b"\x1a", b"0\r\n\r\n", b"\r\n--grens--"]
)
def test_what_a_reader_passes_over_may_follow(writer: str, padding: bytes) -> None:
    content = of(writer) + padding
    for size in (4096, 5000, 65_537):
        assert why_not(pieces(content, size)) == ""
    assert is_whole_pdf(content)
    assert pages_in(content) in (1, PAGES)


@written
def test_no_part_of_a_report_is_whole(writer: str) -> None:
    """But for blanks at its end, and for an earlier version, which is a report: another program reads each without mending."""
    whole, seen, kept = of(writer), WholePdf(), []
    for at in range(len(whole) - 1):
        seen.add(whole[at : at + 1])
        if not seen.why_not:
            kept.append(whole[: at + 1])
    for part in kept:
        assert pages_in(part, mended=False) in (1, PAGES)
    earlier = [part for part in kept if whole[len(part) :].strip()]
    assert all(
        whole.startswith(_reportlab()) and part.strip() == _reportlab().strip()
        for part in earlier
        if part.strip().endswith(b"%%EOF")
    )
    assert len(earlier) <= 4, "after an earlier version: nothing, or the line end behind it"


def test_a_report_that_ends_within_an_attachment_is_no_whole_one() -> None:
    """An attachment that is a PDF has an end of its own; but for that end itself, and blanks behind it, each cut is seen."""
    attached, rest = of("the simulator").rstrip(), b"\nendstream\nendobj\n5 0 obj\n<<>>\nendobj\n"
    start = b"%PDF-1.7\n1 0 obj\n<</Length 9>>\nstream\n" + attached
    for at in range(2, len(rest) + 1):
        for size in (1, 7, 1024):
            assert why_not(pieces(start + rest[:at], size)) == "its end is missing"


PAGES_OF_OTHERS = (
    b"<html><body>504 Gateway Time-out</body></html>",
    b"\r\n<!DOCTYPE html><title>Sessie verlopen</title>",
    b"\xff\xfe" + "<html><p>Fout".encode("utf-16-le"),
    b"<br />\n<b>Warning</b>: Undefined variable in <b>rapport.php</b>",
    b"Let op <script src=x></script>",
    b"<!-- 12 ms -->",
    b"</body></html>",
)


@written
@pytest.mark.parametrize("page", PAGES_OF_OTHERS)
def test_a_page_around_a_report_is_refused(writer: str, page: bytes) -> None:
    for content in (page + of(writer), of(writer) + page, of(writer) + page * 60, of(writer) + bytes(5000) + page):
        assert why_not(pieces(content, 1000)) != ""
        assert not is_whole_pdf(content)


@written
def test_a_report_in_a_message_is_refused(writer: str) -> None:
    whole = of(writer)
    for content in (
        json.dumps({"pdf": b64encode(whole).decode()}),
        json.dumps([whole.decode("latin-1")]),
        json.dumps(whole.decode("latin-1")),
    ):
        assert why_not(iter([content.encode()])) != ""


@given(
    st.lists(
        st.sampled_from([b"%", b"%%", b"%%EOF", b"EOF", b"OF", b"F", b"\0", b" \n", b"q", b"7 0 obj", bytes(1100), b"q" * 1100])
    ),
    st.data(),
)
def test_pieces_make_no_difference(parts: list[bytes], data: st.DataObject) -> None:
    content = b"%PDF-1.7\n" + b"".join(parts)
    seen, at = WholePdf(), 0
    while at < len(content):
        size = data.draw(st.integers(1, max(1, len(content) // 3)))
        seen.add(content[at : at + size])
        at += size
    assert seen.why_not == ("" if is_whole_pdf(content) else seen.why_not or "other")
    blank = b"%%EOF" in content and not content.rpartition(b"%%EOF")[2].strip(b"\0\t\n\v\f\r ")
    after = content[-1024:].rpartition(b"%%EOF")
    assert is_whole_pdf(content) is (blank or bool(after[1] and not after[2].lstrip(b"\0 \n").startswith(b"7 0 obj")))


@written
def test_the_chain_test_sees_the_same(writer: str) -> None:
    keys = Keys("r")
    for content in (
        of(writer),
        of(writer) + bytes(5000),
        of(writer)[:-9],
        of(writer) + PAGES_OF_OTHERS[0],
        b"\n" * 900 + of(writer),
    ):
        reply = reply_of(keys, 200, [], content)
        assert reply.ends_whole is is_whole_pdf(content)
        assert reply.first == "pdf"
    assert reply_of(keys, 200, [], PAGES_OF_OTHERS[0] + of(writer)).first == "html"
