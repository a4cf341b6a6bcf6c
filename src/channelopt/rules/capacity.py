"""Rule `capacity`: handled contacts stay within capacity, and reach the minimum volume of an open channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, exact, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.flows import lane_of
from channelopt.terms.numbers import Numbers


class Capacity(Rule):
    """Handled contacts stay within capacity, and reach the minimum volume of an open channel."""

    slug: ClassVar[str] = "capacity"
    title: ClassVar[str] = (
        "Handled contacts stay within capacity, and reach the minimum volume of an open channel"
    )
    formula: ClassVar[str] = (
        r"\mathit{min\_volume}_{c,t} \, o_{c,t} \le \sum_{s,i} f_{s,i,c,t} \le \sum_v \mathit{capacity}_{c,v,t} \, y_{c,v,t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        runs = d.running.index
        limit = d.lanes.capacity[lane_of(d.lanes, runs), runs.code("period")]
        handled = d.handled_by_lane.sum_to(runs)
        limited = np.isfinite(limit)
        rows = runs.only(limited)
        yield "capacity", handled.on(rows) <= d.running.on(rows) * Param(rows, limit[limited])
        c, t = d.channel_periods.codes
        rows = d.channel_periods.only((n.min_volume[c, t] > 0) & n.available[c, t])
        floor = d.open.on(rows) * Param.pick(rows, n.min_volume, "channel", "period")
        yield "minimum volume", d.handled.sum_to(d.channel_periods).on(rows) >= floor

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    handled = sum_by(f.handled, 2, 3)
    for c, channel in enumerate(n.channels):
        for t, period in enumerate(n.periods):
            where = (channel, period)
            amount = handled.get((c, t), ZERO)
            if not f.is_open(c, t):
                yield where, amount, "<=", ZERO
                continue
            if n.capacity[c, t] < np.inf:
                yield where, amount, "<=", exact(n.capacity[c, t])
            if n.min_volume[c, t] > 0:
                yield where, amount, ">=", exact(n.min_volume[c, t])
