"""Policy `satisfaction`: Mean satisfaction is at least a floor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.rules.base import ByInteraction, BySegment, Policy, Rows, Verdict, bound
from channelopt.rules.checks import Compared, between, bounds, picked, rated, verdict
from channelopt.rules.rows import mean_satisfaction, occurring
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import exact, total
from channelopt.terms.facts import Facts
from channelopt.terms.fields import NumberOverTime
from channelopt.terms.numbers import Numbers


class Satisfaction(ByInteraction, BySegment, Policy):
    """Mean satisfaction is at least a floor."""

    slug: ClassVar[str] = "satisfaction"
    title: ClassVar[str] = "Mean satisfaction is at least a floor"
    formula: ClassVar[str] = r"\sum_i Q_{s,i,t} \ge L_t \sum_i \mathit{importance}_i n_{s,i,t}"
    example: ClassVar[str] = "{name: fair floor, type: satisfaction, at_least: 0.6}"

    type: Literal["satisfaction"]
    """The type of the policy."""
    at_least: NumberOverTime
    """Mean satisfaction, normally 0 to 1."""
    scope: Literal["each", "total"] = "each"
    """Each segment (or period) on its own, or all together."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per segment (or one) and period."""
        limit = bound(self.at_least, n)
        means = mean_satisfaction(self, n, d)
        means = means.only(np.isfinite(limit[means.index.code("period")]))
        if self.scope == "each":
            yield "", means >= Param.pick(means.index, limit, "period")
            return
        customers = Param.pick(means.index, n.customers, "segment", "period")
        periods = occurring(means.index, "period")
        people = Expr.of(customers).sum_to(periods)
        floor = Param.pick(periods, limit, "period")
        yield "", (means * customers).sum_to(periods) >= people * floor

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        limits = bounds(n, self.at_least, None)
        for t in picked(self.reach(n).periods):
            ratings = rated(self, n, f, t)
            if self.scope == "each":
                for s, (points, weight) in ratings.items():
                    yield from between((n.segments[s], n.periods[t]), points, limits[t], weight)
                continue
            customers = {s: exact(n.customers[s, t]) for s in ratings}
            felt = total(customers[s] * points / of for s, (points, of) in ratings.items())
            yield from between((n.periods[t],), felt, limits[t], total(customers.values()))
