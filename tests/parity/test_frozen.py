"""`frozen` beside what it stands for: ``dataclass(frozen=True, slots=True)``."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from doorstroom_client.basics.frozen import frozen


def kinds(make: Callable[[Any], Any], by_name: Callable[[Any], Any]) -> tuple[Any, ...]:
    class Point:
        """A place."""

        x: int
        y: int = 2
        known: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
        kind: str = field(default="p", init=False)

    class Named:
        """By name."""

        first: str = "a"
        last: str
        both: str = field(init=False, compare=False)

        def __post_init__(self) -> None:
            if not self.last:
                raise ValueError("last is empty")
            object.__setattr__(self, "both", f"{self.first} {self.last}")

    class Quiet:
        """Shows nothing, and has an ``__init__`` of its own."""

        secret: str

        def __init__(self, one: str, two: str) -> None:
            object.__setattr__(self, "secret", one + two)

        def __repr__(self) -> str:
            return "Quiet(…)"

    point = make(Point)

    class Far(point):  # type: ignore[misc, valid-type]
        """One more field."""

        z: int = 0

    return point, by_name(Named), make(Quiet), make(Far)


OURS = kinds(frozen, frozen(kw_only=True))
THEIRS = kinds(dataclass(frozen=True, slots=True), dataclass(frozen=True, slots=True, kw_only=True))
MADE: list[Callable[[tuple[Any, ...]], Any]] = [
    lambda kinds: kinds[0](1),
    lambda kinds: kinds[0](1, y=5, known={"a": 1}),
    lambda kinds: kinds[1](last="b"),
    lambda kinds: kinds[1](last="c", first="d"),
    lambda kinds: kinds[2]("x", "y"),
    lambda kinds: kinds[3](1, 2, {}, 7),
    lambda kinds: replace(kinds[0](1), x=9),
]
both = pytest.mark.parametrize("make", MADE)


@both
def test_values_look_and_compare_alike(make: Callable[[tuple[Any, ...]], Any]) -> None:
    ours, theirs = make(OURS), make(THEIRS)
    assert repr(ours) == repr(theirs)
    assert asdict(ours) == asdict(theirs)
    assert (ours == make(OURS), ours != make(OURS), hash(ours) == hash(make(OURS))) == (True, False, True)
    assert ours != theirs
    assert [ours == one(OURS) for one in MADE] == [theirs == one(THEIRS) for one in MADE]


@both
def test_values_cannot_be_changed_and_can_be_copied(make: Callable[[tuple[Any, ...]], Any]) -> None:
    value = make(OURS)
    name = fields(value)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, 3)
    with pytest.raises(FrozenInstanceError):
        delattr(value, name)
    with pytest.raises(FrozenInstanceError):
        value.other = 3
    assert not hasattr(value, "__dict__")
    assert asdict(copy.copy(value)) == asdict(copy.deepcopy(value)) == asdict(value)


def test_each_value_has_a_default_of_its_own() -> None:
    assert OURS[0](1).known is not OURS[0](1).known


@pytest.mark.parametrize("wrong", [{}, {"x": 1, "unknown": 2}, {"x": 1, "kind": "q"}])
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    for kinds_of in (OURS, THEIRS):
        with pytest.raises(TypeError):
            kinds_of[0](**wrong)
        with pytest.raises(TypeError):
            kinds_of[1]("a", "b")
        with pytest.raises(ValueError, match="empty"):
            kinds_of[1](last="")


@frozen
class StoredResult:
    """Can be found again by a pickle."""

    at: int
    known: dict[str, int] = field(default_factory=dict)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_value_survives_pickling(protocol: int) -> None:
    value = StoredResult(1, {"a": 2})
    assert pickle.loads(pickle.dumps(value, protocol)) == value
