"""Whether bytes are a page for people: what proxies, portals and frameworks send in place of an answer, or around one."""

from __future__ import annotations

import re

_LOOKED_AT = 16 * 1024
"""Characters of a body that are looked at."""
_HTML = (
    "html|head|body|title|center|meta|link|base|style|script|noscript|h[1-6]|p|div|span|pre|b|i|em|strong|small|br|hr|a|img|"
    "table|tr|td|ul|ol|li|dl|font|form|input|section|article|main|header|footer|nav|iframe|frameset|svg|template|label|button|"
    "fieldset|legend|select|textarea|blockquote|aside|details|summary|dialog|figure|picture|video|audio|canvas|object|embed|map|"
    "code|samp|kbd|address|u|s|tt|big|sub|sup|nobr|marquee|blink|applet|frame|caption|thead|tbody|esi:[a-z]+|[a-z]+-[a-z-]+"
)
_PAGE = re.compile(
    r"(?:\s|<!--(?>.*?-->)|<\?(?>.*?\?>))*+"  # what may stand before it, never looked at twice
    rf"<(?:!doctype\s+html\b|!--|(?:{_HTML})\b|[\w.:-]{{0,40}}?(?:error|fault|exception|problem|denied))",
    re.DOTALL | re.IGNORECASE,
)
"""How a page begins. A comment that does not end within what is looked at counts as one too."""
_LATER = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
"""What only a page has: the warnings of a program, or words of a proxy, may stand before it."""
_TAG = re.compile(rf"<(?:!doctype\s|!--|/?(?:{_HTML})\b)", re.IGNORECASE)
"""A mark of a page, which may stand between words."""


def is_page(body: bytes, *, anywhere: bool = False) -> bool:
    """Whether bytes begin as a page for people does, in whatever encoding; or hold one, where there may be more before it."""
    text = start_as_text(body)
    return _PAGE.match(text) is not None or (anywhere and _LATER.search(text) is not None)


def has_tags(body: bytes) -> bool:
    """Whether something of a page stands in bytes that should hold next to nothing."""
    return is_page(body) or _TAG.search(start_as_text(body)) is not None


def start_as_text(body: bytes) -> str:
    """The beginning as text. Without NULs and marks, what UTF-16 and UTF-32 make of ASCII is ASCII again."""
    return body[: 4 * _LOOKED_AT].replace(b"\0", b"")[:_LOOKED_AT].lstrip(b"\xff\xfe\xef\xbb\xbf").decode("utf-8", "replace")
