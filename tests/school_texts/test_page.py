"""The ready texts as a page and as data: the same words, with the names in them or left open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.browser import CHROMIUM, browser
from support.html_seen import Seen, check_harmless

from doorstroom_client import ConfigurationError
from doorstroom_client.school_texts import TEKSTEN, Invulling, als_pagina, find_tekst

NAMEN = Invulling(las_naam="MijnLAS", leverancier="Toetsbureau <Noord>")


def test_the_page_holds_every_text_whole_and_does_no_harm() -> None:
    seen = Seen(als_pagina(NAMEN).decode())
    check_harmless(seen)
    for naam, tekst in TEKSTEN.items():
        told = tekst.uitleg(NAMEN)
        for part in (naam, tekst.voor, told.kop, *told.alineas, *told.punten, *told.stappen):
            assert part in seen.text
    assert seen.tags["section"] == len(TEKSTEN)
    assert "{" not in seen.text


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_the_page_fits_every_screen(tmp_path: Path) -> None:
    file = tmp_path / "teksten.html"
    file.write_bytes(als_pagina(NAMEN))
    with browser() as tab:
        for width, mobile in ((1280, False), (390, True), (320, True)):
            tab.size(width, 800, mobile=mobile)
            tab.open(file)
            assert tab.requests() == [file.resolve().as_uri()]
            assert tab.complaints() == []
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_a_text_as_data_has_stable_keys_and_says_what_is_open() -> None:
    found = find_tekst("scherm-advies-verstuurd").as_dict(Invulling.open())
    assert list(found) == ["naam", "soort", "voor", "tekst", "kop", "alineas", "punten", "stappen", "plaatsen"]
    assert found["plaatsen"] == ["las_naam", "leverancier"]
    filled = found["tekst"].replace("{las_naam}", "MijnLAS").replace("{leverancier}", "Toetsbureau <Noord>")
    assert filled == find_tekst("scherm-advies-verstuurd").uitleg(NAMEN)


def test_every_text_is_on_the_page_of_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs/reference/texts.md").read_text("utf-8")
    assert re.findall(r"^\| `((?:scherm|mail|nieuwsbrief|fout)-[\w-]+)` \|", text, re.MULTILINE) == list(TEKSTEN)
    keys = text.split("## Keys")[1].split("##")[0]
    assert re.findall(r"^\| `(\w+)` \|", keys, re.MULTILINE) == list(find_tekst("fout-opslag").as_dict())


def test_a_name_that_is_nearly_right_is_asked_about() -> None:
    with pytest.raises(ConfigurationError, match='did you mean "fout-school-onbekend"') as caught:
        find_tekst("fout-school-onbeknd")
    assert "mail-mandaat-nakijken" in caught.value.hint
    with pytest.raises(ConfigurationError) as caught:
        find_tekst("zzz")
    assert "did you mean" not in str(caught.value)


def test_of_several_suppliers_none_is_named() -> None:
    assert Invulling.of("L", ["A"]).leverancier == "A"
    assert [Invulling.of("L", names).leverancier for names in ([], ["A", "B"])] == ["", ""]
