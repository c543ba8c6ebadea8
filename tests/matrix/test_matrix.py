"""Promises O1, O3, O4, O6, O7, O8, T2, T3 and T6: every cell of the fault matrix behaves as it is written down.

In the same run the fixture `witness` looks at what comes out of every cell, for P1 and P3.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from support.witness import Count

from doorstroom_client import events
from doorstroom_client.exchange import call as call_module
from doorstroom_client.transport.httpx_transport import HttpxTransport

from . import special
from .operations import LETTERS, SUCCESS
from .rows import ROWS, Part, Row
from .stage import Play, Watched, World, scenes

KINDS = ("sync", "async")


def _slug(row: Row) -> str:
    return f"{row.number:02}-{row.name.replace(' ', '_')}"


def _marks(row: Row) -> list[pytest.MarkDecorator]:
    """Some versions of Python leave the socket to the collector when it was reset before `ssl` could wrap it."""
    return [pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")] if row.number == 4 else []


CELLS = [
    pytest.param(
        row,
        letter,
        kind,
        id=f"{_slug(row)}[{letter}-{kind}]",
        marks=_marks(row),
    )
    for row in ROWS
    for letter in LETTERS
    for kind in KINDS
]


def _play(world: World, speler: Watched, row: Row, parts: list[Part], letter: str) -> None:
    with scenes(world, letter) as (scene, contacts):
        for part in parts:
            for variant in part.variants:
                play = Play(world, speler, row, part, variant, letter, scene)
                try:
                    play.run()
                except AssertionError as failed:
                    failed.add_note(f"row {row.number}, {part.name} {variant.name}")
                    raise
        assert contacts() == 0, "somebody went where a peer pointed"


@pytest.mark.parametrize(("row", "letter", "kind"), CELLS)
def test_cell(world: World, speler: Watched, row: Row, letter: str, kind: str) -> None:
    if row.special:
        getattr(special, row.special)(world, speler, letter, row.cells[LETTERS.index(letter)])
        return
    here = [part for part in row.parts if part.cell(letter).letter != "–"]
    if not here:
        _does_not_occur(world, speler, row, letter)
    _play(world, speler, row, here, letter)


def _does_not_occur(world: World, speler: Watched, row: Row, letter: str) -> None:
    """A – is not skipped: that it cannot occur is shown."""
    cell: Any = row.parts[0].cell(letter)
    assert cell.reason
    if row.number == 16:
        assert SUCCESS[letter] in (200, 201)
        return
    special.has_no_body(world, speler, letter)


# The matrix stars only the faults before a request. Here an older "yes" also stands in for every other kind of silence:
# what arrives in the meantime would otherwise be refused while the OSR is out of order. Another server in its place, a
# redirect or a refusal is no silence, and never turns into a yes. Of rows 12 and 16 it is the half answer that is silence.
SILENCE = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 18}
STALE = [
    pytest.param(
        row,
        kind,
        id=f"{_slug(row)}[{kind}]",
        marks=_marks(row),
    )
    for row in ROWS
    for kind in KINDS
    if row.parts and row.parts[-1].cell("D").error and not row.parts[-1].slow
]


@pytest.mark.parametrize(("row", "kind"), STALE)
def test_an_older_yes_stands_in_where_the_matrix_has_a_star(world: World, speler: Watched, row: Row, kind: str) -> None:
    """What the receiver asks when a result comes in: "yes" of an hour ago, and now the OSR is out of order."""
    part = row.parts[-1]
    with scenes(world, "D") as (scene, _):
        answered = Play(world, speler, row, part, part.variants[0], "D", scene).with_an_older_yes()
    assert (answered is True) is (row.stale or row.number in SILENCE)


# --- the witness of P1 and P3 sees what it has to see


def _log(text: object) -> None:
    logging.getLogger("doorstroom_client.transport.httpx_transport").debug("sent %s", text)


def _write(text: str) -> None:
    handle, _ = tempfile.mkstemp()
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
        file.write(text)


def _when_sending(leak: Callable[[Any], object]) -> Callable[[pytest.MonkeyPatch], None]:
    """Somebody in the library shows something of a request."""
    real = HttpxTransport.send

    def send(transport: HttpxTransport, request: Any) -> Any:
        leak(request)
        return real(transport, request)

    return lambda patch: patch.setattr(HttpxTransport, "send", send)


def _when_refused(leak: Callable[[BaseException, Any], object]) -> Callable[[pytest.MonkeyPatch], None]:
    """Somebody in the library shows something of an answer, or of the error that it becomes."""
    real = call_module._error

    def make(request: Any, row: Any, action: Any, outcome: Any, *rest: Any) -> Any:
        error = real(request, row, action, outcome, *rest)
        leak(error, outcome)
        return error

    return lambda patch: patch.setattr(call_module, "_error", make)


LEAKS: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "address in the log": ("C", _when_sending(lambda request: _log(request.url))),
    "body in the log": ("A", _when_sending(lambda request: _log(request.body))),
    "key in the log": ("F", _when_sending(lambda request: _log(dict(request.headers)))),
    "body on stdout": ("B", _when_sending(lambda request: sys.stdout.write(request.body.decode()))),
    "body on stderr": ("B", _when_sending(lambda request: sys.stderr.write(repr(request.body)))),
    "body in a temporary file": ("A", _when_sending(lambda request: _write(request.body.decode()))),
    "answer in the log": ("A", _when_refused(lambda error, outcome: _log(outcome.body))),
    "header in the log": ("D", _when_refused(lambda error, outcome: _log(outcome.headers))),
    "answer in the text of the error": (
        "B",
        _when_refused(lambda error, outcome: setattr(error, "args", (outcome.body.decode(),))),
    ),
    "answer beside the error": ("D", _when_refused(lambda error, outcome: error.add_note(outcome.body.decode()))),
    "answer in a cause": ("E", _when_refused(lambda error, outcome: setattr(error, "__cause__", ValueError(outcome.body)))),
}


def _cell_of(world: World, letter: str, number: int = 23) -> Count:
    """Play a cell with a witness of its own; fails as the fixture does."""
    row = ROWS[number - 1]
    temp = world.empty_folder("temp")
    witness = world.witness()
    with witness.watching(temp):
        speler = Watched(witness, awaited=False)
        _play(world, speler, row, list(row.parts), letter)
        speler.close()
    count = witness.check_events()
    witness.check_silence()
    return count


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_in_a_cell_is_seen(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    letter, put_in = LEAKS[name]
    with monkeypatch.context() as patch:
        put_in(patch)
        if name.startswith("body on"):  # this one comes out of the process, so it is seen where the fixture looks
            _cell_of(world, letter)
            witness = world.witness()
            witness.output("".join(capfd.readouterr()))
            with pytest.raises(AssertionError, match="hits"):
                witness.check_silence()
        else:
            with pytest.raises(AssertionError, match="hits"):
                _cell_of(world, letter)
    count = _cell_of(world, letter)
    assert count.places > count.calls > 0


_TELL = events.tell


def _record_too_many(event: Any, on_event: Any) -> None:
    _TELL(event, None)
    _TELL(event, on_event)


def _both_twice(event: Any, on_event: Any) -> None:
    _TELL(event, on_event)
    _TELL(event, on_event)


def _two_lines(event: Any, on_event: Any) -> None:
    events.logger.info("%s", events.as_json(event).replace(", ", ",\n"))
    on_event(event)


WRONG_EVENTS: dict[str, Callable[[Any, Any], None]] = {
    "no record": lambda event, on_event: on_event(event),
    "no event": lambda event, on_event: _TELL(event, None),
    "neither": lambda event, on_event: None,
    "two records": _record_too_many,
    "both twice": _both_twice,
    "two lines": _two_lines,
}


@pytest.mark.parametrize("name", WRONG_EVENTS)
def test_a_wrong_number_of_events_in_a_cell_is_seen(name: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(events, "tell", WRONG_EVENTS[name])
        with pytest.raises(AssertionError):
            _cell_of(world, "A")
    count = _cell_of(world, "A")
    assert count.calls == count.events == count.records > 0


# --- and saw everything


def test_every_cell_was_searched_and_every_call_has_its_event(world: World, request: pytest.FixtureRequest) -> None:
    """Of the whole matrix, or of the part of it that was chosen; what came before this test must be there."""
    at = request.session.items.index(request.node)
    before = [item for item in request.session.items[:at] if "speler" in getattr(item, "fixturenames", ())]
    cells = {item.nodeid: item.callspec.params for item in before if item.path == request.path}  # type: ignore[attr-defined]
    if not cells:
        pytest.skip("no cell was chosen")
    assert world.searched.keys() == cells.keys()
    for name, count in world.searched.items():
        row, letter = cells[name]["row"], cells[name].get("letter", "D")
        nothing_to_do = row.number == 16 and letter in "EF" and "test_cell" in name
        assert (count.calls > 0) is not nothing_to_do, name
        assert count.places > count.calls, name
        assert count.cut_off == (row.special in ("killed", "terminated")), name
    total = sum(world.searched.values(), Count())
    assert total.events == total.records == total.calls - total.cut_off
    assert total.places > 10 * total.calls
    played = {(item["row"].number, item["letter"], item["kind"]) for name, item in cells.items() if "test_cell[" in name}
    if len(played) < len(CELLS):
        return
    assert len(played) == len(CELLS) == 2 * 228
    assert total.cut_off == 2 * 2 * len(LETTERS)
    assert world.told > total.calls / 2, "too few answers were about the canary"
