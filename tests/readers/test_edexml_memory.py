"""A stream takes the memory of its identities, whatever the size of the file.

`DOORSTROOM_EDEXML_PUPILS=100000` reads as many; they have to stay under 150 MB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import SCHOOL

from doorstroom_client.simulator.edexml import edexml_of
from doorstroom_client.simulator.invented import bedenk_leerlingen

# Read here, because no variable of ours is left while a test runs.
PUPILS = int(os.environ.get("DOORSTROOM_EDEXML_PUPILS", "6000"))
START_MB, PER_PUPIL_KB = 60, 0.9
PROBE = """
import sys
from pathlib import Path
from doorstroom_client.readers.edexml import stream_edexml
count = sum(pupil.deelnemer is not None for pupil in stream_edexml(Path(sys.argv[1])))
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(count, int(status["VmHWM"].split()[0]) / 1024)  # ru_maxrss would begin with the most of this test process
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the most memory of a process there")
def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "EDEX.XML"
    file.write_bytes(edexml_of(bedenk_leerlingen(PUPILS, schooljaar="2025-2026"), SCHOOL))
    done = subprocess.run([sys.executable, "-c", PROBE, str(file)], capture_output=True, text=True, check=True)
    count, peak = done.stdout.split()
    assert int(count) == PUPILS
    assert float(peak) < START_MB + PER_PUPIL_KB * PUPILS / 1000
    sys.stdout.write(f"{count} pupils: {peak} MB\n")
