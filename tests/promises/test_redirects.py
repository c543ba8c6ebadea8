"""O6: a redirect is an error; nothing goes to where it points, and the first host is not asked again."""

from __future__ import annotations

import pytest
from faults_support import answer, served
from support import OTHER_OIN, SCHOOL, SUPPLIER_OIN
from support.wire import Calls, Speler, certificate, leverancier, plain_port

from doorstroom_client import ApiKey, Osr
from doorstroom_client.errors import RedirectRefused
from doorstroom_client.events import Event
from doorstroom_client.simulator.pki import Pki

STATUSES = (301, 302, 303, 307, 308)
PLACES = ("another host", "http", "same host", "relative", "without a scheme", "none")
BODIES = {"with body": b'{"melding": "elders"}', "without body": b""}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("call", Calls.NAMES)
def test_a_redirect_of_a_supplier(test_pki: Pki, speler: Speler, call: str, status: int, place: str) -> None:
    events: list[Event] = []
    with plain_port() as (port, visitors), served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as target:
        location = {
            "another host": f"{target.url}/dst/{call}",
            "http": f"http://localhost:{port}/dst/{call}",
            "same host": None,
            "relative": "/elders",
            "without a scheme": f"//localhost:{target.port}/dst/{call}",
            "none": None,
        }[place]
        for body in BODIES.values():
            with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as server:
                where = f"{server.url}/dst/elders" if place == "same host" else location
                headers = () if where is None else (("Location", where),)
                server.faults = (answer(status, body, headers=headers), answer(202))
                client = speler.client(
                    certificate=certificate(test_pki), leveranciers=[leverancier(server.url)], on_event=events.append
                )
                with pytest.raises(RedirectRefused) as caught:
                    Calls.do(speler, client, call)
                assert len(server.requests) == 1
            assert (len(caught.value.attempts), caught.value.retryable) == (1, False)
            assert "elders" not in str(caught.value)
            assert (where or "geen") not in str(caught.value)
    assert (target.connections, visitors) == (0, [])
    assert [event.result for event in events] == ["redirect"] * len(BODIES)


@pytest.mark.parametrize("status", STATUSES)
def test_a_redirect_of_the_register_gets_no_key(test_pki: Pki, speler: Speler, status: int) -> None:
    with served(answer(200, b"{}"), pki=test_pki, oin=OTHER_OIN) as target:
        elsewhere = answer(status, b"", headers=(("Location", f"{target.url}/api/mandates"),))
        with served([elsewhere, answer(200, b"{}")], pki=test_pki, oin=OTHER_OIN) as server:
            client = speler.client(
                certificate=certificate(test_pki),
                osr=Osr(f"{server.url}/api", "ns", api_key=ApiKey("X-Sleutel", "geheim")),
                leveranciers=[leverancier(server.url.replace("localhost", "leverancier.example"))],
            )
            with pytest.raises(RedirectRefused) as caught:
                speler(client.osr.check_mandaat(SCHOOL, "ICE"))
    assert (len(server.requests), len(caught.value.attempts)) == (1, 1)
    assert target.connections == 0


def test_other_answers_in_the_same_range_are_refused_too(test_pki: Pki, speler: Speler) -> None:
    for status in (300, 304, 305, 306, 399):
        with served([answer(status, b""), answer(202)], pki=test_pki, oin=SUPPLIER_OIN) as server:
            client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
            with pytest.raises(RedirectRefused):
                Calls.do(speler, client, "registreren")
            assert len(server.requests) == 1
