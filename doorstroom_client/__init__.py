"""The LAS side of the Dutch doorstroomtoets chain: mandates, participants and advice out, results and reports in."""

from __future__ import annotations

import importlib
import typing

if typing.TYPE_CHECKING:
    from doorstroom_client.async_client import AsyncClient
    from doorstroom_client.async_faces.ontvangen import AsyncOntvangenResultaat
    from doorstroom_client.client import Client
    from doorstroom_client.delivery.ontvangst import Ontvangst
    from doorstroom_client.errors import (
        AanleveringGesloten,
        ConfigurationError,
        ConnectError,
        DeadlineExceeded,
        DoorstroomError,
        GeenMandaat,
        LeerlingOnbekend,
        MessageError,
        NoAnswer,
        OngeldigBericht,
        OutboxNotEmpty,
        Phase,
        Problem,
        RapportOnbekend,
        RedirectRefused,
        Refused,
        SchoolOnbekend,
        StoreError,
        TlsError,
        TransportError,
        Unavailable,
        UnexpectedResponse,
        WrongPeer,
    )
    from doorstroom_client.exchange.auth import ApiKey, Auth, BearerToken, NoAuth, Token
    from doorstroom_client.exchange.events import Event
    from doorstroom_client.exchange.http import AsyncTransport, Timeouts, Transport
    from doorstroom_client.exchange.leverancier import BijOnbekende, Leverancier
    from doorstroom_client.exchange.rapport import Leerlingrapport
    from doorstroom_client.exchange.retry import Retry, RetryPolicy
    from doorstroom_client.exchange.tls import ClientCertificate, SecurityWarning
    from doorstroom_client.faces.ontvangen import OntvangenResultaat
    from doorstroom_client.messages.afspraak import Afspraak
    from doorstroom_client.messages.jaargangen import Jaargang
    from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
    from doorstroom_client.messages.leerlingenlijst import BekendeLeerling, Leerlingenlijst
    from doorstroom_client.messages.resultaten import Leerlingresultaat
    from doorstroom_client.messages.school import School
    from doorstroom_client.messages.vocabulary import (
        Geslacht,
        Referentieniveau,
        Schooladvies,
        Toetsadvies,
        Toetssoort,
    )
    from doorstroom_client.osr.controle import Mandaatcontrole
    from doorstroom_client.osr.discovery import NamespaceCheck, Namespaces
    from doorstroom_client.osr.models import Mandaat
    from doorstroom_client.osr.own_address import Actie, Adreswijziging, Beletsel
    from doorstroom_client.osr.profile import OsrProfile
    from doorstroom_client.osr.records import Bestuur, Dienst, Dienstversie, EigenMandaat, Endpoint, Onderwijsinstelling
    from doorstroom_client.osr.settings import Osr
    from doorstroom_client.store.base import Inbox, Store
    from doorstroom_client.store.bewaren import Bewaartermijn
    from doorstroom_client.store.records import Delivery, Kept, Opgeruimd
    from doorstroom_client.terugweg.handler import InboundRequest, InboundResponse

__version__ = "0.1.0"

__all__ = [
    "AanleveringGesloten",
    "Actie",
    "Adreswijziging",
    "Advies",
    "Afspraak",
    "ApiKey",
    "AsyncClient",
    "AsyncOntvangenResultaat",
    "AsyncTransport",
    "Auth",
    "BearerToken",
    "BekendeLeerling",
    "Beletsel",
    "Bestuur",
    "Bewaartermijn",
    "BijOnbekende",
    "Client",
    "ClientCertificate",
    "ConfigurationError",
    "ConnectError",
    "DeadlineExceeded",
    "Deelnemer",
    "Delivery",
    "Dienst",
    "Dienstversie",
    "DoorstroomError",
    "EigenMandaat",
    "Endpoint",
    "Event",
    "GeenMandaat",
    "Geslacht",
    "InboundRequest",
    "InboundResponse",
    "Inbox",
    "Jaargang",
    "Kept",
    "Leerling",
    "LeerlingOnbekend",
    "Leerlingenlijst",
    "Leerlingrapport",
    "Leerlingresultaat",
    "Leverancier",
    "Mandaat",
    "Mandaatcontrole",
    "MessageError",
    "NamespaceCheck",
    "Namespaces",
    "NoAnswer",
    "NoAuth",
    "Onderwijsinstelling",
    "OngeldigBericht",
    "OntvangenResultaat",
    "Ontvangst",
    "Opgeruimd",
    "Osr",
    "OsrProfile",
    "OutboxNotEmpty",
    "Phase",
    "Problem",
    "RapportOnbekend",
    "RedirectRefused",
    "Referentieniveau",
    "Refused",
    "Retry",
    "RetryPolicy",
    "School",
    "SchoolOnbekend",
    "Schooladvies",
    "SecurityWarning",
    "Stamgroep",
    "Store",
    "StoreError",
    "Timeouts",
    "TlsError",
    "Toetsadvies",
    "Toetssoort",
    "Token",
    "Transport",
    "TransportError",
    "Unavailable",
    "UnexpectedResponse",
    "WrongPeer",
]

_FROM = {
    "async_client": ("AsyncClient",),
    "async_faces.ontvangen": ("AsyncOntvangenResultaat",),
    "client": ("Client",),
    "delivery.ontvangst": ("Ontvangst",),
    "errors": (
        "AanleveringGesloten",
        "ConfigurationError",
        "ConnectError",
        "DeadlineExceeded",
        "DoorstroomError",
        "GeenMandaat",
        "LeerlingOnbekend",
        "MessageError",
        "NoAnswer",
        "OngeldigBericht",
        "OutboxNotEmpty",
        "Phase",
        "Problem",
        "RapportOnbekend",
        "RedirectRefused",
        "Refused",
        "SchoolOnbekend",
        "StoreError",
        "TlsError",
        "TransportError",
        "Unavailable",
        "UnexpectedResponse",
        "WrongPeer",
    ),
    "exchange.auth": (
        "ApiKey",
        "Auth",
        "BearerToken",
        "NoAuth",
        "Token",
    ),
    "exchange.events": ("Event",),
    "exchange.http": (
        "AsyncTransport",
        "Timeouts",
        "Transport",
    ),
    "exchange.leverancier": (
        "BijOnbekende",
        "Leverancier",
    ),
    "exchange.rapport": ("Leerlingrapport",),
    "exchange.retry": (
        "Retry",
        "RetryPolicy",
    ),
    "exchange.tls": (
        "ClientCertificate",
        "SecurityWarning",
    ),
    "faces.ontvangen": ("OntvangenResultaat",),
    "messages.afspraak": ("Afspraak",),
    "messages.jaargangen": ("Jaargang",),
    "messages.leerlingen": (
        "Advies",
        "Deelnemer",
        "Leerling",
        "Stamgroep",
    ),
    "messages.leerlingenlijst": (
        "BekendeLeerling",
        "Leerlingenlijst",
    ),
    "messages.resultaten": ("Leerlingresultaat",),
    "messages.school": ("School",),
    "messages.vocabulary": (
        "Geslacht",
        "Referentieniveau",
        "Schooladvies",
        "Toetsadvies",
        "Toetssoort",
    ),
    "osr.controle": ("Mandaatcontrole",),
    "osr.discovery": (
        "NamespaceCheck",
        "Namespaces",
    ),
    "osr.models": ("Mandaat",),
    "osr.own_address": (
        "Actie",
        "Adreswijziging",
        "Beletsel",
    ),
    "osr.profile": ("OsrProfile",),
    "osr.records": (
        "Bestuur",
        "Dienst",
        "Dienstversie",
        "EigenMandaat",
        "Endpoint",
        "Onderwijsinstelling",
    ),
    "osr.settings": ("Osr",),
    "store.base": (
        "Inbox",
        "Store",
    ),
    "store.bewaren": ("Bewaartermijn",),
    "store.records": (
        "Delivery",
        "Kept",
        "Opgeruimd",
    ),
    "terugweg.handler": (
        "InboundRequest",
        "InboundResponse",
    ),
}
"""Which module each public name comes from. It is loaded when the name is first used: whoever needs a part loads a part."""
_MODULES = {name: module for module, names in _FROM.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name at its first use."""
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """All public names, loaded or not."""
    return sorted({*globals(), *__all__})
