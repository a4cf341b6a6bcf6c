"""Policy `contact_limit`: Outbound contacts per customer are limited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict, bound
from channelopt.rules.checks import Compared, between, bounds, filtered, picked, verdict
from channelopt.rules.rows import let_through, occurring
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, exact, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.fields import NonNegativeOverTime
from channelopt.terms.numbers import Numbers


class ContactLimit(ByChannel, ByInteraction, BySegment, Policy):
    """Outbound contacts per customer are limited."""

    slug: ClassVar[str] = "contact_limit"
    title: ClassVar[str] = "Outbound contacts per customer are limited"
    formula: ClassVar[str] = r"\sum_{i,c} e_{s,i,c,t} \le U_t \, \mathit{customers}_{s,t}"
    example: ClassVar[str] = "{name: not too often, type: contact_limit, at_most: 4}"

    type: Literal["contact_limit"]
    """The type of the policy."""
    at_most: NonNegativeOverTime
    """Outbound first contacts per customer and period."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per segment and period."""
        limit = bound(self.at_most, n)
        outbound = ~n.inbound[d.cells.code("interaction")]
        limited = np.isfinite(limit[d.cells.code("period")])
        made = d.first.only(let_through(self, n, d.cells) & outbound & limited)
        rows = occurring(made.index, "segment", "period")
        most = Param.pick(rows, np.nan_to_num(limit) * n.customers, "segment", "period")
        yield "", made.sum_to(rows) <= most

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        reach = self.reach(n)
        entering = filtered(self, n, f.first_contacts)
        made = sum_by(((key, x) for key, x in entering if not n.inbound[key[1]]), 0, -1)
        limits = bounds(n, None, self.at_most)
        for t in picked(reach.periods):
            for s in picked(reach.segments):
                where = (n.segments[s], n.periods[t])
                customers = exact(n.customers[s, t])
                yield from between(where, made.get((s, t), ZERO), limits[t], customers)
