"""RSA keys for the certificates of tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import rsa

from doorstroom_client.simulator.rsa_keys import kept_key

_numbers: dict[int, Iterator[int]] = {}


def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """A key that no other certificate of this process has.

    Args:
        bits: its size.
    """
    return kept_key(f"test-{next(_numbers.setdefault(bits, itertools.count()))}", bits)
