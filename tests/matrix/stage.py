"""Plays one cell: a peer that remembers, a server with the fault, a client, and what must come of it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import faults_support as faults
from faults_support import BadServer, Fault, Stage, Wire, rsa_key, served
from support import LAS_OIN, SCHOOL, SUPPLIER_OIN, in_time, kanarie
from support.spoor import Spoor
from support.wire import Speler
from support.witness import Count, Witness
from tenacity import wait_none

from doorstroom_client import ClientCertificate, DoorstroomError, Retry, Timeouts
from doorstroom_client.errors import Phase, TlsError, Unavailable, WrongPeer
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.pki import Issued, Leaf, Pki
from doorstroom_client.store.rows import StoredAnswer

from .operations import FLOWS, METHODS, OURS, RAPPORT, SUCCESS, THEIRS, body_of, make_client, perform
from .rows import Cell, Part, Row, Scene, Variant

QUICK, SLOW = 10.0, 0.3
"""The total time of a call: where the fault costs no time, and where it takes all there is."""


@dataclass
class Peer:
    """A supplier and an OSR in one, that remember what they took in.

    Attributes:
        lists: path and checksum of every list.
        url: the registered address.
    """

    url: str | None = None
    lists: set[tuple[str, str]] = field(default_factory=set)

    def app(self, received: Received) -> Answer:
        letter = next((key for key, method in METHODS.items() if method == received.method and _is(key, received.path)), "")
        if received.method == "GET" and received.path.endswith("/endpoints"):
            return Answer.json(200, [] if self.url is None else [{"id": 17, "url": self.url, "opmerking": kanarie.NAAM}])
        if letter in ("A", "B"):
            self.lists.add((received.path, hashlib.sha256(received.body).hexdigest()))
        elif letter in ("E", "F"):
            self.url = json.loads(received.body)["url"]
        elif not letter:
            return Answer.json(404, {"message": "not found"})
        body, kind = body_of(letter)
        return Answer(SUCCESS[letter], body, kind)

    @property
    def good(self) -> Fault:
        return faults.app(self.app)


def _is(letter: str, path: str) -> bool:
    wanted = {
        "A": "/dst/registreren",
        "B": "/dst/registreren-schooladviezen",
        "C": f"/dst/leerlingrapport/{kanarie.RAPPORT}",
        "D": "/api/v2/mandates",
        "E": "/api/v2/endpoints",
        "F": "/api/v2/endpoints/17",
    }
    return path == wanted[letter]


_SAID = {
    b"Ontvangen.": kanarie.RECEIPT.encode(),
    b"Log in om verder te gaan.": kanarie.PORTAL.encode(),
}
"""What the simulator says of its own accord, and what stands there instead: as long, so that no length gets wrong."""


def about_the_pupil(data: bytes) -> bytes:
    """An answer in which the status line, a header, the place it points to and the text are about the canary."""
    if not data.startswith(b"HTTP/1.1 "):
        return data
    for usual, told in _SAID.items():
        assert len(usual) == len(told)
        data = data.replace(usual, told)
    data = data.replace(b"/elders\r\n", b"/elders/%b?naam=%b\r\n" % (kanarie.RAPPORT.encode(), kanarie.ROEPNAAM.encode()))
    line, _, rest = data.partition(b"\r\n")
    return b"%b van %b\r\nX-Leerling: %b\r\n%b" % (line, kanarie.NAAM.encode(), kanarie.LAS.encode(), rest)


class World:
    """Certificates for the whole session, which do not change, and what was seen of the cells.

    Attributes:
        searched: per test, what its witness saw.
        told: answers about the canary that were sent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pki = Pki(folder / "pki")
        self.other = Pki(folder / "other")
        self.server = self.pki.issue("server", oin=SUPPLIER_OIN)
        own = self.pki.issue("las", oin=LAS_OIN)
        self.own = replace(own, key=kanarie.lock(own.key, own.key.with_name("las-locked.key")))
        self.certificate = ClientCertificate(own.cert, self.own.key, self.pki.trust, password=kanarie.WACHTZIN)
        self.numbers = itertools.count(1)
        self.searched: dict[str, Count] = {}
        self.told = 0
        self._canaries = kanarie.CANARIES | kanarie.lines_of_keys(own.key, self.own.key)
        self._clean: set[bytes] = set()

    @functools.cached_property
    def rsa(self) -> Issued:
        return self.pki.issue_leaf("rsa", Leaf(oins=(SUPPLIER_OIN,), key=rsa_key(2048)))

    @functools.cache  # noqa: B019 - one world per session
    def issued(self, variant: Variant) -> Issued:
        if variant.issued is not None:
            return variant.issued(self.pki)
        return self.rsa if variant.tls.needs_rsa else self.server

    @functools.cache  # noqa: B019
    def certificate_for(self, variant: Variant) -> ClientCertificate:
        if variant.crls is None:
            return self.certificate
        return replace(self.certificate, crls=variant.crls(self.pki, self.server, self.folder))

    def witness(self) -> Witness:
        """Somebody who knows the canary and all secrets."""
        return Witness(Spoor(self._canaries, kanarie.HARMLESS, self._clean))

    def empty_folder(self, name: str = "rapport") -> Path:
        made = self.folder / f"{name}-{next(self.numbers)}"
        made.mkdir()
        return made

    @contextmanager
    def serve(self, script: Sequence[Fault], variant: Variant | None = None) -> Iterator[BadServer]:
        more: dict[str, Any] = {"issued": self.server}
        if variant is not None:
            more = {"issued": self.issued(variant), "tls": variant.tls}
            more |= {"trust": self.other.trust} if variant.refuses_us else {}
        with served([self._telling(fault) for fault in script], pki=self.pki, **more) as server:
            yield server

    def _telling(self, fault: Fault) -> Fault:
        """The same fault, with the canary in whatever it answers."""

        def play(wire: Wire) -> bool:
            plain = wire.send

            def send(data: bytes) -> None:
                about = about_the_pupil(data)
                self.told += about != data
                plain(about)

            wire.send = send  # type: ignore[method-assign]
            try:
                return fault.play(wire)
            finally:
                wire.send = plain  # type: ignore[method-assign]

        return replace(fault, play=play)


class Watched(Speler):
    """Makes calls, with somebody who sees everything that comes out of them."""

    def __init__(self, witness: Witness, *, awaited: bool) -> None:
        super().__init__(awaited=awaited)
        self.witness = witness
        self.folders: list[Path] = []

    def came(self, outcome: Any) -> Any:
        """What an operation ended in."""
        (self.witness.error if isinstance(outcome, BaseException) else self.witness.value)(outcome)
        return outcome

    def look_at_names(self) -> None:
        """Names of the files beside the reports; what stands in a report is meant to be there."""
        for folder in self.folders:
            for path in folder.iterdir():
                self.witness.spoor.add("name of a report", path.name)


class Seat:
    """A client at a server, and everything that is true of every call."""

    def __init__(self, world: World, speler: Watched, letter: str, server: BadServer, **more: Any) -> None:
        self.letter = letter
        self.server = server
        self.folder = world.empty_folder()
        speler.folders.append(self.folder)
        self.total = more.pop("total", QUICK)
        variant: Variant = more.pop("variant", None) or Variant("")
        advance: bool = more.pop("advance", False)
        ahead = dt.timedelta(hours=variant.clock_ahead)
        more.setdefault("now", lambda: dt.datetime.now(dt.UTC) + ahead)
        self.now: Callable[[], dt.datetime] = more["now"]
        self._bulk = variant.bulk
        self._speler = speler

        def wait(state: Any) -> float:
            if advance:
                server.advance()
            return float(wait_none()(state))

        url = "https://bestaat-niet.invalid" if variant.unknown_host else server.url
        self.client = make_client(
            awaited=speler.awaited,
            url=url,
            certificate=world.certificate_for(variant),
            total=self.total,
            connect=variant.connect or self.total,
            retry=Retry(wait=wait),  # type: ignore[arg-type]
            on_event=speler.witness.on_event,
            with_key=letter != "D",
            **more,
        )
        speler._clients.append(self.client)
        speler.witness.spoor.thing("client", self.client)

    def call(self, *, bulk: bool | None = None) -> Any:
        """The value or the error of the operation; fails when it took far too long."""
        outcome: Any
        bulk = self._bulk if bulk is None else bulk
        with in_time(self.total * FLOWS[self.letter]):
            try:
                outcome = self._speler(perform(self.client, self.letter, self.folder, bulk=bulk))
            except DoorstroomError as error:
                outcome = error
        self._speler.came(outcome)
        self._speler.look_at_names()
        return outcome

    @property
    def main(self) -> list[Any]:
        """The requests of the operation itself: without looking and reading back."""
        return [item for item in self.server.requests if item.method == METHODS[self.letter] and _is(self.letter, item.path)]

    @property
    def files(self) -> list[Path]:
        return list(self.folder.iterdir())

    def check_value(self, outcome: Any, value: str, peer: Peer) -> None:
        """A success is what it should be, here and at the peer."""
        if isinstance(outcome, BaseException):
            raise AssertionError(f"ended in {outcome!r}") from outcome
        if self.letter in "AB":
            assert outcome.aantal == 1
        elif self.letter == "C":
            if value == "nothing":
                assert outcome is None and self.files == []
            else:
                assert outcome.path.read_bytes() == RAPPORT
                assert self.files == [outcome.path]
        elif self.letter == "D":
            assert bool(outcome) is (value == "yes")
        else:
            assert peer.url == OURS

    def check_error(self, outcome: Any, cell: Cell, variant: Variant) -> None:
        assert cell.error is not None
        assert type(outcome) is cell.error, repr(outcome)
        assert outcome.retryable is cell.retryable
        if cell.letter != "V" and not (cell.letter == "H" and cell.attempts > 1):
            assert len(outcome.attempts) == cell.attempts, outcome.attempts
        if variant.code:
            assert isinstance(outcome, TlsError) and outcome.code == variant.code, outcome.code
        if isinstance(outcome, WrongPeer) or (isinstance(outcome, TlsError) and outcome.code != "own_certificate"):
            assert outcome.phase is Phase.NOT_SENT
        if isinstance(outcome, Unavailable):
            if variant.asked is None:
                assert outcome.retry_at is None
            else:
                assert outcome.retry_at is not None
                assert abs((outcome.retry_at - self.now()).total_seconds() - variant.asked) < 2
        if self.letter == "C":
            assert self.files == [], "nothing of a report is left behind"


@dataclass
class Play:
    """One variant of one part of one cell."""

    world: World
    speler: Watched
    row: Row
    part: Part
    variant: Variant
    letter: str
    scene: Scene

    @property
    def cell(self) -> Cell:
        return self.part.cell(self.letter)

    def run(self) -> None:
        if self.row.silent:
            self._silent()
        elif self.cell.letter == "D":
            self._done()
        elif self.cell.letter == "V":
            self._verify()
        elif self.variant.unknown_host:
            self._unknown_host()
        else:
            self._ends()
            if self.cell.again:
                self._again()

    def _fault(self) -> Fault:
        assert self.variant.fault is not None
        return self.variant.fault(self.scene)

    def _peer(self) -> Peer:
        return Peer("https://oud.example.nl" if self.letter == "F" else None)

    @contextmanager
    def _seat(self, script: Sequence[Fault], **more: Any) -> Iterator[Seat]:
        with self.world.serve(script, self.variant) as server:
            total = SLOW if self.part.slow else QUICK
            if self.part.slow and self.letter == "E":
                total *= 8 if self.variant.bulk else 4  # two writes and two looks share it, the bulk of a message included
            yield Seat(self.world, self.speler, self.letter, server, total=total, variant=self.variant, **more)

    def _warm(self, seat: Seat, peer: Peer) -> int:
        """A good call first, over the connection that the fault then strikes on."""
        if not self.variant.warm:
            return 0
        seat.check_value(seat.call(), "yes", peer)
        for path in seat.files:
            path.unlink()
        peer.url = self._peer().url
        return len(seat.server.requests)

    def _script(self, peer: Peer, *rest: Fault) -> list[Fault]:
        before = [peer.good] * (2 if self.letter == "F" else 1) if self.variant.warm else []
        return [*before, *rest]

    def _next_call(self, seat: Seat, peer: Peer) -> None:
        """Whatever happened, the next call on the same client works; on a new connection where this one cannot be trusted."""
        for path in seat.files:
            path.unlink()
        before = len(seat.server.requests)
        # Over the same connections, with time enough for a machine that is busy.
        seat.client, seat.total = seat.client.with_options(timeouts=Timeouts(QUICK, QUICK, QUICK, QUICK)), QUICK
        seat.check_value(seat.call(bulk=False), "yes", peer)
        assert len(seat.server.requests) > before
        if self.row.fresh:
            used: set[int] = set()
            for played, request in zip(seat.server.played, seat.server.requests, strict=True):
                assert request.connection not in used, "over the old connection"
                used |= set() if played == peer.good.name else {request.connection}
            assert used

    def _ends(self) -> None:
        """R, S, H and N while the fault goes on: so many attempts, and the right end. Then all is well again."""
        peer, fault, cell = self._peer(), self._fault(), self.cell
        goes_on = [fault] * cell.attempts
        with self._seat(self._script(peer, *goes_on, peer.good)) as seat:
            before = self._warm(seat, peer)
            seat.check_error(seat.call(), cell, self.variant)
            assert not peer.lists or self.variant.warm
            if faults.stage_of(fault) is Stage.REQUEST:
                assert len(seat.server.requests) - before == len(seat.main) - bool(before) == cell.attempts
            else:
                assert seat.server.requests == []
            if faults.stage_of(fault) in (Stage.CLOSED, Stage.FULL):
                assert seat.server.connections == 0
                for _ in goes_on:
                    seat.server.advance()
            else:
                assert seat.server.played.count(fault.name) == cell.attempts
            self._next_call(seat, peer)

    def _again(self) -> None:
        """R and S: the second attempt gets a good answer."""
        peer, fault = self._peer(), self._fault()
        with self._seat(
            self._script(peer, fault, peer.good), advance=faults.stage_of(fault) in (Stage.CLOSED, Stage.FULL)
        ) as seat:
            before = self._warm(seat, peer)
            outcome = seat.call()
            seat.check_value(outcome, "yes", peer)
            if self.letter in "AB":
                assert len(outcome.attempts) == 2
            if faults.stage_of(fault) is Stage.REQUEST:
                bodies = [item.body for item in seat.main][bool(before) :]
                assert len(bodies) == 2
                assert fault.name.startswith("reset_mid_body") or bodies[0] == bodies[1]

    def _unknown_host(self) -> None:
        with self._seat([self._peer().good]) as seat:
            seat.check_error(seat.call(), self.cell, self.variant)
            assert seat.server.connections == 0

    def _done(self) -> None:
        """D: one attempt, and the fault does not matter."""
        peer = self._peer()
        fault = self._fault()
        if self.letter in "EF":
            fault = faults.applied(peer.app, fault)
        with self._seat([fault, peer.good]) as seat:
            seat.check_value(seat.call(), self.cell.value, peer)
            assert len(seat.main) == 1
            self._next_call(seat, peer)

    def _verify(self) -> None:
        """V: never a second POST before a look."""
        fault, cell = self._fault(), self.cell
        struck = faults.stage_of(fault) is Stage.REQUEST
        if cell.attempts == 1:
            self._verify_later()
            return
        posts = 1 if struck else 0

        # It was applied: a look is enough.
        if self.variant.applies:
            peer = Peer()
            with self._seat(self._script(peer, faults.applied(peer.app, fault), peer.good)) as seat:
                before = self._warm(seat, peer)
                seat.check_value(seat.call(), "yes", peer)
                assert _methods(seat)[before:] == ["POST", "GET"]
                if self.row.fresh:
                    assert seat.server.requests[-1].connection > seat.main[-1].connection

        # It was not: after the look it is repeated once.
        peer = Peer()
        if not self.part.slow or not self.variant.applies:
            with self._seat(self._script(peer, fault, peer.good)) as seat:
                before = self._warm(seat, peer)
                seat.check_value(seat.call(), "yes", peer)
                assert _methods(seat)[before:] == ["POST"] * posts + ["GET", "POST"]

        # Another address stands there: nothing is overwritten.
        peer = Peer(THEIRS)
        if not self.variant.warm and not self.part.slow:
            with self._seat([fault, peer.good]) as seat:
                seat.check_error(seat.call(), cell, self.variant)
                assert _methods(seat) == ["POST"] * posts + ["GET"]
                assert peer.url == THEIRS

        # It goes on: two attempts, each looked for.
        peer = Peer()
        if not self.variant.warm:
            with self._seat([fault, peer.good, fault, peer.good]) as seat:
                seat.check_error(seat.call(), cell, self.variant)
                assert _methods(seat) == (["POST"] * posts + ["GET"]) * cell.attempts
                assert seat.server.played.count(fault.name) == cell.attempts
                self._next_call(seat, peer)

    def _verify_later(self) -> None:
        """V after a wait that is too long for one call: nobody comes before the time."""
        peer = Peer()
        with self._seat([self._fault(), peer.good]) as seat:
            seat.check_error(seat.call(), replace(self.cell, retryable=True), self.variant)
            assert _methods(seat) == ["POST"]

    def _silent(self) -> None:
        """TLS: one connection, no byte of a request, no retry; then as often as it is tried."""
        peer = self._peer()
        with self._seat([peer.good]) as seat:
            seat.check_error(seat.call(), self.cell, self.variant)
            assert seat.server.connections == 1
            seat.server.stop()
            assert seat.server.requests == []
            assert seat.server.bytes_received == 0
            assert peer.lists == set()

    def with_an_older_yes(self) -> Any:
        """What a receiver makes of the fault, when the mandate was there an hour ago: True, or the error."""
        fault = self._peer().good if self.variant.fault is None else self._fault()
        with self._seat([fault]) as seat:
            chain, runtime = seat.client._operations, seat.client._runtime
            then = chain.now() - dt.timedelta(hours=1)
            older = StoredAnswer(SUPPLIER_OIN, SCHOOL.oin, chain.registry.osr_on().namespace, "", True, None, None, then)
            self.speler(runtime.run(chain.answers.keep(older)))
            try:
                flow = chain.registry.is_mandated(SUPPLIER_OIN, SCHOOL.oin, or_stale=True)
                return self.speler.came(self.speler(runtime.run(flow)))
            except DoorstroomError as error:
                return self.speler.came(error)


def _methods(seat: Seat) -> list[str]:
    return [item.method for item in seat.server.requests]


@contextmanager
def scenes(world: World, letter: str) -> Iterator[tuple[Scene, Callable[[], int]]]:
    """Two addresses that nobody may contact, and how often somebody did."""
    with ExitStack() as stack:
        peer = Peer()
        secure = stack.enter_context(world.serve([peer.good]))
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        came: list[int] = []

        def accept() -> None:
            try:
                while True:
                    connection, _ = listener.accept()
                    connection.close()
                    came.append(1)
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        stack.callback(listener.shutdown, socket.SHUT_RDWR)
        plain = f"http://localhost:{listener.getsockname()[1]}"
        yield Scene(letter, secure.url, plain), lambda: secure.connections + len(came)
