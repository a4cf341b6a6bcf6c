"""Policy `fairness`: Mean satisfaction of any two segments differs by at most a limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.rules.base import ByInteraction, BySegment, Policy, Rows, Verdict, bound
from channelopt.rules.checks import Compared, between, bounds, picked, rated, verdict
from channelopt.rules.rows import mean_satisfaction, occurring
from channelopt.terms.decisions import Decisions
from channelopt.terms.facts import Facts
from channelopt.terms.fields import NonNegativeOverTime
from channelopt.terms.numbers import Numbers


class Fairness(ByInteraction, BySegment, Policy):
    """Mean satisfaction of any two segments differs by at most a limit."""

    slug: ClassVar[str] = "fairness"
    title: ClassVar[str] = "Mean satisfaction of any two segments differs by at most a limit"
    formula: ClassVar[str] = r"\sigma_{s,t} - \sigma_{s',t} \le U_t \quad \forall s, s'"
    example: ClassVar[str] = "{name: no one left behind, type: fairness, at_most: 0.15}"

    type: Literal["fairness"]
    """The type of the policy."""
    at_most: NonNegativeOverTime
    """Largest difference in satisfaction."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield rows that keep all means between a lowest one and the limit above it."""
        limit = bound(self.at_most, n)
        means = mean_satisfaction(self, n, d)
        means = means.only(np.isfinite(limit[means.index.code("period")]))
        periods = occurring(means.index, "period")
        lowest = d.program.variable(f"{self.name} lowest", periods, lower=-np.inf)
        highest = lowest + Param.pick(periods, limit, "period")
        yield "lowest", means >= lowest.on(means.index)
        yield "highest", means <= highest.on(means.index)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        limits = bounds(n, None, self.at_most)
        for t in picked(self.reach(n).periods):
            mean = {s: points / of for s, (points, of) in rated(self, n, f, t).items()}
            if mean:
                best, worst = max(mean, key=mean.__getitem__), min(mean, key=mean.__getitem__)
                where = (n.segments[best], n.segments[worst], n.periods[t])
                yield from between(where, mean[best] - mean[worst], limits[t])
