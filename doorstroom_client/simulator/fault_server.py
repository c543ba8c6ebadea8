"""A server that misbehaves on purpose: one fault per request, in the order given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.connection import Wire, WireRequest
from doorstroom_client.simulator.place import HERE, Place
from doorstroom_client.simulator.serving import Server
from doorstroom_client.simulator.tls_variants import MODERN, ClientCertificateRule, TlsVariant


@frozen
class Fault:
    """One way in which a server behaves.

    Attributes:
        name: what goes wrong, for test ids and reports.
        play: does it, once the head of a request was read; returns whether the connection goes on to the next. An
            `OSError` in it means that the peer broke off.
    """

    name: str
    play: Callable[[Wire], bool] = field(repr=False)


class FaultServer(Server):
    """Answers the n-th request with the n-th fault, and repeats the last one.

    A request is written down before its fault strikes.

    Attributes:
        faults: what is played.
        requests: the requests whose head came in, in order, bodies as far as they were read.
        played: names of the faults that struck, in order.
    """

    def __init__(
        self,
        fault: Fault | Sequence[Fault],
        *,
        cert: Path,
        key: Path,
        trust: Path,
        tls: TlsVariant = MODERN,
        client_certificate: ClientCertificateRule = "required",
        port: int = 0,
        name: str = "fault",
        place: Place = HERE,
    ) -> None:
        """Load the certificates; nothing listens before `start`.

        Args:
            fault: one fault, or several in order.
            cert: as for `TlsVariant.context`, like the following three.
            key: its private key.
            trust: the roots of clients.
            tls: how it speaks TLS.
            client_certificate: whether clients must show one.
            port: 0 lets the system choose.
            name: for thread names.
            place: where it listens, and its name in the URL.

        Raises:
            ValueError: no fault at all.
        """
        context = tls.context(cert=cert, key=key, trust=trust, client_certificate=client_certificate)
        super().__init__(context, port=port, name=name, place=place)
        self.faults: tuple[Fault, ...] = (fault,) if isinstance(fault, Fault) else tuple(fault)
        if not self.faults:
            raise ValueError("A FaultServer needs at least one fault.")
        self.requests: list[WireRequest] = []
        self.played: list[str] = []
        self._at = 0
        self._script = threading.RLock()

    def _answer(self, wire: Wire) -> bool:
        assert wire.request is not None
        self.requests.append(wire.request)
        return self._take(wire).play(wire)

    def _take(self, wire: Wire) -> Fault:  # noqa: ARG002 - a server of tests looks at it
        """The fault whose turn it is."""
        with self._script:
            fault = self.faults[self._at]
            self.played.append(fault.name)
            self._step()
            return fault

    def _step(self) -> None:
        self._at = min(self._at + 1, len(self.faults) - 1)
