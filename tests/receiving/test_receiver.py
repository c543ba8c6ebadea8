"""Who may push a result, what is kept, and what is answered: every status of the receiving half."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import (
    JSON,
    NOW,
    OSR,
    OTHER_OIN,
    SCHOOL,
    SUPPLIER_OIN,
    AsyncFakeTransport,
    FakeTransport,
    answer,
    fault,
    resultaat,
)
from support.clients import QUERY, go, inbound, make

from doorstroom_client import AsyncClient, Client, Osr
from doorstroom_client.errors import StoreError
from doorstroom_client.osr.answers import STALE_SECONDS
from doorstroom_client.receiving.judge import MELDINGEN, InboundRequest, InboundResponse, Receiver
from doorstroom_client.store.rows import ReceivedResult, StoredResult
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.request import FaultKind, Outcome, Request, Response

GOOD = inbound(resultaat())
YES = answer(200, "OK")
NO = answer(404, {"message": "mandate not found"})


class Rig:
    """A receiver with a scripted OSR, played by one of the two clients."""

    def __init__(self, folder: Path, answers: Callable[[Request], Outcome], *, awaited: bool = False, **more: Any) -> None:
        self.transport: Any = (AsyncFakeTransport if awaited else FakeTransport)(answers)
        self.store = folder / "s.db"
        self.client: Any = make(
            AsyncClient if awaited else Client, **{"store": self.store, "transport": self.transport, **more}
        )

    def handle(self, request: InboundRequest) -> InboundResponse:
        response: InboundResponse = go(self.client.terugweg.handle(request))
        return response

    def kept(self) -> int:
        store = SqliteStore(self.store)
        try:
            return store.inbox.counts()["received"]
        finally:
            store.close()


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Rig]:
    def make(answers: Callable[[Request], Outcome] = lambda _: YES, **more: Any) -> Rig:
        return Rig(tmp_path, answers, awaited=request.param, **more)

    return make


def no_question(request: Request) -> Outcome:
    raise AssertionError("the OSR was asked")


def test_202_and_kept(rig: Callable[..., Rig]) -> None:
    it = rig()
    response = it.handle(GOOD)
    assert response.status == 202
    assert json.loads(response.body) == {"melding": MELDINGEN[202]}
    headers = dict(response.headers)
    assert headers["content-length"] == str(len(response.body))
    assert headers["content-type"].startswith("application/json")
    assert headers["cache-control"] == "no-store"
    assert "retry-after" not in headers
    assert it.kept() == 1
    (asked,) = it.transport.requests
    assert f"supplier_oin={SUPPLIER_OIN}&school_oin={SCHOOL.oin}" in asked.url


def test_further_fields_in_the_query_are_left_alone(rig: Callable[..., Rig]) -> None:
    assert rig().handle(replace(GOOD, query="&".join([QUERY, *["x=1"] * 18]))).status == 202


def test_what_a_result_does_not_tell_is_kept_empty(rig: Callable[..., Rig]) -> None:
    it = rig()
    document = resultaat()
    del document["schooljaar"], document["toets"], document["resultatenscores"]["toetsdefinitie"]
    assert it.handle(replace(GOOD, body=json.dumps(document).encode())).status == 202
    store = SqliteStore(it.store)
    assert [(item.received.schooljaar, item.received.toets) for item in store.inbox.pending()] == [("", "")]
    store.close()


def test_a_resend_is_202_again_and_kept_once(rig: Callable[..., Rig]) -> None:
    it = rig()
    assert [it.handle(GOOD).status for _ in range(3)] == [202] * 3
    assert it.kept() == 1
    assert len(it.transport.requests) == 1


REFUSED = [
    (404, {"method": "GET"}),
    (404, {"method": "PUT"}),
    (404, {"method": "post"}),
    (404, {"path": "/"}),
    (404, {"path": "/leerlingresultaatX"}),
    (404, {"path": "/leerlingresultaten"}),
    (404, {"path": "/xleerlingresultaat"}),
    (413, {"body": b" " * (1024 * 1024 + 1)}),
    (415, {"content_type": "text/plain"}),
    (415, {"content_type": ""}),
    (415, {"content_type": "application/jsonx"}),
    (400, {"query": ""}),
    (400, {"query": f"edu-to={SCHOOL.routeringskenmerk}"}),
    (400, {"query": f"{QUERY}&edu-to={SCHOOL.routeringskenmerk}"}),
    (400, {"query": f"{QUERY}&edu-from={SCHOOL.oin}"}),
    (400, {"query": f"{QUERY}&edu-from="}),
    (400, {"query": f"{QUERY}&x=%ff"}),
    (400, {"query": QUERY.replace("edu-to=", "edu-to=0")}),
    (400, {"query": f"edu-to={SCHOOL.routeringskenmerk}%0d%0aX:%20y&edu-from={SCHOOL.oin}"}),
    (400, {"query": f"edu-to={SCHOOL.routeringskenmerk}%0a&edu-from={SCHOOL.oin}"}),
    (400, {"query": f"edu-to=%ff{SCHOOL.routeringskenmerk[1:]}&edu-from={SCHOOL.oin}"}),
    (400, {"query": f"edu-to=../../../../../../..&edu-from={SCHOOL.oin}"}),
    (400, {"query": "&".join([QUERY, *["x=1"] * 19])}),
    (400, {"query": QUERY.replace("&", ";")}),
    (400, {"query": f"edu-to=0000000700011BB0%EF%BC%90530&edu-from={SCHOOL.oin}"}),
    # Two letters become four when a sharp s or a ligature is put in capitals: other text, not another spelling.
    (400, {"query": f"edu-to=0000000700011%C3%9F00530&edu-from={SCHOOL.oin}"}),
    (401, {"peer_oin": None}),
    (401, {"peer_oin": ""}),
    (401, {"peer_oin": SUPPLIER_OIN[:-1]}),
    (401, {"peer_oin": SUPPLIER_OIN + "0"}),
    (401, {"peer_oin": SUPPLIER_OIN + "\n"}),
    (405, {"query": f"edu-to=0000000700099ZZ00530&edu-from={SCHOOL.oin}"}),
    (401, {"query": f"edu-to={SCHOOL.routeringskenmerk}&edu-from=0000000700099ZZ00000"}),
]


@pytest.mark.parametrize(("status", "change"), REFUSED)
def test_refused_before_anybody_is_asked(rig: Callable[..., Rig], status: int, change: dict[str, Any]) -> None:
    it = rig(no_question)
    response = it.handle(replace(GOOD, **change))
    assert response.status == status
    assert json.loads(response.body) == {"melding": MELDINGEN[status]}
    assert it.kept() == 0


def test_what_is_kept_of_a_result(rig: Callable[..., Rig]) -> None:
    it = rig()
    body = json.dumps(resultaat(eck=None, las="sleutel", toets="DIA", datumtijd="2026-03-10T12:00:00+02:00")).encode()
    assert it.handle(replace(GOOD, body=body)).status == 202
    store = SqliteStore(it.store)
    assert [item.received for item in store.inbox.pending()] == [
        ReceivedResult(
            edu_to=SCHOOL.routeringskenmerk,
            edu_from=SCHOOL.oin,
            sender_oin=SUPPLIER_OIN,
            schooljaar="2025-2026",
            pupil="las:sleutel",
            toets="DIA",
            datumtijd=dt.datetime(2026, 3, 10, 10, 0, tzinfo=dt.UTC),
            received_at=NOW,
            payload=body,
        )
    ]
    store.close()


NEAR = range(20)
"""Every position of an OIN or routeringskenmerk."""


def near(value: str, at: int) -> str:
    """The same with another character at one position, that may stand there."""
    return f"{value[:at]}{'1' if value[at] != '1' else 'Z'}{value[at + 1 :]}"


@pytest.mark.parametrize(
    "edu_from",
    [
        *(near(SCHOOL.oin, at) for at in NEAR),
        SCHOOL.routeringskenmerk,
        SUPPLIER_OIN,
        SCHOOL.oin[::-1],
        SCHOOL.oin.lower(),
        SCHOOL.oin[:-1],
        SCHOOL.oin[1:],
        f"{SCHOOL.oin}0",
        f"0{SCHOOL.oin}",
        f"%20{SCHOOL.oin}",
        f"{SCHOOL.oin}%00",
        f"{SCHOOL.oin},{SCHOOL.oin}",
        "",
    ],
)
def test_edu_from_is_the_whole_oin_of_the_school(rig: Callable[..., Rig], edu_from: str) -> None:
    """For any other value nobody is asked whether the sender is mandated, not even for one character."""
    it = rig(no_question)
    fits = len(edu_from) == 20 and edu_from == edu_from.upper()
    got = it.handle(replace(GOOD, query=f"edu-to={SCHOOL.routeringskenmerk}&edu-from={edu_from}"))
    assert got.status == (401 if fits else 400)
    assert it.kept() == 0


@pytest.mark.parametrize("at", NEAR)
def test_edu_to_is_the_whole_routeringskenmerk(rig: Callable[..., Rig], at: int) -> None:
    query = f"edu-to={near(SCHOOL.routeringskenmerk, at)}&edu-from={SCHOOL.oin}"
    assert rig(no_question).handle(replace(GOOD, query=query)).status == 405


def test_a_mandate_is_of_the_whole_oin_in_the_certificate(rig: Callable[..., Rig]) -> None:
    """Also right after the mandated supplier was let in, when its answer is still remembered."""
    it = rig(lambda asked: YES if f"supplier_oin={SUPPLIER_OIN}&" in asked.url else NO)
    assert it.handle(GOOD).status == 202
    assert [it.handle(replace(GOOD, peer_oin=near(SUPPLIER_OIN, at))).status for at in NEAR] == [401] * 20
    assert it.kept() == 1


@pytest.mark.parametrize(
    ("first", "second", "one_pupil"),
    [
        ({"eck": "a", "las": "k"}, {"eck": "a", "las": "l"}, True),
        ({"eck": "a", "las": "k"}, {"eck": "b", "las": "k"}, False),
        ({"eck": "a"}, {"eck": "a", "las": "k"}, True),
        ({"las": "k"}, {"las": "k"}, True),
        ({"las": "k"}, {"las": "l"}, False),
        ({"eck": "x"}, {"las": "x"}, False),
    ],
    ids=[
        "other LAS-key",
        "other ECK-iD",
        "gets a LAS-key",
        "by LAS-key",
        "another by LAS-key",
        "the same text as another kind",
    ],
)
def test_the_eck_id_tells_whose_result_it_is(
    rig: Callable[..., Rig], first: dict[str, str], second: dict[str, str], one_pupil: bool
) -> None:
    """And the LAS-key for who has none: a newer result takes the place of an older one of the same pupil only."""
    it = rig()
    for score, identities in enumerate((first, second), 530):
        body = json.dumps(resultaat(**{"eck": None, **identities}, score=score)).encode()
        assert it.handle(replace(GOOD, body=body)).status == 202
    store = SqliteStore(it.store)
    assert len(store.inbox.pending()) == (1 if one_pupil else 2)
    store.close()


def test_shape_goes_before_identity_and_identity_before_school(rig: Callable[..., Rig]) -> None:
    it = rig(no_question)
    anonymous = replace(GOOD, peer_oin=None)
    assert it.handle(replace(anonymous, path="/x", query="", body=b"x" * 2_000_000)).status == 404
    assert it.handle(replace(anonymous, query="", content_type="x", body=b"x" * 2_000_000)).status == 413
    assert it.handle(replace(anonymous, query="", content_type="x")).status == 415
    assert it.handle(replace(anonymous, query="")).status == 400
    unknown = "edu-to=0000000700099ZZ00530&edu-from=0000000700099ZZ00000"
    assert it.handle(replace(anonymous, query=unknown)).status == 401


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/dst/v1/leerlingresultaat"},
        {"path": "/leerlingresultaat/"},
        {"content_type": "Application/JSON; charset=utf-8"},
        {"query": f"x=1&edu-from={SCHOOL.oin}&edu-to={SCHOOL.routeringskenmerk}"},
        {"body": GOOD.body.ljust(1024 * 1024)},
    ],
)
def test_accepted_spellings(rig: Callable[..., Rig], change: dict[str, Any]) -> None:
    assert rig().handle(replace(GOOD, **change)).status == 202


def test_no_mandate_is_401(rig: Callable[..., Rig]) -> None:
    it = rig(lambda _: NO)
    assert it.handle(GOOD).status == 401
    assert it.kept() == 0


def test_a_supplier_mandated_elsewhere_is_401(rig: Callable[..., Rig]) -> None:
    it = rig(lambda asked: YES if SUPPLIER_OIN in asked.url else NO)
    assert it.handle(replace(GOOD, peer_oin=OTHER_OIN)).status == 401
    assert it.kept() == 0


@pytest.mark.parametrize(
    "outage",
    [
        answer(503),
        answer(500),
        answer(401),
        answer(403),
        answer(302),
        answer(204),
        answer(418),
        Response(404, {"content-type": "text/html"}, b"<h1>Not Found</h1>"),
        Response(200, {"content-type": "text/html"}, b"<h1>Portal</h1>"),
        fault(FaultKind.CONNECT),
        fault(FaultKind.NO_ANSWER),
        fault(FaultKind.DEADLINE),
        fault(FaultKind.WRONG_PEER),
        fault(FaultKind.THEIR_CERTIFICATE),
    ],
    ids=repr,
)
def test_while_the_osr_gives_no_answer_it_is_503_and_never_401(rig: Callable[..., Rig], outage: Outcome) -> None:
    it = rig(lambda _: outage)
    response = it.handle(GOOD)
    assert response.status == 503
    assert dict(response.headers)["retry-after"] == "60"
    assert it.kept() == 0


def test_a_recent_yes_stands_in_for_a_silent_osr(rig: Callable[..., Rig]) -> None:
    answers: list[Outcome] = [YES]
    moment = [0.0]
    it = rig(
        lambda _: answers.pop() if answers else fault(FaultKind.CONNECT), now=lambda: NOW + dt.timedelta(seconds=moment[0])
    )
    assert it.handle(GOOD).status == 202
    moment[0] = STALE_SECONDS - 1
    assert it.handle(replace(GOOD, body=json.dumps(resultaat(score=550)).encode())).status == 202
    moment[0] = STALE_SECONDS
    assert it.handle(GOOD).status == 503
    assert len(it.transport.requests) == 3


def test_a_stale_no_does_not_stand_in(rig: Callable[..., Rig]) -> None:
    answers: list[Outcome] = [NO]
    moment = [0.0]
    it = rig(
        lambda _: answers.pop() if answers else fault(FaultKind.CONNECT), now=lambda: NOW + dt.timedelta(seconds=moment[0])
    )
    assert it.handle(GOOD).status == 401
    moment[0] = 30
    assert it.handle(GOOD).status == 401
    moment[0] = 61
    assert it.handle(GOOD).status == 503


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b""),
        (400, b"{"),
        (400, b"\xff"),
        (400, b'{"a":1,"a":2}'),
        (400, b"\xef\xbb\xbf\xef\xbb\xbf{}"),
        (422, b"\xef\xbb\xbf{}"),
        (400, b'{"a": NaN}'),
        (400, b"[" * 100_000),
        (422, b"{}"),
        (422, b"[]"),
        (422, b"null"),
        (422, json.dumps(resultaat(eck=None)).encode()),
    ],
)
def test_unusable_messages(rig: Callable[..., Rig], status: int, body: bytes) -> None:
    it = rig()
    assert it.handle(replace(GOOD, body=body)).status == status
    assert it.kept() == 0


@pytest.mark.parametrize(
    "datumtijd",
    [
        "0001-01-01T00:00:00+01:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59-01:00",
        "9999-12-31T23:59:59.999999Z",
        "2026-03-10T11:00:00+23:59",
        "gisteren",
        None,
    ],
)
def test_no_moment_makes_the_receiver_fail(rig: Callable[..., Rig], datumtijd: str | None) -> None:
    body = json.dumps(resultaat(datumtijd=datumtijd)).encode()
    assert rig().handle(replace(GOOD, body=body)).status in (202, 422)


def test_nothing_that_came_in_is_echoed(rig: Callable[..., Rig]) -> None:
    it = rig(lambda _: NO)
    canary = "KANARIE"
    requests = [
        replace(GOOD, query=f"{QUERY}&x={canary}", path=f"/{canary}/leerlingresultaat", body=canary.encode()),
        replace(GOOD, path=f"/{canary}"),
        replace(GOOD, content_type=canary),
        replace(GOOD, query=canary),
    ]
    for request in requests:
        response = it.handle(request)
        assert canary.encode() not in response.body
        assert canary not in repr(response.headers)
    assert canary not in repr(replace(GOOD, query=canary, body=canary.encode()))


class FailingInbox:
    """A store that cannot do its work."""

    def add(self, received: ReceivedResult) -> StoredResult:
        raise StoreError("the disk is full")

    def add_many(self, deliveries: Any) -> list[StoredResult]:
        raise StoreError("the disk is full")

    def broken(self, *_: Any, **__: Any) -> Any:
        raise StoreError("broken")

    pending = results = history = mark_done = counts = claim = release = put_off = broken

    def close(self) -> None:
        raise AssertionError("a store of the caller is not closed")


def test_a_failing_store_is_503(rig: Callable[..., Rig]) -> None:
    it = rig(store=FailingInbox())
    response = it.handle(GOOD)
    assert response.status == 503
    assert dict(response.headers)["retry-after"] == "60"


def test_a_store_that_cannot_be_opened_is_503(rig: Callable[..., Rig], tmp_path: Path) -> None:
    it = rig(store=tmp_path / "weg" / "s.db")
    assert it.handle(GOOD).status == 503


def test_schools_may_be_found_by_a_function(rig: Callable[..., Rig]) -> None:
    asked: list[str] = []

    def find(kenmerk: str) -> Any:
        asked.append(kenmerk)
        return SCHOOL if kenmerk == SCHOOL.routeringskenmerk else None

    it = rig(scholen=find)
    assert it.handle(GOOD).status == 202
    assert it.handle(replace(GOOD, query=QUERY.replace("11BB00530", "99ZZ00530"))).status == 405
    assert asked == [SCHOOL.routeringskenmerk, "0000000700099ZZ00530"]
    assert it.client.scholen == ()


def test_the_key_of_the_osr_is_not_used_for_somebody_elses_mandate(rig: Callable[..., Rig]) -> None:
    it = rig(osr=Osr("https://osr.example.nl", "ns", "geheim", "X-Key"))
    it.handle(GOOD)
    assert it.transport.requests[0].headers == {}


@given(st.text(max_size=60), st.binary(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_no_request_makes_the_judge_raise(query: str, body: bytes, path: str, kind: str) -> None:
    from support import drive

    from doorstroom_client.messages.afspraak import Afspraak
    from doorstroom_client.operations import Operations

    chain = Operations(
        leveranciers=(),
        scholen=(SCHOOL,),
        osr=OSR,
        las_oin=lambda: None,
        auteur="x",
        afspraak=Afspraak.met_naam("1.1"),
        now=lambda: NOW,
    )
    receiver = Receiver(chain.find_school, chain.registry, FailingInbox(), lambda: NOW)
    for request in (
        InboundRequest("POST", path + "/leerlingresultaat", query, SUPPLIER_OIN, body, kind),
        replace(GOOD, body=body),
    ):
        verdict, _, _ = drive(receiver.judge(request), [Response(200, JSON, b"{}")])
        assert receiver.keep(verdict).status in MELDINGEN
