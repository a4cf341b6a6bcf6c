"""Policy `open_channels`: At least or at most a number of channels is open."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, Policy, Rows, Verdict
from channelopt.rules.checks import Compared, between, bounds, picked, verdict
from channelopt.rules.rows import let_through, per_period, within
from channelopt.terms.decisions import Decisions
from channelopt.terms.facts import Facts
from channelopt.terms.fields import NonNegativeOverTime
from channelopt.terms.numbers import Numbers


class OpenChannels(ByChannel, Policy):
    """At least or at most a number of channels is open."""

    slug: ClassVar[str] = "open_channels"
    title: ClassVar[str] = "At least or at most a number of channels is open"
    formula: ClassVar[str] = r"L_t \le \sum_{c \in C} o_{c,t} \le U_t"
    example: ClassVar[str] = "{name: not more than six, type: open_channels, at_most: 6}"

    type: Literal["open_channels"]
    """The type of the policy."""
    at_least: NonNegativeOverTime | None = None
    """Number of channels."""
    at_most: NonNegativeOverTime | None = None
    """Number of channels."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per period and bound."""
        counted = d.open.only(let_through(self, n, d.channel_periods))
        yield from within(per_period(counted, self, n, d), n, self)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        reach = self.reach(n)
        limits = bounds(n, self.at_least, self.at_most)
        for t in picked(reach.periods):
            num_open = sum(f.is_open(c, t) for c in picked(reach.channels))
            yield from between((n.periods[t],), Decimal(num_open), limits[t])
