"""Rule `opening`: contacts enter open channels only, and never outside a channel's window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, cell, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, ZERO
from channelopt.terms.facts import Facts
from channelopt.terms.flows import CELL, lane_of
from channelopt.terms.numbers import Numbers


class Opening(Rule):
    """Contacts enter open channels only, and never outside a channel's window."""

    slug: ClassVar[str] = "opening"
    title: ClassVar[str] = "Contacts enter open channels only, and never outside a channel's window"
    formula: ClassVar[str] = (
        r"e_{s,i,c,v,t} \le \min(n_{s,i,t}, \mathit{capacity}_{c,v,t}) \, y_{c,v,t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per cell and variant; an offer that is a decision has its own link."""
        entries = d.entered.index
        linked = np.isin(entries.keys_of(("segment", "channel", "period")), d.offers.keys)
        linked &= n.inbound[entries.code("interaction")]
        linked &= ~d.lanes.shared[entries.code("channel"), entries.code("period")]
        rows = d.entered.only(~linked)
        at = d.cells.positions(rows.index.keys_of(CELL), of="a cell")
        room = d.lanes.capacity[lane_of(d.lanes, rows.index), rows.index.code("period")]
        most = Param(rows.index, np.minimum(d.largest.values[at], room))
        yield "open for contacts", rows <= d.running.on(rows.index) * most

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    for c, t in sorted(f.written.open):
        available = ONE if n.available[c, t] else ZERO
        yield (n.channels[c], n.periods[t]), ONE, "<=", available
    for key, amount in f.handled.items():
        if not f.is_open(key[2], key[3]):
            yield cell(n, key), amount, "<=", ZERO
