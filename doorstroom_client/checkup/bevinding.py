"""What a check of a connection gives: findings, each with a state, a sentence and the next step."""

from __future__ import annotations

from enum import StrEnum

from doorstroom_client.basics.frozen import frozen


class Controlepunt(StrEnum):
    """What is looked at, in this order."""

    NAME = "name"
    PORT = "port"
    TLS = "tls"
    CHAIN = "chain"
    HOST = "host"
    OIN = "oin"
    OWN = "own certificate"
    THEIR_END = "their end date"
    OWN_END = "our end date"
    ANSWER = "answer"
    CLOCK = "clock"
    NAMESPACE = "namespace"
    SCHOOL = "school"


class Staat(StrEnum):
    """How it is, the best first."""

    OK = "ok"
    NOT_SEEN = "not seen"
    ATTENTION = "attention"
    WRONG = "wrong"


@frozen
class Bevinding:
    """One thing that was looked at.

    Attributes:
        punt: what.
        staat: how it is.
        code: the same for a program, such as ``incomplete_chain``.
        tekst: a sentence for a system manager.
        advies: the next step; empty when there is none.
        dagen: days that a certificate is still valid; None when it is not about that.
    """

    punt: Controlepunt
    staat: Staat
    code: str
    tekst: str
    advies: str = ""
    dagen: int | None = None


@frozen
class Verbindingscontrole:
    """What a check of the connection to one party came to. True when nothing is wrong; attention may still be needed.

    Attributes:
        partij: toetssoort of the supplier, or ``osr``.
        naam: how it is called.
        host: the host of its address, with the port when that is not the usual one.
        bevindingen: everything that was looked at, in that order; what was not reached is ``not seen``.
        seconden: how long it took.
    """

    partij: str
    naam: str
    host: str
    bevindingen: tuple[Bevinding, ...]
    seconden: float = 0.0

    def __bool__(self) -> bool:
        return self.staat is not Staat.WRONG

    @property
    def staat(self) -> Staat:
        """The worst of all findings; what could not be seen makes nothing worse."""
        found = {item.staat for item in self.bevindingen}
        return next((staat for staat in (Staat.WRONG, Staat.ATTENTION) if staat in found), Staat.OK)

    def bevinding(self, punt: Controlepunt | str) -> Bevinding | None:
        """The finding about something; None when this party is not asked about it.

        Args:
            punt: what it is about.
        """
        return next((item for item in self.bevindingen if item.punt == punt), None)
