"""Building a list of participants: what comes out, and what is refused where."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from typing import Any

import pytest

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht, build_deelnemersbericht
from doorstroom_client.messages.leerlingen import Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School

SCHOOL = School(
    instellingscode="99XX",
    vestigingscode="00",
    onderwijsaanbiedercode="123A123",
    onderwijslocatiecode="123X123",
    administratienr="01",
    routeringskenmerk="0000000700099XX00530",
)
ECK = "https://ketenid.nl/201703/" + "0123456789abcdef" * 8
SECRET = "Geheim4711"
GROUP = Stamgroep("g1", "8A")


def pupil(**more: Any) -> Deelnemer:
    values: dict[str, Any] = {
        "leerling": Leerling(las_key="k1"),
        "achternaam": "Berg",
        "roepnaam": "Aatje",
        "voorletters": "ABC",
        "geboortedatum": "2014-07-12",
        "groep": "g1",
        **more,
    }
    return Deelnemer(**values)


def build(deelnemers: Any, groepen: Any = (GROUP,), **more: Any) -> Deelnemersbericht:
    values: dict[str, Any] = {
        "afspraak": Afspraak.met_naam("1.1"),
        "schooljaar": "2025-2026",
        "auteur": "LAS 1.0",
        "datumtijd": dt.datetime(2025, 11, 3, 9, 0, tzinfo=dt.UTC),
        **more,
    }
    return build_deelnemersbericht(SCHOOL, groepen, deelnemers, **values)


def sent(*deelnemers: Deelnemer, **more: Any) -> Any:
    return json.loads(encode(build(deelnemers, **more)))


def refused(deelnemers: Any, groepen: Any = (GROUP,), **more: Any) -> MessageError:
    with pytest.raises(MessageError) as caught:
        build(deelnemers, groepen, **more)
    assert SECRET not in str(caught.value) + repr(caught.value) + repr(caught.value.problems) + repr(caught.value.args)
    return caught.value


def test_the_message() -> None:
    assert sent(
        pupil(
            leerling=Leerling(ECK, "k1"),
            voorvoegsel="van der",
            geslacht=2,
            geboortedatum=dt.date(2014, 7, 12),
        )
    ) == {
        "datumtijd": "2025-11-03T09:00:00Z",
        "auteur": "LAS 1.0",
        "versie": "Doorstroomtoetsketen_v1.1",
        "profiel": "Toetsdeelnemers",
        "schooljaar": "2025-2026",
        "deelnemersgroep": {
            "instellingscode": "99XX",
            "vestigingscode": "00",
            "onderwijsaanbiedercode": "123A123",
            "onderwijslocatiecode": "123X123",
            "administratienr": "01",
        },
        "groepen": [
            {
                "label": "Stamgroep",
                "id": "g1",
                "omschrijving": "8A",
                "niveau": {"label": "Jaargroep", "niveau": "8"},
            }
        ],
        "deelnemers": [
            {
                "label": "Leerling",
                "deelnemerref": [
                    {"label": "ECK-iD", "onderwijsdeelnemerID": ECK},
                    {"label": "LAS-key", "onderwijsdeelnemerID": "k1"},
                ],
                "achternaam": "Berg",
                "voorvoegsel": "van der",
                "roepnaam": "Aatje",
                "groep": "g1",
                "niveau": {"label": "Jaargroep", "niveau": "8"},
                "extensie": {
                    "label": "Demografisch",
                    "voorletters": "ABC",
                    "geboortedatum": "2014-07-12",
                    "geslacht": 2,
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("achternaam", "x" * 70),
        ("achternaam", "漢" * 70),
        ("achternaam", "e\u0301" * 70),
        ("achternaam", "😀" * 70),
        ("achternaam", "d'Ancona-Jansen"),
        ("achternaam", "-"),
        ("achternaam", 'a"b\\c/d'),
        ("roepnaam", "x" * 64),
        ("roepnaam", "Zoë-Łucja"),
        ("voorvoegsel", "van der"),
        ("voorvoegsel", "x" * 10),
        ("voorvoegsel", "'t"),
    ],
)
def test_names_go_out_composed(field: str, value: str) -> None:
    assert sent(pupil(**{field: value}))["deelnemers"][0][field] == unicodedata.normalize("NFC", value)


def test_surrounding_spaces_are_dropped() -> None:
    item = sent(pupil(achternaam="  Berg\u00a0", roepnaam=" A ", voorvoegsel=" de ", groep=" g1 "))["deelnemers"][0]
    assert (item["achternaam"], item["roepnaam"], item["voorvoegsel"], item["groep"]) == (
        "Berg",
        "A",
        "de",
        "g1",
    )


@pytest.mark.parametrize("value", [None, ""])
def test_without_voorvoegsel_the_field_is_absent(value: str | None) -> None:
    assert "voorvoegsel" not in sent(pupil(voorvoegsel=value))["deelnemers"][0]


@pytest.mark.parametrize("value", ["A", "ABCDEF", "ÉÅ", "E\u0301A\u030a", "Ж", "ĳ"])
def test_initials_that_fit(value: str) -> None:
    extension = sent(pupil(voorletters=value))["deelnemers"][0]["extensie"]
    assert extension["voorletters"] == unicodedata.normalize("NFC", value)


@pytest.mark.parametrize(("value", "written"), [(None, 9), (1, 1), (2, 2), (9, 9)])
def test_geslacht(value: int | None, written: int) -> None:
    assert sent(pupil(geslacht=value))["deelnemers"][0]["extensie"]["geslacht"] == written


@pytest.mark.parametrize("value", [None, 1, 9, 7, "m"])
def test_geslacht_is_not_sent_when_the_agreement_has_none(value: Any) -> None:
    coming = Afspraak.met_naam("1.1").volgende(naam="n", versie="Doorstroomtoetsketen_v9.9", eerste_schooljaar="2026-2027")
    message = sent(pupil(geslacht=value), afspraak=coming, schooljaar="2026-2027")
    assert set(message["deelnemers"][0]["extensie"]) == {"label", "voorletters", "geboortedatum"}
    assert message["versie"] == "Doorstroomtoetsketen_v9.9"


REFUSED: list[tuple[str, Any]] = [
    *(
        ("achternaam", value)
        for value in (
            None,
            "",
            " ",
            "\u00a0",
            "x" * 71,
            1,
            b"x",
            f"{SECRET}\n{SECRET}",
            f"{SECRET}\x00",
            f"{SECRET}\x85x",
            f"\u202e{SECRET}",
            f"{SECRET}\u200fx",
            f"{SECRET}\u2028x",
            f"{SECRET}\u2066",
            f"{SECRET}\ufeffx",
            f"{SECRET}\ud800",
            f"{SECRET}\udfff",
            "\u0958" * 36,
        )
    ),
    *(("achternaam", value) for value in ("\u200b", "\u2060", "\u061c", f"{SECRET}\u061c")),
    *(("roepnaam", value) for value in (None, "", "\t", "x" * 65, 1, f"{SECRET}\rx", f"{SECRET}\ud800", "\u200d")),
    *(
        ("voorletters", value)
        for value in (
            None,
            "",
            " ",
            "A.B.",
            "A B",
            "A-B",
            "A1",
            "ABCDEFG",
            "A\u0000",
            "_",
            1,
            "²",
            "½",
            "Ⅷ",
            "A\ud800",
        )
    ),
    *(("voorvoegsel", value) for value in ("x" * 11, "van der van", f"de\n{SECRET}", 1, f"{SECRET}\ud800")),
    *(
        ("geboortedatum", value)
        for value in (
            None,
            "",
            "2014-02-30",
            "2014-13-01",
            "14-07-12",
            "2014-7-12",
            "12-07-2014",
            "2014-07-12T00:00:00Z",
            "20140712",
            "2014-W28-6",
            "2014-07-12\n",
            " 2014-07-12",
            "\u0662\u0660\u0661\u0664-07-12",
            "0000-01-01",
            20140712,
            dt.datetime(2014, 7, 12),
            dt.datetime(2014, 7, 12, tzinfo=dt.UTC),
            SECRET,
        )
    ),
    *(("groep", value) for value in (None, "", " ", "g2", "G1", 1, SECRET, f"g1\n{SECRET}", "x" * 257, f"{SECRET}\ud800")),
    *(("jaargroep", value) for value in (None, "", "6", "9", "C", "S", 8, 8.0, "8 ", SECRET)),
    *(("geslacht", value) for value in (0, 3, "1", "", 1.0, True, False, SECRET, [1])),
]


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_what_is_refused_is_named_by_its_place(field: str, value: Any) -> None:
    error = refused([pupil(leerling=Leerling(las_key="k0")), pupil(**{field: value})])
    assert {problem.path for problem in error.problems} == {f"deelnemers[1].{field}"}
    assert error.path == f"deelnemers[1].{field}"
    assert str(error).startswith(f"deelnemerslijst: deelnemers[1].{field}: ")


@pytest.mark.parametrize(
    ("leerling", "path"),
    [
        (Leerling(), "leerling"),
        (Leerling(eck_id=SECRET), "leerling.eck_id"),
        (Leerling(ECK, ""), "leerling.las_key"),
        (Leerling(las_key=f"{SECRET} "), "leerling.las_key"),
        (Leerling(las_key=f"{SECRET}\ud800"), "leerling.las_key"),
        (SECRET, "leerling"),
    ],
)
def test_identities_are_checked(leerling: Any, path: str) -> None:
    assert refused([pupil(leerling=leerling)]).path == f"deelnemers[0].{path}"


@pytest.mark.parametrize(
    ("group", "path"),
    [
        (Stamgroep("", "8A"), "id"),
        (Stamgroep("x" * 257, "8A"), "id"),
        (Stamgroep(None, "8A"), "id"),  # type: ignore[arg-type]
        (Stamgroep(["g"], "8A"), "id"),  # type: ignore[arg-type]
        (Stamgroep("a\nb", "8A"), "id"),
        (Stamgroep("a\ud800", "8A"), "id"),
        (Stamgroep("g2", ""), "omschrijving"),
        (Stamgroep("g2", "x" * 65), "omschrijving"),
        (Stamgroep("g2", "\u202e8A"), "omschrijving"),
        (Stamgroep("g2", None), "omschrijving"),  # type: ignore[arg-type]
        (Stamgroep("g2", "8A", "6"), "niveau"),
        (Stamgroep("g2", "8A", "c"), "niveau"),
        (Stamgroep("g2", "8A", 8), "niveau"),  # type: ignore[arg-type]
        (Stamgroep("g2", "8A", None), "niveau"),  # type: ignore[arg-type]
        (Stamgroep("g1", "8B"), "id"),
        (Stamgroep(" g1 ", "8B"), "id"),
    ],
)
def test_groups_are_checked(group: Stamgroep, path: str) -> None:
    error = refused([pupil()], [GROUP, group])
    assert [problem.path for problem in error.problems] == [f"groepen[1].{path}"]


def test_a_decomposed_group_id_is_the_same_group() -> None:
    item = sent(pupil(groep="e\u0301"), groepen=[Stamgroep("\u00e9", "8A")])
    assert item["deelnemers"][0]["groep"] == item["groepen"][0]["id"] == "\u00e9"
    error = refused([pupil(groep="\u00e9")], [Stamgroep("\u00e9", "8A"), Stamgroep("e\u0301", "8B")])
    assert error.path == "groepen[1].id"


@pytest.mark.parametrize("niveau", ["7", "8", "C", "S"])
def test_all_group_levels(niveau: str) -> None:
    assert sent(pupil(), groepen=[Stamgroep("g1", "8A", niveau)])["groepen"][0]["niveau"]["niveau"] == niveau


def test_empty_lists_and_strangers() -> None:
    assert [problem.path for problem in refused([], []).problems] == ["groepen", "deelnemers"]
    assert refused([SECRET]).path == "deelnemers[0]"
    assert refused([None]).path == "deelnemers[0]"
    assert refused([pupil()], [GROUP, SECRET]).path == "groepen[1]"


def test_a_pupil_stands_in_a_list_once() -> None:
    error = refused([pupil(leerling=Leerling(ECK, SECRET)), pupil(leerling=Leerling(las_key=SECRET))])
    assert [problem.path for problem in error.problems] == ["deelnemers[1].leerling.las_key"]


def test_everything_is_listed_at_once() -> None:
    error = refused(
        [
            pupil(
                achternaam="",
                roepnaam=None,
                voorletters="A.",
                geboortedatum=SECRET,
                groep="g9",
                jaargroep="6",
                geslacht=5,
            ),
            pupil(leerling=Leerling(SECRET), voorvoegsel="x" * 11),
        ],
        [Stamgroep("", "8A"), GROUP],
        auteur="",
    )
    assert {problem.path for problem in error.problems} == {
        "groepen[0].id",
        *(
            f"deelnemers[0].{name}"
            for name in (
                "achternaam",
                "roepnaam",
                "voorletters",
                "geboortedatum",
                "groep",
                "jaargroep",
                "geslacht",
            )
        ),
        "deelnemers[1].leerling.eck_id",
        "deelnemers[1].voorvoegsel",
        "auteur",
    }
    assert len(error.problems) == 11


def test_a_moment_without_zone_is_listed_with_the_rest() -> None:
    error = refused([pupil(achternaam="")], datumtijd=dt.datetime(2026, 1, 20))
    assert {problem.path for problem in error.problems} == {"deelnemers[0].achternaam", "datumtijd"}


@pytest.mark.parametrize("year", ["2025", "2025-2027", "", None])
def test_the_school_year_is_checked(year: Any) -> None:
    assert refused([pupil()], schooljaar=year).path == "schooljaar"


def test_the_agreement_must_fit() -> None:
    for naam, year in (("1.1", "2026-2027"), ("1.0", "2025-2026")):
        with pytest.raises(ConfigurationError):
            build([pupil()], afspraak=Afspraak.met_naam(naam), schooljaar=year)
    message = sent(pupil(), afspraak=Afspraak.met_naam("1.0"), schooljaar="2024-2025")
    assert message["versie"] == "Doorstroomtoetsketen_v1.0"


def test_input_is_not_changed_and_iterators_are_fine() -> None:
    items = [pupil(achternaam="e\u0301")]
    build(iter(items), iter([GROUP]))
    assert items[0].achternaam == "e\u0301"
