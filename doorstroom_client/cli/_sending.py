"""What sending participants and sending advice have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from doorstroom_client.chain import Chain, as_afspraak
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._session import explained, load, the_school
from doorstroom_client.client import Client
from doorstroom_client.config import Settings
from doorstroom_client.delivery.ontvangst import Ontvangst
from doorstroom_client.exchange.leverancier import find_leverancier
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.school import School


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options of a send command say.

    Attributes:
        config: the configuration file.
        school: key of the school.
        leverancier: key of the supplier.
        schooljaar: the school year.
        dry_run: only look.
        as_json: answer in JSON.
    """

    config: Path | None
    school: str | None
    leverancier: str | None
    schooljaar: str | None
    dry_run: bool
    as_json: bool


def afspraak_of(settings: Settings) -> Afspraak:
    """The agreement that messages are written for."""
    return as_afspraak(settings.afspraak, settings.afspraken)


def send(
    wanted: Wanted,
    what: str,
    read: Callable[[Settings, School], int],
    build: Callable[[Chain, School], object],
    deliver: Callable[[Client, School], Ontvangst],
) -> None:
    """Read a file, and send what is in it or say what would be sent.

    Args:
        wanted: the options.
        what: name of the entries, for people.
        read: reads the file and gives the number of entries.
        build: makes the list that would go out, which checks it.
        deliver: sends it.
    """
    settings = load(wanted.config)
    school = the_school(settings, wanted.school)
    if wanted.leverancier:
        find_leverancier(settings.leveranciers, wanted.leverancier)
    aantal = read(settings, school)
    with Client(**settings.arguments()) as client:  # finds an unusable certificate, also in a dry run
        if wanted.dry_run:
            chain = _chain(settings)
            build(chain, school)
            _tell_dry_run(settings, wanted, school, what, aantal, chain.schooljaar_of(wanted.schooljaar))
            return
        with explained(client, school, wanted.leverancier):
            _tell(deliver(client, school), wanted, school, what)


def _chain(settings: Settings) -> Chain:
    return Chain(
        leveranciers=settings.leveranciers,
        scholen=settings.scholen,
        osr=settings.osr,
        las_oin=lambda: None,
        auteur=settings.auteur,
        afspraak=afspraak_of(settings),
        schooljaar=settings.schooljaar,
        test_identities=settings.test_identities,
        las_key_reden=settings.las_key_reden,
    )


def _tell_dry_run(settings: Settings, wanted: Wanted, school: School, what: str, aantal: int, schooljaar: str) -> None:
    if wanted.leverancier:
        target = find_leverancier(settings.leveranciers, wanted.leverancier).toetssoort
        where = target
    else:
        target = None
        names = ", ".join(item.toetssoort for item in settings.leveranciers)
        where = f"the supplier that the school has mandated in the OSR (of {names}); that is looked up when sending"
    if wanted.as_json:
        terminal.emit_json(
            {
                "verstuurd": False,
                "aantal": aantal,
                "school": school.instellingscode,
                "leverancier": target,
                "schooljaar": schooljaar,
            }
        )
        return
    terminal.show(f"Dry run, nothing was sent: the file is in order and holds {aantal} {what}.")
    terminal.show(f"They would go for {school.label}, school year {schooljaar}, to {where}.")


def _tell(ontvangst: Ontvangst, wanted: Wanted, school: School, what: str) -> None:
    if wanted.as_json:
        terminal.emit_json(
            {
                "verstuurd": True,
                "aantal": ontvangst.aantal,
                "school": school.instellingscode,
                "leverancier": ontvangst.leverancier,
                "soort": ontvangst.soort.value,
                "sha256": ontvangst.sha256,
                "request_id": ontvangst.request_id,
                "attempts": len(ontvangst.attempts),
            }
        )
        return
    terminal.show(f"{ontvangst.leverancier} has taken in {ontvangst.aantal} {what} of {school.label}.")
    terminal.say(f"Request {ontvangst.request_id}. This says nothing about single pupils: check them in the test system.")
