"""An error as a program reads it: one document, with what happened and the next step apart."""

from __future__ import annotations

from typing import Any

from doorstroom_client import Uitleg
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._problems_told import all_of
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.errors import DoorstroomError, MessageError


def emit_failure(name: str, message: str, hint: str, code: ExitCode, *, retryable: bool = False) -> None:
    """Write a failure that is no error of the library.

    Args:
        name: what kind it is.
        message: what happened.
        hint: the next step.
        code: the exit code.
        retryable: whether the same command may succeed later without any change.
    """
    terminal.emit_error(_begun(name, message, hint, code, retryable=retryable))


def emit_error(error: DoorstroomError, message: str, code: ExitCode, nederlands: Uitleg, regels: list[int]) -> None:
    """Write an error of the library.

    Args:
        error: what happened.
        message: the same in one sentence.
        code: the exit code.
        nederlands: the text for the school; empty when it is none of its business.
        regels: the lines of the file that it is about.
    """
    document = _begun(type(error).__name__, message, error.hint, code, retryable=error.retryable)
    if isinstance(error, MessageError):
        document["problems"] = len(error.problems)
    if problemen := all_of(error):
        document["problemen"] = problemen
    if error.request_id:
        document["request_id"] = error.request_id
    if nederlands:
        document |= {"uitleg": nederlands, "uitleg_delen": nederlands.as_dict()}
    if regels:
        document["regels_onbekend"] = regels
    terminal.emit_error(document)


def _begun(name: str, message: str, hint: str, code: ExitCode, *, retryable: bool) -> dict[str, Any]:
    told = {"message": terminal.clean(message), "hint": terminal.clean(hint)}
    return {"error": name, **told, "exit_code": int(code), "retryable": retryable}
