"""What a server goes by beside its limits, and whom it tells of what the application never gets to see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.events import Teller
from doorstroom_client.receiving.asgi import Scope
from doorstroom_client.receiving.audit import no_descriptors, no_handshake, turned_away
from doorstroom_client.receiving.peer import oin_from_scope

Peer = Callable[[Scope], str | None]
"""Gives the OIN of the sender from a scope."""


@frozen(kw_only=True)
class Rules:
    """What a server goes by, and whom it tells.

    Attributes:
        sender: gives the OIN of the sender from the scope, to share places fairly when all are taken. Behind a proxy that ends
            TLS, `Proxy.of_scope`.
        now: the wall clock (UTC), for the end of certificates.
        turned_away: is told of each request that the application does not get to see: the status, the reason, and the OIN of
            the sender or None.
        refused: is told why a handshake failed, in the words of OpenSSL; after a colon what is wrong with the certificate.
        scarce: is told now and then that connections wait because there are too many open files.
    """

    sender: Peer = oin_from_scope
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    turned_away: Callable[[int, str, str | None], None] = lambda *_: None
    refused: Callable[[str], None] = lambda _: None
    scarce: Callable[[], None] = lambda: None

    @classmethod
    def with_events(cls, teller: Teller, sender: Peer) -> Rules:
        """Rules by which everything is told as an event.

        Args:
            teller: of the receiver.
            sender: gives the OIN of the sender from a scope.
        """
        return cls(
            sender=sender,
            turned_away=partial(turned_away, teller=teller),
            refused=partial(no_handshake, teller=teller),
            scarce=partial(no_descriptors, teller=teller),
        )
