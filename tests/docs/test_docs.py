"""The documentation is true: its code runs, and it is complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from contextlib import nullcontext
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from typing import Any

import pytest
from docs_blocks import PAGES, ROOT, Block, blocks, check_output, run_page, suppliers_answer
from support.every_command import every_command

import doorstroom_client
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.messages.vocabulary import Schooladvies
from doorstroom_client.readers.advies_spelling import parse_advies
from doorstroom_client.readers.columns import ADVIEZEN, DEELNEMERS, column_of
from doorstroom_client.simulator import Keten

DOCS = ROOT / "docs"
ALL = {page: page.read_text("utf-8") for page in PAGES}
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
RUNNABLE = [page for page in PAGES if any(block.lang == "python" or block.mark in ("run", "shell") for block in blocks(page))]


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_on_a_page_runs(page: Path, keten: Keten) -> None:
    # README has no marks for what happens on the other side, so there the suppliers answer as under `doorstroom simulator`
    with keten.client() as client, suppliers_answer(keten) if page.name == "README.md" else nullcontext():
        names: dict[str, Any] = {"__name__": "docs", "keten": keten, "client": client}
        run_page(page, names)


def test_the_first_program_of_the_readme_reads_a_whole_class(keten: Keten, capfd: pytest.CaptureFixture[str]) -> None:
    code = next(block.body for block in blocks(ROOT / "README.md") if block.lang == "python")
    Path("first.py").write_text(code, "utf-8")
    with suppliers_answer(keten):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "first.py"], check=True, env=environment, timeout=60)
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "ICE 27"
    assert len(lines) == 28


def test_most_python_on_the_pages_is_executed() -> None:
    found = [block for page in PAGES for block in blocks(page) if block.lang == "python"]
    skipped = [block for block in found if block.mark == "compile" and " runs it" not in (block.detail or "")]
    assert len(found) >= 20
    assert len(skipped) <= 4, "a block that is compiled only can be wrong; run it where that is possible"
    assert all(block.detail for block in skipped), "say why a block is not executed"


def test_wrong_output_on_a_page_is_noticed() -> None:
    shown = Block(1, "output", "", "text", "27 pupils, request …\n")
    check_output(Path("page.md"), shown, "27 pupils,\nrequest 053674\n")
    with pytest.raises(AssertionError, match="really printed"):
        check_output(Path("page.md"), shown, "26 pupils, request 053674\n")


def test_a_failing_block_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nno_such_name\n```\n")
    with pytest.raises(NameError):
        run_page(page, {})
    page.write_text("<!-- raises: KeyError -->\n```python\nx = 1\n```\n")
    with pytest.raises(AssertionError, match="was not raised"):
        run_page(page, {})


def test_the_page_on_csv_says_what_the_reader_does() -> None:
    text = (DOCS / "reference/csv.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")]
    columns = {cells[0].strip("`"): cells[-1] for cells in rows if cells[0].strip("`").islower()}
    assert set(columns) == {*ADVIEZEN.used, *DEELNEMERS.used}
    for column, others in columns.items():
        assert column_of(column) == column
        assert all(column_of(name.strip()) == column for name in others.split(",") if name != "–"), column
    assert [cells[0].strip("`") for cells in rows if cells[0].strip("`").isupper()] == list(Schooladvies)
    for cells in rows:
        if cells[0].strip("`").isupper():
            code = cells[0].strip("`")
            assert {parse_advies(example, list(Schooladvies)) for example in cells[-1].split(", ")} == {code}
    spelled = re.findall(r"`([^`]+)`", text.split("for `TM`:")[1].split("are all understood")[0])
    assert [parse_advies(text, list(Schooladvies)) for text in spelled] == ["HAVO_TM_VWO", "HAVO_TM_VWO", "VMBO_GL/TL"]


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_toml_on_a_page_uses_settings_that_exist(page: Path, tmp_path: Path) -> None:
    known = {setting.name for setting in SETTINGS}
    for block in blocks(page):
        if block.lang != "toml":
            continue
        if "plan.toml" in block.body.splitlines()[0]:
            (tmp_path / "plan.toml").write_text(block.body, "utf-8")
            assert read_plan(tmp_path).rollen
            continue
        for name, value in tomllib.loads(block.body).items():
            sections = [(f"{name}[]", item) for item in value] if isinstance(value, list) else [(name, value)]
            for section, items in sections:
                used = {f"{section}.{key}" for key in items} if isinstance(items, dict) else {section}
                assert used <= known, f"{page.name}, line {block.line}"


def test_files_that_a_page_names_exist() -> None:
    for page, text in ALL.items():
        for name in re.findall(r"\b(?:examples|tools|tests|docs|doorstroom_client)/[\w./-]+\.(?:py|md|sh)\b", text):
            assert (ROOT / name).exists(), f"{page.name} names {name}"


def test_every_public_error_has_its_section() -> None:
    text = (DOCS / "errors.md").read_text("utf-8")
    heads = {head.split()[0].strip("`") for head in re.findall(r"^#{2,3} (.+)$", text, re.MULTILINE)}
    public = {
        name
        for name in doorstroom_client.__all__
        if isinstance(kind := getattr(doorstroom_client, name), type) and issubclass(kind, DoorstroomError)
    }
    assert public <= heads
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        assert "**Next step**" in part, part.splitlines()[0]


def test_every_public_name_is_mentioned() -> None:
    made = [DOCS / "reference/api.md", *(DOCS / "reference/api").glob("*.md")]  # these have them all by themselves
    together = "\n".join(text for page, text in ALL.items() if page not in made)
    missing = [name for name in doorstroom_client.__all__ if not re.search(rf"\b{name}\b", together)]
    assert not missing


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run([sys.executable, "tools/make_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_stale_page_is_noticed(tmp_path: Path) -> None:
    for name in ("doorstroom_client", "tools", "pyproject.toml"):
        if (ROOT / name).is_dir():
            copytree(ROOT / name, tmp_path / name, ignore=ignore_patterns("__pycache__"))
        else:
            copy(ROOT / name, tmp_path / name)
    (tmp_path / "docs/reference").mkdir(parents=True)
    for name in ("ketentest-report.md", "quirks.md"):
        copy(DOCS / "reference" / name, tmp_path / "docs/reference")
    page = tmp_path / "docs/architecture.md"
    before, tree, after = re.split(
        r"(?<=-->\n)\n(```text\n.*?\n```)\n\n(?=<!-- end)", ALL[DOCS / "architecture.md"], flags=re.DOTALL
    )
    page.write_text(before + after, "utf-8")

    def make(*options: str) -> subprocess.CompletedProcess[str]:
        # Bytecode is kept, in the copy: without it each run would compile the whole package once more.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
        command = [sys.executable, str(tmp_path / "tools/make_docs.py"), *options]
        return subprocess.run(command, capture_output=True, text=True, env=environment)

    assert make().returncode == 0
    assert tree in page.read_text("utf-8")
    for file in ("doorstroom_client/store/newer.py", "doorstroom_client/sending/later/__init__.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text('"""What is newer."""\n', "utf-8")
    stale = make("--check")
    assert stale.returncode == 1
    assert stale.stderr.startswith("not up to date: architecture.md;")
    assert make().returncode == 0
    assert len(re.findall(r"^ +(?:newer\.py|later/) +What is newer\.$", page.read_text("utf-8"), re.MULTILINE)) == 2
    assert page.read_text("utf-8").startswith(before)
    assert page.read_text("utf-8").endswith(after)
    schema = tmp_path / "doorstroom_client/ketentest/report/rapport.schema.json"
    schema.write_text(schema.read_text("utf-8").replace("Wat er geprobeerd is.", "Wat er is geprobeerd."), "utf-8")
    assert make("--check").stderr.startswith("not up to date: ketentest-report.md;")


def test_every_setting_is_on_the_page() -> None:
    text = (DOCS / "reference/settings.md").read_text("utf-8")
    assert [setting.name for setting in SETTINGS if f"| `{setting.key}` |" not in text] == []


def test_every_command_is_documented() -> None:
    together = "\n".join(ALL.values())
    assert [name for name in every_command() if name not in together] == []


def test_every_exit_code_is_documented() -> None:
    codes = pytest.importorskip("doorstroom_client.cli.exit_codes")
    text = (DOCS / "reference/commands.md").read_text("utf-8")
    assert [code for code, meaning in codes.MEANING.items() if f"| {code.value} | {meaning} |" not in text] == []


def test_commands_on_the_pages_exist_with_their_options() -> None:
    commands = every_command()
    for page in PAGES:
        for block in blocks(page):
            if block.lang not in ("bash", "sh"):
                continue
            for line in re.findall(r"(?:^|[ /])(doorstroom (?:[^\n#|&>]|\\\n)*)", block.body, re.MULTILINE):
                _check_command(line.replace("\\\n", " ").split(), commands, f"{page.name}: {line}")


def _check_command(words: list[str], commands: dict[str, Any], where: str) -> None:
    if words[1].startswith("--"):
        return
    name = next((name for size in (3, 2) if (name := " ".join(words[:size])) in commands), None)
    assert name, where
    known = {option for item in commands[name].params for option in (*item.opts, *item.secondary_opts)}
    used = {word.split("=")[0] for word in words if word.startswith("--")} - {"--help"}
    assert used <= known, where
