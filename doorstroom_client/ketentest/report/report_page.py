"""A report as a page that both parties read, print and sign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from doorstroom_client.ketentest.report.report_evidence import evidence
from doorstroom_client.ketentest.report.report_style import CSS
from doorstroom_client.ketentest.report.sections import cleanup, legend, signatures, skipped
from doorstroom_client.ketentest.report.verslag import Beurt, Keurregel, Rapport, Verslag
from doorstroom_client.ketentest.report.wording import ROLES, VERDICTS, WHOSE, WHOSE_MORE, about, check_word, summary
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.values import as_moment, in_dutch, moment_in_dutch
from doorstroom_client.output.html import Html, Inhoud, element, joined, table
from doorstroom_client.output.html_page import whole_page

_PRIVACY = (
    "Alle leerlingen in dit rapport zijn bedacht. Gegevens van anderen zijn er niet in bewaard. De pagina haalt niets op "
    "van internet en verstuurt niets."
)


def as_page(rapport: Rapport, sha256: str) -> bytes:
    """The report as one HTML file.

    Args:
        rapport: the run.
        sha256: of the JSON report that belongs to it, as 64 digits.
    """
    main = [
        _first_screen(rapport),
        _turns(rapport.beurten, rapport),
        _overview(rapport),
        _checks(rapport),
        skipped(rapport),
        legend(),
        cleanup(rapport),
        signatures(sha256),
    ]
    under = element("p", f"Schooljaar {rapport.head.schooljaar}, test {rapport.head.run}.", class_="klein")
    title = f"Ketentest doorstroomtoets: {_name(rapport)}"
    return whole_page(title, CSS, under=under, main=main, foot=element("p", _PRIVACY, class_="klein"))


def _name(rapport: Rapport) -> str:
    given = rapport.head.about
    return str(given.get("leverancier") or given.get("las") or given.get("host") or rapport.head.toetssoort)


def _verdict(oordeel: Oordeel) -> Html:
    """A verdict by its mark and its word."""
    word = VERDICTS[oordeel]
    return _told(word.mark, word.naam, word.soort)


def _told(mark: str, word: str, kind: str) -> Html:
    return element("span", element("span", mark, class_="teken", aria_hidden="true"), f" {word}", class_=f"oordeel {kind}")


def _first_screen(rapport: Rapport) -> Html:
    cards = [
        element(
            "li",
            element("b", count),
            element("span", VERDICTS[oordeel].mark, class_="teken", aria_hidden="true"),
            f" {VERDICTS[oordeel].naam}",
            class_=VERDICTS[oordeel].soort,
        )
        for oordeel, count in rapport.counts.items()
        if count
    ]
    facts = [joined(element("dt", name), element("dd", value)) for name, value in _facts(rapport)]
    return element(
        "section",
        element("h2", "Het oordeel", id="kern", class_="alleen-voorlezen"),
        element("p", summary(rapport), class_="kern"),
        element("ul", cards, class_="tellers") if cards else None,
        element("dl", facts, class_="feiten"),
        aria_labelledby="kern",
    )


def _facts(rapport: Rapport) -> list[tuple[str, Inhoud]]:
    head = rapport.head
    return [
        *about(head.about),
        ("Afspraak", f"versie {head.versie}, schooljaar {head.schooljaar}, toetssoort {head.toetssoort}"),
        ("Begonnen", _moment(head.began)),
        ("Stand van", _moment(rapport.as_of) if rapport.as_of else "er is nog niets gespeeld"),
        ("Telt tot en met", _counts_until(rapport.counts_until)),
        ("Gemaakt met", rapport.program),
    ]


def _counts_until(day: dt.date | None) -> str:
    until = in_dutch(day) if day else "het eind van het schooljaar"
    return f"{until}, zolang beide systemen de versie hebben waarmee getest is; een nieuwe versie wordt opnieuw getest"


def _moment(text: str) -> str:
    found = as_moment(text)
    return moment_in_dutch(found) if found else text


def _turns(beurten: Sequence[Beurt], rapport: Rapport) -> Html:
    groups = [(whose, [item for item in beurten if item.whose is whose]) for whose in Whose]
    nothing = "Niemand hoeft iets te doen."
    if rapport.counts[Oordeel.OVERGESLAGEN]:
        nothing = "Er is niets te herstellen. Wat nog niet getest kon worden, staat onder “Wat niet is getest”."
    if not rapport.verslagen:
        nothing = "Nog niets: de test moet nog beginnen."
    return element(
        "section",
        element("h2", "Wie nu iets moet doen", id="beurten"),
        [_group(whose, found) for whose, found in groups if found] or element("p", nothing),
        aria_labelledby="beurten",
    )


def _group(whose: Whose, found: Sequence[Beurt]) -> Html:
    lines = [
        element(
            "li",
            _verdict(item.oordeel),
            ". ",
            item.text,
            element("span", _about_turn(item), class_="erbij"),
        )
        for item in found
    ]
    return joined(
        element("h3", f"{WHOSE[whose]} ({len(found)})"),
        element("p", WHOSE_MORE[whose], class_="klein"),
        element("ul", lines, class_="beurten"),
    )


def _about_turn(item: Beurt) -> str:
    where = f"Eis {item.eis}, {item.bron}. " if item.eis else ""
    return f"{where}Blijkt uit {', '.join(item.scenarios)}."


def _overview(rapport: Rapport) -> Html:
    return element(
        "section",
        element("h2", "De scenario's", id="scenarios"),
        [_of_role(rapport, rol) for rol in rapport.roles] or element("p", "Er zijn geen scenario's."),
        aria_labelledby="scenarios",
    )


def _of_role(rapport: Rapport, rol: Rol) -> Html:
    rows = [
        (
            element("a", item.id, href=f"#{_anchor(at)}") if _has_block(item) else item.id,
            item.titel,
            [_verdict(item.oordeel), element("span", WHOSE[item.whose], class_="erbij") if item.whose else None],
        )
        for at, item in enumerate(rapport.verslagen)
        if item.rol is rol
    ]
    heads = (("Scenario", "id"), ("Wat is geprobeerd", ""), ("Oordeel, aan zet", "vonnis"))
    caption = element("span", f"Scenario's van {rol.value}", class_="alleen-voorlezen")
    return joined(element("h3", f"{ROLES[rol]} ({len(rows)})"), table(caption, heads, rows, kind="scenarios"))


def _anchor(at: int) -> str:
    return f"scenario-{at + 1}"


def _has_block(item: Verslag) -> bool:
    """Whether there is more to tell than that it was not played."""
    return bool(item.keuringen or item.stappen) or item.oordeel is Oordeel.FOUT


def _checks(rapport: Rapport) -> Html | None:
    blocks = [
        joined(
            element("h3", ROLES[rol]),
            [
                _block(item, _anchor(at), rapport)
                for at, item in enumerate(rapport.verslagen)
                if item.rol is rol and _has_block(item)
            ],
        )
        for rol in rapport.roles
        if any(item.rol is rol and _has_block(item) for item in rapport.verslagen)
    ]
    if not blocks:
        return None
    return element(
        "section",
        element("h2", "Keuringen en bewijs", id="keuringen"),
        blocks,
        class_="nieuw",
        aria_labelledby="keuringen",
    )


def _block(item: Verslag, anchor: str, rapport: Rapport) -> Html:
    told = "; ".join(filter(None, (item.alarm and f"Alarm: {item.alarm}", item.why)))
    why = told if told.endswith((".", "?", "!")) or not told else f"{told}."
    until = f"Uiterlijk {moment_in_dutch(item.until)}." if item.until else ""
    attempt = f"Poging {item.attempt}." if item.attempt > 1 else ""
    more = " ".join(filter(None, (why, until, attempt)))
    checks = [element("li", _check(found)) for found in item.keuringen]
    return element(
        "div",
        element("h4", _verdict(item.oordeel), f"{item.id} {item.titel}", id=anchor),
        element("p", more) if more else None,
        element("ul", checks, class_="keuringen") if checks else element("p", "Er is niets gekeurd.", class_="klein"),
        evidence(item, rapport.messages),
        class_="blok",
    )


def _check(item: Keurregel) -> Html:
    passed = item.oordeel is Oordeel.GESLAAGD or not item.counts
    whose = "" if passed else f" Aan zet: {WHOSE[item.whose][:1].lower()}{WHOSE[item.whose][1:]}."
    step = f"; stap {item.evidence}" if item.evidence else ""
    return joined(
        _verdict(item.oordeel) if item.counts else _told("i", check_word(item), "rest"),
        f". {item.tekst or item.eis}.",
        element(
            "span",
            f"Verwacht: {item.expected}. Gezien: {item.got}.{whose} Eis {item.eis} ({item.niveau.value}), {item.bron}{step}.",
            class_="erbij",
        ),
    )
