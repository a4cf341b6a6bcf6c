"""Policy `migration`: Shares of channels change slowly from one period to the next."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import isnan
from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Verdict
from channelopt.rules.checks import Compared, between, bounds, picked, verdict
from channelopt.terms.exact import ZERO, Key, exact
from channelopt.terms.facts import Facts
from channelopt.terms.fields import ShareOverTime
from channelopt.terms.numbers import Numbers


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
                            where = (n.segments[s], n.interactions[i], n.channels[c], n.periods[t])
                            yield from between(where, abs(now - before), limits[t])


def _share(n: Numbers, f: Facts, cell: Key) -> Decimal | None:
    """Return the share of (s, i) that enters c in t, today's before the first period."""
    s, i, c, t = cell
    if t < 0:
        today = float(n.baseline_share[s, i, c])
        return None if isnan(today) else exact(today)
    contacts = f.contacts.get((s, i, t))
    return None if contacts is None else f.first_contacts.get(cell, ZERO) / contacts
