"""Chains in which something is not in order beforehand: in the OSR, at our side or on the way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from doorstroom_client import CertificateFacts, ClientCertificate
from doorstroom_client.ketentest.faulty.faulty_peer import Checks, FaultyPeer
from doorstroom_client.ketentest.faulty.spoiling import Spoil, after, supplier
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.simulator.chain_servers import OSR
from doorstroom_client.simulator.https import Answer, App, Received
from doorstroom_client.simulator.keten import LAS_OIN, Keten

_LONG_AGO = "Sun, 01 Nov 2020 08:00:00 GMT"
_NEWER = "http://example.org/schemas/doorstroomtoets/nieuwer"


class _Ended(ClientCertificate):
    """A certificate that has ended."""

    def facts(self) -> CertificateFacts:
        """What stands in it."""
        return replace(super().facts(), not_after=dt.datetime.now(dt.UTC) - dt.timedelta(days=2))


def _peer(name: str, wrong: str, spoil: Spoil, *fails: Checks, also: tuple[Checks, ...] = ()) -> FaultyPeer:
    return FaultyPeer(name=f"before-{name}", wrong=wrong, rol=Rol.VOORAF, fails=fails, also=also, spoil=spoil)


def _other_namespace(keten: Keten) -> None:
    keten.osr.add_version(keten.osr.namespace, "inactive")
    keten.osr.add_version(_NEWER)


def _listing(change: Callable[[list[Any]], list[Any]]) -> Spoil:
    """The OSR lists other addresses than it has."""

    def around(received: Received, app: App) -> Answer:
        answer = app(received)
        if received.path.endswith("/endpoints"):
            return replace(answer, body=json.dumps(change(json.loads(answer.body))).encode())
        return answer

    return lambda keten: keten.servers.surround(OSR, around)


def _ended(keten: Keten) -> None:
    """Only say that it has ended: with one that really has, nothing else could be looked at."""
    shown = keten.certificate
    keten.certificate = _Ended(shown.cert, key=shown.key, trust=shown.trust)


def _without_mandate(keten: Keten) -> None:
    keten.osr.revoke(keten.school.oin, keten.toetssystemen[TOETSSOORT].oin)


def _shown(how: str) -> Spoil:
    """The supplier shows another certificate."""
    return lambda keten: keten.servers.show(TOETSSOORT, how)


_SLOW_CLOCK = after(lambda _, answer: replace(answer, headers=(*answer.headers, ("Date", _LONG_AGO))))
PEERS = (
    _peer("other-namespace", "Het OSR heeft voor dit schooljaar een andere namespace", _other_namespace, Checks("V-01")),
    _peer(
        "supplier-without-mandate", "De school heeft het toetssysteem geen mandaat gegeven", _without_mandate, Checks("V-02")
    ),
    _peer(
        "las-without-mandate",
        "De school heeft het LAS geen mandaat gegeven",
        lambda keten: keten.osr.revoke(keten.school.oin, LAS_OIN),
        Checks("V-03"),
    ),
    _peer("no-address", "Van de administratie staat er geen adres in het OSR", _listing(lambda _: []), Checks("V-04")),
    _peer(
        "two-addresses",
        "Van de administratie staan er twee adressen in het OSR",
        _listing(lambda found: found * 2),
        Checks("V-04"),
    ),
    _peer("certificate-that-ends", "Ons certificaat is verlopen voor de test om is", _ended, Checks("V-06")),
    _peer(
        "unreachable",
        "Op het adres van het toetssysteem luistert niemand",
        lambda keten: keten.servers.suppliers[TOETSSOORT].stop(),
        Checks("V-05", "TCP:*"),
        also=(Checks("V-05", "PKI:*"),),
    ),
    *(
        _peer(f"supplier-{how}", wrong, _shown(how), Checks("V-05", "PKI:*"))
        for how, wrong in (
            ("other-oin", "Het certificaat van de testserver is van een andere partij"),
            ("other-ca", "Het certificaat van de testserver valt onder een root die wij niet vertrouwen"),
            ("expired", "Het certificaat van de testserver is verlopen"),
        )
    ),
    _peer("slow-clock", "De klok van het toetssysteem loopt achter", supplier(_SLOW_CLOCK), Checks("V-07")),
)
"""All of them."""
