"""The page of all scenarios of the chain test, of what they require, and of the faulty peers that show that they can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from doorstroom_client.ketentest.faulty import FAULTY
from doorstroom_client.ketentest.faulty.faulty_peer import NEXT_YEAR, THIS_YEAR, FaultyPeer, Pair
from doorstroom_client.ketentest.pupils import KLAS, REGISTERED
from doorstroom_client.ketentest.requirements import Eis
from doorstroom_client.ketentest.scenario import Rol, Scenario
from doorstroom_client.ketentest.scenarios import EISEN, REGISTER

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]
_MOST = 12
_ROLES: Mapping[Rol, str] = {
    Rol.VOORAF: "Vooraf: wat in orde moet zijn voordat er iemand getest wordt",
    Rol.TOETSSYSTEEM: "Toetssysteem: de server van een leverancier",
    Rol.TERUGWEG: "Terugweg: wat een leverancier aan resultaten stuurt",
    Rol.ONTVANGER: "Ontvanger: de server van een LAS",
    Rol.LAS: "LAS: wat een LAS verstuurt en ophaalt",
}
_INTRO = f"""# Scenario's en eisen van de ketentest

Wat `doorstroom ketentest` probeert, waar elk scenario op keurt en wat ervoor geregeld moet zijn; daarna de eisen met hun bron,
en de knoeiers waarmee is nagegaan dat elke keuring ook kan zakken. Alle leerlingen zijn bedacht.

Een eis **moet** of **hoort**: dan zakt een scenario dat er niet aan voldoet. Wat goed is om te **weten**, laat een scenario
nooit zakken. Hoe streng een eis is, kan per schooljaar verschillen; hieronder staan {THIS_YEAR} en {NEXT_YEAR}.
"""
_ARRANGED = """
Wat in de kolom *geregeld* staat, is een afspraak onder `[opstelling]` in `plan.toml`; ontbreekt zij, dan wordt het scenario
overgeslagen. Bij *leerlingen* staan die van [de klas](#de-klas); een scenario waar niemand staat, gebruikt eigen leerlingen.
"""
_FAULTY_INTRO = """
## Knoeiers

Elke knoeier is een partij van de keten op deze machine die één ding fout doet. Wat zij laat zakken, staat vast: de tests van
dit project mislukken als er een keuring is zonder knoeier, en ook als een knoeier iets anders laat zakken dan hier staat.
Speel er een:

```bash
doorstroom ketentest self --faulty supplier-report-for-any-school
```

In de laatste kolom staat wat door de fout niet meer kon, of alleen afwijkt.
"""


def scenarios_page(made: str, table: Table) -> str:
    """The text of ketentest-scenarios.md.

    Args:
        made: says that the page is made.
        table: makes a table.
    """
    scenarios = "".join(f"\n### {title}\n\n{_scenarios(rol, table)}" for rol, title in _ROLES.items())
    faulty = "".join(f"\n### {title}\n\n{_faulty(rol, table)}" for rol, title in _ROLES.items())
    pupils = ((item.label, item.why, item.groep, item.advies or "–") for item in KLAS.values())
    klas = table(("leerling", "bijzonder", "groep", "advies"), pupils)
    parts = (
        made,
        _INTRO,
        f"\n## Scenario's\n{_ARRANGED}",
        scenarios,
        f"\n## De klas\n\n{klas}",
        _eisen(table),
        _FAULTY_INTRO,
        faulty,
    )
    return "".join(parts)


def _scenarios(rol: Rol, table: Table) -> str:
    head = ("scenario", "wat", "keurt op", "geregeld", "leerlingen")
    return table(head, (_scenario(item) for item in REGISTER if item.rol is rol))


def _scenario(item: Scenario) -> tuple[str, ...]:
    eisen = "<br>".join(f"`{eis}` ({_level(EISEN[eis])})" for eis in item.eisen)
    needs = "<br>".join(f"`{need}`" for need in item.needs) or "–"
    pupils = "alle aangemelde" if set(item.pupils) >= set(REGISTERED) else ", ".join(item.pupils) or "–"
    return item.id, item.titel, eisen, needs, pupils


def _level(eis: Eis) -> str:
    this, later = eis.niveau_in(THIS_YEAR), eis.niveau_in(NEXT_YEAR)
    return this.value if this is later else f"{this.value}, vanaf {NEXT_YEAR} {later.value}"


def _eisen(table: Table) -> str:
    rows = (
        (f"`{item.id}`", _text(item), item.bron, *(item.niveau_in(year).value for year in (THIS_YEAR, NEXT_YEAR)))
        for item in EISEN
    )
    return f"\n## Eisen\n\n{table(('eis', 'wat vereist is', 'bron', THIS_YEAR, NEXT_YEAR), rows)}"


def _text(eis: Eis) -> str:
    return f"{eis.tekst} (niet getest: {eis.untested[0].lower()}{eis.untested[1:]})" if eis.untested else eis.tekst


def _faulty(rol: Rol, table: Table) -> str:
    return table(("knoeier", "wat er mis is", "laat zakken", "en verder"), (_peer(item) for item in FAULTY if item.rol is rol))


def _peer(peer: FaultyPeer) -> tuple[str, ...]:
    kills = peer.kills()
    years = "" if peer.years == (THIS_YEAR,) else f" ({' en '.join(peer.years)})"
    return f"`{peer.name}`", peer.wrong + years, _pairs(kills), _pairs(peer.declared() - kills)


def _pairs(pairs: set[Pair]) -> str:
    if len(pairs) > 2 * _MOST:
        return f"{len(pairs)} keuringen"
    return "<br>".join(_by_eis(pairs)) or "–"


def _by_eis(pairs: set[Pair]) -> Iterator[str]:
    for eis in (item.id for item in EISEN):
        here = sorted(scenario for scenario, of in pairs if of == eis)
        if here:
            yield f"`{eis}`: {', '.join(here)}"
