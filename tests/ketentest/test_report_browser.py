"""The page of a report in a real browser: it fits a telephone and A4, asks for nothing, and axe-core has nothing against it.

Needs Chromium. For axe-core name the folder that holds ``axe.min.js`` (of the npm package axe-core) in DOORSTROOM_AXE.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import ketentest_played as world
from support.browser import CHROMIUM, Browser, browser
from support.ketentest_played import rapport
from support.overview import HOSTILE

from doorstroom_client.ketentest.report import as_page

AXE = os.environ.get("DOORSTROOM_AXE")
SHA = "0123456789abcdef" * 4
PAGES: dict[str, Callable[[], bytes]] = {
    "elk oordeel": lambda: as_page(rapport(), SHA),
    "opengeslagen": lambda: as_page(rapport(), SHA).replace(b"<details>", b"<details open>"),
    "vreemd": lambda: as_page(world.hostile(" ".join(HOSTILE) + "lang" * 200), SHA).replace(b"<details>", b"<details open>"),
    "niets": lambda: as_page(rapport([]), SHA),
    "alles": lambda: as_page(rapport(list(world.many())), SHA),
}
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, make in PAGES.items():
        (folder / f"{name}.html").write_bytes(make())
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_leaves_the_page_and_it_fits_every_screen(name: str, tab: Browser, pages: dict[str, Path]) -> None:
    for width, mobile in ((1280, False), (390, True)):
        tab.size(width, 800, mobile=mobile)
        tab.open(pages[name])
        assert tab.requests() == [pages[name].resolve().as_uri()]
        assert tab.complaints() == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert tab.evaluate("getComputedStyle(document.querySelector('.kern')).fontWeight") == "600"  # the style sheet was taken
    assert tab.evaluate("document.querySelectorAll('script, img, iframe, link, form').length") == 0
    assert tab.paper().startswith(b"%PDF-")


def test_a_page_that_is_too_wide_would_be_noticed(tab: Browser, pages: dict[str, Path]) -> None:
    wider = pages["niets"].with_name("breder.html")
    wider.write_text(pages["niets"].read_text("utf-8").replace("Er is nog niets getest.", "lang" * 200), "utf-8")
    wider.write_text(wider.read_text("utf-8").replace("overflow-wrap: anywhere", "overflow-wrap: normal"), "utf-8")
    tab.size(390, 800, mobile=False)
    tab.open(wider)
    assert any("Content Security Policy" in text for text in tab.complaints()), "a changed style sheet is refused"
    assert not tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.skipif(not AXE, reason="DOORSTROOM_AXE names no folder with axe-core")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_has_nothing_against_it(name: str, width: int, tab: Browser, pages: dict[str, Path]) -> None:
    assert AXE
    tab.size(width, 800, mobile=width < 500)
    tab.open(pages[name])
    assert [(found["id"], found["nodes"][0]["html"]) for found in tab.axe(Path(AXE))] == []
