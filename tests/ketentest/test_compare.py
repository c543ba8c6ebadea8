"""Two reports side by side: what was sent and never arrived, what was seen otherwise; what is no report is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ketentest_played as world
from support.ketentest_played import arrival, awaited, body_of, played, rapport, reply, sent

from doorstroom_client.errors import DoorstroomError, MessageError, StoreError
from doorstroom_client.ketentest.compare import Bevinding, Naastelkaar, compare, compare_files
from doorstroom_client.ketentest.evidence import digest
from doorstroom_client.ketentest.outcomes import Arrival, Reply
from doorstroom_client.ketentest.player import Taken
from doorstroom_client.ketentest.report import as_json
from doorstroom_client.ketentest.report.reading import Gezien, report_in
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Send
from doorstroom_client.ketentest.verdicts import Oordeel

ONE, TWO = body_of("K01"), body_of("K02")


def las(*steps: Taken, oordeel: Oordeel = Oordeel.GESLAAGD, id: str = "TS-101") -> dict[str, Any]:
    """The report of a LAS, which tests a supplier."""
    document: dict[str, Any] = json.loads(as_json(rapport([played(id, oordeel, taken=steps)])))
    return document


def supplier(*came: Arrival, id: str = "LA-101") -> dict[str, Any]:
    """The report of that supplier, which tests the LAS."""
    one = played(id, Oordeel.GESLAAGD, rol=Rol.LAS, taken=(awaited(*came),))
    document: dict[str, Any] = json.loads(as_json(rapport([one])))
    return document


def came(body: bytes, **more: Any) -> Arrival:
    """A list that came in; about pupils of another run, so without its text."""
    kept = {"body": None, "foreign": True, "pupils": ()}
    return arrival("K01", operation="registreren", sha256=digest(body), size=len(body), **{**kept, **more})


def beside(a: dict[str, Any], b: dict[str, Any]) -> Naastelkaar:
    return compare(report_in(a, "a.json"), report_in(b, "b.json"))


def found(comparison: Naastelkaar) -> list[tuple[str, int | None, int | None]]:
    def status(item: Gezien | None) -> int | None:
        return None if item is None else item.status

    return [(pair.bevinding.value, status(pair.a), status(pair.b)) for pair in comparison.pairs]


ROWS: list[tuple[str, Sequence[Taken], Sequence[Arrival], list[tuple[str, int | None, int | None]]]] = [
    ("both", [sent(ONE)], [came(ONE)], [("bij beide", 202, 202)]),
    (
        "lost on the way",
        [sent(ONE), sent(TWO)],
        [came(TWO)],
        [("verstuurd, niet ontvangen", 202, None), ("bij beide", 202, 202)],
    ),
    ("from nowhere", [], [came(ONE)], [("ontvangen, niet verstuurd", None, 202)]),
    ("another status", [sent(ONE, reply(404))], [came(ONE)], [("andere status", 404, 202)]),
    ("the answer was lost", [sent(ONE, Reply(fault="cut", sent=True))], [came(ONE)], [("andere status", 0, 202)]),
    ("nothing went out", [sent(ONE, Reply(fault="refused"))], [], []),
    ("twice, and twice", [sent(ONE), sent(ONE)], [came(ONE), came(ONE, moment="later")], [("bij beide", 202, 202)] * 2),
    (
        "twice, of which one arrived: the one that got its answer",
        [sent(ONE, Reply(fault="timeout", sent=True)), sent(ONE)],
        [came(ONE)],
        [("verstuurd, niet ontvangen", 0, None), ("bij beide", 202, 202)],
    ),
]


@pytest.mark.parametrize(("steps", "arrivals", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_two_parties(
    steps: Sequence[Taken], arrivals: Sequence[Arrival], expected: list[tuple[str, int | None, int | None]]
) -> None:
    ours, theirs = las(*steps), supplier(*arrivals)
    assert found(beside(ours, theirs)) == expected
    assert sorted(map(str, found(beside(theirs, ours)))) == sorted(str((name, b, a)) for name, a, b in expected)
    assert beside(ours, theirs).same is all(name == "bij beide" for name, _, _ in expected)


def test_messages_with_one_body_go_together_in_order() -> None:
    pairs = beside(las(sent(ONE), sent(ONE)), supplier(came(ONE), came(ONE, moment="later"))).pairs
    assert [(pair.a and pair.a.number, pair.b and pair.b.number) for pair in pairs] == [(1, 1), (2, 2)]


def test_two_runs_of_one_side() -> None:
    """What one run has and the other has not is nobody's fault."""
    one = las(sent(ONE), sent(TWO), oordeel=Oordeel.GEZAKT)
    comparison = beside(one, las(sent(ONE)))
    assert found(comparison) == [("in één rapport", 202, None), ("bij beide", 202, 202)]
    assert [(item.scenario, item.a.value, item.b.value) for item in comparison.verdicts] == [("TS-101", "gezakt", "geslaagd")]
    assert beside(one, las(id="TS-102")).verdicts == (), "a scenario that one did not play has no other verdict"
    assert beside(one, one).same
    assert not comparison.same


def test_a_side_that_saw_nothing_at_all_is_still_the_other_side() -> None:
    assert found(beside(las(sent(ONE)), supplier())) == [("verstuurd, niet ontvangen", 202, None)]
    assert found(beside(las(sent(ONE)), las())) == [("in één rapport", 202, None)]


def test_a_message_that_several_scenarios_look_at_came_once() -> None:
    looks = [played(f"LA-{at}", Oordeel.GESLAAGD, rol=Rol.LAS, taken=(awaited(came(ONE)),)) for at in range(5)]
    theirs = json.loads(as_json(rapport(looks)))
    assert found(beside(las(sent(ONE)), theirs)) == [("bij beide", 202, 202)]


def test_what_has_no_body_is_counted_and_not_compared() -> None:
    asked = Taken(Send(name="rapport", method="GET", path="/leerlingrapport/K01"), reply(200), world.at(1))
    assert (found(beside(las(asked), supplier())), beside(las(asked), supplier()).without_body) == ([], 1)


def test_rows_for_a_table_and_json() -> None:
    comparison = beside(las(sent(ONE), sent(TWO)), supplier(came(TWO)))
    [row] = comparison.rows()
    assert dict(zip(comparison.columns, row, strict=True)) == {
        "bevinding": "verstuurd, niet ontvangen",
        "controlesom": digest(ONE),
        "bericht": "POST /registreren",
        "A: a.json": f"TS-101, verstuurd, status 202, {world.at(1)}",
        "B: b.json": "–",
    }
    assert len(comparison.rows(everything=True)) == 2
    assert beside(las(), las(oordeel=Oordeel.WACHT)).rows() == [("ander oordeel", "", "TS-101", "geslaagd", "wacht")]
    data = json.loads(json.dumps(comparison.as_data()))
    assert (data["soort"], data["versie"], data["a"], data["b"]) == ("ketentest-vergelijking", 1, "a.json", "b.json")
    assert data["aantallen"] == {item.value: 0 for item in Bevinding} | {"verstuurd, niet ontvangen": 1, "bij beide": 1}
    assert [(item["a"] and item["a"]["nummer"], item["b"] and item["b"]["nummer"]) for item in data["berichten"]] == [
        (1, None),
        (2, 1),
    ]


def test_files(tmp_path: Path) -> None:
    for name, given_report in (("a.json", rapport()), ("b.json", rapport([]))):
        (tmp_path / name).write_bytes(as_json(given_report))
    assert compare_files(tmp_path / "a.json", tmp_path / "a.json").same
    assert compare_files(tmp_path / "a.json", tmp_path / "b.json").b == str(tmp_path / "b.json")


# --- files that are no report


def changed(*place: str | int, value: object = ...) -> dict[str, Any]:
    """A report in which one value is another, or is gone."""
    document: dict[str, Any] = json.loads(as_json(rapport()))
    inner: Any = document
    for part in place[:-1]:
        inner = inner[part]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return document


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "soort"),
        ({}, "soort"),
        ({"soort": "ketentest-vergelijking", "versie": 1}, "soort"),
        (changed("versie", value=2), "versie"),
        (changed("versie", value=True), "versie"),
        (changed("berichten"), "berichten"),
        (changed("berichten", value={}), "berichten"),
        (changed("berichten", 0, value=1), r"berichten\[0\]"),
        (changed("berichten", 1, "sha256_16", value="kort"), r"berichten\[1\].sha256_16"),
        (changed("berichten", 1, "sha256_16"), r"berichten\[1\].sha256_16"),
        (changed("berichten", 2, "status", value="202"), r"berichten\[2\].status"),
        (changed("berichten", 2, "status"), r"berichten\[2\].status"),
        (changed("berichten", 2, "verstuurd", value=1), r"berichten\[2\].verstuurd"),
        (changed("berichten", 2, "richting", value="heen"), r"berichten\[2\].richting"),
        (changed("scenarios", 3, "oordeel", value="prima"), r"scenarios\[3\].oordeel"),
        (changed("scenarios", 3, "rol", value=None), r"scenarios\[3\].rol"),
    ],
)
def test_a_file_of_another_kind_or_version_is_refused_by_name(document: object, told: str, tmp_path: Path) -> None:
    path = tmp_path / "hun-rapport.json"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(MessageError, match=rf"hun-rapport\.json: {told}") as error:
        compare_files(path, path)
    assert "Anouk" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"versie": 1' + b"0" * 5000 + b"}", b"NaN"])
def test_a_file_that_is_no_json_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "hun-rapport.json"
    path.write_bytes(content)
    with pytest.raises(MessageError, match=r"hun-rapport\.json"):
        compare_files(path, path)


@pytest.mark.parametrize("name", ["nergens.json", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot read"):
        compare_files(tmp_path / name, tmp_path / name)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WHOLE = json.loads(as_json(rapport()))
PLACES = [
    *[(key,) for key in WHOLE],
    *[("berichten", 0, key) for key in WHOLE["berichten"][0]],
    *[("scenarios", 0, key) for key in WHOLE["scenarios"][0]],
]


@settings(max_examples=300)
@given(st.sampled_from(PLACES), JSONS)
def test_no_json_at_all_gives_a_traceback(place: tuple[str | int, ...], value: Any) -> None:
    for document in (value, changed(*place, value=value)):
        try:
            comparison = beside(document, WHOLE)
            comparison.rows(everything=True)
            json.dumps(comparison.as_data())
        except DoorstroomError as error:
            assert "a.json" in str(error)
