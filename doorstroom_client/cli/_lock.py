"""One run of a command at a time on this machine; for the same store, or without one: for the same certificate."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from doorstroom_client.config import Settings
from doorstroom_client.output import one_run
from doorstroom_client.store.location import is_address, shown


def alone(settings: Settings, command: str, school: str = "") -> AbstractContextManager[None]:
    """Keep other runs of a command away.

    Args:
        settings: where the store is.
        command: which command, as in the name of the file.
        school: only one run at a time for this school; for all schools when empty.

    Raises:
        AlreadyRunning: another run has the lock.
        StoreError: the file cannot be made.
    """
    name = f"{command}-{school}" if school else command
    if settings.store is not None and not is_address(settings.store):
        return one_run.alone(one_run.lock_beside(Path(settings.store), name))
    # Two configurations on one machine have two certificates, or two databases.
    whose = shown(settings.store) if settings.store else str(Path(settings.own_certificate.cert).absolute())
    return one_run.alone(one_run.lock_for(whose, name))
