"""Docstrings in the Google style, and signatures, as Markdown: with links to the names that they mention."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

_SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Yields):$")
_ITEM = re.compile(r"    (\*{0,2}[\w.]+): (.*)$")
_QUIRK = re.compile(r"\bQ\d{1,2}\b")
_WIDTH = 110
Link = Callable[[str], str]
"""The address of what a name means; empty when it has none."""


def text_of(docstring: str, link: Link, types: Mapping[str, str] | None = None) -> str:
    """A docstring as Markdown.

    Args:
        docstring: as the source has it.
        link: where a name is told of.
        types: the types of attributes, shown with them.
    """
    lines: list[str] = []
    section = ""
    for line in docstring.replace("``", "`").replace("::\n", ":\n").splitlines():
        if (head := _SECTION.match(line)) is not None:
            section = head[1]
            lines += [f"**{section}**", ""]
        elif section and (item := _ITEM.match(line)) is not None and section not in ("Returns", "Yields"):
            kind = f": {types[item[1]]}" if section == "Attributes" and types and types.get(item[1]) else ""
            lines.append(f"- `{item[1]}{kind}`: {item[2]}")
        elif section and line.startswith("    "):
            lines.append(f"  {line.strip()}" if section not in ("Returns", "Yields") else line.strip())
        else:
            section = section if not line else ""
            lines.append(line)
    return "\n".join(_linked(line, link) for line in lines).rstrip("\n") + "\n\n"


def inline(text: str, link: Link) -> str:
    """The text of a value, on one line."""
    return _linked(" ".join(text.replace("``", "`").split()), link)


def _linked(line: str, link: Link) -> str:
    if line.startswith("    "):
        return line  # code
    parts = re.split(r"(`[^`]+`)", line)
    for at, part in enumerate(parts):
        if at % 2 == 0:
            parts[at] = _QUIRK.sub(lambda found: f"[{found[0]}]({link(found[0])})", part)
        elif not parts[at - 1].endswith("[") and (address := link(part.strip("`"))):
            parts[at] = f"[{part}]({address})"
    return "".join(parts)


def fence(code: str) -> str:
    """A block of code, with the quotes of the source, broken where it is long."""
    lines = "\n".join(map(_broken, re.sub(r"'([^'\"\\]*)'", r'"\1"', code).splitlines()))
    return f"```pyi\n{lines}\n```\n\n"


def _broken(line: str) -> str:
    """A long signature with a line for each argument."""
    start, end = line.find("("), line.rfind(")")
    if len(line) <= _WIDTH or start < 0:
        return line
    arguments = "".join(f"    {item},\n" for item in _apart(line[start + 1 : end]))
    return f"{line[: start + 1]}\n{arguments}{line[end:]}"


def _apart(arguments: str) -> Iterator[str]:
    """Arguments, apart at the commas that stand in no bracket or text."""
    depth, begin, quote = 0, 0, ""
    for at, sign in enumerate(arguments):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and not depth:
            yield arguments[begin:at].strip()
            begin = at + 1
    yield arguments[begin:].strip()
