"""Serves an ASGI application over mutual TLS with uvicorn, and tells it who is calling. Used by the other examples.

uvicorn can ask for a client certificate, but does not hand it on to the application. `TlsH11Protocol` does, in the ``tls``
extension that ASGI has for it, and bounds the time that a sender may take.

Needs the extra serve; in the folder with the source of doorstroom_client: pip install '.[serve]'
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import uvicorn

from doorstroom_client.config import Settings, load_settings
from doorstroom_client.exchange.tls import server_context
from doorstroom_client.terugweg.uvicorn_tls import TlsH11Protocol


def make_server(app: Any, settings: Settings) -> uvicorn.Server:
    """A server that only lets in who shows a certificate under the roots of the settings.

    Args:
        app: the ASGI application.
        settings: certificate, host and port are used.
    """
    config = uvicorn.Config(
        app,
        host=settings.serve_host,
        port=settings.serve_port,
        http=TlsH11Protocol,
        ws="none",
        access_log=False,  # its lines would hold the address, and with it the codes of the school
        server_header=False,
        ssl_certfile=os.fspath(settings.own_certificate.cert),
        ssl_keyfile=None if settings.own_certificate.key is None else os.fspath(settings.own_certificate.key),
        ssl_keyfile_password=settings.own_certificate.password,
    )
    config.load()
    config.ssl = server_context(settings.own_certificate)  # in place of uvicorn's: certificate demanded, modern ciphers only
    return uvicorn.Server(config)


def serve(app: Any) -> None:
    """Serve until interrupted, with the settings that `Client.from_config` uses as well."""
    with suppress(KeyboardInterrupt):  # uvicorn has stopped in good order before it raises this
        make_server(app, load_settings()).run()
