"""How a run with a partner is told: which day it is, what changed, what is waited for and which questions are open."""

from __future__ import annotations

import datetime as dt
import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._ketentest_told import STYLES, as_data, what_of
from doorstroom_client.messages.values import dutch_day, in_dutch, moment_in_dutch

if TYPE_CHECKING:
    from doorstroom_client.ketentest.news import Changed, News
    from doorstroom_client.ketentest.partner import Partner
    from doorstroom_client.ketentest.player import Played
    from doorstroom_client.ketentest.questions import Question

_IN_TABLE = ("fout", "gezakt", "afwijkend")
_NAMES = 6


def tell_news(partner: Partner, folder: Path, found: Sequence[Played], news: News, now: dt.datetime) -> None:
    """Tell a run; with ``--quiet`` in a few lines on stderr, and nothing when there is no news and nothing is due."""
    from doorstroom_client.ketentest.questions import open_questions
    from doorstroom_client.ketentest.terms import plan_terms

    questions = open_questions(partner.journal, plan_terms(partner.plan))
    if terminal.is_json():
        terminal.emit_json(_document(partner, found, news, questions, now))
        return
    if terminal.is_quiet():
        if news.tells:
            _tell_quietly(partner, folder, news, questions, now)
        return
    terminal.show(_headline(partner, now), style="bold")
    for line in news.due:
        terminal.show(line, style="bold red" if line.startswith("ALARM") else "bold")
    _show_changed(news)
    for line in _still(news):
        terminal.show(line)
    for line in (*_waits(found), *_skipped(found)):
        terminal.show(line)
    _show_questions(folder, questions)
    words = ", ".join(f"{number} {name}" for name, number in Counter(item.oordeel.value for item in found).most_common())
    terminal.show(f"Samen: {words or 'niets gespeeld'}.")
    terminal.say(f"Rapporten: {folder / 'rapport.html'}, rapport.json en rapport.xml.")


def show_question(folder: Path, question: Question) -> None:
    """A question, with the command to answer it."""
    until = "" if question.until is None else f" Uiterlijk {in_dutch(dutch_day(question.until))}."
    terminal.show_wrapped(f"{question.number}  {question.scenario}  {question.text}{until}")
    terminal.show(f"     {_to_answer(folder, question)}")


def _tell_quietly(partner: Partner, folder: Path, news: News, questions: Sequence[Question], now: dt.datetime) -> None:
    terminal.complain(_headline(partner, now))
    for line in news.due:
        terminal.complain(line)
    for item in news.changed:
        terminal.complain(_line(item))
    new = {item.played.scenario.id for item in news.changed}
    for question in questions:
        if question.scenario in new:
            terminal.complain(f"VRAAG {question.number}: {_to_answer(folder, question)}")


def _headline(partner: Partner, now: dt.datetime) -> str:
    plan, began = partner.plan, _began(partner)
    until = f", laatste dag {in_dutch(plan.last_day)}" if plan.last_day else ""
    number = (dutch_day(now) - began).days + 1
    school = partner.school.instellingscode
    names = f"{partner.leverancier.naam}, {plan.host}, school {school}, {partner.journal.head.schooljaar}"
    return f"{names}: dag {number} (begonnen {in_dutch(began)}{until})"


def _show_changed(news: News) -> None:
    if news.since is not None:
        terminal.show(f"Veranderd sinds {moment_in_dutch(news.since)}:" if news.changed else "Er is niets veranderd.")
        for item in news.changed:
            terminal.show_wrapped(_line(item))
        return
    told = [item for item in news.changed if item.played.oordeel.value in _IN_TABLE or item.played.alarm]
    if told:
        table = terminal.new_table("Scenario", "Oordeel", "Wat", "Bij")
        for item in told:
            played = item.played
            verdict = Text(played.oordeel.value, STYLES.get(played.oordeel.value, "dim"))
            whose = "" if played.whose is None else played.whose.value
            terminal.row(table, Text(played.scenario.id, "bold"), verdict, what_of(played), whose)
        terminal.show_table(table)


def _line(item: Changed) -> str:
    """A scenario of which there is news, in one line."""
    played = item.played
    until = f" Uiterlijk {in_dutch(dutch_day(played.until))}." if played.until else ""
    whose = "" if played.whose is None or played.oordeel.value == "geslaagd" else f" Bij: {played.whose.value}."
    told = what_of(played)
    return f"{played.scenario.id} {_verdicts(item)}: {told}{'' if told.endswith(('?', '.')) else '.'}{until}{whose}"


def _verdicts(item: Changed) -> str:
    now = item.played.oordeel.value
    return now if item.was in (None, now) else f"was {item.was}, nu {now}"


def _still(news: News) -> Iterable[str]:
    if news.still:
        yield f"Nog steeds niet goed: {_some([item.scenario.id for item in news.still])}."


def _waits(found: Sequence[Played]) -> Iterable[str]:
    """What is waited for, with until when: one line for scenarios that wait for the same."""
    groups: dict[tuple[str, str, dt.date | None], list[str]] = {}
    for item in found:
        if item.oordeel.value == "wacht":
            key = (item.why, "" if item.whose is None else item.whose.value, dutch_day(item.until) if item.until else None)
            groups.setdefault(key, []).append(item.scenario.id)
    for (why, whose, until), ids in sorted(groups.items(), key=lambda pair: pair[0][2] or dt.date.max):
        when = f" Uiterlijk {in_dutch(until)}." if until else ""
        yield f"Wacht: {_some(ids)}. {why[:1].upper()}{why[1:]}{'' if why.endswith('?') else '.'}{when} Bij: {whose}."


def _skipped(found: Sequence[Played]) -> Iterable[str]:
    ids = [item.scenario.id for item in found if item.oordeel.value == "overgeslagen"]
    if ids:
        yield f"Overgeslagen: {_some(ids)}. Wat ervoor nodig is, staat in het rapport."


def _show_questions(folder: Path, questions: Sequence[Question]) -> None:
    if questions:
        terminal.show("Vragen aan de andere kant, elk met het commando voor het antwoord (ja of nee):", style="bold")
    for question in questions:
        show_question(folder, question)


def _to_answer(folder: Path, question: Question) -> str:
    return f'doorstroom ketentest answer {shlex.quote(str(folder))} {question.number} ja --by "naam, organisatie"'


def _some(ids: Sequence[str]) -> str:
    more = f" en nog {len(ids) - _NAMES}" if len(ids) > _NAMES else ""
    return f"{', '.join(ids[:_NAMES])}{more}"


def _document(
    partner: Partner, found: Sequence[Played], news: News, questions: Sequence[Question], now: dt.datetime
) -> dict[str, Any]:
    began = _began(partner)
    return {
        "dag": (dutch_day(now) - began).days + 1,
        "begonnen": began.isoformat(),
        "laatste_dag": partner.plan.last_day and partner.plan.last_day.isoformat(),
        "vorige_keer": news.since and terminal.moment(news.since),
        "aandacht": list(news.due),
        "veranderd": [
            {"id": item.played.scenario.id, "was": item.was, "nu": item.played.oordeel.value} for item in news.changed
        ],
        "vragen": [question_data(item) for item in questions],
        "oordelen": dict(Counter(item.oordeel.value for item in found)),
        "scenarios": [as_data(item) for item in found],
    }


def question_data(question: Question) -> dict[str, Any]:
    """A question, for a program."""
    until = None if question.until is None else terminal.moment(question.until)
    return {"nummer": question.number, "scenario": question.scenario, "vraag": question.text, "uiterlijk": until}


def _began(partner: Partner) -> dt.date:
    """The first day: what has to be in order beforehand may have been looked at before it."""
    from doorstroom_client.ketentest.plan_days import first_day

    return first_day(partner.plan) or dutch_day(dt.datetime.fromisoformat(partner.journal.head.began))
