"""RSA keys for throw-away certificates, kept on this machine for its next chains, because making one takes long.

They are for tests only, and prove nothing to anybody: the authorities that sign certificates for them live in memory and die
with their process. They lie in ``doorstroom-simulator`` in the cache folder of the user (``XDG_CACHE_HOME``, or ``~/.cache``),
which may be thrown away at any time. Where they cannot be kept, or where somebody else could put something, each process makes
its own.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from doorstroom_client.errors import StoreError
from doorstroom_client.output.files import write_whole

USUAL_BITS = 2048
"""The least that OpenSSL still takes at its usual level; a larger one makes every handshake slower and tests nothing more."""
_FOLDER = "doorstroom-simulator"
_in_memory: dict[str, rsa.RSAPrivateKey] = {}
"""What this process used before, by file name."""


def kept_key(name: str, bits: int = USUAL_BITS) -> rsa.RSAPrivateKey:
    """The key of this name: the same one each time on this machine, and another than that of another name.

    Args:
        name: whose it is; part of a file name.
        bits: its size.
    """
    file = f"rsa-{bits}-{name}.pem"
    found = _in_memory.get(file)
    if found is None:
        folder = _folder()
        found = (folder and _read(folder / file, bits)) or _make(folder and folder / file, bits)
    return _in_memory.setdefault(file, found)


def _read(path: Path, bits: int) -> rsa.RSAPrivateKey | None:
    """What is kept there; None when there is nothing, or it is damaged."""
    try:
        # OpenSSL's own look at a key takes as long as making one; `_is_whole` sees what a damaged file can bring.
        found = load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, rsa.RSAPrivateKey) and found.key_size == bits and _is_whole(found) else None


def _is_whole(key: rsa.RSAPrivateKey) -> bool:
    numbers = key.private_numbers()
    p, q, d = numbers.p, numbers.q, numbers.d
    return (
        p * q == numbers.public_numbers.n
        and all(numbers.public_numbers.e * d % (prime - 1) == 1 for prime in (p, q))
        and (numbers.dmp1, numbers.dmq1, numbers.iqmp * q % p) == (d % (p - 1), d % (q - 1), 1)
    )


def _make(path: Path | None, bits: int) -> rsa.RSAPrivateKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    if path is not None:
        with suppress(StoreError):  # a full disk: it is made again the next time
            write_whole(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def _folder() -> Path | None:
    """The folder, which nobody else can look into or put something in; None when there can be none."""
    if not hasattr(os, "getuid"):
        return None
    try:
        folder = _caches() / _FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except (OSError, RuntimeError):  # the second: nobody knows where this user is at home
        return None
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077
    return folder if ours else None


def _caches() -> Path:
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return given if given.is_absolute() else Path.home() / ".cache"
