"""Frontiers: how much of one key figure another one costs, each point a whole, checked plan.

Epsilon-constraint: the best of one figure with a floor on the other (Haimes, Lasdon and Wismer
1971), then the best of the other one without loss, so that no point is dominated. Floors reach
points that no weighting of the two figures would choose.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channelopt.analysis.study import Result, Study, Wishes
from channelopt.analysis.tradeoffs.boxes import (
    Box,
    Pair,
    Space,
    cuts,
    divided,
    efficient,
    knee,
    supported,
)
from channelopt.analysis.tradeoffs.figures import Figure, figure
from channelopt.analysis.tradeoffs.lexicographic import Best, Wanted, at_least, best_of
from channelopt.plan.plan import Plan
from channelopt.plan.records import Known
from channelopt.plan.table import Cell, Table

COLUMNS: dict[str, tuple[str, ...]] = {
    "frontier": (
        *("frontier", "point", "first", "second", "first_value", "second_value"),
        *("supported", "knee", "known", "open_channels"),
    ),
    "frontier_kpis": ("frontier", "point", "figure", "value"),
    "frontier_allocation": (
        *("frontier", "point", "period", "segment", "interaction", "channel"),
        *("first_contacts", "share"),
    ),
}
"""Columns of the tables."""

SIDE_BY_SIDE = 4
"""Most points sought at once: those sought later know better where to look."""
TIME_FOR_ENDS = 0.5
"""Share of the time for the ends; the rest is spread over the rounds between them."""
FINE = 0.005
"""Gaps between points of this share of the range are not filled."""
EXACT = 1e-4
"""Points between the ends are solved to this share of the frontier's range, or to the study's gap
where that is wider."""
CENT = 1e-6
"""Values this near, as a share of max(1, |value|), are those of the plan itself."""


@dataclass(frozen=True)
class Point:
    """One point of a frontier: both values, the more the better, and the plan."""

    values: Pair
    plan: Plan
    known: Known


@dataclass(frozen=True)
class Frontier:
    """Points by the first figure, best first.

    Attributes:
        figures: both of them.
        points: none dominates another one.
        supported: by point, whether some weighting may choose it.
        knee: position of the knee, None where there is none.
        complete: proven that nothing else is efficient, beyond what counts as the same.
    """

    figures: tuple[Figure, Figure]
    points: tuple[Point, ...]
    supported: tuple[bool, ...]
    knee: int | None
    complete: bool

    @property
    def name(self) -> str:
        """Both figures."""
        return "|".join(one.name for one in self.figures)


def frontiers(study: Study, wishes: Wishes) -> Result:
    """Trace every frontier that the wishes name.

    Raises:
        UsageError: a name is no key figure, or one that is not linear here.
    """
    instance = study.instance
    pairs = [(figure(instance, a), figure(instance, b)) for a, b in wishes.frontier]
    found: list[Frontier] = []
    sentences: list[str] = []
    for (first, second), names in zip(pairs, wishes.frontier, strict=True):
        if first is None or second is None:
            sentences.append(f"{' against '.join(names)} has no meaning in this scenario.")
            continue
        one = frontier(study, (first, second), wishes.points)
        sentences.append(_sentence(one))
        if one.points:
            found.append(one)
    rows: dict[str, list[tuple[Cell, ...]]] = {name: [] for name in COLUMNS}
    for one in found:
        rows["frontier"] += _points(one)
        rows["frontier_kpis"] += _kpis(one)
        rows["frontier_allocation"] += _allocation(one)
    tables = tuple(Table(name, COLUMNS[name], tuple(rows[name])) for name in COLUMNS)
    unproven = sum(point.known != "re-solved" for one in found for point in one.points)
    return Result("frontiers", tables, tuple(sentences), unproven)


def frontier(study: Study, figures: tuple[Figure, Figure], points: int) -> Frontier:
    """Trace one frontier with at most so many points."""
    trace = _Trace(study, figures)
    trace.find_ends()
    while trace.cut(points):
        pass
    return trace.drawn(points)


class _Trace:
    """A frontier under way."""

    def __init__(self, study: Study, figures: tuple[Figure, Figure]) -> None:
        self.study = study
        self.figures = figures
        self.found: list[tuple[Pair, Best]] = []
        self.boxes: list[Box] = []
        self.space: Space | None = None
        self.missed = False

    def find_ends(self) -> None:
        """Find the best of each figure, and of those plans the best of the other one."""
        with self.study.within(self.study.left() * TIME_FOR_ENDS):
            ends = best_of(self.study, [self._end(0), self._end(1)])
        for axis, best in enumerate(ends):
            self._keep(best, axis)
        if len(self.found) < 2:
            return
        (left, _), (right, _) = self.found
        low = min(left[0], right[0]), min(left[1], right[1])
        self.space = Space(low, (max(left[0], right[0]), max(left[1], right[1])))
        if not self.space.is_point:
            self.boxes = [Box(left, right, (left[0], right[1]))]

    def cut(self, points: int) -> bool:
        """Look for further points where the gaps are widest; False where nothing is left to do."""
        missing = points - len(self.found)
        if self.space is None or missing <= 0 or self.study.left() <= 0:
            return False
        counts = cuts(self.boxes, self.space, min(missing, SIDE_BY_SIDE), FINE)
        if not counts:
            return False
        floors = {k: self.boxes[k].floors(self.space, count) for k, count in counts.items()}
        places = [(k, floor) for k in sorted(floors) for floor in floors[k]]
        wanted = [self._wanted(self.space, k, floor) for k, floor in places]
        with self.study.within(self.study.left() / math.ceil(missing / SIDE_BY_SIDE)):
            answers = best_of(self.study, wanted)
        for k in sorted(floors, reverse=True):
            box = self.boxes.pop(k)
            mine = [answer for (j, _), answer in zip(places, answers, strict=True) if j == k]
            self.boxes += self._divided(box, self.space, floors[k], mine)
        return True

    def drawn(self, points: int) -> Frontier:
        """Return what was found as whole plans."""
        if self.space is None:
            done = [self._point(values, best) for values, best in self.found[:1]]
            return Frontier(self.figures, tuple(done), (True,) * len(done), None, complete=False)
        kept = efficient([values for values, _ in self.found], self.space)[:points]
        drawn = tuple(self._point(*self.found[k]) for k in kept)
        values = [point.values for point in drawn]
        open_ = any(box.size(self.space) > 0 for box in self.boxes)
        complete = not open_ and not self.missed and all(best.proven for _, best in self.found)
        flags = tuple(supported(values, self.space))
        return Frontier(self.figures, drawn, flags, knee(values, self.space), complete)

    def _order(self, axis: int) -> tuple[Figure, ...]:
        """Figures from this one on; profit last, so that nothing is wasted for no figure's sake."""
        order = (self.figures[axis], self.figures[1 - axis])
        profit = figure(self.study.instance, "profit")
        named = {one.name for one in order}
        return order if profit is None or profit.name in named else (*order, profit)

    def _end(self, axis: int) -> Wanted:
        """Best of one figure; the study knows the most profitable plan already."""
        order, best = self._order(axis), self.study.best
        if order[0].name != "profit" or best.objective is None:
            return Wanted(order)
        return Wanted(order, known=Best((best.objective,), self.study.choice, best.proven))

    def _wanted(self, space: Space, box: int, floor: float) -> Wanted:
        axis = self.boxes[box].axis(space)
        gaps = (self._gap(space, 1 - axis), self._gap(space, axis), None)
        limits = (at_least(self.figures[axis], floor),)
        return Wanted(self._order(1 - axis), limits, gaps)

    def _gap(self, space: Space, axis: int) -> float | None:
        solver = self.study.plan.solver
        own = solver.options.get("gap") if solver is not None else None
        gap = EXACT * space.range[axis] / space.sizes[axis]
        return gap if own is not None and gap > own else None

    def _keep(self, best: Best, axis: int) -> Pair | None:
        """Take up a point that was found by maximising the figure of this axis first."""
        if best.choice is None:
            self.missed = self.missed or not best.infeasible
            return None
        if len(best.values) < 2:  # no time for the other figure: what the plan has of it
            values = self._values(self.study.planned(self.study.instance, best.choice))
        else:
            values = (best.values[axis], best.values[1 - axis])
        if self.space is None or not any(self.space.same(values, old) for old, _ in self.found):
            self.found.append((values, best))
        return values

    def _divided(
        self, box: Box, space: Space, floors: Sequence[float], answers: Sequence[Best]
    ) -> list[Box]:
        axis = box.axis(space)
        end = (box.left, box.right)[axis]
        known: list[tuple[float, Pair]] = []
        for floor, answer in zip(floors, answers, strict=True):
            # the neighbour beyond the box obeys the floor: "infeasible" is rounding
            values = end if answer.infeasible else self._keep(answer, 1 - axis)
            if values is not None:
                known.append((floor, values))
        if not known:
            return []
        return divided(box, space, [floor for floor, _ in known], [pair for _, pair in known])

    def _point(self, values: Pair, best: Best) -> Point:
        """Return a point with its plan: the study's own where that is as good."""
        plan, known = self.study.plan, self._values(self.study.plan)
        same = all(
            abs(a - b) <= CENT * max(1.0, abs(a)) for a, b in zip(known, values, strict=True)
        )
        if not same and best.choice is not None:
            plan = self.study.planned(self.study.instance, best.choice)
        return Point(self._values(plan), plan, "re-solved" if best.proven else "at least")

    def _values(self, plan: Plan) -> Pair:
        first, second = (one.sign * (one.read(plan) or 0.0) for one in self.figures)
        return first, second


def _points(one: Frontier) -> Iterator[tuple[Cell, ...]]:
    first, second = one.figures
    for number, point in enumerate(one.points, start=1):
        yield (
            *(one.name, number, first.name, second.name),
            *(figure.sign * value for figure, value in zip(one.figures, point.values, strict=True)),
            *(one.supported[number - 1], one.knee == number - 1, point.known),
            open_channels(point.plan),
        )


def open_channels(plan: Plan) -> str:
    """Return the open channels, `;` between them, with their periods where not open in all."""
    by_channel: dict[str, list[str]] = {}
    for row in plan.table("channels").records():
        if row["open"]:
            by_channel.setdefault(str(row["channel"]), []).append(str(row["period"]))
    return ";".join(
        channel if len(periods) == len(plan.periods) else f"{channel}[{','.join(periods)}]"
        for channel, periods in by_channel.items()
    )


def _kpis(one: Frontier) -> Iterator[tuple[Cell, ...]]:
    for number, point in enumerate(one.points, start=1):
        for name, value in point.plan.kpis.items():
            yield one.name, number, name, value


def _allocation(one: Frontier) -> Iterator[tuple[Cell, ...]]:
    columns = COLUMNS["frontier_allocation"][2:]
    for number, point in enumerate(one.points, start=1):
        for row in point.plan.table("allocation").records():
            yield one.name, number, *(row[column] for column in columns)


def _sentence(one: Frontier) -> str:
    """Say in a sentence or two what may be traded for what."""
    first, second = one.figures
    what = f"{first.label} against {second.label.lower()}"
    if not one.points:
        return f"{what}: no point was found in the time left."
    best, last = one.points[0], one.points[-1]
    if len(one.points) == 1:
        values = _pair(one, best)
        return f"{what}: no conflict was found, {values} go together in one plan."
    ends = f"from {_pair(one, best)} to {_pair(one, last)}"
    open_ = sum(point.known != "re-solved" for point in one.points)
    proof = (
        f", {open_} of them not proven for lack of time" if open_ else " that no other plan beats"
    )
    rest = ", and nothing lies between them" if one.complete else ""
    text = f"{what}: {ends}, in {len(one.points)} plans{proof}{rest}."
    if one.knee is None:
        return text
    return f"{text} Beyond {_pair(one, one.points[one.knee])} each further step costs more."


def _pair(one: Frontier, point: Point) -> str:
    texts = (
        shown(figure.unit, figure.sign * value)
        for figure, value in zip(one.figures, point.values, strict=True)
    )
    return " with ".join(texts)


def shown(unit: str, value: float) -> str:
    """Return the text of a key figure in a sentence."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if unit == "money" or abs(value) >= 100 else f"{value:.3g}"
