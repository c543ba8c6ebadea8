"""Our SSLContext, kept fresh: new files are taken over without a restart, and an ending certificate is told in time."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from doorstroom_client.basics import forks
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import Event, OnEvent, tell
from doorstroom_client.parties.certificate import ClientCertificate, chain_of, judge
from doorstroom_client.parties.certificate_check import Level, Use
from doorstroom_client.parties.x509 import Certificate, CertificateFacts
from doorstroom_client.transport.tls import client_context, server_context

LOOK_EVERY = 60.0
"""Seconds between looks at the files."""
WARN_DAYS = (60, 30, 14, 7)
"""Days before the end of our certificate at which it is told."""


class LiveContext:
    """Gives the SSLContext for a new connection.

    When a file of the certificate changes, a new context is made; while the new files cannot be used (half of a pair is
    there, or they are wrong), the old context goes on, and that is told as a serious event.

    Args:
        certificate: our certificate, key, roots and revocation lists.
        on_event: is told of an ending certificate, of files that cannot be used, and of a chain that others may refuse.
        now: the wall clock (UTC).
        clock: monotonic seconds; for tests.
        use: what the certificate is shown for.

    Raises:
        ConfigurationError: the files cannot be used now.

    Attributes:
        oin: the OIN in the certificate that is in use.
    """

    def __init__(
        self,
        certificate: ClientCertificate,
        on_event: OnEvent | None = None,
        *,
        now: Callable[[], dt.datetime],
        clock: Callable[[], float] = time.monotonic,
        use: Use = Use.CLIENT,
    ) -> None:
        self._certificate = certificate
        self._use = use
        self._on_event = on_event
        self._now = now
        self._clock = clock
        self._lock = forks.Lock()
        self._warned: int | None = None
        self._stamp = self._look()
        self._looked_at = clock()
        self._events: list[Event] = []
        self._context, self._chain = self._make()
        self.oin = self._facts.oin
        self._warn_in_time()
        for event in self._events:
            tell(event, on_event)
        self._events = []

    def current(self) -> ssl.SSLContext:
        """The context for a connection that is made now; the same object as long as nothing changed."""
        with self._lock:
            if self._clock() - self._looked_at >= LOOK_EVERY:
                self._looked_at = self._clock()
                self._take_over()
                self._warn_in_time()
            context = self._context
            events, self._events = self._events, []
        for event in events:  # not under the lock: a hook may make a call itself
            tell(event, self._on_event)
        return context

    def another(self) -> ssl.SSLContext:
        """A context of its own, from the same files, for who has to change something of it.

        Raises:
            ConfigurationError: the files cannot be used now.
        """
        return (client_context if self._use is Use.CLIENT else server_context)(self._certificate)

    @property
    def _facts(self) -> CertificateFacts:
        return self._chain[0].facts

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """Our certificate as it is in use, followed by the others in its file."""
        return self._chain

    @property
    def is_valid(self) -> bool:
        """Whether the certificate that is in use has not ended."""
        return self._now() <= self._facts.not_after

    def _take_over(self) -> None:
        stamp = self._look()
        if stamp == self._stamp:
            return
        problem = ""
        try:
            self._context, self._chain = self._make()
            self.oin = self._facts.oin
        except ConfigurationError as error:
            problem = error.setting or "certificate"
        if problem:
            self._tell(f"new files cannot be used: {problem}", serious=True)
            return
        self._stamp, self._warned = stamp, None
        self._tell("new files are in use", serious=False)

    def _make(self) -> tuple[ssl.SSLContext, tuple[Certificate, ...]]:
        context = self.another()
        for found in judge(self._certificate, self._use):
            if found.level is Level.ERROR:
                self._tell(f"{found.text}. {found.hint}", serious=True)
        chain = chain_of(self._certificate, self._use)
        return context, (chain.leaf, *(item for item in chain.found if item is not chain.leaf))

    def _look(self) -> tuple[tuple[str, int, int, int, int], ...]:
        """What tells a file from the one that was there before."""
        own = (self._certificate.cert, self._certificate.key_file)
        found: list[tuple[str, int, int, int, int]] = []
        for path in (*map(Path, own), *self._certificate.trust_files, *self._certificate.crl_files):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((str(path), status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size))
        return tuple(found)

    def _warn_in_time(self) -> None:
        left = (self._facts.not_after - self._now()).days
        reached = [days for days in WARN_DAYS if left <= days]
        if reached and (self._warned is None or min(reached) < self._warned):
            self._warned = min(reached)
            self._tell(f"our certificate ends in {left} days", serious=True)

    def _tell(self, result: str, *, serious: bool) -> None:
        self._events.append(Event("certificate", "-", result, "-", "-", "", self._now(), serious=serious))
