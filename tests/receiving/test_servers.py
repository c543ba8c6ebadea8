"""The servers of the table in receive-results.md that are cheap to run: what the page says to do, works."""

from __future__ import annotations

import importlib.util
import os
import re
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.processes import free_port
from support.serving import ROOT, Supplier

from doorstroom_client.simulator import Keten

PAGE = (ROOT / "docs" / "how-to" / "receive-results.md").read_text("utf-8")
TLS = ["--certfile", "{las}.cert.pem", "--keyfile", "{las}.key.pem", "--ca-certs", "{trust}", "--cert-reqs", "2"]
OTHERS = ["--ssl-certfile", "{las}.cert.pem", "--ssl-keyfile", "{las}.key.pem", "--ssl-ca-certs", "{trust}"]
UVICORN = ["uvicorn", "--no-proxy-headers", "--port", "{port}", *OTHERS, "--ssl-cert-reqs", "2"]
PROTOCOL = ["--http", "doorstroom_client.receiving.server.uvicorn_tls:TlsH11Protocol", "--loop", "asyncio"]
ASGI = "from doorstroom_client import Client\napp = Client.from_config().terugweg.asgi()\n"
WORKER = (
    "from uvicorn_worker import UvicornWorker\nfrom doorstroom_client.receiving.server.uvicorn_tls import TlsH11Protocol\n"
    "class Worker(UvicornWorker):\n"
)
SERVERS: dict[str, tuple[list[str], str, int]] = {
    "uvicorn": ([*UVICORN, "page:app"], ASGI, 401),
    "uvicorn with our protocol": ([*UVICORN, *PROTOCOL, "page:app"], ASGI, 202),
    "gunicorn, WSGI": (["gunicorn", "-b", "127.0.0.1:{port}", *TLS, "page:app"], "def peer(environ)", 202),
    "gunicorn, threads": (["gunicorn", "--threads", "2", "-b", "127.0.0.1:{port}", *TLS, "page:app"], "def peer(environ)", 202),
    "gunicorn, uvicorn": (["gunicorn", "-k", "page.Worker", "-b", "127.0.0.1:{port}", *TLS, "page:app"], "CONFIG_KWARGS", 202),
    "hypercorn": (
        ["hypercorn", "--bind", "127.0.0.1:{port}", *TLS[:6], "--verify-mode", "CERT_REQUIRED", "page:app"],
        ASGI,
        401,
    ),
}
"""Name -> its arguments, the code or what the code on the page has in it, and what becomes of a result."""


def code(wanted: str) -> str:
    """The application: as given, or the piece of the page that has this in it."""
    if wanted.endswith("\n"):
        return wanted
    if wanted == "CONFIG_KWARGS":
        (line,) = re.findall(r"`(CONFIG_KWARGS = .*?)`", PAGE)
        return f"{WORKER}    {line}\n{ASGI}"
    (found,) = (block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if wanted in block)
    return str(found)


@pytest.mark.parametrize("name", SERVERS)
def test_a_server(name: str, chain: Keten, supplier: Supplier, tmp_path: Path) -> None:
    arguments, wanted, status = SERVERS[name]
    source = code(wanted)
    for module in {arguments[0], *(["uvicorn_worker"] if "uvicorn_worker" in source else [])}:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed (pip install {module})")
    (tmp_path / "page.py").write_text(source)
    port, las = free_port(), chain.directory / "pki-servers" / "las"
    command = [part.format(port=port, las=las, trust=chain.certificate.trust_files[0]) for part in arguments]
    settings = {
        "DOORSTROOM_CONFIG": str(chain.directory / "doorstroom.toml"),
        "DOORSTROOM_STORE": str(tmp_path / "s.db"),
        "PYTHONPATH": f"{ROOT}:{tmp_path}",
        "PATH": os.environ.get("PATH", ""),
    }
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen([sys.executable, "-m", *command], env=settings, stdout=said, stderr=said, cwd=tmp_path)
    try:
        assert _post(supplier, port, process, tmp_path) == status
        assert supplier.post(port) == status
        anonymous = Supplier(chain)
        anonymous.context = ssl.create_default_context(cafile=chain.certificate.trust_files[0])
        assert _is_shut_out(anonymous, port)
        assert Supplier(chain, "dia").post(port) == 401
    finally:
        process.terminate()
        process.wait(timeout=20)


def _is_shut_out(anonymous: Supplier, port: int) -> bool:
    try:
        return anonymous.post(port) == 0
    except OSError:
        return True


def _post(supplier: Supplier, port: int, process: subprocess.Popen[bytes], folder: Path) -> int:
    until = time.monotonic() + 20
    while True:
        try:
            return supplier.post(port)
        except OSError:
            assert process.poll() is None and time.monotonic() < until, (folder / "said").read_text()
            time.sleep(0.05)
