"""Policy `share`: First contacts that enter the filtered channels are at least or at most a share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict, bound
from channelopt.rules.checks import Compared, between, bounds, filtered, picked, verdict
from channelopt.rules.rows import let_through, occurring
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.fields import ShareOverTime
from channelopt.terms.numbers import Numbers


class ShareOfContacts(ByChannel, ByInteraction, BySegment, Policy):
    """First contacts that enter the filtered channels are at least or at most a share."""

    slug: ClassVar[str] = "share"
    title: ClassVar[str] = (
        "First contacts that enter the filtered channels are at least or at most a share"
    )
    formula: ClassVar[str] = (
        r"L_t \sum_{i,c} e_{s,i,c,t} \le \sum_{i, c \in C} e_{s,i,c,t} \le U_t \sum_{i,c} e_{s,i,c,t}"
    )
    example: ClassVar[str] = (
        "{name: seniors stay reachable, type: share, segments: [seniors], touch: low, at_most: 0.35}"
    )

    type: Literal["share"]
    """The type of the policy."""
    at_least: ShareOverTime | None = None
    """Share of the first contacts actually made, 0 to 1."""
    at_most: ShareOverTime | None = None
    """Share of the first contacts actually made, 0 to 1."""
    scope: Literal["each", "total"] = "each"
    """Each segment (or period) on its own, or all together."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per segment (or one) and period, and bound."""
        made = d.first.only(let_through(self, n, d.cells, "segment", "interaction", "period"))
        entered = made.only(let_through(self, n, made.index))
        dims = ("segment", "period") if self.scope == "each" else ("period",)
        rows = occurring(made.index, *dims)
        for name, side, sign in (("at least", self.at_least, 1.0), ("at most", self.at_most, -1.0)):
            limit = bound(side, n)
            held = rows.only(np.isfinite(limit[rows.code("period")]))
            base = made.sum_to(rows).on(held) * Param.pick(held, limit, "period")
            yield name, (entered.sum_to(rows).on(held) - base) * sign >= 0.0

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        reach = self.reach(n)
        anywhere = self.model_copy(update={"channels": None, "touch": None})
        each = self.scope == "each"
        axes = (0, -1) if each else (-1,)
        entering = sum_by(filtered(self, n, f.first_contacts), *axes)
        made = sum_by(filtered(anywhere, n, f.first_contacts), *axes)
        limits = bounds(n, self.at_least, self.at_most)
        for t in picked(reach.periods):
            for key in [(s, t) for s in picked(reach.segments)] if each else [(t,)]:
                where = (*(n.segments[s] for s in key[:-1]), n.periods[t])
                yield from between(where, entering.get(key, ZERO), limits[t], made.get(key, ZERO))
