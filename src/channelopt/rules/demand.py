"""Rule `demand`: every inbound contact enters one channel, outbound contacts have a ceiling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from channelopt.algebra.expr import Param
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, Sense, cell, pair, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Numbers

PAIR = ("segment", "interaction", "period")


class Demand(Rule):
    """Every inbound contact enters one channel, outbound contacts have a ceiling."""

    slug: ClassVar[str] = "demand"
    title: ClassVar[str] = (
        "Every inbound contact enters one channel, outbound contacts have a ceiling"
    )
    formula: ClassVar[str] = (
        r"\sum_c e_{s,i,c,t} = n_{s,i,t} \text{ (inbound)}, \quad \sum_c e_{s,i,c,t} \le n_{s,i,t} \text{ (outbound)}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        served = n.inbound[d.cells.code("interaction")]
        entered = d.first.only(served).sum_to(d.inbound)
        made = d.first.only(~served).sum_to(d.outbound)
        yield "demand", entered.equals(Param.pick(d.inbound, n.contacts, *PAIR))
        yield "most outbound contacts", made <= Param.pick(d.outbound, n.contacts, *PAIR)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    entered = sum_by(f.first_contacts, 0, 1, 3)
    for key, contacts in f.contacts.items():
        sense: Sense = "=" if n.inbound[key[1]] else "<="
        yield pair(n, key), entered.get(key, ZERO), sense, contacts
    for key, amount in f.first_contacts.items():
        s, i, _, t = key
        yield cell(n, key), amount, ">=", ZERO
        if not n.eligible[key] or (s, i, t) not in f.contacts:
            yield cell(n, key), amount, "<=", ZERO
