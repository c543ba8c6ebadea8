"""CSV that LibreOffice itself has written, with Dutch settings, comes back as it went in."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from support import SCHOOL, advice_in, pupils_in

from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.leerlingen import Advies
from doorstroom_client.simulator.invented import BedachteLeerling, bedenk_leerlingen
from doorstroom_client.simulator.keten import adviezen_of

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
DUTCH = 1043
UTF8, WINDOWS, UTF16 = 76, 1, 65535
HEADER = ("ECK-iD", "LAS-key", "Achternaam", "Tussenvoegsel", "Roepnaam", "Voorletters", "Geboortedatum", "Geslacht", "Groep")
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>nl-NL</value></prop></item></oor:items>"""
AWKWARD = ('Groep "8"; blauw', "Dolfijnen\n8B", "8,5 = C")


class Office:
    """LibreOffice without a screen, with Dutch settings and a profile of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        profile = folder / "profiel"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS)
        self._command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]

    def convert(self, file: Path, to: str, out: str, *more: str) -> Path:
        where = self.folder / out
        subprocess.run(
            [*self._command, *more, "--convert-to", to, "--outdir", str(where), str(file)],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return where / f"{file.stem}.{to.partition(':')[0]}"

    def sheet(self, name: str, rows: list[list[str]], kinds: tuple[int, ...]) -> Path:
        """Rows as a spreadsheet; a kind of column is 1 (as LibreOffice sees it), 2 (text) or 4 (a Dutch date)."""
        file = self.folder / f"{name}.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, delimiter=";").writerows(rows)
        columns = "/".join(f"{number}/{kind}" for number, kind in enumerate(kinds, start=1))
        return self.convert(file, "ods", "bladen", f"--infilter=CSV:59,34,{UTF8},1,{columns},{DUTCH},false,true")

    def saved(self, sheet: Path, delimiter: str, encoding: int, *, quote_all: bool = False) -> Path:
        """The spreadsheet as a CSV, with cells as they are shown."""
        tokens = f"{ord(delimiter)},34,{encoding},1,,{DUTCH},{str(quote_all).lower()},true"
        return self.convert(sheet, f"csv:Text - txt - csv (StarCalc):{tokens}", f"uit-{ord(delimiter)}-{encoding}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("kantoor"))


def pupils() -> list[BedachteLeerling]:
    # Of a code page with 250 letters the names that it does not have would be lost; that is told, see test_csv_forms.
    found = [item for item in bedenk_leerlingen(60, schooljaar="2025-2026") if fits(item)]
    assert len(found) > 20
    return found


def fits(item: BedachteLeerling) -> bool:
    try:
        return bool(f"{item.roepnaam}{item.achternaam}".encode("cp1252"))
    except UnicodeEncodeError:
        return False


@pytest.fixture(scope="module")
def sheet(office: Office) -> Path:
    rows = [[*HEADER, "Cijfer"]]
    for number, item in enumerate(pupils()):
        names = [item.achternaam, item.voorvoegsel or "", item.roepnaam, item.voorletters]
        day = f"{item.geboortedatum:%d-%m-%Y}"
        identities = [item.eck_id or "", item.las_key]
        rows.append([*identities, *names, day, str(item.geslacht), AWKWARD[number % 3], "7,25"])
    return office.sheet("deelnemers", rows, (2, 2, 2, 2, 2, 2, 4, 1, 2, 1))


@pytest.mark.parametrize(
    ("delimiter", "encoding", "quote_all"), [(";", UTF8, False), (";", WINDOWS, True), ("\t", UTF16, True)]
)
def test_participants(office: Office, sheet: Path, delimiter: str, encoding: int, quote_all: bool) -> None:
    file = office.saved(sheet, delimiter, encoding, quote_all=quote_all)
    content = file.read_bytes().decode({UTF8: "utf-8", WINDOWS: "cp1252", UTF16: "utf-16"}[encoding])
    assert "7,25" in content, "these are Dutch settings"
    assert f"{pupils()[0].geboortedatum:%d-%m-%y}" in content, "which shorten a year"
    groepen, deelnemers = pupils_in(file, school=SCHOOL)
    assert {item.omschrijving for item in groepen} == {name.replace("\n", " ") for name in AWKWARD}
    names = "achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "geslacht"
    for one, other in zip(pupils(), deelnemers, strict=True):
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert (one.eck_id, one.las_key) == (other.leerling.eck_id, other.leerling.las_key)


def test_participants_in_a_workbook(office: Office, sheet: Path) -> None:
    file = office.convert(sheet, "xlsx", "werkboek")
    groepen, deelnemers = pupils_in(file, school=SCHOOL)
    assert {item.omschrijving for item in groepen} == {name.replace("\n", " ") for name in AWKWARD}
    names = "achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "geslacht"
    for one, other in zip(pupils(), deelnemers, strict=True):
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert (one.eck_id, one.las_key) == (other.leerling.eck_id, other.leerling.las_key)


def test_advice(office: Office) -> None:
    given: list[Advies] = adviezen_of(pupils())
    rows = [["eck_id", "las_key", "Voorlopig schooladvies"]]
    rows += [[item.leerling.eck_id or "", item.leerling.las_key or "", item.advies] for item in given]
    file = office.saved(office.sheet("adviezen", rows, (2, 2, 1)), ";", UTF8)
    assert advice_in(file, afspraak=AFSPRAKEN["1.1"]) == given
