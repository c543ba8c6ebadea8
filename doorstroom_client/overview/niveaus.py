"""Reference levels of a school against the ambitions: how many pupils reach 1F, and how many the target level 1S or 2F."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import Referentieniveau
from doorstroom_client.output.html import Html, element, joined, table
from doorstroom_client.output.words import aantal, groepsnaam, schuif
from doorstroom_client.overview.figuren import legenda, stapel
from doorstroom_client.overview.gegevens import ONDERDELEN, Leerlingregel, SchoolOverzicht
from doorstroom_client.overview.woorden import procent

_STREEF = (Referentieniveau.S1, Referentieniveau.F2)
_NAMEN = {"LEZEN": "Lezen", "TAALVERZORGING": "Taalverzorging", "REKENEN": "Rekenen"}


@frozen
class Ambities:
    """The shares of pupils that should reach a level; the defaults are those of the commissie-Meijerink (2008).

    Attributes:
        f1: per cent that should reach at least 1F.
        streef: per cent that should reach 1S (rekenen) or 2F (lezen, taalverzorging).
    """

    f1: float = 85.0
    streef: float = 65.0


@frozen
class Stand:
    """How many pupils have which level.

    Attributes:
        onder: below 1F.
        f1: 1F, and not more.
        streef: 1S or 2F.
    """

    onder: int
    f1: int
    streef: int

    @property
    def samen(self) -> int:
        """All pupils with a known level."""
        return self.onder + self.f1 + self.streef

    @property
    def minstens_f1(self) -> int:
        """At least 1F."""
        return self.f1 + self.streef


def stand(leerlingen: Iterable[Leerlingregel], *onderdelen: str) -> Stand:
    """Count the levels of some parts of the test; an unknown level does not count.

    Args:
        leerlingen: whose.
        onderdelen: ``LEZEN``, ``TAALVERZORGING``, ``REKENEN``; all when left out.
    """
    found = Counter(item.referentieniveaus.get(part) for item in leerlingen for part in onderdelen or ONDERDELEN)
    return Stand(found[Referentieniveau.LAGER_DAN_1F], found[Referentieniveau.F1], sum(found[level] for level in _STREEF))


def referentieniveaus(school: SchoolOverzicht, ambities: Ambities) -> Html:
    """The part of the page.

    Args:
        school: whose pupils.
        ambities: what to compare with.
    """
    head = element("h3", "Referentieniveaus en ambities")
    whole = stand(school.leerlingen)
    if not whole.samen:
        return joined(head, element("p", "Er zijn nog geen referentieniveaus ontvangen."))
    f1, streef = _per_cent(ambities.f1), _per_cent(ambities.streef)
    text = (
        f"De strepen in de staven staan bij de ambities: {streef} van de leerlingen op het streefniveau en {f1} op minstens "
        "1F. Het streefniveau is 2F bij lezen en taalverzorging, en 1S bij rekenen. De inspectie kijkt naar drie schooljaren "
        "samen en rekent bij het streefniveau met de schoolweging; hier staat één schooljaar."
    )
    parts = [(_NAMEN[part], stand(school.leerlingen, part)) for part in ONDERDELEN]
    bars = [_bar(name, found, ambities) for name, found in [*parts, ("Alle onderdelen samen", whole)] if found.samen]
    keys = legenda([("streef", "streefniveau: 2F of 1S"), ("f1", "1F"), ("onder", "lager dan 1F")])
    plot = element("div", head, element("p", text), keys, bars, class_="heel")
    return joined(plot, _per_group(school) if len(school.groepen) > 1 else None)


def _bar(name: str, found: Stand, ambities: Ambities) -> Html:
    bar = stapel(
        [("streef", found.streef), ("f1", found.f1), ("onder", found.onder)], [ambities.streef / 100, ambities.f1 / 100]
    )
    words = element(
        "p",
        element("b", name),
        f" ({aantal(found.samen) if name != 'Alle onderdelen samen' else aantal(found.samen, 'uitkomst', 'uitkomsten')}): ",
        f"streefniveau {procent(found.streef, found.samen)} ",
        _reached(found.streef, found.samen, ambities.streef),
        f", minstens 1F {procent(found.minstens_f1, found.samen)} ",
        _reached(found.minstens_f1, found.samen, ambities.f1),
    )
    return element("div", words, bar, class_="niveau")


def _reached(part: int, whole: int, wanted: float) -> Html:
    if 100 * part >= wanted * whole:
        return element("span", "✓ gehaald", class_="ok vast")
    return element("span", "✗ niet gehaald", class_="niet-ok vast")


def _per_group(school: SchoolOverzicht) -> Html:
    heads = [("Groep", "vast")]
    for part in ONDERDELEN:
        heads += [
            (f"{_NAMEN[part]}: minstens 1F", "getal"),
            (f"{_NAMEN[part]}: {'1S' if part == 'REKENEN' else '2F'}", "getal"),
        ]
    rows = []
    for groep, members in school.groepen.items():
        counted = [stand(members, part) for part in ONDERDELEN]
        cells = [cell for found in counted for cell in (_share(found.minstens_f1, found), _share(found.streef, found))]
        rows.append([groepsnaam(groep), *cells])
    return schuif(f"Referentieniveaus per groep, {school.naam}", table("Per groep", heads, rows))


def _share(part: int, found: Stand) -> str:
    return procent(part, found.samen) if found.samen else "–"


def _per_cent(value: float) -> str:
    return f"{value:g} %".replace(".", ",")
