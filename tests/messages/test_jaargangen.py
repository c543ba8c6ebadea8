"""What belongs to one school year, in force by the calendar; also as it stands in a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstroom_client import Afspraak, Jaargang
from doorstroom_client.config.reader import Settings, load_settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.jaargangen import Jaargangen

D = dt.date


def jaar(first: int, **more: Any) -> Jaargang:
    return Jaargang(**{"schooljaar": f"{first}-{first + 1}", "namespace": f"ns-{first}", "afspraak": "1.1", **more})


def test_without_days_a_school_year_is_a_school_year() -> None:
    table = Jaargangen.of([jaar(2026), jaar(2025)])
    assert [item.schooljaar for item in table.items] == ["2025-2026", "2026-2027"]
    assert table.namespace_on(D(2026, 7, 31)) == "ns-2025"
    assert table.namespace_on(D(2026, 8, 1)) == table.namespace_on(D(2027, 7, 31)) == "ns-2026"
    for day in (D(2025, 7, 31), D(2027, 8, 1)):
        assert table.on(day) is None
        with pytest.raises(ConfigurationError, match="2026-2027"):
            table.namespace_on(day)
    assert not Jaargangen()


def test_a_year_lasts_until_the_next_one_begins() -> None:
    table = Jaargangen.of([jaar(2025), jaar(2026, since=D(2026, 9, 15))])
    assert (table.namespace_on(D(2026, 9, 14)), table.namespace_on(D(2026, 9, 15))) == ("ns-2025", "ns-2026")


def test_a_gap_that_was_asked_for_is_a_gap() -> None:
    table = Jaargangen.of([jaar(2025, until=D(2026, 6, 30)), jaar(2026)])
    assert (table.on(D(2026, 7, 1)), table.namespace_on(D(2026, 8, 1))) == (None, "ns-2026")


def test_a_year_that_begins_late_has_at_least_its_first_day() -> None:
    assert Jaargangen.of([jaar(2025, since=D(2026, 9, 1))]).on(D(2026, 9, 1)) is not None


@pytest.mark.parametrize(
    ("make", "setting"),
    [
        (lambda: jaar(2025, schooljaar="2025"), "schooljaren.schooljaar"),
        (lambda: jaar(2025, namespace=""), "schooljaren.namespace"),
        (lambda: jaar(2025, namespace="x "), "schooljaren.namespace"),
        (lambda: jaar(2025, until=D(2025, 7, 1)), "schooljaren.until"),
        (lambda: Jaargangen.of([jaar(2025), jaar(2025)]), "schooljaren"),
        (lambda: Jaargangen.of([jaar(2025, until=D(2026, 8, 1)), jaar(2026)]), "schooljaren.until"),
        (lambda: Jaargangen.of([jaar(2025), jaar(2026, since=D(2025, 8, 1))]), "schooljaren.until"),
        (lambda: Jaargangen.of([jaar(2025, afspraak="9")]).resolved({}), "afspraak"),
        (lambda: Jaargangen.of([jaar(2030)]).resolved({}), "schooljaren.afspraak"),
    ],
)
def test_what_cannot_be(make: Any, setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make()
    assert caught.value.setting == setting


def test_agreements_are_found_by_name() -> None:
    table = Jaargangen.of([jaar(2025)]).resolved({})
    assert table.items[0].afspraak == Afspraak.met_naam("1.1")
    other = Afspraak.met_naam("1.1").volgende(naam="x", versie="Doorstroomtoetsketen_v2", eerste_schooljaar="2026-2027")
    assert table.with_afspraak(other).items[0].afspraak is other


days = st.dates(D(2024, 1, 1), D(2030, 12, 31))


@given(st.dictionaries(st.integers(2024, 2028), st.tuples(days | st.none(), days | st.none()), max_size=4), days)
def test_never_two_on_one_day(rows: dict[int, Any], day: dt.date) -> None:
    try:
        table = Jaargangen.of(jaar(first, since=since, until=until) for first, (since, until) in rows.items())
    except ConfigurationError:
        return
    in_force = [item for item in table.items if item.eerste_dag <= day <= table.laatste_dag(item)]
    assert len(in_force) <= 1
    assert table.on(day) == (in_force[0] if in_force else None)


# --- in a file

TEXT = """
auteur = "X"
[certificate]
cert = "c"
trust = "t"
[osr]
base_url = "https://osr.example.nl/api/v3"
environment = "kwalificatie"
renamed = ["routing_id=routingId"]
[[schooljaren]]
schooljaar = "2025-2026"
namespace = "ns-25"
afspraak = "1.1"
[[schooljaren]]
schooljaar = "2026-2027"
namespace = "ns-26"
afspraak = "nieuw"
since = 2026-09-15
until = 2027-07-15
[[afspraken]]
naam = "nieuw"
versie = "Doorstroomtoetsketen_v9"
eerste_schooljaar = "2026-2027"
"""


def load(folder: Path, text: str) -> Settings:
    file = folder / "x.toml"
    file.write_text(text)
    return load_settings(file, {})


def test_a_file_with_school_years(tmp_path: Path) -> None:
    found = load(tmp_path, TEXT)
    assert found.osr is not None
    assert (found.osr.namespace, found.osr.profile.versie, found.osr.is_test) == ("", "v3", True)
    assert found.osr.profile.renamed == (("routing_id", "routingId"),)
    assert [(item.eerste_dag, item.until) for item in found.schooljaren] == [
        (D(2025, 8, 1), None),
        (D(2026, 9, 15), D(2027, 7, 15)),
    ]
    assert found.afspraak is None
    assert found.jaargangen.namespace_on(D(2026, 10, 1)) == "ns-26"
    assert load(tmp_path, 'schooljaar = "2026-2027"\n' + TEXT).the_afspraak().naam == "nieuw"


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("[osr]\n", '[osr]\nnamespace = "n"\n', "osr.namespace: must be left out"),
        ('auteur = "X"', 'auteur = "X"\nafspraak = "1.1"', "afspraak: must be left out"),
        ("since = 2026-09-15", 'since = "2026-09-15"', "schooljaren[1].since: must be a day"),
        ("since = 2026-09-15", "since = 2026-09-15T00:00:00", "schooljaren[1].since: must be a day"),
        ("since = 2026-09-15", "since = 2028-09-15", "schooljaren[1].until: lies before since"),
        ('namespace = "ns-26"', "", "schooljaren[1].namespace: is missing"),
        ('afspraak = "nieuw"', 'afspraak = "1.1"', "is not agreed for 2026-2027"),
        ('afspraak = "nieuw"', 'afspraak = "weg"', "no afspraak named"),
        ('"2026-2027"\nnamespace', '"2025-2026"\nnamespace', "2025-2026"),
        ("/v3", "/v4", "known are: v2, v3"),
        ('["routing_id=routingId"]', '["routing_id"]', "osr.renamed"),
    ],
)
def test_a_file_that_cannot_be(tmp_path: Path, old: str, new: str, part: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, TEXT.replace(old, new))
    assert part in str(caught.value)


def test_one_namespace_is_still_asked_for_without_school_years(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="osr.namespace: is missing"):
        load(tmp_path, TEXT[: TEXT.index("[[schooljaren]]")])
