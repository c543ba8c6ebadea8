"""Ontvangstmelding: the short text that goes with an answer."""

from __future__ import annotations

from typing import Any

from doorstroom_client.messages.values import as_text

MELDING_LIMIT = 2000
"""Characters of a text that are kept; the rest is dropped."""


def melding_of(document: Any) -> str:
    """The text in an `Ontvangstmelding`, or in an RFC 9457 problem document (quirk Q26).

    Args:
        document: decoded JSON of any kind.

    Returns:
        The text, cut to `MELDING_LIMIT`; empty when there is none. It may be about a pupil: do not log it.
    """
    if not isinstance(document, dict):
        return ""
    for key in ("melding", "detail", "title", "message", "error"):
        text = as_text(document.get(key))
        if text:
            return text[:MELDING_LIMIT]
    return ""


def ontvangstmelding(text: str) -> dict[str, str]:
    """The body of an answer."""
    return {"melding": text}
