"""Policy `satisfaction`: Mean satisfaction is at least a floor."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByInteraction, BySegment, Policy
from channelopt.terms.fields import NumberOverTime


class Satisfaction(ByInteraction, BySegment, Policy):
    """Mean satisfaction is at least a floor."""

    slug: ClassVar[str] = "satisfaction"
    title: ClassVar[str] = "Mean satisfaction is at least a floor"
    formula: ClassVar[str] = r"\sum_i Q_{s,i,t} \ge L_t \sum_i \mathit{importance}_i n_{s,i,t}"
    example: ClassVar[str] = "{name: fair floor, type: satisfaction, at_least: 0.6}"

    type: Literal["satisfaction"]
    """The type of the policy."""
    at_least: NumberOverTime
    """Mean satisfaction, normally 0 to 1."""
    scope: Literal["each", "total"] = "each"
    """Each segment (or period) on its own, or all together."""
