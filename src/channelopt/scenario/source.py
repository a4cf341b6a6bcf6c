"""Source: a composed scenario before validation, plain data with the place of every value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from channelopt.errors import Place, Problem

Path = tuple[str | int, ...]
"""Keys and list positions from the root of a scenario, for example ('policies', 0, 'at_most')."""

KEYS = ("segment", "interaction", "channel", "period")


class PlaceOf(Protocol):
    """Tells where the value (row, column) of a table was written; rows count from 0."""

    def __call__(self, row: int, column: str) -> Place:
        """Return the place of one cell."""


@dataclass(frozen=True)
class RawTable:
    """A table as it was read, column by column.

    Attributes:
        columns: header names in file order.
        values: by column name, one entry per row. Key columns (`segment`, `interaction`,
            `channel`, `period`) hold text or None (blank: all); every other column holds numbers
            (booleans in the table `eligible`) or None (blank: no row).
        place: where a cell was written.
        file: the file or sheet it came from, for messages.
        reading: how the numbers were read, `; between columns, decimal comma`; empty where there
            was nothing to find out.
    """

    columns: tuple[str, ...]
    values: Mapping[str, Sequence[Any]]
    place: PlaceOf
    file: str
    reading: str = ""

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return len(self.values[self.columns[0]]) if self.columns else 0


@dataclass(frozen=True)
class TableOperation:
    """One override of table cells: `tables.<table>[keys]` set, times or add a value."""

    table: str
    keys: Mapping[str, str]
    kind: Literal["set", "times", "add"]
    value: float | bool
    place: Place


@dataclass(frozen=True)
class Source:
    """A scenario after `extends`, variations and overrides, before validation.

    Attributes:
        tree: the sections as plain data; without `extends`, `variations` and `tables`.
        tables: raw tables by name.
        operations: overrides of table cells, in order.
        places: where each value of the tree was last written.
        variations: names and titles of the variations the scenario defines.
        applied: the variations and overrides applied, in order, as text.
        files: SHA-256 (hex) of each input file by its path relative to the scenario.
        name: default title, the file's name without suffix.
        warnings: findings that do not stop the run.
    """

    tree: Mapping[str, Any]
    tables: Mapping[str, RawTable]
    operations: tuple[TableOperation, ...]
    places: Mapping[Path, Place]
    variations: Mapping[str, str]
    applied: tuple[str, ...]
    files: Mapping[str, str]
    name: str
    warnings: tuple[Problem, ...] = field(default_factory=tuple)

    def place_of(self, path: Path) -> Place | None:
        """Return the place of the value at `path`, or of its nearest parent."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path[:-1]
        return self.places.get(())
