"""Bars by category, stacked or side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from channelopt.report import figures
from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.scales import Scale, scale_of
from channelopt.report.drawing.words import labels, widest, width
from channelopt.report.shapes import Bars, Series

PLOT = 460.0
"""About how wide the area between the axes is, in pixels."""
TEXT = 11
"""Size of the numbers at bars, in pixels."""
MOST_NUMBERS = 120
"""More numbers than this beside bars are noise; the table has them."""


def bars(shape: Bars) -> Drawing:
    """Draw bars; each tells its number beside it, or inside it where bars are stacked."""
    scale = scale_of(shape.axis, [one for series in shape.series for one in series.values])
    rows = _rows(shape, scale)
    names = labels(series.name for series in shape.series)
    colours = [colour(series, place) for place, series in enumerate(shape.series)]
    place = _stacked if shape.stacked and len(names) > 1 else _side_by_side
    chart = place(shape, scale, rows, _colours(names, colours))
    height = len(shape.categories) * row_height(len(names), is_stacked=shape.stacked)
    return canvas.finished(chart, height, scale.title)


def row_height(series: int, *, is_stacked: bool) -> float:
    """Return the height of one category in pixels."""
    return 28.0 if is_stacked or series == 1 else 10.0 + 17.0 * series


def colour(series: Series, place: int) -> str:
    """Return the colour of a series: of its tone, or the one of its place."""
    return theme.tone(series.tone) if series.tone else theme.category(place)


def room(low: float, high: float, before: float, after: float) -> list[float]:
    """Return a range of numbers with room for texts beside its ends.

    Args:
        low: least number.
        high: largest number.
        before: pixels wanted to the left of it.
        after: pixels wanted to the right of it.
    """
    if low == high:
        return [low, high + 1.0]
    share = (high - low) / max(PLOT - before - after, 80.0)
    return [low - before * share, high + after * share]


def _colours(names: Sequence[str], colours: Sequence[str]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=list(names), range=list(colours))
    shown = canvas.legend(names) if len(names) > 1 else None
    return alt.Color("series:N", scale=scale, legend=shown)


def _rows(shape: Bars, scale: Scale) -> Rows:
    names = labels(series.name for series in shape.series)
    categories = labels(shape.categories)
    return [
        {
            "category": category,
            "series": names[place],
            "place": place,
            "value": scale(number),
            "text": scale.text(number),
            "ink": ink_on(series),
        }
        for place, series in enumerate(shape.series)
        for category, number in zip(categories, series.values, strict=True)
        if scale.maybe(number) is not None and number is not None
    ]


def ink_on(series: Series) -> str:
    """Return the colour of texts on the bars of a series."""
    is_pale = series.tone in theme.PALE_TONES
    return theme.ON_PALE.light if is_pale else theme.ON_STRONG.light


def _side_by_side(shape: Bars, scale: Scale, rows: Rows, colours: Any) -> Any:
    import altair as alt

    values = [0.0, *(row["value"] for row in rows)]
    low, high = min(values), max(values)
    wide = widest([row["text"] for row in rows], TEXT) + 8
    ends = room(low, high, wide if low < 0 else 0.0, wide if high > 0 else 0.0)
    base = _base(shape, rows).encode(x=length(scale, ends))
    if len(shape.series) > 1:
        base = base.encode(yOffset=alt.YOffset("place:O", scale=alt.Scale(paddingInner=0.1)))
    layers = [base.mark_bar().encode(color=colours), zero_line()]
    if len(rows) <= MOST_NUMBERS:
        layers += beside(base)
    return alt.layer(*layers)


def beside(base: Any) -> list[Any]:
    """Return the layers of texts beside the ends of bars, from the field `text`."""
    sides = (("datum.value >= 0", "left", 5), ("datum.value < 0", "right", -5))
    return [
        base.transform_filter(test)
        .mark_text(align=align, dx=shift, fontSize=TEXT, color=theme.INK.light)
        .encode(text="text:N")
        for test, align, shift in sides
    ]


def _stacked(shape: Bars, scale: Scale, rows: Rows, colours: Any) -> Any:
    import altair as alt

    low, high = _stack_ends(shape, scale)
    ends = [low, high] if low < high else [0.0, 1.0]
    if scale.unit != "share" and low == 0:
        sums = widest([scale.text(high * scale.factor)], TEXT) + 8
        ends = room(low, ends[1], 0.0, sums)
    pixel = (ends[1] - ends[0]) / PLOT
    if scale.unit == "share":
        _add_up(rows)
    drawn_in = Counter(row["category"] for row in rows if row["value"])
    for row in rows:
        is_alone = scale.unit != "share" and low == 0 and drawn_in[row["category"]] < 2
        has_room = abs(row["value"]) >= _needs(row["text"]) * pixel
        row["label"] = row["text"] if has_room and not is_alone else ""
    base = _base(shape, rows).encode(order=alt.Order("place:Q"))
    drawn = base.mark_bar(stroke=theme.PAPER.light, strokeWidth=1, cornerRadiusEnd=0)
    text = base.mark_text(fontSize=TEXT).encode(
        x=length(scale, ends, stack="zero", bandPosition=0.5),
        text="label:N",
        color=alt.Color("ink:N", scale=None),
    )
    filled = drawn.encode(x=length(scale, ends, stack="zero"), color=colours)
    layers = [filled, text, zero_line()]
    if scale.unit != "share" and low == 0:
        layers += _totals(shape, scale, rows, ends)
    return alt.layer(*layers)


def _totals(shape: Bars, scale: Scale, rows: Rows, ends: list[float]) -> list[Any]:
    """Return the sums of stacks as texts beside their ends."""
    sums: dict[str, float] = {}
    for row in rows:
        sums[row["category"]] = sums.get(row["category"], 0.0) + row["value"]
    told = [
        {"category": category, "value": value, "text": scale.text(value * scale.factor)}
        for category, value in sums.items()
    ]
    return beside(_base(shape, told).encode(x=length(scale, ends)))


def _add_up(rows: Rows) -> None:
    """Round the shares of each stack so that they add up."""
    for category in {row["category"]: None for row in rows}:
        stack = [row for row in rows if row["category"] == category]
        if all(row["value"] >= 0 for row in stack):
            for row, text in zip(
                stack, figures.percents([one["value"] for one in stack]), strict=True
            ):
                row["text"] = text


def _needs(text: str) -> float:
    return width(text, TEXT) + 4


def _stack_ends(shape: Bars, scale: Scale) -> tuple[float, float]:
    columns = [[scale.maybe(one) or 0.0 for one in series.values] for series in shape.series]
    stacks = list(zip(*columns, strict=True))
    low = min((sum(one for one in stack if one < 0) for stack in stacks), default=0.0)
    high = max((sum(one for one in stack if one > 0) for stack in stacks), default=0.0)
    return low, high


def _base(shape: Bars, rows: Rows) -> Any:
    import altair as alt

    inner = 0.25 if len(shape.series) == 1 or shape.stacked else 0.2
    names = alt.Scale(domain=labels(shape.categories), paddingInner=inner, paddingOuter=0.1)
    across = alt.Y("category:N", axis=canvas.name_axis(), scale=names)
    return alt.Chart(canvas.data(rows)).encode(y=across)


def length(scale: Scale, ends: list[float], field: str = "value:Q", **more: Any) -> Any:
    """Return how a number becomes a place from left to right."""
    import altair as alt

    span = alt.Scale(domain=ends, nice=False, zero=False)
    return alt.X(field, axis=canvas.value_axis(scale), scale=span, **more)


def zero_line() -> Any:
    """Return the line at 0 that bars stand on."""
    import altair as alt

    rule = alt.Chart(canvas.data([{}])).mark_rule(color=theme.RULE.light, strokeWidth=1)
    return rule.encode(x=alt.X(datum=0))
