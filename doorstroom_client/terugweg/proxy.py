"""Who sent a request, when a proxy ends TLS in front of the receiver: an explicit choice (extra ``proxy``).

The proxy hands on the client certificate in a header. That is believed only from an address that was named, and the
certificate is verified once more here. Certificates are public, so the second verification does not prove who is calling:
only the proxy can, and it must replace the header in every request.

    proxy = Proxy(["127.0.0.1"], anchors="pkio-private-root.pem", crls="crls.pem")
    app = client.terugweg.asgi(peer=proxy.of_scope)
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import unquote_to_bytes

from doorstroom_client import forks
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.events import Event, OnEvent, tell
from doorstroom_client.exchange.x509 import read_der
from doorstroom_client.terugweg.peer import oin_from_environ, oin_from_scope

if TYPE_CHECKING:
    from doorstroom_client.terugweg.verify import Trust

Files = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
Format = Literal["rfc9440", "escaped-pem"]
HEADER = "Client-Cert"
"""The header of RFC 9440."""
UNIX = "unix"
"""Stands for a connection over a unix socket."""
LOOK_EVERY = 60.0
"""Seconds between looks at the files."""
_CHAIN = "client-cert-chain"
_LONGEST_CHAIN = 6
_ITEM = re.compile(r":([A-Za-z0-9+/]+={0,2}):")
_PEM = re.compile(rb"\s*-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class Proxy:
    """Reads the certificate that a trusted proxy hands on. From any other address TLS itself is looked at, as without proxy.

    Args:
        trusted: addresses (``127.0.0.1``), networks (``10.1.2.0/24``) or ``unix`` from which the header is believed.
        anchors: PEM file or files with the roots that client certificates must lead to.
        crls: PEM file or files with revocation lists, as in `ClientCertificate`.
        intermediates: PEM file or files with intermediates, for a proxy that hands on the client's own certificate only.
        header: name of the header; it must be one that the proxy replaces in every request.
        format: ``rfc9440`` (``:base64 of DER:``, intermediates in ``Client-Cert-Chain``) or ``escaped-pem`` (a
            percent-encoded PEM text, as nginx gives).
        on_event: is told when changed files cannot be used.
        now: the wall clock (UTC).

    Raises:
        ConfigurationError: an argument or a file cannot be used, or the extra is not installed.
    """

    def __init__(
        self,
        trusted: Sequence[str],
        *,
        anchors: Files,
        crls: Files = (),
        intermediates: Files = (),
        header: str = HEADER,
        format: Format = "rfc9440",
        on_event: OnEvent | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._networks, self._unix = _networks(trusted), UNIX in trusted
        if not _NAME.fullmatch(header):
            raise _wrong("header", "must be the name of a header: letters, digits and dashes")
        if format not in get_args(Format):
            raise _wrong("format", f"must be one of {', '.join(get_args(Format))}")
        self._header, self._format = header.lower(), format
        self._files = _files(anchors), _files(intermediates), _files(crls)
        self._on_event, self._now = on_event, now
        self._lock = forks.Lock()
        self._stamp, self._trust = self._look(), self._read()
        self._looked_at = time.monotonic()

    def of_scope(self, scope: Mapping[str, Any]) -> str | None:
        """The OIN of the sender of an ASGI request; None when there is the least doubt."""
        address = (scope.get("client") or (None,))[0]
        server = scope.get("server")
        if address is None and server and server[1] is None:
            address = UNIX
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope.get("headers") or ()]
        if not self._trusts(address, [value for name, value in headers if name in _FORWARDED]):
            return oin_from_scope(scope)
        return self._oin([value for name, value in headers if name == self._header], dict(headers).get(_CHAIN, ""))

    def of_environ(self, environ: Mapping[str, Any]) -> str | None:
        """The OIN of the sender of a WSGI request; None when there is the least doubt.

        WSGI cannot tell ``Client_Cert`` from ``Client-Cert``, so the server must drop names with an underscore. gunicorn
        (from 22), waitress, mod_wsgi and Werkzeug do.
        """
        address = environ.get("REMOTE_ADDR")
        forwarded = [str(environ.get(_variable(name)) or "") for name in _FORWARDED]
        if not self._trusts(UNIX if address == "" else address, forwarded):
            return oin_from_environ(environ)
        found = environ.get(_variable(self._header))
        return self._oin([] if found is None else [str(found)], str(environ.get(_variable(_CHAIN)) or ""))

    def _trusts(self, address: object, forwarded: Sequence[str]) -> bool:
        if address == UNIX:
            return self._unix
        if not isinstance(address, str):
            return False
        named = {re.sub(r'^for=|[\[\]"]', "", part.strip()) for value in forwarded for part in re.split("[,;]", value)}
        if any(name == address or name.startswith(f"{address}:") for name in named):
            return False  # some servers take the address from this header, which anybody can write
        try:
            place = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        place = getattr(place, "ipv4_mapped", None) or place
        return any(place in network for network in self._networks)

    def _oin(self, values: Sequence[str], chain: str) -> str | None:
        if len(values) != 1:
            return None
        try:
            der = _from_item(values[0]) if self._format == "rfc9440" else _from_escaped_pem(values[0])
            along = [_from_item(item) for item in chain.split(",")] if self._format == "rfc9440" and chain.strip() else []
        except ValueError:
            return None
        if len(along) > _LONGEST_CHAIN or not self._current().is_sound(der, along, self._now()):
            return None
        return read_der(der).oin

    def _current(self) -> Trust:
        """The roots and lists, taken from the files again when those have changed."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_EVERY:
                self._looked_at = time.monotonic()
                stamp = self._look()
                if stamp != self._stamp:
                    self._take_over(stamp)
            return self._trust

    def _take_over(self, stamp: object) -> None:
        result = "new files are in use"
        try:
            self._trust, self._stamp = self._read(), stamp
        except ConfigurationError as error:
            result = f"new files cannot be used: {error.setting}"
        serious = stamp != self._stamp
        tell(Event("certificate", "-", result, "-", "-", "", self._now(), serious=serious), self._on_event)

    def _look(self) -> object:
        found: list[object] = []
        for path in (path for paths in self._files for path in paths):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((path, status.st_ino, status.st_mtime_ns, status.st_size))
        return found

    def _read(self) -> Trust:
        try:
            from doorstroom_client.terugweg.verify import Trust  # brings cryptography
        except ImportError:
            raise ConfigurationError(
                "the package cryptography is missing or too old, and certificates from a proxy are verified with it",
                hint="Install the extra: doorstroom_client[proxy]",
                setting="serve.proxy_trusted",
            ) from None
        problem = ""
        try:
            anchors, intermediates, crls = ([path.read_bytes() for path in paths] for paths in self._files)
            return Trust.read(anchors, intermediates, crls)
        except OSError as error:
            problem = f"cannot read {error.filename}: {error.strerror or type(error).__name__}"
        except ValueError as error:
            problem = str(error).splitlines()[0] if str(error) else "a file cannot be read"
        raise ConfigurationError(f"the roots and lists for the proxy: {problem}", setting="certificate.trust")


def _variable(header: str) -> str:
    return "HTTP_" + header.replace("-", "_").upper()


def _wrong(name: str, text: str) -> ConfigurationError:
    return ConfigurationError(f"serve.proxy_{name}: {text}", setting=f"serve.proxy_{name}")


def _files(given: Files) -> tuple[Path, ...]:
    return (Path(given),) if isinstance(given, str | os.PathLike) else tuple(map(Path, given))


def _networks(trusted: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    if isinstance(trusted, str) or not trusted:
        raise _wrong("trusted", "must be a list of addresses, with at least one")
    networks = []
    for item in trusted:
        if item != UNIX:
            try:
                networks.append(ip_network(item))
            except ValueError:
                raise _wrong("trusted", 'must hold addresses, networks or "unix"') from None
    if any(network.prefixlen == 0 for network in networks):
        raise _wrong("trusted", "may not hold a network of all addresses: everybody could say who they are")
    return networks


def _from_item(text: str) -> bytes:
    """The bytes in a structured field: ``:base64:`` (RFC 8941)."""
    found = _ITEM.fullmatch(text.strip(" \t"))
    if not found:
        raise ValueError("not a byte sequence")
    return base64.b64decode(found.group(1), validate=True)


def _from_escaped_pem(text: str) -> bytes:
    """The one certificate in a percent-encoded PEM text."""
    found = _PEM.fullmatch(unquote_to_bytes(text.strip(" \t")))
    if not found:
        raise ValueError("not one certificate")
    try:
        return base64.b64decode(b"".join(found.group(1).split()), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
