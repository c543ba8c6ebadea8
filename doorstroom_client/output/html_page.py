"""A page in one file: it fetches nothing, runs nothing, sends nothing, and says so in its policy."""

from __future__ import annotations

import base64
import hashlib

from doorstroom_client.output.html import Html, Inhoud, element


def policy_of(css: str) -> str:
    """The Content-Security-Policy of a page: its own style sheet and nothing else.

    Args:
        css: the style sheet.
    """
    checksum = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{checksum}'; base-uri 'none'; form-action 'none'"


def whole_page(title: str, css: str, *, under: Inhoud, main: Inhoud, foot: Inhoud, before: Inhoud = None) -> bytes:
    """A whole page, in Dutch, with a way past its head for who uses the keyboard.

    Args:
        title: of the page; also its first heading.
        css: its style sheet.
        under: what stands under that heading.
        main: what it is about.
        foot: what stands at its end.
        before: what stands before everything that is seen.
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy_of(css)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex, noarchive"),
        element("title", title),
        element("style", Html(css)),
    )
    body = element(
        "body",
        element("a", "Naar de inhoud", href="#inhoud", class_="sla-over"),
        before,
        element("header", element("h1", title), under),
        element("main", main, id="inhoud", tabindex=-1),
        element("footer", foot),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='nl')}\n".encode()
