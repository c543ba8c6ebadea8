"""What both clients know without asking anybody."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, SCHOOL, AsyncFakeTransport, FakeTransport

from doorstroom_client import AsyncClient, Client, ClientCertificate, School
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.settled import Settled

TWEEDE = School(
    instellingscode="22CC",
    vestigingscode="00",
    onderwijsaanbiedercode="222A222",
    onderwijslocatiecode="222X222",
    administratienr="01",
    routeringskenmerk="0000000700022CC00530",
)
ZELFDE = School(
    instellingscode="11BB",
    vestigingscode="00",
    onderwijsaanbiedercode="123A123",
    onderwijslocatiecode="123X123",
    administratienr="02",
    routeringskenmerk="0000000700011BB00531",
)


def client(kind: str, **more: Any) -> Settled:
    given: dict[str, Any] = {"auteur": "Test 1", "leveranciers": [LEVERANCIER], "scholen": [SCHOOL, TWEEDE], **more}
    if kind == "sync":
        return Client(transport=FakeTransport([]), **given)
    return AsyncClient(transport=AsyncFakeTransport([]), **given)


both = pytest.mark.parametrize("kind", ["sync", "async"])


@both
def test_what_was_configured_can_be_read_back(kind: str) -> None:
    using = client(kind)
    assert using.leveranciers == (LEVERANCIER,)
    assert using.scholen == (SCHOOL, TWEEDE)
    assert using.afspraak.naam == "1.1"


@both
def test_the_repr_names_version_and_tests_only(kind: str) -> None:
    name = "Client" if kind == "sync" else "AsyncClient"
    assert repr(client(kind)) == str(client(kind)) == f"{name}(afspraak='1.1', leveranciers=[ICE])"


@both
def test_a_client_that_could_not_be_made_can_be_shown_by_an_error_reporter(kind: str, tmp_path: Path) -> None:
    """Reporters print the variables of every frame, and `self` is one of them."""
    maker = Client if kind == "sync" else AsyncClient
    with pytest.raises(ConfigurationError) as caught:
        maker(certificate=ClientCertificate(tmp_path / "weg.pem"), auteur="Test 1")
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "weg.pem" in "".join(shown.format())


@both
@pytest.mark.parametrize("key", ["22CC", "0000000700022CC00000", "0000000700022CC00530"])
def test_a_school_by_each_of_its_keys(kind: str, key: str) -> None:
    assert client(kind).find_school(key) == TWEEDE


@both
@pytest.mark.parametrize("key", ["", "99XX", "0000000700099XX00000"])
def test_a_school_that_is_not_configured(kind: str, key: str) -> None:
    with pytest.raises(ConfigurationError):
        client(kind).find_school(key)


@both
def test_a_key_of_two_administrations_is_not_guessed(kind: str) -> None:
    using = client(kind, scholen=[SCHOOL, ZELFDE])
    with pytest.raises(ConfigurationError):
        using.find_school("11BB")
    assert using.find_school(ZELFDE.routeringskenmerk) == ZELFDE


@both
def test_schools_that_a_function_finds_cannot_be_listed(kind: str) -> None:
    using = client(kind, scholen={SCHOOL.routeringskenmerk: SCHOOL}.get)
    assert using.scholen == ()
    with pytest.raises(ConfigurationError):
        using.find_school("11BB")


@both
def test_an_iterator_of_schools_is_read_once_and_kept(kind: str) -> None:
    using = client(kind, scholen=iter([SCHOOL, TWEEDE]))
    assert using.scholen == using.scholen == (SCHOOL, TWEEDE)
