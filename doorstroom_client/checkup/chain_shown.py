"""Says why a chain of certificates does not lead to our roots: by the names in it, after OpenSSL has refused it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.checkup.seen import Own
from doorstroom_client.parties.x509 import Certificate, read_certificate


class ChainFault(StrEnum):
    """What is the matter."""

    INCOMPLETE = "incomplete_chain"
    SELF_SIGNED = "self_signed"
    OTHER_ROOT = "untrusted"
    OTHER_KEY = "other_key"
    UNCLEAR = "unclear"
    UNSEEN = "unseen"


@frozen
class Diagnosis:
    """What is the matter with a chain.

    Attributes:
        fault: what it is.
        at: the last certificate that was shown on the way up; empty when nothing was seen.
        issuer: who issued that one: what is missing, or the root that is not trusted.
    """

    fault: ChainFault
    at: str = ""
    issuer: str = ""


def read_shown(shown: Sequence[bytes]) -> tuple[Certificate, ...]:
    """The certificates of a server as far as they can be read; nothing of them is verified."""
    found: list[Certificate] = []
    for der in shown:
        try:
            found.append(read_certificate(der))
        except (ValueError, OverflowError):
            break
    return tuple(found)


def diagnose(shown: Sequence[Certificate], own: Own, *, by_itself: bool = False) -> Diagnosis:
    """Say why this chain does not lead to a root of ours.

    A chain that ends at an unknown name may lack an intermediate, or be of another root: that is the same to whoever looks at
    it. It is told apart where it can be: a leaf alone, a name that stands in our own file as an intermediate, or one that calls
    itself a root.

    Args:
        shown: what the server sent, its own first; empty when that could not be seen.
        own: our side.
        by_itself: whether OpenSSL says that it was signed by itself.
    """
    if not shown:
        return Diagnosis(ChainFault.SELF_SIGNED if by_itself else ChainFault.UNSEEN)
    top = way_up(shown)[-1]
    if top.is_root:
        fault = ChainFault.SELF_SIGNED if top is shown[0] else ChainFault.OTHER_ROOT
        return Diagnosis(ChainFault.OTHER_KEY if top.subject in own.trusted else fault, top.name, top.name)
    if top.issuer in own.trusted:
        fault = ChainFault.OTHER_KEY  # by its name it is there, and still OpenSSL refused it
    elif "root" in top.issuer_name.casefold():
        fault = ChainFault.OTHER_ROOT
    elif top is shown[0] or top.issuer in own.intermediates:
        fault = ChainFault.INCOMPLETE
    else:
        fault = ChainFault.UNCLEAR
    return Diagnosis(fault, top.name, top.issuer_name)


def way_up(shown: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """From the first as far up as the others lead, by name; what is sent along and not on that way is left out."""
    way, left = list(shown[:1]), list(shown[1:])
    while way and not way[-1].is_root:
        above = next((item for item in left if item.subject == way[-1].issuer), None)
        if above is None:
            break
        left.remove(above)
        way.append(above)
    return tuple(way)
