"""A server whose faults may strike before a request, that may speak no TLS at all, and that counts what it reads."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.connection import Wire
from doorstroom_client.simulator.fault_server import Fault, FaultServer
from doorstroom_client.simulator.pki import Issued, Leaf, Pki
from doorstroom_client.simulator.tls_variants import MODERN, TlsVariant

from .rsa_keys import rsa_key
from .tls import PLAIN

_OIN = "00000003990000990000"
_FILLERS = 4
_USUAL_BUFFER = 262_144
_HANDSHAKE_RECORD = b"\x16"
_NOT_HTTPS = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_numbers = itertools.count(1)


class Stage(StrEnum):
    """The moment at which a fault strikes."""

    CLOSED = "closed"
    """Nobody listens."""
    FULL = "full"
    """Somebody listens, but never takes the connection."""
    ACCEPTED = "accepted"
    """The connection is there, nothing was exchanged."""
    HANDSHAKEN = "handshaken"
    """The TLS handshake is done."""
    REQUEST = "request"
    """The head of a request was read, its body was not."""


@frozen
class StagedFault(Fault):
    """A fault that a `FaultServer` of the simulator cannot play.

    Attributes:
        stage: when it strikes; what its `play` returns is whether the connection goes on to the next stage.
        receive_buffer: bytes of the receive buffer it needs; 0 leaves it to the system.
    """

    stage: Stage = Stage.REQUEST
    receive_buffer: int = 0


def stage_of(fault: Fault) -> Stage:
    """When a fault strikes."""
    return fault.stage if isinstance(fault, StagedFault) else Stage.REQUEST


class BadServer(FaultServer):
    """As a `FaultServer`, for faults of every stage.

    A fault that strikes before a request, such as a reset during the handshake, takes the turn of a request. When
    the next fault needs a new connection, the answer before it ends the connection. A connection that is refused or
    ignored by the system is never seen here, so such a fault lasts until `advance`.
    """

    def __init__(self, fault: Fault | Sequence[Fault], *, tls: TlsVariant = MODERN, **more: Any) -> None:
        super().__init__(fault, tls=MODERN if tls is PLAIN else tls, **more)
        self._plain = tls is PLAIN
        self._wires: list[Wire] = []
        self._stage = Stage.CLOSED
        self._keeper = socket.socket()
        self._keeper.close()
        self._fillers: list[socket.socket] = []

    @property
    def bytes_received(self) -> int:
        """Bytes of requests that were read, after decryption; a TLS handshake is no part of it."""
        return sum(wire.bytes_read for wire in self._wires)

    def advance(self) -> None:
        """Go to the next fault, as if the current one struck: ends a refused or ignored connection."""
        with self._script:
            self._step()

    # --- the port: open, closed but kept, or with a full queue

    def _listen(self) -> None:
        self._keep_port()
        with self._script:
            self._set_door(self._wanted())

    def _deafen(self) -> None:
        with self._script:
            self._set_door(Stage.CLOSED)
            self._keeper.close()

    def _bind(self) -> socket.socket:
        return self._keeper

    def _keep_port(self) -> None:
        """A bound socket that does not listen keeps the port, and connecting to it is refused."""
        self._keeper = super()._bind()
        if buffers := [size for fault in self.faults if (size := _buffer_of(fault))]:
            # Only before the connection is made does this keep the advertised window small.
            self._keeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, min(buffers))

    def _step(self) -> None:
        super()._step()
        if not self._stopped.is_set():
            self._set_door(self._wanted())

    def _wanted(self) -> Stage:
        stage = stage_of(self.faults[self._at])
        return stage if stage in (Stage.CLOSED, Stage.FULL) else Stage.ACCEPTED

    def _set_door(self, stage: Stage) -> None:
        """Change the state of the port, when it is another."""
        if stage is self._stage:
            return
        if self._stage is Stage.ACCEPTED:
            super()._deafen()
            self._keep_port()
        elif self._stage is Stage.FULL:
            for filler in self._fillers:
                filler.close()
            self._fillers.clear()
            self._keeper.close()
            self._keep_port()
        self._stage = stage
        if stage is Stage.ACCEPTED:
            super()._listen()
        elif stage is Stage.FULL:
            self._fill()

    def _fill(self) -> None:
        """Take the places in the queue ourselves, so that the system ignores whoever connects next."""
        self._keeper.listen(0)
        for _ in range(_FILLERS):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self._fillers.append(filler)

    # --- the connection

    def _arrived(self, plain: socket.socket) -> None:
        if not _buffer_of(self.faults[self._at]):
            with suppress(OSError):
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _USUAL_BUFFER)
        super()._arrived(plain)

    def _secure(self, wire: Wire) -> bool:
        self._wires.append(wire)
        return (
            self._strike(Stage.ACCEPTED, wire)
            and (self._let_in(wire) if self._plain else super()._secure(wire))
            and self._strike(Stage.HANDSHAKEN, wire)
        )

    def _strike(self, stage: Stage, wire: Wire) -> bool:
        """Play the fault whose turn it is when it is one of this stage; False when the connection ends here."""
        with self._script:
            if stage_of(self.faults[self._at]) is not stage:
                return True
            fault = self._take(wire)
        return fault.play(wire) and not wire.closed

    def _take(self, wire: Wire) -> Fault:
        """A request takes any fault: of several connections, the one for a new connection can come due on an old one."""
        with self._script:
            fault = super()._take(wire)
            following = self.faults[self._at]
            wire.last = wire.last or stage_of(following) is not Stage.REQUEST or _buffer_of(following) > 0
            return fault

    def _let_in(self, wire: Wire) -> bool:
        """Without TLS, unless the peer begins with a handshake."""
        if wire.socket.recv(1, socket.MSG_PEEK) != _HANDSHAKE_RECORD:
            return True
        self.handshake_errors.append("TLS_ON_A_PLAIN_PORT")
        wire.send(_NOT_HTTPS)
        return False


def _buffer_of(fault: Fault) -> int:
    return fault.receive_buffer if isinstance(fault, StagedFault) else 0


@contextmanager
def served(
    fault: Fault | Sequence[Fault],
    *,
    pki: Pki,
    oin: str | None = _OIN,
    issued: Issued | None = None,
    tls: TlsVariant = MODERN,
    trust: Path | None = None,
    port: int = 0,
) -> Iterator[BadServer]:
    """Run a `BadServer` with a certificate made for it.

    Args:
        fault: one fault, or several in order.
        pki: issues the certificate, and is the root that clients must come from.
        oin: the OIN in the certificate.
        issued: another certificate, for instance one with a defect; ``oin`` is then not used.
        tls: how it speaks TLS.
        trust: other roots that clients must come from, to refuse the client of a test.
        port: 0 lets the system choose.
    """
    if issued is None:
        leaf = Leaf(oins=() if oin is None else (oin,), key=rsa_key(2048) if tls.needs_rsa else None)
        issued = pki.issue_leaf(f"bad-server-{next(_numbers)}", leaf)
    with BadServer(fault, cert=issued.cert, key=issued.key, trust=trust or pki.trust, tls=tls, port=port) as server:
        yield server
