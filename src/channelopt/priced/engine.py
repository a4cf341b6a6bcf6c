"""The engine: prices, a bound, and a list of whole units within the rows."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np

from channelopt.priced.aims import Aims, Solve
from channelopt.priced.answer import Answer, Conflict, Effort, Status
from channelopt.priced.bound import bound, bounded, unbounded
from channelopt.priced.columns import choices, taken
from channelopt.priced.jitter import JitteredRule, jittered
from channelopt.priced.levels import Levels
from channelopt.priced.memory import Held
from channelopt.priced.passes import InMemory, Seen, Streamed, is_whole, know
from channelopt.priced.program import Plan
from channelopt.priced.quanta import reachable, shifted
from channelopt.priced.rule import PricedRule, Shares, cut_offs
from channelopt.priced.search import Search, Searched
from channelopt.priced.settle import Frame, Settled, at_best
from channelopt.priced.start import Learned, Start
from channelopt.priced.tables import Extent, Reduced, reduce, swing
from channelopt.priced.units import Block, Floats, Rows, Task

TRACE = 0.1
"""Part of the gap that a trace of luck may cost."""


def assign(task: Task, solve: Solve, aims: Aims, start: Floats | Start | None = None) -> Answer:
    """Give every unit one option so that the gain is the largest within the rows.

    Args:
        task: units, what they gain, and the rows they share.
        solve: for linear and mixed-integer programs.
        aims: how good the list is to be, and how much work may be spent.
        start: where to begin: (R,) prices of an earlier answer, or what it gives as
            `again`, with which units that it went through are known already.

    Returns:
        The list as a rule, its value, a bound that no list exceeds, prices; or the rows that
        cannot hold together.
    """
    if not task.source.units:
        task = replace(task, source=Held([_nobody(task)]))
    if start is not None and not isinstance(start, Start):
        start = Start(start)
    if start is not None and start.prices.size != task.rows.count:
        start = None
    return _Run(task, solve, aims, start).answer()


def _nobody(task: Task) -> Block:
    """Return a block without units."""
    measures, _, options = task.tables.shape
    none = np.zeros(0, np.int32)
    shape = (np.zeros((measures, 0)), np.zeros((0, 0, options)))
    return Block(none, *shape, None, none.astype(np.uint64))


@dataclass
class _Run:
    task: Task
    solve: Solve
    aims: Aims
    start: Start | None
    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    passes: int = 0
    trace: float = 0.0  # of luck in what options gain, the last measure

    def answer(self) -> Answer:
        clock = time.monotonic()
        extent, sample = self._known()
        clock = self._spent("know", clock)
        rows = bounded(self.task.rows, self.task.tables, extent)
        frame = self._frame(rows, extent)
        whole = is_whole(sample)
        levels = Levels(frame, sample, sample if whole else Streamed(self.task.source, extent))
        if unbounded(rows, self.solve):
            return self._without(np.zeros(rows.count), math.inf, "unbounded")
        start = self.start
        if start is not None and start.learned is not None and not start.learned.same(self.task):
            start = Start(start.prices)
        settled = levels.settle(start)
        self.passes += settled.passes
        clock = self._spent("prices", clock)
        if settled.crowded and not self.trace:
            return self._apart(levels, settled)
        if settled.edge.any():
            conflict = self._conflict()
            if conflict is not None:
                return self._infeasible(settled.prices, conflict)
        return self._searched(*self._reached(levels, settled), rows)

    def _reached(self, levels: Levels, settled: Settled) -> tuple[Levels, Settled]:
        """Settle again with sides that whole units can reach, where that changes the bound."""
        frame, sample = levels.frame, levels.sample
        if settled.edge.any() or not is_whole(sample):
            return levels, settled
        rows = reachable(frame.rows, frame.tables, sample.types)
        if not shifted(frame.rows, rows, settled.prices).any():
            return levels, settled
        closer = replace(levels, frame=replace(frame, rows=rows))
        again = closer.settle(Start(settled.prices))
        self.passes += again.passes
        known = not again.edge.any() and not again.crowded
        return (closer, again) if known else (levels, settled)

    def _known(self) -> tuple[Extent, InMemory]:
        """Return what is known of the units, from the start where this has been through them."""
        learned = None if self.start is None else self.start.learned
        if learned is not None and learned.of(self.task):
            return learned.extent, learned.sample
        self.passes += 1
        return know(self.task, self.aims.held)

    def _frame(self, rows: Rows, extent: Extent) -> Frame:
        tables = self.task.tables
        sizes = swing(tables, rows, extent.weights)
        least = 1e-12 if self.trace else 1e-7
        return Frame(tables, rows, self.solve, self.aims, sizes, least)

    def _apart(self, levels: Levels, settled: Settled) -> Answer:
        """Answer with a trace of luck that tells units at a tie apart, then without it."""
        frame, population = levels.frame, levels.population
        reduced = reduce(frame.tables, frame.rows, settled.prices)
        extent = population.extent
        usual = self._bound(frame, extent, settled.prices, kept(settled.seen, reduced))
        usual = abs(usual) if math.isfinite(usual) else 1.0
        trace = TRACE * max(self.aims.gap, 1e-9) * max(1.0, usual) / extent.units
        aims = replace(self.aims, crowd=extent.units + 1)
        task = jittered(self.task, trace)
        run = _Run(task, self.solve, aims, None, self.seconds, self.began, 0, trace)
        answer = run.answer()
        if answer.rule is None:
            return answer
        seen = at_best(frame, population, answer.prices)
        reduced = reduce(frame.tables, frame.rows, answer.prices)
        top = self._bound(frame, extent, answer.prices, kept(seen, reduced))
        rule = JitteredRule(answer.rule, frame.tables.shape[2])
        effort = replace(answer.effort, passes=answer.effort.passes + self.passes + 1)
        least = min(top, answer.bound)
        answer = replace(answer, bound=least, price_bound=top, rule=rule, effort=effort)
        status = _status(answer.value, least, self.aims)
        return replace(answer, status=status, start=Start(answer.prices))

    @staticmethod
    def _bound(frame: Frame, extent: Extent, prices: Floats, keeps: Floats) -> float:
        return bound(prices, frame.rows, frame.tables, extent, keeps)

    def _searched(self, levels: Levels, settled: Settled, rows: Rows) -> Answer:
        frame, population = levels.frame, levels.population
        clock = time.monotonic()
        reduced = reduce(frame.tables, frame.rows, settled.prices)
        seen = replace(settled.seen, scale=np.ones_like(settled.seen.scale))
        top = self._bound(frame, population.extent, settled.prices, kept(seen, reduced))
        deadline = clock + self.aims.patience
        if self.aims.time_limit is not None:
            deadline = self.began + self.aims.time_limit
        search = Search(frame, population, reduced, top, deadline)
        found = search.run(replace(settled, seen=seen))
        clock = self._spent("search", clock)
        if found.plan is None and found.conflict is not None:
            return self._infeasible(settled.prices, found.conflict)
        if found.plan is None:
            return self._without(settled.prices, top, "no_list")
        rule = self._rule(found.plan, reduced)
        self._spent("rule", clock)
        answer = self._answer(found, found.plan, settled, top, rule)
        keeps = kept(seen, reduced)
        split = bound(settled.prices, rows, frame.tables, population.extent, keeps)
        start = self._start(levels, settled, answer)
        return replace(answer, price_bound=max(split, answer.bound), start=start)

    def _start(self, levels: Levels, settled: Settled, answer: Answer) -> Start:
        """Return where a later question of the same units begins."""
        frame, near = levels.frame, settled.seen.near
        choice = choices(near, reduce(frame.tables, frame.rows, settled.prices))
        counts = near.counts.astype(np.float64)
        sums = settled.seen.sums + taken(frame.tables, choice, counts, choice.best)
        task, sample = self.task, levels.sample
        known = (task.source, task.tables, task.rows.uses, sample.extent, sample)
        return Start(settled.prices, Learned(*known, sums, answer.others))

    def _answer(
        self, found: Searched, plan: Plan, settled: Settled, top: float, rule: PricedRule
    ) -> Answer:
        least = min(top, max(found.bound, plan.value))
        near = int(settled.seen.near.counts.sum())
        value = plan.value - self.trace * float(plan.total[-1].sum()) if self.trace else plan.value
        return Answer(
            status=_status(value, least, self.aims),
            value=value,
            bound=least,
            price_bound=top,
            prices=settled.prices,
            used=plan.used,
            others=plan.others,
            rule=rule,
            effort=Effort(self.task.source.units, self.passes, near, found.units, self.seconds),
        )

    def _rule(self, plan: Plan, reduced: Reduced) -> PricedRule:
        shares, within = shares_of(plan)
        return PricedRule(reduced, shares, cut_offs(shares, self.task.source), within)

    def _conflict(self) -> Conflict | None:
        from channelopt.priced.conflicts import conflict

        return conflict(self.task, self.solve, self.aims)

    def _infeasible(self, prices: Floats, conflict: Conflict | None) -> Answer:
        return replace(self._without(prices, -math.inf, "infeasible"), conflict=conflict)

    def _without(self, prices: Floats, top: float, status: Status) -> Answer:
        rows = self.task.rows
        return Answer(
            status=status,
            value=math.nan,
            bound=top,
            price_bound=top,
            prices=prices,
            used=np.full(rows.count, np.nan),
            others=np.full(rows.others_gain.size, np.nan),
            rule=None,
            effort=Effort(self.task.source.units, self.passes, 0, 0, self.seconds),
        )

    def _spent(self, phase: str, since: float) -> float:
        now = time.monotonic()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - since
        return now


def _status(value: float, top: float, aims: Aims) -> Status:
    return "optimal" if top - value <= aims.gap * max(1.0, abs(value)) else "feasible"


def kept(seen: Seen, reduced: Reduced) -> Floats:
    """Return amounts whose sum is what all units keep that take their best option at prices."""
    certain = (seen.sums * reduced.table.transpose(1, 0, 2)).ravel()
    choice = choices(seen.near, reduced)
    best = np.take_along_axis(choice.values, choice.best[:, np.newaxis], axis=1).ravel()
    return np.concatenate([certain, best * seen.near.counts])


def shares_of(plan: Plan) -> tuple[Shares, float]:
    """Return the types that a plan does not give their best option, and their largest loss."""
    cols = plan.pool.cols.take(plan.where)
    choice = plan.pool.choice
    types, place = np.unique(cols.of, return_inverse=True)
    keys = choice.types.keys[types]
    order = np.argsort(keys[:, 0])
    dealt = np.zeros((types.size, choice.values.shape[1]), np.int64)
    np.add.at(dealt, (place, cols.option), plan.amounts)
    dealt[np.arange(types.size), choice.best[types]] += choice.types.counts[types] - dealt.sum(1)
    width = int((dealt > 0).sum(axis=1).max(initial=1))
    options = np.argsort(dealt == 0, axis=1, kind="stable")[:, :width]
    amounts = np.take_along_axis(dealt, options, axis=1)
    loss = np.sort(choice.loss[types], axis=1)
    within = float(loss[:, 1].max(initial=0.0)) if types.size else 0.0
    return Shares(keys[order], options[order].astype(np.int16), amounts[order]), within
