"""Timelines: what is open, owned or absent when."""

from __future__ import annotations

from typing import Any

from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.words import clean, labels, widest, width
from channelopt.report.shapes import Lane, Span, Timeline, Tone

TEXT = 11
PLOT = 490.0


def timeline(shape: Timeline) -> Drawing:
    """Draw a bar for each stretch of time, and a diamond with its text for each event."""
    import altair as alt

    periods, lanes = labels(shape.periods, 30), labels(lane.label for lane in shape.lanes)
    spans, events = _spans(shape, periods, lanes), _events(shape, periods, lanes)
    row = 44 if events else 30
    axes = {
        "y": alt.Y(
            "lane:N", scale=alt.Scale(domain=lanes, paddingInner=0), axis=canvas.name_axis()
        ),
        "x": alt.X(
            "from:N",
            scale=alt.Scale(domain=periods, padding=0),
            axis=_periods(periods),
            bandPosition=0,
        ),
    }
    layers = [_separators(lanes, periods), *_bars(spans, axes, has_events=bool(events))]
    if events:
        layers += _diamonds(events, axes)
    return canvas.finished(alt.layer(*layers), row * len(lanes))


def _spans(shape: Timeline, periods: list[str], lanes: list[str]) -> Rows:
    return [
        {
            "lane": name,
            "from": periods[span.first],
            "to": periods[span.last],
            "state": clean(span.state, 40),
            "tone": span.tone,
            "text": _told(span, lane, PLOT / len(periods)),
            "ink": (theme.ON_PALE if span.tone in theme.PALE_TONES else theme.ON_STRONG).light,
        }
        for lane, name in zip(shape.lanes, lanes, strict=True)
        for span in lane.spans
    ]


def _told(span: Span, lane: Lane, band: float) -> str:
    """Return what stands in a bar: the event that begins it, else its state, else nothing."""
    events = "; ".join(text for period, text in lane.events if period == span.first)
    room = band * (span.last - span.first + 1)
    texts = (clean(text, 80) for text in (events, span.state) if text)
    return next((text for text in texts if width(text, TEXT) + 12 <= room), "")


def _events(shape: Timeline, periods: list[str], lanes: list[str]) -> Rows:
    """Return the events that no bar begins with; late ones have their text on the left."""
    return [
        {
            "lane": name,
            "from": periods[period],
            "text": clean(text, 40),
            "is_late": period >= len(periods) / 2,
        }
        for lane, name in zip(shape.lanes, lanes, strict=True)
        for period, text in lane.events
        if period not in {span.first for span in lane.spans}
    ]


def _periods(periods: list[str]) -> Any:
    is_tight = widest(periods) > PLOT / max(len(periods), 1)
    more: dict[str, Any] = {"labelAngle": 0}
    if is_tight:
        more = {"labelAngle": -40, "labelAlign": "left", "labelLimit": 110}
    options = {"labelColor": theme.MUTED_INK.light, "grid": True, "bandPosition": 0}
    return canvas.name_axis(orient="top", **options, **more)


def _separators(lanes: list[str], periods: list[str]) -> Any:
    import altair as alt

    rows = [{"lane": lane, "from": periods[0], "to": periods[-1]} for lane in lanes]
    rule = alt.Chart(canvas.data(rows)).mark_rule(color=theme.GRID.light)
    return rule.encode(
        y=alt.Y("lane:N", bandPosition=1),
        x=alt.X("from:N", bandPosition=0),
        x2=alt.X2("to:N", bandPosition=1),
    )


def _bars(spans: Rows, axes: dict[str, Any], *, has_events: bool) -> list[Any]:
    import altair as alt

    shift = 8 if has_events else 0
    base = alt.Chart(canvas.data(spans)).encode(**axes)
    bar = base.mark_bar(
        height=20, yOffset=shift, cornerRadius=3, stroke=theme.PAPER.light, strokeWidth=1
    )
    text = base.mark_text(align="left", dx=8, yOffset=shift, fontSize=TEXT)
    return [
        bar.encode(x2=alt.X2("to:N", bandPosition=1), color=_states(spans)),
        text.encode(text="text:N", color=alt.Color("ink:N", scale=None)),
    ]


def _states(spans: Rows) -> Any:
    import altair as alt

    tones: dict[str, Tone] = {row["state"]: row["tone"] for row in reversed(spans)}
    states = list(dict.fromkeys(row["state"] for row in spans))
    is_told = set(states) <= {row["text"] for row in spans}
    scale = alt.Scale(domain=states, range=[theme.tone(tones[state]) for state in states])
    return alt.Color("state:N", scale=scale, legend=None if is_told else canvas.legend(states))


def _diamonds(events: Rows, axes: dict[str, Any]) -> list[Any]:
    import altair as alt

    base = alt.Chart(canvas.data(events)).encode(**axes)
    mark = base.mark_point(
        shape="diamond",
        size=70,
        fill=theme.INK.light,
        stroke=theme.PAPER.light,
        opacity=1,
        yOffset=-12,
        xOffset=6,
    )
    look: dict[str, Any] = {"yOffset": -12, "fontSize": TEXT, "color": theme.INK.light}
    early = base.transform_filter("!datum.is_late").mark_text(align="left", dx=15, **look)
    late = base.transform_filter("datum.is_late").mark_text(align="right", dx=-3, **look)
    return [mark, early.encode(text="text:N"), late.encode(text="text:N")]
