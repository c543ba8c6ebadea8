"""Without the extra `simulator` there are invented pupils and suppliers; what makes certificates says what is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

BLOCKED = "import sys; sys.modules['cryptography'] = None\n"
PURE = """
from doorstroom_client import School
from doorstroom_client.messages.afspraak import NEWEST
from doorstroom_client.simulator import Toetssysteem, adviezen_of, bedenk_leerlingen, deelnemers_of, edexml_of, leerling_of
from doorstroom_client.simulator.osr import SimulatedOsr

klas = bedenk_leerlingen(27, schooljaar="2025-2026")
codes = {"onderwijsaanbiedercode": "901A901", "onderwijslocatiecode": "901X901", "administratienr": "01"}
school = School(instellingscode="99AA", vestigingscode="00", routeringskenmerk="0000000700099AA00530", **codes)
toetssysteem = Toetssysteem("ICE", "x", "0" * 20, mandaat=lambda *_: True, scholen=[school.oin], afspraken=[NEWEST])
toetssysteem.meld_aan(school, klas, schooljaar="2025-2026")
assert len(adviezen_of(klas)) == len(deelnemers_of(klas)[1]) == len(toetssysteem.neem_af()) == 27
assert b"<leerlingen>" in edexml_of(klas, school)
SimulatedOsr(api_key_header="x", api_key="y").mandate(school.oin, "0" * 20)
"""
CERTIFICATES = (
    "from doorstroom_client.simulator import Keten",
    "from doorstroom_client.simulator import faults",
    "import doorstroom_client.simulator as simulator; simulator.Keten()",
    "from doorstroom_client.simulator import *",
)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


def test_pupils_and_suppliers_need_no_extra() -> None:
    done = run(BLOCKED + PURE)
    assert (done.returncode, done.stderr) == (0, "")


def test_and_do_not_load_it_where_it_is_there() -> None:
    done = run(f"{PURE}\nimport sys\nprint(sorted(name for name in sys.modules if name.split('.')[0] == 'cryptography'))")
    assert (done.returncode, done.stdout.strip()) == (0, "[]")


@pytest.mark.parametrize("code", CERTIFICATES)
def test_what_makes_certificates_says_what_to_install(code: str) -> None:
    done = run(BLOCKED + code)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ImportError: the simulator makes its own certificates")
    assert 'pip install "doorstroom_client[simulator]"' in done.stderr


def test_another_name_is_not_there() -> None:
    done = run("from doorstroom_client.simulator import nothing_of_the_kind")
    assert "cannot import name 'nothing_of_the_kind'" in done.stderr
