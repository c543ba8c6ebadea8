"""One place where errors become a message and an exit code. No stack trace ever reaches the terminal."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from doorstroom_client import Uitleg
from doorstroom_client.cli._error_documents import emit_error, emit_failure
from doorstroom_client.cli._names import tell_names
from doorstroom_client.cli._pupil_lines import spelled
from doorstroom_client.cli._stopping import SignalledError, ends_by_signal
from doorstroom_client.cli._streams import steady_streams
from doorstroom_client.cli._terminal import complain, complain_wrapped, err, some, tell_lines
from doorstroom_client.cli._warnings_told import one_run
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.config import SettingProblem
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem

NOTHING = Uitleg()
_SHOWN = 20
_PACKAGE = Path(__file__).resolve().parent.parent
_USAGE = typer.BadParameter.__mro__[1]  # the base of all usage errors; its home differs per version of typer


class ExplainedError(Exception):
    """An error together with the text that a school can read.

    Attributes:
        error: what happened.
        nederlands: the text in Dutch.
        regels: the lines of the file that it is about.
        namen: the pupils that it is about, when somebody asked for names.
    """

    def __init__(
        self, error: DoorstroomError, nederlands: Uitleg, regels: Sequence[int] = (), namen: Sequence[str] = ()
    ) -> None:
        super().__init__(nederlands)
        self.error = error
        self.nederlands = nederlands
        self.regels = regels
        self.namen = namen


def guard(command: Callable[[], object], *, as_json: bool = False) -> int:
    """Run a command.

    Args:
        command: gives an exit code, or None when all went well.
        as_json: whether it is asked for JSON, so that an error comes as JSON too.

    Returns:
        The exit code. Whatever happened has been told on stderr. Output that could not be written is a code of its own,
        and stops nothing.
    """
    with steady_streams() as (output, talk):
        with one_run(as_json=as_json), ends_by_signal():
            code = _run(command)
            output.flush()
            if output.lost and not output.left:
                complain(f"standard output cannot be written: {output.lost}. What was done stands", label="Error: ")
            talk.flush()
        return worst((ExitCode(code), ExitCode.STORE)) if output.lost or talk.lost else code


def _run(command: Callable[[], object]) -> int:
    try:
        return _as_code(command())
    except ExplainedError as explained:
        return tell(explained.error, explained.nederlands, explained.regels, explained.namen)
    except DoorstroomError as error:
        return tell(error)
    except SignalledError as signalled:
        complain(f"Stopped by {signalled}; run it again")
        emit_failure("Stopped", f"Stopped by {signalled}", "Run it again", ExitCode.LATER, retryable=True)
        return ExitCode.LATER
    except (KeyboardInterrupt, typer.Abort):
        complain("Interrupted")
        emit_failure("Interrupted", "Interrupted", "Run it again", ExitCode.INTERRUPTED, retryable=True)
        return ExitCode.INTERRUPTED
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the last line of defence; a library in another language may raise more
        return _usage(error) if isinstance(error, _USAGE) else _bug(error)


def _as_code(outcome: object) -> int:
    return outcome if isinstance(outcome, int) else ExitCode.OK


def tell(error: DoorstroomError, nederlands: Uitleg = NOTHING, regels: Sequence[int] = (), namen: Sequence[str] = ()) -> int:
    """Tell what went wrong, and give the exit code for it."""
    code = code_of(error)
    message = _tell_what(error)
    if error.hint:
        complain(f"  {error.hint}")
    if error.request_id:
        complain(f"  Request {error.request_id}, attempts: {len(error.attempts)}")
    if regels:
        complain(f"  It is about {spelled(regels)} of the file")
    tell_names(namen)
    if nederlands:
        err().print()
        complain("In Dutch, for the school:")
        tell_lines(nederlands, complain, indent="  ")
    emit_error(error, message, code, nederlands, list(regels))
    return code


def _tell_what(error: DoorstroomError) -> str:
    """Tell what happened, and everything that is wrong with a file or the settings; gives the first sentence of it."""
    if isinstance(error, MessageError) and error.problems:
        count = len(error.problems)
        places = "1 place does" if count == 1 else f"{count} places do"
        what = f"{error.what + ': ' if error.what else ''}{places} not fit"
        _tell_problems(what, error.problems)
        return what
    if isinstance(error, ConfigurationError) and len(error.problems) > 1:
        what = f"{len(error.problems)} settings are not in order"
        settings = [problem for problem in error.problems if isinstance(problem, SettingProblem)]
        _tell_settings(what, settings) if settings else _tell_problems(what, error.problems)
        return what
    complain(error.message, label="Error: ")
    return error.message


def _tell_problems(what: str, problems: Sequence[Problem]) -> None:
    complain(what, label="Error: ")
    some([f"  - {problem}" for problem in problems], complain, _SHOWN, "  and {} more; --json has them all")


def _tell_settings(what: str, problems: Sequence[SettingProblem]) -> None:
    """Each with its place on a line of its own: that is what somebody looks for."""
    complain(what, label="Error: ")
    for problem in problems:
        complain(f"  {problem.place}:")
        complain_wrapped(problem.sentence, 4)


def _usage(error: BaseException) -> int:
    """Wrong options or arguments; typer words these well."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return ExitCode.USAGE  # the help has been shown
    words: Callable[[], str] = getattr(error, "format_message", error.__str__)
    message = words()
    complain(message, label="Error: ")
    hint = f"See: {getattr(getattr(error, 'ctx', None), 'command_path', 'doorstroom')} --help"
    complain(f"  {hint}")
    emit_failure("UsageError", message, hint, ExitCode.USAGE)
    return ExitCode.USAGE


def _bug(error: BaseException) -> int:
    """Kind and place only: the text of an unforeseen error may hold a value from a file or a message."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _PACKAGE in Path(frame.filename).parents]
    place = ""
    if frames:
        place = f" at {Path(frames[-1].filename).relative_to(_PACKAGE.parent)}:{frames[-1].lineno}"
    label, hint = "This is a bug in doorstroom_client: ", "Please report that line; it holds nothing of your data"
    complain(f"{type(error).__name__}{place}", label=label)
    complain(f"  {hint}")
    emit_failure(type(error).__name__, f"{label}{type(error).__name__}{place}", hint, ExitCode.BUG)
    return ExitCode.BUG
