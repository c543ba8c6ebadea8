"""``doorstroom store``: what is kept, removing what is no longer needed, and copies."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstroom_client import Purged
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load, on_the_store

app: typer.Typer = typer.Typer(help="What is kept: count it, remove what is no longer needed, copy it.", no_args_is_help=True)
_RESULTS = ("received", "current", "pending", "put_off")
_LONGEST = 3650
FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A file that does not exist yet; made with mode 0600.", show_default=False)
]
OlderOption = Annotated[
    int | None,
    typer.Option(
        "--older-than",
        metavar="DAYS",
        min=0,
        max=_LONGEST,
        help="Days since a result was processed, or a message ended. Default: retention.days, 30 when not configured.",
    ),
]


@app.command("status")
def status(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how much is kept, how old the oldest result is that is not yet processed, and what was removed last.

    Holds numbers only. Uses no network.

    Example:
      doorstroom store status
    """
    terminal.set_mode(as_json=as_json)
    settings = load(config)
    with on_the_store(settings) as client:
        counts, oldest = client.store.counts(), client.store.oldest_pending()
        last = next(iter(client.store.purges(1)), None)
        due = client.store.removable()
    days = None if oldest is None else max((dt.datetime.now(dt.UTC) - oldest).days, 0)
    terms = {"days": settings.retention.days, "marks_days": settings.retention.marks_days}
    if as_json:
        terminal.emit_json(
            {
                "resultaten": {name: counts[name] for name in _RESULTS},
                "outbox": {name: number for name, number in counts.items() if name not in _RESULTS},
                "oudste_onverwerkt_dagen": days,
                "retention": terms,
                "op_te_ruimen": _numbers(due),
                "laatst_opgeruimd": None if last is None else _document(last),
            }
        )
        return
    old = "" if days is None else f"; the oldest came in {days} days ago"
    terminal.show(f"Results: {counts['received']} received, {counts['pending']} not yet processed{old}.")
    outbox = ", ".join(f"{number} {name}" for name, number in counts.items() if name not in _RESULTS)
    terminal.show(f"Outbox: {outbox}.")
    terminal.show(f"Kept for {terms['days']} days, marks for {terms['marks_days']} days. To be removed now: {_told(due)}.")
    terminal.show(
        "Nothing was ever removed." if last is None else f"Removed last, at {terminal.moment(last.at)}: {_told(last)}."
    )


@app.command("purge")
def purge(
    older_than: OlderOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would be removed, and leave it where it is.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Remove what is no longer needed: results that were processed, and messages that ended, so many days ago.

    What is not processed never goes. Marks of what suppliers accepted go after retention.marks_days. The bytes are
    overwritten too. Others can go on with the store; "doorstroom serve" does this by itself once a day. There is no way
    back.

    Example:
      doorstroom store purge --quiet
    """
    terminal.set_mode(quiet=quiet, as_json=as_json)
    with on_the_store(load(config)) as client:
        done = client.store.removable(older_than) if dry_run else client.store.purge(older_than)
    if as_json:
        terminal.emit_json({"dry_run": dry_run} | _document(done))
        return
    terminal.show(f"Dry run, nothing was removed. Would go: {_told(done)}." if dry_run else f"Removed: {_told(done)}.")
    if not dry_run and not done.wiped:
        terminal.show("The bytes may still stand in the files, because somebody was reading; they are wiped the next time.")


@app.command("backup")
def backup(file: FileArgument, config: ConfigOption = None, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Copy the store into a new file, as it is at one moment, while others go on with it.

    The copy is a store, checked and readable by you only. It holds the data of pupils as the store does: keep it no longer,
    and on an encrypted disk. A file that exists is never overwritten.

    Example:
      doorstroom store backup /backup/doorstroom-maandag.db
    """
    terminal.set_mode(quiet=quiet, as_json=as_json)
    with on_the_store(load(config)) as client:
        client.store.backup(file)
    size = file.stat().st_size
    if as_json:
        terminal.emit_json({"file": str(file), "bytes": size})
    else:
        terminal.say(f"The store is copied to {file}, {size} bytes.")


def _numbers(done: Purged) -> dict[str, int]:
    return {"resultaten": done.resultaten, "berichten": done.berichten, "merken": done.merken}


def _document(done: Purged) -> dict[str, Any]:
    return asdict(done) | {"at": terminal.moment(done.at), "until": terminal.moment(done.until)}


def _told(done: Purged) -> str:
    return f"{done.resultaten} results, {done.berichten} messages, {done.merken} marks"
