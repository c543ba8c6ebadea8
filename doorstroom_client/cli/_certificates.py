"""Our certificates as ``config check`` and ``health`` look at them: the one for calling others, and the one of the receiver."""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.judged import Finding, Level, Use, by_signature
from doorstroom_client.exchange.tls import ClientCertificate, client_context, judge, server_context
from doorstroom_client.exchange.x509 import CertificateFacts
from doorstroom_client.frozen import frozen


@frozen
class Judged:
    """What was found about one certificate.

    Attributes:
        name: ``certificate``, or ``serve`` for that of the receiver.
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
    if settings.serve_proxy_trusted:
        return  # TLS ends in the proxy, with a certificate that is none of ours
    if settings.serve_certificate is not None:
        yield _judge("serve", settings.serve_certificate, Use.SERVER)
    elif own.error is None:
        other = _judge("serve", settings.own_certificate, Use.SERVER)
        if other.error is not None and settings.serves:
            yield Judged("serve", None, other.error)
        elif other.error is not None:
            text = f"results cannot be received with it: {other.error.message}"
            yield Judged("serve", None, None, (Finding(Level.WARNING, "serve.certificate", text, other.error.hint),))
        else:
            new = tuple(item for item in other.found if item not in own.found)
            yield from [Judged("serve", None, None, new)] if new else []


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
