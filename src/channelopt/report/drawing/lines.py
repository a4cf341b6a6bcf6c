"""Lines over periods, and over a number that is varied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.bars import bars, colour
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.scales import Scale, scale_of
from channelopt.report.drawing.words import clean, labels, widest
from channelopt.report.shapes import Bars, Curve, Mark, OverTime, Series

HEIGHT = 240
PLOT = 600.0
TEXT = 11
MOST_NUMBERS = 13
"""Points of a single line that have their numbers beside them."""


def over_time(shape: OverTime) -> Drawing:
    """Draw lines over periods; one period as bars."""
    import altair as alt

    if len(shape.periods) == 1:
        return _one_period(shape)
    scale = scale_of(shape.axis, [one for series in shape.series for one in series.values])
    periods, names = labels(shape.periods, 30), labels(series.name for series in shape.series)
    rows = _rows(shape, scale, periods, names)
    colours = [colour(series, place) for place, series in enumerate(shape.series)]
    base = alt.Chart(canvas.data(rows)).encode(
        x=alt.X("period:N", scale=_bands(periods, is_wide=shape.steps), axis=_periods(periods)),
        y=_upwards(scale, [row["value"] for row in rows], from_zero=shape.steps),
        color=_colours(names, colours),
    )
    layers = _steps(base) if shape.steps else _joined(base)
    if len(names) == 1 and len(periods) <= MOST_NUMBERS:
        text = base.mark_text(dy=-12, fontSize=TEXT).encode(
            text="text:N", color=alt.value(theme.INK.light)
        )
        layers.append(text)
    return canvas.finished(alt.layer(*layers), HEIGHT, scale.title)


def _one_period(shape: OverTime) -> Drawing:
    names = [series.name for series in shape.series]
    numbers = [series.values[0] for series in shape.series]
    tones = {series.tone for series in shape.series}
    tone = tones.pop() if len(tones) == 1 else None
    return bars(Bars(names, [Series(shape.periods[0], numbers, tone or "plan")], shape.axis))


def _rows(shape: OverTime, scale: Scale, periods: list[str], names: list[str]) -> Rows:
    return [
        {"period": period, "series": name, "value": scale(number), "text": scale.text(number)}
        for name, series in zip(names, shape.series, strict=True)
        for period, number in zip(periods, series.values, strict=True)
        if number is not None and scale.maybe(number) is not None
    ]


def _bands(periods: list[str], *, is_wide: bool) -> Any:
    import altair as alt

    if is_wide:
        return alt.Scale(type="band", domain=periods, padding=0)
    return alt.Scale(type="point", domain=periods, padding=0.3)


def _periods(periods: list[str]) -> Any:
    more: dict[str, Any] = {"labelAngle": 0}
    if widest(periods) > PLOT / len(periods):
        more = {"labelAngle": -40, "labelLimit": 110}
    return canvas.name_axis(labelColor=theme.MUTED_INK.light, domain=True, **more)


def _upwards(
    scale: Scale, numbers: Sequence[float], *, from_zero: bool, above: float = 0.12
) -> Any:
    """Return the axis of the numbers, from 0 where that does not flatten the lines."""
    import altair as alt

    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    if from_zero or low == high or low < high - low:
        low, high = min(low, 0.0), max(high, 0.0)
    apart = (high - low) or 1.0
    low = low if low == 0 else low - 0.08 * apart
    high = high if high == 0 else high + above * apart
    if scale.unit == "share":
        high = min(high, 1.0) if max(numbers, default=0.0) <= 1 else high
    domain = alt.Scale(domain=[low, high], zero=False, nice=True)
    return alt.Y("value:Q", axis=canvas.value_axis(scale, tickCount=5), scale=domain)


def _colours(names: Sequence[str], colours: Sequence[str]) -> Any:
    import altair as alt

    shown = (
        canvas.legend(names, symbolType="stroke", symbolStrokeWidth=3) if len(names) > 1 else None
    )
    scale = alt.Scale(domain=list(names), range=list(colours))
    return alt.Color("series:N", scale=scale, legend=shown)


def _joined(base: Any) -> list[Any]:
    return [base.mark_line(strokeWidth=2.5), _dots(base)]


def _dots(base: Any) -> Any:
    return base.mark_circle(size=46, opacity=1, stroke=theme.PAPER.light, strokeWidth=1)


def _steps(base: Any) -> list[Any]:
    """Return levels that hold for a whole period, joined by thin lines."""
    import altair as alt

    level = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("period:N", bandPosition=0), x2=alt.X2("period:N", bandPosition=1)
    )
    return [base.mark_line(interpolate="step", strokeWidth=1), level]


def curve(shape: Curve) -> Drawing:
    """Draw lines by two numbers, dashed lines where the structure changes, with their names."""
    import altair as alt

    numbers = [y for _name, points in shape.lines for _x, y in points]
    across = scale_of(shape.x, [x for _name, points in shape.lines for x, _y in points])
    up = scale_of(shape.y, numbers)
    names = labels(name for name, _points in shape.lines)
    rows = _points(shape, names, across, up)
    values = [row["value"] for row in rows if row["value"] is not None]
    span = alt.Scale(zero=False, nice=False, padding=14)
    axis = canvas.value_axis(across, title=across.title, grid=False, ticks=True, domain=True)
    base = alt.Chart(canvas.data(rows)).encode(
        x=alt.X("x:Q", axis=axis, scale=span),
        y=_upwards(up, values, from_zero=False, above=0.35 if shape.changes else 0.12),
        color=_colours(names, [theme.tone("plan"), *_others(len(names) - 1)]),
    )
    line = base.mark_line(strokeWidth=2.5, invalid="break-paths-filter-domains")
    dots = _dots(base.transform_filter("datum.value !== null"))
    layers = [*_changes(shape.changes, rows, across), line, dots]
    return canvas.finished(alt.layer(*layers), HEIGHT + 40, up.title)


def _others(count: int) -> list[str]:
    return [theme.category(place + 1) for place in range(count)]


def _points(shape: Curve, names: list[str], across: Scale, up: Scale) -> Rows:
    return [
        {"series": name, "x": across(x), "value": up.maybe(y)}
        for name, (_name, points) in zip(names, shape.lines, strict=True)
        for x, y in points
    ]


def _changes(changes: Sequence[Mark], rows: Rows, across: Scale) -> list[Any]:
    """Return the dashed lines; a text that would stand on its neighbour is left out."""
    import altair as alt

    if not changes:
        return []
    low = min(row["x"] for row in rows) if rows else 0.0
    high = max(row["x"] for row in rows) if rows else 1.0
    apart = (high - low) * 15 / PLOT
    marks: Rows = []
    last = low - 2 * apart
    for change in sorted(changes, key=lambda one: one.at):
        at = across(change.at)
        is_told = at - last >= apart
        marks.append({"x": at, "text": clean(change.label) if is_told else "", "top": 0})
        last = at if is_told else last
    base = alt.Chart(canvas.data(marks)).encode(x="x:Q")
    rule = base.mark_rule(color=theme.tone("limit"), strokeDash=[5, 4], strokeWidth=1.5)
    text = base.mark_text(
        angle=270, align="right", baseline="bottom", dy=-4, dx=-4, fontSize=TEXT, limit=HEIGHT
    )
    told = text.encode(text="text:N", y=alt.value(0), color=alt.value(theme.MUTED_INK.light))
    return [rule, told]
