"""One operation in a process of its own, that a test may kill: ``python -m matrix.worker '{...}'``.

It writes what a `TellingWitness` sees, and in the end ``ok`` or the class of the error.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path
from typing import Any

from support.witness import TellingWitness

from doorstroom_client import ClientCertificate, DoorstroomError

from .operations import make_client, perform


def main(given: dict[str, Any]) -> str:
    witness = TellingWitness()
    with witness.watching():
        return play(given, witness)


def play(given: dict[str, Any], witness: TellingWitness) -> str:
    client = make_client(
        awaited=given["awaited"],
        url=given["url"],
        certificate=ClientCertificate(given["cert"], given["key"], given["trust"], password=given["password"]),
        total=given["total"],
        connect=given["total"],
        with_key=given["letter"] != "D",
        on_event=witness.on_event,
    )
    if given["limit"] is not None:
        sys.dont_write_bytecode = True  # half a module would stay behind
        resource.setrlimit(resource.RLIMIT_FSIZE, (given["limit"], given["limit"]))
    folder = Path(given["folder"])

    async def awaited() -> None:
        async with client:
            witness.value(await perform(client, given["letter"], folder))

    try:
        if given["awaited"]:
            asyncio.run(awaited())
        else:
            with client:
                witness.value(perform(client, given["letter"], folder))
    except DoorstroomError as error:
        witness.error(error)
        return type(error).__name__
    return "ok"


if __name__ == "__main__":
    print(main(json.loads(sys.argv[1])), flush=True)  # noqa: T201
