"""Rule `bundles`: a bundle's customers are handled by the channels that it uses, all of them open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import scipy

from channelopt.algebra.expr import Matrix, Param
from channelopt.algebra.index import Codes, Index
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, cell, picked, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO
from channelopt.terms.facts import Facts
from channelopt.terms.flows import CELL, PAIR
from channelopt.terms.numbers import Floats, Numbers


class Bundles(Rule):
    """A bundle's customers are handled by the channels that it uses, all of them open."""

    slug: ClassVar[str] = "bundles"
    title: ClassVar[str] = (
        "A bundle's customers are handled by the channels that it uses, all of them open"
    )
    formula: ClassVar[str] = (
        r"\sum_v u_{s,i,b,c,v,t} = \mathit{uses}_{b,c} \, e_{s,i,b,t}, \quad e_{s,i,b,t} \le n_{s,i,t} \, o_{c,t} \text{ where } \mathit{uses}_{b,c} > 0"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        if not n.bundles:
            return
        rows, amounts, which = self._uses(n, d)
        most = d.largest.values[d.cells.positions(d.treated.index.keys, of="a bundle")][which]
        needed = d.treated.through(rows, _pick(np.ones(len(which)), which, d.treated.index))
        yield "open for bundles", needed <= d.open.on(rows) * Param(rows, most)
        shared = d.lanes.shared[d.used.index.code("channel"), d.used.index.code("period")]
        parts = d.used.only(shared)
        cells = _cells_of(parts.index)
        asked = d.treated.through(rows, _pick(amounts, which, d.treated.index))
        decided = asked.only(d.lanes.shared[rows.code("channel"), rows.code("period")])
        yield "used by bundles", parts.sum_to(cells).equals(decided.sum_to(cells))
        s, i, t = (parts.index.code(dim) for dim in PAIR)
        reach = n.contacts[s, i, t] * n.uses.max(axis=0)[parts.index.code("channel")]
        running = d.running.on(parts.index) * Param(parts.index, reach)
        yield "used while running", parts <= running

    def _uses(self, n: Numbers, d: Decisions) -> tuple[Index, Floats, Codes]:
        """Return a row per treated cell and channel it uses, how often, and the cell's position."""
        treated = d.treated.index
        bundle = treated.code("channel") - len(n.channels)
        which, channel = np.nonzero(n.uses[bundle] > 0)
        s, i, t = (treated.code(dim)[which] for dim in PAIR)
        codes = (s, i, bundle[which], channel, t)
        order = np.lexsort(codes[::-1])
        dims = ("segment", "interaction", "bundle", "channel", "period")
        rows = Index(d.sets, dims, tuple(axis[order] for axis in codes), len(order))
        return rows, n.uses[bundle[which], channel][order], which[order]

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    for key, amount in f.first_contacts.items():
        s, i, w, t = key
        if w < len(n.channels):
            continue
        if n.inbound[i]:
            yield cell(n, key), amount, "<=", ZERO
        for c in picked(n.uses[w - len(n.channels)] > 0):
            if not f.is_open(c, t):
                where = (n.segments[s], n.interactions[i], n.ways[w], n.channels[c], n.periods[t])
                yield where, amount, "<=", ZERO


def _pick(values: Floats, columns: Codes, of: Index) -> Matrix:
    """(rows, columns) matrix with one value per row."""
    count = len(columns)
    return scipy.sparse.csr_array((values, (np.arange(count), columns)), shape=(count, of.num_rows))


def _cells_of(rows: Index) -> Index:
    """Return the (segment, interaction, channel, period) that occur."""
    exists = np.zeros(tuple(rows.sets.size(dim) for dim in CELL), dtype=bool)
    exists[tuple(rows.code(dim) for dim in CELL)] = True
    return Index.where(rows.sets, CELL, exists)
