"""Mails to the people of a partner, as plain text in Dutch: short lines, and a marked place for what is not known yet."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterable, Iterator

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.one_line import in_a_line
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.agreed import Plan
from doorstroom_client.ketentest.plan_days import calendar_days, first_day, weekday
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.output.words import aantal, opsomming

_WIDTH = 76
"""Characters in a line: what every mail program shows."""
MARK = b"[VUL IN"
"""How a place begins that a person has to fill in."""


def unknown(what: str) -> str:
    """A place that a person has to fill in before the mail goes out."""
    return f"{MARK.decode()}: {what}]"


@frozen(kw_only=True)
class Parties:
    """Who test with each other, as far as plan and configuration tell.

    Attributes:
        leverancier: name of the supplier.
        las: name and version of the LAS.
        las_oin: OIN in the certificate of the LAS.
        schooljaar: of the messages.
        school: the test school; None as long as nobody chose one.
    """

    leverancier: str
    las: str
    las_oin: str
    schooljaar: str
    school: School | None


def parties(plan: Plan, settings: Settings | None, today: dt.date) -> Parties:
    """Who test with each other.

    Args:
        plan: what was agreed; it may still have open places.
        settings: the configuration of the test; None as long as there is none.
        today: tells the school year when nothing else does.
    """
    found = None if settings is None else plan.supplier_in(settings.leveranciers)
    year = settings.schooljaar if settings is not None and settings.schooljaar else Schooljaar.on(plan.first_day or today)
    return Parties(
        leverancier=plan.leverancier if found is None else found.naam,
        las=plan.versie_las or ("" if settings is None else settings.auteur),
        las_oin=_own_oin(settings),
        schooljaar=str(year),
        school=_school(plan, settings),
    )


def _own_oin(settings: Settings | None) -> str:
    try:
        return "" if settings is None else settings.own_certificate.facts().oin or ""
    except ConfigurationError:
        return ""


def _school(plan: Plan, settings: Settings | None) -> School | None:
    key = plan.opstelling.get("school")
    try:
        return find_school(settings.scholen, str(key)) if settings is not None and key else None
    except ConfigurationError:
        return None


def letter(subject: str, parts: Iterable[str]) -> bytes:
    """A mail: its subject, and parts with a line between them.

    Args:
        subject: of the mail.
        parts: paragraphs, titles and lists.
    """
    return ("\n\n".join([f"Onderwerp: {in_a_line(subject)}", *parts]) + "\n").encode()


def paragraph(text: str) -> str:
    """Text in lines that fit."""
    return _filled(text)


def title(text: str) -> str:
    """The title of a part."""
    return text.upper()


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(_filled(item, first="- ", rest="  ") for item in items)


def _filled(text: str, first: str = "", rest: str = "") -> str:
    # An address or a command that is broken in two is of no use, so a long word stays whole.
    return textwrap.fill(
        " ".join(text.split()),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def days_of(plan: Plan) -> str:
    """The days of a test, as a list; what is missing as a marked place."""
    days = calendar_days(plan)
    if not days:
        return bullets([f"eerste dag: {unknown('datum')}", f"laatste dag: {unknown('datum')}"])
    found = [(item.first, item.title.partition(": ")[2]) for item in days]
    return bullets(f"{weekday(day)}: {what}" for day, what in sorted(found, key=lambda pair: pair[0]))


def terms_of(plan: Plan) -> str:
    """How long the other side has, in one sentence."""
    names = {"resultaten": "resultaten", "correctie": "een verbeterd resultaat", "antwoord": "het antwoord op een vraag"}
    parts = [f"{aantal(days, 'werkdag', 'werkdagen')} voor {names[name]}" for name, days in plan.uiterlijk.items()]
    return f"U heeft {opsomming(parts)}. Alleen werkdagen tellen mee."


def greeting(plan: Plan) -> str:
    """How a mail begins."""
    name = in_a_line(plan.contact.partition(",")[0].partition("(")[0])
    return f"Beste {name or unknown('naam')},"


def closing(plan: Plan) -> str:
    """How a mail ends."""
    return f"Met vriendelijke groet,\n\n{plan.contact_las or unknown('uw naam, organisatie en telefoonnummer')}"


def period(plan: Plan) -> str:
    """From when to when, in words."""
    first = first_day(plan)
    if first is None or plan.last_day is None:
        return f"van {unknown('datum')} tot en met {unknown('datum')}"
    return f"van {in_dutch(first)} tot en met {in_dutch(plan.last_day)}"


def lines_of(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names and values; one without a value is a place to fill in."""
    for name, value in pairs:
        yield f"{name}: {value or unknown(name)}"
