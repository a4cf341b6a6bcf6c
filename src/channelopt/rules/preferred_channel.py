"""Policy `preferred_channel`: Channels that enough customers prefer are offered."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy
from channelopt.terms.fields import Share


class PreferredChannel(ByChannel, ByInteraction, BySegment, Policy):
    """Channels that enough customers prefer are offered."""

    slug: ClassVar[str] = "preferred_channel"
    title: ClassVar[str] = "Channels that enough customers prefer are offered"
    formula: ClassVar[str] = r"z_{s,c,t} = 1 \quad \text{where } \mathit{preference}_{s,i,c} \ge \mathit{threshold}"
    example: ClassVar[str] = "{name: their favourite, type: preferred_channel, segments: [seniors], threshold: 0.25}"

    type: Literal["preferred_channel"]
    """The type of the policy."""
    threshold: Share
    """Smallest share of customers who prefer the channel."""
