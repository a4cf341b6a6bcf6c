"""Rule `single_channel`: where the assignment says so, one channel carries all inbound contacts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

import numpy as np

from channelopt.algebra.expr import Param
from channelopt.algebra.index import Index
from channelopt.rules.base import Rows, Rule, Verdict
from channelopt.rules.checks import Compared, pair, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, Key, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.numbers import Numbers


class SingleChannel(Rule):
    """Where the assignment says so, one channel carries all inbound contacts."""

    slug: ClassVar[str] = "single_channel"
    title: ClassVar[str] = "Where the assignment says so, one channel carries all inbound contacts"
    formula: ClassVar[str] = (
        r"\sum_c x_{s,i,c,t} = 1, \quad e_{s,i,c,t} = n_{s,i,t} \, x_{s,i,c,t}, \quad x \in \{0, 1\}"
    )

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield the rows of the rule."""
        if d.chosen is None:
            return
        kept = tuple(dim for dim in d.chosen.index.dims if dim != "channel")
        pairs = d.inbound if kept == d.inbound.dims else _segments(n, d)
        one = Param(pairs, np.ones(pairs.num_rows))
        yield "one channel", d.chosen.sum_to(pairs).equals(one)
        cells = d.cells.only(n.inbound[d.cells.code("interaction")])
        all_of_it = Param.pick(cells, n.contacts, "segment", "interaction", "period")
        yield "all in one channel", d.first.on(cells).equals(d.chosen.on(cells) * all_of_it)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the rule on a written plan in plain arithmetic."""
        return verdict(self.slug, _compared(n, f))


def _segments(n: Numbers, d: Decisions) -> Index:
    """Segments and periods with inbound contacts."""
    some = np.asarray(((n.contacts > 0) & n.inbound[None, :, None]).any(axis=1))
    return Index.where(d.sets, ("segment", "period"), some)


def _compared(n: Numbers, f: Facts) -> Iterator[Compared]:
    if n.assignment == "split":
        return
    whole_segment = n.assignment == "one_channel_per_segment"
    entered = {key: x for key, x in f.first_contacts.items() if n.inbound[key[1]]}
    main: dict[Key, tuple[Decimal, int]] = {}
    sums = sum_by(entered, 0, 3, 2) if whole_segment else sum_by(entered, 0, 1, 3, 2)
    for (*scope, c), amount in sums.items():
        main[tuple(scope)] = max(main.get(tuple(scope), (ZERO, -1)), (amount, c))
    for key, contacts in f.contacts.items():
        s, i, t = key
        if n.inbound[i]:
            _, c = main.get((s, t) if whole_segment else key, (ZERO, -1))
            yield pair(n, key), entered.get((s, i, c, t), ZERO), ">=", contacts
