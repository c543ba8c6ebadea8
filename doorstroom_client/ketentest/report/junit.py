"""A report as JUnit XML, for a build server: what was not tested is skipped with its reason, and never passes in silence."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter

from doorstroom_client.ketentest.report.verslag import Keurregel, Rapport, Verslag
from doorstroom_client.ketentest.report.wording import VERDICTS, check_word
from doorstroom_client.ketentest.verdicts import Oordeel

_ELEMENTS = {Oordeel.GEZAKT: "failure", Oordeel.FOUT: "error"} | dict.fromkeys(
    (Oordeel.OVERGESLAGEN, Oordeel.NVT, Oordeel.WACHT, Oordeel.TE_BEOORDELEN), "skipped"
)
"""What stands in a testcase; one that passed or deviates has none of these."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(rapport: Rapport) -> bytes:
    """The report as a test suite with a testcase for each scenario.

    Args:
        rapport: the run.
    """
    kinds = Counter(map(_element, rapport.verslagen))
    numbers = {
        "tests": str(len(rapport.verslagen)),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
        "skipped": str(kinds["skipped"]),
        "time": _seconds(sum(item.seconds for item in rapport.verslagen)),
    }
    suites = ET.Element("testsuites", numbers)
    suite = ET.SubElement(suites, "testsuite", {"name": "ketentest", "timestamp": _text(rapport.head.began), **numbers})
    for item in rapport.verslagen:
        _testcase(suite, item)
    ET.indent(suites, " ")
    text: str = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _testcase(suite: ET.Element, item: Verslag) -> None:
    names = {"classname": item.rol.value, "name": _text(f"{item.id} {item.titel}"), "time": _seconds(item.seconds)}
    case = ET.SubElement(suite, "testcase", names)
    properties = ET.SubElement(case, "properties")
    for eis in dict.fromkeys((*item.eisen, *(found.eis for found in item.keuringen))):
        ET.SubElement(properties, "property", {"name": "eis", "value": _text(eis)})
    ET.SubElement(properties, "property", {"name": "oordeel", "value": item.oordeel.value})
    told = "\n".join(_line(found) for found in item.keuringen if found.oordeel is not Oordeel.GESLAAGD)
    kind = _element(item)
    if kind:
        word = VERDICTS[item.oordeel].naam
        why = "; ".join(filter(None, (item.alarm, item.why)))
        failed = next((_line(found) for found in item.keuringen if found.counts and found.oordeel is item.oordeel), word)
        found = ET.SubElement(case, kind, {"message": _text(f"{word}: {why}" if why else failed)})
        if kind != "skipped":
            found.set("type", item.oordeel.value)
        if told:
            found.text = _text(told)
    elif told or item.why:
        ET.SubElement(case, "system-out").text = _text("\n".join(filter(None, (item.why, told))))


def _element(item: Verslag) -> str:
    """An alarm is a failure, also when everything passed: that is what it warns of."""
    return "failure" if item.alarm and item.oordeel is not Oordeel.FOUT else _ELEMENTS.get(item.oordeel, "")


def _line(item: Keurregel) -> str:
    return (
        f"{check_word(item)}: {item.eis}: {item.tekst}; verwacht {item.expected}, gezien {item.got}; "
        f"aan zet: {item.whose.value}; bron: {item.bron}"
    )


def _seconds(value: float) -> str:
    return f"{value:.3f}"


def _text(value: str) -> str:
    """A text with only the characters that XML has."""
    return _NOT_XML.sub("\ufffd", value)
