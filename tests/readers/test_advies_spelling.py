"""What schools write for an advice, and what is not understood."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from doorstroom_client.messages.vocabulary import Schooladvies
from doorstroom_client.readers.advies_spelling import parse_advies

CODES = list(Schooladvies)
WRITTEN = {
    "VSO": ["vso", "VSO."],
    "PRAKTIJKONDERWIJS": ["pro", "PrO", "praktijk", "Praktijkonderwijs"],
    "VMBO_BB": [
        "basis",
        "bb",
        "BBL",
        "vmbo-b",
        "vmbo bb",
        "vmbo basis",
        "vmbo basisberoepsgerichte leerweg",
        "VMBO_BB",
        "vmbobb",
    ],
    "VMBO_BB_MET_LWOO": ["basis met lwoo", "bb + lwoo", "vmbo-b (lwoo)", "vmbo bb met leerwegondersteuning", "lwoo/vmbo bb"],
    "VMBO_BB_TM_VMBO_KB": ["basis/kader", "bb/kb", "vmbo b/k", "vmbo bk", "vmbo-bb t/m kb", "vmbo bb/vmbo kb", "VMBO BB-KB"],
    "VMBO_BB_TM_VMBO_KB_MET_LWOO": ["bb/kb lwoo", "basis/kader met leerwegondersteunend onderwijs"],
    "VMBO_KB": ["kader", "Kader", "kb", "vmbo-k", "vmbo  kb", "vmbo kaderberoepsgericht", "vmbo-kader"],
    "VMBO_KB_MET_LWOO": ["kader met lwoo", "vmbo k + lwoo"],
    "VMBO_KB_TM_VMBO_GL/TL": ["kader/tl", "kb/gl/tl", "vmbo kb t/m gl/tl", "vmbo-k/t", "vmbo kgt", "kader - mavo", "vmbo k-gt"],
    "VMBO_KB_TM_VMBO_GL/TL_MET_LWOO": ["kader/tl met lwoo"],
    "VMBO_GL/TL": [
        "TL",
        "tl",
        "gl",
        "gl/tl",
        "gt",
        "mavo",
        "vmbo-t",
        "vmbo t",
        "vmbo-tl",
        "vmbo-gt",
        "VMBO_GL_TL",
        "vmbo (g)t",
    ],
    "VMBO_GL/TL_MET_LWOO": ["tl met lwoo", "vmbo-gl/tl lwoo", "vmbo theoretische leerweg met leerwegondersteuning"],
    "VMBO_GL/TL_TM_HAVO": [
        "vmbo-t/havo",
        "tl/havo",
        "mavo/havo",
        "vmbo gl/tl t/m havo",
        "mavo - havo",
        "gt–havo",
        "havo/vmbo-t",
    ],
    "HAVO": ["havo", "Havo ", "advies: havo"],
    "HAVO_TM_VWO": ["havo/vwo", "havo-vwo", "havo t/m vwo", "havo tot en met vwo", "HAVO tm VWO", "havo & vwo"],
    "VWO": ["vwo", "VWO", "gymnasium", "atheneum", "vwo/gymnasium", "vwo (atheneum)"],
    "GEEN_SPECIFIEK_ADVIES_MOGELIJK": [
        "geen specifiek advies mogelijk",
        "Geen specifiek advies",
        "geen_specifiek_advies_mogelijk",
    ],
}


def test_every_code_has_spellings() -> None:
    assert set(WRITTEN) == set(CODES)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in WRITTEN.items() for text in texts])
def test_what_schools_write(code: str, text: str) -> None:
    assert parse_advies(text, CODES) == code
    assert parse_advies(f"  {text.upper()} ", CODES) == code


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "-",
            "?",
            "vmbo",
            "vmbo lwoo",
            "lwoo",
            "8",
            "b",
            "k",
            "t",
            "h/v",
            "havo+",
            "vwo+",
            "/havo",
            "vmbo/havo",
            "geen",
            "geen advies",
        ),
        *("pro/bb", "pro/vmbo bb", "bb/tl", "kader/havo", "tl/vwo", "vso/pro", "bb/kb/gl/tl", "bk/t"),  # there is no such code
        *("havo met lwoo", "vwo lwoo", "pro met lwoo", "havo of niet", "niet havo", "havo/vwo tweetalig", "vmbo x"),
        *("vſo", "ｈavo", "havo\0", "h a v o", "x" * 101, "havo " * 30),
    ],
)
def test_what_is_not_understood(text: str) -> None:
    assert parse_advies(text, CODES) is None


def test_only_codes_of_the_agreement() -> None:
    assert parse_advies("kader", ["HAVO", "NIEUW"]) is None
    assert parse_advies("nieuw", ["HAVO", "NIEUW"]) == "NIEUW"


@settings(max_examples=300, database=None)
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["vmbo", "t", "kb", "havo", "/", "-", " ", "lwoo", "tm"]), max_size=9).map("".join)
)
@example("vmbo" * 25)
def test_any_text_gives_a_code_or_none(text: str) -> None:
    assert parse_advies(text, CODES) in (None, *CODES)
