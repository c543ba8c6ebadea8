"""A server that misbehaves on purpose: one fault per request, in the order given."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from doorstroom_client.simulator._fault_door import Door, DoorState
from doorstroom_client.simulator._fault_tls import MODERN, ClientCertificateRule, TlsVariant, server_context
from doorstroom_client.simulator._fault_wire import Fault, FaultRequest, Stage, Wire

_STOP_GRACE = 0.2
_HANDSHAKE_SECONDS = 5.0
_USUAL_BUFFER = 262_144
_NOT_HTTPS = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_DOORS: dict[Stage, DoorState] = {Stage.CLOSED: "closed", Stage.FULL: "full"}


class FaultServer:
    """Answers the n-th request with the n-th fault, and repeats the last one; on 127.0.0.1, with mutual TLS.

    A fault that strikes before a request, such as a reset during the handshake, takes the turn of a request. When
    the next fault needs a new connection, the answer before it ends the connection. A connection that is refused or
    ignored by the system is never seen here, so such a fault lasts until `advance`.

    A peer can see its last byte before this side has written down what happened: read `handshake_errors` and `errors`
    after `stop`. A request is written down before its fault strikes.

    Attributes:
        faults: what is played.
        requests: the requests whose head came in, in order, bodies as far as they were read.
        played: names of the faults that struck, in order.
        connections: number of connections accepted.
        handshake_errors: short reasons of handshakes that failed, in order.
        errors: what a fault raised that is not the peer's doing, in order. Never printed.
        bytes_received: bytes of requests that were read, after decryption.
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
    ) -> None:
        """Load the certificates; nothing listens before `start`.

        Args:
            fault: one fault, or several in order.
            cert: PEM with the server certificate and its intermediates.
            key: PEM with its private key.
            trust: PEM with the roots that client certificates must lead to; roots of another PKI make a server that
                refuses our certificate.
            tls: how it speaks TLS.
            client_certificate: "optional" verifies a certificate only when one is shown, "ignored" asks for none.
            port: 0 lets the system choose.
            name: for thread names.

        Raises:
            ValueError: no fault at all.
        """
        self.faults = (fault,) if isinstance(fault, Fault) else tuple(fault)
        if not self.faults:
            raise ValueError("A FaultServer needs at least one fault.")
        self.requests: list[FaultRequest] = []
        self.played: list[str] = []
        self.connections = 0
        self.handshake_errors: list[str] = []
        self.errors: list[Exception] = []
        self._bytes_received = 0
        self._name = name
        self._port = port
        self._at = 0
        self._context = server_context(tls, cert=cert, key=key, trust=trust, client_certificate=client_certificate)
        self._door: Door | None = None
        self._stopped = threading.Event()
        # The script may wait for the accepting thread, which needs the other lock: hence two.
        self._script = threading.Lock()
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, Wire] = {}

    @property
    def port(self) -> int:
        """The port, known from `start` on."""
        if not self._port:
            raise RuntimeError("The fault server has no address before it is started.")
        return self._port

    @property
    def url(self) -> str:
        """``https://localhost:PORT``, also when the port speaks plain HTTP; known from `start` on."""
        return f"https://localhost:{self.port}"

    @property
    def bytes_received(self) -> int:
        """Bytes of requests that were read, after decryption; a TLS handshake is no part of it."""
        with self._lock:
            return self._bytes_received + sum(wire.bytes_read for wire in self._open.values())

    def start(self) -> None:
        """Listen, unless the first fault is that nobody does.

        Raises:
            RuntimeError: it was started before.
        """
        if self._door is not None:
            raise RuntimeError("A fault server plays its faults once.")
        buffers = [fault.receive_buffer for fault in self.faults if fault.receive_buffer]
        door = Door(self._port, self._arrived, name=self._name, receive_buffer=min(buffers, default=0))
        self._door = door
        self._port = door.port
        with self._script:
            self._set_door()

    def stop(self) -> None:
        """Stop listening and cut all connections. Doing it twice is harmless."""
        if self._door is None or self._stopped.is_set():
            return
        self._stopped.set()
        with self._script:
            self._door.close()
        with self._lock:
            connections = dict(self._open)
            for wire in connections.values():
                with suppress(OSError):
                    # The method of the plain socket: that of the TLS socket would break it under its thread.
                    socket.socket.shutdown(wire.socket, socket.SHUT_RDWR)
        deadline = time.monotonic() + _STOP_GRACE
        for thread in connections:
            thread.join(max(0.0, deadline - time.monotonic()))

    def advance(self) -> None:
        """Go to the next fault, as if the current one struck: ends a refused or ignored connection."""
        with self._script:
            self._step()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        self.stop()

    def _set_door(self) -> None:
        if self._door is not None and not self._stopped.is_set():
            self._door.set(_DOORS.get(self.faults[self._at].stage, "open"))

    def _step(self) -> None:
        if self._at + 1 < len(self.faults):
            self._at += 1
            self._set_door()

    def _take(self, stage: Stage, wire: Wire) -> Fault | None:
        """The fault whose turn it is, when it strikes at this stage.

        A request takes any fault: with several connections at once, the one for a new connection can come due on
        an old one.
        """
        with self._script:
            fault = self.faults[self._at]
            if stage not in (Stage.REQUEST, fault.stage):
                return None
            self.played.append(fault.name)
            self._step()
            following = self.faults[self._at]
            wire.last = wire.asks_to_end() or following.stage is not Stage.REQUEST or following.receive_buffer > 0
            return fault

    def _arrived(self, plain: socket.socket) -> None:
        plain.setblocking(True)
        with suppress(OSError):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self.faults[self._at].receive_buffer:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _USUAL_BUFFER)
        self.connections += 1
        wire = Wire(plain, self.connections, self._stopped)
        thread = threading.Thread(target=self._run, args=(wire,), name=f"{self._name}-connection", daemon=True)
        with self._lock:
            self._open[thread] = wire
        thread.start()

    def _run(self, wire: Wire) -> None:
        try:
            with suppress(OSError):
                self._converse(wire)
        except Exception as error:
            # The stand-in of a peer must not take a test down with it; the test looks at `errors`.
            self.errors.append(error)
        finally:
            wire.close()
            with self._lock:
                self._bytes_received += wire.bytes_read
                self._open.pop(threading.current_thread(), None)

    def _converse(self, wire: Wire) -> None:
        goes_on = self._strike(Stage.ACCEPTED, wire) and self._secure(wire) and self._strike(Stage.HANDSHAKEN, wire)
        while goes_on and (request := wire.read_head()) is not None:
            self.requests.append(request)
            goes_on = self._strike(Stage.REQUEST, wire) and not wire.last
            if goes_on:
                wire.read_body()
        wire.finish()

    def _strike(self, stage: Stage, wire: Wire) -> bool:
        """Play the fault for this stage, if any; False when the connection ends here."""
        fault = self._take(stage, wire)
        return fault is None or (fault.play(wire) and not wire.closed)

    def _secure(self, wire: Wire) -> bool:
        """Do the handshake; False when it fails."""
        if self._context is None:
            if not wire.speaks_tls():
                return True
            self.handshake_errors.append("TLS_ON_A_PLAIN_PORT")
            wire.send(_NOT_HTTPS)
            return False
        try:
            with self._lock:
                # Only wraps. Under the lock, because `stop` must not meet the socket halfway.
                wire.socket = self._context.wrap_socket(wire.socket, server_side=True, do_handshake_on_connect=False)
            if self._stopped.is_set():
                return False
            wire.socket.settimeout(_HANDSHAKE_SECONDS)
            wire.socket.do_handshake()
        except (OSError, ValueError) as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else None
            self.handshake_errors.append(reason or type(error).__name__)
            wire.linger()  # the alert must reach the peer; a goodbye would make no sense
            wire.close()
            return False
        return True
