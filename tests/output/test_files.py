"""Files that are complete or not there: modes, links, leftovers, a full disk and a killed process."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doorstroom_client.errors import StoreError
from doorstroom_client.output import files
from doorstroom_client.output.files import PartFile, write_whole

HOUR = 3600.0


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def abandoned(folder: Path, name: str, seconds: float) -> Path:
    path = folder / f".doorstroom-{name}.part"
    path.write_bytes(b"oud")
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False
    )


def test_what_is_discarded_leaves_nothing(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "a.pdf")
    part.write(b"een")
    part.discard()
    part.discard()
    assert left(tmp_path) == []


def test_a_restart_drops_what_was_there(tmp_path: Path) -> None:
    part = PartFile(tmp_path / "a.pdf")
    part.write(b"een lange eerste poging")
    part.restart()
    part.write(b"kort")
    part.keep()
    assert (tmp_path / "a.pdf").read_bytes() == b"kort"


def test_the_old_file_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    target.write_bytes(b"oud")
    part = PartFile(target)
    part.write(b"nieuw")
    assert target.read_bytes() == b"oud"
    part.discard()
    assert target.read_bytes() == b"oud"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_mode_is_0600_under_every_umask(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        part = PartFile(tmp_path / "a.pdf")
        (temporary,) = tmp_path.iterdir()
        assert mode(temporary) == 0o600
        part.keep()
        write_whole(tmp_path / "b.csv", b"x")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a.pdf") == mode(tmp_path / "b.csv") == 0o600


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"oud")
    target.chmod(0o666)
    write_whole(target, b"nieuw")
    assert mode(target) == 0o600
    assert target.read_bytes() == b"nieuw"


def test_a_hard_link_keeps_its_content(tmp_path: Path) -> None:
    victim = tmp_path / "b"
    victim.write_bytes(b"van een ander")
    target = tmp_path / "a"
    target.hardlink_to(victim)
    write_whole(target, b"nieuw")
    assert victim.read_bytes() == b"van een ander"


def test_the_temporary_file_is_new_and_no_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flags: list[int] = []
    real = os.open

    def watched(path: object, how: int, *more: object, **named: object) -> int:
        flags.append(how)
        return real(path, how, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", watched)
    PartFile(tmp_path / "a.pdf").discard()
    assert flags
    assert flags[0] & os.O_EXCL
    assert flags[0] & os.O_CREAT
    assert flags[0] & os.O_NOFOLLOW


def test_everything_is_on_disk_before_the_name_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    sync, replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def rename(self: Path, target: Path) -> Path:
        order.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    write_whole(tmp_path / "a.pdf", b"x")
    assert order == ["file", "name", "folder"]


def test_old_leftovers_are_removed_and_fresh_ones_are_kept(tmp_path: Path) -> None:
    old = abandoned(tmp_path, "oud", HOUR + 60)
    fresh = abandoned(tmp_path, "vers", HOUR - 60)
    other = tmp_path / "ander.part"
    other.write_bytes(b"x")
    os.utime(other, (0, 0))
    write_whole(tmp_path / "a.pdf", b"x")
    assert not old.exists()
    assert fresh.exists()
    assert other.exists()


def test_one_leftover_that_cannot_be_removed_does_not_keep_the_others(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        abandoned(tmp_path, name, 2 * HOUR)
    for name in ("b2", "a2"):
        stuck = tmp_path / f".doorstroom-{name}.part"
        stuck.mkdir()
        os.utime(stuck, (0, 0))
    write_whole(tmp_path / "x.pdf", b"x")
    assert left(tmp_path) == [".doorstroom-a2.part", ".doorstroom-b2.part", "x.pdf"]


def test_an_old_link_among_the_leftovers_does_not_remove_what_it_points_at(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"x")
    link = tmp_path / ".doorstroom-link.part"
    link.symlink_to(victim)
    os.utime(link, (0, 0), follow_symlinks=False)
    write_whole(tmp_path / "a.pdf", b"x")
    assert victim.exists()
    assert not link.is_symlink()


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_a_folder_that_cannot_be_written_in(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "map"
    if kind == "file":
        folder.write_bytes(b"x")
    with pytest.raises(StoreError) as caught:
        PartFile(folder / "a.pdf")
    assert caught.value.hint


def test_a_target_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.pdf" / "vol").mkdir(parents=True)
    with pytest.raises(StoreError):
        write_whole(tmp_path / "a.pdf", b"x")
    assert left(tmp_path) == ["a.pdf"]


def test_a_disk_that_fails_at_a_restart_is_a_store_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = PartFile(tmp_path / "a.pdf")

    class Broken:
        def seek(self, _: int) -> int:
            raise OSError(5, "Input/output error")

        def close(self) -> None:
            pass

    part._file.close()
    monkeypatch.setattr(part, "_file", Broken())
    with pytest.raises(StoreError):
        part.restart()


def test_a_failing_fsync_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.pdf"
    target.write_bytes(b"oud")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError):
        write_whole(target, b"nieuw")
    assert target.read_bytes() == b"oud"
    assert left(tmp_path) == ["a.pdf"]


FULL = """
import resource, sys
from pathlib import Path
from doorstroom_client.errors import StoreError
from doorstroom_client.output import files
from doorstroom_client.output.files import PartFile, write_whole
sys.dont_write_bytecode = True  # half a module would stay behind
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
target = Path(sys.argv[1])
try:
    if sys.argv[2] == "whole":
        write_whole(target, b"x" * 300_000)
    else:
        part = PartFile(target)
        for _ in range(30):
            part.write(b"x" * 10_000)
        part.keep()
except StoreError as error:
    print("StoreError", error.message)
"""


@pytest.mark.parametrize("how", ["whole", "pieces"])
@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_is_a_store_error_and_leaves_nothing(how: str, there: bool, tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    if there:
        target.write_bytes(b"oud")
    done = python(FULL, target, how)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("StoreError cannot write a.pdf")
    assert left(tmp_path) == (["a.pdf"] if there else [])
    if there:
        assert target.read_bytes() == b"oud"


def test_a_folder_is_looked_through_once_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []
    now = [HOUR]
    monkeypatch.setattr(files, "_remove_abandoned", looked.append)
    monkeypatch.setattr(files, "_cleaned", {})
    monkeypatch.setattr(files.time, "monotonic", lambda: now[0])

    def write(folder: Path) -> int:
        folder.mkdir(exist_ok=True)
        files.write_whole(folder / "rapport.pdf", b"x")
        return len(looked)

    one, two = tmp_path / "een", tmp_path / "twee"
    assert [write(one), write(one), write(two), write(one)] == [1, 1, 2, 2]
    now[0] += HOUR
    assert [write(one), write(one)] == [3, 3]
    monkeypatch.setattr(files, "_MOST_FOLDERS", 2)  # what is remembered is bounded
    assert [write(tmp_path / "drie"), write(one)] == [4, 5]


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("weg/a.csv", "Make the folder first"),
        ("bestand/a.csv", "Part of that path is a file"),
        ("n" * 300, "shorter name"),
        (".", "Name another file"),
        ("/dev/null", "Name another file"),
    ],
)
def test_each_reason_has_its_own_next_step(target: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bestand").touch()
    with pytest.raises(StoreError, match=hint) as found:
        write_whole(Path(target), b"x")
    assert "cannot write :" not in str(found.value)
