"""What is chosen once for every call and message: a configuration says it, and our side goes by it."""

from __future__ import annotations

from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.exchange.retry import Retry, RetryPolicy
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.transport.request import Timeouts


@frozen(kw_only=True)
class Choices:
    """What is chosen once for every call and message.

    Attributes:
        auteur: written in every message.
        schooljaar: the school year of messages; None is the current one.
        osr: where mandates are looked up; None when no question is ever asked.
        leveranciers: the configured suppliers.
        retry: how often to repeat.
        timeouts: how long a call may take.
        test_identities: accept an ECK-iD in any form.
        las_key_reden: why LAS-keys may look like a BSN.
    """

    auteur: str = ""
    schooljaar: str | None = None
    osr: Osr | None = None
    leveranciers: tuple[Leverancier, ...] = ()
    retry: RetryPolicy = field(default_factory=Retry)
    timeouts: Timeouts = field(default_factory=Timeouts)
    test_identities: bool = False
    las_key_reden: str = ""
