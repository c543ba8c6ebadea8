"""Validation against XSDs that a user brings. The ones here are our own, small and in the form of the published ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.readers.edexml import Ernst
from doorstroom_client.readers.edexml_xsd import MAX_FOUND, validate_edexml

from .edex import CANARY, Node, document, node, pupil, uwlr, written

MAIN = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:include schemaLocation="EDEXML.typen.xsd"/>
<xs:element name="EDEX"><xs:complexType><xs:sequence>
 <xs:element name="school"><xs:complexType><xs:sequence>
  <xs:element name="schooljaar" type="Schooljaar"/><xs:element name="brincode" type="xs:string"/>
 </xs:sequence></xs:complexType></xs:element>
 <xs:element name="groepen"><xs:complexType><xs:sequence>
  <xs:element name="groep" maxOccurs="unbounded">
   <xs:complexType><xs:attribute name="key" use="required"/></xs:complexType></xs:element>
 </xs:sequence></xs:complexType></xs:element>
 <xs:element name="leerlingen"><xs:complexType><xs:sequence>
  <xs:element name="leerling" maxOccurs="unbounded"><xs:complexType><xs:sequence>
   <xs:element name="bsn" type="Bsn" minOccurs="0"/>
   <xs:element name="groep"><xs:complexType><xs:attribute name="key"/></xs:complexType></xs:element>
  </xs:sequence><xs:attribute name="key" use="required"/></xs:complexType></xs:element>
 </xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType>
<xs:key name="groepsKey"><xs:selector xpath="groepen/groep"/><xs:field xpath="@key"/></xs:key>
<xs:key name="leerlingKey"><xs:selector xpath="leerlingen/leerling"/><xs:field xpath="@key"/></xs:key>
<xs:keyref name="groepsRef" refer="groepsKey">
 <xs:selector xpath="leerlingen/leerling/groep"/><xs:field xpath="@key"/></xs:keyref>
</xs:element></xs:schema>
"""
TYPES = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="Schooljaar">
 <xs:restriction base="xs:string"><xs:enumeration value="2024-2025"/></xs:restriction></xs:simpleType>
<xs:simpleType name="Bsn"><xs:restriction base="xs:string"><xs:pattern value="[0-9]{9}"/></xs:restriction></xs:simpleType>
</xs:schema>
"""
OFFICIAL = os.environ.get("EDEXML_XSD_DIR", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "EDEXML.structuur.xsd").write_text(MAIN)
    (tmp_path / "EDEXML.typen.xsd").write_text(TYPES)
    return tmp_path


def small(schooljaar: str = "2024-2025", *more: Node) -> Node:
    pupils = [node("leerling", "", node("groep", key="g"), key="k1"), *more]
    return node(
        "EDEX",
        "",
        node("school", "", node("schooljaar", schooljaar), node("brincode", "11BB"), node("toevoegingen", "", node("x"))),
        node("groepen", "", node("groep", key="g")),
        node("leerlingen", "", *pupils),
    )


def one(*children: Node, key: str = "k2", group: str = "g") -> Node:
    return node("leerling", "", *children, node("groep", key=group), node("toevoegingen", CANARY), key=key)


def found(root: Node, folder: Path) -> list[str]:
    return [f"{item} {item.ernst}" for item in validate_edexml(written(root), folder)]


def test_a_file_that_fits(folder: Path) -> None:
    assert validate_edexml(written(small("2024-2025", one())), folder) == ()
    assert validate_edexml(written(small("2024-2025", one())), folder / "EDEXML.structuur.xsd") == ()


@pytest.mark.parametrize(
    ("pupil", "expected"),
    [
        (one(node("bsn", "12345678X")), "leerlingen/leerling[2]/bsn: does not fit the XSD (SCHEMAV_CVC_PATTERN_VALID)"),
        (one(key="k1"), "leerlingen/leerling[2]: does not fit the XSD (SCHEMAV_CVC_IDC)"),
        (one(group="weg"), "line 18, EDEX: does not fit the XSD (SCHEMAV_CVC_IDC)"),
        (one(node(CANARY, "x")), "leerlingen/leerling[2]/*: does not fit the XSD (SCHEMAV_ELEMENT_CONTENT)"),
    ],
)
def test_places_and_codes_and_never_a_value(folder: Path, pupil: Node, expected: str) -> None:
    [text] = found(small("2024-2025", pupil), folder)
    assert expected in text
    assert text.startswith("line ")
    assert text.endswith("fout")
    assert CANARY not in text
    assert "12345678X" not in text


def test_a_later_schooljaar_is_only_something_to_know(folder: Path) -> None:
    [item] = validate_edexml(written(small("2025-2026")), folder)
    assert (item.element, item.ernst) == ("school/schooljaar", Ernst.LET_OP)


def test_findings_are_bounded(folder: Path) -> None:
    many = [one(node("bsn", "x"), key=f"m{number}") for number in range(MAX_FOUND + 200)]
    assert len(validate_edexml(written(small("2024-2025", *many)), folder)) == MAX_FOUND


def test_xsds_come_from_one_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elders") / "EDEXML.typen.xsd"
    elsewhere.write_text(TYPES)
    for location in (str(elsewhere), elsewhere.as_uri(), "http://localhost:1/EDEXML.typen.xsd", "../x/EDEXML.typen.xsd"):
        (folder / "EDEXML.structuur.xsd").write_text(MAIN.replace("EDEXML.typen.xsd", location))
        with pytest.raises(ConfigurationError, match="not an XSD that can be used"):
            validate_edexml(written(small()), folder)


def test_xsds_that_cannot_be_used(folder: Path) -> None:
    for xsd, reason in ((folder / "weg", "No such file"), (folder / "EDEXML.typen.xsd", "")):
        if reason:
            with pytest.raises(ConfigurationError, match=reason):
                validate_edexml(written(small()), xsd)
        else:
            assert validate_edexml(written(small()), xsd)
    with pytest.raises(ConfigurationError, match="must be a Path"):
        validate_edexml(written(small()), "x")  # type: ignore[arg-type]
    (folder / "EDEXML.structuur.xsd").write_text("<geen")
    with pytest.raises(ConfigurationError, match="not an XSD"):
        validate_edexml(written(small()), folder)


@pytest.mark.parametrize("content", [b"<geen", b"<!DOCTYPE EDEX><EDEX/>", uwlr(document()), b""])
def test_a_file_that_cannot_be_read(folder: Path, content: bytes) -> None:
    with pytest.raises(MessageError):
        validate_edexml(content, folder)


@pytest.mark.skipif(not OFFICIAL, reason="EDEXML_XSD_DIR does not name a folder with the published XSDs of EDEXML 2.1")
def test_the_published_xsds() -> None:
    good = document()
    assert {item.element for item in validate_edexml(written(good), Path(OFFICIAL))} <= {"school/schooljaar"}
    bad = document(pupil(0), pupil(0))
    assert any("@key" in item.element or "IDC" in item.tekst for item in validate_edexml(written(bad), Path(OFFICIAL)))
