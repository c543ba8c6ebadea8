"""The two clients over scripted outcomes: what they refuse, hand out, keep open and close."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import (
    LEVERANCIER,
    NOW,
    OTHER_OIN,
    PDF,
    SCHOOL,
    SUPPLIER_OIN,
    answer,
    resultaat,
)
from support.clients import BOTH, QUERY, go, make, push_result

from doorstroom_client import Advies, Adviezenlijst, Afspraak, AsyncClient, Leerling, Leverancier, Retry, Timeouts
from doorstroom_client.errors import ConfigurationError, GeenMandaat, MessageError
from doorstroom_client.receiving.judge import InboundRequest
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.request import Response

ADVIES = [Advies(Leerling(las_key="k-1"), "HAVO")]


@BOTH
def test_without_certificate_or_transport(kind: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(auteur="T")
    assert caught.value.setting == "certificate"


@BOTH
@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"auteur": " "}, "auteur"),
        ({"auteur": None}, "auteur"),
        ({"schooljaar": "2025-2027"}, "schooljaar"),
        ({"afspraak": "9"}, "afspraak"),
        (
            {"leveranciers": [LEVERANCIER, LEVERANCIER.__class__("ICE", OTHER_OIN, "https://b.example")]},
            "leveranciers.toetssoort",
        ),
        ({"leveranciers": [LEVERANCIER, Leverancier("DIA", OTHER_OIN, "https://TOETS.example.nl:443/x")]}, "leveranciers.oin"),
    ],
)
def test_settings_that_cannot_be(kind: Any, change: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make(kind, (), **change)
    assert caught.value.setting == setting


@BOTH
def test_looks_up_the_supplier_and_asks_once(kind: Any) -> None:
    client = make(kind, [answer(200, "OK"), answer(202), answer(202)])
    for _ in range(2):
        assert go(client.send(Adviezenlijst(SCHOOL, ADVIES))).leverancier == "ICE"
    urls = [item.url.split("?")[0].rsplit("/", 1)[1] for item in client._runtime._transport().requests]
    assert urls == ["mandates", "registreren-schooladviezen", "registreren-schooladviezen"]


@BOTH
def test_no_mandate_sends_nothing(kind: Any) -> None:
    client = make(kind, [answer(404, {"message": "mandate not found"})])
    with pytest.raises(GeenMandaat):
        go(client.send(Adviezenlijst(SCHOOL, ADVIES)))


@BOTH
def test_a_bad_list_and_an_unknown_supplier_send_nothing(kind: Any) -> None:
    client = make(kind, ())
    with pytest.raises(MessageError):
        go(client.send(Adviezenlijst(SCHOOL, []), leverancier="ICE"))
    with pytest.raises(ConfigurationError, match="in the configuration"):
        go(client.send(Adviezenlijst(SCHOOL, ADVIES), leverancier="NEE"))
    with pytest.raises(ConfigurationError, match="agreed"):
        go(client.send(Adviezenlijst(SCHOOL, ADVIES, schooljaar="2026-2027"), leverancier="ICE"))


@BOTH
@pytest.mark.parametrize("rapportid", ["..", ".", "../registreren", "a/b", "a?x", "a#b", "a%2fb", "a\x00", "", "a" * 129])
def test_hostile_rapportids(kind: Any, rapportid: str) -> None:
    with pytest.raises(MessageError):
        go(make(kind, ()).fetch_leerlingrapport(rapportid, school=SCHOOL, leverancier="ICE"))


@BOTH
def test_reports(kind: Any, tmp_path: Path) -> None:
    pdf = Response(200, {"content-type": "application/pdf"}, PDF)
    client = make(kind, [answer(200, "OK"), pdf, answer(204), pdf, pdf], store=tmp_path / "s.db")
    push_result(client)
    (found,) = go(client.resultaten())
    assert go(client.fetch_leerlingrapport(found)).content == PDF
    assert go(client.fetch_leerlingrapport(found)) is None
    assert go(client.fetch_leerlingrapport(found, school=SCHOOL, leverancier=LEVERANCIER, to=tmp_path)).path is not None
    assert go(client.fetch_leerlingrapport("r-1", school=SCHOOL)).size == len(PDF)  # the mandate is known
    with pytest.raises(ConfigurationError, match="school is needed"):
        go(client.fetch_leerlingrapport("r-1"))


@BOTH
def test_a_result_without_a_report(kind: Any, tmp_path: Path) -> None:
    client = make(kind, [answer(200, "OK")], store=tmp_path / "s.db")
    push_result(client, rapport="..")
    (found,) = go(client.resultaten())
    assert found.rapportid is None
    with pytest.raises(ConfigurationError, match="names no report"):
        go(client.fetch_leerlingrapport(found))


@BOTH
def test_results_beyond_one_batch(kind: Any, tmp_path: Path) -> None:
    client = make(kind, [answer(200, "OK")], store=tmp_path / "s.db")
    for number in range(100):
        push_result(client, number)
    assert len(go(client.resultaten())) == 100
    push_result(client, 100)
    found = go(client.resultaten(SCHOOL))
    assert len({item.id for item in found}) == 101
    assert found[0].toetssoort == "ICE"
    assert found[0].toetsscore == 540
    assert found[0].toetsadvies is not None
    assert found[0].referentieniveaus == {}
    assert repr(found[0]).endswith("(id=1, toetssoort='ICE')")
    go(found[0].done())
    assert len(go(client.resultaten())) == 100
    assert len(go(client.resultaten(everything=True))) == 101
    go(client.close())


@BOTH
def test_a_closed_client_says_so(kind: Any, tmp_path: Path) -> None:
    client = make(kind, (), store=tmp_path / "s.db")
    transport = client._runtime._transport()
    go(client.close())
    go(client.close())
    for call in (
        lambda: client.osr.find_leveranciers(SCHOOL),
        lambda: client.resultaten(),
        lambda: client.terugweg.handle(InboundRequest("POST", "/", "", None, b"")),
    ):
        with pytest.raises(ConfigurationError, match="closed"):
            go(call())
    assert transport.closed == 0  # it belongs to the caller


@BOTH
def test_a_with_block_closes_and_a_derived_one_does_not(kind: Any, tmp_path: Path) -> None:
    client = make(kind, [answer(202), answer(202)], store=tmp_path / "s.db")

    async def in_loop(target: Any) -> None:
        async with target as it:
            assert it is target

    def block(target: Any) -> None:
        if kind is AsyncClient:
            asyncio.run(in_loop(target))
        else:
            with target as it:
                assert it is target

    derived = client.with_options(
        retry=Retry.never(),
        timeouts=Timeouts(post=1),
        afspraak=Afspraak.met_naam("1.1"),
        schooljaar="2025-2026",
        leveranciers=[LEVERANCIER],
    )
    assert type(derived) is kind
    block(derived)
    assert go(derived.send(Adviezenlijst(SCHOOL, ADVIES), leverancier="ICE")).aantal == 1
    assert derived._runtime._transport().requests[0].deadline == 1
    block(client)
    with pytest.raises(ConfigurationError, match="closed"):
        go(derived.send(Adviezenlijst(SCHOOL, ADVIES), leverancier="ICE"))


@BOTH
def test_stores(kind: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="store is not configured"):
        go(make(kind, ()).resultaten())
    own = SqliteStore(tmp_path / "own.db")
    client = make(kind, (), store=own)
    assert go(client.resultaten()) == []
    go(client.close())
    assert own.inbox.counts()["received"] == 0
    own.close()


@BOTH
def test_a_store_of_another_kind_is_refused_and_makes_no_file(
    kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError):
        go(make(kind, (), store=5).resultaten())
    assert list(tmp_path.iterdir()) == []


@BOTH
def test_a_runtime_without_certificate_has_no_transport_of_its_own(kind: Any) -> None:
    from doorstroom_client.runtime import Resources

    with pytest.raises(ConfigurationError):
        Resources(None, None, None, lambda: NOW).context()


@BOTH
def test_asgi(kind: Any, tmp_path: Path) -> None:
    client = make(kind, [answer(200, "OK")], store=tmp_path / "s.db")
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": json.dumps(resultaat()).encode()}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/leerlingresultaat",
        "query_string": QUERY.encode(),
        "headers": [(b"content-type", b"application/json")],
    }

    async def main() -> None:
        await client.terugweg.asgi(lambda _: SUPPLIER_OIN)(scope, receive, send)
        await client.terugweg.asgi()(scope, receive, send)

    asyncio.run(main())
    assert [event["status"] for event in sent if "status" in event] == [202, 401]


@BOTH
def test_reprs_and_schools(kind: Any) -> None:
    client = make(kind, leveranciers=[LEVERANCIER, replace(LEVERANCIER, toetssoort="DIA")])
    assert repr(client) == f"{kind.__name__}(afspraak='1.1', leveranciers=[ICE, DIA])"
    assert client.find_school(SCHOOL.oin) is SCHOOL
    assert client.scholen == (SCHOOL,)


class Compared(str):
    """An address that counts how often it is compared."""

    times = 0

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


@BOTH
def test_the_administration_of_a_result_is_not_searched_for(kind: Any) -> None:
    brins = [f"{tens}{one}{two}" for tens in range(90, 93) for one in "ABCDEFGHIJ" for two in "ABCDEFGHIJ"]
    schools = [
        replace(SCHOOL, instellingscode=brin, routeringskenmerk=Compared(f"00000007000{brin}00530"), oin="") for brin in brins
    ]
    double = replace(schools[-1], naam="De Dubbele")
    client = make(kind, scholen=[*schools, double])
    Compared.times = 0
    assert client._operations.find_school(str(schools[-1].routeringskenmerk)) is schools[-1]  # of two, the first one
    assert client._operations.find_school("00000007000XXXX00530") is None
    assert Compared.times <= 10
    other = client.with_options(timeouts=Timeouts())
    assert other._operations.find_school(str(schools[7].routeringskenmerk)) is schools[7]


@pytest.mark.parametrize(
    "bad",
    [{"toetssoort": ""}, {"toetssoort": None}, {"oin": "1"}, {"base_url": "http://x"}, {"base_url": None}]
    + [{"herhaal_na": days} for days in (-1, 367, True, 1.5, "7", None)],
)
def test_leveranciers_that_cannot_be(bad: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Leverancier(**{"toetssoort": "ICE", "oin": SUPPLIER_OIN, "base_url": "https://x.example", **bad})
