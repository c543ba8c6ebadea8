"""Recognises the free text of a toetsadvies as one of the six categories that all suppliers share (quirk Q32)."""

from __future__ import annotations

import re

from doorstroom_client.messages.vocabulary import Toetsadvies

# The longest spellings first, so that "gl-tl" is not read as two separate words.
_SPELLINGS = (
    (re.compile(r"praktijkonderwijs|praktijk\b"), "pro"),
    (re.compile(r"basisberoepsgerichte?( leerweg)?|\bbasis\b|\bbbl\b"), "bb"),
    (re.compile(r"kaderberoepsgerichte?( leerweg)?|\bkader\b|\bkbl\b"), "kb"),
    (re.compile(r"\b(gl|gemengde?)\s*[/_-]\s*(tl|theoretische?)\b|\bgltl\b|\bmavo\b|\bgt\b|\btl\b|\bgl\b"), "gltl"),
)
_JOINTS = re.compile(r"\s*(?:/|-|–|\+|&|_tm_|t/m|\btot en met\b|\ben\b)\s*")
_LONGEST = 200
_CATEGORIES = {
    ("pro", "bb"): Toetsadvies.PRO_VMBO_BB,
    ("bb", "kb"): Toetsadvies.VMBO_BB_KB,
    ("kb", "gltl"): Toetsadvies.VMBO_KB_GL_TL,
    ("gltl", "havo"): Toetsadvies.VMBO_GL_TL_HAVO,
    ("havo", "vwo"): Toetsadvies.HAVO_VWO,
    ("vwo",): Toetsadvies.VWO,
}


def normalise_toetsadvies(text: str | None) -> Toetsadvies | None:
    """Map the text of a toetsadvies to its category.

    Case, spaces, repeated "vmbo", ``t/m`` and the spellings of gl/tl make no difference. A text that is not recognised
    gives None: the raw text is then the only truth.
    """
    if not text or len(text) > _LONGEST:
        return None
    plain = " ".join(text.casefold().replace("leerweg", " ").split()).replace("_tm_", " t/m ")
    plain = " ".join(re.sub(r"\bvmbo\b|vmbo[_-]", " ", plain).split())
    for pattern, short in _SPELLINGS:
        plain = pattern.sub(short, plain)
    words = [word for part in _JOINTS.split(plain) for word in re.split(r"[\s_]+", part) if word]
    return _CATEGORIES.get(tuple(dict.fromkeys(words)))
