"""A school administration and its codes."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import pytest

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.messages.school import School, find_school

CODES: dict[str, Any] = {
    "instellingscode": "99XX",
    "vestigingscode": "00",
    "onderwijsaanbiedercode": "123A123",
    "onderwijslocatiecode": "123X123",
    "administratienr": "01",
    "routeringskenmerk": "0000000700099XX00530",
}


def school(**more: Any) -> School:
    return School(**{**CODES, **more})


def test_the_oin_is_derived() -> None:
    assert school().oin == "0000000700099XX00000"
    assert school(oin="00000099000000000001").oin == "00000099000000000001"
    assert school(oin="").oin == "0000000700099XX00000"


def test_an_opaque_routeringskenmerk_is_fine() -> None:
    assert school(routeringskenmerk="ABCDEFGHIJ0123456789").routeringskenmerk == "ABCDEFGHIJ0123456789"
    assert school(routeringskenmerk="0000000700099XX77707").routeringskenmerk == "0000000700099XX77707"


def test_a_school_is_a_value() -> None:
    assert school() == school()
    assert hash(school()) == hash(school())
    assert pickle.loads(pickle.dumps(school())) == school()
    assert dataclasses.replace(school(), administratienr="02").administratienr == "02"
    assert school().label == "99XX"
    assert school(naam="De Dolfijn").label == "De Dolfijn (99XX)"
    with pytest.raises(TypeError):
        School("99XX", "00", "123A123", "123X123", "01", "0000000700099XX00530")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("instellingscode", value) for value in ("", "99xx", "99XX00", " 99XX", "99XX\n", None, 99)),
        *(("vestigingscode", value) for value in ("", "0", "000", "99XX00", "a0", "00\n", "\u0660\u0660", 0, None)),
        *(("onderwijsaanbiedercode", value) for value in ("", "123X123", "123a123", "12A123", "123A123\n", "123A1234", None)),
        *(("onderwijslocatiecode", value) for value in ("", "123A123", "123x123", "123X12", " 123X123", None)),
        *(("administratienr", value) for value in ("", "1", "001", "1a", 1, None)),
        *(
            ("routeringskenmerk", value)
            for value in (
                "",
                "0000000700099XX0053",
                "0000000700099XX005300",
                "0000000700099xx00530",
                "0000000700099XX0053 ",
                "a\n" * 10,
                None,
            )
        ),
        *(("oin", value) for value in ("0000000700099XX0000", "0000000700099xx00000", "0000000700099XX00000\n", " ")),
    ],
)
def test_every_code_has_its_format(field: str, value: object) -> None:
    with pytest.raises(MessageError) as caught:
        school(**{field: value})
    assert caught.value.path == f"school.{field}"
    assert len(caught.value.problems) == 1
    assert "expected" in str(caught.value)


def test_all_wrong_codes_are_named_at_once() -> None:
    with pytest.raises(MessageError) as caught:
        School(**dict.fromkeys(CODES, "fout!"))
    assert [problem.path for problem in caught.value.problems] == [f"school.{name}" for name in CODES]
    assert "fout!" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(("field", "value"), [("routeringskenmerk", "0000000700011BB00530"), ("oin", "0000000700011BB00000")])
def test_the_brin_must_be_the_same_everywhere(field: str, value: str) -> None:  # quirk Q19
    with pytest.raises(MessageError) as caught:
        school(**{field: value})
    assert caught.value.path == f"school.{field}"
    assert "another BRIN" in str(caught.value)


ONE = school()
TWO = school(administratienr="02", routeringskenmerk="0000000700099XX00531")
OTHER = school(instellingscode="11BB", routeringskenmerk="0000000700011BB00530")


@pytest.mark.parametrize("key", ["11BB", "0000000700011BB00000", "0000000700011BB00530"])
def test_a_school_is_found_by_its_keys(key: str) -> None:
    assert find_school((ONE, TWO, OTHER), key) is OTHER


def test_administrations_are_told_apart_by_routeringskenmerk() -> None:
    assert find_school((ONE, TWO), "0000000700099XX00531") is TWO
    for key in ("99XX", "0000000700099XX00000"):
        with pytest.raises(ConfigurationError) as caught:
            find_school((ONE, TWO), key)
        assert "2 administrations" in str(caught.value)
        assert caught.value.setting == "scholen"


@pytest.mark.parametrize(("schools", "known"), [((), "none"), ((ONE, OTHER), "99XX, 11BB")])
def test_an_unknown_school(schools: tuple[School, ...], known: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_school(schools, "22CC")
    assert f"configured are: {known}" in str(caught.value)
    assert caught.value.setting == "scholen"
