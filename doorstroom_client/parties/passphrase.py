"""What no passphrase can hold: told before a program that would fail over it gets it. Nothing of it is repeated."""

from __future__ import annotations

_LONGEST_NEW = 1023
"""Bytes; with more OpenSSL encrypts nothing."""


def why_none(passphrase: str) -> str:
    """Why a text cannot be a passphrase; empty when it can.

    Args:
        passphrase: the text.
    """
    if "\0" in passphrase:
        return "the passphrase holds a NUL; is the file UTF-16?"
    return "" if _encoded(passphrase) is not None else "the passphrase holds half a character; is its text UTF-16?"


def why_not_new(passphrase: str) -> str:
    """Why a key cannot be encrypted with a passphrase; empty when it can.

    Args:
        passphrase: the text.
    """
    too_long = len(_encoded(passphrase) or b"") > _LONGEST_NEW
    return why_none(passphrase) or (f"the passphrase is longer than {_LONGEST_NEW} bytes; take a shorter one" * too_long)


def _encoded(passphrase: str) -> bytes | None:
    try:
        return passphrase.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None
