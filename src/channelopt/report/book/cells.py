"""What a cell of the workbook holds: text, a number, a flag, a formula with its result, a link."""

from __future__ import annotations

import math
from dataclasses import dataclass

from channelopt.plan.table import number_text

MONEY_DIGITS = {"#,##0.00": 2, "#,##0.0": 1, "#,##0": 0, "#,##0.0000": 4}


@dataclass(frozen=True)
class Formula:
    """A formula without its `=`, and what it comes to: for programs that do not calculate."""

    text: str
    cached: float | str


@dataclass(frozen=True)
class Link:
    """A text that leads to another sheet of the workbook."""

    text: str
    page: str

    @property
    def target(self) -> str:
        """Return where it leads, as Excel writes it."""
        return f"internal:{quoted(self.page)}!A1"


Cell = str | float | int | bool | Formula | Link | None


def quoted(page: str) -> str:
    """Return the name of a sheet as formulas take it."""
    return "'{}'".format(page.replace("'", "''"))


def shown_width(cell: Cell, code: str) -> int:
    """Return about how many characters a cell takes in a number format."""
    if isinstance(cell, Formula):
        cell = cell.cached
    if isinstance(cell, Link):
        return len(cell.text)
    if isinstance(cell, str):
        return max(map(len, cell.splitlines()), default=0)
    if cell is None or isinstance(cell, bool) or not math.isfinite(cell):
        return 6
    if code in MONEY_DIGITS:
        return len(f"{cell:,.{MONEY_DIGITS[code]}f}")
    return min(len(number_text(cell)), 12) if code == "General" else len(f"{cell:.1f}") + 3
