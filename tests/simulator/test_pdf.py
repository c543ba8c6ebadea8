"""The PDF is valid; where poppler is installed its own reading is the judge."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from doorstroom_client.simulator.pdf import make_pdf

LINES = [
    "Leerlingrapport (simulator)",
    "Zoë, Chloé en Björn",
    r"haakjes (open) en \ streep (",
    "Yağız Nguyễn – €",
    "",
]


def test_offsets_of_the_cross_reference_table_are_right() -> None:
    pdf = make_pdf(LINES)
    assert pdf.startswith(b"%PDF-1.4\n")
    assert pdf.endswith(b"%%EOF\n")
    start = int(re.findall(rb"startxref\n(\d+)\n", pdf)[0])
    assert pdf[start : start + 5] == b"xref\n"
    entries = re.findall(rb"(\d{10}) (\d{5}) ([nf]) \n", pdf[start:])
    assert len(entries) == 6
    for number, (offset, _, kind) in enumerate(entries):
        if kind == b"n":
            assert pdf[int(offset) :].startswith(b"%d 0 obj\n" % number)


def test_stream_length_is_right_and_text_is_escaped() -> None:
    pdf = make_pdf(LINES)
    length = int(re.findall(rb"/Length (\d+)", pdf)[0])
    stream = pdf.split(b"stream\n", 1)[1]
    assert stream[length:].startswith(b"\nendstream")
    assert rb"(haakjes \(open\) en \\ streep \() Tj" in stream
    assert "(Zoë, Chloé en Björn)".encode("cp1252") in stream
    assert "(Yagiz Nguyen – €)".encode("cp1252") in stream
    assert b"(?) Tj" in make_pdf(["中"])


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_poppler_reads_the_same_text_without_complaint(tmp_path: Path) -> None:
    path = tmp_path / "rapport.pdf"
    path.write_bytes(make_pdf(LINES))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True)
    assert text.stderr == info.stderr == ""
    assert [line.strip() for line in text.stdout.splitlines()][:3] == LINES[:3]
    assert re.search(r"Pages:\s+1\n", info.stdout)
    assert "(A4)" in info.stdout


def test_long_lines_wrap_and_a_full_page_is_refused() -> None:
    assert make_pdf(["woord " * 40]).count(b" Tj") == 4
    with pytest.raises(ValueError, match="do not fit"):
        make_pdf(["x"] * 60)
