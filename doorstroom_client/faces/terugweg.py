"""The receiving half: results that suppliers push."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from doorstroom_client.chain import Chain
from doorstroom_client.runtime import SyncRuntime
from doorstroom_client.terugweg.asgi import AsgiApp, Scope, asgi_app
from doorstroom_client.terugweg.handler import InboundRequest, InboundResponse, Receiver
from doorstroom_client.terugweg.peer import oin_from_scope


@dataclass(frozen=True, slots=True)
class Terugweg:
    """Receives pushed results; reached as ``client.terugweg``."""

    _chain: Chain
    _runtime: SyncRuntime

    def handle(self, request: InboundRequest) -> InboundResponse:
        """Judge one pushed message, keep it, and give the answer.

        202 is given only after the store has committed. Raises nothing for what a sender does: every refusal is an answer
        with a fixed Dutch text.

        Args:
            request: the message, with the OIN of the verified client certificate.

        Raises:
            ConfigurationError: no store or no OSR is configured.
        """
        self._runtime.resources.check_store()
        receiver = Receiver(
            self._chain.find_school,
            self._chain.registry,
            self._runtime.resources.inbox,
            self._chain.now,
            bool(self._chain.las_key_reden.strip()),
        )
        verdict = self._runtime.run(receiver.judge(request))
        return self._runtime.io(partial(receiver.keep, verdict))

    def asgi(self, peer: Callable[[Scope], str | None] = oin_from_scope) -> AsgiApp:
        """The receiver as an ASGI application.

        Args:
            peer: gives the OIN of the verified sender from the scope. The default reads the ASGI ``tls`` extension; never
                read it from a header that a client can set.
        """
        return asgi_app(self._runtime.awaitable(self.handle), peer)
