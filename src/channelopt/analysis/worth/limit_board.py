"""Board: every limit with what is proven along it, and what to ask next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from channelopt.analysis.sensitivity import price_of
from channelopt.analysis.study import Answer, Question, Study
from channelopt.analysis.worth.kept import Kept
from channelopt.analysis.worth.limit_bounds import Ceiling
from channelopt.analysis.worth.limit_lines import Change, Errand, Line, changes, run
from channelopt.analysis.worth.limit_list import Bound, Levels, bounds
from channelopt.analysis.worth.spans import Scale, Span
from channelopt.instance.instance import Instance

ROUNDS = (
    frozenset({"step"}),
    frozenset({"step", "10 %"}),
    frozenset({"step", "1 %", "5 %", "10 %"}),
)
"""Changes in the order in which they are asked."""
FOR_PRICES = 0.2
"""Share of a limited time for the prices of the relaxation."""
FOR_PLANS = 0.15
"""Share of a limited time for plans and bounds that need no integer program."""


class Board:
    """The limits of a solved scenario and what is known about moving them.

    Attributes:
        study: the solved scenario.
        scale: what counts as equal.
        kept: what the plan uses.
        lines: one for each limit, in the order of `bounds`.
        changes: the eight changes of each limit.
        prices: dual of each limit in the linear relaxation, None where it has none.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.scale = Scale(study.best)
        self.kept = Kept(study.instance, study.choice)
        self.lines = [Line(bound, self.scale) for bound in bounds(study.instance)]
        self.changes = {line.bound.path: changes(line.bound) for line in self.lines}
        self.prices: dict[str, float | None] = {}

    def work(self) -> None:
        """Find out as much as there is time for: what is free first, then what promises most."""
        self._keep_plan()
        with self.study.within(self.study.left() * FOR_PRICES):
            self._price()
        if math.isfinite(self.study.left()):
            with self.study.within(self.study.left() * FOR_PLANS):
                self._quickly()
        self._ask()

    def open_changes(self) -> list[tuple[Line, Change]]:
        """Return what is not known exactly, the largest foretold effect first."""
        found = [
            (line, change)
            for line in self.lines
            for change in self.changes[line.bound.path]
            if not line.effect(change.levels).is_known
        ]
        return sorted(found, key=lambda pair: -self._promise(*pair))

    def _promise(self, line: Line, change: Change) -> float:
        dual = abs(self.prices.get(line.bound.path) or 0.0)
        size = abs(sum(change.levels or ()) - sum(line.bound.levels))
        return dual * size if math.isfinite(dual * size) else 0.0

    def _price(self) -> None:
        """Take the prices of the relaxation, first of limits that the plan uses up."""
        self.prices = {line.bound.path: None for line in self.lines}
        for line in sorted(self.lines, key=self._has_room):
            if self.study.left() > 0:
                self.prices[line.bound.path] = price(self.study, line.bound)

    def _keep_plan(self) -> None:
        """Where the plan obeys a tighter limit, nothing changes."""
        for line in self.lines:
            for change in self.changes[line.bound.path]:
                if change.levels is None or change.loosens:
                    continue
                if self.kept.obeys(line.bound, change.levels):
                    line.learn(change.levels, Span(low=self.scale.base.low))

    def _quickly(self) -> None:
        """Add plans with channels, offers and FTE held, and bounds by prices."""
        ceiling = Ceiling(self.study)
        for line, change in self.open_changes():
            if self.study.left() <= 0 or change.levels is None:
                return
            moved = line.bound.at(self.study.instance, change.levels)
            held = self.study.hold(moved)
            high = ceiling.above(moved)
            line.learn(change.levels, Span(-math.inf if held is None else held, high))

    # ---- exact answers

    def _ask(self) -> None:
        slack = [line for line in self.lines if self._has_room(line)]
        errands = self.together([(line, self._loosest(line.bound)) for line in slack])
        skip = {line.bound.path for line in slack}
        for names in ROUNDS:
            for line, change in self.open_changes():
                waits = change.loosens and line.bound.path in skip
                if change.name in names and not waits:
                    errands.append(self._errand(line, change))
            run(self.study, errands)
            errands, skip = [], set()

    def _has_room(self, line: Line) -> bool:
        """Whether the limit does not bind: then loosening it most likely brings nothing."""
        bound = line.bound
        dual = self.prices.get(bound.path)
        if not bound.steady:
            return False
        if dual is not None and abs(dual) * bound.step <= self.scale.noise:
            return True
        return any(
            change.levels is not None
            and not change.loosens
            and self.kept.obeys(bound, change.levels)
            for change in self.changes[bound.path]
        )

    def _errand(self, line: Line, change: Change) -> Errand:
        levels = change.levels or line.bound.levels
        moved = line.bound.at(self.study.instance, levels)
        return Errand(
            Question(moved, wants_choice=True),
            lambda: not line.effect(change.levels).is_known,
            partial(self._heard, line, levels),
        )

    def _heard(self, line: Line, levels: Levels, answer: Answer) -> list[Errand]:
        span = self.scale.heard(answer)
        line.learn(levels, span)
        if answer.choice is None:
            return []
        moved = line.bound.at(self.study.instance, levels)
        plan = Kept(moved, answer.choice)
        for change in self.changes[line.bound.path]:
            if change.levels is None or line.effect(change.levels).is_known:
                continue
            if plan.obeys(line.bound, change.levels):
                line.learn(change.levels, Span(low=span.low))
        return []

    # ---- many limits at once

    def _loosest(self, bound: Bound) -> Levels | None:
        loose = [c.levels for c in self.changes[bound.path] if c.loosens and c.levels is not None]
        return max(loose, key=lambda levels: -bound.tightens * sum(levels), default=None)

    def together(self, looser: Sequence[tuple[Line, Levels | None]]) -> list[Errand]:
        """Loosen many limits at once: what brings nothing together brings nothing alone.

        Args:
            looser: limits and the values to loosen them to.
        """
        parts = [(line, levels) for line, levels in looser if levels is not None]
        if not parts:
            return []
        moved: Instance = self.study.instance
        for line, levels in parts:
            moved = line.bound.loosened(moved, levels)
        question = Question(moved, wants_choice=True)
        return [Errand(question, lambda: self._any_open(parts), partial(self._split, parts, moved))]

    def _any_open(self, parts: Sequence[tuple[Line, Levels]]) -> bool:
        return any(not line.effect(levels).is_known for line, levels in parts)

    def _split(
        self, parts: Sequence[tuple[Line, Levels]], moved: Instance, answer: Answer
    ) -> list[Errand]:
        """Learn from many limits loosened at once; ask again without those that the plan broke."""
        span = self.scale.heard(answer)
        if len(parts) == 1:
            parts[0][0].learn(parts[0][1], span)
        for line, levels in parts:
            line.learn(levels, Span(high=span.high))
        if self.scale.is_free(span) or answer.choice is None:
            return []
        plan = Kept(moved, answer.choice)
        rest = [part for part in parts if plan.obeys(part[0].bound, part[0].bound.levels)]
        if rest and len(rest) < len(parts):
            return self.together(rest)
        half = len(parts) // 2
        return [*self.together(parts[:half]), *self.together(parts[half:])] if half else []


def price(study: Study, bound: Bound) -> float | None:
    """Return the dual of a limit: change of the relaxation's optimum per unit of each value."""
    size = bound.step * 1e-3
    for amount in (size, -size):
        levels = tuple(value + amount for value in bound.levels)
        if study.relaxed is not None and bound.allows(levels):
            other = study.formulate(bound.at(study.instance, levels))
            return None if other is None else price_of(study.relaxed, other, amount)
    return None
