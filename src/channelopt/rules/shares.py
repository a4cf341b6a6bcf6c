"""Rule `shares`: the share of contacts that enter a channel stays within its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from channelopt.algebra.expr import Expr, Param
from channelopt.algebra.index import Index
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, cell, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, Key, exact
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Numbers

CELL = ("segment", "interaction", "channel", "period")


class Shares(Rule):
    """The share of contacts that enter a channel stays within its bounds."""

    slug: ClassVar[str] = "shares"
    title: ClassVar[str] = "The share of contacts that enter a channel stays within its bounds"
    formula: ClassVar[str] = (
        r"\mathit{min\_share}_{s,i,c,t} \, n_{s,i,t} \le e_{s,i,c,t} \le \mathit{max\_share}_{s,i,c,t} \, n_{s,i,t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        some = (n.contacts > 0)[:, :, None, :]
        floor = Index.where(d.sets, CELL, (n.min_share > 0) & some)
        ceiling = Index.where(d.sets, CELL, (n.max_share < 1) & some)
        for name, rows, shares in (
            ("minimum share", floor, n.min_share),
            ("maximum share", ceiling, n.max_share),
        ):
            entered = _entered(d, rows)
            limit = Param.pick(rows, shares * n.contacts[:, :, None, :], *CELL)
            yield name, entered >= limit if name == "minimum share" else entered <= limit

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _entered(d: Decisions, rows: Index) -> Expr:
    """First contacts on the rows, zero where no contact may enter."""
    both = np.isin(d.cells.keys, rows.keys)
    return d.first.only(both).sum_to(rows)


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    some = (n.contacts > 0)[:, :, None, :]
    floors, ceilings = (n.min_share > 0) & some, (n.max_share < 1) & some
    for place in np.argwhere(floors | ceilings).tolist():
        key: Key = tuple(place)
        s, i, _, t = key
        amount, contacts = f.first_contacts.get(key, ZERO), f.contacts[s, i, t]
        if floors[key]:
            yield cell(n, key), amount, ">=", exact(n.min_share[key]) * contacts
        if ceilings[key]:
            yield cell(n, key), amount, "<=", exact(n.max_share[key]) * contacts
