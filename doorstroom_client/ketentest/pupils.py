"""The test class: the same invented pupils for every scenario, with keys that nobody but one run has given out."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import Schooladvies

_ECK = "https://ketenid.nl/pilot/"
_KEY = re.compile(r"https://ketenid\.nl/pilot/[0-9a-f]+|kt-[A-Za-z0-9]+-[A-Za-z0-9-]+")
_DATE = re.compile(r"\b(?:(?P<year>\d{4})-0?3-14|14[-./]0?3[-./](?P<last>\d{4}))\b")
_YOUNGEST = 6
_LABEL_BYTES = 32
"""An ECK-iD of a run begins with its label, so that it can be read back, and ends with a digest that only this run gives."""


@frozen(kw_only=True)
class Proefleerling:
    """One invented pupil.

    Attributes:
        label: ``K04``, as scenarios and reports call the pupil.
        why: what is special about the pupil, in Dutch.
        achternaam: family name.
        roepnaam: first name.
        voorletters: letters only.
        voorvoegsel: prefix of the family name; empty when there is none.
        groep: name of the group.
        niveau: of the pupil: ``8``, or ``7``.
        advies: wire value; empty when the school has none yet.
        has_eck_id: whether the pupil has an ECK-iD.
        has_las_key: whether the LAS sends its own key.
    """

    label: str
    why: str
    achternaam: str
    roepnaam: str
    voorletters: str
    voorvoegsel: str = ""
    groep: str = "8A"
    niveau: str = "8"
    advies: str = ""
    has_eck_id: bool = True
    has_las_key: bool = False


def _klas() -> dict[str, Proefleerling]:
    rows: list[tuple[str, str, str, str, str, Mapping[str, Any]]] = [
        ("K01", "gewone leerling", "Proefkamp", "Anouk", "A", {}),
        ("K02", "alleen een LAS-key", "Testveen", "Bram", "B", {"has_eck_id": False, "has_las_key": True}),
        ("K03", "ECK-iD en LAS-key", "Oefenhout", "Carlijn", "CM", {"has_las_key": True}),
        ("K04", "letters van buiten West-Europa", "Nguyễn-Öztürk", "Łukasz", "Ł", {}),
        (
            "K05",
            "elk veld zo lang als mag",
            ("Proefkampvandelangenaam" * 4)[:70],
            "Roepnaam" * 8,
            "ABCDEF",
            {"voorvoegsel": "uit den 't"},
        ),
        ("K06", "leestekens in de naam", "Hoen-d'Août", "Daniël", "D", {"voorvoegsel": "'t"}),
        ("K07", "jaargroep 7", "Voorbeeldsma", "Esra", "E", {"niveau": "7"}),
        ("K08", "combinatiegroep", "Proefstra", "Finn", "F", {"groep": "7/8"}),
        ("K09", "groep in het speciaal onderwijs", "Oefenaar", "Gwen", "G", {"groep": "SO"}),
        ("K10", "nog geen advies", "Toetsinga", "Hidde", "H", {}),
        ("K11", "advies wordt bijgesteld van HAVO naar VWO", "Proefdijk", "Isa", "I", {}),
        ("K12", "krijgt een andere achternaam", "Testberg", "Jip", "J", {}),
        ("K13", "krijgt later een ECK-iD", "Oefendal", "Kyra", "K", {"has_eck_id": False, "has_las_key": True}),
        ("K14", "wordt nooit aangemeld", "Nergenshuis", "Lars", "L", {}),
        ("K15", "resultaat wordt verbeterd", "Proefmans", "Mei", "M", {}),
        ("K16", "rapport komt later", "Testhoven", "Noud", "N", {}),
        ("K17", "naam met losse accenten", "Oefene\u0301e", "Odile", "O", {}),
        ("K18", "gewone leerling", "Proefwijk", "Pleun", "P", {}),
        ("K19", "gewone leerling", "Testerveld", "Quin", "Q", {}),
        ("K20", "gewone leerling", "Oefenbos", "Rune", "R", {}),
        ("K21", "gewone leerling", "Proefgaarde", "Saar", "S", {}),
        ("K22", "gewone leerling", "Testmeer", "Tygo", "T", {}),
    ]
    values = iter(item.value for item in Schooladvies if item not in (Schooladvies.HAVO,))
    made: dict[str, Proefleerling] = {}
    for label, why, achternaam, roepnaam, voorletters, more in rows:
        advies = "" if label == "K10" else Schooladvies.HAVO.value if label in ("K01", "K11", "K14") else next(values, "HAVO")
        made[label] = Proefleerling(
            label=label, why=why, achternaam=achternaam, roepnaam=roepnaam, voorletters=voorletters, advies=advies, **more
        )
    return made


KLAS: Mapping[str, Proefleerling] = _klas()
"""The class; together its pupils have all seventeen values of the advice."""
REGISTERED = tuple(label for label in KLAS if label != "K14")
"""Who is signed up."""
_NAMES = frozenset(name for item in KLAS.values() for name in (item.achternaam, item.roepnaam) if len(name) > 4)
CHANGED = {"K11": Schooladvies.VWO.value}
"""The advice of the second delivery, where that is another one."""


def born(schooljaar: str) -> dt.date:
    """When every pupil of the class was born; no other date in the chain is so long ago."""
    return dt.date(int(schooljaar[:4]) - 11, 3, 14)


class Keys:
    """The identities that one run gives out, and by which it knows its own pupils again.

    Args:
        run: name of the run.
    """

    def __init__(self, run: str) -> None:
        self._run = run

    def las_key(self, label: str) -> str:
        """The key of a pupil in the LAS."""
        return f"kt-{self._run}-{label}"

    def eck_id(self, label: str) -> str:
        """The ECK-iD of a pupil: under the address for pilots, which no real pupil has."""
        return f"{_ECK}{label.encode().ljust(_LABEL_BYTES, b'.').hex()}{self._digest(label)}"

    def refs(self, pupil: Proefleerling) -> list[dict[str, str]]:
        """The identities of a pupil as they are sent, the ECK-iD first."""
        refs = [("ECK-iD", self.eck_id(pupil.label))] if pupil.has_eck_id else []
        refs += [("LAS-key", self.las_key(pupil.label))] if pupil.has_las_key or not pupil.has_eck_id else []
        return [{"label": label, "onderwijsdeelnemerID": value} for label, value in refs]

    def label_of(self, identity: str) -> str | None:
        """Whose identity it is; None when this run did not give it out."""
        start = f"kt-{self._run}-"
        if identity.startswith(start):
            return identity.removeprefix(start)
        try:
            raw = bytes.fromhex(identity.removeprefix(_ECK)[: 2 * _LABEL_BYTES]).rstrip(b".").decode()
        except ValueError:
            return None
        return raw if raw and identity == self.eck_id(raw) else None

    def labels_in(self, document: object) -> tuple[str, ...]:
        """The labels of all pupils of this run in a message, each once, in order."""
        found = (self.label_of(identity) for identity in identities_in(document))
        return tuple(dict.fromkeys(label for label in found if label is not None))

    def is_foreign(self, document: object) -> bool:
        """Whether a message is about a pupil that this run did not invent."""
        return any(self.label_of(identity) is None for identity in identities_in(document))

    def told_in(self, text: str) -> tuple[str, ...]:
        """What a text tells of the pupils of this run: ``naam``, ``sleutel``, ``geboortedatum``."""
        years = [int(found["year"] or found["last"]) for found in _DATE.finditer(text)]
        told = {
            "naam": any(name in text for name in _NAMES),
            "sleutel": any(self.label_of(found) is not None for found in _KEY.findall(text)),
            "geboortedatum": any(year <= dt.datetime.now(dt.UTC).year - _YOUNGEST for year in years),
        }
        return tuple(name for name, is_told in told.items() if is_told)

    def _digest(self, label: str) -> str:
        return hashlib.sha256(f"ketentest/{self._run}/{label}".encode()).hexdigest()


def identities_in(document: object) -> Iterable[str]:
    """Every identity of a pupil in a message, however deep it stands, in order."""
    left: list[tuple[str, object]] = [("", document)]  # a stack, because a foreign message may be deeper than Python can call
    while left:
        name, found = left.pop()
        if name == "onderwijsdeelnemerID":
            yield str(found)
        elif isinstance(found, dict):
            left += reversed(found.items())
        elif isinstance(found, list):
            left += [("", item) for item in reversed(found)]
