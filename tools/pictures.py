"""Make the two pictures of the README: the demo on a terminal, and the overview that a school reads.

    python tools/pictures.py       needs chromium on PATH; writes docs/pictures/

They are looked at and committed by hand: pictures of two machines are never the same.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
_BROWSER = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
_PARTS = ("1. ", "3. ", "5. ", "7. ", "What arrived")
"""What is shown of the demo, by how each part begins."""


def main() -> None:
    """Play the demo, and picture what it shows and what it leaves."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = (sys.executable, "-m", "doorstroom_client.cli", "demo", "--out", "demo")
        environment = {**os.environ, "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
        said = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
        console = Console(record=True, width=80, file=(folder / "nothing").open("w", encoding="utf-8"))
        for line in _shown(said):
            console.print(Text(line, "bold" if line.startswith(_PARTS) else "cyan" if ">>>" in line else ""))
        console.file.close()
        page = folder / "demo.html"
        page.write_text(_terminal(console.export_html(inline_styles=True)), "utf-8")
        _picture(page, PICTURES / "demo.png", "760,720", folder)
        _picture(folder / "demo/overzicht.html", PICTURES / "overzicht.png", "1000,760", folder)


def _shown(said: str) -> Iterator[str]:
    """Some parts of the demo, as they are printed, without the long texts for schools."""
    for part in re.split(r"\n\n(?=[0-9]+\. |What arrived|Next:)", said):
        if part.startswith(_PARTS):
            yield from part.split("\n   What the school reads:")[0].split("\n   Played in")[0].rstrip().splitlines()
            yield "" if part.startswith("What") else "   …"


def _terminal(html: str) -> str:
    style = "body{margin:0;padding:22px 28px;background:#fff}pre{font:14px/1.35 'DejaVu Sans Mono',monospace!important}"
    return html.replace("</head>", f"<style>{style}</style></head>")


def _picture(page: Path, target: Path, size: str, folder: Path) -> None:
    options = (f"--window-size={size}", f"--screenshot={target}", f"--user-data-dir={folder / 'browser'}")
    subprocess.run([*_BROWSER, *options, page.as_uri()], check=True, capture_output=True)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
