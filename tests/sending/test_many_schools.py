"""Lists of many schools at once: each ends by itself, and input is read as it is needed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from support import SCHOOL, answer, fault
from support.clients import BOTH, go, make
from support.listed import Peer, other_school, pupils

from doorstroom_client import Adviezenlijst, Client, Onleesbaar
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.sending.uitkomst import Afloop
from doorstroom_client.transport.request import FaultKind


@BOTH
def test_many_schools(kind: Any, tmp_path: Path) -> None:
    peer = Peer()
    schools = [other_school(at) for at in range(12)]
    work = [Adviezenlijst(school, pupils("HAVO", first=at)) for at, school in enumerate(schools)]
    work[3] = Adviezenlijst(schools[3], pupils("GEEN ADVIES"))
    work[5] = Onleesbaar("99ZZ", None, ConfigurationError("no such school"))
    client = make(kind, peer, tmp_path / "s.db")
    for expected in (Afloop.VERSTUURD, Afloop.ONGEWIJZIGD):
        found = go(client.send_many(iter(work), workers=3))
        assert len(found) == 12
        ended = {item.naam if item.school is None else item.school.administratienr: item.afloop for item in found}
        assert ended["03"] is Afloop.GEWEIGERD
        assert ended["99ZZ"] is Afloop.MISLUKT
        assert list(ended.values()).count(expected) == 10
    assert len(peer.lists) == 10
    assert all(item.afloop is Afloop.VERSTUURD for item in go(client.send_many(work[:2], only_changes=False)))
    with pytest.raises(ConfigurationError, match="workers"):
        go(client.send_many(work, workers=0))


@BOTH
def test_what_ends_at_one_school_ends_there_and_a_broken_supplier_is_left_alone(kind: Any) -> None:
    peer = Peer()
    work = [Adviezenlijst(SCHOOL, pupils("HAVO", first=at)) for at in range(6)]
    peer.outcomes = [answer(401), answer(503), answer(404), fault(FaultKind.OUR_CERTIFICATE, "own_certificate")]
    found = go(make(kind, peer, None).send_many(work, workers=1))
    assert [item.afloop for item in found] == [
        Afloop.MANDAAT,
        Afloop.LATER,
        Afloop.GEWEIGERD,
        Afloop.MISLUKT,
        Afloop.MISLUKT,
        Afloop.MISLUKT,
    ]
    assert peer.lists == []
    assert ["Zelf kunt u dit niet oplossen" in item.uitleg for item in found] == [False, False, False, True, True, True]


@BOTH
def test_the_input_is_read_as_it_is_needed_and_stopping_is_clean(kind: Any, tmp_path: Path) -> None:
    peer, taken = Peer(), []

    def work() -> Any:
        for at in range(1000):
            taken.append(at)
            yield Adviezenlijst(SCHOOL, pupils("HAVO", first=at))

    client = make(kind, peer, None)
    if kind is Client:
        stream = client.send_many(work(), workers=3)
        assert next(stream).afloop is Afloop.VERSTUURD
        stream.close()
    else:

        async def one() -> None:
            stream = client.send_many(work(), workers=3)
            assert (await anext(stream)).afloop is Afloop.VERSTUURD
            await stream.aclose()

        asyncio.run(one())
    assert len(taken) < 20
    assert len(peer.lists) <= len(taken)
