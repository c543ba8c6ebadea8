"""Prints every link that leads out of the project, with the files that have it. Nothing is fetched: that is for who looks.

python tools/external_links.py
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LINK = re.compile(r"(?:\]\(|<)(https?://[^)\s>]+)|(?<![\"'`(<])\b(https?://[^\s)\"'`>]+)")
_INVENTED = re.compile(
    r"https?://(?:[\w.-]*\.)?(?:example(?:\.\w+)?|localhost|127\.0\.0\.1|ketenid\.nl)\b|https?://[^/]*[…<{%]"
)


def external() -> dict[str, list[str]]:
    """Each address with the files that link to it."""
    found: dict[str, list[str]] = {}
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]:
        text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for linked, bare in _LINK.findall(text):
            address = (linked or bare).rstrip(".,;")
            if not _INVENTED.match(address):
                files = found.setdefault(address, [])
                files += [name] if (name := str(path.relative_to(ROOT))) not in files else []
    return dict(sorted(found.items()))


if __name__ == "__main__":
    for address, files in external().items():
        print(f"{address}  ({', '.join(files)})")
