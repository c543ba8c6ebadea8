"""When a run over many messages leaves a supplier alone."""

from __future__ import annotations

from doorstroom_client.errors import (
    ConfigurationError,
    DoorstroomError,
    RedirectRefused,
    TlsError,
    Unavailable,
    UnexpectedResponse,
    WrongPeer,
)


def concerns_everyone(error: DoorstroomError) -> bool:
    """Whether the next message for this supplier would end in the same way, so that it is left alone in this run."""
    if isinstance(error, Unavailable):
        return not error.attempts  # its circuit is open
    return isinstance(error, TlsError | WrongPeer | RedirectRefused | UnexpectedResponse | ConfigurationError)
