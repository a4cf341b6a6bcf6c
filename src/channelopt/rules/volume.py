"""Policy `volume`: Contacts in the filter are at least or at most a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict
from channelopt.rules.checks import Compared, between, bounds, filtered, picked, verdict
from channelopt.rules.rows import let_through, per_period, within
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ZERO, sum_by
from channelopt.terms.facts import Facts
from channelopt.terms.fields import NonNegativeOverTime
from channelopt.terms.numbers import Numbers


class Volume(ByChannel, ByInteraction, BySegment, Policy):
    """Contacts in the filter are at least or at most a number."""

    slug: ClassVar[str] = "volume"
    title: ClassVar[str] = "Contacts in the filter are at least or at most a number"
    formula: ClassVar[str] = r"L_t \le \sum_{s,i,c} x_{s,i,c,t} \le U_t, \quad x \in \{e, f\}"
    example: ClassVar[str] = (
        "{name: phone floor, type: volume, channels: [phone], at_least: 1000, measure: handled}"
    )

    type: Literal["volume"]
    """The type of the policy."""
    at_least: NonNegativeOverTime | None = None
    """Contacts per period."""
    at_most: NonNegativeOverTime | None = None
    """Contacts per period."""
    measure: Literal["first_contacts", "handled"] = "first_contacts"
    """What is counted."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per period and bound."""
        contacts = d.first if self.measure == "first_contacts" else d.handled
        counted = contacts.only(let_through(self, n, contacts.index))
        yield from within(per_period(counted, self, n, d), n, self)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        counted = f.handled if self.measure == "handled" else f.first_contacts
        sums = sum_by(filtered(self, n, counted), -1)
        limits = bounds(n, self.at_least, self.at_most)
        for t in picked(self.reach(n).periods):
            yield from between((n.periods[t],), sums.get((t,), ZERO), limits[t])
