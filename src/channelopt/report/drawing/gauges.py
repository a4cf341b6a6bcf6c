"""Use against limits, each bar scaled to its own limit."""

from __future__ import annotations

from typing import Any

from channelopt.report import figures
from channelopt.report.drawing import canvas, theme
from channelopt.report.drawing.bars import TEXT, length, room
from channelopt.report.drawing.canvas import Drawing, Rows
from channelopt.report.drawing.scales import scale_of
from channelopt.report.drawing.words import labels, width
from channelopt.report.shapes import Axis, Gauge, Gauges
from channelopt.report.speech import _

FULL = 0.9995
"""From this share of a limit on, it is used up."""
MOST = 2.0
"""Bars are drawn up to this many times their limit; the text tells the rest."""
ROW = 30
PLOT = 470.0
_INSIDE = 0.5


def gauges(shape: Gauges) -> Drawing:
    """Draw use as a share of each limit, the limit as a line, and today as a diamond."""
    import altair as alt

    rows = [
        _row(label, gauge, shape.axis)
        for label, gauge in zip(
            labels(one.label for one in shape.gauges), shape.gauges, strict=True
        )
    ]
    shares = scale_of(Axis("", "share"), [1.0])
    ends = _ends(rows)
    names = alt.Scale(domain=[row["label"] for row in rows], paddingInner=0.35)
    base = alt.Chart(canvas.data(rows)).encode(
        y=alt.Y("label:N", scale=names, axis=canvas.name_axis()),
        x=length(shares, ends, "share:Q"),
    )
    bars = base.transform_filter("datum.share !== null").mark_bar()
    layers = [bars.encode(color=_colours(rows)), *_texts(base), *_lines(rows, base)]
    return canvas.finished(alt.layer(*layers), ROW * len(rows), shape.axis.title)


def _row(label: str, gauge: Gauge, axis: Axis) -> dict[str, Any]:
    share = _share(gauge.used, gauge.limit)
    today = None if gauge.today is None else _share(gauge.today, gauge.limit)
    text = _text(gauge, share, axis)
    is_inside = share is not None and share >= _INSIDE and width(text, TEXT) < share * PLOT * 0.8
    is_full = share is not None and share >= FULL
    return {
        "label": label,
        "share": None if share is None else min(share, MOST),
        "today": None if today is None else min(today, MOST),
        "state": _("Used up") if is_full else _("Use"),
        "inside": text if is_inside else "",
        "outside": "" if is_inside else text,
        "from": min(share or 0.0, MOST),
    }


def _share(used: float, limit: float | None) -> float | None:
    if limit is None or limit <= 0:
        return None
    return used / limit


def _text(gauge: Gauge, share: float | None, axis: Axis) -> str:
    used = figures.figure(gauge.used, axis.unit)
    if gauge.limit is None:
        return _("{used}, no limit").format(used=used)
    limit = figures.figure(gauge.limit, axis.unit)
    if share is None:
        return _("{used} of {limit}").format(used=used, limit=limit)
    shown = figures.percent(share, 0)
    return _("{share}: {used} of {limit}").format(share=shown, used=used, limit=limit)


def _ends(rows: Rows) -> list[float]:
    shares = [row[key] for row in rows for key in ("share", "today") if row[key] is not None]
    high = max(1.0, *shares, 1.0)
    beyond = 0.0
    for row in rows:
        end = row["from"] / high * PLOT + width(row["outside"], TEXT) + 12
        beyond = max(beyond, end - PLOT if row["outside"] else 0.0)
    return [0.0, room(0.0, high, 0.0, min(beyond, PLOT / 2))[1]]


def _colours(rows: Rows) -> Any:
    import altair as alt

    pairs = [(_("Use"), theme.tone("plan")), (_("Used up"), theme.tone("loss"))]
    there = [pair for pair in pairs if pair[0] in {row["state"] for row in rows}]
    if any(row["today"] is not None for row in rows):
        there.append((_("Today"), theme.INK.light))
    there.append((_("Limit"), theme.tone("limit")))
    scale = alt.Scale(domain=[one for one, _c in there], range=[c for _n, c in there])
    return alt.Color("state:N", scale=scale, legend=canvas.legend())


def _texts(base: Any) -> list[Any]:
    inside = base.mark_text(align="left", fontSize=TEXT, color=theme.ON_STRONG.light, xOffset=8)
    outside = base.mark_text(align="left", fontSize=TEXT, color=theme.INK.light, xOffset=8)
    import altair as alt

    return [
        inside.encode(x=alt.X(datum=0), text="inside:N"),
        outside.encode(x="from:Q", text="outside:N"),
    ]


def _lines(rows: Rows, base: Any) -> list[Any]:
    """Return the limits as lines across the rows that have one, and today as diamonds."""
    import altair as alt

    limits = base.transform_filter("datum.share !== null").mark_tick(
        color=theme.tone("limit"), thickness=2.5, height=28, opacity=1
    )
    today = base.transform_filter("datum.today !== null").mark_point(
        fill=theme.INK.light, stroke=theme.PAPER.light, shape="diamond", size=90, opacity=1
    )
    found = [limits.encode(x=alt.X(datum=1.0))]
    if any(row["today"] is not None for row in rows):
        found.append(today.encode(x="today:Q"))
    return found
