"""Errors survive pickling, name the next step and hold no pupil's data; neither do reprs and tracebacks."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
import json
import pickle
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import doorstroom_client.errors as errors
from doorstroom_client.errors import (
    ConfigurationError,
    ConnectError,
    DoorstroomError,
    Earlier,
    MessageError,
    Phase,
    Problem,
    Refused,
    StoreError,
    TlsError,
    TransportError,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.messages.adviezenbericht import Adviezenbericht, build_adviezenbericht
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.codec import decode_json, decode_leerlingresultaat
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht, build_deelnemersbericht
from doorstroom_client.messages.identifiers import EckId, LasKey, RapportId
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.mild import Part
from doorstroom_client.messages.parts import Delen
from doorstroom_client.messages.school import School

CLASSES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, DoorstroomError) and kind.__module__ == errors.__name__
]
MELDING = "Leerling Jansen is onbekend"
ATTEMPTS = (Earlier(1, "503", 0.25, 0.0), Earlier(2, "timeout", 1.5, 2.0))
LIBRARY = str(Path(errors.__file__).parent)


def make(kind: type[DoorstroomError]) -> DoorstroomError:
    """An error with everything that its class can hold."""
    common: dict[str, Any] = {
        "hint": "Doe dit",
        "retryable": True,
        "request_id": "req-1",
        "attempts": ATTEMPTS,
    }
    if issubclass(kind, ConfigurationError):
        return kind("Er is iets", setting="school.naam", hint="Doe dit")
    if issubclass(kind, MessageError):
        return kind([Problem("a[1].b", "is empty"), Problem("c", "is missing")], what="lijst", hint="Doe dit")
    if issubclass(kind, TransportError):
        more = {"code": "expired"} if issubclass(kind, TlsError) else {}
        return kind("Er is iets", phase=Phase.NOT_SENT, peer="Toets BV", **common, **more)
    if issubclass(kind, Refused | UnexpectedResponse):
        return kind("Er is iets", status=422, melding=MELDING, peer="Toets BV", **common)
    if issubclass(kind, Unavailable):
        return kind(
            "Er is iets",
            retry_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            status=503,
            peer="Toets BV",
            **common,
        )
    return kind("Er is iets", **common)


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind is not DoorstroomError])
def test_the_tree_in_the_documentation_is_the_real_one(kind: type[DoorstroomError]) -> None:
    parents: dict[str, str] = {}
    stack: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^ {4}((?:[|`] ?[- ] ?)*)([A-Z]\w+)", line)
        if found:
            depth = len(found.group(1))
            while stack and stack[-1][0] >= depth:
                stack.pop()
            parents[found.group(2)] = stack[-1][1] if stack else ""
            stack.append((depth, found.group(2)))
    assert parents[kind.__name__] == kind.__bases__[0].__name__
    assert set(parents) == {known.__name__ for known in CLASSES}


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_errors_survive_pickling(kind: type[DoorstroomError], protocol: int) -> None:
    error = make(kind)
    error.add_note("een notitie")
    data = pickle.dumps(error, protocol)
    assert MELDING.encode() not in data
    assert b"Jansen" not in data
    back = pickle.loads(data)
    assert type(back) is kind
    assert back.args == error.args
    assert str(back) == str(error)
    assert repr(back) == repr(error)
    expected = {**vars(error), **({"melding": ""} if hasattr(error, "melding") else {})}
    assert vars(back) == expected


@pytest.mark.parametrize("kind", CLASSES)
def test_copies_are_as_good(kind: type[DoorstroomError]) -> None:
    for back in (copy.copy(make(kind)), copy.deepcopy(make(kind))):
        assert type(back) is kind
        assert str(back) == str(make(kind))
        assert getattr(back, "melding", "") == ""


@pytest.mark.parametrize("kind", CLASSES)
def test_the_text_names_the_next_step(kind: type[DoorstroomError]) -> None:
    error = make(kind)
    assert error.hint in str(error)
    assert str(error) in repr(error)
    assert repr(error).startswith(f"{kind.__name__}(")
    if error.request_id:
        assert str(error).endswith("[request req-1]")


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if issubclass(kind, Refused | UnexpectedResponse)])
def test_what_the_peer_wrote_is_an_attribute_only(kind: type[DoorstroomError]) -> None:
    error = make(kind)
    assert error.melding == MELDING  # type: ignore[attr-defined]
    for text in (str(error), repr(error), f"{error}", f"{error!r:>5}", repr(error.args), repr([error])):
        assert "Jansen" not in text
    try:
        raise error
    except DoorstroomError:
        assert "Jansen" not in traceback.format_exc()


def test_defaults() -> None:
    error = DoorstroomError("Er is iets")
    assert (str(error), error.hint, error.retryable, error.request_id, error.attempts) == (
        "Er is iets",
        "",
        False,
        "",
        (),
    )
    assert Unavailable("x").retryable
    assert TransportError("x").phase is Phase.UNKNOWN
    assert not ConnectError("x").retryable
    assert StoreError("x").message == "x"
    assert MessageError([]).path == ""


def test_a_message_error_lists_places() -> None:
    error = MessageError((Problem(f"p{at}", "is empty") for at in range(12)), what="lijst")  # type: ignore[arg-type]
    assert error.path == "p0"
    assert len(error.problems) == 12
    assert str(error).startswith("lijst: p0: is empty; p1: is empty; ")
    assert str(error).endswith("; and 2 more")
    assert "and 1 more" not in str(MessageError([Problem("p", "x")] * 10))


# Nothing shows a pupil

HEX = "0123456789abcdef" * 8
ECK = f"https://ketenid.nl/201703/{HEX}"
SECRETS = (
    "Geheimnaam",
    "Roepgeheim",
    "GVHMQZ",
    "vgeheim",
    HEX,
    "lasgeheim",
    "VMBO_GL/TL_TM_HAVO",
    "2014-07-13",
    "2014, 7, 13",
    "rapgeheim",
)
SCHOOL = School(
    instellingscode="99XX",
    vestigingscode="00",
    onderwijsaanbiedercode="123A123",
    onderwijslocatiecode="123X123",
    administratienr="01",
    routeringskenmerk="0000000700099XX00530",
)
PUPIL = Leerling(ECK, "lasgeheim")
ADVICE = Advies(PUPIL, "VMBO_GL/TL_TM_HAVO")
GROUP = Stamgroep("g1", "8A")
COMMON: dict[str, Any] = {
    "afspraak": Afspraak.met_naam("1.1"),
    "schooljaar": "2025-2026",
    "auteur": "LAS",
    "datumtijd": dt.datetime(2025, 11, 3, tzinfo=dt.UTC),
}
RESULT: dict[str, Any] = {
    "datumtijd": "2014-07-13T10:00:00Z",
    "extra": "Geheimnaam",
    "resultatenscores": {
        "id": "Geheimnaam",
        "deelnemerref": [
            {"label": "ECK-iD", "onderwijsdeelnemerID": ECK},
            {"label": "LAS-key", "onderwijsdeelnemerID": "lasgeheim", "naam": "Geheimnaam"},
        ],
        "afnamecontext": {"afname": {"id": "Geheimnaam", "afnametijdstip": "2014-07-13T10:00:00Z"}},
        "scores": {
            "id": "Geheimnaam",
            "scores": [{"label": "Toetsscore", "id": "Geheimnaam", "waarde": "Geheimnaam"}],
        },
        "resultaten": {
            "aanvullendeinfo": "h/rapgeheim",
            "resultaten": [{"label": "Toetsadvies", "waarde": "VMBO_GL/TL_TM_HAVO"}],
        },
    },
    "toets": {
        "id": "Geheimnaam",
        "toetsonderdelen": [{"id": "Geheimnaam", "toetsonderdelen": [{"id": "Geheimnaam"}]}],
    },
}


def participant(**more: Any) -> Deelnemer:
    values: dict[str, Any] = {
        "leerling": PUPIL,
        "achternaam": "Geheimnaam",
        "voorvoegsel": "vgeheim",
        "roepnaam": "Roepgeheim",
        "voorletters": "GVHMQZ",
        "geboortedatum": dt.date(2014, 7, 13),
        "groep": "g1",
        **more,
    }
    return Deelnemer(**values)


def participants() -> Deelnemersbericht:
    return build_deelnemersbericht(SCHOOL, [GROUP], [participant()], **COMMON)


def advice() -> Adviezenbericht:
    return build_adviezenbericht(SCHOOL, [ADVICE], **COMMON)


def parts(node: Any) -> list[Any]:
    """A message and everything in it that stands on its own: the parts of a list are only ever handed out together."""
    if isinstance(node, tuple):
        return [part for item in node for part in parts(item)]
    if isinstance(node, Delen):
        return [node]
    fields = type(node).__annotations__ if isinstance(node, Part) else getattr(type(node), "__dataclass_fields__", {})
    return [node, *(part for name in fields for part in parts(getattr(node, name)))] if fields else []


OBJECTS: dict[str, Callable[[], list[Any]]] = {
    "input": lambda: [PUPIL, ADVICE, participant(), participant(geboortedatum="2014-07-13")],
    "participants": lambda: parts(participants()),
    "advice": lambda: parts(advice()),
    "result": lambda: parts(Leerlingresultaat.parse(RESULT)),
    "identifiers": lambda: [[EckId(ECK)], [LasKey("lasgeheim")], [RapportId("rapgeheim")]],
    "properties": lambda: [
        Leerlingresultaat.parse(RESULT).leerling,
        [Leerlingresultaat.parse(RESULT).rapportid],
    ],
}


def shown(text: str) -> list[str]:
    text = text.replace(repr(COMMON["afspraak"]), "")  # the agreement lists every advice there is
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("case", list(OBJECTS))
def test_no_repr_shows_a_pupil(case: str) -> None:
    objects = OBJECTS[case]()
    assert objects
    for item in objects:
        for text in (
            repr(item),
            str(item),
            f"{item}",
            f"{item!r}",
            format(item),
            repr([item]),
            repr({"a": item}),
            ascii(item),
            str([item]),
        ):
            assert shown(text) == [], type(item).__name__


@pytest.mark.parametrize("case", [case for case in OBJECTS if case not in ("identifiers", "properties", "input")])
def test_pretty_printers_show_no_pupil(case: str) -> None:
    pretty = pytest.importorskip("rich.pretty")
    for item in OBJECTS[case]():
        assert shown(pretty.pretty_repr(item, max_width=200)) == [], type(item).__name__


def test_the_lists_do_tell_what_they_are() -> None:
    assert repr(participants()) == "Deelnemerslijst(schooljaar='2025-2026', deelnemers=1)"
    assert str(advice()) == "Schooladviezenlijst(schooljaar='2025-2026', adviezen=1)"
    assert repr(Leerlingresultaat.parse(RESULT)) == "Leerlingresultaat(…)"


def as_bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


def without_results() -> dict[str, Any]:
    return {
        **RESULT,
        "resultatenscores": {**RESULT["resultatenscores"], "resultaten": {"resultaten": ["Geheimnaam"]}},
    }


def without_pupil() -> dict[str, Any]:
    refs = [{"label": "BSN", "onderwijsdeelnemerID": "lasgeheim"}]
    return {**RESULT, "resultatenscores": {**RESULT["resultatenscores"], "deelnemerref": refs}}


FAILURES: dict[str, Callable[[], object]] = {
    "participants: name": lambda: build_deelnemersbericht(
        SCHOOL, [GROUP], [participant(achternaam="Geheimnaam" * 9)], **COMMON
    ),
    "participants: everything": lambda: build_deelnemersbericht(
        SCHOOL,
        [GROUP],
        [
            participant(),
            participant(voorletters="G.V.", geboortedatum="2014-07-13x", voorvoegsel="vgeheim" * 2),
        ],
        **COMMON,
    ),
    "participants: no zone": lambda: build_deelnemersbericht(
        SCHOOL,
        [GROUP],
        [participant()],
        **{**COMMON, "datumtijd": dt.datetime(2026, 1, 1)},
    ),
    "participants: strangers": lambda: build_deelnemersbericht(SCHOOL, [GROUP], [object(), participant(groep="g2")], **COMMON),  # type: ignore[list-item]
    "participants: agreement": lambda: build_deelnemersbericht(
        SCHOOL, [GROUP], [participant()], **{**COMMON, "schooljaar": "2030-2031"}
    ),
    "advice: identity": lambda: build_adviezenbericht(
        SCHOOL, [ADVICE, Advies(Leerling("x" + ECK), "VMBO_GL/TL_TM_HAVO")], **COMMON
    ),
    "advice: value": lambda: build_adviezenbericht(SCHOOL, [Advies(PUPIL, "VMBO_GL/TL_TM_HAVO?")], **COMMON),
    "advice: double": lambda: build_adviezenbericht(SCHOOL, [ADVICE, ADVICE], **COMMON),
    "result: cut off": lambda: decode_leerlingresultaat(as_bytes(RESULT)[:-1]),
    "result: two byte order marks": lambda: decode_leerlingresultaat(b"\xef\xbb\xbf" * 2 + as_bytes(RESULT)),
    "result: no UTF-8": lambda: decode_leerlingresultaat(as_bytes(RESULT) + b"\xff"),
    "result: duplicate": lambda: decode_leerlingresultaat(b'{"a":1,"a":' + as_bytes(RESULT) + b"}"),
    "result: too large": lambda: decode_leerlingresultaat(as_bytes(RESULT) + b" " * 1024 * 1024),
    "result: no object": lambda: decode_leerlingresultaat(as_bytes([RESULT])),
    "result: no results": lambda: decode_leerlingresultaat(as_bytes(without_results())),
    "result: no pupil": lambda: decode_leerlingresultaat(as_bytes(without_pupil())),
    "parse: no object": lambda: Leerlingresultaat.parse([RESULT]),
    "parse: no results": lambda: Leerlingresultaat.parse(without_results()),
    "parse: no pupil": lambda: Leerlingresultaat.parse(without_pupil()),
    "json": lambda: decode_json(as_bytes(RESULT) + b"x"),
    "identifier: ECK-iD": lambda: EckId(ECK + "0"),
    "identifier: LAS-key": lambda: LasKey("lasgeheim x"),
    "identifier: rapportid": lambda: RapportId("rapgeheim/x"),
}


def chain(error: BaseException | None) -> list[BaseException]:
    return [error, *chain(error.__cause__), *chain(error.__context__)] if error else []


@pytest.mark.parametrize("case", list(FAILURES))
def test_no_traceback_with_locals_shows_a_pupil(case: str) -> None:
    with pytest.raises(DoorstroomError) as caught:
        FAILURES[case]()
    frames = 0
    for error in chain(caught.value):
        assert shown(str(error) + repr(error)) == []
        for frame in traceback.TracebackException.from_exception(error, capture_locals=True).stack:
            if frame.filename.startswith(LIBRARY):
                frames += 1
                for name, text in (frame.locals or {}).items():
                    assert shown(text) == [], f"{Path(frame.filename).name}:{frame.lineno} {frame.name}: {name}"
    assert frames
