"""Sends every list in a folder, and can be started as often as you like: from cron, a timer or by hand.

    python examples/cron_send.py outbox

Give each file the BRIN (or routeringskenmerk) of its school as name: outbox/99AA.csv. What was taken in moves to outbox/sent,
what has to be repaired to outbox/refused, and what may work later stays where it is, for the next run. Two runs at the same
time do no harm: the second one leaves at once. Exit code: 0 when nothing needs a person, else 1.

In the crontab, every ten minutes and with the settings named:

    */10 * * * *  DOORSTROOM_CONFIG=/etc/doorstroom.toml /opt/las/bin/python /opt/las/cron_send.py /var/lib/las/outbox
"""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Sequence
from pathlib import Path

from doorstroom_client import Client, DoorstroomError
from doorstroom_client.readers.tables import read_adviezen


def send(client: Client, file: Path) -> bool:
    """Send one file and put it where it belongs; False when a person has to look at it."""
    try:
        receipt = client.send_schooladviezen(client.find_school(file.stem), read_adviezen(file, afspraak=client.afspraak))
    except DoorstroomError as error:
        if error.retryable:
            print(f"{file.name}: later: {error}", file=sys.stderr)
            return True
        print(f"{file.name}: refused: {error}", file=sys.stderr)
        _move(file, "refused")
        return False
    print(f"{file.name}: {receipt.aantal} adviezen sent to {receipt.leverancier}, request {receipt.request_id}")
    _move(file, "sent")
    return True


def _move(file: Path, folder: str) -> None:
    target = file.parent / folder
    target.mkdir(mode=0o700, exist_ok=True)
    file.replace(target / file.name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Send everything that is there."""
    (outbox,) = map(Path, sys.argv[1:] if arguments is None else arguments)
    with (outbox / ".lock").open("w") as lock, Client.from_config() as client:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0  # another run is busy
        results = [send(client, file) for file in sorted(outbox.glob("*.csv"))]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
