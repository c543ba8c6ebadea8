"""Every command is explained."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from support.command_line import ALL, LEAVES, ROOT, Run
from typer.testing import CliRunner

from doorstroom_client import cli
from doorstroom_client.cli._app import app
from doorstroom_client.cli.exit_codes import MEANING
from doorstroom_client.messages.vocabulary import Schooladvies


def test_all_commands_are_there() -> None:
    assert {" ".join(path) for path, _ in LEAVES} == {
        "afspraak compare",
        "demo",
        "simulator",
        "serve",
        "ketentest self",
        "ketentest preflight",
        "ketentest new",
        "ketentest invite",
        "ketentest postpone",
        "ketentest ready",
        "ketentest cleanup",
        "ketentest run",
        "ketentest report",
        "ketentest ask",
        "ketentest answer",
        "ketentest compare",
        "ketentest supplier",
        "ketentest receiver",
        "ketentest play",
        "ketentest certificates",
        "certificaat show",
        "certificaat split",
        "config check",
        "config show",
        "config init",
        "config schema",
        "mandaat check",
        "osr check",
        "leverancier check",
        "osr register-endpoint",
        "bestand check",
        "deelnemers send",
        "deelnemers send-many",
        "adviezen send",
        "adviezen send-many",
        "outbox deliver",
        "outbox status",
        "outbox retry",
        "outbox park",
        "outbox drop",
        "store status",
        "store purge",
        "store backup",
        "health",
        "resultaten list",
        "resultaten export",
        "rapporten fetch",
        "overzicht",
        "planning",
        "teksten list",
        "teksten show",
        "teksten page",
        "seizoen",
    }


@pytest.mark.parametrize(("path", "command"), ALL, ids=lambda item: " ".join(item) if isinstance(item, tuple) else "")
def test_every_command_and_option_has_help(path: tuple[str, ...], command: Any, run: Run) -> None:
    assert command.help
    for parameter in command.params:
        assert parameter.help, parameter.name
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.stdout.strip()


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=lambda item: " ".join(item) if isinstance(item, tuple) else "")
def test_every_command_has_an_example(path: tuple[str, ...], command: Any) -> None:
    assert f"doorstroom {' '.join(path)}" in command.help


def test_help_names_every_exit_code(run: Run) -> None:
    shown = run("--help").stdout
    for code, meaning in MEANING.items():
        assert f"{code.value}  {meaning}" in shown


def test_help_lists_every_advice_code(run: Run) -> None:
    shown = run("adviezen", "send", "--help").stdout.split()
    assert [code for code in Schooladvies if code not in shown] == []


def test_version(run: Run) -> None:
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, "doorstroom 0.2.0\n")


@pytest.mark.parametrize("args", [(), ("resultaten",), ("nonsense",), ("adviezen", "send"), ("demo", "--nonsense")])
def test_wrong_usage(args: tuple[str, ...], run: Run) -> None:
    assert run(*args).exit_code == 64


def test_without_the_extra_it_says_how_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    usual = builtins.__import__

    def without_typer(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "typer":
            raise ModuleNotFoundError("No module named 'typer'", name="typer")
        return usual(name, *rest, **more)

    for name in [name for name in sys.modules if name.startswith("doorstroom_client.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without_typer)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 78
    assert 'pip install "doorstroom_client[cli]"' in capsys.readouterr().err


@pytest.mark.parametrize("file", sorted((ROOT / "examples/cron").iterdir()), ids=lambda path: path.name)
def test_the_commands_in_the_examples_for_cron_exist(file: Path) -> None:
    options = {path: {name for item in command.params for name in item.opts} for path, command in LEAVES}
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith(("#", "Description="))]
    typed = [part for line in lines for part in re.findall(r"(?<![\w.-])doorstroom ([^;]+)", line)]
    assert typed or file.suffix not in (".service", "")
    for words in map(str.split, typed):
        path = next(path for path in options if list(path) == words[: len(path)])
        assert {word for word in words if word.startswith("--")} <= options[path]


def shown(path: tuple[str, ...], run: Run) -> str:
    """The help of a command without the lines of its boxes, in one line."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", run(*path, "--help").stdout).split())


ids = [" ".join(path) for path, _ in ALL]


@pytest.mark.parametrize(("path", "command"), ALL, ids=ids)
def test_what_stands_between_brackets_is_shown(path: tuple[str, ...], command: Any, run: Run, wide: None) -> None:
    """Typer reads help as markup, in which a section of the settings is a style."""
    seen = shown(path, run).replace(" ", "")
    written = [command.help, command.epilog, *(item.help for item in command.params)]
    for text in filter(None, written):
        for part in re.findall(r"\[+[^\[\]]*\]+", text.replace("\\[", "[")):
            assert re.sub(r"\s", "", part) in seen, part


def test_brackets_are_there_to_be_lost(run: Run, wide: None) -> None:
    assert "as under [[scholen]]." in shown(("config", "init"), run)


@pytest.mark.parametrize(("path", "command"), ALL, ids=ids)
def test_no_type_is_shown_that_says_nothing(path: tuple[str, ...], command: Any, run: Run, wide: None) -> None:
    assert re.findall(r"<[a-z| ]+>", shown(path, run)) == []
    for item in (item for item in command.params if "completion" not in item.name):  # those are made later
        assert item.metavar is not None, item.name
        assert item.is_flag == (item.metavar == "") if item.param_type_name == "option" else item.metavar


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_what_can_be_typed(shell: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv("_DOORSTROOM_COMPLETE", f"complete_{shell}")
    for typed, found in (("doorstroom conf", "config"), ("doorstroom config init --sch", "--schema")):
        words = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" ")), "_TYPER_COMPLETE_ARGS": typed}
        for name, value in {**words, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}.items():
            monkeypatch.setenv(name, value)
        told = CliRunner().invoke(app, [], prog_name="doorstroom")
        assert told.exit_code == 0
        assert found in told.stdout


def test_the_script_for_the_shell_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    for shell in ("bash", "zsh", "fish"):
        told = CliRunner().invoke(app, ["--show-completion", shell], prog_name="doorstroom")
        assert told.exit_code == 0
        assert "_DOORSTROOM_COMPLETE" in told.stdout


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which nothing is broken up."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("TERMINAL_WIDTH", "300")
