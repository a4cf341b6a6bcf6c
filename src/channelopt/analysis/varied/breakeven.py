"""Break-even: how far each input may move before the plan changes, and channels open or close."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import zip_longest

import numpy as np

from channelopt.analysis.study import Question, Result, Study, Wishes
from channelopt.analysis.varied.crossings import SMALLEST, Crossing, Reference, seek
from channelopt.analysis.varied.holding import Held
from channelopt.analysis.varied.inputs import scaled
from channelopt.analysis.varied.reach import BENT, COSTS, Axis, axes, without
from channelopt.instance.instance import Instance
from channelopt.plan.accounts import account
from channelopt.plan.records import Known
from channelopt.plan.table import Cell, Table

COLUMNS: dict[str, tuple[str, ...]] = {
    "ranges": (
        "parameter",
        "title",
        "unit",
        "value",
        "low",
        "low_beyond",
        "low_known",
        "low_ends",
        "set_low",
        "high",
        "high_beyond",
        "high_known",
        "high_ends",
        "set_high",
    ),
    "openings": (
        "channel",
        "event",
        "parameter",
        "title",
        "unit",
        "value",
        "before",
        "at",
        "change",
        "known",
        "note",
        "set",
    ),
}
"""Columns of the tables."""

OF_RANGES = frozenset(
    {"unit cost", "handle time", "resolution", "satisfaction", "volume", "margin"}
)
FOR_RANGES = 0.65
"""Share of the time for ranges; the rest is for closings."""
FOR_HOLDING = 0.25
"""Share of the time of ranges in which re-optimised allocations are looked at first."""
LEAST_BETTER = 1e-7
"""Relative advantage of a linear program's optimum that counts."""
NO_END = "no change as far as was looked"
NEEDED = "there is no plan without the channel"


@dataclass(frozen=True)
class Side:
    """One end of a range: an input, which way it moves, and the search."""

    axis: Axis
    up: bool
    crossing: Crossing


def breakeven(study: Study, wishes: Wishes) -> Result:
    """Find the range of each input in which the plan stays optimal, and openings and closings.

    A range is that of the input's values at which no plan is worth more than today's carried on:
    channels, upgrades and shares held, hours and FTE following the work. A closed channel's
    inputs do not matter while it is closed, so it opens where its range ends. An open channel
    closes where the best plan is worth no more than the best without the channel.
    """
    instance = study.instance
    held = Held(instance, study.choice)
    known = axes(instance)
    found = {axis.input.path: _sides(study, held, axis, wishes.tolerance) for axis in known}
    sides = _in_order(study, held, found)
    with study.within(study.left() * FOR_RANGES):
        _look_by_holding(study, [side for side in sides if not _is_idle(study, side.axis)])
        seek(study, [side.crossing for side in sides])
    closings = _closings(study, held, known, wishes.tolerance)
    ranges = [_range(axis, found[axis.input.path]) for axis in known if _is_ranged(axis)]
    events = [
        *(row for axis in known for row in _opening(study, found[axis.input.path])),
        *(_closing(instance, side) for side in closings),
    ]
    tables = (
        Table("ranges", COLUMNS["ranges"], tuple(ranges)),
        Table("openings", COLUMNS["openings"], tuple(events)),
    )
    return Result("inputs", tables, sentences(tables), _unproven(tables))


def _is_ranged(axis: Axis) -> bool:
    return axis.input.kind in OF_RANGES


def _is_idle(study: Study, axis: Axis) -> bool:
    """Whether the input does not matter as it is: the channel handles nothing, or is closed."""
    if axis.channel is None:
        return False
    if not _is_ranged(axis):
        return not bool(study.choice.open[axis.channel].any())
    handled = account(study.instance.numbers, study.choice).handled
    return not bool(handled[:, :, axis.channel].any())


def _noise(study: Study) -> float:
    """Return the amount that is nothing: the gap asked for, or that of today's plan."""
    best, solver = study.best, study.plan.solver
    objective = best.objective or 0.0
    asked = 0.0 if solver is None else float(solver.options.get("gap") or 0.0)
    reached = 0.0 if best.bound is None else abs(best.bound - objective)
    return max(reached, max(asked, SMALLEST) * max(1.0, abs(objective)))


def _sides(study: Study, held: Held, axis: Axis, tolerance: float) -> tuple[Side, ...]:
    """Return the searches for the two ends of a range; done where the answer is free."""
    value = lru_cache(maxsize=256)(lambda x: held.value(axis.place(x)))
    breaks = lru_cache(maxsize=64)(lambda x: held.breaks(axis.place(x)))
    reference = Reference(value, breaks, _noise(study))
    if not _is_ranged(axis) and not _is_idle(study, axis):
        return ()
    found = []
    for up, far in ((False, axis.low), (True, axis.high)):
        crossing = Crossing(axis.place, reference, (axis.today, far), tolerance)
        crossing.is_bent = axis.input.kind in BENT
        if far == axis.today:
            crossing.state = "none"
        elif up and axis.input.kind in COSTS and _is_idle(study, axis):
            crossing.near, crossing.state = far, "none"  # dearer, and not used as it is
        found.append(Side(axis, up, crossing))
    return tuple(found)


def _in_order(study: Study, held: Held, found: dict[str, tuple[Side, ...]]) -> list[Side]:
    """Return all searches, the most promising first: inputs that move most money, and openings."""
    used: list[tuple[float, list[Side]]] = []
    closed: list[list[Side]] = []
    for sides in found.values():
        open_ = [side for side in sides if side.crossing.state == "open"]
        if open_ and _is_idle(study, open_[0].axis):
            closed.append(open_)
        elif open_:
            axis = open_[0].axis
            low, high = (scaled(study.instance, [(axis.input, f)]) for f in (0.9, 1.1))
            used.append((-abs(held.value(high) - held.value(low)), open_))
    used.sort(key=lambda pair: pair[0])
    pairs = zip_longest((sides for _, sides in used), closed)
    return [side for pair in pairs for sides in pair for side in sides or ()]


def _look_by_holding(study: Study, sides: Sequence[Side]) -> None:
    """Narrow ranges by rules that break, and by allocations that are better with the same FTE.

    Both prove that the plan is not optimal any more, without an integer program.
    """
    left = study.left()
    limit = left * (1 - FOR_HOLDING) if math.isfinite(left) else 0.0
    for side in sides:
        if study.left() <= limit:
            return
        one = side.crossing
        if not _narrowed(one, one.reference.breaks):
            _narrowed(one, partial(_better, study, one))


def _better(study: Study, one: Crossing, x: float) -> tuple[str, ...]:
    """Return whether re-optimised shares are worth more than held ones, as a cause."""
    worth = study.hold(one.place(x))
    reference = one.reference.value(x)
    enough = max(one.reference.noise, LEAST_BETTER * abs(reference))
    return ("another plan is better",) if worth is not None and worth - reference > enough else ()


def _narrowed(one: Crossing, shows: Callable[[float], tuple[str, ...]]) -> bool:
    """Halve towards the first value at which a change shows; False where none shows at all."""
    causes = shows(one.far)
    if not causes:
        return False
    near, beyond = one.today, one.far
    while abs(beyond - near) > one.width():
        middle = (near + beyond) / 2
        seen = shows(middle)
        if seen:
            beyond, causes = middle, seen
        else:
            near = middle
    one.beyond = beyond
    one.cause = causes[0] if " " in causes[0] else f"the plan breaks {', '.join(causes)}"
    one.guess = None if near == one.today else near
    return True


def _closings(study: Study, held: Held, known: Sequence[Axis], tolerance: float) -> list[Side]:
    """Search where each open channel is worth no more than nothing."""
    instance = study.instance
    used = account(instance.numbers, study.choice).handled.any(axis=(0, 1, 3))
    channels = np.flatnonzero(used).tolist()
    answers = study.ask([Question(without(instance, c)) for c in channels])
    best = dict(zip(channels, answers, strict=True))
    noise, found = _noise(study), []
    for axis in known:
        answer = None if axis.channel is None else best.get(axis.channel)
        if answer is None:
            continue
        up = axis.input.kind in COSTS
        far = axis.high if up else axis.low
        reference = Reference(_constant(answer.objective), lambda _: (), noise)
        crossing = Crossing(axis.place, reference, (axis.today, far), tolerance)
        crossing.starting_above(held).is_bent = axis.input.kind in BENT
        if answer.infeasible:
            crossing.state, crossing.cause = "none", NEEDED
        elif answer.objective is None or not answer.proven:
            crossing.state = "stopped"
        elif far == axis.today:
            crossing.state = "none"
        found.append(Side(axis, up, crossing))
    seek(study, [side.crossing for side in found if side.crossing.state == "open"])
    return found


def _constant(objective: float | None) -> Callable[[float], float]:
    return lambda _: objective or 0.0


def _known(one: Crossing) -> Known:
    if one.state in {"found", "none"}:
        return "re-solved"
    return "at least" if one.near != one.today or one.beyond is not None else "not solved"


def _range(axis: Axis, sides: Sequence[Side]) -> tuple[Cell, ...]:
    """Return the row of an input."""
    low, high = (_end(side) for side in sides)
    value = axis.today
    return (axis.input.path, axis.input.title, axis.unit, value, *low, *high)


def _end(side: Side) -> tuple[Cell, ...]:
    """Return the end, the first value beyond, how it is known, why it ends and how to see it."""
    one = side.crossing
    command = None if one.beyond is None else side.axis.command(one.beyond)
    why = one.cause if one.beyond is not None else NO_END if one.state == "none" else None
    return (one.near, one.beyond, _known(one), why, command)


def _opening(study: Study, sides: Sequence[Side]) -> Iterator[tuple[Cell, ...]]:
    """Yield the row of an input of a closed channel in the direction that makes it attractive."""
    for side in sides:
        if not _is_idle(study, side.axis) or side.up == (side.axis.input.kind in COSTS):
            continue
        one = side.crossing
        note = None
        if one.beyond is None and one.state == "none":
            note = f"stays unused as far as {one.far:g}"
        is_open = bool(study.choice.open[side.axis.channel].any())
        yield _event(study.instance, side, "is used" if is_open else "opens", note)


def _closing(instance: Instance, side: Side) -> tuple[Cell, ...]:
    one = side.crossing
    note = None
    if one.beyond is None and one.state == "none":
        note = NEEDED if one.cause == NEEDED else f"stays open as far as {one.far:g}"
    return _event(instance, side, "closes", note)


def _event(instance: Instance, side: Side, event: str, note: str | None) -> tuple[Cell, ...]:
    axis, one = side.axis, side.crossing
    label = None if axis.channel is None else instance.numbers.channels[axis.channel]
    change = None if one.beyond is None or not axis.today else one.beyond / axis.today - 1.0
    command = None if one.beyond is None else axis.command(one.beyond)
    before = one.near if one.beyond is not None or one.state == "stopped" else None
    words = (label, event, axis.input.path, axis.input.title, axis.unit)
    return (*words, axis.today, before, one.beyond, change, _known(one), note, command)


def _unproven(tables: Sequence[Table]) -> int:
    columns = [("ranges", "low_known"), ("ranges", "high_known"), ("openings", "known")]
    by_name = {table.name: table for table in tables}
    cells = (cell for name, column in columns for cell in by_name[name].column(column))
    return sum(cell in {"at least", "not solved"} for cell in cells)


def sentences(tables: Sequence[Table]) -> tuple[str, ...]:
    """Return the gist: the input with the least room, and the nearest opening or closing."""
    ranges, openings = tables
    ends = [
        (abs(beyond / value - 1.0), record["title"], beyond, value)
        for record in ranges.records()
        for name in ("low_beyond", "high_beyond")
        if isinstance(beyond := record[name], int | float)
        if isinstance(value := record["value"], int | float) and value
    ]
    said = []
    if ends:
        room, title, beyond, value = min(ends, key=lambda end: (end[0], str(end[1])))
        near = len({end[1] for end in ends if end[0] <= 0.1})
        said.append(
            f"Of {len(ranges.rows)} inputs {near} are known to change the best allocation within "
            f"10 %; the least room has {title}: {_share(room)} (from {value:,.6g} to "
            f"{beyond:,.6g})."
        )
    elif ranges.rows:
        said.append("No input that was looked at changes the allocation as far as is known.")
    events = [
        (abs(change), record)
        for record in openings.records()
        if isinstance(change := record["change"], int | float)
    ]
    if events:
        change, record = min(events, key=lambda event: (event[0], str(event[1]["parameter"])))
        said.append(
            f"The nearest change of channels: {record['channel']} {record['event']} where "
            f"{record['title']} moves by {_share(change)}."
        )
    return tuple(said)


def _share(room: float) -> str:
    return f"{100 * room:.1f} %" if room >= 1e-3 else "less than 0.1 %"
