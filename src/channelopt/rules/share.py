"""Policy `share`: First contacts that enter the filtered channels are at least or at most a share."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy
from channelopt.terms.fields import ShareOverTime


class ShareOfContacts(ByChannel, ByInteraction, BySegment, Policy):
    """First contacts that enter the filtered channels are at least or at most a share."""

    slug: ClassVar[str] = "share"
    title: ClassVar[str] = "First contacts that enter the filtered channels are at least or at most a share"
    formula: ClassVar[str] = r"L_t \sum_{i,c} e_{s,i,c,t} \le \sum_{i, c \in C} e_{s,i,c,t} \le U_t \sum_{i,c} e_{s,i,c,t}"
    example: ClassVar[str] = "{name: seniors stay reachable, type: share, segments: [seniors], touch: low, at_most: 0.35}"

    type: Literal["share"]
    """The type of the policy."""
    at_least: ShareOverTime | None = None
    """Share of the first contacts actually made, 0 to 1."""
    at_most: ShareOverTime | None = None
    """Share of the first contacts actually made, 0 to 1."""
    scope: Literal["each", "total"] = "each"
    """Each segment (or period) on its own, or all together."""
