"""The blocks of a PEM text, found in one walk over it: a search for each end apart takes hours on a text of beginnings."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from doorstroom_client.basics.frozen import frozen

_MARK = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 #]+)-----")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CERTIFICATES = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
PKCS7S = frozenset({"PKCS7", "CMS", "PKCS #7 SIGNED DATA"})
CRL = "X509 CRL"
"""The labels of certificates, of several in PKCS#7, and of a revocation list."""


@frozen
class Block:
    """What stands from one BEGIN to its END.

    Attributes:
        label: such as ``CERTIFICATE``.
        whole: all of it, with both marks.
        inner: what stands between the marks; without its end, up to the next mark.
        ended: whether it has an end of the same label, before anything else begins.
    """

    label: str
    whole: bytes
    inner: bytes
    ended: bool

    @property
    def der(self) -> bytes:
        """What it holds.

        Raises:
            ValueError: it is no base64.
        """
        return base64.b64decode(b"".join(self.inner.split()))


def blocks(data: bytes, *, of_lines: bool = False) -> Iterator[Block]:
    """Each block of a PEM text, in order.

    Args:
        data: the text.
        of_lines: whether only those count that begin a line, or stand behind a byte order mark that begins the text.
    """
    begun: re.Match[bytes] | None = None
    for mark in _MARK.finditer(data):
        begins = mark.group(1) == b"BEGIN"
        if begins and of_lines and not _begins_line(data, mark.start()):
            continue
        if begun is not None:
            yield _block(data, begun, mark, ended=not begins and mark.group(2) == begun.group(2))
        begun = mark if begins else None
    if begun is not None:
        yield _block(data, begun, None, ended=False)


def cut_short(data: bytes) -> str:
    """The label of the first block that begins a line and does not end; empty when there is none."""
    return next((block.label for block in blocks(data, of_lines=True) if not block.ended), "")


def _block(data: bytes, begun: re.Match[bytes], mark: re.Match[bytes] | None, *, ended: bool) -> Block:
    until = len(data) if mark is None else mark.start()
    whole = data[begun.start() : mark.end() if ended and mark is not None else until]
    return Block(begun.group(2).decode("ascii"), whole, data[begun.end() : until], ended)


def _begins_line(data: bytes, at: int) -> bool:
    return at == 0 or data[at - 1 : at] == b"\n" or (at == len(_BYTE_ORDER_MARK) and data.startswith(_BYTE_ORDER_MARK))
