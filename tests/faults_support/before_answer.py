"""Faults before an answer: refused, silent or broken connections and handshakes, and requests that end in nothing."""

from __future__ import annotations

from dataclasses import replace

from doorstroom_client.simulator.connection import Wire
from doorstroom_client.simulator.fault_server import Fault
from doorstroom_client.simulator.faults import JSON, RECEIPT, length
from doorstroom_client.simulator.https import App, Received, head

from .server import Stage, StagedFault, stage_of


def refuse_connection() -> Fault:
    """Nobody listens on the port, until `BadServer.advance`."""
    return StagedFault("refuse_connection", _reset, Stage.CLOSED)


def silent_connect() -> Fault:
    """The queue of the listening socket is full, so that connecting gets no reply, until `BadServer.advance`."""
    return StagedFault("silent_connect", _reset, Stage.FULL)


def reset_after_accept() -> Fault:
    """A TCP reset right after the connection, before the handshake."""
    return StagedFault("reset_after_accept", _reset, Stage.ACCEPTED)


def reset_during_handshake() -> Fault:
    """A TCP reset after the first message of the client."""

    def play(wire: Wire) -> bool:
        wire.socket.recv(65_536)
        wire.reset()
        return False

    return StagedFault("reset_during_handshake", play, Stage.ACCEPTED)


def close_during_handshake() -> Fault:
    """An orderly close after the first message of the client."""

    def play(wire: Wire) -> bool:
        wire.socket.recv(65_536)
        return False

    return StagedFault("close_during_handshake", play, Stage.ACCEPTED)


def slow_handshake(seconds: float | None = None) -> Fault:
    """The handshake stalls.

    Args:
        seconds: after this time the handshake goes on, and the next fault answers the request; None means never.
    """

    def play(wire: Wire) -> bool:
        if seconds is None:
            wire.silence()
            return False
        return not wire.pause(seconds)

    return StagedFault("slow_handshake", play, Stage.ACCEPTED)


def reset_after_handshake() -> Fault:
    """A TCP reset after the handshake, before any request is read."""
    return StagedFault("reset_after_handshake", _reset, Stage.HANDSHAKEN)


def reset_mid_body(after: int = 1) -> Fault:
    """A TCP reset after the first bytes of the request body.

    Args:
        after: bytes of the body to read first.
    """

    def play(wire: Wire) -> bool:
        wire.read_body(after)
        return _reset(wire)

    return Fault("reset_mid_body", play)


def never_reads(receive_buffer: int = 4096) -> Fault:
    """The request body is not read, nor is anything answered.

    A body that fits in the buffers of both systems is sent all the same, and then meets silence.

    Args:
        receive_buffer: bytes that the system may take in.
    """

    def play(wire: Wire) -> bool:
        wire.pause()
        return False

    return StagedFault("never_reads", play, Stage.REQUEST, receive_buffer)


def early_status(status: int = 413, *, drain: bool = True) -> Fault:
    """An answer before the request body is read, after which the connection ends.

    Args:
        status: what is answered.
        drain: whether what is still coming is swallowed, so that the answer surely arrives; otherwise a TCP reset
            follows the answer and may destroy it.
    """

    def play(wire: Wire) -> bool:
        wire.send(head(status, [length(len(RECEIPT))], content_type=JSON, close=True) + RECEIPT)
        if not drain:
            wire.reset()
        return False

    return Fault(f"early_status {status}", play)


def applied(handle: App, fault: Fault) -> Fault:
    """An app handles the request, but the client meets a fault instead of the answer.

    Args:
        handle: the app.
        fault: strikes after the app is done.

    Raises:
        ValueError: the fault strikes before a request.
    """
    if stage_of(fault) is not Stage.REQUEST:
        raise ValueError(f"{fault.name} strikes before a request")

    def play(wire: Wire) -> bool:
        wire.read_body()
        assert wire.request is not None
        handle(Received.of(wire.request))
        return fault.play(wire)

    return replace(fault, name=f"applied, then {fault.name}", play=play)


def _reset(wire: Wire) -> bool:
    wire.reset()
    return False
