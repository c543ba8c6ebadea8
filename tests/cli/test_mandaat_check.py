"""``mandaat check`` for many schools, and ``osr check`` and ``osr register-endpoint``."""

from __future__ import annotations

import csv
import json
import re
import socket
import stat
from pathlib import Path

import pytest
from faults_support.osr import without_third_version
from support import in_time
from support.command_line import Run
from typer.testing import CliRunner

from doorstroom_client.cli import _endpoints as _adressen
from doorstroom_client.cli import _mandates_told as _mandaten
from doorstroom_client.cli._app import app
from doorstroom_client.osr import rounds as controle
from doorstroom_client.simulator import Keten

LAS = "00000003990000010000"
URL = "https://las.example.nl/terugweg"
CODES = "instellingscode;vestigingscode;onderwijsaanbiedercode;onderwijslocatiecode;administratienr;routeringskenmerk;naam"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_list_a_csv_and_texts(keten: Keten, run: Run, tmp_path: Path) -> None:
    given = write(tmp_path / "scholen.csv", "school;opmerking", "99BB;x", "", "99DD;y")
    result = run("mandaat", "check", "--schools", given, "--csv", "uit.csv", "--text", "teksten")
    assert result.exit_code == 77
    with (tmp_path / "uit.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["school"], row["in_orde"], row["gemandateerde_leveranciers"]) for row in rows] == [
        ("99BB", "ja", "DIA"),
        ("99DD", "nee", ""),
    ]
    assert [row["las_gemandateerd"] for row in rows] == ["ja", "nee"]
    assert stat.S_IMODE((tmp_path / "uit.csv").stat().st_mode) == 0o600
    texts = {path.name: path.read_text("utf-8") for path in (tmp_path / "teksten").iterdir()}
    assert set(texts) == {f"{keten.scholen[number].routeringskenmerk}.txt" for number in (1, 3)}
    fine, missing = (texts[f"{keten.scholen[number].routeringskenmerk}.txt"] for number in (1, 3))
    assert "U hoeft niets te doen" in fine and "Stuur dit bericht door" not in fine
    assert "Niet in orde" in missing and "Stuur dit bericht door aan de OSR-beheerder" in missing

    assert run("mandaat", "check", "--schools", given, "--csv", "uit.csv").exit_code == 64
    assert run("mandaat", "check", "--schools", given, "--text", "teksten").exit_code == 74
    again = ("mandaat", "check", "--schools", given, "--csv", "uit.csv", "--text", "teksten", "--overwrite")
    assert run(*again).exit_code == 77


def test_one_text_for_the_board(keten: Keten, run: Run, tmp_path: Path) -> None:
    keten.osr.revoke(keten.scholen[1].oin, LAS)
    assert run("mandaat", "check", "--board-text", "bestuur.txt", "--quiet").exit_code == 77
    text = (tmp_path / "bestuur.txt").read_text("utf-8")
    assert "voor 2 scholen van uw bestuur" in text
    assert [text.count(item.label) for item in keten.scholen] == [0, 1, 0, 1]
    assert text.count("“OSR-toegang”") == text.count("vandaag of eerder") == 1
    assert text.count("Simulator LAS (uw leerlingadministratiesysteem, LAS)") == 1
    assert stat.S_IMODE((tmp_path / "bestuur.txt").stat().st_mode) == 0o600
    assert run("mandaat", "check", "--board-text", "bestuur.txt").exit_code == 64


def test_schools_that_are_not_configured_may_stand_in_the_list(keten: Keten, run: Run, tmp_path: Path) -> None:
    given = write(tmp_path / "scholen.csv", CODES, "98ZZ;00;901A901;901X901;01;0000000700098ZZ00530;De Nieuwe")
    result = run("mandaat", "check", "--schools", given, "--json")
    assert result.exit_code == 77
    assert [item["school"] for item in json.loads(result.stdout)["scholen"]] == ["98ZZ"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("brin", "99AA"), "is no header of a list of schools"),
        (("school", "99AA", "88XX"), 'line 3, column "school"'),
        (("school", "99AA", "99AA"), "is of the same administration as line 2"),
        (("school",), "has a header but no schools"),
        ((CODES, "98ZZ;0;901A901;901X901;01;0000000700098ZZ00530;x"), 'line 2, column "vestigingscode"'),
    ],
)
def test_lists_that_do_not_fit(keten: Keten, run: Run, tmp_path: Path, lines: tuple[str, ...], said: str) -> None:
    result = run("mandaat", "check", "--schools", write(tmp_path / "s.csv", *lines))
    assert result.exit_code == 65
    assert said in result.stderr
    assert run("mandaat", "check", "--schools", "no-such.csv").exit_code == 74
    assert run("mandaat", "check", "--schools", tmp_path / "s.csv", "--school", "99AA").exit_code == 64


def test_with_many_schools_only_those_that_need_attention_are_shown(
    keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_mandaten, "FEW", 2)
    result = run("mandaat", "check")
    assert result.exit_code == 77
    assert "4 schools: 3 in order, 1 without a mandate, 0 not answered." in result.stdout
    assert "99DD" in result.stdout and "99AA" not in result.stdout


def test_what_is_fresh_is_not_asked_again_but_for_a_school_that_is_named(keten: Keten, run: Run) -> None:
    assert run("mandaat", "check", "--quiet").stdout == ""
    asked = keten.osr.verkeer.geteld
    assert run("mandaat", "check", "--quiet").exit_code == 77
    assert sum(item.operatie == "mandates" for item in keten.osr.verkeer.after(asked)) == 0
    keten.osr.revoke(keten.school.oin, LAS)
    assert run("mandaat", "check", "--school", "99AA").exit_code == 77
    asked = keten.osr.verkeer.geteld
    run("mandaat", "check", "--max-age", 0)
    assert sum(item.operatie == "mandates" for item in keten.osr.verkeer.after(asked)) == 16


def test_schools_without_an_answer_are_told_beside_the_others(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    config.write_text(config.read_text("utf-8") + "\n[retry]\nattempts = 1\nlongest_wait = 0\n", "utf-8")
    assert run("mandaat", "check", "--school", "99AA").exit_code == 0
    keten.servers.osr.app = without_third_version(keten.osr.app)
    config.write_text(config.read_text("utf-8").replace("/api/v2", "/api/v3"), "utf-8")
    result = run("mandaat", "check", "--json")
    assert result.exit_code == 69  # not 77: of no school it is said that it has no mandate
    scholen = json.loads(result.stdout)["scholen"]
    assert [(item["in_orde"], item["error"]) for item in scholen] == [(True, None), *[(None, "UnexpectedResponse")] * 3]
    assert "says nothing about the mandate" in result.stderr


def test_a_register_that_is_down_is_told_at_once_with_host_and_cause(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host = f"localhost:{taken.getsockname()[1]}"
    text = re.sub(r'(?<=\[osr\]\nbase_url = "https://)[^/"]+', host, config.read_text("utf-8"))
    assert host in text
    config.write_text(f"{text}\n[timeouts]\nosr = 2\n", "utf-8")
    with in_time(2.5):
        result = run("mandaat", "check", "--school", "99AA")
    assert result.exit_code == 69
    assert "OSR cannot be reached" in result.stderr
    assert f"({host}: the connection was refused)" in result.stderr
    assert "Waiting" not in result.stderr


def test_a_run_over_many_schools_says_why_it_waits(keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controle, "PATIENCE", 1.0)
    monkeypatch.setattr(controle, "_REST", 0.25)
    keten.osr.outage = True
    with in_time(8):
        result = run("mandaat", "check", "--quiet")
    assert result.exit_code == 75
    assert result.stderr.count("Waiting for the OSR") == 1
    assert "OSR answered 503: out of service for a while" in result.stderr.partition("Waiting")[2].splitlines()[0]


def test_mandates_that_are_gone_at_once_make_the_register_suspect(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    config.write_text(config.read_text("utf-8").replace("[osr]", "[osr]\nsuspect_from = 2"), "utf-8")
    assert run("mandaat", "check", "--max-age", 0).exit_code == 77
    for school in keten.scholen:
        keten.osr.revoke(school.oin, LAS)
    result = run("mandaat", "check", "--max-age", 0, "--json", "--text", "teksten")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["exit_code"], document["osr_verdacht"]) == (69, 69, True)
    assert "Of 3 schools that had a mandate, 3 have none within a day. The OSR itself is suspect" in result.stderr
    assert [item["omgeslagen"] for item in document["scholen"]] == [True, True, True, False]
    assert [path.stem for path in (tmp_path / "teksten").iterdir()] == [keten.scholen[3].routeringskenmerk]
    assert run("mandaat", "check", "--quiet", "--max-age", 0).exit_code == 69


# --- osr check


def years(keten: Keten, tmp_path: Path, *namespaces: tuple[str, str]) -> None:
    config, first = tmp_path / "doorstroom.toml", tmp_path / "first.toml"
    if not first.exists():
        first.write_text(config.read_text("utf-8"), "utf-8")
    text = first.read_text("utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("namespace", "afspraak", "schooljaar"))]
    text = "\n".join(kept) + '\n[[afspraken]]\nnaam = "nieuw"\nversie = "Doorstroomtoetsketen_v99.0"\n'
    text += 'eerste_schooljaar = "2026-2027"\ngeslacht = false\n'
    for year, namespace in namespaces:
        afspraak = "1.1" if year == "2025-2026" else "nieuw"
        text += f'\n[[schooljaren]]\nschooljaar = "{year}"\nnamespace = "{namespace}"\nafspraak = "{afspraak}"\n'
    config.write_text(text, "utf-8")


def test_a_namespace_that_is_right(keten: Keten, run: Run) -> None:
    result = run("osr", "check")
    assert result.exit_code == 0
    assert "nothing to change now" in result.stdout
    assert "not configured, and nothing to configure yet" in result.stderr
    assert run("osr", "check", "--quiet").output == ""


def test_a_namespace_that_changed_between_two_school_years(keten: Keten, run: Run, tmp_path: Path) -> None:
    this, following = "https://osr.example/2025-2026", "https://osr.example/2026-2027"
    keten.osr.add_version(this)
    keten.osr.add_version(following)
    years(keten, tmp_path, ("2025-2026", this), ("2026-2027", "https://osr.example/2026-2027-oud"))
    result = run("osr", "check", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 78
    assert [(item["schooljaar"], item["in_orde"]) for item in document["schooljaren"]] == [
        ("2025-2026", True),
        ("2026-2027", False),
    ]
    wrong = document["schooljaren"][1]
    assert (wrong["gevonden"], wrong["ingesteld"]) == (following, "https://osr.example/2026-2027-oud")
    assert f'Set schooljaren.namespace of 2026-2027 (now "{wrong["ingesteld"]}") to "{following}"' in wrong["advies"]
    shown = run("osr", "check")
    assert wrong["advies"] in shown.stderr and wrong["advies"] not in shown.stdout
    assert run("osr", "check", "--schooljaar", "2025-2026").exit_code == 0
    years(keten, tmp_path, ("2025-2026", this), ("2026-2027", following))
    assert run("osr", "check").exit_code == 0


def test_the_next_school_year_is_announced(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    assert 'schooljaar = "2025-2026"' in config.read_text("utf-8")
    keten.osr.add_version("https://osr.example/2026-2027")
    keten.osr.add_version(keten.osr.namespace)
    result = run("osr", "check", "--json")
    (ahead,) = json.loads(result.stdout)["volgend_schooljaar"]
    assert ahead["schooljaar"] == "2026-2027"
    assert 'add it under [[schooljaren]] with namespace "https://osr.example/2026-2027"' in ahead["advies"]


# --- osr register-endpoint


def writes(keten: Keten) -> int:
    return sum(item.verzoek.method in ("POST", "PUT") for item in keten.osr.verkeer)


def test_an_address_is_shown_asked_about_written_and_left_alone(
    keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = keten.school
    command = ("osr", "register-endpoint", "--school", "99AA", "--url", URL)
    before = keten.osr.find_endpoint(school.routeringskenmerk)
    dry = run(*command, "--dry-run", "--json")
    assert (dry.exit_code, writes(keten)) == (0, 0)
    assert json.loads(dry.stdout)["scholen"][0]["actie"] in ("wijzigen", "registreren", "niet mogelijk")
    nobody = run(*command)
    assert (nobody.exit_code, writes(keten)) == (64, 0)
    assert "there is no terminal to ask on" in nobody.stderr and "--yes" in nobody.stderr
    assert URL in nobody.stdout.replace("\n", "")  # the differences were shown
    done = run(*command, "--yes")
    assert (done.exit_code, writes(keten)) == (0, 1)
    assert "1 written and read back." in done.stdout
    assert keten.osr.find_endpoint(school.routeringskenmerk) == URL != before
    again = run(*command)
    assert (again.exit_code, writes(keten)) == (0, 1)
    assert "1 of 1 stand in the OSR as they should." in again.stdout


@pytest.mark.parametrize(("typed", "code", "written"), [("y\n", 0, 1), ("n\n", 130, 0)])
def test_a_person_is_asked(keten: Keten, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, written: int) -> None:
    monkeypatch.setattr(_adressen, "somebody_is_there", lambda: True)
    result = CliRunner().invoke(app, ["osr", "register-endpoint", "--school", "99AA", "--url", URL], input=typed)
    assert (result.exit_code, writes(keten)) == (code, written)


def test_many_schools_from_a_list(keten: Keten, run: Run, tmp_path: Path) -> None:
    given = write(tmp_path / "s.csv", "school;url", f"99AA;{URL}", f"99DD;{URL}", "99BB;")
    assert run("osr", "register-endpoint", "--schools", given, "--yes").exit_code == 64
    result = run("osr", "register-endpoint", "--schools", given, "--url", f"{URL}/2", "--yes", "--json")
    assert result.exit_code == 77
    found = {item["school"]: item for item in json.loads(result.stdout)["scholen"]}
    assert [found[key]["gedaan"] for key in ("99AA", "99DD", "99BB")] == [True, False, True]
    assert found["99DD"]["beletsel"] == "geen_mandaat"
    assert found["99BB"]["url"] == f"{URL}/2"
    assert "has not mandated this LAS" in result.stderr


def test_a_free_routing_id_is_found_once(keten: Keten, run: Run) -> None:
    command = ("osr", "register-endpoint", "--school", "99AA", "--url", URL, "--free-routing-id", "--json", "--yes")
    first = json.loads(run(*command).stdout)["scholen"][0]
    assert first["gedaan"] is True
    assert first["routeringskenmerk"] != keten.school.routeringskenmerk
    second = json.loads(run(*command).stdout)["scholen"][0]
    assert (second["actie"], second["routeringskenmerk"]) == ("geen", first["routeringskenmerk"])
    assert writes(keten) == 1


def test_what_is_wrong_with_the_question(keten: Keten, run: Run) -> None:
    assert run("osr", "register-endpoint", "--url", URL).exit_code == 64
    assert run("osr", "register-endpoint", "--school", "99AA").exit_code == 64
    assert run("osr", "register-endpoint", "--school", "99AA", "--url", "http://x.example").exit_code == 78
    keten.osr.outage = True
    result = run("osr", "register-endpoint", "--school", "99AA", "--url", URL, "--yes")
    assert (result.exit_code, writes(keten)) == (75, 0)
