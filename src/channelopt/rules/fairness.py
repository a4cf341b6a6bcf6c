"""Policy `fairness`: Mean satisfaction of any two segments differs by at most a limit."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByInteraction, BySegment, Policy
from channelopt.terms.fields import NonNegativeOverTime


class Fairness(ByInteraction, BySegment, Policy):
    """Mean satisfaction of any two segments differs by at most a limit."""

    slug: ClassVar[str] = "fairness"
    title: ClassVar[str] = "Mean satisfaction of any two segments differs by at most a limit"
    formula: ClassVar[str] = r"\sigma_{s,t} - \sigma_{s',t} \le U_t \quad \forall s, s'"
    example: ClassVar[str] = "{name: no one left behind, type: fairness, at_most: 0.15}"

    type: Literal["fairness"]
    """The type of the policy."""
    at_most: NonNegativeOverTime
    """Largest difference in satisfaction."""
