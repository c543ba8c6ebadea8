"""Room for a settings file: looked at before the first question, so that no answer is lost for want of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from doorstroom_client.cli._folders import check_free, make_folder
from doorstroom_client.output.files import PartFile, check_replaceable


@contextlib.contextmanager
def room_for(to: Path, beside: Sequence[Path], *, overwrite: bool) -> Iterator[None]:
    """Make the folder of a file, readable by its owner only; it is gone again when nothing came of it.

    Args:
        to: the file.
        beside: what is written over beside it.
        overwrite: whether a file that is there may go.

    Raises:
        StoreError: it cannot be written there.
    """
    check_free(to, overwrite=overwrite, option="--to")
    made = [item for item in (to.parent, *to.parent.parents) if not item.exists()]
    try:
        for folder in [*reversed(made), to.parent]:
            make_folder(folder)
        PartFile(to).discard()
        for file in beside:
            check_replaceable(file)
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # what is in it stays
            for folder in made:
                folder.rmdir()
        raise
