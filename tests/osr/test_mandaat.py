"""Mandates: what the OSR says, and what it means."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from support import (
    LAS_OIN,
    LEVERANCIER,
    NOW,
    OSR,
    OTHER_OIN,
    SCHOOL,
    SUPPLIER_OIN,
    FakeTransport,
    answer,
    conditions,
    drive,
)

from doorstroom_client import Client, Leverancier, Mandaat, Osr, Retry
from doorstroom_client.errors import ConfigurationError, GeenMandaat
from doorstroom_client.exchange.calls import Call
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.mandates import Registered, ask_mandate
from doorstroom_client.osr.registry import Registry
from doorstroom_client.transport.request import Outcome, Request

DAY = dt.date(2026, 3, 10)
ABOUT = Call(conditions(Retry.never()))
NO = answer(404, {"message": "mandate not found"})
DIA = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl")


def ask(outcome: Outcome, osr: Osr = OSR, **more: Any) -> tuple[Registered, Request]:
    value, transport, _ = drive(ask_mandate(osr, SUPPLIER_OIN, SCHOOL.oin, Budget(ABOUT), **more), [outcome])
    return value, transport.requests[0]


@pytest.mark.parametrize("gemandateerd", [True, False])
@pytest.mark.parametrize("las", [True, False, None])
def test_uitleg(gemandateerd: bool, las: bool | None) -> None:
    mandaat = Mandaat(SCHOOL, LEVERANCIER, gemandateerd, las, DAY)
    fine = gemandateerd and las is not False
    assert bool(mandaat) is fine
    text = mandaat.uitleg
    assert text.startswith("In orde" if fine else "Niet in orde")
    assert "De Testschool (11BB)" in text
    assert "10 maart 2026" in text
    assert ("U hoeft niets te doen" in text) is fine
    assert ("OSR-beheerder" in text) is not fine
    assert ("niet nagekeken" in text) is (las is None)
    assert bool(text.stappen) is not fine
    if not fine:
        (given,) = (stap for stap in text.stappen if "een mandaat aan" in stap)
        asked = given.partition("een mandaat aan")[2].partition(".")[0]
        assert ("Toetsbureau" in asked, "uw LAS" in asked) == (not gemandateerd, las is False)
        assert ("Toetsbureau" in text.alineas[0]) is not gemandateerd
        assert ("leerlingadministratiesysteem" in text.alineas[0]) is (las is False)


def test_uitleg_names_the_end() -> None:
    mandaat = Mandaat(SCHOOL, LEVERANCIER, True, True, DAY, DAY, dt.date(2026, 7, 31))
    assert "tot en met 31 juli 2026" in mandaat.uitleg


def test_what_is_asked() -> None:
    _, request = ask(answer(200, "OK"), on=DAY)
    assert request.url == (
        f"https://osr.example.nl/api/v2/mandates?supplier_oin={SUPPLIER_OIN}&school_oin={SCHOOL.oin}"
        "&service_version_namespace=ns-2025&reference_date=2026-03-10"
    )
    assert "reference_date" not in ask(answer(200, "OK"))[1].url


def test_the_key_goes_along_only_for_our_own_mandate() -> None:
    osr = Osr("https://osr.example.nl", "ns", "geheim", "X-Key")
    assert ask(answer(200, "OK"), osr)[1].headers == {}
    assert ask(answer(200, "OK"), osr, own=True)[1].headers == {"X-Key": "geheim"}
    assert "geheim" not in repr(osr)


def registry(*leveranciers: Leverancier, key: bool = False) -> Registry:
    osr = Osr("https://osr.example.nl", "ns", "k", "X") if key else OSR
    return Registry(osr, LAS_OIN, leveranciers, ABOUT, lambda: DAY)


def test_our_own_mandate_is_looked_up_with_a_key() -> None:
    own = answer(200, {"start_date": "2026-01-01", "end_date": "2026-07-31"})
    mandaat, transport, _ = drive(registry(DIA, key=True).check_mandaat(SCHOOL, DIA, None), [answer(200, "OK"), own])
    assert (mandaat.las_gemandateerd, mandaat.eind_datum, mandaat.peildatum) == (True, dt.date(2026, 7, 31), DAY)
    assert LAS_OIN in transport.requests[1].url
    mandaat, _, _ = drive(registry(DIA).check_mandaat(SCHOOL, DIA, dt.date(2026, 9, 1)), [NO])
    assert (mandaat.las_gemandateerd, mandaat.gemandateerd, mandaat.peildatum) == (None, False, dt.date(2026, 9, 1))


def test_another_day_is_not_remembered() -> None:
    it = registry(DIA)
    drive(it.check_mandaat(SCHOOL, DIA, dt.date(2026, 9, 1)), [NO])
    assert drive(it.find_leveranciers(SCHOOL), [answer(200, "OK")])[0] == [DIA]
    assert drive(it.find_leveranciers(SCHOOL), [])[0] == [DIA]


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"base_url": "http://osr.example.nl"}, "osr.base_url"),
        ({"namespace": " "}, "osr.namespace"),
        ({"namespace": None}, "osr.namespace"),
        ({"namespace": "ns "}, "osr.namespace"),
        ({"api_key": "k"}, "osr.api_key_header"),
        ({"api_key_header": "X"}, "osr.api_key"),
        ({"oin": "123"}, "osr.oin"),
    ],
)
def test_settings_of_the_osr(change: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Osr(**{"base_url": "https://osr.example.nl", "namespace": "ns", **change})
    assert caught.value.setting == setting


def test_two_names_for_one_header_are_refused() -> None:
    from doorstroom_client import ApiKey

    with pytest.raises(ConfigurationError, match="already names a header"):
        Osr("https://osr.example.nl", "ns", ApiKey("X", "k"), "Y")


def test_without_an_osr_there_is_a_clear_error() -> None:
    transport = FakeTransport([answer(202)])
    client = Client(auteur="T", transport=transport, leveranciers=[LEVERANCIER], now=lambda: NOW)
    with pytest.raises(ConfigurationError) as caught:
        client.osr.find_leveranciers(SCHOOL)
    assert caught.value.setting == "osr"
    assert json.dumps(repr(client))


def test_the_leverancier() -> None:
    both = (LEVERANCIER, DIA)
    assert drive(registry(*both).the_leverancier(SCHOOL), [NO, answer(200, "OK")])[0] is DIA
    with pytest.raises(ConfigurationError, match="ICE, DIA"):
        drive(registry(*both).the_leverancier(SCHOOL), [answer(200, "OK"), answer(200, "OK")])
    with pytest.raises(GeenMandaat, match="ICE, DIA"):
        drive(registry(*both).the_leverancier(SCHOOL), [NO, NO])
    with pytest.raises(GeenMandaat, match="none configured"):
        drive(registry().the_leverancier(SCHOOL), [])
