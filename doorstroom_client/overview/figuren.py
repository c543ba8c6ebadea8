"""Plots as inline SVG. They hold shapes only: every number and word of a plot also stands next to it as text."""

from __future__ import annotations

from collections.abc import Sequence

from doorstroom_client.output.html import Html, element, joined

_HIGH = 20
STREPEN = element(
    "svg",
    element(
        "defs",
        element(
            "pattern",
            element("rect", width=6, height=6, fill="#d9cdec"),
            element("path", d="M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", stroke="#573a86", stroke_width=2),
            id="streep",
            patternUnits="userSpaceOnUse",
            width=6,
            height=6,
        ),
    ),
    class_="verborgen",
    width=0,
    height=0,
    aria_hidden="true",
)
"""The pattern that the plots share; stands in the page once."""


def stapel(delen: Sequence[tuple[str, int]], strepen: Sequence[float] = ()) -> Html:
    """A stacked bar as wide as its place. It is hidden from screen readers: the numbers stand next to it.

    Args:
        delen: class and size of each part, from left to right.
        strepen: places of marks, from 0 to 1.
    """
    total = sum(size for _, size in delen)
    shapes: list[Html] = []
    at = 0.0
    for kind, size in delen:
        if size:
            width = 1000 * size / total
            shapes.append(element("rect", x=f"{at:.2f}", y=0, width=f"{width:.2f}", height=_HIGH, class_=f"f-{kind} deel"))
            at += width
    for place in strepen:
        x = f"{1000 * place:.2f}"
        shapes += [element("line", x1=x, x2=x, y1=0, y2=_HIGH, class_=kind) for kind in ("ambitie-wit", "ambitie")]
    frame = element("rect", x=0, y=0, width=1000, height=_HIGH, class_="rand")
    return element(
        "svg",
        joined(shapes, frame),
        viewBox=f"0 0 1000 {_HIGH}",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )


def legenda(namen: Sequence[tuple[str, str]]) -> Html:
    """What the parts of a bar mean.

    Args:
        namen: class and meaning of each.
    """
    return element("ul", [element("li", stapel([(kind, 1)]), name) for kind, name in namen], class_="legenda")
