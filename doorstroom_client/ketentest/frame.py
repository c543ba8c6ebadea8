"""What a scenario writes its messages with: school, class, agreement, and moments that are the same on every day."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.outcomes import Arranged
from doorstroom_client.ketentest.pupils import CHANGED, KLAS, Keys, Proefleerling, born
from doorstroom_client.ketentest.steps import Drive, Ours, Send
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.school import School
from doorstroom_client.simulator.published import Definitie, definitie_bij
from doorstroom_client.simulator.regels import in_woorden

JSON = (("Content-Type", "application/json"),)
"""The header of a message."""
AUTEUR = "doorstroom ketentest"
"""The author of every message."""


class Frame:
    """What one attempt of a scenario is played with. The same steps come out of it on every day.

    Args:
        scenario: id of the scenario.
        keys: the identities of the run.
        school: the administration that the messages are about.
        afspraak: the agreement of the school year.
        schooljaar: of the messages.
        toetssoort: of the supplier.
        began: when this attempt began, in UTC; every moment in a message follows from it, to the second.
        las_oin: OIN in the certificate of the LAS.
        supplier_oin: OIN in the certificate of the supplier.
        base_url: the address that the system under test has for the other, as it stands in results.
        definitie: the published definition that messages are judged by; the newest that is shipped when left out.
    """

    def __init__(
        self,
        scenario: str,
        *,
        keys: Keys,
        school: School,
        afspraak: Afspraak,
        schooljaar: str,
        toetssoort: str,
        began: dt.datetime,
        las_oin: str = "",
        supplier_oin: str = "",
        base_url: str = "",
        definitie: Definitie | None = None,
    ) -> None:
        self.scenario = scenario
        self.keys = keys
        self.school = school
        self.afspraak = afspraak
        self.schooljaar = schooljaar
        self.toetssoort = toetssoort
        self.las_oin = las_oin
        self.supplier_oin = supplier_oin
        self.base_url = base_url
        self._definitie = (definitie or definitie_bij(afspraak)).following(afspraak)
        self.began = began
        self._moments = 0

    @property
    def from_2026(self) -> bool:
        """Whether the decisions for 2026-2027 hold: no geslacht, and 202 for a list with unknown pupils."""
        return self.schooljaar >= "2026-2027"

    def moment(self) -> str:
        """The next moment, each a second after the one before."""
        self._moments += 1
        return (self.began + dt.timedelta(seconds=self._moments)).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def geboortedatum(self) -> dt.date:
        """When every pupil of the class was born."""
        return born(self.schooljaar)

    @property
    def afnametijdstip(self) -> str:
        """When the test was taken: a day, of which the time is not known."""
        return f"{self.schooljaar[5:]}-02-03T00:00:00Z"

    def edu(self, school: School | None = None) -> tuple[tuple[str, str], ...]:
        """The query of a call to a supplier."""
        about = school or self.school
        return (("edu-to", about.oin), ("edu-from", about.routeringskenmerk))

    def edu_back(self, school: School | None = None) -> tuple[tuple[str, str], ...]:
        """The query of a call to a LAS."""
        about = school or self.school
        return (("edu-to", about.routeringskenmerk), ("edu-from", about.oin))

    def own(self, count: int = 1) -> list[Proefleerling]:
        """Pupils of this scenario only, whom no other one disturbs."""
        return [
            replace(KLAS["K01"], label=f"{self.scenario}-{at}", roepnaam=f"Eigen{chr(96 + at % 26 + 1)}")
            for at in range(1, count + 1)
        ]

    def pupils(self, pupils: Iterable[str | Proefleerling]) -> list[Proefleerling]:
        """Pupils by their labels, or as they are."""
        return [KLAS[item] if isinstance(item, str) else item for item in pupils]

    def judge(self, operation: str, document: object) -> list[str]:
        """Where a message does not fit the published definition, as it stands for this school year: place and rule.

        Args:
            operation: the last part of the path that it belongs to.
            document: the message as JSON gives it.
        """
        return [f"{breach.path}: {in_woorden(breach)}" for breach in self._definitie.breaches(operation, document)]

    @staticmethod
    def school_in(arranged: Arranged) -> School:
        """The school that goes with an arrangement."""
        return School(**arranged.value)

    # --- messages, as a LAS writes them

    def deelnemers(self, *pupils: str | Proefleerling, school: School | None = None) -> dict[str, Any]:
        """A list of participants."""
        chosen = self.pupils(pupils)
        groups = list(dict.fromkeys(item.groep for item in chosen))
        return {
            **self._head(self.afspraak.profiel_deelnemers),
            "deelnemersgroep": self.deelnemersgroep(school),
            "groepen": [self._groep(name, school) for name in groups],
            "deelnemers": [self._deelnemer(item, school) for item in chosen],
        }

    def adviezen(self, *pupils: str | Proefleerling, changed: bool = False, school: School | None = None) -> dict[str, Any]:
        """A list of advice; one without advice is left out.

        Args:
            *pupils: whose.
            changed: that of the second delivery.
            school: another administration.
        """
        chosen = [(item, CHANGED.get(item.label, item.advies) if changed else item.advies) for item in self.pupils(pupils)]
        return {
            **self._head(self.afspraak.profiel_schooladviezen),
            "deelnemersgroep": self.deelnemersgroep(school),
            "voorlopigSchooladviezen": [
                {"deelnemerref": self.keys.refs(item), "advies": advies} for item, advies in chosen if advies
            ],
        }

    def deelnemersgroep(self, school: School | None = None) -> dict[str, str]:
        """The codes of the school."""
        about = school or self.school
        names = ("instellingscode", "vestigingscode", "onderwijsaanbiedercode", "onderwijslocatiecode", "administratienr")
        return {name: str(getattr(about, name)) for name in names}

    # --- a message, as a supplier writes it

    def resultaat(self, pupil: str | Proefleerling, *, toetsadvies: str = "HAVO", score: object = "92") -> dict[str, Any]:
        """A result.

        Args:
            pupil: whose.
            toetsadvies: what the test advises.
            score: the score of the whole test.
        """
        (chosen,) = self.pupils([pupil])
        moment, name = self.moment(), chosen.label
        levels = (("REKENEN", "1S"), ("LEZEN", "2F"), ("TAALVERZORGING", "L1F"))
        return {
            **self._head(self.afspraak.profiel_resultaat, moment),
            "resultatenscores": {
                "id": f"rs-{name}",
                "deelnemerref": self.keys.refs(chosen),
                "versie": "Definitief",
                "datumtijd": moment,
                "toetsdefinitie": self.toetssoort,
                "afnamecontext": {"afname": {"id": f"afname-{name}", "afnametijdstip": self.afnametijdstip}},
                "scores": {"id": f"s-{name}", "scores": [{"label": "Toetsscore", "id": f"t-{name}", "waarde": score}]},
                "resultaten": {
                    "aanvullendeinfo": f"{self.base_url}/leerlingrapport/{self.keys.las_key(name)}",
                    "resultaten": [
                        {"label": "Toetsadvies", "waarde": toetsadvies},
                        *({"label": "Referentieniveau", "toetseenheid": part, "waarde": level} for part, level in levels),
                    ],
                },
            },
            "toets": {"label": "Doorstroomtoets", "id": self.toetssoort, "naam": f"Proeftoets {self.toetssoort}"},
        }

    # --- the steps that most scenarios take

    def post(self, name: str, path: str, document: object, *, school: School | None = None, **more: Any) -> Send:
        """Send a message, as JSON in UTF-8."""
        body = document if isinstance(document, bytes) else as_json(document)
        given: dict[str, Any] = {"query": self.edu(school), "headers": JSON, **more}
        return Send(name=name, path=path, body=body, **given)

    def send_deelnemers(self, *pupils: str | Proefleerling, name: str = "deelnemers", **more: Any) -> Send:
        """Sign pupils up."""
        return self.post(name, "/registreren", self.deelnemers(*pupils, school=more.get("school")), **more)

    def send_adviezen(self, *pupils: str | Proefleerling, name: str = "adviezen", changed: bool = False, **more: Any) -> Send:
        """Send their advice."""
        return self.post(
            name, "/registreren-schooladviezen", self.adviezen(*pupils, changed=changed, school=more.get("school")), **more
        )

    def get_rapport(
        self, rapportid: str, name: str = "rapport", *, school: School | None = None, shows: Ours = Ours.OWN
    ) -> Send:
        """Ask for a report; the id goes into the address as it is given, so percent-encode it."""
        return Send(name=name, method="GET", path=f"/leerlingrapport/{rapportid}", query=self.edu(school), shows=shows)

    def push(self, document: object, name: str = "resultaat", *, school: School | None = None, **more: Any) -> Send:
        """Push a result, as a supplier does."""
        body = document if isinstance(document, bytes) else as_json(document)
        given: dict[str, Any] = {"query": self.edu_back(school), "headers": JSON, **more}
        return Send(name=name, path="/leerlingresultaat", body=body, **given)

    def drive(self, action: str, *pupils: str, name: str = "", changed: bool = False, asks: str = "") -> Drive:
        """Have the LAS under test do something."""
        return Drive(name=name or action, action=action, pupils=pupils, changed=changed, asks=asks)

    # --- parts of messages

    def _head(self, profiel: str, moment: str = "") -> dict[str, Any]:
        return {
            "datumtijd": moment or self.moment(),
            "auteur": AUTEUR,
            "versie": self.afspraak.versie,
            "profiel": profiel,
            "schooljaar": self.schooljaar,
        }

    def _groep(self, name: str, school: School | None) -> dict[str, Any]:
        niveau = {"7/8": "C", "SO": "S"}.get(name, "8")
        return {
            "label": "Stamgroep",
            "id": self._groep_id(name, school),
            "omschrijving": name,
            "niveau": {"label": "Jaargroep", "niveau": niveau},
        }

    def _groep_id(self, name: str, school: School | None) -> str:
        return f"{(school or self.school).routeringskenmerk}-{name.replace('/', '-')}"

    def _deelnemer(self, pupil: Proefleerling, school: School | None) -> dict[str, Any]:
        demografisch: dict[str, Any] = {
            "label": "Demografisch",
            "voorletters": pupil.voorletters,
            "geboortedatum": self.geboortedatum.isoformat(),
        }
        if self.afspraak.geslacht:
            demografisch["geslacht"] = 9
        names = {"achternaam": pupil.achternaam, "voorvoegsel": pupil.voorvoegsel, "roepnaam": pupil.roepnaam}
        return {
            "label": "Leerling",
            "deelnemerref": self.keys.refs(pupil),
            **{name: unicodedata.normalize("NFC", value) for name, value in names.items() if value},
            "groep": self._groep_id(pupil.groep, school),
            "niveau": {"label": "Jaargroep", "niveau": pupil.niveau},
            "extensie": demografisch,
        }


def as_json(document: object) -> bytes:
    """A message in the bytes that are sent: the same ones for the same message."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def edited(document: Mapping[str, Any], path: Sequence[str | int], value: object = ...) -> dict[str, Any]:
    """A copy of a message with one value replaced, or taken out.

    Args:
        document: the message.
        path: where the value stands: names and positions.
        value: what comes in its place; left out, nothing does.
    """
    made: dict[str, Any] = json.loads(json.dumps(document))
    place: Any = made
    for part in path[:-1]:
        place = place[part]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made
