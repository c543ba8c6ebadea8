"""What our side does in the chain, as flows that `Client` and `AsyncClient` both run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, GeenMandaat, MessageError, OutboxNotEmpty, Problem
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.messages.aanlevering import Aanlevering, Adviezenlijst, Deelnemerslijst
from doorstroom_client.messages.adviezenbericht import Adviezenbericht, build_adviezenbericht
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.deelnemersbericht import Deelnemersbericht, build_deelnemersbericht
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.leerlingen import Advies, Deelnemer
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.osr.answers import Answers
from doorstroom_client.osr.pace import Pace
from doorstroom_client.osr.proof import Proof
from doorstroom_client.osr.registry import Registry
from doorstroom_client.our_side import OurSide
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.url import Origin
from doorstroom_client.reports.download import Download
from doorstroom_client.reports.due import Fetching
from doorstroom_client.reports.fetch import fetch_rapport
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.delivery import Run
from doorstroom_client.sending.many import Many, no_list
from doorstroom_client.sending.one_list import Books, preview, send
from doorstroom_client.sending.only_changes import Vergelijking
from doorstroom_client.sending.queue import Klaargezet, add
from doorstroom_client.sending.receipt import Ontvangst
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.sending.sent import Verstuurd, sent_of
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.store.sql import Store

OpenBooks = Callable[..., Books | None]
"""Opens what a store knows of earlier deliveries: ``(needed=True)``; None when there is no such store and it is not needed."""


@frozen(kw_only=True)
class Operations(OurSide):
    """What our side does, an operation per method; with what it remembers between them.

    Attributes:
        answers: earlier answers of the OSR.
        proof: remembers that the OSR is really there.
        pace: hands out the moments at which a run over many schools may call the OSR.
        circuits: retry budget and circuit of each peer.
        reputation: which addresses of suppliers are known to accept lists.
    """

    answers: Answers = field(default_factory=Answers, repr=False)
    proof: Proof = field(default_factory=Proof, repr=False)
    pace: Pace = field(default_factory=Pace, repr=False)
    circuits: Circuits = field(default_factory=Circuits, repr=False)
    reputation: Reputation = field(default_factory=Reputation, repr=False)

    def with_options(self, options: Mapping[str, object]) -> Operations:
        """These operations with some settings replaced by others. A new agreement is written for every school year."""
        afspraak = options.get("afspraak")
        if isinstance(afspraak, Afspraak):
            options = {**options, "jaargangen": self.jaargangen.with_afspraak(afspraak)}
        return replace(self, **options)  # type: ignore[arg-type]

    @property
    def registry(self) -> Registry:
        """The OSR.

        Raises:
            ConfigurationError: no OSR is configured.
        """
        if self.osr is None:
            raise ConfigurationError(
                "osr is not configured, so mandates cannot be looked up",
                setting="osr",
                hint="Give osr=Osr(...); to send to a supplier of your choice without a look-up, pass leverancier=",
            )
        return Registry(
            self.osr,
            self.las_oin(),
            self.leveranciers,
            self._call(self.timeouts.osr),
            self.today,
            self.answers,
            self.proof,
            self.jaargangen.namespace_on if self.jaargangen else None,
        )

    def build(self, lijst: Aanlevering) -> Bericht:
        """The message that would go out, in its final bytes.

        Raises:
            MessageError: it does not fit the standard; names every place, never a value.
            ConfigurationError: the school is not known, or the agreement is not the one of this school year.
        """
        if not isinstance(lijst, Adviezenlijst | Deelnemerslijst):
            raise no_list()
        school = self.the_school(lijst.school)
        about: dict[str, Any] = {
            "afspraak": self.afspraak_of(lijst.schooljaar),
            "schooljaar": self.schooljaar_of(lijst.schooljaar),
            "auteur": self.auteur,
            "datumtijd": self.now(),
            "test_identities": self.test_identities,
            "las_key_reden": lijst.las_key_reden or self.las_key_reden,
        }
        if isinstance(lijst, Adviezenlijst):
            entries: Sequence[Advies | Deelnemer] = lijst.adviezen
            message: Adviezenbericht | Deelnemersbericht = build_adviezenbericht(school, lijst.adviezen, **about)
        else:
            entries = lijst.deelnemers
            message = build_deelnemersbericht(school, lijst.groepen, lijst.deelnemers, **about)
        return Bericht.of(message, school, [item.leerling.source for item in entries])

    def check(self, lijst: Aanlevering) -> tuple[Problem, ...]:
        """What does not fit the standard."""
        try:
            self.build(lijst)
        except MessageError as error:
            return error.problems
        return ()

    def send(
        self, lijst: Aanlevering, leverancier: Leverancier | str | None, books: OpenBooks, only_changes: bool | None
    ) -> Flow[Ontvangst]:
        """Send a list, or what changed in it (None: if there is a store); without a supplier, to the one that is mandated."""
        bericht, school = self.build(lijst), self.the_school(lijst.school)
        opened = yield from keep(partial(books, needed=bool(only_changes)))
        only_changes = opened is not None if only_changes is None else only_changes
        target = yield from self.target(school, leverancier)
        changed = yield from self._changed_test(bericht, target, opened)
        about = self._call(self.timeouts.post)
        sending = send(bericht, target, about, self.reputation, opened, only_changes, self.on_event)
        try:
            return replace((yield from sending), vorige_toets=changed)
        except GeenMandaat:
            yield from self.answers.forget(target.oin, school.oin)  # whatever the OSR said before, ask it anew next time
            raise
        except OutboxNotEmpty as error:
            error.las_naam = self.las
            raise

    def compare(self, lijst: Aanlevering, leverancier: Leverancier | str | None, books: OpenBooks) -> Flow[Vergelijking]:
        """Say what of a list would be sent."""
        bericht = self.build(lijst)
        opened = yield from keep(books)
        target = yield from self.target(self.the_school(lijst.school), leverancier)
        assert opened is not None
        return (yield from preview(bericht, target, opened))

    def enqueue(
        self,
        lijst: Aanlevering,
        leverancier: Leverancier | str | None,
        books: OpenBooks,
        only_changes: bool,
        expires_at: dt.datetime | None,
    ) -> Flow[Klaargezet]:
        """Put a list in the outbox."""
        bericht = self.build(lijst)
        opened = yield from keep(books)
        target = yield from self.target(self.the_school(lijst.school), leverancier)
        assert opened is not None
        changed = yield from self._changed_test(bericht, target, opened)
        added = yield from add(bericht, target, opened, only_changes=only_changes, expires_at=expires_at)
        return replace(added, vorige_toets=changed)

    def _changed_test(self, bericht: Bericht, target: Leverancier, books: Books | None) -> Flow[str]:
        """Whose test the school took last year, when its first list of this year goes to another; told before it goes."""
        if books is None:
            return ""
        key = bericht.key(target.oin)
        before = yield from keep(partial(books.tests.changed, key, bericht.schooljaar))
        if not before:
            return ""
        naam = self.naam_of_oin(before)
        result = f"another test than last year, when it was that of {naam}"
        self.teller(bericht.soort.value, result, actor=target.oin, peer=target.naam)
        return naam

    def naam_of_oin(self, oin: str) -> str:
        """How a supplier is called; its OIN when it is not configured any more."""
        return next((item.naam for item in self.leveranciers if item.oin == oin), oin)

    def sent(self, lijst: Aanlevering, store: Callable[[], Store]) -> Flow[tuple[Verstuurd, ...]]:
        """Say what was sent last about each pupil of a list."""
        bericht = self.build(lijst)
        opened = yield from keep(store)
        return (yield from keep(partial(sent_of, bericht, opened)))

    def delivery_run(self, books: Books | None, on_result: Callable[[Uitkomst], object]) -> Run:
        """A run over the outbox."""
        assert books is not None

        def note(result: Uitkomst) -> Flow[None]:
            if isinstance(result.error, GeenMandaat) and result.bericht is not None:
                yield from self.answers.forget(result.bericht.key.leverancier, result.bericht.school_oin)
            school = self._by_address.get(result.naam)
            on_result(result if school is None else replace(result, naam=self.naam_of(school), school=school))

        return Run(books, self.leveranciers, self._call(self.timeouts.post), self.reputation, on_result=note)

    def many(self, leverancier: Leverancier | str | None, books: OpenBooks, only_changes: bool | None) -> Many:
        """A run that sends the lists of many schools."""

        def act(lijst: Aanlevering, target: Leverancier) -> Flow[Ontvangst]:
            return self.send(lijst, target, books, only_changes)

        return Many(self, leverancier, act)

    def many_queued(self, leverancier: Leverancier | str | None, books: OpenBooks, only_changes: bool) -> Many:
        """A run that puts the lists of many schools in the outbox."""

        def act(lijst: Aanlevering, target: Leverancier) -> Flow[Klaargezet]:
            return self.enqueue(lijst, target, books, only_changes, None)

        return Many(self, leverancier, act)

    def fetch_rapport(
        self, rapportid: RapportId, school: School, leverancier: Leverancier | str | None, download: Download
    ) -> Flow[bool]:
        """Fetch a report into `download`; False when there is none yet."""
        target = yield from self.target(school, leverancier)
        return (yield from fetch_rapport(rapportid, school, target, download, self._call(self.timeouts.rapport)))

    def fetching(self, folder: Path, store: Callable[[], Store]) -> Fetching[Any]:
        """A run over all reports that are due."""
        return Fetching(folder, store, self.fetch_rapport, self.now)

    def note_other_host(self, resultaat: Leerlingresultaat, leverancier: Leverancier | str | None) -> None:
        """Tell, without the value, when a result names another host for its report than the supplier's: it is not used."""
        host = resultaat.rapport_host
        if host is None or leverancier is None:
            return
        target = self.leverancier(leverancier)
        if host != Origin.of(target.base_url).host:
            result = "a result names another host for its report; it is not used"
            self.teller("leerlingrapport", result, actor=target.oin, peer=target.naam, serious=True)

    def target(self, school: School, leverancier: Leverancier | str | None) -> Flow[Leverancier]:
        """The supplier that is meant; without one, the one that the school has mandated."""
        if leverancier is not None:
            return self.leverancier(leverancier)
        return (yield from self.registry.the_leverancier(school))

    def _call(self, total: float) -> Call:
        conditions = Conditions(self.retry, total, self.now, self.circuits, self.las_oin, self.on_event, las_naam=self.las)
        return Call(conditions, self.timeouts.connect)
