"""What can be seen of a table before it is read as a list: its header, and how much stands under it. Nothing here raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.readers.bestandscontrole import Kolom, Lijstsoort
from doorstroom_client.readers.columns import (
    ADVIEZEN,
    DEELNEMERS,
    IDENTITIES,
    LEERLINGEN,
    MAX_COLUMNS,
    SCHOOL,
    Layout,
    column_of,
    header_problems,
)
from doorstroom_client.readers.letters import clean
from doorstroom_client.readers.odd_lines import from_header
from doorstroom_client.readers.record import Record
from doorstroom_client.readers.table import Table, name_of
from doorstroom_client.readers.table_reading import open_table

LAYOUTS: Mapping[Lijstsoort, Layout] = {"adviezen": ADVIEZEN, "deelnemers": DEELNEMERS, "leerlingen": LEERLINGEN}
"""The columns that each kind of list has."""
_LONGEST_NAME = 60


@frozen
class SeenTable:
    """What can be seen of a table before it is read as a list.

    Attributes:
        table: what was understood of its file.
        header: its first record.
        lines: the records under it.
        many: whether they are of more than one school.
    """

    table: Table
    header: Record | None
    lines: int
    many: bool

    @classmethod
    def of(cls, source: Path | bytes, sheet: str | None) -> SeenTable:
        """Look through a file once."""
        table = Table(name_of(source))
        file = open_table(source, table, sheet=sheet)
        records: Iterator[Record] = from_header(file.records(), table) if file is not None else iter(())
        header = next(records, None)
        columns = [column_of(cell) for cell in header.cells[:MAX_COLUMNS]] if header else []
        place = columns.index(SCHOOL) if SCHOOL in columns else None
        schools: set[str] = set()
        lines = 0
        for record in records:
            lines += 1
            if place is not None and len(schools) < 2 and place < len(record.cells):
                schools.add(clean(record.cells[place]).upper())
        return cls(table, header if header and header.cells else None, lines, len(schools) > 1)

    @property
    def recognised(self) -> set[str | None]:
        """The columns that its header names."""
        return {column_of(cell) for cell in self.header.cells[:MAX_COLUMNS]} - {None} if self.header else set()

    def missing(self, kind: Lijstsoort) -> tuple[str, ...]:
        """The columns that it has not, and that a list needs."""
        columns = self.recognised
        missing = tuple(name for name in LAYOUTS[kind].required if name not in columns)
        return missing if columns & set(IDENTITIES) else (" or ".join(IDENTITIES), *missing)

    def distance(self, kind: Lijstsoort) -> tuple[int, int]:
        """How far its header is from that of a list: the columns that it misses, then how few of it have a use."""
        return len(self.missing(kind)), -len(self.recognised & set(LAYOUTS[kind].used))

    def kolommen(self, kinds: Sequence[Lijstsoort]) -> Iterator[Kolom]:
        """The cells of the header. What is no name of a column may be somebody's data when the header is not sound."""
        header = self.header.cells if self.header else ()
        sound = self.header and not header_problems(header, self.header.line, LAYOUTS[kinds[0]])
        used = {SCHOOL, *(name for kind in kinds for name in LAYOUTS[kind].used)}
        for place, cell in enumerate(header[:MAX_COLUMNS], start=1):
            column = column_of(cell)
            naam = " ".join(clean(cell).split())[:_LONGEST_NAME] if sound or column else ""
            yield Kolom(place, naam, column if column in used else None)
