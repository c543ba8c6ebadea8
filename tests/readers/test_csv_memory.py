"""A CSV for many schools takes the memory of one school, whatever its size.

`DOORSTROOM_CSV_PUPILS=100000` reads as many; the process has to stay under 100 MB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Read here, because no variable of ours is left while a test runs.
PUPILS = int(os.environ.get("DOORSTROOM_CSV_PUPILS", "6000"))
MOST_MB = 100
A_SCHOOL = 200
HEADER = "school;las_key;achternaam;roepnaam;voorletters;geboortedatum;groep;opmerking"
PROBE = """
import dataclasses, sys
from pathlib import Path
from doorstroom_client.readers.many_schools import read_many
from doorstroom_client.simulator.played_schools import SCHOLEN
count = int(sys.argv[2])
scholen = [
    dataclasses.replace(SCHOLEN[0], oin="", instellingscode=f"{number // 26:02}A{chr(65 + number % 26)}",
    routeringskenmerk=f"00000007000{number:09}") for number in range(count)
]
read = sum(len(item.deelnemers) for item in read_many(Path(sys.argv[1]), "deelnemers", scholen))
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(read, int(status["VmHWM"].split()[0]) / 1024)  # ru_maxrss would begin with the most of this test process
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the most memory of a process there")
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_large_file_takes_little_memory(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "scholen.csv"
    schools = -(-PUPILS // A_SCHOOL)
    with file.open("w", encoding=encoding) as stream:
        stream.write(f"{HEADER}\n")
        for number in range(PUPILS):
            school = f"00000007000{number // A_SCHOOL:09}"
            name = "Müller" if number % 7 == 0 else "Berg"
            stream.write(f"{school};k{number};{name};Zoë;Z;2014-05-01;8{number % 3};{'x' * 60}\n")
    done = subprocess.run([sys.executable, "-c", PROBE, str(file), str(schools)], capture_output=True, text=True, check=True)
    count, peak = done.stdout.split()
    assert int(count) == PUPILS
    assert float(peak) < MOST_MB
    sys.stdout.write(f"{count} pupils: {peak} MB\n")
