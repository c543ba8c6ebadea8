"""The page of a report: everything that is known stands on it, by word, and nothing from outside is more than text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import ketentest_played as world
from support.html_seen import Seen, check_harmless, check_policy
from support.ketentest_played import body_of, played, rapport, sent
from support.overview import HOSTILE

from doorstroom_client.ketentest.player import Taken
from doorstroom_client.ketentest.report import Rapport, as_page, summary
from doorstroom_client.ketentest.report.wording import VERDICTS
from doorstroom_client.ketentest.steps import Send
from doorstroom_client.ketentest.verdicts import Oordeel

SHA = "".join(f"{at:x}" * 4 for at in range(16))
ORDER = (
    "Het oordeel",
    "Wie nu iets moet doen",
    "De scenario's",
    "Keuringen en bewijs",
    "Wat niet is getest",
    "Wat de woorden betekenen",
    "Opruimlijst",
    "Ondertekening",
)


def page_of(found: Rapport) -> Seen:
    return Seen(as_page(found, SHA).decode())


def test_its_parts_stand_in_the_order_in_which_they_are_needed() -> None:
    page = as_page(rapport(), SHA).decode()
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", page) == [name.replace("'", "&#x27;") for name in ORDER]
    check_policy(page)
    seen = Seen(page)
    check_harmless(seen)
    assert page.index(summary(rapport()).split(";")[0][:20]) < page.index("Wie nu iets moet doen")


def test_what_is_known_stands_on_the_page() -> None:
    found, text = rapport(), page_of(rapport()).text
    assert summary(found) in text
    for value in (
        *world.HEAD.about.values(),
        "1 december 2026, 10:00 uur",
        "31 juli 2027",
        world.RUN,
        SHA,
        "sha256sum rapport.json",
    ):
        assert str(value) in text
    for beurt in found.beurten:
        assert beurt.text in text
        assert f"Blijkt uit {', '.join(beurt.scenarios)}." in text
    table = text.split("De scenario's")[1].split("Keuringen en bewijs")[0]
    for verslag in found.verslagen:
        word = VERDICTS[verslag.oordeel]
        assert f"{verslag.id} {verslag.titel} {word.mark} {word.naam}" in table, "a verdict is told by a mark and a word"
        assert verslag.why in text or verslag.oordeel is Oordeel.NVT
        for check in verslag.keuringen:
            assert f"{check.tekst}. Verwacht: {check.expected}. Gezien: {check.got}." in text
            assert f"Eis {check.eis} ({check.niveau.value}), {check.bron}; stap {check.evidence}." in text
    for message in found.messages:
        assert f"Bericht {message.number} , {message.richting.value}: {message.method} {message.path}?"[:-1] in text
        assert message.sha256 in text
        assert " ".join((message.body or "").split()) in text
    assert "geen antwoord na 30,000 s: de tijd was om" in text
    assert "er luistert niemand; er ging niets over de lijn" in text
    assert "gaat over een leerling die niet voor deze test is bedacht" in text
    assert "Sluit de aanmelding van school 99EE TS-405, TS-406 Niet van toepassing in dit schooljaar: TS-311." in text
    assert f"{world.UNTESTED.tekst}. {world.UNTESTED.untested}" in text
    for line in found.opruimlijst:
        assert all(value in text for _, value in line.identities)
    for word in VERDICTS.values():
        assert f"{word.mark} {word.naam} {word.betekenis}" in text


def test_a_version_that_nobody_gave_is_told() -> None:
    head = replace(world.HEAD, about={"host": "toets.example", "versie_leverancier": "", "contact": ""})
    text = page_of(rapport([], head)).text
    assert "Ketentest doorstroomtoets: toets.example" in text
    assert "Versie van het toetssysteem niet opgegeven" in text
    assert "Contact" not in text


def test_what_does_not_count_is_not_called_a_verdict() -> None:
    text = page_of(rapport([played("A", Oordeel.GESLAAGD, keuringen=(world.keuring(world.KNOWING, 1, 2),))])).text
    assert f"i goed om te weten . {world.KNOWING.tekst}. Verwacht: 2. Gezien: 1. Eis Q19 (weet)" in text
    assert "✗ gezakt" not in text.split("Wat de woorden betekenen")[0]
    assert "Niemand hoeft iets te doen." in text


def test_evidence_is_folded_and_nothing_else_is() -> None:
    page = as_page(rapport(), SHA).decode()
    assert "<details open" not in page
    outside = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert "deelnemerref" in page
    assert "deelnemerref" not in outside
    for check in (item for verslag in rapport().verslagen for item in verslag.keuringen):
        assert check.bron in outside


def test_two_people_sign_for_the_checksum_of_the_json() -> None:
    signing = page_of(rapport()).text.split("Ondertekening")[1]
    for word in (
        "Naam Organisatie Datum Handtekening",
        "Wie de test draaide",
        "Wie getest is",
        f"SHA-256 van rapport.json : {SHA}",
    ):
        assert word in signing


def test_nothing_played_is_not_told_as_passed() -> None:
    text = page_of(rapport([])).text
    assert "Er is nog niets getest." in text
    assert "Nog niets: de test moet nog beginnen." in text
    assert "er is niemand verstuurd" in text
    assert "geslaagd" not in text.split("Wat de woorden betekenen")[0]
    skipped = page_of(rapport([played("A", Oordeel.OVERGESLAGEN, why="Sluit de aanmelding", attempt=0)])).text
    assert "Er is nog niets getest: 1 scenario is overgeslagen." in skipped
    assert "Er is niets te herstellen." in skipped
    assert "Niemand hoeft" not in skipped


def test_a_long_message_is_cut_on_the_page_only() -> None:
    whole = body_of(*[f"TS-107-{at}" for at in range(500)])
    found = rapport([played("TS-107", Oordeel.GESLAAGD, taken=(sent(whole),))])
    text = page_of(found).text
    left = f"{len(whole) - 4000:,}".replace(",", ".")
    assert f"Nog {left} tekens; het hele bericht staat in rapport.json." in text
    assert found.messages[0].body == whole.decode()
    assert "500 leerlingen van losse scenario's" in text


def test_pupils_of_a_message_without_a_school_are_to_be_removed_too() -> None:
    one = Taken(Send(name="lijst", path="/registreren", body=body_of("K01")), world.reply(), world.at(1))
    text = page_of(rapport([played("TS-308", Oordeel.GEZAKT, taken=(one,))])).text
    assert "edu-to (geen), edu-from (geen) Leerlingen van de proefklas (1)" in text


def test_all_scenarios_of_a_whole_test() -> None:
    found = rapport(list(world.many()))
    seen = page_of(found)
    check_harmless(seen)
    table = seen.text.split("Keuringen en bewijs")[0]
    assert [item.id for item in found.verslagen if f"{item.id} {item.titel}" not in table] == []
    assert len(found.verslagen) == 125


@pytest.mark.parametrize("text", HOSTILE)
def test_what_comes_in_is_text(text: str) -> None:
    plain = page_of(world.hostile("gewoon"))
    seen = page_of(world.hostile(text))
    check_harmless(seen)
    assert seen.tags == plain.tags
    assert text in seen.text


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=30))
@example("\x00\ud800\u202e\ufeff")
@example("x" * 50_000)
def test_whatever_the_texts_the_page_is_sound(text: str) -> None:
    page = as_page(world.hostile(f"x{text}y"), SHA).decode()
    check_policy(page)
    check_harmless(Seen(page))
    assert not re.search("[\u202e\u2066\ufeff\x00]", page)


def test_the_reader_of_the_page_would_notice() -> None:
    page = as_page(rapport(), SHA).decode()
    for worse in (page.replace("<p>", "<p onclick='x'>", 1), page.replace("</main>", "<img src=x></main>")):
        with pytest.raises(AssertionError):
            check_harmless(Seen(worse))
    with pytest.raises(AssertionError):
        check_policy(page.replace("table {", "table  {", 1))
