"""A Deelnemerslijst that is made of EDEXML fits the published schema, for a whole school and for whatever pupils."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import NOW, SCHOOL

from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht, build_deelnemersbericht
from doorstroom_client.readers.edexml import Edexml, read_edexml
from doorstroom_client.simulator.edexml import edexml_of
from doorstroom_client.simulator.invented import bedenk_leerlingen

if TYPE_CHECKING:
    from conftest import Definition


def lijst(found: Edexml) -> Deelnemersbericht:
    found.raise_if_any()
    return build_deelnemersbericht(
        SCHOOL,
        found.groepen,
        found.deelnemers,
        afspraak=AFSPRAKEN["1.1"],
        schooljaar=found.schooljaar,
        auteur=found.auteur,
        datumtijd=NOW,
    )


def test_a_large_school(definitions: dict[str, Definition]) -> None:
    bedacht = bedenk_leerlingen(1200, schooljaar="2025-2026")
    made = lijst(read_edexml(edexml_of(bedacht, SCHOOL), school=SCHOOL))
    document = json.loads(encode(made))
    assert definitions["1.1"].errors("Deelnemerslijst", document) == []
    assert [item["achternaam"] for item in document["deelnemers"]] == [item.achternaam for item in bedacht]
    assert [item["deelnemerref"][-1]["onderwijsdeelnemerID"] for item in document["deelnemers"]] == [
        item.las_key for item in bedacht
    ]


@settings(max_examples=30, database=None, suppress_health_check=list(HealthCheck))
@given(aantal=st.integers(1, 60), seed=st.integers(0, 10_000))
def test_pupils_are_the_same_as_those_that_went_in(definitions: dict[str, Definition], aantal: int, seed: int) -> None:
    bedacht = bedenk_leerlingen(aantal, seed=seed, schooljaar="2025-2026")
    found = read_edexml(edexml_of(bedacht, SCHOOL), school=SCHOOL)
    assert definitions["1.1"].errors("Deelnemerslijst", json.loads(encode(lijst(found)))) == []
    for one, other in zip(bedacht, found.deelnemers, strict=True):
        names = "achternaam", "roepnaam", "voorvoegsel", "voorletters", "geboortedatum", "geslacht"
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        assert (one.eck_id, one.las_key) == (other.leerling.eck_id, other.leerling.las_key)
