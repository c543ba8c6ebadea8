"""Invented pupils of group 8. Every name, date and key is made up; any likeness to a real pupil is chance."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import date, timedelta

from doorstroom_client.messages.vocabulary import Geslacht, Schooladvies

_JONGENS = (
    "Daan", "Mohammed", "Noël", "Sem", "Yağız", "Levi", "Luca", "Björn", "Rayan", "Jiří", "Thijs", "Ömer",
    "Milan", "Tobias", "Kwame", "Jurre", "Adam", "Sjoerd", "Ilyas", "Raphaël", "Wout", "Minh", "Stijn",
    "Jayden", "Aarav",
)  # fmt: skip
_MEISJES = (
    "Zoë", "Emma", "Fatima", "Chloé", "Noor", "Aïcha", "Saar", "Elif", "Renée", "Lotte", "Amélie", "Yara",
    "Fenna", "Nagihan", "Mila", "Şevval", "Tess", "Anaïs", "Hiba", "Sanne", "Oluchi", "Femke", "Mei",
    "Ghizlane", "Priya",
)  # fmt: skip
_TWEEDE_NAMEN = ("Johannes", "Maria", "Willem", "Anna", "Karim", "Elisabeth", "Hendrik", "Sophia", "Leyla")
_ACHTERNAMEN = (
    ("de", "Vries"), (None, "Yılmaz"), ("van der", "Berg"), (None, "El Idrissi"), (None, "Jansen"),
    ("van", "Dijk"), (None, "Öztürk"), ("den", "Hollander"), (None, "Müller"), ("in 't", "Veld"),
    (None, "Bakker"), (None, "Nguyễn"), ("ten", "Brink"), (None, "Kowalski"), ("van de", "Ven"),
    (None, "Benali"), ("'t", "Hoen"), (None, "Visser"), (None, "Dankwah-Boateng"), ("ter", "Horst"),
    (None, "Çelik"), ("op den", "Kamp"), (None, "Smit"), (None, "García"), ("van 't", "Hof"),
    (None, "Singh"), ("el", "Amrani"), (None, "Hoekstra"), ("la", "Fèbre"), (None, "Nováková"),
    ("von", "Grünewald"), (None, "Meijer"), ("van den", "Heuvel"), (None, "Abdi"), ("uit den", "Boogaard"),
    (None, "Dijkstra"), (None, "Traoré"), ("de la", "Fuente"), (None, "Mulder"), (None, "Wójcik"),
    (None, "Pinas"),
)  # fmt: skip
_SPREIDING = {
    Schooladvies.VSO: 1,
    Schooladvies.PRAKTIJKONDERWIJS: 3,
    Schooladvies.VMBO_BB: 4,
    Schooladvies.VMBO_BB_MET_LWOO: 3,
    Schooladvies.VMBO_BB_TM_VMBO_KB: 4,
    Schooladvies.VMBO_BB_TM_VMBO_KB_MET_LWOO: 1,
    Schooladvies.VMBO_KB: 8,
    Schooladvies.VMBO_KB_MET_LWOO: 1,
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL: 8,
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL_MET_LWOO: 1,
    Schooladvies.VMBO_GL_TL: 11,
    Schooladvies.VMBO_GL_TL_MET_LWOO: 1,
    Schooladvies.VMBO_GL_TL_TM_HAVO: 14,
    Schooladvies.HAVO: 11,
    Schooladvies.HAVO_TM_VWO: 15,
    Schooladvies.VWO: 13,
    Schooladvies.GEEN_SPECIFIEK_ADVIES_MOGELIJK: 1,
}
# Two places in every 27, a usual class, hold a pupil without an ECK-iD.
_ZONDER_ECK_ID = frozenset({8, 19})
_KLAS = 27


@dataclass(frozen=True, slots=True, repr=False)
class BedachteLeerling:
    """One invented pupil.

    Attributes:
        volgnummer: 1 for the first.
        roepnaam: first name as used.
        voorvoegsel: prefix of the family name, at most 10 characters; None when there is none.
        achternaam: family name without the prefix.
        voorletters: 1 to 6 letters without dots.
        geboortedatum: fits group 8 of the school year.
        geslacht: 1, 2 or 9.
        eck_id: ``https://ketenid.nl/pilot/`` and 128 hexadecimal digits; None for the few who have only a
            LAS-key.
        las_key: key in the school administration, without meaning.
        groep: name of the group, ``8A`` or ``8B``.
        advies: wire value of the preliminary school advice.
    """

    volgnummer: int
    roepnaam: str
    voorvoegsel: str | None
    achternaam: str
    voorletters: str
    geboortedatum: date
    geslacht: int
    eck_id: str | None
    las_key: str
    groep: str
    advies: str

    def __repr__(self) -> str:
        """Show which pupil it is without showing the pupil."""
        return f"BedachteLeerling(volgnummer={self.volgnummer}, groep={self.groep!r})"


def bedenk_leerlingen(aantal: int, *, seed: int = 1, schooljaar: str) -> list[BedachteLeerling]:
    """Invent pupils; the same arguments give the same pupils.

    Args:
        aantal: how many.
        seed: another value gives other pupils.
        schooljaar: ``2026-2027``; decides the dates of birth.

    Raises:
        ValueError: the number is negative, or the school year is not of the form ``EEJJ-EEJJ``.
    """
    eerste, streep, tweede = schooljaar.partition("-")
    if not (streep and eerste.isdecimal() and tweede.isdecimal() and int(tweede) == int(eerste) + 1):
        raise ValueError("A school year has the form 2026-2027.")
    if aantal < 0:
        raise ValueError("The number of pupils cannot be negative.")
    rng = random.Random(f"{seed}/{schooljaar}")  # noqa: S311 - reproducible invention, nothing secret
    adviezen = rng.choices(list(_SPREIDING), list(_SPREIDING.values()), k=aantal)
    familie = rng.sample(_ACHTERNAMEN, len(_ACHTERNAMEN))
    return [
        _bedenk(index, seed, int(eerste), advies, familie[index % len(familie)], rng) for index, advies in enumerate(adviezen)
    ]


def _bedenk(
    index: int, seed: int, jaar: int, advies: Schooladvies, naam: tuple[str | None, str], rng: random.Random
) -> BedachteLeerling:
    geslacht = Geslacht.NIET_GESPECIFICEERD if rng.random() < 0.01 else rng.choice((Geslacht.MAN, Geslacht.VROUW))
    roepnaam = rng.choice(_MEISJES if geslacht is Geslacht.VROUW else _JONGENS)
    tweede_namen = rng.sample(_TWEEDE_NAMEN, rng.choices((0, 1, 2, 3), (4, 4, 2, 1))[0])
    heeft_eck_id = index % _KLAS not in _ZONDER_ECK_ID
    return BedachteLeerling(
        volgnummer=index + 1,
        roepnaam=roepnaam,
        voorvoegsel=naam[0],
        achternaam=naam[1],
        voorletters="".join(voornaam[0] for voornaam in (roepnaam, *tweede_namen)),
        geboortedatum=_geboortedatum(jaar, rng),
        geslacht=int(geslacht),
        eck_id=f"https://ketenid.nl/pilot/{_hex(seed, index, 'eck')}" if heeft_eck_id else None,
        las_key=f"las-{_hex(seed, index, 'las')[:16]}",
        groep="8A" if index % 2 == 0 else "8B",
        advies=advies.value,
    )


def _geboortedatum(jaar: int, rng: random.Random) -> date:
    """From 1 October twelve years before to 30 September eleven years before; one in ten is a year older."""
    eerste_dag = date(jaar - 12 - (rng.random() < 0.1), 10, 1)
    return eerste_dag + timedelta(days=rng.randrange(365))


def _hex(seed: int, index: int, soort: str) -> str:
    return hashlib.sha512(f"bedacht/{soort}/{seed}/{index}".encode()).hexdigest()
