"""Lines as a chart of Excel's own: one figure against a number that is varied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_LINES = 12
"""More lines than this cannot be told apart."""


@dataclass(frozen=True)
class Lines:
    """A line chart.

    Attributes:
        title: of the chart and its sheet.
        across: what is varied.
        unit: of the figure, for example a currency.
        lines: points of each line by its name, (x, y) in the order of x; a y of None is a hole.
    """

    title: str
    across: str
    unit: str
    lines: Mapping[str, Sequence[tuple[float, float | None]]]


def add_lines(file: Any, page: Any, chart: Lines) -> None:
    """Fill a sheet with the numbers of a chart, two columns for each line, and draw it beside."""
    bold = file.add_format({"bold": True, "bottom": 1})
    amount = file.add_format({"num_format": "#,##0.00"})
    drawn = file.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    shown = list(chart.lines.items())[:MOST_LINES]
    for position, (name, points) in enumerate(shown):
        left = 2 * position
        page.write_string(0, left, chart.across[:250], bold)
        page.write_string(0, left + 1, name[:250], bold)
        for row, (x, y) in enumerate(points, start=1):
            page.write_number(row, left, x)
            if y is not None:
                page.write_number(row, left + 1, y, amount)
        drawn.add_series(_series(page.get_name(), left, len(points)))
    page.set_column(0, max(2 * len(shown) - 1, 0), 16)
    page.freeze_panes(1, 0)
    drawn.set_title({"name": _never_formula(chart.title), "name_font": {"size": 12}})
    drawn.set_x_axis({"name": _never_formula(chart.across), "num_format": "General"})
    drawn.set_y_axis(
        {"name": _never_formula(chart.unit), "num_format": "#,##0", "major_gridlines": _GRID}
    )
    drawn.set_legend({"none": True} if len(shown) == 1 else {"position": "bottom"})
    drawn.show_blanks_as("gap")
    drawn.set_size({"width": 900, "height": 460})
    page.insert_chart(1, 2 * len(shown) + 1, drawn)


_GRID = {"visible": True}


def _series(sheet: str, left: int, points: int) -> dict[str, Any]:
    last = max(points, 1)
    return {
        "name": [sheet, 0, left + 1],
        "categories": [sheet, 1, left, last, left],
        "values": [sheet, 1, left + 1, last, left + 1],
        "marker": {"type": "circle", "size": 5},
    }


def _never_formula(text: str) -> str:
    """Return a text of a chart, where a leading `=` would be a reference to cells."""
    return f" {text[:250]}" if text.startswith("=") else text[:250]
