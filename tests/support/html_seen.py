"""A page as a reader of HTML sees it: its elements, its words, and whether anything in it could do harm."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections import Counter
from html.parser import HTMLParser

_ALLOWED = """html head meta title style body header main footer section div h1 h2 h3 h4 p a span b ul li dl dt dd
    nav ol strong table caption thead tbody tfoot tr th td details summary code svg defs pattern path rect line"""
ALLOWED = frozenset(_ALLOWED.split())


class Seen(HTMLParser):
    """What a page consists of."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def check_harmless(seen: Seen) -> None:
    """That only known elements are there, and none of them fetches, sends or runs anything; and that links lead somewhere."""
    assert not seen.open
    assert set(seen.tags) <= ALLOWED
    assert (seen.tags["style"], seen.tags["html"], seen.tags["title"]) == (1, 1, 1)
    for tag, name, value in seen.attributes:
        assert not name.startswith("on"), name
        assert name not in ("src", "srcset", "style", "action", "srcdoc", "ping", "xlink:href"), name
        assert name != "href" or (tag == "a" and re.fullmatch(r"#[\w-]+", value))
    ids = [value for _, name, value in seen.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for _, name, value in seen.attributes:
        assert name != "href" or value[1:] in ids
        assert name != "aria-labelledby" or value in ids
    assert ("html", "lang", "nl") in seen.attributes


def check_policy(page: str) -> None:
    """That the page allows its own style sheet and nothing else, before anything else stands in it."""
    found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    assert found
    rules = dict(part.strip().split(" ", 1) for part in html.unescape(found.group(1)).split(";"))
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    checksum = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'sha256-{checksum}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert "http" not in style
    assert not re.search(r"url\((?!#)|@import", style)
    assert "<script" not in page
