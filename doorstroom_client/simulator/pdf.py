"""The smallest honest PDF: one A4 page of text, for the reports of simulated test suppliers."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

_WIDTH, _HEIGHT = 595, 842
_MARGIN = 72
_FONT_SIZE, _LEADING = 11, 16
_LINE_LENGTH = 80
# Letters without a decomposition, so Unicode itself names no base letter for them.
_BASE_LETTERS = {"ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
_MAX_LINES = (_HEIGHT - 2 * _MARGIN) // _LEADING


def make_pdf(lines: Sequence[str]) -> bytes:
    """Make a PDF of one A4 page in Helvetica.

    Args:
        lines: the text, top to bottom; longer lines are wrapped. A character that the font's encoding
            (WinAnsi) lacks becomes its base letter, or a question mark.

    Returns:
        The complete file, starting with ``%PDF-1.4``.

    Raises:
        ValueError: the text does not fit on one page.
    """
    wrapped = [part for line in lines for part in (textwrap.wrap(line, _LINE_LENGTH) or [""])]
    if len(wrapped) > _MAX_LINES:
        raise ValueError(f"{len(wrapped)} lines do not fit on one page of {_MAX_LINES} lines")
    content = _content(wrapped)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % (_WIDTH, _HEIGHT),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    # The comment with four high bytes tells programs that copy files that this one is binary.
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    # An entry of the cross-reference table is exactly 20 bytes, line end included.
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _content(lines: Sequence[str]) -> bytes:
    top = _HEIGHT - _MARGIN - _FONT_SIZE
    shown = b"\n".join(b"(%s) Tj T*" % _literal(line) for line in lines)
    return b"BT\n/F1 %d Tf\n%d TL\n%d %d Td\n%s\nET" % (_FONT_SIZE, _LEADING, _MARGIN, top, shown)


def _literal(text: str) -> bytes:
    encoded = b"".join(_win_ansi(character) for character in unicodedata.normalize("NFC", text))
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _win_ansi(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        base = _BASE_LETTERS.get(character) or unicodedata.normalize("NFKD", character)[0]
        return base.encode("cp1252", errors="replace")
