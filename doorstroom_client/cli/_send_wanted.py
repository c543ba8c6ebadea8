"""What a command that sends one file was asked to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config import Settings
from doorstroom_client.messages.aanlevering import Aanlevering
from doorstroom_client.messages.school import School


@frozen
class Kind:
    """Which of the two.

    Attributes:
        naam: as it stands in the command.
        what: name of the entries, for people.
        read: reads the file of one school, for a school year, from a sheet.
    """

    naam: Literal["adviezen", "deelnemers"]
    what: str
    read: Callable[[Path, Settings, School, str, str | None], Aanlevering]


@frozen
class Wanted:
    """What the options of a send command say.

    Attributes:
        config: the configuration file.
        school: key of the school.
        leverancier: key of the supplier.
        schooljaar: the school year.
        only_changes: leave out what the supplier has.
        queue: into the outbox.
        dry_run: only look.
        as_json: answer in JSON.
        sheet: the sheet of a workbook.
        leerlingen: the file with names of pupils.
    """

    config: Path | None
    school: str | None
    leverancier: str | None
    schooljaar: str | None
    only_changes: bool
    queue: bool
    dry_run: bool
    as_json: bool
    sheet: str | None = None
    leerlingen: Path | None = None
