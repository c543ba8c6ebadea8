"""The free text of a toetsadvies."""

from __future__ import annotations

import time

import pytest

from doorstroom_client.messages.advies_tekst import normalise_toetsadvies
from doorstroom_client.messages.vocabulary import Toetsadvies

KNOWN: dict[Toetsadvies, tuple[str, ...]] = {
    Toetsadvies.PRO_VMBO_BB: (
        "pro/vmbo bb",
        "PRO/VMBO BB",
        "pro/bb",
        "pro - bb",
        "PrO / vmbo-bb",
        "praktijkonderwijs/vmbo bb",
        "Praktijkonderwijs / vmbo basis",
        "pro en vmbo bb",
        "pro t/m vmbo bb",
        "praktijkonderwijs / vmbo basisberoepsgerichte leerweg",
        "pro vmbo_bb",
    ),
    Toetsadvies.VMBO_BB_KB: (
        "vmbo bb/kb",
        "vmbo bb-kb",
        "vmbo-bb/vmbo-kb",
        "VMBO BB/KB",
        "vmbo bb t/m kb",
        "vmbo bb tot en met vmbo kb",
        "VMBO_BB_TM_VMBO_KB",
        "vmbo basis/kader",
        "vmbo basis / vmbo kader",
        "vmbo bbl/kbl",
        "vmbo basisberoepsgericht/kaderberoepsgericht",
        "bb/kb",
        "vmbo  bb /  kb",
        "vmbo basisberoepsgerichte leerweg/kaderberoepsgerichte leerweg",
        "vmbo bb & kb",
        "vmbo bb\n/ kb",
    ),
    Toetsadvies.VMBO_KB_GL_TL: (
        "vmbo kb/gl-tl",
        "vmbo kb/vmbo gl-tl",
        "vmbo kb/gl/tl",
        "VMBO_KB_TM_VMBO_GL/TL",
        "vmbo kb - gl/tl",
        "vmbo kb/tl",
        "vmbo kader/tl",
        "vmbo kb t/m gl_tl",
        "vmbo kb/gt",
        "vmbo kader / vmbo gltl",
    ),
    Toetsadvies.VMBO_GL_TL_HAVO: (
        "vmbo gl-tl/havo",
        "vmbo gl/tl/havo",
        "vmbo gl/tl - havo",
        "VMBO_GL/TL_TM_HAVO",
        "vmbo tl/havo",
        "vmbo gl-tl t/m havo",
        "mavo/havo",
        "vmbo gemengde/theoretische leerweg/havo",
        "vmbo-gt/havo",
        "vmbo gl en tl/havo",
    ),
    Toetsadvies.HAVO_VWO: (
        "havo/vwo",
        "HAVO/VWO",
        "havo - vwo",
        "havo t/m vwo",
        "HAVO_TM_VWO",
        "havo-vwo",
        " havo / vwo ",
        "havo en vwo",
    ),
    Toetsadvies.VWO: ("vwo", "VWO", " Vwo\n", "vwo/vwo"),
}
UNKNOWN = (
    "",
    " ",
    "havo",
    "vmbo",
    "vmbo vmbo",
    "pro",
    "bb",
    "vmbo kb",
    "vmbo gl-tl",
    "geen vwo",
    "geen advies",
    "gymnasium",
    "vwo/havo",
    "bb/havo",
    "pro/vwo",
    "kb/havo",
    "havo/vwo/kb",
    "540",
    "vwo.",
    "ĥavo",
    "vmbo bb/kb/gl-tl",
    "/",
    "-",
    "t/m",
    "VMBO_BB_TM_VMBO_KB_MET_LWOO",
    "n.v.t.",
    "\x00",
    "\u202evwo",
)


@pytest.mark.parametrize(("text", "category"), [(text, category) for category, texts in KNOWN.items() for text in texts])
def test_known_texts(text: str, category: Toetsadvies) -> None:
    assert normalise_toetsadvies(text) is category


@pytest.mark.parametrize("category", list(Toetsadvies))
def test_a_category_is_its_own_text(category: Toetsadvies) -> None:
    assert normalise_toetsadvies(category.value) is category


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown_texts(text: str) -> None:
    assert normalise_toetsadvies(text) is None


def test_no_text() -> None:
    assert normalise_toetsadvies(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "vmbo " * 6_000,
        "vmbo_" * 12_000,
        "vmbo-" * 20_000,
        "gl " * 30_000,
        "basisberoepsgerichte " * 5_000,
        "/" * 100_000,
        "a" * 100_000,
        " " * 100_000,
        "_tm_" * 25_000,
        "leerweg" * 15_000,
        "gemengde" * 12_000,
    ],
    ids=lambda text: text[:12].strip() or "spaces",
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    start = time.process_time()
    assert normalise_toetsadvies(text) is None
    assert time.process_time() - start < 1
