"""What scenarios need to be arranged, as both sides read it: who does it, and how a plan says that it was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.scenario import Rol, Scenario
from doorstroom_client.ketentest.scenarios import REGISTER


class Wie(StrEnum):
    """Who arranges something."""

    HEN = "hen"
    ONS = "ons"
    SAMEN = "samen"


@frozen(kw_only=True)
class Arrangement:
    """Something that has to be arranged for some scenarios.

    Attributes:
        wat: what, in Dutch.
        wie: who does it.
        waarde: how a plan says that it was done, as TOML; a text in angle brackets is to be replaced.
        vooraf: whether it has to be so from the first day on; otherwise for a while, on a day that both choose.
        alleen_simulator: whether only a simulator can be told to have it so.
    """

    wat: str
    wie: Wie
    waarde: str = "true"
    vooraf: bool = False
    alleen_simulator: bool = False


_KEY = '"<BRIN of OIN uit de configuratie>"'
_FILE = '"<bestand.pem>"'

ARRANGEMENTS: Mapping[str, Arrangement] = {
    "tweede_administratie": Arrangement(
        wat="Van de testschool is ook een tweede administratie bekend, met een eigen routeringskenmerk.",
        wie=Wie.HEN,
        waarde='"<routeringskenmerk uit de configuratie>"',
        vooraf=True,
    ),
    "andere_school": Arrangement(
        wat="Een tweede testschool is bekend, die het toetssysteem en het LAS een mandaat heeft gegeven.",
        wie=Wie.SAMEN,
        waarde=_KEY,
        vooraf=True,
    ),
    "school_zonder_mandaat_toets": Arrangement(
        wat="Een testschool heeft wel het LAS een mandaat gegeven, maar niet het toetssysteem.",
        wie=Wie.SAMEN,
        waarde=_KEY,
        vooraf=True,
    ),
    "school_zonder_mandaat_las": Arrangement(
        wat="Een testschool heeft wel het toetssysteem een mandaat gegeven, maar niet het LAS.",
        wie=Wie.SAMEN,
        waarde=_KEY,
        vooraf=True,
    ),
    "school_onbekend": Arrangement(
        wat="Een testschool heeft beide een mandaat gegeven, maar is bij het toetssysteem niet aangemeld.",
        wie=Wie.HEN,
        waarde=_KEY,
        vooraf=True,
    ),
    "gesloten_inschrijving": Arrangement(wat="De inschrijving van leerlingen is gesloten voor de testschool.", wie=Wie.HEN),
    "gesloten_schooladviezen": Arrangement(
        wat="De aanlevering van schooladviezen is gesloten voor de testschool.", wie=Wie.HEN
    ),
    "mandaat_hersteld": Arrangement(
        wat="Het mandaat van de testschool is ingetrokken, en een dag later opnieuw gegeven.", wie=Wie.SAMEN
    ),
    "rapport_niet_klaar": Arrangement(wat="Het rapport van leerling K01 staat nog even niet klaar.", wie=Wie.HEN),
    "storing": Arrangement(wat="De testserver antwoordt even met 503.", wie=Wie.HEN),
    "correctie": Arrangement(
        wat="Het resultaat van leerling K15 wordt verbeterd en opnieuw gestuurd, nadat het eerste is ontvangen.", wie=Wie.HEN
    ),
    "storing_las": Arrangement(wat="Onze ontvanger heeft even een storing.", wie=Wie.ONS, alleen_simulator=True),
    "ander_oin_las": Arrangement(
        wat="Op ons adres staat even een certificaat met een ander OIN, en het toetssysteem stuurt een resultaat.",
        wie=Wie.SAMEN,
        waarde="<hoeveel resultaten toch binnenkwamen>",
    ),
}
"""Every arrangement, by its key in a plan."""
CERTIFICATES: Mapping[str, Arrangement] = {
    name: Arrangement(wat=wat, wie=Wie.ONS, waarde=_FILE, vooraf=True)
    for name, wat in {
        "ander_certificaat": "Een certificaat van een andere partij, met sleutel.",
        "verlopen_certificaat": "Een verlopen certificaat met ons OIN, met sleutel.",
        "certificaat_zonder_oin": "Een certificaat zonder OIN, met sleutel.",
        "certificaat_andere_uitgever": "Een certificaat van een andere uitgever, met sleutel.",
    }.items()
}
"""Certificates of ours that are shown to see them refused; PEM files that stand beside the plan."""

_AREAS: tuple[tuple[str, str], ...] = (
    ("V-", "vooraf: mandaten, adres, certificaat en klok"),
    ("TLS-", "de verbinding en de certificaten"),
    ("TS-1", "de aanmelding van leerlingen"),
    ("TS-2", "de schooladviezen"),
    ("TS-3", "berichten die niet in orde zijn"),
    ("TS-4", "mandaten, onbekende scholen en gesloten periodes"),
    ("TS-5", "de leerlingrapporten"),
    ("TS-6", "verbindingen, storing en snelheid"),
    ("TW-", "de resultaten die het toetssysteem terugstuurt"),
)


def chosen_scenarios(rollen: Iterable[Rol], patterns: Sequence[str] = ()) -> list[Scenario]:
    """The scenarios that a plan is about, with those that look at what has to be in order beforehand.

    Args:
        rollen: the halves that are tested.
        patterns: ids, or globs of ids; none is all of them.

    Raises:
        ConfigurationError: a pattern fits no scenario of these roles.
    """
    return REGISTER.chosen(with_preflight(patterns), (Rol.VOORAF, *rollen))


def with_preflight(patterns: Sequence[str]) -> tuple[str, ...]:
    """The patterns of a plan, with what is looked at beforehand: without that nothing of a supplier is tested."""
    return ("V-*", *patterns) if patterns else ()


def areas(scenarios: Iterable[Scenario]) -> dict[str, int]:
    """What scenarios are about in Dutch, and how many there are of each."""
    found = dict.fromkeys((words for _, words in _AREAS), 0)
    for item in scenarios:
        found[next(words for prefix, words in _AREAS if item.id.startswith(prefix))] += 1
    return {words: count for words, count in found.items() if count}


def needed(scenarios: Iterable[Scenario]) -> dict[str, list[str]]:
    """What has to be arranged with a partner who is no simulator: keys of a plan, each with the ids of what needs it."""
    found: dict[str, list[str]] = {}
    for item in scenarios:
        for key in item.needs:
            if not ARRANGEMENTS[key].alleen_simulator:
                found.setdefault(key, []).append(item.id)
    return {key: found[key] for key in ARRANGEMENTS if key in found}
