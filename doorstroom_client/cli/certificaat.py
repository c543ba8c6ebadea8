"""``doorstroom certificaat``: what a trust service provider sent, and the files that the settings need of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _certificates_told as told
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_free, make_folder
from doorstroom_client.cli._options import JsonOption
from doorstroom_client.cli._passphrases import new_passphrase, passphrases
from doorstroom_client.config.certificate_found import Survey
from doorstroom_client.config.certificate_split import Part
from doorstroom_client.config.certificate_split import split as parts_of
from doorstroom_client.output.files import PartFile, remove_left_by

app: typer.Typer = typer.Typer(help="Your certificate as it was sent: see what is in it, and install it.", no_args_is_help=True)
PathsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE-or-FOLDER",
        help="Certificates, keys and lists in any form and order: PEM, DER, .p7b, .p12, .pfx; or the folder with all of them.",
        exists=True,
        show_default=False,
    ),
]
_MAKER = "certificaat-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PasswordFileOption = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help="File with the passphrase. Default: what DOORSTROOM_CERTIFICATE_PASSWORD or DOORSTROOM_CERTIFICATE_PASSWORD_FILE "
        "gives; else it is asked for.",
    ),
]


@app.command("show")
def show(files: PathsArgument, password_file: PasswordFileOption = None, as_json: JsonOption = False) -> int:
    """Show what files about certificates hold: certificates, keys and revocation lists, and what belongs together.

    Says of each certificate whose it is, what it is for and when it ends; of yours also whether its key is there, its chain,
    and what is missing in that. Uses no network and changes nothing. Ends with 77 when a certificate of yours has ended,
    has another key, is not for TLS or lacks an intermediate, 74 when a file cannot be read, 65 when nothing about certificates
    is there.

    Example:
      doorstroom certificaat show ontvangen/
    """
    terminal.set_mode(as_json=as_json)
    found = _survey(files, password_file)
    if as_json:
        terminal.emit_json(told.survey_as_json(found))
    else:
        told.show_survey(found)
    return told.code_of_survey(found)


@app.command("split")
def split(
    files: PathsArgument,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="DIR", help="Folder for the new files; made when it is not there.", show_default=False),
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What their names begin with.")] = "las",
    trust: Annotated[
        list[str] | None,
        typer.Option(
            "--trust",
            metavar="SHA256",
            help="Write the root with this fingerprint to trust.pem; may be given several times. Copy the fingerprint from the "
            "site of the publisher, never from what was sent along. Default: no root is trusted.",
        ),
    ] = None,
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Encrypt the key, with a passphrase that is asked for.")] = False,
    new_password_file: Annotated[
        Path | None,
        typer.Option("--new-password-file", metavar="FILE", help="Encrypt the key, with the passphrase in this file."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")] = False,
    password_file: PasswordFileOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write your certificate as the files that the settings name: las.pem, with its intermediates in order, and las.key.

    When there is one certificate for calling others and another one for receiving, they get names of their own. All files
    are for their owner only. They get their names one after another, once all are written: when it is stopped in between,
    run it again with --overwrite. Ends with 77 when the certificate has ended or its chain has a gap: the files are written
    all the same.

    Example:
      doorstroom certificaat split ontvangen/ --to certificaat
    """
    terminal.set_mode(as_json=as_json)
    if not _NAME.fullmatch(name) or name == "trust":
        raise typer.BadParameter("must be the beginning of a file name, and not that of trust.pem", param_hint="--name")
    found = _survey(files, password_file)
    parts = parts_of(found, name, None, trust or ())
    for part in parts:
        check_free(to / part.name, overwrite=overwrite, option="--to")
    password = new_passphrase(new_password_file, encrypt=encrypt)
    make_folder(to)
    remove_left_by(_MAKER, to)
    _write(to, parts_of(found, name, password, trust or ()) if password else parts)
    settings = {part.setting: str(to / part.name) for part in parts}
    if as_json:
        roots = [{"name": item.name, "fingerprint": item.fingerprint} for item in found.roots]
        code = told.code_of_survey(found)
        terminal.emit_json({"settings": settings, "encrypted": bool(password), "roots": roots, "exit_code": int(code)})
        return code
    told.show_written(found, settings, encrypted=bool(password))
    return told.code_of_survey(found)


def _survey(files: list[Path], password_file: Path | None) -> Survey:
    """Everything in the files, with the passphrases that are known or typed."""
    from doorstroom_client.config.certificate_survey import survey  # brings cryptography

    return survey(files, passphrases(password_file), dt.datetime.now(dt.UTC))


def _write(folder: Path, parts: Sequence[Part]) -> None:
    """Write all files before any of them gets its name.

    Raises:
        StoreError: one cannot be written; then no name is given, or the last ones are not.
    """
    with ExitStack() as stack:
        ready: list[PartFile] = []
        for part in parts:
            file = PartFile(folder / part.name, _MAKER)
            stack.callback(file.discard)
            file.write(part.content)
            ready.append(file)
        for file in ready:
            file.keep()
