"""With --json an error is one document with what happened and the next step apart; a warning is one line."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from support.command_line import LEAVES, Run
from typer import Abort

from doorstroom_client import SecurityWarning
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._stopping import SignalledError
from doorstroom_client.cli._told_errors import guard
from doorstroom_client.errors import ConfigurationError

WITH_JSON = [(path, command) for path, command in LEAVES if any("--json" in item.opts for item in command.params)]
IDS = [" ".join(path) for path, _ in WITH_JSON]


def arguments(command: Any) -> list[str]:
    """Something for every argument and option that is required."""
    words = list[str]()
    for item in command.params:
        if item.required:
            value = "1" if item.metavar in ("ID", "NUMBER", "NUMMER") else "ja" if item.metavar == "ja|nee" else "x"
            words += [value] if item.param_type_name == "argument" else [item.opts[0], value]
    return words


def document(text: str) -> dict[str, Any]:
    """The one document on stdout."""
    found = json.loads(text)
    assert list(found)[:3] == ["error", "message", "hint"]
    return dict(found)


@pytest.mark.parametrize(("path", "command"), WITH_JSON, ids=IDS)
def test_wrong_usage_is_a_document(path: tuple[str, ...], command: Any, run: Run) -> None:
    told = run(*path, "--json", "--nonsense")
    found = document(told.stdout)
    assert (told.exit_code, found["exit_code"], found["error"]) == (64, 64, "UsageError")
    assert "--nonsense" in found["message"]
    assert found["hint"] == f"See: doorstroom {' '.join(path)} --help" or found["hint"].endswith(" --help")


@pytest.mark.parametrize(
    ("path", "command"), [item for item in WITH_JSON if any("--config" in each.opts for each in item[1].params)]
)
def test_settings_that_are_not_in_order_are_a_document(path: tuple[str, ...], command: Any, run: Run) -> None:
    Path("doorstroom.toml").write_text('auteurr = "x"\n')
    told = run(*path, *arguments(command), "--json")
    if path == ("config", "show"):
        assert told.exit_code == 0
        return
    found = document(told.stdout)
    assert found["message"]
    assert told.exit_code == found["exit_code"] != 0
    if found["exit_code"] == 78 and "problemen" in found:
        assert found["message"] == "4 settings are not in order"
        assert "Repair these in doorstroom.toml" in found["hint"]
        assert {item["line"] for item in found["problemen"]} == {None, 1}


class PanicError(BaseException):
    """As libraries in Rust raise it."""


def failing(error: BaseException) -> Any:
    def command() -> None:
        terminal.set_mode(as_json=True)
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "name", "message"),
    [
        (ConfigurationError("no such thing", hint="Do so"), 78, "ConfigurationError", "no such thing"),
        (KeyboardInterrupt(), 130, "Interrupted", "Interrupted"),
        (Abort(), 130, "Interrupted", "Interrupted"),
        (SignalledError("SIGTERM"), 75, "Stopped", "Stopped by SIGTERM"),
        (RuntimeError("geheim"), 70, "RuntimeError", "This is a bug in doorstroom_client: RuntimeError"),
        (PanicError("geheim"), 70, "PanicError", "This is a bug in doorstroom_client: PanicError"),
    ],
)
def test_whatever_ends_a_command(
    error: BaseException, code: int, name: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard(failing(error)) == code
    shown = capsys.readouterr()
    found = document(shown.out)
    assert (found["exit_code"], found["error"]) == (code, name)
    assert found["message"].partition(" at ")[0] == message
    assert found["hint"]
    assert message.partition(": ")[2] in shown.err  # a person reads it too
    assert "geheim" not in shown.out + shown.err


def test_a_command_that_has_written_its_document_writes_no_second_one(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        terminal.set_mode(as_json=True)
        terminal.emit_json({"done": 1})
        raise ConfigurationError("too late")

    assert guard(command) == 78
    assert json.loads(capsys.readouterr().out) == {"done": 1}


class OtherWarning(UserWarning):
    """Of some library."""


@pytest.mark.parametrize("category", [SecurityWarning, OtherWarning])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_warning_is_one_line_without_a_place_in_our_code(
    as_json: bool, category: type[Warning], capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        terminal.set_mode(as_json=as_json)
        with warnings.catch_warnings():
            warnings.simplefilter("always", OtherWarning)
            for _ in range(2):
                warnings.warn("the key can be\nread\x1b", category, stacklevel=1)
        terminal.warn("a file")

    assert guard(command) == 0
    first, second = capsys.readouterr().err.splitlines()
    if as_json:
        assert json.loads(first) == {"warning": category.__name__, "message": "the key can be read"}
        assert json.loads(second) == {"warning": "Warning", "message": "a file"}
    else:
        assert (first, second) == ("Warning: the key can be read", "Warning: a file")
