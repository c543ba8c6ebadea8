"""Results that differ from the plain ones: what is in the message, and that a LAS of this library reads it all the same."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from doorstroom_client import Deelnemerslijst
from doorstroom_client.simulator import Afwijking, Afzender, Antwoord, Keten, bedenk_leerlingen, deelnemers_of
from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.pki import Issued, Pki

from .wereld import KLAS, ROUTING, SCHOOL, Wereld, deelnemerslijst

Bericht = dict[str, Any]
A = Afwijking


def scores(bericht: Bericht) -> list[Any]:
    return [item["waarde"] for item in bericht["resultatenscores"]["scores"]["scores"]]


def advies(bericht: Bericht) -> str:
    return str(bericht["resultatenscores"]["resultaten"]["resultaten"][0]["waarde"])


def info(bericht: Bericht) -> str:
    return str(bericht["resultatenscores"]["resultaten"]["aanvullendeinfo"])


def afname(bericht: Bericht) -> str:
    return str(bericht["resultatenscores"]["afnamecontext"]["afname"]["afnametijdstip"])


def labels(bericht: Bericht) -> list[str]:
    return [ref["label"] for ref in bericht["resultatenscores"]["deelnemerref"]]


def units(bericht: Bericht) -> list[str | None]:
    return [item.get("toetseenheid") for item in bericht["resultatenscores"]["resultaten"]["resultaten"]]


def is_corrected(plain: Bericht, made: Bericht) -> bool:
    return (
        advies(made) != advies(plain)
        and scores(made)[0] != scores(plain)[0]
        and made["resultatenscores"]["versie"] == "Gecorrigeerd"
        and made["datumtijd"] == made["resultatenscores"]["datumtijd"] > plain["datumtijd"]
        and info(made) == info(plain)
        and made["toets"] == plain["toets"]
    )


def is_strange_everywhere(_: Bericht, made: Bericht) -> bool:
    parts = (made, made["resultatenscores"], made["toets"], made["resultatenscores"]["scores"]["scores"][0])
    return all("toekomstigVeld" in part for part in parts)


SHAPES: dict[Afwijking, Callable[[Bericht, Bericht], bool]] = {
    A.GECORRIGEERD: is_corrected,
    A.VERLAAT: lambda plain, made: is_corrected(plain, made),
    A.DUBBEL: lambda plain, made: made == plain,
    A.SCORES_ALS_TEKST: lambda plain, made: scores(made) == [str(score) for score in scores(plain)],
    A.SCORES_ALS_GETAL: lambda plain, made: made == plain and {type(score) for score in scores(made)} == {int},
    A.ZONDER_SCORES: lambda _, made: "scores" not in made["resultatenscores"],
    A.LEGE_SCORES: lambda _, made: made["resultatenscores"]["scores"]["scores"] == [],
    A.ALLEEN_LAS_KEY: lambda plain, made: (labels(plain), labels(made)) == (["ECK-iD", "LAS-key"], ["LAS-key"]),
    A.EXTRA_VELDEN: is_strange_everywhere,
    A.DATUMTIJD_MET_OFFSET: lambda _, made: made["datumtijd"] == "2027-03-01T13:00:00+01:00",
    A.DATUMTIJD_ZONDER_OFFSET: lambda _, made: made["datumtijd"] == "2027-03-01T13:00:00",
    A.DATUMTIJD_MET_FRACTIE: lambda _, made: made["datumtijd"] == "2027-03-01T12:00:00.123Z",
    A.AFNAME_MET_OFFSET: lambda _, made: afname(made) == "2027-02-03T00:00:00+01:00",
    A.AFNAME_ZONDER_OFFSET: lambda _, made: afname(made) == "2027-02-03T00:00:00",
    A.AFNAME_MET_TIJD: lambda _, made: afname(made) == "2027-02-03T09:15:00+01:00",
    A.KAAL_RAPPORTID: lambda plain, made: info(made) == info(plain).rpartition("/")[2],
    A.RAPPORT_ZONDER_SCHEMA: lambda _, made: info(made).startswith("toetsleverancier-endpoint/dst/leerlingrapport/"),
    A.ZONDER_RAPPORT: lambda _, made: "aanvullendeinfo" not in made["resultatenscores"]["resultaten"],
    A.ANDERE_SPELLING: lambda _, made: units(made) == ["DIA", "Rekenen", "Lezen", "Taalverzorging"],
    A.OUDE_VERSIE: lambda _, made: made["versie"] == "Doorstroomtoetsketen_v1.0",
    A.ZONDER_TOETSONDERDELEN: lambda _, made: "toetsonderdelen" not in made["toets"],
}


@pytest.mark.parametrize("afwijking", Afwijking)
def test_each_deviation_is_in_the_message(wereld: Wereld, afwijking: Afwijking) -> None:
    lijst = deelnemerslijst(*KLAS[:2])
    lijst["deelnemers"][0]["deelnemerref"].append({"label": "LAS-key", "onderwijsdeelnemerID": KLAS[0].las_key})
    wereld.post("registreren", lijst)
    plain = wereld.toets.neem_af()
    made = wereld.toets.neem_af(afwijkingen=[afwijking])
    assert len(made) == (4 if afwijking in (A.DUBBEL, A.VERLAAT) else 2)
    assert SHAPES[afwijking](plain[0], made[0])


def test_the_other_spelling_is_of_every_word_that_has_one(wereld: Wereld) -> None:
    klas = bedenk_leerlingen(270, schooljaar="2026-2027", seed=3)
    wereld.registreer(*klas)
    wereld.adviseer(*klas)
    assert "L1F" in json.dumps(wereld.toets.neem_af())
    made = wereld.toets.neem_af(afwijkingen=[A.ANDERE_SPELLING])
    adviezen = {advies(item) for item in made}
    assert "vmbo kb/vmbo gl-tl" in adviezen
    assert not {"vmbo kb/gl-tl", "vmbo bb/kb"} & adviezen
    assert '"<1F"' in json.dumps(made)
    assert "L1F" not in json.dumps(made)


ONE_OF_EACH = (
    (A.GECORRIGEERD, A.VERLAAT),
    (A.SCORES_ALS_TEKST, A.SCORES_ALS_GETAL, A.ZONDER_SCORES, A.LEGE_SCORES),
    (A.DATUMTIJD_MET_OFFSET, A.DATUMTIJD_ZONDER_OFFSET, A.DATUMTIJD_MET_FRACTIE),
    (A.AFNAME_MET_OFFSET, A.AFNAME_ZONDER_OFFSET, A.AFNAME_MET_TIJD),
    (A.KAAL_RAPPORTID, A.RAPPORT_ZONDER_SCHEMA, A.ZONDER_RAPPORT),
)


def test_two_go_together_unless_they_are_of_one_kind(wereld: Wereld) -> None:
    wereld.registreer(KLAS[0])
    for pair in itertools.combinations(Afwijking, 2):
        if any(set(pair) <= set(kind) for kind in ONE_OF_EACH):
            with pytest.raises(ValueError, match="at once"):
                wereld.toets.neem_af(afwijkingen=pair)
        else:
            assert wereld.toets.neem_af(afwijkingen=pair)
    with pytest.raises(ValueError, match="is not a valid Afwijking"):
        wereld.toets.neem_af(afwijkingen=["anders"])


def test_a_refused_deviation_corrects_nothing(wereld: Wereld) -> None:
    wereld.registreer(KLAS[0])
    plain = wereld.toets.neem_af()
    with pytest.raises(ValueError, match="at once"):
        wereld.toets.neem_af(afwijkingen=[A.GECORRIGEERD, A.ZONDER_SCORES, A.LEGE_SCORES])
    assert wereld.toets.neem_af() == plain


def test_a_correction_stays_and_is_later_each_time(wereld: Wereld) -> None:
    """Also within one second of a clock that stands still."""
    wereld.registreer(*KLAS[:3])
    first = wereld.toets.neem_af()
    key = KLAS[1].eck_id
    [made] = wereld.toets.neem_af(wie=key, afwijkingen=[A.GECORRIGEERD])
    assert wereld.toets.neem_af() == [first[0], made, first[2]]
    [again] = wereld.toets.neem_af(SCHOOL, wie=key, afwijkingen=["gecorrigeerd"])
    moments = [item["datumtijd"] for item in (first[1], made, again)]
    assert moments == ["2027-03-01T12:00:00Z", "2027-03-01T12:00:01Z", "2027-03-01T12:00:02Z"]
    assert len({tuple(scores(item)) for item in (first[1], made, again)}) == 3
    assert wereld.toets.neem_af(wie="onbekend") == []


@pytest.mark.parametrize("pushed_before", [False, True])
def test_a_late_one_is_the_older_one_after_the_newer(wereld: Wereld, pushed_before: bool) -> None:
    wereld.registreer(*KLAS[:2])
    before = wereld.toets.neem_af() if pushed_before else []
    newer, older, *rest = wereld.toets.neem_af(afwijkingen=[A.VERLAAT])
    assert older["datumtijd"] < newer["datumtijd"]
    assert advies(older) != advies(newer)
    assert (older["resultatenscores"]["versie"], newer["resultatenscores"]["versie"]) == ("Definitief", "Gecorrigeerd")
    assert wereld.toets.neem_af() == [newer, rest[0]]
    if pushed_before:
        assert [older, rest[1]] == before


# --- what a LAS of this library makes of them


REMARKS: dict[Afwijking, tuple[str, ...]] = {
    A.ZONDER_SCORES: ("geen_toetsscore",),
    A.LEGE_SCORES: ("geen_toetsscore",),
    A.DATUMTIJD_ZONDER_OFFSET: ("datumtijd_zonder_tijdzone",),
}


@pytest.mark.parametrize("afwijking", Afwijking)
def test_a_las_takes_it_in_and_reads_the_same(keten: Keten, afwijking: Afwijking) -> None:
    [school] = keten.bedenk_scholen(1, leerlingen=0)
    supplier, klas = keten.toetssysteem_van(school), keten.klas(school, 2)
    with keten.client() as client:
        client.send(Deelnemerslijst(school, *deelnemers_of(klas, school), las_key_reden="test van de terugweg"))
        sent = keten.stuur_resultaten(supplier.toetssoort, school, afwijkingen=[afwijking])
        assert {item.status for item in sent} == {202}
        found = list(client.resultaten(school))
    assert len(found) == 2
    counting = supplier.neem_af(school.oin)
    for item, plain in zip(found, counting, strict=True):
        assert item.toetsadvies == advies(plain)
        assert item.rapportid == (None if afwijking is A.ZONDER_RAPPORT else info(plain).rpartition("/")[2])
        assert item.resultaat.afnamedatum == date(2026, 2, 3)
        assert item.resultaat.datumtijd is not None
        moment = datetime.fromisoformat(plain["datumtijd"])
        assert abs((item.resultaat.datumtijd - moment).total_seconds()) < 60  # plain was made a moment later
        assert item.opmerkingen == REMARKS.get(afwijking, ())
        assert (item.toetsscore is None) is (afwijking in (A.ZONDER_SCORES, A.LEGE_SCORES))
        assert item.referentieniveaus


# --- what is not accepted


class Las:
    """Answers as told, and keeps what came in."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.kinds: list[str | None] = []
        self.status: Callable[[int], int] = lambda _: 202

    def app(self, received: Received) -> Answer:
        self.bodies.append(received.body)
        self.kinds.append(received.header("content-type"))
        return Answer.melding(self.status(len(self.bodies)), "dank")


@pytest.fixture
def las() -> Las:
    return Las()


@pytest.fixture
def afzender(las: Las, serve: Callable[..., HttpsServer], pki: Pki, toets_cert: Issued) -> Afzender:
    endpoints = {ROUTING: serve(las.app).url}
    return Afzender(endpoint_for=endpoints.get, cert=toets_cert.cert, key=toets_cert.key, trust=pki.trust)


def test_what_is_refused_is_kept_and_sent_again_with_the_same_bytes(wereld: Wereld, las: Las, afzender: Afzender) -> None:
    wereld.registreer(*KLAS[:3])
    las.status = lambda number: 503 if number != 2 else 202
    assert [item.aangenomen for item in wereld.toets.stuur_resultaten(afzender)] == [False, True, False]
    assert wereld.toets.openstaand == 2
    las.status = lambda number: 422 if number == 4 else 202
    assert [item.status for item in wereld.toets.stuur_opnieuw(afzender)] == [422, 202]
    assert wereld.toets.openstaand == 1
    assert [item.status for item in wereld.toets.stuur_opnieuw(afzender)] == [202]
    assert las.bodies[3:] == [las.bodies[0], las.bodies[2], las.bodies[0]]
    assert (wereld.toets.openstaand, wereld.toets.stuur_opnieuw(afzender)) == (0, [])


def test_a_newer_result_takes_the_place_of_what_waits(wereld: Wereld, las: Las, afzender: Afzender) -> None:
    wereld.registreer(*KLAS[:2])
    las.status = lambda _: 503
    wereld.toets.stuur_resultaten(afzender, afwijkingen=[A.VERLAAT])
    assert wereld.toets.openstaand == 4  # both of each pupil
    las.status = lambda _: 202
    wereld.toets.stuur_resultaten(afzender, wie=KLAS[0].eck_id)
    assert wereld.toets.openstaand == 2
    assert [item.status for item in wereld.toets.stuur_opnieuw(afzender)] == [202, 202]
    assert las.bodies[-2:] == las.bodies[2:4]


def test_what_cannot_be_delivered_is_kept_too(wereld: Wereld, las: Las, afzender: Afzender) -> None:
    wereld.registreer(KLAS[0])
    wereld.post("registreren", deelnemerslijst(KLAS[1]), f"?edu-to={SCHOOL}&edu-from=0000000700099XX00531")
    strict = Afzender(
        endpoint_for=afzender.endpoint_for,
        cert=afzender.cert,
        key=afzender.key,
        trust=afzender.trust,
        mag_ontvangen=lambda *_: False,
    )
    told = wereld.toets.stuur_resultaten(strict)
    assert [item.reden for item in told] == ["andere OIN", "geen endpoint"]
    assert (wereld.toets.openstaand, las.bodies) == (2, [])
    plain = Afzender(endpoint_for=lambda _: "http://x.example", cert=afzender.cert, key=afzender.key, trust=afzender.trust)
    with pytest.raises(ValueError, match="https"):
        wereld.toets.stuur_opnieuw(plain)
    assert wereld.toets.openstaand == 2
    assert [item.status for item in wereld.toets.stuur_opnieuw(afzender)] == [202, None]
    assert wereld.toets.openstaand == 1


def test_double_ones_that_are_refused_wait_twice(wereld: Wereld, las: Las, afzender: Afzender) -> None:
    wereld.registreer(KLAS[0])
    las.status = lambda number: 503 if number == 2 else 202
    wereld.toets.stuur_resultaten(afzender, afwijkingen=[A.DUBBEL])
    assert las.bodies[0] == las.bodies[1]
    assert [item.status for item in wereld.toets.stuur_opnieuw(afzender)] == [202]
    assert wereld.toets.openstaand == 0


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_any_bytes_can_be_sent(wereld: Wereld, las: Las, afzender: Afzender, content_type: str) -> None:
    las.status = lambda _: 422
    told = wereld.toets.stuur_bericht(afzender, b"\xff{", edu_to=ROUTING, edu_from=SCHOOL, content_type=content_type)
    assert (told.status, las.bodies, las.kinds) == (422, [b"\xff{"], [content_type])
    assert wereld.toets.openstaand == 0
    [noted] = wereld.toets.verkeer.verzonden
    assert noted.verzoek.body == b"\xff{"


def test_a_chain_pushes_once_more_what_its_las_refused(eigen_keten: Keten) -> None:
    [school] = eigen_keten.bedenk_scholen(1, leerlingen=3)
    eigen_keten.terugweg.antwoord_met(Antwoord(503), Antwoord(zonder_antwoord=True), keer=1)
    first = eigen_keten.stuur_resultaten("ICE", school, afwijkingen=[A.EXTRA_VELDEN])
    assert [(item.status, item.reden) for item in first] == [(503, ""), (None, "RemoteDisconnected"), (202, "")]
    assert [item.status for item in eigen_keten.stuur_opnieuw("ICE")] == [202, 202]
    with eigen_keten.client() as client:
        assert len(list(client.resultaten(school))) == 3
    # Cut off after it was processed: the second time it is the same result, and not another one.
    assert len(eigen_keten.terugweg.verkeer) == 5
