"""RSA keys for throw-away certificates. To make one takes seconds, so they are kept in a folder of this user.

They prove nothing to anybody: the roots that sign certificates for them live in memory and die with their process.
"""

from __future__ import annotations

import itertools
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

_FAST = 2048
"""Bits up to which making a key is as fast as reading one, nearly."""
_numbers: dict[int, Iterator[int]] = {}


def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """A key that no other certificate of this process has.

    Args:
        bits: its size.
    """
    folder = _folder() if bits > _FAST else None
    if folder is None:
        return _made(bits)
    kept = folder / f"rsa-{bits}-{next(_numbers.setdefault(bits, itertools.count()))}.pem"
    try:
        found = load_pem_private_key(kept.read_bytes(), None)
        if isinstance(found, rsa.RSAPrivateKey) and found.key_size == bits:
            return found
    except (OSError, ValueError):
        pass  # not there yet, or damaged
    key = _made(bits)
    _keep(kept, key)
    return key


def _made(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _folder() -> Path | None:
    """The folder, which nobody else can look into or put something in; None when there can be none."""
    if not hasattr(os, "getuid"):
        return None
    folder = Path(tempfile.gettempdir()) / f"doorstroom-test-keys-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077
    return folder if ours else None


def _keep(path: Path, key: rsa.RSAPrivateKey) -> None:
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_suffix(f".{os.getpid()}")  # several processes may make the same one
    try:
        with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)  # a full disk: it is made again the next time
