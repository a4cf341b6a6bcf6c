"""Policy `return_on_cost`: Kept margin and contact value exceed all costs by a factor."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import Policy
from channelopt.terms.fields import Number


class ReturnOnCost(Policy):
    """Kept margin and contact value exceed all costs by a factor."""

    slug: ClassVar[str] = "return_on_cost"
    title: ClassVar[str] = "Kept margin and contact value exceed all costs by a factor"
    formula: ClassVar[str] = r"\sum_t \delta_t (M_t + V_t) \ge (1 + L) \sum_t \delta_t \, \mathit{cost}_t"
    example: ClassVar[str] = "{name: hurdle, type: return_on_cost, at_least: 0.1}"

    type: Literal["return_on_cost"]
    """The type of the policy."""
    at_least: Number
    """Smallest return, 0.1 = 10 % more than the cost."""
