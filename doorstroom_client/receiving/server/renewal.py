"""The SSLContext of a receiver, kept fresh: connections that stand stay, new ones get the new certificate, roots and lists."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import Event, OnEvent, tell
from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.transport.tls import server_context


class ServerContext:
    """Gives the SSLContext for a new connection.

    Args:
        certificate: our certificate, key, roots and revocation lists.
        changed: gives an object that is another one when the files have changed, such as `LiveContext.current`.
        on_event: is told of `renew`.
        now: the wall clock (UTC).

    Raises:
        ConfigurationError: the files cannot be used now.
    """

    def __init__(
        self,
        certificate: ClientCertificate,
        changed: Callable[[], object],
        on_event: OnEvent | None,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._certificate = certificate
        self._changed = changed
        self._on_event = on_event
        self._now = now
        self._seen = changed()
        self._context = self._make()
        self._ends = certificate.facts().not_after

    def current(self) -> ssl.SSLContext:
        """The context for a connection that is made now."""
        seen = self._changed()
        if seen is not self._seen:
            self._seen = seen
            problem = self._take_over()
            if problem:  # they could be used for calling others, and not for this
                self._tell(problem)
        return self._context

    def renew(self) -> bool:
        """Take the files over now; when they cannot be used, what was in use stays. Either is told as an event."""
        problem = self._take_over()
        self._tell(problem)
        return not problem

    def _tell(self, problem: str) -> None:
        result = f"new files cannot be used: {problem}" if problem else "new files are in use"
        tell(Event("certificate", "-", result, "-", "-", "", self._now(), serious=bool(problem)), self._on_event)

    @property
    def is_valid(self) -> bool:
        """Whether the certificate that is in use has not ended."""
        return self._now() <= self._ends

    def _take_over(self) -> str:
        try:
            self._context, self._ends = self._make(), self._certificate.facts().not_after
        except ConfigurationError as error:
            return error.setting or "certificate"
        return ""

    def _make(self) -> ssl.SSLContext:
        return server_context(self._certificate)
