"""Messages that nobody thought of: a good one, changed byte by byte and node by node.

A few hundred in the ordinary suite; `DOORSTROOM_FUZZ_SECONDS=60` goes on for so long.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from support import resultaat
from support.receiving import CANARY, Ontvanger, opened, read_everything

from .corpus import LIMIT, TEXTS, put
from .strict import is_strict_json, is_usable, may_be_refused

# Read here, because no variable of ours is left while a test runs.
SECONDS = float(os.environ.get("DOORSTROOM_FUZZ_SECONDS", "0"))
A_ROUND = 300


class Check:
    """Pushes a body and compares what becomes of it with what has to become of it."""

    def __init__(self, folder: Path) -> None:
        self.ontvangers = [Ontvanger(folder / str(awaited), awaited=awaited) for awaited in (False, True)]
        self.pushed: set[bytes] = set()
        self.statuses: dict[int, int] = {}

    def __call__(self, body: bytes) -> None:
        again = body in self.pushed
        self.pushed.add(body)
        answers = [ontvanger(body) for ontvanger in self.ontvangers]
        status = answers[0].status
        self.statuses[status] = self.statuses.get(status, 0) + 1
        assert answers[0] == answers[1]
        assert CANARY not in repr(answers[0])
        assert status in self._allowed(body)
        for ontvanger in self.ontvangers:
            kept = ontvanger.new()
            assert [item.received.payload for item in kept] == ([body] if status == 202 and not again else [])
            for item in kept:
                read_everything(opened(item).resultaat)

    def _allowed(self, body: bytes) -> set[int]:
        if len(body) > LIMIT:
            return {413}
        if not is_strict_json(body):
            return {400}
        document = json.loads(body)
        if not is_usable(document):
            return {422}
        return {202, 422} if may_be_refused(document) else {202}

    def close(self) -> None:
        for ontvanger in self.ontvangers:
            ontvanger.close()


def _round(bodies: st.SearchStrategy[bytes], check: Check, number: int) -> None:
    @seed(number)
    @settings(max_examples=A_ROUND, database=None, suppress_health_check=list(HealthCheck))
    @given(bodies)
    def one(body: bytes) -> None:
        check(body)

    one()


@pytest.fixture
def play(tmp_path: Path) -> Callable[[st.SearchStrategy[bytes]], dict[int, int]]:
    """Rounds of examples: one, or as many as fit in the time; every round with another seed and an empty store."""
    checks: list[Check] = []

    def run(bodies: st.SearchStrategy[bytes]) -> dict[int, int]:
        counts: dict[int, int] = {}
        end = time.monotonic() + SECONDS / 2
        while not checks or time.monotonic() < end:
            check = Check(tmp_path / str(len(checks)))
            checks.append(check)

            try:
                _round(bodies, check, len(checks))
            finally:
                check.close()
            for status, number in check.statuses.items():
                counts[status] = counts.get(status, 0) + number
        sys.stdout.write(f"{sum(counts.values())} examples: {counts}\n")
        return counts

    return run


SEEDS = [put("value", b"1"), json.dumps(resultaat(las="las-1")).encode()]
PIECES = sorted(
    {text.body for text in TEXTS if len(text.body) < 40} | {b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\\u", b"\xff"}
)
POSITION = st.integers(0, 900)


def _replace(body: bytes, at: int, length: int, piece: bytes) -> bytes:
    at %= len(body) + 1
    return body[:at] + piece + body[at + length :]


def _repeat(body: bytes, at: int, length: int, times: int) -> bytes:
    at %= len(body) + 1
    return body[:at] + body[at : at + length] * times + body[at + length :]


def _flip(body: bytes, at: int, bit: int) -> bytes:
    if not body:
        return body
    at %= len(body)
    return body[:at] + bytes([body[at] ^ (1 << bit)]) + body[at + 1 :]


BYTE_CHANGES: st.SearchStrategy[Callable[[bytes], bytes]] = st.one_of(
    st.builds(lambda at, bit: lambda body: _flip(body, at, bit), POSITION, st.integers(0, 7)),
    st.builds(lambda at, length: lambda body: _replace(body, at, length, b""), POSITION, st.integers(1, 40)),
    st.builds(
        lambda at, length, piece: lambda body: _replace(body, at, length, piece),
        POSITION,
        st.integers(0, 3),
        st.sampled_from(PIECES),
    ),
    st.builds(lambda at, piece: lambda body: _replace(body, at, 0, piece), POSITION, st.binary(max_size=6)),
    st.builds(
        lambda at, size, times: lambda body: _repeat(body, at, size, times),
        POSITION,
        st.integers(1, 60),
        st.sampled_from([0, 2, 3, 300]),
    ),
    st.builds(lambda at: lambda body: body[: at % (len(body) + 1)], POSITION),
)


@st.composite
def changed_bytes(draw: st.DrawFn) -> bytes:
    body: bytes = draw(st.sampled_from(SEEDS))
    for change in draw(st.lists(BYTE_CHANGES, min_size=1, max_size=4)):
        body = change(body)
    return body


# A tree in which an object may hold a key twice and a value may be any text at all: pairs, items, or a text as it is.
Node = Any
KEYS = [
    "label",
    "id",
    "waarde",
    "resultaten",
    "deelnemerref",
    "onderwijsdeelnemerID",
    "scores",
    "toets",
    "naam",
    "datumtijd",
    "",
    "_raw",
]
ODD_TEXTS = st.one_of(
    st.text(max_size=12), st.sampled_from(["ECK-iD", "LAS-key", "Toetsadvies", "Referentieniveau", "Toetsscore", "ICE"])
)
MOMENTS = [
    "2099-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-03-10",
    "24:00",
    "2026-W10-2",
]
RAW = [
    "NaN",
    "1e400",
    "01",
    "-0",
    "1e3",
    "540.0",
    "7" * 4301,
    "tru",
    '"\\ud800"',
    '"\\u0000"',
    '"\\u202e"',
    "'x'",
    "{}",
    "[]",
    "null",
    "-",
]
LEAVES = st.one_of(
    st.sampled_from(RAW),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)).map(json.dumps),
    st.one_of(ODD_TEXTS, st.sampled_from(MOMENTS)).map(json.dumps),
    st.one_of(ODD_TEXTS, st.just("a/../b?c#d%2e")).map(lambda text: json.dumps(text, ensure_ascii=False)),
)
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=3).map(tuple)
    ),
    max_leaves=6,
)


def _tree(value: Any) -> Node:
    if isinstance(value, dict):
        return tuple((key, _tree(item)) for key, item in value.items())
    return [_tree(item) for item in value] if isinstance(value, list) else json.dumps(value)


def _written(node: Node) -> str:
    if isinstance(node, tuple):
        return "{" + ",".join(f"{json.dumps(key)}:{_written(item)}" for key, item in node) + "}"
    return "[" + ",".join(map(_written, node)) + "]" if isinstance(node, list) else str(node)


def _paths(node: Node, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield path
    for at, child in enumerate(node if isinstance(node, tuple | list) else ()):
        yield from _paths(child[1] if isinstance(node, tuple) else child, (*path, at))


def _at(node: Node, path: tuple[int, ...], change: Callable[[Node, int], list[Node]]) -> Node:
    """The tree with the member or item at `path` changed into none, one or more."""
    items, at = list(node), path[0]
    if len(path) == 1:
        items[at : at + 1] = change(node, at)
    elif isinstance(node, tuple):
        items[at] = (items[at][0], _at(items[at][1], path[1:], change))
    else:
        items[at] = _at(items[at], path[1:], change)
    return tuple(items) if isinstance(node, tuple) else items


def _with(value: Callable[[Node], Node]) -> Callable[[Node, int], list[Node]]:
    return lambda node, at: [(node[at][0], value(node[at][1])) if isinstance(node, tuple) else value(node[at])]


def _renamed(name: str) -> Callable[[Node, int], list[Node]]:
    return lambda node, at: [(name, node[at][1])] if isinstance(node, tuple) else [node[at]]


def _also(name: str, value: Node) -> Callable[[Node, int], list[Node]]:
    return lambda node, at: [node[at], (name, value) if isinstance(node, tuple) else value]


def _deep(depth: int, kind: int) -> Callable[[Node], Node]:
    def nest(value: Node) -> Node:
        opening, closing = (("[", "]"), ('{"a":', "}"))[kind]
        return opening * depth + _written(value) + closing * depth

    return nest


NODE_CHANGES: st.SearchStrategy[Callable[[Node, int], list[Node]]] = st.one_of(
    st.just(lambda node, at: []),
    st.just(lambda node, at: [node[at], node[at]]),
    NODES.map(lambda new: _with(lambda _: new)),
    st.just(_with(lambda value: [value])),
    st.sampled_from(KEYS).map(lambda key: _with(lambda value: ((key, value),))),
    st.builds(_deep, st.sampled_from([1, 3, 150, 190, 200, 250, 2_000]), st.integers(0, 1)).map(_with),
    st.one_of(st.sampled_from(KEYS), st.text(max_size=8)).map(_renamed),
    st.builds(_also, st.one_of(st.sampled_from(KEYS), st.text(max_size=8)), NODES),
)


@st.composite
def changed_nodes(draw: st.DrawFn) -> bytes:
    tree = _tree(json.loads(draw(st.sampled_from(SEEDS))))
    for _ in range(draw(st.integers(1, 4))):
        paths = [path for path in _paths(tree) if path]
        if paths:
            tree = _at(tree, draw(st.sampled_from(paths)), draw(NODE_CHANGES))
    return _written(tree).encode("utf-8", "surrogatepass")


def test_changed_bytes(play: Callable[[st.SearchStrategy[bytes]], dict[int, int]]) -> None:
    counts = play(changed_bytes())
    assert set(counts) >= {202, 400, 422}  # else the changes would be too wild or too tame to find anything


def test_changed_nodes(play: Callable[[st.SearchStrategy[bytes]], dict[int, int]]) -> None:
    counts = play(changed_nodes())
    assert set(counts) >= {202, 400, 422}


@pytest.mark.parametrize("body", [b"[1]", b'{"a":1}', b"[[[[]]]]", b'{"a":1,"a":1}', b"nul", b'["\\ud800"]', b""])
def test_the_second_reader_itself(body: bytes) -> None:
    """The oracle is no rubber stamp."""
    assert is_strict_json(body) == (body in (b"[1]", b'{"a":1}', b"[[[[]]]]"))
