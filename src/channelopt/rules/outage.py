"""Policy `outage`: If a channel fails, a share of its contacts can be placed elsewhere."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.errors import UsageError
from channelopt.rules.base import ByInteraction, BySegment, Policy, Rows, Verdict
from channelopt.terms.decisions import Decisions
from channelopt.terms.facts import Facts
from channelopt.terms.fields import Id, NonNegative, Share
from channelopt.terms.numbers import Numbers


class Outage(ByInteraction, BySegment, Policy):
    """If a channel fails, a share of its contacts can be placed elsewhere."""

    slug: ClassVar[str] = "outage"
    title: ClassVar[str] = "If a channel fails, a share of its contacts can be placed elsewhere"
    formula: ClassVar[str] = r"\sum (e' - e) \ge \mathit{recover} \sum e_{s,i,k}"
    example: ClassVar[str] = "{name: app fails, type: outage, channel: app, recover: 0.8}"

    type: Literal["outage"]
    """The type of the policy."""
    channel: Id
    """The channel that fails for a whole period."""
    recover: Share
    """Share of its inbound first contacts that must be placeable elsewhere."""
    surge: NonNegative = 0
    """Extra capacity and hours of the others in the emergency, 0.2 = 20 % more."""

    def rows(self, n: Numbers, d: Decisions) -> Rows:
        """Not in this version: `require_supported` stops before rows are asked for."""
        raise NotImplementedError(self.slug)

    def check(self, n: Numbers, f: Facts) -> Verdict:
        """Refuse: this version cannot check the policy."""
        raise UsageError(f"policy '{self.name}': type 'outage' cannot be checked in this version")
