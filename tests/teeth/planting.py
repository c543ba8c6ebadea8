"""Puts one deliberate bug in a process: right after its module was loaded, before anybody can take something from it.

A bug is named by where it goes, as in ``doorstroom_client.store.group_commit:GroupCommit.add``, so lines and bodies may
move. No file is copied or changed: whatever runs with `environment_of` has the bug, and so has every process that it starts.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial, reduce, wraps
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

VARIABLE = "TEETH_BUG"
"""Names the bug. Not one of ours, so that no test takes it away."""
_START = str(Path(__file__).with_name("start"))


@dataclass(frozen=True, slots=True)
class Bug:
    """One deliberate bug.

    Attributes:
        promise: the promise that it breaks.
        name: the bug in a few words.
        target: what is replaced: ``module:name``, or ``module:Class.name``.
        instead: runs in place of a function, which it gets as its first argument; of any other value, makes another one.
        tests: files or node ids; at least one test among them must fail.
        only: expression for ``-k``, to run no more than needed.
    """

    promise: str
    name: str
    target: str
    instead: Callable[..., Any]
    tests: tuple[str, ...]
    only: str = ""

    @property
    def module(self) -> str:
        """The module that it goes in."""
        return self.target.partition(":")[0]

    def plant(self, module: ModuleType) -> None:
        """Put it in."""
        holder, name = self._place(module)
        setattr(holder, name, wrong(vars(holder)[name], self.instead))

    def why_stale(self) -> str:
        """Why it does not go with the code any more; empty when it does."""
        try:
            holder, name = self._place(importlib.import_module(self.module))
            right = vars(holder)[name]
        except (ImportError, AttributeError, KeyError):
            return f"there is no {self.target}"
        function = _function_in(right)
        if function is not None:
            return "" if _fits(function, self.instead) else f"{self.target} takes other arguments"
        try:
            return "" if self.instead(right) != right else f"{self.target} would stay as it is"
        except Exception as error:
            return f"{self.target} is of another shape ({type(error).__name__})"

    def _place(self, module: ModuleType) -> tuple[Any, str]:
        *outer, name = self.target.partition(":")[2].split(".")
        return reduce(getattr, outer, module), name


def wrong(right: Any, instead: Callable[..., Any]) -> Any:
    """What takes the place of a value: of the same kind, whichever kind of function it is."""
    function = _function_in(right)
    if function is None:
        return instead(right)
    around = _around(function, instead)
    if isinstance(right, property):
        return property(around, right.fset, right.fdel)
    return type(right)(around) if isinstance(right, staticmethod | classmethod) else around


def _function_in(value: Any) -> FunctionType | None:
    if isinstance(value, property):
        return value.fget
    found = value.__func__ if isinstance(value, staticmethod | classmethod) else value
    return found if isinstance(found, FunctionType) else None


def _around(right: Any, instead: Callable[..., Any]) -> Any:
    """A function of the kind that `right` is, as some look at that."""
    if inspect.iscoroutinefunction(right):

        async def around(*args: Any, **more: Any) -> Any:
            return await instead(right, *args, **more)

    elif inspect.isgeneratorfunction(right):

        def around(*args: Any, **more: Any) -> Any:
            return (yield from instead(right, *args, **more))

    elif inspect.isasyncgenfunction(right):

        async def around(*args: Any, **more: Any) -> Any:
            async for item in instead(right, *args, **more):
                yield item

    else:

        def around(*args: Any, **more: Any) -> Any:
            return instead(right, *args, **more)

    return wraps(right)(around)


def _fits(right: Callable[..., Any], instead: Callable[..., Any]) -> bool:
    """Whether `instead` takes what `right` takes: the same names in the same order, the last ones together if it likes."""
    theirs = list(inspect.signature(right).parameters.values())
    ours = list(inspect.signature(instead).parameters.values())[1:]
    named = [item.name for item in ours if item.kind not in (item.VAR_POSITIONAL, item.VAR_KEYWORD)]
    return named == [item.name for item in theirs][: len(named)] and (len(named) == len(theirs) or len(named) < len(ours))


class _AfterLoading:
    """Does something with modules right after they were loaded; stands before all that find modules."""

    def __init__(self, then: Mapping[str, Callable[[ModuleType], object]]) -> None:
        self._then = then

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The module as the others find it."""
        if name not in self._then:
            return None
        others = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        spec = next(filter(None, others), None)
        if spec is not None and spec.loader is not None:
            load, then = spec.loader.exec_module, self._then[name]
            spec.loader.exec_module = lambda module: (load(module), then(module))  # type: ignore[method-assign]
        return spec


def at_start(bugs: Iterable[Bug]) -> None:
    """Get ready for the bug that the environment names, in this process and in those that it starts."""
    (bug,) = (bug for bug in bugs if bug.name == os.environ.get(VARIABLE))
    sys.meta_path.insert(0, _AfterLoading({bug.module: bug.plant, "subprocess": partial(_hand_down, bug)}))  # type: ignore[arg-type]


def _hand_down(bug: Bug, subprocess: Any) -> None:
    """Tests give processes an environment of their own; the bug goes along all the same."""
    start = subprocess.Popen.__init__

    @wraps(start)
    def started(self: Any, *args: Any, env: Mapping[str, str] | None = None, **more: Any) -> None:
        start(self, *args, env=environment_of(bug, os.environ if env is None else env), **more)

    subprocess.Popen.__init__ = started


def environment_of(bug: Bug, environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which every Python has the bug."""
    path = environment.get("PYTHONPATH", "").split(os.pathsep)
    path = [_START, *(place for place in path if place not in ("", _START))]
    return {**environment, VARIABLE: bug.name, "PYTHONPATH": os.pathsep.join(path)}
