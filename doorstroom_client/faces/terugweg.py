"""The receiving half: results that suppliers push."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.through_client import ThroughClient
from doorstroom_client.operations import Operations
from doorstroom_client.receiving.asgi import AsgiApp, Scope, asgi_app
from doorstroom_client.receiving.audit import contested, failed, received
from doorstroom_client.receiving.intake import Intake
from doorstroom_client.receiving.judge import InboundRequest, InboundResponse, Receiver
from doorstroom_client.receiving.limits import SHIPPED, Limits
from doorstroom_client.receiving.openapi import openapi_document
from doorstroom_client.receiving.peer import oin_from_environ, oin_from_scope
from doorstroom_client.receiving.wsgi import Environ, WsgiApp, wsgi_app
from doorstroom_client.runtime import SyncRuntime
from doorstroom_client.store.rows import StoredResult


@frozen
class ClientTerugweg(ThroughClient):
    """Receives pushed results; reached as ``client.terugweg``."""

    _operations: Operations
    _runtime: SyncRuntime

    def handle(self, request: InboundRequest) -> InboundResponse:
        """Judge one pushed message, keep it, and give the answer.

        202 is given only after the store has committed. Raises nothing for what a sender does: every refusal is an answer
        with a fixed Dutch text. A function of yours that fails (`scholen`) is answered with 503, and told as an event.

        Args:
            request: the message, with the OIN of the verified client certificate.

        Raises:
            ConfigurationError: no store or no OSR is configured.
        """
        self._runtime.resources.check_store()
        start = time.monotonic()
        receiver = self._receiver()
        try:
            verdict = self._runtime.run_contained(receiver.judge(request))
        except Exception as error:  # noqa: BLE001 - of what a LAS brought along: a transport, or what makes its headers
            verdict = receiver.unable(error)
        response = self._runtime.io(partial(receiver.keep, verdict))
        self._tell(response, request, time.monotonic() - start)
        return response

    def openapi(self) -> dict[str, Any]:
        """The definition (OpenAPI 3.1) of what this receives and answers, for a supplier or a gateway."""
        return openapi_document()

    def asgi(self, peer: Callable[[Scope], str | None] = oin_from_scope, limits: Limits = SHIPPED) -> AsgiApp:
        """The receiver as an ASGI application.

        Args:
            peer: gives the OIN of the verified sender from the scope. The default reads the ASGI ``tls`` extension; behind a
                proxy that ends TLS, `Proxy.of_scope`. Never read it from a header that a client can set.
            limits: what a sender may ask: sizes, and the time for a body.
        """
        intake = Intake(self._receiver(), self._runtime, self._tell)
        return asgi_app(intake.handle, peer, limits, self._refuse, self._failed, intake.admit)

    def wsgi(self, peer: Callable[[Environ], str | None] = oin_from_environ, limits: Limits = SHIPPED) -> WsgiApp:
        """The receiver as a WSGI application, for Flask and its kin. A `Client` only: WSGI cannot wait for a coroutine.

        Args:
            peer: gives the OIN of the verified sender from the environ. The default reads ``SSL_CLIENT_CERT``, when
                ``SSL_CLIENT_VERIFY`` says that it was verified; behind a proxy that ends TLS, `Proxy.of_environ`.
            limits: what a sender may ask: sizes only, because times are for a WSGI server to bound.

        Raises:
            ConfigurationError: the client is an `AsyncClient`.
        """
        return wsgi_app(self.handle, peer, limits, self._refuse, self._failed)

    def _receiver(self) -> Receiver:
        return Receiver(
            self._operations.find_school,
            self._operations.registry,
            self._runtime.resources.arrivals,
            self._operations.now,
            bool(self._operations.las_key_reden.strip()),
            waits=callable(self._operations.scholen),
            contested=self._contested,
            failed=self._failed,
        )

    def _contested(self, kept: StoredResult) -> None:
        contested(kept.id, kept.received.sender_oin, self._operations.teller)

    def _failed(self, what: str, error: Exception) -> None:
        failed(what, error, self._operations.teller)

    def _tell(self, response: InboundResponse, request: InboundRequest, seconds: float) -> None:
        received(response.status, self._operations.teller, request, seconds, response.reason)

    def _refuse(self, status: int) -> InboundResponse:
        received(status, self._operations.teller)
        return InboundResponse.of(status)
