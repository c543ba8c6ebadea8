"""The plugin of pytest, as whoever installed the library meets it: in a folder of their own, with the code of the pages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/test-your-integration.md").read_text("utf-8")
BLOCKS = re.findall(r"<!-- compile: tests/ketentest/test_pytest_plugin.py [^>]*-->\n```python\n(.*?)```", PAGE, re.DOTALL)
LAS_PAGE = re.findall(r"```python\n(.*?)```", (ROOT / "docs/how-to/test-your-las.md").read_text("utf-8"), re.DOTALL)[0]
FASTAPI = """
import os
from contextlib import asynccontextmanager
from fastapi import FastAPI
from doorstroom_client import Advies, Adviezenlijst, AsyncClient, Leerling

@asynccontextmanager
async def lifespan(app):
    async with AsyncClient.from_config() as app.state.chain:
        yield

app = FastAPI(lifespan=lifespan)

@app.post("/adviezen", status_code=202)
async def adviezen(given: dict):
    chain = app.state.chain
    lijst = Adviezenlijst(chain.find_school(given["school"]), [Advies(Leerling(las_key=given["las_key"]), given["advies"])])
    await chain.send(lijst)
"""
DJANGO = """
import django
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from doorstroom_client import Advies, Adviezenlijst, Client, Leerling

def adviezen(request):
    with Client.from_config(settings.DOORSTROOM_CONFIG) as chain:
        pupil = Leerling(las_key=request.POST["las_key"])
        chain.send(Adviezenlijst(chain.find_school(request.POST["school"]), [Advies(pupil, request.POST["advies"])]))
    return HttpResponse(status=202)

urlpatterns = [path("adviezen", adviezen)]
if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], SECRET_KEY="x", DEBUG=False)
    django.setup()
"""


def run(folder: Path, *arguments: str, **files: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder as if the library were installed there."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DOORSTROOM_", "PYTEST_", "COV_"))}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "-q", *arguments]
    given = dict(environment, PYTHONPATH=f"{ROOT}{os.pathsep}{folder}")
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, timeout=180, check=False)


def test_the_page_has_the_code_that_is_tried_here() -> None:
    assert len(BLOCKS) == 3


def test_three_lines_in_an_empty_folder(tmp_path: Path) -> None:
    done = run(tmp_path, test_las=BLOCKS[0])
    assert (done.returncode, done.stdout.splitlines()[-1][:8]) == (0, "1 passed"), done.stdout + done.stderr


def test_a_las_in_fastapi(tmp_path: Path) -> None:
    pytest.importorskip("fastapi")
    # The test client of FastAPI warns of its own future.
    done = run(tmp_path, "-W", "default", test_las=BLOCKS[1], my_las=FASTAPI)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_las_in_django(tmp_path: Path) -> None:
    pytest.importorskip("django")
    done = run(tmp_path, test_las=f"import my_las\n{BLOCKS[2]}", my_las=DJANGO)
    assert done.returncode == 0, done.stdout + done.stderr


MARKED = """
import pytest
from doorstroom_client import Adviezenlijst, Deelnemerslijst, TlsError
from doorstroom_client.simulator import adviezen_of, deelnemers_of

def sign_up(keten):
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen(2))))

@pytest.mark.doorstroom_schooljaar("2026-2027", "Doorstroomtoetsketen_v2026-2027")
def test_next_year(keten, tmp_path):
    sign_up(keten)
    bodies = [item.verzoek.body for item in keten.toetssystemen["ICE"].verkeer.ontvangen]
    assert b"Doorstroomtoetsketen_v2026-2027" in bodies[0] and b"geslacht" not in bodies[0]
    with keten.client() as client:
        client.send(Adviezenlijst(keten.school, adviezen_of(keten.leerlingen(2))))
        keten.stuur_resultaten()
        found = list(client.resultaten())
        assert {item.resultaat.versie for item in found} == {"Doorstroomtoetsketen_v2026-2027"}
        assert len([item for item in client.fetch_leerlingrapporten(tmp_path) if item.path]) == 2

@pytest.mark.doorstroom_defect("ICE", "expired")
@pytest.mark.doorstroom_defect("DIA", "tls-1.1")
def test_a_certificate_that_ended(keten):
    with pytest.raises(TlsError):
        sign_up(keten)
    assert keten.servers.shown("DIA") == "tls-1.1"

@pytest.mark.parametrize("number", range(3))
def test_a_session_leaks_nothing(keten_sessie, number):
    assert keten_sessie.toetssystemen["ICE"].verkeer.geteld == 0
    sign_up(keten_sessie)
    keten_sessie.osr.outage = True
    keten_sessie.servers.show("ICE", "expired")
"""


def test_markers_and_sessions(tmp_path: Path) -> None:
    done = run(tmp_path, "--strict-markers", "-n", "2", test_las=MARKED)
    assert (done.returncode, "5 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_marker_on_the_wrong_fixture_is_told(tmp_path: Path) -> None:
    test = '@pytest.mark.doorstroom_defect("ICE", "expired")\ndef test_it(keten_sessie):\n    pass\n'
    done = run(tmp_path, test_las=f"import pytest\n{test}")
    assert 'goes with the fixture "keten"' in done.stdout


def test_nothing_is_loaded_until_it_is_used(tmp_path: Path) -> None:
    parts = ("simulator", "ketentest", "transport.httpx_transport")  # other plugins in this environment bring libraries
    names = tuple(f"doorstroom_client.{part}" for part in parts)
    test = f"import sys\ndef test_it():\n    assert not {{name for name in sys.modules if name.startswith({names})}}\n"
    assert run(tmp_path, test_las=test).returncode == 0


def test_scenarios_are_tests_without_a_test_file(tmp_path: Path) -> None:
    done = run(tmp_path, "--doorstroom=las,toetssysteem", "-k", "LA-101 or TS-404", "--junitxml", str(tmp_path / "j.xml"))
    assert done.returncode == 0, done.stdout + done.stderr
    cases = {case.get("name"): case for case in ET.parse(tmp_path / "j.xml").iter("testcase")}
    assert cases.keys() == {"LA-101", "TS-404"}
    found = {(item.get("name"), item.get("value")) for item in cases["TS-404"].iter("property")}
    assert {("eis", "OAS:405"), ("oordeel", "geslaagd")} <= found


def test_the_las_under_test_is_ones_own(tmp_path: Path) -> None:
    done = run(tmp_path, "--doorstroom=las", "-k", "LA-102 or LA-206", conftest=LAS_PAGE)
    assert done.returncode == 1
    assert "LA-102" in done.stdout
    assert "Traceback" not in done.stdout, "a verdict, not the inside of the runner"


def test_a_role_that_does_not_exist_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "--doorstroom=schoolbord")
    assert (done.returncode, 'no role "schoolbord"' in done.stderr) == (4, True)
