"""Whatever the builders make fits the published schema of its version."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from doorstroom_client.messages.adviezenbericht import build_adviezenbericht
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.bsn import looks_like_bsn
from doorstroom_client.messages.codec import decode_json, encode
from doorstroom_client.messages.deelnemersbericht import build_deelnemersbericht
from doorstroom_client.messages.identifiers import LasKey
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Schooladvies

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
YEARS = {"1.0": ("2023-2024", "2024-2025"), "1.1": ("2025-2026",)}
SLOW = settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))

# Bidi marks and controls are refused by design; combining marks are generated on purpose.
_LETTERS = st.characters(
    exclude_categories=("Cs", "Cc", "Zl", "Zp"),
    exclude_characters="\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
)
_MARKS = st.sampled_from("\u0301\u0308\u0327\u0323\u030a\u0342")


def texts(most: int) -> st.SearchStrategy[str]:
    """Visible names of 1..most characters once composed, with combining characters."""
    cluster = st.builds(lambda base, marks: base + "".join(marks), _LETTERS, st.lists(_MARKS, max_size=2))
    return (
        st.lists(cluster, min_size=1, max_size=most)
        .map("".join)
        .filter(lambda text: 1 <= len(unicodedata.normalize("NFC", text).strip()) <= most)
        .filter(lambda text: any(unicodedata.category(character) not in ("Cf", "Zs") for character in text))
    )


HEX = st.text("0123456789abcdef", min_size=128, max_size=128)
ECK_IDS = st.builds(lambda space, digits: f"https://ketenid.nl/{space}/{digits}", st.sampled_from(["201703", "pilot"]), HEX)
LAS_KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=256).filter(
    lambda text: LasKey.fits(text) and not looks_like_bsn(text)
)
PUPILS = st.one_of(
    st.builds(Leerling, eck_id=ECK_IDS),
    st.builds(Leerling, las_key=LAS_KEYS),
    st.builds(Leerling, eck_id=ECK_IDS, las_key=LAS_KEYS),
)
MOMENTS = st.datetimes(
    dt.datetime(2023, 1, 1),
    dt.datetime(2040, 1, 1),
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(-dt.timedelta(hours=11, minutes=30))]),
)
INITIALS = st.text(st.sampled_from("ABCXYZÉÖÅØŁĳабвñα"), min_size=1, max_size=6).map(
    lambda text: unicodedata.normalize("NFD", text)
)
DATES = st.dates(dt.date(1990, 1, 1), dt.date(2020, 12, 31))
BIRTHS = st.one_of(DATES, DATES.map(dt.date.isoformat))


@st.composite
def schools(draw: st.DrawFn) -> School:
    brin = draw(st.from_regex(r"[0-9]{2}[A-Z]{2}", fullmatch=True))
    return School(
        instellingscode=brin,
        vestigingscode=draw(st.from_regex(r"[0-9]{2}", fullmatch=True)),
        onderwijsaanbiedercode=draw(st.from_regex(r"[0-9]{3}A[0-9]{3}", fullmatch=True)),
        onderwijslocatiecode=draw(st.from_regex(r"[0-9]{3}X[0-9]{3}", fullmatch=True)),
        administratienr=draw(st.from_regex(r"[0-9]{2}", fullmatch=True)),
        routeringskenmerk=f"00000007000{brin}{draw(st.from_regex(r'[0-9]{5}', fullmatch=True))}",
    )


@st.composite
def participants(draw: st.DrawFn, year: str) -> dict[str, Any]:
    groups = draw(
        st.lists(
            st.builds(Stamgroep, texts(256), texts(64), st.sampled_from(["7", "8", "C", "S"])),
            min_size=1,
            max_size=3,
            unique_by=lambda group: unicodedata.normalize("NFC", group.id).strip(),
        )
    )
    pupils = draw(
        st.lists(
            st.builds(
                Deelnemer,
                leerling=PUPILS,
                achternaam=texts(70),
                roepnaam=texts(64),
                voorletters=INITIALS,
                geboortedatum=BIRTHS,
                groep=st.sampled_from([group.id for group in groups]),
                voorvoegsel=st.one_of(st.none(), st.just(""), texts(10)),
                jaargroep=st.sampled_from(["7", "8"]),
                geslacht=st.sampled_from([None, 1, 2, 9]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    _assume_different(pupil.leerling for pupil in pupils)
    return {
        "school": draw(schools()),
        "groepen": groups,
        "deelnemers": pupils,
        "schooljaar": year,
        "auteur": draw(texts(256)),
        "datumtijd": draw(MOMENTS),
    }


def _assume_different(pupils: Any) -> None:
    ids = [(kind, value) for pupil in pupils for kind, value in enumerate((pupil.eck_id, pupil.las_key)) if value]
    assume(len(ids) == len(set(ids)))


def check_common(body: bytes, refs: list[Any], given_pupils: list[Leerling], moment: dt.datetime) -> Any:
    message = decode_json(body)
    text = body.decode()
    assert unicodedata.is_normalized("NFC", text)
    assert MOMENT.match(message["datumtijd"])
    assert dt.datetime.fromisoformat(message["datumtijd"]) == moment.replace(microsecond=0)
    assert "null" not in re.sub(r'"(\\.|[^"\\])*"', "", text)
    for ref, pupil in zip(refs, given_pupils, strict=True):
        expected = [("ECK-iD", pupil.eck_id), ("LAS-key", pupil.las_key)]
        found = [(entry["label"], entry["onderwijsdeelnemerID"]) for entry in ref]
        assert found == [(label, value) for label, value in expected if value]
    return message


@SLOW
@given(data=st.data())
def test_participants_fit_the_schema(data: st.DataObject, definition: Any) -> None:
    afspraak = Afspraak.met_naam(definition.afspraak)
    values = data.draw(participants(data.draw(st.sampled_from(YEARS[afspraak.naam]))))
    body = encode(build_deelnemersbericht(afspraak=afspraak, **values))
    message = json.loads(body)
    assert definition.errors("Deelnemerslijst", message) == []
    refs = [item["deelnemerref"] for item in message["deelnemers"]]
    check_common(body, refs, [item.leerling for item in values["deelnemers"]], values["datumtijd"])
    for sent, item in zip(message["deelnemers"], values["deelnemers"], strict=True):
        assert sent["achternaam"] == unicodedata.normalize("NFC", item.achternaam).strip()
        assert sent["extensie"]["geboortedatum"] == str(item.geboortedatum)
        assert sent["extensie"]["geslacht"] == (item.geslacht or 9)
        assert ("voorvoegsel" in sent) == bool(item.voorvoegsel)
        assert sent["groep"] in [group["id"] for group in message["groepen"]]


@SLOW
@given(data=st.data())
def test_advice_fits_the_schema(data: st.DataObject, definitions: dict[str, Any]) -> None:
    definition, afspraak = definitions["1.1"], Afspraak.met_naam("1.1")
    advice = data.draw(
        st.lists(
            st.builds(
                Advies,
                PUPILS,
                st.one_of(st.sampled_from(Schooladvies), st.sampled_from([*map(str, Schooladvies)])),
            ),
            min_size=1,
            max_size=5,
        )
    )
    _assume_different(item.leerling for item in advice)
    moment = data.draw(MOMENTS)
    body = encode(
        build_adviezenbericht(
            data.draw(schools()),
            advice,
            afspraak=afspraak,
            schooljaar="2025-2026",
            auteur=data.draw(texts(256)),
            datumtijd=moment,
        )
    )
    message = json.loads(body)
    assert definition.errors("Schooladviezenlijst", message) == []
    refs = [item["deelnemerref"] for item in message["voorlopigSchooladviezen"]]
    check_common(body, refs, [item.leerling for item in advice], moment)
    assert [item["advies"] for item in message["voorlopigSchooladviezen"]] == [str(item.advies) for item in advice]


def test_all_advice_values_fit(definitions: dict[str, Any]) -> None:
    school = School(
        instellingscode="99XX",
        vestigingscode="00",
        onderwijsaanbiedercode="123A123",
        onderwijslocatiecode="123X123",
        administratienr="99",
        routeringskenmerk="0000000700099XX00530",
    )
    message = json.loads(
        encode(
            build_adviezenbericht(
                school,
                [Advies(Leerling(las_key=f"k{at}"), value) for at, value in enumerate(Schooladvies)],
                afspraak=Afspraak.met_naam("1.1"),
                schooljaar="2025-2026",
                auteur="x",
                datumtijd=dt.datetime(2026, 1, 20, tzinfo=dt.UTC),
            )
        )
    )
    assert definitions["1.1"].errors("Schooladviezenlijst", message) == []
    assert len(message["voorlopigSchooladviezen"]) == 17


@SLOW
@given(data=st.data())
def test_the_next_agreement_only_leaves_out_geslacht(data: st.DataObject, definitions: dict[str, Any]) -> None:
    current = Afspraak.met_naam("1.1")
    coming = current.volgende(naam="2026-2027", versie="Doorstroomtoetsketen_v9.9", eerste_schooljaar="2026-2027")
    values = data.draw(participants("2025-2026"))
    now = json.loads(encode(build_deelnemersbericht(afspraak=current, **values)))
    later = json.loads(encode(build_deelnemersbericht(afspraak=coming, **{**values, "schooljaar": "2026-2027"})))
    assert later["versie"] == "Doorstroomtoetsketen_v9.9"
    assert later["schooljaar"] == "2026-2027"
    assert "geslacht" not in json.dumps([list(item["extensie"]) for item in later["deelnemers"]])
    for item in now["deelnemers"]:
        del item["extensie"]["geslacht"]
    assert later == {**now, "versie": later["versie"], "schooljaar": "2026-2027"}
    errors = definitions["1.1"].errors("Deelnemerslijst", later)
    assert errors == sorted(
        [f"deelnemers.{at}.extensie: required" for at in range(len(later["deelnemers"]))] + ["versie: enum"]
    )
