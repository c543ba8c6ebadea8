"""A dry run of a command that sends one file: everything but the sending is done, and told."""

from __future__ import annotations

from typing import Any

from doorstroom_client import Client, Vergelijking
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._bestand_told import as_json as understood
from doorstroom_client.cli._send_wanted import Kind, Wanted
from doorstroom_client.cli._session import explained
from doorstroom_client.errors import MessageError
from doorstroom_client.messages.aanlevering import Aanlevering
from doorstroom_client.messages.school import School
from doorstroom_client.parties.leverancier import find_leverancier
from doorstroom_client.readers import Bestandscontrole


def dry_run(
    client: Client, wanted: Wanted, school: School, kind: Kind, lijst: Aanlevering, before: str, seen: Bestandscontrole
) -> None:
    """Say what would be sent of a list, and whether it fits the standard.

    Args:
        client: checks it.
        wanted: what the options say.
        school: whose list it is.
        kind: which of the two.
        lijst: the list.
        before: the test of last year, when the school changes.
        seen: what was understood of its file.

    Raises:
        MessageError: it does not fit the standard.
    """
    problems = client.check(lijst)
    if problems:
        raise MessageError(problems, what=kind.naam)
    changes: Vergelijking | None = None
    target: str | None = None
    if wanted.only_changes:
        with explained(client, school, wanted.leverancier):
            changes = client.compare(lijst, leverancier=wanted.leverancier)
        target = changes.leverancier
    elif wanted.leverancier:
        target = find_leverancier(client.leveranciers, wanted.leverancier).toetssoort
    document: dict[str, Any] = {
        "verstuurd": False,
        "aantal": len(lijst),
        "school": school.instellingscode,
        "leverancier": target,
        "schooljaar": lijst.schooljaar,
        "vorige_toets": before,
        "bestand": understood(seen),
    }
    counts = _counts(changes) if changes else {}
    if wanted.as_json:
        terminal.emit_json(document | counts)
        return
    names = ", ".join(item.toetssoort for item in client.leveranciers)
    where = target or f"the supplier that the school has mandated in the OSR (of {names}); that is looked up when sending"
    terminal.show(f"Dry run, nothing was sent: the file is in order and holds {len(lijst)} {kind.what}.")
    if counts:
        terminal.show("Of these, {nieuw} are new, {gewijzigd} changed, and {ongewijzigd} unchanged.".format(**counts))
        if counts["verdwenen"]:
            terminal.show(f"{counts['verdwenen']} were in an earlier list and are not in this one; the supplier keeps them.")
        terminal.show(f"New and changed ones would go for {school.label}, school year {lijst.schooljaar}, to {where}.")
    else:
        terminal.show(f"They would go for {school.label}, school year {lijst.schooljaar}, to {where}.")
    if before:
        terminal.show(f"Last year this school took the test of {before}.")


def _counts(changes: Vergelijking) -> dict[str, int]:
    return {
        "nieuw": len(changes.nieuw),
        "gewijzigd": len(changes.gewijzigd),
        "ongewijzigd": changes.ongewijzigd,
        "verdwenen": len(changes.verdwenen),
    }
