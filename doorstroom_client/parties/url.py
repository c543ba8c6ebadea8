"""Addresses of others: checked, joined, and compared as values; and the party that is called there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.auth import Auth, NoAuth


class Origin(NamedTuple):
    """Scheme, host and port of an address, parsed: origins are compared as values, never as text prefixes."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an absolute https address."""
        parts = urlsplit(url)
        return cls(parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or 443)

    @property
    def shown(self) -> str:
        """The host, and the port when that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def check_base_url(url: str, setting: str) -> str:
    """Check a configured base address and drop its last slash.

    Raises:
        ConfigurationError: it is not https, or holds a user name, query or fragment.
    """
    problem = ""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or 0 < parts.port < 65536
    except (ValueError, AttributeError, TypeError):
        raise ConfigurationError(f"{setting} is not an address", setting=setting) from None
    if parts.scheme.lower() != "https":
        problem = "must start with https:// (there is no way to send pupil data over plain HTTP)"
    elif not parts.hostname or not port_fits:
        problem = "names no host"
    elif parts.username is not None or parts.password is not None:
        problem = "must not hold a user name or password; use auth"
    elif parts.query or parts.fragment or "?" in url or "#" in url:
        problem = "must not hold a query or fragment"
    elif any(character.isspace() or not character.isprintable() for character in url) or "\\" in url:
        problem = "holds a space, control character or backslash"
    if problem:
        raise ConfigurationError(f"{setting} {problem}", setting=setting)
    return url.rstrip("/")


def address(base_url: str, *segments: str, query: Mapping[str, str]) -> str:
    """Join a base address, path segments and a query; every part is encoded, so none can change the path (quirk Q23)."""
    if any(segment in (".", "..") for segment in segments):
        raise ConfigurationError("a part of an address would climb out of its folder", setting="base_url")
    path = "/".join(quote(segment, safe="") for segment in segments)
    return f"{base_url}/{path}?{urlencode(query)}" if query else f"{base_url}/{path}"


@frozen
class Peer:
    """A party that is called: where it is, who it must prove to be, and how we identify ourselves on top of mutual TLS.

    Attributes:
        naam: the name for texts and logs.
        base_url: checked address, without a slash at the end.
        oin: the OIN its certificate must carry; None when that is not known.
        auth: headers to send on top of the client certificate.
    """

    naam: str
    base_url: str
    oin: str | None = None
    auth: Auth = field(default_factory=NoAuth)
