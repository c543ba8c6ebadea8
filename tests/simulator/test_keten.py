"""Many invented schools in one chain, and what the simulator remembers of what came in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from doorstroom_client import Adviezenlijst, Deelnemerslijst
from doorstroom_client.config.certificates import judged
from doorstroom_client.config.reader import load_settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.receiving.judge import InboundRequest
from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.keten import LAS_OIN, Keten, adviezen_of, deelnemers_of
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.simulator.played_schools import MOST_SCHOOLS, SCHOLEN
from doorstroom_client.simulator.toetssysteem import Gedrag
from doorstroom_client.simulator.verzending import Afzender
from doorstroom_client.transport.tls import client_context, server_context

from .helpers import SERVER_OIN
from .wereld import KLAS, ROUTING, SCHOOL, Wereld, deelnemerslijst


@pytest.fixture(scope="module")
def stil() -> Iterator[Keten]:
    """A chain that nobody has started: nothing listens."""
    keten = Keten(receive=False)
    yield keten
    keten.stop()


def test_invented_schools_cannot_be_real_and_differ(stil: Keten) -> None:
    before = len(stil.scholen)
    new = stil.bedenk_scholen(40, leerlingen=2) + stil.bedenk_scholen(3, leerlingen=2)
    assert stil.scholen[before:] == tuple(new)
    assert len({school.instellingscode for school in (*SCHOLEN, *new)}) == len(SCHOLEN) + 43
    assert len({(school.onderwijsaanbiedercode, school.onderwijslocatiecode) for school in new}) == 43
    assert all(re.fullmatch("9[0-8][A-Z]{2}", school.instellingscode) for school in new)
    with pytest.raises(ValueError, match=str(MOST_SCHOOLS)):
        stil.bedenk_scholen(MOST_SCHOOLS)


def test_the_last_school_that_can_be_invented_is_one(stil: Keten, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stil._schools, "chosen", dict.fromkeys(map(str, range(MOST_SCHOOLS - 1)), "ICE"))
    [last] = stil.bedenk_scholen(1, leerlingen=0)
    assert last.instellingscode == "90ZZ"


def test_each_has_mandated_one_supplier_that_knows_its_pupils(stil: Keten) -> None:
    new = stil.bedenk_scholen(6, leerlingen=3)
    systems = [stil.toetssysteem_van(school) for school in new]
    assert len({system.oin for system in systems[:3]}) == 3
    assert systems[:3] == systems[3:]
    for school, system in zip(new, systems, strict=True):
        assert stil.osr.has_mandate(school.oin, LAS_OIN)
        mandated = [other for other in stil.toetssystemen.values() if stil.osr.has_mandate(school.oin, other.oin)]
        assert mandated == [system]
        known = [entry["deelnemerref"][0]["onderwijsdeelnemerID"] for entry in system.deelnemers(school.oin)]
        assert known == [item.eck_id or item.las_key for item in stil.klas(school, 3)]
        assert len(system.neem_af(school.oin)) == 3
    assert [item.las_key for item in stil.klas(new[0])][:3] == [item.las_key for item in stil.klas(new[0], 3)]
    assert not {item.las_key for item in stil.klas(new[0])} & {item.las_key for item in stil.klas(new[1])}


def test_a_client_sends_for_an_invented_school(eigen_keten: Keten) -> None:
    [school] = eigen_keten.bedenk_scholen(1)
    system, klas = eigen_keten.toetssysteem_van(school), eigen_keten.klas(school)
    with eigen_keten.client(store=None) as client:
        assert client.send(Adviezenlijst(school, adviezen_of(klas))).aantal == 27
        client.send(Deelnemerslijst(school, *deelnemers_of(klas, school)))
    assert len(system.adviezen(school.oin)) == len(system.deelnemers(school.oin)) == 27  # known ones are changed, not doubled
    assert system.lijsten == {school.oin: 2}
    results = eigen_keten.stuur_resultaten(system.toetssoort, school)
    assert {result.status for result in results} == {202}


def test_a_supplier_that_refuses_with_422(wereld: Wereld) -> None:
    wereld.toets.gedrag = Gedrag.WEIGERT_LIJST_422
    wereld.registreer(*KLAS[:2])
    assert wereld.adviseer(*KLAS[:3]) == 422
    assert wereld.toets.adviezen(SCHOOL) == {}
    assert wereld.adviseer(*KLAS[:2]) == 202


def test_certificates_of_one_purpose_from_two_roots(tmp_path: Path) -> None:
    """Everybody calls with one and is called with another; the file that is written says so, and is sound."""
    with Keten(tmp_path / "keten") as keten:
        config = keten.write_config(tmp_path / "doorstroom.toml")
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen(3))))
        assert [item.status for item in keten.stuur_resultaten("ICE")] == [202] * 3
        settings = load_settings(config)
        calling, serving = settings.own_certificate, settings.server_certificate
        assert calling != serving
        with pytest.raises(ConfigurationError, match="no serverAuth"):
            server_context(calling)
        with pytest.raises(ConfigurationError, match="no clientAuth"):
            client_context(serving)
        assert client_context(calling)
        assert server_context(serving)
        assert [(item.name, item.error, item.found) for item in judged(settings)] == [
            ("certificate", None, ()),
            ("serve", None, ()),
        ]


def test_a_result_of_a_registered_test_is_taken_in_and_is_no_oddity(eigen_keten: Keten) -> None:
    keten = eigen_keten
    coming = AFSPRAKEN["1.1"].volgende(
        naam="2026-2027",
        versie="Doorstroomtoetsketen_v2026-2027",
        eerste_schooljaar="2026-2027",
        toetssoorten=(*AFSPRAKEN["1.1"].toetssoorten, "NIEUWE_TOETS"),
    )
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen(1))))
    result = keten.toetssystemen["ICE"].neem_af()[0]
    result["versie"] = coming.versie
    result["resultatenscores"]["toetsdefinitie"] = result["toets"]["id"] = "NIEUWE_TOETS"
    request = InboundRequest(
        method="POST",
        path="/leerlingresultaat",
        query=f"edu-to={keten.school.routeringskenmerk}&edu-from={keten.school.oin}",
        peer_oin=keten.toetssystemen["ICE"].oin,
        body=json.dumps(result).encode(),
    )
    for registered, odd in (((), True), ((coming,), False)):
        with keten.client(afspraken=registered) as client:
            assert client.terugweg.handle(request).status == 202
            (found,) = client.resultaten()
            assert found.toetssoort == "NIEUWE_TOETS"
            assert ("toetssoort_onbekend" in found.opmerkingen) is odd
            assert "versie_onbekend" not in found.opmerkingen


def test_a_las_with_another_oin_than_the_register_has_gets_nothing(eigen_keten: Keten) -> None:
    keten = eigen_keten
    other, school = keten.toetssystemen["DIA"].oin, keten.school
    with keten.client() as client:
        client.send(Deelnemerslijst(school, *deelnemers_of(keten.leerlingen(2))))
        url = keten.osr.find_endpoint(school.routeringskenmerk)
        assert url is not None

        def sent(owner: str | None) -> set[tuple[int | None, str]]:
            keten.osr.register_endpoint(school.routeringskenmerk, url, supplier_oin=owner)
            return {(item.status, item.reden) for item in keten.stuur_resultaten()}

        assert sent(other) == {(None, "andere OIN")}
        assert list(client.resultaten()) == []
        keten.osr.revoke(school.oin, LAS_OIN)
        assert sent(None) == {(None, "andere OIN")}, "of nobody here, and not mandated either"
        keten.osr.mandate(school.oin, LAS_OIN)
        assert sent(None) == sent(LAS_OIN) == {(202, "")}
        assert len(list(client.resultaten())) == 2


def test_the_oin_counts_for_each_administration(
    wereld: Wereld, serve: Callable[..., HttpsServer], pki: Pki, toets_cert: Issued
) -> None:
    """Two may receive at one address, of which one belongs to somebody else; nothing of that one is sent."""
    came_in: list[str | None] = []

    def las(received: Received) -> Answer:
        came_in.append(received.one("edu-to"))
        return Answer.melding(202, "dank")

    wereld.registreer(*KLAS[:2])
    other = "0000000700099XX00531"
    wereld.post("registreren", deelnemerslijst(KLAS[2]), f"?edu-to={SCHOOL}&edu-from={other}")
    url, owner = serve(las).url, {ROUTING: SERVER_OIN, other: LAS_OIN}
    sent = wereld.toets.stuur_resultaten(
        Afzender(
            endpoint_for=lambda _: url,
            cert=toets_cert.cert,
            key=toets_cert.key,
            trust=pki.trust,
            mag_ontvangen=lambda routing_id, oin: owner[routing_id] == oin,
        )
    )
    assert [(item.status, item.reden) for item in sent] == [(202, ""), (202, ""), (None, "andere OIN")]
    assert came_in == [ROUTING] * 2


def test_every_party_has_rsa_certificates_of_one_purpose(stil: Keten) -> None:
    found: dict[str, set[str]] = {}
    keys = set()
    for path in sorted(stil.directory.glob("pki*/*.cert.pem")):
        leaf = x509.load_pem_x509_certificate(path.read_bytes())
        key = leaf.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        keys.add(key.public_numbers().n)
        (usage,) = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        found.setdefault(path.name.partition(".")[0], set()).add(usage.dotted_string)
    calling, called = ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string, ExtendedKeyUsageOID.SERVER_AUTH.dotted_string
    assert found == {"osr": {called}} | {name: {calling, called} for name in ("las", "ice", "dia", "route_8")}
    assert len(keys) == 9
    roots = x509.load_pem_x509_certificates(stil.certificate.trust_files[0].read_bytes())
    assert len({root.subject for root in roots}) == 2
