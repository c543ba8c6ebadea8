"""The namespace of a school year: what the register lists, and what to change."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support import SCHOOL, answer, conditions, drive
from support.osr_played import NAMESPACE, Played, client_of, settings, simulated

from doorstroom_client import Advies, Adviezenlijst, Afspraak, Client, Dienstversie, Jaargang, Leerling, Retry
from doorstroom_client.errors import ConfigurationError, UnexpectedResponse
from doorstroom_client.exchange.calls import Call
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.namespace import Namespaces, choose, compare, find_namespaces, years_in
from doorstroom_client.simulator.pki import Pki

YEAR = "2026-2027"
OLD, NEW = "https://x.example/v2025-2026", "https://x.example/v2026-2027"
PLAIN, OTHER = "https://x.example/v1.1", "https://x.example/v1.2"
GONE = "inactive"


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        ({NEW: "active", OLD: "active"}, NEW),
        ({NEW: "concept", OLD: "active"}, NEW),
        ({OLD: "active"}, None),
        ({OLD: GONE}, None),
        ({PLAIN: "active"}, PLAIN),
        ({PLAIN: ""}, PLAIN),
        ({PLAIN: "ACTIVE", OTHER: GONE}, PLAIN),
        ({PLAIN: "active", OTHER: "active"}, None),
        ({PLAIN: "active", OLD: "active"}, None),
        ({NEW: "active", f"{NEW}/2": "active"}, None),
        ({}, None),
    ],
)
def test_which_one(listed: dict[str, str], chosen: str | None) -> None:
    versies = tuple(Dienstversie(namespace=name, status=status) for name, status in listed.items())
    assert choose(versies, YEAR)[0] == chosen


@pytest.mark.parametrize(
    ("namespace", "years"),
    [
        (OLD, ["2025-2026"]),
        ("https://x.example/20262027", ["2026-2027"]),
        ("https://x.example/2026_2027/v1", ["2026-2027"]),
        ("https://x.example/Dienst/20240101", []),
        ("https://x.example/2024-2026", []),
        ("https://x.example/v1.1", []),
        ("https://x.example/12025-20261", []),
    ],
)
def test_the_years_in_a_namespace(namespace: str, years: list[str]) -> None:
    assert years_in(namespace) == years


def found(*listed: str) -> Namespaces:
    versies = tuple(Dienstversie(namespace=name, status="active") for name in listed)
    namespace, reden = choose(versies, YEAR)
    return Namespaces(YEAR, namespace, reden, None, versies)


@pytest.mark.parametrize(
    ("ingesteld", "listed", "fine", "words"),
    [
        (NEW, (NEW, OLD), True, (f"what the OSR lists for {YEAR}", "nothing to change")),
        (PLAIN, (PLAIN,), True, ("is the one active version in the OSR",)),
        (OLD, (NEW, OLD), False, (f'Set osr.namespace (now "{OLD}") to "{NEW}" for {YEAR}',)),
        ("", (NEW,), False, (f'Set osr.namespace to "{NEW}"',)),
        (PLAIN, (PLAIN, OTHER), True, ("must be asked",)),
        (OLD, (OLD,), False, ("cannot be the one for", "no version for 2026-2027 yet")),
        (PLAIN, (OLD,), False, ("is not listed", OLD)),
        ("", (), False, ("is not set", "no active version")),
        (NEW.upper(), (NEW,), False, ("Set osr.namespace",)),
    ],
)
def test_one_sentence(ingesteld: str, listed: tuple[str, ...], fine: bool, words: tuple[str, ...]) -> None:
    check = compare(ingesteld, found(*listed))
    assert (check.in_orde, bool(check)) == (fine, fine)
    assert check.advies.endswith(".")
    assert "\n" not in check.advies
    assert all(word in check.advies for word in words), check.advies


def services(*codes: str) -> Any:
    return answer(200, [{"code": code, "name": f"Dienst {code}"} for code in codes])


def look(*outcomes: Any, service: str = "DOORSTROOM") -> Any:
    budget = Budget(Call(conditions(Retry.never())))
    (found,), *rest = drive(find_namespaces(settings(), budget, service, YEAR), outcomes)
    return found, *rest


LISTED = answer(200, [{"namespace": NEW, "status": "active"}])


def test_the_service_by_a_part_of_its_name_or_by_its_code() -> None:
    assert look(services("DOORSTROOM"), LISTED)[0].namespace == NEW
    assert look(services("LPD"), LISTED, service="doorstroom")[0].dienst.code == "LPD"
    value, transport, _ = look(services(), services("OSO", "DOORSTROOM"), LISTED)
    assert value.dienst.code == "DOORSTROOM"
    assert [request.url.partition("v2/")[2] for request in transport.requests] == [
        "services?name=DOORSTROOM",
        "services",
        "service-versions?service_code=DOORSTROOM",
    ]
    assert look(services("OSO", "DOORSTROOM"), LISTED, service="doorstroom")[0].dienst.code == "DOORSTROOM"


def test_no_service_or_several() -> None:
    none, _, _ = look(services(), services("OSO"))
    assert (bool(none), none.reden) == (False, 'there is no service "DOORSTROOM"')
    several, _, _ = look(services("A", "B"), services("A", "B"), service="dienst")
    assert (several.namespace, "A, B" in several.reden) == (None, True)
    with pytest.raises(UnexpectedResponse):
        look(answer(404, {}))


# --- per school year

ADVIES = [Advies(Leerling(las_key="las-00018"), "HAVO")]
JAREN = (
    Jaargang(schooljaar="2025-2026", namespace=NAMESPACE, afspraak="1.1", since=dt.date(2025, 8, 1)),
    Jaargang(schooljaar="2026-2027", namespace=NEW, afspraak="nieuw", since=dt.date(2026, 9, 15)),
)


def client_at(pki: Pki, day: dt.date, played: Played, **more: Any) -> Client:
    nieuw = Afspraak.met_naam("1.1").volgende(naam="nieuw", versie="Doorstroomtoetsketen_v9", eerste_schooljaar="2026-2027")
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    given = {"schooljaren": JAREN, "afspraken": [nieuw], "now": lambda: moment, **more}
    return client_of(pki, played, settings(namespace=""), **given)


def asked(played: Played) -> str:
    return parse_qs(urlsplit(played.requests[-1].url).query)["service_version_namespace"][0]


@pytest.mark.parametrize(
    ("day", "schooljaar", "namespace", "afspraak"),
    [
        (dt.date(2025, 8, 1), "2025-2026", NAMESPACE, "1.1"),
        (dt.date(2026, 9, 14), "2025-2026", NAMESPACE, "1.1"),
        (dt.date(2026, 9, 15), "2026-2027", NEW, "nieuw"),
        (dt.date(2027, 7, 31), "2026-2027", NEW, "nieuw"),
    ],
)
def test_a_day_has_its_own_namespace_and_agreement(
    test_pki: Pki, day: dt.date, schooljaar: str, namespace: str, afspraak: str
) -> None:
    played = Played(simulated())
    client = client_at(test_pki, day, played)
    client.osr.check_mandaat(SCHOOL, "ICE")
    assert asked(played) == namespace
    assert (client.afspraak.naam, client._operations.schooljaar_of(None)) == (afspraak, schooljaar)
    assert afspraak in repr(client)
    client.osr.check_mandaat(SCHOOL, "ICE", on=dt.date(2026, 10, 1))
    assert asked(played) == NEW
    client.osr.find_endpoints(SCHOOL)
    assert asked(played) == namespace


@pytest.mark.parametrize(
    ("jaren", "listed", "said"),
    [
        (JAREN, (NAMESPACE, NEW), [("2025-2026", True, False), ("2026-2027", True, False)]),
        (JAREN, (NAMESPACE, f"{NEW}/2"), [("2025-2026", True, False), ("2026-2027", False, False)]),
        (JAREN[:1], (NAMESPACE, NEW), [("2025-2026", True, False), ("2026-2027", True, True)]),
        (JAREN[:1], (NAMESPACE,), [("2025-2026", True, False), ("2026-2027", True, True)]),
    ],
)
def test_every_school_year_in_one_question(test_pki: Pki, jaren: Any, listed: Any, said: Any) -> None:
    osr = simulated()
    for namespace in listed:
        osr.add_version(namespace)
    played = Played(osr)
    client = client_at(test_pki, dt.date(2026, 3, 1), played, schooljaren=jaren)
    found = client.osr.check_namespaces()
    assert [(item.gevonden.schooljaar, item.in_orde, item.vooruit) for item in found] == said
    assert len(played.requests) == 2
    for item in found:
        if item.vooruit:
            assert (NEW in item.advies, "nothing to configure yet" in item.advies) == (NEW in listed, NEW not in listed)
        else:
            assert item == client.osr.check_namespace(item.gevonden.schooljaar)


def test_a_day_without_a_school_year_is_told_and_nothing_is_asked(test_pki: Pki) -> None:
    played = Played(simulated())
    for day in (dt.date(2027, 8, 1), dt.date(2025, 7, 31)):
        with pytest.raises(ConfigurationError) as caught:
            client_at(test_pki, day, played).osr.check_mandaat(SCHOOL, "ICE")
        assert caught.value.setting == "schooljaren"
        assert "2025-2026 (2025-08-01 - 2026-09-14)" in str(caught.value)
    assert played.requests == []


def test_an_answer_of_last_year_is_not_used_in_the_new_one(test_pki: Pki) -> None:
    played = Played(simulated())
    moment = [dt.datetime(2026, 9, 14, 21, 59, tzinfo=dt.UTC)]  # 23:59 in Amsterdam
    client = client_at(test_pki, dt.date(2026, 1, 1), played, now=lambda: moment[0])
    assert len(client.osr.find_leveranciers(SCHOOL)) == 1
    assert len(client.osr.find_leveranciers(SCHOOL)) == len(played.requests) == 1
    moment[0] += dt.timedelta(minutes=1)
    assert client.osr.find_leveranciers(SCHOOL) == []
    assert asked(played) == NEW


def test_an_explicit_school_year_is_written_with_its_own_agreement(test_pki: Pki) -> None:
    client = client_at(test_pki, dt.date(2026, 8, 20), Played(simulated()))
    assert client._operations.afspraak_of("2026-2027").naam == "nieuw"
    assert (
        json.loads(client._operations.build(Adviezenlijst(SCHOOL, ADVIES, schooljaar="2026-2027")).body)["versie"]
        == "Doorstroomtoetsketen_v9"
    )
    assert json.loads(client._operations.build(Adviezenlijst(SCHOOL, ADVIES)).body)["versie"] == "Doorstroomtoetsketen_v1.1"
    other = client.with_options(afspraak=client._operations.afspraak_of("2026-2027"))
    assert other.afspraak.naam == "nieuw"


def test_the_check_names_the_setting_of_the_year(test_pki: Pki) -> None:
    osr = simulated()
    osr.add_version("https://x.example/ander-2026-2027")
    client = client_at(test_pki, dt.date(2026, 6, 1), Played(osr))
    assert client.osr.check_namespace()
    checked = client.osr.check_namespace(YEAR)
    assert (checked.ingesteld, checked.in_orde) == (NEW, False)
    assert checked.advies.startswith("Set schooljaren.namespace of 2026-2027")
    assert client.osr.find_namespace("doorstroom", YEAR).namespace == "https://x.example/ander-2026-2027"
    unknown = client.osr.check_namespace("2030-2031")
    assert (unknown.ingesteld, unknown.in_orde) == ("", False)


def test_one_of_two_ways_is_chosen(test_pki: Pki) -> None:
    with pytest.raises(ConfigurationError) as caught:
        client_of(test_pki, Played(simulated()), settings(), schooljaren=JAREN[:1])
    assert caught.value.setting == "osr.namespace"
    with pytest.raises(ConfigurationError) as caught:
        client_at(test_pki, dt.date(2026, 1, 1), Played(simulated()), afspraak="1.1")
    assert caught.value.setting == "afspraak"
