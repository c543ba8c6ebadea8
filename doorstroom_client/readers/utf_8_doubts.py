"""What in ASCII or UTF-8 is not what it seems: letters encoded twice, by accident, or in UTF-7. Nothing here raises."""

from __future__ import annotations

import re

from doorstroom_client.readers.letters_in_place import DUTCH, Words


def _signs(codec: str) -> str:
    """How a following byte of UTF-8 looks in an encoding of one byte per letter."""
    found = (bytes([code]).decode(codec, "ignore") or chr(code) for code in range(0x80, 0xC0))
    return "".join(re.escape(sign) for sign in found)


TWICE = re.compile(
    "|".join(
        f"[{re.escape(bytes(range(0xC2, 0xC6)).decode(codec))}][{_signs(codec)}]"
        f"|{re.escape(bytes([0xE2]).decode(codec))}[{_signs(codec)}]{{2}}"
        for codec in ("cp1252", "cp850", "mac_roman")
    )
)
"""A letter or sign of UTF-8 that was taken for letters of another encoding, and those made UTF-8."""
STRANGE = re.compile("[\u0080-\u009f\u0180-\u0217\u021c-\u02ff\u0370-\u07ff]")
"""Letters in UTF-8 that may be two letters of another encoding, such as a capital and an apostrophe."""
_UTF_7 = re.compile(rb"\+[A-Za-z0-9+/]{3,40}(?![A-Za-z0-9+/=])")
_BEFORE, _AFTER = re.compile(rb"[A-Za-z.'+/-]{0,60}\Z"), re.compile(rb"[A-Za-z.'+/-]{0,60}")
_NEAR = 60
"""Bytes around a letter in UTF-7 in which the rest of its name is looked for."""
_LETTERS = "\u00c0-\u017f\u0218-\u021b"
_NAME = re.compile(rf"[.'-]*(?:(?:[A-Za-z{_LETTERS}][a-z{_LETTERS}]*|[A-Z{_LETTERS}]+)(?:[.'-]+|\Z))+")
"""Parts of names with a capital in front, or of capitals only: a key that is base64 has them anywhere."""


def is_sense(line: bytes) -> bool:
    """Whether a line makes sense in an encoding of one byte per letter."""
    words = Words()
    words.add(1, line)
    return bool(words.lines_elsewhere()) or (bool(words.possible()) and any(words.against(item) for item in DUTCH))


def is_utf_7(line: bytes) -> bool:
    """Whether there are letters of names in a line of ASCII, as UTF-7 writes them."""
    for found in _UTF_7.finditer(line):
        start, end = found.span()
        before, after = _BEFORE.search(line[max(0, start - _NEAR) : start]), _AFTER.match(line[end : end + _NEAR])
        try:
            text = b"".join(part.group() if part else b"" for part in (before, found, after)).decode("utf-7")
        except ValueError:
            continue
        if not text.isascii() and _NAME.fullmatch(text):
            return True
    return False
