"""A server that loads the application, uses it, and then forks: ``python -m forks.forking <folder> <kind> <children>``.

The folder holds ``doorstroom.toml`` and ``work.json``: what each child has to do. Every child writes what came of it.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from doorstroom_client import Advies, Adviezenlijst, AsyncClient, Client, Leerling

Work = dict[str, Any]


def adviezen_of(school: Work) -> list[Advies]:
    return [Advies(Leerling(eck_id=eck, las_key=las), advies) for eck, las, advies in school["adviezen"]]


def do(client: Client, work: Work) -> Work:
    """Lists, mandates and reports in turns, so that an answer that strays lands at another question."""
    told: Work = {"lists": {}, "mandates": {}, "reports": {}}
    for school in work["schools"]:
        found = client.find_school(school["routeringskenmerk"])
        told["lists"][found.oin] = client.send(Adviezenlijst(found, adviezen_of(school)), leverancier=school["soort"]).aantal
        for soort in work["soorten"]:
            told["mandates"][f"{found.oin} {soort}"] = bool(client.osr.check_mandaat(found, soort))
    for rapport, school in work["reports"]:
        found = client.find_school(school)
        pdf = client.fetch_leerlingrapport(rapport, school=found, leverancier=work["rapporten_van"])
        told["reports"][rapport] = pdf.sha256
    return told


async def ado(client: AsyncClient, work: Work) -> Work:
    """The same, awaited."""
    told: Work = {"lists": {}, "mandates": {}, "reports": {}}

    async def one(school: Work) -> None:
        found = client.find_school(school["routeringskenmerk"])
        sent = await client.send(Adviezenlijst(found, adviezen_of(school)), leverancier=school["soort"])
        told["lists"][found.oin] = sent.aantal
        for soort in work["soorten"]:
            told["mandates"][f"{found.oin} {soort}"] = bool(await client.osr.check_mandaat(found, soort))

    async def report(rapport: str, school: str) -> None:
        found = client.find_school(school)
        pdf = await client.fetch_leerlingrapport(rapport, school=found, leverancier=work["rapporten_van"])
        told["reports"][rapport] = pdf.sha256

    await asyncio.gather(*map(one, work["schools"]), *(report(*item) for item in work["reports"]))
    return told


def child(folder: Path, number: int, job: Callable[[], Work], together: Any) -> None:
    """One process that was forked; all of them begin at the same moment, so that they would meet on a shared connection."""
    together.wait(30)
    try:
        told = job()
    except BaseException as error:
        told = {"error": f"{type(error).__name__}: {error}"}
    part = folder / f".told-{number}"
    part.write_text(json.dumps(told))
    part.rename(folder / f"told-{number}.json")


def sync_parent(folder: Path, work: list[Work], children: int, *, store: bool) -> None:
    client = Client.from_config(folder / "doorstroom.toml", **({} if store else {"store": None}))
    do(client, work[0])
    fork(folder, children, lambda number: lambda: do(client, work[number]))
    do(client, work[0])  # the parent goes on as it was
    client.close()


def async_parent(folder: Path, work: list[Work], children: int, *, store: bool) -> None:
    client = AsyncClient.from_config(folder / "doorstroom.toml", **({} if store else {"store": None}))

    async def whole() -> None:
        await ado(client, work[0])
        fork(folder, children, lambda number: lambda: in_new_loop(ado(client, work[number])))
        await ado(client, work[0])

    asyncio.run(whole())
    asyncio.run(ado(client, work[0]))  # and in a second event loop
    asyncio.run(client.close())


def in_new_loop(work: Any) -> Work:
    # What asyncio keeps about a loop that runs belongs to the parent.
    asyncio.events._set_running_loop(None)
    return asyncio.run(work)


def threaded_parent(folder: Path, work: list[Work], children: int, *, store: bool) -> None:
    """Threads of the parent are inside the client and its store at the moment of every fork."""
    client = Client.from_config(folder / "doorstroom.toml", **({} if store else {"store": None}))
    do(client, work[0])
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            school = client.find_school(work[0]["schools"][0]["routeringskenmerk"])
            client.osr.check_mandaat(school, work[0]["soorten"][0])
            if store:
                client.outbox.counts()
                client.outbox.add(Adviezenlijst(school, adviezen_of(work[0]["schools"][0])), leverancier=work[0]["soorten"][0])

    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    fork(folder, children, lambda number: lambda: do(client, work[number]), pause=0.05)
    stop.set()
    for thread in threads:
        thread.join()
    client.close()


def fork(folder: Path, children: int, job: Callable[[int], Callable[[], Work]], pause: float = 0.0) -> None:
    context = multiprocessing.get_context("fork")
    together = context.Barrier(children)
    made = [context.Process(target=child, args=(folder, number, job(number), together)) for number in range(1, children + 1)]
    for process in made:
        process.start()
        time.sleep(pause)
    for process in made:
        process.join(60)
        if process.exitcode is None:
            process.kill()


if __name__ == "__main__":
    place = Path(sys.argv[1])
    parent = {"sync": sync_parent, "async": async_parent, "threads": threaded_parent}[sys.argv[2]]
    parent(place, json.loads((place / "work.json").read_text()), int(sys.argv[3]), store=os.environ["WITH_STORE"] == "1")
