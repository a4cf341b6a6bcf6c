"""A waterfall as a chart of Excel's own: stacked columns on an invisible base."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channelopt.report.speech import _, later

HEADERS = (
    *(later("step"), later("from"), later("to"), later("base"), later("total")),
    *(later("gain"), later("loss"), later("gain below 0"), later("loss below 0")),
)
COLOURS = {
    "total": "#44546A",
    "gain": "#4E9A51",
    "loss": "#C0504D",
    "gain below 0": "#4E9A51",
    "loss below 0": "#C0504D",
}
ROOM = 0.25
"""Share of the height of all steps that is left below them, where the axis is cut."""


@dataclass(frozen=True)
class Bar:
    """A bar of a waterfall.

    Attributes:
        label: what it stands for.
        start: where it begins; 0 for a total.
        end: where it ends.
        is_total: whether it stands for a whole, not a step.
    """

    label: str
    start: float
    end: float
    is_total: bool = False


@dataclass(frozen=True)
class Waterfall:
    """A waterfall chart.

    Attributes:
        title: of the chart and its sheet.
        bars: from left to right.
        unit: of the axis, for example a currency.
    """

    title: str
    bars: Sequence[Bar]
    unit: str = ""


def add_chart(file: Any, page: Any, chart: Waterfall) -> None:
    """Fill a sheet with the numbers of a waterfall, and draw it below them."""
    write_numbers(file, page, chart, 0)
    page.set_column(0, 0, 40)
    page.set_column(1, len(HEADERS) - 1, 16)
    page.freeze_panes(1, 1)
    page.insert_chart(len(chart.bars) + 2, 0, drawn(file, page.get_name(), chart, 0))


def write_numbers(file: Any, page: Any, chart: Waterfall, top: int) -> None:
    """Write the numbers of a waterfall, its headers in row `top`."""
    bold = file.add_format({"bold": True, "bottom": 1})
    amount = file.add_format({"num_format": "#,##0.00"})
    for column, header in enumerate(HEADERS):
        page.write_string(top, column, _(header), bold)
    for row, bar in enumerate(chart.bars, start=top + 1):
        page.write_string(row, 0, bar.label[:250])
        for column, value in enumerate((bar.start, bar.end, *pieces(bar)), start=1):
            page.write_number(row, column, value, amount)


def pieces(bar: Bar) -> tuple[float, float, float, float, float, float]:
    """Return a bar as stacked pieces: base, total, gain, loss, gain and loss below zero.

    Stacked columns grow upwards from zero and downwards from zero, each on their own.
    """
    low, high = sorted((bar.start, bar.end))
    base = low if low > 0 else min(high, 0.0)
    above, below = max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)
    if bar.is_total:
        return (0.0, bar.end, 0.0, 0.0, 0.0, 0.0)
    if bar.end >= bar.start:
        return (base, 0.0, above, 0.0, below, 0.0)
    return (base, 0.0, 0.0, above, 0.0, below)


def axis_start(bars: Sequence[Bar]) -> float | None:
    """Return where the axis begins so that small steps between large totals can be seen.

    Returns:
        A round number, or None where the axis begins at zero.
    """
    ends = [value for bar in bars for value in (bar.end, *(() if bar.is_total else (bar.start,)))]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    if low <= 0 or high - low > low / 2 or high == low:
        return None
    wanted = low - ROOM * (high - low)
    size = 10.0 ** math.floor(math.log10(high - low))
    return max(math.floor(wanted / size) * size, 0.0) or None


def drawn(file: Any, sheet: str, chart: Waterfall, top: int) -> Any:
    """Return a waterfall as a chart, its numbers below row `top` of a sheet."""
    made = file.add_chart({"type": "column", "subtype": "stacked"})
    last = top + max(len(chart.bars), 1)
    for column, header in enumerate(HEADERS[3:], start=3):
        fill = {"color": COLOURS[header]} if header in COLOURS else {"none": True}
        made.add_series(
            {
                "name": _(header),
                "categories": [sheet, top + 1, 0, last, 0],
                "values": [sheet, top + 1, column, last, column],
                "fill": fill,
                "border": {"none": True},
                "gap": 40,
            }
        )
    start = axis_start(chart.bars)
    title = chart.title
    if start is not None:
        title = _("{title} (the axis does not begin at zero)").format(title=title[:180])
    made.set_title({"name": _never_formula(title[:250]), "name_font": {"size": 12}})
    axis = {"num_format": "#,##0", "major_gridlines": {"visible": True}}
    axis["name"] = _never_formula(chart.unit)
    made.set_y_axis(axis | ({} if start is None else {"min": start}))
    made.set_x_axis({"num_font": {"rotation": -35}, "label_position": "low"})
    made.set_legend({"none": True})
    made.set_size({"width": 900, "height": 460})
    return made


def _never_formula(text: str) -> str:
    """Return a text of a chart, where a leading `=` would be a reference to cells."""
    return f" {text}" if text.startswith("=") else text
