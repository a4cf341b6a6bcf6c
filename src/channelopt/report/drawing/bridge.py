"""Waterfalls: what leads from one total to another."""

from __future__ import annotations

import itertools
from typing import Any

from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.bars import TEXT, length, room, zero_line
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.scales import Scale, scale_of
from channelopt.report.drawing.words import labels, widest
from channelopt.report.shapes import Bridge
from channelopt.report.speech import _
from channelopt.report.waterfall_chart import Bar, axis_start

CUT = "M-4,14L4,-14"
"""A slanted line that says: the bar is longer than drawn."""
ROW = 30


def bridge(shape: Bridge) -> Drawing:
    """Draw a waterfall from top to bottom, so that names of steps stay readable.

    Steps hang on thin lines; where the axis does not begin at 0, the totals are cut and the title
    says so.
    """
    import altair as alt

    start = axis_start(shape.bars)
    steps = [bar.end - bar.start for bar in shape.bars if not bar.is_total]
    ends = [one for bar in shape.bars for one in (bar.start, bar.end)]
    scale = scale_of(shape.axis, ends, steps or None)
    rows = _rows(shape, scale, start)
    names = alt.Scale(domain=labels(bar.label for bar in shape.bars), paddingInner=0.3)
    base = alt.Chart(canvas.data(rows)).encode(
        y=alt.Y("label:N", scale=names, axis=canvas.name_axis()),
        x=length(scale, _ends(rows, start is not None), "left:Q"),
    )
    layers = [_links(base), base.mark_bar(cornerRadiusEnd=0).encode(x2="right:Q", color=_fills())]
    if start is None:
        layers.insert(0, zero_line())
    else:
        layers.append(_cuts(base))
    title = scale.title
    if start is not None:
        title = _("{title}; the axis does not begin at 0").format(title=title)
    return canvas.finished(alt.layer(*layers, *_texts(base)), ROW * len(shape.bars), title)


def _rows(shape: Bridge, scale: Scale, start: float | None) -> Rows:
    names = labels(bar.label for bar in shape.bars)
    following = itertools.chain(names[1:], [None])
    return [
        {
            "label": name,
            "next": after,
            "left": scale(min(_from(bar, start), bar.end)),
            "right": scale(max(_from(bar, start), bar.end)),
            "end": scale(bar.end),
            "fill": _fill(bar),
            "is_total": bar.is_total,
            "text": scale.text(bar.end) if bar.is_total else scale.signed(bar.end - bar.start),
        }
        for name, after, bar in zip(names, following, shape.bars, strict=True)
    ]


def _from(bar: Bar, start: float | None) -> float:
    return (start or 0.0) if bar.is_total else bar.start


def _fill(bar: Bar) -> str:
    if bar.is_total:
        return theme.tone("total")
    return theme.tone("gain" if bar.end >= bar.start else "loss")


def _ends(rows: Rows, is_cut: bool) -> list[float]:
    """Return the range of the axis, with room for the texts on the right of each bar."""
    low = min((row["left"] for row in rows), default=0.0)
    high = max((row["right"] for row in rows), default=0.0)
    wide = widest([row["text"] for row in rows], TEXT) + 10
    ends = room(low if is_cut else min(low, 0.0), max(high, 0.0), 0.0, wide)
    return ends if low >= 0 else [ends[0] - 0.02 * (ends[1] - ends[0]), ends[1]]


def _fills() -> Any:
    import altair as alt

    return alt.Color("fill:N", scale=None)


def _links(base: Any) -> Any:
    """Return the lines from the end of each bar to the next one."""
    import altair as alt

    rule = base.transform_filter("datum.next !== null").mark_rule(color=theme.RULE.light)
    return rule.encode(
        x=alt.X("end:Q"),
        y=alt.Y("label:N", bandPosition=0),
        y2=alt.Y2("next:N", bandPosition=1),
    )


def _cuts(base: Any) -> Any:
    import altair as alt

    mark = base.transform_filter("datum.is_total").mark_point(
        shape=CUT, size=4, strokeWidth=3, stroke=theme.PAPER.light, xOffset=18, opacity=1
    )
    return mark.encode(x=alt.X("left:Q"))


def _texts(base: Any) -> list[Any]:
    text = base.mark_text(align="left", dx=6, fontSize=TEXT, color=theme.INK.light)
    return [text.encode(x="right:Q", text="text:N")]
