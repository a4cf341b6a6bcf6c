"""Where along a limit other channels are opened, or other upgrades bought, than today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index
from channelopt.analysis.study import Answer, Question
from channelopt.analysis.tradeoffs.shapes import Limit, Measure, Reshaped
from channelopt.analysis.worth.limit_board import Board
from channelopt.analysis.worth.limit_lines import Errand, Line, run
from channelopt.analysis.worth.limit_points import NOTHING, Point, Search, moved
from channelopt.analysis.worth.spans import Span
from channelopt.model.formulate import Model
from channelopt.plan.records import Known
from channelopt.terms.choice import Choice
from channelopt.terms.numbers import Flags

OTHERS = "other channels or upgrades"


def same_structure(choice: Choice) -> Reshaped:
    """Return the demand that exactly these channels are open and these upgrades owned."""
    opened, owned = choice.open, choice.owned

    def express(model: Model) -> Expr:
        d = model.decisions
        row = Index.total(d.sets)
        alike = _agreeing(d.open, opened, ("channel", row))
        if owned.any() or d.owned.index.num_rows:
            alike = alike + _agreeing(d.owned, owned, ("upgrade", row))
        return alike

    key = sha256(opened.tobytes() + owned.tobytes()).hexdigest()
    count = float(opened.sum() + owned.sum())
    return Reshaped(limits=(Limit(Measure(f"alike {key}", express), lower=count),))


def _agreeing(flags: Expr, wanted: Flags, onto: tuple[str, Index]) -> Expr:
    """Return wanted flags that are set less others that are: most where all are as wanted."""
    dim, row = onto
    whole = np.full((int(flags.index.code(dim).max(initial=0)) + 1, wanted.shape[-1]), -1.0)
    whole[: len(wanted)][wanted[: len(whole)]] = 1.0
    return (flags * Param.pick(flags.index, whole, dim, "period")).sum_to(row)


@dataclass
class _Search:
    """The search along one limit in one direction, from where profit begins to change."""

    board: Board
    profit: Search
    tolerance: float
    shape: Reshaped
    same: float = 0.0
    changed: float | None = None
    stuck: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.same = min(self.profit.same(), self.top)

    @property
    def line(self) -> Line:
        return self.profit.line

    @property
    def top(self) -> float:
        """Largest share whose optimum is known: it is not looked any further."""
        found = [s for s in self.profit.ladder if self.profit.effect(s).known == "re-solved"]
        return max(found, default=0.0)

    def done(self) -> bool:
        if self.changed is None:
            return self.same >= self.top
        bound = self.line.bound
        ends = [bound.effective(self._levels(s)) for s in (self.same, self.changed)]
        whole = bound.whole and max(abs(a - b) for a, b in zip(*ends, strict=True)) <= 1
        return whole or self.changed - self.same <= self.tolerance * (1 + 1e-9)

    def errands(self) -> list[Errand]:
        """First the best plan there, then the best plan there with today's channels."""
        if self.stuck or self.done():
            return []
        share = self.top if self.changed is None else (self.same + self.changed) / 2
        levels = self._levels(share)
        there = self.line.bound.at(self.board.study.instance, levels)
        if not self.line.effect(levels).is_known:
            return [Errand(Question(there), lambda: True, partial(self._free, share))]
        question = Question(there, shape=self.shape)
        return [Errand(question, lambda: True, partial(self._held, share))]

    def _levels(self, share: float) -> tuple[float, ...]:
        return moved(self.line, self.profit.sign, share)

    def _free(self, share: float, answer: Answer) -> Sequence[Errand]:
        self.line.learn(self._levels(share), self.line.scale.heard(answer))
        self.stuck = not self.line.effect(self._levels(share)).is_known
        return self.errands()

    def _held(self, share: float, answer: Answer) -> Sequence[Errand]:
        best, held = self.line.span(self._levels(share)), Span.of(answer)
        noise = self.line.scale.noise * (1 + 1e-6)
        if held.low >= best.high - 2 * noise:
            self.same = share
        elif held.high < best.low - noise:
            self.changed = share
        else:
            self.stuck = True
        return self.errands()

    def point(self) -> Point:
        known: Known = "re-solved" if self.done() else "at least"
        then = NOTHING if self.changed is None else OTHERS
        sign = self.profit.sign
        top = max(self.top, self.same)
        return Point(self.line, sign, self.same, self.changed, top, then, known, "channels")


def other_channels(board: Board, searches: Sequence[Search], tolerance: float) -> list[Point]:
    """Return how far every limit can move before other channels are best.

    Where profit does not change, today's plan stays best. Elsewhere the best plan is compared with
    the best one that keeps today's channels and upgrades open in every period.

    Args:
        board: the limits with what is known already.
        searches: where profit changes, done.
        tolerance: width of the interval of a point, relative to the limit.
    """
    shape = same_structure(board.study.choice)
    found = [_Search(board, search, tolerance, shape) for search in searches]
    run(board.study, [errand for search in found for errand in search.errands()])
    return [search.point() for search in found]
