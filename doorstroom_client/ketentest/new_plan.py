"""Writes a plan to begin with: every name that one can hold, with what only people can tell left open."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.one_line import in_a_line
from doorstroom_client.ketentest.agreed import TERMS
from doorstroom_client.ketentest.arrangements import ARRANGEMENTS, CERTIFICATES, Arrangement

OPEN = "<-- VUL IN"
"""What marks a place that has to be filled in before anything is sent."""


@frozen(kw_only=True)
class Known:
    """What is known when a plan is made; all but the supplier may be empty.

    Attributes:
        leverancier: the supplier, as in the configuration.
        kenmerk: tells this test apart.
        config: the configuration of the test, from the folder of the plan.
        school: key of the test school.
        scholen: keys of the schools that the configuration has.
        begin: the first day.
        einde: the last day.
        contact_las: who is asked, at our side.
        versie_las: what runs here.
        scenarios: what is tested; empty for everything.
        simulator: the file with the control address of a simulator that plays the supplier, from the folder of the plan.
    """

    leverancier: str
    kenmerk: str
    config: str = ""
    school: str = ""
    scholen: tuple[str, ...] = ()
    begin: dt.date | None = None
    einde: dt.date | None = None
    contact_las: str = ""
    versie_las: str = ""
    scenarios: tuple[str, ...] = ()
    simulator: str = ""


def plan_text(known: Known) -> str:
    """The plan, as TOML with comments.

    Args:
        known: what is known.
    """
    return "\n".join(_lines(known)) + "\n"


def _lines(known: Known) -> Iterator[str]:
    yield f"# Plan van de ketentest met {in_a_line(known.leverancier)}. Beide partijen kunnen dit bestand lezen."
    yield f'# Waar "{OPEN}" staat, moet nog iets worden ingevuld. Een regel met # ervoor telt niet mee.'
    yield ""
    yield _line("leverancier", known.leverancier, "toetssoort, naam of OIN, zoals in de configuratie")
    yield _line("kenmerk", known.kenmerk, "herkent deze test, ook in agenda's; laat het staan")
    yield _open("config", known.config, "configuratie van de test, gezien vanuit deze map; nooit die van productie")
    yield ""
    yield "# Typ deze twee zelf over. Zo wordt nooit per ongeluk met productie getest."
    yield _open("omgeving", "", 'typ: "test"')
    yield _open("host", "", "naam van de testserver van de leverancier, zonder https:// en zonder pad")
    yield ""
    yield "# De dagen. Voor de eerste dag wordt niets verstuurd."
    yield from _days(known)
    yield ""
    yield "# Wie belt wie, en wat draait er. Een nieuwe versie wordt opnieuw getest."
    yield _asked("contact", "", "bij de leverancier: naam, telefoon, e-mail")
    yield _asked("contact_las", known.contact_las, "bij ons: naam, telefoon, e-mail")
    yield _asked("versie_leverancier", "", "versie van het toetssysteem op de testserver")
    yield _asked("versie_las", known.versie_las, "versie van het LAS; zonder deze regel telt auteur uit de configuratie")
    yield ""
    yield "# Wat wordt getest. Alle scenario's: doorstroom ketentest run MAP --list"
    yield 'rollen = ["toetssysteem", "terugweg"]'
    yield f"scenarios = {json.dumps(list(known.scenarios))}" if known.scenarios else '# scenarios = ["TS-1*", "TW-101"]'
    yield ""
    yield "# Hoeveel werkdagen iemand heeft. Daarna telt het als gezakt."
    yield f"uiterlijk = {{ {', '.join(f'{name} = {days}' for name, days in TERMS.items())} }}"
    if known.simulator:
        yield _line("simulator", known.simulator, "een simulator speelt de leverancier")
    else:
        yield '# simulator = "<control.json>"    # alleen om te oefenen: een simulator speelt de leverancier'
    yield ""
    yield from _arrangements(known)
    yield from _deviations()


def _days(known: Known) -> Iterator[str]:
    for name, day, words in (("begin", known.begin, "eerste dag"), ("einde", known.einde, "laatste dag")):
        yield f"{name} = {day}    # {words}" if day else f"# {name} = JJJJ-MM-DD    # {words}; nog af te spreken"


def _arrangements(known: Known) -> Iterator[str]:
    yield "# Wat voor de test is klaargezet. Wat hier niet staat, wordt overgeslagen. Haal # weg als het klaar is."
    yield "[opstelling]"
    schools = f": {', '.join(known.scholen)}" if known.scholen else ""
    yield _open("school", known.school, f"de testschool, zoals in de configuratie{schools}")
    for key, item in ARRANGEMENTS.items():
        if not item.alleen_simulator:
            yield from _arrangement(key, item)
    yield "# Eigen certificaten die geweigerd moeten worden; elk bestand staat naast dit plan."
    for key, item in CERTIFICATES.items():
        yield from _arrangement(key, item)


def _arrangement(key: str, item: Arrangement) -> Iterator[str]:
    yield f"# {item.wat} Wie: {item.wie.value}."
    yield f"# {key} = {item.waarde}"


def _deviations() -> Iterator[str]:
    yield ""
    yield "# Een afwijking waar beide partijen van weten: geen nieuws tot en met die dag."
    yield "# [[bekend]]"
    yield '# scenario = "<id>"    # zoals TS-203'
    yield '# eis = "<id>"         # welke eis; weglaten voor het hele scenario'
    yield "# tot = JJJJ-MM-DD"
    yield '# reden = "<waarom, en wat eraan gedaan wordt>"'
    yield ""
    yield "# Uitstel schrijft ketentest postpone hieronder, als [[uitstel]] met op, van, naar, einde en reden."


def _line(name: str, value: str, words: str) -> str:
    return f"{name} = {_text(value)}    # {words}"


def _open(name: str, value: str, words: str) -> str:
    """A line without which nothing can be played."""
    return _line(name, value, words) if value else f'{name} = ""    # {OPEN}: {words}'


def _asked(name: str, value: str, words: str) -> str:
    """A line that may stay away."""
    return _line(name, value, words) if value else f'# {name} = ""    # {words}'


def _text(value: str) -> str:
    """A text as TOML writes it: as JSON does, but for one sign that JSON leaves as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "")


def postponement_text(values: Mapping[str, dt.date | str]) -> str:
    """A postponement, as it is added to a plan.

    Args:
        values: by their names in a plan.
    """
    lines = [f"{name} = {_text(value) if isinstance(value, str) else value}" for name, value in values.items()]
    return "\n".join(["", "[[uitstel]]", *lines, ""])
