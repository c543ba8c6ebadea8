"""What may go out to the register: an identifier of the wrong form never reaches the wire."""

from __future__ import annotations

from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.messages.identifiers import Oin, Routeringskenmerk
from doorstroom_client.parties.osr import Osr, no_namespace


def checked_namespace(osr: Osr) -> str:
    """The namespace to ask about.

    Raises:
        ConfigurationError: none is set.
    """
    if not osr.namespace:
        raise no_namespace()
    return osr.namespace


def checked_oin(name: str, value: str) -> str:
    """An OIN that may go out.

    Raises:
        MessageError: it is not one.
    """
    if not Oin.fits(value):
        raise MessageError([Problem(name, Oin.rule)])
    return value


def checked_routing_id(value: str) -> str:
    """A routeringskenmerk that may go out.

    Raises:
        MessageError: it is not one.
    """
    if not Routeringskenmerk.fits(value):
        raise MessageError([Problem("routing_id", Routeringskenmerk.rule)])
    return value
