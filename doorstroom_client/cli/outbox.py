"""``doorstroom outbox``: lists that wait on disk until they are delivered."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from doorstroom_client import Client, Queued, State, Uitkomst, Uitleg
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._lock import alone
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption, WorkersOption
from doorstroom_client.cli._send_many import code_of_school
from doorstroom_client.cli._session import load, on_the_store
from doorstroom_client.cli._stopping import Stop, longest_call, stoppable
from doorstroom_client.cli.exit_codes import ExitCode, code_of, ended, worst
from doorstroom_client.config import Settings
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.values import amsterdam

app: typer.Typer = typer.Typer(
    help="Lists that wait on disk until the supplier has taken them in. Needs a store.", no_args_is_help=True
)
KEPT = 1000
"""Messages that are told one by one; of more than these only the number is kept."""
_SHOWN = 50
_KINDS = {"registreren": "deelnemers", "registreren-schooladviezen": "adviezen"}
_NOT_DONE = (State.WAITING, State.HELD, State.PARKED)
NumberArgument = Annotated[
    int, typer.Argument(metavar="ID", help='Number of the message, as "doorstroom outbox status" shows it.', show_default=False)
]


@dataclass(slots=True)
class _Names:
    """Schools and suppliers as people call them.

    Attributes:
        settings: where they stand.
    """

    settings: Settings
    _schools: dict[str, str] = field(init=False)
    _suppliers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._schools = {school.routeringskenmerk: school.instellingscode for school in self.settings.scholen}
        self._suppliers = {item.oin: item.toetssoort for item in self.settings.leveranciers}

    def about(self, message: Queued) -> dict[str, Any]:
        """A message without its content; no pupil stands in it."""
        key = message.key
        return {
            "id": message.id,
            "school": self._schools.get(key.routeringskenmerk, key.routeringskenmerk),
            "leverancier": self._suppliers.get(key.leverancier, key.leverancier),
            "soort": _KINDS.get(key.soort, key.soort),
            "leerlingen": message.aantal,
            "state": message.state.value,
            "reason": message.reason,
            "attempts": message.attempts,
            "next_at": _moment(message.next_at) if message.state in (State.WAITING, State.HELD) else None,
        }


@frozen
class _Note:
    """What somebody has to know about one message."""

    id: int
    school: str
    leverancier: str
    soort: str
    state: str
    reason: str
    uitleg: Uitleg


@dataclass(slots=True)
class _Tally:
    """What came of a run; is told from several threads.

    Attributes:
        names: schools and suppliers as people call them.
        counts: messages, by how far they are now.
        leerlingen: pupils that were taken in, or are not known at the supplier.
        notes: what somebody has to know.
        code: the worst exit code so far.
    """

    names: _Names
    counts: Counter[State] = field(default_factory=Counter[State])
    leerlingen: Counter[str] = field(default_factory=Counter[str])
    notes: list[_Note] = field(default_factory=list[_Note])
    code: ExitCode = ExitCode.OK
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, result: Uitkomst) -> None:
        """Take in what came of one message."""
        bericht = result.bericht
        assert bericht is not None
        code, about = code_of_school(result), self.names.about(bericht)
        with self._lock:
            self.counts[bericht.state] += 1
            self.code = worst([self.code, code])
            if result.ontvangst is not None:
                self.leerlingen["aangeleverd"] += result.ontvangst.aantal
                self.leerlingen["onbekend"] += len(result.ontvangst.onbekend)
            if len(self.notes) < KEPT and (code is not ExitCode.OK or result.uitleg):
                named = {name: about[name] for name in ("id", "school", "leverancier", "soort")}
                self.notes.append(_Note(**named, state=bericht.state.value, reason=bericht.reason, uitleg=result.uitleg))


@app.command(
    "deliver",
    help=options.text(
        "Send everything in the outbox that is due, and say what came of it.",
        "doorstroom outbox deliver --quiet",
        "Per school, supplier and kind strictly in order. What fails for a passing reason is due again later, by a schedule "
        "from 5 seconds to a day: run this every few minutes. Exit code 75 says that messages still wait. A signal (SIGTERM, "
        "Ctrl-C) lets it finish what is on its way; a second run at the same time leaves at once.",
    ),
)
def deliver(
    workers: WorkersOption = 4, config: ConfigOption = None, as_json: JsonOption = False, quiet: QuietOption = False
) -> int:
    """One run over the outbox."""
    terminal.set_mode(quiet=quiet, as_json=as_json)
    settings = load(config)
    tally, failed = _Tally(_Names(settings)), None
    with (
        alone(settings, "outbox-deliver"),
        stoppable(longest_call(settings)) as stop,
        Client(**settings.arguments()) as client,
    ):
        with terminal.counting("Messages") as count:

            def note(result: Uitkomst) -> None:
                tally.add(result)
                count()

            try:
                if not stop():
                    client.outbox.deliver(workers=workers, on_result=note, stop=stop)
            except DoorstroomError as error:
                if not tally.counts:
                    raise
                failed = error
        counts, next_at = client.outbox.counts(), client.outbox.next_at()
    return _tell(tally, stop, failed, counts, next_at)


def _tell(
    tally: _Tally, stop: Stop, failed: DoorstroomError | None, counts: Mapping[State, int], next_at: dt.datetime | None
) -> int:
    open_code = ExitCode.LATER if counts[State.WAITING] or counts[State.HELD] else ExitCode.OK
    code = ended(stop.code, tally.code, open_code, *([] if failed is None else [code_of(failed)]))
    if terminal.is_json():
        terminal.emit_json(
            {
                "deze_keer": {state.value: tally.counts[state] for state in (State.DELIVERED, *_NOT_DONE)},
                "leerlingen": {name: tally.leerlingen[name] for name in ("aangeleverd", "onbekend")},
                "outbox": {state.value: counts[state] for state in State},
                "next_at": _moment(next_at),
                "aandacht": [asdict(note) | {"uitleg_delen": terminal.parts_of(note.uitleg)} for note in tally.notes],
                "gestopt_door": stop.signal,
                "error": type(failed).__name__ if failed else None,
                "exit_code": code,
            }
        )
    else:
        done = tally.counts[State.DELIVERED]
        messages = "1 message" if done == 1 else f"{done} messages"
        terminal.show(f"{messages} delivered, with {tally.leerlingen['aangeleverd']} pupils.")
        _show_counts(counts, next_at)
    for item in tally.notes[:_SHOWN]:
        serious = item.state in (State.HELD, State.PARKED) or (item.state == State.DELIVERED and item.uitleg)
        tell = terminal.complain if serious else terminal.say
        tell(
            f"Message {item.id}, {item.soort} of {item.school} for {item.leverancier}: {item.state}"
            f"{', ' if item.reason else ''}{item.reason}"
        )
        if item.uitleg:
            tell(f"  In Dutch: {item.uitleg.kop}")
    if len(tally.notes) > _SHOWN:
        terminal.complain(f'and {len(tally.notes) - _SHOWN} more; see "doorstroom outbox status"')
    if failed is not None:
        terminal.complain(failed.message, label="Error: ")
    if stop():
        terminal.complain(f"Stopped by {stop.signal} after {tally.counts.total()} messages. Run it again for the others")
    return code


@app.command(
    "status",
    help=options.text(
        "Show how many messages are in which state, and each one that is not delivered.",
        "doorstroom outbox status",
        "States: waiting (goes at its time), held (somebody has to repair something first; tried again once an hour), parked "
        "(will not be accepted as it is), delivered, dropped. Uses no network.",
    ),
)
def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Read the outbox."""
    terminal.set_mode(as_json=as_json)
    settings = load(config)
    names = _Names(settings)
    with on_the_store(settings) as client:
        counts, next_at = client.outbox.counts(), client.outbox.next_at()
        shown = []
        for message in client.outbox.messages(_NOT_DONE):
            shown.append(names.about(message))
            if len(shown) >= (KEPT if as_json else _SHOWN):
                break
    not_done = sum(counts[state] for state in _NOT_DONE)
    if as_json:
        terminal.emit_json(
            {
                "outbox": {state.value: counts[state] for state in State},
                "next_at": _moment(next_at),
                "berichten": shown,
                "meer": not_done - len(shown),
            }
        )
        return
    _show_counts(counts, next_at)
    if shown:
        terminal.show_table(_table(shown))
    if not_done > len(shown):
        terminal.show(f"and {not_done - len(shown)} more; --json shows up to {KEPT}.")


def _table(shown: Sequence[Mapping[str, Any]]) -> Table:
    """Few columns, so that they fit side by side in 80 characters."""
    table = terminal.new_table("Id", "List", "School", "Supplier", "State", "Sent", "Next try")
    for item in shown:
        when = item["next_at"]
        terminal.row(
            table,
            item["id"],
            f"{item['leerlingen']} {item['soort']}",
            item["school"],
            item["leverancier"],
            ": ".join(filter(None, (item["state"], item["reason"]))),
            f"{item['attempts']}x",
            "" if when is None else dt.datetime.fromisoformat(when).strftime("%d-%m %H:%M"),
        )
    return table


def _show_counts(counts: Mapping[State, int], next_at: dt.datetime | None) -> None:
    terminal.show("Outbox: " + ", ".join(f"{counts[state]} {state.value}" for state in State) + ".")
    if next_at is not None:
        terminal.show(f"The next one is due at {_moment(next_at)}.")


@app.command(
    "retry",
    help=options.text(
        "Let a message that is held, parked or waiting go at the next delivery.",
        "doorstroom outbox retry 12",
        "Refused when a newer list of the same school, supplier and kind was sent since: an old list may never follow a newer "
        "one.",
    ),
)
def retry(number: NumberArgument, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Make it due."""
    return _change("retry", number, config, lambda client: client.outbox.retry(number), as_json=as_json)


@app.command(
    "park",
    help=options.text(
        "Put a message aside, so that later ones of the same school, supplier and kind go on.",
        "doorstroom outbox park 12",
        'It stays in the store; "retry" takes it back as long as no newer one was sent.',
    ),
)
def park(number: NumberArgument, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Put it aside."""
    return _change("park", number, config, lambda client: client.outbox.park(number), as_json=as_json)


@app.command(
    "drop",
    help=options.text(
        "Throw a message away, content included. There is no way back.",
        "doorstroom outbox drop 12",
        "For a list that must not be sent any more, or that was replaced by a newer one.",
    ),
)
def drop(number: NumberArgument, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Throw it away."""
    return _change("drop", number, config, lambda client: client.outbox.drop(number), as_json=as_json)


_DONE = {"retry": "goes at the next delivery", "park": "is parked", "drop": "is thrown away"}


def _change(command: str, number: int, config: Path | None, change: Callable[[Client], bool], *, as_json: bool) -> int:
    """Do something with one message, and say clearly why when it cannot be done."""
    terminal.set_mode(as_json=as_json)
    with on_the_store(load(config)) as client:
        before = next((item for item in client.outbox.messages() if item.id == number), None)
        changed = before is not None and change(client)
    code, why = (ExitCode.OK, "") if changed else _why_not(command, number, before)
    if as_json:
        state = before.state.value if before else None
        terminal.emit_json({"id": number, "gedaan": changed, "state_was": state, "exit_code": code})
    if changed:
        terminal.say(f"Message {number} {_DONE[command]}.")
    else:
        terminal.complain(why, label="Error: ")
    return code


def _why_not(command: str, number: int, before: Queued | None) -> tuple[ExitCode, str]:
    if before is None:
        return ExitCode.REFUSED, f'there is no message {number}; see "doorstroom outbox status"'
    if before.state is State.DELIVERED:
        return ExitCode.REFUSED, f"message {number} is delivered already; to change what the supplier has, send a new list"
    if before.state is State.DROPPED:
        return ExitCode.REFUSED, f"message {number} was thrown away; put a new list in the outbox"
    if command == "park" and before.state is State.PARKED:
        return ExitCode.REFUSED, f"message {number} is parked already"
    if command != "retry":
        return ExitCode.LATER, f"message {number} is being sent now; look again in a moment"
    if before.expires_at <= dt.datetime.now(dt.UTC):
        return ExitCode.REFUSED, f"message {number} is of a period that is over; drop it"
    return ExitCode.REFUSED, f"a newer list was sent since message {number}; put a new list in the outbox"


def _moment(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(amsterdam()).isoformat(timespec="seconds")
