"""What a LAS passes on to DUO (ROD) about advice and test, taken from what this library holds: fields, not a message.

The message to ROD itself (SOAP, its definitions come from DUO on request) is the LAS's own, and so are the persoonsgebonden
nummer and the adviesvolgnummer: neither is ever in this chain. The fields of the advice follow the description of
``AanleverenAdviesVO`` as public design notes cite it (PvE ROD-PO 1.14.2, section 7.9.1); the test message of ROD is not public,
so the fields of a test are those that DUO's page on registering a doorstroomtoets asks for, under names of our own.
"""

from __future__ import annotations

import datetime as dt

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.findings import Findings
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Referentieniveau, Schooladvies
from doorstroom_client.overview.rangorde import niet_lager

Rodvelden = dict[str, str | int | dt.date | None]
"""Field -> value; None where there is nothing to pass on."""

_NIVEAUS = {
    "REKENEN": (Referentieniveau.LAGER_DAN_1F, Referentieniveau.F1, Referentieniveau.S1),
    "LEZEN": (Referentieniveau.LAGER_DAN_1F, Referentieniveau.F1, Referentieniveau.F2),
    "TAALVERZORGING": (Referentieniveau.LAGER_DAN_1F, Referentieniveau.F1, Referentieniveau.F2),
}


def rod_advies(
    school: School,
    schooljaar: str,
    *,
    voorlopig: str | None = None,
    voorlopig_op: dt.date | None = None,
    definitief: str | None = None,
    definitief_op: dt.date | None = None,
) -> Rodvelden:
    """The fields of the advice of one pupil.

    Args:
        school: the administration.
        schooljaar: in which the advice was given, ``2026-2027``; its end is the ``adviesjaar``.
        voorlopig: code of the voorlopig advice.
        voorlopig_op: the day it was given.
        definitief: code of the definitief advice, which this chain never carries.
        definitief_op: the day it was given.

    Returns:
        ``vestigingscode`` (six characters), ``onderwijsaanbieder``, ``onderwijslocatie``, ``adviesjaar``, ``advies1``,
        ``adviesdatum1``, ``advies2`` and ``adviesdatum2``.

    Raises:
        MessageError: there is no advice (ROD control 103), a code is not in the list (046), a date is missing, or the
            definitief advice is lower than the voorlopig (102). Names the field, never the value.
    """
    found = Findings()
    found.identifier(Schooljaar, schooljaar, "schooljaar")
    if voorlopig is None and definitief is None:
        found.add("voorlopig", "give the voorlopig or the definitief advice, or both (ROD control 103)")
    for name, code, day in (("voorlopig", voorlopig, voorlopig_op), ("definitief", definitief, definitief_op)):
        if code is not None:
            found.member(code, name, tuple(Schooladvies), "schooladvies (ROD control 046)")
            if day is None:
                found.add(f"{name}_op", "is missing; give the day of the advice")
    if voorlopig is not None and definitief is not None and niet_lager(definitief, voorlopig) is False:
        found.add("definitief", "is lower than the voorlopig advice (ROD control 102)")
    if not found.problems:
        return {
            **_of_school(school),
            "adviesjaar": int(schooljaar[5:]),
            "advies1": voorlopig,
            "adviesdatum1": voorlopig_op,
            "advies2": definitief,
            "adviesdatum2": definitief_op,
        }
    del voorlopig, voorlopig_op, definitief, definitief_op, code, day  # tracebacks may show local variables
    raise MessageError(found.problems, what="rod_advies")


def rod_toets(school: School, resultaat: Leerlingresultaat) -> Rodvelden:
    """The fields of the test of one pupil. A field is None where the result has no value that DUO can use.

    Verhindering and ontheffing are registered by the school and are not in a result.

    Args:
        school: the administration.
        resultaat: the result.

    Returns:
        ``vestigingscode`` (six characters), ``onderwijsaanbieder``, ``onderwijslocatie``, ``toets``, ``afnamedatum``,
        ``toetsscore``, ``toetsadvies`` (one of the six categories), ``rekenen``, ``lezen`` and ``taalverzorging``. A level that
        does not exist for its part (2F for rekenen, 1S for the other two) is left out.
    """
    levels = resultaat.referentieniveaus
    return {
        **_of_school(school),
        "toets": str(resultaat.toetssoort) if resultaat.toetssoort else None,
        "afnamedatum": resultaat.afnamedatum,
        "toetsscore": resultaat.toetsscore,
        "toetsadvies": str(resultaat.toetsadvies) if resultaat.toetsadvies else None,
        **{part.lower(): _level(levels.get(part), allowed) for part, allowed in _NIVEAUS.items()},
    }


def ontbreekt(velden: Rodvelden) -> tuple[str, ...]:
    """The fields of a test that are missing: with one of these the test cannot be registered as it is.

    Args:
        velden: made by `rod_toets`.
    """
    return tuple(name for name, value in velden.items() if value is None)


def _of_school(school: School) -> Rodvelden:
    return {
        "vestigingscode": school.instellingscode + school.vestigingscode,
        "onderwijsaanbieder": school.onderwijsaanbiedercode,
        "onderwijslocatie": school.onderwijslocatiecode,
    }


def _level(level: Referentieniveau | str | None, allowed: tuple[Referentieniveau, ...]) -> str | None:
    return str(level) if level in allowed else None
