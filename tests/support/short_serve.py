"""``doorstroom serve`` as it is, with limits that a test can wait for: run as a program."""

from __future__ import annotations

import sys

from doorstroom_client.cli import main
from doorstroom_client.receiving.limits import Limits
from doorstroom_client.receiving.server import running as _uvicorn_tls

SHORT = Limits(
    handshake_seconds=1.0,
    header_seconds=1.0,
    body_seconds=1.0,
    keep_alive_seconds=0.5,
    shutdown_seconds=1.0,
)

if __name__ == "__main__":
    _uvicorn_tls.LIMITS = SHORT
    sys.argv[0] = "doorstroom"
    main()
