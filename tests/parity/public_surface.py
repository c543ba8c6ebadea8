"""Uses every public name with the types that users see; checked by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import assert_type

import doorstroom_client as dc
from doorstroom_client import Adviezenlijst, Deelnemerslijst


def values() -> None:
    school = dc.School(
        instellingscode="11BB",
        vestigingscode="00",
        onderwijsaanbiedercode="123A123",
        onderwijslocatiecode="123X123",
        administratienr="01",
        routeringskenmerk="0000000700011BB00530",
    )
    leerling = dc.Leerling(eck_id="x", las_key="y")
    assert_type(school.oin, str)
    assert_type(leerling.eck_id, str | None)
    assert_type(dc.Advies(leerling, dc.Schooladvies.HAVO).advies, str)
    assert_type(dc.Stamgroep("g", "8A").niveau, str)
    lijst = dc.Leerlingenlijst([dc.BekendeLeerling(naam="a", groep="8A", las_key="y")])
    assert_type(lijst.find(leerling), dc.BekendeLeerling | None)
    assert_type(lijst.conflict("x", "y"), str)
    assert_type(lijst.conflicten, tuple[dc.Problem, ...])
    dc.Deelnemer(
        leerling=leerling,
        achternaam="a",
        roepnaam="b",
        voorletters="B",
        geboortedatum=dt.date(2014, 1, 1),
        groep="g",
        geslacht=dc.Geslacht.MAN,
    )
    assert_type(dc.Afspraak.met_naam("1.1"), dc.Afspraak)
    assert_type(dc.ApiKey("X", "k").headers(), Mapping[str, str])
    assert_type(dc.BearerToken(lambda: dc.Token("t", 60)).headers(), Mapping[str, str])
    auth: dc.Auth = dc.NoAuth()
    assert_type(auth.blocking, bool)
    assert_type(dc.Leverancier("ICE", "0" * 20, "https://x.example", auth=auth).naam, str)
    assert_type(dc.Osr("https://x.example", "ns").auth, dc.Auth)
    assert_type(dc.Osr("https://x.example", version=dc.OsrProfile("v3")).profile, dc.OsrProfile)
    assert_type(dc.Jaargang(schooljaar="2026-2027", namespace="ns", afspraak="1.1").eerste_dag, dt.date)
    assert_type(dc.ClientCertificate("a", key="b", trust=["c"]).trust_files, tuple[Path, ...])
    assert_type(dc.Timeouts(post=5).post, float)
    assert_type(dc.Retry.never(), dc.Retry)
    assert_type(dc.Retention(days=5).marks_days, int)
    warning: type[UserWarning] = dc.SecurityWarning
    del warning


def answers(
    mandaat: dc.Mandaat,
    ontvangst: dc.Ontvangst,
    rapport: dc.Leerlingrapport,
    resultaat: dc.Leerlingresultaat,
    kept: dc.StoredResult,
    received: dc.ReceivedResult,
    inbox: dc.Inbox,
) -> None:
    assert_type(mandaat.uitleg, dc.Uitleg)
    assert_type(mandaat.las_gemandateerd, bool | None)
    assert_type(ontvangst.aantal, int)
    assert_type(rapport.path, Path | None)
    assert_type(resultaat.toetsadvies, dc.Toetsadvies | None)
    assert_type(resultaat.toetssoort, dc.Toetssoort | str | None)
    assert_type(resultaat.referentieniveaus, dict[str, dc.Referentieniveau | str])
    assert_type(kept.received, dc.ReceivedResult)
    assert_type(inbox.add(received), dc.StoredResult)


def errors(error: dc.DoorstroomError) -> None:
    assert_type(error.retryable, bool)
    if isinstance(error, dc.ConfigurationError):
        assert_type(error.setting, str)
    elif isinstance(error, dc.MessageError):
        assert_type(error.problems, tuple[dc.Problem, ...])
    elif isinstance(error, dc.TransportError):
        assert_type(error.phase, dc.Phase)
    elif isinstance(error, dc.Refused | dc.UnexpectedResponse):
        assert_type(error.melding, str)
    elif isinstance(error, dc.Unavailable):
        assert_type(error.retry_at, dt.datetime | None)
    kinds: tuple[type[dc.DoorstroomError], ...] = (
        dc.AanleveringGesloten,
        dc.ConnectError,
        dc.DeadlineExceeded,
        dc.GeenMandaat,
        dc.LeerlingOnbekend,
        dc.NoAnswer,
        dc.OngeldigBericht,
        dc.RapportOnbekend,
        dc.RedirectRefused,
        dc.SchoolOnbekend,
        dc.StoreError,
        dc.WrongPeer,
    )
    del kinds
    assert_type(dc.TlsError("x").code, str)


def synchronous(school: dc.School, transport: dc.Transport, request: dc.InboundRequest) -> None:
    with dc.Client(auteur="x", transport=transport) as client:
        assert_type(client, dc.Client)
        assert_type(client.with_options(schooljaar="2025-2026"), dc.Client)
        assert_type(client.osr.check_mandaat(school, "ICE"), dc.Mandaat)
        assert_type(client.osr.check_mandaten([school]), Iterator[dc.Mandaatcontrole])
        for controle in client.osr.check_mandaten(per_second=20):
            assert_type(controle.mandaten, tuple[dc.Mandaat, ...])
            assert_type(controle.uitleg, dc.Uitleg)
            assert_type(controle.brief, str)
        assert_type(client.osr.suspicion([]), str)
        assert_type(client.osr.find_leveranciers(school), list[dc.Leverancier])
        assert_type(client.osr.find_eigen_mandaten(), tuple[dc.EigenMandaat, ...])
        assert_type(client.osr.find_namespace("doorstroom", "2026-2027"), dc.Namespaces)
        assert_type(client.osr.check_namespace(), dc.NamespaceCheck)
        assert_type(client.osr.check_namespaces(), tuple[dc.NamespaceCheck, ...])
        verbinding = client.check_verbinding("ICE", seconds=5)
        assert_type(verbinding, dc.Verbindingscontrole)
        assert_type(verbinding.bevindingen, tuple[dc.Bevinding, ...])
        assert_type(verbinding.bevinding(dc.Controlepunt.OIN), dc.Bevinding | None)
        assert_type(verbinding.staat, dc.Staat)
        assert_type(client.osr.check_verbinding(school), dc.Verbindingscontrole)
        assert_type(client.check_verbindingen(["ICE", "osr"], school=school), Iterator[dc.Verbindingscontrole])
        assert_type(client.osr.find_endpoints(school), tuple[dc.Endpoint, ...])
        assert_type(client.osr.find_free_routing_id(school.oin), str)
        plan = client.osr.plan_endpoint(school, "https://las.example")
        assert_type(plan, dc.Adreswijziging)
        assert_type(plan.actie, dc.Actie)
        assert_type(plan.beletsel, dc.Beletsel | None)
        assert_type(client.osr.carry_out(plan), dc.Adreswijziging)
        assert_type(client.osr.register_endpoint(school, "https://las.example"), dc.Adreswijziging)
        assert_type(client.send(Adviezenlijst(school, [])), dc.Ontvangst)
        assert_type(client.send(Deelnemerslijst(school, [], [])), dc.Ontvangst)
        wensen = [dc.Adreswens(school, "https://las.example", free_routing_id=True)]
        for done in client.osr.register_endpoints(list(client.osr.plan_endpoints(wensen))):
            assert_type(done.error, dc.DoorstroomError | None)
        assert_type(client.resultaten(), Iterator[dc.OntvangenResultaat])
        for resultaat in client.resultaten(school):
            assert_type(client.fetch_leerlingrapport(resultaat), dc.Leerlingrapport | None)
            resultaat.done()
        assert_type(client.terugweg.handle(request), dc.InboundResponse)
        assert_type(client.store.purge(), dc.Purged)
        assert_type(client.store.purges(), list[dc.Purged])
        assert_type(client.store.seizoen(), Iterator[dc.Schoolstand])
        assert_type(client.store.counts(), dict[str, int])


async def asynchronous(school: dc.School, transport: dc.AsyncTransport, request: dc.InboundRequest) -> None:
    async with dc.AsyncClient(auteur="x", transport=transport) as client:
        assert_type(client, dc.AsyncClient)
        assert_type(await client.osr.check_mandaat(school, "ICE"), dc.Mandaat)
        assert_type(client.osr.check_mandaten([school]), AsyncIterator[dc.Mandaatcontrole])
        async for controle in client.osr.check_mandaten(per_second=20):
            assert_type(controle.error, dc.DoorstroomError | None)
        assert_type(client.osr.suspicion([]), str)
        assert_type(await client.osr.find_leveranciers(school), list[dc.Leverancier])
        assert_type(await client.osr.find_eigen_mandaten(), tuple[dc.EigenMandaat, ...])
        assert_type(await client.osr.find_namespace("doorstroom", "2026-2027"), dc.Namespaces)
        assert_type(await client.osr.check_namespace(), dc.NamespaceCheck)
        assert_type(await client.osr.check_namespaces(), tuple[dc.NamespaceCheck, ...])
        assert_type(await client.check_verbinding("ICE"), dc.Verbindingscontrole)
        assert_type(await client.osr.check_verbinding(school), dc.Verbindingscontrole)
        assert_type(client.check_verbindingen(workers=2), AsyncIterator[dc.Verbindingscontrole])
        assert_type(await client.osr.find_endpoints(school), tuple[dc.Endpoint, ...])
        assert_type(await client.osr.find_free_routing_id(school.oin), str)
        plan = await client.osr.plan_endpoint(school, "https://las.example")
        assert_type(plan, dc.Adreswijziging)
        assert_type(plan.actie, dc.Actie)
        assert_type(plan.beletsel, dc.Beletsel | None)
        assert_type(await client.osr.carry_out(plan), dc.Adreswijziging)
        assert_type(await client.osr.register_endpoint(school, "https://las.example"), dc.Adreswijziging)
        assert_type(await client.send(Adviezenlijst(school, [])), dc.Ontvangst)
        assert_type(await client.send(Deelnemerslijst(school, [], [])), dc.Ontvangst)
        wensen = [dc.Adreswens(school, "https://las.example", free_routing_id=True)]
        async for done in client.osr.register_endpoints([plan async for plan in client.osr.plan_endpoints(wensen)]):
            assert_type(done.error, dc.DoorstroomError | None)
        assert_type(client.resultaten(), AsyncIterator[dc.AsyncOntvangenResultaat])
        async for resultaat in client.resultaten(school):
            assert_type(await client.fetch_leerlingrapport(resultaat), dc.Leerlingrapport | None)
            await resultaat.done()
        assert_type(await client.terugweg.handle(request), dc.InboundResponse)
        assert_type(await client.store.purge(days=5), dc.Purged)
        assert_type(await client.store.purges(), list[dc.Purged])
        assert_type(await client.store.counts(), dict[str, int])
