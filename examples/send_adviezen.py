"""Sends the voorlopige schooladviezen in a CSV file.

Run, in a folder with a doorstroom.toml (``doorstroom simulator`` makes one to play with):

    python examples/send_adviezen.py adviezen.csv --school 99AA

The file has the columns eck_id and/or las_key, and advies. Without --leverancier the list goes to the one supplier that the
school has mandated in the OSR. Exit code: 0 sent, 1 not sent, 75 not sent now but the same command may work later.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from doorstroom_client import Client, DoorstroomError
from doorstroom_client.readers import read_adviezen


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, send, tell."""
    parser = argparse.ArgumentParser(description="Send the voorlopige schooladviezen in a CSV file.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--school", required=True, help="BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk")
    parser.add_argument("--leverancier", help="toetssoort, name or OIN")
    given = parser.parse_args(arguments)
    try:
        with Client.from_config() as client:
            receipt = client.send(read_adviezen(given.file, given.school), leverancier=given.leverancier)
    except DoorstroomError as error:
        print(error, file=sys.stderr)
        return 75 if error.retryable else 1
    print(f"{receipt.aantal} adviezen sent to {receipt.leverancier} (request {receipt.request_id}).")
    print("The supplier says nothing about single pupils: look in the test system whether all of them are there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
