"""Tables as Markdown has them: cut to what a reader looks at, with a line on where the rest is."""

from __future__ import annotations

from dataclasses import replace

from channelopt.report import below
from channelopt.report.document import Cell, Column, Figure, Figures, Grid
from channelopt.report.figures import ABSENT
from channelopt.report.speech import _

MOST_ROWS = 40
"""A longer table is cut; the files hold all of it."""


def shown(grid: Grid) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows that fit."""
    return grid.rows[:MOST_ROWS]


def rest(grid: Grid) -> str:
    """Return the line below a table that is cut; empty where it is whole."""
    return below.rest(len(grid.rows) - MOST_ROWS, grid.source)


def source(grid: Grid) -> str:
    """Return the line that names the files that numbers come from."""
    return below.source(grid.source)


def sourced(grid: Grid, files: str) -> Grid:
    """Return the table of a chart, which has the chart's source where it names none."""
    return grid if grid.source else replace(grid, source=files)


def tabular(figures: Figures) -> Grid:
    """Return tiles of key figures as a table, today and the change where any tile has them."""
    has_today = any(tile.today is not None for tile in figures.items)
    titles = [figures.whose or _("Plan"), *((_("Today"), _("Change")) if has_today else ())]
    columns = (Column("", "left"), *(Column(title) for title in titles))
    rows = tuple(_row(tile, has_today=has_today) for tile in figures.items)
    return Grid(columns, rows, source=figures.source)


def _row(tile: Figure, *, has_today: bool) -> tuple[Cell, ...]:
    beside = (tile.today or ABSENT, tile.change or ABSENT) if has_today else ()
    return (tile.label, tile.value, *beside)
