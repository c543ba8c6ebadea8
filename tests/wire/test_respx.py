"""respx in a user's own tests: a mocked answer is an answer, for both clients; a connection that is real is checked as ever."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from faults_support import answer, served
from support import OTHER_OIN, PDF, SCHOOL, SUPPLIER_OIN
from support.wire import ADVIEZEN, Calls, Speler, certificate, leverancier

from doorstroom_client import Adviezenlijst, AsyncClient, Client, ConfigurationError, Osr
from doorstroom_client.errors import (
    AanleveringGesloten,
    ConnectError,
    LeerlingOnbekend,
    NoAnswer,
    OngeldigBericht,
    RedirectRefused,
    UnexpectedResponse,
    WrongPeer,
)
from doorstroom_client.reports.download import RAPPORT_LIMIT
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Pki

URL = "https://toets.example.nl"
LISTS = f"{URL}/dst/registreren-schooladviezen"
REPORT = f"{URL}/dst/leerlingrapport/rapport-1"
MANDATES = "https://osr.example.nl/api/v2/mandates"
ADVICE = "registreren-schooladviezen"


@pytest.fixture
def client(test_pki: Pki, speler: Speler) -> Any:
    osr = Osr("https://osr.example.nl/api/v2", namespace="ns-2025")
    return speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(URL)], osr=osr)


def test_a_list_is_one_call_and_one_receipt(speler: Speler, client: Any, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post(LISTS, params={"edu-to": SCHOOL.oin}).respond(202)
    for _ in range(3):
        receipt = Calls.do(speler, client, ADVICE)
        assert (receipt.aantal, [attempt.outcome for attempt in receipt.attempts]) == (1, ["202"])
    assert route.call_count == 3
    assert b'"HAVO"' in route.calls.last.request.content


def test_with_settings_from_a_file(tmp_path: Path, speler: Speler) -> None:
    with Keten(tmp_path) as keten:
        path = keten.write_config(tmp_path / "doorstroom.toml")
    told = tomllib.loads(path.read_text())
    client = (AsyncClient if speler.awaited else Client).from_config(path)
    with respx.mock as router:
        mandates, (supplier, *_) = f"{told['osr']['base_url']}/mandates", told["leveranciers"]
        router.get(mandates, params={"supplier_oin": supplier["oin"]}).respond(200, json="OK")
        router.get(mandates).respond(404, json={"message": "mandate not found"})
        route = router.post(url__startswith=supplier["base_url"]).respond(202)
        school = client.find_school("99AA")
        assert speler(client.send(Adviezenlijst(school, ADVIEZEN))).leverancier == "ICE"  # the OSR was asked, and named one
        speler(client.close())
    assert route.call_count == 1


@respx.mock
@pytest.mark.parametrize("gemandateerd", [True, False])
def test_a_mandate(speler: Speler, client: Any, gemandateerd: bool) -> None:
    respx.get(MANDATES).respond(
        200 if gemandateerd else 404, json={"message": "mandate not found"} if not gemandateerd else "OK"
    )
    assert bool(speler(client.osr.check_mandaat(SCHOOL, "ICE"))) is gemandateerd


@pytest.mark.parametrize("to_file", [True, False])
def test_a_report(speler: Speler, client: Any, respx_mock: respx.MockRouter, tmp_path: Path, to_file: bool) -> None:
    route = respx_mock.get(REPORT)
    route.side_effect = [httpx.Response(204), httpx.Response(200, content=PDF, headers={"Content-Type": "application/pdf"})]
    to = tmp_path / "r.pdf" if to_file else None
    fetch = client.fetch_leerlingrapport
    assert speler(fetch("rapport-1", school=SCHOOL, leverancier="ICE", to=to)) is None
    found = speler(fetch("rapport-1", school=SCHOOL, leverancier="ICE", to=to))
    assert (to.read_bytes() if to else found.content) == PDF
    assert route.call_count == 2


@pytest.mark.parametrize(("status", "expected"), [(403, AanleveringGesloten), (404, LeerlingOnbekend), (422, OngeldigBericht)])
def test_a_refusal_with_its_melding(
    speler: Speler, client: Any, respx_mock: respx.MockRouter, status: int, expected: type[Exception]
) -> None:
    route = respx_mock.post(LISTS).respond(status, json={"melding": "Zo kan het niet"})
    with pytest.raises(expected) as caught:
        Calls.do(speler, client, ADVICE)
    assert getattr(caught.value, "melding", None) == "Zo kan het niet"
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("raised", "expected", "code"),
    [
        (httpx.ConnectError, ConnectError, "connect:connect"),
        (httpx.ConnectTimeout("te laat"), ConnectError, "connect:timeout"),
        (httpx.ReadTimeout, NoAnswer, "no_answer:read"),
        (httpx.RemoteProtocolError("half"), NoAnswer, "no_answer:protocol"),
        (AssertionError("of the HTTP library"), NoAnswer, "no_answer:protocol"),
    ],
    ids=repr,
)
def test_what_a_mock_raises_is_our_error_after_three_tries(
    speler: Speler, client: Any, respx_mock: respx.MockRouter, raised: Any, expected: type[Exception], code: str
) -> None:
    route = respx_mock.post(LISTS).mock(side_effect=raised)
    with pytest.raises(expected) as caught:
        Calls.do(speler, client, ADVICE)
    assert [attempt.outcome for attempt in getattr(caught.value, "attempts", ())] == [code] * 3
    assert route.call_count == 3


def test_a_second_try_that_is_answered(speler: Speler, client: Any, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post(LISTS).mock(side_effect=[httpx.ReadTimeout, httpx.Response(202)])
    assert [attempt.outcome for attempt in Calls.do(speler, client, ADVICE).attempts] == ["no_answer:read", "202"]
    assert route.call_count == 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [(gzip.compress(PDF), {"Content-Encoding": "gzip"}), (b"x" * (RAPPORT_LIMIT + 1), {})],
    ids=["gzip", "large"],
)
def test_the_caps_hold(speler: Speler, client: Any, respx_mock: respx.MockRouter, body: bytes, headers: dict[str, str]) -> None:
    given = httpx.Response(200, content=body, headers={"Content-Type": "application/pdf", **headers})
    route = respx_mock.get(REPORT).mock(return_value=given)
    with pytest.raises(UnexpectedResponse, match="larger answer than this call allows, or a compressed one"):
        Calls.do(speler, client, "leerlingrapport")
    assert route.call_count == 1


def test_a_redirect_is_refused(speler: Speler, client: Any, respx_mock: respx.MockRouter) -> None:
    respx_mock.post(LISTS).respond(307, headers={"Location": f"{URL}/elders"})
    with pytest.raises(RedirectRefused):
        Calls.do(speler, client, ADVICE)
    assert respx_mock.calls.call_count == 1


def test_respx_says_itself_what_is_not_mocked_and_what_is_not_called(speler: Speler, client: Any) -> None:
    with pytest.raises(AssertionError, match="some routes were not called"), respx.mock() as router:
        router.post(f"{URL}/anders")
        with pytest.raises(respx.models.AllMockedAssertionError, match="not mocked"):
            Calls.do(speler, client, ADVICE)
        router.post(LISTS).respond(202)
        assert Calls.do(speler, client, ADVICE).aantal == 1  # the place of the other call came free


def test_a_decorated_function(speler: Speler, client: Any) -> None:
    @respx.mock(base_url=f"{URL}/dst")
    def played(respx_mock: respx.MockRouter) -> None:
        respx_mock.post("/registreren", name="deelnemers").respond(202)
        assert Calls.do(speler, client, "registreren").aantal == 1
        assert respx_mock["deelnemers"].called

    played()  # respx gives the argument


def test_a_double_of_the_transport_of_httpx(speler: Speler, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tools than respx replace that one, so that our pool is not asked."""

    async def handle(*_: object) -> httpx.Response:
        return httpx.Response(202)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda *_: httpx.Response(202))
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle)
    assert len(Calls.do(speler, client, ADVICE).attempts) == 1


@pytest.mark.parametrize("mocked", ["passed through", "no longer"])
def test_a_real_connection_is_checked_also_beside_mocked_ones(test_pki: Pki, speler: Speler, mocked: str) -> None:
    """What came of a mock says nothing about who answers over the network."""
    with served(answer(202), pki=test_pki, oin=OTHER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url, SUPPLIER_OIN)])
        with respx.mock(assert_all_called=False) as router:
            route = router.post(url__startswith=server.url).respond(202)
            assert Calls.do(speler, client, ADVICE).aantal == 1
            if mocked == "passed through":
                route.pass_through()
                with pytest.raises(WrongPeer):
                    Calls.do(speler, client, ADVICE)
        with pytest.raises(WrongPeer):
            Calls.do(speler, client, ADVICE)
    assert server.requests == []


def test_a_mock_in_place_of_an_open_connection_harms_no_next_call(test_pki: Pki, speler: Speler) -> None:
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert Calls.do(speler, client, ADVICE).aantal == 1
        with respx.mock as router:
            router.post(url__startswith=server.url).respond(202, headers={"Content-Length": "5"}, content=b"x")
            assert Calls.do(speler, client, ADVICE).aantal == 1
        assert Calls.do(speler, client, ADVICE).aantal == 1
    assert len(server.requests) == 2


def test_a_mock_does_not_stand_in_for_a_certificate(speler: Speler) -> None:
    with respx.mock, pytest.raises(ConfigurationError):
        speler.client(leveranciers=[leverancier(URL)])
