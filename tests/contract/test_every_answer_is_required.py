"""Every answer in the newest published definition is the subject of a requirement of the chain test, and of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorstroom_client.ketentest.scenarios import REGISTER

if TYPE_CHECKING:
    from conftest import Definition


def test_every_answer_is_required(definitions: dict[str, Definition]) -> None:
    found = {
        (path.strip("/").partition("/")[0], status)
        for path, item in definitions["1.1"].document["paths"].items()
        for method in item.values()
        for status in map(str, method["responses"])
    }
    checked = {eis for scenario in REGISTER for eis in scenario.eisen}
    assert len(found) == 17
    assert {pair for pair in found if not checked & {f"OAS:{pair[0]}:{pair[1]}", f"OAS:{pair[1]}"}} == set()
