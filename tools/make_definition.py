"""Make the definitions that the simulator judges by from the published ones: what they demand, and none of their prose.

    python tools/make_definition.py                     of every definition in the folder that DOORSTROOM_SPEC_DIR names
    python tools/make_definition.py FILE.yaml ...       of these
    python tools/make_definition.py --check             fails when one that is shipped is not what was published

With --check and without that folder nothing is compared.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT)]

from doorstroom_client.readers.definitie import read_definitie  # noqa: E402 - found from the line above
from doorstroom_client.simulator.published import SHIPPED, constraints_of  # noqa: E402

FOLDER = ROOT / "doorstroom_client" / "simulator" / "definitions"


def made(source: Path) -> tuple[str, str]:
    """The version of a published definition, and the text of the file that is made of it."""
    found = constraints_of(read_definitie(source))
    return found["info"]["version"], json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def sources(given: Sequence[str]) -> list[Path]:
    """The files that are named, else those of the folder with the published definitions."""
    folder = os.environ.get("DOORSTROOM_SPEC_DIR", "")
    return [Path(name) for name in given] or (sorted(Path(folder).glob("doorstroom-openapi-*.yaml")) if folder else [])


def main(arguments: Sequence[str]) -> int:
    """Write the files, or compare them."""
    check = "--check" in arguments
    files = dict(made(source) for source in sources([item for item in arguments if item != "--check"]))
    if not files:
        print("DOORSTROOM_SPEC_DIR does not name a folder with definitions, and no file is given")
        return 0 if check else 2
    if not check:
        for version, text in files.items():
            (FOLDER / f"{version}.json").write_text(text, encoding="utf-8")
        return 0
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    wrong = sorted(version for version in {*SHIPPED, *shipped, *files} if shipped.get(version) != files.get(version))
    for version in wrong:
        print(f"definitions/{version}.json is not what was published; run python tools/make_definition.py")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
