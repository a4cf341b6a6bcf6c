"""Policy `requires`: A channel is open only where others are open."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar, Literal

from channelopt.algebra.expr import Expr
from channelopt.rules.base import Policy, Rows, Verdict
from channelopt.rules.checks import Compared, picked, verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Id
from channelopt.terms.numbers import Numbers


class Requires(Policy):
    """A channel is open only where others are open."""

    slug: ClassVar[str] = "requires"
    title: ClassVar[str] = "A channel is open only where others are open"
    formula: ClassVar[str] = r"o_{c,t} \le o_{c',t}"
    example: ClassVar[str] = (
        "{name: chat needs phone, type: requires, channel: chat, needs: [phone]}"
    )

    type: Literal["requires"]
    """The type of the policy."""
    channel: Id
    """The channel that needs others."""
    needs: Id | list[Id]
    """One channel or a list."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per needed channel and period."""
        needs = [self.needs] if isinstance(self.needs, str) else sorted(set(self.needs))
        own = self._open(n, d, self.channel)
        for need in needs:
            yield f"needs {need}", own - self._open(n, d, need).on(own.index) <= 0.0

    def _open(self, n: Numbers, d: Decisions, channel: str) -> Expr:
        one = d.open.only(d.channel_periods.code("channel") == n.channels.index(channel))
        periods = d.sets.all("period").only(self.reach(n).periods)
        one = one.only(self.reach(n).periods[one.index.code("period")])
        return one.sum_to(periods)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        needs = [self.needs] if isinstance(self.needs, str) else self.needs
        channel = n.channels.index(self.channel)
        for t in picked(self.reach(n).periods):
            for needed in needs:
                other = n.channels.index(needed)
                found, required = f.is_open(channel, t), f.is_open(other, t)
                yield (self.channel, needed, n.periods[t]), Decimal(found), "<=", Decimal(required)
