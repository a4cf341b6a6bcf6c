"""Where the cells of the recalculation stand, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xlsxwriter.utility import xl_col_to_name

from channelopt.report.book.cells import Cell, quoted
from channelopt.report.book.paper import HEAD, Column, Page

FIRST = HEAD + 1
"""First row below a header, counted from 0."""


@dataclass(frozen=True)
class Sheet:
    """A page of the recalculation with columns that have names.

    Attributes:
        page: where it is written.
        columns: by name, from left to right.
        rows: position of each row, counted from 0 below the header, by its key.
    """

    page: Page
    columns: Mapping[str, Column]
    rows: Mapping[tuple[int, ...], int] = field(default_factory=dict)

    def here(self, column: str, key: tuple[int, ...]) -> str:
        """Return a cell as formulas of this page name it."""
        return f"{self._letter(column)}{FIRST + self.rows[key] + 1}"

    def there(self, column: str, key: tuple[int, ...]) -> str:
        """Return a cell as formulas of other pages name it."""
        return f"{quoted(self.page.name)}!{self.here(column, key)}"

    def span(self, column: str, first: tuple[int, ...], last: tuple[int, ...]) -> str:
        """Return cells of a column, from one row to another, as other pages name them."""
        ends = (FIRST + self.rows[key] + 1 for key in (first, last))
        letter = self._letter(column)
        top, bottom = (f"{letter}${row}" for row in ends)
        return f"{quoted(self.page.name)}!${top}:${bottom}"

    def write(self, rows: Sequence[Mapping[str, Cell]], frozen: int) -> None:
        """Write the rows; what a row leaves out stays empty."""
        cells = [[row.get(name) for name in self.columns] for row in rows]
        self.page.table(tuple(self.columns.values()), cells, frozen=frozen)

    def given(self, column: str, key: tuple[int, ...], number: float) -> None:
        """Write a number of the scenario into a column of formulas."""
        place = list(self.columns).index(column)
        self.page.put(FIRST + self.rows[key], place, number, self.columns[column].kind, "input")

    def _letter(self, column: str) -> str:
        return self._letters[column]

    @cached_property
    def _letters(self) -> dict[str, str]:
        return {name: letter(place) for place, name in enumerate(self.columns)}


def by_period(periods: int, size: int) -> dict[tuple[int, ...], int]:
    """Return the positions of rows that are sorted by period, with so many in each."""
    return {(t, k): t * size + k for t in range(periods) for k in range(size)}


def letter(column: int) -> str:
    """Return the letters of a column that is counted from 0."""
    return str(xl_col_to_name(column))


def at(row: int, column: int) -> str:
    """Return a cell that no copying moves, `$B$3`; rows and columns are counted from 0."""
    return f"${letter(column)}${row + 1}"
