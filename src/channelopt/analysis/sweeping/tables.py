"""Tables of a sweep, tidy: one row for each point, structure, channel, change or slope."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from channelopt.analysis.sweeping.axes import Step, step
from channelopt.analysis.sweeping.point import Grid
from channelopt.analysis.sweeping.structure import (
    Pair,
    Spot,
    Structure,
    gone_and_come,
    is_numeric,
    pairs,
    structures,
)
from channelopt.instance.instance import Names
from channelopt.plan.kpis import key_figures_of
from channelopt.plan.table import Cell, Table

if TYPE_CHECKING:
    import pandas as pd

KNOWN = {"optimal": "re-solved", "feasible": "at least", "infeasible": "infeasible"}
"""How a point is known by its status; every other one is `not solved`."""
OPEN = "open"
"""Status of a point that nobody came to."""


@dataclass(frozen=True)
class Sweep:
    """One scenario with many values.

    Attributes:
        names: titles of the scenario that is swept.
        periods: its periods in order.
        steps: variations and overrides of all points.
        grid: every point, those of a refinement last.
        spots: the points that somebody came to, in the order of the grid.
        along: axis of each point that a refinement added, by its number.
    """

    names: Names
    periods: tuple[str, ...]
    steps: tuple[Step, ...]
    grid: Grid
    spots: tuple[Spot, ...]
    along: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Neighbours along each axis."""
        return pairs(self.grid, self.spots, self.along)

    @cached_property
    def is_numeric(self) -> tuple[bool, ...]:
        """Whether an axis holds numbers only, by its position."""
        return tuple(map(is_numeric, self.grid.axes))

    @cached_property
    def plans(self) -> Mapping[Structure, str]:
        """Id of each distinct structure."""
        return structures(self.spots)

    @property
    def best(self) -> Spot | None:
        """The point with the highest profit, the first of several."""
        solved = [spot for spot in self.spots if spot.has_plan]
        return max(solved, key=lambda spot: spot.solved.objective or 0.0, default=None)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Everything that was found: sweep, structures, channels, staff, changes, slopes."""
        return (
            points_table(self),
            structures_table(self),
            channels_table(self),
            staff_table(self),
            changes_table(self),
            slopes_table(self),
        )

    @property
    def table(self) -> pd.DataFrame:
        """One row for each point: axes, profit, bound, key figures."""
        import pandas as pd

        table = self.tables[0]
        return pd.DataFrame(list(table.rows), columns=list(table.columns)).convert_dtypes()

    def status_of(self, number: int) -> str:
        """Return the status of a point."""
        return self._by_number[number].solved.status if number in self._by_number else OPEN

    @cached_property
    def _by_number(self) -> dict[int, Spot]:
        return {spot.point.number: spot for spot in self.spots}

    def counts(self) -> dict[str, int]:
        """Return how many points have each status, sorted by it."""
        found: dict[str, int] = {}
        for point in self.grid.points:
            status = self.status_of(point.number)
            found[status] = found.get(status, 0) + 1
        return dict(sorted(found.items()))


def points_table(sweep: Sweep) -> Table:
    """Return one row for each point."""
    figures = [kpi.name for kpi in key_figures_of(sweep.names) if kpi.name != "profit"]
    more = {name for spot in sweep.spots for name in spot.solved.kpis} - {*figures, "profit"}
    figures += sorted(more)
    columns = (
        *("point", *(axis.name for axis in sweep.grid.axes), "status", "known"),
        *("profit", "bound", "gap", *figures, "plan", "digest", "set", "words"),
    )
    return Table("sweep", columns, tuple(_point_rows(sweep, figures)))


def _point_rows(sweep: Sweep, figures: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
    spots = {spot.point.number: spot for spot in sweep.spots}
    for point in sweep.grid.points:
        head = (point.number, *point.values)
        text = steps_text((*sweep.steps, *point.steps))
        spot = spots.get(point.number)
        if spot is None:
            yield (*head, OPEN, "not solved", *(None,) * (3 + len(figures) + 2), text, None)
            continue
        solved = spot.solved
        has_plan = spot.has_plan
        yield (
            *(*head, solved.status, KNOWN.get(solved.status, "not solved")),
            *(solved.objective if has_plan else None, solved.bound, _gap(spot)),
            *(solved.kpis.get(name) if has_plan else None for name in figures),
            *(sweep.plans[spot.structure] if has_plan else None, solved.digest or None),
            *(text, solved.words or None),
        )


def _gap(spot: Spot) -> float | None:
    objective, bound = spot.solved.objective, spot.solved.bound
    if objective is None or bound is None or not spot.has_plan:
        return None
    return abs(bound - objective) / max(1.0, abs(objective))


def steps_text(steps: Iterable[Step]) -> str:
    """Return steps as they are typed after `channelopt solve SCENARIO`."""
    return shlex.join(word for kind, text in steps for word in (f"--{kind}", text))


def structures_table(sweep: Sweep) -> Table:
    """Return the open channels and owned upgrades of each structure by period."""
    columns = ("plan", "period", "open_channels", "upgrades", "first_point", "points")
    users: dict[Structure, list[int]] = {}
    for spot in sweep.spots:
        if spot.has_plan:
            users.setdefault(spot.structure, []).append(spot.point.number)
    rows = tuple(
        (name, period, _of(structure, 0, period), _of(structure, 1, period), at[0], len(at))
        for structure, name in sweep.plans.items()
        for at in [users[structure]]
        for period in sweep.periods
    )
    return Table("structures", columns, rows)


def _of(structure: Structure, part: int, period: str) -> str | None:
    names = [name for when, name in structure[part] if when == period] if structure else []
    return ";".join(names) or None


def channels_table(sweep: Sweep) -> Table:
    """Return what each channel takes at each point."""
    columns = ("point", "period", "channel", "open", "first_contacts", "share")
    rows: list[tuple[Cell, ...]] = []
    for spot in sweep.spots:
        solved, number = spot.solved, spot.point.number
        if not spot.has_plan:
            continue
        open_ = set(solved.open)
        totals: dict[str, float] = {}
        for (period, _), contacts in solved.first_contacts.items():
            totals[period] = totals.get(period, 0.0) + contacts
        for key in _in_order(sweep, {*solved.first_contacts, *open_}):
            contacts = solved.first_contacts.get(key, 0.0)
            total = totals.get(key[0], 0.0)
            share = contacts / total if total else None
            rows.append((number, *key, _is_open(key, open_, sweep.names), contacts, share))
    return Table("channels", columns, tuple(rows))


def _is_open(key: tuple[str, str], open_: set[tuple[str, str]], names: Names) -> bool | None:
    """Whether a channel is open; a bundle is neither."""
    return None if key[1] in names.bundles else key in open_


def staff_table(sweep: Sweep) -> Table:
    """Return the people of each staff group at each point."""
    rows = tuple(
        (spot.point.number, *key, spot.solved.fte[key])
        for spot in sweep.spots
        if spot.has_plan
        for key in _in_order(sweep, spot.solved.fte)
    )
    return Table("staff", ("point", "period", "group", "fte"), rows)


def _in_order(sweep: Sweep, keys: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (period, name) by the order of the periods, then by name."""
    place = {period: position for position, period in enumerate(sweep.periods)}
    return sorted(keys, key=lambda key: (place.get(key[0], len(place)), *key))


CHANGES = (
    *("axis", "at", "from", "to", "from_point", "to_point", "from_plan", "to_plan"),
    *("opens", "closes", "buys", "drops", "from_profit", "to_profit", "known"),
)


def changes_table(sweep: Sweep) -> Table:
    """Return the neighbours between which the plan changes structurally."""
    rows = tuple(_change(sweep, pair) for pair in sweep.pairs if pair.differs)
    return Table("changes", CHANGES, rows)


def _change(sweep: Sweep, pair: Pair) -> tuple[Cell, ...]:
    low, high = pair.low, pair.high
    ends = (low.structure, high.structure)
    names = tuple("none" if end is None else sweep.plans[end] for end in ends)
    moves: list[Cell] = [None] * 4
    if ends[0] is not None and ends[1] is not None:
        closes, opens = gone_and_come(ends[0][0], ends[1][0])
        drops, buys = gone_and_come(ends[0][1], ends[1][1])
        moves = [when(one, sweep.periods) for one in (opens, closes, buys, drops)]
    return (
        *(sweep.grid.axes[pair.axis].name, others(sweep, pair)),
        *pair.values,
        *(low.point.number, high.point.number),
        *names,
        *moves,
        *(low.solved.objective, high.solved.objective),
        known(pair),
    )


def known(pair: Pair) -> str:
    """Return how sure a comparison of neighbours is."""
    return "re-solved" if pair.low.is_proven and pair.high.is_proven else "at least"


def when(moved: Sequence[tuple[str, str]], periods: Sequence[str]) -> str | None:
    """Return names with the periods that they stand for, unless these are all."""
    by_name: dict[str, list[str]] = {}
    for period in periods:
        for at, name in moved:
            if at == period:
                by_name.setdefault(name, []).append(period)
    shown = [
        name if len(at) == len(periods) else f"{name} ({', '.join(at)})"
        for name, at in sorted(by_name.items())
    ]
    return "; ".join(shown) or None


def others(sweep: Sweep, pair: Pair) -> str | None:
    """Return the values of all other axes, None where there is none."""
    shown = [
        "base" if value is None else step(axis.name, value)[1]
        for position, (axis, value) in enumerate(
            zip(sweep.grid.axes, pair.low.point.values, strict=True)
        )
        if position != pair.axis
    ]
    return "; ".join(shown) or None


SLOPES = (
    *("axis", "at", "low", "high", "from_point", "to_point"),
    *("low_profit", "high_profit", "slope", "doubt", "flat", "known"),
)


def slopes_table(sweep: Sweep) -> Table:
    """Return what one unit more of an axis is worth between neighbours."""
    rows = tuple(row for pair in sweep.pairs if (row := _slope(sweep, pair)) is not None)
    return Table("slopes", SLOPES, rows)


def _slope(sweep: Sweep, pair: Pair) -> tuple[Cell, ...] | None:
    axis, width, gain = sweep.grid.axes[pair.axis], pair.width, pair.gain
    if not sweep.is_numeric[pair.axis] or not width or gain is None:
        return None
    doubt = (pair.low.doubt + pair.high.doubt) / float(width)
    return (
        *(axis.name, others(sweep, pair), *pair.values),
        *(pair.low.point.number, pair.high.point.number),
        *(pair.low.solved.objective, pair.high.solved.objective),
        *(gain / float(width), doubt if doubt != float("inf") else None),
        *(pair.is_flat, known(pair)),
    )
