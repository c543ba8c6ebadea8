"""Play every faulty peer against the scenarios of its role, and fail when what failed is not what should have.

    python tools/faulty_matrix.py                 # all of them, and the sound chain: about five minutes on two processors
    python tools/faulty_matrix.py 'supplier-tls*' # some

Which checks have no peer that fails them, is a test of its own: tests/ketentest/test_faulty.py.
"""

from __future__ import annotations

import argparse
import sys
import time
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from doorstroom_client.ketentest.faulty.weighing import everything, problems_in_all  # noqa: E402 - found from the line above


def main() -> int:
    """Play, and print what is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="of peers, or of roles for the sound chain; globs will do")
    parser.add_argument("--jobs", type=int, default=4, help="how many at a time (%(default)s)")
    given = parser.parse_args()
    wanted = [item for item in everything() if not given.names or any(fnmatchcase(item[0], glob) for glob in given.names)]
    begun, wrong = time.monotonic(), 0
    for (name, schooljaar), told in problems_in_all(wanted, given.jobs):
        wrong += bool(told)
        print(f"{name} in {schooljaar}: {'ok' if not told else f'{len(told)} problems'}", flush=True)
        for line in told:
            print(f"    {line}")
    print(f"{len(wanted)} played, {wrong} with problems, in {time.monotonic() - begun:.0f} seconds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
