"""Made from faces/rapporten.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, AsyncIterator
from itertools import takewhile
from pathlib import Path

from doorstroom_client.basics.unread import works_while_read
from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.async_faces.ontvangen_resultaat import AsyncOntvangenResultaat
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.receiving.received import open_kept
from doorstroom_client.reports.download import Download, Leerlingrapport, Progress
from doorstroom_client.reports.due import Due, Rapportage
from doorstroom_client.runtime import AsyncRuntime
from doorstroom_client.store.rows import StoredResult

_BATCH = 100
_Due = Flow[Due[AsyncOntvangenResultaat]]


class AsyncReporting:
    """The part of a client that fetches reports."""

    _operations: Operations
    _runtime: AsyncRuntime

    async def fetch_leerlingrapport(
        self,
        rapport: AsyncOntvangenResultaat | RapportId | str,
        *,
        school: School | str | None = None,
        leverancier: Leverancier | str | None = None,
        to: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> Leerlingrapport | None:
        """Fetch the PDF report of one pupil (``GET /leerlingrapport/{rapportid}``).

        The address is made from the configured supplier; an address in the message is never followed.

        Args:
            rapport: a received result, or a rapportid.
            school: the administration, or a key of it; known already when `rapport` is a received result.
            leverancier: the supplier; known already when `rapport` is a received result.
            to: a file, or an existing folder; the file appears only when it is complete, with mode 0600. When left out,
                the report stays in memory.
            progress: is called with the bytes so far, and the bytes there will be when the supplier told.

        Returns:
            None when there is no report yet (204); ask again later.

        Raises:
            RapportOnbekend: the supplier does not know this report (404).
            MessageError: the rapportid has no usable form.
            ConfigurationError: the result names no report, or school or supplier is not known.
            UnexpectedResponse: what came is no complete PDF; nothing was kept.
            StoreError: the file could not be written.
            DoorstroomError: as for sending.
        """
        if isinstance(rapport, AsyncOntvangenResultaat):
            school = school or rapport.school
            leverancier = leverancier or rapport.leverancier
            rapportid = rapport.rapportid
            self._operations.note_other_host(rapport.resultaat, leverancier)
        else:
            rapportid = RapportId(rapport) if RapportId.fits(rapport) else None
            rapport = "…"  # tracebacks may show local variables
            if rapportid is None:
                raise MessageError([Problem("rapportid", RapportId.rule)])
        if rapportid is None:
            raise ConfigurationError("this result names no report", setting="rapport")
        if school is None:
            raise ConfigurationError("school is needed to fetch a report", setting="school", hint="Pass school=")
        school = await self._runtime.run(self._operations.school_meant(school))
        download = Download(rapportid, to, progress)
        try:
            if not await self._runtime.run(self._operations.fetch_rapport(rapportid, school, leverancier, download)):
                return None
            return await self._runtime.io(download.keep)
        finally:
            download.discard()

    @works_while_read
    async def fetch_leerlingrapporten(
        self,
        to: str | os.PathLike[str],
        *,
        school: School | str | None = None,
        workers: int = 4,
        everything: bool = False,
        stop: Callable[[], bool] | None = None,
    ) -> AsyncIterator[Rapportage[AsyncOntvangenResultaat]]:
        """Fetch the reports of all received results, a few at a time, and hand out what came of each as soon as it is known.

        The store remembers which were fetched, so this can be broken off and repeated until all are there: each report is
        fetched once, one that is not ready is asked for again after an hour.

        Args:
            to: an existing folder; each file gets a name that holds no identifier (`Rapportage.path`).
            school: only of this administration: itself, or a key of it.
            workers: how many reports at a time.
            everything: fetched ones too, when they are not in the folder any more.
            stop: is asked before each report; once it says yes, no other report is begun.

        Raises:
            ConfigurationError: no store is configured, the folder does not exist, or a number of workers below 1.
            StoreError: the store or the folder cannot do its work.
        """
        folder = Path(to)
        if not folder.is_dir():
            raise ConfigurationError(f"there is no folder {folder} for the reports", setting="to", hint="Make it first")
        fetching = self._operations.fetching(folder, self._runtime.resources.store)
        only = await self._runtime.run(self._operations.only_of(school))
        due = takewhile(lambda _: stop is None or not stop(), _due(self._operations, self._runtime, only, everything))
        async for rapportage in self._runtime.stream(fetching.flows(due), workers):
            yield rapportage


def _due(operations: Operations, runtime: AsyncRuntime, only: list[str] | None, everything: bool) -> Generator[_Due]:
    """The reports to be fetched, read as they are needed."""
    after, now = 0, operations.now()
    while True:
        if everything:
            batch = runtime.resources.inbox().results(only, after=after, limit=_BATCH)
        else:
            batch = runtime.resources.store().reports.due(now, after=after, limit=_BATCH, edu_to=only)
        for kept in batch:
            yield _opened(operations, runtime, kept)
        if len(batch) < _BATCH:
            return
        after = batch[-1].id


def _opened(operations: Operations, runtime: AsyncRuntime, kept: StoredResult) -> _Due:
    school = yield from operations.school_of(kept.received.edu_to)
    found = open_kept(kept, lambda _: school, operations.leveranciers, operations.afspraken)
    operations.note_other_host(found.resultaat, found.leverancier)
    result = AsyncOntvangenResultaat(found, kept, operations, runtime)
    return Due(found.id, result, found.rapportid, found.school, found.leverancier)
