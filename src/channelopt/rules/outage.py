"""Policy `outage`: If a channel fails, a share of its contacts can be placed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import ClassVar, Literal

import numpy as np

from channelopt.rules.base import ByInteraction, BySegment, Policy, Reach, Rows, Verdict
from channelopt.rules.checks import Compared, Where, pair, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.emergency_classes import Asked
from channelopt.terms.emergency_facts import Emergency
from channelopt.terms.emergency_rows import recourse
from channelopt.terms.exact import ONE, ZERO, Key, exact, sum_by, total
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Id, NonNegative, Share
from channelopt.terms.numbers import Numbers
from channelopt.terms.written import Emergency as Proof

Amounts = Mapping[Key, Decimal]


class Outage(ByInteraction, BySegment, Policy):
    """If a channel fails, a share of its contacts can be placed elsewhere."""

    slug: ClassVar[str] = "outage"
    title: ClassVar[str] = "If a channel fails, a share of its contacts can be placed elsewhere"
    formula: ClassVar[str] = r"\sum (e' - e) \ge \mathit{recover} \sum e_{s,i,k}"
    example: ClassVar[str] = "{name: app fails, type: outage, channel: app, recover: 0.8}"

    type: Literal["outage"]
    """The type of the policy."""
    channel: Id
    """The channel that fails for a whole period."""
    recover: Share
    """Share of its inbound first contacts that must be placeable elsewhere."""
    surge: NonNegative = 0
    """Extra capacity and hours of the others in the emergency, 0.2 = 20 % more."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Add the columns of an emergency beside the plan, and yield its rows."""
        reach = self.reach(n)
        asked = Asked(
            name=self.name,
            channel=n.channels.index(self.channel),
            recover=float(self.recover),
            more=1.0 + float(self.surge),
            pairs=reach.segments[:, None] & reach.interactions,
            periods=reach.periods & n.available[n.channels.index(self.channel)],
        )
        yield from recourse(n, d, asked)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the written proof of the policy in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        proof = f.written.emergencies.get(self.name, Proof({}, {}))
        reach = self.reach(n)
        k = n.channels.index(self.channel)
        for t, period in enumerate(n.periods):
            placed = {key: x for key, x in proof.placed.items() if key[-1] == t}
            hours = {key: x for key, x in proof.hours.items() if key[-1] == t}
            if not (f.is_open(k, t) and reach.periods[t]):
                yield (self.channel, period), total(map(abs, placed.values())), "<=", ZERO
                continue
            fails = Emergency(f, k, t)
            required = exact(self.recover) * self._lost(reach, fails)
            if required == 0 and not placed and not hours:
                continue  # the plan without the channel is its own proof
            recovered = total(x for (s, i, _, _), x in placed.items() if _within(reach, s, i))
            yield (self.channel, period), recovered, ">=", required
            yield from _placements(f, fails, placed)
            yield from _work(f, fails, (placed, hours), ONE + exact(self.surge))

    def _lost(self, reach: Reach, fails: Emergency) -> Decimal:
        return total(fails.stranded(s, i) for s, i in fails.first if _within(reach, s, i))


def _within(reach: Reach, segment: int, interaction: int) -> bool:
    return bool(reach.segments[segment] and reach.interactions[interaction])


def _placements(f: Facts, fails: Emergency, placed: Amounts) -> Iterator[Compared]:
    """Each into a cell that may be used, and no more of a pair than the failed channel had."""
    n = f.numbers
    for key, amount in placed.items():
        _, i, c, t = key
        may_enter = c in fails.others and n.inbound[i] and n.eligible[key] and n.available[c, t]
        yield _cell(n, key), amount, ">=", ZERO
        if not may_enter:
            yield _cell(n, key), amount, "<=", ZERO
    for key, amount in sum_by(placed, 0, 1, 3).items():
        yield pair(n, key), amount, "<=", fails.stranded(*key[:2])


def _cell(n: Numbers, key: Key) -> Where:
    s, i, w, t = key
    return n.segments[s], n.interactions[i], n.ways[w], n.periods[t]


def _work(
    f: Facts, fails: Emergency, proof: tuple[Amounts, Amounts], more: Decimal
) -> Iterator[Compared]:
    """Capacity of the others, hours that cover their work, and hours that groups have."""
    n, t = f.numbers, fails.period
    placed, hours = proof
    work = fails.work(placed)
    worked = sum_by(hours, 1, -1)
    for c in sorted(fails.others):
        where = (n.channels[c], n.periods[t])
        if n.capacity[c, t] < np.inf:
            yield where, work.handled.get(c, ZERO), "<=", more * exact(n.capacity[c, t])
        if n.serves[:, c].any():
            yield where, worked.get((c, t), ZERO), ">=", work.hours_needed.get(c, ZERO)
    for (g, c, _), amount in hours.items():
        place = (n.groups[g], n.channels[c], n.periods[t])
        yield place, amount, ">=", ZERO
        if not n.serves[g, c] or c not in fails.others:
            yield place, amount, "<=", ZERO
    for (g, _), amount in sum_by(hours, 0, -1).items():
        paid = exact(n.hours_per_fte[g, t]) * f.written.fte.get((g, t), ZERO)
        yield (n.groups[g], n.periods[t]), amount, "<=", more * paid
