"""Policy `return_on_cost`: Kept margin and contact value exceed all costs by a factor."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index
from channelopt.rules.base import Policy, Rows, Verdict
from channelopt.rules.checks import Compared, between, picked, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, exact, total
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Number
from channelopt.terms.money import LEDGER
from channelopt.terms.numbers import Numbers


class ReturnOnCost(Policy):
    """Kept margin and contact value exceed all costs by a factor."""

    slug: ClassVar[str] = "return_on_cost"
    title: ClassVar[str] = "Kept margin and contact value exceed all costs by a factor"
    formula: ClassVar[str] = (
        r"\sum_t \delta_t (M_t + V_t) \ge (1 + L) \sum_t \delta_t \, \mathit{cost}_t"
    )
    example: ClassVar[str] = "{name: hurdle, type: return_on_cost, at_least: 0.1}"

    type: Literal["return_on_cost"]
    """The type of the policy."""
    at_least: Number
    """Smallest return, 0.1 = 10 % more than the cost."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row over the filtered periods."""
        periods = self.reach(n).periods
        earned = Expr.zero(Index.total(d.sets))
        for name, amount in d.money.items():
            factor = 1.0 if name in {"kept_margin", "contact_value"} else 0.0
            if name.endswith("_cost"):
                factor = -(1.0 + self.at_least)
            held = amount.only(periods[amount.index.code("period")])
            discounted = held * Param.pick(held.index, n.discount, "period")
            earned = earned + discounted.sum_to(earned.index) * factor
        yield "", earned >= 0.0

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        periods = picked(self.reach(n).periods)

        def worth(term: str) -> Decimal:
            amounts = f.by_period[term]
            return total(f.discount[t] * amounts[t] for t in periods)

        earned = worth("kept_margin") + worth("contact_value")
        cost = total(worth(term.name) for term in LEDGER if term.name.endswith("_cost"))
        where = (n.periods[periods[0]], n.periods[periods[-1]])
        yield from between(where, earned, (ONE + exact(self.at_least), None), cost)
