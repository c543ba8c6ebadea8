"""The glossary has every Dutch word of the public names, and explains what is met first."""

from __future__ import annotations

import importlib
import re

import pytest
from docs_blocks import ROOT

import doorstroom_client

TEXT = (ROOT / "docs/glossary.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\*\*.+?) \| (.+) \|$", TEXT, re.MULTILINE)
MODULES = (
    "readers",
    "overview",
    "season",
    "planning",
    "school_texts",
    "config",
    "transport",
    "receiving",
    "receiving.server",
    "simulator",
)
PUBLIC = {
    name
    for module in ("doorstroom_client", *(f"doorstroom_client.{module}" for module in MODULES))
    for name in importlib.import_module(module).__all__
}
ENGLISH = (
    "accept after api async auth bearer breach certificate chain ciphers client configuration connect context csv deadline "
    "earlier endpoint environ error event exceeded facts fault faults find inbound inbox is key kind limits load make many "
    "mandate namespace namespaces not empty operation oin outbox outcome peer phase policy problem protocol proxy purged "
    "queued read reason received redirect refused request response result retention retry rules said scope security serve "
    "server servers settings simulated sink state store stored stream timeouts tls token transport unavailable unexpected "
    "unknown validate variable warning whole wire workday workdays write wrong"
)
"""Words of public names that need no explanation. A new name has a Dutch word for the glossary, or an English one for here."""


def words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name) if len(word) > 2]


def is_told(word: str) -> bool:
    return re.search(rf"\b{word}|\b{re.sub('(en|[ens])$', '', word)}", TEXT.lower()) is not None


def test_every_word_of_a_public_name_is_english_or_in_the_glossary() -> None:
    assert {
        word: name for name in sorted(PUBLIC) for word in words(name) if word not in ENGLISH.split() and not is_told(word)
    } == {}


def test_a_word_that_nobody_explains_is_noticed() -> None:
    assert [word for word in words("Toetsafnamekwartaal") if not is_told(word)] == ["toetsafnamekwartaal"]


MET_FIRST = (
    "aanlevering advies afspraak auteur deelnemer geslacht groep leerling leerlingrapport leerlingresultaat leverancier "
    "mandaat melding ontvangst referentieniveau schooladvies schooljaar stamgroep terugweg toetsadvies toetssoort "
    "routeringskenmerk instellingscode vestigingscode onderwijsaanbiedercode onderwijslocatiecode administratienr "
    "uitleg keten bestuur brin oin las osr eck-id las-key adviezenlijst deelnemerslijst bericht uitkomst klaargezet "
    "bewaartermijn ketentest edexml vmbo havo vwo duo rio kennisnet pkioverheid edukoppeling heroverweging overzicht "
    "ontvangstmelding bsn profiel versie afname toetsscore onderdeel"
)


@pytest.mark.parametrize("word", MET_FIRST.split())
def test_what_is_met_first_has_a_row(word: str) -> None:
    assert [row for row, _ in ROWS if f"**{word}" in row.lower()] != []


def test_rows_stand_in_the_order_of_the_alphabet_and_each_once() -> None:
    first = [re.findall(r"\*\*(.+?)\*\*", row)[0].lower() for row, _ in ROWS]
    assert first == sorted(first)
    assert len(first) == len(set(first)) > 100


def test_names_that_the_glossary_gives_are_public() -> None:
    named = {name for _, said in ROWS for name in re.findall(r"`([A-Z][a-z]\w+)`", said)}
    assert len(named) > 80
    assert named <= PUBLIC, named - PUBLIC
    assert {"Afloop", "Retention", "ReceivedResult", "StoredResult"} <= named
    assert hasattr(doorstroom_client, "Afloop")
