"""A receiver without TLS, so that its answers can be read in what the kernel saw: ``python -m durability.listening <store>``.

Says the port that it listens on, and its process id. Everybody who connects is the supplier.
"""

from __future__ import annotations

import os
import socket
import sys

from support import SUPPLIER_OIN
from support.told import receiving

from doorstroom_client.receiving.server.uvicorn_tls import make_server


def listen(path: str) -> None:
    """Receive until it is told to stop."""
    with socket.create_server(("127.0.0.1", 0)) as listening, receiving(path) as client:
        print(listening.getsockname()[1], os.getpid(), flush=True)  # noqa: T201
        make_server(client.terugweg.asgi(peer=lambda _: SUPPLIER_OIN), None).run(sockets=[listening])


if __name__ == "__main__":
    listen(sys.argv[1])
