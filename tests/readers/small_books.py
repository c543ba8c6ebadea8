"""Workbooks in their shortest form, part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def book(rows: str, *, texts: str = "", settings: str = "", **parts: str) -> bytes:
    """A workbook with a hidden sheet in front; `parts` replaces or, when empty, leaves out one of its files."""
    files = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{settings}<sheets>'
        '<sheet name="weg" state="hidden" r:id="r2"/><sheet name="x" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r2" Target="worksheets/weg.xml"/>'
        '<Relationship Id="r1" Target="worksheets/blad.xml"/></Relationships>',
        "xl/worksheets/blad.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>' if texts else "",
    }
    return packed({**files, **{name.replace("__", "/").replace("_xml", ".xml"): text for name, text in parts.items()}})


def packed(files: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            if text:
                archive.writestr(name, text)
    return stream.getvalue()


def inline(*cells: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"
