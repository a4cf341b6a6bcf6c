"""Drawers: which function draws which shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from channelopt.report.drawing.bars import bars
from channelopt.report.drawing.bridge import bridge
from channelopt.report.drawing.canvas import Drawing
from channelopt.report.drawing.gauges import gauges
from channelopt.report.drawing.lines import curve, over_time
from channelopt.report.drawing.matrix import heatmap
from channelopt.report.drawing.ribbons import flows
from channelopt.report.drawing.scatter import points, spread
from channelopt.report.drawing.swings import swings
from channelopt.report.drawing.timeline import timeline
from channelopt.report.shapes import (
    Bars,
    Bridge,
    Curve,
    Flows,
    Gauges,
    Heatmap,
    OverTime,
    Points,
    Shape,
    Spread,
    Swings,
    Timeline,
)

DRAWERS: dict[type[Any], Callable[[Any], Drawing]] = {
    Bridge: bridge,
    Heatmap: heatmap,
    Flows: flows,
    Bars: bars,
    Gauges: gauges,
    Points: points,
    OverTime: over_time,
    Timeline: timeline,
    Swings: swings,
    Spread: spread,
    Curve: curve,
}


def drawing_of(shape: Shape) -> Drawing:
    """Return how a shape is drawn."""
    return DRAWERS[type(shape)](shape)
