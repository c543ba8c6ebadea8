"""Our certificates as the settings name them, looked at: the one for calling others, and the one of the receiver."""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.settings import Serve, Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.certificate import ClientCertificate, judge
from doorstroom_client.parties.certificate_check import Finding, Level, Use, by_signature
from doorstroom_client.parties.x509 import CertificateFacts
from doorstroom_client.transport.tls import client_context, server_context

_WITHOUT_PROXY = Finding(
    Level.WARNING,
    "serve.proxy_trusted",
    "the other settings of the proxy have no effect: serve.proxy_trusted is missing, so TLS ends here",
    "Give serve.proxy_trusted, or remove them",
)


@frozen
class Judged:
    """What was found about one certificate.

    Attributes:
        name: ``certificate``, ``serve`` for that of the receiver, or ``proxy`` for one that ends TLS in front of it.
        facts: its OIN and validity; None when it cannot be read, or when it is the same as the one before.
        error: why it cannot be used.
        found: what else there is to say, the most serious first.
    """

    name: str
    facts: CertificateFacts | None
    error: ConfigurationError | None
    found: tuple[Finding, ...] = ()


def judged(settings: Settings) -> Iterator[Judged]:
    """Both certificates; that of the receiver only where it has its own, or cannot use the other."""
    own = _judge("certificate", settings.own_certificate, Use.CLIENT)
    yield own
    serve = settings.receiving
    if serve.proxy_trusted:  # TLS ends in the proxy, with a certificate that is none of ours
        if own.error is None:
            yield _proxied(serve, settings.own_certificate)
        return
    if serve.proxy_intermediates or serve.proxy_header:
        yield Judged("proxy", None, None, (_WITHOUT_PROXY,))
    if serve.certificate is not None:
        yield _judge("serve", serve.certificate, Use.SERVER)
    elif own.error is None:
        other = _judge("serve", settings.own_certificate, Use.SERVER)
        if other.error is not None and settings.serve is not None:
            yield Judged("serve", None, other.error)
        elif other.error is not None:
            text = f"results cannot be received with it: {other.error.message}"
            yield Judged("serve", None, None, (Finding(Level.WARNING, "serve.certificate", text, other.error.hint),))
        else:
            new = tuple(item for item in other.found if item not in own.found)
            yield from [Judged("serve", None, None, new)] if new else []


def _proxied(serve: Serve, own: ClientCertificate) -> Judged:
    try:
        serve.proxy(own)
    except ConfigurationError as error:
        return Judged("proxy", None, error)
    where = ", ".join(serve.proxy_trusted)
    text = f"TLS ends in the proxy at {where}, which hands certificates on as {serve.proxy_format}"
    return Judged("proxy", None, None, (Finding(Level.NOTE, "serve.proxy_trusted", text, ""),))


def sentence(found: Finding) -> str:
    """A finding with its next step."""
    return f"{found.text}. {found.hint}" if found.hint else found.text


def _judge(name: str, certificate: ClientCertificate, use: Use) -> Judged:
    facts = None
    try:
        facts = certificate.facts()
        (client_context if use is Use.CLIENT else server_context)(certificate)
        found = judge(certificate, use, signed=by_signature)
    except ConfigurationError as error:
        return Judged(name, facts, error)
    return Judged(name, facts, None, tuple(sorted(found, key=lambda item: list(Level).index(item.level))))
