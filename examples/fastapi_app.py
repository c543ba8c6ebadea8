"""A FastAPI application that receives results next to its own pages.

Run, in a folder with a doorstroom.toml that has [serve]:

    pip install fastapi
    python examples/fastapi_app.py

Results are taken in at https://<host>:<port>/doorstroom/leerlingresultaat.

Behind a proxy that ends TLS this does not work as it stands, and it must not be made to work by reading a header that a client
can set; see docs/how-to/receive-behind-a-proxy.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from doorstroom_client import Client


def make_app() -> FastAPI:
    """The application. The client lives as long as the application does."""
    client = Client.from_config()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with client:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/leeft")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    app.mount("/doorstroom", client.terugweg.asgi())
    return app


if __name__ == "__main__":
    from serving import serve

    serve(make_app())
