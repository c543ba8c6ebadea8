"""Addresses: what may be configured, and that no value can change where a request goes."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstroom_client import Timeouts
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.url import Origin, address, check_base_url
from doorstroom_client.transport.request import Response


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://toets.example.nl", "https://toets.example.nl"),
        ("https://toets.example.nl/dst/", "https://toets.example.nl/dst"),
        ("https://toets.example.nl:8443/a/b//", "https://toets.example.nl:8443/a/b"),
        ("HTTPS://[::1]:8443/x", "HTTPS://[::1]:8443/x"),
    ],
)
def test_good(url: str, kept: str) -> None:
    assert check_base_url(url, "x.base_url") == kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "toets.example.nl",
        "//toets.example.nl",
        "http://toets.example.nl",
        "ftp://toets.example.nl",
        "https://",
        "https:///dst",
        "https://:443/dst",
        "https://toets.example.nl:0",
        "https://toets.example.nl:65536",
        "https://toets.example.nl:x",
        "https://u@toets.example.nl",
        "https://u:p@toets.example.nl",
        "https://@toets.example.nl",
        "https://toets.example.nl?x=1",
        "https://toets.example.nl?",
        "https://toets.example.nl#",
        "https://toets.example.nl/#x",
        "https://toets.example.nl/ x",
        "https://toets.example.nl/\n",
        " https://toets.example.nl",
        "https://toets.example.nl\\@evil.example",
        "https://toets.example.nl/\x00",
        "https://toets.example.nl/\x7f",
        "https://[::1",
        None,
        5,
        b"https://toets.example.nl",
    ],
)
def test_refused(url: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_base_url(url, "x.base_url")
    assert caught.value.setting == "x.base_url"


HOSTILE = [
    "../registreren",
    "a/b",
    "a?x=1",
    "a#b",
    "a%2fb",
    "%2e%2e",
    "a\\b",
    "a\r\nX: y",
    "a\x00",
    "//evil.example",
    "é",
    ";x",
]


@pytest.mark.parametrize("segment", HOSTILE)
def test_a_segment_stays_one_segment(segment: str) -> None:
    url = address("https://h.example/dst", "leerlingrapport", segment, query={"edu-to": "a&b=c"})
    parts = urlsplit(url)
    assert parts.netloc == "h.example"
    assert parts.path.startswith("/dst/leerlingrapport/")
    assert parts.path.count("/") == 3
    assert parse_qsl(parts.query) == [("edu-to", "a&b=c")]
    assert parts.fragment == ""


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(lambda x: x not in (".", "..")))
def test_any_text_stays_in_its_place(text: str) -> None:
    parts = urlsplit(address("https://h.example/dst", "x", text, query={"q": text}))
    assert parts.path.count("/") == 3
    assert parse_qsl(parts.query, keep_blank_values=True) == [("q", text)]


@pytest.mark.parametrize("segment", [".", ".."])
def test_dots_do_not_climb(segment: str) -> None:
    import httpx

    try:
        url = address("https://h.example/dst", "leerlingrapport", segment, query={})
    except ConfigurationError:
        return
    assert httpx.URL(url).path.startswith("/dst/leerlingrapport/")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://A.example/x", "a.example"),
        ("https://a.example:8443", "a.example:8443"),
        ("https://[2001:db8::1]/x", "[2001:db8::1]"),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443"),
    ],
)
def test_how_an_origin_is_shown(url: str, shown: str) -> None:
    assert Origin.of(url).shown == shown


def test_origins() -> None:
    assert Origin.of("https://A.example/x") == Origin.of("HTTPS://a.example:443") == Origin("https", "a.example", 443)
    assert Origin.of("https://a.example:444") != Origin.of("https://a.example")
    assert Origin.of("https://a.example.evil") != Origin.of("https://a.example")


@pytest.mark.parametrize("name", ["connect", "post", "osr", "rapport"])
@pytest.mark.parametrize("bad", [0, -1, 3601, float("nan"), float("inf"), "5", None, True])
def test_timeouts(name: str, bad: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Timeouts(**{name: bad})
    assert caught.value.setting == f"timeouts.{name}"
    assert Timeouts(**{name: 3600})


def test_media_type() -> None:
    assert Response(200, {"content-type": " Application/PDF ; x=y"}).media_type == "application/pdf"
    assert Response(200).media_type == ""
    assert "geheim" not in repr(Response(200, {"x": "geheim"}, b"geheim"))
