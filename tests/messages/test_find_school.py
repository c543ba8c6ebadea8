"""A school is found by any of its codes, in any case; a code of several is told with whom it may mean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support import SCHOOL

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.school import School, find_school, is_school_code
from doorstroom_client.readers import read_many
from doorstroom_client.readers.school_blocks import SchoolKeys

OTHER = School(
    instellingscode="22CC",
    vestigingscode="07",
    onderwijsaanbiedercode="222A222",
    onderwijslocatiecode="222X222",
    administratienr="01",
    routeringskenmerk="0000000700022CC00530",
    naam="De Ander",
)
VESTIGING = replace(
    OTHER, vestigingscode="08", onderwijslocatiecode="222X333", routeringskenmerk="0000000700022CC00531", naam="De Dependance"
)
ALL = (SCHOOL, OTHER, VESTIGING)
OWN = {
    "22CC07": OTHER,
    "22CC08": VESTIGING,
    "222X222": OTHER,
    "222X333": VESTIGING,
    OTHER.routeringskenmerk: OTHER,
    VESTIGING.routeringskenmerk: VESTIGING,
    "11BB": SCHOOL,
    "11BB00": SCHOOL,
    "123A123": SCHOOL,
    "123X123": SCHOOL,
    SCHOOL.oin: SCHOOL,
}
SHARED = ("22CC", "222A222", OTHER.oin)


@pytest.mark.parametrize("code", OWN)
def test_by_any_of_its_codes_in_any_case(code: str) -> None:
    for typed in (code, code.lower(), f" {code} "):
        assert find_school(ALL, typed) is OWN[code]
        assert is_school_code(typed)


@pytest.mark.parametrize("code", SHARED)
def test_a_code_of_several_names_the_candidates(code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_school(ALL, code.lower())
    for school in (OTHER, VESTIGING):
        assert f"{school.label}, {school.routeringskenmerk}" in caught.value.message
    assert "11BB" not in caught.value.message
    assert "routeringskenmerk" in caught.value.hint


def test_of_very_many_some_are_named() -> None:
    many = tuple(replace(SCHOOL, routeringskenmerk=f"0000000700011BB{number:05d}") for number in range(40))
    with pytest.raises(ConfigurationError, match="40 administrations .* and 30 more"):
        find_school(many, "11bb")
    with pytest.raises(ConfigurationError, match="and 30 more"):
        find_school(many, "99ZZ")


@pytest.mark.parametrize("text", ["", "99A", "99AA0", "99AA000", "901B901", "Jan Jansen", "12345678901234567890x"])
def test_what_is_no_code(text: str) -> None:
    assert not is_school_code(text)


@pytest.mark.parametrize("code", OWN)
def test_a_file_is_named_after_any_code(code: str, tmp_path: Path) -> None:
    file = tmp_path / f"{code.lower()}.csv"
    file.write_text("las_key;advies\nx-1;HAVO\n")
    (found,) = read_many(tmp_path, "adviezen", ALL)
    assert found.school == OWN[code]


@pytest.mark.parametrize("code", OWN)
def test_lines_are_named_by_any_code(code: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"school;las_key;advies\n{code.lower()};x-1;HAVO\n{OWN[code].routeringskenmerk};x-2;HAVO\n")
    (found,) = read_many(file, "adviezen", ALL)
    assert found.school == OWN[code]


@pytest.mark.parametrize("code", SHARED)
def test_a_file_of_several_schools_is_read_for_none(code: str, tmp_path: Path) -> None:
    (tmp_path / f"{code}.csv").write_text("las_key;advies\nx-1;HAVO\n")
    (found,) = read_many(tmp_path, "adviezen", ALL)
    assert "2 administrations with the code" in str(getattr(found, "error", ""))
    assert code in SchoolKeys(ALL)
