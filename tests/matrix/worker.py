"""One operation in a process of its own, that a test may kill: ``python -m matrix.worker '{...}'``.

It writes ``ok`` or the class of the error.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path
from typing import Any

from doorstroom_client import ClientCertificate, DoorstroomError

from .operations import make_client, perform


def main(given: dict[str, Any]) -> str:
    client = make_client(
        awaited=given["awaited"],
        url=given["url"],
        certificate=ClientCertificate(given["cert"], given["key"], given["trust"]),
        total=given["total"],
        connect=given["total"],
    )
    if given["limit"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (given["limit"], given["limit"]))
    folder = Path(given["folder"])

    async def awaited() -> None:
        async with client:
            await perform(client, given["letter"], folder)

    try:
        if given["awaited"]:
            asyncio.run(awaited())
        else:
            with client:
                perform(client, given["letter"], folder)
    except DoorstroomError as error:
        return type(error).__name__
    return "ok"


if __name__ == "__main__":
    print(main(json.loads(sys.argv[1])), flush=True)  # noqa: T201
