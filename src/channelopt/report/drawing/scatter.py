"""Points by two numbers, and how often numbers occur."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.scales import Scale, scale_of
from channelopt.report.drawing.words import clean, width
from channelopt.report.shapes import Mark, Points, Spread
from channelopt.report.speech import _

HEIGHT = 320
TEXT = 11
MOST_BINS = 30
TALL = 220
RADIUS, SMALLEST, LARGEST = 5.5, 3.5, 15.0
"""Of points, in pixels: without sizes, and with sizes from 0 to the largest."""
LINE = 16
"""Height of a line of text above a histogram."""
PLOT = 610.0
"""About how wide the area between the axes is, in pixels."""
SIDES = (
    ("right", 1.0, 0.0),
    ("left", -1.0, 0.0),
    ("above", 0.0, -1.0),
    ("below", 0.0, 1.0),
    ("above right", 0.7, -0.8),
    ("below right", 0.7, 0.8),
    ("above left", -0.7, -0.8),
    ("below left", -0.7, 0.8),
)
"""Where the name of a point may stand, best first."""
ROOM_AT_ZERO = 0.035
"""Below points near 0, of the span of all: no axis begins at a number that cannot be."""
Box = tuple[float, float, float, float]


def points(shape: Points) -> Drawing:
    """Draw points; a name is left out where it would cover another one."""
    import altair as alt

    x, y = (
        scale_of(shape.x, [one.x for one in shape.points]),
        scale_of(shape.y, [one.y for one in shape.points]),
    )
    rows = _rows(shape, x, y)
    axis = canvas.value_axis(x, title=x.title, domain=True)
    base = alt.Chart(canvas.data(rows)).encode(
        x=alt.X("x:Q", axis=axis, scale=_span(rows, "x", nice=True)),
        y=alt.Y("y:Q", axis=canvas.value_axis(y), scale=_span(rows, "y")),
    )
    dots = base.mark_circle(opacity=0.9, stroke=theme.PAPER.light, strokeWidth=1).encode(
        color=alt.Color("fill:N", scale=None),
        size=alt.Size("area:Q", scale=None),
    )
    joined = base.mark_line(color=theme.RULE.light, strokeWidth=1.5).encode(order="place:Q")
    layers = [joined, dots] if shape.joined else [dots]
    _name(rows)
    return canvas.finished(alt.layer(*layers, *_names(base)), HEIGHT, y.title)


def _rows(shape: Points, x: Scale, y: Scale) -> Rows:
    return [
        {
            "place": place,
            "x": x(one.x),
            "y": y(one.y),
            "area": math.pi * radius**2,
            "radius": radius,
            "fill": theme.tone(one.tone or "plan"),
            "label": clean(one.label, 40),
        }
        for place, (one, radius) in enumerate(zip(shape.points, _radii(shape), strict=True))
        if x.maybe(one.x) is not None and y.maybe(one.y) is not None
    ]


def _span(rows: Rows, name: str, *, nice: bool = False) -> Any:
    """Return the scale of an axis: room around the points, but none below 0 if no point is."""
    import altair as alt

    low = min((row[name] for row in rows), default=0.0)
    high = max((row[name] for row in rows), default=0.0)
    room = ROOM_AT_ZERO * (high - low)
    if 0 <= low < room:
        return alt.Scale(domain=[-room, high + room], nice=False)
    return alt.Scale(zero=False, padding=20, nice=True if nice else alt.Undefined)


def _radii(shape: Points) -> list[float]:
    """Return the radius of each point in pixels: its area grows with its size."""
    most = max((one.size or 0.0 for one in shape.points), default=0.0)
    if most <= 0:
        return [RADIUS] * len(shape.points)
    return [
        math.sqrt(SMALLEST**2 + (LARGEST**2 - SMALLEST**2) * max(one.size or 0.0, 0.0) / most)
        for one in shape.points
    ]


def _name(rows: Rows) -> None:
    """Choose a side for the name of each point: the first where it covers no other one."""
    if not rows:
        return
    xs, ys = [row["x"] for row in rows], [row["y"] for row in rows]
    wide, high = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    places = [
        (PLOT * (row["x"] - min(xs)) / wide, HEIGHT * (max(ys) - row["y"]) / high) for row in rows
    ]
    taken: list[Box] = [
        (x - row["radius"], y - row["radius"], x + row["radius"], y + row["radius"])
        for row, (x, y) in zip(rows, places, strict=True)
    ]
    for row, (x, y) in zip(rows, places, strict=True):
        long = width(row["label"], TEXT)
        for side, dx, dy in SIDES:
            across, down = row["radius"] + 5, row["radius"] + 9
            left = x + dx * across - (long if dx < 0 else long / 2 if dx == 0 else 0)
            box = (left, y + dy * down - 6, left + long, y + dy * down + 6)
            if box[0] >= -10 and box[2] <= PLOT + 30 and not any(_touch(box, o) for o in taken):
                taken.append(box)
                row["side"] = side
                break


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _names(base: Any) -> list[Any]:
    return [
        base.transform_filter(f"datum.side === '{side}'")
        .mark_text(
            align="center" if dx == 0 else "left" if dx > 0 else "right",
            dx={"expr": f"{dx} * (datum.radius + 5)"},
            dy={"expr": f"{dy} * (datum.radius + 9)"},
            fontSize=TEXT,
            color=theme.INK.light,
        )
        .encode(text="label:N")
        for side, dx, dy in SIDES
    ]


def spread(shape: Spread) -> Drawing:
    """Draw a histogram, with a line and a text for each mark."""
    import altair as alt

    marks = sorted(shape.marks, key=lambda mark: mark.at)
    numbers = [*(one for one in shape.values if math.isfinite(one)), *(one.at for one in marks)]
    scale = scale_of(shape.axis, numbers)
    rows = [{"value": scale(one)} for one in shape.values if math.isfinite(one)]
    axis = canvas.value_axis(scale, title=scale.title, grid=False, domain=True, ticks=True)
    span = alt.Scale(zero=False, nice=False, padding=12)
    counts = canvas.value_axis(scale, format=",d", tickMinStep=1, tickCount=4)
    drawn = (
        alt.Chart(canvas.data(rows))
        .transform_bin(["low", "high"], field="value", bin=alt.Bin(maxbins=MOST_BINS))
        .mark_bar(color=theme.tone("muted"), binSpacing=1, cornerRadiusEnd=0)
        .encode(
            x=alt.X("low:Q", axis=axis, scale=span, bin="binned"),
            x2="high:Q",
            y=alt.Y("count():Q", axis=counts),
        )
    )
    layers = [drawn, *_lines(marks, scale, numbers)]
    offset = 12 + LINE * len(marks)
    return canvas.finished(alt.layer(*layers), TALL, _("How often"), offset)


def _lines(marks: Sequence[Mark], scale: Scale, numbers: Sequence[float]) -> list[Any]:
    """Return a line for each mark; its text stands above, each on a line of its own.

    Texts run to the right, those at the right edge to the left; the lines are as long as it takes
    that none runs through the text of another.
    """
    texts = {mark: f"{clean(mark.label, 50)}: {scale.text(mark.at)}" for mark in marks}
    low, high = min(numbers, default=0.0), max(numbers, default=0.0)
    pixels = PLOT / ((high - low) or 1.0)
    late = [
        mark for mark in marks if (mark.at - low) * pixels + width(texts[mark], TEXT) > PLOT - 10
    ]
    ordered = [*reversed(late), *(mark for mark in marks if mark not in late)]
    found: list[Any] = []
    for level, mark in enumerate(reversed(ordered)):
        found += _line(mark, texts[mark], (level, mark in late), scale)
    return found


def _line(mark: Mark, text: str, place: tuple[int, bool], scale: Scale) -> list[Any]:
    import altair as alt

    level, is_late = place
    colour = theme.MUTED_INK.light if mark.tone in theme.PALE_TONES else theme.tone(mark.tone)
    base = alt.Chart(canvas.data([{"at": scale(mark.at), "text": text}])).encode(x="at:Q")
    top = alt.value(-LINE * (level + 0.6))
    rule = base.mark_rule(color=colour, strokeWidth=2)
    told = base.mark_text(
        align="right" if is_late else "left",
        dx=-5 if is_late else 5,
        fontSize=TEXT,
        color=theme.INK.light,
    )
    return [rule.encode(y=top, y2=alt.value(TALL)), told.encode(y=top, text="text:N")]
