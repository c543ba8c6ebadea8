"""The public surface, and what importing it does to a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import doorstroom_client

FORBIDDEN = ["httpx", "httpcore", "lxml", "sqlite3", "typer", "rich", "uvicorn", "cryptography", "ssl_", "fastapi", "psycopg"]
PROBE = """
import json, sys
events = []
def hook(event, arguments):
    if event.startswith("socket."):
        events.append(event)
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        events.append("open " + (arguments[0] if isinstance(arguments[0], str) else arguments[0].decode()))
sys.addaudithook(hook)
import doorstroom_client
for name in doorstroom_client.__all__:
    getattr(doorstroom_client, name)
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"events": events, "loaded": loaded}))
"""


def test_sorted_complete_and_importable() -> None:
    names = doorstroom_client.__all__
    assert names == sorted(names)
    assert len(set(names)) == len(names)
    for name in names:
        assert getattr(doorstroom_client, name).__doc__
    visible = {name for name in vars(doorstroom_client) if not name.startswith("_")} - set(names)
    modules = {name for name in visible if type(getattr(doorstroom_client, name)).__name__ == "module"}
    assert visible - modules - {"annotations"} == set()


def test_every_error_is_public() -> None:
    from doorstroom_client import errors

    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.DoorstroomError)}
    assert kinds <= set(doorstroom_client.__all__)


def test_importing_is_light_and_touches_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    (tmp_path / ".netrc").write_text("machine localhost login x password y\n")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    found = json.loads(done.stdout)
    assert done.stderr == ""
    assert [name for name in FORBIDDEN if name in found["loaded"]] == []
    # asyncio asks once whether this machine has IPv6; nothing is bound or connected.
    assert {event for event in found["events"] if event.startswith("socket.") and event != "socket.__new__"} == set()
    assert [event for event in found["events"] if event.startswith("open ") and str(tmp_path) in event] == []
