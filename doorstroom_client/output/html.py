"""Markup in which everything that comes from outside is text: there is no other way to put a value in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from doorstroom_client.messages.name_letters import UNWANTED

_SPACE = re.compile(r"\s+")
_VOID = frozenset({"meta"})


class Html(str):
    """Markup of our own making. Only `element`, `text` and `joined` make it."""

    __slots__ = ()


Inhoud = str | int | None | Iterable["Inhoud"]
"""What may stand in an element: markup, text (escaped), a number, several of these, or nothing."""


def text(value: str | int) -> Html:
    """A value as text: escaped, without characters that change the direction of what follows or that do nothing visible."""
    return Html(html.escape(UNWANTED.sub("", _SPACE.sub(" ", str(value))), quote=True))


def joined(*inhoud: Inhoud) -> Html:
    """Several parts, one after the other."""
    return Html("".join(_part(item) for item in inhoud))


def element(name: str, /, *inhoud: Inhoud, **attributes: str | int | bool | None) -> Html:
    """An element.

    Args:
        name: of the element; never a value from outside.
        inhoud: what stands in it.
        attributes: as ``class_="x"`` and ``aria_label="x"``; None and False leave one out, True writes its name only.
    """
    written = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*inhoud)}</{name}>")


def table(
    caption: Inhoud,
    heads: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[Inhoud]],
    *,
    kind: str | None = None,
) -> Html:
    """A table whose first column names the row.

    Args:
        caption: what it is.
        heads: name and class of each column.
        rows: the cells of each row.
        kind: class of the table.
    """
    kinds = [kind for _, kind in heads]

    def row(cells: Sequence[Inhoud]) -> Html:
        first = element("th", cells[0], scope="row", class_=kinds[0] or None)
        rest = [element("td", cell, class_=kind or None) for cell, kind in zip(cells[1:], kinds[1:], strict=True)]
        return element("tr", first, rest)

    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", [element("th", name, scope="col", class_=kind or None) for name, kind in heads])),
        element("tbody", [row(cells) for cells in rows]),
        class_=kind,
    )


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{text(value)}"'


def _part(item: Inhoud) -> str:
    if item is None:
        return ""
    if isinstance(item, Html):
        return item
    return text(item) if isinstance(item, str | int) else joined(*item)
