"""``doorstroom resultaten``: look at received results, and hand them on as a CSV file."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from doorstroom_client import Client, OntvangenResultaat
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_free
from doorstroom_client.cli._names import LeerlingenOption, directory
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption, SchoolFilter
from doorstroom_client.cli._session import load, on_the_store, only_school
from doorstroom_client.messages.leerlingenlijst import Leerlingenlijst
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.output.files import write_whole
from doorstroom_client.output.spreadsheet import csv_bytes
from doorstroom_client.reports.download import rapport_file_name

app: typer.Typer = typer.Typer(help="Results that test suppliers have sent.", no_args_is_help=True)
AllOption = Annotated[bool, typer.Option("--all", help="Also the results that are marked as processed.")]
_WIDE = 120  # columns of a terminal from which there is room for everything
_SHOWN = 8  # digits of an ECK-iD, at both ends
_NAMED = 10  # numbers of results in a warning
_PARTS = ("REKENEN", "LEZEN", "TAALVERZORGING")
_HEADER = (
    *("school", "routeringskenmerk", "eck_id", "las_key", "toets", "schooljaar", "afnamedatum"),
    *("toetsadvies", "toetsadvies_tekst", "toetsscore", "rekenen", "lezen", "taalverzorging", "rapport", "ontvangen_op"),
    *("leverancier", "opmerkingen"),
)


@app.command("list")
def list_results(
    school: SchoolFilter = None,
    all_results: AllOption = False,
    show_ids: Annotated[
        bool,
        typer.Option("--show-ids", "--toon-identiteiten", help="Also show the ECK-iD and LAS-key: personal data of pupils."),
    ] = False,
    leerlingen: LeerlingenOption = None,
    config: ConfigOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write one JSON document on stdout: numbers, and with --show-ids the results.")
    ] = False,
) -> None:
    """Show the received results that are not yet processed; of each pupil the current one.

    The table says whose result it is only when asked to. With --json you get numbers; add --show-ids for the results.

    Example:
      doorstroom resultaten list --school 99AA
    """
    terminal.set_mode(as_json=as_json)
    known = directory(leerlingen)
    with on_the_store(load(config)) as client:
        found = list(_results(client, school, all_results=all_results))
        counts = client.store.counts()
    pending = counts["pending"]
    waiting = 0 if all_results or school else pending - len(found)
    if show_ids or known is not None:
        terminal.say("Note: this shows personal data of pupils. Keep it out of logs, tickets and screenshots.", style="yellow")
    if as_json:
        terminal.emit_json(_as_json(found, show_ids=show_ids, known=known))
        return
    if not found:
        terminal.say(_none(counts["received"], all_results=all_results))
    else:
        _show(found, show_ids=show_ids, known=known)
        _tell_conflicts(found, known)
    if waiting > 0:
        terminal.say(f"{waiting} more are put off, or are being processed. They are shown with --all.")


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file to write.")],
    school: SchoolFilter = None,
    all_results: AllOption = False,
    done: Annotated[
        bool, typer.Option("--done", help="Mark the results as processed, once the file is safely on disk.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace FILE when it exists. An earlier export in it is then gone.")
    ] = False,
    leerlingen: LeerlingenOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the received results that are not yet processed to a CSV file.

    The file opens in Dutch Excel, holds personal data of pupils and is readable by you only. A cell that a spreadsheet
    would take for a formula gets an apostrophe in front. Without results no file is written.

    Example:
      doorstroom resultaten export resultaten.csv --school 99AA --done
    """
    terminal.set_mode(quiet=quiet, as_json=as_json)
    check_free(file, overwrite=overwrite)
    known = directory(leerlingen)
    with on_the_store(load(config)) as client:
        found = list(_results(client, school, all_results=all_results))
        if found:
            write_whole(file, csv_bytes(_header(known), (_cells(item, known) for item in found)))
        if done:
            for item in found:
                item.done()
    _tell_conflicts(found, known)
    if as_json:
        terminal.emit_json({"geschreven": len(found), "verwerkt": len(found) if done else 0})
    elif found:
        marked = " and marked as processed" if done else ""
        terminal.show(f"{len(found)} results written to {file}{marked}.")
    else:
        terminal.say("No results to write; no file was made.")


def _none(received: int, *, all_results: bool) -> str:
    if not received:
        return (
            "No result was ever received into this store. Suppliers send them to the address that stands in the OSR "
            "(doorstroom osr register-endpoint), and whatever listens there keeps them in its own store."
        )
    return "No results." if all_results else "No results to process. Processed ones are shown with --all."


def _results(client: Client, school: str | None, *, all_results: bool) -> Iterator[OntvangenResultaat]:
    return client.resultaten(only_school(client, school), everything=all_results)


def _advies(item: OntvangenResultaat) -> str:
    return str(item.toetsadvies or item.resultaat.toetsadvies_tekst or "")


def _school(item: OntvangenResultaat) -> str:
    return item.school.instellingscode if item.school else item.edu_to


def _show(found: list[OntvangenResultaat], *, show_ids: bool, known: Leerlingenlijst | None) -> None:
    with_moments = not (show_ids or known) or terminal.out().width >= _WIDE
    names = [*(["Received", "Processed"] if with_moments else []), *(["ECK-iD, LAS-key"] if show_ids else [])]
    names += ["Name", "Group"] if known is not None else []
    table = terminal.new_table("Id", "School", "Test", "Toetsadvies", "Score", *names)
    for item in found:
        score = "" if item.toetsscore is None else item.toetsscore
        moments = [_moment(at) for at in (item.ontvangen_op, item.verwerkt_op)] if with_moments else []
        ids = [_ids(item)] if show_ids else []
        terminal.row(
            table, item.id, _school(item), item.toetssoort or "", _advies(item), score, *moments, *ids, *_name(item, known)
        )
    terminal.show_table(table)
    if show_ids:
        terminal.say("An ECK-iD is shortened to its first and last 8 digits; the export holds it whole.")


def _moment(at: dt.datetime | None) -> str:
    return f"{at.astimezone(amsterdam()):%Y-%m-%d %H:%M}" if at else ""


def _ids(item: OntvangenResultaat) -> Text:
    """The identities of a pupil, one a line."""
    digits = (item.leerling.eck_id or "").rpartition("/")[2]
    short = f"{digits[:_SHOWN]}…{digits[-_SHOWN:]}" if len(digits) > 2 * _SHOWN + 1 else digits
    return Text("\n".join(terminal.clean(text) for text in (short, item.leerling.las_key) if text))


def _as_json(found: list[OntvangenResultaat], *, show_ids: bool, known: Leerlingenlijst | None) -> dict[str, Any]:
    per_school = Counter(_school(item) for item in found)
    document: dict[str, Any] = {
        "aantal": len(found),
        "te_verwerken": sum(item.verwerkt_op is None for item in found),
        "per_school": dict(sorted(per_school.items())),
        "per_toets": dict(sorted(Counter(str(item.toetssoort or "") for item in found).items())),
    }
    if show_ids:
        header = _header(known)
        document["resultaten"] = [
            dict(zip(header, map(str, _cells(item, known)), strict=True)) | {"id": item.id} for item in found
        ]
    return document


def _header(known: Leerlingenlijst | None) -> tuple[str, ...]:
    return _HEADER if known is None else (*_HEADER, "naam", "groep")


def _name(item: OntvangenResultaat, known: Leerlingenlijst | None) -> list[str]:
    if known is None:
        return []
    pupil = known.find(item.leerling)
    return [pupil.naam, pupil.groep] if pupil else ["", ""]


def _tell_conflicts(found: list[OntvangenResultaat], known: Leerlingenlijst | None) -> None:
    """Results that are not alone, and those of which the two identities do not lead to one pupil in the directory."""
    contested = [str(item.id) for item in found if item.contested]
    if contested:
        some = f"{', '.join(contested[:_NAMED])}{', …' * (len(contested) > _NAMED)}"
        text = f"{len(contested)} results are of pupils of whom another sender has a current result too ({some})"
        terminal.warn(f"{text}: find out which one is right")
    for item in found if known is not None else ():
        conflict = known.conflict(item.leerling) if known is not None else ""
        if conflict:
            terminal.warn(f"Result {item.id}: {conflict}")


def _cells(item: OntvangenResultaat, known: Leerlingenlijst | None) -> list[object]:
    result = item.resultaat
    values: list[object] = [
        _school(item),
        item.edu_to,
        item.leerling.eck_id,
        item.leerling.las_key,
        item.toetssoort,
        result.schooljaar,
        result.afnamedatum,
        item.toetsadvies,
        result.toetsadvies_tekst,
        item.toetsscore,
        *(item.referentieniveaus.get(part) for part in _PARTS),
        rapport_file_name(item.rapportid) if item.rapportid else None,
        terminal.moment(item.ontvangen_op),
        item.leverancier.naam if item.leverancier else item.sender_oin,
        " ".join(item.opmerkingen),
        *_name(item, known),
    ]
    return ["" if value is None else value for value in values]
