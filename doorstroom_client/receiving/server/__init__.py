"""A server of our own with mutual TLS: who is let in, in what time, and with how many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doorstroom_client.receiving.server.rules import Rules as Rules

if TYPE_CHECKING:
    from doorstroom_client.receiving.server.uvicorn_tls import Server as Server
    from doorstroom_client.receiving.server.uvicorn_tls import TlsH11Protocol as TlsH11Protocol
    from doorstroom_client.receiving.server.uvicorn_tls import make_server as make_server

__all__ = ["Rules", "Server", "TlsH11Protocol", "make_server"]


def __getattr__(name: str) -> Any:
    """What needs uvicorn (extra ``serve``), at first use: the commands that serve nothing go without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from doorstroom_client.receiving.server import uvicorn_tls

    return getattr(uvicorn_tls, name)
