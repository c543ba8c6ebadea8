"""Certificates made with the program openssl, as an administrator makes them."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.processes import free_port, running

OPENSSL = shutil.which("openssl") or ""
needs_openssl = pytest.mark.skipif(not OPENSSL, reason="the program openssl is not installed")
LEGACY = "-provider", "legacy", "-provider", "default"
_CA = """
[ca]
default_ca = here
[here]
new_certs_dir = {folder}
database = {folder}/index.txt
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
copy_extensions = none
[anything]
countryName = optional
organizationName = optional
serialNumber = optional
commonName = supplied
"""


def openssl(*args: object) -> str:
    """Run it; its output."""
    done = subprocess.run([OPENSSL, *map(str, args)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Authority:
    """A root or an intermediate, and what it issues."""

    def __init__(self, folder: Path, name: str, issuer: Authority | None = None, *, days: tuple[int, int] = (-9, 900)) -> None:
        folder.mkdir()
        self.folder, self.name, self.issuer = folder, name, issuer
        self.key, self.cert = folder / "ca.key", folder / "ca.pem"
        (folder / "index.txt").touch()
        (folder / "ca.cnf").write_text(_CA.format(folder=folder))
        make_key(self.key)
        self.certify(issuer, self.cert, days)

    def certify(self, issuer: Authority | None, cert: Path, days: tuple[int, int] = (-9, 900)) -> Path:
        """A certificate for the key of this authority: by another, or by itself."""
        extensions = "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"
        return (issuer or self).sign(self.key, cert, f"/CN={self.name}", extensions, days, self_signed=issuer is None)

    def sign(
        self,
        key: Path,
        cert: Path,
        subject: str,
        extensions: Sequence[str],
        days: tuple[int, int] = (-9, 300),
        *,
        self_signed: bool = False,
    ) -> Path:
        """A certificate for any key, valid from so many days from now to so many days from now."""
        request, wanted = cert.with_suffix(".csr"), cert.with_suffix(".ext")
        wanted.write_text("\n".join(extensions) + "\n")
        openssl("req", "-new", "-key", key, "-subj", subject, "-out", request)
        now = dt.datetime.now(dt.UTC)
        start, end = (f"{now + dt.timedelta(days=day):%Y%m%d%H%M%SZ}" for day in days)
        by = ("-selfsign",) if self_signed else ("-cert", self.cert)
        openssl(
            *("ca", "-batch", "-notext", "-config", self.folder / "ca.cnf", "-keyfile", self.key, *by),
            *("-in", request, "-out", cert, "-extfile", wanted, "-startdate", start, "-enddate", end),
        )
        return cert

    def leaf(
        self,
        name: str,
        usage: str | None,
        *,
        days: tuple[int, int] = (-9, 300),
        rsa: int | None = None,
        extra: Sequence[str] = (),
    ) -> Leaf:
        """A certificate for an organisation with an OIN."""
        key, cert = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        make_key(key, rsa)
        extensions = ["subjectAltName=DNS:localhost", *extra, *([f"extendedKeyUsage={usage}"] if usage else [])]
        self.sign(key, cert, f"/C=NL/O=Bedacht/serialNumber=00000003990000010000/CN={name}", extensions, days)
        return Leaf(cert, key)


class Leaf:
    """A certificate and its key, as files."""

    def __init__(self, cert: Path, key: Path) -> None:
        self.cert, self.key = cert, key


def make_key(path: Path, rsa: int | None = None) -> Path:
    """A private key of its own: of an elliptic curve, or RSA."""
    kind = ("EC", "-pkeyopt", "ec_paramgen_curve:P-256") if rsa is None else ("RSA", "-pkeyopt", f"rsa_keygen_bits:{rsa}")
    openssl("genpkey", "-algorithm", *kind, "-out", path)
    path.chmod(0o600)
    return path


def together(path: Path, *parts: Path) -> Path:
    """The parts one after another in one file."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    path.chmod(0o600)
    return path


@contextmanager
def s_server(folder: Path, *args: object) -> Iterator[str]:
    """The server of the program, with these arguments; its address."""
    port = free_port()
    command = [OPENSSL, "s_server", "-accept", f"127.0.0.1:{port}", "-www", *map(str, args)]
    with running(command, port, folder):
        yield f"https://localhost:{port}"
