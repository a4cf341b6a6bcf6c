"""Tornados: effects of inputs to both sides of nothing."""

from __future__ import annotations

from typing import Any

from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.bars import TEXT, beside, length, room, zero_line
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.scales import Scale, scale_of
from channelopt.report.drawing.words import clean, labels, widest
from channelopt.report.shapes import Swing, Swings
from channelopt.report.speech import _

ROW = 32


def swings(shape: Swings) -> Drawing:
    """Draw the largest effects first; where both ends lie on one side, the longer one is behind."""
    import altair as alt

    scale = scale_of(shape.axis, [one for swing in shape.swings for one in (swing.low, swing.high)])
    ordered = sorted(shape.swings, key=lambda swing: -_size(swing))
    names = labels(swing.label for swing in ordered)
    rows = [
        row for name, swing in zip(names, ordered, strict=True) for row in _rows(name, swing, scale)
    ]
    domain = alt.Scale(domain=names, paddingInner=0.3)
    base = alt.Chart(canvas.data(rows)).encode(
        y=alt.Y("label:N", scale=domain, axis=canvas.name_axis()),
        x=length(scale, _ends(rows), stack=None),
    )
    drawn = base.mark_bar(stroke=theme.PAPER.light, strokeWidth=0.5).encode(
        color=_colours({row["end"] for row in rows})
    )
    layers = [drawn, zero_line(), *beside(base)]
    return canvas.finished(alt.layer(*layers), ROW * len(names), scale.title)


def _size(swing: Swing) -> float:
    return max(abs(swing.low or 0.0), abs(swing.high or 0.0))


def _rows(name: str, swing: Swing, scale: Scale) -> Rows:
    """Return one row for each end, the longer one first, so that the other lies on it."""
    ends = [
        (swing.low, swing.low_at, _("Low end")),
        (swing.high, swing.high_at, _("High end")),
    ]
    there = [end for end in ends if end[0] is not None]
    there.sort(key=lambda end: -abs(end[0] or 0.0))
    is_covered = len(there) == 2 and (there[0][0] or 0.0) * (there[1][0] or 0.0) > 0
    return [
        {
            "label": name,
            "value": scale(effect or 0.0),
            "end": end,
            "text": "" if place and is_covered else _text(effect or 0.0, at, scale),
        }
        for place, (effect, at, end) in enumerate(there)
    ]


def _text(effect: float, at: str, scale: Scale) -> str:
    shown = scale.signed(effect)
    return f"{shown} ({clean(at, 18)})" if at else shown


def _ends(rows: Rows) -> list[float]:
    lows = [row for row in rows if row["value"] < 0]
    highs = [row for row in rows if row["value"] >= 0]
    low = min((row["value"] for row in lows), default=0.0)
    high = max((row["value"] for row in highs), default=0.0)
    before = widest([row["text"] for row in lows], TEXT) + 8 if lows else 0.0
    after = widest([row["text"] for row in highs], TEXT) + 8 if highs else 0.0
    return room(low, high, before, after)


def _colours(there: set[str]) -> Any:
    import altair as alt

    pairs = [(_("Low end"), theme.tone("today")), (_("High end"), theme.tone("plan"))]
    shown = [pair for pair in pairs if pair[0] in there]
    scale = alt.Scale(domain=[end for end, _c in shown], range=[colour for _n, colour in shown])
    return alt.Color("end:N", scale=scale, legend=canvas.legend())
