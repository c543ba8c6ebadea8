"""``doorstroom bestand check``: what was understood of a file, and every problem with its place and the next step."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run
from support.corpus import CORPUS, Entry, entries

HEADER = "las_key;achternaam;roepnaam;voorletters;geboortedatum;groep"
GOOD = f"{HEADER}\nk1;Wolkenstein;Jan;J;2014-05-01;8A\nk2;Zonneveld;Els;E;2014-06-01;8B\n"
CONFIG = """
auteur = "Testlas 1.0"
schooljaar = "2025-2026"

[certificate]
cert = "cert.pem"
trust = "trust.pem"

[[scholen]]
naam = "De Testschool"
instellingscode = "11BB"
vestigingscode = "00"
onderwijsaanbiedercode = "123A123"
onderwijslocatiecode = "123X123"
administratienr = "01"
routeringskenmerk = "0000000700011BB00530"
"""


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def document(run: Run, *args: object) -> dict[str, Any]:
    result = run("bestand", "check", *args, "--json")
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["exit_code"] == result.exit_code
    return found


def test_what_was_understood_needs_no_configuration(run: Run) -> None:
    result = run("bestand", "check", write("a.csv", GOOD.replace("groep", "groep;hobby").replace("8A", "8A;x")))
    assert result.exit_code == 0
    for text in (
        "a.csv: CSV, ",
        'cells end at ";", 2 lines.',
        "hobby",
        "ignored",
        "As deelnemers: 2 pupils in 2 groups; in order.",
        "As leerl",
    ):
        assert text in result.stdout
    assert "Not adviezen: it misses advies." in result.stdout
    assert "Wolkenstein" not in result.output
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_every_problem_has_its_place_and_the_next_step(run: Run) -> None:
    name = write("a.csv", GOOD + "k3;Regenboog;Wim;W;31-02-2014;8A\n;Avondrood;Wim;W;2014-01-01;\n")
    result = run("bestand", "check", name)
    assert result.exit_code == 65
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert '- line 4, column "geboortedatum": expected a date as YYYY-MM-DD or' in lines
    assert "- line 5: has no identity; fill eck_id, or las_key when there is none" in lines
    assert '- line 5, column "groep": is empty' in lines
    assert any(line.startswith("Next: Correct these lines") for line in lines)
    found = document(run, name, "--kind", "deelnemers")
    [lijst] = found["bestanden"][0]["lijsten"]
    assert [(item["line"], item["column"]) for item in lijst["problemen"]] == [(4, "geboortedatum"), (5, None), (5, "groep")]
    assert all(item["text"] and item["hint"].startswith("Correct these lines") for item in lijst["problemen"])
    assert not any(secret in result.output + str(found) for secret in ("Regenboog", "Avondrood", "31-02"))


def test_the_form_of_identities_is_checked_too(run: Run) -> None:
    name = write("a.csv", "eck_id;las_key;advies\nhttps://ketenid.nl/pilot/kort-geheim;k1;HAVO\n")
    [lijst] = document(run, name)["bestanden"][0]["lijsten"]
    [problem] = lijst["problemen"]
    assert (problem["line"], problem["column"]) == (2, "eck_id")
    assert "kort-geheim" not in str(problem)


def test_a_file_without_a_header_shows_nothing_of_it(run: Run) -> None:
    result = run("bestand", "check", write("a.csv", "Wolkenstein;Jan;8A\nZonneveld;Els;8A\n"))
    assert result.exit_code == 65
    assert "(not shown)" in result.stdout
    assert "Wolkenstein" not in result.output
    for kind in ("adviezen", "deelnemers", "leerlingen"):
        assert f"for {kind} " in " ".join(result.stdout.split())


def test_quiet_tells_only_what_is_wrong(run: Run) -> None:
    assert run("bestand", "check", write("a.csv", GOOD), "--quiet").output == ""
    result = run("bestand", "check", write("b.csv", "las_key;advies\nk1;\n"), "--quiet")
    assert (result.exit_code, result.stdout) == (65, "")
    assert 'b.csv: line 2, column "advies": is empty' in result.stderr


@pytest.mark.parametrize(("args", "code"), [(("nergens.csv",), 74), (("a.csv", "--kind", "scholen"), 64)])
def test_what_cannot_be_read_or_is_not_a_kind(args: tuple[str, ...], code: int, run: Run) -> None:
    write("a.csv", GOOD)
    assert run("bestand", "check", *args).exit_code == code


def test_with_a_configuration_its_school_and_choices_count(run: Run) -> None:
    write("doorstroom.toml", CONFIG)
    edexml = (CORPUS / "frame/edexml.xml").read_text("utf-8").replace("<jaargroep>8", "<jaargroep>S")
    name = write("a.xml", edexml.replace("11BB", "99ZZ"))
    problems = document(run, name, "--kind", "deelnemers")["bestanden"][0]["lijsten"][0]["problemen"]
    assert [item["column"] for item in problems][:1] == ["school/brincode"]
    assert any("is S" in item["text"] for item in problems)
    write("doorstroom.toml", CONFIG + '\n[edexml]\njaargroep_voor_s = "8"\n')
    again = document(run, name, "--kind", "deelnemers")["bestanden"][0]["lijsten"][0]["problemen"]
    assert not any("is S" in item["text"] for item in again)
    assert run("bestand", "check", "a.xml", "--school", "99ZZ").exit_code == 78


def test_of_many_schools_each_is_checked(run: Run) -> None:
    name = write("a.csv", "school;las_key;advies\n11BB;k1;HAVO\n22CC;k1;VWO\n22CC;k2;vmbo\n33DD;k1;VWO\n11BB;k9;VWO\n")
    [lijst] = document(run, name)["bestanden"][0]["lijsten"]
    assert lijst["scholen"] == 4
    assert [(item["line"], item["column"]) for item in lijst["problemen"]] == [(4, "advies"), (6, None)]
    write("doorstroom.toml", CONFIG)
    texts = [item["text"] for item in document(run, name)["bestanden"][0]["lijsten"][0]["problemen"]]
    assert sum("22CC" in text or "33DD" in text for text in texts) == 2


def test_a_folder_is_checked_file_by_file(run: Run) -> None:
    Path("scholen").mkdir()
    write("scholen/11BB.csv", GOOD)
    write("scholen/22CC.csv", "las_key;advies\nk1;\n")
    write("scholen/lijst.csv", GOOD)
    found = document(run, "scholen")
    assert found["exit_code"] == 65
    assert [(item["naam"], item["in_orde"]) for item in found["bestanden"]] == [
        ("11BB.csv", True),
        ("22CC.csv", False),
        ("lijst.csv", False),
    ]
    assert "3 files: 1 in order, 2 not." in run("bestand", "check", "scholen").stdout


def test_of_many_problems_people_see_some_and_programs_all(run: Run) -> None:
    name = write("a.csv", "las_key;advies\n" + "".join(f"k{number};\n" for number in range(300)))
    result = run("bestand", "check", name)
    assert result.stdout.count('column "advies"') == 50
    assert "and 250 more; --json has them all" in result.stdout
    assert len(document(run, name)["bestanden"][0]["lijsten"][0]["problemen"]) == 300


def workbook(name: str, sheet: str, rows: list[list[str]]) -> str:
    """A small workbook with texts only, and an empty sheet in front."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = ["".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) for row in rows]
    filled = "".join(f"<row>{row}</row>" for row in cells)
    listed = f'<sheet name="Uitleg" r:id="r1"/><sheet name="{sheet}" r:id="r2"/>'
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{link}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/a.xml"/>'
        '<Relationship Id="r2" Target="worksheets/b.xml"/></Relationships>',
        "xl/worksheets/a.xml": f'<worksheet xmlns="{main}"><sheetData/></worksheet>',
        "xl/worksheets/b.xml": f'<worksheet xmlns="{main}"><sheetData>{filled}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(name, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return name


def test_of_a_workbook_the_sheet_and_the_cell_are_told(run: Run) -> None:
    rows = [["las_key", "advies"], ["k1", "HAVO"], ["k2", "geheimzinnig"]]
    name = workbook("a.xlsx", "Lijst", rows)
    result = run("bestand", "check", name, "--sheet", "Lijst")
    assert result.exit_code == 65
    assert 'sheet "Lijst"' in result.stdout
    assert "(cell B3)" in result.stdout
    assert "geheimzinnig" not in result.output
    [problem] = document(run, name, "--sheet", "Lijst")["bestanden"][0]["lijsten"][0]["problemen"]
    assert (problem["line"], problem["column"], problem["cell"]) == (3, "advies", "B3")


FOUND = {(item.kind, item.outcome, item.path.suffix): item for item in entries() if item.kind != "scholen"}


@pytest.mark.parametrize("item", FOUND.values(), ids=lambda item: f"{item.name}-{item.kind}")
def test_files_of_the_corpus_have_the_same_outcome(item: Entry, run: Run) -> None:
    sheet = ("--sheet", item.sheet) if item.sheet else ()
    found = document(run, item.path, "--kind", item.kind, *sheet)
    [lijst] = found["bestanden"][0]["lijsten"]
    told = [f"{problem['plaats']}: {problem['text']}" for problem in lijst["problemen"]]
    for text in item.problems:
        assert any(text in problem for problem in told), (text, told)
    assert all(problem["hint"] for problem in lijst["problemen"])
    if item.outcome == "read":
        assert (told, lijst["leerlingen"]) == ([], len(item.pupils))


def test_a_file_that_cannot_be_read_is_called_no_kind_of_list(run: Run) -> None:
    empty = write("leeg.csv", "")
    shown = run("bestand", "check", empty).stdout

    assert "Cannot be used: 1 problem." in shown
    assert "As adviezen" not in shown
    assert all(line == line.rstrip() for line in shown.splitlines())
    assert [lijst["lijst"] for lijst in document(run, empty)["bestanden"][0]["lijsten"]] == [None]


def last_lines(run: Run, *args: str) -> list[str]:
    return run("bestand", "check", *args).stdout.splitlines()[-2:]


def test_it_ends_with_the_command_that_sends_the_file(run: Run) -> None:
    Path("lijst 1.csv").write_text(GOOD, "utf-8")
    assert last_lines(run, "lijst 1.csv") == ["It can be sent:", "  doorstroom deelnemers send 'lijst 1.csv'"]
    Path("doorstroom.toml").write_text(CONFIG, "utf-8")
    assert last_lines(run, "lijst 1.csv")[1] == "  doorstroom deelnemers send 'lijst 1.csv'"
    other = CONFIG[CONFIG.index("[[scholen]]") :].replace("11BB", "22CC")
    Path("doorstroom.toml").write_text(CONFIG + other, "utf-8")
    assert last_lines(run, "lijst 1.csv")[1].endswith("--school <school>")
    assert last_lines(run, "lijst 1.csv", "--school", "11bb")[1].endswith("--school 11bb")
    lines = GOOD.splitlines()
    many = [f"school;{lines[0]}", f"11BB;{lines[1]}", f"22CC;{lines[2]}"]
    Path("alle.csv").write_text("\n".join(many), "utf-8")
    assert last_lines(run, "alle.csv")[1] == "  doorstroom deelnemers send-many alle.csv"


def test_what_cannot_be_sent_says_so(run: Run) -> None:
    Path("fout.csv").write_text(GOOD.replace("Jan", "J?n"), "utf-8")
    assert last_lines(run, "fout.csv")[1] == "It cannot be sent."
    Path("wie.csv").write_text("las_key;achternaam\nk1;Wolkenstein\n", "utf-8")
    assert "It is no list to send; it says who the pupils are." in run("bestand", "check", "wie.csv").stdout


@pytest.mark.parametrize("year", ["2026-2027", "2024-2025"])
def test_what_the_settings_cannot_send_is_not_called_ready(year: str, run: Run) -> None:
    Path("lijst.csv").write_text(GOOD, "utf-8")
    Path("doorstroom.toml").write_text(CONFIG.replace("2025-2026", year), "utf-8")
    said = " ".join(run("bestand", "check", "lijst.csv").stdout.split())
    assert "The file is in order, and cannot be sent with these settings: afspraak" in said
    assert year in said
    assert "It can be sent" not in said
