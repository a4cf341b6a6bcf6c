"""Rule `staff`: staff groups work the hours that handled contacts need, within what their FTE can give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, picked, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, Key, exact, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.flows import hours_per_contact
from channelopt.terms.numbers import Numbers


class Staff(Rule):
    """Staff groups work the hours that handled contacts need, within what their FTE can give."""

    slug: ClassVar[str] = "staff"
    title: ClassVar[str] = (
        "Staff groups work the hours that handled contacts need, within what their FTE can give"
    )
    formula: ClassVar[str] = (
        r"\sum_g h_{g,c,t} = \sum_{s,i,v} f_{s,i,c,v,t} \frac{\mathit{handle\_minutes}_v}{60 \, \mathit{concurrency}_{c,v}}, \quad \sum_c h_{g,c,t} \le \mathit{hours\_per\_fte}_{g,t} \, a_{g,t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        served = np.asarray(n.serves.any(axis=0))
        flow = d.handled_by_lane.only(served[d.lane_flow.code("channel")])
        staffed = d.channel_periods.only(served[d.channel_periods.code("channel")])
        needed = (flow * Param(flow.index, hours_per_contact(d.lanes, flow.index))).sum_to(staffed)
        yield "hours needed", d.hours.sum_to(staffed).equals(needed)
        worked = d.hours.sum_to(d.group_periods)
        per_fte = Param.pick(d.group_periods, n.hours_per_fte, "group", "period")
        yield "hours of a group", worked <= d.fte * per_fte
        yield "released", d.released >= 0.0

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    yield from _hours(n, f)
    worked = sum_by(f.written.hours, 0, 2)
    for g, group in enumerate(n.groups):
        for t, period in enumerate(n.periods):
            where, fte = (group, period), f.written.fte.get((g, t), ZERO)
            yield where, worked.get((g, t), ZERO), "<=", exact(n.hours_per_fte[g, t]) * fte
            yield where, fte, ">=", exact(n.min_fte[g, t])
            if n.max_fte[g, t] < np.inf:
                yield where, fte, "<=", exact(n.max_fte[g, t])
            if n.whole_fte[g]:
                yield where, abs(fte - round(fte)), "<=", ZERO


def _hours(n: Numbers, f: Facts) -> Iterator[Compared]:
    """Yield hours worked on each channel against those needed, and hours that cannot be."""
    worked = sum_by(f.written.hours, 1, 2)
    needed = sum_by(f.hours_needed, 1, 2)
    for c in picked(np.asarray(n.serves.any(axis=0))):
        for t, period in enumerate(n.periods):
            key: Key = (c, t)
            where = (n.channels[c], period)
            yield where, worked.get(key, ZERO), "=", needed.get(key, ZERO)
    for (g, c, t), amount in f.written.hours.items():
        place = (n.groups[g], n.channels[c], n.periods[t])
        yield place, amount, ">=", ZERO
        if not n.serves[g, c]:
            yield place, amount, "<=", ZERO
