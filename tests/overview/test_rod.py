"""The fields that a LAS passes on to DUO."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from support import SCHOOL, resultaat
from support.overview import kwam

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.overview.rod import ontbreekt, rod_advies, rod_toets

JAN, MRT = dt.date(2026, 1, 20), dt.date(2026, 3, 20)


def test_the_fields_of_an_advice() -> None:
    found = rod_advies(SCHOOL, "2025-2026", voorlopig="HAVO", voorlopig_op=JAN, definitief="HAVO_TM_VWO", definitief_op=MRT)
    assert found == {
        "vestigingscode": "11BB00",
        "onderwijsaanbieder": "123A123",
        "onderwijslocatie": "123X123",
        "adviesjaar": 2026,
        "advies1": "HAVO",
        "adviesdatum1": JAN,
        "advies2": "HAVO_TM_VWO",
        "adviesdatum2": MRT,
    }
    early = rod_advies(SCHOOL, "2025-2026", voorlopig="VMBO_KB", voorlopig_op=JAN)
    assert (early["advies2"], early["adviesdatum2"]) == (None, None)
    rod_advies(SCHOOL, "2025-2026", voorlopig="VMBO_KB_MET_LWOO", voorlopig_op=JAN, definitief="VMBO_KB", definitief_op=MRT)


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        ({}, "voorlopig", "control 103"),
        ({"voorlopig": "HAVO"}, "voorlopig_op", "is missing"),
        ({"definitief": "HAVO"}, "definitief_op", "is missing"),
        ({"voorlopig": "HAVO_PLUS", "voorlopig_op": JAN}, "voorlopig", "control 046"),
        (
            {"voorlopig": "HAVO", "voorlopig_op": JAN, "definitief": "VMBO_KB", "definitief_op": MRT},
            "definitief",
            "control 102",
        ),
        ({"voorlopig": "HAVO", "voorlopig_op": JAN, "schooljaar": "2026"}, "schooljaar", "schooljaar"),
    ],
)
def test_what_rod_would_refuse(more: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(MessageError) as caught:
        rod_advies(SCHOOL, more.pop("schooljaar", "2025-2026"), **more)
    [problem] = caught.value.problems
    assert problem.path == path
    assert words in problem.text
    assert "HAVO" not in str(caught.value)
    trace = caught.traceback[-1].frame.f_locals
    assert not {"voorlopig", "definitief", "voorlopig_op", "definitief_op", "code"} & set(trace)


def test_the_fields_of_a_test() -> None:
    item = kwam(eck="e1", toetsadvies="vmbo GL-TL / Havo", niveaus={"LEZEN": "2F", "TAALVERZORGING": "1S", "REKENEN": "<1F"})
    document = dict(item.resultaat.raw)
    document["resultatenscores"]["afnamecontext"] = {"afname": {"id": "a", "afnametijdstip": "2026-02-03T00:00:00Z"}}
    found = rod_toets(SCHOOL, Leerlingresultaat.parse(document))
    assert found == {
        "vestigingscode": "11BB00",
        "onderwijsaanbieder": "123A123",
        "onderwijslocatie": "123X123",
        "toets": "ICE",
        "afnamedatum": dt.date(2026, 2, 3),
        "toetsscore": 80,
        "toetsadvies": "vmbo gl-tl/havo",
        "rekenen": "L1F",
        "lezen": "2F",
        "taalverzorging": None,  # 1S exists for rekenen only
    }
    assert ontbreekt(found) == ("taalverzorging",)


def test_an_unusable_result_leaves_fields_empty() -> None:
    document = resultaat(toets="")
    document["resultatenscores"]["toetsdefinitie"] = None
    document["toets"] = None
    document["resultatenscores"]["scores"] = None
    document["resultatenscores"]["resultaten"]["resultaten"] = [{"label": "Toetsadvies", "waarde": "klasse 4"}]
    found = rod_toets(SCHOOL, Leerlingresultaat.parse(document))
    assert ontbreekt(found) == ("toets", "afnamedatum", "toetsscore", "toetsadvies", "rekenen", "lezen", "taalverzorging")
