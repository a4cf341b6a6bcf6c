"""Shapes: what a chart draws, as data; no chart library, no numbers that are not told.

Every text is ready for the reader (translated, titles for ids); every number is raw, and `Unit`
says how the axis shows it. Renderers choose colours by `Tone`, never by position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from channelopt.report.waterfall_chart import Bar

Unit = Literal["money", "share", "number", "ratio"]
Tone = Literal[
    "high", "medium", "low", "none", "gain", "loss", "total", "plan", "today", "limit", "muted"
]
"""What a colour means: touch levels, better and worse, wholes, plan and today, limits, the rest."""


@dataclass(frozen=True)
class Axis:
    """An axis of numbers: its title with the unit in words, and how its numbers are shown."""

    title: str
    unit: Unit = "number"


@dataclass(frozen=True)
class Bridge:
    """A waterfall: what leads from one total to another."""

    kind: ClassVar = "bridge"
    bars: Sequence[Bar]
    axis: Axis


@dataclass(frozen=True)
class Heatmap:
    """Numbers of rows by columns as colours; None is an empty cell.

    Attributes:
        values: one row for each of `rows`, one number for each of `columns`.
        axis: what the numbers are.
    """

    kind: ClassVar = "heatmap"
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float | None]]
    axis: Axis


@dataclass(frozen=True)
class Flow:
    """What goes from one place to another; equal titles mean it stays."""

    source: str
    target: str
    amount: float


@dataclass(frozen=True)
class Flows:
    """Ribbons from the places of today (left) to those of the plan (right)."""

    kind: ClassVar = "flows"
    flows: Sequence[Flow]
    left: str
    right: str
    axis: Axis


@dataclass(frozen=True)
class Series:
    """Numbers of one name, one for each category; None is a hole."""

    name: str
    values: Sequence[float | None]
    tone: Tone | None = None


@dataclass(frozen=True)
class Bars:
    """Horizontal bars by category, stacked or side by side."""

    kind: ClassVar = "bars"
    categories: Sequence[str]
    series: Sequence[Series]
    axis: Axis
    stacked: bool = False


@dataclass(frozen=True)
class Gauge:
    """How much of a limit is used; without a limit the bar stands alone."""

    label: str
    used: float
    limit: float | None
    today: float | None = None


@dataclass(frozen=True)
class Gauges:
    """Use against limits, one bar each, scaled to its own limit."""

    kind: ClassVar = "gauges"
    gauges: Sequence[Gauge]
    axis: Axis


@dataclass(frozen=True)
class Point:
    """A labelled point; `size` only compares points of one chart."""

    label: str
    x: float
    y: float
    size: float | None = None
    tone: Tone | None = None


@dataclass(frozen=True)
class Points:
    """Points by two numbers, joined in their order where `joined`."""

    kind: ClassVar = "points"
    points: Sequence[Point]
    x: Axis
    y: Axis
    joined: bool = False


@dataclass(frozen=True)
class OverTime:
    """Lines or bars over periods.

    Attributes:
        periods: labels in order; one period is drawn as bars.
        series: one number for each period.
        steps: draw levels that hold for a whole period.
    """

    kind: ClassVar = "over_time"
    periods: Sequence[str]
    series: Sequence[Series]
    axis: Axis
    steps: bool = False


@dataclass(frozen=True)
class Span:
    """A stretch of a timeline: from the first period to the last, both counted from 0."""

    first: int
    last: int
    state: str
    tone: Tone = "plan"


@dataclass(frozen=True)
class Lane:
    """One line of a timeline; `events` are (period, text)."""

    label: str
    spans: Sequence[Span]
    events: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Timeline:
    """What is open, owned or absent when."""

    kind: ClassVar = "timeline"
    periods: Sequence[str]
    lanes: Sequence[Lane]


@dataclass(frozen=True)
class Swing:
    """Effects of an input at its low and its high end, against 0."""

    label: str
    low: float | None
    high: float | None
    low_at: str = ""
    high_at: str = ""


@dataclass(frozen=True)
class Swings:
    """A tornado: effects to both sides of nothing; the largest first."""

    kind: ClassVar = "swings"
    swings: Sequence[Swing]
    axis: Axis


@dataclass(frozen=True)
class Mark:
    """A line across a distribution."""

    label: str
    at: float
    tone: Tone = "plan"


@dataclass(frozen=True)
class Spread:
    """How often numbers occur, as a histogram, with marks."""

    kind: ClassVar = "spread"
    values: Sequence[float]
    axis: Axis
    marks: Sequence[Mark] = ()


@dataclass(frozen=True)
class Curve:
    """Lines over a number that is varied, with marks where the structure changes."""

    kind: ClassVar = "curve"
    lines: Sequence[tuple[str, Sequence[tuple[float, float | None]]]]
    x: Axis
    y: Axis
    changes: Sequence[Mark] = ()


Shape = (
    Bridge
    | Heatmap
    | Flows
    | Bars
    | Gauges
    | Points
    | OverTime
    | Timeline
    | Swings
    | Spread
    | Curve
)
