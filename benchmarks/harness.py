"""Measuring two things in turns, and telling what came of it.

Machines are noisy and differ, so nothing here is a number of seconds on its own: each figure is the ratio of two things that
were measured in turns in one run, or something that can be counted exactly.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import platform
import ssl
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure.

    Attributes:
        small: only so much that what is exact can be checked; the ratios are too noisy to tell anything then.
    """

    small: bool = False

    def of(self, whole: int, small: int) -> int:
        """One of two amounts."""
        return small if self.small else whole


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and its bar.

    Attributes:
        name: what was measured.
        yardstick: what it was measured against.
        bar: what is to be reached; infinity for a figure that only tells.
        measured: what came of it: the median of the ratios, or a count.
        at_most: the bar is the most it may be; otherwise the least.
        exact: it is counted, so it has to hold on every machine and at every scale.
        low: the lowest of the ratios.
        high: the highest of the ratios.
        unit: of `measured`; empty for a ratio.
        note: absolute numbers of this machine.
    """

    name: str
    yardstick: str
    bar: float
    measured: float
    at_most: bool = True
    exact: bool = False
    low: float | None = None
    high: float | None = None
    unit: str = ""
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the bar is reached."""
        return self.measured <= self.bar if self.at_most else self.measured >= self.bar


@dataclass(frozen=True, slots=True)
class Ratio:
    """What came of a pair: medians over all rounds.

    Attributes:
        middle: median of the ratios of ours to the other.
        low: the lowest ratio.
        high: the highest.
        ours: seconds for one time.
        other: seconds for one time.
    """

    middle: float
    low: float
    high: float
    ours: float
    other: float

    @property
    def note(self) -> str:
        """Both in absolute numbers."""
        return f"{_short(self.ours)} against {_short(self.other)}"


def _short(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs" if seconds < 0.001 else f"{seconds * 1e3:.2f} ms"


def clocked(work: Callable[[], object], times: int, clock: Callable[[], float] = time.process_time) -> float:
    """Seconds for one time, over so many. By default only the processor time of this process counts."""
    gc.collect()
    started = clock()
    for _ in range(times):
        work()
    return (clock() - started) / times


def pair(
    ours: Callable[[], object],
    other: Callable[[], object],
    *,
    times: int,
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> Ratio:
    """Measure two things in turns; a first turn of each is for warming up.

    Args:
        ours: the library.
        other: the yardstick.
        times: how often in one turn.
        rounds: how many turns of each; who is first changes from round to round.
        clock: what tells the seconds.
    """
    return pairs(lambda: clocked(ours, times, clock), lambda: clocked(other, times, clock), rounds)


def pairs(ours: Callable[[], float], other: Callable[[], float], rounds: int) -> Ratio:
    """The same for whoever measures a turn themselves, such as in a process of its own: each gives the seconds for one time."""
    ours()
    other()
    found: list[tuple[float, float]] = []
    for turn in range(rounds):
        if turn % 2:
            second = other()
            found.append((ours(), second))
        else:
            found.append((ours(), other()))
    ratios = [one / two for one, two in found]
    return Ratio(
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        statistics.median(one for one, _ in found),
        statistics.median(two for _, two in found),
    )


def ratio_figure(name: str, yardstick: str, bar: float, ratio: Ratio, *, at_most: bool = True) -> Figure:
    """A figure made of a pair."""
    return Figure(name, yardstick, bar, ratio.middle, at_most=at_most, low=ratio.low, high=ratio.high, note=ratio.note)


def machine() -> str:
    """What was measured on."""
    from importlib.metadata import version

    libraries = ", ".join(f"{name} {version(name)}" for name in ("httpx", "httpcore", "pydantic"))
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"{ssl.OPENSSL_VERSION.rsplit(' ', 3)[0]}, {libraries}"
    )


HEAD = ("figure", "against", "bar", "measured", "spread", "on this machine")


def row(figure: Figure) -> tuple[str, ...]:
    """The cells of a figure, under `HEAD`."""
    unit = f" {figure.unit}" if figure.unit else ""
    number = "{:.0f}" if figure.exact or figure.unit in ("MB", "minutes", "connections") else "{:.2f}"
    spread = "" if figure.low is None or figure.high is None else f"{figure.low:.2f} to {figure.high:.2f}"
    bar = "none" if math.isinf(figure.bar) else ("at most " if figure.at_most else "at least ") + f"{figure.bar:g}{unit}"
    verdict = "" if figure.met else " (missed)"
    return figure.name, figure.yardstick, bar, number.format(figure.measured) + unit + verdict, spread, figure.note


def print_table(figures: Iterable[Figure]) -> None:
    """The figures for a terminal."""
    rows = [HEAD, *map(row, figures)]
    widths = [max(len(cells[at]) for cells in rows) for at in range(len(HEAD))]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


def markdown(figures: Iterable[Figure]) -> str:
    """The figures as a table for a page."""
    lines = [HEAD, tuple("---" for _ in HEAD), *map(row, figures)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main(measure: Callable[[Scale], Iterable[Figure]]) -> None:
    """The command line of one file of figures: `--small`, and `--json` for whoever puts the figures together."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="only so much that what is exact can be checked")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    given = parser.parse_args()
    figures: list[Figure] = []
    for figure in measure(Scale(given.small)):
        figures.append(figure)
        if given.json:
            print(json.dumps(asdict(figure)), flush=True)
    if not given.json:
        print(machine())
        print_table(figures)
    if any(figure.exact and not figure.met for figure in figures):
        sys.exit("something that is counted does not hold")
