"""Receives results from suppliers, over mutual TLS, and keeps them in the store.

Run, in a folder with a doorstroom.toml that has [serve]:

    python examples/receive_results.py

Suppliers then post to https://<host>:<port>/leerlingresultaat. The address has to be registered in the OSR for each
routeringskenmerk. Read what came in with ``doorstroom resultaten list``, or with `Client.resultaten` as `show` does.
"""

from __future__ import annotations

import sys

from serving import serve

from doorstroom_client import Client


def show(client: Client) -> int:
    """Print what is new, and mark it as processed; returns how many there were."""
    number = 0
    for number, result in enumerate(client.resultaten(), start=1):  # noqa: B007 - the last number is the count
        # Here a LAS looks up the pupil by result.leerling and keeps score, advice and levels.
        print(result.school.label if result.school else result.edu_to, result.toetssoort, result.toetsadvies)
        result.done()  # only now: a crash before this line hands the result out again
    return number


if __name__ == "__main__":
    with Client.from_config() as client:
        if sys.argv[1:] == ["show"]:
            print(f"{show(client)} results processed")
        else:
            serve(client.terugweg.asgi())
