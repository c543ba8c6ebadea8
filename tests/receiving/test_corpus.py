"""Every text of the corpus, pushed to both clients over a real store: the decided answer, and kept or not kept."""

from __future__ import annotations

import inspect
import json
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.receiving import CANARY, Ontvanger, opened, read_everything

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.codec import decode_json
from doorstroom_client.receiving.judge import MELDINGEN

from .corpus import DOUBTFUL, INVALID, LARGEST, TEXTS, VALID, Text
from .strict import is_strict_json

MEMORY = 16 * 1024 * 1024
"""Bytes that judging a text with tens of thousands of values in it may take; any other takes half of it at most."""


@pytest.fixture(scope="module")
def ontvangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Ontvanger]]:
    folder = tmp_path_factory.mktemp("corpus")
    made = [Ontvanger(folder / str(awaited), awaited=awaited) for awaited in (False, True)]
    yield made
    for one in made:
        one.close()


def test_the_corpus_is_what_it_says() -> None:
    assert len(TEXTS) >= 250
    assert min(len(VALID), len(INVALID), len(DOUBTFUL)) >= 50
    assert len({text.name for text in TEXTS}) == len(TEXTS)
    assert len({text.body for text in TEXTS if text.status == 202}) == len([text for text in TEXTS if text.status == 202])
    assert {text.status for text in VALID} == {202, 422}
    assert {text.status for text in INVALID} == {400}
    assert {text.status for text in DOUBTFUL} == {202, 400, 413, 422}
    assert all(text.reason for text in TEXTS)


def test_a_second_reader_agrees() -> None:
    """What is called JSON here is JSON by the grammar too: the corpus holds no mistakes of its own."""
    assert [text.name for text in TEXTS if text.status != 413 and is_strict_json(text.body) != (text.status != 400)] == []


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_the_answer_and_the_store(ontvangers: list[Ontvanger], text: Text) -> None:
    for ontvanger in ontvangers:
        response = ontvanger(text.body)
        assert response.status == text.status
        assert json.loads(response.body) == {"melding": MELDINGEN[text.status]}
        assert CANARY not in repr(response)
        kept = ontvanger.new()
        assert [item.received.payload for item in kept] == ([text.body] if text.status == 202 else [])
        for item in kept:
            read_everything(opened(item).resultaat)


BIG = (
    "depth 100000 of lists",
    "depth 100000 of both, not closed",
    "depth 500000, bare, closed",
    "1000000 digits",
    "6 MB of []",
    "1 MiB of []",
    "20000 keys, the last one twice",
    "1 MiB of escapes",
)


@pytest.mark.parametrize("name", BIG)
def test_a_big_text_costs_little_memory(tmp_path: Path, name: str) -> None:
    (text,) = (text for text in (*TEXTS, LARGEST) if text.name == name)
    ontvanger = Ontvanger(tmp_path, awaited=False)
    ontvanger(b"{}")
    tracemalloc.start()
    try:
        assert ontvanger(text.body).status == text.status
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        ontvanger.close()
    assert peak < (MEMORY if text.status == 202 or name.startswith("20000") else 8 * 1024 * 1024)


@pytest.mark.parametrize("left", [40, 80, 120])
def test_a_nearly_full_stack_is_a_refusal_and_no_crash(left: int) -> None:
    """Whoever calls from deep inside its own code gets an answer, and no RecursionError out of the reader.

    Up to Python 3.11 a reader in C needs room on the stack of its caller; later ones have room of their own.
    """

    def sink(frames: int) -> str:
        return sink(frames - 1) if frames else read()

    def read() -> str:
        try:
            return repr(decode_json(b"[" * 150 + b"]" * 150))
        except MessageError as error:
            return error.path

    used, frame = 0, inspect.currentframe()
    while frame is not None:
        used, frame = used + 1, frame.f_back
    whole = "[" * 150 + "]" * 150
    assert sink(sys.getrecursionlimit() - used - left) in ("body", whole)
    assert read() == whole
