"""Only what changed, unknown pupils by their line, and lists that go to the outbox."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from support.command_line import Run, assert_private

from doorstroom_client import Client, Deelnemerslijst
from doorstroom_client.cli._pupil_lines import lines_of, spelled
from doorstroom_client.cli.simulator import adviezen_csv, deelnemers_csv
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.readers.one_school import read_adviezen
from doorstroom_client.simulator import Keten, deelnemers_of
from doorstroom_client.simulator.invented import BedachteLeerling
from doorstroom_client.simulator.played_schools import SCHOLEN

SEND = ("adviezen", "send", "adviezen.csv", "--school", "99AA")
CHANGES = (*SEND, "--only-changes")


def other_advice(file: Path, *lines: int) -> None:
    """Give the pupils on some lines another advice."""
    rows = file.read_text("utf-8-sig").splitlines()
    for line in lines:
        identity, _, advies = rows[line - 1].rpartition(";")
        rows[line - 1] = f"{identity};{'HAVO' if advies != 'HAVO' else 'VWO'}"
    file.write_text("\n".join(rows), "utf-8")


@pytest.fixture
def sent(keten: Keten, run: Run) -> Keten:
    """A chain in which participants and advice of the first school were sent."""
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA").exit_code == 0
    assert run(*SEND).exit_code == 0
    return keten


def test_only_changes_go_out(sent: Keten, run: Run, tmp_path: Path) -> None:
    other_advice(tmp_path / "adviezen.csv", 3, 7)
    calls = sent.toetssystemen["ICE"].verkeer.geteld
    looked = run(*CHANGES, "--dry-run")
    assert "0 are new, 2 changed, and 25 unchanged" in looked.stdout
    assert "to ICE" in looked.stdout
    document = json.loads(run(*CHANGES, "--dry-run", "--json").stdout)
    assert document["leverancier"] == "ICE"
    assert [document[name] for name in ("aantal", "nieuw", "gewijzigd", "ongewijzigd", "verdwenen")] == [27, 0, 2, 25, 0]
    assert sent.toetssystemen["ICE"].verkeer.geteld == calls

    result = run(*CHANGES)
    assert result.exit_code == 0
    assert "ICE has taken in 2 schooladviezen" in result.stdout
    assert "25 are unchanged" in result.stdout
    again = run(*CHANGES)
    assert "Nothing has changed" in again.stdout
    assert sent.toetssystemen["ICE"].verkeer.geteld == calls + 1
    unchanged = json.loads(run(*CHANGES, "--json").stdout)
    assert (unchanged["verstuurd"], unchanged["aantal"], unchanged["ongewijzigd"]) == (False, 0, 27)
    assert_private(sent, *(item.stdout + item.stderr for item in (looked, result, again)))


def test_with_a_named_supplier_a_dry_run_of_changes_uses_no_network(sent: Keten, run: Run) -> None:
    calls = sent.osr.verkeer.geteld
    assert run(*CHANGES, "--dry-run", "--leverancier", "ICE").exit_code == 0
    assert sent.osr.verkeer.geteld == calls
    with closing(sqlite3.connect(sent.store)) as raw:
        raw.execute("DELETE FROM mandaat")  # what the OSR answered when the list was sent
        raw.commit()
    assert run(*CHANGES, "--dry-run").exit_code == 0
    assert sent.osr.verkeer.geteld > calls


def test_who_is_gone_is_told_to_the_school(sent: Keten, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "adviezen.csv"
    file.write_text("\n".join(file.read_text("utf-8-sig").splitlines()[:-2]), "utf-8")
    result = run(*CHANGES)
    assert result.exit_code == 0
    assert "2 were in an earlier list and are not in this one; ICE keeps them" in result.stdout
    assert "Verwijder deze leerlingen dan zelf in het toetssysteem" in result.stderr
    assert run(*CHANGES, "--quiet").output == ""
    document = json.loads(run(*CHANGES, "--json").stdout)
    assert document["verdwenen"] == 2
    assert "2 leerlingen staan niet meer" in document["uitleg"]


@pytest.fixture
def some_unknown(keten: Keten, tmp_path: Path) -> Sequence[BedachteLeerling]:
    """A supplier that refuses lists with unknown pupils, and does not know those on the lines 4 and 9."""
    pupils = keten.leerlingen()
    known = [item for at, item in enumerate(pupils) if at not in (2, 7)]
    with keten.client(store=None) as client:
        client.send(Deelnemerslijst(keten.scholen[1], *deelnemers_of(known)))
    (tmp_path / "adviezen.csv").write_bytes(adviezen_csv(pupils))
    return pupils


def test_unknown_pupils_are_told_by_their_line(some_unknown: Sequence[BedachteLeerling], keten: Keten, run: Run) -> None:
    command = ("adviezen", "send", "adviezen.csv", "--school", "99BB")
    result = run(*command, "--quiet")
    assert result.exit_code == 65
    assert "2 are not known at DIA: lines 4, 9" in result.stderr
    assert "2 leerlingen zijn bij Toetsbureau Zuid nog niet bekend" in result.stderr
    assert len(keten.toetssystemen["DIA"].adviezen(keten.scholen[1].oin)) == 25
    as_json = run(*command, "--json")
    assert as_json.exit_code == 65
    document = json.loads(as_json.stdout)
    assert (document["aantal"], document["onbekend"], document["regels_onbekend"]) == (25, 2, [4, 9])
    alone = run(*command, "--only-changes", "--json")  # only the two are left, so nothing at all is taken in
    assert alone.exit_code == 65
    assert json.loads(alone.stdout)["regels_onbekend"] == [4, 9]
    assert "It is about lines 4, 9 of the file" in alone.stderr
    assert_private(keten, result.output, as_json.output, alone.output)


def test_lines_count_as_an_editor_does(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('las_key;advies\nk-1;HAVO\n\n"k-2";"HAVO"\nk-3;VWO\n', "utf-8")
    found = read_adviezen(file, SCHOLEN[0]).adviezen
    assert lines_of(item.leerling for item in found) == [2, 4, 5]
    assert lines_of([Leerling(las_key="k-9")]) == []


@pytest.mark.parametrize(
    ("lines", "text"),
    [([4], "line 4"), ([4, 9], "lines 4, 9"), (range(2, 25), f"lines {', '.join(map(str, range(2, 22)))} and 3 more")],
)
def test_lines_for_people(lines: Sequence[int], text: str) -> None:
    assert spelled(lines) == text


def test_a_list_goes_to_the_outbox(keten: Keten, run: Run, tmp_path: Path) -> None:
    command = ("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--queue")
    result = run(*command)
    assert result.exit_code == 0
    assert "27 deelnemers of" in result.stdout
    assert "are in the outbox as message 1" in result.stdout
    assert keten.toetssystemen["ICE"].verkeer.geteld == 0
    nothing = run(*command, "--only-changes", "--json")
    assert json.loads(nothing.stdout) == {
        "verstuurd": False,
        "bericht": None,
        "aantal": 0,
        "school": "99AA",
        "ongewijzigd": 27,
        "verdwenen": 0,
        "vorige_toets": "",
        "uitleg": "",
        "uitleg_delen": None,
    }
    assert "Nothing has changed" in run(*command, "--only-changes").stdout
    directly = run(*command[:-1])
    assert directly.exit_code == 75  # a newer list may not go before one that waits
    assert "still waits in the outbox" in directly.stderr
    assert run(*command, "--quiet").output == ""
    assert_private(keten, result.output, nothing.output)

    assert run("outbox", "deliver", "--quiet").output == ""
    assert len(keten.toetssystemen["ICE"].deelnemers(keten.school.oin)) == 27
    (tmp_path / "deelnemers.csv").write_bytes(deelnemers_csv(keten.leerlingen()[:-1]))
    gone = run(*command, "--only-changes")
    assert "Eén leerling staat niet meer" in gone.stderr


def test_queueing_needs_no_network_with_a_named_supplier(keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Client, "send", never)
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99DD", "--queue", "--leverancier", "DIA").exit_code == 0
    assert keten.osr.verkeer.geteld == 0
    without_mandate = run("deelnemers", "send", "deelnemers.csv", "--school", "99DD", "--queue")
    assert without_mandate.exit_code == 77
    assert "Niet in orde" in without_mandate.stderr
