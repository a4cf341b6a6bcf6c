"""Spans: what is proven about the optimum of a changed scenario, and what a change is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass

from channelopt.analysis.study import Answer
from channelopt.plan.records import Known

EQUAL = 1e-9
"""Two optima are alike within this, relative to max(1, |objective|)."""


@dataclass(frozen=True)
class Span:
    """Bounds of an optimum: a plan worth `low` is known, none is worth more than `high`.

    A scenario without a plan has `high` -inf.
    """

    low: float = -math.inf
    high: float = math.inf

    @staticmethod
    def of(answer: Answer) -> Span:
        """Return what an answer proves."""
        if answer.infeasible:
            return Span(-math.inf, -math.inf)
        low = -math.inf if answer.objective is None else answer.objective
        high = math.inf if answer.bound is None else max(answer.bound, low)
        return Span(low, high)

    def meet(self, other: Span) -> Span:
        """Return both spans' knowledge together."""
        return Span(max(self.low, other.low), min(self.high, other.high))

    @property
    def is_empty(self) -> bool:
        """Whether it is proven that there is no plan."""
        return self.high == -math.inf


@dataclass(frozen=True)
class Effect:
    """What a change is worth.

    Attributes:
        worth: change of the objective, None where no plan is known.
        at_most: proven upper bound of it where it is not known exactly, None where there is none.
        known: how it is known.
    """

    worth: float | None
    at_most: float | None
    known: Known

    @property
    def is_known(self) -> bool:
        """Whether nothing more can be found out."""
        return self.known in {"re-solved", "infeasible", "no meaning"}


NO_MEANING = Effect(None, None, "no meaning")


@dataclass
class Scale:
    """What counts as equal: what lies within the gaps of the solves.

    Attributes:
        best: the plan that was found and its bound.
        noise: the widest proven gap so far, in currency.
    """

    best: Answer
    noise: float = 0.0

    def __post_init__(self) -> None:
        self.noise = EQUAL * max(1.0, abs(self.base.low))
        if self.best.proven:
            self.noise = max(self.noise, self.base.high - self.base.low)

    @property
    def base(self) -> Span:
        """The plan itself."""
        return Span.of(self.best)

    def heard(self, answer: Answer) -> Span:
        """Return what an answer proves, and remember how exact it is."""
        span = Span.of(answer)
        if answer.proven and math.isfinite(span.high):
            self.noise = max(self.noise, span.high - span.low)
        return span

    def effect(self, span: Span) -> Effect:
        """Compare with the plan; what lies within the gaps is no effect."""
        if span.is_empty:
            return Effect(None, None, "infeasible")
        before = self.base.low
        at_most = span.high - before if math.isfinite(span.high) else None
        if span.low == -math.inf:
            return Effect(None, at_most, "not solved")
        worth = span.low - before
        if abs(worth) <= self.noise:
            worth = 0.0
        if span.high - span.low <= self.noise * (1 + 1e-6):
            return Effect(worth, None, "re-solved")
        return Effect(worth, at_most, "at least")

    def is_free(self, span: Span) -> bool:
        """Whether a looser limit is proven to bring nothing."""
        return span.high - self.base.low <= self.noise * (1 + 1e-6)
