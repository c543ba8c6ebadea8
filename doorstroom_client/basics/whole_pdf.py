"""Whether bytes are one whole PDF: HTTP cannot tell, as half a download, or a page, may look like a valid answer."""

from __future__ import annotations

import re

from doorstroom_client.basics.page_seen import has_tags, is_page

_EDGE = 1024
"""Bytes at either side in which a mark may stand, as readers of PDF have it."""
_START, _END = b"%PDF-", b"%%EOF"
_TEXTS = (b"{", b"[", b'"')
"""How JSON begins, in which a PDF may stand as a text; that text is no PDF."""
_BLANKS = b"\0\t\n\v\f\r "
_LINEARISED = re.compile(rb"/Linearized\b[^>]*/L\s+([0-9]{1,12})\b")
"""A file for the web has its first end near its start, and says at its start how long it is."""
_WORDS = (b"xref", b"startxref", b"trailer", b"endstream", b"endobj")
"""What stands in a file between its objects, and around a stream."""
_CUT = b"|".join(word[:size] for word in _WORDS for size in range(1, len(word)))
_MORE = re.compile(
    rb"[\0\s]*+(?:%[^\r\n]*+[\r\n][\0\s]*+)*+"
    rb"(?:[0-9]+\s+[0-9]+\b|" + b"|".join(_WORDS) + rb"|(?:[0-9]{1,10} ?|" + _CUT + rb")\Z)"
)
"""How a part begins that was added to a file, and that has an end of its own; or what goes on after a mark within a stream."""
_WITHIN = re.compile(rb"\bend(?:stream|obj)\b")
"""What closes an object, so that the mark before it stood in one."""


class WholePdf:
    """Looks at a PDF while it comes in, in pieces of any size; keeps no more of it than its edges."""

    def __init__(self) -> None:
        self._size = 0
        self._head = self._tail = b""
        self._ended = False

    def add(self, piece: bytes) -> None:
        """The next piece."""
        self._size += len(piece)
        if len(self._head) < _EDGE:
            self._head += piece[: _EDGE - len(self._head)]
        self._ended = self._ends_with(piece)
        self._tail = piece[-_EDGE:] if len(piece) >= _EDGE else (self._tail + piece)[-_EDGE:]

    def _ends_with(self, piece: bytes) -> bool:
        """Whether nothing but blanks came after the last mark."""
        at = piece.rfind(_END)
        if at >= 0:
            return not piece[at + len(_END) :].strip(_BLANKS)
        edge = self._tail[1 - len(_END) :] + piece[: len(_END) - 1]
        at = edge.find(_END)
        if at < 0:
            return self._ended and not piece.strip(_BLANKS)
        return not (edge[at + len(_END) :] + piece[len(_END) - 1 :]).strip(_BLANKS)

    @property
    def why_not(self) -> str:
        """Why this is no whole PDF; empty when it is one."""
        if is_page(self._head):
            return "a page stands in its place, or before it"
        if not begins_as_pdf(self._head):
            return "it does not begin as a PDF"
        promised = _LINEARISED.search(self._head)
        if promised is not None and self._size < int(promised[1]):
            return "it is shorter than it says that it is"
        if self._ended:
            return ""
        _, end, after = self._tail.rpartition(_END)
        if not end or _MORE.match(after) or _WITHIN.search(after):
            return "its end is missing"
        return "a page stands after it" if has_tags(after) else ""


def begins_as_pdf(content: bytes) -> bool:
    """Whether bytes begin as a PDF does, with nothing of a page or a message before it."""
    before, start, _ = content[:_EDGE].partition(_START)
    return bool(start) and not has_tags(before) and not before.lstrip(_BLANKS).startswith(_TEXTS)


def is_whole_pdf(content: bytes) -> bool:
    """Whether bytes are one whole PDF."""
    found = WholePdf()
    found.add(content)
    return not found.why_not
