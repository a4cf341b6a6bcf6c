"""Policy `choice`: Every segment is offered at least or at most a number of channels."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

import numpy as np

from channelopt.rules.base import ByChannel, BySegment, Policy, Rows, Verdict
from channelopt.rules.checks import Compared, between, bounds, may_be_offered, picked, verdict
from channelopt.rules.rows import let_through, occurring, within
from channelopt.terms.decisions import Decisions
from channelopt.terms.facts import Facts
from channelopt.terms.fields import NonNegativeOverTime
from channelopt.terms.numbers import Flags, Numbers


class Choice(ByChannel, BySegment, Policy):
    """Every segment is offered at least or at most a number of channels."""

    slug: ClassVar[str] = "choice"
    title: ClassVar[str] = "Every segment is offered at least or at most a number of channels"
    formula: ClassVar[str] = r"L_t \le \sum_{c \in C} z_{s,c,t} \le U_t"
    example: ClassVar[str] = "{name: three ways in, type: choice, at_least: 3}"

    type: Literal["choice"]
    """The type of the policy."""
    at_least: NonNegativeOverTime | None = None
    """Number of channels."""
    at_most: NonNegativeOverTime | None = None
    """Number of channels."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per segment, period and bound, where something can be offered."""
        here = d.offers.only(let_through(self, n, d.offers, "segment", "period"))
        counted = d.offered.only(let_through(self, n, d.offers))
        yield from within(counted.sum_to(occurring(here, "segment", "period")), n, self)

    def decided_offers(self, n: Numbers) -> Flags:
        """Return (S, T) where the rule makes offers a decision."""
        reach = self.reach(n)
        decided: Flags = reach.segments[:, None] & reach.periods[None, :]
        return decided

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        reach = self.reach(n)
        channels = picked(reach.channels)
        limits = bounds(n, self.at_least, self.at_most)
        somewhere = np.any(may_be_offered(n), axis=1)
        for t in picked(reach.periods):
            for s in picked(reach.segments):
                if somewhere[s, t]:
                    offered = sum((s, c, t) in f.written.offered for c in channels)
                    yield from between((n.segments[s], n.periods[t]), Decimal(offered), limits[t])
