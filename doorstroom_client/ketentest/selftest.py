"""The chain test against the chain on this machine: every role, without a partner and without anybody who waits."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from doorstroom_client import Client
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.drivers import SdkDriver
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.journal import JOURNAL, Head, Journal, new_run
from doorstroom_client.ketentest.partner import known_schooljaar
from doorstroom_client.ketentest.preflight import Preflight
from doorstroom_client.ketentest.pupils import KLAS, Keys
from doorstroom_client.ketentest.requester import Requester, Shown, Target
from doorstroom_client.ketentest.role_hands import Driver, RoleHands, Terms
from doorstroom_client.ketentest.run import Run
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import EISEN, REGISTER
from doorstroom_client.ketentest.simulated import SIMULATED_SECONDS, Simulated
from doorstroom_client.ketentest.steps import Ours
from doorstroom_client.output.files import write_whole
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
    seconds: float | None = None,
) -> Iterator[Chain]:
    """Start a chain, and test it.

    Args:
        folder: where the journal is made.
        keten: the chain, not yet started.
        spoil: makes one of its parties do something wrong.
        driver: drives the LAS under test; this library is that LAS when left out.
        seconds: how long to wait for what has to come in.

    Raises:
        StoreError: the journal cannot be made.
    """
    with keten:
        if spoil is not None:
            spoil(keten)
        control = Control(keten)
        path = folder / JOURNAL
        journal = Journal.read(path, mend=True) if path.exists() else Journal.begin(path, _head(keten))
        with keten.client() as client:
            making = _Making(keten, control, Keys(journal.head.run), client, folder)
            hands = making.hands(driver, SIMULATED_SECONDS if seconds is None else seconds)
            yield Chain(keten, control, hands, journal)


def _head(keten: Keten) -> Head:
    return Head(
        run=new_run(),
        began=dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        schooljaar=keten.schooljaar,
        versie=keten.afspraak.versie,
        toetssoort=TOETSSOORT,
        about={"leverancier": keten.toetssystemen[TOETSSOORT].naam, "omgeving": "simulator"},
    )


def write_class(folder: Path, chain: Chain) -> Path:
    """Write the class for the LAS under test: as a file that a person can bring into it.

    Args:
        folder: where.
        chain: whose run it is.
    """
    keys, text = Keys(chain.journal.head.run), io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    names = ("achternaam", "voorvoegsel", "roepnaam", "voorletters", "groep", "niveau", "advies")
    writer.writerow(("leerling", "eck_id", "las_key", "geboortedatum", *names))
    for item in KLAS.values():
        eck_id = keys.eck_id(item.label) if item.has_eck_id else ""
        las_key = keys.las_key(item.label) if item.has_las_key or not item.has_eck_id else ""
        born = f"{int(chain.keten.schooljaar[:4]) - 11}-03-14"
        writer.writerow((item.label, eck_id, las_key, born, *(getattr(item, name) for name in names)))
    target = folder / "klas.csv"
    write_whole(target, text.getvalue().encode("utf-8-sig"))
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

    def hands(self, driver: Driver | None, seconds: float) -> dict[Rol, RoleHands]:
        """All of them."""
        here, keten, terms = self._simulated, self._keten, Terms(seconds=seconds)
        supplier = self._requester(self._supplier.basis_url, self._supplier.oin, "las", LAS_OIN)
        receiver = self._requester(keten.servers.las.url, LAS_OIN, TOETSSOORT.lower(), self._supplier.oin)
        las = driver or SdkDriver(self._las, TOETSSOORT, lambda pupils: here.push(pupils, keten.school))
        where = urlsplit(self._supplier.basis_url)
        leverancier = next(item for item in keten.leveranciers if item.toetssoort == TOETSSOORT)
        preflight = Preflight(
            self._client,
            keten.certificate,
            leverancier,
            supplier,
            (where.hostname or "", where.port or 443),
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
                self._frame, here, arrivals=here.at_supplier, stage=here.stage_supplier, driver=las, terms=terms
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
