"""Tables of analyses made by hand, with the columns that the analyses write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from channelopt.analysis.futures import robust, sobol, uncertainty
from channelopt.analysis.reasons import why
from channelopt.analysis.tradeoffs import alternatives, frontier
from channelopt.analysis.varied import breakeven, tornado
from channelopt.analysis.worth import limits, rule_prices
from channelopt.plan.plan import Plan
from channelopt.plan.table import Cell, Table, read_any
from channelopt.report.document import Block, Chart, Grid, Note, Paragraph, Section
from channelopt.report.evidence import Evidence
from channelopt.report.shapes import Bars
from tests.report.hand_made import full_plan

QUICKSTART = Path(__file__).parent / "quickstart_sensitivity"
"""Tables of an analysis of scenarios/quickstart in 300 seconds; of the samples the first 40."""

COLUMNS: dict[str, tuple[str, ...]] = {
    **limits.COLUMNS,
    **rule_prices.COLUMNS,
    **breakeven.COLUMNS,
    **tornado.COLUMNS,
    **frontier.COLUMNS,
    **alternatives.COLUMNS,
    **uncertainty.COLUMNS,
    **sobol.COLUMNS,
    **robust.COLUMNS,
    **why.COLUMNS,
}
"""Columns as the analyses write them."""

Row = Mapping[str, Cell]


def table(name: str, rows: Iterable[Row], *, without: Sequence[str] = ()) -> Table:
    """Return a table as it is read from its file; `without` some columns, as older versions."""
    columns = tuple(column for column in COLUMNS[name] if column not in without)
    found = list(rows)
    unknown = {key for row in found for key in row} - set(COLUMNS[name])
    assert not unknown, f"{name} has no columns {unknown}"
    cells = tuple(tuple(row.get(column) for column in columns) for row in found)
    return read_any(Table(name, columns, cells).to_csv(), name, f"{name}.csv")


def evidence(*tables: Table, plan: Plan | None = None, **asked: Any) -> Evidence:
    """Return what is known of a plan whose analyses have found these tables."""
    of = {one.name: one for one in tables}
    return Evidence(plan or full_plan(), of, {"wishes": asked} if asked else {})


def stored(name: str) -> Table:
    """Return a table of the analysis of scenarios/quickstart."""
    path = QUICKSTART / f"{name}.csv"
    return read_any(path.read_text("utf-8"), name, str(path))


def charts(section: Section | None) -> dict[str, Chart]:
    """Return the charts of a section by name."""
    return {block.name: block for block in _blocks(section) if isinstance(block, Chart)}


def grids(section: Section | None) -> dict[str, Grid]:
    """Return the tables of a section by the first file they come from."""
    found = (block for block in _blocks(section) if isinstance(block, Grid))
    return {grid.source.split(", ")[0].split("/")[-1].removesuffix(".csv"): grid for grid in found}


def texts(section: Section | None) -> list[str]:
    """Return the sentences of a section, without those of charts."""
    return [block.text for block in _blocks(section) if isinstance(block, Paragraph | Note)]


def notes(section: Section | None) -> list[str]:
    """Return what a reader must not overlook."""
    return [block.text for block in _blocks(section) if isinstance(block, Note)]


def shown(grid: Grid) -> list[dict[str, str]]:
    """Return the rows of a table as texts by the title of the column."""
    titles = [column.title for column in grid.columns]
    return [dict(zip(titles, map(str, row), strict=True)) for row in grid.rows]


def bars(chart: Chart) -> dict[str, dict[str, float | None]]:
    """Return the bars of a chart by series and category."""
    assert isinstance(chart.shape, Bars)
    return {
        series.name: dict(zip(chart.shape.categories, series.values, strict=True))
        for series in chart.shape.series
    }


def _blocks(section: Section | None) -> tuple[Block, ...]:
    assert section is not None
    return section.blocks
