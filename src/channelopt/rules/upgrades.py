"""Rule `upgrades`: a channel runs with exactly the upgrades that are owned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import scipy

from channelopt.algebra.expr import Expr, Matrix, Param
from channelopt.algebra.index import Codes
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, picked, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, ZERO
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Flags, Numbers


class Upgrades(Rule):
    """A channel runs with exactly the upgrades that are owned; none is given up."""

    slug: ClassVar[str] = "upgrades"
    title: ClassVar[str] = "A channel runs with exactly the upgrades that are owned"
    formula: ClassVar[str] = (
        r"\sum_v y_{c,v,t} = o_{c,t}, \quad \sum_{v \ni k} y_{c,v,t} \le w_{k,t}, \quad \sum_{v \not\ni k} y_{c,v,t} \le 1 - w_{k,t}, \quad w_{k,t} \ge w_{k,t-1}, \quad w_{k,t} \le w_{k',t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        yield "upgrades are kept", d.bought >= 0.0
        k, t = d.upgrade_periods.codes
        for needed in np.flatnonzero(n.upgrades.requires.any(axis=0)).tolist():
            rows = d.upgrade_periods.only(n.upgrades.requires[k, needed])
            other = d.owned.only(k == needed)
            given = other.sum_to(d.sets.all("period")).on(rows)
            yield f"requires {n.upgrades.ids[needed]}", d.owned.on(rows) <= given
        c, t = d.channel_periods.codes
        several = d.channel_periods.only(d.lanes.shared[c, t])
        runs = d.running.only(d.lanes.shared[d.running.index.code("channel"), _period(d.running)])
        yield "one variant", runs.sum_to(several).equals(d.open.on(several))
        yield from self._owned(n, d)

    def _owned(self, n: Numbers, d: Decisions) -> Rows:
        """Yield that variants with an upgrade need it, and that those without must not have it."""
        changing = np.asarray(d.lanes.owns.any(axis=0))
        upgrade, period = d.upgrade_periods.codes
        rows = d.upgrade_periods.only(changing[upgrade] & n.upgrades.available[upgrade, period])
        lane = d.lanes.position[d.running.index.code("channel"), d.running.index.code("variant")]
        k, t = rows.codes
        together = n.upgrades.channel[k][:, None] == d.running.index.code("channel")[None, :]
        together &= t[:, None] == _period(d.running)[None, :]
        has = d.lanes.owns[lane][:, k].T
        one = Param(rows, np.ones(rows.num_rows))
        owned = d.owned.on(rows)
        with_it = d.running.through(rows, _picks(together & has))
        without = d.running.through(rows, _picks(together & ~has))
        yield "runs with what is owned", with_it <= owned
        yield "runs without what is not", without <= one - owned

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    owned = f.written.owned
    for k, t in sorted(owned):
        where = (n.upgrades.ids[k], n.periods[t])
        yield where, ONE, "<=", ONE if n.upgrades.available[k, t] else ZERO
        for other in picked(n.upgrades.requires[k]):
            needed = (n.upgrades.ids[k], n.upgrades.ids[other], n.periods[t])
            yield needed, ONE, "<=", ONE if (other, t) in owned else ZERO
        if t + 1 < len(n.periods):
            after = (n.upgrades.ids[k], n.periods[t + 1])
            yield after, ONE if (k, t + 1) in owned else ZERO, ">=", ONE


def _period(rows: Expr) -> Codes:
    return rows.index.code("period")


def _picks(flags: Flags) -> Matrix:
    """Return flags (rows, columns) as a matrix that adds up the columns of each row."""
    return scipy.sparse.csr_array(flags.astype(np.float64))
