"""The chain test against the chain on this machine: every role, without a partner and without anybody who waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from doorstroom_client import Client
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.drivers import Las, SdkDriver, as_driver, pupil_data
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.journal import JOURNAL, Head, Journal, new_run
from doorstroom_client.ketentest.partner import known_schooljaar
from doorstroom_client.ketentest.preflight import Preflight
from doorstroom_client.ketentest.pupils import KLAS, Keys
from doorstroom_client.ketentest.report.making import PROGRAM
from doorstroom_client.ketentest.requester import Requester, Shown, Target
from doorstroom_client.ketentest.role_hands import Driver, RoleHands
from doorstroom_client.ketentest.run import Run
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import EISEN, REGISTER
from doorstroom_client.ketentest.simulated import SIMULATED_SECONDS, Simulated
from doorstroom_client.ketentest.steps import Ours
from doorstroom_client.ketentest.terms import Terms
from doorstroom_client.output.files import write_whole
from doorstroom_client.output.spreadsheet import csv_bytes
from doorstroom_client.simulator.control import Control
from doorstroom_client.simulator.keten import LAS_OIN, Keten
from doorstroom_client.simulator.pki import Issued, Pki

TOETSSOORT = "ICE"
"""The simulated supplier that is tested."""
_LONG_AGO = dt.timedelta(days=400)
_YESTERDAY = dt.timedelta(days=1)


def make_keten(schooljaar: str | None, versie: str | None, folder: Path | None = None, **place: Any) -> Keten:
    """A chain that plays a school year.

    Args:
        schooljaar: the current one, or the last with a known agreement, when left out.
        versie: version string of its agreement, when the library does not know it.
        folder: where it is made; a temporary one when left out.
        **place: where it listens, as with `Keten`.

    Raises:
        ConfigurationError: no agreement is known for the school year.
    """
    year, afspraak = known_schooljaar(schooljaar, versie)
    return Keten(folder, schooljaar=year, afspraak=afspraak, **place)


@frozen
class Chain:
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

    def run(self) -> Run:
        """A run over its scenarios."""
        return Run(self.journal, REGISTER, EISEN, self.hands)


@contextmanager
def played(
    folder: Path,
    keten: Keten,
    spoil: Callable[[Keten], object] | None = None,
    *,
    driver: Driver | None = None,
    las: Las | None = None,
    seconds: float | None = None,
    listens: float = 0.0,
    around: Callable[[Driver], Driver] | None = None,
    started: bool = False,
    versie_las: str = "",
) -> Iterator[Chain]:
    """Start a chain, and test it.

    Args:
        folder: where the journal is made.
        keten: the chain, not yet started.
        spoil: makes one of its parties do something wrong.
        driver: drives the LAS under test; this library is that LAS when left out.
        las: the LAS under test itself, in place of a driver.
        started: whether the chain runs already; then it is left running.
        seconds: how long to wait for what has to come in.
        listens: how long to listen for what may not come in, where a person acts in their own time.
        versie_las: name and version of the LAS under test; of this library when it is that LAS.
        around: puts something around what drives the LAS, to have it do something wrong.

    Raises:
        StoreError: the journal cannot be made.
    """
    with nullcontext() if started else keten:
        if spoil is not None:
            spoil(keten)
        control = Control(keten)
        path = folder / JOURNAL
        journal = (
            Journal.read(path, mend=True)
            if path.exists()
            else Journal.begin(path, _head(keten, versie_las or (PROGRAM if driver is None and las is None else "")))
        )
        with keten.client() as client:
            making = _Making(keten, control, Keys(journal.head.run), client, folder)
            terms = Terms(seconds=SIMULATED_SECONDS if seconds is None else seconds, listens=listens)
            hands = making.hands(driver or las, terms, around or (lambda item: item))
            yield Chain(keten, control, hands, journal)


def _head(keten: Keten, versie_las: str) -> Head:
    return Head(
        run=new_run(),
        began=dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        schooljaar=keten.schooljaar,
        versie=keten.afspraak.versie,
        toetssoort=TOETSSOORT,
        about={"leverancier": keten.toetssystemen[TOETSSOORT].naam, "omgeving": "simulator", "versie_las": versie_las},
    )


def write_class(folder: Path, chain: Chain) -> Path:
    """Write the class for the LAS under test: as a file that a person can bring into it.

    Args:
        folder: where.
        chain: whose run it is.
    """
    frame = chain.hands[Rol.LAS].frame("klas", dt.datetime.now(dt.UTC))
    rows = [pupil_data(frame, item, changed=False) for item in KLAS.values()]
    target = folder / "klas.csv"
    write_whole(target, csv_bytes([*rows[0]], ([*row.values()] for row in rows), safe=False))
    return target


class _Making:
    """Makes the hands of every role."""

    def __init__(self, keten: Keten, control: Control, keys: Keys, client: Client, folder: Path) -> None:
        self._keten = keten
        self._keys = keys
        self._client = client
        self._supplier = keten.toetssystemen[TOETSSOORT]
        self._simulated = Simulated(
            control.ask,
            TOETSSOORT,
            supplier_oin=self._supplier.oin,
            las_oin=LAS_OIN,
            spare=keten.scholen[3],
            other=keten.scholen[1],
            keys=keys,
        )
        self._other_ca = Pki(folder / "andere-uitgever", name="Andere uitgever")

    def hands(self, las: Driver | Las | None, terms: Terms, around: Callable[[Driver], Driver]) -> dict[Rol, RoleHands]:
        """All of them."""
        here, keten = self._simulated, self._keten
        supplier = self._requester(self._supplier.basis_url, self._supplier.oin, "las", LAS_OIN)
        receiver = self._requester(keten.servers.las.url, LAS_OIN, TOETSSOORT.lower(), self._supplier.oin)

        def push(pupils: Sequence[str]) -> None:
            here.push(pupils, keten.school, "gecorrigeerd")  # so that there is a report that was never fetched

        driver = SdkDriver(self._las, TOETSSOORT, push) if las is None else as_driver(las, push)
        leverancier = next(item for item in keten.leveranciers if item.toetssoort == TOETSSOORT)
        preflight = Preflight(
            self._client,
            keten.certificate,
            leverancier,
            supplier,
            dt.datetime.now(dt.UTC).date(),
        )
        at_supplier = RoleHands(
            self._frame,
            here,
            requester=supplier,
            arrivals=here.at_receiver,
            stage=here.stage_receiver,
            terms=terms,
        )
        return {
            Rol.VOORAF: RoleHands(self._frame, here, looks=preflight.looks),
            Rol.TOETSSYSTEEM: at_supplier,
            Rol.TERUGWEG: at_supplier,
            Rol.ONTVANGER: RoleHands(self._frame, here, requester=receiver, terms=terms),
            Rol.LAS: RoleHands(
                self._frame, here, arrivals=here.at_supplier, stage=here.stage_supplier, driver=around(driver), terms=terms
            ),
        }

    def _frame(self, scenario: str, began: dt.datetime) -> Frame:
        keten = self._keten
        return Frame(
            scenario,
            keys=self._keys,
            school=keten.school,
            afspraak=keten.afspraak,
            schooljaar=keten.schooljaar,
            toetssoort=TOETSSOORT,
            began=began,
            las_oin=LAS_OIN,
            supplier_oin=self._supplier.oin,
            base_url=self._supplier.basis_url,
        )

    def _las(self, ahead: dt.timedelta) -> Client:
        return self._keten.client(now=lambda: dt.datetime.now(dt.UTC) + ahead)

    def _requester(self, url: str, oin: str, ours: str, our_oin: str) -> Requester:
        where, clients = urlsplit(url), self._keten.servers.pki.clients
        now = dt.datetime.now(dt.UTC)
        issued: dict[Ours, Issued] = {
            Ours.OWN: self._keten.servers.pki.for_calling(ours, our_oin),
            Ours.OTHER_PARTY: self._keten.servers.pki.for_calling("dia", self._keten.toetssystemen["DIA"].oin),
            Ours.EXPIRED: clients.issue(
                f"verlopen-{ours}", oin=our_oin, not_before=now - _LONG_AGO, not_after=now - _YESTERDAY, server=False
            ),
            Ours.NO_OIN: clients.issue(f"zonder-oin-{ours}", oin=None, server=False),
            Ours.OTHER_CA: self._other_ca.issue(f"andere-{ours}", oin=our_oin, server=False),
        }
        target = Target(
            host=where.hostname or "",
            port=where.port or 443,
            prefix=where.path.rstrip("/"),
            oin=oin,
            trust=self._keten.certificate.trust_files,
            shown={which: Shown(item.cert, item.key) for which, item in issued.items()},
        )
        return Requester(target, self._keys)
