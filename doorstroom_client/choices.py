"""What is chosen once for every call and message: a configuration says it, and our side goes by it."""

from __future__ import annotations

import re
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.exchange.retry import Retry, RetryPolicy
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.transport.request import Timeouts

_NAME_AND_VERSION = re.compile(r"(?P<naam>[^\W\d_][\w.&+'-]*(?: [^\W\d_][\w.&+'-]*){0,3}),? (?:v|versie )?[0-9][0-9A-Za-z.+-]*")


@frozen(kw_only=True)
class Choices:
    """What is chosen once for every call and message.

    Attributes:
        auteur: written in every message.
        las_naam: how schools call this LAS; when empty, the name in `auteur`.
        schooljaar: the school year of messages; None is the current one.
        osr: where mandates are looked up; None when no question is ever asked.
        leveranciers: the configured suppliers.
        retry: how often to repeat.
        timeouts: how long a call may take.
        test_identities: accept an ECK-iD in any form.
        las_key_reden: why LAS-keys may look like a BSN.
    """

    auteur: str = ""
    las_naam: str = ""
    schooljaar: str | None = None
    osr: Osr | None = None
    leveranciers: tuple[Leverancier, ...] = ()
    retry: RetryPolicy = field(default_factory=Retry)
    timeouts: Timeouts = field(default_factory=Timeouts)
    test_identities: bool = False
    las_key_reden: str = ""

    @property
    def las(self) -> str:
        """How schools call this LAS, for texts; empty when nothing says so."""
        return self.las_naam.strip() or naam_in(self.auteur)


def naam_in(auteur: str) -> str:
    """The name in an author that is a name and a version, which is what `auteur` is for; empty when it is anything else."""
    found = _NAME_AND_VERSION.fullmatch(auteur.strip())
    return found["naam"] if found else ""
