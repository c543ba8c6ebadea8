"""RSA keys for throw-away certificates are kept, in a folder that nobody else can look into or put something in."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from . import rsa_keys

BITS = 2304  # quick to make, and kept as larger ones are
made: list[int] = []
pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="no owners of files here")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of our own, and a process that has made nothing yet."""
    real = rsa_keys._made
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(rsa_keys, "_numbers", {})
    monkeypatch.setattr(rsa_keys, "_made", lambda bits: (made.append(bits), real(bits))[1])
    made.clear()
    return tmp_path / f"doorstroom-test-keys-{os.getuid()}"


def in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rsa_keys, "_numbers", {})


def number(key: rsa.RSAPrivateKey) -> int:
    return key.private_numbers().d


def test_a_key_is_made_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = rsa_keys.rsa_key(BITS), rsa_keys.rsa_key(BITS)
    assert number(first) != number(second)  # two certificates never have the same one
    in_another_process(monkeypatch)
    assert [number(rsa_keys.rsa_key(BITS)) for _ in range(2)] == [number(first), number(second)]
    assert made == [BITS] * 2
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    files = sorted(place.iterdir())
    assert [(file.name, stat.S_IMODE(file.stat().st_mode)) for file in files] == [
        (f"rsa-{BITS}-{at}.pem", 0o600) for at in range(2)
    ]


def test_what_is_damaged_is_made_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rsa_keys.rsa_key(BITS)
    (file,) = place.iterdir()
    for content in (b"", b"half", file.read_bytes()[:-200]):
        file.write_bytes(content)
        in_another_process(monkeypatch)
        key = rsa_keys.rsa_key(BITS)
        kept = load_pem_private_key(file.read_bytes(), None)
        assert isinstance(kept, rsa.RSAPrivateKey)
        assert number(kept) == number(key)


@pytest.mark.parametrize("how", ["open to others", "a link", "a file"])
def test_a_folder_that_somebody_else_can_write(place: Path, tmp_path: Path, how: str) -> None:
    """Else somebody on this machine chooses the key of a certificate."""
    if how == "open to others":
        place.mkdir(mode=0o700)
        place.chmod(0o770)
    elif how == "a link":
        (tmp_path / "elders").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "elders")
    else:
        place.write_text("")
    assert rsa_keys.rsa_key(BITS).key_size == BITS
    assert not list(tmp_path.glob("**/*.pem"))


def test_of_another_user(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.mkdir(mode=0o700)
    mine = os.getuid()
    place.rename(place.with_name(f"doorstroom-test-keys-{mine + 1}"))
    monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    assert rsa_keys.rsa_key(BITS).key_size == BITS
    assert not list(place.parent.glob("**/*.pem"))


def test_only_where_it_saves_time(place: Path) -> None:
    rsa_keys.rsa_key(2048)
    assert not place.exists()
    rsa_keys.rsa_key(BITS)
    assert len(list(place.iterdir())) == 1
