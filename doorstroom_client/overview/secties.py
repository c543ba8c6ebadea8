"""The parts of the page about one school, after its first screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from doorstroom_client.messages.values import moment_in_dutch
from doorstroom_client.messages.vocabulary import Toetsadvies
from doorstroom_client.output.html import Html, Inhoud, element, joined, table
from doorstroom_client.output.words import aantal, advies_naam, groepsnaam, schuif
from doorstroom_client.overview import woorden
from doorstroom_client.overview.gegevens import ONDERDELEN, Bezorgstand, Leerlingregel, SchoolOverzicht
from doorstroom_client.overview.rangorde import ADVIES_VOLGORDE, Oordeel, vergelijk, zonder_lwoo
from doorstroom_client.overview.woorden import BAK_VAN, HOOG, OPEN, ZELF

_ONBEKEND = "niet herkend"
_GEEN = "geen advies"


def heroverwegen(school: SchoolOverzicht) -> Html:
    """Who must be reconsidered, by group, with room to note the decision on paper."""
    found = school.met(Oordeel.HEROVERWEGEN)
    head = element("h3", woorden.teken(HOOG), " Heroverwegen: het toetsadvies is hoger", class_="hoog")
    if not found:
        return joined(
            head, element("p", "Bij geen enkele leerling met een resultaat is het toetsadvies hoger dan het schooladvies.")
        )
    heads = (
        ("Leerling", ""),
        ("Schooladvies", ""),
        ("Toetsadvies", ""),
        ("Verschil", ""),
        ("Besluit van de school", "besluit"),
    )
    tables = [
        table(
            f"{groepsnaam(groep)}: {aantal(len(members))}",
            heads,
            [
                (woorden.wie(item), woorden.advies(item), woorden.toetsadvies(item), _verschil(item), None)
                for item in sorted(members, key=lambda item: -(item.uitspraak.verschil or 99))
            ],
            kind="namen",
        )
        for groep, members in _by_group(school, found)
    ]
    return joined(head, tables)


def zelf_bekijken(school: SchoolOverzicht) -> Html | None:
    """Where somebody has to look, and why; also what is odd about a pupil whose verdict is clear."""
    found = [item for item in school.leerlingen if item.oordeel in ZELF.oordelen or item.opmerkingen]
    if not found:
        return None
    heads = (("Leerling", ""), ("Groep", ""), ("Schooladvies", ""), ("Toetsadvies", ""), ("Waarom", ""))
    rows: list[tuple[Inhoud, ...]] = []
    for item in found:
        why = [*([item.uitspraak.reden] if item.oordeel in ZELF.oordelen else []), *item.opmerkingen]
        rows.append((woorden.wie(item), item.groep, woorden.advies(item), woorden.toetsadvies(item), " ".join(why)))
    head = element("h3", woorden.teken(ZELF), " Zelf bekijken", class_="zelf")
    return joined(head, schuif(f"Zelf bekijken, {school.naam}", table(aantal(len(found)), heads, rows)))


def zonder_resultaat(school: SchoolOverzicht) -> Html:
    """Who has no result yet; without a list of pupils that can be told only of those with an advice."""
    found = school.met(Oordeel.GEEN_RESULTAAT)
    head = element("h3", woorden.teken(OPEN), " Nog geen resultaat", class_="open")
    if not school.met_lijst:
        known = "Zonder leerlingenlijst is alleen te zien of leerlingen met een schooladvies een resultaat hebben."
        head = joined(head, element("p", known, class_="klein"))
    if not found:
        everybody = "Van alle bekende leerlingen is een resultaat ontvangen."
        return joined(head, element("p", everybody if school.leerlingen else "Er zijn geen leerlingen bekend."))
    heads = (("Leerling", ""), ("Groep", ""), ("Schooladvies", ""))
    rows = [(woorden.wie(item), item.groep, woorden.advies(item)) for item in found]
    text = (
        "Een leerling kan de toets nog inhalen, ontheffing hebben of niet zijn aangemeld. Kijk in het toetssysteem, en leg "
        "verhindering of ontheffing vast in uw administratiesysteem."
    )
    return joined(head, element("p", text), table(aantal(len(found)), heads, rows))


def raster(school: SchoolOverzicht) -> Html:
    """Advice against toetsadvies, as a table that a screen reader can read too."""
    counts = Counter(
        (_row_of(item), _column_of(item)) for item in school.leerlingen if item.oordeel is not Oordeel.GEEN_RESULTAAT
    )
    columns = [*map(str, Toetsadvies), *([_ONBEKEND] if any(column == _ONBEKEND for _, column in counts) else [])]
    levels = [*map(str, ADVIES_VOLGORDE)]
    rows = [*(row for row in (_GEEN, _ONBEKEND) if any(found == row for found, _ in counts)), *levels]
    body = [
        element(
            "tr", element("th", advies_naam(row), scope="row"), [_cell(row, column, counts[row, column]) for column in columns]
        )
        for row in rows
    ]
    table = element(
        "table",
        element("caption", "Aantal leerlingen per schooladvies (rijen) en toetsadvies (kolommen)"),
        element(
            "thead",
            element("tr", element("th", "Schooladvies", scope="col"), [element("th", item, scope="col") for item in columns]),
        ),
        element("tbody", body),
    )
    explained = element(
        "p",
        woorden.teken(HOOG),
        " toetsadvies hoger: heroverwegen. ",
        woorden.teken(ZELF),
        " niet te vergelijken: zelf bekijken. Zonder teken: het advies blijft. Een advies met lwoo telt mee bij hetzelfde "
        "advies zonder lwoo. Leerlingen zonder resultaat staan er niet in.",
        class_="klein",
    )
    label = f"Schooladvies tegen toetsadvies, {school.naam}"
    head = element("h3", "Schooladvies en toetsadvies naast elkaar")
    return element("div", head, explained, schuif(label, table, "raster"), class_="heel")


def bezorging(school: SchoolOverzicht) -> Html:
    """What suppliers have and what they sent."""
    head = element("h3", "Uitwisseling met de toetsleverancier")
    parts: list[Html] = []
    if school.ontvangen:
        heads = (("Leverancier", ""), ("Toets", ""), ("Leerlingen met resultaat", "getal"), ("Laatste ontvangst", ""))
        rows = [(item.leverancier, item.toets, item.aantal, moment_in_dutch(item.laatst)) for item in school.ontvangen]
        parts.append(schuif(f"Ontvangen resultaten, {school.naam}", table("Ontvangen", heads, rows)))
    else:
        parts.append(element("p", "Er is nog geen enkel resultaat ontvangen."))
    if school.bezorgd:
        columns = (("Leverancier", ""), ("Wat", ""), ("Stand", ""))
        sent = [(item.leverancier, item.soort, [element("div", line) for line in _stand(item)]) for item in school.bezorgd]
        parts.append(schuif(f"Verzonden lijsten, {school.naam}", table("Verzonden", columns, sent)))
    else:
        parts.append(element("p", "Over verzonden lijsten is in dit overzicht niets bekend.", class_="klein"))
    return joined(head, parts)


def alle_leerlingen(school: SchoolOverzicht) -> Html:
    """Everybody, by group."""
    heads = (
        *(("Leerling", ""), ("Uitkomst", ""), ("Schooladvies", ""), ("Toetsadvies", ""), ("Score", "getal")),
        *((part.capitalize(), "") for part in ONDERDELEN),
    )
    tables = [
        schuif(
            f"Alle leerlingen, {groepsnaam(groep)}, {school.naam}",
            table(
                f"{groepsnaam(groep)}: {aantal(len(members))}",
                heads,
                [_whole(regel, several=len(item.regels) > 1) for item in members for regel in item.regels],
            ),
        )
        for groep, members in school.groepen.items()
    ]
    left_out = None
    if school.buiten_beeld:
        groups = ", ".join(f"{name or 'zonder groep'} ({count})" for name, count in school.buiten_beeld.items())
        text = f"Niet getoond zijn groepen waarin niemand een advies of resultaat heeft: {groups}."
        left_out = element("p", text, class_="klein")
    return joined(element("h3", "Alle leerlingen"), tables, left_out)


def _by_group(school: SchoolOverzicht, chosen: tuple[Leerlingregel, ...]) -> Iterator[tuple[str, list[Leerlingregel]]]:
    for groep in school.groepen:
        members = [item for item in chosen if item.groep == groep]
        if members:
            yield groep, members


def _verschil(item: Leerlingregel) -> str:
    return item.uitspraak.reden.removeprefix("Het toetsadvies is ").removesuffix(".")


def _row_of(item: Leerlingregel) -> str:
    return str(zonder_lwoo(item.advies) or _ONBEKEND) if item.advies else _GEEN


def _column_of(item: Leerlingregel) -> str:
    return str(item.toetsadvies or _ONBEKEND)


def _cell(row: str, column: str, count: int) -> Html:
    category = Toetsadvies(column) if column != _ONBEKEND else None
    bak = BAK_VAN[vergelijk(None if row == _GEEN else row, category, column).oordeel]
    if not count:
        return element("td", class_=bak.soort)
    mark = (
        joined(" ", woorden.teken(bak), element("span", f" {bak.naam}", class_="alleen-voorlezen"))
        if bak in (HOOG, ZELF)
        else None
    )
    return element("td", count, mark, class_=f"{bak.soort} gevuld")


def _stand(item: Bezorgstand) -> Iterator[str]:
    if item.aangenomen is not None and item.open is not None:
        whole = item.aangenomen + item.open
        yield f"{item.aangenomen} van {whole} in uw huidige lijst zijn aangenomen of onderweg" + (
            f"; {item.open} nog te versturen" if item.open else ""
        )
    for count, text in (
        (item.onderweg, "wacht op verzending"),
        (item.vastgehouden, "vastgehouden: er moet eerst iets worden hersteld"),
        (item.geparkeerd, "wordt niet meer verstuurd: geef een nieuwe lijst"),
        (item.onbekend, "niet bekend in het toetssysteem: meld deze leerlingen daar aan"),
    ):
        if count:
            yield f"{aantal(count)} {text}"
    if item.laatst is not None:
        yield f"Laatst bezorgd: lijst van {moment_in_dutch(item.laatst)}"


def _whole(item: Leerlingregel, *, several: bool) -> tuple[Inhoud, ...]:
    bak = BAK_VAN[item.oordeel]
    levels = [item.referentieniveaus.get(part) for part in ONDERDELEN]
    whose = element("span", f"resultaat van {item.leverancier}", class_="sleutel") if several else None
    return (
        joined(woorden.wie(item), whose),
        element("span", woorden.teken(bak), " ", bak.naam.lower(), class_=f"{bak.soort} vast"),
        woorden.advies(item),
        woorden.toetsadvies(item),
        "" if item.toetsscore is None else item.toetsscore,
        *("" if level is None else woorden.niveau(level) for level in levels),
    )
