"""Workbooks of the corpus that no program at hand writes: ``python tools/corpus/books_by_hand.py FOLDER``.

Needs msoffcrypto-tool for the one with a password, and openpyxl and xlwt for what is changed afterwards.
"""

# ruff: noqa: E501

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import xlwt
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/corpus/books")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WHEN = (2026, 1, 1, 0, 0, 0)


def packed(name: str, parts: dict[str, str | bytes]) -> None:
    """Write a file of parts, always the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part, WHEN), content, zipfile.ZIP_DEFLATED)
    (FOLDER / name).write_bytes(stream.getvalue())


def book(
    name: str, rows: str, *, texts: str = "", after: str = "", settings: str = "", suffix: str = "xlsx", **more: str
) -> None:
    """Write a workbook with one sheet in the shortest form that there is."""
    parts: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{RELS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{settings}<sheets>'
        '<sheet name="Leerlingen" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="b" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="c" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="d" Type="{RELS}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
    }
    parts |= more
    packed(f"hand-{name}.{suffix}", {part: content for part, content in parts.items() if content})


def inline(*cells: str, attributes: str = "") -> str:
    """A row of texts without places."""
    return f"<row{attributes}>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells) + "</row>"


HEADER = inline("las_key", "advies")
PUPIL = inline("k1", "HAVO")


def ods(name: str, rows: str, *, before: str = "", **more: str) -> None:
    """Write an .ods with one sheet."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for prefix, space in {"office": "office", "table": "table", "text": "text", "style": "style"}.items()
    )
    content = (
        f"<office:document-content {spaces}>{before}<office:body><office:spreadsheet>"
        f'<table:table table:name="Leerlingen">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    packed(f"hand-{name}.ods", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content, **more})


def ods_row(*cells: str, attributes: str = "") -> str:
    """A row of texts of an .ods."""
    texts = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f"<table:table-row{attributes}>{texts}</table:table-row>"


def forms() -> None:
    """The many ways to write the same thing."""
    book("no-places", HEADER + PUPIL)
    rows = '<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1" t="s"><x:v>1</x:v></x:c></x:row>'
    rows += '<x:row r="5"><x:c r="A5" t="s"><x:v>2</x:v></x:c><x:c r="B5" t="s"><x:v>3</x:v></x:c></x:row>'
    texts = "".join(f"<x:si><x:t>{text}</x:t></x:si>" for text in ("las_key", "advies", "k1", "HAVO"))
    book(
        "prefixes",
        "",
        xl__sheet="",
        **{
            "xl/worksheets/sheet1.xml": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>',
            "xl/sharedStrings.xml": f'<x:sst xmlns:x="{MAIN}">{texts}</x:sst>',
        },
    )
    day = '<c t="d" s="0"><v>{}</v></c>'
    names = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("k1", "Berg", "Jan", "J"))
    header = inline("las_key", "achternaam", "roepnaam", "voorletters", "geboortedatum", "groep")
    group = '<c t="inlineStr"><is><t>8A</t></is></c>'
    for name, moment in {
        "iso-day": "2014-05-01",
        "iso-midnight": "2014-05-01T00:00:00",
        "iso-zone": "2014-05-01T00:00:00+02:00",
        "iso-evening": "2014-04-30T22:00:00Z",
    }.items():
        book(name, f"{header}<row>{names}{day.format(moment)}{group}</row>")
    strict = {
        "xl/workbook.xml": f'<workbook xmlns="{STRICT}" xmlns:r="{STRICT_RELS}" conformance="strict"><sheets>'
        '<sheet name="Leerlingen" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="b" Type="{STRICT_RELS}/worksheet" Target="/xl/worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{STRICT}"><sheetData>{header}<row>{names}'
        f"{day.format('2014-05-01')}{group}</row></sheetData></worksheet>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{STRICT_RELS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
    }
    book("strict", "", **strict)
    texts = (
        "<si><t>las_key</t></si><si><t>achternaam</t></si><si><t>groep</t></si><si><t>k_x0031_</t></si>"
        "<si><r><t>Be</t></r><r><rPr><b/></rPr><t>rg</t></r><rPh sb='0' eb='1'><t>BEHRUG</t></rPh><phoneticPr fontId='1'/></si>"
        '<si><t xml:space="preserve"> 8_x0041_ </t></si><si><t>k_x005F_x0031_</t></si>'
    )
    cells = "".join(
        f"<row>{''.join(f'<c t=%ss%s><v>{at}</v></c>' % (chr(34), chr(34)) for at in row)}</row>"
        for row in ((0, 1, 2), (3, 4, 5), (6, 4, 5))
    )
    book("codes", cells, texts=texts)
    book("lone-half-letter", inline("las_key", "achternaam") + inline("k1", "Be_xD83D_rg"))
    book("zero-height", HEADER + PUPIL + inline("k2", "VWO", attributes=' ht="0" customHeight="1"'))
    book(
        "zero-width",
        HEADER + PUPIL,
        **{
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="2" width="0" customWidth="1"/></cols>'
            f"<sheetData>{HEADER}{PUPIL}</sheetData></worksheet>"
        },
    )
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="14"/><xf numFmtId="17"/></cellXfs></styleSheet>'
    book("first-style", f"{header}<row>{names}<c><v>41760</v></c>{group}</row>", **{"xl/styles.xml": styles})
    book(
        "shared-formula",
        HEADER + '<row><c t="str"><f t="shared" si="0" ref="A2:A3">"k"&amp;1</f><v>k1</v></c>'
        '<c t="str"><f t="shared" si="0"/><v>HAVO</v></c></row>',
    )
    book(
        "empty-result",
        inline("las_key", "achternaam", "voorvoegsel") + '<row><c t="inlineStr"><is><t>k1</t></is></c>'
        '<c t="inlineStr"><is><t>Berg</t></is></c><c t="str"><f>IF(1=1,"","x")</f><v></v></c></row>',
    )
    packed("hand-backslashes.xlsx", _with_backslashes())


def _with_backslashes() -> dict[str, str | bytes]:
    book("no-places", HEADER + PUPIL)
    with zipfile.ZipFile(FOLDER / "hand-no-places.xlsx") as archive:
        return {name.replace("/", "\\"): archive.read(name) for name in archive.namelist()}


def broken() -> None:
    """What cannot be read, or should not be."""
    book("text-not-there", HEADER + '<row><c t="s"><v>7</v></c><c t="inlineStr"><is><t>HAVO</t></is></c></row>')
    book("unknown-kind", HEADER + '<row><c t="q"><v>7</v></c><c t="inlineStr"><is><t>HAVO</t></is></c></row>')
    book(
        "twice-in-a-row",
        '<row r="1"><c r="A1" t="inlineStr"><is><t>las_key</t></is></c><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>',
    )
    book("rows-back", inline("las_key", "advies", attributes=' r="5"') + inline("k1", "HAVO", attributes=' r="4"'))
    book("macros", HEADER + PUPIL, suffix="xlsm", **{"xl/vbaProject.bin": "x"})
    book("no-macros", HEADER + PUPIL, suffix="xlsm")
    book("named-xls", HEADER + PUPIL, suffix="xls")
    book(
        "hidden-only",
        HEADER + PUPIL,
        **{
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>'
            '<sheet name="Leerlingen" sheetId="1" state="veryHidden" r:id="b"/></sheets></workbook>'
        },
    )
    book(
        "chart-only",
        HEADER + PUPIL,
        **{
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="b" Type="{RELS}/chartsheet" Target="worksheets/sheet1.xml"/></Relationships>'
        },
    )
    packed("hand-document.xlsx", {"word/document.xml": "<document/>", "[Content_Types].xml": "<Types/>"})
    packed("hand-numbers.xlsx", {"Index/Document.iwa": b"\0\1", "Metadata/Properties.plist": b"x"})
    packed("hand-zipped-csv.xlsx", {"leerlingen.csv": "las_key;advies\nk1;HAVO\n"})
    packed("hand-text.ods", {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})
    (FOLDER / "hand-cut-off.xlsx").write_bytes((FOLDER / "hand-no-places.xlsx").read_bytes()[:400])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for _ in range(2):
            archive.writestr(zipfile.ZipInfo("xl/workbook.xml", WHEN), "<workbook/>")
    (FOLDER / "hand-part-twice.xlsx").write_bytes(stream.getvalue())
    made = Workbook()
    for row in (["las_key", "advies"], ["k1", "HAVO"]):
        made.active.append(row)
    plain, locked = io.BytesIO(), io.BytesIO()
    made.save(plain)
    OOXMLFile(plain).encrypt("invented", locked)
    (FOLDER / "hand-password.xlsx").write_bytes(locked.getvalue())
    old = xlwt.Workbook()
    sheet = old.add_sheet("Leerlingen")
    for number, row in enumerate((["las_key", "advies"], ["k1", "HAVO"])):
        for at, text in enumerate(row):
            sheet.write(number, at, text)
    stream = io.BytesIO()
    old.save(stream)
    # A record with the name of the writer becomes the one that says that all others are encrypted.
    (FOLDER / "hand-password.xls").write_bytes(stream.getvalue().replace(b"\x5c\0\x70\0", b"\x2f\0\x70\0", 1))
    (FOLDER / "hand-macros.xls").write_bytes(stream.getvalue() + "_VBA_PROJECT_CUR".encode("utf-16-le"))
    document = stream.getvalue().replace(
        "Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")
    ) + "WordDocument".encode("utf-16-le")
    (FOLDER / "hand-document.xls").write_bytes(document)


def open_form() -> None:
    """The open form, as far as LibreOffice does not write it here."""
    top = ods_row("las_key", "advies")
    ods(
        "repeated-rows",
        top + ods_row("k1", "HAVO") + '<table:table-row table:number-rows-repeated="1048573">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>',
    )
    ods("repeated-pupil", top + ods_row("k1", "HAVO", attributes=' table:number-rows-repeated="2"'))
    ods("too-many-rows", top + ods_row("k1", "HAVO", attributes=' table:number-rows-repeated="1048570"'))
    ods(
        "remark",
        top + '<table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>let op</text:p>'
        '</office:annotation><text:p>k<text:span>1</text:span></text:p></table:table-cell><table:table-cell office:value-type="string">'
        "<text:p>vmbo<text:s/>kb</text:p></table:table-cell></table:table-row>",
    )
    ods(
        "hidden",
        '<table:table-column table:visibility="collapse"/><table:table-column/>'
        + top
        + ods_row("k1", "HAVO", attributes=' table:visibility="filter"')
        + ods_row("k2", "VWO", attributes=' table:visibility="collapse"'),
    )
    ods(
        "error",
        top + '<table:table-row><table:table-cell office:value-type="string"><text:p>k1</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=NA()" office:value-type="float" office:value="0"><text:p>#N/B</text:p>'
        "</table:table-cell></table:table-row>",
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
    )
    ods("password", top, **{"META-INF/manifest.xml": manifest})
    ods("macros", top + ods_row("k1", "HAVO"), **{"Basic/Standard/Module1.xml": "<x/>"})


def binary() -> None:
    """Days from 1904 in a binary workbook; what books_node.cjs wrote has to be there."""
    with zipfile.ZipFile(FOLDER / "sheetjs-pupils.xlsb") as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    main = bytes(parts["xl/workbook.bin"])
    at = main.index(b"\x99\x01") + 3
    parts["xl/workbook.bin"] = main[:at] + b"\x01" + main[at + 1 :]
    packed("hand-1904.xlsb", parts)


if __name__ == "__main__":
    for part in (forms, broken, open_form, binary):
        part()
