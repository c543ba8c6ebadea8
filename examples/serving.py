"""Serves an ASGI application over mutual TLS with uvicorn, and tells it who is calling. Used by the other examples.

uvicorn can ask for a client certificate, but does not hand it on to the application, and it has no bounds on what a sender may
take. `make_server` of the library gives a uvicorn server that does and has: see docs/how-to/receive-results.md.

Needs the extra serve: pip install "doorstroom_client[serve]"
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from doorstroom_client.config import Settings, load_settings
from doorstroom_client.receiving.server import Server
from doorstroom_client.receiving.server import make_server as server_for
from doorstroom_client.transport import server_context


def make_server(app: Any, settings: Settings) -> Server:
    """A server that only lets in who shows a certificate under the roots of the settings.

    Args:
        app: the ASGI application.
        settings: certificate, host and port are used.
    """
    context = server_context(settings.server_certificate)  # asked for at every connection: give a new one to renew it
    return server_for(app, lambda: context, host=settings.receiving.host, port=settings.receiving.port)


def serve(app: Any) -> None:
    """Serve until interrupted, with the settings that `Client.from_config` uses as well."""
    with suppress(KeyboardInterrupt):  # uvicorn has stopped in good order before it raises this
        make_server(app, load_settings()).run()
