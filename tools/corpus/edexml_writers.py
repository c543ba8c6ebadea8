"""EDEXML and UWLR files of the corpus, as three XML writers of Python make them; and their table.

python tools/corpus/edexml_writers.py tests/corpus
"""

from __future__ import annotations

import json
import sys
import xml.dom.minidom
import xml.etree.ElementTree as ET
from pathlib import Path

import lxml.etree

UWLR = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens"
SCHOOL = {"schooljaar": "2025-2026", "brincode": "11BB", "dependancecode": "00", "xsdversie": "2.1"}
PUPIL = {
    "achternaam": "Berg",
    "voorletters-1": "J",
    "roepnaam": "Jan",
    "geboortedatum": "2014-05-01",
    "geslacht": "1",
    "jaargroep": "8",
}
Pupil = dict[str, str]
ECK = "https://ketenid.nl/pilot/" + "0" * 127

NAMES = [
    {"@key": "k1", "achternaam": "Brontë", "roepnaam": "Zoë"},
    {"@key": "k2", "achternaam": "Müller", "roepnaam": "José"},
]
WIDE = [*NAMES, {"@key": "k3", "achternaam": "Yıldız", "roepnaam": "Łukasz"}]


def shown(pupils: list[Pupil]) -> list[Pupil]:
    """What is right of pupils that are read as they stand there."""
    return [{("las_key" if name == "@key" else name): text for name, text in pupil.items()} for pupil in pupils]


# Name -> writer, encoding, what, the pupils, what is right of them (None: as they stand there), and the notes.
READ: dict[str, tuple[str, str, str, list[Pupil], list[Pupil] | None, list[str]]] = {
    "lxml-utf-8": ("lxml", "UTF-8", "letters in UTF-8", WIDE, None, []),
    "lxml-ascii": ("lxml", "ASCII", "letters by their number", WIDE, None, []),
    "lxml-utf-16": ("lxml", "UTF-16", "letters of two bytes", WIDE, None, []),
    "lxml-latin-1": ("lxml", "ISO-8859-1", "letters of one byte", NAMES, None, []),
    "lxml-latin-9": ("lxml", "ISO-8859-15", "letters of one byte, with the euro", NAMES, None, []),
    "etree-windows": ("xml.etree", "windows-1252", "letters of Windows", NAMES, None, []),
    "etree-utf-8": ("xml.etree", "utf-8", "letters in UTF-8", WIDE, None, []),
    "minidom-utf-8": ("xml.dom.minidom", "utf-8", "every text on a line of its own", WIDE, None, []),
    "minidom-windows": ("xml.dom.minidom", "windows-1252", "letters of Windows, pretty", NAMES, None, []),
    "uwlr": ("lxml", "UTF-8", "the payload of UWLR", WIDE, None, []),
    "uwlr-prefix": ("xml.etree", "utf-8", "the same with a prefix", WIDE, None, []),
    "nfd": (
        "lxml",
        "UTF-8",
        "letters apart from their accents",
        [{"@key": "k1", "achternaam": "Bronte\u0308"}],
        [{"achternaam": "Brontë"}],
        [],
    ),
    "spaces": (
        "lxml",
        "UTF-8",
        "spaces of web pages",
        [{"@key": "k1", "achternaam": "van\u00a0der\u2009Berg"}],
        [{"achternaam": "van der Berg"}],
        [],
    ),
    "soft-hyphen": (
        "lxml",
        "UTF-8",
        "what nobody sees",
        [{"@key": "k1", "achternaam": "Zonne\u00adveld"}],
        [{"achternaam": "Zonneveld"}],
        [],
    ),
    "midnight": (
        "lxml",
        "UTF-8",
        "midnight behind a date",
        [{"@key": "k1", "geboortedatum": "2014-05-01T00:00:00"}],
        [{"geboortedatum": "2014-05-01"}],
        [],
    ),
    "null-surname": (
        "lxml",
        "UTF-8",
        "a child called Null",
        [{"@key": "k1", "achternaam": "Null"}],
        None,
        ["achternaam: holds what a program writes for nothing"],
    ),
    "null-prefix": (
        "lxml",
        "UTF-8",
        "NULL where there may be nothing",
        [{"@key": "k1", "voorvoegsel": "NULL"}],
        [{"voorvoegsel": ""}],
        [],
    ),
    "null-key": (
        "lxml",
        "UTF-8",
        "NULL beside an ECK-iD",
        [{"@key": "NULL", "@eckid": ECK + "1"}],
        [{"eck_id": ECK + "1", "las_key": ""}],
        ["@key: is what a program writes for nothing"],
    ),
    "key-nfd": (
        "lxml",
        "UTF-8",
        "a key with a letter apart from its accent, sent as it stands there",
        [{"@key": "ze\u0308-1"}],
        [{"las_key": "ze\u0308-1"}],
        [],
    ),
    "left-never": (
        "lxml",
        "UTF-8",
        "what programs write for a day that is not there",
        [{"@key": "k1", "uitstroomdatum": "0001-01-01T00:00:00"}, {"@key": "k2", "uitstroomdatum": "NULL"}],
        [{"las_key": "k1"}, {"las_key": "k2"}],
        ["leerling[1]/uitstroomdatum: is what a program", "leerling[2]/uitstroomdatum: is what a program"],
    ),
    "born-long-ago": (
        "lxml",
        "UTF-8",
        "years that were typed wrong",
        [{"@key": "k1", "geboortedatum": "1914-05-01"}, {"@key": "k2", "geboortedatum": "0214-05-01"}],
        [{"geboortedatum": "1914-05-01"}, {"geboortedatum": "0214-05-01"}],
        ["leerling[1]/geboortedatum: is before 1990", "leerling[2]/geboortedatum: is before 1990"],
    ),
    "null-initials-once": (
        "lxml",
        "UTF-8",
        "five given names with these initials",
        [{"@key": "k1", "voorletters-1": "None"}],
        [{"las_key": "k1"}],
        ["voorletters-1: holds what a program writes for nothing"],
    ),
    "number-in-name": ("lxml", "UTF-8", "pupils of a test, numbered", [{"@key": "k1", "roepnaam": "Kind1"}], None, []),
}
PROBLEM: dict[str, tuple[str, list[Pupil], list[str]]] = {
    "lost-letter": (
        "a question mark for a letter",
        [{"@key": "k1", "achternaam": "M?ller"}],
        ["achternaam: holds a question mark"],
    ),
    "twice": (
        "letters that were encoded twice",
        [{"@key": "k1", "achternaam": "MÃ¼ller", "roepnaam": "ZoÃ«"}],
        ["achternaam: holds letters in another", "roepnaam: holds letters in another"],
    ),
    "entity": (
        "letters that were escaped twice",
        [{"@key": "k1", "roepnaam": "Zo&euml;"}],
        ["roepnaam: holds what a program writes for a letter"],
    ),
    "escape": (
        "letters as a workbook writes them",
        [{"@key": "k1", "roepnaam": "Zo_x00EB_"}],
        ["roepnaam: holds what a program writes for a letter"],
    ),
    "boxes": (
        "a line of a table",
        [{"@key": "k1", "achternaam": "M│ller"}],
        ["achternaam: holds a sign that stands in no name"],
    ),
    "control": (
        "a control range of another encoding",
        [{"@key": "k1", "achternaam": "M\u0081ller"}],
        ["achternaam: holds a control character"],
    ),
    "initials": ("initials with a letter encoded twice", [{"@key": "k1", "voorletters-1": "Ã‰"}], ["voorletters-1: holds"]),
    "group": (
        "a group with a letter encoded twice",
        [{"@key": "k1", "@groep": "8Ã«"}],
        ["groepen/groep[1]/naam: holds letters in another"],
    ),
    "nulls": (
        "NULL as the name of two pupils",
        [{"@key": "k1", "achternaam": "NULL"}, {"@key": "k2", "achternaam": "NULL"}],
        ["leerling[1]/achternaam: holds what a program", "leerling[2]/achternaam: holds what a program writes for nothing"],
    ),
    "null-initials": (
        "NULL as the initials of two pupils",
        [{"@key": "k1", "voorletters-1": "NULL"}, {"@key": "k2"}, {"@key": "k3", "voorletters-1": "null"}],
        ["leerling[1]/voorletters-1: holds what a program", "leerling[3]/voorletters-1: holds what a program"],
    ),
    "null-four": (
        "Null as the name of more than one family",
        [{"@key": f"k{number}", "achternaam": "Null"} for number in range(1, 6)],
        [f"leerling[{number}]/achternaam: holds what a program" for number in range(1, 6)],
    ),
    "initials-error": (
        "the error of a formula for initials",
        [{"@key": "k1", "voorletters-1": "#VERW!"}],
        ["voorletters-1: holds the error of a formula"],
    ),
    "null-group": (
        "NULL as the name of a group",
        [{"@key": "k1", "@groep": "NULL"}],
        ["groep[1]/naam: holds what a program writes for nothing"],
    ),
    "group-date": (
        "a group 8-3 that became a date",
        [{"@key": "k1", "@groep": "8-mrt"}],
        ["groep[1]/naam: is a date"],
    ),
    "key-error": (
        "the error of a formula for a key",
        [{"@key": "#VERW!", "@eckid": ECK + "1"}],
        ["@key: holds no key"],
    ),
    "key-hyphen": (
        "a key with what nobody sees",
        [{"@key": "a1\u00adb2"}],
        ["@key: holds a mark that nobody sees"],
    ),
    "key-wide": ("a key in wide digits", [{"@key": "\uff11\uff12\uff13"}], ["@key: holds wide letters or digits"]),
    "null-names": (
        "NULL as both names of a pupil",
        [{"@key": "k1", "achternaam": "NULL", "roepnaam": "null"}],
        ["achternaam: holds what a program", "roepnaam: holds what a program"],
    ),
    "cell-error": (
        "the error of a formula",
        [{"@key": "k1", "achternaam": "#N/A"}],
        ["achternaam: holds the error of a formula"],
    ),
    "null-alone": ("NULL as the only key", [{"@key": "NULL"}], ["@key: holds no key"]),
    "scientific": ("a key that a spreadsheet cut short", [{"@key": "1,23457E+11"}], ["@key: is a number that was cut short"]),
    "key-date": ("a key that became a date", [{"@key": "1-mei"}], ["@key: is a date"]),
    "eck-capitals": ("an ECK-iD in capitals", [{"@key": "k1", "@eckid": ECK + "A"}], ["@eckid: has capitals"]),
    "no-day": ("30 February", [{"@key": "k1", "geboortedatum": "2014-02-30"}], ["geboortedatum: expected a date"]),
}


def document(pupils: list[Pupil], namespace: str = "") -> ET.Element:
    """The elements of a file."""
    name = f"{{{namespace}}}" if namespace else ""
    root = ET.Element(f"{name}leerlinggegevens" if namespace else "EDEX")
    school = ET.SubElement(root, f"{name}school")
    for tag, text in SCHOOL.items():
        ET.SubElement(school, name + tag).text = text
    groep = ET.SubElement(ET.SubElement(root, f"{name}groepen"), f"{name}groep", key="g1")
    ET.SubElement(groep, f"{name}naam").text = next((pupil["@groep"] for pupil in pupils if "@groep" in pupil), "8A")
    ET.SubElement(groep, f"{name}jaargroep").text = "8"
    leerlingen = ET.SubElement(root, f"{name}leerlingen")
    for pupil in pupils:
        keys = {key[1:]: text for key, text in pupil.items() if key in ("@key", "@eckid")}
        leerling = ET.SubElement(leerlingen, f"{name}leerling", keys)
        given = {**PUPIL, **pupil}
        for tag in (
            "achternaam",
            "voorvoegsel",
            "voorletters-1",
            "roepnaam",
            "geboortedatum",
            "geslacht",
            "jaargroep",
            "uitstroomdatum",
        ):
            if tag in given:
                ET.SubElement(leerling, name + tag).text = given[tag]
        ET.SubElement(leerling, f"{name}groep", key="g1")
    return root


def written(root: ET.Element, writer: str, encoding: str, *, prefix: str = "") -> bytes:
    """A file of these elements."""
    if prefix:
        ET.register_namespace(prefix, UWLR)
    if writer == "xml.etree":
        return bytes(ET.tostring(root, encoding, xml_declaration=True))
    if writer == "xml.dom.minidom":
        tree = xml.dom.minidom.parseString(ET.tostring(root))  # noqa: S318 - of our own making
        return bytes(tree.toprettyxml(encoding=encoding))
    made: bytes = lxml.etree.tostring(
        lxml.etree.fromstring(ET.tostring(root)), encoding=encoding, xml_declaration=True, pretty_print=True
    )
    return made


def entry(name: str, writer: str, what: str, outcome: str, **more: object) -> str:
    """One entry of the table."""
    given = {"name": f"edexml/{name}.xml", "writer": writer, "what": what, "kind": "deelnemers", "outcome": outcome, **more}
    return "[[file]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in given.items())


def toml(value: object) -> str:
    """A value as TOML has it."""
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(text)}" for key, text in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def main(corpus: Path) -> None:
    """Write the files and their table."""
    folder = corpus / "edexml"
    folder.mkdir(exist_ok=True)
    table: list[str] = []
    for name, (writer, encoding, what, pupils, right, notes) in READ.items():
        root = document(pupils, UWLR if name.startswith("uwlr") else "")
        content = written(root, writer, encoding, prefix="ll" if name == "uwlr-prefix" else "")
        (folder / f"{name}.xml").write_bytes(content)
        expected = shown(pupils) if right is None else right
        table.append(entry(name, writer, what, "read", pupils=expected, **({"notes": notes} if notes else {})))
    for name, (what, pupils, problems) in PROBLEM.items():
        (folder / f"{name}.xml").write_bytes(written(document(pupils), "lxml", "UTF-8"))
        table.append(entry(name, "lxml", what, "problem", problems=problems))
    (corpus / "edexml.toml").write_text("\n".join(table), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
