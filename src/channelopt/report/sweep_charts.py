"""Charts of the report of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from channelopt.report.document import Chart
from channelopt.report.figures import count, enumerate_words, figure, headed, plain
from channelopt.report.shapes import Axis, Bars, Curve, Heatmap, Mark, Point, Series, Unit
from channelopt.report.shapes import Points as Scatter
from channelopt.report.speech import _, plural_of
from channelopt.report.sweep_folder import Figure, Points, listed, value

MOST_LINES = 8
"""More lines than this cannot be told apart."""
MOST_BARS = 40
OTHERS = ("cost", "satisfaction", "margin_kept", "given_up", "fte", "share_high")
"""Key figures beside the profit, in the order of charts."""
MOST_OTHERS = 4
TRADES = {"satisfaction": 1, "margin_kept": 1, "cost": -1, "given_up": -1, "fte": -1}
"""Key figures that a planner would give profit for: 1 where more of it is better."""
MOST_TRADES = 2
Line = tuple[str, list[tuple[float, float | None]]]


def profit(points: Points) -> Iterator[Chart]:
    """Yield profit over what is varied: a curve, a map of two numbers, or bars."""
    one = next((figure for figure in points.figures if figure.name == "profit"), None)
    if one is None or not points.solved:
        return
    if len(points.numeric) == 1 and points.is_crossed:
        chart = _curve(points, one)
        if chart is not None:
            yield chart
            return
    if len(points.axes) == 2 and len(points.numeric) == 2 and points.is_crossed:
        yield _map(points, one)
    elif len(points.rows) > 1:
        yield _bars(points, one)


def others(points: Points) -> Iterator[Chart]:
    """Yield the other key figures that change over the one number that is varied."""
    if len(points.numeric) != 1 or not points.is_crossed or not points.solved:
        return
    known = {one.name: one for one in points.figures}
    shown = 0
    for name in OTHERS:
        if name in known and _moves(points, known[name]) and shown < MOST_OTHERS:
            chart = _curve(points, known[name])
            shown += chart is not None
            if chart is not None:
                yield chart


def _moves(points: Points, one: Figure) -> bool:
    """Return whether a reader sees a key figure differ between points."""
    numbers = [row[one.name] for row in points.solved if row[one.name] is not None]
    return len({figure(number, one.unit) for number in numbers}) > 1


def _axis(one: Figure, points: Points) -> Axis:
    unit: Unit = one.unit if one.unit in {"money", "share", "ratio"} else "number"  # type: ignore[assignment]
    title = headed(one.label, points.currency) if unit == "money" else one.label
    return Axis(title, unit)


def _lines(points: Points, name: str, axis: str) -> list[Line]:
    """Return a figure over one axis, one line for each combination of the others."""
    found: dict[str, list[tuple[float, float | None]]] = {}
    for row in points.rows:
        rest = points.at(row, axis) or (_("base") if len(points.axes) > 1 else "")
        found.setdefault(rest, []).append((points.x(row, axis), row[name]))
    return [(rest, sorted(line, key=lambda pair: pair[0])) for rest, line in found.items()]


def _curve(points: Points, one: Figure) -> Chart | None:
    axis = points.numeric[0]
    lines = _lines(points, one.name, axis)
    if len(lines) > MOST_LINES or max(len(line) for _n, line in lines) < 2:
        return None
    named = [(name or one.label, line) for name, line in lines]
    marks = _marks(points, axis) if len(lines) == 1 else ()
    return Chart(
        f"{one.name.replace('_', '-').replace('.', '-')}-over",
        _("{figure} over {axis}").format(figure=one.label, axis=axis),
        _insight(points, one, axis),
        _alt(one, axis, lines),
        Curve(named, Axis(axis), _axis(one, points), marks),
        "sweep.csv, changes.csv" if marks else "sweep.csv",
    )


def _marks(points: Points, axis: str) -> tuple[Mark, ...]:
    """Return where the plan changes, in the middle of both neighbours."""
    found = []
    for row in points.records("changes"):
        if row["axis"] == axis:
            at = (float(row["from"]) + float(row["to"])) / 2
            found.append(Mark(change_in_words(points, row), at, "limit"))
    return tuple(found)


def change_in_words(points: Points, row: Mapping[str, Any]) -> str:
    """Return how a plan changes between two neighbours: `Chat opens`."""
    if "none" in {row["from_plan"], row["to_plan"]}:
        return _("no plan is left") if row["to_plan"] == "none" else _("plans begin")
    parts = (
        (_("{name} opens"), listed(points, row["opens"])),
        (_("{name} closes"), listed(points, row["closes"])),
        (_("{name} is bought"), listed(points, row["buys"], are_upgrades=True)),
        (_("{name} is dropped"), listed(points, row["drops"], are_upgrades=True)),
    )
    return enumerate_words([text.format(name=name) for text, name in parts if name])


def _insight(points: Points, one: Figure, axis: str) -> str:
    """Say between which values a figure lies, and how often the plan changes on the way."""
    rows = [row for row in points.solved if row[one.name] is not None]
    low, high = (pick(rows, key=lambda row: row[one.name]) for pick in (min, max))
    if low[one.name] == high[one.name]:
        text = _("{figure}: {value} at every point.")
        shown = figure(low[one.name], one.unit, points.currency)
        return text.format(figure=one.label, value=shown)
    text = _("{figure}: from {low} (at {low_at}) to {high} (at {high_at}).")
    said = text.format(
        figure=one.label,
        low=figure(low[one.name], one.unit, points.currency),
        low_at=points.at(low) or _("the base"),
        high=figure(high[one.name], one.unit, points.currency),
        high_at=points.at(high) or _("the base"),
    )
    changes = [r for r in points.records("changes") if r["axis"] == axis]
    if one.name != "profit" or not changes:
        return said
    text = plural_of(
        "Along {axis} the plan changes in {n} place.",
        "Along {axis} the plan changes in {n} places.",
        len(changes),
    )
    return f"{said} {text.format(axis=axis, n=count(len(changes)))}"


def _alt(one: Figure, axis: str, lines: Sequence[Line]) -> str:
    text = plural_of(
        "One line of {figure} over {axis}; dashed lines mark where the plan changes.",
        "{n} lines of {figure} over {axis}, one for each combination of the other values.",
        len(lines),
    )
    return text.format(n=count(len(lines)), figure=one.label, axis=axis)


def _map(points: Points, one: Figure) -> Chart:
    """Return a figure over two numbers as a map."""
    down, across = points.axes
    rows = sorted({points.x(row, down) for row in points.rows}, reverse=True)[:MOST_BARS]
    columns = sorted({points.x(row, across) for row in points.rows})[:MOST_BARS]
    cells = {
        (points.x(row, down), points.x(row, across)): row[one.name]
        for row in points.rows
        if row[one.name] is not None
    }
    values = [[cells.get((row, column)) for column in columns] for row in rows]
    title = _("{figure} over {down} (down) and {across} (across)")
    return Chart(
        "profit-map",
        title.format(figure=one.label, down=down, across=across),
        _insight(points, one, across),
        _("A map of {figure}: darker cells are worth more, empty ones have no plan.").format(
            figure=one.label
        ),
        Heatmap(list(map(plain, rows)), list(map(plain, columns)), values, _axis(one, points)),
        "sweep.csv",
    )


def _bars(points: Points, one: Figure) -> Chart:
    """Return a figure of points without an order as bars, the largest first."""
    ordered = sorted(points.solved, key=lambda row: -row[one.name])[:MOST_BARS]
    names = [
        value(row[points.axes[0]]) if len(points.axes) == 1 else points.at(row) or _("the base")
        for row in ordered
    ]
    title = _("{figure} by point")
    if len(ordered) < len(points.solved):
        title = _("{figure} by point, the best {n}")
    series = Series(one.label, [row[one.name] for row in ordered], "plan")
    return Chart(
        "profit-by-point",
        title.format(figure=one.label, n=count(len(ordered))),
        _insight(points, one, ""),
        _("Bars of {figure}, one for each point that has a plan.").format(figure=one.label),
        Bars(names, [series], _axis(one, points)),
        "sweep.csv",
    )


def frontiers(points: Points) -> Iterator[Chart]:
    """Yield profit against figures that it trades off with: more of one is less of the other."""
    known = {one.name: one for one in points.figures}
    shown = 0
    for name, sense in TRADES.items():
        if name not in known or not _moves(points, known[name]) or shown == MOST_TRADES:
            continue
        best = _frontier(points.solved, name, sense)
        if len(best) > 1:
            shown += 1
            yield _frontier_chart(points, known[name], best)


def _frontier(rows: Sequence[dict[str, Any]], name: str, sense: int) -> list[dict[str, Any]]:
    """Return the points that no other one beats in profit and in a figure, by that figure."""
    there = [row for row in rows if row[name] is not None]
    ordered = sorted(there, key=lambda row: (-row["profit"], -sense * row[name]))
    kept: list[dict[str, Any]] = []
    for row in ordered:
        if not kept or sense * row[name] > sense * kept[-1][name] + 1e-9 * abs(row[name]):
            kept.append(row)
    return kept


def _frontier_chart(points: Points, other: Figure, best: Sequence[dict[str, Any]]) -> Chart:
    money = next(one for one in points.figures if one.name == "profit")
    dots = [
        Point(points.at(row) or _("the base"), row[other.name], row["profit"], tone="plan")
        for row in sorted(best, key=lambda row: row[other.name])
    ]
    top, far = best[0], best[-1]
    text = _(
        "From point {a} to point {b}: {figure} from {from_value} to {to_value}, profit from "
        "{from_profit} to {to_profit}; no other point beats one of these {n} in both."
    )
    insight = text.format(
        a=count(top["point"]),
        b=count(far["point"]),
        figure=other.label,
        from_value=figure(top[other.name], other.unit, points.currency),
        to_value=figure(far[other.name], other.unit, points.currency),
        from_profit=figure(top["profit"], "money", points.currency),
        to_profit=figure(far["profit"], "money", points.currency),
        n=count(len(best)),
    )
    return Chart(
        f"frontier-{other.name.replace('_', '-')}",
        _("Profit against {figure}").format(figure=other.label),
        insight,
        _("Points that no other one beats in profit and in {figure}, joined.").format(
            figure=other.label
        ),
        Scatter(dots, _axis(other, points), _axis(money, points), joined=True),
        "sweep.csv",
    )
