"""Who sent a request, when a proxy ends TLS in front of the receiver: an explicit choice (extra ``proxy``).

The proxy hands on the client certificate in a header. That is believed only from an address that was named, and the
certificate is verified once more here. Certificates are public, so the second verification does not prove who is calling:
only the proxy can, and it must replace the header in every request.

    proxy = Proxy(["127.0.0.1"], anchors="pkio-private-root.pem", crls="crls.pem")
    app = client.terugweg.asgi(peer=proxy.of_scope)
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doorstroom_client.basics import forks
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import Event, OnEvent, tell
from doorstroom_client.extras import not_installed
from doorstroom_client.parties.certificate_forms import as_pem
from doorstroom_client.parties.x509 import read_der
from doorstroom_client.receiving.peer import Peer, Sender, from_environ, from_scope
from doorstroom_client.receiving.proxy_forms import FORMS, Form, read_chain
from doorstroom_client.receiving.reasons import Reason

if TYPE_CHECKING:
    from doorstroom_client.receiving.verify import Trust

Files = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
UNIX = "unix"
"""Stands for a connection over a unix socket."""
LOOK_EVERY = 60.0
"""Seconds between looks at the files."""
_KINDS = (
    ("certificate.trust", "certificate", re.compile(rb"-----BEGIN (X509 )?CERTIFICATE-----")),
    ("serve.proxy_intermediates", "certificate", re.compile(rb"-----BEGIN (X509 )?CERTIFICATE-----")),
    ("certificate.crls", "revocation list", re.compile(rb"-----BEGIN X509 CRL-----")),
)
"""Of each group of files: the setting that names them, what is in them, and how that begins in PEM form."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class Proxy:
    """Reads the certificate that a trusted proxy hands on. From any other address TLS itself is looked at, as without proxy.

    Args:
        trusted: addresses (``127.0.0.1``), networks (``10.1.2.0/24``) or ``unix`` from which the header is believed.
        anchors: PEM file or files with the roots that client certificates must lead to.
        crls: PEM file or files with revocation lists, as in `ClientCertificate`.
        intermediates: PEM file or files with intermediates, for a proxy that hands on the client's own certificate only.
        header: name of the header, which the proxy must replace in every request; by default the usual one of the format.
        format: how it is written there: one of `FORMS`.
        on_event: is told when changed files cannot be used.
        now: the wall clock (UTC).

    Attributes:
        of_scope: gives the OIN of the sender of an ASGI request; None when there is the least doubt.
        of_environ: the same of a WSGI request. WSGI cannot tell ``Client_Cert`` from ``Client-Cert``, so the server must drop
            names with an underscore. gunicorn (from 22), waitress, mod_wsgi and Werkzeug do.

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
        header: str = "",
        format: str = "rfc9440",
        on_event: OnEvent | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._networks, self._unix = _networks(trusted), UNIX in trusted
        if header and not _NAME.fullmatch(header):
            raise _wrong("header", "must be the name of a header: letters, digits and dashes")
        if format not in FORMS:
            raise _wrong("format", f"must be one of {', '.join(FORMS)}")
        self._form: Form = FORMS[format]
        self._header = (header or self._form.header).lower()
        self._files = _files(anchors), _files(intermediates), _files(crls)
        self._on_event, self._now = on_event, now
        self._lock = forks.Lock()
        self._stamp, self._trust = self._look(), self._read()
        self._looked_at = time.monotonic()
        self.of_scope: Peer = Peer(self._from_scope)
        self.of_environ: Peer = Peer(self._from_environ)

    def _from_scope(self, scope: Mapping[str, Any]) -> Sender:
        address = (scope.get("client") or (None,))[0]
        server = scope.get("server")
        if address is None and server and server[1] is None:
            address = UNIX
        fields: dict[str, list[str]] = {}
        for name, value in scope.get("headers") or ():
            fields.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        if not self._trusts(address, [value for name in _FORWARDED for value in fields.get(name, ())]):
            return _direct(from_scope(scope))
        return self._judge(fields.get(self._header, ()), ",".join(fields.get(self._form.chain, ())))

    def _from_environ(self, environ: Mapping[str, Any]) -> Sender:
        address = environ.get("REMOTE_ADDR")
        forwarded = [str(environ.get(_variable(name)) or "") for name in _FORWARDED]
        if not self._trusts(UNIX if address == "" else address, forwarded):
            return _direct(from_environ(environ))
        found = environ.get(_variable(self._header))
        return self._judge([] if found is None else [str(found)], str(environ.get(_variable(self._form.chain)) or ""))

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

    def _judge(self, values: Sequence[str], chain: str) -> Sender:
        if not values:
            return Sender(None, Reason.NO_HEADER)
        try:
            (value,) = values
            own, *along = self._form.read(value.strip(" \t"))
            if own in along:
                raise ValueError("twice: two headers that a server made one of")
            along += [item for item in read_chain(chain) if item != own]
        except ValueError:
            return Sender(None, Reason.OTHER_FORM)
        reason = self._current().doubt(own, along, self._now())
        oin = None if reason else read_der(own).oin
        return Sender(oin) if oin else Sender(None, reason or Reason.NO_OIN)

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
            from doorstroom_client.receiving.verify import Trust  # brings cryptography
        except ImportError:
            purpose = "verifying certificates from a proxy with cryptography"
            raise not_installed("proxy", purpose, setting="serve.proxy_trusted") from None
        texts = [[_text(path, *kind) for path in paths] for kind, paths in zip(_KINDS, self._files, strict=True)]
        try:
            return Trust.read(*texts)
        except ValueError as error:
            # What cryptography says of a damaged file is about PEM in general.
            problem = str(error) if "TRIAL" in str(error) or not texts[0] else "one of its certificates or lists is damaged"
        raise ConfigurationError(f"the roots and lists for the proxy: {problem}", setting="certificate.trust")


def _text(path: Path, setting: str, what: str, begin: re.Pattern[bytes]) -> bytes:
    try:
        text = as_pem(path.read_bytes(), path.name)
    except OSError as error:
        problem = f"cannot read {path}: {error.strerror or type(error).__name__}"
    else:
        if begin.search(text):
            return text
        problem = f"{path} holds no {what}"
    raise ConfigurationError(f"{setting}: {problem}", setting=setting)


def _direct(sender: Sender) -> Sender:
    """A sender without the proxy. That nobody can be believed from there says more than that no certificate came along."""
    return Sender(None, Reason.UNTRUSTED) if sender.reason is Reason.NO_CERTIFICATE else sender


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
