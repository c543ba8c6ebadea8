"""Tells TLS faults apart: their certificate, ours, the settings, or a connection that merely broke off."""

from __future__ import annotations

import ssl

from doorstroom_client.errors import Phase
from doorstroom_client.transport.request import FaultKind

VERIFY_CODES = {
    3: "crl_missing",
    8: "crl_invalid",
    11: "crl_not_yet_valid",
    12: "crl_expired",
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    19: "untrusted",
    20: "untrusted",
    21: "untrusted",
    23: "revoked",
    26: "wrong_purpose",
    62: "wrong_host",
    64: "wrong_host",
    66: "weak_key",
    67: "weak_key",
    68: "weak_signature",
}
_CERTIFICATE_ALERTS = ("certificate", "unknown_ca", "access_denied", "decrypt_error")
_BROKEN_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""Kinds of TLS error that only say that the connection ended or was still waiting."""


def tls_kind(error: ssl.SSLError, before: bool) -> tuple[FaultKind, Phase, str]:
    """What a TLS error means, how far the request got, and a short code.

    Args:
        error: as found by `tls_error`.
        before: whether it came before the request was sent.
    """
    phase = Phase.NOT_SENT if before else Phase.REFUSED
    if isinstance(error, ssl.SSLCertVerificationError):
        return FaultKind.THEIR_CERTIFICATE, Phase.NOT_SENT, VERIFY_CODES.get(error.verify_code, "untrusted")
    if is_about_our_certificate(error):
        # TLS 1.3: our certificate is refused only after the request was written, so it looks like a read error.
        return FaultKind.OUR_CERTIFICATE, phase, "own_certificate"
    if before:
        return FaultKind.TLS_SETTINGS, Phase.NOT_SENT, "handshake"
    return FaultKind.NO_ANSWER, Phase.UNKNOWN, "tls"


def is_about_our_certificate(error: ssl.SSLError) -> bool:
    """Whether the other side said that it does not accept our certificate."""
    return any(word in alert_in(error) for word in _CERTIFICATE_ALERTS)


def alert_in(error: ssl.SSLError) -> str:
    """What the other side said in an alert, such as ``unknown_ca``; empty when it is not about one."""
    reason = error.reason or ""
    return "unrecognized_name" if reason.endswith("UNRECOGNIZED_NAME") else reason.partition("ALERT_")[2].lower()


def tls_error(error: BaseException) -> ssl.SSLError | None:
    """The TLS error behind an exception. A connection that merely broke off during the handshake does not count."""
    at: BaseException | None = error
    for _ in range(10):
        if at is None:
            return None
        if isinstance(at, ssl.SSLError) and not broke_off(at):
            return at
        at = at.__cause__ or at.__context__
    return None


def broke_off(error: ssl.SSLError) -> bool:
    """Newer versions of Python tell a reset that was read late by its reason only."""
    return isinstance(error, _BROKEN_OFF) or error.reason == "UNEXPECTED_EOF_WHILE_READING"
