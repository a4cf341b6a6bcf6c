"""Policy `choice`: Every segment is offered at least or at most a number of channels."""

from __future__ import annotations

from typing import ClassVar, Literal

from channelopt.rules.base import ByChannel, BySegment, Policy
from channelopt.terms.fields import NonNegativeOverTime


class Choice(ByChannel, BySegment, Policy):
    """Every segment is offered at least or at most a number of channels."""

    slug: ClassVar[str] = "choice"
    title: ClassVar[str] = "Every segment is offered at least or at most a number of channels"
    formula: ClassVar[str] = r"L_t \le \sum_{c \in C} z_{s,c,t} \le U_t"
    example: ClassVar[str] = "{name: three ways in, type: choice, at_least: 3}"

    type: Literal["choice"]
    """The type of the policy."""
    at_least: NonNegativeOverTime | None = None
    """Number of channels."""
    at_most: NonNegativeOverTime | None = None
    """Number of channels."""
