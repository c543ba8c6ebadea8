"""The file of a store that goes from under a receiver at any moment: no 202 for what nobody will find (promise S1).

A result that was answered with 202 is in the file at the path or in the one that was moved away, unless it was answered before
a file was destroyed; and that is told.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support.clients import push
from support.disks import is_sound
from support.processes import module, wait_until
from support.told import body, receiving

from doorstroom_client import Client
from doorstroom_client.events import Event
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

from .killed_receivers import message_of

PULLS = int(os.environ.get("DOORSTROOM_PULLS", "6"))  # read at import: no test sees variables of the machine
SEED = int(os.environ.get("DOORSTROOM_SEED", "11"))
THREADS, LATER = 4, 5


@dataclass
class Scene:
    """A receiver under load, its file, and what it told.

    Attributes:
        answers: of each push the message, when it began and what was answered.
    """

    client: Client
    path: Path
    events: list[Event]
    answers: list[tuple[bytes, float, int]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        self.threads += [threading.Thread(target=self.supply, args=(letter,)) for letter in "abcd"[:THREADS]]
        for thread in self.threads:
            thread.start()

    def end(self) -> dict[bytes, float]:
        """Stop the load; what was answered with 202 and when its push began, the last time."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        self.client.close()
        return {message: began for message, began, status in self.answers if status == 202}

    def told(self) -> list[str]:
        """What was told of the file."""
        return [event.result for event in self.events if event.action == "store"]

    def kept_since(self, moment: float) -> set[bytes]:
        """What was answered with 202 and began later."""
        return {message for message, began, status in list(self.answers) if status == 202 and began > moment}

    def supply(self, name: str) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            message, began = body(f"{name}{number % 3}", number), time.monotonic()
            self.answers.append((message, began, push(self.client, message).status))

    def wait_for(self, status: int, number: int) -> None:
        """Until so many more were answered so."""
        known = len(self.answers)
        wait_until(lambda: sum(answer == status for _, _, answer in self.answers[known:]) >= number)

    def log(self) -> Path:
        return Path(f"{self.path}-wal")

    def moved(self) -> Path:
        return self.path.with_name("moved.db")

    def copy(self) -> Path:
        return self.path.with_name("copy.db")


def content(path: Path) -> set[bytes]:
    with closing(sqlite3.connect(path)) as raw:
        return {row[0] for row in raw.execute("SELECT payload FROM leerlingresultaat").fetchall()}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Callable[[], Scene]]:
    """Gives one after the other, each under load."""
    made: list[Scene] = []

    def make() -> Scene:
        folder = tmp_path / str(len(made)) / "data"
        folder.mkdir(parents=True)
        events: list[Event] = []
        made.append(Scene(receiving(str(folder / "s.db"), events.append), folder / "s.db", events))
        made[-1].begin()
        made[-1].wait_for(202, 3)
        return made[-1]

    yield make
    for each in made:
        each.end()


def moments(scene: Callable[[], Scene]) -> Iterator[Scene]:
    """A receiver under load at a random moment, again and again."""
    chance = random.Random(SEED)
    for _ in range(PULLS):
        made = scene()
        if chance.random() < 0.5:
            made.wait_for(202, chance.randrange(200))
        time.sleep(chance.uniform(0.0, 0.05))
        yield made


def test_moved_away_and_put_back(scene: Callable[[], Scene]) -> None:
    for at in moments(scene):
        at.path.rename(at.moved())
        at.wait_for(503, LATER)
        told = [event for event in at.events if event.action == "store"]
        assert [(event.result, event.object, event.serious) for event in told] == [("store moved", str(at.moved()), True)]
        assert not at.path.exists(), "made anew in silence"
        assert {message for message, _, status in list(at.answers) if status == 202} <= content(at.moved())
        at.moved().rename(at.path)
        at.wait_for(202, LATER)
        assert set(at.end()) <= content(at.path)
        assert is_sound(at.path)


def test_the_folder_is_renamed(scene: Callable[[], Scene]) -> None:
    for at in moments(scene):
        folder = at.path.parent.rename(at.path.parent.with_name("renamed"))
        at.wait_for(503, LATER)
        assert [event.object for event in at.events if event.action == "store"] == [str(folder / "s.db")]
        assert set(at.end()) <= content(folder / "s.db")
        assert is_sound(folder / "s.db")


@pytest.mark.parametrize("how", ["deleted", "deleted with all beside it", "the folder is deleted"])
def test_deleted_and_a_copy_put_back(scene: Callable[[], Scene], how: str) -> None:
    for at in moments(scene):
        at.client.store.backup(at.copy())
        copy = at.copy().rename(at.path.parent.with_name("copy.db"))
        if how == "deleted":
            at.path.unlink()
        elif how == "the folder is deleted":
            with suppress(FileNotFoundError):  # SQLite makes or removes something in it
                shutil.rmtree(at.path.parent)
            shutil.rmtree(at.path.parent, ignore_errors=True)
        else:
            for name in at.path.parent.iterdir():
                name.unlink()
        gone = time.monotonic()
        at.wait_for(503, LATER)
        assert at.told()[-1] in ("store removed", "store gone")  # when its log went before it, it is not open any more
        assert not at.path.exists(), "made anew in silence"
        assert not at.kept_since(gone)
        at.path.parent.mkdir(exist_ok=True)
        copy.rename(at.path)
        back = time.monotonic()
        at.wait_for(202, LATER)
        at.end()
        assert at.kept_since(back) <= content(at.path)
        assert is_sound(at.path)


def test_replaced_by_an_older_copy(scene: Callable[[], Scene]) -> None:
    """In one step, with its log left beside the copy: the receiver goes on in the copy, and the old log is not put into it."""
    for at in moments(scene):
        at.client.store.backup(at.copy())
        before = content(at.copy())
        at.wait_for(202, LATER)
        at.copy().replace(at.path)
        gone = time.monotonic()
        at.wait_for(202, LATER)
        assert at.told() == ["store removed", "store in use again"]
        at.end()
        assert at.kept_since(gone) | before <= content(at.path)
        assert is_sound(at.path)


def test_the_log_is_removed(scene: Callable[[], Scene]) -> None:
    """All that stood in it is saved, as nobody else has come between."""
    for at in moments(scene):
        at.log().unlink()
        at.wait_for(202, LATER)
        assert at.told() == ["log removed, nothing lost", "store in use again"]
        assert set(at.end()) <= content(at.path)
        assert is_sound(at.path)


@pytest.mark.parametrize("how", ["log", "file"])
def test_written_over(scene: Callable[[], Scene], how: str) -> None:
    """It cannot be told what is left of it, so nothing more is said to be kept until it is started again."""
    for at in moments(scene):
        at.client.store.backup(at.copy())
        if how == "log":
            os.truncate(at.log(), 0)
        else:
            shutil.copyfile(at.copy(), at.path)
        gone = time.monotonic()
        known = len(at.answers)
        wait_until(lambda at=at, known=known: at.told() or len(at.answers) > known + 200)  # type: ignore[misc]
        if not at.told():  # right then SQLite put its whole log into the file, and made it whole again
            assert set(at.end()) <= content(at.path)
            assert is_sound(at.path)
            continue
        at.wait_for(503, LATER)
        assert not at.kept_since(gone)
        (told,) = at.told()
        assert told in ("store has a damaged log", "store was written over")
        at.path.unlink()
        at.log().unlink()
        Path(f"{at.path}-shm").unlink()
        at.copy().rename(at.path)
        at.wait_for(503, LATER)
        at.end()
        with closing(SqliteStore(at.path)) as again:
            assert again.inbox.counts()["received"] > 0


def test_the_log_of_another(scene: Callable[[], Scene]) -> None:
    for at in moments(scene):
        at.log().with_name("other").write_bytes(b"")
        at.log().with_name("other").replace(at.log())
        gone = time.monotonic()
        at.wait_for(503, LATER)
        assert not at.kept_since(gone)
        assert at.told() == ["store has the log of another"]
        at.end()


def test_a_second_name(scene: Callable[[], Scene]) -> None:
    for at in moments(scene):
        os.link(at.path, at.moved())
        at.wait_for(503, LATER)
        at.moved().unlink()
        at.wait_for(202, LATER)
        assert at.told() == ["store has two names", "store in use again"]
        assert set(at.end()) <= content(at.path)


def under_two(path: Path, chance: random.Random) -> list[Path]:
    """Do one of these to a file and undo it; gives the files that hold what was kept."""
    what = chance.choice(("moved and back", "a copy in its place", "the log", "the folder"))
    if what == "the log":
        Path(f"{path}-wal").unlink()
        return [path]
    moved, copy = path.with_name("moved.db"), path.with_name("copy.db")
    one, other = (path.parent, path.parent.with_name("renamed")) if what == "the folder" else (path, moved)
    if what == "a copy in its place":
        with closing(SqliteStore(path)) as store:
            store.backup(str(copy))
    one.rename(other)
    time.sleep(chance.uniform(0.0, 0.1))
    (copy if copy.exists() else other).rename(one)
    return [path, moved] if moved.exists() else [path]


def test_two_receivers(tmp_path: Path) -> None:
    """What one of them does when the file goes harms neither the other nor what that one has taken into use meanwhile."""
    chance = random.Random(SEED)
    for number in range(PULLS):
        folder = tmp_path / str(number)
        (folder / "data").mkdir(parents=True)
        book = folder / "kept"
        book.touch()
        running = [module("durability.pulled_receiver", folder, name, stderr=subprocess.PIPE) for name in "pq"]

        def both(after: int, book: Path = book) -> bool:
            return {line[0] for line in book.read_text().splitlines()[after:]} >= {"p", "q"}

        try:
            wait_until(lambda both=both: both(0))  # type: ignore[misc]
            time.sleep(chance.uniform(0.0, 0.1))
            files = under_two(folder / "data/s.db", chance)
            known = len(book.read_text().splitlines())
            wait_until(lambda both=both, known=known: both(known))  # type: ignore[misc]
        finally:
            errors = []
            for process in running:
                process.kill()
                errors.append(process.communicate(timeout=20)[1])
        assert errors == [b"", b""]
        held = set[bytes]().union(*map(content, files))
        assert [line for line in book.read_text().splitlines() if message_of(line) not in held] == []
        assert all(map(is_sound, files))
