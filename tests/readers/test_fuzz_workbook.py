"""Workbooks that nobody thought of: good ones of every kind, changed byte by byte, in their package and in the parts of it.

`DOORSTROOM_FUZZ_SECONDS=60` plays for that long.
"""

from __future__ import annotations

import io
import os
import sys
import time
import traceback
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from support import SCHOOL
from support.corpus import CORPUS

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.readers import read_adviezen, read_deelnemers

# Read here, because no variable of ours is left while a test runs.
SECONDS = float(os.environ.get("DOORSTROOM_FUZZ_SECONDS", "0"))
A_ROUND = 100
BOOKS = CORPUS / "books"
PUPILS = ("pupils", "advice", "merged", "hidden", "error", "numbers", "formula")
NAMES = ("Bérg", "Berg", "Dijk", "van den")
PIECES = (
    *(
        b"<",
        b">",
        b"&",
        b'"',
        b"\0",
        b"\xff\xff\xff\xff",
        b"1048576",
        b"99999999999",
        b"-1",
        b"1e999",
        b"XFD1048576",
        b"A0",
        b'r=""',
    ),
    *(
        b't="s"',
        b't="d"',
        b'hidden="1"',
        b"<row/>",
        b"</row>",
        b"<c/>",
        b"<v>x</v>",
        b"_xD800_",
        b"=",
        b"#N/A",
        b"\x80\x80\x80\x7f",
    ),
)


def seeds(suffix: str) -> list[bytes]:
    """The good files of one kind, the small ones first."""
    files = [path for path in sorted(BOOKS.glob(f"*{suffix}")) if any(word in path.stem for word in PUPILS)]
    return [path.read_bytes() for path in sorted(files, key=lambda path: path.stat().st_size)][:12]


def check(content: bytes) -> str:
    """Read it, and hold what comes of it to the promises; gives what came of it."""
    outcome = "refused"
    for reader in (read_deelnemers, read_adviezen):
        try:
            reader(content, SCHOOL)
            outcome = "read"
        except (MessageError, ConfigurationError) as error:
            frames = traceback.TracebackException.from_exception(error, capture_locals=True)
            own = [str(item.locals) for item in frames.stack if "doorstroom_client" in item.filename]
            told = "".join((str(error), repr(error), *own))
            assert not [name for name in NAMES if name in told]
            assert error.__context__ is None
            if "damaged" not in told and "file:" not in told:
                outcome = "problems"
    return outcome


def changed(draw: st.DrawFn, content: bytes) -> bytes:
    body = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(body) - 1, 0)))
        match draw(st.sampled_from(("bit", "drop", "put", "copy", "cut"))):
            case "bit" if body:
                body[at] ^= 1 << draw(st.integers(0, 7))
            case "drop":
                del body[at : at + draw(st.integers(1, 40))]
            case "put":
                body[at:at] = draw(st.sampled_from(PIECES))
            case "copy":
                body[at:at] = body[at : at + draw(st.integers(1, 90))] * draw(st.sampled_from((1, 2, 200)))
            case _:
                body = body[: max(at, len(body) // 2)]
    return bytes(body)


@st.composite
def books(draw: st.DrawFn, suffix: str) -> bytes:
    """A good file with its bytes changed, or those of one of its parts."""
    content = draw(st.sampled_from(seeds(suffix)))
    if suffix == ".xls" or draw(st.integers(0, 3)) == 0:
        return changed(draw, content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    useful = [name for name in parts if not name.startswith(("docProps", "Thumbnails", "xl/theme"))]
    for name in draw(st.lists(st.sampled_from(useful), min_size=1, max_size=2)):
        parts[name] = changed(draw, parts[name])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            if draw(st.integers(0, 30)):
                archive.writestr(name, part)
    return stream.getvalue()


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsb", ".xls", ".ods"])
def test_changed(suffix: str) -> None:
    counts: dict[str, int] = {}
    end = time.monotonic() + SECONDS
    number = 0
    while not number or time.monotonic() < end:
        number += 1

        @seed(number)
        @settings(max_examples=A_ROUND, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(books(suffix))
        def one(content: bytes) -> None:
            outcome = check(content)
            counts[outcome] = counts.get(outcome, 0) + 1

        one()
    sys.stdout.write(f"{suffix}: {sum(counts.values())} examples: {counts}\n")
    assert counts.get("refused", 0) > 0  # else the changes are too tame
    assert counts.get("read", 0) + counts.get("problems", 0) > 0  # or too wild


def test_there_are_files_of_every_kind() -> None:
    assert all(len(seeds(suffix)) > 5 for suffix in (".xlsx", ".xlsb", ".xls", ".ods"))
    assert Path(BOOKS).is_dir()
