"""What a configuration says, checked: the choices for every call and message, our certificate and store, and how we receive."""

from __future__ import annotations

import datetime as dt
from dataclasses import field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.choices import Choices
from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.config.testperiodes import Testperiode
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.jaargangen import Jaargang, Jaargangen
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.our_side import as_afspraak
from doorstroom_client.parties.certificate import ClientCertificate, ServerCertificate
from doorstroom_client.receiving.proxy import Proxy
from doorstroom_client.store.retention import Retention

_OF_COMMANDS = ("serve", "edexml", "testperiodes")
"""What a client has no use for."""


@frozen(kw_only=True)
class Serve:
    """Where and how results are received.

    Attributes:
        certificate: the one that the receiver shows, when that is not the one for calling others.
        host: the address to listen on.
        port: the port to listen on.
        proxy_trusted: addresses or networks of the proxy that ends TLS in front; empty when TLS ends here.
        proxy_header: the header in which it hands on the certificate; empty is the usual one of the format.
        proxy_format: the form in which it does so.
        proxy_intermediates: files with intermediates, when it hands on none.
    """

    certificate: ServerCertificate | None = None
    host: str = "127.0.0.1"
    port: int = 8443
    proxy_trusted: tuple[str, ...] = ()
    proxy_header: str = ""
    proxy_format: str = "rfc9440"
    proxy_intermediates: tuple[Path, ...] = ()

    def proxy(self, certificate: ClientCertificate) -> Proxy | None:
        """Reads the certificate that the proxy in front hands on; None when TLS ends here.

        Args:
            certificate: ours: its roots and revocation lists are those of the senders too.

        Raises:
            ConfigurationError: a setting or file of it cannot be used, or what passes unencrypted would cross a network.
        """
        if not self.proxy_trusted:
            return None
        if not _is_loopback(self.host):
            raise ConfigurationError(
                "serve.host must be a loopback address when TLS ends in a proxy: what passes here is not encrypted",
                setting="serve.host",
                hint='Give serve.host = "127.0.0.1" and let the proxy run on this machine',
            )
        return Proxy(
            self.proxy_trusted,
            anchors=certificate.trust_files,
            crls=certificate.crl_files,
            intermediates=self.proxy_intermediates,
            header=self.proxy_header,
            format=self.proxy_format,
        )


@frozen(kw_only=True)
class Settings(Choices):
    """Everything that a configuration says, checked.

    Attributes:
        afspraak: the name of the agreement to write; None when there are `schooljaren`.
        afspraken: further agreements that can be named.
        schooljaren: agreement and namespace per school year.
        store: where results, messages and what was accepted are kept.
        retention: how long they are.
        certificate: ours, for calling others; None when the caller was going to pass it.
        scholen: the administrations.
        edexml: how EDEXML files are read.
        testperiodes: when the chain tests, for a planning.
        serve: how results are received; None when nothing is said of it.
    """

    afspraak: str | None = "1.1"
    afspraken: tuple[Afspraak, ...] = ()
    schooljaren: tuple[Jaargang, ...] = ()
    store: str | None = None
    retention: Retention = field(default_factory=Retention)
    certificate: ClientCertificate | None = None
    scholen: tuple[School, ...] = ()
    edexml: Keuze = field(default_factory=Keuze)
    testperiodes: tuple[Testperiode, ...] = ()
    serve: Serve | None = None

    @property
    def receiving(self) -> Serve:
        """How results are received, defaults included."""
        return self.serve or Serve()

    @property
    def own_certificate(self) -> ClientCertificate:
        """The certificate.

        Raises:
            ConfigurationError: the configuration names none, because the caller was going to pass it.
        """
        if self.certificate is None:
            raise ConfigurationError("certificate is missing", setting="certificate")
        return self.certificate

    @property
    def server_certificate(self) -> ClientCertificate:
        """The certificate that the receiver shows: its own, else the one for calling others.

        Raises:
            ConfigurationError: the configuration names none.
        """
        return self.receiving.certificate or self.own_certificate

    @property
    def jaargangen(self) -> Jaargangen:
        """What belongs to each school year; empty when there is one agreement and one namespace."""
        return Jaargangen.of(self.schooljaren).resolved({item.naam: item for item in self.afspraken})

    def the_afspraak(self) -> Afspraak:
        """The agreement to write now: that of the configured school year, or of the one that is in force today.

        Raises:
            ConfigurationError: there is none of that name.
        """
        jaargangen, today = self.jaargangen, dt.datetime.now(amsterdam()).date()
        anders = as_afspraak(self.afspraak, self.afspraken)
        return jaargangen.afspraak_of(jaargangen.schooljaar_on(today, self.schooljaar), anders)

    def arguments(self) -> dict[str, Any]:
        """The arguments for the constructor of a client."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in _OF_COMMANDS}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
