"""Whatever a chain can be told is gone after `reset`, also what somebody adds later: all that it holds is compared."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstroom_client import Adviezenlijst, Client, Deelnemerslijst, StoreError
from doorstroom_client.osr.mandate_table import TABLE, Said
from doorstroom_client.simulator import (
    Antwoord,
    Gedrag,
    Keten,
    Streng,
    Toestand,
    Toetssysteem,
    adviezen_of,
    deelnemers_of,
)
from doorstroom_client.simulator.by_itself import _Supplier
from doorstroom_client.simulator.chain_servers import ChainServers
from doorstroom_client.simulator.deelnemers import Deelnemers
from doorstroom_client.simulator.https import Received
from doorstroom_client.simulator.keten import API_KEY, API_KEY_HEADER, LAS_OIN
from doorstroom_client.simulator.openstaand import Openstaand
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.osr_data import Data
from doorstroom_client.simulator.played_schools import PlayedSchools
from doorstroom_client.simulator.resultaten import Resultaten
from doorstroom_client.simulator.standen import Standen
from doorstroom_client.simulator.terugweg import Terugweg
from doorstroom_client.simulator.vaste_antwoorden import VasteAntwoorden
from doorstroom_client.simulator.verkeer import Verkeer

from .state import state_of

Act = Callable[[Keten], object]
ICE = "ICE"
POSTS = ("registreren", "registreren-schooladviezen")


def sent(keten: Keten) -> Client:
    """Pupils and advice of a class, sent by a client that is closed again."""
    klas = keten.leerlingen(3)
    with keten.client(store=None) as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(klas)), leverancier=ICE)
        client.send(Adviezenlijst(keten.school, adviezen_of(klas)), leverancier=ICE)
    return client


def supplier(keten: Keten) -> Toetssysteem:
    return keten.toetssystemen[ICE]


def asked(keten: Keten, method: str, path: str, body: bytes = b"", **query: str) -> int:
    query = {"service_version_namespace": keten.osr.namespace, **query}
    key = ((API_KEY_HEADER, API_KEY),)
    return keten.osr.app(Received(method, f"/api/v2{path}", tuple(query.items()), key, body, LAS_OIN)).status


def address(keten: Keten, url: str) -> bytes:
    mandate = next(item for item in keten.osr._data.mandates.values() if item.supplier_oin == LAS_OIN)
    found = {
        "mandate_token": mandate.token,
        "routing_id": f"{mandate.school_oin[:15]}00999",
        "service_version_namespace": keten.osr.namespace,
        "url": url,
    }
    return json.dumps(found).encode()


def bad_list(keten: Keten) -> None:
    query = (("edu-to", keten.school.oin), ("edu-from", keten.school.routeringskenmerk))
    kind = (("Content-Type", "application/json"),)
    supplier(keten).app(Received("POST", "/dst/registreren", query, kind, b'{"versie": "x"}', LAS_OIN))


def refused(keten: Keten) -> None:
    keten.bedenk_scholen(1, leerlingen=2)
    keten.terugweg.antwoord_met(503, keer=1)
    keten.stuur_resultaten(ICE)
    keten.terugweg.antwoord_gewoon()


def named(kind: type, names: str) -> list[str]:
    return [f"{kind.__name__}.{name}" for name in names.split()]


def set_to(name: str, value: object) -> Act:
    return lambda keten: setattr(supplier(keten), name, value)


TELL: dict[str, Act] = {
    "Keten.bedenk_scholen": lambda keten: keten.bedenk_scholen(2, leerlingen=1),
    "Keten.stuur_resultaten": lambda keten: (sent(keten), keten.stuur_resultaten(ICE, afwijkingen=["verlaat"])),
    "Keten.stuur_opnieuw": lambda keten: (refused(keten), keten.stuur_opnieuw(ICE)),
    "Keten.stuur_bericht": lambda keten: keten.stuur_bericht(b"{}"),
    "Toetssysteem.app": bad_list,
    "Toetssysteem.antwoord_met": lambda keten: supplier(keten).antwoord_met("leerlingrapport", 503, Antwoord(seconden=1)),
    "Toetssysteem.basis_url": set_to("basis_url", "https://localhost:1/dst"),
    "Toetssysteem.gedrag": set_to("gedrag", Gedrag.WEIGERT_LIJST_422),
    "Toetssysteem.streng": set_to("streng", Streng),
    "Toetssysteem.toestand": set_to("toestand", Toestand(onbekende_rapporten=frozenset({"alle"}))),
    "Toetssysteem.stel_in": lambda keten: supplier(keten).stel_in({"antwoorden": {"registreren": [{"status": 500}]}}),
    "Toetssysteem.sluit": lambda keten: supplier(keten).sluit("registreren"),
    "Toetssysteem.vergeet_school": lambda keten: supplier(keten).vergeet_school(keten.school.oin),
    "Toetssysteem.ken_school": lambda keten: supplier(keten).ken_school("0000000700098ZZ00000"),
    "Toetssysteem.stel_rapport_uit": lambda keten: supplier(keten).stel_rapport_uit(),
    "Toetssysteem.vergeet_rapport": lambda keten: supplier(keten).vergeet_rapport("x"),
    "Toetssysteem.voeg_rapport_toe": lambda keten: supplier(keten).voeg_rapport_toe("x", keten.school.oin, "tekst"),
    "Toetssysteem.meld_aan": lambda keten: supplier(keten).meld_aan(keten.school, keten.leerlingen(2), schooljaar="2025-2026"),
    "Toetssysteem.neem_af": lambda keten: (sent(keten), supplier(keten).neem_af(afwijkingen=["gecorrigeerd"])),
    "Toetssysteem.stuur_resultaten": refused,
    "Terugweg.app": lambda keten: keten.terugweg.app(Received("POST", "/leerlingresultaat", body=b"{}")),
    "Terugweg.antwoord_met": lambda keten: keten.terugweg.antwoord_met(429),
    "Terugweg.stel_in": lambda keten: keten.terugweg.stel_in({"antwoorden": {"leerlingresultaat": [{"status": 503}]}}),
    "ChainServers.show": lambda keten: keten.servers.show(ICE, "expired"),
    "ChainServers.surround": lambda keten: keten.servers.surround("osr", lambda received, app: app(received)),
    "SimulatedOsr.app": lambda keten: asked(keten, "GET", "/schools"),
    "SimulatedOsr.POST": lambda keten: asked(keten, "POST", "/endpoints", address(keten, "https://localhost:1")),
    "SimulatedOsr.PUT": lambda keten: asked(keten, "PUT", "/endpoints/1", address(keten, "https://localhost:1")),
    "SimulatedOsr.DELETE": lambda keten: asked(keten, "DELETE", "/endpoints/1"),
    "SimulatedOsr.namespace": lambda keten: setattr(keten.osr, "namespace", "https://x.example/2027"),
    "SimulatedOsr.outage": lambda keten: setattr(keten.osr, "outage", True),
    "SimulatedOsr.says": lambda keten: setattr(keten.osr, "says", TABLE[Said.WORD_NO].examples[0]),
    "SimulatedOsr.mandate": lambda keten: keten.osr.mandate("0000000700098ZZ00000", LAS_OIN),
    "SimulatedOsr.revoke": lambda keten: keten.osr.revoke(keten.school.oin, supplier(keten).oin),
    "SimulatedOsr.add_version": lambda keten: keten.osr.add_version("https://x.example/2027", "draft"),
    "SimulatedOsr.add_system": lambda keten: keten.osr.add_system(LAS_OIN, "Tweede systeem", "sleutel"),
    "SimulatedOsr.add_board": lambda keten: keten.osr.add_board("41775", keten.school.oin),
    "SimulatedOsr.register_endpoint": lambda keten: keten.osr.register_endpoint("0000000700098ZZ00530", "https://x.example"),
    "SimulatedOsr.limit_requests": lambda keten: (keten.osr.limit_requests(1000, 3600.0), asked(keten, "GET", "/schools")),
}
"""What changes something, by class and name; each is tried by itself and among others."""
TAKES_BACK = {
    "Toetssysteem.antwoord_gewoon",
    "Toetssysteem.heropen",
    "Toetssysteem.maak_rapport_klaar",
    "Toetssysteem.ken_rapport",
    "Terugweg.antwoord_gewoon",
    "Terugweg.close",
}
MORE_OF_IT = {
    "Toetssysteem.stuur_opnieuw",  # as Keten.stuur_opnieuw
    "Toetssysteem.stuur_bericht",
    "Toetssysteem.lijsten",  # filled by lists that are sent
    "Toetssysteem.opmerkingen",
    "Toetssysteem.opgemerkt",
}
READS = {
    *named(
        Keten,
        "client async_client arguments leerlingen klas toetssysteem_van afzender as_data failing write_config leveranciers "
        "osr_settings scholen",
    ),
    *named(Toetssysteem, "deelnemers adviezen openstaand scholen as_data"),
    *named(SimulatedOsr, "has_mandate find_endpoint may_receive as_data"),
    *named(Terugweg, "as_data"),
    *named(ChainServers, "url shown"),
}
FACTS = {
    *named(
        Keten,
        "start stop reset directory schooljaar afspraak school store osr terugweg toetssystemen certificate server_certificate "
        "servers",
    ),
    *named(Toetssysteem, "toetssoort naam oin verkeer reset"),
    *named(SimulatedOsr, "verkeer reset"),
    *named(Terugweg, "verkeer reset"),
    *named(ChainServers, "start stop reset pki osr las suppliers calling certificate server_certificate"),
}
"""How it was made, and its parts."""


@pytest.fixture(scope="module")
def begonnen() -> Iterator[tuple[Keten, Any]]:
    """A chain, and all that it holds right after its start."""
    with Keten(schooljaar="2025-2026") as keten:
        yield keten, state_of(keten)


def public(found: object) -> set[str]:
    """What anybody can call or set."""
    kind = type(found)
    methods = {name for name, _ in inspect.getmembers_static(kind) if not name.startswith("_")}
    return {f"{kind.__name__}.{name}" for name in methods | vars(found).keys() if not name.startswith("_")}


def test_each_public_name_is_of_one_kind(begonnen: tuple[Keten, Any]) -> None:
    """A new one is told here whether it changes something, so that no state is forgotten."""
    keten, _ = begonnen
    found = {name for part in (keten, supplier(keten), keten.osr, keten.terugweg, keten.servers) for name in public(part)}
    kinds = [set(TELL), TAKES_BACK, MORE_OF_IT, READS, FACTS]
    methods_of_http = {"SimulatedOsr.POST", "SimulatedOsr.PUT", "SimulatedOsr.DELETE"}
    assert set().union(*kinds) - methods_of_http == found
    assert sum(map(len, kinds)) == len(found | methods_of_http)


@pytest.mark.parametrize("name", TELL)
def test_each_change_is_seen_and_is_gone_after_reset(begonnen: tuple[Keten, Any], name: str) -> None:
    keten, begin = begonnen
    data = keten.as_data(whole=True)
    TELL[name](keten)
    assert state_of(keten) != begin, "what it does is not seen, so its end is not either"
    keten.reset()
    assert state_of(keten) == begin
    assert keten.as_data(whole=True) == data


@settings(max_examples=25)
@given(st.lists(st.sampled_from(sorted(TELL)), min_size=2, max_size=12))
def test_many_changes_are_gone_after_reset(begonnen: tuple[Keten, Any], names: list[str]) -> None:
    keten, begin = begonnen
    for name in names:
        with suppress(Exception):  # one that another makes impossible: a client that is refused, a token that is gone
            TELL[name](keten)
    keten.reset()
    assert state_of(keten) == begin


PARTS: list[tuple[type, str]] = [
    (Standen, "reset"),
    (Deelnemers, "reset"),
    (Resultaten, "reset"),
    (Openstaand, "reset"),
    (VasteAntwoorden, "wis"),
    (Verkeer, "reset"),
    (Data, "reset"),
    (PlayedSchools, "reset"),
    (Terugweg, "reset"),
    (SimulatedOsr, "reset"),
    (Toetssysteem, "reset"),
]


@pytest.mark.parametrize(("kind", "name"), PARTS, ids=lambda part: getattr(part, "__name__", part))
def test_a_part_that_is_forgotten_is_noticed(
    begonnen: tuple[Keten, Any], monkeypatch: pytest.MonkeyPatch, kind: type, name: str
) -> None:
    keten, begin = begonnen
    with monkeypatch.context() as patch:
        patch.setattr(kind, name, lambda *_, **__: None)
        TELL["Keten.bedenk_scholen"](keten)
        for told in ("sluit", "antwoord_met", "stuur_resultaten"):
            TELL[f"Toetssysteem.{told}"](keten)
        keten.reset()
        assert state_of(keten) != begin
    keten.reset()
    assert state_of(keten) == begin


def test_so_is_an_attribute_that_somebody_adds(begonnen: tuple[Keten, Any]) -> None:
    keten, begin = begonnen
    supplier(keten).kleur = "rood"  # type: ignore[attr-defined]
    keten.reset()
    assert state_of(keten) != begin
    del supplier(keten).kleur  # type: ignore[attr-defined]
    assert state_of(keten) == begin


def test_a_chain_that_was_reset_does_what_a_new_one_does(tmp_path: Path) -> None:
    with Keten(tmp_path / "keten", schooljaar="2025-2026") as keten:
        config = keten.write_config(tmp_path / "doorstroom.toml").read_text()

        def play() -> tuple[int, object, object]:
            sent(keten)
            statuses = [item.status for item in keten.stuur_resultaten()]
            with Client.from_config(tmp_path / "doorstroom.toml") as client:
                client.send(Adviezenlijst(keten.school, adviezen_of(keten.leerlingen(3))))
                return len(list(client.resultaten())), statuses, supplier(keten).verkeer.beantwoord

        first = play()
        keten.osr.outage = True
        keten.reset()
        assert (keten.store.exists(), len(keten.scholen), supplier(keten).deelnemers(keten.school.oin)) == (False, 4, [])
        assert play() == first
        assert first[0] == 3
        assert keten.write_config(tmp_path / "doorstroom.toml").read_text() == config


def test_a_client_that_was_left_open_says_that_its_store_is_gone(eigen_keten: Keten) -> None:
    klas = eigen_keten.leerlingen(2)
    with eigen_keten.client() as client:
        client.send(Deelnemerslijst(eigen_keten.school, *deelnemers_of(klas)))
        eigen_keten.reset()
        with pytest.raises(StoreError, match="removed while it was in use"):
            client.send(Adviezenlijst(eigen_keten.school, adviezen_of(klas)))
    assert eigen_keten.stuur_resultaten() == []


def test_a_supplier_that_answers_by_itself_goes_on_after_a_reset(eigen_keten: Keten) -> None:
    told: list[str] = []
    by_itself = _Supplier(eigen_keten, ICE, told.append)
    for _ in range(2):
        sent(eigen_keten)
        bad_list(eigen_keten)
        by_itself.look()
        assert [line for line in told if line.endswith("answered 202")] == [
            f"ICE: {name} came in, answered 202" for name in POSTS
        ]
        assert [line for line in told if "refused for" in line]
        eigen_keten.reset()
        by_itself.look()
        told.clear()


def test_it_notices_a_reset_after_which_as_much_came_in_as_before(eigen_keten: Keten) -> None:
    told: list[str] = []
    by_itself = _Supplier(eigen_keten, ICE, told.append)
    for _ in range(3):  # nobody looks between the reset and what comes next
        sent(eigen_keten)
        by_itself.look()
        assert [line for line in told if line.endswith("answered 202")] == [
            f"ICE: {name} came in, answered 202" for name in POSTS
        ]
        eigen_keten.reset()
        told.clear()


def test_a_chain_that_was_never_started_can_be_reset() -> None:
    keten = Keten(receive=False)
    try:
        begin = [state_of(keten.osr), state_of(keten.toetssystemen), state_of(keten.scholen)]
        keten.bedenk_scholen(3, leerlingen=1)
        keten.reset()
        assert [state_of(keten.osr), state_of(keten.toetssystemen), state_of(keten.scholen)] == begin
    finally:
        keten.stop()


# --- as plain values


def test_nothing_of_a_pupil_is_in_plain_values_unless_all_is_asked_for(eigen_keten: Keten) -> None:
    keten, klas = eigen_keten, eigen_keten.leerlingen(3)
    sent(keten)
    keten.stuur_resultaten()
    report = supplier(keten).neem_af()[0]["resultatenscores"]["resultaten"]["aanvullendeinfo"].rpartition("/")[2]
    with keten.client() as client:
        client.fetch_leerlingrapport(next(iter(client.resultaten())))
    plain, whole = (json.dumps(keten.as_data(whole=whole), ensure_ascii=False) for whole in (False, True))
    hidden = (klas[0].achternaam, klas[0].roepnaam, klas[0].eck_id or "", report, "deelnemerref", "JVBERi0x")  # %PDF-1
    for text in hidden:
        assert text not in plain
        assert text in whole
    for secret in (API_KEY, *(item.token for item in keten.osr._data.mandates.values())):
        assert secret not in plain
    assert API_KEY not in whole


def test_what_plain_values_say(eigen_keten: Keten) -> None:
    keten = eigen_keten
    sent(keten)
    keten.stuur_resultaten()
    supplier(keten).sluit("registreren")
    keten.osr.limit_requests(5, 2.0)
    data = json.loads(json.dumps(keten.as_data()))
    of_ice = data["toetssystemen"][ICE]
    school = keten.school.oin
    assert (of_ice["deelnemers"], of_ice["adviezen"], of_ice["lijsten"]) == ({school: 3}, {school: 3}, {school: 2})
    assert (of_ice["rapporten"], of_ice["openstaand"], of_ice["opgemerkt"]) == (3, 0, 0)
    assert of_ice["toestand"]["gesloten"] == {"registreren": ["alle"], "registreren-schooladviezen": []}
    assert [item["richting"] for item in of_ice["verkeer"]["uitwisselingen"]] == ["ontvangen"] * 2 + ["verzonden"] * 3
    assert (data["osr"]["limit"], data["osr"]["outage"], len(data["osr"]["mandates"])) == ([5, 2.0], False, 6)
    assert data["terugweg"]["verkeer"]["geteld"] == 3
    assert data["scholen"] == [item.oin for item in keten.scholen]


def test_states_and_answers_are_taken_over_together_or_not_at_all(eigen_keten: Keten) -> None:
    first, second = supplier(eigen_keten), eigen_keten.toetssystemen["ROUTE_8"]
    first.sluit("registreren", eigen_keten.school.oin)
    first.antwoord_met("leerlingrapport", Antwoord(429, retry_after=3), keer=2)
    data = json.loads(json.dumps(first.as_data()))
    wanted = {name: data[name] for name in ("toestand", "antwoorden")}
    before = second.as_data()
    for wrong in ({**wanted, "oin": "x"}, {**wanted, "antwoorden": {"x": []}}, {**wanted, "toestand": {"x": 1}}):
        with pytest.raises(ValueError, match=r"cannot be set|fixed answer|no state"):
            second.stel_in(wrong)
        assert second.as_data() == before
    second.stel_in(wanted)
    assert {name: second.as_data()[name] for name in wanted} == wanted
