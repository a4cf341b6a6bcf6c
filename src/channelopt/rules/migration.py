"""Policy `migration`: Shares of channels change slowly from one period to the next."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import isnan
from typing import ClassVar, Literal

import numpy as np
import scipy

from channelopt.algebra.expr import Matrix, Param
from channelopt.algebra.index import Codes, Index
from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict, bound
from channelopt.rules.checks import Compared, between, bounds, picked, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, Key, exact
from channelopt.terms.facts import Facts
from channelopt.terms.fields import ShareOverTime
from channelopt.terms.numbers import Flags, Floats, Numbers

CELL = ("segment", "interaction", "channel", "period")


class Migration(ByChannel, ByInteraction, BySegment, Policy):
    """Shares of channels change slowly from one period to the next."""

    slug: ClassVar[str] = "migration"
    title: ClassVar[str] = "Shares of channels change slowly from one period to the next"
    formula: ClassVar[str] = r"|e_{s,i,c,t}/n_{s,i,t} - e_{s,i,c,t-1}/n_{s,i,t-1}| \le U_t"
    example: ClassVar[str] = "{name: fifteen points a year, type: migration, at_most: 0.15}"

    type: Literal["migration"]
    """The type of the policy."""
    at_most: ShareOverTime
    """Share points, 0.15 = fifteen points."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield two rows per segment, interaction, channel and period."""
        limit = bound(self.at_most, n)
        rows = Index.where(d.sets, CELL, self._moves(n) & np.isfinite(limit))
        s, i, c, t = rows.codes
        contacts = Param.pick(d.cells, n.contacts, "segment", "interaction", "period")
        share = d.first * Param(d.cells, 1.0 / contacts.values)
        today = Param(rows, np.where(t == 0, np.nan_to_num(n.baseline_share[s, i, c]), 0.0))
        before = share.through(rows, _partners(d.cells, rows.keys - 1, t > 0))
        change = share.through(rows, _partners(d.cells, rows.keys, t >= 0)) - before - today
        allowed = Param.pick(rows, limit, "period")
        yield "up", change <= allowed
        yield "down", change >= -allowed

    def largest_shares(self, n: Numbers) -> Floats | None:
        """Return how far each share can have come from today's, moving at full speed."""
        steps = np.where(self._moves(n), np.nan_to_num(bound(self.at_most, n), nan=1.0), 1.0)
        largest = np.ones(n.shape_of_ways)
        before = np.nan_to_num(n.baseline_share, nan=1.0)
        for t in range(len(n.periods)):
            before = np.minimum(before + steps[..., t], 1.0)
            largest[..., t] = before
        return largest

    def _moves(self, n: Numbers) -> Flags:
        """Return (S, I, W, T) where there is a share before and a share now."""
        reach = self.reach(n)
        some = (n.contacts > 0)[:, :, None, :]
        before = np.empty(n.shape_of_ways, dtype=bool)
        before[..., 1:] = some[..., :-1]
        before[..., 0] = ~np.isnan(n.baseline_share)
        filtered = reach.segments[:, None, None, None] & reach.interactions[None, :, None, None]
        filtered = filtered & reach.channels[None, None, :, None] & reach.periods
        moves: Flags = before & some & filtered
        return moves

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        reach = self.reach(n)
        limits = bounds(n, None, self.at_most)
        for t in picked(reach.periods):
            for s in picked(reach.segments):
                for i in picked(reach.interactions):
                    for c in picked(reach.channels):
                        before, now = _share(n, f, (s, i, c, t - 1)), _share(n, f, (s, i, c, t))
                        if before is not None and now is not None:
                            where = (n.segments[s], n.interactions[i], n.ways[c], n.periods[t])
                            yield from between(where, abs(now - before), limits[t])


def _share(n: Numbers, f: Facts, cell: Key) -> Decimal | None:
    """Return the share of (s, i) that enters c in t, today's before the first period."""
    s, i, c, t = cell
    if t < 0:
        today = float(n.baseline_share[s, i, c])
        return None if isnan(today) else exact(today)
    contacts = f.contacts.get((s, i, t))
    return None if contacts is None else f.first_contacts.get(cell, ZERO) / contacts


def _partners(cells: Index, keys: Codes, wanted: Flags) -> Matrix:
    """(rows, cells) matrix that picks each row's cell, nothing where none may exist."""
    found = np.minimum(np.searchsorted(cells.keys, keys), max(cells.num_rows - 1, 0))
    exists = wanted & (cells.keys[found] == keys) if cells.num_rows else np.zeros_like(wanted)
    rows = np.nonzero(exists)[0]
    return scipy.sparse.csr_array(
        (np.ones(len(rows)), (rows, found[exists])), shape=(len(keys), cells.num_rows)
    )
