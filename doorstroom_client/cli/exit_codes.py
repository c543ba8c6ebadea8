"""What the exit code of a command means, for scripts and cron. The numbers follow ``sysexits.h``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum

from doorstroom_client.errors import (
    AanleveringGesloten,
    ConfigurationError,
    DoorstroomError,
    GeenMandaat,
    MessageError,
    OutboxNotEmpty,
    Refused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    TransportError,
    Unavailable,
    UnexpectedResponse,
    WrongPeer,
)
from doorstroom_client.output.one_run import AlreadyRunning


class ExitCode(IntEnum):
    """Every exit code there is."""

    OK = 0
    USAGE = 64
    REFUSED = 65
    PEER = 69
    BUG = 70
    STORE = 74
    LATER = 75
    CERTIFICATE_OR_MANDATE = 77
    CONFIGURATION = 78
    INTERRUPTED = 130


MEANING: Mapping[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.USAGE: "wrong usage of the command",
    ExitCode.REFUSED: "the content was refused: repair it, do not repeat it",
    ExitCode.PEER: "the other party cannot be reached or gave no usable answer",
    ExitCode.BUG: "a bug in this program",
    ExitCode.STORE: "a file, the store or the output cannot be read or written",
    ExitCode.LATER: "try again later: out of service, busy, or the school is not known yet",
    ExitCode.CERTIFICATE_OR_MANDATE: "a certificate or a mandate is not in order",
    ExitCode.CONFIGURATION: "the configuration is not in order; nothing was sent",
    ExitCode.INTERRUPTED: "interrupted",
}
"""Code -> meaning, as the help shows it."""

_CODES: tuple[tuple[type[DoorstroomError], ExitCode], ...] = (
    (ConfigurationError, ExitCode.CONFIGURATION),
    (MessageError, ExitCode.REFUSED),
    (TlsError, ExitCode.CERTIFICATE_OR_MANDATE),
    (WrongPeer, ExitCode.CERTIFICATE_OR_MANDATE),
    (TransportError, ExitCode.PEER),
    (GeenMandaat, ExitCode.CERTIFICATE_OR_MANDATE),
    (SchoolOnbekend, ExitCode.LATER),
    (AanleveringGesloten, ExitCode.REFUSED),
    (Refused, ExitCode.REFUSED),
    (Unavailable, ExitCode.LATER),
    (OutboxNotEmpty, ExitCode.LATER),
    (UnexpectedResponse, ExitCode.PEER),
    (StoreError, ExitCode.STORE),
    (AlreadyRunning, ExitCode.LATER),
)
_NOT_VALID_NOW = re.compile(r"(certificate\.cert|serve\.certificate): the certificate (ended|starts) on ")
_SEVERITY = (
    ExitCode.OK,
    ExitCode.USAGE,
    ExitCode.LATER,
    ExitCode.REFUSED,
    ExitCode.PEER,
    ExitCode.STORE,
    ExitCode.CERTIFICATE_OR_MANDATE,
    ExitCode.CONFIGURATION,
    ExitCode.BUG,
    ExitCode.INTERRUPTED,
)


def code_of(error: DoorstroomError) -> ExitCode:
    """The exit code for an error; the first class that fits decides.

    A file that cannot be read is no setting, and of a certificate that has ended the settings are in order.
    """
    if isinstance(error, ConfigurationError) and error.setting == "file":
        return ExitCode.STORE
    if isinstance(error, ConfigurationError) and _NOT_VALID_NOW.match(error.message):
        return ExitCode.CERTIFICATE_OR_MANDATE
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.BUG)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that a command ends with when its parts ended differently."""
    return max(codes, key=_SEVERITY.index, default=ExitCode.OK)


def ended(by_signal: int, *codes: ExitCode) -> ExitCode:
    """The code of a run that may have been stopped: Ctrl-C counts before everything, else the worst.

    Args:
        by_signal: the code that belongs to the signal; 0 when there was none.
        codes: the codes of its parts.
    """
    return worst([ExitCode(by_signal), *codes])


def epilog() -> str:
    """All codes, for the end of the help."""
    lines = [f"  {code.value:>3}  {text}" for code, text in MEANING.items()]
    return "\n".join(["\b", "Exit codes:", *lines])
