"""Makes the parts of a configuration of their values, where that takes more than naming a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.config.settings import Serve
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.retry import Retry
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.parties.certificate import ClientCertificate, ServerCertificate
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.receiving.proxy_forms import FORMS
from doorstroom_client.store.retention import Retention


def make_afspraak(basis: str = "1.1", **values: Any) -> Afspraak:
    """An agreement that follows another one."""
    try:
        before = Afspraak.met_naam(basis)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, setting="afspraken.basis", hint='Leave it out for "1.1"') from None
    for name in ("eerste_schooljaar", "laatste_schooljaar"):
        if values.get(name) is not None and not Schooljaar.fits(values[name]):
            raise ConfigurationError(Schooljaar.rule, setting=f"afspraken.{name}")
    return before.volgende(**values)


def make_leverancier(**values: Any) -> Leverancier:
    """A supplier."""
    return Leverancier(**_whole(values, "herhaal_na"))


def make_serve(own: ClientCertificate | None, **values: Any) -> Serve:
    """How results are received.

    Args:
        own: our certificate for calling others.
        **values: the settings.
    """
    shown: dict[str, Any] = {name: values.pop(name) for name in ("certificate", "key", "password") if name in values}
    port = values.get("port", 0)
    if port != int(port) or not 0 <= port <= 65535:
        raise ConfigurationError("serve.port must be a whole number from 0 (any free port) to 65535", setting="serve.port")
    if values.get("proxy_format", "rfc9440") not in FORMS:
        raise ConfigurationError(f"serve.proxy_format must be one of: {', '.join(FORMS)}", setting="serve.proxy_format")
    return Serve(certificate=_server_certificate(shown, own), **_whole(values, "port"))


def make_keuze(**values: Any) -> Keuze:
    """How EDEXML is read."""
    try:
        return Keuze(**values)
    except ConfigurationError as error:
        raise ConfigurationError(f"edexml.{error.message}", setting=f"edexml.{error.setting}") from None


def make_retry(attempts: float = 3, longest_wait: float = 20.0) -> Retry:
    """How often a call is repeated."""
    from tenacity import stop_after_attempt

    if attempts != int(attempts) or not 1 <= attempts <= 5:
        raise ConfigurationError("retry.attempts must be a whole number from 1 to 5", setting="retry.attempts")
    return Retry(stop=stop_after_attempt(int(attempts)), longest_wait=float(longest_wait))


def make_retention(**values: float) -> Retention:
    """How long things are kept."""
    return Retention(**cast(Mapping[str, int], _whole(values, *values)))


def _whole(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A variable gives every number with a fraction; one of zero is none."""
    whole = {name: int(values[name]) for name in names if name in values and values[name] == int(values[name])}
    return {**values, **whole}


def _server_certificate(shown: Mapping[str, Any], own: ClientCertificate | None) -> ServerCertificate | None:
    """The certificate of the receiver, which trusts whom we trust."""
    if "certificate" not in shown:
        for name in shown:
            raise ConfigurationError(
                f"serve.{name} is given without serve.certificate",
                setting=f"serve.{name}",
                hint=f"Give serve.certificate too, or leave serve.{name} out",
            )
        return None
    trust, crls = ((), ()) if own is None else (own.trust, own.crls)
    return ServerCertificate(shown["certificate"], shown.get("key"), trust, shown.get("password"), crls)
