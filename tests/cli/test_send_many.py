"""The lists of many schools in one run."""

from __future__ import annotations

import csv
import json
import re
import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run, assert_private, start

from doorstroom_client import Deelnemerslijst, errors
from doorstroom_client.cli import _send_many as _many
from doorstroom_client.cli._send_many import KEPT, WORDS, Summary, code_of_school
from doorstroom_client.cli.exit_codes import ExitCode, ended
from doorstroom_client.cli.simulator import adviezen_csv
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.readers.many_schools import read_many
from doorstroom_client.sending.receipt import Ontvangst
from doorstroom_client.sending.uitkomst import Afloop, Uitkomst
from doorstroom_client.simulator import Keten, deelnemers_of
from doorstroom_client.transport.request import Operation

SCHOOLS = ("99AA", "99BB", "99CC")
SUMMARY = {"scholen", "per_afloop", "leerlingen", "aandacht", "notes", "problemen", "gestopt_door", "error", "exit_code"}


def together(tmp_path: Path, kind: str, schools: Iterable[str] = SCHOOLS) -> Path:
    """The file of one school, repeated for others in one file with a column school."""
    with (tmp_path / f"{kind}.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    path = tmp_path / f"{kind}-alle.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["school", *header])
        writer.writerows([school, *row] for school in schools for row in rows)
    return path


def signed_up(keten: Keten, *, unknown: int = 0) -> None:
    """Sign up the pupils of three schools; the second supplier misses some."""
    pupils = keten.leerlingen()
    with keten.client() as client:
        for at, school in enumerate(keten.scholen[:3]):
            client.send(Deelnemerslijst(school, *deelnemers_of(pupils[unknown:] if at == 1 else pupils, school)))


def test_a_file_with_many_schools(keten: Keten, run: Run, tmp_path: Path) -> None:
    file = together(tmp_path, "deelnemers", (*SCHOOLS, "99DD", "11XX"))
    result = run("deelnemers", "send-many", file, "--json", "--workers", "2")
    assert result.exit_code == 78  # 11XX is not configured, and that is worse than a missing mandate
    summary = json.loads(result.stdout)
    assert set(summary) == SUMMARY
    assert summary["scholen"] == 5
    assert {name: number for name, number in summary["per_afloop"].items() if number} == {
        "verstuurd": 3,
        "mandaat": 1,
        "mislukt": 1,
    }
    assert set(summary["per_afloop"]) == {afloop.value for afloop in Afloop}
    assert summary["leerlingen"] == {"aangeleverd": 81, "klaargezet": 0, "ongewijzigd": 0, "onbekend": 0, "verdwenen": 0}
    notes = {item["school"]: item for item in summary["aandacht"]}
    assert set(notes) == {"99DD", "11XX"}
    assert "ontbreekt een mandaat van uw school" in notes["99DD"]["uitleg"]
    for school, toets in zip(keten.scholen, ("ICE", "DIA", "ROUTE_8"), strict=False):
        assert len(keten.toetssystemen[toets].deelnemers(school.oin)) == 27
    assert_private(keten, result.output)


def test_a_folder_with_a_file_per_school(keten: Keten, run: Run, tmp_path: Path) -> None:
    signed_up(keten, unknown=2)
    folder = tmp_path / "lijsten"
    folder.mkdir()
    for school in SCHOOLS:
        (folder / f"{school}.csv").write_bytes(adviezen_csv(keten.leerlingen()))
    shown = run("adviezen", "send-many", folder)
    assert shown.exit_code == 65
    assert re.search(r"│ sent +│ 2 +│", shown.stdout)
    assert "79 taken in, 0 unchanged, 2 not known at the supplier" in shown.stdout
    assert "99BB: sent without unknown pupils" in shown.stderr
    assert "2 leerlingen zijn bij Toetsbureau Zuid nog niet bekend" in shown.stderr
    assert "99AA" not in shown.output
    assert_private(keten, shown.output)

    calls = keten.toetssystemen["ICE"].verkeer.geteld
    again = json.loads(run("adviezen", "send-many", folder, "--json").stdout)
    assert (again["per_afloop"]["ongewijzigd"], again["leerlingen"]["ongewijzigd"]) == (2, 54)
    assert [(item["school"], item["afloop"]) for item in again["aandacht"]] == [("99BB", "geweigerd")]  # the two, alone now
    assert keten.toetssystemen["ICE"].verkeer.geteld == calls
    everybody = json.loads(run("adviezen", "send-many", folder, "--json", "--all-pupils").stdout)
    assert (everybody["per_afloop"]["verstuurd"], everybody["leerlingen"]["aangeleverd"]) == (2, 79)
    assert keten.toetssystemen["ICE"].verkeer.geteld == calls + 1


def test_quiet_says_nothing_when_all_goes_well(keten: Keten, run: Run, tmp_path: Path) -> None:
    file = together(tmp_path, "deelnemers")
    assert run("deelnemers", "send-many", file, "--quiet").output == ""
    result = run("deelnemers", "send-many", together(tmp_path, "deelnemers", ("99DD",)), "--quiet")
    assert (result.exit_code, result.stdout) == (77, "")
    assert result.stderr.startswith("99DD: no mandate: ")


def test_who_is_gone_is_told_but_is_no_error(keten: Keten, run: Run, tmp_path: Path) -> None:
    signed_up(keten)
    file = together(tmp_path, "adviezen")
    assert run("adviezen", "send-many", file, "--quiet").output == ""
    file.write_text("\n".join(file.read_text("utf-8").splitlines()[:-1]), "utf-8")  # the last pupil of the last school
    result = run("adviezen", "send-many", file, "--json")
    assert result.exit_code == 0
    (note,) = json.loads(result.stdout)["aandacht"]
    assert (note["school"], note["afloop"], note["reden"]) == ("99CC", "ongewijzigd", "")
    assert "Eén leerling staat niet meer in uw lijst" in note["uitleg"]
    assert run("adviezen", "send-many", file, "--quiet").output == ""
    assert "Eén leerling staat niet meer" in run("adviezen", "send-many", file).stderr


def test_a_file_that_cannot_be_read(keten: Keten, run: Run, tmp_path: Path) -> None:
    assert run("adviezen", "send-many", "nergens.csv").exit_code == 74
    (tmp_path / "leeg.csv").write_text("")
    assert run("adviezen", "send-many", "leeg.csv", "--json").exit_code == 65
    assert keten.osr.verkeer.geteld == 0


def test_input_that_ends_in_an_error_is_told_after_what_was_done(
    keten: Keten, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(*args: Any, **more: Any) -> Any:
        yield next(iter(read_many(*args, **more)))
        raise errors.MessageError([errors.Problem("file", "was changed while it was read")])

    monkeypatch.setattr(_many, "read_many", breaking)
    result = run("deelnemers", "send-many", together(tmp_path, "deelnemers"), "--workers", "1", "--json")
    assert result.exit_code == 65
    summary = json.loads(result.stdout)
    assert (summary["scholen"], summary["error"]) == (1, "MessageError")
    assert "was changed while it was read; the rest was not read" in result.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 75), (signal.SIGINT, 130)])
def test_a_run_that_is_stopped_goes_on_where_it_was(
    number: int, code: int, keten: Keten, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = together(tmp_path, "deelnemers")
    second = keten.toetssystemen["DIA"]
    usual, arrived, answer = second._verwerk, threading.Event(), threading.Event()

    def held(*args: Any) -> Any:
        arrived.set()
        assert answer.wait(20)
        return usual(*args)

    monkeypatch.setattr(second, "_verwerk", held)
    process = start("deelnemers", "send-many", file, "--json", "--workers", "1")
    assert arrived.wait(20)
    process.send_signal(number)
    assert process.stderr
    assert any("Stopping" in line for line in process.stderr)
    answer.set()
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    summary = json.loads(out)
    assert (summary["scholen"], summary["per_afloop"]["verstuurd"]) == (2, 2)
    assert "after 2 schools. Run it again" in err
    again = json.loads(run("deelnemers", "send-many", file, "--json").stdout)
    assert (again["per_afloop"]["ongewijzigd"], again["per_afloop"]["verstuurd"]) == (2, 1)
    assert [system.verkeer.geteld for system in keten.toetssystemen.values()] == [1, 1, 1]


def ontvangst(onbekend: int = 0, aantal: int = 1) -> Ontvangst:
    unknown = tuple(Leerling(las_key=f"geheim-{at}") for at in range(onbekend))
    return Ontvangst("ICE", Operation.SCHOOLADVIEZEN, aantal, "x", "r", "", (), onbekend=unknown)


CODES = [
    (Uitkomst(naam="x", ontvangst=ontvangst()), 0),
    (Uitkomst(naam="x", ontvangst=ontvangst(aantal=0)), 0),
    (Uitkomst(naam="x", ontvangst=ontvangst(onbekend=1)), 65),
    (Uitkomst(naam="x", error=errors.OngeldigBericht("x")), 65),
    (Uitkomst(naam="x", error=errors.MessageError([])), 65),
    (Uitkomst(naam="x", error=errors.AanleveringGesloten("x")), 65),
    (Uitkomst(naam="x", error=errors.UnexpectedResponse("x")), 69),
    (Uitkomst(naam="x", error=errors.StoreError("x")), 74),
    (Uitkomst(naam="x", error=errors.NoAnswer("x", retryable=True)), 75),
    (Uitkomst(naam="x", error=errors.Unavailable("x")), 75),
    (Uitkomst(naam="x", error=errors.OutboxNotEmpty("x")), 75),
    (Uitkomst(naam="x", error=errors.SchoolOnbekend("x")), 75),
    (Uitkomst(naam="x", error=errors.GeenMandaat("x")), 77),
    (Uitkomst(naam="x", error=errors.TlsError("x")), 77),
    (Uitkomst(naam="x", error=errors.WrongPeer("x")), 77),
    (Uitkomst(naam="x", error=errors.ConfigurationError("x")), 78),
]


@pytest.mark.parametrize(("uitkomst", "code"), CODES)
def test_the_exit_code_of_a_school(uitkomst: Uitkomst, code: int) -> None:
    assert code_of_school(uitkomst) == code


def test_the_worst_school_decides() -> None:
    summary = Summary()
    for uitkomst, _ in CODES:
        summary.add(uitkomst)
    assert summary.code == 78
    assert summary.scholen == len(CODES)


@pytest.mark.parametrize(
    ("by_signal", "codes", "code"),
    [(0, (), 0), (75, (0,), 75), (75, (65,), 65), (130, (77,), 130), (0, (75, 77), 77)],
)
def test_the_code_of_a_run_that_was_stopped(by_signal: int, codes: tuple[int, ...], code: int) -> None:
    assert ended(by_signal, *map(ExitCode, codes)) == code


def test_a_summary_stays_small(capsys: pytest.CaptureFixture[str]) -> None:
    summary = Summary()
    for at in range(3 * KEPT):
        summary.add(Uitkomst(naam=f"school {at}", ontvangst=ontvangst(onbekend=1)))
        summary.add(Uitkomst(naam=f"school {at}", error=errors.Unavailable("stuk")))
    assert summary.per_afloop == {Afloop.DEELS: 3 * KEPT, Afloop.LATER: 3 * KEPT}
    assert summary.leerlingen["onbekend"] == 3 * KEPT
    assert len(summary.failing) == KEPT
    assert "geheim" not in repr(summary)
    _many._show(summary)
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) <= 2 * _many._SHOWN + 1
    assert shown[-1] == f"and {KEPT - _many._SHOWN} or more other schools; --json names more of them"


def test_what_a_name_in_a_file_holds_cannot_steer_the_terminal(keten: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("school;las_key;advies\nx\x1b[2J\u202e;k-1;HAVO\n", "utf-8")
    folder = tmp_path / "map"
    folder.mkdir()
    (folder / "x\x1b[2Jy.csv").write_bytes(adviezen_csv(keten.leerlingen()))
    for path in ("a.csv", folder):
        result = run("adviezen", "send-many", path)
        assert result.exit_code not in (0, 70)
        assert not {"\x1b", "\u202e"} & set(result.output)


def test_many_lists_go_into_the_outbox(keten: Keten, run: Run, tmp_path: Path) -> None:
    signed_up(keten)
    file = together(tmp_path, "adviezen", (*SCHOOLS, "11XX"))
    result = run("adviezen", "send-many", file, "--queue", "--json")
    assert result.exit_code == 78
    summary = json.loads(result.stdout)
    assert set(summary) == SUMMARY
    assert {name: number for name, number in summary["per_afloop"].items() if number} == {"klaargezet": 3, "mislukt": 1}
    assert summary["leerlingen"] == {"aangeleverd": 0, "klaargezet": 81, "ongewijzigd": 0, "onbekend": 0, "verdwenen": 0}
    assert "81 put in the outbox" in run("adviezen", "send-many", file, "--queue", "--all-pupils").stdout
    again = json.loads(run("adviezen", "send-many", together(tmp_path, "adviezen"), "--queue", "--json").stdout)
    assert (again["per_afloop"]["ongewijzigd"], again["leerlingen"]["ongewijzigd"]) == (3, 81)
    assert run("outbox", "deliver").exit_code == 0
    for school, toets in zip(keten.scholen, ("ICE", "DIA", "ROUTE_8"), strict=False):
        assert len(keten.toetssystemen[toets].deelnemers(school.oin)) == 27
    assert_private(keten, result.output)


def test_every_outcome_has_words_for_whoever_runs_it() -> None:
    assert set(WORDS) == set(Afloop)
