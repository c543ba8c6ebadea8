"""Folders and files that commands write: private, and never over something of somebody else."""

from __future__ import annotations

from pathlib import Path

import typer

from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.output.files import check_replaceable


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, that only its owner can read; one that exists is left as it is.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        for part in (*reversed(folder.parents), folder):
            if not part.is_dir():
                part.mkdir(mode=0o700)
                part.chmod(0o700)  # whatever the umask is
    except OSError as error:
        reason = "there is a file of that name" if isinstance(error, FileExistsError) else error.strerror
        raise StoreError(f"cannot make the folder {folder}: {reason}", hint="Choose another folder") from None


def check_ours(folder: Path, marked: str, mark: str, others: tuple[str, ...]) -> None:
    """Refuse to overwrite files that an earlier run of the same command did not write.

    Args:
        folder: where the files are going to be written.
        marked: name of the file that starts with `mark` when we wrote it.
        mark: the first words of that file.
        others: names of the files that go with it.

    Raises:
        ConfigurationError: there is a file of such a name that is not ours.
    """
    try:
        with (folder / marked).open(encoding="utf-8", errors="replace") as file:
            ours = file.read(len(mark)) == mark
        found = marked
    except FileNotFoundError:
        ours = False
        found = next((name for name in others if (folder / name).exists()), "")
    except OSError as error:
        raise StoreError(f"cannot read {folder / marked}: {error.strerror}") from None
    if found and not ours:
        raise ConfigurationError(
            f"{folder} holds a {found} that this command did not write, so nothing was overwritten",
            hint="Choose another folder",
        )


def check_free(file: Path, *, overwrite: bool, option: str = "FILE") -> None:
    """Refuse a name that is taken, before anything is asked of anybody.

    Args:
        file: what is going to be written.
        overwrite: whether a file that is there may go.
        option: what named it.

    Raises:
        StoreError: what is there is no file.
    """
    check_replaceable(file)
    if file.exists() and not overwrite:
        raise typer.BadParameter(f"{file} exists; name another file, or add --overwrite", param_hint=option)
