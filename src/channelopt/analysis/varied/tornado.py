"""Tornado: each input group varied low and high, with the plan held and with the best response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channelopt.analysis.study import Answer, Question, Result, Study, Wishes
from channelopt.analysis.varied.holding import Held
from channelopt.analysis.varied.inputs import Input, inputs, matching, scaled
from channelopt.instance.instance import Instance
from channelopt.instance.uncertainty import SPREAD
from channelopt.plan.records import Known
from channelopt.plan.table import Cell, Table

COLUMNS: dict[str, tuple[str, ...]] = {
    "tornado": (
        "rank",
        "group",
        "title",
        "low",
        "high",
        "held_low",
        "held_high",
        "best_low",
        "best_high",
        "flexibility_low",
        "flexibility_high",
        "swing",
        "known_low",
        "known_high",
        "breaks",
    )
}
"""Columns of the table."""

WAVE = 8
"""Re-solves that are asked for at once: with little time the first groups are done."""
SMALLEST = 1e-9
"""Relative difference of two objectives that is none."""


@dataclass(frozen=True)
class Varied:
    """Inputs that vary together.

    Attributes:
        id: of the group; the path where it is a single input.
        title: in reports.
        inputs: what varies.
        low: factor on each, <= 1.
        high: factor on each, >= 1.
    """

    id: str
    title: str
    inputs: tuple[Input, ...]
    low: float
    high: float


@dataclass
class _Side:
    """One end of a group."""

    instance: Instance
    held: float
    breaks: tuple[str, ...] | None = None
    best: float | None = None
    known: Known = "not solved"
    noise: float = 0.0


@dataclass(frozen=True)
class _Bar:
    """One group: both ends."""

    group: Varied
    sides: tuple[_Side, _Side]


def groups(instance: Instance) -> list[Varied]:
    """Return what varies: the groups that the scenario states, else every input by 10 %.

    Volumes of whole contacts are left out where nothing is stated: they would not stay whole.
    """
    if instance.uncertainty:
        return [
            Varied(group.id, group.title, _named(instance, group.inputs), group.low, group.high)
            for group in instance.uncertainty.groups
        ]
    return [
        Varied(one.path, one.title, (one,), 1.0 - SPREAD, 1.0 + SPREAD)
        for one in inputs(instance)
        if one.kind not in {"volume", "customers"} or not instance.numbers.whole_contacts
    ]


def _named(instance: Instance, patterns: Sequence[str]) -> tuple[Input, ...]:
    return tuple(one for pattern in patterns for one in matching(instance, pattern))


def tornado(study: Study, wishes: Wishes, varied: Sequence[Varied] | None = None) -> Result:
    """Vary each group low and high, with the plan held and with the best response.

    Amounts are differences to today's profit. The value of flexibility is what the best response
    is worth beyond the plan held; where the held plan breaks a rule it is no plan any more.

    Args:
        study: the solved scenario.
        wishes: nothing of them counts here.
        varied: the groups; None: those of the scenario.
    """
    del wishes
    held = Held(study.instance, study.choice)
    chosen = groups(study.instance) if varied is None else list(varied)
    bars = [_bar(study.instance, held, group) for group in chosen]
    bars.sort(key=lambda bar: (-_swing([side.held for side in bar.sides]), bar.group.id))
    _look_at_held(study, held, bars)
    _respond(study, [side for bar in bars for side in bar.sides])
    rows = [_row(study, bar) for bar in bars]
    swing, group = (COLUMNS["tornado"].index(name) for name in ("swing", "group"))
    rows.sort(key=lambda row: (-float(row[swing] or 0.0), str(row[group])))
    ranked = tuple((rank, *row[1:]) for rank, row in enumerate(rows, start=1))
    table = Table("tornado", COLUMNS["tornado"], ranked)
    unproven = sum(side.known in {"at least", "not solved"} for bar in bars for side in bar.sides)
    return Result("tornado", (table,), sentences(table, study.best.objective or 0.0), unproven)


def _bar(instance: Instance, held: Held, group: Varied) -> _Bar:
    def side(factor: float) -> _Side:
        changed = scaled(instance, [(one, factor) for one in group.inputs])
        return _Side(changed, held.value(changed))

    return _Bar(group, (side(group.low), side(group.high)))


def _swing(values: Sequence[float]) -> float:
    return max(values) - min(values)


def _look_at_held(study: Study, held: Held, bars: Sequence[_Bar]) -> None:
    """Find which rules the held plan breaks; where it breaks none the best is worth as much."""
    for bar in bars:
        for side in bar.sides:
            if study.left() <= 0:
                return
            side.breaks = held.breaks(side.instance)
            if not side.breaks:
                side.best, side.known = side.held, "at least"


def _respond(study: Study, sides: Sequence[_Side]) -> None:
    """Solve the best response, the most promising groups first."""
    for start in range(0, len(sides), WAVE):
        if study.left() <= 0:
            return
        wave = sides[start : start + WAVE]
        answers = study.ask([Question(side.instance) for side in wave])
        for side, answer in zip(wave, answers, strict=True):
            _take_in(side, answer)


def _take_in(side: _Side, answer: Answer) -> None:
    if answer.infeasible:
        side.best, side.known = None, "infeasible"
    elif answer.objective is not None:
        known = answer.known
        worth = answer.objective
        if known == "at least" and side.best is not None:
            worth = max(worth, side.best)
        side.best, side.known = worth, known
        if answer.bound is not None and answer.proven:
            side.noise = abs(answer.bound - answer.objective)


def _row(study: Study, bar: _Bar) -> tuple[Cell, ...]:
    """Return the row of a group, the rank still open."""
    today = study.best.objective or 0.0
    gap = 0.0 if study.best.bound is None else abs(study.best.bound - today)
    floor = max(gap, SMALLEST * max(1.0, abs(today)))
    held = [_effect(side.held, today, SMALLEST * max(1.0, abs(today))) for side in bar.sides]
    best = [_effect(side.best, today, max(floor, side.noise)) for side in bar.sides]
    worth = [_effect(side.best, side.held, max(floor, side.noise)) for side in bar.sides]
    known = [x for x in best if x is not None]
    group = bar.group
    words = (None, group.id, group.title, group.low, group.high)
    swing = _swing([0.0, *known]) if known else None
    breaks = _breaks(bar)
    return (*words, *held, *best, *worth, swing, *(side.known for side in bar.sides), breaks)


def _effect(after: float | None, before: float, noise: float) -> float | None:
    """Return a difference; what lies within the noise is none."""
    if after is None:
        return None
    return after - before if abs(after - before) > noise else 0.0


def _breaks(bar: _Bar) -> str | None:
    """Return the rules that the held plan breaks at each end, in words; None: none, or unknown."""
    ends = zip(("low", "high"), bar.sides, strict=True)
    said = [f"{name}: {', '.join(side.breaks)}" for name, side in ends if side.breaks]
    return "; ".join(said) or None


def sentences(table: Table, today: float) -> tuple[str, ...]:
    """Return the gist: what moves profit most, and where planning again is worth most."""
    records = list(table.records())
    if not records or not records[0]["swing"]:
        return ()
    first = records[0]
    swing = _number(first["swing"])
    said = [
        f"What matters most is {first['title']}: between {_percent(first['low'])} and "
        f"{_percent(first['high'])} the best profit moves by {swing:,.0f}"
        + (f" ({100 * (swing / abs(today)):.1f} % of today's)." if today else ".")
    ]
    worth = [
        (_number(record[f"flexibility_{end}"]), str(record["title"]), record[end])
        for record in records
        for end in ("low", "high")
        if f"{end}:" not in str(record["breaks"] or "")
    ]
    most = max(worth, key=lambda found: found[0], default=(0.0, "", 1.0))
    if most[0] > 0:
        said.append(
            f"Planning again is worth most where {most[1]} turns out {_percent(most[2])}: "
            f"{most[0]:,.0f} more than carrying the plan on."
        )
    return tuple(said)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _percent(cell: Cell) -> str:
    return f"{100 * (_number(cell) - 1.0):+.0f} %"
