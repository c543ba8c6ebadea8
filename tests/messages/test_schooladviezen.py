"""Building a list of advice: what comes out, and what is refused where."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.adviezenbericht import Adviezenbericht, build_adviezenbericht
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.leerlingen import Advies, Leerling
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Schooladvies

SCHOOL = School(
    instellingscode="99XX",
    vestigingscode="00",
    onderwijsaanbiedercode="123A123",
    onderwijslocatiecode="123X123",
    administratienr="01",
    routeringskenmerk="0000000700099XX00530",
)
ECK = "https://ketenid.nl/201703/" + "0123456789abcdef" * 8
OTHER_ECK = ECK[:-1] + "0"
SECRET = "geheim-4711"


def build(adviezen: Any, **more: Any) -> Adviezenbericht:
    values: dict[str, Any] = {
        "afspraak": Afspraak.met_naam("1.1"),
        "schooljaar": "2025-2026",
        "auteur": "LAS 1.0",
        "datumtijd": dt.datetime(2026, 1, 20, 12, 30, 15, 999999, tzinfo=dt.UTC),
        **more,
    }
    return build_adviezenbericht(SCHOOL, adviezen, **values)


def refused(adviezen: Any, **more: Any) -> MessageError:
    with pytest.raises(MessageError) as caught:
        build(adviezen, **more)
    assert SECRET not in str(caught.value) + repr(caught.value) + repr(caught.value.problems) + repr(caught.value.args)
    return caught.value


def test_the_message() -> None:
    message = build(iter([Advies(Leerling(ECK, "k1"), "VMBO_GL/TL"), Advies(Leerling(las_key="k2"), Schooladvies.HAVO)]))
    assert json.loads(encode(message)) == {
        "datumtijd": "2026-01-20T12:30:15Z",
        "auteur": "LAS 1.0",
        "versie": "Doorstroomtoetsketen_v1.1",
        "profiel": "Schooladviezen",
        "schooljaar": "2025-2026",
        "deelnemersgroep": {
            "instellingscode": "99XX",
            "vestigingscode": "00",
            "onderwijsaanbiedercode": "123A123",
            "onderwijslocatiecode": "123X123",
            "administratienr": "01",
        },
        "voorlopigSchooladviezen": [
            {
                "deelnemerref": [
                    {"label": "ECK-iD", "onderwijsdeelnemerID": ECK},
                    {"label": "LAS-key", "onderwijsdeelnemerID": "k1"},
                ],
                "advies": "VMBO_GL/TL",
            },
            {"deelnemerref": [{"label": "LAS-key", "onderwijsdeelnemerID": "k2"}], "advies": "HAVO"},
        ],
    }
    assert encode(message).startswith(b'{"datumtijd":')


@pytest.mark.parametrize("value", list(Schooladvies))
def test_all_values_go_out_unchanged(value: Schooladvies) -> None:
    for form in (value, str(value)):
        body = encode(build([Advies(Leerling(las_key="k"), form)]))
        assert json.loads(body)["voorlopigSchooladviezen"][0]["advies"] == value.value


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (dt.datetime(2026, 1, 1, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))), "2025-12-31T23:30:00Z"),
        (dt.datetime(2026, 1, 1, 23, 59, 59, 999999, tzinfo=dt.UTC), "2026-01-01T23:59:59Z"),
        (
            dt.datetime(2026, 1, 1, tzinfo=dt.timezone(-dt.timedelta(hours=2, minutes=30))),
            "2026-01-01T02:30:00Z",
        ),
        (dt.datetime(999, 1, 1, tzinfo=dt.UTC), "0999-01-01T00:00:00Z"),
    ],
)
def test_moments_are_written_in_utc(moment: dt.datetime, text: str) -> None:  # quirk Q15
    assert json.loads(encode(build([Advies(Leerling(las_key="k"), "VWO")], datumtijd=moment)))["datumtijd"] == text


@pytest.mark.parametrize(
    ("leerling", "advies", "path"),
    [
        (Leerling(), "VWO", "leerling"),
        (Leerling(eck_id=""), "VWO", "leerling.eck_id"),
        (Leerling(eck_id=SECRET), "VWO", "leerling.eck_id"),
        (Leerling(eck_id=ECK.upper()), "VWO", "leerling.eck_id"),
        (Leerling(eck_id=ECK + "\n"), "VWO", "leerling.eck_id"),
        (Leerling(eck_id=1), "VWO", "leerling.eck_id"),  # type: ignore[arg-type]
        (Leerling(las_key=""), "VWO", "leerling.las_key"),
        (Leerling(las_key=f"{SECRET} x"), "VWO", "leerling.las_key"),
        (Leerling(las_key=f"{SECRET}{'x' * 256}"), "VWO", "leerling.las_key"),
        (Leerling(ECK, f"{SECRET}\x00"), "VWO", "leerling.las_key"),
        (Leerling(las_key=4711), "VWO", "leerling.las_key"),  # type: ignore[arg-type]
        (SECRET, "VWO", "leerling"),
        (None, "VWO", "leerling"),
        (Leerling(las_key="k"), "", "advies"),
        (Leerling(las_key="k"), None, "advies"),
        (Leerling(las_key="k"), SECRET, "advies"),
        (Leerling(las_key="k"), "vwo", "advies"),
        (Leerling(las_key="k"), "VWO ", "advies"),
        (Leerling(las_key="k"), "VMBO_GL_TL", "advies"),
        (Leerling(las_key="k"), 5, "advies"),
        (Leerling(las_key="k"), ["VWO"], "advies"),
    ],
)
def test_what_is_refused_is_named_by_its_place(leerling: Any, advies: Any, path: str) -> None:
    fine = [Advies(Leerling(las_key=f"fine{at}"), "VWO") for at in range(3)]
    error = refused([*fine, Advies(leerling, advies)])
    assert error.path == f"adviezen[3].{path}"
    assert len(error.problems) == 1
    assert str(error).startswith(f"schooladviezenlijst: adviezen[3].{path}: ")


@pytest.mark.parametrize("item", [SECRET, None, 1, {"leerling": SECRET}, Leerling(las_key=SECRET)])
def test_something_else_than_an_advice(item: Any) -> None:
    assert refused([item]).path == "adviezen[0]"


@pytest.mark.parametrize(
    ("first", "second", "paths"),
    [
        (Leerling(ECK), Leerling(ECK), ["adviezen[1].leerling.eck_id"]),
        (Leerling(las_key=SECRET), Leerling(OTHER_ECK, SECRET), ["adviezen[1].leerling.las_key"]),
        (
            Leerling(ECK, "k"),
            Leerling(ECK, "k"),
            ["adviezen[1].leerling.eck_id", "adviezen[1].leerling.las_key"],
        ),
    ],
)
def test_a_pupil_stands_in_a_list_once(first: Leerling, second: Leerling, paths: list[str]) -> None:
    error = refused([Advies(first, "VWO"), Advies(second, "HAVO")])
    assert [problem.path for problem in error.problems] == paths
    assert "adviezen[0].leerling" in str(error)


def test_the_same_text_as_another_kind_of_identity_is_no_double() -> None:
    build([Advies(Leerling(eck_id="a"), "VWO"), Advies(Leerling(las_key="a"), "VWO")], test_identities=True)


def test_an_example_eck_id_only_goes_in_tests() -> None:
    assert refused([Advies(Leerling(eck_id="leerling-abc123"), "VWO")]).path == "adviezen[0].leerling.eck_id"
    build([Advies(Leerling(eck_id="leerling-abc123"), "VWO")], test_identities=True)
    assert refused([Advies(Leerling(eck_id="a b"), "VWO")], test_identities=True).path == "adviezen[0].leerling.eck_id"


def test_an_empty_list() -> None:
    assert refused([]).path == "adviezen"


@pytest.mark.parametrize("auteur", ["", "  ", "a\nb", "\u202eLAS", "x" * 257, None, 1, "\ud800"])
def test_the_author_is_checked(auteur: Any) -> None:
    assert refused([Advies(Leerling(las_key="k"), "VWO")], auteur=auteur).path == "auteur"


@pytest.mark.parametrize(
    "moment",
    [dt.datetime(2026, 1, 20), None, "2026-01-20T12:00:00Z", dt.date(2026, 1, 20)],
)
def test_the_moment_is_checked(moment: Any) -> None:
    assert refused([Advies(Leerling(las_key="k"), "VWO")], datumtijd=moment).path == "datumtijd"


@pytest.mark.parametrize("year", ["2025", "2025-2027", "", None, 2025, "2025-2026\n"])
def test_the_school_year_is_checked(year: Any) -> None:
    assert refused([Advies(Leerling(las_key="k"), "VWO")], schooljaar=year).path == "schooljaar"


def test_everything_is_listed_at_once() -> None:
    error = refused(
        [
            Advies(Leerling(SECRET, f"{SECRET} "), SECRET),
            Advies(Leerling(las_key="k"), "VWO"),
            SECRET,
            Advies(Leerling(las_key="k"), "vwo"),
        ],
        auteur="",
    )
    assert [problem.path for problem in error.problems] == [
        "adviezen[0].leerling.eck_id",
        "adviezen[0].leerling.las_key",
        "adviezen[0].advies",
        "adviezen[2]",
        "adviezen[3].leerling.las_key",
        "adviezen[3].advies",
        "auteur",
    ]
    assert all(problem.path in str(error) for problem in error.problems)


def test_a_moment_without_zone_is_listed_with_the_rest() -> None:
    error = refused([Advies(Leerling(las_key="k"), "vwo")], datumtijd=dt.datetime(2026, 1, 20))
    assert {problem.path for problem in error.problems} == {"adviezen[0].advies", "datumtijd"}


def test_a_long_list_of_problems_is_cut_in_the_text_only() -> None:
    error = refused([Advies(Leerling(las_key=f"k{at}"), "vwo") for at in range(25)])
    assert len(error.problems) == 25
    assert "and 15 more" in str(error)
    assert "adviezen[10]" not in str(error)


def test_the_agreement_must_fit() -> None:
    good = [Advies(Leerling(las_key="k"), "VWO")]
    with pytest.raises(ConfigurationError) as caught:
        build(good, afspraak=Afspraak.met_naam("1.0"), schooljaar="2023-2024")
    assert "no exchange of schooladviezen" in str(caught.value)
    with pytest.raises(ConfigurationError):
        build(good, schooljaar="2026-2027")
    with pytest.raises(ConfigurationError):
        build(good, schooljaar="2024-2025")


def test_the_values_come_from_the_agreement() -> None:
    coming = Afspraak.met_naam("1.1").volgende(
        naam="next",
        versie="Doorstroomtoetsketen_v9.9",
        eerste_schooljaar="2026-2027",
        schooladviezen=("HAVO", "NIEUW_ADVIES"),
    )
    more: dict[str, Any] = {"afspraak": coming, "schooljaar": "2026-2027"}
    message = build([Advies(Leerling(las_key="k"), "NIEUW_ADVIES")], **more)
    assert message.versie == "Doorstroomtoetsketen_v9.9"
    error = refused([Advies(Leerling(las_key="k"), "VWO")], **more)
    assert error.path == "adviezen[0].advies"
    assert "HAVO, NIEUW_ADVIES" in str(error)


def test_a_message_is_frozen_and_closed() -> None:
    message = build([Advies(Leerling(las_key="k"), "VWO")])
    with pytest.raises(FrozenInstanceError):
        message.auteur = "x"  # type: ignore[misc]
    with pytest.raises(TypeError, match="meer"):
        replace(message, meer=1)
    with pytest.raises((AttributeError, TypeError)):
        message.meer = 1  # type: ignore[attr-defined]
