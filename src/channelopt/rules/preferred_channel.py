"""Policy `preferred_channel`: Channels that enough customers prefer are offered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy, Rows, Verdict
from channelopt.rules.checks import Compared, picked, verdict
from channelopt.rules.rows import let_through
from channelopt.terms.decisions import Decisions
from channelopt.terms.exact import ONE, ZERO
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Share
from channelopt.terms.numbers import Flags, Numbers


class PreferredChannel(ByChannel, ByInteraction, BySegment, Policy):
    """Channels that enough customers prefer are offered."""

    slug: ClassVar[str] = "preferred_channel"
    title: ClassVar[str] = "Channels that enough customers prefer are offered"
    formula: ClassVar[str] = (
        r"z_{s,c,t} = 1 \quad \text{where } \mathit{preference}_{s,i,c} \ge \mathit{threshold}"
    )
    example: ClassVar[str] = (
        "{name: their favourite, type: preferred_channel, segments: [seniors], threshold: 0.25}"
    )

    type: Literal["preferred_channel"]
    """The type of the policy."""
    threshold: Share
    """Smallest share of customers who prefer the channel."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Yield one row per segment, channel and period that must be offered."""
        reach = self.reach(n)
        liked = n.preference >= self.threshold
        served = (n.inbound & reach.interactions)[None, :, None] & (n.contacts > 0)
        may_enter = n.eligible[:, :, : len(n.channels)]
        wanted = np.asarray((liked[..., None] & may_enter & served[:, :, None, :]).any(axis=1))
        yield "", d.offered.only(wanted[d.offers.codes] & let_through(self, n, d.offers)) >= 1.0

    def decided_offers(self, n: Numbers) -> Flags:
        """Return (S, T) where the rule makes offers a decision."""
        reach = self.reach(n)
        decided: Flags = reach.segments[:, None] & reach.periods[None, :]
        return decided

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Check the policy on a written plan in plain arithmetic."""
        return verdict(self.name, self._compared(n, f))

    def _compared(self, n: Numbers, f: Facts) -> Iterator[Compared]:
        reach = self.reach(n)
        wanted = n.preference >= self.threshold
        for t in picked(reach.periods):
            for s in picked(reach.segments):
                waiting = reach.interactions & n.inbound & (n.contacts[s, :, t] > 0)
                eligible = n.eligible[s, :, : len(n.channels), t]
                liked = np.any((wanted[s] & eligible)[waiting], axis=0)
                for c in picked(liked & n.available[:, t] & reach.channels[: len(liked)]):
                    offered = ONE if (s, c, t) in f.written.offered else ZERO
                    where = (n.segments[s], n.channels[c], n.periods[t])
                    yield where, offered, ">=", ONE
