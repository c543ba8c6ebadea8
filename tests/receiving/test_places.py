"""Places at the door: who waits, who makes room, and for whom."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace

from doorstroom_client.receiving.limits import Limits
from doorstroom_client.receiving.server.entrance import Entrance, Visitor


class Line(asyncio.Transport):
    """A connection from an address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 1)})
        self.cut = False

    def abort(self) -> None:
        self.cut = True

    def pause_reading(self) -> None: ...


class Inside(asyncio.Protocol):
    """An HTTP protocol of a sender."""

    def __init__(self, oin: str) -> None:
        self.oin = oin
        self.whole = False

    def who(self) -> str | None:
        return self.oin


class House(Entrance):
    """Four places, and a clock that is played."""

    def __init__(self) -> None:
        self.clock = 100.0
        limits = Limits(connections=4, header_seconds=0.05)
        super().__init__(asyncio.Protocol, lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), limits, print, lambda: self.clock)

    def arrive(self, oin: str = "", address: str = "") -> tuple[Visitor, Line]:
        """A connection that shakes hands, or showed an OIN."""
        self.clock += 1.0
        visitor, line = Visitor(self), Line(address)
        visitor._transport, visitor.address = line, address or f"of {oin}"
        visitor._inner = Inside(oin) if oin else None
        line.cut = not self.admit(visitor)
        return visitor, line


async def ask(visitor: Visitor, ended: asyncio.Event) -> str:
    """A request of a connection, under way until it is ended."""
    try:
        if not await visitor.seat():
            return "no place"
        await ended.wait()
    except asyncio.CancelledError:
        return "gave way" if visitor.gave_way else "cancelled"
    finally:
        visitor.unseat()
    return "answered"


async def seated(entrance: House, ended: asyncio.Event, *oins: str) -> list[asyncio.Task[str]]:
    """Requests of senders, in this order."""
    tasks = []
    for oin in oins:
        entrance.clock += 1.0
        tasks.append(asyncio.create_task(ask(entrance.arrive(oin)[0], ended)))
        await asyncio.sleep(0)
    return tasks


def outcomes(*oins: str) -> list[str]:
    """What becomes of requests that come one after the other, and of which none ends before the last has come."""

    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        tasks = await seated(entrance, ended, *oins)
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(*tasks)

    return asyncio.run(play())


FINE = "answered"


def test_quotas_bite_only_when_all_places_are_taken() -> None:
    assert outcomes("a", "a", "a", "a") == [FINE] * 4
    assert outcomes("a", "a", "a", "b") == [FINE] * 4


def test_the_slowest_of_the_busiest_makes_room() -> None:
    assert outcomes("a", "b", "a", "a", "c") == ["gave way", FINE, FINE, FINE, FINE]
    assert outcomes("a", "b", "a", "a", "c", "d") == ["gave way", FINE, "gave way", FINE, FINE, FINE]


def test_nobody_is_pushed_out_by_who_would_have_as_many() -> None:
    assert outcomes("a", "a", "b", "b", "c", "c") == ["gave way", FINE, FINE, FINE, FINE, "no place"]


def test_a_burst_of_one_sender_waits_for_itself() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        entrance.limits = replace(entrance.limits, header_seconds=30.0)
        tasks = await seated(entrance, ended, *"aaaaaa")
        ended.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(play()) == [FINE] * 6


def test_a_free_place_is_for_who_has_fewest() -> None:
    async def play() -> list[str]:
        entrance, ended, first = House(), asyncio.Event(), asyncio.Event()
        (one,) = await seated(entrance, first, "c")
        rest = await seated(entrance, ended, *"aabab")
        first.set()
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(one, *rest)

    assert asyncio.run(play()) == [FINE, FINE, FINE, FINE, "no place", FINE]  # the last one, and not who came before it


def test_who_leaves_while_it_waits_is_not_waited_for() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        tasks = await seated(entrance, ended, *"aaaa")
        visitor, _ = entrance.arrive("a")
        late = asyncio.create_task(ask(visitor, ended))
        await asyncio.sleep(0)
        visitor.connection_lost(None)
        told = await late
        ended.set()
        return [*await asyncio.gather(*tasks), told]

    assert asyncio.run(play()) == [FINE, FINE, FINE, FINE, "no place"]


def test_a_stopping_server_does_not_look_like_making_room() -> None:
    async def play() -> str:
        (task,) = await seated(House(), asyncio.Event(), "a")
        task.cancel()
        return await task

    assert asyncio.run(play()) == "cancelled"


def test_behind_a_proxy_addresses_say_nothing() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        entrance.context = None
        tasks = await seated(entrance, ended, *"aabbc")
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(play()) == ["gave way", FINE, FINE, FINE, FINE]


def test_an_address_with_many_names_is_one_sender_too() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        tasks = []
        for oin, address in (("a", "x"), ("b", "x"), ("c", "x"), ("d", "x"), ("e", "y")):
            tasks.append(asyncio.create_task(ask(entrance.arrive(oin, address)[0], ended)))
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(play()) == ["gave way", FINE, FINE, FINE, FINE]


def test_who_does_nothing_makes_room() -> None:
    """Of the sender with most connections the oldest; others keep theirs."""
    entrance = House()
    lines = [entrance.arrive(oin)[1] for oin in "baac"]
    assert not entrance.arrive("c")[1].cut
    assert [line.cut for line in lines] == [False, True, False, False]


def test_who_shows_no_certificate_does_not_take_all_places() -> None:
    entrance = House()
    known = [entrance.arrive("k")[1] for _ in range(2)]
    strangers = [entrance.arrive(address=f"s{number}")[1] for number in range(20)]
    assert not any(line.cut for line in known)
    assert [line.cut for line in strangers].count(False) == 2


def test_who_shows_one_does_not_either() -> None:
    entrance = House()
    for _ in range(10):
        entrance.arrive("k")
    _, stranger = entrance.arrive(address="s")
    for _ in range(10):
        entrance.arrive("k")
    assert not stranger.cut


def test_who_came_just_now_may_shake_hands() -> None:
    entrance = House()
    young = [entrance.arrive(address="s")[1] for _ in range(4)]
    entrance.clock = 100.0 + 1.4  # a tenth of a second after the first could be missed
    for visitor in entrance._visitors:
        visitor.since = 101.0
    assert not entrance.has_room()
    assert entrance.admit(Visitor(entrance)) is False
    entrance.clock += 0.2
    assert entrance.has_room()
    assert not entrance.arrive(address="s")[1].cut
    assert [line.cut for line in young] == [True, False, False, False]


def test_after_the_end_nobody_comes_in() -> None:
    entrance = House()
    (_, known), (_, shaking) = entrance.arrive("a"), entrance.arrive(address="a")
    entrance.close()
    assert (known.cut, shaking.cut) == (False, True)
    assert entrance.arrive(address="b")[1].cut
