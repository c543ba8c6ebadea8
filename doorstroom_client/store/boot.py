"""Time since this machine booted: it goes on while the machine sleeps, and nobody can set it."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def since_boot() -> tuple[str, float]:
    """What names this boot, and the seconds since."""
    return _boot(), seconds_since_boot()


def seconds_since_boot() -> float:
    """The seconds since this machine booted; for differences within one process."""
    # Elsewhere the monotonic clock is the nearest there is: it may stand still while the machine sleeps.
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@cache
def _boot() -> str:
    """Of Linux its own name for it; elsewhere every boot has the same name, and a lease that a crash left may hold a while."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return "boot"
