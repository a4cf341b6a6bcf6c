"""Policy `metric`: A further amount per contact stays within a limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict, bound
from channelopt.rules.checks import Compared, between, bounds, filtered, picked, verdict
from channelopt.rules.rows import let_through, per_period
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, ZERO, exact, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Id, NumberOverTime
from channelopt.terms.flows import CELL
from channelopt.terms.numbers import Metric as Amount
from channelopt.terms.numbers import Numbers


class Metric(ByChannel, ByInteraction, BySegment, Policy):
    """A further amount per contact stays within a limit."""

    slug: ClassVar[str] = "metric"
    title: ClassVar[str] = "A further amount per contact stays within a limit"
    formula: ClassVar[str] = r"L \le \sum m_{s,i,c,t} x_{s,i,c,t} \le U"
    example: ClassVar[str] = (
        "{name: answer in a day, type: metric, metric: response_hours, scope: mean, at_most: 24}"
    )

    type: Literal["metric"]
    """The type of the policy."""
    metric: Id
    """The metric."""
    scope: Literal["total", "mean"]
    """The sum, or the sum over the sum of first contacts."""
    at_least: NumberOverTime | None = None
    """Lower bound."""
    at_most: NumberOverTime | None = None
    """Upper bound."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per period and bound."""
        metric = _metric(n, self.metric)
        counted = d.handled if metric.per_handled else d.first
        counted = counted.only(let_through(self, n, counted.index))
        amount = counted * Param.pick(counted.index, metric.values, *CELL)
        made = d.first.only(let_through(self, n, d.first.index))
        amounts, contacts = per_period(amount, self, n, d), per_period(made, self, n, d)
        for name, side, sign in (("at least", self.at_least, 1.0), ("at most", self.at_most, -1.0)):
            limit = bound(side, n)
            rows = amounts.index.only(np.isfinite(limit[amounts.index.code("period")]))
            level = Param.pick(rows, limit, "period")
            allowed = contacts.on(rows) * level if self.scope == "mean" else Expr.of(level)
            yield name, (amounts.on(rows) - allowed) * sign >= 0.0

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        metric = _metric(n, self.metric)
        counted = f.handled if metric.per_handled else f.first_contacts
        amounts = {key: exact(metric.values[key]) * x for key, x in filtered(self, n, counted)}
        more = sum_by({key: x for key, x in amounts.items() if x > 0}, -1)
        less = sum_by({key: -x for key, x in amounts.items() if x < 0}, -1)
        made = sum_by(filtered(self, n, f.first_contacts), -1)
        for t in picked(self.reach(n).periods):
            of = made.get((t,), ZERO) if self.scope == "mean" else ONE
            found, taken = more.get((t,), ZERO), less.get((t,), ZERO)
            # What takes away stands on the other side: a balance of large amounts has a tolerance
            # of their size.
            low, high = bounds(n, self.at_least, self.at_most)[t]
            limits = [None if limit is None else limit * of + taken for limit in (low, high)]
            yield from between((n.periods[t],), found, (limits[0], limits[1]))


def _metric(n: Numbers, label: str) -> Amount:
    return next(metric for metric in n.metrics if metric.id == label)
