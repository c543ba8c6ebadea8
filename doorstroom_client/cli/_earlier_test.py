"""Whose test a school took last year, told before its first list of this year goes out."""

from __future__ import annotations

from pathlib import Path

from doorstroom_client import Client, Event, School
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.config import Settings
from doorstroom_client.errors import StoreError
from doorstroom_client.output.words import naam_van


def tell_other_test(event: Event) -> None:
    """Tell an event about another test than last year at once; it is no error."""
    if event.result.startswith("another test than last year"):
        terminal.say(f"Note: {event.result}. Nothing is wrong with the list")


def earlier_test(client: Client, settings: Settings, school: School, schooljaar: str) -> str:
    """Name of the supplier whose test a school took last year, while it has sent nothing this year; else empty.

    A dry run makes no store, and does not fail for one.

    Args:
        client: with a store, or without one.
        settings: the configuration.
        school: the administration.
        schooljaar: this year.
    """
    if settings.store is None or ("://" not in settings.store and not Path(settings.store).exists()):
        return ""
    try:
        stand = next(iter(client.store.seizoen([school], schooljaar=schooljaar)))
    except StoreError:
        return ""
    return "" if stand.leveranciers else naam_van(stand.vorige_toets, client.leveranciers)
