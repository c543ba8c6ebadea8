"""The mandates of many schools as a table, for a spreadsheet or another program: one line per school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from doorstroom_client.messages.values import amsterdam
from doorstroom_client.osr.rounds import Mandaatcontrole
from doorstroom_client.output.spreadsheet import csv_bytes

_JA_NEE = {True: "ja", False: "nee", None: "niet nagekeken"}
_HEADER = (
    "school", "naam", "routeringskenmerk", "in_orde", "gemandateerde_leveranciers", "las_gemandateerd", "las_tot_en_met",
    "las_verlopen_op", "las_begint_op", "peildatum", "gezien_op", "verouderd", "fout", "uitleg",
)  # fmt: skip


def mandaten_csv(controles: Iterable[Mandaatcontrole]) -> bytes:
    """A CSV that Dutch Excel opens; no cell can become a formula.

    Args:
        controles: what `check_mandaten` handed out.
    """
    return csv_bytes(_HEADER, map(_cells, controles))


def _cells(controle: Mandaatcontrole) -> tuple[object, ...]:
    school, mandaten = controle.school, controle.mandaten
    fout = "" if controle.error is None else type(controle.error).__name__
    if not mandaten:
        return (school.instellingscode, school.naam, school.routeringskenmerk, "onbekend", *[""] * 8, fout, "")
    las = mandaten[0]
    return (
        school.instellingscode,
        school.naam,
        school.routeringskenmerk,
        _JA_NEE[bool(controle)],
        " ".join(item.leverancier.toetssoort for item in mandaten if item.gemandateerd),
        _JA_NEE[las.las_gemandateerd],
        day_of(las.eind_datum),
        day_of(las.las_verlopen_op),
        day_of(las.las_begint_op),
        las.peildatum.isoformat(),
        seen_at(controle),
        _JA_NEE[controle.verouderd],
        fout,
        controle.uitleg,
    )


def day_of(day: dt.date | None) -> str | None:
    """A day for a program."""
    return None if day is None else day.isoformat()


def seen_at(controle: Mandaatcontrole) -> str:
    """Since when an answer is known, in Dutch time; empty when there is none."""
    at = controle.gezien_op
    return "" if at is None else at.astimezone(amsterdam()).isoformat(timespec="seconds")
