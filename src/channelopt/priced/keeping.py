"""Keeping: of all lists that are almost as good as the best, the one that moves the fewest units.

Classes are told apart further by the option that units had before, and keeping it gains a bonus.
The bonus is raised until the list gains as little as is allowed. At every bonus the engine's bound
also says how many options can be kept at most: no list that gains `least_value` keeps more than
(bound - least_value) / bonus (Everett 1963).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from channelopt.priced.aims import Aims, Solve
from channelopt.priced.answer import Answer, Decided, Rule
from channelopt.priced.engine import assign
from channelopt.priced.kernels import evaluate
from channelopt.priced.marking import Before, Marking, marked, marking_of, within
from channelopt.priced.start import Start
from channelopt.priced.tables import Reduced, reduce
from channelopt.priced.types import described, take
from channelopt.priced.units import Block, Task

TRIALS = 8
"""Bonuses that are tried at most."""
RAISED = 4.0
"""A bonus at which the list still gains enough grows so much."""
CLOSE = 5e-4
"""So near, as a share of all units that had an option, to what can be kept is near enough."""
ROUGH = 0.02
"""Part of what a list may gain less by which the lists at each bonus may miss their best."""
SMALLEST = 1e-9
"""Of what a list gains: the least that all bonuses together come to."""


@dataclass(frozen=True)
class Kept:
    """A list that keeps as many options as it can.

    Attributes:
        answer: the list; its bound and prices are those of the list that need keep nothing.
        before: units that had an option before.
        kept: of these, those that have it still.
        most: no list that gains as much as `least_value` keeps more.
        least_value: what the list had to gain.
        first: of the list that need keep nothing: units that have the option they had.
    """

    answer: Answer
    before: int
    kept: int
    most: int
    least_value: float
    first: int

    @property
    def moved(self) -> int:
        """Units that have another option than before."""
        return self.before - self.kept


def keep(
    task: Task, first: Answer, before: Before, solve: Solve, aims: Aims, tolerance: float = 0.0
) -> Kept:
    """Move as few units as possible from the options that they had before.

    Args:
        task: units and rows.
        first: the best list of the task.
        before: the options they had.
        solve: for linear and mixed-integer programs.
        aims: how well it is to be proven that no more can be kept, and the time for it.
        tolerance: share of the bound that the list may gain less than the bound; never less than
            the gap of `aims`, since lists closer to each other are equally good.

    Raises:
        ValueError: there is no first list.
    """
    if first.rule is None:
        msg = f"there is no list to begin with: {first.status}"
        raise ValueError(msg)
    return _Keeping.of(task, first, before, Aiming(solve, aims, tolerance)).run()


@dataclass(frozen=True)
class Aiming:
    """How programs are solved, and what is asked for."""

    solve: Solve
    aims: Aims
    tolerance: float

    @property
    def allowed(self) -> float:
        """Share of the bound that a list may gain less."""
        return max(self.tolerance, self.aims.gap)

    @property
    def rough(self) -> Aims:
        """What is asked for at each bonus: a better list would keep hardly more."""
        return replace(self.aims, gap=max(self.aims.gap, ROUGH * self.allowed))

    def least_value(self, first: Answer) -> float:
        """Return what a list must gain."""
        return min(first.value, first.bound - self.allowed * max(1.0, abs(first.bound)))


@dataclass(frozen=True)
class _Tried:
    """A list at a bonus: what it gains without the bonus, and how many options it keeps."""

    bonus: float
    value: float
    kept: int
    answer: Answer


@dataclass
class _Keeping:
    """The search for the bonus.

    Attributes:
        task: units and rows, in new classes, without a bonus.
        marking: makes the new classes.
        first: the list that need keep nothing, and what it keeps.
        before: units that had an option.
        least: what the list must gain.
        most: bound of what can be kept.
    """

    task: Task
    marking: Marking
    first: _Tried
    before: int
    least: float
    aiming: Aiming
    most: int
    start: Start
    passes: int = 0
    seconds: float = 0.0

    @staticmethod
    def of(task: Task, first: Answer, before: Before, aiming: Aiming) -> _Keeping:
        """Count what there was and what the first list keeps; make the classes."""
        assert first.rule is not None  # noqa: S101
        known, kept = _counted(task, first.rule, before)
        marking = marking_of(task, before)
        return _Keeping(
            task=marked(task, marking),
            marking=marking,
            first=_Tried(0.0, first.value, kept, first),
            before=known,
            least=aiming.least_value(first),
            aiming=aiming,
            most=known,
            start=Start(np.append(first.prices, 0.0)),
        )

    def run(self) -> Kept:
        """Try one bonus after the other; keep the list that keeps most."""
        best, beyond = self.first, None
        bonus = (self.first.value - self.least) / max(1, self.before - self.first.kept)
        bonus = max(bonus, SMALLEST * max(1.0, abs(self.least)) / max(1, self.before))
        for _ in range(TRIALS):
            if self.most - best.kept <= CLOSE * self.before:
                break
            tried = self._try(bonus)
            if tried is None:
                beyond = _Tried(bonus, -math.inf, self.before, self.first.answer)
            elif tried.value >= self.least:
                best = tried if tried.kept >= best.kept else best
            else:
                beyond = tried
            following = _following(best, beyond, bonus)
            if following is None:
                break
            bonus = following
        return self._kept(best)

    def _try(self, bonus: float) -> _Tried | None:
        gain = self.task.tables.gain.copy()
        had = np.flatnonzero(self.marking.options >= 0)
        gain[0, had, self.marking.options[had]] += bonus
        task = replace(self.task, tables=replace(self.task.tables, gain=gain))
        found = assign(task, self.aiming.solve, self.aiming.rough, self.start)
        self.passes += found.effort.passes
        self.seconds += sum(found.effort.seconds.values())
        if math.isfinite(found.bound):
            self.most = min(self.most, math.floor((found.bound - self.least) / bonus + 1e-6))
        if found.rule is None:
            return None
        self.start = found.start or Start(found.prices)
        kept = round(float(found.used[-1]))
        return _Tried(bonus, found.value - bonus * kept, kept, found)

    def _kept(self, best: _Tried) -> Kept:
        """Return a list with the bound and the prices of the first."""
        first = self.first.answer
        assert first.rule is not None  # noqa: S101
        answer = first
        if best is not self.first:
            assert best.answer.rule is not None  # noqa: S101
            reduced = reduce(self.task.tables, self.task.rows, np.append(first.prices, 0.0))
            answer = replace(
                best.answer,
                value=best.value,
                bound=max(first.bound, best.value),
                price_bound=first.price_bound,
                prices=first.prices,
                used=best.answer.used[:-1],
                rule=KeptRule(best.answer.rule, self.marking, first.rule, reduced),
            )
        good = answer.bound - answer.value <= self.aiming.allowed * max(1.0, abs(answer.value))
        effort = replace(
            first.effort,
            passes=first.effort.passes + self.passes,
            seconds={**first.effort.seconds, "keep": self.seconds},
        )
        return Kept(
            answer=replace(answer, status="optimal" if good else "feasible", effort=effort),
            before=self.before,
            kept=best.kept,
            most=max(best.kept, self.most),
            least_value=self.least,
            first=self.first.kept,
        )


def _following(best: _Tried, beyond: _Tried | None, bonus: float) -> float | None:
    """Return the next bonus to try; None where there is nothing between the two lists.

    Between a list that gains enough and one that does not: the bonus at which both are as good.
    """
    if beyond is None:
        return RAISED * bonus
    if math.isinf(beyond.value):
        return bonus / RAISED**2
    more, less = beyond.kept - best.kept, best.value - beyond.value
    if more <= 0 or less <= 0:
        return None
    following = less / more
    same = any(abs(following - one.bonus) <= 1e-6 * following for one in (best, beyond))
    return None if same else following


@dataclass(frozen=True)
class KeptRule:
    """Gives every unit the option of the second list; what else is said is at the first's prices.

    Attributes:
        rule: of the second list, over new classes.
        marking: makes them.
        first: of the list that need keep nothing.
        reduced: tables at its prices, by new classes.
    """

    rule: Rule
    marking: Marking
    first: Rule
    reduced: Reduced

    def __call__(self, block: Block) -> Decided:
        """Decide the units of a block."""
        marked = self.marking(block)
        option = self.rule(marked).option
        decided = self.first(block)
        differs = np.flatnonzero(option != decided.option)
        if not differs.size:
            return decided
        some = take(marked, differs)
        values = np.empty((differs.size, self.reduced.base.shape[1]))
        evaluate(described(some), self.reduced.table, self.reduced.base, values)
        other, worse = decided.runner_up.copy(), decided.worse_by.copy()
        at = np.arange(differs.size)
        mine = values[at, option[differs]].copy()
        values[at, option[differs]] = -np.inf
        other[differs] = values.argmax(axis=1)
        worse[differs] = mine - values.max(axis=1)
        return Decided(option, other, worse)


@dataclass(frozen=True)
class Counting:
    """Work on a block: count what a rule keeps."""

    rule: Rule
    before: Before
    options: int

    def __call__(self, block: Block) -> tuple[int, int]:
        """Return units that had an option, and those that keep it."""
        had = within(self.before(block), self.options)
        return int((had >= 0).sum()), int((had == self.rule(block).option).sum())


def _counted(task: Task, rule: Rule, before: Before) -> tuple[int, int]:
    known, kept = 0, 0
    for some in task.source.map(Counting(rule, before, task.tables.shape[2])):
        known, kept = known + some[0], kept + some[1]
    return known, kept
