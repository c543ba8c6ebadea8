"""All reports that are due: each fetched once, into one folder, to be repeated until they are all there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import DoorstroomError, RapportOnbekend, StoreError
from doorstroom_client.exchange.concerns import concerns_everyone
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.school import School
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.reports.download import Download, rapport_file_name
from doorstroom_client.store.sql import Store

LATER = dt.timedelta(hours=1)
"""How long a report that is not ready is left alone."""


class Afhaling(StrEnum):
    """How fetching one report ended."""

    OPGEHAALD = "opgehaald"
    """The report is in the folder now."""
    WAS_ER_AL = "was er al"
    """It was in the folder already."""
    LATER = "later"
    """The supplier has none yet (204); it is due again in an hour."""
    ONBEKEND = "onbekend"
    """The supplier does not know it (404); a newer result of the pupil may name another."""
    GEEN = "geen"
    """The result names no report, or its school or supplier is not configured any more."""
    MISLUKT = "mislukt"
    """Something went wrong; it stays due."""


R = TypeVar("R")


@frozen
class Rapportage(Generic[R]):
    """What came of one report.

    Attributes:
        resultaat: the received result that it belongs to.
        afloop: how it ended.
        path: the file, when it is there.
        error: why it failed.
    """

    resultaat: R
    afloop: Afhaling
    path: Path | None = None
    error: DoorstroomError | None = field(default=None, repr=False)


@frozen
class Due(Generic[R]):
    """A report to be fetched.

    Attributes:
        id: number of the result in the store.
        resultaat: the result.
        rapportid: id of the report; None when the result names none.
        school: the administration; None when it is not configured.
        leverancier: the supplier; None when it is not configured.
    """

    id: int
    resultaat: R
    rapportid: RapportId | None = field(repr=False)
    school: School | None
    leverancier: Leverancier | None


class Fetching(Generic[R]):
    """One run, shared by its workers.

    Args:
        folder: where the files go.
        store: opens the store, which remembers what came of each.
        fetch: fetches one report into a download.
        now: the wall clock (UTC).
    """

    def __init__(
        self,
        folder: Path,
        store: Callable[[], Store],
        fetch: Callable[[RapportId, School, Leverancier, Download], Flow[bool]],
        now: Callable[[], dt.datetime],
    ) -> None:
        self._folder = folder
        self._store = store
        self._fetch = fetch
        self._now = now
        self._stopped: dict[str, DoorstroomError] = {}

    def flows(self, due: Iterator[Flow[Due[R]]]) -> Iterator[Flow[Rapportage[R]]]:
        """A flow for every report that is due."""
        return map(self._one, due)

    def _one(self, due: Flow[Due[R]]) -> Flow[Rapportage[R]]:
        item = yield from due
        if item.rapportid is None or item.school is None or item.leverancier is None:
            return Rapportage(item.resultaat, Afhaling.GEEN)
        path = self._folder / rapport_file_name(item.rapportid)
        if (yield from keep(path.exists)):
            yield from self._note(item, "fetched")
            return Rapportage(item.resultaat, Afhaling.WAS_ER_AL, path)
        supplier = item.leverancier
        if supplier.oin in self._stopped:
            return Rapportage(item.resultaat, Afhaling.MISLUKT, error=self._stopped[supplier.oin])
        try:
            return (yield from self._download(item, item.rapportid, item.school, supplier, path))
        except RapportOnbekend as error:
            yield from self._note(item, "absent")
            return Rapportage(item.resultaat, Afhaling.ONBEKEND, error=error)
        except StoreError:
            raise  # a full disk is full for the next report too
        except DoorstroomError as error:
            no_pdf = getattr(error, "status", 0) == 200 and error.retryable  # of this report alone; a page is of all
            if concerns_everyone(error) and not no_pdf:
                self._stopped[supplier.oin] = error
            return Rapportage(item.resultaat, Afhaling.MISLUKT, error=error)

    def _download(
        self, item: Due[R], rapportid: RapportId, school: School, leverancier: Leverancier, path: Path
    ) -> Flow[Rapportage[R]]:
        download = Download(rapportid, path)
        try:
            if not (yield from self._fetch(rapportid, school, leverancier, download)):
                yield from self._note(item, "later")
                return Rapportage(item.resultaat, Afhaling.LATER)
            yield from keep(download.keep)
        finally:
            download.discard()
        yield from self._note(item, "fetched")
        return Rapportage(item.resultaat, Afhaling.OPGEHAALD, path)

    def _note(self, item: Due[R], state: str) -> Flow[None]:
        next_at = self._now() + LATER if state == "later" else None
        yield from keep(lambda: self._store().reports.note(item.id, state, next_at))
