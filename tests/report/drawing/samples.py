"""One chart of every shape, and numbers and texts that charts must survive."""

from __future__ import annotations

from channelopt.report.document import Chart
from channelopt.report.shapes import (
    Axis,
    Bars,
    Bridge,
    Curve,
    Flow,
    Flows,
    Gauge,
    Gauges,
    Heatmap,
    Lane,
    Mark,
    OverTime,
    Point,
    Points,
    Series,
    Shape,
    Span,
    Spread,
    Swing,
    Swings,
    Timeline,
)
from channelopt.report.waterfall_chart import Bar

HOSTILE = (
    "<script>alert(1)</script>",
    "{{7*7}} ${7*7} %s",
    "=1+1",
    "\x1b[31mred\x1b[0m",
    "שירות \u202eלקוחות\u202c",
    "&amp; <b> \"quoted\" 'single'",
    "datum.value'];alert(1)//",
    "two\nlines\tand tabs",
    "x" * 300,
    "",
)
MONEY = Axis("Profit, EUR", "money")
COUNT = Axis("Contacts")
SHARE = Axis("Share of first contacts", "share")

SHAPES: dict[str, Shape] = {
    "bridge": Bridge(
        [
            Bar("Today", 0, 1.5e6, is_total=True),
            Bar("Phone", 1.5e6, 1.42e6),
            Bar("Sales", 1.42e6, 1.62e6),
            Bar("Plan", 0, 1.62e6, is_total=True),
        ],
        MONEY,
    ),
    "heatmap": Heatmap(
        ["Families", "Young"], ["Web", "Phone", "Chat"], [[0.2, 0.3, 0.5], [0.9, None, 0.1]], SHARE
    ),
    "flows": Flows(
        [Flow("Phone", "Web", 70), Flow("Phone", "Phone", 20), Flow("Web", "Web", 10)],
        "Today",
        "Plan",
        COUNT,
    ),
    "bars": Bars(
        ["Web", "Phone", "Chat"],
        [Series("Today", [3, 2, None], "today"), Series("Plan", [1, -2, 0], "plan")],
        COUNT,
    ),
    "stacked": Bars(
        ["Families", "Young"],
        [Series("Person", [1 / 3, 0.0], "high"), Series("Web", [2 / 3, 1.0], "low")],
        SHARE,
        stacked=True,
    ),
    "gauges": Gauges(
        [Gauge("Phone", 90, 90, 50), Gauge("Web", 40, 100), Gauge("Shop", 5, None)], COUNT
    ),
    "points": Points(
        [Point("Families", 1, 2, 3, "high"), Point("Young", 4, 5, 6, "low")], MONEY, COUNT
    ),
    "frontier": Points([Point("a", 1, 9), Point("b", 2, 7), Point("c", 3, 1)], COUNT, MONEY, True),
    "over_time": OverTime(
        ["2027", "2028", "2029"], [Series("Phone", [3, 2, 1]), Series("Web", [1, None, 3])], COUNT
    ),
    "steps": OverTime(["2027", "2028"], [Series("Phone", [3, 2])], Axis("FTE"), steps=True),
    "timeline": Timeline(
        ["2027", "2028"],
        [
            Lane("Phone", [Span(0, 1, "Open")], [(1, "Contract ends")]),
            Lane("Chat", [Span(1, 1, "Open")], [(1, "Opens")]),
        ],
    ),
    "swings": Swings(
        [Swing("Small", -1, 2), Swing("Large", -30, 40, "80 %", "120 %"), Swing("One", None, 5)],
        MONEY,
    ),
    "spread": Spread([1.0, 2.0, 2.0, 3.0, 9.0], MONEY, [Mark("Plan", 2.0), Mark("Worst", 1.0)]),
    "curve": Curve(
        [("Profit", [(1, 10), (2, None), (3, 30), (4, 35)])],
        Axis("Hours"),
        MONEY,
        [Mark("Chat opens", 2.5)],
    ),
}


def chart(shape: Shape, name: str = "a-chart") -> Chart:
    return Chart(name, "Title", "Insight.", "What it shows", shape)


def texts(label: str) -> list[Shape]:
    """Return every shape with a text wherever one may stand."""
    axis = Axis(label, "number")
    return [
        Bridge([Bar(label, 0, 2, is_total=True), Bar(label, 2, 1)], axis),
        Heatmap([label, label], [label, label], [[1, 2], [3, 4]], axis),
        Flows([Flow(label, "b", 2), Flow("a", label, 3)], label, label, axis),
        Bars([label, label], [Series(label, [1, 2]), Series(label, [1, 2])], axis),
        Gauges([Gauge(label, 1, 2, 1)], axis),
        Points([Point(label, 1, 2), Point(label, 2, 3)], axis, axis),
        OverTime([label, label], [Series(label, [1, 2]), Series(label, [2, 3])], axis),
        Timeline([label, label], [Lane(label, [Span(0, 0, label)], [(0, label), (1, label)])]),
        Swings([Swing(label, -1, 1, label, label)], axis),
        Spread([1, 2, 3], axis, [Mark(label, 2)]),
        Curve([(label, [(1, 2), (2, 3)])], axis, axis, [Mark(label, 1.5)]),
    ]


def numbers(value: float) -> list[Shape]:
    """Return every shape with nothing but one number."""
    return [
        Bridge([Bar("a", 0, value, is_total=True), Bar("b", value, value)], MONEY),
        Heatmap(["a"], ["b"], [[value]], MONEY),
        Flows([Flow("a", "b", abs(value)), Flow("a", "a", abs(value))], "l", "r", COUNT),
        Bars(["a", "b"], [Series("s", [value, None])], MONEY),
        Bars(["a"], [Series("s", [value]), Series("t", [value])], COUNT, stacked=True),
        Gauges([Gauge("a", value, value), Gauge("b", value, None)], COUNT),
        Points([Point("a", value, value), Point("b", value, value)], MONEY, COUNT),
        OverTime(["1", "2"], [Series("s", [value, value])], MONEY),
        OverTime(["1"], [Series("s", [value])], MONEY, steps=True),
        Swings([Swing("a", value, value), Swing("b", None, None)], MONEY),
        Spread([value, value], MONEY, [Mark("m", value)]),
        Curve([("l", [(value, value), (value, None)])], COUNT, MONEY, [Mark("m", value)]),
    ]
