"""What was sent to us, as it is handed out: it travels like any dict, shows nothing, and belongs to whoever asked for it."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import pprint
from collections.abc import Callable
from typing import Any

import pytest
from support import resultaat

import doorstroom_client
from doorstroom_client import Dienst, Dienstversie, EigenMandaat, Endpoint, Leerlingresultaat
from doorstroom_client.messages.codec import decode_leerlingresultaat
from doorstroom_client.osr.parsing import Fields
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of

SECRET = "geheim-4711"
ODD: dict[str, Any] = {
    "anders": {"diep": [{"naam": SECRET}, [SECRET, 1, 2.5, None, True, [], {}]], "é\x00": "", "": SECRET},
    "getal": 12345678901234567890,
}
SENT: dict[str, Any] = {**resultaat(eck=None, las="sleutel-1"), **ODD}
ENTRY: dict[str, Any] = {"id": 7, "code": "DOORSTROOM", "version": "1.1", "url": "https://las.example.nl/", **ODD}
ENTRIES = (Dienst, Dienstversie, Endpoint, EigenMandaat)
HOLDERS: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "parsed": (lambda: Leerlingresultaat.parse(copy.deepcopy(SENT)), SENT),
    "decoded": (lambda: decode_leerlingresultaat(json.dumps(SENT).encode()), SENT),
    **{kind.__name__: (lambda kind=kind: kind.read(Fields(copy.deepcopy(ENTRY), "")), ENTRY) for kind in ENTRIES},
}
TRAVELS: dict[str, Callable[[Any], Any]] = {
    "json": lambda raw: json.loads(json.dumps(raw)),
    "json, indented": lambda raw: json.loads(json.dumps(raw, indent=1, sort_keys=True)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "dict": dict,
    **{
        f"pickle {number}": lambda raw, number=number: pickle.loads(pickle.dumps(raw, number))  # type: ignore[misc]
        for number in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}
every_holder = pytest.mark.parametrize(("make", "sent"), HOLDERS.values(), ids=HOLDERS)


def test_every_public_value_with_raw_is_tried_here() -> None:
    public = (getattr(doorstroom_client, name) for name in doorstroom_client.__all__)
    assert {kind for kind in public if hasattr(kind, "raw")} == {Leerlingresultaat, *ENTRIES}


@every_holder
@pytest.mark.parametrize("travel", TRAVELS.values(), ids=TRAVELS)
def test_it_travels_and_comes_back_equal(make: Callable[[], Any], sent: dict[str, Any], travel: Callable[[Any], Any]) -> None:
    holder = make()
    assert travel(holder.raw) == sent == holder.raw
    assert travel(holder.raw)["anders"]["diep"][1] == ODD["anders"]["diep"][1]


@every_holder
@pytest.mark.parametrize("travel", [copy.copy, copy.deepcopy, lambda holder: pickle.loads(pickle.dumps(holder))])
def test_the_value_itself_travels_with_it(make: Callable[[], Any], sent: dict[str, Any], travel: Callable[[Any], Any]) -> None:
    arrived = travel(make())
    assert arrived == make()
    assert arrived.raw == sent


def parts_of(value: Any) -> list[Any]:
    inside = list(value.values()) if isinstance(value, dict) else list(value)
    return [value, *(part for item in inside if isinstance(item, dict | list) for part in parts_of(item))]


@every_holder
def test_no_way_of_showing_it_shows_what_is_in_it(
    make: Callable[[], Any], sent: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    holder = make()
    parts = parts_of(holder.raw)
    assert len(parts) == len(parts_of(sent)) > 6
    for raw in [*parts, *parts_of(copy.deepcopy(holder.raw)), *parts_of(pickle.loads(pickle.dumps(holder.raw)))]:
        logging.getLogger("las").warning("%s %r", raw, [raw])
        shown = [repr(raw), str(raw), f"{raw}", f"{raw!r:.99}", pprint.pformat(raw), repr({"k": (raw,)}), caplog.text]
        assert not [text for text in shown if SECRET in text or "sleutel-1" in text]
    assert SECRET not in repr(holder)


@every_holder
def test_changing_what_was_handed_out_changes_nothing_of_the_value(make: Callable[[], Any], sent: dict[str, Any]) -> None:
    holder = make()
    for part in parts_of(holder.raw):
        part.clear()
    holder.raw.update(x=1)
    holder.raw["anders"]["diep"][0]["naam"] = "x"
    assert holder.raw == sent


def test_changing_what_was_parsed_changes_nothing_of_the_result() -> None:
    document = copy.deepcopy(SENT)
    result = Leerlingresultaat.parse(document)
    for part in parts_of(document):
        part.clear()
    assert result.raw == SENT
    assert Leerlingresultaat.parse(result.raw) == result


def test_however_deep_it_is() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"x": [deep]}
    result = Leerlingresultaat.parse({**SENT, "diep": deep})
    found, depth = result.raw["diep"], 0
    while found:
        found, depth = found["x"][0], depth + 1
    assert depth == 5000


def held(client: Any) -> list[Any]:
    """The client, and what of it works through it."""
    return [client, client.osr, client.outbox, client.store, client.terugweg]


def test_what_works_through_a_client_says_that_it_cannot_be_pickled(eigen_keten: Keten) -> None:
    pupils = eigen_keten.leerlingen()
    with eigen_keten.client() as client:
        client.send(doorstroom_client.Deelnemerslijst(eigen_keten.school, *deelnemers_of(pupils)))
        client.send(doorstroom_client.Adviezenlijst(eigen_keten.school, adviezen_of(pupils)))
        eigen_keten.stuur_resultaten("ICE")
        result = next(client.resultaten())
        for thing in [*held(client), result, [{"result": result}]]:
            for number in range(pickle.HIGHEST_PROTOCOL + 1):
                with pytest.raises(TypeError, match=r"^\w+ works through an open client and cannot be pickled: make a client"):
                    pickle.dumps(thing, number)
        for thing in [*held(client), result]:
            assert copy.copy(thing) is thing
            assert copy.deepcopy([thing])[0] is thing
        arrived = pickle.loads(pickle.dumps(result.resultaat))
        assert (arrived, arrived.raw) == (result.resultaat, result.resultaat.raw)
        assert pickle.loads(pickle.dumps(result.history()[0])).resultaat == result.resultaat


def test_of_the_asynchronous_client_too(eigen_keten: Keten) -> None:
    async def main() -> None:
        async with eigen_keten.async_client() as client:
            for thing in held(client):
                assert copy.deepcopy(thing) is thing
                with pytest.raises(TypeError, match="cannot be pickled"):
                    pickle.dumps(thing)

    asyncio.run(main())
