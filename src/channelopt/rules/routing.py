"""Rule `routing`: an open channel takes all contacts passed on to it, a closed one none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, pair, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, ZERO, ExactNumbers, Key, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.flows import decided_moves
from channelopt.terms.numbers import Numbers


class Routing(Rule):
    """An open channel takes all contacts passed on to it, a closed one none."""

    slug: ClassVar[str] = "routing"
    title: ClassVar[str] = "An open channel takes all contacts passed on to it, a closed one none"
    formula: ClassVar[str] = (
        r"\sum_v r_{s,i,c,v,t} = o_{c,t} \sum_{c',v'} (1 - \mathit{resolution}_{c',v'}) \mathit{unresolved}_{c' \to c} (e + r)_{s,i,c',v',t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        yield from decided_moves(d.passing, d.open, d.running)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    exact = ExactNumbers()
    entered = sum_by(f.entering, 0, 1, 3)
    ended: dict[Key, Decimal] = {}
    for key, amount in f.handled.items():
        s, i, _, t = key
        ends = exact[float(n.resolution[key])] if n.inbound[i] else ONE
        ended[s, i, t] = ended.get((s, i, t), ZERO) + ends * amount
    for key, amount in ended.items():
        given_up = f.given_up.get(key, ZERO)
        yield pair(n, key), amount + given_up, "=", entered[key]
        yield pair(n, key), given_up, ">=", ZERO
