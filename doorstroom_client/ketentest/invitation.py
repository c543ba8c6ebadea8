"""The mail by which a partner is invited to a chain test: what is tested, who does what by when, and how it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doorstroom_client.ketentest.agreed import Plan
from doorstroom_client.ketentest.arrangements import ARRANGEMENTS, Wie, areas, chosen_scenarios, needed
from doorstroom_client.ketentest.letters import (
    Parties,
    bullets,
    closing,
    days_of,
    greeting,
    letter,
    lines_of,
    paragraph,
    period,
    terms_of,
    title,
    unknown,
)
from doorstroom_client.ketentest.plan_days import weekday
from doorstroom_client.ketentest.scenario import Scenario

FILE = "uitnodiging.txt"
"""The name of the mail in the folder of a test."""
_WHO = {Wie.HEN: "bij u", Wie.ONS: "bij ons", Wie.SAMEN: "samen"}


def invitation(plan: Plan, who: Parties) -> bytes:
    """The mail.

    Args:
        plan: what was agreed; it may still have open places.
        who: who test with each other.

    Raises:
        ConfigurationError: the plan names scenarios that do not exist.
    """
    subject = f"Ketentest doorstroomtoets {who.schooljaar}: {who.las or unknown('naam van het LAS')} en {who.leverancier}"
    return letter(subject, _parts(plan, who))


def _parts(plan: Plan, who: Parties) -> Iterator[str]:
    scenarios = chosen_scenarios(plan.rollen, plan.scenarios)
    yield greeting(plan)
    yield paragraph(
        "Graag testen wij met u de uitwisseling van de doorstroomtoets: de gegevens die het LAS stuurt, de antwoorden van uw "
        f"toetssysteem en de resultaten die terugkomen. Dat willen we doen {period(plan)}, in uw testomgeving."
    )
    yield paragraph(
        """Alle leerlingen zijn bedacht: er gaan geen gegevens van echte leerlingen over de lijn. Wilt u ook alleen bedachte
        leerlingen gebruiken?"""
    )
    yield title("Wat we testen")
    counted = areas(scenarios)
    yield bullets(f"{what} ({count})" for what, count in counted.items())
    yield paragraph(
        f"Samen {sum(counted.values())} korte proeven, scenario's genoemd. Een programma speelt ze. U hoeft er niet bij te "
        "zitten. Wat nog niet kan, wordt overgeslagen en staat in het rapport."
    )
    yield title("Wanneer")
    yield days_of(plan)
    yield paragraph(f"{terms_of(plan)} De dagen staan ook in afspraken.ics, voor uw agenda.")
    yield from _needs_of_us(plan)
    yield from _arranged(plan, scenarios)
    yield from _how_it_goes(plan)
    yield from _what_we_give(who)
    yield closing(plan)


def _needs_of_us(plan: Plan) -> Iterator[str]:
    yield title("Wat wij van u nodig hebben")
    given = [
        "het adres van uw testserver, en het OIN in het certificaat daarvan",
        "de certificaten van de uitgevers die wij moeten vertrouwen, als dat geen PKIoverheid is",
        "de versie van uw toetssysteem, en bericht als er een nieuwe versie komt",
        "iemand die onze vragen beantwoordt, en die de resultaten van de bedachte leerlingen stuurt",
    ]
    if not plan.contact:
        given.append("naam, telefoonnummer en e-mailadres van die persoon")
    yield bullets(given)


def _arranged(plan: Plan, scenarios: list[Scenario]) -> Iterator[str]:
    """What has to be arranged, without what the plan says is so already."""
    open_ones = {key: ids for key, ids in needed(scenarios).items() if key not in plan.opstelling}
    before = f"uiterlijk de werkdag voor {weekday(plan.first_day)}" if plan.first_day else "voor de eerste dag"
    during = "Dit mag op een dag die u kiest. Laat u weten vanaf wanneer het zo is, en wanneer niet meer?"
    for words, early, when in (
        ("Wat voor de test klaar moet staan", True, f"Graag {before}. Laat u weten wanneer het zo is?"),
        ("Wat tijdens de test even anders moet zijn", False, during),
    ):
        found = [(key, ids) for key, ids in open_ones.items() if ARRANGEMENTS[key].vooraf is early]
        if found:
            yield title(words)
            yield bullets(_arrangement(key, ids) for key, ids in found)
            yield paragraph(f"{when} Kan iets niet, dan slaan we die scenario's over.")


def _arrangement(key: str, ids: Sequence[str]) -> str:
    item = ARRANGEMENTS[key]
    return f"{item.wat} Wie: {_WHO[item.wie]}. Voor {', '.join(ids)}."


_STEPS = (
    """Op de eerste dag sturen wij de proefklas, K01 tot en met K22, en losse leerlingen per scenario. Elke LAS-key begint met
    kt-, elk ECK-iD met https://ketenid.nl/pilot/.""",
    """Stuur de resultaten als u ze heeft, uiterlijk op de dag hierboven. Een dag zonder verbinding is niet erg: daarna gaat de
    test verder waar hij was.""",
    """Soms kunt alleen u zien of iets goed ging. Dan krijgt u een vraag met een nummer. Antwoord met ja of nee, per mail of
    telefoon. Wij schrijven het antwoord en uw naam op.""",
    "Na afloop krijgt u het rapport, en een lijst van de bedachte leerlingen die u kunt verwijderen.",
)


def _how_it_goes(plan: Plan) -> Iterator[str]:
    yield title("Hoe het gaat")
    yield bullets(_STEPS)
    whom = plan.contact_las or unknown("naam en telefoonnummer")
    yield paragraph(f"Loopt er iets mis, of moet een dag verschuiven? Bel of mail: {whom}.")


def _what_we_give(who: Parties) -> Iterator[str]:
    school = who.school
    yield title("Wat u van ons nodig heeft")
    yield bullets(
        lines_of(
            (
                ("versie van ons LAS", who.las),
                ("OIN van ons LAS", who.las_oin),
                ("OIN van de testschool (edu-to)", school.oin if school else ""),
                ("routeringskenmerk van de testschool (edu-from)", school.routeringskenmerk if school else ""),
                ("schooljaar in de berichten", who.schooljaar),
            )
        )
    )
    yield paragraph(
        """Het adres waar de resultaten naartoe gaan, staat in het OSR van de testomgeving, bij de testschool. Daar moeten ook
        de mandaten staan: van de testschool aan u, en aan ons. Wij sturen plan.toml graag mee: u kunt het gewoon lezen."""
    )
