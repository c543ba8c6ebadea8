"""EDEXML and UWLR leerlinggegevens: every version is read the same, and every rule is kept."""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import SCHOOL

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.leerlingen import Deelnemer, Leerling, Stamgroep
from doorstroom_client.readers.edexml import Edexml, Ernst, Keuze, read_edexml, stream_edexml

from .edex import CANARY, Node, document, eck, node, pupil, school, uwlr, written

DAY = dt.date(2026, 3, 10)


def read(source: Node | bytes, **more: Any) -> Edexml:
    content = written(source) if isinstance(source, Node) else source
    return read_edexml(content, school=SCHOOL, keuze=Keuze(**{"peildag": DAY, **more}))


def problems(found: Edexml) -> list[str]:
    """Element, code and how serious, of each finding."""
    return [f"{item.element} {item.code}{'' if item.ernst is Ernst.FOUT else ' (let op)'}" for item in found.problemen]


def keys(found: Edexml) -> list[str | None]:
    return [item.leerling.las_key for item in found.deelnemers]


# --- every version ---


def test_everything_of_a_pupil() -> None:
    found = read(document())
    assert problems(found) == []
    assert found.groepen == (
        Stamgroep("0000000700011BB00530-g8a", "G8A", "8"),
        Stamgroep("0000000700011BB00530-g8b", "G8B", "8"),
    )
    assert found.deelnemers[0] == Deelnemer(
        leerling=Leerling(eck(1), "las-0"),
        achternaam="Voorbeeld",
        voorvoegsel="van der",
        roepnaam="Roep0",
        voorletters="AB",
        geboortedatum=dt.date(2014, 5, 1),
        groep="0000000700011BB00530-g8a",
        jaargroep="8",
        geslacht=1,
    )
    assert keys(found) == ["las-0", "las-1"]
    assert found.overgeslagen == 2
    assert (found.soort, found.versie, found.schooljaar, found.auteur) == ("EDEXML", "2.1", "2025-2026", "Testpakket 1.0")
    assert (found.peildatum, found.leeg, found.naam) == (dt.date(2025, 10, 1), "", "xml")
    found.raise_if_any()


def test_the_directory_has_every_pupil() -> None:
    found = read(document())
    assert len(found.leerlingen) == 4
    known = found.leerlingen.find(Leerling(None, "las-3"))
    assert known is not None
    assert (known.naam, known.groep) == ("Roep3 van der Achternaam3", "G6")
    assert "leerlingen/leerling[4]" in known.plaats


@pytest.mark.parametrize("versie", ["1.0.3", "2.0", "2.1"])
def test_versions(versie: str) -> None:
    found = read(document(versie=versie))
    assert problems(found) == []
    assert keys(found) == ["las-0", "las-1"]
    assert [item.leerling.eck_id for item in found.deelnemers] == ([eck(1), eck(2)] if versie == "2.1" else [None, None])
    assert found.versie == versie


@pytest.mark.parametrize("prefix", ["l:", ""])
def test_a_uwlr_answer_gives_the_same(prefix: str) -> None:
    plain, answer = read(document()), read(uwlr(document(), prefix))
    assert (answer.deelnemers, answer.groepen) == (plain.deelnemers, plain.groepen)
    assert (answer.soort, problems(answer)) == ("UWLR", [])


@pytest.mark.parametrize("name", ["geenwijzigingen", "geengegevens"])
def test_a_uwlr_answer_without_news_is_no_error(name: str) -> None:
    body = uwlr(document()).decode()
    start, _, rest = body.partition("<l:leerlinggegevens>")
    found = read((start + f"<l:{name}/>" + rest.partition("</l:leerlinggegevens>")[2]).encode())
    assert (found.leeg, found.deelnemers, found.problemen) == (name, (), ())
    with pytest.raises(MessageError, match=name):
        found.raise_if_any()


def test_uwlr_without_keys_or_initials() -> None:
    """Version 2.3: the ECK-iD is the key, and the profiles leave fields out."""
    root = document(pupil(0).drop("voorletters-1"))
    del root["leerlingen/leerling"].attributes["key"]
    found = read(uwlr(root))
    assert problems(found) == ["leerlingen/leerling[1]/voorletters-1 ontbreekt"]
    assert len(found.leerlingen) == 1
    found = read(uwlr(root), voorletters_uit_voornamen=True)
    assert (found.deelnemers[0].leerling, found.deelnemers[0].voorletters) == (Leerling(eck(1)), "AB")


@pytest.mark.parametrize("name", ["structuur_antwoord", "leerlingen_antwoord", "leerkrachten_antwoord"])
def test_uwlr_in_steps_is_refused(name: str) -> None:
    body = f'<s:Envelope xmlns:s="x"><s:Body><{name} xmlns="{CANARY}"/></s:Body></s:Envelope>'
    assert "in steps" in refusal(body.encode())


ENCODINGS = ["utf-8", "utf-16", "iso-8859-1", "windows-1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings(encoding: str) -> None:
    root = document(pupil(0, achternaam="Fèbre-Müller"))
    assert read(written(root, encoding)).deelnemers[0].achternaam == "Fèbre-Müller"


def test_a_byte_order_mark_and_a_file_on_one_line() -> None:
    body = b"".join(line.strip() for line in written(document(pupil(0, achternaam=""))).splitlines())
    found = read(b"\xef\xbb\xbf" + body)
    assert [str(item) for item in found.problemen] == [
        "line 1, leerlingen/leerling[1]/achternaam: is missing or empty",
    ]


def test_comments_and_instructions_are_harmless() -> None:
    body = written(document(pupil(0, achternaam="AAAA"))).replace(b"AAAA", b"A<!-- x -->A<?php y ?>A<![CDATA[A]]>")
    assert read(body).deelnemers[0].achternaam == "AAAA"
    found = read(body.replace(b"<EDEX>", b"<!-- <!DOCTYPE EDEX> --><EDEX>").replace(b"<roepnaam>", b"<!--\n\n--><roepnaam>"))
    assert len(found.deelnemers) == 1


def test_order_and_unknown_elements_do_not_count() -> None:
    root = document(pupil(0))
    root["leerlingen/leerling"].children.reverse()
    root["leerlingen/leerling"].children.insert(0, node("nieuw", CANARY))
    root.children.insert(1, node("iets", "", node("leerling", "", key=CANARY)))
    assert keys(read(root)) == ["las-0"]


def test_a_file_in_parts(tmp_path: Path) -> None:
    """Pupils one at a time, from a path."""
    file = tmp_path / "EDEX.XML"
    file.write_bytes(written(document(*(pupil(number) for number in range(300)))))
    stroom = stream_edexml(file, school=SCHOOL, keuze=Keuze(peildag=DAY))
    found = [item.deelnemer for item in stroom]
    assert len(found) == 300
    assert found == list(read_edexml(file, school=SCHOOL, keuze=Keuze(peildag=DAY)).deelnemers)
    assert repr(stroom) == "EdexmlStroom('EDEX.XML')"


# --- which pupils ---


@pytest.mark.parametrize(
    ("group", "level", "chosen", "codes"),
    [
        ("g8a", "8", True, []),
        ("g8a", "08", True, []),
        ("g8a", None, True, []),  # a file of 1.0.3: the level of the group counts
        ("g7", None, False, []),
        ("g7", "8", True, []),  # the level of the pupil goes before that of the group
        ("g8a", "7", False, []),
        ("g8a", "H", False, []),
        ("g8a", "0", False, []),
        ("g8a", "12", False, []),
        ("gc", "8", True, []),
        ("gc", None, False, ["niet_af_te_leiden"]),
        ("g8a", "C", False, ["niet_af_te_leiden"]),
        ("gs", "S", False, ["niet_af_te_leiden"]),
        ("gs", None, False, ["niet_af_te_leiden"]),
        ("g8a", "9", False, ["vorm"]),
        ("elders", None, False, ["ontbreekt"]),
        ("mix", None, False, ["ontbreekt"]),
    ],
)
def test_the_level_of_a_pupil(group: str, level: str | None, chosen: bool, codes: list[str]) -> None:
    found = read(document(pupil(0, group, level)))
    assert bool(found.deelnemers) is chosen
    assert problems(found) == [f"leerlingen/leerling[1]/jaargroep {code}" for code in codes]
    assert found.overgeslagen == (not chosen and not codes)


def test_other_levels_on_request() -> None:
    root = document()
    assert keys(read(root, jaargroepen=("7",))) == ["las-2"]
    both = read(root, jaargroepen=["7", "8"])
    assert [item.jaargroep for item in both.deelnemers] == ["8", "8", "7"]
    assert [item.niveau for item in both.groepen] == ["8", "8", "7"]


def test_pupils_of_special_education() -> None:
    root = document(pupil(0, "gs", "S"), pupil(1, "gs", "S"), pupil(2, "gs", None))
    assert problems(read(root)) == [f"leerlingen/leerling[{number}]/jaargroep niet_af_te_leiden" for number in (1, 2, 3)]
    all_of_them = read(root, jaargroep_voor_s="8")
    assert [item.jaargroep for item in all_of_them.deelnemers] == ["8", "8", "8"]
    assert [item.niveau for item in all_of_them.groepen] == ["S"]
    some = read(root, jaargroep_voor_s="", jaargroep_van={"las-0": "8", eck(2): "7"})
    assert (keys(some), some.overgeslagen, problems(some)) == (["las-0"], 2, [])
    left_out = read(root, jaargroep_voor_s="8", jaargroep_van={"las-0": ""})
    assert keys(left_out) == ["las-1", "las-2"]


@pytest.mark.parametrize(
    ("text", "chosen", "code"),
    [
        ("", True, ""),
        ("2026-07-31", True, ""),
        ("2026-03-11+01:00", True, ""),
        ("2026-03-10", False, ""),
        ("2025-12-31Z", False, ""),
        ("31-12-2025", False, "vorm"),
        ("2026-02-30", False, "vorm"),
    ],
)
def test_a_pupil_who_has_left(text: str, chosen: bool, code: str) -> None:
    found = read(document(pupil(0, uitstroomdatum=text)))
    assert bool(found.deelnemers) is chosen
    assert problems(found) == ([f"leerlingen/leerling[1]/uitstroomdatum {code}"] if code else [])
    assert len(found.leerlingen) == 1


def test_the_day_is_today_unless_chosen() -> None:
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    yesterday = tomorrow - dt.timedelta(days=4)
    for day, chosen in ((tomorrow, 1), (yesterday, 0)):
        assert len(read(document(pupil(0, uitstroomdatum=day.isoformat())), peildag=None).deelnemers) == chosen


def test_one_vestiging() -> None:
    other = pupil(1)
    other.put("vestiging", key="v2")
    found = read(document(pupil(0), other))
    assert problems(found) == ["leerlingen vestigingen (let op)"]
    assert len(found.deelnemers) == 2
    assert keys(read(document(pupil(0), other), vestiging="v2")) == ["las-1"]


def test_nothing_of_a_pupil_who_takes_no_part_has_to_be_in_order() -> None:
    bare = node("leerling", "", node("jaargroep", "5"), key="#1")
    found = read(document(pupil(0), bare))
    assert (keys(found), problems(found), found.overgeslagen) == (["las-0"], [], 1)


def test_nobody_takes_part() -> None:
    found = read(document(pupil(0, "g7", "7")))
    with pytest.raises(MessageError, match="no pupil takes part; 1 of another jaargroep"):
        found.raise_if_any()
    empty = document()
    empty.drop("leerlingen")
    assert read(empty).deelnemers == ()


@pytest.mark.parametrize(
    "more",
    [
        {"jaargroepen": ()},
        {"jaargroepen": ("6",)},
        {"jaargroep_voor_s": "S"},
        {"jaargroep_van": {"geheim": "9"}},
        {"schooljaar": "2025"},
    ],
)
def test_a_choice_that_there_is_not(more: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Keuze(**more)
    assert caught.value.setting == next(iter(more))
    assert "geheim" not in str(caught.value) + repr(Keuze(jaargroep_van={"geheim": "8"}))


# --- one rule at a time: a file that is in order but for one thing ---

PUPIL = "leerlingen/leerling[2]"
Spoil = Callable[[Node], object]


def on(name: str, text: str) -> Spoil:
    return lambda root: root["leerlingen/leerling:1"].put(name, text)


def without(name: str) -> Spoil:
    return lambda root: root["leerlingen/leerling:1"].drop(name)


def attribute(name: str, value: str) -> Spoil:
    return lambda root: root["leerlingen/leerling:1"].attributes.update({name: value})


def of_school(name: str, text: str) -> Spoil:
    return lambda root: root["school"].put(name, text) if text else root["school"].drop(name)


RULES: dict[str, tuple[Spoil, str]] = {
    "achternaam missing": (without("achternaam"), f"{PUPIL}/achternaam ontbreekt"),
    "achternaam empty": (on("achternaam", "  "), f"{PUPIL}/achternaam ontbreekt"),
    "achternaam too long": (on("achternaam", "a" * 71), f"{PUPIL}/achternaam te_lang"),
    "achternaam with a lost letter": (on("achternaam", "Y?lmaz"), f"{PUPIL}/achternaam tekens"),
    "achternaam with a mark": (on("achternaam", "Yil\u202emaz"), f"{PUPIL}/achternaam tekens"),
    "achternaam in Windows letters": (on("achternaam", "Yil\u0092maz"), f"{PUPIL}/achternaam tekens"),
    "voorvoegsel too long": (on("voorvoegsel", "van den der"), f"{PUPIL}/voorvoegsel te_lang"),
    "roepnaam missing": (without("roepnaam"), f"{PUPIL}/roepnaam ontbreekt"),
    "roepnaam too long": (on("roepnaam", "a" * 65), f"{PUPIL}/roepnaam te_lang"),
    "voorletters missing": (without("voorletters-1"), f"{PUPIL}/voorletters-1 ontbreekt"),
    "voorletters too many": (on("voorletters-1", "ABCDEFG"), f"{PUPIL}/voorletters-1 vorm"),
    "voorletters no letters": (on("voorletters-1", "A1"), f"{PUPIL}/voorletters-1 vorm"),
    "geboortedatum missing": (without("geboortedatum"), f"{PUPIL}/geboortedatum ontbreekt"),
    "geboortedatum in Dutch": (on("geboortedatum", "01-05-2014"), f"{PUPIL}/geboortedatum vorm"),
    "geboortedatum that is no day": (on("geboortedatum", "2014-02-30"), f"{PUPIL}/geboortedatum vorm"),
    "geboortedatum in Arabic digits": (on("geboortedatum", "٢٠١٤-٠٥-٠١"), f"{PUPIL}/geboortedatum vorm"),
    "geslacht unknown": (on("geslacht", "3"), f"{PUPIL}/geslacht vorm"),
    "geslacht a letter": (on("geslacht", "m"), f"{PUPIL}/geslacht vorm"),
    "geslacht missing": (without("geslacht"), f"{PUPIL}/geslacht aangevuld (let op)"),
    "group missing": (without("groep"), f"{PUPIL}/groep ontbreekt"),
    "group unknown": (lambda root: root["leerlingen/leerling:1"].put("groep", key="x"), f"{PUPIL}/groep onbekende_verwijzing"),
    "group mixed": (lambda root: root["leerlingen/leerling:1"].put("groep", key="mix"), f"{PUPIL}/groep onbekende_verwijzing"),
    "identity missing": (
        lambda root: root["leerlingen/leerling:1"].attributes.clear(),
        f"{PUPIL} ontbreekt",
    ),
    "temporary key": (attribute("key", "#001"), f"{PUPIL}/@key geen_las_key (let op)"),
    "only a temporary key": (
        lambda root: root["leerlingen/leerling:1"].attributes.update({"key": "#001", "eckid": " "}),
        f"{PUPIL} ontbreekt",
    ),
    "key with spaces": (attribute("key", "a b"), f"{PUPIL}/@key vorm"),
    "key too long": (attribute("key", "a" * 257), f"{PUPIL}/@key vorm"),
    "eckid with spaces": (attribute("eckid", "a b"), f"{PUPIL}/@eckid vorm"),
    "key twice": (attribute("key", " las-0 "), f"{PUPIL}/@key dubbel"),
    "eckid twice": (attribute("eckid", eck(1)), f"{PUPIL}/@eckid dubbel"),
    "element twice": (
        lambda root: root["leerlingen/leerling:1"].children.append(node("roepnaam", "Ander")),
        f"{PUPIL}/roepnaam dubbel",
    ),
    "element with elements": (
        lambda root: root["leerlingen/leerling:1/roepnaam"].children.append(node("b", "x")),
        f"{PUPIL}/roepnaam vorm",
    ),
    "group without name": (lambda root: root["groepen/groep:1"].drop("naam"), "groepen/groep[2]/naam ontbreekt"),
    "group with a long name": (
        lambda root: root["groepen/groep:1"].put("naam", "a" * 65),
        "groepen/groep[2]/naam te_lang",
    ),
    "group of another level": (
        lambda root: root["groepen/groep:1"].put("jaargroep", "6"),
        "groepen/groep[2]/jaargroep combinatie (let op)",
    ),
    "group without key": (lambda root: root["groepen/groep:2"].attributes.clear(), "groepen/groep[3]/@key ontbreekt"),
    "group key twice": (
        lambda root: root["groepen/groep:2"].attributes.update(key="g8a "),
        "groepen/groep[3]/@key dubbel",
    ),
    "group key with a mark": (
        lambda root: root["groepen/groep:2"].attributes.update(key="a\u202eb"),
        "groepen/groep[3]/@key tekens",
    ),
    "achternaam that nobody sees": (on("achternaam", "\u200b"), f"{PUPIL}/achternaam ontbreekt"),
    "mixed group with the key of a group": (
        lambda root: root["groepen/samengestelde_groep"].attributes.update(key="g8a"),
        "groepen/samengestelde_groep[1]/@key dubbel",
    ),
    "schooljaar missing": (of_school("schooljaar", ""), "school/schooljaar vorm"),
    "schooljaar that is none": (of_school("schooljaar", "2025-2027"), "school/schooljaar vorm"),
    "schooljaar of another year": (of_school("schooljaar", "2024-2025"), "school/schooljaar anders"),
    "brincode missing": (of_school("brincode", ""), "school/brincode ontbreekt (let op)"),
    "brincode in Arabic digits": (of_school("brincode", "١١BB"), "school/brincode vorm"),
    "brincode of another school": (of_school("brincode", "11CC"), "school/brincode anders"),
    "dependancecode that is none": (of_school("dependancecode", "1"), "school/dependancecode vorm"),
    "dependancecode of another": (of_school("dependancecode", "01"), "school/dependancecode anders"),
    "school missing": (lambda root: root.drop("school"), "school ontbreekt"),
}


@pytest.mark.parametrize("name", RULES)
def test_one_rule_broken(name: str) -> None:
    spoil, expected = RULES[name]
    root = document()
    spoil(root)
    found = read(root, schooljaar="2025-2026")
    assert problems(found) == [expected]
    serious = "(let op)" not in expected
    about_second = expected.startswith((PUPIL, "groepen/groep[2]"))
    assert keys(found)[0] == "las-0"
    assert len(found.deelnemers) == (1 if serious and about_second else 2)
    body = written(root).decode().splitlines()
    [problem] = found.problemen
    if (
        problem.element.startswith("leerlingen")
        and "@" not in problem.element
        and problem.code not in ("ontbreekt", "aangevuld")
    ):
        assert f"<{problem.element.rpartition('/')[2]}" in body[problem.regel - 1]
    if serious:
        with pytest.raises(MessageError) as caught:
            found.raise_if_any()
        assert caught.value.problems == (problem.problem,)
    else:
        found.raise_if_any()


def test_a_vestigingscode_that_the_file_does_not_say() -> None:
    import dataclasses

    other = dataclasses.replace(SCHOOL, vestigingscode="02")
    root = document()
    root["school"].drop("dependancecode")
    found = read_edexml(written(root), school=other, keuze=Keuze(peildag=DAY))
    assert problems(found) == ["school/dependancecode ontbreekt (let op)"]
    assert problems(read(root)) == []


def test_a_group_that_cannot_be_used_takes_all_its_pupils_with_it() -> None:
    root = document(pupil(0), pupil(1))
    root["groepen/groep"].drop("naam")
    found = read(root)
    assert problems(found) == ["groepen/groep[1]/naam ontbreekt", "leerlingen/leerling[2]/groep groep"]
    assert found.deelnemers == ()


def test_a_key_twice_among_pupils_who_take_no_part_is_only_told() -> None:
    found = read(document(pupil(0), pupil(1, "g6", "6"), pupil(1, "g6", "6", roepnaam="Ander")))
    assert problems(found) == [f"leerlingen/leerling[3]/@{name} dubbel (let op)" for name in ("key", "eckid")]
    assert len(found.leerlingen.conflicten) == 2
    found.raise_if_any()
    mixed = read(document(pupil(0), pupil(0, "g6", "6", roepnaam="Ander")))
    assert problems(mixed) == [f"leerlingen/leerling[2]/@{name} dubbel" for name in ("key", "eckid")]


def test_spaces_and_signs_that_do_not_count() -> None:
    root = document(pupil(0, achternaam="\n  El   Idrissi\n", geboortedatum=" 2014-05-01+02:00 ", geslacht="00"))
    root["leerlingen/leerling"].attributes["key"] = " las-0 "
    root["leerlingen/leerling"].put("groep", key=" g8a")
    [found] = read(root).deelnemers
    assert (found.achternaam, found.geboortedatum, found.geslacht) == ("El Idrissi", dt.date(2014, 5, 1), 9)
    assert found.leerling.las_key == "las-0"


def test_an_eck_id_is_opaque() -> None:
    root = document(pupil(0))
    root["leerlingen/leerling"].attributes["eckid"] = "https://id.school/LL_..!@#$%^"
    assert read(root).deelnemers[0].leerling.eck_id == "https://id.school/LL_..!@#$%^"


def test_keys_that_are_no_las_keys() -> None:
    found = read(document(), sleutel_is_las_key=False)
    assert [item.leerling for item in found.deelnemers] == [Leerling(eck(1)), Leerling(eck(2))]


@pytest.mark.parametrize("text", ["2014-05-01+99:99", "2014-05-01+14:30", "2014-05-01+02:60", "2014-05-01 ", "2014-5-1"])
def test_a_zone_that_there_is_not(text: str) -> None:
    expected = [] if text.endswith(" ") else ["leerlingen/leerling[1]/geboortedatum vorm"]
    assert problems(read(document(pupil(1).put("geboortedatum", text)))) == expected


def test_a_second_school_is_told() -> None:
    rows = document(pupil(1))
    rows.children.insert(1, school("2025-2026"))
    assert problems(read(rows)) == ["school dubbel"]


def test_a_key_that_is_nothing_finds_nobody() -> None:
    found = read(document(pupil(1), pupil(2), pupil(3)))
    assert found.leerlingen.find(Leerling(las_key="las-2")) is not None
    rows = document(pupil(1), pupil(2), pupil(3))
    for number, key in enumerate(("NULL", "#REF!", "n/a")):
        rows[f"leerlingen/leerling:{number}"].attributes["key"] = key
        rows[f"leerlingen/leerling:{number}"].attributes.pop("eckid", None)
    found = read(rows)
    assert not found.deelnemers
    assert found.leerlingen.conflicten == ()
    assert [found.leerlingen.find(Leerling(las_key=key)) for key in ("NULL", "#REF!", "n/a")] == [None, None, None]


def test_the_key_of_a_group_that_is_nothing() -> None:
    rows = document(pupil(1))
    rows["groepen/groep"].attributes["key"] = "NULL"
    rows["leerlingen/leerling/groep"].attributes["key"] = "NULL"
    assert problems(read(rows)) == ["groepen/groep[1]/@key vorm", "leerlingen/leerling[1]/groep onbekende_verwijzing"]


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01T00:00:00", "1970-01-01Z", "NULL", "n/a", "-"]
)
def test_a_day_of_leaving_that_programs_write_for_none(text: str) -> None:
    found = read(document(pupil(1).put("uitstroomdatum", text)))
    assert keys(found) == ["las-1"]
    assert problems(found) == ["leerlingen/leerling[1]/uitstroomdatum als_leeg (let op)"]


@pytest.mark.parametrize("text", ["#REF!", "31-12-2025", "2026-02-30"])
def test_a_day_of_leaving_that_is_no_day(text: str) -> None:
    assert problems(read(document(pupil(1).put("uitstroomdatum", text)))) == ["leerlingen/leerling[1]/uitstroomdatum vorm"]


def test_when_a_second_pupil_has_a_null_for_a_name_the_first_is_refused_as_well() -> None:
    rows = document(*(pupil(number) for number in range(1, 5)))
    for number in (0, 2):
        rows[f"leerlingen/leerling:{number}"].put("roepnaam", "NULL")
    rows["leerlingen/leerling:3"].put("achternaam", "NULL")
    found = read(rows)
    assert keys(found) == ["las-2", "las-4"]
    assert problems(found) == [
        "leerlingen/leerling[1]/roepnaam tekens",
        "leerlingen/leerling[3]/roepnaam tekens",
        "leerlingen/leerling[4]/achternaam tekens (let op)",
    ]
    streamed = [item.deelnemer is not None for item in stream_edexml(written(rows), school=SCHOOL, keuze=Keuze(peildag=DAY))]
    assert streamed == [True, True, False, True]


@pytest.mark.parametrize(
    ("content", "encoding", "evidence"),
    [
        (b'<?xml version="1.0" encoding="windows-1252"?>\n%s', "WINDOWS-1252", "as it declares"),
        (b"%s", "UTF-8", "as XML is that declares none"),
        (b"\xef\xbb\xbf%s", "UTF-8", "seen by its mark"),
    ],
)
def test_the_encoding_is_told(content: bytes, encoding: str, evidence: str) -> None:
    plain = written(document(pupil(1))).split(b"?>", 1)[1].lstrip()
    found = read(content % plain)
    assert (found.encoding, found.evidence) == (encoding, evidence)


def test_letters_of_windows_without_a_word_of_it() -> None:
    content = written(document(pupil(1).put("roepnaam", "Zoe"))).split(b"?>", 1)[1].replace(b"Zoe", b"Zo\xeb")
    with pytest.raises(MessageError, match="is not text in UTF-8, and declares no other encoding"):
        read(content.lstrip())


def test_names_from_the_given_names() -> None:
    root = document(pupil(0, voornamen="Anne-Marie Bea", roepnaam="", **{"voorletters-1": ""}))
    assert problems(read(root)) == [f"leerlingen/leerling[1]/{name} ontbreekt" for name in ("roepnaam", "voorletters-1")]
    [found] = read(root, roepnaam_uit_voornamen=True, voorletters_uit_voornamen=True).deelnemers
    assert (found.roepnaam, found.voorletters) == ("Anne-Marie", "AMB")
    many = document(pupil(0, voornamen="A B C D E F G H", **{"voorletters-1": ""}))
    assert read(many, voorletters_uit_voornamen=True).deelnemers[0].voorletters == "ABCDEF"


def test_ids_of_groups() -> None:
    assert read_edexml(written(document()), keuze=Keuze(peildag=DAY)).groepen[0].id == "g8a"
    root = document(pupil(0, "k" * 256))
    root["groepen/groep"].attributes["key"] = "k" * 256
    [group] = read(root).groepen
    assert len(group.id) == 85
    assert group.id.startswith("0000000700011BB00530-")
    assert [item.id for item in read(root).groepen] == [group.id]


# --- the file as a whole ---


def told(error: BaseException) -> str:
    """The error as an error reporter tells it, with the variables of every frame but that of the test."""
    frames = traceback.StackSummary.extract(
        list(traceback.walk_tb(error.__traceback__))[1:],  # type: ignore[arg-type]
        capture_locals=True,
    )
    return "".join([*frames.format(), str(error), repr(error)])


def refusal(content: bytes | Path, error: type[Exception] = MessageError) -> str:
    with pytest.raises(error) as caught:
        read_edexml(content, school=SCHOOL)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert CANARY not in told(caught.value)
    with pytest.raises(error):
        list(stream_edexml(content, school=SCHOOL))
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is empty"),
        (b"   ", "not well-formed"),
        (b"las_key;advies\n", "not well-formed"),
        (b"<EDEX>", "not well-formed"),
        (written(document())[:-20], "not well-formed"),
        (written(document()) + b"<x/>", "not well-formed"),
        (f"<EDEX><{CANARY}></EDEX>".encode(), "not well-formed"),  # libxml2 names the element in its text
        (b"<html><body/></html>", "root is not EDEX"),
        (b"<x:EDEX xmlns:x='urn:x'/>", "root is not EDEX"),
        (f"<{CANARY}/>".encode(), "root is not EDEX"),
        (b"<s:Envelope xmlns:s='x'><s:Body/></s:Envelope>", "holds no leerlinggegevens"),
        (b"<a>" * 300, "not well-formed"),
        (b"<EDEX>" + b"<a>" * 300, "not well-formed"),
        (b"<EDEX><school>" + b"<a/>" * 30_000 + b"</school></EDEX>", "holds over 20000 elements"),
    ],
)
def test_what_is_not_such_a_file(content: bytes, text: str) -> None:
    found = refusal(content)
    assert text in found
    assert found.startswith("xml: ")


def test_school_and_groups_come_first() -> None:
    for name in ("school", "groepen"):
        root = document()
        moved = root[name]
        root.children.remove(moved)
        root.children.append(moved)
        assert f"has {name} after leerlingen" in refusal(written(root))


def test_leerlinggegevens_twice() -> None:
    body = uwlr(document()).decode()
    start, tag, rest = body.partition("<l:leerlinggegevens>")
    inner, end, after = rest.partition("</l:leerlinggegevens>")
    assert "more after" in refusal((start + (tag + inner + end) * 2 + after).encode())


@pytest.mark.parametrize(
    ("name", "reason"), [("ontbreekt.xml", "No such file"), ("map", "directory"), ("a\0b", "not a possible path")]
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "map").mkdir()
    found = refusal(tmp_path / name, ConfigurationError)
    assert reason in found
    assert str(tmp_path) not in found
    assert "give a Path" in refusal("text", ConfigurationError)  # type: ignore[arg-type]


def test_nothing_is_shown() -> None:
    root = document(pupil(0, achternaam=CANARY, roepnaam=CANARY + "?"), pupil(1, achternaam=CANARY))
    found = read(root)
    shown = repr(found) + repr(found.problemen) + repr(found.deelnemers) + repr(list(found.leerlingen)) + repr(found.leerlingen)
    shown += "".join(map(repr, stream_edexml(written(root))))
    with pytest.raises(MessageError) as caught:
        found.raise_if_any()
    shown += told(caught.value)
    assert CANARY not in shown
    assert "las-0" not in shown
    assert repr(found) == "Edexml(soort='EDEXML', deelnemers=1, leerlingen=2, problemen=1)"


def test_what_is_never_read() -> None:
    """The whole of what was read, without the pupils themselves, holds nothing of the other elements."""
    found = read(document())
    everything = [
        *(repr(vars_of(item)) for item in (*found.deelnemers, *found.leerlingen)),
        repr(vars_of(found)),
    ]
    for text in everything:
        assert CANARY not in text
        assert "000000000'" not in text
        assert "9999ZZ" not in text


def vars_of(item: object) -> dict[str, object]:
    return {name: getattr(item, name) for name in type(item).__slots__}  # type: ignore[attr-defined]


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.setitem(sys.modules, "lxml.etree", None)
    with pytest.raises(ConfigurationError, match=r'pip install "doorstroom_client\[xml\]"') as caught:
        read_edexml(written(document()))
    assert caught.value.__context__ is None
    assert school().name == "school"
