"""The last parts of the page: what was skipped, what the words mean, which pupils to remove, and where to sign."""

from __future__ import annotations

from collections.abc import Sequence

from doorstroom_client.ketentest.pupils import KLAS
from doorstroom_client.ketentest.report.verslag import NietGetest, Opruimregel, Rapport
from doorstroom_client.ketentest.report.wording import NIVEAUS, STANDEN, VERDICTS, WHOSE, WHOSE_MORE
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.output.html import Html, Inhoud, element, joined, table
from doorstroom_client.output.words import aantal


def skipped(rapport: Rapport) -> Html | None:
    """What was not tested, with the sentence by which to ask for what it needs.

    Args:
        rapport: the run.
    """
    reasons: dict[str, list[str]] = {}
    for item in rapport.verslagen:
        if item.oordeel is Oordeel.OVERGESLAGEN:
            reasons.setdefault(item.why or "Er is geen reden genoteerd", []).append(item.id)
    beside = [item.id for item in rapport.verslagen if item.oordeel is Oordeel.NVT]
    if not reasons and not beside and not rapport.niet_getest:
        return None
    lines = [element("li", why, element("span", ", ".join(ids), class_="erbij")) for why, ids in reasons.items()]
    ask = "Dit ontbrak. Stuur de zin aan wie het kan regelen; daarna worden de scenario's alsnog gespeeld."
    return element(
        "section",
        element("h2", "Wat niet is getest", id="overgeslagen"),
        [element("p", ask), element("ul", lines, class_="beurten")] if lines else None,
        element("p", f"Niet van toepassing in dit schooljaar: {', '.join(beside)}.") if beside else None,
        _untested(rapport.niet_getest),
        aria_labelledby="overgeslagen",
    )


def _untested(found: Sequence[NietGetest]) -> Html | None:
    if not found:
        return None
    lines = [
        element("li", f"{item.tekst}. {item.why}.", element("span", f"Eis {item.eis}, {item.bron}.", class_="erbij"))
        for item in found
    ]
    return joined(element("h3", "Eisen die geen enkel scenario toetst"), element("ul", lines, class_="beurten"))


def legend() -> Html:
    """What the words mean."""
    words = [(f"{word.mark} {word.naam}", word.betekenis) for word in VERDICTS.values()]
    levels = [(niveau.value, text) for niveau, text in NIVEAUS.items()]
    parties = [(WHOSE[whose], WHOSE_MORE[whose]) for whose in WHOSE]
    parts: list[Inhoud] = []
    for title, pairs in (("Oordelen", words), ("Eisen", levels), ("Wie aan zet is", parties)):
        items = [joined(element("dt", name), element("dd", text)) for name, text in pairs]
        parts += [element("h3", title), element("dl", items)]
    more = (
        "Een scenario krijgt het zwaarste oordeel van zijn keuringen, en de hele test het zwaarste van zijn scenario's, "
        "in de volgorde die hier staat."
    )
    return element(
        "section", element("h2", "Wat de woorden betekenen", id="woorden"), element("p", more), parts, aria_labelledby="woorden"
    )


def cleanup(rapport: Rapport) -> Html:
    """Which test pupils to remove.

    Args:
        rapport: the run.
    """
    found = rapport.opruimlijst
    start = f"Elke LAS-key van deze test begint met kt-{rapport.head.run}-, en elk ECK-iD met https://ketenid.nl/pilot/."
    text = (
        "Een bericht kan niets verwijderen. Deze bedachte leerlingen staan nu misschien in het geteste systeem; verwijder ze "
        "als de test klaar is. “Misschien” wil zeggen dat er geen antwoord kwam op een bericht over die leerling."
    )
    schools = dict.fromkeys((item.edu_to, item.edu_from) for item in found)
    return element(
        "section",
        element("h2", "Opruimlijst", id="opruimlijst"),
        element("p", f"{text} {start}") if found else element("p", "Er is niets op te ruimen: er is niemand verstuurd."),
        [_of_school(pair, [item for item in found if (item.edu_to, item.edu_from) == pair]) for pair in schools],
        aria_labelledby="opruimlijst",
    )


def _of_school(school: tuple[str, str], found: Sequence[Opruimregel]) -> Html:
    """The pupils of one administration: the class, and folded those of single scenarios, who may be hundreds."""
    klas = sorted((item for item in found if item.label in KLAS), key=lambda item: item.label)
    others = [item for item in found if item.label not in KLAS]
    number = aantal(len(others))
    return joined(
        element("h3", f"edu-to {school[0] or '(geen)'}, edu-from {school[1] or '(geen)'}"),
        _pupils(f"Leerlingen van de proefklas ({len(klas)})", klas) if klas else None,
        element("p", f"Voor losse scenario's nog {number}; ook in ", element("code", "rapport.json"), " onder opruimlijst.")
        if others
        else None,
        element("details", element("summary", f"{number} van losse scenario's"), _pupils("Losse scenario's", others))
        if others
        else None,
    )


def _pupils(caption: str, found: Sequence[Opruimregel]) -> Html:
    heads = (("Leerling", "kort"), ("Naam", "wie"), ("Kenmerken", ""), ("Staat er", "staat"))
    rows = [(item.label, item.naam, _identities(item), STANDEN[item.stand]) for item in found]
    return table(caption, heads, rows, kind="opruimen")


def _identities(item: Opruimregel) -> list[Inhoud]:
    return [element("code", f"{kind} {value}", class_="kenmerk") for kind, value in item.identities]


def signatures(sha256: str) -> Html:
    """Room for two people to sign, and what they sign for.

    Args:
        sha256: of the JSON report.
    """
    heads = (("Partij", "partij"), ("Naam", ""), ("Organisatie", ""), ("Datum", "datum"), ("Handtekening", "inkt"))
    rows = [("Wie de test draaide", *[None] * 4), ("Wie getest is", *[None] * 4)]
    return element(
        "section",
        element("h2", "Ondertekening", id="ondertekening"),
        element(
            "p",
            "Wie hier tekent, heeft het rapport gelezen dat bij deze controlesom hoort. Bewaar ",
            element("code", "rapport.json"),
            " naast dit blad.",
        ),
        element("p", "SHA-256 van ", element("code", "rapport.json"), ": ", element("code", sha256)),
        element(
            "p",
            "Na te rekenen met ",
            element("code", "sha256sum rapport.json"),
            "; in Windows met ",
            element("code", "certutil -hashfile rapport.json SHA256"),
            ".",
        ),
        table("Twee handtekeningen", heads, rows, kind="handtekening"),
        class_="ondertekening",
        aria_labelledby="ondertekening",
    )
