"""Heatmaps: numbers of rows by columns as colours."""

from __future__ import annotations

import math
import textwrap
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from channelopt.report import figures
from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.scales import Scale, scale_of
from channelopt.report.drawing.words import labels, widest
from channelopt.report.shapes import Heatmap

TEXT = 11
PLOT = 480.0
"""About how wide all columns are together, in pixels."""
LETTER = 6.3
"""About how wide a letter above a column is, in pixels."""


def heatmap(shape: Heatmap) -> Drawing:
    """Draw cells, with their numbers where there is room."""
    import altair as alt

    numbers = [one for row in shape.values for one in row]
    scale = scale_of(shape.axis, numbers)
    steps = _steps([drawn for one in numbers if (drawn := scale.maybe(one)) is not None])
    room = PLOT / max(len(shape.columns), 1)
    rows, columns = labels(shape.rows), _wrapped(labels(shape.columns, 40), room - 6)
    cells = _cells(shape, (rows, columns), scale, steps)
    has_room = widest([cell["text"] for cell in cells], TEXT) + 4 <= room
    base = alt.Chart(canvas.data(cells)).encode(
        y=alt.Y("row:N", scale=alt.Scale(domain=rows, padding=0), axis=canvas.name_axis()),
        x=alt.X("column:N", scale=alt.Scale(domain=columns, padding=0), axis=_top(columns, room)),
    )
    filled = base.mark_rect(stroke=theme.PAPER.light, strokeWidth=1.5)
    layers = [filled.encode(fill=_colours(steps, scale, has_legend=not has_room))]
    if has_room:
        layers.append(base.mark_text(fontSize=TEXT).encode(text="text:N", color=_inks()))
    height = len(rows) * (26 if len(rows) <= 25 else 20)
    return canvas.finished(alt.layer(*layers), height, scale.title)


def _steps(numbers: Sequence[float]) -> list[float]:
    """Return the limits between the steps of the ramp: equal steps from 0, or from the least."""
    low, high = min(0.0, *numbers, 0.0), max(0.0, *numbers, 0.0)
    if low == high:
        high = low + 1.0
    count = len(theme.RAMP)
    return [low + (high - low) * step / count for step in range(1, count)]


def _cells(
    shape: Heatmap, names: tuple[list[str], list[str]], scale: Scale, steps: Sequence[float]
) -> Rows:
    return [
        {
            "row": row,
            "column": column,
            "value": scale(number),
            "text": text,
            "ink": _ink(scale(number), steps),
        }
        for row, numbers in zip(names[0], shape.values, strict=True)
        for column, number, text in zip(names[1], numbers, _texts(numbers, scale), strict=True)
        if number is not None and scale.maybe(number) is not None
    ]


def _texts(numbers: Sequence[float | None], scale: Scale) -> list[str]:
    """Return the texts of a row; shares of a whole add up to it."""
    there = [one for one in numbers if one is not None and scale.maybe(one) is not None]
    if scale.unit == "share" and math.isclose(sum(there), 1.0, abs_tol=1e-6) and min(there) >= 0:
        shown = iter(figures.percents(there))
        return ["" if scale.maybe(one) is None else next(shown) for one in numbers]
    return ["" if one is None or scale.maybe(one) is None else scale.text(one) for one in numbers]


def _ink(value: float, steps: Sequence[float]) -> str:
    """Return the colour of the text on the step of a number."""
    if value == 0:
        return theme.MUTED_INK.light
    is_pale = bisect_right(steps, value) < theme.PALE_STEPS
    return theme.ON_PALE.light if is_pale else theme.ON_STRONG.light


def _top(columns: Sequence[str], room: float) -> Any:
    if any(len(line) > room / LETTER for name in columns for line in name.split("\n")):
        return canvas.name_axis(
            orient="top", labelAngle=-90, labelLimit=165, labelBaseline="middle"
        )
    split = "split(datum.label, '\\n')"
    lines = max((name.count("\n") for name in columns), default=0)
    return canvas.name_axis(
        orient="top",
        labelAngle=0,
        labelExpr=split,
        labelLimit=room + 10,
        labelPadding=8 + 15 * lines,
    )


def _wrapped(names: Sequence[str], room: float) -> list[str]:
    """Return names of columns in at most three lines, as they fit above their columns."""
    letters = max(int(room / LETTER), 4)
    split = [textwrap.wrap(name, letters, break_long_words=False) for name in names]
    fits = all(len(lines) <= 3 and max(map(len, lines), default=0) <= letters for lines in split)
    if not fits:
        return list(names)
    most = max((len(lines) for lines in split), default=0)
    return ["\n".join([""] * (most - len(lines)) + lines) for lines in split]


def _colours(steps: Sequence[float], scale: Scale, *, has_legend: bool) -> Any:
    import altair as alt

    colours = [step.light for step in theme.RAMP]
    shown = None
    if has_legend:
        shown = canvas.legend(
            format=scale.fixed, orient="bottom", type="gradient", gradientLength=PLOT
        )
    domain = alt.Scale(type="threshold", domain=list(steps), range=colours)
    return alt.Fill("value:Q", scale=domain, legend=shown)


def _inks() -> Any:
    import altair as alt

    return alt.Color("ink:N", scale=None)
