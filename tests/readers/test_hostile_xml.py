"""Hostile XML: refused with our error, without touching a file or the network, and without a value in what is told."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.errors import MessageError
from doorstroom_client.readers.edexml import read_edexml

from . import attacked


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("aanval")
    bait = folder / "lokaas"
    bait.mkdir()
    (bait / "geheim.txt").write_text(attacked.BAIT)
    (bait / "extern.dtd").write_text(f'<!ENTITY x "{attacked.BAIT}">')
    (bait / "catalog.xml").write_text(
        '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
        f'<public publicId="-//LOKAAS" uri="{(bait / "extern.dtd").as_uri()}"/></catalog>'
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/extern.dtd"
        command = [sys.executable, "-m", "tests.readers.attacked", str(folder), address]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
        found: dict[str, Any] = json.loads(done.stdout)
        found["calls"] = 0
        try:
            while True:
                server.accept()[0].close()
                found["calls"] += 1
        except BlockingIOError:
            pass
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is what sees a C library open a file")
def test_no_file_and_no_network(attack: dict[str, Any]) -> None:
    text, seen = attack["control"]
    assert text == attacked.BAIT, "the bait works: a parser with other settings takes it"
    assert seen > 0, "and that is noticed"
    assert attack["touched"] == 0
    assert attack["calls"] == 0
    assert attack["events"] == []


def test_every_hostile_file_is_refused_and_every_harmless_one_read(attack: dict[str, Any]) -> None:
    names = Path("/lokaas"), "http://x"
    expected = dict.fromkeys(attacked.hostile(*names), "refused") | dict.fromkeys(attacked.harmless(*names), "read 1")
    assert attack["outcomes"] == expected


def test_nothing_of_it_is_told(attack: dict[str, Any]) -> None:
    assert attack["leaked"] == []


def test_memory_stays_bounded(attack: dict[str, Any]) -> None:
    """The files themselves are in memory too, the largest of them 60 MB."""
    assert attack["peak_mb"] < 400


def test_packed_files_on_disk(tmp_path: Path) -> None:
    """lxml would unpack a file that it opens itself."""
    files = attacked.hostile(tmp_path, "http://x")
    for name in ("EDEX.XML", "EDEX.XML.gz"):
        (tmp_path / name).write_bytes(files["a gzip bomb"])
        with pytest.raises(MessageError, match="is packed"):
            read_edexml(tmp_path / name)
