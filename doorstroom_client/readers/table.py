"""A table of pupils as far as it could be read, with what was understood of its file and all that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem
from doorstroom_client.readers.columns import Row
from doorstroom_client.readers.record import FileForm

SAVE_AS_XLSX = "Open it in Excel or LibreOffice and save it as .xlsx"
SAVE_AS_CSV = "Save the sheet as CSV, preferably as CSV UTF-8"


@dataclass(slots=True)
class Table:
    """A table as far as it could be read, with everything found so far; silent about its content.

    Attributes:
        name: of the file, without directories.
        hint: the next step when there are problems.
        failure: why nothing could be read at all.
        form: what was understood of the file as a whole.
        columns: the column that each cell of the header names; None where it is not used.
        rows: the records with their cells.
        problems: what is wrong with the content.
        warnings: what was read, and somebody should look at.
    """

    name: str
    hint: str = "Correct these lines and read the file again; nothing of it was used"
    failure: ConfigurationError | None = None
    form: FileForm = field(default_factory=FileForm)
    columns: list[str | None] = field(default_factory=list[str | None], repr=False)
    rows: list[Row] = field(default_factory=list[Row], repr=False)
    problems: list[Problem] = field(default_factory=list[Problem], repr=False)
    warnings: list[Problem] = field(default_factory=list[Problem], repr=False)

    def add(self, problem: Problem) -> None:
        """Note something about the content."""
        self.problems.append(problem)

    def refuse(self, text: str, *, hint: str) -> None:
        """Note something about the file as a whole."""
        self.add(Problem("file", text))
        self.hint = hint

    def cannot_be_read(self, reason: str) -> None:
        """Note why there is no content."""
        text = f'"{self.name}" cannot be read: {reason}'
        self.failure = ConfigurationError(text, setting="file", hint="Check the path and the rights on the file")

    @property
    def notes(self) -> list[str]:
        """What somebody should know of a file that was read."""
        return [*self.form.notes, *map(str, self.warnings)]

    @property
    def error(self) -> DoorstroomError | None:
        """One error for everything that was found."""
        if self.failure is not None:
            return self.failure
        return MessageError(self.problems, what=self.name, hint=self.hint) if self.problems else None

    def raise_if_any(self) -> None:
        """Raise one error for everything that was found."""
        found = self.error
        if found is not None:
            raise found


def name_of(source: object) -> str:
    """The name of a file for texts, without its directories."""
    if not isinstance(source, Path):
        return "csv"
    # A name that is not valid in the encoding of the file system must still be printable.
    return source.name.encode("utf-8", "replace").decode() or "file"
