"""Roadmap: curve, route and moves together, and their tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from channelopt.analysis.roadmap.curve import POINT, Curve
from channelopt.analysis.roadmap.moves import Move
from channelopt.analysis.roadmap.moving import everyone, moved
from channelopt.analysis.roadmap.route import Reached, Route
from channelopt.analysis.tradeoffs.frontier import open_channels
from channelopt.instance.instance import Instance
from channelopt.plan.plan import Baseline, Plan
from channelopt.plan.table import Cell, Table, neutral

COLUMNS: dict[str, tuple[str, ...]] = {
    "curve": (
        *("point", "limit", "customers", "profit", "bound", "known", "gain"),
        *("value_before", "value_after", "kind", "knee", "opens", "closes", "open_channels"),
    ),
    "roadmap": (
        *("period", "customers", "customers_moved", "share", "profit", "profit_today"),
        *("opens", "closes", "buys", "fte", "open_channels"),
    ),
    "moves": (
        *("rank", "period", "segment", "interaction", "from", "to", "customers", "share"),
        *("contacts", "pair_customers", "value", "value_per_customer", "profit_without", "known"),
    ),
    "kpis": ("period", "figure", "value", "today"),
}
"""Columns of the tables."""


@dataclass(frozen=True)
class Roadmap:
    """The way from today's shares to the best plan.

    Attributes:
        instance: the scenario.
        curve: profit by limit, in the periods of the scenario.
        route: the plan from period to period; a single period is repeated.
        moves: who moves when, in the order in which it pays.
        today: key figures of today's shares and the rules they break; None where they cannot work.
    """

    instance: Instance
    curve: Curve
    route: Route
    moves: tuple[Move, ...]
    today: Baseline | None

    @property
    def steps(self) -> int:
        """Number of periods of the route."""
        return len(self.route.plan.periods)

    @property
    def unproven(self) -> int:
        """How many figures are not proven, for lack of time."""
        route = self.route
        reached = (route.slower, route.faster, route.unlimited)
        known = [route.known, *(one.known for one in reached)]
        known += [point.known for point in self.curve.points]
        pairs = {move.flow.pair: move.value.known for move in self.moves}
        open_ = sum(one not in {"re-solved", "infeasible"} for one in (*known, *pairs.values()))
        return open_ + (not self.curve.least) + (not self.curve.end)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Curve, periods, moves and key figures; then the tables of the plan."""
        rows = {
            "curve": _curve(self),
            "roadmap": _periods(self),
            "moves": _moves(self),
            "kpis": _kpis(self),
        }
        own = (Table(name, COLUMNS[name], tuple(found)) for name, found in rows.items())
        return (*own, *(table for _, table in sorted(self.route.plan.tables.items())))

    def table(self, name: str) -> Table:
        """Return a table by name."""
        return next(table for table in self.tables if table.name == name)

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON data: roadmap.json."""
        route, curve = self.route, self.curve
        tables = {table.name: table for table in self.tables}
        return {
            "format": 1,
            "limit": route.limit,
            "steps": self.steps,
            "profit": neutral(route.plan.objective),
            "bound": neutral(route.bound),
            "known": route.known,
            "slower": _reached(route.slower),
            "faster": _reached(route.faster),
            "unlimited": _reached(route.unlimited),
            "least": {"limit": curve.points[0].limit, "proven": curve.least},
            "end": {"limit": curve.points[-1].limit, "proven": curve.end},
            "knee": None if curve.knee is None else curve.points[curve.knee].limit,
            "breaches_today": list(self.today.breaches) if self.today is not None else None,
            "unproven": self.unproven,
            **{name: _records(tables[name]) for name in COLUMNS},
        }


def _reached(one: Reached) -> dict[str, Cell]:
    return {"limit": one.limit, "profit": neutral(one.objective), "known": one.known}


def _records(table: Table) -> list[dict[str, Cell]]:
    return [
        {key: neutral(cell) if isinstance(cell, float) else cell for key, cell in record.items()}
        for record in table.records()
    ]


def slopes(curve: Curve) -> list[tuple[float | None, float | None]]:
    """Return what a percentage point was worth up to each point and is worth after it.

    Before the first point there is no plan; after the proven end nothing is gained.
    """
    points = curve.points
    between = [
        (right.objective - left.objective) / (right.limit - left.limit) * POINT
        for left, right in pairwise(points)
    ]
    after = 0.0 if points[-1].known == "re-solved" else None
    return list(zip([None, *between], [*between, after], strict=True))


def _curve(found: Roadmap) -> Iterator[tuple[Cell, ...]]:
    curve = found.curve
    customers = float(everyone(found.instance.numbers)[0])
    previous: Plan | None = None
    for number, (point, slope) in enumerate(zip(curve.points, slopes(curve), strict=True)):
        plan = curve.plans[number]
        yield (
            *(number + 1, point.limit, point.limit * customers, point.objective, point.bound),
            *(point.known, point.objective - curve.points[0].objective, *slope, point.kind),
            *(number == curve.knee, _more(previous, plan), _more(plan, previous)),
            open_channels(plan),
        )
        previous = plan


def _more(less: Plan | None, more: Plan | None) -> str:
    """Return the channels that are open in one plan only, with periods where not in all."""
    if less is None or more is None:
        return ""
    opened = _open(more) - _open(less)
    channels: dict[str, list[str]] = {}
    for period in more.periods:
        for channel in sorted(name for name, when in opened if when == period):
            channels.setdefault(channel, []).append(period)
    everywhere = len(more.periods)
    return ";".join(
        name if len(when) == everywhere else f"{name}[{','.join(when)}]"
        for name, when in channels.items()
    )


def _open(plan: Plan) -> set[tuple[str, str]]:
    rows = plan.table("channels").records()
    return {(str(row["channel"]), str(row["period"])) for row in rows if row["open"]}


def _periods(found: Roadmap) -> Iterator[tuple[Cell, ...]]:
    route, plan = found.route, found.route.plan
    n = route.instance.numbers
    customers = everyone(n)
    moving = moved(n, route.choice.first_contacts).sum(axis=(0, 1))
    for t, period in enumerate(plan.periods):
        figures = plan.kpis_by_period[period]
        yield (
            *(period, float(customers[t]), float(moving[t]), float(moving[t] / customers[t])),
            *(figures["profit"], _today(found, t).get("profit")),
            *(_changed(plan, period, opens=opens) for opens in (True, False)),
            *(_bought(plan, period), figures["fte"], _open_in(plan, period)),
        )


def _today(found: Roadmap, t: int) -> dict[str, float | None]:
    """Return today's key figures in a period; every step of a repeated one has the same."""
    if found.today is None:
        return {}
    labels = found.instance.numbers.periods
    return dict(found.today.kpis_by_period.get(labels[min(t, len(labels) - 1)], {}))


def _changed(plan: Plan, period: str, *, opens: bool) -> str:
    changes = (one for one in plan.changes if one.period == period and one.opens is opens)
    return ";".join(change.channel for change in changes)


def _bought(plan: Plan, period: str) -> str:
    rows = plan.table("upgrades").records() if "upgrades" in plan.tables else ()
    return ";".join(
        str(row["upgrade"]) for row in rows if row["bought"] and str(row["period"]) == period
    )


def _open_in(plan: Plan, period: str) -> str:
    return ";".join(channel for channel, when in sorted(_open(plan)) if when == period)


def _moves(found: Roadmap) -> Iterator[tuple[Cell, ...]]:
    n = found.route.instance.numbers
    total = everyone(n)
    ranks: dict[tuple[int, int, int], int] = {}
    for move in found.moves:
        flow, value = move.flow, move.value
        rank = ranks.setdefault(flow.pair, len(ranks) + 1)
        s, i, t = flow.pair
        yield (
            *(rank, n.periods[t], n.segments[s], n.interactions[i]),
            *_named(n.ways, flow.channels),
            *(move.customers, move.customers / float(total[t])),
            *(flow.share * float(n.contacts[s, i, t]), move.pair_customers),
            *(value.value, move.per_customer, value.objective, value.known),
        )


def _named(names: Sequence[str], positions: Iterable[int]) -> tuple[str, ...]:
    return tuple(names[position] for position in positions)


def _kpis(found: Roadmap) -> Iterator[tuple[Cell, ...]]:
    for t, (period, figures) in enumerate(found.route.plan.kpis_by_period.items()):
        today = _today(found, t)
        for name, value in figures.items():
            yield period, name, value, today.get(name)
