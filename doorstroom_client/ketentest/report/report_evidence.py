"""The evidence of one scenario on the page: its steps and messages, folded until somebody wants to see them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from doorstroom_client.ketentest.report.verslag import Answer, Message, Richting, Stap, Verslag
from doorstroom_client.ketentest.verdicts import in_words
from doorstroom_client.output.html import Html, Inhoud, element, joined
from doorstroom_client.output.words import aantal

_LONGEST = 4000
_BODY = "De inhoud is niet bewaard."
_FOREIGN = "De inhoud is niet bewaard: hij gaat over een leerling die niet voor deze test is bedacht."


def evidence(verslag: Verslag, messages: Sequence[Message]) -> Html | None:
    """The steps of a scenario, with each message in full where it stands first.

    Args:
        verslag: the scenario.
        messages: all messages of the run, by their numbers.
    """
    if not verslag.stappen:
        return None
    count = len({number for stap in verslag.stappen for number in stap.messages})
    told = f", {aantal(count, 'bericht', 'berichten')}" if count else ""
    title = f"Bewijs: {aantal(len(verslag.stappen), 'stap', 'stappen')}{told}"
    return element(
        "details",
        element("summary", f"{title} van {verslag.id}"),
        [_stap(verslag, stap, messages) for stap in verslag.stappen],
    )


def anchor(message: Message) -> str:
    """The name by which a message on the page is linked to."""
    return f"bericht-{message.number}"


def thousands(number: int) -> str:
    """A number as it is written in Dutch."""
    return f"{number:,}".replace(",", ".")


def _stap(verslag: Verslag, stap: Stap, messages: Sequence[Message]) -> Html:
    facts = [f"{name.replace('_', ' ')}: {_in_words(value)}" for name, value in stap.facts.items()]
    # A message that several scenarios look at stands in full in the first of them.
    found = [messages[number - 1] for number in stap.messages]
    own = [item for item in found if (item.scenario, item.step) == (verslag.id, stap.name)]
    elsewhere = [item for item in found if item not in own]
    return element(
        "div",
        element("b", stap.name),
        f" – {stap.kind}, {stap.moment}",
        element("span", "; ".join(facts), class_="erbij") if facts else None,
        element("span", "Berichten die al eerder staan: ", _links(elsewhere), class_="erbij") if elsewhere else None,
        [_message(item) for item in own],
        class_="stap",
    )


def _links(messages: Sequence[Message]) -> list[Inhoud]:
    return [[", " if at else "", element("a", item.number, href=f"#{anchor(item)}")] for at, item in enumerate(messages)]


def _message(item: Message) -> Html:
    query = "&".join(f"{name}={value}" for name, value in item.query)
    address = f"{item.method} {item.path}{'?' if query else ''}{query}"
    return element(
        "div",
        element("b", f"Bericht {item.number}"),
        f", {item.richting.value}: ",
        element("code", address),
        element("span", _outcome(item), class_="erbij"),
        element("span", "; ".join(_facts(item)), class_="erbij"),
        _content(item),
        _answer(item.answer) if item.answer else None,
        class_="bericht",
        id=anchor(item),
    )


def _outcome(item: Message) -> str:
    went = "" if item.went_out else "; er ging niets over de lijn"
    took = "" if item.seconds is None else f" na {_seconds(item.seconds)}"
    if item.richting is Richting.ONTVANGEN:
        return f"beantwoord met status {item.status}" if item.status else "niet beantwoord"
    return f"status {item.status}{took}" if item.status else f"geen antwoord{took}: {item.fault}{went}"


def _facts(item: Message) -> list[str]:
    given = [
        ("moment", item.moment),
        ("datumtijd", item.datumtijd),
        ("SHA-256/16", item.sha256),
        ("bytes", thousands(item.size)),
        ("certificaat", item.shows),
        ("OIN", item.oin),
        ("leerlingen", ", ".join(item.pupils)),
        ("headers", _headers(item.headers)),
    ]
    return [f"{name}: {value}" for name, value in given if value]


def _content(item: Message) -> Html | None:
    if item.body is not None:
        return _text(item.body)
    if item.raw:
        return _text(item.raw.decode("latin-1"), note="Geen UTF-8; getoond als Latin-1.")
    if not item.size:
        return None
    return element("span", _FOREIGN if item.foreign else _BODY, class_="erbij")


def _answer(item: Answer) -> Html:
    given = [
        ("headers", _headers(tuple(item.headers.items()))),
        ("SHA-256/16", item.sha256),
        ("bytes", thousands(item.size)),
        ("lijkt op", item.first if item.body is None else ""),
    ]
    words = "; ".join(f"{name}: {value}" for name, value in given if value)
    kept = _text(item.body) if item.body else element("span", _BODY, class_="erbij") if item.size else None
    return joined(element("span", f"Antwoord: {words}", class_="erbij"), kept)


def _text(body: str, note: str = "") -> Html:
    left = len(body) - _LONGEST
    more = f"Nog {thousands(left)} tekens; het hele bericht staat in rapport.json." if left > 0 else ""
    told = " ".join(filter(None, (note, more)))
    return joined(element("code", body[:_LONGEST], class_="inhoud"), element("span", told, class_="erbij") if told else None)


def _headers(headers: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in headers)


def _seconds(value: float) -> str:
    return f"{value:.3f} s".replace(".", ",")


def _in_words(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else in_words(value)
