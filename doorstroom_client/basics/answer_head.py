"""What the head of a message says of its body: whether it is packed, how it is framed, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping

_NOT_PACKED = frozenset(("", "identity", "none", "binary", "utf-8", "utf8"))
"""Values that change no byte: the one that says so, and what programs put there that mean a charset, or nothing."""
_REPORT_TYPES = frozenset(
    (
        *("application/pdf", "application/x-pdf", "application/vnd.pdf", "application/acrobat", "text/pdf", "text/x-pdf"),
        *("application/octet-stream", "binary/octet-stream", "application/binary", "application/x-binary"),
        *("application/download", "application/x-download", "application/force-download", "application/x-force-download"),
        *("application/unknown", "application/x-unknown", ""),
    )
)
"""Names that a PDF goes by, and those that say no more than that these are bytes to be kept: frameworks, object stores and old
advice about downloads give them."""


def is_packed(content_encoding: str) -> bool:
    """Whether a body has to be unpacked: some coding on the list is more than a word that changes nothing."""
    return any(coding.strip().lower() not in _NOT_PACKED for coding in content_encoding.split(","))


def is_framed(headers: Mapping[str, str]) -> bool:
    """Whether the end of a body can be told from the end of a connection, which may come too early.

    Args:
        headers: names in small letters.
    """
    return "content-length" in headers or "transfer-encoding" in headers


def may_be_report(content_type: str) -> bool:
    """Whether a content type leaves open that its content is a PDF. Said twice, both have to."""
    return all(said.partition(";")[0].strip().lower() in _REPORT_TYPES for said in content_type.split(","))
