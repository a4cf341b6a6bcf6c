"""Rule `offers`: contacts enter offered channels; some of those who prefer an offered channel cannot be led elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, cell, may_be_offered, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, ZERO, Key, exact
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Numbers

OFFER = ("segment", "channel", "period")


class Offers(Rule):
    """Contacts enter offered channels; some of those who prefer an offered channel cannot be led elsewhere."""

    slug: ClassVar[str] = "offers"
    title: ClassVar[str] = (
        "Contacts enter offered channels; some of those who prefer an offered channel cannot be led elsewhere"
    )
    formula: ClassVar[str] = (
        r"(1 - \mathit{steering}_s) \mathit{preference}_{s,i,c} n_{s,i,t} z_{s,c,t} \le e_{s,i,c,t} \le n_{s,i,t} z_{s,c,t}, \quad z_{s,c,t} \le o_{c,t}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        decided = np.isin(d.cells.keys_of(OFFER), d.offers.keys)
        decided &= n.inbound[d.cells.code("interaction")]
        cells = d.cells.only(decided)
        offered = d.offered.on(cells)
        largest = Param(cells, d.largest.values[decided])
        yield "offered for contacts", d.first.on(cells) <= offered * largest
        s, i, c, t = cells.codes
        loyal = (1 - n.steering[s]) * n.preference[s, i, c] * n.contacts[s, i, t]
        held = cells.only(loyal > 0)
        stay = d.offered.on(held) * Param(held, loyal[loyal > 0])
        yield "preference", d.first.on(held) >= stay
        yield "offered when open", d.offered <= d.open.on(d.offers)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    offered, possible = f.written.offered, may_be_offered(n)
    for s, c, t in sorted(offered):
        where = (n.segments[s], n.channels[c], n.periods[t])
        yield where, ONE, "<=", ONE if f.is_open(c, t) else ZERO
        yield where, ONE, "<=", ONE if possible[s, c, t] else ZERO
    for key, amount in f.first_contacts.items():
        s, i, c, t = key
        if n.inbound[i] and (s, c, t) not in offered:
            yield cell(n, key), amount, "<=", ZERO
    yield from _held(n, f)


def _held(n: Numbers, f: Facts) -> Iterator[Compared]:
    """Yield the contacts of those who prefer an offered channel and cannot be led elsewhere."""
    loyal = (n.steering < 1)[:, None, None] & (n.preference > 0) & n.inbound[None, :, None]
    eligible = n.eligible[:, :, : len(n.channels)]
    for place in np.argwhere(loyal[..., None] & eligible & n.available).tolist():
        key: Key = tuple(place)
        s, i, c, t = key
        if (s, c, t) in f.written.offered and (s, i, t) in f.contacts:
            share = (ONE - exact(n.steering[s])) * exact(n.preference[s, i, c])
            amount = f.first_contacts.get(key, ZERO)
            yield cell(n, key), amount, ">=", share * f.contacts[s, i, t]
