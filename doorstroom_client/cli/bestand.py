"""``doorstroom bestand``: what a file is, what was understood of it, and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstroom_client.cli import _bestand_told as told
from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption, SchoolOption, SheetOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.config import Settings
from doorstroom_client.config.reader import file_in_use
from doorstroom_client.errors import ConfigurationError, DoorstroomError, Problem
from doorstroom_client.messages.school import School, find_school, is_school_code
from doorstroom_client.readers import Bestandscontrole
from doorstroom_client.readers.bestandscontrole import Lijstsoort
from doorstroom_client.readers.many_schools import files_of_schools

app: typer.Typer = typer.Typer(help="Look at a file with pupils before it is sent.", no_args_is_help=True)
_KINDS: tuple[Lijstsoort, ...] = ("adviezen", "deelnemers", "leerlingen")
_UNNAMED = "is not named after a code of a school (BRIN, RIO, School OIN or routeringskenmerk), which send-many needs"


@app.command(
    "check",
    help=options.text(
        "Say what a file is, what was understood of it, and everything that is wrong with it.",
        "doorstroom bestand check deelnemers.csv",
        "Nothing is sent or kept, and no network is used. It needs no configuration; with one, a file is also held against its "
        "schools and its section edexml. Every problem has its line or cell, its column and the next step, and nothing of a "
        "pupil is shown. Of a folder, as for send-many, every file is looked at. Exit code 65: something is wrong.",
    ),
)
def check(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A CSV, a workbook or EDEXML; or a folder of them.", show_default=False),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="LIST",
            help="What it should be: adviezen, deelnemers or leerlingen. Default: every list that its header fits.",
        ),
    ] = None,
    sheet: SheetOption = None,
    school: SchoolOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Look at a file, tell, and end with the worst that was found."""
    terminal.set_mode(quiet=quiet, as_json=as_json)
    wanted: Lijstsoort | None = next((item for item in _KINDS if item == kind), None)
    if kind is not None and wanted is None:
        raise typer.BadParameter(f"expected {', '.join(_KINDS)}", param_hint="--kind")
    settings = load(config) if school or file_in_use(config) is not None else None
    if not file.is_dir():
        found = told.look_at(file, settings, _meant(settings, school), kind=wanted, sheet=sheet)
        code = ExitCode.OK if found.in_orde else ExitCode.REFUSED
        if as_json:
            terminal.emit_json(_document([told.as_json(found)], code))
        else:
            _tell(found)
            if not quiet:
                several = settings is not None and len(settings.scholen) != 1
                told.show_outcome(found, file, school or ("<school>" if several else ""), told.hindrance(settings))
        return code
    return _folder(file, settings, wanted, sheet)


def _meant(settings: Settings | None, key: str | None) -> School | None:
    """The school that the file is of, as far as that is known."""
    if settings is None:
        return None
    if key is not None:
        return find_school(settings.scholen, key)
    return settings.scholen[0] if len(settings.scholen) == 1 else None


def _folder(folder: Path, settings: Settings | None, kind: Lijstsoort | None, sheet: str | None) -> int:
    """Every file of a folder, as send-many would take it."""
    documents: list[dict[str, Any]] = []
    codes: list[ExitCode] = []
    for file in files_of_schools(folder, settings.scholen if settings else ()):
        try:
            found = _of_a_school(file, settings, kind, sheet)
        except DoorstroomError as error:
            codes.append(code_of(error))
            documents.append({"naam": file.name, "in_orde": False, "error": terminal.clean(error.message), "hint": error.hint})
            if not terminal.is_json():
                terminal.complain(f"{error.message}. {error.hint}", label="Error: ")
            continue
        codes.append(ExitCode.OK if found.in_orde else ExitCode.REFUSED)
        documents.append(told.as_json(found) if terminal.is_json() else {})
        if not terminal.is_json():
            _tell(found)
    code = worst(codes)
    if terminal.is_json():
        terminal.emit_json(_document(documents, code))
    else:
        wrong = sum(code is not ExitCode.OK for code in codes)
        terminal.show(f"{len(codes)} files: {len(codes) - wrong} in order, {wrong} not.")
    return code


def _of_a_school(file: Path, settings: Settings | None, kind: Lijstsoort | None, sheet: str | None) -> Bestandscontrole:
    """A file of a folder; its name has to say of which school it is."""
    school: School | None = None
    problem: Problem | None = None
    if not is_school_code(file.stem):
        problem = Problem("file", _UNNAMED)
    elif settings is not None:
        try:
            school = find_school(settings.scholen, file.stem)
        except ConfigurationError as error:
            problem = Problem("file", error.message)
    found = told.look_at(file, settings, school, kind=kind, sheet=sheet)
    if problem is None:
        return found
    first = found.lijsten[0]
    hint = first.hint or "Name it after its school, such as 99AA.csv"
    return replace(found, lijsten=(replace(first, problemen=(problem, *first.problemen), hint=hint), *found.lijsten[1:]))


def _tell(found: Bestandscontrole) -> None:
    if terminal.is_quiet():
        told.complain_of(found)
    else:
        told.show_understood(found)
        told.show_lists(found)


def _document(documents: list[dict[str, Any]], code: ExitCode) -> dict[str, Any]:
    return {"in_orde": code is ExitCode.OK, "bestanden": documents, "exit_code": code}
