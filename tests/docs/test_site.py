"""The pages as a site and as files: one map, on which every page stands, and links that lead somewhere in both."""

from __future__ import annotations

import json
import re
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docs_blocks import PAGES, ROOT

DOCS = ROOT / "docs"
BESIDE = [ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")]
TEXTS = {path: path.read_text("utf-8") for path in [*PAGES, *BESIDE]}
IDS = [str(path.relative_to(ROOT)) for path in TEXTS]
INLINE = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
PLAIN_KEYS = {
    "site_name",
    "site_description",
    "docs_dir",
    "site_dir",
    "use_directory_urls",
    "theme",
    "plugins",
    "markdown_extensions",
    "validation",
    "nav",
}


@pytest.fixture(scope="module")
def site() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    found: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    return found


def in_nav(items: list[Any]) -> Iterator[str]:
    """Every page of the navigation, from top to bottom."""
    for item in items:
        for below in item.values():
            yield from in_nav(below) if isinstance(below, list) else [below]


def test_every_page_stands_once_in_the_navigation(site: dict[str, Any]) -> None:
    pages = list(in_nav(site["nav"]))
    assert len(pages) == len(set(pages))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert there - set(pages) == set(), "pages that mkdocs.yml does not name"
    assert set(pages) - there == set(), "pages that mkdocs.yml names and that are not there"
    assert list(pages)[:2] == ["index.md", "tutorial.md"]


def test_every_page_is_found_from_the_first_one() -> None:
    linked = set(targets(DOCS / "index.md")) | set(targets(DOCS / "reference/api.md"))
    assert [path for path in DOCS.rglob("*.md") if path.name != "index.md" and path not in linked] == []


def test_another_program_can_make_the_site_as_well(site: dict[str, Any]) -> None:
    assert set(site) <= PLAIN_KEYS
    assert site["plugins"] == ["search"]
    assert "custom_dir" not in site["theme"]
    assert site["theme"]["font"] is False, "letters are not fetched from elsewhere by whoever reads"


def prose(text: str) -> str:
    """A page without its code: there brackets are no links."""
    text = re.sub(r"^( *)(`{3,}).*?^\1\2`*$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "code", re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL), flags=re.DOTALL)


def links(path: Path) -> list[str]:
    return list(INLINE.findall(prose(TEXTS[path])))


def targets(path: Path) -> Iterator[Path]:
    """The files that a page links to."""
    yield from ((path.parent / target.partition("#")[0]).resolve() for target in links(path) if not is_outside(target))


def is_outside(target: str) -> bool:
    return target.startswith(("https://", "mailto:"))


def anchors(text: str) -> tuple[set[str], set[str]]:
    """The anchors of a page on GitHub, and on the site; a heading that comes back has another one in each."""
    fenced = re.sub(r"^( *)(`{3,}).*?^\1\2`*$", "", text, flags=re.MULTILINE | re.DOTALL)
    heads = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head) for head in re.findall(r"^#+ (.+)$", fenced, re.MULTILINE)]
    github = [re.sub(r"[^\w\- ]", "", head.strip().lower()).replace(" ", "-") for head in heads]
    ascii_only = [head.encode("ascii", "ignore").decode() for head in heads]
    site = [re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in ascii_only]
    return {name for name in github if github.count(name) == 1}, {name for name in site if site.count(name) == 1}


@pytest.mark.parametrize("path", TEXTS, ids=IDS)
def test_links_lead_somewhere_on_the_site_and_in_the_repository(path: Path) -> None:
    for target in links(path):
        if is_outside(target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.is_file(), f"{path.name} links to {target}"
        assert DOCS not in path.parents or DOCS in file.parents, f"{path.name} links to {target}, which is not on the site"
        if anchor:
            assert [anchor in found for found in anchors(file.read_text("utf-8"))] == [True, True], f"{path.name}: {target}"


@pytest.mark.parametrize("path", TEXTS, ids=IDS)
def test_a_page_has_no_link_of_a_form_that_is_not_looked_at(path: Path) -> None:
    text = prose(TEXTS[path])
    assert re.findall(r"^\[[^\]]+\]:\s.*|<a\s.*?>|<img\s.*?>|\]\[[^\]]*\]", text, re.MULTILINE) == []
    assert re.findall(r"http://(?!localhost|127\.)\S+", text) == []


@pytest.mark.parametrize("path", [path for path in TEXTS if DOCS in path.parents], ids=lambda path: path.stem)
def test_a_page_reads_alike_on_the_site_and_in_the_repository(path: Path) -> None:
    text = TEXTS[path]
    assert len(re.findall(r"^# ", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)) == 1
    assert text.count("\n```") % 2 == 0, "a block of code is not closed"
    plain = re.sub(r"^```.*?^```$", "code", text, flags=re.MULTILINE | re.DOTALL)
    glued = re.findall(r"^(?![-*|>#<\s]|\d+\.).+\n(?:- |\d+\. |\| ?-).*$", plain, re.MULTILINE)
    assert glued == [], "a list or table needs an empty line above it"
    assert re.findall(r"^- .*\n(?: {1,3}- .*)$", plain, re.MULTILINE) == [], "a list in a list needs four spaces"
    assert re.findall(r"\n\n {1,3}\S.*", plain) == [], "what belongs to an item of a list needs four spaces"


@pytest.mark.parametrize("path", TEXTS, ids=IDS)
def test_every_block_of_code_says_its_language_and_can_be_read_as_that(path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    for indent, lang, body in re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", TEXTS[path], re.MULTILINE | re.DOTALL):
        assert lang in {"bash", "ini", "json", "pyi", "python", "sh", "sql", "text", "toml", "yaml"}, body
        assert not (indent and lang == "python"), "it is not run there"
        plain = textwrap.dedent(body)
        read = {
            "json": json.loads,
            "yaml": yaml.safe_load,
            "toml": tomllib.loads,
            "ini": ConfigParser(strict=False).read_string,
        }
        read.get(lang, str)(plain)


def test_links_and_anchors_are_found() -> None:
    assert sum(map(len, map(links, TEXTS))) > 500
    assert INLINE.findall("[a](b.md) ![c](d.png) [`e` [f]](g.md#h)") == ["b.md", "d.png", "g.md#h"]
    github, site = anchors("# A\n\n## What — is `this`?\n\n## Twice\n\n## Twice\n\n## One two\n")
    assert (github, site) == ({"a", "what--is-this", "one-two"}, {"a", "what-is-this", "one-two"})


def loaded(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_of_links_that_lead_out_has_those_of_the_pages() -> None:
    found = loaded(ROOT / "tools/external_links.py").external()
    outside = {target for path in TEXTS for target in links(path) if target.startswith("https://")}
    assert outside <= set(found)
    assert len(outside) >= 4
    assert [address for address in found if "example" in address or not address.startswith("https://")] == []


@pytest.fixture
def build_hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What the build of the package does, without the program that builds."""
    for name in ("hatchling", "hatchling.metadata", "hatchling.metadata.plugin", "hatchling.metadata.plugin.interface"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(sys.modules["hatchling.metadata.plugin.interface"], "MetadataHookInterface", object, raising=False)
    return loaded(ROOT / "hatch_build.py")


def test_no_link_of_the_readme_leads_nowhere_on_a_package_index(build_hook: ModuleType) -> None:
    readme = TEXTS[ROOT / "README.md"]
    inside = [target for target in links(ROOT / "README.md") if not is_outside(target)]
    assert len(inside) > 20
    without = build_hook.for_the_index(readme, "")
    assert [target for target in INLINE.findall(without) if not is_outside(target)] == []
    assert "what may stand in the two files: csv files." in " ".join(without.lower().split())
    assert "A page in Dutch: at 18" in without and "png" not in without
    hook = build_hook.Readme()
    hook.root = str(ROOT)
    metadata: dict[str, Any] = {"urls": {build_hook.FILES: "https://host.example/files/"}}
    hook.update(metadata)
    made = INLINE.findall(metadata["readme"]["text"])
    expected = [f"https://host.example/files/{target}{'?raw=true' * target.endswith('.png')}" for target in inside]
    assert expected == [item for item in made if "host.example" in item]
    assert [item for item in made if not is_outside(item)] == []
