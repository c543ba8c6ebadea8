"""What docs/reference/quirks.md says of the code: the files that name each quirk of the definition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "doorstroom_client"
ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "quirks.md"
PLACES = "In the code: "
_HEADING = re.compile(r"^## (Q(\d+): .*)$", re.MULTILINE)
_NAMED = re.compile(r"\bquirks? ((?:Q\d+(?:, | and )?)+)|\"Q(\d+):")
_LAST = ("simulator", "scenarios", "faulty")


def with_places(page: str, root: Path) -> str:
    """The page with the files of today below each quirk."""
    found = places(root)
    parts = re.split(r"(?=^## Q)", page, flags=re.MULTILINE)
    return "".join([parts[0], *(_section(part, found) for part in parts[1:])]).rstrip("\n") + "\n"


def _section(text: str, found: dict[int, list[str]]) -> str:
    number = int(text.removeprefix("## Q").partition(":")[0])
    written = re.sub(rf"^{PLACES}.*\n", "", text, flags=re.MULTILINE).rstrip("\n")
    files = ", ".join(f"`{name}`" for name in found.get(number, ()))
    return f"{written}\n\n{PLACES}{files}.\n\n" if files else f"{written}\n\n"


def places(root: Path) -> dict[int, list[str]]:
    """The files that name each quirk, those of the simulator and the chain test last."""
    found: dict[int, list[str]] = {}
    for path in sorted((root / PACKAGE).rglob("*.py"), key=lambda path: (path.parent.name in _LAST, path)):
        for number in dict.fromkeys(named_in(path.read_text("utf-8"))):
            found.setdefault(number, []).append(str(path.relative_to(root / PACKAGE)))
    return found


def named_in(text: str) -> Iterator[int]:
    """The quirks that a text names."""
    for several, one in _NAMED.findall(" ".join(text.split())):
        yield from (int(number) for number in re.findall(r"\d+", several or one))


@cache
def headings() -> dict[str, str]:
    """What stands above each quirk: ``Q1`` -> ``Q1: A score as a number``."""
    return {f"Q{number}": text for text, number in _HEADING.findall(PAGE.read_text("utf-8"))}
