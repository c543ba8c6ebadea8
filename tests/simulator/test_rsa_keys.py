"""RSA keys for throw-away certificates are kept, in a folder that nobody else can look into or put something in."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from support.command_line import ROOT

from doorstroom_client.simulator import rsa_keys

BITS = 1024  # quick to make
pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="no owners of files here")


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of our own, and a process that has used no key yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr(rsa_keys, "_in_memory", {})
    return tmp_path / "caches"


def place(caches: Path) -> Path:
    return caches / "doorstroom-simulator"


def number(key: rsa.RSAPrivateKey) -> int:
    return key.private_numbers().d


def in_another_process(name: str) -> int:
    rsa_keys._in_memory.clear()
    return number(rsa_keys.kept_key(name, BITS))


def test_a_key_is_made_once(caches: Path) -> None:
    first, second = rsa_keys.kept_key("een", BITS), rsa_keys.kept_key("twee", BITS)
    assert number(first) != number(second)
    assert rsa_keys.kept_key("een", BITS) is first
    assert [in_another_process(name) for name in ("een", "twee")] == [number(first), number(second)]
    assert stat.S_IMODE(place(caches).stat().st_mode) == 0o700
    files = sorted(place(caches).iterdir())
    assert [(file.name, stat.S_IMODE(file.stat().st_mode)) for file in files] == [
        (f"rsa-{BITS}-{name}.pem", 0o600) for name in ("een", "twee")
    ]


def _with_another_prime(whole: bytes) -> bytes:
    """As when bytes on a disk fell over: it parses, and the numbers do not fit each other."""
    key = load_pem_private_key(whole, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    own = key.private_numbers()
    changed = rsa.RSAPrivateNumbers(own.p, own.q, own.d, own.dmp1, own.dmq1 ^ 2, own.iqmp, own.public_numbers)
    broken = changed.private_key(unsafe_skip_rsa_key_validation=True)
    return broken.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _of_another_size(_: bytes) -> bytes:
    return rsa.generate_private_key(65537, 1088).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "damage",
    [lambda _: b"", lambda _: b"half", lambda whole: whole[:-200], _with_another_prime, _of_another_size],
    ids=["empty", "no PEM", "cut short", "numbers", "size"],
)
def test_what_is_damaged_is_made_again(caches: Path, damage: Callable[[bytes], bytes]) -> None:
    rsa_keys.kept_key("een", BITS)
    (file,) = place(caches).iterdir()
    file.write_bytes(damage(file.read_bytes()))
    made = in_another_process("een")
    kept = load_pem_private_key(file.read_bytes(), None)  # with every check of OpenSSL
    assert isinstance(kept, rsa.RSAPrivateKey)
    assert (number(kept), kept.key_size) == (made, BITS)
    assert in_another_process("een") == made
    kept.public_key().verify(rsa_keys.kept_key("een", BITS).sign(b"x", padding.PKCS1v15(), SHA256()), b"x", *_SCHEME)


_SCHEME = (padding.PKCS1v15(), SHA256())


@pytest.mark.parametrize("how", ["open to others", "a link", "a file", "read only", "of another user", "no home"])
def test_where_no_key_can_be_kept(caches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Else somebody on this machine reads or chooses the key of a certificate; within a process it is one key all the same."""
    if how == "open to others":
        place(caches).mkdir(mode=0o700, parents=True)
        place(caches).chmod(0o770)
    elif how == "a link":
        (tmp_path / "elders").mkdir(mode=0o700)
        caches.mkdir()
        place(caches).symlink_to(tmp_path / "elders")
    elif how == "a file":
        caches.mkdir()
        place(caches).write_text("")
    elif how == "read only":
        monkeypatch.setenv("XDG_CACHE_HOME", "/proc/doorstroom")
    elif how == "of another user":
        place(caches).mkdir(mode=0o700, parents=True)
        mine = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", "niet/vanaf/de/wortel")
        monkeypatch.setattr(Path, "home", _nowhere)
    key = rsa_keys.kept_key("een", BITS)
    assert key.key_size == BITS
    assert rsa_keys.kept_key("een", BITS) is key
    assert not list(tmp_path.glob("**/*.pem"))


def _nowhere() -> Path:
    raise RuntimeError


def test_what_is_no_file_stays(caches: Path) -> None:
    (place(caches) / f"rsa-{BITS}-een.pem").mkdir(mode=0o700, parents=True)
    place(caches).chmod(0o700)
    assert rsa_keys.kept_key("een", BITS).key_size == BITS
    assert [path.name for path in place(caches).iterdir()] == [f"rsa-{BITS}-een.pem"]


def test_processes_at_the_same_time_leave_whole_keys(caches: Path) -> None:
    code = (
        "from doorstroom_client.simulator.rsa_keys import kept_key\n"
        f"for number in range(8): print(kept_key(str(number), {BITS}).private_numbers().d)\n"
    )
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    printed = [process.communicate(timeout=60)[0].split() for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert sorted(path.name for path in place(caches).iterdir()) == sorted(f"rsa-{BITS}-{at}.pem" for at in range(8))
    for at in range(8):
        assert str(in_another_process(str(at))) in {numbers[at] for numbers in printed}
