"""Faults before an answer: refused, silent or broken connections and handshakes, and requests that end in nothing."""

from __future__ import annotations

from doorstroom_client.simulator._fault_answers import JSON, RECEIPT, head, length, reset, sending
from doorstroom_client.simulator._fault_wire import Fault, Stage, Wire


def refuse_connection() -> Fault:
    """Nobody listens on the port, until `FaultServer.advance`."""
    return Fault("refuse_connection", reset, Stage.CLOSED)


def silent_connect() -> Fault:
    """The queue of the listening socket is full, so that connecting gets no reply, until `FaultServer.advance`."""
    return Fault("silent_connect", reset, Stage.FULL)


def reset_after_accept() -> Fault:
    """A TCP reset right after the connection, before the handshake."""
    return Fault("reset_after_accept", reset, Stage.ACCEPTED)


def reset_during_handshake() -> Fault:
    """A TCP reset after the first message of the client."""

    def play(wire: Wire) -> bool:
        wire.socket.recv(65_536)
        wire.reset()
        return False

    return Fault("reset_during_handshake", play, Stage.ACCEPTED)


def close_during_handshake() -> Fault:
    """An orderly close after the first message of the client."""

    def play(wire: Wire) -> bool:
        wire.socket.recv(65_536)
        return False

    return Fault("close_during_handshake", play, Stage.ACCEPTED)


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

    return Fault("slow_handshake", play, Stage.ACCEPTED)


def reset_after_handshake() -> Fault:
    """A TCP reset after the handshake, before any request is read."""
    return Fault("reset_after_handshake", reset, Stage.HANDSHAKEN)


def reset_mid_body(after: int = 1) -> Fault:
    """A TCP reset after the first bytes of the request body.

    Args:
        after: bytes of the body to read first.
    """

    def play(wire: Wire) -> bool:
        wire.read_body(after)
        return reset(wire)

    return Fault("reset_mid_body", play)


def reset_after_request() -> Fault:
    """A TCP reset after the whole request was read."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        return reset(wire)

    return Fault("reset_after_request", play)


def close_without_answer(*, goodbye: bool = True) -> Fault:
    """An orderly close after the whole request was read.

    Args:
        goodbye: whether TLS says that it ends.
    """
    return Fault("close_without_answer", sending(lambda _: b"", keep=False, goodbye=goodbye))


def silent() -> Fault:
    """The request is read and never answered."""

    def play(wire: Wire) -> bool:
        wire.read_body()
        wire.silence()
        return False

    return Fault("silent", play)


def never_reads(receive_buffer: int = 4096) -> Fault:
    """The request body is not read, nor is anything answered.

    A body that fits in the buffers of both systems is sent all the same, and then meets silence.

    Args:
        receive_buffer: bytes that the system may take in.
    """

    def play(wire: Wire) -> bool:
        wire.pause()
        return False

    return Fault("never_reads", play, receive_buffer=receive_buffer)


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
