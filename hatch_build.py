"""Gives the package its readme: README.md, whose links lead into the repository and would lead nowhere on a package index."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

FILES = "Source files"
"""The name in ``[project.urls]`` of the address under which the files of the repository are shown."""
_LINK = re.compile(r"(!?)\[([^\]]+)\]\((?!https?:|mailto:|#)([^)\s]+)\)")


def for_the_index(readme: str, files: str) -> str:
    """The readme with links that work everywhere; with no address, the words of a link or picture stay and the rest goes."""
    base = files.rstrip("/")

    def absolute(found: re.Match[str]) -> str:
        picture, words, path = found.groups()
        if not base:
            return words
        return f"{picture}[{words}]({base}/{path}{'?raw=true' if picture else ''})"

    return _LINK.sub(absolute, readme)


class Readme(MetadataHookInterface):
    """Fills in the readme when the package is built."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add it."""
        text = (Path(self.root) / "README.md").read_text("utf-8")
        address = metadata.get("urls", {}).get(FILES, "")
        metadata["readme"] = {"content-type": "text/markdown", "text": for_the_index(text, address)}
