"""Made from faces/verbinding.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

from collections.abc import Iterable, AsyncIterator

from doorstroom_client.basics.unread import works_while_read
from doorstroom_client.checkup.bevinding import Verbindingscontrole
from doorstroom_client.checkup.check import SECONDS
from doorstroom_client.connection_checks import ConnectionChecks
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.runtime import AsyncRuntime


class AsyncConnecting:
    """The part of a client that checks connections."""

    _operations: Operations
    _runtime: AsyncRuntime

    async def check_verbinding(self, leverancier: Leverancier | str, *, seconds: float = SECONDS) -> Verbindingscontrole:
        """Check the connection to a supplier, step by step, without a message of the chain.

        Looked at are the name, the port, TLS, the certificate of the supplier (chain, host, OIN, end), whether ours is
        accepted, and the clock. All with the roots, ciphers, certificate and revocation lists of real calls, and with every
        check on. Once the OIN is seen to be right, one ``HEAD`` of its base address goes out, without an identity, a body or
        headers of ours. It is not stopped by the circuit of this supplier, and does not count for it. The given transport, if
        any, is not used; an `AsyncClient` has it done in a thread.

        Args:
            leverancier: the supplier, or its toetssoort.
            seconds: how long it may take in all.

        Returns:
            True when nothing is wrong. Whatever the network or the supplier does is a finding, and no error.

        Raises:
            ConfigurationError: the supplier is not known, or there is no certificate.
        """
        checks = ConnectionChecks(self._operations, self._runtime.resources.live, self._runtime.apart, seconds)
        return await self._runtime.run(checks.of(leverancier))

    @works_while_read
    async def check_verbindingen(
        self,
        leveranciers: Iterable[Leverancier | str] | None = None,
        *,
        school: School | str | None = None,
        seconds: float = SECONDS,
        workers: int = 8,
    ) -> AsyncIterator[Verbindingscontrole]:
        """Check the connections to many parties, a few at a time, and hand out each as soon as it is known.

        Args:
            leveranciers: the suppliers, or their toetssoorten; ``"osr"`` for the OSR. When left out: every configured supplier
                and, when there is one, the OSR.
            school: as of `ClientOsr.check_verbinding`.
            seconds: how long the check of one party may take.
            workers: how many at a time.

        Raises:
            ConfigurationError: a party is not known, there is none, or there is no certificate.
        """
        checks = ConnectionChecks(self._operations, self._runtime.resources.live, self._runtime.apart, seconds)
        async for controle in self._runtime.stream(checks.each(leveranciers, school), workers):
            yield controle
