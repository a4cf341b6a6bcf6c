"""Pages with a matrix and a chart of it below: shares by channel, use by period, FTE over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from channelopt.report.book.cells import Cell, Formula
from channelopt.report.book.paper import HEAD, Column, Page, Paper
from channelopt.report.book.tables import Heading
from channelopt.report.drawing.theme import CATEGORIES, RAMP

COLOURS = (
    *(colour.light for colour in CATEGORIES),
    *("#e3ae3f", "#8fcfb0", "#14314f", "#e6a5c9"),
)
"""Of series; further ones are hatched."""
MOST_DRAWN = 40
"""Rows that a chart can show."""
MOST_SERIES = 24
"""Series that a chart can show."""
CODES = {"share": "0%", "number": "#,##0", "coins": "#,##0"}

Drawn = Literal["stacked", "bars", "columns"]


@dataclass(frozen=True)
class Matrix:
    """Numbers by rows and columns.

    Attributes:
        heading: of the page.
        corner: what the rows are.
        rows, columns: titles.
        values: one row for each of `rows`.
        kind: of the numbers.
        chart: title of the chart; empty for none.
        drawn: how: bars that add up, bars beside each other, or columns over the columns.
        axis: title of the axis of numbers.
        coloured: whether cells are coloured by their numbers.
    """

    heading: Heading
    corner: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Cell]]
    kind: str
    chart: str
    drawn: Drawn
    axis: str
    coloured: bool = False


def write_matrix(paper: Paper, matrix: Matrix) -> Page:
    """Write a matrix as a page of its own, with its chart."""
    page = paper.page(*matrix.heading)
    columns = [Column(matrix.corner, widest=48)]
    columns += [Column(title, matrix.kind) for title in matrix.columns]
    rows = [(label, *values) for label, values in zip(matrix.rows, matrix.values, strict=True)]
    first = page.table(columns, rows, frozen=1)
    if matrix.coloured and rows:
        _colour(page, first, len(rows), len(matrix.columns))
    if matrix.chart and _has_numbers(matrix):
        _draw(paper, page, matrix)
    return page


def _colour(page: Page, first: int, rows: int, columns: int) -> None:
    scale = {
        "type": "2_color_scale",
        "min_color": RAMP[0].light,
        "max_color": RAMP[4].light,
        "min_type": "num",
        "min_value": 0,
        "max_type": "num",
        "max_value": 1,
    }
    page.sheet.conditional_format(first, 1, first + rows - 1, columns, scale)


def _has_numbers(matrix: Matrix) -> bool:
    found = (
        cell.cached if isinstance(cell, Formula) else cell for row in matrix.values for cell in row
    )
    return any(isinstance(cell, int | float) and cell for cell in found)


def _draw(paper: Paper, page: Page, matrix: Matrix) -> None:
    shown = min(len(matrix.rows), MOST_DRAWN)
    over = matrix.drawn == "columns"
    kinds: dict[Drawn, dict[str, str]] = {
        "stacked": {"type": "bar", "subtype": "stacked"},
        "bars": {"type": "bar"},
        "columns": {"type": "column"},
    }
    chart = paper.file.add_chart(kinds[matrix.drawn])
    series = shown if over else len(matrix.columns)
    for k in range(min(series, MOST_SERIES)):
        chart.add_series(_series(page, matrix, k, shown))
    _dress(chart, matrix, series)
    bars = shown * (1 if matrix.drawn == "stacked" else len(matrix.columns))
    height = 420 if over else min(max(170 + 26 * bars, 300), 1300)
    page.chart(page.end + 1, chart, (980, height))


def _series(page: Page, matrix: Matrix, k: int, shown: int) -> dict[str, Any]:
    top, last = HEAD + 1, len(matrix.columns)
    if matrix.drawn == "columns":
        places: dict[str, Any] = {
            "name": [page.name, top + k, 0],
            "categories": [page.name, HEAD, 1, HEAD, last],
            "values": [page.name, top + k, 1, top + k, last],
        }
    else:
        places = {
            "name": [page.name, HEAD, 1 + k],
            "categories": [page.name, top, 0, top + shown - 1, 0],
            "values": [page.name, top, 1 + k, top + shown - 1, 1 + k],
        }
    places["gap"] = 45
    places["border"] = {"color": "#FFFFFF", "width": 0.5}
    colour = COLOURS[k % len(COLOURS)]
    if k < len(COLOURS):
        places["fill"] = {"color": colour}
    else:
        places["pattern"] = {"pattern": "wide_upward_diagonal", "fg_color": "#FFFFFF"}
        places["pattern"]["bg_color"] = colour
    return places


def _dress(chart: Any, matrix: Matrix, series: int) -> None:
    chart.set_title({"name": matrix.chart, "name_font": {"size": 12, "bold": True}})
    numbers: dict[str, Any] = {
        "name": matrix.axis,
        "num_format": CODES[matrix.kind],
        "major_gridlines": {"visible": True, "line": {"color": "#E4E8EC"}},
        "min": 0,
    }
    if matrix.drawn == "stacked":
        numbers["max"] = 1
    if matrix.drawn == "columns":
        chart.set_y_axis(numbers)
        chart.set_x_axis({"text_axis": True})
    else:
        chart.set_x_axis(numbers)
        chart.set_y_axis({"reverse": True, "text_axis": True, "label_position": "low"})
    chart.set_legend({"none": True} if series == 1 else {"position": "bottom"})
