"""From an EDEXML file to a Deelnemerslijst in bytes, import included, and the memory of a stream.

python -m benchmarks.bench_edexml [--pupils N] [--stream N] [--rounds N]

Every round is a new process, timed from before the interpreter starts until it is gone; an empty process is shown next to it.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from doorstroom_client.simulator.edexml import edexml_of
from doorstroom_client.simulator.keten import SCHOLEN
from doorstroom_client.simulator.leerlingen import bedenk_leerlingen

SCHOOL = """
import datetime as dt, sys, time
started = time.perf_counter()
from pathlib import Path
from doorstroom_client.messages.school import School
from doorstroom_client.readers.edexml import read_edexml, stream_edexml
school = School(instellingscode="99AA", vestigingscode="00", onderwijsaanbiedercode="901A901",
                onderwijslocatiecode="901X901", administratienr="01", routeringskenmerk="0000000700099AA00530")
"""
LIST = (
    SCHOOL
    + """
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.deelnemers import build_deelnemerslijst
imported = time.perf_counter()
found = read_edexml(Path(sys.argv[1]), school=school)
found.raise_if_any()
read = time.perf_counter()
body = encode(build_deelnemerslijst(school, found.groepen, found.deelnemers, afspraak=AFSPRAKEN["1.1"],
              schooljaar=found.schooljaar, auteur="Benchmark", datumtijd=dt.datetime.now(dt.UTC)))
print(imported - started, read - imported, time.perf_counter() - read, len(found.deelnemers), len(body))
"""
)
STREAM = (
    SCHOOL
    + """
count = sum(pupil.deelnemer is not None for pupil in stream_edexml(Path(sys.argv[1]), school=school))
# ru_maxrss begins with the most of the parent process; this does not.
peak = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())["VmHWM"]
print(count, time.perf_counter() - started, int(peak.split()[0]) / 1024)
"""
)


def _timed(code: str, file: Path) -> tuple[float, list[str]]:
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout.split()


def main() -> None:
    """Write the files, read them in new processes, and print the middle of all rounds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pupils", type=int, default=1200)
    parser.add_argument("--stream", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "EDEX.XML"
        file.write_bytes(edexml_of(bedenk_leerlingen(wanted.pupils, schooljaar="2025-2026"), SCHOLEN[0]))
        rounds = [_timed(LIST, file) for _ in range(wanted.rounds)]
        empty = statistics.median(_timed("", file)[0] for _ in range(wanted.rounds))
        parts = [statistics.median(float(found[number]) for _, found in rounds) for number in range(3)]
        print(
            f"{rounds[0][1][3]} pupils, {file.stat().st_size // 1000} kB of EDEXML, {int(rounds[0][1][4]) // 1000} kB of JSON"
        )
        print(f"  whole process {statistics.median(total for total, _ in rounds):.3f} s (an empty one {empty:.3f} s)")
        print(f"  import {parts[0]:.3f} s, read {parts[1]:.3f} s, build and encode {parts[2]:.3f} s")
        file.write_bytes(edexml_of(bedenk_leerlingen(wanted.stream, schooljaar="2025-2026"), SCHOLEN[0]))
        _, (count, seconds, memory) = _timed(STREAM, file)
        size = file.stat().st_size / 1e6
        print(
            f"{count} pupils streamed, {size:.0f} MB of EDEXML: {float(seconds):.1f} s, at most {float(memory):.0f} MB memory"
        )


if __name__ == "__main__":
    main()
