"""The pages for schools in a real browser: nothing is asked for or refused, and axe-core has nothing against them.

Needs Chromium. For axe-core name the folder that holds ``axe.min.js`` (of the npm package axe-core) in DOORSTROOM_AXE.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import CHROMIUM, Browser, browser
from support.overview import HOSTILE, hostile, twee_scholen
from support.season import whole_pages

from doorstroom_client.overview.pagina import als_pagina

AXE = os.environ.get("DOORSTROOM_AXE")
PAGES = ("twee", "zonder", "vreemd", "seizoen", "scholen", "verzonden")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    overzichten = (twee_scholen(), twee_scholen(met_namen=False), hostile(" ".join(HOSTILE)))
    written = dict(zip(PAGES, map(als_pagina, overzichten), strict=False)) | whole_pages()
    for name, page in written.items():
        (folder / f"{name}.html").write_bytes(page)
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_leaves_the_page_and_it_fits_every_screen(name: str, tab: Browser, pages: dict[str, Path]) -> None:
    for width, mobile in ((1280, False), (768, False), (390, True), (320, True)):
        tab.size(width, 800, mobile=mobile)
        tab.open(pages[name])
        assert tab.requests() == [pages[name].resolve().as_uri()]
        assert tab.complaints() == []
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert tab.evaluate("document.styleSheets.length") == 1
    assert tab.evaluate("getComputedStyle(document.querySelector('.kern')).fontWeight") == "600"  # the style sheet was taken
    assert tab.evaluate("document.querySelectorAll('script, img, iframe, link, form').length") == 0
    assert tab.paper().startswith(b"%PDF-")


def test_a_request_and_a_refusal_would_be_noticed(tab: Browser, pages: dict[str, Path]) -> None:
    sound = pages["twee"].read_text("utf-8")
    other = pages["twee"].with_name("anders.html")
    other.write_text(sound.replace("</main>", '<img src="x.png" alt="x"><i style="color: red">x</i></main>'), "utf-8")
    tab.open(other)
    tab.evaluate("new Promise(done => setTimeout(done, 50))")
    assert any("img-src" in text or "default-src" in text for text in tab.complaints())
    other.write_text(
        sound.replace("Content-Security-Policy", "x").replace("</main>", '<img src="x.png" alt="x"></main>'), "utf-8"
    )
    tab.open(other)
    assert len(tab.requests()) == 2


@pytest.mark.skipif(not AXE, reason="DOORSTROOM_AXE names no folder with axe-core")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_has_nothing_against_it(name: str, width: int, tab: Browser, pages: dict[str, Path]) -> None:
    assert AXE
    tab.size(width, 800, mobile=width < 500)
    tab.open(pages[name])
    assert [(found["id"], found["nodes"][0]["html"]) for found in tab.axe(Path(AXE))] == []


@pytest.mark.skipif(not AXE, reason="DOORSTROOM_AXE names no folder with axe-core")
def test_axe_would_notice(tab: Browser, pages: dict[str, Path]) -> None:
    assert AXE
    worse = pages["twee"].with_name("slechter.html")
    worse.write_text(
        pages["twee"].read_text("utf-8").replace(' lang="nl"', "").replace("initial-scale=1", "user-scalable=no"), "utf-8"
    )
    tab.size(390, 800, mobile=True)
    tab.open(worse)
    assert {found["id"] for found in tab.axe(Path(AXE))} >= {"html-has-lang", "meta-viewport"}
