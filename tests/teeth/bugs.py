"""The bugs: natural mistakes, one or two for each promise, and which tests have to see them.

A bug runs in place of the function that it names, and gets that function first; one for a constant gets the constant, and gives
what takes its place. Name what a promise hangs on, and little of what is inside it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from .planting import Bug

BUGS: list[Bug] = []

_ANSWERS = "tests/exchange/test_answers_wire.py"
_AS_SENT = "tests/parity/test_as_sent.py"
_BAD_SERVER = "tests/promises/test_bad_server.py"
_CHAIN = "tests/receiving/test_chain.py"
_CALL = "tests/exchange/test_call.py"
_CHECKUP = "tests/checkup/test_real_servers.py"
_CLIENT = "tests/sending/test_only_changes.py"
_CURRENT = "tests/receiving/test_current.py"
_DISCOVERY = "tests/osr/test_namespaces.py"
_MANY_ENDPOINTS = "tests/osr/test_many_endpoints.py"
_DOWNLOAD = "tests/promises/test_download.py"
_DRIP = "tests/wire/test_drip_wire.py"
_ENDPOINTS = "tests/osr/test_endpoints.py"
_FORMS = "tests/receiving/test_forms.py"
_GIVEN = "tests/config/test_given.py"
_FUNCTIONS = "tests/receiving/test_functions.py"
_OUTBOX = "tests/sending/test_outbox_turns.py"
_OUTBOX_WORKER = "tests/sending/test_outbox_worker.py"
_OWN = "tests/promises/test_own_certificate.py"
_PLACES = "tests/receiving/test_places.py"
_PROTOCOL = "tests/receiving/test_protocol.py"
_PROXY = "tests/receiving/test_proxy.py"
_REASONS = "tests/receiving/test_reasons.py"
_RECEIVER = "tests/receiving/test_receiver.py"
_SHAPES = "tests/osr/test_shapes.py"
_TRUST = "tests/promises/test_closed_trust.py"
_WORDS = "tests/exchange/test_answer_words.py"


def bug(promise: str, name: str, target: str, *tests: str, only: str = "") -> Callable[[Callable[..., Any]], None]:
    """Put what stands under this in the table, as `Bug` says; `target` is below the package."""

    def listed(instead: Callable[..., Any]) -> None:
        BUGS.append(Bug(promise, name, f"doorstroom_client.{target}", instead, tests, only))

    return listed


# --- what goes out


@bug(
    "O1",
    "a write to the OSR is repeated blind",
    "exchange.decisions:TABLE",
    f"{_ENDPOINTS}::test_a_lost_answer_that_was_applied_is_done",
)
def _(table: Any) -> Any:
    retry = table["no answer"].actions[0]
    return {**table, "no answer": replace(table["no answer"], actions=(retry,) * 6)}


@bug(
    "O2", "retries cost nothing", "exchange.circuit:Circuits.spend", "tests/exchange/test_retry_budget.py", only="1035_requests"
)
def _(spend: Any, *_: Any) -> bool:
    return True


@bug(
    "O3",
    "the time counts per read",
    "transport.sockets:Deadline.cut",
    f"{_DRIP}::test_a_drip_ends_at_the_total_time",
    only="headers and sync and registreren",
)
def _(cut: Any, self: Any, timeout: Any, *_: Any) -> Any:
    return timeout


@bug(
    "O3",
    "awaited, an answer may take longer",
    "transport.httpx_transport:AsyncHttpxTransport.send",
    f"{_DRIP}::test_a_drip_ends_at_the_total_time",
    only="headers and async and registreren",
)
async def _(send: Any, self: Any, request: Any) -> Any:
    return await send(self, replace(request, deadline=60.0))


@bug(
    "O4",
    "a date in Retry-After counts from our own clock",
    "exchange.retry:retry_after",
    "tests/exchange/test_retry_after.py",
    only="clock_of_the_peer",
)
def _(retry_after: Any, headers: Any, now: Any) -> Any:
    return retry_after({name: value for name, value in headers.items() if name != "date"}, now)


@bug(
    "O5",
    "a message does not wait for older ones",
    "store.outbox:_TURN",
    f"{_OUTBOX}::test_a_later_message_waits_for_one_that_is_not_due",
)
def _(turn: str) -> str:
    return turn.replace("first = 1 AND ", "")


@bug("O5", "a retry has a new moment", "store.outbox:Outbox.claim", "tests/sending/test_machine.py::TestBezorgen")
def _(claim: Any, self: Any, *args: Any, **more: Any) -> Any:
    claimed = claim(self, *args, **more)
    if claimed is None or not claimed.queued.attempts:
        return claimed
    return replace(claimed, body=claimed.body.replace(b"Z", b"+00:00"))


@bug(
    "O5",
    "a newer list goes before one that waits",
    "store.outbox:Outbox.overtake",
    f"{_CLIENT}::test_a_newer_list_does_not_go_before_one_that_waits",
)
def _(overtake: Any, *_: Any) -> bool:
    return True


@bug(
    "O6",
    "a redirect is followed",
    "transport.httpx_transport:HttpxTransport.send",
    "tests/promises/test_redirects.py::test_a_redirect_of_a_supplier",
    only="sync and 307",
)
def _(send: Any, self: Any, request: Any) -> Any:
    outcome = send(self, request)
    place = getattr(outcome, "headers", {}).get("location")
    return send(self, replace(request, url=urljoin(request.url, place))) if place else outcome


@bug(
    "O7",
    "every success is a receipt",
    "exchange.decisions:classify",
    "tests/wire/test_refusals_wire.py::test_status",
    only="sync and (200 or 201 or 204)",
)
def _(classify: Any, outcome: Any, operation: Any) -> Any:
    success = 200 <= getattr(outcome, "status", 0) < 300 and operation.startswith("registreren")
    return classify(replace(outcome, status=202) if success else outcome, operation)


@bug(
    "O7",
    "a receipt with half a body is sent once more",
    "exchange.decisions:_stands_without_body",
    f"{_CALL}::TestHalfAnswers::test_a_receipt_is_a_receipt",
)
def _(stands: Any, *_: Any) -> bool:
    return False


@bug(
    "F4",
    "a page parks the list",
    "exchange.decisions:ANSWERS",
    f"{_ANSWERS}::test_cell",
    only="sync and (400 or 403 or 413 or 422)",
)
def _(answers: Any) -> Any:
    return {status: {**said, "HTML": said["Ontvangstmelding"]} for status, said in answers.items()}


@bug(
    "F4",
    "the content type says what a page is",
    "exchange.answer_body:is_page",
    f"{_WORDS}::test_a_page_in_disguise",
    only="202 and JSON",
)
def _(is_page: Any, body: bytes, **_: Any) -> bool:
    return False


@bug(
    "F4",
    "what stands before a page hides it",
    "exchange.answer_body:is_page",
    f"{_WORDS}::test_a_page_in_disguise",
    only="202 and after",
)
def _(is_page: Any, body: bytes, **_: Any) -> bool:
    return bool(is_page(body))


@bug(
    "F4",
    "a problem document that says nothing parks a list",
    "exchange.answer_body:_is_bare",
    f"{_WORDS}::test_a_problem_that_says_no_more_than_its_status_is_as_none",
)
def _(is_bare: Any, document: Any) -> bool:
    return False


@bug(
    "F4",
    "unknown pupils are searched for on the word of a gateway",
    "exchange.answer_body:_object",
    f"{_ANSWERS}::test_cell",
    only="sync and 404 and JSON",
)
def _(of_object: Any, document: Any, media_type: str) -> Any:
    return "Ontvangstmelding"


@bug(
    "F4",
    "a certificate that is refused in HTTP is only a page",
    "exchange.decisions:refuses_our_certificate",
    f"{_ANSWERS}::test_a_refused_certificate",
    only="sync and nginx",
)
def _(refuses: Any, response: Any) -> bool:
    return False


@bug(
    "T6",
    "our certificate is not offered after the handshake",
    "transport.tls:client_context",
    "tests/transport/test_certificate_refused.py::test_a_certificate_that_is_asked_for_later",
    only="sync",
)
def _(client_context: Any, certificate: Any) -> Any:
    context = client_context(certificate)
    context.post_handshake_auth = False
    return context


@bug(
    "O8",
    "what is left in a connection is not looked at",
    "transport.httpx_transport:_may_hold_more",
    f"{_DOWNLOAD}::test_what_stays_behind_in_a_connection_is_not_taken_for_the_next_answer",
    only="sync",
)
def _(may_hold_more: Any, response: Any, use: Any) -> bool:
    return False


@bug(
    "O9",
    "what says that it is a report is a whole one",
    "reports.download:Download.is_complete",
    f"{_DOWNLOAD}::test_what_is_no_whole_report_leaves_no_file",
    only="sync and half",
)
def _(is_complete: Any, self: Any) -> bool:
    return True


@bug(
    "O9",
    "the name of a report is there before the report",
    "output.files:PartFile.__init__",
    f"{_DOWNLOAD}::test_a_killed_process_leaves_nothing_under_the_name",
)
def _(make: Any, self: Any, target: Path, maker: str = "") -> None:
    make(self, target, maker)
    target.write_bytes(b"")


@bug(
    "O10",
    "the address of a report comes from the result",
    "faces.rapporten:Reporting.fetch_leerlingrapport",
    "tests/promises/test_configured_hosts.py::test_no_address_in_a_result_is_ever_called",
)
def _(fetch: Any, self: Any, rapport: Any, **more: Any) -> Any:
    from doorstroom_client import Leverancier

    there = urlsplit(rapport.resultaat.resultatenscores.resultaten.aanvullendeinfo).netloc
    return fetch(self, rapport, **more, leverancier=Leverancier("ICE", rapport.sender_oin, f"https://{there}"))


# --- processes that fork, and what the ledger may say


@bug(
    "F1",
    "a child makes its calls over the connections of its parent",
    "transport.httpx_transport:HttpxTransport.after_fork",
    "tests/forks/test_in_a_child.py::test_connections_of_the_parent_stay_open_and_are_not_used",
    only="sync",
)
def _(after_fork: Any, self: Any) -> None:
    return None


@bug(
    "F1",
    "a child waits for locks of threads it has not",
    "basics.forks:Lock.after_fork",
    "tests/forks/test_in_a_child.py::test_a_lock_that_another_thread_has_is_free_in_a_child",
)
def _(after_fork: Any, self: Any) -> None:
    return None


@bug(
    "F2",
    "of two lists that cross the last one noted is believed",
    "store.ledger:Ledger._disturb",
    "tests/sending/test_two_sends.py::test_any_order_of_steps",
)
def _(disturb: Any, *_: Any) -> int:
    return 0


@bug(
    "F2",
    "a pupil that became known later needs no second list",
    "store.ledger:Ledger._make_known",
    "tests/sending/test_nights.py::test_three_nights_and_all_advice_is_there",
)
def _(make_known: Any, *_: Any) -> None:
    return None


# --- what comes in


@bug(
    "I1",
    "202 while a result is still on its way to the disk",
    "receiving.judge:Receiver.keep",
    "tests/durability/test_kill_receivers.py",
)
def _(keep: Any, self: Any, verdict: Any) -> Any:
    from doorstroom_client import InboundResponse

    if isinstance(verdict, InboundResponse):
        return verdict
    Thread(target=keep, args=(self, verdict), daemon=True).start()
    return InboundResponse.of(202)


@bug(
    "I1",
    "all that came in together was kept",
    "store.group_commit:GroupCommit._keep",
    "tests/receiving/test_arrivals.py::test_one_that_cannot_be_kept_does_not_take_others_along",
)
def _(keep: Any, self: Any, batch: Any) -> None:
    keep(self, batch)
    kept = next((waiting.outcome for waiting in batch if not isinstance(waiting.outcome, Exception)), None)
    for waiting in batch:
        waiting.outcome = kept or waiting.outcome


@bug(
    "I2",
    "the last one to arrive is the current one",
    "store.inbox:SqlInbox.add_many",
    f"{_CURRENT}::test_what_is_current",
    only="sqlite and 11:30",
)
def _(add_many: Any, self: Any, deliveries: Any) -> Any:
    return add_many(self, [replace(delivery, datumtijd=None) for delivery in deliveries])


@bug(
    "I3", "values are not counted", "messages.codec:_has_too_many_values", "tests/messages/test_codec.py", only="so_many_values"
)
def _(has_too_many: Any, body: bytes) -> bool:
    return False


@bug("I3", "no body is too large", "receiving.asgi:_body", "tests/receiving/test_asgi.py", only="too_large")
async def _(body: Any, receive: Any, limits: Any) -> Any:
    return await body(receive, replace(limits, body=10**9))


@bug(
    "I3",
    "is read on while a request is in hand",
    "receiving.server.http1:_Flow.resume_reading",
    "tests/receiving/test_hostile.py",
    only="1.3 and small_requests and ice",
)
def _(resume_reading: Any, self: Any) -> None:
    if self.read_paused:
        self.read_paused = False
        self._transport.resume_reading()


@bug(
    "I3",
    "who does not read its answers stays",
    "receiving.server.http1:TlsH11Protocol.pause_writing",
    f"{_PROTOCOL}::test_who_does_not_read_its_answers_is_cut_off",
)
def _(pause_writing: Any, self: Any) -> None:
    self.flow.pause_writing()


@bug(
    "I3",
    "who came first keeps its place",
    "receiving.server.places:slowest_of_the_busiest",
    f"{_PLACES}::test_the_slowest_of_the_busiest_makes_room",
    "tests/receiving/test_fairness.py",
    only="slowest or waits",
)
def _(slowest: Any, *_: Any, **more: Any) -> None:
    return None


@bug(
    "I3",
    "a newcomer pushes out who has less",
    "receiving.server.places:slowest_of_the_busiest",
    f"{_PLACES}::test_nobody_is_pushed_out_by_who_would_have_as_many",
)
def _(slowest: Any, newcomer: Any, seated: Any, *, by_address: bool) -> Any:
    return slowest(newcomer, seated, by_address=by_address) or next(iter(seated))


@bug(
    "I3",
    "a handshake is pushed out by the next one",
    "receiving.server.entrance:_YOUNG_SECONDS",
    f"{_PLACES}::test_who_came_just_now_may_shake_hands",
)
def _(seconds: float) -> float:
    return 0.0


@bug(
    "I3",
    "an answer is lost in what is still being sent",
    "receiving.server.http1:TlsH11Protocol._unread",
    "tests/receiving/test_refused_aloud.py::test_the_answer_arrives_although_the_sender_goes_on_sending",
)
def _(unread: Any, self: Any) -> bool:
    return False


@bug(
    "I4",
    "any JSON will do",
    "messages.codec:decode_leerlingresultaat",
    "tests/receiving/test_corpus.py",
    only="answer_and_the_store",
)
def _(decode: Any, body: bytes) -> Any:
    from doorstroom_client import Leerlingresultaat

    try:
        document = json.loads(body)
    except ValueError:
        return decode(body)
    return Leerlingresultaat.parse(document)


@bug("I5", "anybody may post", "osr.registry:Registry.is_mandated", f"{_RECEIVER}::test_no_mandate_is_401")
def _(is_mandated: Any, *_: Any, **more: Any) -> Any:
    yield from ()
    return True


@bug(
    "I5",
    "a silent OSR makes a supplier stop",
    "receiving.judge:Receiver.admit",
    f"{_RECEIVER}::test_while_the_osr_gives_no_answer_it_is_503_and_never_401",
)
def _(admit: Any, self: Any, request: Any) -> Any:
    from doorstroom_client import InboundResponse

    verdict = yield from admit(self, request)
    return InboundResponse.of(401) if getattr(verdict, "status", 0) == 503 else verdict


@bug(
    "I5",
    "a certificate is looked at once in a connection",
    "receiving.peer:has_ended",
    f"{_PROTOCOL}::test_what_does_not_reach_an_application_next_to_ours",
)
def _(has_ended: Any, tls: Any, now: Any) -> bool:
    return False


@bug(
    "I5",
    "a session is taken up again",
    "transport.sessionless:FreshContext.wrap_socket",
    "tests/receiving/test_ended.py::test_the_public_context_takes_no_session_up_again",
    only="numbers",
)
def _(wrap_socket: Any, self: Any, sock: Any, *args: Any, **more: Any) -> Any:
    return ssl.SSLContext.wrap_socket(self, sock, *args, **more)


@bug(
    "I5",
    "a session is taken up again in an event loop",
    "transport.sessionless:FreshContext.wrap_bio",
    "tests/receiving/test_ended.py::test_with_a_session_of_before",
)
def _(wrap_bio: Any, self: Any, *args: Any, **more: Any) -> Any:
    return ssl.SSLContext.wrap_bio(self, *args, **more)


@bug(
    "I5",
    "a body is read of who may not send it",
    "receiving.intake:Intake.admit",
    "tests/receiving/test_refused_aloud.py::test_who_may_not_send_is_told_before_the_body",
)
async def _(admit: Any, self: Any, request: Any) -> None:
    return None


@bug(
    "I6",
    "edu-to may stand in an address twice",
    "receiving.judge:_edu",
    f"{_RECEIVER}::test_refused_before_anybody_is_asked",
)
def _(edu: Any, query: str) -> tuple[str, str]:
    fields = dict(parse_qsl(query))
    return fields.get("edu-to", ""), fields.get("edu-from", "")


@bug(
    "I6",
    "a result of one sender replaces that of another",
    "store.current:SAME",
    f"{_CURRENT}::test_what_is_current",
    only="sqlite and B",
)
def _(same: str) -> str:
    return same.replace("sender_oin = ?", "? <> ''")


@bug(
    "I6",
    "what another sender names moves a result that is not its own",
    "store.current:_name",
    f"{_CURRENT}::test_what_is_current",
    only="sqlite and nobody or sqlite and both",
)
def _(name: Any, database: Any, cursor: Any, edu_to: Any, eck_of: Any, sender: str = "") -> None:
    name(database, cursor, edu_to, eck_of)


@bug("I6", "our own OIN brings results", "receiving.judge:Receiver._is_ours", f"{_CURRENT}::test_what_is_current", only="own")
def _(_: Any, self: Any, sender: str) -> bool:
    return False


@bug(
    "I6",
    "nobody is told of a result of two senders",
    "receiving.audit:contested",
    f"{_CURRENT}::test_what_is_current",
    only="sqlite and B",
)
def _(_: Any, number: int, sender: str, teller: Any) -> None:
    return None


@bug(
    "I2",
    "digits are read as a day of long ago",
    "messages.iso_8601:_DIGITS",
    f"{_CURRENT}::test_what_is_current",
    only="epoch or digits",
)
def _(_: Any) -> Any:
    return re.compile("(?!)")


@bug("I5", "a function may end the program", "basics.theirs:contained", _FUNCTIONS, only="SystemExit and is_503")
def _(contained: Any, error: BaseException) -> Any:
    return error


@bug(
    "I5",
    "a signal is taken for a fault of the function that it comes in",
    "basics.theirs:contained",
    "tests/exchange/test_events.py::test_a_signal_that_comes_in_a_hook_is_not_lost",
)
def _(contained: Any, error: BaseException) -> Any:
    return contained(error) if isinstance(error, Exception) else RuntimeError(type(error).__name__)


@bug("I5", "who sent it may be anything", "receiving.peer:sender_of", _FUNCTIONS, only="tells_no_oin")
def _(sender_of: Any, peer: Any, given: Any) -> Any:
    from doorstroom_client.receiving.peer import Peer, Sender

    return sender_of(peer, given) if isinstance(peer, Peer) else Sender(peer(given), None)


@bug("I5", "a function that fails is an error of the server", "receiving.judge:Receiver.unable", _FUNCTIONS, only="is_503")
def _(_: Any, self: Any, error: Exception, what: str = "") -> Any:
    raise error


# --- what is kept


@bug(
    "S1",
    "a message is done before it is sent",
    "sending.delivery:_Hold.look",
    "tests/cli/test_signals.py::test_killed_in_the_middle_nothing_is_missing",
)
def _(look: Any, self: Any) -> Any:
    yield from look(self)
    self._outbox.delivered(self._claimed, (), 0, self._now())


@bug(
    "S1",
    "a file that was opened is taken to be there for ever",
    "store.sqlite.watch:Watch.look",
    "tests/durability/test_pulled.py",
    only="moved_away",
)
def _(look: Any, self: Any) -> Any:
    from doorstroom_client.store.sqlite.watch import Seen

    return Seen.SAME


@bug(
    "S1",
    "a copy is opened beside whatever log lies there",
    "store.sqlite.place:refusal",
    "tests/store/test_place.py",
    only="beside_the_log_of_another",
)
def _(refusal: Any, *_: Any, **more: Any) -> str:
    return ""


@bug(
    "S1",
    "202 without a look after the commit",
    "store.sqlite.file:SqliteDatabase.transaction",
    "tests/store/test_place.py",
    only="in_the_middle",
)
@contextmanager
def _(transaction: Any, self: Any, what: str) -> Iterator[Any]:
    self._look = lambda: None  # nor before it
    try:
        with transaction(self, what) as cursor:
            yield cursor
    finally:
        del self._look


@bug(
    "S1",
    "what lies beside a new file is taken to be of the old one",
    "store.sqlite.guard:_clear",
    "tests/store/test_place.py",
    only="of_two_that_take_over",
)
def _(clear: Any, path: Path, parted: Any) -> None:
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@bug(
    "S2",
    "a commit does not wait for the disk",
    "store.sqlite.file:SqliteDatabase._set_up",
    "tests/durability/test_power.py",
)
def _(set_up: Any, self: Any, *, other: bool) -> None:
    set_up(self, other=other)
    with self.cursor("open") as cursor:
        cursor.execute("PRAGMA synchronous = NORMAL")


@bug(
    "S3",
    "half a transaction is kept",
    "store.sqlite.file:SqliteDatabase.transaction",
    "tests/durability/test_disk_outbox.py::test_any_statement_may_fail",
)
@contextmanager
def _(transaction: Any, self: Any, what: str) -> Iterator[Any]:
    with self.cursor(what) as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
        finally:
            cursor.execute("COMMIT")


@bug(
    "S3",
    "a disk that fails is a fault of the message",
    "sending.delivery:deliver_parts",
    "tests/durability/test_disk_outbox.py",
    only="a_run_on_a_bad_disk or second_attempt",
)
def _(deliver_parts: Any, *args: Any) -> Any:
    from doorstroom_client.errors import StoreError, Unavailable

    try:
        return (yield from deliver_parts(*args))
    except StoreError as error:
        raise Unavailable(error.message, retryable=True) from error


@bug("S4", "a lease never ends", "store.outbox:Outbox.claim", f"{_OUTBOX}::test_a_lease_ends")
def _(claim: Any, self: Any, owner: str, now: Any, lease: float, **more: Any) -> Any:
    return claim(self, owner, now, 1000 * lease, **more)


@bug(
    "S4",
    "nobody looks whether a message is still theirs",
    "sending.delivery:_Hold.look",
    f"{_OUTBOX_WORKER}::test_a_message_that_was_taken_over_is_not_sent",
)
def _(look: Any, self: Any) -> Any:
    self.sent = True
    yield from ()


@bug(
    "S5",
    "others may read the store",
    "store.sqlite.file:prepare",
    "tests/store/test_sqlite.py",
    only="private",
)
def _(prepare: Any, path: Any, **more: Any) -> Any:
    found = prepare(path, **more)
    path.chmod(0o644)
    return found


@bug(
    "S5",
    "a purge says that the bytes are gone",
    "store.sqlite.file:SqliteDatabase.wipe",
    "tests/store/test_bytes.py",
    only="moved or reader",
)
def _(wipe: Any, self: Any) -> bool:
    return True


@bug(
    "S5",
    "results go that nobody processed",
    "store.purging:Purging.purge",
    "tests/store/test_what_goes.py::test_what_is_not_processed_never_goes",
)
def _(purge: Any, self: Any, now: Any, until: Any, marks_until: Any) -> Any:
    with self._database.transaction("note a removal") as cursor:
        cursor.execute("UPDATE leerlingresultaat SET processed_at = received_at WHERE processed_at IS NULL")
    return purge(self, now, until, marks_until)


# --- who it is


@bug(
    "T1", "the ciphers that OpenSSL likes", "transport.tls:CIPHERS", "tests/promises/test_tls_floor.py", only="below_the_floor"
)
def _(ciphers: str) -> str:
    return "DEFAULT"


@bug(
    "T2",
    "the host in a certificate is not looked at",
    "transport.tls:client_context",
    f"{_BAD_SERVER}::test_a_defect_of_the_certificate",
    only="sync and wrong",
)
def _(client_context: Any, certificate: Any) -> Any:
    context = client_context(certificate)
    context.check_hostname = False
    return context


@bug(
    "T3",
    "any organisation will do",
    "transport.sockets:carries",
    f"{_BAD_SERVER}::test_another_organisation",
    only="sync",
)
def _(carries: Any, stream: Any, oin: Any) -> bool:
    return True


@bug(
    "T3",
    "one set of connections for all",
    "transport.pools:Pools.take",
    f"{_BAD_SERVER}::test_an_open_connection_serves_only_the_organisation_it_was_made_for",
)
def _(take: Any, self: Any, oin: Any, context: Any) -> Any:
    return take(self, None, context)


@bug("T4", "the machine may add roots", "transport.tls:client_context", _TRUST, only="machine")
def _(client_context: Any, certificate: Any) -> Any:
    context = client_context(certificate)
    context.load_default_certs()
    return context


@bug(
    "T5",
    "only the last certificate is looked up in a list",
    "transport.tls:_load_crls",
    "tests/promises/test_revocation.py",
    only="sync and (intermediate or root)",
)
def _(load_crls: Any, context: Any, certificate: Any) -> None:
    load_crls(context, certificate)
    if context.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN:
        context.verify_flags &= ~ssl.VERIFY_CRL_CHECK_CHAIN
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF


@bug(
    "T6",
    "our refused certificate looks like a broken line",
    "transport.tls_faults:tls_kind",
    "tests/wire/test_tls_wire.py::test_our_certificate_is_refused",
    only="registreren",
)
def _(tls_kind: Any, error: Any, before: bool) -> Any:
    from doorstroom_client.transport.request import FaultKind

    kind, phase, code = tls_kind(error, before)
    return (kind if before else FaultKind.NO_ANSWER), phase, code


@bug(
    "T6",
    "new files are never looked at",
    "transport.live:LiveContext._take_over",
    "tests/transport/test_live.py::test_new_files_are_taken_over_at_the_next_look",
)
def _(take_over: Any, self: Any) -> None:
    return None


@bug(
    "T6",
    "a certificate for servers will do for calling",
    "parties.certificate_check:Chain.usable",
    _OWN,
    only="only_for_servers",
)
def _(usable: Any, self: Any) -> Any:
    return [found for found in usable(self) if "extendedKeyUsage" not in found.text]


@bug(
    "T6",
    "nobody sees that an intermediate is missing",
    "parties.certificate_check:Chain._gap",
    _OWN,
    only="no_intermediate",
)
def _(gap: Any, self: Any, *_: Any) -> Any:
    return ()


@bug(
    "T6",
    "the key of a .p12 is written as it is",
    "parties.own_key:key_to_load",
    "tests/transport/test_certificate_as_sent.py",
    only="never_lies",
)
def _(key_to_load: Any, certificate: Any, leaf: Any) -> Any:
    from doorstroom_client.parties.opened import as_pem_key, open_key

    made, once = key_to_load(certificate, leaf)
    return as_pem_key(open_key(made, "x", once), None), ""


@bug(
    "T6",
    "a root that was sent along is trusted",
    "config.certificate_split:_roots",
    "tests/cli/test_command_certificaat.py",
    only="fingerprint",
)
def _(roots: Any, survey: Any, trusted: Any) -> Any:
    return list(survey.roots)


@bug("T6", "an old encryption is called a wrong passphrase", "parties.pem:left_behind", _OWN, only="pbe_md5_des")
def _(left_behind: Any, key: Any) -> str:
    return ""


@bug("T6", "nobody looks at the proxy before serve does", "config.certificates:_proxied", _OWN, only="would_not_start")
def _(_proxied: Any, serve: Any, own: Any) -> Any:
    from doorstroom_client.config.certificates import Judged

    return Judged("proxy", None, None)


@bug(
    "T6",
    "a refused certificate is not told apart",
    "receiving.server.entrance:_words",
    "tests/receiving/test_serve_life.py",
    only="tls_refuses",
)
def _(_words: Any, error: Any) -> str:
    return error.reason or "SSL"


@bug(
    "T6",
    "the store is shut without a certificate",
    "cli._session:on_the_store",
    "tests/cli/test_command_store.py",
    only="at_hand",
)
def _(on_the_store: Any, settings: Any) -> Any:
    from doorstroom_client import Client

    return Client(**settings.arguments())


@bug(
    "T6", "a person gets JSON to read", "cli._warnings_told:_in_words", "tests/cli/test_exit_codes.py", only="words_and_no_json"
)
def _(_in_words: Any, text: str) -> str:
    return text


@bug("T7", "a header of any address is believed", "receiving.proxy:Proxy._trusts", _PROXY, only="any_other_address")
def _(trusts: Any, self: Any, *_: Any) -> bool:
    return True


@bug("T7", "a certificate in a header is not verified", "receiving.verify:Trust.doubt", _PROXY, only="every_defect")
def _(doubt: Any, *_: Any) -> None:
    return None


@bug(
    "T7", "certificates in a header sign each other round and round", "receiving.verify:_upwards", _CHAIN, only="few_signatures"
)
def _(upwards: Any, leaf: Any, pool: Any) -> Any:
    return list(pool)


@bug("T7", "a chain in a header is verified however long it is", "receiving.verify:_MOST_ALONG", _CHAIN, only="too_many")
def _(most: int) -> int:
    return 1000


@bug("T7", "a second sender may stand in a chain", "receiving.verify:_is_authority", _FORMS, only="two_headers")
def _(is_authority: Any, certificate: Any) -> bool:
    return True


@bug("T7", "a header is decoded until it fits", "receiving.proxy_forms:_unescaped", _FORMS, only="nearly_right")
def _(unescaped: Any, text: str) -> str:
    return str(unquote(unquote(unescaped(text))))


@bug("T7", "of several proxies in a header the last one counts", "receiving.proxy_forms:FORMS", _FORMS, only="elements")
def _(forms: Any) -> Any:
    envoy = forms["xfcc"]
    return {**forms, "xfcc": replace(envoy, read=lambda text: envoy.read(text.rpartition(",")[2]))}


@bug("T7", "two headers count as the first of them", "receiving.proxy:Proxy._judge", _PROXY, only="not_exactly_once")
def _(judge: Any, self: Any, values: Any, chain: str) -> Any:
    return judge(self, values[:1], chain)


@bug("T7", "each 401 is told as a missing mandate", "receiving.audit:received", _REASONS)
def _(received: Any, status: int, teller: Any, request: Any = None, seconds: float = 0.0, reason: str = "") -> Any:
    return received(status, teller, request, seconds, "not mandated" if status == 401 else reason)


@bug("T7", "why nobody was recognised gets lost", "receiving.peer:sender_of", _REASONS)
def _(sender_of: Any, peer: Any, given: Any) -> Any:
    return replace(sender_of(peer, given), reason=None)


# --- what is agreed


@bug(
    "A1",
    "a field that became required is not told",
    "messages.definitieverschil:_veldverschil",
    "tests/messages/test_vergelijking.py::test_a_difference_is_told_in_one_line",
    only="required",
)
def _(veldverschil: Any, plaats: Any, ours: Any, theirs: Any) -> Any:
    return [item for item in veldverschil(plaats, ours, theirs) if item.soort != "required"]


@bug(
    "A2",
    "only version strings of the usual form can be registered",
    "messages.afspraak:Afspraak.__post_init__",
    "tests/messages/test_afspraak.py::test_an_unusual_version_string_is_written_and_told",
)
def _(post_init: Any, self: Any) -> None:
    from doorstroom_client.errors import ConfigurationError

    if not self.is_gewoon:
        raise ConfigurationError("versie", setting="afspraken.versie")


# --- what nobody may see


@bug(
    "P1",
    "the text of a fault is logged",
    "transport.httpx_transport:_fault",
    f"{_BAD_SERVER}::test_what_comes_in_place_of_an_answer_stands_in_no_log",
)
def _(fault: Any, error: BaseException, *args: Any) -> Any:
    logging.getLogger("doorstroom_client").warning("%s", error)
    return fault(error, *args)


@bug(
    "P1",
    "an error says what the other party wrote",
    "exchange.call:_error",
    "tests/wire/test_refusals_wire.py::test_status",
    only="sync and (401 or 422)",
)
def _(make: Any, *args: Any) -> Any:
    error = make(*args)
    error.message += getattr(error, "melding", "")
    return error


@bug(
    "P1",
    "an error says which value is wrong",
    "messages.findings:Findings.member",
    "tests/promises/test_canary.py",
    only="refused_here",
)
def _(member: Any, self: Any, value: Any, path: str, allowed: Any, what: str) -> str:
    if value not in allowed:
        self.add(path, f"{value} is not a known {what}")
    return str(value)


@bug(
    "P2",
    "the 11-test is off",
    "messages.bsn:looks_like_bsn",
    "tests/promises/test_bsn.py",
    only="looks_like_one",
)
def _(looks_like_bsn: Any, text: str) -> bool:
    return False


@bug(
    "P2",
    "only plain digits are a BSN",
    "messages.bsn:is_spelled_bsn",
    "tests/promises/test_bsn_spellings.py",
    only="seen_in_every_spelling or none_is_kept",
)
def _(is_spelled_bsn: Any, text: str) -> bool:
    return text.isascii() and text.isdigit() and bool(is_spelled_bsn(text))


@bug(
    "P2",
    "a key with digits in it is a BSN",
    "messages.bsn:is_spelled_bsn",
    "tests/promises/test_bsn_spellings.py",
    only="taken_for_none or honest",
)
def _(is_spelled_bsn: Any, text: str) -> bool:
    return any(map(is_spelled_bsn, re.findall(r"[0-9]{8,9}", text))) or bool(is_spelled_bsn(text))


@bug(
    "P2",
    "a label excuses a BSN",
    "messages.bsn:is_labelled_bsn",
    "tests/promises/test_bsn_spellings.py",
    only="label",
)
def _(is_labelled_bsn: Any, text: str) -> bool:
    return False


@bug(
    "P2",
    "a BSN is looked for in identities only",
    "messages.bsn:holds_bsn",
    "tests/promises/test_bsn_spellings.py",
    only="none_is_kept or name_of_a_field",
)
def _(holds_bsn: Any, document: Any, known: Any, keys: Any) -> bool:
    return False


@bug("P2", "NULL is a key", "messages.identifiers:is_no_key", "tests/readers/test_no_key.py", only="not_sent or of_nobody")
def _(is_no_key: Any, value: str) -> bool:
    return False


@bug(
    "P3",
    "an event is not escaped",
    "events:as_json",
    "tests/exchange/test_events.py::test_a_configured_name_cannot_start_a_line_or_move_the_cursor",
)
def _(as_json: Any, event: Any) -> str:
    return " ".join(map(str, astuple(event)))


@bug(
    "P4",
    "the proxy of the environment is used",
    "transport.httpx_transport:_PooledTransport.__init__",
    f"{_TRUST}::test_proxies_of_the_environment_are_not_used",
)
def _(make: Any, self: Any, context: Any, deadline: Any) -> None:
    import httpcore

    make(self, context, deadline)
    if proxy := os.environ.get("HTTPS_PROXY"):
        self._pool = httpcore.HTTPProxy(proxy, ssl_context=context)


# --- the command line, and files


@bug("C1", "the last code counts", "cli.exit_codes:worst", "tests/cli/test_exit_codes.py::test_the_worst_code_wins")
def _(worst: Any, codes: Any) -> Any:
    return [worst(()), *codes][-1]


@bug(
    "C1",
    "output that cannot be written breaks a command off",
    "cli._streams:SteadyStream._try",
    "tests/cli/test_output.py",
    only="is_noted or what_every_program_says",
)
def _(try_: Any, self: Any, act: Any) -> None:
    act()


@bug(
    "C1", "lost output is no code", "cli._streams:SteadyStream._lose", "tests/cli/test_output.py", only="is_noted or test_help"
)
def _(lose: Any, self: Any, error: Any) -> None:
    lose(self, error)
    self._whole.lost = ""


@bug(
    "C1",
    "a file takes the place of what is no file",
    "output.files:check_replaceable",
    "tests/cli/test_output.py",
    only="stays_what_it_is",
)
def _(check: Any, target: Any) -> None:
    return


@bug(
    "C1",
    "a machine without time zones is a bug",
    "messages.values:amsterdam",
    "tests/cli/test_timezones.py",
    only="without_any",
)
def _(amsterdam: Any) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Amsterdam")


@bug("C2", "two runs go on at once", "cli._lock:alone", "tests/cli/test_signals.py", only="runs_once_at_a_time")
@contextmanager
def _(alone: Any, *_: Any) -> Iterator[None]:
    yield


@bug("C3", "a cell may be a formula", "output.spreadsheet:safe_cell", "tests/output/test_spreadsheet.py", only="becomes_text")
def _(safe_cell: Any, value: Any) -> str:
    return str(value)


@bug(
    "C3",
    "entities in XML are expanded",
    "readers.xml_events:strict_options",
    "tests/readers/test_hostile_xml.py",
    only="no_file",
)
def _(strict_options: Any) -> dict[str, bool]:
    return {**strict_options(), "resolve_entities": True}


@bug(
    "edexml",
    "vmbo/havo becomes havo",
    "readers.advies_spelling:parse_advies",
    "tests/readers/test_advies_spelling.py",
    only="not_understood",
)
def _(parse_advies: Any, text: str, codes: Any) -> Any:
    return parse_advies(re.sub(r"^vmbo\s*/", "", text), codes)


@bug(
    "files",
    "lines after open quotes are lost",
    "readers.lines:Lines.once_more",
    "tests/readers/test_many.py::test_a_quote_that_is_never_closed_swallows_no_school",
)
def _(once_more: Any, self: Any) -> None:
    return None


@bug(
    "files",
    "an error of a spreadsheet is an empty cell",
    "readers.workbook_xlsx:error_cell",
    "tests/corpus",
    only="exceljs-error",
)
def _(error_cell: Any, name: str = "") -> Any:
    return "", None


@bug("files", "a key may have lost digits", "readers.workbook_xlsx:number_cell", "tests/corpus", only="digits.xlsx")
def _(number_cell: Any, value: float, form: Any, *, from_1904: bool) -> Any:
    text, mark = number_cell(value, form, from_1904=from_1904)
    return text, replace(mark, fault="") if mark else None


@bug("files", "what DOS wrote is taken for Windows", "readers.letters_in_place:Words.against", "tests/corpus", only="bytes/")
def _(against: Any, self: Any, candidate: Any) -> int:
    return 0 if candidate.codec == "cp1252" else int(against(self, candidate)) + 1


@bug(
    "files",
    "a name may hold letters encoded twice",
    "messages.name_letters:text_fault",
    "tests/corpus",
    only="cells/",
)
def _(text_fault: Any, text: str) -> str:
    return str(text_fault(text.encode("ascii", "ignore").decode()))


@bug("O9", "half a report is whole", "basics.whole_pdf:WholePdf._ends_with", "tests/reports/test_foreign_reports.py")
def _(ends_with: Any, self: Any, piece: bytes) -> bool:
    return True


@bug(
    "results", "1.234 is read as 1234", "messages.leerlingresultaat:whole_number", "tests/messages/test_numbers_and_moments.py"
)
def _(whole_number: Any, text: str) -> int | None:
    found = whole_number(text)
    return int(text.replace(".", "")) if found is None and re.fullmatch(r"[0-9]+\.[0-9]{3}", text) else found


# --- what the parties know of each other


@bug(
    "isolation",
    "a pupil is called unknown on a conclusion",
    "sending.in_parts:_halve",
    "tests/sending/test_isolation_search.py::test_the_verdict_is_exact_and_everybody_else_arrives_once",
)
def _(halve: Any, part: Any, hunt: Any) -> Any:
    rest = yield from halve(part, hunt)
    return [(rest[0][0], True)] if len(rest) == 1 else rest


@bug(
    "ledger",
    "nothing is in doubt before a list is sent",
    "store.ledger:Ledger.forget",
    f"{_CLIENT}::test_what_may_have_arrived_is_in_doubt",
)
def _(forget: Any, *_: Any) -> None:
    return None


@bug(
    "ledger",
    "unknown pupils count as accepted",
    "store.outbox:Outbox.delivered",
    f"{_OUTBOX_WORKER}::test_unknown_pupils_are_left_out_and_counted",
)
def _(delivered: Any, self: Any, claimed: Any, accepted: Any, *more: Any) -> bool:
    return delivered(self, claimed, range(len(claimed.dispatch.entries)), *more)


@bug(
    "mandaten",
    "when the register asks for rest, one rests",
    "osr.pace:Pace.hold",
    "tests/osr/test_controle.py",
    only="rests",
)
def _(hold: Any, self: Any, seconds: float) -> None:
    return None


@bug(
    "messages",
    "geslacht goes out when the agreement has none",
    "messages.deelnemersbericht:build_deelnemersbericht",
    "tests/messages/test_deelnemers.py::test_geslacht_is_not_sent_when_the_agreement_has_none",
)
def _(build: Any, *args: Any, **more: Any) -> Any:
    return build(*args, **{**more, "afspraak": replace(more["afspraak"], geslacht=True)})


@bug(
    "F3",
    "every 200 is a yes",
    "osr.mandates:read",
    "tests/wire/test_mandaat_wire.py::test_what_each_answer_means",
    only="sync and (says or nothing)",
)
def _(read: Any, response: Any, address: str, day: Any) -> Any:
    found = read(response, address, day)
    return replace(found, said="nothing", fields=None) if response.status == 200 else found


@bug(
    "F3",
    "a mandate that ended is one",
    "osr.mandate_reading:whole_day",
    "tests/wire/test_mandaat_wire.py::test_what_each_answer_means",
    only="sync and force",
)
def _(whole_day: Any, value: Any) -> Any:
    return None


@bug(
    "P2",
    "a number in the way of a program goes out",
    "messages.bsn:_unpacked",
    "tests/promises/test_bsn_spellings.py::test_a_number_is_seen_in_every_spelling",
)
def _(unpacked: Any, text: str) -> str:
    return text


_DENIED = "tests/osr/test_readings.py::test_other_answers"


@bug("F3", "what speaks against a yes is not looked at", "osr.mandate_reading:is_denied", _DENIED, only="text")
def _(is_denied: Any, *_: Any) -> bool:
    return False


@bug("F3", "a mandate of another is a yes", "osr.mandate_reading:_Reader._is_another", _DENIED, only="text")
def _(is_another: Any, *_: Any) -> bool:
    return False


@bug("F3", "every link makes a mandate", "osr.mandate_reading:_is_item", _DENIED, only="text")
def _(is_item: Any, fields: Any) -> bool:
    return bool(fields.links)


@bug("F3", "the register is never suspect", "osr.registry:is_suspect", "tests/osr/test_suspect.py", only="one_night and memory")
def _(is_suspect: Any, *_: Any) -> bool:
    return False


@bug("F3", "a run does not say so", "faces.osr:suspicion_of", "tests/osr/test_suspect.py", only="one_night and memory")
def _(suspicion_of: Any, *_: Any) -> str:
    return ""


@bug("osr", "a year to come is wrong already", "faces.osr_catalogue:look_ahead", _DISCOVERY, only="in_one_question")
def _(look_ahead: Any, gevonden: Any) -> Any:
    return replace(look_ahead(gevonden), in_orde=False)


@bug("osr", "any 404 is a no", "osr.asking:settle_404", _SHAPES, only="another_server")
def _(settle_404: Any, *_: Any) -> Any:
    return ()


@bug("osr", "a link leads to any host", "osr.asking:Origin", _SHAPES, only="link_to_another_host")
def _(origin: Any) -> Any:
    return type("Anywhere", (), {"of": staticmethod(lambda url: "")})


@bug("osr", "one school that fails ends the run", "faces.osr_endpoints:settle_one", _MANY_ENDPOINTS, only="stops_no_other")
def _(settle_one: Any, registry: Any, wanted: Any, *, write: bool) -> Any:
    from doorstroom_client.osr.own_endpoint import settle

    return settle(registry, wanted, write=write)


@bug(
    "osr",
    "what failed is written again unseen",
    "osr.own_endpoint:Adreswijziging.te_doen",
    _MANY_ENDPOINTS,
    only="unseen",
)
def _(_: Any, self: Any) -> bool:
    return self.actie in ("registreren", "wijzigen") and not self.gedaan


@bug("overzicht", "a value is taken for markup", "output.html:text", "tests/overview/test_pagina.py", only="text")
def _(text: Any, value: Any) -> Any:
    from doorstroom_client.output.html import Html

    return Html(value)


@bug(
    "postgres",
    "the answer to a commit is not looked at",
    "store.postgres.cursor:commit",
    "tests/store/test_postgres.py",
    only="swallowed or standby",
)
def _(commit: Any, connection: Any) -> None:
    connection.execute("COMMIT")


@bug(
    "postgres",
    "a child uses the connections of its parent",
    "store.postgres.sessions:PostgresDatabase.after_fork",
    "tests/store/test_store.py",
    only="forked and postgres",
)
def _(after_fork: Any, self: Any, *, forked: bool = True) -> None:
    if not forked:
        after_fork(self, forked=False)


@bug(
    "speed",
    "the administration of a result is searched for among all",
    "our_side:OurSide.find_school",
    "tests/sending/test_client.py",
    only="not_searched_for",
)
def _(find_school: Any, self: Any, routeringskenmerk: str) -> Any:
    return next((item for item in self.scholen if item.routeringskenmerk == routeringskenmerk), None)


_VALUES = "tests/sending/test_lists_as_values.py"


@bug("lists", "the end of the input is the end of the run", "basics.sources:Source.next", _VALUES, only="handed_out_first")
def _(_: Any, self: Any) -> Any:
    return next(self._items, None)


@bug("lists", "a plain input is read in any thread", "basics.sources:AsyncSource._in_thread", _VALUES, only="one_thread")
async def _(_: Any, self: Any, work: Any) -> Any:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


@bug(
    "lists",
    "a part of a list has the lines of the whole",
    "sending.bericht:Bericht.part",
    _VALUES,
    only="only_changes_went_out",
)
def _(part: Any, self: Any, positions: Any) -> Any:
    return replace(part(self, positions), _sources=self._sources)


@bug("lists", "an item is taken and then left", "basics.sources:until", _VALUES, only="before_an_item_is_taken")
def _(_: Any, items: Any, stop: Any) -> Any:
    for item in items:
        if stop is not None and stop():
            return
        yield item


@bug(
    "raw",
    "what is handed out is what is kept",
    "basics.as_sent:as_sent",
    f"{_AS_SENT}::test_changing_what_was_handed_out_changes_nothing_of_the_value",
)
def _(_: Any, document: dict[str, Any]) -> Any:
    return document


@bug(
    "raw",
    "what is handed out shows itself",
    "basics.as_sent:AsSent.__repr__",
    f"{_AS_SENT}::test_no_way_of_showing_it_shows_what_is_in_it",
)
def _(_: Any, self: dict[str, Any]) -> str:
    return dict.__repr__(self)


@bug(
    "raw",
    "a client is pickled as far as it goes",
    "basics.through_client:ThroughClient.__reduce_ex__",
    f"{_AS_SENT}::test_what_works_through_a_client_says_that_it_cannot_be_pickled",
)
def _(_: Any, self: object, protocol: Any) -> Any:
    return object.__reduce_ex__(self, protocol)


@bug("arguments", "whatever was given is taken", "parties.given:given", f"{_GIVEN}::test_an_argument_of_another_kind_is_named")
def _(_: Any, value: Any, *__: Any) -> Any:
    return value


@bug(
    "arguments",
    "one value is looked through as if it were many",
    "parties.given:as_taken",
    f"{_GIVEN}::test_an_argument_of_another_kind_is_named",
)
def _(_: Any, values: Any, *__: Any) -> Any:
    return iter(values)


@bug(
    "arguments",
    "a school that is to be awaited is not",
    "our_side:OurSide.school_meant",
    f"{_GIVEN}::test_what_a_coroutine_function_finds_is_awaited",
)
def _(_: Any, self: Any, school: Any) -> Any:
    yield from ()
    return self.the_school(school)


@bug(
    "arguments",
    "the content of a file is shown as its path",
    "parties.given:given_path",
    f"{_GIVEN}::test_the_content_of_a_file_in_place_of_its_path_is_not_shown",
)
def _(_: Any, value: Any, setting: str) -> Any:
    return value


_TEKSTEN = "tests/school_texts/test_plain_dutch.py"


@bug(
    "teksten",
    "a mandate that begins later is asked for anew",
    "osr.mandaat:missing_of",
    f"{_TEKSTEN}::test_two_ways_out_when_a_mandate_begins_later",
)
def _(missing_of: Any, mandaat: Any) -> Any:
    return tuple(replace(item, begint_op=None) for item in missing_of(mandaat))


@bug(
    "teksten",
    "a name is read as a place in a text",
    "basics.uitleg:Uitleg.filled",
    f"{_TEKSTEN}::test_an_uitleg_is_text_with_parts",
)
def _(filled: Any, self: Any, **namen: str) -> Any:
    return filled(filled(self, **namen), **{"las": "MijnLAS", **namen})


@bug(
    "teksten",
    "a free place stays open in a text for a school",
    "basics.error_texts:SCHOOL_ONBEKEND",
    f"{_TEKSTEN}::test_every_text_is_plain_dutch",
)
def _(text: Any) -> Any:
    return type(text)(text.kop, (*text.alineas, "Vraag het {{wie}}."), stappen=text.stappen)


# --- the season


@bug("seizoen", "a result that was purged never came", "store.purging:_REMEMBER", "tests/store/test_season.py", only="purge")
def _(remember: str) -> str:
    return remember.replace("current = 1", "current = 2")


@bug("seizoen", "what DUO has twice is not told", "season.beoordelen:_signalen", "tests/season/test_season.py", only="duo")
def _(signals: Any, stand: Any, *rest: Any) -> Iterator[Any]:
    return (item for item in signals(stand, *rest) if item.nummer != "150")


@bug(
    "seizoen",
    "who takes no part is missing all the same",
    "season.beoordelen:_regels",
    "tests/season/test_season.py::test_what_is_missing_by_the_list_of_the_school",
)
def _(regels: Any, stand: Any, lijst: Any, **rest: Any) -> Iterator[Any]:
    from doorstroom_client import Leerlingenlijst

    return regels(stand, Leerlingenlijst(replace(item, deelname=None) for item in lijst), **rest)


@bug(
    "seizoen",
    "another test than last year is told with every list",
    "store.school_tests:SchoolTests.changed",
    "tests/sending/test_how_far.py",
    only="another_test",
)
def _(_: Any, self: Any, key: Any, schooljaar: str) -> str:
    before = self.year_before(key.routeringskenmerk, schooljaar)
    return "" if before == key.leverancier else before


@bug(
    "T3",
    "a check knocks at any organisation",
    "checkup.looking:look_at",
    f"{_CHECKUP}::test_a_certificate_that_is_wrong",
    only="sync and other-oin",
)
def _(look_at: Any, peer: Any, means: Any) -> Any:
    return replace(look_at(replace(peer, oin=None), means), expected=peer.oin)


@bug(
    "T1",
    "a second look with other checks",
    "checkup.looking:_shown_in_1_2",
    f"{_CHECKUP}::test_every_context_has_every_check_on",
    only="sync",
)
def _(shown: Any, seen: Any, means: Any, until: float) -> Any:
    def unchecked() -> ssl.SSLContext:
        context = means.another()
        context.check_hostname = False
        return context  # type: ignore[no-any-return]

    return shown(seen, replace(means, another=unchecked), until)


@bug(
    "T6",
    "a refusal at the first read is not heard in a check",
    "checkup.head:is_about_our_certificate",
    f"{_CHECKUP}::test_a_server_that_refuses_our_certificate",
    only="sync and tls1_3",
)
def _(_: Any, error: Any) -> bool:
    return False


@bug(
    "ketentest",
    "the first of two postponements counts",
    "ketentest.agreed:Plan.still_on",
    "tests/ketentest/test_plan.py",
    only="postponed_twice",
)
def _(_: Any, self: Any, day: Any) -> Any:
    return next((item for item in reversed(self.uitstel) if item.van <= day < item.naar), None)


@bug(
    "ketentest",
    "a term is told as it was before the postponement",
    "ketentest.terms:Terms.until",
    "tests/ketentest/test_standing.py",
    only="postponed_since",
)
def _(until: Any, self: Any, journal: Any, line: Any) -> Any:
    return until(replace(self, pauses=()), journal, line)


@bug(
    "ketentest",
    "an OSR that gives no answer says no",
    "ketentest.preflight:Preflight._told",
    "tests/ketentest/test_nine_days.py",
    only="osr_that_does_not_answer",
)
def _(told: Any, self: Any, look: Any) -> Any:
    return replace(told(self, look), unanswered=False, whose="")


@bug(
    "ketentest",
    "nobody looks whose certificate a test server shows",
    "ketentest.partner_connection:wrong_with",
    "tests/ketentest/test_connections.py",
)
def _(wrong_with: Any, found: Any) -> Any:
    wrong = wrong_with(found)
    return None if wrong is not None and wrong.reached else wrong


# --- the school year


@bug(
    "planning",
    "what was tested is reminded of all the same",
    "planning.reminders:_stand_with",
    "tests/cli/test_command_planning.py",
    only="makes_a_reminder_go_away",
)
def _(_: Any, soort: Any, periode: Any, settings: Any, standen: Any) -> Any:
    return None


@bug(
    "planning",
    "a public holiday is a working day",
    "planning.holidays:feestdag_on",
    "tests/planning/test_school_year.py",
)
def _(_: Any, day: Any) -> Any:
    return None


@bug(
    "planning",
    "the last day of a period is not in the calendar",
    "output.ics:as_ics",
    "tests/output/test_ics.py::test_the_last_day_is_one_of_them_and_reminders_come_before_the_first",
)
def _(as_ics: Any, days: Any, **more: Any) -> bytes:
    return as_ics([replace(item, last=item.first) for item in days], **more)  # type: ignore[no-any-return]


@bug(
    "teksten",
    "a name in a text breaks its lines",
    "basics.one_line:in_a_line",
    "tests/school_texts/test_odd_names.py",
)
def _(_: Any, text: str) -> str:
    return text


# --- settings, and words on the screen

_PROBLEMS = "tests/config/test_all_problems.py"


@bug(
    "settings", "only the first wrong value of a section is told", "config.assembling:_wrong_in", _PROBLEMS, only="every_value"
)
def _(wrong_in: Any, *_: Any) -> list[Any]:
    return []


@bug("settings", "a problem has the line of its section", "config.toml_lines:line_of", _PROBLEMS, only="with_its_line")
def _(line_of: Any, path: str, lines: Any) -> Any:
    return line_of(path.rpartition(".")[0], lines)


@bug("settings", "a slip in a variable is another program's", "config.variables:_why_unknown", _PROBLEMS, only="a_slip")
def _(why_unknown: Any, name: str) -> str:
    return ""


@bug("words", "brackets in help are markup", "cli._help:tidy", "tests/cli/test_help.py", only="brackets")
def _(tidy: Any, command: Any) -> None:
    return None


@bug("words", "the first of several schools counts", "messages.school:find_school", "tests/messages/test_find_school.py")
def _(find_school: Any, scholen: Any, key: str) -> Any:
    return next((school for school in scholen if key.strip().upper() in school.codes), None) or find_school(scholen, key)


@bug(
    "T6",
    "a passphrase with a NUL goes on to the library",
    "parties.passphrase:why_none",
    "tests/parties/test_certificate_faults.py",
    only="reaches_no_library",
)
def _(why_none: Any, passphrase: str) -> str:
    return ""


@bug(
    "files",
    "a NULL for a key finds a pupil",
    "readers.edexml_sleutels:usable",
    "tests/readers/test_edexml.py::test_a_key_that_is_nothing_finds_nobody",
)
def _(usable: Any, identity: str | None) -> str | None:
    return identity or None


@bug(
    "files",
    "the first NULL for a name stays when a second comes",
    "readers.edexml:_looked_back",
    "tests/readers/test_edexml.py",
    only="second_pupil_has_a_null",
)
def _(looked_back: Any, pupils: Any) -> Any:
    return pupils


@bug(
    "files",
    "a file is called ready for settings that cannot send it",
    "cli._bestand_told:hindrance",
    "tests/cli/test_bestand.py",
    only="settings_cannot_send",
)
def _(hindrance: Any, settings: Any) -> str:
    return ""


@bug(
    "words",
    "suppliers are announced to a school and not named",
    "cli._session:_with_mandates",
    "tests/cli/test_command_sending.py",
    only="no_mandate_is_explained",
)
def _(with_mandates: Any, refusal: Any, found: Any) -> Any:
    told = with_mandates(refusal, found)
    return type(told)(told.kop, told.alineas, stappen=told.stappen)


@bug(
    "simulator",
    "a reset is seen by its numbers alone",
    "simulator.by_itself:_Supplier._was_reset",
    "tests/simulator/test_reset.py",
    only="as_much_came_in",
)
def _(was_reset: Any, self: Any, verkeer: Any) -> bool:
    return bool(verkeer.geteld < self._seen)
