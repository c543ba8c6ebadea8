"""What .xlsx and .xlsb have in common: where their parts are, which links are sheets, and what they are refused for."""

from __future__ import annotations

from collections.abc import Mapping

from doorstroom_client.readers.workbook_parts import Link, Parts
from doorstroom_client.readers.workbook_sheet import Unreadable

_MAIN_PARTS = ("xl/workbook.xml", "xl/workbook.bin")
_SHEET_KINDS = ("worksheet", "")
"""A link to cells. Sheets with a chart, a dialog or macros of long ago are of other kinds."""


def main_part(parts: Parts) -> str:
    """The part that a package of Office begins with; empty when there is none."""
    for link in parts.links("").values():
        if link.kind == "officeDocument" and link.part in parts:
            return link.part
    return next((name for name in _MAIN_PARTS if name in parts), "")


def refuse_macros(parts: Parts) -> None:
    """A workbook with programs in it is not read.

    Raises:
        Unreadable: there are macros.
    """
    for name in parts:
        if name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")):
            raise Unreadable("holds macros", "Save it as .xlsx or .ods, without macros")


def sheet_part(links: Mapping[str, Link], link: str) -> str | None:
    """The part that holds a sheet, which need not be there; None when it has no cells."""
    found = links.get(link)
    if found is None:
        return ""
    return found.part if found.kind in _SHEET_KINDS else None


def linked(links: Mapping[str, Link], kind: str) -> str:
    """The part of a kind that the workbook names once; empty when it has none."""
    return next((link.part for link in links.values() if link.kind == kind), "")
