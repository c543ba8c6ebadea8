"""The journal: what stands in it is on disk, whole, and of this version; half a line of a killed run is taken off."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.ketentest.journal import FORM, Head, Journal, Line, begin_or_go_on
from doorstroom_client.ketentest.standing import standing_of

HEAD = Head(
    run="0a1b2c3d", began="2026-12-01T09:00:00Z", schooljaar="2026-2027", versie="v", toetssoort="ICE", about={"las": "X"}
)


def line(number: int, *, scenario: str = "TS-101", attempt: int = 1, final: bool = True) -> Line:
    return Line(scenario, attempt, number, f"stap {number}", "f", "2026-12-01T09:00:01Z", {"kind": "staged"}, final)


def filled(path: Path, *lines: Line) -> Journal:
    journal = Journal.begin(path, HEAD)
    for item in lines:
        journal.add(item)
    return journal


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    written = filled(tmp_path / "j", line(1), line(2, final=False), line(2), line(1, attempt=2))
    read = Journal.read(tmp_path / "j")
    assert (read.head, read.lines, read.mended) == (HEAD, written.lines, False)
    assert read.attempt_of("TS-101") == 2
    assert read.attempt_of("TS-102") == 0
    assert [item.final for item in read.tries("TS-101", 1, 2)] == [False]
    assert read.outcome("TS-101", 1, 3) is None
    assert (tmp_path / "j").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_half_a_line_is_taken_off_and_the_rest_stands(tmp_path: Path, cut: int) -> None:
    filled(tmp_path / "j", line(1), line(2))
    whole = (tmp_path / "j").read_bytes()
    (tmp_path / "j").write_bytes(whole[:-cut])
    looked = Journal.read(tmp_path / "j")
    assert (len(looked.lines), looked.mended) == (1, True)
    assert (tmp_path / "j").read_bytes() == whole[:-cut], "who only looks, mends nothing"
    mended = Journal.read(tmp_path / "j", mend=True)
    mended.add(line(2))
    assert Journal.read(tmp_path / "j").lines == (line(1), line(2))


@pytest.mark.parametrize(
    ("at", "put", "says"),
    [
        (1, b'{"scenario":', "line 2"),
        (1, b'{"scenario":"TS-101"}', "line 2"),
        (1, b"[]", "line 2"),
        (0, b'{"form":99}', "form 99"),
        (0, b"{}", "form None"),
        (0, b'{"form":%d}' % FORM, "line 1"),
        (0, b"\xff\xfe", "line 1"),
    ],
)
def test_another_form_or_damage_is_told_and_nothing_guessed(tmp_path: Path, at: int, put: bytes, says: str) -> None:
    filled(tmp_path / "j", line(1), line(2))
    lines = (tmp_path / "j").read_bytes().splitlines()
    lines[at] = put
    (tmp_path / "j").write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(ConfigurationError, match=says):
        Journal.read(tmp_path / "j", mend=True)


def test_an_empty_file_or_none_at_all(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot read"):
        Journal.read(tmp_path / "j")
    (tmp_path / "j").touch()
    with pytest.raises(ConfigurationError, match=r"holds no run yet\. Start or repeat ketentest run"):
        Journal.read(tmp_path / "j")


def test_an_old_one_is_never_overwritten(tmp_path: Path) -> None:
    filled(tmp_path / "j", line(1))
    with pytest.raises(StoreError, match="File exists"):
        Journal.begin(tmp_path / "j", HEAD)
    assert len(Journal.read(tmp_path / "j").lines) == 1


def test_a_line_that_cannot_be_written_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = filled(tmp_path / "j")
    monkeypatch.setattr(os, "write", lambda *_: 3)
    with pytest.raises(StoreError, match="cannot write"):
        journal.add(line(1))
    assert journal.lines == ()


@pytest.mark.parametrize("cut", [0, 1, 30, -1])
def test_a_run_that_ended_before_its_first_line_was_whole_begins_anew(cut: int, tmp_path: Path) -> None:
    """Killed at once, or a full disk: nothing was sent, so nobody has to take another folder."""
    path = tmp_path / "journaal.jsonl"
    filled(path)
    path.write_bytes(path.read_bytes()[:cut])
    assert standing_of(tmp_path).laatst is None
    begin_or_go_on(path, HEAD).add(line(1))
    assert begin_or_go_on(path, replace(HEAD, run="9z9z9z9z")).head == HEAD, "a whole one stays"
    assert Journal.read(path).lines == (line(1),)
    path.write_bytes(b"of somebody else")
    with pytest.raises(ConfigurationError, match="line 1"):
        begin_or_go_on(path, HEAD)
    assert path.read_bytes() == b"of somebody else"
