"""The table goes with the code, and bugs get in. That each is caught takes longer: ``pytest -m teeth``, or ``bite.py``."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .bite import bite, healthy
from .bugs import BUGS
from .planting import Bug, environment_of, wrong


def test_the_table_goes_with_the_code() -> None:
    assert {bug.name: why for bug in BUGS if (why := bug.why_stale())} == {}
    assert len({bug.name for bug in BUGS}) == len(BUGS)


def test_what_a_bug_needs_is_named_when_it_is_not_there() -> None:
    def stale(target: str, instead: Callable[..., Any]) -> str:
        return Bug("T0", "a bug", f"doorstroom_client.{target}", instead, ()).why_stale()

    assert stale("exchange.nothing:Pools.take", lambda take, *_: None).startswith("there is no ")
    assert stale("transport.pools:Pools.nothing", lambda take, *_: None).startswith("there is no ")
    assert stale("transport.pools:Pools.take", lambda take, self, other, context: None).endswith(" takes other arguments")
    assert stale("transport.pools:Pools.take", lambda take, self, oin: None).endswith(" takes other arguments")
    assert stale("transport.pools:Pools.take", lambda take, self, oin, *_: None) == ""
    assert stale("transport.tls:CIPHERS", lambda ciphers: ciphers).endswith(" would stay as it is")
    assert stale("transport.tls:CIPHERS", lambda ciphers: ciphers["x"]).endswith(" is of another shape (TypeError)")


class Kinds:
    """Every kind of function that may have a bug."""

    @property
    def shown(self) -> str:
        return "right"

    @staticmethod
    def still(word: str) -> str:
        return word

    @classmethod
    def of_class(cls, word: str) -> str:
        return f"{cls.__name__} {word}"

    async def awaited(self, word: str) -> str:
        return word

    def made(self, word: str) -> Iterator[str]:
        yield word

    async def made_async(self, word: str) -> AsyncIterator[str]:
        yield word


def test_every_kind_of_function_keeps_its_kind() -> None:
    right = vars(Kinds)
    has = {name: wrong(right[name], lambda right, *args: right(*args[:-1], "wrong")) for name in right if name[0] != "_"}
    has["shown"] = wrong(right["shown"], lambda shown, self: f"not {shown(self)}")
    broken = type("Broken", (Kinds,), has)
    one = broken()

    async def awaits() -> list[str]:
        return [await one.awaited("right"), *[item async for item in one.made_async("right")]]

    assert (one.shown, broken.still("right"), broken.of_class("right")) == ("not right", "wrong", "Broken wrong")
    assert [*one.made("right"), *asyncio.run(awaits())] == ["wrong"] * 3
    assert wrong("right", lambda word: f"not {word}") == "not right"


def test_a_bug_is_there_before_anybody_takes_it_and_goes_along_to_a_child(tmp_path: Path) -> None:
    (bug,) = (bug for bug in BUGS if bug.target.endswith(":looks_like_bsn"))
    look = "from doorstroom_client.messages.parts import looks_like_bsn as one; print(one('123456782'))"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {look!r}], env={{'PYTHONPATH': sys.argv[1]}})"
    root = str(Path(__file__).parents[2])
    plain = {**os.environ, "PYTHONPATH": root}
    for environment, said in ((plain, "True"), (environment_of(bug, plain), "False")):
        command = [sys.executable, "-c", f"{look}; {child}", root]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.split() == [said, said]


@pytest.mark.teeth
def test_without_a_bug_all_tests_pass() -> None:
    found = healthy(BUGS)
    assert (found.verdict, found.failed) == ("healthy", ())


@pytest.mark.teeth
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_is_caught(bug: Bug) -> None:
    assert bite(bug).verdict == "caught"
