"""The made and written pages of the reference are complete: commands, exit codes, codes of errors, and quirks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from docs_blocks import ROOT
from support.every_command import every_command

import doorstroom_client
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.transport.tls_faults import VERIFY_CODES

REFERENCE = ROOT / "docs/reference"
OPTIONS = (REFERENCE / "command-options.md").read_text("utf-8")
COMMANDS = (REFERENCE / "commands.md").read_text("utf-8")
ERRORS = (ROOT / "docs/errors.md").read_text("utf-8")
QUIRKS = (REFERENCE / "quirks.md").read_text("utf-8")


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    return every_command()


def section(name: str) -> str:
    found = re.search(rf"^## `{re.escape(name)}`\n(.*?)(?=^## |\Z)", OPTIONS, re.MULTILINE | re.DOTALL)
    assert found is not None, f"{name} has no section"
    return found[1]


def test_every_command_has_its_section_and_a_line_in_the_table(commands: dict[str, Any]) -> None:
    assert set(re.findall(r"^## `([^`]+)`", OPTIONS, re.MULTILINE)) == set(commands)
    assert [name for name in commands if f"(command-options.md#{name.replace(' ', '-')})" not in COMMANDS] == []


def test_every_argument_option_and_default_is_told(commands: dict[str, Any]) -> None:
    for name, command in commands.items():
        text = section(name)
        assert (command.help or "").split("\n\n")[0] in text.replace("\\", "")
        for item in command.params:
            if item.name == "help" or getattr(item, "hidden", False):
                continue
            for option in (
                [*item.opts, *item.secondary_opts] if item.param_type_name == "option" else [item.metavar or item.name.upper()]
            ):
                row = re.search(rf"^\| .*`\[?{re.escape(option)}[` \].].*$", text, re.MULTILINE)
                assert row is not None, f"{name} {option}"
                assert item.help, f"{name} {option} says nothing of itself"
                told = row[0].replace("\\", "")
                assert " ".join(item.help.replace("\\", "").split()) in told, f"{name} {option}"
                assert not item.default or isinstance(item.default, bool | list) or f"`{_plain(item.default)}`" in told


def _plain(default: object) -> str:
    value = getattr(default, "value", default)
    return value.as_posix() if isinstance(value, Path) else str(value)


def test_no_word_of_a_help_is_taken_for_markup(commands: dict[str, Any]) -> None:
    markup = pytest.importorskip("rich.text").Text.from_markup
    for name, command in commands.items():
        for text in [command.help or "", *(item.help or "" for item in command.params if item.name != "help")]:
            assert markup(text).plain.replace("\b", "") == text.replace("\\[", "[").replace("\b", ""), name


def test_every_exit_code_is_told_with_the_errors_that_lead_to_it() -> None:
    codes = pytest.importorskip("doorstroom_client.cli.exit_codes")
    table = OPTIONS.split("## Exit codes")[1]
    for code, meaning in codes.MEANING.items():
        assert f"| {code.value} | {meaning} |" in table
        assert f"| {code.value} | {meaning} |" in COMMANDS
    leaves = {
        kind.__name__
        for name in doorstroom_client.__all__
        if isinstance(kind := getattr(doorstroom_client, name), type) and issubclass(kind, DoorstroomError)
        if not any(
            base is not kind and issubclass(base, kind)
            for base in map(doorstroom_client.__dict__.get, doorstroom_client.__all__)
            if isinstance(base, type)
        )
    }
    assert set(re.findall(r"\[`(\w+)`\]", table)) == leaves


def test_every_code_of_a_tls_error_is_told() -> None:
    told = ERRORS.split("### TlsError")[1].split("###")[0]
    cause = set(re.findall(r"`([a-z_]+)`", told.split("`code` says which:")[1].split("Ours may")[0]))
    assert cause == {*VERIFY_CODES.values(), "own_certificate", "handshake"}


def test_every_error_of_the_tree_stands_in_it() -> None:
    tree = ERRORS.split("```text")[1].split("```")[0]
    public = [getattr(doorstroom_client, name) for name in doorstroom_client.__all__]
    named = {kind.__name__ for kind in public if isinstance(kind, type) and issubclass(kind, DoorstroomError)}
    assert set(re.findall(r"\b[A-Z]\w+[a-z]\b", tree)) & named == named


def test_every_quirk_has_its_section_and_every_number_leads_to_one() -> None:
    assert [int(number) for number in re.findall(r"^## Q(\d+): ", QUIRKS, re.MULTILINE)] == list(range(1, 45))
    sections = re.split(r"^## Q", QUIRKS, flags=re.MULTILINE)[1:]
    assert [text for text in sections if "\n\n**Here**: " not in text] == []
    linked = set(
        re.findall(
            r"\[Q(\d+)\]\(\.\./quirks\.md#q\1-", "".join(path.read_text("utf-8") for path in (REFERENCE / "api").glob("*.md"))
        )
    )
    assert {"1", "22", "40"} <= linked


@pytest.mark.parametrize("path", sorted((REFERENCE / "api").glob("*.md")), ids=lambda path: path.stem)
def test_no_number_of_a_quirk_or_promise_leads_nowhere(path: Path) -> None:
    text = re.sub(r"\[Q\d+\]\(\.\./quirks\.md#q\d+-[\w-]+\)", "", path.read_text("utf-8"))
    assert re.findall(r"\bQ\d+\b|\bpromises? [A-Z]\d\b", text) == []


def test_every_file_that_the_quirks_name_is_there() -> None:
    named = set(re.findall(r"`((?:\w+/)+\w+\.py|\w+\.py)`", QUIRKS))
    assert len(named) > 20
    assert [name for name in named if not (ROOT / "doorstroom_client" / name).is_file()] == []


def test_the_page_of_commands_shows_brackets_as_they_are_written() -> None:
    page = (REFERENCE / "command-options.md").read_text("utf-8")
    assert "as under [[scholen]]" in page
    assert re.findall(r"\\+\[|[\x00-\x09\x0b-\x1f]", page) == []
