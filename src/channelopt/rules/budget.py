"""Policy `budget`: Spending of the chosen kinds stays within a limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from channelopt.algebra.expr import Expr, Param
from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict, bound
from channelopt.rules.checks import Compared, between, bounds, filtered, picked, verdict
from channelopt.rules.rows import let_through
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, Amounts, sum_by, total
from channelopt.terms.facts import Facts
from channelopt.terms.fields import NumberOverTime
from channelopt.terms.money import COST_KINDS, STAFF_KINDS, CostKind
from channelopt.terms.numbers import Numbers


class Budget(ByChannel, ByInteraction, BySegment, Policy):
    """Spending of the chosen kinds stays within a limit."""

    slug: ClassVar[str] = "budget"
    title: ClassVar[str] = "Spending of the chosen kinds stays within a limit"
    formula: ClassVar[str] = r"\sum_{k \in K} \mathit{cost}_{k,t} \le B_t"
    example: ClassVar[str] = "{name: service budget, type: budget, at_most: 9500000}"

    type: Literal["budget"]
    """The type of the policy."""
    at_most: NumberOverTime
    """Currency, undiscounted; per period, or for the filtered periods together (`scope: total`)."""
    counts: list[CostKind] = Field(default=list(COST_KINDS), min_length=1)
    """Which costs are counted; with a channel filter staff, hiring and release are not."""
    scope: Literal["each", "total"] = "each"
    """Each segment (or period) on its own, or all together."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per period, or one for the filtered periods together."""
        limit = bound(self.at_most, n)
        spent = Expr.zero(d.sets.all("period").only(self.reach(n).periods))
        by_channel = self.channels is not None or self.touch is not None
        for kind in sorted(set(self.counts)):
            cost = d.money.get(f"{kind}_cost")
            if cost is not None and not (by_channel and kind in STAFF_KINDS):
                spent = spent + cost.only(let_through(self, n, cost.index)).sum_to(spent.index)
        spent = spent.only(np.isfinite(limit[spent.index.code("period")]))
        if self.scope == "total":
            yield "", spent.total() <= float(np.nanmin(limit))
        else:
            yield "", spent <= Param.pick(spent.index, limit, "period")

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        sums = [sum_by(self._spent(n, f, kind), -1) for kind in sorted(set(self.counts))]
        spent = [total(by.get((t,), ZERO) for by in sums) for t in range(len(n.periods))]
        limits = bounds(n, None, self.at_most)
        periods = picked(self.reach(n).periods)
        if self.scope == "each":
            for t in periods:
                yield from between((n.periods[t],), spent[t], limits[t])
        else:
            where = (n.periods[periods[0]], n.periods[periods[-1]])
            yield from between(where, total(spent[t] for t in periods), limits[periods[0]])

    def _spent(self, n: Numbers, f: Facts, kind: CostKind) -> Amounts:
        """Return the amounts of one kind of cost inside the filter."""
        amounts = f.money.get(f"{kind}_cost", {})
        if kind == "contact":
            return dict(filtered(self, n, amounts))
        if self.channels is None and self.touch is None:
            return amounts
        if kind in STAFF_KINDS:
            return {}
        channels = picked(self.reach(n).channels)
        return {key: amount for key, amount in amounts.items() if key[0] in channels}
