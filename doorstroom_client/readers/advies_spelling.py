"""Understands the ways in which schools write an advice. Never chooses between two meanings: then it is not understood."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.messages.afspraak import NEWEST, Afspraak
from doorstroom_client.messages.vocabulary import Schooladvies

_LONGEST = 100
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_UP_TO = re.compile(r"\bt\s?/\s?m\b|\btot en met\b|\btm\b|\btot\b")
_JOINTS = ("/", "+", "&", "-")
_NOISE = {"leerweg", "onderwijs", "advies", "schooladvies", "niveau", "met", "en"}
_LWOO = {"lwoo", "leerwegondersteuning", "leerwegondersteunend"}
_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("vso",), ("vso",)),
    **dict.fromkeys(("pro", "praktijk", "praktijkonderwijs"), ("pro",)),
    **dict.fromkeys(("bb", "bbl", "basis", "basisberoepsgericht", "basisberoepsgerichte"), ("bb",)),
    **dict.fromkeys(("kb", "kbl", "kader", "kaderberoepsgericht", "kaderberoepsgerichte"), ("kb",)),
    **dict.fromkeys(("gl", "tl", "gt", "gltl", "gemengd", "gemengde", "theoretisch", "theoretische", "mavo"), ("gt",)),
    **dict.fromkeys(("kgt",), ("kb", "gt")),
    **dict.fromkeys(("bk", "bbkb"), ("bb", "kb")),
    **dict.fromkeys(("havo",), ("havo",)),
    **dict.fromkeys(("vwo", "atheneum", "gymnasium"), ("vwo",)),
}
_LETTERS: Mapping[str, tuple[str, ...]] = {"b": ("bb",), "k": ("kb",), "g": ("gt",), "t": ("gt",)}
"""Only behind "vmbo" does one letter say enough."""
_CODES: Mapping[frozenset[str], tuple[Schooladvies, Schooladvies | None]] = {
    frozenset({"vso"}): (Schooladvies.VSO, None),
    frozenset({"pro"}): (Schooladvies.PRAKTIJKONDERWIJS, None),
    frozenset({"bb"}): (Schooladvies.VMBO_BB, Schooladvies.VMBO_BB_MET_LWOO),
    frozenset({"bb", "kb"}): (Schooladvies.VMBO_BB_TM_VMBO_KB, Schooladvies.VMBO_BB_TM_VMBO_KB_MET_LWOO),
    frozenset({"kb"}): (Schooladvies.VMBO_KB, Schooladvies.VMBO_KB_MET_LWOO),
    frozenset({"kb", "gt"}): (Schooladvies.VMBO_KB_TM_VMBO_GL_TL, Schooladvies.VMBO_KB_TM_VMBO_GL_TL_MET_LWOO),
    frozenset({"gt"}): (Schooladvies.VMBO_GL_TL, Schooladvies.VMBO_GL_TL_MET_LWOO),
    frozenset({"gt", "havo"}): (Schooladvies.VMBO_GL_TL_TM_HAVO, None),
    frozenset({"havo"}): (Schooladvies.HAVO, None),
    frozenset({"havo", "vwo"}): (Schooladvies.HAVO_TM_VWO, None),
    frozenset({"vwo"}): (Schooladvies.VWO, None),
}
"""Levels of a school -> the advice, and the same with learning support."""
_NO_ADVICE = re.compile(r"geen specifiek (school)?advies( mogelijk)?")


def read_advies(text: str, *, afspraak: Afspraak = NEWEST) -> str:
    """The code of an advice in one of the spellings that the readers know: ``havo t/m vwo`` gives ``HAVO_TM_VWO``.

    Args:
        text: what a school writes. `Advies` itself takes the code only.
        afspraak: the agreement version whose advice values may be used; the newest of this library when left out.

    Raises:
        MessageError: it is not understood, or could mean more than one; the text itself is not in the error.
    """
    code = parse_advies(text.strip(), afspraak.schooladviezen) if isinstance(text, str) else None
    if code is None:
        text = "…"  # tracebacks may show local variables
        rule = f"is not understood as one of the {len(afspraak.schooladviezen)} codes of this agreement"
        raise MessageError([Problem("advies", rule)])
    return code


def parse_advies(text: str, codes: Collection[str]) -> str | None:
    """The code that a text stands for; None when it is not understood or has no code.

    Args:
        text: a code in any spelling (``havo t/m vwo``), or what schools usually write (``vmbo-t/havo``, ``kader``, ``TL``).
        codes: the codes of the agreement; no other is given.
    """
    if text in codes:
        return text
    plain = text.translate(_DASHES)
    if len(plain) > _LONGEST or not plain.isascii():  # lower() turns some other letters into a to z
        return None
    joined = " ".join(_UP_TO.sub(" tm ", plain.lower().replace("_", " ")).split())
    spelled = joined.upper().replace(" ", "_").replace("-", "_")
    found = spelled if spelled in codes else _by_levels(joined)
    return str(found) if found in codes else None


def _by_levels(text: str) -> Schooladvies | None:
    if _NO_ADVICE.fullmatch(text):
        return Schooladvies.GEEN_SPECIFIEK_ADVIES_MOGELIJK
    if text[:1] in _JOINTS or text[-1:] in _JOINTS:
        return None
    words = [word for word in re.split(r"[\s/+&,;:.()-]+|\btm\b", text) if word and word not in _NOISE]
    vmbo = any(word.startswith("vmbo") for word in words)
    levels: set[str] = set()
    support = False
    for word in words:
        bare = word.removeprefix("vmbo") if word.startswith("vmbo") else word
        known = _WORDS.get(bare) or (_LETTERS.get(bare) if vmbo else None)
        if known:
            levels.update(known)
        elif word in _LWOO:
            support = True
        elif bare:
            return None
    if vmbo and not levels & {"bb", "kb", "gt"}:
        return None  # vmbo, and not which
    plain, supported = _CODES.get(frozenset(levels), (None, None))
    return supported if support else plain
