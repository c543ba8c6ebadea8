"""The chain test against the chain on this machine: every role, without a partner and without anybody who waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from doorstroom_client import Client
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.drivers import SdkDriver
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.journal import Head, Journal, new_run
from doorstroom_client.ketentest.preflight import Preflight
from doorstroom_client.ketentest.pupils import Keys
from doorstroom_client.ketentest.requester import Requester, Shown, Target
from doorstroom_client.ketentest.role_hands import Driver, RoleHands, Terms
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.simulated import Simulated
from doorstroom_client.ketentest.steps import Ours
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.simulator.control import Control
from doorstroom_client.simulator.keten import LAS_OIN, Keten
from doorstroom_client.simulator.pki import Pki

TOETSSOORT = "ICE"
"""The simulated supplier that is tested."""
_SECONDS = 10.0
_LONG_AGO = dt.timedelta(days=400)
_YESTERDAY = dt.timedelta(days=1)


@frozen
class Played:
    """A chain on this machine with what is needed to test it.

    Attributes:
        keten: the chain.
        control: what it can be set and asked by.
        hands: what does the steps of each role.
        journal: of the run.
    """

    keten: Keten
    control: Control
    hands: Mapping[Rol, RoleHands]
    journal: Journal


@contextmanager
def played(folder: Path, keten: Keten, driver: Driver | None = None) -> Iterator[Played]:
    """Start a chain, and test it.

    Args:
        folder: where the journal is made.
        keten: the chain, not yet started.
        driver: the LAS under test; this library when left out.

    Raises:
        StoreError: the journal cannot be made.
    """
    with keten:
        control = Control(keten)
        run = new_run()
        keys = Keys(run)
        afspraak = keten.afspraak
        head = Head(
            run=run,
            began=dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            schooljaar=keten.schooljaar,
            versie=afspraak.versie,
            toetssoort=TOETSSOORT,
            about={"leverancier": keten.toetssystemen[TOETSSOORT].naam, "las": "Simulator LAS 1.0", "omgeving": "simulator"},
        )
        with keten.client() as client:
            making = _Making(keten, control, keys, client, folder)
            yield Played(keten, control, making.hands(driver), Journal.begin(folder / "journaal.jsonl", head))


class _Making:
    """Makes the hands of every role."""

    def __init__(self, keten: Keten, control: Control, keys: Keys, client: Client, folder: Path) -> None:
        self._keten = keten
        self._keys = keys
        self._client = client
        self._supplier = keten.toetssystemen[TOETSSOORT]
        spare, other = keten.scholen[3], keten.scholen[1]
        self._simulated = Simulated(
            control.ask,
            TOETSSOORT,
            supplier_oin=self._supplier.oin,
            las_oin=LAS_OIN,
            spare=spare,
            other=other,
            keys=keys,
        )
        self._other_ca = Pki(folder / "andere-uitgever", name="Andere uitgever")

    def hands(self, driver: Driver | None) -> dict[Rol, RoleHands]:
        """All of them."""
        here = self._simulated
        supplier = self._requester(self._supplier.basis_url, self._supplier.oin, "las", LAS_OIN)
        receiver = self._requester(self._keten.terugweg_url, LAS_OIN, TOETSSOORT.lower(), self._supplier.oin)
        las = driver or SdkDriver(self._las, TOETSSOORT, lambda pupils: here.push(pupils, self._keten.school))
        where = urlsplit(self._supplier.basis_url)
        last_day = dt.datetime.now(dt.UTC).date()
        leverancier = next(item for item in self._keten.leveranciers if item.toetssoort == TOETSSOORT)
        preflight = Preflight(
            self._client, self._keten.certificate, leverancier, supplier, (where.hostname or "", where.port or 443), last_day
        )
        both: dict[str, Any] = {"terms": Terms(seconds=_SECONDS)}
        at_supplier = {"requester": supplier, "arrivals": here.at_receiver, "stage": here.stage_receiver}
        return {
            Rol.VOORAF: RoleHands(self._frame, here, looks=preflight.looks),
            Rol.TOETSSYSTEEM: RoleHands(self._frame, here, **at_supplier, **both),
            Rol.TERUGWEG: RoleHands(self._frame, here, **at_supplier, **both),
            Rol.ONTVANGER: RoleHands(self._frame, here, requester=receiver, **both),
            Rol.LAS: RoleHands(self._frame, here, arrivals=here.at_supplier, stage=here.stage_supplier, driver=las, **both),
        }

    def _frame(self, scenario: str, began: dt.datetime) -> Frame:
        return Frame(
            scenario,
            keys=self._keys,
            school=self._keten.school,
            afspraak=self._keten.afspraak,
            schooljaar=self._keten.schooljaar,
            toetssoort=TOETSSOORT,
            began=began,
            las_oin=LAS_OIN,
            supplier_oin=self._supplier.oin,
            base_url=self._supplier.basis_url,
        )

    def _las(self, ahead: dt.timedelta) -> Client:
        return self._keten.client(now=lambda: dt.datetime.now(dt.UTC) + ahead)

    def _requester(self, url: str, oin: str, ours: str, our_oin: str) -> Requester:
        where, keten = urlsplit(url), self._keten
        now = dt.datetime.now(dt.UTC)
        issued = {
            Ours.OWN: keten.issued(ours),
            Ours.OTHER_PARTY: keten.issued("dia"),
            Ours.EXPIRED: keten.issue("verlopen", oin=our_oin, not_before=now - _LONG_AGO, not_after=now - _YESTERDAY),
            Ours.NO_OIN: keten.issue("zonder-oin", oin=None),
            Ours.OTHER_CA: self._other_ca.issue(f"andere-{ours}", oin=our_oin, server=False),
        }
        return Requester(
            Target(
                host=where.hostname or "",
                port=where.port or 443,
                prefix=where.path.rstrip("/"),
                oin=oin,
                trust=keten.certificate.trust_files,
                shown={which: Shown(item.cert, item.key) for which, item in issued.items()},
            ),
            self._keys,
        )


def newest_schooljaar() -> str:
    """The school year of today."""
    return Schooljaar.on(dt.datetime.now(dt.UTC).date())
