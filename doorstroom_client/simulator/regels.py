"""What a simulated supplier demands beside the schema, and what a breach comes to: refused, or told and taken in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.validator import Breach

_SOORTEN = {
    "string": "tekst",
    "integer": "een geheel getal",
    "number": "een getal",
    "boolean": "true of false",
    "array": "een lijst",
    "object": "een object",
}
_FORMATEN = {
    "date": "een bestaande dag te zijn, als 2013-07-12",
    "date-time": "een bestaand moment te zijn, als 2026-01-20T09:30:00Z, met Z of het verschil met UTC",
}
_MEESTE_WAARDEN = 8


class Streng(StrEnum):
    """A rule that a breach of is told; with this it is refused. Suppliers are known, or likely, to differ about them."""

    BRIN = "brin"
    """The ``instellingscode`` is the BRIN in ``edu-to``; in the published examples it is not."""
    VERSIE = "versie"
    """The ``versie`` is that of the school year, and not one of an earlier year."""
    VOORLETTERS = "voorletters"
    """The ``voorletters`` are letters only, without dots or spaces."""


class Regel(StrEnum):
    """A rule that stands in the prose of the definition, in the agreement or in the law, and in no schema."""

    CONTENT_TYPE = "content-type"
    JSON = "json"
    BERICHT = "bericht"
    SCHOOLJAAR = "schooljaar"
    AFSPRAAK = "afspraak"
    VERSIE = "versie"
    OUDERE_VERSIE = "oudere versie"
    SCHOOLCODE = "schoolcode"
    LEEG = "leeg"
    GROEP_DUBBEL = "groep dubbel"
    GROEP_ONBEKEND = "groep onbekend"
    LEERLING_DUBBEL = "leerling dubbel"
    IDENTITEITEN = "identiteiten"
    LAS_KEY = "LAS-key"
    BSN = "BSN"
    VOORLETTERS = "voorletters"
    BRIN = "BRIN"
    EDU_FROM = "edu-from"
    ECK_ID = "ECK-iD"
    GESLACHT = "geslacht"


TEKSTEN: Mapping[Regel, str] = {
    Regel.CONTENT_TYPE: "Content-Type hoort application/json te zijn",
    Regel.JSON: "geen JSON in UTF-8",
    Regel.BERICHT: "de afspraak van dit schooljaar kent dit bericht niet",
    Regel.SCHOOLJAAR: "hoort de vorm EEJJ-EEJJ te hebben, met twee opeenvolgende jaren",
    Regel.AFSPRAAK: "voor dit schooljaar is hier geen afspraak bekend",
    Regel.VERSIE: "is niet de versie van dit schooljaar",
    Regel.OUDERE_VERSIE: "is de versie van een eerder schooljaar, en niet die van dit",
    Regel.SCHOOLCODE: "heeft niet de juiste vorm",
    Regel.LEEG: "is verplicht, en leeg",
    Regel.GROEP_DUBBEL: "twee groepen met hetzelfde id",
    Regel.GROEP_ONBEKEND: "is niet het id van een Stamgroep in dit bericht",
    Regel.LEERLING_DUBBEL: "deze leerling staat al eerder in de lijst",
    Regel.IDENTITEITEN: "hoort een of twee identiteiten te hebben, elk label een keer",
    Regel.LAS_KEY: "een LAS-key heeft hoogstens 256 tekens",
    Regel.BSN: "lijkt een BSN (elfproef); dat mag in deze keten nooit",
    Regel.VOORLETTERS: "hoort alleen letters te hebben, geen punten of spaties",
    Regel.BRIN: "is een andere BRIN dan in edu-to",
    Regel.EDU_FROM: "heeft een andere BRIN dan edu-to; daarheen gaan straks de resultaten",
    Regel.ECK_ID: "heeft niet de vorm https://ketenid.nl/<namespace>/<128 hexadecimale cijfers>",
    Regel.GESLACHT: "hoort niet meer bij de afspraak van dit schooljaar",
}
GEMELD = frozenset({Regel.EDU_FROM, Regel.ECK_ID, Regel.GESLACHT})
"""Told, and never refused: a real supplier may find nothing wrong."""
SCHAKELBAAR: Mapping[Regel, Streng] = {
    Regel.BRIN: Streng.BRIN,
    Regel.OUDERE_VERSIE: Streng.VERSIE,
    Regel.VOORLETTERS: Streng.VOORLETTERS,
}
"""Told, unless the supplier is strict about it."""


@frozen
class Opmerking:
    """What a supplier found in one place of a message, without what stands there.

    Attributes:
        operatie: ``registreren`` or ``registreren-schooladviezen``.
        pad: the place, as ``deelnemers[0].extensie.voorletters``.
        regel: the rule that is broken: a keyword of the schema (``maxLength``) or a `Regel`.
        tekst: the rule in words, in Dutch.
        geweigerd: whether the message is refused for it; otherwise it is taken in all the same.
    """

    operatie: str
    pad: str
    regel: str
    tekst: str
    geweigerd: bool

    def __str__(self) -> str:
        return f"{self.pad}: {self.tekst} ({self.regel})"


def weigert(regel: Regel, streng: Collection[Streng]) -> bool:
    """Whether a message that breaks a rule is refused."""
    return regel not in GEMELD and (regel not in SCHAKELBAAR or SCHAKELBAAR[regel] in streng)


def in_woorden(breach: Breach) -> str:
    """What a keyword of the schema demands, in Dutch."""
    limit = breach.limit
    match breach.rule:
        case "required":
            return "is verplicht en ontbreekt"
        case "type":
            return f"hoort {_SOORTEN[limit]} te zijn"
        case "format":
            return f"hoort {_FORMATEN[limit]}"
        case "enum" if len(limit) > _MEESTE_WAARDEN:
            return f"is geen van de {len(limit)} waarden van de waardelijst"
        case "enum":
            return f"hoort {' of '.join(map(str, limit))} te zijn"
        case "minLength" | "maxLength":
            return f"hoort {'minstens' if breach.rule == 'minLength' else 'hoogstens'} {limit} tekens te hebben"
        case "minItems" | "maxItems":
            return f"hoort {'minstens' if breach.rule == 'minItems' else 'hoogstens'} {limit} keer voor te komen"
        case _:
            return f"hoort te voldoen aan {limit}"
