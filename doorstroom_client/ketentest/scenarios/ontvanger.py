"""The server of a LAS: what it takes in of what suppliers push, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from doorstroom_client.ketentest.frame import Frame, as_json, edited
from doorstroom_client.ketentest.outcomes import Arranged, Replies, Reply, Said
from doorstroom_client.ketentest.pupils import KLAS, REGISTERED
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.checks import ECHO, RECEIPT, refusal, silent
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Arrange, Ask, Check, Ours, Send, Series, Steps

_TAKEN = "OAS:leerlingresultaat:202"
_WRONG = "OAS:leerlingresultaat:422"
_STRANGER = "OAS:leerlingresultaat:401"
_UNKNOWN = "OAS:leerlingresultaat:405"
_ONCE = "STAND:eenmaal"
_NEWEST = "STAND:nieuwste"
_ROLE = Rol.ONTVANGER
_ORDINARY = "K18"
_TWICE, _BETTER, _OLDER, _KEPT = "K19", "K20", "K21", "K22"
"""Each in one scenario only, which looks at what is kept of them."""
_SLOW, _QUICK = "K02", "K03"
_CROWD = tuple(label for label in REGISTERED if "K04" <= label <= "K17")
"""K01 is in none of these scenarios: of that pupil reports are fetched."""
EISEN = (
    Eis(
        id=_TAKEN,
        tekst="Een resultaat wordt aangenomen met 202, ook in de spellingen die in de keten voorkomen",
        bron="OpenAPI 1.1.0, POST /leerlingresultaat",
    ),
    Eis(
        id="ONTVANGER:onbekende-leerling",
        tekst="Een resultaat van een leerling die het LAS niet kent, wordt aangenomen",
        bron="OpenAPI 1.1.0 noemt geen weigering voor een leerling",
        niveau=Niveau.HOORT,
    ),
    Eis(id=_ONCE, tekst="Wie hetzelfde bericht twee keer krijgt, houdt het één keer", bron="OpenAPI 1.1.0: standlevering"),
    Eis(
        id=_NEWEST,
        tekst="Van elke leerling telt het resultaat dat het laatst gemaakt is, in welke volgorde ze ook komen",
        bron="OpenAPI 1.1.0: standlevering, datumtijd",
    ),
    Eis(
        id="ONTVANGER:druk",
        tekst="Vijfhonderd berichten, acht tegelijk: elk wordt aangenomen of met 503 en Retry-After uitgesteld",
        bron="Goede gewoonte",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id=_WRONG,
        tekst="Een bericht dat niet te gebruiken is, wordt geweigerd met 422",
        bron="OpenAPI 1.1.0, POST /leerlingresultaat",
    ),
    Eis(
        id="OAS:profiel",
        tekst="Een bericht met een ander profiel wordt geweigerd met 422",
        bron="OpenAPI 1.1.0, profiel",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="RFC9110:413",
        tekst="Een veel te groot bericht wordt geweigerd met 413",
        bron="RFC 9110, 15.5.14",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="RFC9110:415:las",
        tekst="Een bericht dat geen JSON heet te zijn, wordt geweigerd met 415",
        bron="RFC 9110, 15.5.16",
        niveau=Niveau.HOORT,
    ),
    Eis(id="AVG:bsn", tekst="Een bericht met een BSN wordt geweigerd met 422", bron="AVG, artikel 87; UAVG, artikel 46"),
    Eis(
        id=_UNKNOWN,
        tekst="Een administratie die het LAS niet kent, wordt geweigerd met 405",
        bron="OpenAPI 1.1.0, POST /leerlingresultaat",
    ),
    Eis(
        id=_STRANGER,
        tekst="Een verzender zonder mandaat van de school wordt geweigerd met 401",
        bron="OpenAPI 1.1.0, POST /leerlingresultaat",
    ),
    Eis(
        id="OAS:edu-to:las",
        tekst="edu-to en edu-from staan er elk één keer; anders wordt het verzoek geweigerd met 422",
        bron="OpenAPI 1.1.0, parameters",
    ),
    Eis(
        id="RFC9110:404:las",
        tekst="Een adres dat niet bestaat, geeft 404",
        bron="RFC 9110, 15.5.5",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id="ONTVANGER:bewaard",
        tekst="Wat met 202 is aangenomen, is er nog na een herstart",
        bron="OpenAPI 1.1.0, antwoord 202",
    ),
    Eis(
        id="ONTVANGER:traag",
        tekst="Een trage verzender houdt andere niet op",
        bron="Goede gewoonte",
        niveau=Niveau.WEET,
    ),
)
"""What a LAS has to do with results."""

Message = Callable[[Frame], dict[str, Any]]
_RESULTS = ("resultatenscores", "resultaten", "resultaten")


def _result(frame: Frame, **more: Any) -> dict[str, Any]:
    """A result of a pupil whom the LAS knows."""
    return frame.resultaat(_ORDINARY, **more)


def _of_a_stranger(frame: Frame) -> dict[str, Any]:
    """A result of a pupil whom the LAS was never told about."""
    (pupil,) = frame.own()
    return frame.resultaat(pupil)


def _other(path: Sequence[str | int], value: object = ...) -> Message:
    """A result in which one value is another, or is not there."""
    return lambda frame: edited(_result(frame), path, value)


def _taken(id: str, titel: str, messages: Iterable[Message], eis: str = _TAKEN) -> None:
    """Enter a scenario whose messages have to be taken in."""
    known = eis == _TAKEN

    @REGISTER.scenario(id, titel, rol=_ROLE, eisen=(eis,), pupils=(_ORDINARY,) if known else ())
    def play(frame: Frame) -> Steps:
        for at, message in enumerate(messages, start=1):
            reply: Reply = yield frame.push(message(frame), f"resultaat {at}")
            yield Check(eis=eis, expected=202, got=reply.status)


def _as_published(frame: Frame) -> dict[str, Any]:
    """A result with the peculiarities of the published example: numbers for text, and units that are no ids."""
    made = _result(frame, score=100)
    made["resultatenscores"]["scores"]["scores"][0]["toetseenheid"] = "Rekenen"
    made["resultatenscores"]["resultaten"]["resultaten"].append(
        {"label": "Percentielscore", "toetseenheid": frame.toetssoort, "waarde": "72"}
    )
    made["resultatenscores"]["resultaten"]["aanvullendeinfo"] = "toetsleverancier-endpoint/dst/leerlingrapport/kt-voorbeeld"
    return made


def _without_scores_or_test(frame: Frame) -> dict[str, Any]:
    return edited(_result(frame), ("resultatenscores", "scores"))


_taken("ON-101", "Een gewoon resultaat", [_result])
_taken("ON-102", "Een score als getal", [lambda frame: _result(frame, score=92), lambda frame: _result(frame, score=92.0)])
_taken("ON-103", "De eigenaardigheden van het gepubliceerde voorbeeld", [_as_published])
_taken("ON-104", "Een veld dat de definitie niet kent", [_other(("ketentest",), "extra")])
_taken("ON-105", "Zonder scores", [_without_scores_or_test])
_taken(
    "ON-106",
    "De versie van een vorig, dit en een volgend jaar",
    [_other(("versie",), f"Doorstroomtoetsketen_v{number}") for number in ("1.0", "1.1", "99.0")],
)
_taken(
    "ON-107",
    "Letters van overal in de teksten",
    [_other(("auteur",), "Toetsbureau Łódź – ’s-Gravenhage"), _other((*_RESULTS, 0, "waarde"), "vmbo‑gl/tl – havo")],
)
_taken(
    "ON-112",
    "Alleen een datum, en een moment zonder tijdzone",
    [
        _other(("datumtijd",), "2026-02-03T10:11:12"),
        _other(("resultatenscores", "afnamecontext", "afname", "afnametijdstip"), "2026-02-03T00:00:00"),
    ],
)
_taken("ON-111", "Een leerling die het LAS niet kent", [_of_a_stranger], eis="ONTVANGER:onbekende-leerling")


@REGISTER.scenario("ON-108", "Hetzelfde bericht twee keer", rol=_ROLE, eisen=(_TAKEN, _ONCE), pupils=(_TWICE,))
def twice(frame: Frame) -> Steps:
    """Push the same bytes twice, as after a lost answer."""
    send = frame.push(frame.resultaat(_TWICE), "eerst")
    yield send
    reply: Reply = yield replace(send, name="nog een keer")
    yield Check(eis=_TAKEN, expected=202, got=reply.status)
    said: Said = yield Ask(
        name="een keer",
        text=f"Staat het resultaat van leerling {_TWICE} er één keer?",
        facts={"resultaten": {_TWICE: 1}},
    )
    yield Check(eis=_ONCE, expected=True, got=said.yes)


def _order(id: str, titel: str, pupil: str, *, newest_first: bool) -> None:
    """Enter a scenario with two results of one pupil, in one of the two orders."""

    @REGISTER.scenario(id, titel, rol=_ROLE, eisen=(_TAKEN, _NEWEST), pupils=(pupil,))
    def play(frame: Frame) -> Steps:
        old, new = frame.resultaat(pupil, toetsadvies="HAVO"), frame.resultaat(pupil, toetsadvies="VWO", score="98")
        for at, document in enumerate((new, old) if newest_first else (old, new), start=1):
            reply: Reply = yield frame.push(document, f"resultaat {at}")
            yield Check(eis=_TAKEN, expected=202, got=reply.status)
        said: Said = yield Ask(
            name="nieuwste",
            text=f"Telt van leerling {pupil} het toetsadvies VWO?",
            facts={"toetsadvies": {pupil: "VWO"}},
        )
        yield Check(eis=_NEWEST, expected=True, got=said.yes)


_order("ON-109", "Een verbeterd resultaat", _BETTER, newest_first=False)
_order("ON-110", "Een ouder resultaat na een nieuwer", _OLDER, newest_first=True)


@REGISTER.scenario("ON-113", "Vijfhonderd berichten, acht tegelijk", rol=_ROLE, eisen=("ONTVANGER:druk",), pupils=_CROWD)
def many(frame: Frame) -> Steps:
    """Push five hundred results, eight at a time."""
    sends = tuple(frame.push(frame.resultaat(_CROWD[at % len(_CROWD)]), f"resultaat {at}") for at in range(500))
    found: Replies = yield Series(name="vijfhonderd", sends=sends, at_once=8)
    lost = [item for item in found.replies if item.status != 202 and not (item.status == 503 and "retry-after" in item.headers)]
    yield Check(eis="ONTVANGER:druk", expected=0, got=len(lost))


def _wrong(
    id: str,
    titel: str,
    send: Callable[[Frame], Send],
    *,
    eis: str = _WRONG,
    expected: int = 422,
    tolerated: Sequence[int] = (),
) -> None:
    """Enter a scenario with one message that has to be refused."""

    @REGISTER.scenario(id, titel, rol=_ROLE, eisen=(eis, RECEIPT, ECHO), pupils=(_ORDINARY,))
    def play(frame: Frame) -> Steps:
        reply: Reply = yield send(frame)
        yield Check(eis=eis, expected=expected, got=reply.status, tolerated=tuple(tolerated))
        yield from refusal(reply)


def _push(message: Message) -> Callable[[Frame], Send]:
    return lambda frame: frame.push(message(frame))


def _misnamed(frame: Frame) -> dict[str, Any]:
    """A result whose scores and results stand where nobody looks for them."""
    made = _result(frame)
    part = made.pop("resultatenscores")
    return {**made, "uitslag": part}


def _with_bsn(frame: Frame) -> dict[str, Any]:
    """A result whose LAS-key is a number that passes the test for a BSN; it was never given out."""
    return edited(
        _result(frame),
        ("resultatenscores", "deelnemerref"),
        [{"label": "LAS-key", "onderwijsdeelnemerID": "999990019"}],
    )


_wrong("ON-201", "Een bericht dat niet af is", lambda frame: frame.push(as_json(_result(frame))[:-3]), tolerated=(400,))
_wrong("ON-202", "Geen resultaten en scores", _push(_misnamed))
_wrong("ON-203", "Een lege lijst met resultaten", _push(_other(_RESULTS, [])))
_wrong("ON-204", "Een ander profiel", _push(_other(("profiel",), "Schooladviezen")), eis="OAS:profiel", tolerated=(202,))
_wrong(
    "ON-205",
    "Een bericht dat geen JSON heet te zijn",
    lambda frame: frame.push(_result(frame), headers=(("Content-Type", "text/plain"),)),
    eis="RFC9110:415:las",
    expected=415,
    tolerated=(422, 400),
)
_wrong(
    "ON-206",
    "Een bericht van twee megabyte",
    lambda frame: frame.push(as_json({**_result(frame), "extra": "x" * 2 * 1024 * 1024}), may_fail=True),
    eis="RFC9110:413",
    expected=413,
    tolerated=(422, 400),
)
_wrong("ON-207", "Een BSN als sleutel", _push(_with_bsn), eis="AVG:bsn")


@REGISTER.scenario("ON-301", "Een administratie die het LAS niet kent", rol=_ROLE, eisen=(_UNKNOWN, RECEIPT, ECHO))
def unknown_administration(frame: Frame) -> Steps:
    """Push a result for an administration of another LAS."""
    query = (("edu-to", "0000000700099ZZ00999"), ("edu-from", "0000000700099ZZ00000"))
    reply: Reply = yield frame.push(_result(frame), query=query)
    yield Check(eis=_UNKNOWN, expected=405, got=reply.status, tolerated=(404,))
    yield from refusal(reply)


@REGISTER.scenario("ON-302", "edu-from van een andere school", rol=_ROLE, eisen=(_STRANGER, RECEIPT, ECHO))
def other_school(frame: Frame) -> Steps:
    """Push a result on behalf of another school than that of the administration."""
    query = (("edu-to", frame.school.routeringskenmerk), ("edu-from", "0000000700099ZZ00000"))
    reply: Reply = yield frame.push(_result(frame), query=query)
    yield Check(eis=_STRANGER, expected=401, got=reply.status, tolerated=(405, 422))
    yield from refusal(reply)


@REGISTER.scenario("ON-303", "Een verzender zonder mandaat", rol=_ROLE, eisen=(_STRANGER,))
def stranger(frame: Frame) -> Steps:
    """Push a result with the certificate of a supplier that the school has not mandated."""
    reply: Reply = yield frame.push(_result(frame), shows=Ours.OTHER_PARTY, may_fail=True)
    got: object = "tls" if reply.fault == "tls" else reply.status
    yield Check(eis=_STRANGER, expected=401, got=got, tolerated=(403, "tls"))


@REGISTER.scenario("ON-304", "Het LAS heeft geen mandaat", rol=_ROLE, eisen=(_STRANGER,), needs=("school_zonder_mandaat_las",))
def las_without_mandate(frame: Frame) -> Steps:
    """Push a result for a school that has mandated the supplier and not the LAS."""
    arranged: Arranged = yield Arrange(
        name="school_zonder_mandaat_las", asks="Welke testschool heeft het toetssysteem een mandaat gegeven, maar u niet?"
    )
    reply: Reply = yield frame.push(_result(frame), school=frame.school_in(arranged))
    # Its own mandate a LAS knows by its own administration, so it need not ask for it.
    yield Check(eis=_STRANGER, expected=401, got=reply.status, tolerated=(405, 202))


@REGISTER.scenario("ON-305", "Een certificaat zonder OIN", rol=_ROLE, eisen=(_STRANGER,))
def without_oin(frame: Frame) -> Steps:
    """Push a result with a certificate that says nothing of who it is."""
    reply: Reply = yield frame.push(_result(frame), shows=Ours.NO_OIN, may_fail=True)
    got: object = "geweigerd" if reply.fault in ("tls", "cut") else reply.status
    yield Check(eis=_STRANGER, expected=(401, "geweigerd"), got=got, tolerated=(403,))


@REGISTER.scenario("ON-306", "edu-to ontbreekt of staat er twee keer", rol=_ROLE, eisen=("OAS:edu-to:las", RECEIPT, ECHO))
def wrong_query(frame: Frame) -> Steps:
    """Push a result with a query that is not in order, in two ways."""
    to, source = frame.edu_back()
    for name, query in {"zonder": (source,), "dubbel": (to, to, source)}.items():
        reply: Reply = yield frame.push(_result(frame), f"edu-to {name}", query=query)
        yield Check(eis="OAS:edu-to:las", expected=422, got=reply.status, tolerated=(400, 401, 405))
        yield from refusal(reply)


@REGISTER.scenario("ON-307", "Een adres dat niet bestaat", rol=_ROLE, eisen=("RFC9110:404:las",))
def wrong_path(frame: Frame) -> Steps:
    """Push a result to an address that is not in the definition."""
    send = frame.push(_result(frame))
    reply: Reply = yield replace(send, path="/leerlingresultaat-bestaat-niet")
    yield Check(eis="RFC9110:404:las", expected=404, got=reply.status, tolerated=(400, 405))


@REGISTER.scenario("ON-401", "Een weigering herhaalt niets", rol=_ROLE, eisen=(ECHO,), pupils=(_ORDINARY,))
def no_echo(frame: Frame) -> Steps:
    """Push a wrong result that is full of data, and look whether the refusal repeats any."""
    pupil = KLAS[_ORDINARY]
    told = f"{pupil.roepnaam} {pupil.achternaam}, geboren {frame.geboortedatum.isoformat()}"
    reply: Reply = yield frame.push(edited(_result(frame), ("resultatenscores", "resultaten"), told))
    yield silent(reply)


@REGISTER.scenario(
    "ON-402", "Een aangenomen resultaat overleeft een herstart", rol=_ROLE, eisen=(_TAKEN, "ONTVANGER:bewaard"), pupils=(_KEPT,)
)
def kept(frame: Frame) -> Steps:
    """Push a result, and ask whether it is there after a restart."""
    reply: Reply = yield frame.push(frame.resultaat(_KEPT))
    yield Check(eis=_TAKEN, expected=202, got=reply.status)
    said: Said = yield Ask(
        name="na herstart",
        text=f"Herstart de ontvanger. Staat het resultaat van leerling {_KEPT} er nog?",
        facts={"herstart": True, "resultaten": {_KEPT: 1}},
    )
    yield Check(eis="ONTVANGER:bewaard", expected=True, got=said.yes)


@REGISTER.scenario("ON-403", "Een trage verzender", rol=_ROLE, eisen=("ONTVANGER:traag",), pupils=(_SLOW, _QUICK))
def slow_sender(frame: Frame) -> Steps:
    """Push results beside a connection that says nothing."""
    paces = {_SLOW: 3.0, _QUICK: 0.0}
    sends = tuple(frame.push(frame.resultaat(pupil), pupil, pace=pace) for pupil, pace in paces.items())
    found: Replies = yield Series(name="traag en gewoon", sends=sends, at_once=2)
    ordinary = found.replies[1]
    yield Check(eis="ONTVANGER:traag", expected=True, got=ordinary.status == 202 and ordinary.seconds < 2)
