"""Before anybody is tested: what has to be in order at our side and in the OSR, so that no supplier is blamed for it."""

from __future__ import annotations

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Looked
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import CannotGoOn, Check, Look, Steps, Whose

EISEN = (
    Eis(
        id="OSR:namespace",
        tekst="De namespace in de instellingen is die van de dienstversie van dit schooljaar in het OSR",
        bron="Ketenoverleg 8 januari 2026, punt 2",
    ),
    Eis(
        id="OSR:mandaat:toetsaanbieder",
        tekst="De testschool heeft het toetssysteem een mandaat gegeven",
        bron="Ketenoverleg 8 januari 2026, punt 2",
    ),
    Eis(
        id="OSR:mandaat:las",
        tekst="De testschool heeft het LAS een mandaat gegeven",
        bron="Ketenoverleg 8 januari 2026, punt 2",
    ),
    Eis(
        id="OSR:adres",
        tekst="De administratie heeft één adres in het OSR waar resultaten naartoe kunnen",
        bron="OSR, endpoints",
        niveau=Niveau.HOORT,
    ),
    Eis(id="TCP:bereikbaar", tekst="De naam van de testserver is bekend en er luistert iets", bron="RFC 9293"),
    Eis(
        id="PKI:testserver",
        tekst="De testserver en wij herkennen elkaar: TLS, beide certificaten en het OIN zijn in orde",
        bron="Uniforme Beveiligingsvoorschriften (UBV), TLS en PKIoverheid",
    ),
    Eis(
        id="PKI:einddatum",
        tekst="Ons certificaat is geldig tot het einde van de test",
        bron="PKIoverheid, Programma van Eisen",
    ),
    Eis(
        id="KLOK:60s",
        tekst="De klokken van beide kanten verschillen minder dan een minuut",
        bron="RFC 9110, 6.6.1 (Date)",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="AFSPRAAK:schooljaar",
        tekst="De versie van de afspraak geldt in dit schooljaar",
        bron="OpenAPI, info.version",
        untested="Met een andere versie zijn er geen instellingen, en begint er geen test",
    ),
)
"""What has to be in order beforehand."""

_IN_THE_OSR = (
    ("V-01", "Namespace van dit schooljaar", "namespace", "OSR:namespace", True, Whose.ONS),
    ("V-02", "Mandaat van het toetssysteem", "mandaat-leverancier", "OSR:mandaat:toetsaanbieder", True, Whose.OSR),
    ("V-03", "Mandaat van het LAS", "mandaat-las", "OSR:mandaat:las", True, Whose.OSR),
    ("V-04", "Een adres voor de resultaten", "adres", "OSR:adres", 1, Whose.ONS),
)
_LATER = (
    ("V-06", "Ons certificaat blijft geldig", "certificaat", "PKI:einddatum", True, Whose.ONS),
    ("V-07", "De klokken lopen gelijk", "klok", "KLOK:60s", (True, None), Whose.HEN),
)


def _enter(id: str, titel: str, look: str, eis: str, expected: object, whose: Whose) -> None:
    @REGISTER.scenario(id, titel, rol=Rol.VOORAF, eisen=(eis,))
    def play(_: Frame) -> Steps:
        seen: Looked = yield Look(name=look)
        if seen.unanswered:
            raise CannotGoOn(seen.why, Whose(seen.whose))
        yield Check(eis=eis, expected=expected, got=seen.value, whose=Whose(seen.whose or whose))


for _row in _IN_THE_OSR:
    _enter(*_row)


@REGISTER.scenario("V-05", "De testserver is bereikbaar", rol=Rol.VOORAF, eisen=("TCP:bereikbaar", "PKI:testserver"))
def _reachable(_: Frame) -> Steps:
    seen: Looked = yield Look(name="bereikbaar")
    yield Check(eis="TCP:bereikbaar", expected=True, got=not seen.unanswered, whose=Whose.HEN)
    if not seen.unanswered:
        yield Check(eis="PKI:testserver", expected=True, got=seen.value, whose=Whose(seen.whose or Whose.HEN))


for _other in _LATER:
    _enter(*_other)
