"""Policy `budget`: Spending of the chosen kinds stays within a limit."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from channelopt.rules.base import ByChannel, ByInteraction, BySegment, Policy
from channelopt.terms.fields import NumberOverTime
from channelopt.terms.money import COST_KINDS, CostKind


class Budget(ByChannel, ByInteraction, BySegment, Policy):
    """Spending of the chosen kinds stays within a limit."""

    slug: ClassVar[str] = "budget"
    title: ClassVar[str] = "Spending of the chosen kinds stays within a limit"
    formula: ClassVar[str] = r"\sum_{k \in K} \mathit{cost}_{k,t} \le B_t"
    example: ClassVar[str] = "{name: service budget, type: budget, at_most: 9500000}"

    type: Literal["budget"]
    """The type of the policy."""
    at_most: NumberOverTime
    """Currency, undiscounted; per period, or for the filtered periods together (`scope: total`)."""
    counts: list[CostKind] = Field(default=list(COST_KINDS), min_length=1)
    """Which costs are counted; with a channel filter staff, hiring and release are not."""
    scope: Literal["each", "total"] = "each"
    """Each segment (or period) on its own, or all together."""
