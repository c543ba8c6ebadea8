"""Whatever the register answers: nothing but our errors is raised, and a yes or a no stands in the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import LAS_OIN, SCHOOL, FakeTransport, conditions
from support import osr_played as played

from doorstroom_client import Retry
from doorstroom_client.errors import DoorstroomError, Phase
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import Flow, run
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.endpoints import find_endpoints, find_free_routing_id, get_endpoint
from doorstroom_client.osr.mandates import ask_mandate, find_own_mandates, own_mandates_per_school
from doorstroom_client.osr.namespace import compare, find_namespaces
from doorstroom_client.osr.services import find_services, find_versions
from doorstroom_client.transport.request import Fault, FaultKind, Outcome, Response

EXAMPLES = int(os.environ.get("DOORSTROOM_OSR_EXAMPLES", "150"))
NAMES = """
    url code namespace token id uuid start_date endDate _links links self school board href routing_id attributes userIsOwner
    schools number bgeCode oin name message error errors status
""".split()  # noqa: SIM905 - a list of words
DAYS = ["2025-08-01", "2025-08-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
UUID = "1b671a64-40d5-491e-99b0-da01ff1f3341"
LINKS = ["https://osr.example.nl/api/v2/x/1", "//evil.example", "http://["]
VALUES = [*DAYS, *LINKS, "mandate not found", "does not exist", "active", "\ud800", "\x00", "x" * 300]
keys = st.sampled_from(NAMES) | st.text(max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(VALUES) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=12,
)
bodies = (
    json_values.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
    | st.binary(max_size=40)
    | st.sampled_from([b"[" * 20_000, b"\xff\xfe[\x00]\x00", b'{"url": 1' + b"0" * 5000 + b"}", b"", b"[]", b"{}"])
)
media_types = st.sampled_from(
    ["application/json", "", "text/html", "text/plain", "application/problem+json", "APPLICATION/JSON; x"]
)
headers = st.fixed_dictionaries(
    {"content-type": media_types},
    optional={
        "link": st.sampled_from(['</x>; rel="next"', "<//evil.example>; rel=next", "<http://[>; rel=next", "x" * 50]),
        "retry-after": st.sampled_from(["5", "x", "99999999999"]),
    },
)
statuses = st.sampled_from([200, 200, 200, 404, 404]) | st.integers(200, 599)
responses = st.builds(Response, statuses, headers, bodies, st.just(0.01))
faults = st.builds(Fault, st.sampled_from(FaultKind), st.sampled_from(Phase), st.just("x"), st.just(0.1))
outcomes = st.lists(responses | faults, min_size=1, max_size=4)


def about() -> Call:
    """Bounds of their own for each example: a peer that failed often in the ones before is not left alone here."""
    return Call(conditions(Retry.never()))


def ask(flow: Flow[Any], given: list[Outcome]) -> Any:
    """Run a flow over outcomes that begin anew when there are no more."""
    left = cycle(given)
    return run(flow, FakeTransport(lambda _: next(left)), lambda _: None)


Question = Callable[[Any, Budget], Flow[Any]]
QUESTIONS: dict[str, Question] = {
    "services": lambda osr, budget: find_services(osr, budget, None),
    "versions": lambda osr, budget: find_versions(osr, budget, "D"),
    "endpoints": lambda osr, budget: find_endpoints(osr, budget, school_oin=SCHOOL.oin),
    "endpoint": lambda osr, budget: get_endpoint(osr, budget, "1" if osr.profile.versie == "v2" else UUID),
    "free": lambda osr, budget: find_free_routing_id(osr, budget, SCHOOL.oin),
    "own mandates": find_own_mandates,
    "per school": own_mandates_per_school,
    "namespaces": lambda osr, budget: find_namespaces(osr, budget, "D", "2026-2027"),
}


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("api", ["v2", "v3"])
@settings(max_examples=EXAMPLES // 5)
@given(came=outcomes)
def test_nothing_but_our_errors_and_values_that_can_be_shown(name: str, api: str, came: list[Outcome]) -> None:
    try:
        found = ask(QUESTIONS[name](played.settings(api), Budget(about())), came)
    except DoorstroomError as error:
        assert str(error)
        return
    repr(found).encode()
    hash(found) if not isinstance(found, dict | list) else None
    if name == "namespaces":
        assert compare("", found[0]).advies


SAYS_YES = ("ok", "yes", "true", "ja", "active", "1", "token", "date", "links")
SAYS_NO = ("false", "no", "date", "not", "0", "nee", "true")


@settings(max_examples=EXAMPLES * 4)
@given(came=outcomes, own=st.booleans())
def test_a_yes_and_a_no_stand_in_the_answer(came: list[Outcome], own: bool) -> None:
    try:
        found = ask(ask_mandate(played.settings(), LAS_OIN, SCHOOL.oin, Budget(about()), own=own), came)
    except DoorstroomError:
        return
    first = came[0]
    assert isinstance(first, Response)
    assert first.cut is None
    assert first.media_type != "text/html"
    if found.mandated:
        assert first.status == 200
        assert not first.body.removeprefix(b"\xef\xbb\xbf").strip() or any(
            word in first.body.lower().decode("utf-8", "replace") for word in SAYS_YES
        )
    else:
        assert first.status in (200, 404)
        assert any(word in first.body.lower().decode("utf-8", "replace") for word in SAYS_NO)


@settings(max_examples=EXAMPLES * 2)
@given(status=st.integers(200, 599).filter(lambda status: status != 404), header=headers, body=bodies)
def test_no_other_status_is_ever_an_answer(status: int, header: dict[str, str], body: bytes) -> None:
    try:
        found = ask(
            ask_mandate(played.settings(), LAS_OIN, SCHOOL.oin, Budget(about())), [Response(status, header, body, 0.01)]
        )
    except DoorstroomError:
        assert status != 200 or header["content-type"] == "text/html" or body
        return
    assert status == 200
    assert found.mandated or body
