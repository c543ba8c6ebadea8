"""What a check of mandates tells: a table, JSON, a CSV, and a text per school."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.text import Text

from doorstroom_client import Client, Mandaat, Mandaatcontrole
from doorstroom_client.basics.theirs import os_reason
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import make_folder
from doorstroom_client.cli._terminal import parts_of
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.errors import DoorstroomError, StoreError
from doorstroom_client.messages.school import School
from doorstroom_client.osr.mandate_csv import day_of, seen_at
from doorstroom_client.output.files import write_whole

FEW = 50
"""So many schools are shown with their text; of more, only those that need attention are."""
_SHOWN = 200
_YES_NO: dict[bool | None, tuple[str, str]] = {True: ("yes", "green"), False: ("no", "red"), None: ("not checked", "dim")}


@dataclass(slots=True)
class Found:
    """Every answer of a run, in the order of the schools.

    Attributes:
        scholen: all that were to be asked about.
        controles: the answers, by routeringskenmerk.
        suspicion: why the OSR itself is suspect; empty when it is not.
    """

    scholen: Sequence[School]
    controles: dict[str, Mandaatcontrole] = field(default_factory=dict[str, Mandaatcontrole])
    suspicion: str = ""

    def add(self, controle: Mandaatcontrole) -> None:
        """Take in one."""
        self.controles[controle.school.routeringskenmerk] = controle

    def __iter__(self) -> Any:
        found = (self.controles.get(school.routeringskenmerk) for school in self.scholen)
        return (controle for controle in found if controle is not None)

    @property
    def unanswered(self) -> list[Mandaatcontrole]:
        """Without an answer of now."""
        return [controle for controle in self if controle.error is not None]

    @property
    def missing(self) -> list[Mandaatcontrole]:
        """With an answer, and it is no."""
        return [controle for controle in self if controle.mandaten and not controle]

    @property
    def code(self) -> ExitCode:
        """The worst exit code of all schools."""
        errors = [code_of(item.error) for item in self.unanswered if item.error is not None]
        missing = ExitCode.PEER if self.suspicion else ExitCode.CERTIFICATE_OR_MANDATE
        return worst([*errors, *([missing] if self.missing else [])])

    @property
    def error(self) -> DoorstroomError | None:
        """The error, when there is no answer about any school at all."""
        first = next(iter(self.unanswered), None)
        return first.error if first is not None and not any(controle.mandaten for controle in self) else None


# --- on the terminal


def show(found: Found) -> None:
    """A table; with few schools all of them and their texts, with many those that need attention."""
    many = len(found.controles) > FEW
    chosen = [controle for controle in found if controle.mandaten and not (many and controle)]
    table = terminal.new_table("School", "Test", "Supplier mandated", "LAS mandated")
    for controle in chosen[:_SHOWN]:
        for item in controle.mandaten:
            answers = [Text(*_YES_NO[answer]) for answer in (item.gemandateerd, item.las_gemandateerd)]
            terminal.row(table, controle.school.label, item.leverancier.toetssoort, *answers)
    if chosen:
        terminal.show_table(table)
    if len(chosen) > _SHOWN:
        terminal.show(f"and {len(chosen) - _SHOWN} other schools; --csv and --json name all of them")
    if many:
        total = len(found.controles)
        fine = total - len(found.missing) - len(found.unanswered)
        terminal.show(
            f"{total} schools: {fine} in order, {len(found.missing)} without a mandate, {len(found.unanswered)} not answered."
        )
    else:
        for controle in chosen:
            terminal.show("")
            terminal.tell_lines(controle.uitleg, terminal.show)


def tell_waiting(cause: DoorstroomError, seconds: float) -> None:
    """Why nothing happens for a while."""
    terminal.complain(f"Waiting for the OSR, {seconds / 60:.0f} minutes at most: {cause.message}")


def complain_about(found: Found) -> None:
    """What went wrong, each reason once."""
    if found.suspicion:
        terminal.complain(found.suspicion, label="Error: ")
    reasons: dict[str, int] = {}
    for controle in found.unanswered:
        text = "" if controle.error is None else str(controle.error)
        reasons[text] = reasons.get(text, 0) + 1
    for text, count in reasons.items():
        terminal.complain(f"{count} {'school' if count == 1 else 'schools'}: {text}", label="Error: ")
    old = sum(controle.verouderd for controle in found)
    if old:
        terminal.complain(f"Of {old} of them earlier answers are shown, of at most a day old")


# --- as files


def as_json(found: Found, *, stopped_by: str | None, code: int) -> dict[str, Any]:
    """All answers as a document."""
    days = [item.mandaten[0].peildatum.isoformat() for item in found if item.mandaten]
    return {
        "peildatum": next(iter(days), None),
        "scholen": [_school(controle) for controle in found],
        "osr_verdacht": bool(found.suspicion),
        "gestopt_door": stopped_by,
        "exit_code": code,
    }


def _school(controle: Mandaatcontrole) -> dict[str, Any]:
    return {
        "school": controle.school.instellingscode,
        "routeringskenmerk": controle.school.routeringskenmerk,
        "in_orde": bool(controle) if controle.mandaten else None,
        "leveranciers": [_leverancier(item) for item in controle.mandaten],
        "uitleg": controle.uitleg,
        "uitleg_delen": parts_of(controle.uitleg),
        "gezien_op": seen_at(controle) or None,
        "verouderd": controle.verouderd,
        "omgeslagen": controle.omgeslagen,
        "error": None if controle.error is None else type(controle.error).__name__,
    }


def write_for_board(file: Path, found: Found, client: Client) -> None:
    """One text about all schools, for who gives the mandates of a board.

    While the OSR is suspect the schools whose mandate it lost are left out.

    Raises:
        StoreError: it cannot be written.
    """
    told = [controle for controle in found if not (controle.omgeslagen and found.suspicion)]
    write_whole(file, f"{client.osr.uitleg_voor_bestuur(told)}\n".encode())


def _leverancier(item: Mandaat) -> dict[str, Any]:
    return {
        "leverancier": item.leverancier.toetssoort,
        "gemandateerd": item.gemandateerd,
        "las_gemandateerd": item.las_gemandateerd,
        "las_eind_datum": day_of(item.eind_datum),
        "las_verlopen_op": day_of(item.las_verlopen_op),
        "las_begint_op": day_of(item.las_begint_op),
        "verlopen_op": day_of(item.verlopen_op),
        "begint_op": day_of(item.begint_op),
    }


def write_texts(folder: Path, found: Found, *, overwrite: bool) -> int:
    """A text per school, named after its routeringskenmerk, to show or to mail; gives how many.

    While the OSR is suspect there is none for a school whose mandate it lost.

    Raises:
        StoreError: one cannot be written, or is there already.
    """
    make_folder(folder)
    count, suspect = 0, bool(found.suspicion)
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if overwrite else os.O_EXCL)
    for controle in found:
        if not controle.mandaten or (controle.omgeslagen and suspect):
            continue
        path = folder / f"{controle.school.routeringskenmerk}.txt"
        try:
            with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(f"{controle.brief}\n")
        except FileExistsError:
            raise StoreError(f"{path} exists already", hint="Name another folder, or add --overwrite") from None
        except OSError as error:
            raise StoreError(f"cannot write {path}: {os_reason(error)}", hint="Choose another folder") from None
        count += 1
    return count
